"""pypsrp's transport with guards, against listeners that mean harm."""

from __future__ import annotations

import gzip
from typing import Any

import pytest
from hostile.credssp import rogue_credssp
from hostile.winrm import SEALED, SOAP, STRONG, UNSEALED, fixed, for_ever, http, in_the_clear, rogue
from proofkit.listeners import refused_port
from pypsrp.wsman import WSMan

from ansible_collections.ucops.rollout.plugins.plugin_utils.winrm.exchange import UnsafeAnswer
from ansible_collections.ucops.rollout.plugins.plugin_utils.winrm.pypsrp_session import (
    GuardedPsrpTransport,
    PypsrpSession,
)
from ansible_collections.ucops.rollout.plugins.plugin_utils.winrm.session_port import HttpAnswer, SessionError

NO_LOGON = "it came without a logon, so that nothing could be sealed"
TOO_LONG = "it is longer than 2097152 bytes, and no Windows sends that much at once"
CLEAR = "it is not sealed with the password's key, so anybody may have sent it"


def session_of(port: int, *, seconds: int = 20, **options: Any) -> PypsrpSession:
    settings = {
        "server": "127.0.0.1", "port": port, "username": "C\\u", "password": "p", "ssl": False, "auth": "ntlm",
        "no_proxy": True, "read_timeout": seconds,
    } | options  # fmt: skip
    session = PypsrpSession(GuardedPsrpTransport(None, **settings), 1)
    session._transport.read_timeout = seconds
    return session


def refused(port: int, **options: Any) -> str:
    with pytest.raises(UnsafeAnswer) as failure:
        session_of(port, **options).exchange(b"<a/>")
    return failure.value.what.removeprefix("the answer is not believed: ")


def broken(port: int, **options: Any) -> SessionError:
    with pytest.raises(SessionError) as failure:
        session_of(port, **options).exchange(b"<a/>")
    return failure.value


def test_pypsrp_alone_believes_what_was_not_sealed() -> None:
    """The attack. It must be one, or the tests below show nothing."""
    with rogue(in_the_clear()) as port:
        bare = WSMan("127.0.0.1", port=port, username="C\\u", password="p", ssl=False, auth="ntlm", no_proxy=True)
        assert bare.transport.send(b"<a/>") == SOAP.format(message="uuid:1").encode()


@pytest.mark.parametrize("answer", UNSEALED.values(), ids=UNSEALED)
def test_what_is_not_sealed_on_a_sealed_session_is_refused(answer: Any) -> None:
    with rogue(answer) as port:
        assert refused(port) == CLEAR


@pytest.mark.parametrize("kind", [SEALED, SEALED.replace("multipart/encrypted", "text/plain")])
def test_what_only_says_that_it_is_sealed_does_not_open(kind: str) -> None:
    body = (
        b"--Encrypted Boundary\r\n\tContent-Type: application/HTTP-SPNEGO-session-encrypted\r\n"
        b"\tOriginalContent: type=application/soap+xml;charset=UTF-8;Length=5\r\n--Encrypted Boundary\r\n"
        b"\tContent-Type: application/octet-stream\r\n\x10\0\0\0" + bytes(16) + b"hello--Encrypted Boundary--\r\n"
    )
    with rogue(fixed(http("200 ", f"Content-Type: {kind}", body=body))) as port:
        assert "could not be unsealed or read (BadMICError" in broken(port).what


def test_of_an_error_of_http_nothing_is_read_that_is_not_sealed() -> None:
    with rogue(in_the_clear("404 ", kind="text/html")) as port:
        assert session_of(port).exchange(b"<a/>") == HttpAnswer(404, b"")


def test_a_host_that_asks_for_no_logon_is_refused() -> None:
    with rogue(in_the_clear(), logon=False) as port:
        assert refused(port) == NO_LOGON


@pytest.mark.parametrize("sealed", ["auto", "never"])
def test_a_logon_by_credssp_that_was_broken_off_is_refused(sealed: str) -> None:
    with rogue_credssp() as port:
        assert refused(port, auth="credssp", encryption=sealed) == NO_LOGON
    with rogue(in_the_clear(), logon=False) as port:
        assert refused(port, auth="credssp", encryption=sealed) == NO_LOGON


def test_what_is_no_winrm_is_told_as_that_with_credssp_too() -> None:
    with rogue(fixed(http("404 ", body=b"<html>")), logon=False) as port:
        assert session_of(port, auth="credssp").exchange(b"<a/>").status == 404


