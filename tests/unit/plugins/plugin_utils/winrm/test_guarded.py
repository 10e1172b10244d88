"""pywinrm over a guarded transport, against listeners that mean harm."""

from __future__ import annotations

import gzip
import inspect
from typing import Any

import pytest
import requests
import winrm.protocol
from hostile.winrm import SEALED, STRONG, fixed, for_ever, http, in_the_clear, rogue
from spnego.exceptions import BadMICError

from ansible_collections.ucops.rollout.plugins.plugin_utils.winrm import guarded
from ansible_collections.ucops.rollout.plugins.plugin_utils.winrm.exchange import MAX_ANSWER_BYTES, UnsafeAnswer
from ansible_collections.ucops.rollout.plugins.plugin_utils.winrm.guarded import GuardedProtocol, guarding

SEE = ". See what listens there, and what is between: ansible_host, ansible_port, a proxy, a load balancer"
TOO_LONG = "it is longer than 2097152 bytes, and no Windows sends that much at once"
CLEAR = "it is not sealed with the password's key, so anybody may have sent it"


def open_shell(port: int, *, seconds: int = 20, **options: Any) -> str:
    settings = {"transport": "ntlm", "message_encryption": "always", "read_timeout_sec": seconds} | options
    protocol = GuardedProtocol(
        f"http://127.0.0.1:{port}/wsman", username="C\\u", password="p", proxy=None, operation_timeout_sec=1, **settings
    )
    return str(protocol.open_shell(codepage=65001))


def refused(port: int, **options: Any) -> str:
    with pytest.raises(UnsafeAnswer) as failure:
        open_shell(port, **options)
    assert str(failure.value).endswith(SEE)
    return str(failure.value).removesuffix(SEE).removeprefix("the answer is not believed: ")


def test_pywinrm_alone_believes_what_was_not_sealed() -> None:
    """The attack: a rogue that knows no password opens a shell. It must be one, or the tests below show nothing."""
    with rogue(in_the_clear()) as port:
        bare = winrm.protocol.Protocol(
            f"http://127.0.0.1:{port}/wsman",
            transport="ntlm",
            username="C\\u",
            password="p",
            message_encryption="always",
        )
        assert bare.open_shell() == "ROGUE"


@pytest.mark.parametrize(
    "answer",
    [
        in_the_clear(),
        in_the_clear("500 "),
        in_the_clear(kind="text/html"),
        fixed(http("200 ")),
        in_the_clear(kind=SEALED.upper()),
    ],
    ids=["answer", "fault", "page", "nothing", "sealed by its name"],
)
def test_what_is_not_sealed_on_a_sealed_session_is_refused(answer: Any) -> None:
    with rogue(answer) as port:
        assert refused(port) == CLEAR


def test_what_only_says_that_it_is_sealed_does_not_open() -> None:
    body = (
        b"--Encrypted Boundary\r\n\tContent-Type: application/HTTP-SPNEGO-session-encrypted\r\n"
        b"\tOriginalContent: type=application/soap+xml;charset=UTF-8;Length=5\r\n--Encrypted Boundary\r\n"
        b"\tContent-Type: application/octet-stream\r\n\x10\0\0\0" + bytes(16) + b"hello--Encrypted Boundary--\r\n"
    )
    with rogue(fixed(http("200 ", f"Content-Type: {SEALED}", body=body))) as port, pytest.raises(BadMICError):
        open_shell(port)


def test_a_host_that_asks_for_no_logon_is_refused() -> None:
    with rogue(in_the_clear(), logon=False) as port:
        assert refused(port) == "it came without a logon, so that nothing could be sealed"


@pytest.mark.parametrize("missing", [0x10, 0x20, 0x80000, 0x20000000, 0x40000000])
def test_a_challenge_that_weakens_the_seal_is_refused(missing: int) -> None:
    with rogue(in_the_clear(), flags=STRONG & ~missing) as port:
        assert refused(port) == "it wants messages that are sealed weakly or not at all, as no Windows does"


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_no_request_is_sent_elsewhere(status: int) -> None:
    with rogue(fixed(http(f"{status} ", "Location: http://127.0.0.1:9/wsman"))) as port:
        assert refused(port) == f"it sends the request elsewhere (HTTP {status}), which WinRM never does"


