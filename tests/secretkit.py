"""Looks for secrets in whatever a run leaves behind, in every form in which programs write them."""

from __future__ import annotations

import base64
import html
import json
import re
import urllib.parse
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

# So much of a number or a file is enough to know it by, wherever its bytes are cut.
_PART = 32
# What a text form breaks lines with: of base64 in PEM and in JSON.
_BREAKS = re.compile(rb"(?:\\r|\\n|\s)+")
PEM_MARKS = (b"PRIVATE KEY-----", "PRIVATE KEY-----".encode("utf-16-le"))


@dataclass(frozen=True)
class Secret:
    """Something that nobody may find. ``parts``: bytes any of which gives it away."""

    name: str
    parts: tuple[bytes, ...]


def of_text(name: str, value: str) -> Secret:
    """A password or the text of a key, in the encodings of Windows and of the controller."""
    assert len(value) >= 8, "too short to be told from chance"
    encodings = ("utf-8", "utf-16-le", "utf-16-be")
    return Secret(name, tuple(text.encode(one) for text in _spelled(value) for one in encodings))


def _spelled(value: str) -> dict[str, None]:
    """As it is, and as JSON, XML, and Python write it within a text."""
    spelled = (value, json.dumps(value)[1:-1], json.dumps(value, ensure_ascii=False)[1:-1], repr(value)[1:-1])
    return dict.fromkeys((*spelled, html.escape(value), html.escape(value, quote=False), html.escape(spelled[1])))


def of_file(name: str, data: bytes) -> Secret:
    """Pieces of a file: at its begin, in the middle and at its end."""
    places = {0, len(data) // 2, max(len(data) - _PART, 0)}
    return Secret(name, tuple(data[at : at + _PART] for at in sorted(places)))


def of_key(name: str, pkcs8: bytes) -> Secret:
    """The private numbers of an RSA key, as DER and as the blobs of Windows have them."""
    key = serialization.load_der_private_key(pkcs8, None)
    assert isinstance(key, rsa.RSAPrivateKey)
    numbers = key.private_numbers()
    big = [one.to_bytes((one.bit_length() + 7) // 8, "big") for one in (numbers.p, numbers.q, numbers.d)]
    return Secret(name, tuple(part for one in big for part in (one[:_PART], one[::-1][-_PART:])))


def forms(part: bytes) -> Iterator[bytes]:
    """A secret's bytes, and what they become in base64 at each of three alignments, in hexadecimal and in addresses."""
    yield part
    for ahead in range(3):
        # The groups of which no bit belongs to what stands before or behind.
        first, last = 4 if ahead else 0, -4 if (ahead + len(part)) % 3 else None
        for encode in (base64.b64encode, base64.urlsafe_b64encode):
            yield encode(b"\0" * ahead + part)[first:last]
    yield part.hex().encode()
    yield part.hex().upper().encode()
    yield "".join(f"%{byte:02X}" for byte in part).encode()
    yield urllib.parse.quote(part, safe="").encode()
    yield urllib.parse.quote_plus(part).encode()


def _written(data: bytes) -> tuple[bytes, ...]:
    """Material as it is, without line ends of any form, and text of Windows as text of one byte a character."""
    return data, _BREAKS.sub(b"", data), data.replace(b"\0", b"")


def found(secrets: Iterable[Secret], material: Mapping[str, bytes]) -> list[str]:
    """``name of a secret in place``, each once, of all that is found."""
    wanted = [(one.name, form) for one in secrets for part in one.parts for form in forms(part) if len(form) >= 8]
    wanted += [("the mark of a private key", mark) for mark in PEM_MARKS]
    told = []
    for place, data in material.items():
        readings = _written(data)
        told += [f"{name} in {place}" for name, form in wanted if any(form in one for one in readings)]
    return list(dict.fromkeys(told))


def files_below(*folders: Path) -> dict[str, bytes]:
    """Path to content of all files."""
    return {str(path): path.read_bytes() for folder in folders for path in folder.rglob("*") if path.is_file()}
