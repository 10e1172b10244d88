"""pywinrm over a guarded transport, against listeners that mean harm."""

from __future__ import annotations

import contextlib
import gzip
import inspect
from types import SimpleNamespace
from typing import Any

import pytest
import requests
import winrm.protocol
from hostile import proxy
from hostile.credssp import rogue_credssp
from hostile.winrm import SEALED, STRONG, UNSEALED, fixed, for_ever, http, in_the_clear, rogue
from proofkit.listeners import refused_port
from spnego.exceptions import BadMICError
from unit.wsman_fakes import wsman_fault
from winrm.exceptions import WinRMError, WinRMTransportError

from ansible_collections.ucops.rollout.plugins.plugin_utils.winrm import guarded
from ansible_collections.ucops.rollout.plugins.plugin_utils.winrm.exchange import MAX_ANSWER_BYTES, UnsafeAnswer
from ansible_collections.ucops.rollout.plugins.plugin_utils.winrm.guarded import GuardedProtocol, guarding
from ansible_collections.ucops.rollout.plugins.plugin_utils.winrm.logon import LogonAttempt, cause_of
from ansible_collections.ucops.rollout.plugins.plugin_utils.winrm.seam_winrm import proxy_of

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


@pytest.mark.parametrize("answer", UNSEALED.values(), ids=UNSEALED)
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


@pytest.mark.parametrize("logon", [False, True])
def test_nothing_is_sent_readably_after_a_logon_that_was_broken_off(logon: bool) -> None:
    """Somebody between says "access denied" to the message that begins the logon: an account without rights goes on
    without a shell, and pywinrm would go on without a seal."""
    denied = wsman_fault(5, subcode="w:AccessDenied").encode()
    seen: list[bytes] = []

    def deny(connection: Any, body: bytes) -> None:
        seen.append(body)
        connection.sendall(http("500 ", "Content-Type: application/soap+xml", body=denied))

    with rogue(deny, logon=logon) as port:
        protocol = GuardedProtocol(
            f"http://127.0.0.1:{port}/wsman", transport="ntlm", username="C\\u", password="p", proxy=None
        )
        for _message in range(2):
            with contextlib.suppress(WinRMError, WinRMTransportError, UnsafeAnswer):
                protocol.open_shell(codepage=65001)
            with contextlib.suppress(WinRMError, WinRMTransportError, UnsafeAnswer):
                protocol.transport.send_message("<secret/>")
    assert seen and not any(b"<" in body.partition(b"octet-stream")[0] for body in seen)


def test_pywinrm_alone_believes_a_host_that_broke_the_logon_off() -> None:
    """The attack: whoever can do TLS says 200 before the password was proved to be known, and answers sealed by it."""
    with rogue_credssp() as port:
        bare = winrm.protocol.Protocol(
            f"http://127.0.0.1:{port}/wsman", transport="credssp", username="C\\u", password="p"
        )
        assert bare.open_shell() == "ROGUE"


def test_a_logon_by_credssp_that_was_broken_off_is_refused() -> None:
    with rogue_credssp() as port:
        assert refused(port, transport="credssp") == "it came without a logon, so that nothing could be sealed"


def test_a_host_that_asks_for_no_logon_by_credssp_is_refused() -> None:
    with rogue(in_the_clear(), logon=False) as port:
        for sealed in ("always", "never"):
            told = refused(port, transport="credssp", message_encryption=sealed)
            assert told == "it came without a logon, so that nothing could be sealed"


def test_what_is_no_winrm_is_told_as_that_with_credssp_too() -> None:
    with rogue(fixed(http("404 ", body=b"<html>")), logon=False) as port:
        assert cause(f"http://127.0.0.1:{port}/wsman", "credssp")[0] == "not-winrm"


def test_library_for_credssp_that_is_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("winrm.transport.HAVE_CREDSSP", False)
    assert cause("http://127.0.0.1:1/wsman", "credssp")[0] == "credssp-library-missing"


def test_a_session_by_credssp_that_is_begun_anew_is_not_believed_before_its_end() -> None:
    """The library logs on again whenever it is told 401; what came before counts no more."""
    protocol = GuardedProtocol("http://127.0.0.1:1/wsman", transport="credssp", username="u", password="p")
    transport, whole, broken = protocol.transport, context(True), context(False)
    transport.session = requests.Session()
    transport.session.auth = SimpleNamespace(contexts={"a": whole})
    response = requests.Response()
    response.status_code, response._content = 200, b"<x/>"
    assert transport._get_message_response_text(response) == b"<x/>"
    transport.session.auth.contexts["a"] = broken
    for attempt in (lambda: transport._get_message_response_text(response), lambda: transport.send_message(b"<x/>")):
        with pytest.raises(UnsafeAnswer, match="without a logon"):
            attempt()


def context(complete: bool) -> SimpleNamespace:
    """As requests_credssp's."""
    return SimpleNamespace(_context=SimpleNamespace(complete=complete))


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
    with (
        rogue(for_ever(first, b"a", pause=0.3)) as port,
        pytest.raises(requests.exceptions.RequestException, match=r"(?i)timed out"),
    ):
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


@pytest.mark.parametrize(
    ("url", "encryption", "seals"),
    [
        ("https://127.0.0.1:5986/wsman", "auto", False),
        ("https://127.0.0.1:5986/wsman", "always", True),
        ("http://127.0.0.1:5985/wsman", "auto", True),
        ("http://127.0.0.1:5985/wsman", "never", False),
    ],
)
def test_where_ntlm_seals_its_challenge_has_to_be_strong(url: str, encryption: str, seals: bool) -> None:
    given = {"username": "u", "password": "p", "message_encryption": encryption}
    transport, session = GuardedProtocol(url, transport="ntlm", **given).transport, requests.Session()
    transport._guard(session)
    assert session.get_adapter(url)._seals is seals


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


