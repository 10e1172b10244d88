"""The probe against real listeners."""

from __future__ import annotations

import socket
import ssl
import struct
import threading
import tracemalloc
from pathlib import Path

import pytest
from hostile import tls as rogue
from hypothesis import given
from hypothesis import strategies as st
from proofkit import listeners, pki
from unit.damage import torn

from ansible_collections.ucops.rollout.plugins.module_utils.proof import tls_wire
from ansible_collections.ucops.rollout.plugins.module_utils.proof.tls_wire import probe

# The second try speaks TLS 1.0 only, which Python calls deprecated, and rightly so.
pytestmark = pytest.mark.filterwarnings("ignore:ssl.OP_NO:DeprecationWarning")

ROOT = pki.root()
ISSUING = pki.intermediate(ROOT)
LEAF = pki.leaf(ISSUING, "ocspool.company.local", ["ocspool.company.local"])
OLD_LEAF = pki.leaf(ROOT, "ocspool.company.local", key=pki.rsa_key(1, 1024))


def _quietly_ended(connection: socket.socket) -> None:
    connection.recv(4096)


def _reset(connection: socket.socket) -> None:
    connection.recv(4096)
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))


def _smtp(connection: socket.socket) -> None:
    connection.sendall(b"220 mail.company.com ESMTP\r\n")
    connection.recv(4096)


def _http(connection: socket.socket) -> None:
    connection.recv(4096)
    connection.sendall(b"HTTP/1.1 400 Bad Request\r\n\r\n")


def _alert(number: int):
    def talk(connection: socket.socket) -> None:
        connection.recv(4096)
        connection.sendall(bytes([21, 3, 1, 0, 2, 2, number]))
        connection.recv(4096)

    return talk


@pytest.mark.parametrize("version", [ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3])
def test_whole_chain_is_seen(tmp_path: Path, version: ssl.TLSVersion) -> None:
    with listeners.tls_listener(tmp_path, LEAF, version=version) as port:
        seen = probe("127.0.0.1", port, "ocspool.company.local", 10)
    assert (seen.state, seen.detail) == ("ok", "")
    assert seen.chain_der == (LEAF.der, ISSUING.der)
    assert seen.version == {"TLSv1_2": "TLSv1.2", "TLSv1_3": "TLSv1.3"}[version.name]
    assert seen.cipher


def test_chain_is_read_off_the_wire_where_python_gives_none(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tls_wire, "_given_chain", lambda session: ())
    with listeners.tls_listener(tmp_path, LEAF, version=ssl.TLSVersion.TLSv1_2) as port:
        assert probe("127.0.0.1", port).chain_der == (LEAF.der, ISSUING.der)
    with listeners.tls_listener(tmp_path, LEAF, version=ssl.TLSVersion.TLSv1_3) as port:
        assert probe("127.0.0.1", port).chain_der == (LEAF.der,)


@pytest.mark.parametrize(
    ("arguments", "version"),
    [
        (("-tls1", "-cipher", "AES128-SHA:@SECLEVEL=0"), "TLSv1"),
        (("-tls1_1", "-cipher", "AES256-SHA:@SECLEVEL=0"), "TLSv1.1"),
        (("-tls1_2", "-cipher", "AES128-SHA256:@SECLEVEL=0"), "TLSv1.2"),
        (("-tls1_2", "-cipher", "ECDHE-RSA-AES256-GCM-SHA384"), "TLSv1.2"),
    ],
)
def test_old_servers(tmp_path: Path, arguments: tuple[str, ...], version: str) -> None:
    with listeners.s_server(tmp_path, OLD_LEAF if "SECLEVEL" in arguments[2] else LEAF, *arguments) as port:
        seen = probe("127.0.0.1", port)
    assert (seen.state, seen.version) == ("ok", version)
    assert seen.chain_der[0] == (OLD_LEAF if "SECLEVEL" in arguments[2] else LEAF).der


@pytest.mark.parametrize("version", ["-tls1_2", "-tls1_3"])
@pytest.mark.parametrize(
    ("arguments", "state", "asked"),
    [((), "ok", False), (("-verify", "1"), "ok", True), (("-Verify", "1"), "client_certificate", True)],
)
def test_a_client_certificate_that_is_asked_for_or_demanded(
    tmp_path: Path, arguments: tuple[str, ...], version: str, state: str, asked: bool
) -> None:
    with listeners.s_server(tmp_path, LEAF, version, *arguments) as port:
        seen = probe("127.0.0.1", port)
    assert (seen.state, seen.wants_client_certificate) == (state, asked)
    assert (seen.chain_der[0], seen.shows_key) == (LEAF.der, True)
    assert seen.agreed == {"-tls1_2": "1.2", "-tls1_3": "1.3"}[version]


