"""What can be read of a handshake before encryption begins, from bytes as they came."""

from __future__ import annotations

import pytest

from ansible_collections.ucops.rollout.plugins.module_utils.proof.tls_records import (
    Plaintext,
    looks_like_tls,
    read_plaintext,
)


def record(kind: int, body: bytes) -> bytes:
    return bytes([kind, 3, 1]) + len(body).to_bytes(2, "big") + body


def message(kind: int, body: bytes = b"") -> bytes:
    return bytes([kind]) + len(body).to_bytes(3, "big") + body


CERTIFICATE = message(11, b"\x00\x00\x09\x00\x00\x06abcdef")
FATAL_40 = record(21, b"\x02\x28")


@pytest.mark.parametrize("length", range(60))
def test_cut_off_bytes_never_raise(length: int) -> None:
    seen = read_plaintext((record(22, CERTIFICATE) + FATAL_40)[:length])
    assert seen.chain == ((b"abcdef",) if length >= 21 else ())
    assert seen.fatal_alert == (40 if length >= 28 else None)


def test_messages_over_several_records_and_several_in_one() -> None:
    flight = message(2) + CERTIFICATE + message(12) + message(13) + message(14)
    parts = record(22, flight[:7]) + record(22, flight[7:])
    assert read_plaintext(parts) == Plaintext((b"abcdef",), None, signed_key_exchange=True, certificate_request=True)


def test_what_follows_a_change_of_cipher_is_not_read() -> None:
    assert read_plaintext(record(20, b"\x01") + record(22, CERTIFICATE) + FATAL_40) == Plaintext()


def test_a_warning_is_no_fatal_alert() -> None:
    assert read_plaintext(record(21, b"\x01\x70")).fatal_alert is None


def test_a_garbled_list_ends_where_it_breaks() -> None:
    body = b"\x00\x00\x0c\x00\x00\x03abc\x00\xff\xffxyz"
    assert read_plaintext(record(22, message(11, body))).chain == (b"abc",)


@pytest.mark.parametrize(
    ("start", "tls"),
    [
        (b"\x16\x03", True),
        (b"\x15\x03\x03", True),
        (b"\x16", True),
        (b"\x16\x05", False),
        (b"HTTP", False),
        (b"S", False),
    ],
)
def test_the_head_of_a_record(start: bytes, tls: bool) -> None:
    assert looks_like_tls(start) is tls