@pytest.mark.parametrize("missing", [0x10, 0x20, 0x80000, 0x20000000, 0x40000000])
def test_a_challenge_that_weakens_the_seal_is_refused(missing: int) -> None:
    with rogue(in_the_clear(), flags=STRONG & ~missing) as port:
        assert refused(port) == "it wants messages that are sealed weakly or not at all, as no Windows does"


def test_no_request_is_sent_elsewhere_and_nothing_is_unpacked() -> None:
    with rogue(fixed(http("307 ", "Location: http://127.0.0.1:9/wsman"))) as port:
        assert refused(port) == "it sends the request elsewhere (HTTP 307), which WinRM never does"
    bomb = gzip.compress(bytes(50_000_000))
    with rogue(fixed(http("200 ", f"Content-Type: {SEALED}", "Content-Encoding: gzip", body=bomb))) as port:
        assert refused(port) == "it is compressed, which nobody asked for"


def test_a_flood_ends_at_the_most_that_is_read() -> None:
    with rogue(for_ever(b"HTTP/1.1 200 \r\nContent-Length: 300000000\r\n\r\n", b"x" * 65536)) as port:
        assert refused(port) == TOO_LONG


def test_dripping_ends_with_the_time_of_the_exchange(capfd: pytest.CaptureFixture[str]) -> None:
    """pypsrp would also write a traceback."""
    with rogue(for_ever(b"HTTP/1.1 200 \r\nX-Slow: ", b"a", pause=0.3)) as port:
        assert "timed out" in broken(port, seconds=1).said.lower()
    assert capfd.readouterr().err == ""


@pytest.mark.parametrize(
    ("offers", "refusal", "told"),
    [
        (['Basic realm="WSMAN"'], False, "the host takes logons by other schemes only: Basic"),
        (["Negotiate"], True, "the credentials were rejected by the host"),
        ([], False, "did not response with one of the following authentication methods"),
    ],
)
def test_a_refused_logon_is_told_from_a_scheme_that_is_not_offered(offers: list[str], refusal: bool, told: str) -> None:
    answer = http("401 ", *(f"WWW-Authenticate: {offer}" for offer in offers))
    with rogue(fixed(answer), logon=False) as port:
        error = broken(port)
    assert (error.refused, told in error.said) == (refusal, True)


@pytest.mark.parametrize("status", [200, 500])
def test_over_tls_or_in_a_lab_the_answer_is_read_as_it_is(status: int) -> None:
    with rogue(in_the_clear(f"{status} "), logon=False) as port:
        answer = session_of(port, auth="basic", encryption="never").exchange(b"<a/>")
    assert answer == HttpAnswer(status, SOAP.format(message="uuid:1").encode())


def test_nothing_listens() -> None:
    assert "onnection refused" in broken(refused_port()).said


def test_an_exchange_outlasts_an_operation() -> None:
    """Else an operation that takes its time looks like a connection that is lost."""
    settings = {"server": "x", "username": "u", "password": "p", "auth": "ntlm"}
    session = PypsrpSession(GuardedPsrpTransport(None, read_timeout=30, **settings), 60)
    assert (session.operation_timeout, session._transport.read_timeout) == (60, 70)
    assert PypsrpSession(GuardedPsrpTransport(None, read_timeout=30, **settings), 5)._transport.read_timeout == 30


def test_a_session_that_was_dropped_begins_with_a_logon() -> None:
    answers: list[bytes] = []
    with rogue(lambda connection, body: answers.append(body) or connection.sendall(http("404 "))) as port:  # type: ignore[func-returns-value]
        session = session_of(port)
        session.exchange(b"<a/>")
        first = session._transport.encryption
        session.drop()
        assert (session._transport.session, session._transport.encryption) == (None, None)
        session.exchange(b"<a/>")
        assert session._transport.encryption not in (None, first)
        session.close()
    assert len(answers) == 2 and b"<a/>" not in b"".join(answers)


class Loud:
    """Stands for a recorder."""

    def recorded(self, send: Any, message: bytes) -> bytes:
        return b"recorded: " + send(message)


def test_messages_are_recorded_unsealed() -> None:
    with rogue(in_the_clear(), logon=False) as port:
        session = session_of(port, auth="basic", encryption="never")
        session._transport.recorder = Loud()  # type: ignore[assignment]
        assert session.exchange(b"<a/>").content.startswith(b"recorded: <s:Envelope")