@pytest.mark.parametrize("clients", ["http://127.0.0.1:3128", ""])
def test_the_environment_is_asked_once_for_a_proxy(monkeypatch: pytest.MonkeyPatch, clients: str) -> None:
    for name in ("http_proxy", "HTTP_PROXY", "no_proxy", "NO_PROXY"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("http_proxy", clients)
    url = "http://ocssrv01.company.local:5985/wsman"
    protocol = GuardedProtocol(url, username="u", password="p", transport="basic", message_encryption="never")
    session = protocol.transport.build_session()
    protocol.transport._guard(session)
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:9")
    request = session.prepare_request(requests.Request("POST", url, data=b""))
    taken = requests.utils.resolve_proxies(request, session.proxies, session.trust_env)
    assert taken.get("http", "") == clients


def test_most_bytes_are_counted_over_all_legs_of_an_exchange() -> None:
    exchange = guarded.Exchange(clock=lambda: 0.0)
    exchange.begin(30)
    exchange.take(MAX_ANSWER_BYTES)
    with pytest.raises(UnsafeAnswer):
        exchange.take(1)


# Who is to blame when the logon fails

HOST = "ocssrv01.company.local"


def cause(url: str, transport: str) -> tuple[str, str]:
    """The cause and the whole message of a logon that fails, the proxy being the environment's."""
    protocol = GuardedProtocol(url, username="C\\u", password="p", transport=transport, operation_timeout_sec=1)
    with pytest.raises(Exception) as failure:
        protocol.open_shell(codepage=65001)
    attempt = LogonAttempt(HOST, HOST, 5985, "C\\u", transport, proxy=proxy_of(url))
    return cause_of(str(failure.value), attempt).code, str(attempt.failure(str(failure.value)))


PROXIES = {
    "403": proxy.FORBIDDEN,
    "302": proxy.TO_A_PORTAL,
    "502": proxy.BAD_GATEWAY,
    "a page": proxy.A_PAGE,
    "407": proxy.ASKS_FOR_A_LOGON,
    "nothing": proxy.NOTHING,
}


@pytest.mark.parametrize("transport", ["ntlm", "basic"])
@pytest.mark.parametrize("says", PROXIES)
def test_a_proxy_that_leads_nowhere_is_blamed(says: str, transport: str, monkeypatch: pytest.MonkeyPatch) -> None:
    with proxy.proxy(PROXIES[says]) as url:
        monkeypatch.setenv("http_proxy", url)
        code, message = cause(f"http://{HOST}:5985/wsman", transport)
    assert code == "proxy-in-the-way"
    assert f"the proxy {url} stands between" in message and f"export no_proxy='{HOST}'" in message


def test_a_dead_proxy_is_blamed(monkeypatch: pytest.MonkeyPatch) -> None:
    url = f"http://127.0.0.1:{refused_port()}"
    monkeypatch.setenv("http_proxy", url)
    code, message = cause(f"http://{HOST}:5985/wsman", "ntlm")
    assert (code, f"the proxy {url} stands between" in message) == ("proxy-in-the-way", True)


@pytest.mark.parametrize(
    ("transport", "offers", "code"),
    [
        ("basic", ["Negotiate", "Kerberos"], "transport-not-offered"),
        ("plaintext", ["Negotiate"], "transport-not-offered"),
        ("basic", ['Basic realm="WSMAN"', "Negotiate"], "basic-rejected"),
        ("basic", [], "basic-rejected"),
        ("ntlm", ['Basic realm="WSMAN"'], "transport-not-offered"),
        ("ntlm", ["Negotiate"], "credentials-rejected"),
        ("credssp", ["Negotiate"], "transport-not-offered"),
    ],
)
def test_a_scheme_that_is_not_offered_is_no_wrong_password(transport: str, offers: list[str], code: str) -> None:
    answer = http("401 ", *(f"WWW-Authenticate: {offer}" for offer in offers))
    with rogue(fixed(answer), logon=False) as port:
        found, message = cause(f"http://127.0.0.1:{port}/wsman", transport)
    assert found == code
    if code == "transport-not-offered":
        shown = ", ".join(sorted(offer.split()[0] for offer in offers))
        assert f"(the host takes logons by other schemes only: {shown}); no password was judged" in message


class Answering(GuardedProtocol):
    """One whose transport gives one answer."""

    said: Exception

    def send_message(self, message: str) -> bytes:
        raise self.said


@pytest.mark.parametrize(
    ("said", "goes_on"),
    [
        ("Access is denied. (extended fault data: {'fault_subcode': 'w:AccessDenied', 'wsmanfault_code': 5})", True),
        (
            "no further shell (extended fault data: {'fault_subcode': 'w:QuotaLimit', 'wsmanfault_code': 2150859173})",
            False,
        ),
    ],
)
def test_a_shell_that_is_denied_is_none_and_what_else_fails_is_told(said: str, goes_on: bool) -> None:
    protocol = Answering("http://127.0.0.1:1/wsman", transport="ntlm", username="C\\u", password="p", proxy=None)
    protocol.said = WinRMError(said)
    if goes_on:
        assert (protocol.open_shell(codepage=65001), protocol.no_shell) == ("", said)
        return
    with pytest.raises(WinRMError):
        protocol.open_shell(codepage=65001)
    assert protocol.no_shell == ""
