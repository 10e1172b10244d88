"""The files of a client certificate: what is told of them before and after a logon."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID, ObjectIdentifier

from ansible_collections.ucops.rollout.plugins.plugin_utils.winrm.client_certificate import ClientCertificate

NOW = datetime(2026, 6, 1, tzinfo=timezone.utc)
PEM = serialization.Encoding.PEM
UPN = b"\x0c\x11rollout@localhost"
CLIENT, SERVER = ExtendedKeyUsageOID.CLIENT_AUTH, ExtendedKeyUsageOID.SERVER_AUTH


def issued(place: Path, *, name: bytes | None = UPN, usage: Any = CLIENT, days: int = 30) -> ClientCertificate:
    """A certificate of its own with its key, that ends so many days after ``NOW``."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "rollout")])
    builder = x509.CertificateBuilder(subject, subject, key.public_key(), 4711)
    builder = builder.not_valid_before(NOW - timedelta(days=60)).not_valid_after(NOW + timedelta(days=days))
    if usage:
        builder = builder.add_extension(x509.ExtendedKeyUsage([usage]), critical=False)
    if name:
        other = x509.OtherName(ObjectIdentifier("1.3.6.1.4.1.311.20.2.3"), name)
        builder = builder.add_extension(x509.SubjectAlternativeName([other]), critical=False)
    certificate, path = place / "certificate.pem", place / "key.pem"
    certificate.write_bytes(builder.sign(key, hashes.SHA256()).public_bytes(PEM))
    path.write_bytes(key.private_bytes(PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()))
    return ClientCertificate(str(certificate), str(path))


def test_files_that_can_be_used(tmp_path: Path) -> None:
    made = issued(tmp_path)
    assert made.unusable() == "" and made.principal() == "rollout@localhost"
    told = made.described(NOW)
    assert told.startswith("CN=rollout, thumbprint ") and len(told) == len("CN=rollout, thumbprint ") + 40


def test_files_with_the_key_beside_the_certificate(tmp_path: Path) -> None:
    made = issued(tmp_path)
    both = tmp_path / "both.pem"
    both.write_bytes(Path(made.key).read_bytes() + Path(made.certificate).read_bytes())
    assert ClientCertificate(str(both), str(both)).unusable() == ""


def test_files_that_cannot_be_used(tmp_path: Path) -> None:
    made = issued(tmp_path)
    (tmp_path / "other").mkdir()
    other = issued(tmp_path / "other")
    key = serialization.load_pem_private_key(Path(made.key).read_bytes(), None)
    locked, text = tmp_path / "locked.pem", tmp_path / "text.pem"
    secret = serialization.BestAvailableEncryption(b"pass phrase")
    locked.write_bytes(key.private_bytes(PEM, serialization.PrivateFormat.PKCS8, secret))
    text.write_text("no PEM", encoding="utf-8")
    cases = {
        ("", ""): "no file is named for it",
        (made.certificate, ""): "no file is named for its key",
        (str(tmp_path / "none"), made.key): f"{tmp_path / 'none'}: No such file or directory",
        (made.certificate, str(tmp_path)): f"{tmp_path}: Is a directory",
        (str(text), made.key): f"{text} holds no certificate in PEM",
        (made.certificate, str(text)): f"{text} holds no private key in PEM",
        (made.certificate, other.key): f"the key in {other.key} belongs to another certificate than {made.certificate}",
        (made.certificate, str(locked)): (
            f"the key in {locked} has a pass phrase, and nobody is asked for it in a run"
        ),
    }
    for (certificate, key_path), told in cases.items():
        assert ClientCertificate(certificate, key_path).unusable() == f"the client certificate cannot be used: {told}"


@pytest.mark.parametrize(
    ("settings", "told"),
    [
        ({"days": -1}, "which ended on 2026-05-31"),
        ({"usage": SERVER}, "which is not for Client Authentication"),
        ({"usage": None}, "which is not for Client Authentication"),
        ({"name": None}, "which has no user principal name"),
        ({"name": b"\x16\x01x"}, "which has no user principal name"),
    ],
)
def test_what_speaks_against_it(tmp_path: Path, settings: dict[str, Any], told: str) -> None:
    assert issued(tmp_path, **settings).described(NOW).endswith(f", {told}")


def test_what_begins_later(tmp_path: Path) -> None:
    assert issued(tmp_path).described(NOW - timedelta(days=90)).endswith(", which begins on 2026-04-02")


def test_what_cannot_be_read_is_not_described(tmp_path: Path) -> None:
    gone = ClientCertificate(str(tmp_path / "none"), "")
    assert (gone.described(NOW), gone.principal()) == ("", "")


# openssl ecparam -name secp112r1 -genkey: a curve that cryptography does not know.
SMALL_CURVE = """-----BEGIN PRIVATE KEY-----
ME4CAQAwEAYHKoZIzj0CAQYFK4EEAAYENzA1AgEBBA4MIpXLynlKe8y3dA+KZaEg
Ax4ABE85GRnZkna2uETxbWjHr4pXDSivvMoALxLrkQw=
-----END PRIVATE KEY-----
"""


def test_a_key_of_an_unknown_curve(tmp_path: Path) -> None:
    made = issued(tmp_path)
    Path(made.key).write_text(SMALL_CURVE)
    assert made.unusable().startswith("the client certificate cannot be used: ")