@pytest.mark.parametrize(
    ("version", "alert"),
    [("-tls1_2", "40 (handshake_failure)"), ("-tls1_3", "116 (certificate_required)")],
)
def test_the_demand_is_told_in_words(tmp_path: Path, version: str, alert: str) -> None:
    with listeners.s_server(tmp_path, LEAF, version, "-Verify", "1") as port:
        seen = probe("127.0.0.1", port)
    assert seen.detail.startswith(
        f"the listener demands a client certificate and ended the connection without one, with the alert {alert}: it "
    )


def test_a_demand_is_seen_where_python_tells_no_messages(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tls_wire, "_listen", lambda context: None)
    with listeners.s_server(tmp_path, LEAF, "-tls1_3", "-Verify", "1") as port:
        assert probe("127.0.0.1", port).state == "client_certificate"
    with listeners.s_server(tmp_path, LEAF, "-tls1_3") as port:
        assert probe("127.0.0.1", port).state == "ok"


def test_a_demand_before_the_key_is_shown(tmp_path: Path) -> None:
    """RSA key exchange shows the key in the last flight only; a server that then hangs up has not shown it."""
    with listeners.s_server(tmp_path, LEAF, "-tls1_2", "-cipher", "AES128-SHA256", "-Verify", "1") as port:
        seen = probe("127.0.0.1", port)
    assert (seen.state, seen.shows_key, seen.agreed) == ("client_certificate", False, "1.2")
    assert seen.chain_der == (LEAF.der, ISSUING.der)


def test_a_listener_that_prefers_anonymous_suites_shows_its_certificate(tmp_path: Path) -> None:
    suites = "ADH-AES128-SHA256:AECDH-AES128-SHA:ECDHE-RSA-AES128-SHA256:@SECLEVEL=0"
    with listeners.s_server(tmp_path, LEAF, "-tls1_2", "-serverpref", "-cipher", suites) as port:
        seen = probe("127.0.0.1", port)
    assert (seen.state, seen.cipher, seen.chain_der[0]) == ("ok", "ECDHE-RSA-AES128-SHA256", LEAF.der)


def test_a_listener_with_anonymous_suites_alone_is_no_listener_for_clients(tmp_path: Path) -> None:
    with listeners.s_server(tmp_path, LEAF, "-tls1_2", "-cipher", "ADH-AES128-SHA256:@SECLEVEL=0") as port:
        seen = probe("127.0.0.1", port)
    assert (seen.state, seen.alert, seen.chain_der) == ("no_common_cipher", 40, ())


_OLD = ("-cipher", "ALL:@SECLEVEL=0")


@pytest.mark.parametrize(
    ("arguments", "offered", "not_offered"),
    [
        (("-tls1", *_OLD), ("1.0",), ("1.1", "1.2", "1.3")),
        (("-tls1_2", *_OLD), ("1.2",), ("1.0", "1.1", "1.3")),
        (("-no_tls1_1", "-no_tls1_3", *_OLD), ("1.0", "1.2"), ("1.1", "1.3")),
        ((*_OLD,), ("1.0", "1.1", "1.2", "1.3"), ()),
        (("-tls1_2", "-Verify", "1", *_OLD), ("1.2",), ("1.0", "1.1", "1.3")),
    ],
)
def test_versions_that_are_offered_and_not(
    tmp_path: Path, arguments: tuple[str, ...], offered: tuple[str, ...], not_offered: tuple[str, ...]
) -> None:
    with listeners.s_server(tmp_path, LEAF, *arguments) as port:
        seen = tls_wire.with_versions(probe("127.0.0.1", port), "127.0.0.1", port)
    assert (seen.offered, seen.not_offered) == (offered, not_offered)