def test_a_compressed_answer_is_not_unpacked() -> None:
    bomb = gzip.compress(bytes(50_000_000))
    with rogue(fixed(http("200 ", f"Content-Type: {SEALED}", "Content-Encoding: gzip", body=bomb))) as port:
        assert refused(port) == "it is compressed, which nobody asked for"


@pytest.mark.parametrize(
    ("first", "piece"),
    [
        (b"HTTP/1.1 200 \r\nContent-Length: 300000000\r\n\r\n", b"x" * 65536),
        (b"HTTP/1.1 200 \r\nTransfer-Encoding: chunked\r\n\r\n10000\r\n", b"x" * 65536 + b"\r\n10000\r\n"),
        (b"", b"HTTP/1.1 100 Continue\r\n\r\n" * 1000),
        (b"HTTP/1.1 401 \r\nWWW-Authenticate: Negotiate\r\nContent-Length: 300000000\r\n\r\n", b"x" * 65536),
    ],
    ids=["body", "chunks", "continue", "refusal"],
)
def test_a_flood_ends_at_the_most_that_is_read(first: bytes, piece: bytes) -> None:
    with rogue(for_ever(first, piece)) as port:
        assert refused(port) == TOO_LONG


def test_a_chunk_size_without_an_end_ends() -> None:
    """By urllib3, where it is new enough; by the most that is read otherwise."""
    flood = for_ever(b"HTTP/1.1 200 \r\nTransfer-Encoding: chunked\r\n\r\n", b"f" * 65536)
    with rogue(flood) as port, pytest.raises((UnsafeAnswer, requests.exceptions.ChunkedEncodingError)):
        open_shell(port)


@pytest.mark.parametrize(
    "first",
    [
        b"",
        b"HTTP/1.1 200 \r\nX-Slow: ",
        b"HTTP/1.1 200 \r\nContent-Length: 1000\r\n\r\n",
        b"HTTP/1.1 200 \r\nTransfer-Encoding: chunked\r\n\r\n",
    ],
    ids=["status", "header", "body", "chunk"],
)
def test_dripping_ends_with_the_time_of_the_exchange(first: bytes) -> None:
    """Each byte comes before a socket's own time-out, which would begin anew with each."""
    timed_out = pytest.raises(requests.exceptions.RequestException, match=r"(?i)timed out")
    with rogue(for_ever(first, b"a", pause=0.3)) as port, timed_out:
        open_shell(port, seconds=2)


def test_a_connection_that_is_used_again_has_the_whole_time_again() -> None:
    """The last read left what remained of its own exchange as the socket's time-out."""
    exchange = guarded.Exchange(clock=lambda: now)
    now = 100.0
    exchange.begin(30)
    now = 129.5
    assert exchange.seconds_left() == 0.5
    exchange.begin(30)
    assert exchange.seconds_left() == 30


def test_over_https_the_channel_seals() -> None:
    """Nothing is sealed by the session there, and so an answer that is not is read."""
    transport = GuardedProtocol("https://127.0.0.1:5986/wsman", transport="ntlm", username="u", password="p").transport
    response = requests.Response()
    response.status_code, response._content = 200, b"<x/>"
    assert transport._get_message_response_text(response) == b"<x/>"


class TheirConnection:
    """Stands for Ansible's plugin: its module has a name Protocol."""


def test_ansibles_connection_gets_a_guarded_protocol_and_its_own_back(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(globals(), "Protocol", "theirs")
    with guarding(TheirConnection()):
        assert globals()["Protocol"] is GuardedProtocol
    assert globals()["Protocol"] == "theirs"
    with pytest.raises(ZeroDivisionError), guarding(TheirConnection()):
        raise ZeroDivisionError
    assert globals()["Protocol"] == "theirs"


def test_ansible_still_sees_which_settings_pywinrm_takes() -> None:
    """It passes ansible_winrm_* on by the arguments' names, and warns of others."""
    theirs = inspect.getfullargspec(winrm.protocol.Protocol.__init__)
    assert inspect.getfullargspec(GuardedProtocol.__init__) == theirs and "read_timeout_sec" in theirs.args


def test_most_bytes_are_counted_over_all_legs_of_an_exchange() -> None:
    exchange = guarded.Exchange(clock=lambda: 0.0)
    exchange.begin(30)
    exchange.take(MAX_ANSWER_BYTES)
    with pytest.raises(UnsafeAnswer):
        exchange.take(1)
