from __future__ import annotations

import base64
import struct

import pytest

from ansible_collections.ucops.rollout.plugins.plugin_utils.winrm import exchange
from ansible_collections.ucops.rollout.plugins.plugin_utils.winrm.exchange import Exchange, UnsafeAnswer

SPNEGO = "application/HTTP-SPNEGO-session-encrypted"


def test_time_of_an_exchange_runs_out() -> None:
    now = [0.0]
    running = Exchange(clock=lambda: now[0])
    running.begin(30)
    now[0] = 29.0
    assert running.seconds_left() == 1.0
    now[0] = 30.0
    with pytest.raises(TimeoutError, match="timed out"):
        running.seconds_left()


def test_bytes_of_an_exchange_run_out() -> None:
    running = Exchange()
    running.begin(30)
    running.take(2 * 1024 * 1024)
    with pytest.raises(UnsafeAnswer, match="longer than 2097152 bytes"):
        running.take(1)
    running.begin(30)
    running.take(1)


@pytest.mark.parametrize(
    ("status", "headers"),
    [(200, {}), (500, {"Content-Encoding": "identity"}), (401, {"Location": "http://x"}), (304, {})],
)
def test_plain_answers_pass(status: int, headers: dict[str, str]) -> None:
    exchange.refuse_detours(status, headers)


@pytest.mark.parametrize(
    ("status", "headers", "why"),
    [
        (302, {"Location": "http://x"}, "elsewhere"),
        (200, {"Content-Encoding": "gzip"}, "compressed"),
        (500, {"Content-Encoding": "identity, br"}, "compressed"),
    ],
)
def test_detours_are_refused(status: int, headers: dict[str, str], why: str) -> None:
    with pytest.raises(UnsafeAnswer, match=why):
        exchange.refuse_detours(status, headers)


def challenge(flags: int) -> str:
    token = b"NTLMSSP\0" + struct.pack("<IHHII", 2, 0, 0, 48, flags) + bytes(24)
    return base64.b64encode(token).decode()


# MS-NLMP 2.2.2.5. The first is what Windows Server 2008 R2 answers to a client that asks for all of them.
@pytest.mark.parametrize(
    "offer",
    [
        f"Negotiate {challenge(0xE2898235)}",
        f"NTLM {challenge(0x62898235)}",
        "Negotiate, Kerberos",
        "Negotiate no-base64!",
        "Negotiate " + base64.b64encode(b"NTLMSSP\0\x02\0\0\0short").decode(),
        'Basic realm="WSMAN"',
        "",
    ],
)
def test_strong_challenges_and_others_pass(offer: str) -> None:
    exchange.refuse_weak_challenge({"WWW-Authenticate": offer})


@pytest.mark.parametrize("flags", [0, 0xE2898215, 0xE2898225, 0xE2818235, 0xC2898235, 0xA2898235])
def test_weak_challenges_are_refused(flags: int) -> None:
    with pytest.raises(UnsafeAnswer, match="sealed weakly"):
        exchange.refuse_weak_challenge({"WWW-Authenticate": f"Kerberos, Negotiate {challenge(flags)}"})


@pytest.mark.parametrize(
    ("status", "kind", "read"),
    [
        (200, f'multipart/encrypted;protocol="{SPNEGO}";boundary="Encrypted Boundary"', True),
        (500, f'multipart/encrypted;protocol="{SPNEGO}";boundary="Encrypted Boundary"', True),
        (413, "text/html", False),
        (401, "", False),
    ],
)
def test_what_is_read_on_a_sealed_session(status: int, kind: str, read: bool) -> None:
    assert exchange.readable_body(status, {"Content-Type": kind}, SPNEGO) is read


@pytest.mark.parametrize("status", [200, 500])
@pytest.mark.parametrize(
    "kind", ["application/soap+xml", f'multipart/encrypted;protocol="{SPNEGO.lower()}"', "multipart/encrypted", ""]
)
def test_what_is_refused_on_a_sealed_session(status: int, kind: str) -> None:
    with pytest.raises(UnsafeAnswer, match="not sealed with the password's key"):
        exchange.readable_body(status, {"Content-Type": kind}, SPNEGO)