@pytest.mark.parametrize(("agreed", "asked"), [("TLSv1", []), ("TLSv1.2", ["1.0", "1.1"]), ("", [])])
def test_one_connection_for_each_version_below_the_agreed_one(
    agreed: str, asked: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    tried: list[str] = []
    monkeypatch.setattr(tls_wire, "_context", lambda ciphers, only="": tried.append(only))
    monkeypatch.setattr(tls_wire, "_attempt", lambda *arguments: tls_wire.Handshake("no_common_cipher"))
    tls_wire.with_versions(tls_wire.Handshake("ok", (b"",), agreed), "10.0.0.10", 5061)
    assert tried == asked


def test_after_silence_no_further_version_is_tried(monkeypatch: pytest.MonkeyPatch) -> None:
    tried: list[str] = []
    monkeypatch.setattr(tls_wire, "_context", lambda ciphers, only="": tried.append(only))
    monkeypatch.setattr(tls_wire, "_attempt", lambda *arguments: tls_wire.Handshake("timeout"))
    seen = tls_wire.with_versions(tls_wire.Handshake("ok", (b"",), "TLSv1.3"), "10.0.0.10", 443)
    assert (tried, seen.offered, seen.not_offered) == (["1.0"], ("1.3",), ())


@pytest.mark.parametrize(
    "arguments",
    [
        ("-tls1_2", "-cipher", "PSK-AES128-CBC-SHA", "-psk", "1a2b"),
        ("-tls1_2", "-cipher", "ECDHE-ECDSA-AES128-GCM-SHA256"),
    ],
)
def test_no_common_cipher(tmp_path: Path, arguments: tuple[str, ...]) -> None:
    with listeners.s_server(tmp_path, LEAF, *arguments) as port:
        seen = probe("127.0.0.1", port)
    assert (seen.state, seen.chain_der) == ("no_common_cipher", ())
    assert seen.detail == (
        "the listener ended the handshake with the alert 40 (handshake_failure): it found no cipher suite in common, or"
        " has no certificate with a usable key"
    )


@pytest.mark.parametrize(
    ("talk", "state", "detail"),
    [
        (_smtp, "not_tls", "its answer begins with '220 mail.company.com ESMTP"),
        (_http, "not_tls", "its answer begins with 'HTTP/1.1 400 Bad Request"),
        (_quietly_ended, "broken_off", "without a word after the hello"),
        (_reset, "broken_off", "without a word after the hello"),
        (_alert(40), "no_common_cipher", "alert 40 (handshake_failure)"),
        (_alert(70), "no_common_cipher", "alert 70 (protocol_version)"),
        (_alert(80), "broken_off", "alert 80 (internal_error)"),
        (_alert(201), "broken_off", "alert 201 (unknown)"),
    ],
)
def test_what_is_no_handshake(talk, state: str, detail: str) -> None:
    with listeners.tcp_listener(talk) as port:
        seen = probe("127.0.0.1", port, timeout=10)
    assert seen.state == state
    assert detail in seen.detail


def test_silence_ends_at_the_deadline() -> None:
    done = threading.Event()
    with listeners.tcp_listener(lambda connection: done.wait(20) and None) as port:
        seen = probe("127.0.0.1", port, timeout=0.2)
        done.set()
    assert (seen.state, seen.chain_der) == ("timeout", ())
    assert seen.detail == "connected, but the handshake did not end within 0.2 s"


def test_drips_do_not_prolong_the_deadline() -> None:
    done = threading.Event()

    def drip(connection: socket.socket) -> None:
        connection.sendall(bytes([22, 3, 3, 0x40, 0]))
        while not done.wait(0.05):
            connection.sendall(b"\x02")

    with listeners.tcp_listener(drip) as port:
        assert probe("127.0.0.1", port, timeout=0.3).state == "timeout"
        done.set()


def test_nothing_listens() -> None:
    seen = probe("127.0.0.1", listeners.refused_port())
    assert (seen.state, seen.detail) == ("no_listener", "connection refused: nothing listens there")


def test_no_such_host() -> None:
    assert probe("no-such-host.invalid", 443, timeout=5).state == "no_listener"


@pytest.mark.parametrize(
    ("name", "sent"),
    [
        ("sip.company.com", "sip.company.com"),
        ("10.0.0.10", None),
        ("fd00::1", None),
        ("", None),
        ("a" * 255, None),
        ("sip .company.com", None),
        (".company.com", None),
        ("bücher.example", None),
        ("a\x00b", None),
    ],
)
def test_server_name_indication(name: str, sent: str | None) -> None:
    assert tls_wire._indication(name) == sent


def test_old_servers_get_a_short_hello() -> None:
    """A server that reads 64 cipher suites only must meet one that it knows among them."""
    hellos: list[bytes] = []

    def talk(connection: socket.socket) -> None:
        hellos.append(connection.recv(4096))

    with listeners.tcp_listener(talk) as port:
        probe("127.0.0.1", port)
    assert len(hellos) == 2
    session_id = hellos[1][43]
    suites = int.from_bytes(hellos[1][44 + session_id : 46 + session_id], "big") // 2
    assert 2 <= suites <= 8
    assert bytes.fromhex("002f") in hellos[1]
    assert hellos[1][9:11] == b"\x03\x01"


def _message(kind: int, body: bytes) -> bytes:
    return bytes([kind]) + len(body).to_bytes(3, "big") + body


def test_server_without_secure_renegotiation_is_spoken_to() -> None:
    """Schannel before MS10-049 knows no RFC 5746; OpenSSL 3 refuses such servers unless told otherwise."""
    answers: list[bytes] = []
    hello = _message(2, b"\x03\x03" + bytes(32) + b"\x00" + b"\x00\x2f" + b"\x00")
    part = len(LEAF.der).to_bytes(3, "big") + LEAF.der
    flight = hello + _message(11, len(part).to_bytes(3, "big") + part) + _message(14, b"")

    def talk(connection: socket.socket) -> None:
        connection.recv(4096)
        connection.sendall(b"\x16\x03\x03" + len(flight).to_bytes(2, "big") + flight)
        answers.append(connection.recv(4096))

    with listeners.tcp_listener(talk) as port:
        seen = probe("127.0.0.1", port)
    assert answers[0][:1] == b"\x16"  # the key exchange goes on; an alert would begin with 0x15
    assert (seen.state, seen.chain_der) == ("broken_off", (LEAF.der,))


# Handshakes of a real server that are torn on the way, without a network


class TornWire:
    """What a server of OpenSSL says, of which one flight goes through ``tear``."""

    def __init__(self, server: ssl.SSLContext, flight: int, tear) -> None:
        self.received = bytearray()
        self._in, self._out = ssl.MemoryBIO(), ssl.MemoryBIO()
        self._server = server.wrap_bio(self._in, self._out, server_side=True)
        self._flight, self._tear, self._number = flight, tear, 0

    def end_within(self, seconds: float) -> None:
        pass

    def send(self, data: bytes) -> None:
        self._in.write(data)
        try:
            self._server.do_handshake()
        except ssl.SSLError:
            pass

    def receive(self) -> bytes:
        data = self._out.read()
        if data and self._number == self._flight:
            data = self._tear(data)
        self._number += 1
        self.received += data
        return data


@pytest.fixture(scope="module")
def servers(tmp_path_factory: pytest.TempPathFactory) -> dict[str, ssl.SSLContext]:
    made = {}
    chain, key = listeners.write_identity(tmp_path_factory.mktemp("torn"), LEAF)
    for name, version in (("1.2", ssl.TLSVersion.TLSv1_2), ("1.3", ssl.TLSVersion.TLSv1_3)):
        made[name] = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        made[name].load_cert_chain(chain, key)
        made[name].minimum_version = made[name].maximum_version = version
    return made


def shaken(server: ssl.SSLContext, flight: int, tear) -> tls_wire.Handshake:
    return tls_wire._shake(TornWire(server, flight, tear), tls_wire._context(tls_wire._CIPHERS), None, 1)


@pytest.mark.parametrize("version", ["1.2", "1.3"])
def test_the_untorn_handshake_is_complete(servers: dict[str, ssl.SSLContext], version: str) -> None:
    seen = shaken(servers[version], 0, lambda data: data)
    assert (seen.state, seen.agreed, seen.chain_der) == ("ok", version, (LEAF.der, ISSUING.der))


@pytest.mark.parametrize("version", ["1.2", "1.3"])
@given(data=st.data())
def test_a_torn_handshake_never_shows_another_chain_as_proved(servers, version: str, data: st.DataObject) -> None:
    flight = data.draw(st.integers(0, 1))
    noise = [b"\x15\x03\x03\x00\x02\x02\x28", b"\x16\x03\x03\xff\xff", b"\x0b\x00\x00\x03\x00\x00\x00", bytes(9)]
    seen = shaken(servers[version], flight, lambda whole: data.draw(torn(whole, noise)))
    assert not seen.shows_key or seen.chain_der == (LEAF.der, ISSUING.der)
    seen.detail.encode("ascii")


HELLO = rogue.records(rogue.server_hello())
WHOLE = rogue.records(rogue.certificates(LEAF.der))
ENDLESS = "the listener sent more than 262144 bytes, and no end of the handshake"


@pytest.mark.parametrize(
    ("first", "again", "state", "detail"),
    [
        # Requests to begin anew are passed over while a handshake runs, so they may go on for ever.
        (HELLO + WHOLE, rogue.records(rogue.message(rogue.HELLO_REQUEST, b"") * 4096), "not_tls", ENDLESS),
        (b"", rogue.records(rogue.message(rogue.HELLO_REQUEST, b"") * 4096), "not_tls", ENDLESS),
        (HELLO, bytes(1 << 20), "broken_off", "the handshake failed here: wrong version number"),
        (b"", bytes(1 << 20), "not_tls", "the listener does not speak TLS; its answer begins with"),
        (b"", b"A" * (1 << 20), "not_tls", "the listener does not speak TLS; its answer begins with 'AAAA"),
    ],
)
def test_floods_end_at_a_size(first: bytes, again: bytes, state: str, detail: str) -> None:
    sent: list[int] = []
    with listeners.tcp_listener(rogue.floods(first, again, sent)) as port:
        tracemalloc.start()
        seen = probe("127.0.0.1", port, timeout=60)
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
    assert (seen.state, seen.detail[: len(detail)]) == (state, detail)
    # What was read, and what the system's buffers on both sides of two connections hold.
    assert sum(sent) < 64 * 1024 * 1024
    assert peak < 16 * 1024 * 1024


TOO_LONG = "the handshake failed here: excessive message size"


@pytest.mark.parametrize(
    ("pieces", "state", "chain", "detail"),
    [
        ((HELLO, rogue.records(rogue.certificates(bytes((1 << 24) - 8)))), "broken_off", 0, TOO_LONG),
        ((HELLO, rogue.records(rogue.certificates(*[LEAF.der] * 4000))), "broken_off", 0, TOO_LONG),
        ((HELLO, b"\x16\x03\x03\xff\xff", b"\x0b" * 70000), "broken_off", 0, "the handshake failed here: "),
        ((HELLO, b"\x16\x03\x03\x40\x00", b"\x0b\x00\x00"), "broken_off", 0, "the listener ended the connection"),
        ((HELLO, b"\x16\x03\x03\x00\x00" * 1000), "broken_off", 0, "the handshake failed here: "),
        ((HELLO, WHOLE), "broken_off", 1, "the listener showed its certificate, then ended"),
        ((HELLO,), "broken_off", 0, "the listener ended the connection without a word"),
        ((HELLO[:7],), "broken_off", 0, "the listener ended the connection without a word"),
        ((HELLO[:3],), "broken_off", 0, "the listener ended the connection without a word"),
        ((), "broken_off", 0, "the listener ended the connection without a word"),
    ],
)
def test_lies_and_ends_at_each_step(pieces: tuple[bytes, ...], state: str, chain: int, detail: str) -> None:
    with listeners.tcp_listener(rogue.says(*pieces)) as port:
        seen = probe("127.0.0.1", port, timeout=20)
    assert (seen.state, len(seen.chain_der), seen.detail[: len(detail)]) == (state, chain, detail)


@pytest.mark.parametrize("content", [HELLO + WHOLE, rogue.records(rogue.message(rogue.HELLO_REQUEST, b"") * 100)])
def test_a_byte_at_a_time_has_the_same_deadline(content: bytes) -> None:
    with rogue.dripping(content, 0.02) as port:
        seen = probe("127.0.0.1", port, timeout=0.3)
    assert (seen.state, seen.detail) == ("timeout", "connected, but the handshake did not end within 0.3 s")


def test_a_flood_after_the_handshake_is_no_demand_for_a_certificate() -> None:
    class Wire:
        def end_within(self, seconds: float) -> None:
            pass

        def receive(self) -> bytes:
            raise tls_wire._Flood

    done = tls_wire.Handshake("ok", (LEAF.der,), "TLSv1.3", wants_client_certificate=True)
    assert tls_wire._read_on(done, None, Wire(), None, set()) == done
