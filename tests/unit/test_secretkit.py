"""The search for secrets finds them in every form, and nothing where there is nothing."""

from __future__ import annotations

import base64
import json
import textwrap
import urllib.parse
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives import serialization
from secretkit import PEM_MARKS, Secret, files_below, found, of_file, of_key, of_text
from unit.fakes_windows import rsa_key

PASSWORD = "Rollout+2007/äß!"
ODD = "Pä\"'\\s%<s>&"
WIDE = PASSWORD.encode("utf-16-le")
KEY = rsa_key()
DER = serialization.Encoding.DER
PKCS8 = KEY.private_bytes(DER, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
TRADITIONAL = KEY.private_bytes(DER, serialization.PrivateFormat.TraditionalOpenSSL, serialization.NoEncryption())
P = KEY.private_numbers().p.to_bytes(128, "big")
PFX = bytes((7 * at * at + at // 3) % 256 for at in range(2000))


def b64(data: bytes) -> str:
    return base64.b64encode(data).decode()


@pytest.mark.parametrize(
    ("secret", "planted"),
    [
        (of_text("it", PASSWORD), f"net use /user:x {PASSWORD} \r\n".encode()),
        (of_text("it", PASSWORD), b"\xff\xfe" + f"password={PASSWORD}".encode("utf-16-le")),
        (of_text("it", PASSWORD), f"say {PASSWORD}".encode("utf-16-be")),
        *((of_text("it", PASSWORD), f"-e {b64(b'-' * ahead + WIDE + b'-')}".encode()) for ahead in range(3)),
        *((of_text("it", PASSWORD), b64(b"-" * ahead + PASSWORD.encode() + b"--").encode()) for ahead in range(3)),
        (of_text("it", PASSWORD), base64.urlsafe_b64encode(PASSWORD.encode())),
        (of_text("it", PASSWORD), f"https://x/?p={urllib.parse.quote(PASSWORD, safe='')}".encode()),
        (of_text("it", "Rollout 2007+x"), f"p={urllib.parse.quote_plus('Rollout 2007+x')}".encode()),
        (of_text("it", ODD), json.dumps({"p": ODD}).encode()),
        (of_text("it", ODD), json.dumps({"p": ODD}, ensure_ascii=False).encode()),
        (of_text("it", ODD), repr(["x", ODD]).encode()),
        (of_text("it", ODD), b"<p>P&#228;ss &lt;1&gt;</p>" + "<p>Pä&quot;&#x27;\\s%&lt;s&gt;&amp;</p>".encode()),
        (of_text("it", ODD), "<p>Pä\"'\\s%&lt;s&gt;&amp;</p>".encode()),
        (of_text("it", PASSWORD), PASSWORD.encode().hex().encode()),
        (of_text("it", PASSWORD), WIDE.hex().upper().encode()),
        (of_file("it", PFX), b"\0" + PFX),
        (of_file("it", PFX), PFX[:900]),
        (of_file("it", PFX), PFX[1500:]),
        *((of_file("it", PFX), textwrap.fill(b64(b"-" * ahead + PFX), 64).encode()) for ahead in range(3)),
        (of_file("it", PFX), json.dumps({"pfx": textwrap.fill(b64(PFX), 76)}).encode()),
        (of_file("it", PFX), b64(PFX).encode("utf-16-le")),
        (of_file("it", PFX), PFX.hex().encode()),
        (of_key("it", PKCS8), PKCS8),
        (of_key("it", PKCS8), TRADITIONAL[40:]),
        # A key blob of Windows has its numbers with the lowest byte first.
        (of_key("it", PKCS8), b"RSA2" + P[::-1]),
        *((of_key("it", PKCS8), textwrap.fill(b64(b"-" * ahead + PKCS8), 64).encode()) for ahead in range(3)),
        (of_key("it", PKCS8), PKCS8.hex().upper().encode()),
    ],
)
def test_a_planted_secret_is_found(secret: Secret, planted: bytes) -> None:
    assert found([secret], {"log": b"line one\n" + planted + b"\nline three"}) == ["it in log"]


@pytest.mark.parametrize("mark", PEM_MARKS)
def test_the_mark_of_a_key_whose_numbers_nobody_knows(mark: bytes) -> None:
    assert found([], {"log": b"-----BEGIN RSA " + mark}) == ["the mark of a private key in log"]


def test_nothing_is_found_where_there_is_nothing() -> None:
    public = KEY.public_key().public_bytes(DER, serialization.PublicFormat.SubjectPublicKeyInfo)
    secrets = [of_text("password", PASSWORD), of_file("pfx", PFX), of_key("key", PKCS8)]
    material: dict[str, Any] = {"a": public, "b": b64(public).encode(), "c": b"Rollout", "d": public.hex().encode()}
    assert found(secrets, material) == []


def test_files_of_folders(tmp_path: Path) -> None:
    (tmp_path / "a" / "b").mkdir(parents=True)
    (tmp_path / "a" / "b" / "c").write_bytes(b"x")
    assert files_below(tmp_path / "a", tmp_path / "none") == {str(tmp_path / "a" / "b" / "c"): b"x"}
