"""Questions to real name servers, and to ones that answer oddly."""

from __future__ import annotations

import socket
import socketserver
import struct
import threading
from dataclasses import replace

import dns.message
import pytest
from hostile.dns import ODDITIES, strangers_datagrams
from hypothesis import given
from hypothesis import strategies as st
from proofkit import dnsservers, listeners
from proofkit.dnsservers import reply_to
from unit.damage import torn
from unit.proof_records import expected_record, service

from ansible_collections.ucops.rollout.plugins.module_utils import seam_dns
from ansible_collections.ucops.rollout.plugins.module_utils.errors import RolloutError
from ansible_collections.ucops.rollout.plugins.module_utils.proof import dns_ask, dns_judge
from ansible_collections.ucops.rollout.plugins.module_utils.proof.dns_ask import DnsAnswer, NameServer, Question, ask
from ansible_collections.ucops.rollout.plugins.module_utils.proof.result import Cause
from ansible_collections.ucops.rollout.plugins.module_utils.proof.side_by_side import Silence


@pytest.mark.parametrize(
    ("name", "type", "state", "values", "ttl", "alias"),
    [
        ("ocspool.company.local", "A", "answered", ("10.0.0.10",), 3600, ""),
        ("OCSPOOL.Company.LOCAL", "A", "answered", ("10.0.0.10",), 3600, ""),
        ("ocssrv02.company.local", "A", "answered", ("10.0.0.12", "192.168.0.12"), 1200, ""),
        ("six.company.local", "AAAA", "answered", ("fd00::10",), 3600, ""),
        ("six.company.local", "A", "nodata", (), None, ""),
        ("_sipinternaltls._tcp.company.local", "SRV", "answered", (service("ocspool.company.local"),), 3600, ""),
        ("alias.company.local", "A", "alias", (), 3600, "ocspool.company.local"),
        ("alias.company.local", "CNAME", "answered", ("ocspool.company.local",), 3600, ""),
        ("pointer.company.local", "PTR", "answered", ("OCSpool.company.local",), 3600, ""),
        ("dangling.company.local", "A", "alias", (), 3600, "gone.company.local"),
        ("gone.company.local", "A", "nxdomain", (), None, ""),
        ("text.company.local", "A", "nodata", (), None, ""),
        ("host.sub.company.local", "A", "not_authoritative", (), None, ""),
        ("www.elsewhere.example", "A", "refused", (), None, ""),
        ("www.broken.example", "A", "servfail", (), None, ""),
    ],
)
def test_answers_of_bind(
    bind: NameServer, name: str, type: str, state: str, values, ttl: int | None, alias: str
) -> None:
    answer = ask(bind, Question(name, type), 5)
    assert (answer.state, answer.values, answer.ttl, answer.alias) == (state, values, ttl, alias)
    assert (answer.server, answer.transport) == (bind, "udp")


def test_truncated_answer_is_asked_for_over_tcp(bind: NameServer) -> None:
    answer = ask(bind, Question("many.company.local", "A"), 5)
    assert (answer.transport, len(answer.values)) == ("tcp", 60)
    assert answer.values[:3] == ("10.1.0.0", "10.1.0.1", "10.1.0.2")


def test_referral_names_the_zone(bind: NameServer) -> None:
    answer = ask(bind, Question("host.sub.company.local", "A"), 5)
    assert answer.detail == "it refers to the servers of sub.company.local: ns.sub.company.local"


def test_what_another_team_enters_is_asked_for_as_a_client_does() -> None:
    ours = expected_record("meet", "A", "10.0.0.10")
    theirs = replace(ours, managed="other_team")
    assert dns_ask.question_of(theirs) == Question("meet.company.local", "A", or_recursive=True)
    assert dns_ask.question_of(ours) == Question("meet.company.local", "A")


def test_each_question_is_put_once() -> None:
    records = [
        expected_record("ocspool", "A", "10.0.0.10"),
        expected_record("_sipinternaltls._tcp", "SRV", service("ocspool.company.local")),
        expected_record("_other._tcp", "SRV", service("ocspool.company.local")),
    ]
    assert dns_ask.questions(records, "nobody") == (
        Question("ocspool.company.local", "A"),
        Question("nobody.company.local", "A"),
        Question("_sipinternaltls._tcp.company.local", "SRV"),
        Question("ocspool.company.local", "A", or_recursive=True),
        Question("ocspool.company.local", "AAAA", or_recursive=True),
        Question("_other._tcp.company.local", "SRV"),
    )


def test_dead_server_is_given_up_after_one_question(bind: NameServer) -> None:
    dead = NameServer("dead", "127.0.0.1", listeners.refused_port())
    records = [expected_record(f"host{number}", "A", "10.0.0.10") for number in range(100)]
    answers = dns_ask.ask_all([dead, bind], dns_ask.questions(records, "nobody"), 1)
    assert {answer.state for (server, _unused), answer in answers.items() if server == dead} == {"unreachable"}
    results = dns_judge.judge(records, [dead, bind], answers)
    assert [(result.server, result.state) for result in results[:2]] == [
        ("dead", "unproved"),
        ("dc01.company.local", "failed"),
    ]
    assert results[0].message == (
        "the server cannot be reached (Connection refused). Check the address, the DNS service, and the firewall for"
        " UDP and TCP"
    )

    assert results[2].message.startswith("the server cannot be reached (Connection refused; not tried again)")
    assert {one.cause for one in results if one.server == "dead" and one.check == "record"} == {
        Cause(
            "unreachable",
            f"DNS server dead ({dead.place})",
            "the server cannot be reached",
            "Check the address, the DNS service, and the firewall for UDP and TCP",
        )
    }


def test_a_later_check_hears_itself_that_a_server_refuses() -> None:
    dead = NameServer("dead", "127.0.0.1", listeners.refused_port())
    silence = Silence()
    dns_ask.ask_all([dead], [OCSPOOL, OCSPOOL], 1, silence)
    assert silence.places == []
    later = dns_ask.ask_once_silent(dead, OCSPOOL, 1, Silence(silence.places))
    assert (later.state, later.detail) == ("unreachable", "Connection refused")


OCSPOOL = Question("ocspool.company.local", "A")


def _asked(talk, timeout: float = 4, question: Question = OCSPOOL) -> DnsAnswer:
    with dnsservers.scripted(talk) as port:
        return ask(NameServer("dc01", "127.0.0.1", port), question, timeout)


def test_no_recursion_is_asked_for() -> None:
    seen: list[dns.message.Message] = []

    def talk(query: dns.message.Message, transport: str) -> bytes:
        seen.append(query)
        return reply_to(query, "ocspool.company.local. 60 IN A 10.0.0.10").to_wire()

    assert _asked(talk).state == "answered"
    assert [(query.flags, query.question[0].to_text()) for query in seen] == [(0, "ocspool.company.local. IN A")]


def test_srv_target_elsewhere_is_asked_for_as_a_client_would() -> None:
    def talk(query: dns.message.Message, transport: str) -> bytes:
        recursive = query.flags & dns.flags.RD
        lines = ["ocspool.company.local. 60 IN A 10.0.0.10"] if recursive else []
        return reply_to(query, *lines, flags="QR RA").to_wire()

    assert _asked(talk).state == "not_authoritative"
    answer = _asked(talk, question=Question("ocspool.company.local", "A", or_recursive=True))
    assert (answer.state, answer.values) == ("answered", ("10.0.0.10",))


@pytest.mark.parametrize(
    ("change", "state"),
    [
        (lambda reply: reply.to_wire()[:7], "garbled"),
        (lambda reply: reply.to_wire() + b"more", "garbled"),
        (lambda reply: b"\xff\xff" + reply.to_wire()[2:], "garbled"),
        (lambda reply: b"", "garbled"),
        (lambda reply: None, "unreachable"),
        (lambda reply: reply.to_wire()[:2] + b"\x04\x20" + reply.to_wire()[4:], "garbled"),
    ],
)
def test_odd_answers(change, state: str) -> None:
    def talk(query: dns.message.Message, transport: str) -> bytes | None:
        return change(reply_to(query, "ocspool.company.local. 60 IN A 10.0.0.10"))

    assert _asked(talk, timeout=1.6).state == state


DETAILS = {
    "class CH": "a record of class CH, where IN was asked for",
    "class 4660": "a record of class CLASS4660, where IN was asked for",
    "cut short for ever": "cut short, over TCP too",
    "cut short, and no TCP": (
        "cut short over UDP, and TCP of the same port does not give it whole: open the firewall for it"
    ),
    "other type": "it answers something else: odd.company.local NS",
}


@pytest.mark.parametrize("oddity", ODDITIES)
def test_odd_answer_is_garbled_for_that_record_alone(oddity: str) -> None:
    def talk(query: dns.message.Message, transport: str) -> bytes | None:
        name = query.question[0].name.to_text()
        if name.startswith(("odd.", "_odd.")):
            return ODDITIES[oddity](query, transport)
        if name != "good.company.local." or query.question[0].rdtype != dns.rdatatype.A:
            return reply_to(query, rcode=3).to_wire()
        return reply_to(query, f"{name} 3600 IN A 10.0.0.10").to_wire()

    records = [
        expected_record("odd", "A", "10.0.0.10"),
        expected_record("_odd._tcp", "SRV", service("good.company.local")),
        expected_record("good", "A", "10.0.0.10"),
    ]
    with dnsservers.scripted(talk) as port:
        server = NameServer("dc01", "127.0.0.1", port)
        answers = dns_ask.ask_all([server], dns_ask.questions(records, "nobody"), 4)
    results = dns_judge.judge(records, [server], answers)
    assert [(one.subject, one.state) for one in results] == [
        ("odd.company.local A", "unproved"),
        ("_odd._tcp.company.local SRV", "unproved"),
        ("good.company.local A", "proved"),
        ("good.company.local", "proved"),
    ]
    assert [answers[server, dns_ask.question_of(record)].state for record in records[:2]] == ["garbled", "garbled"]
    assert DETAILS.get(oddity) in (None, answers[server, Question("odd.company.local", "A")].detail)


@pytest.mark.parametrize(("rcode", "state"), [(1, "error"), (4, "error"), (9, "not_authoritative")])
def test_error_codes(rcode: int, state: str) -> None:
    answer = _asked(lambda query, transport: reply_to(query, rcode=rcode).to_wire())
    assert (answer.state, answer.values) == (state, ())


def test_cached_answer_is_no_proof() -> None:
    line = "ocspool.company.local. 60 IN A 10.0.0.10"
    answer = _asked(lambda query, transport: reply_to(query, line, flags="QR RA").to_wire())
    assert (answer.state, answer.values, answer.detail) == ("not_authoritative", (), "it gives a cached answer")


def test_records_of_other_names_do_not_count() -> None:
    line = "evil.company.local. 60 IN A 10.0.0.10"
    answer = _asked(lambda query, transport: reply_to(query, line).to_wire())
    assert (answer.state, answer.detail) == ("garbled", "it answers something else: evil.company.local A")


def test_lost_datagram_is_asked_for_again() -> None:
    seen: list[str] = []

    def talk(query: dns.message.Message, transport: str) -> bytes | None:
        seen.append(transport)
        line = "ocspool.company.local. 60 IN A 10.0.0.10"
        return None if len(seen) == 1 else reply_to(query, line).to_wire()

    assert _asked(talk).state == "answered"
    assert seen == ["udp", "udp"]


def test_silence_over_udp_ends_in_tcp() -> None:
    def talk(query: dns.message.Message, transport: str) -> bytes | None:
        return reply_to(query, "ocspool.company.local. 60 IN A 10.0.0.10").to_wire() if transport == "tcp" else None

    answer = _asked(talk, timeout=1.6)
    assert (answer.state, answer.transport) == ("answered", "tcp")


@pytest.mark.parametrize(("answered", "state"), [(True, "answered"), (False, "timeout")])
def test_what_others_send_is_not_even_read(answered: bool, state: str) -> None:
    """A flood from elsewhere neither hides the answer nor keeps anybody reading past the deadline."""
    taken: list[int] = []
    line = "ocspool.company.local. 60 IN A 10.0.0.10"

    class Flooded(socketserver.BaseRequestHandler):
        def handle(self) -> None:
            data, server = self.request
            taken.append(strangers_datagrams(self.client_address))
            if answered:
                server.sendto(reply_to(dns.message.from_wire(data), line).to_wire(), self.client_address)

    port = dnsservers.free_port()
    with socketserver.UDPServer(("127.0.0.1", port), Flooded) as udp, socket.socket() as tcp:
        tcp.bind(("127.0.0.1", port))
        tcp.listen()  # takes the connection, and is silent
        threading.Thread(target=udp.serve_forever, args=(0.02,), daemon=True).start()
        answer = ask(NameServer("dc01", "127.0.0.1", port), OCSPOOL, 4 if answered else 0.8)
        udp.shutdown()
    assert answer.state == state
    assert set(taken) == {0}


def test_where_udp_is_closed_tcp_is_asked() -> None:
    line = "ocspool.company.local. 60 IN A 10.0.0.10"

    class Tcp(socketserver.BaseRequestHandler):
        def handle(self) -> None:
            length = struct.unpack("!H", self.request.recv(2))[0]
            reply = reply_to(dns.message.from_wire(self.request.recv(length)), line).to_wire()
            self.request.sendall(struct.pack("!H", len(reply)) + reply)

    with socketserver.TCPServer(("127.0.0.1", dnsservers.free_port()), Tcp) as tcp:
        threading.Thread(target=tcp.serve_forever, args=(0.02,), daemon=True).start()
        answer = ask(NameServer("dc01", "127.0.0.1", tcp.server_address[1]), OCSPOOL, 8)
        tcp.shutdown()
    assert (answer.state, answer.transport, answer.values) == ("answered", "tcp", ("10.0.0.10",))


def test_silence_ends_at_the_deadline() -> None:
    done = threading.Event()
    answer = _asked(lambda query, transport: done.wait(2) and None, timeout=0.4)
    done.set()
    assert (answer.state, answer.detail) == ("timeout", "within 0.4 s")


@pytest.mark.parametrize(("spent", "state", "given"), [(3, "answered", [4, 1]), (4, "refused", [4])])
def test_a_second_question_has_the_time_that_is_left(
    monkeypatch: pytest.MonkeyPatch, spent: float, state: str, given: list[float]
) -> None:
    now, seen = [100.0], []

    def answered(server: NameServer, question: Question, timeout: float, *, recursive: bool) -> DnsAnswer:
        seen.append(timeout)
        now[0] += spent
        return DnsAnswer(server, question, "answered" if recursive else "refused")

    monkeypatch.setattr(dns_ask, "_ask_once", answered)
    question = Question("ocspool.company.local", "A", or_recursive=True)
    assert ask(NameServer("dc01", "127.0.0.1"), question, 4, lambda: now[0]).state == state
    assert seen == given


def test_hostile_names_are_escaped() -> None:
    line = r"ocspool.company.local. 60 IN CNAME \027[31m\010<script>`|.evil.example."
    answer = _asked(lambda query, transport: reply_to(query, line).to_wire())
    assert answer.alias == r"\027[31m\010<script>`|.evil.example"


LINES = (
    "ocspool.company.local. 60 IN A 10.0.0.10",
    "ocspool.company.local. 60 IN CNAME sip.company.local.",
    "ocspool.company.local. 60 IN SRV 0 0 5061 sip.company.local.",
)
WIRES = [reply_to(dns.message.make_query("ocspool.company.local", "A"), line).to_wire() for line in LINES]
STATES = {"answered", "alias", "nodata", "nxdomain", "garbled", "not_authoritative", "error", "refused", "servfail"}


@given(st.sampled_from(WIRES).flatmap(lambda wire: torn(wire, [b"\xc0\x0c", b"\xc0\xff", b"\x00\x05", b"\xff" * 4])))
def test_a_torn_answer_has_a_state_and_text_that_can_be_shown(wire: bytes) -> None:
    server, question = NameServer("dc01", "127.0.0.1"), Question("ocspool.company.local", "A")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(seam_dns.dns.query, "udp", lambda *_args, **_kwargs: dns.message.from_wire(wire))
        patch.setattr(seam_dns.dns.query, "tcp", lambda *_args, **_kwargs: dns.message.from_wire(wire))
        answer = ask(server, question, 1)
    assert answer.state in STATES
    assert (answer.detail + answer.alias).isascii()


@pytest.mark.parametrize("name", ["a..b", "a" * 64 + ".company.local", "x." * 128])
def test_names_that_are_none(name: str) -> None:
    with pytest.raises(RolloutError, match="is no name that DNS can be asked for"):
        ask(NameServer("dc01", "127.0.0.1"), Question(name, "A"), 1)


@pytest.mark.parametrize("port", [-1, 65536])
def test_a_server_has_a_port_that_there_is(port: int) -> None:
    with pytest.raises(RolloutError) as caught:
        dns_ask.parse_servers([{"address": "127.0.0.1"}, {"address": "127.0.0.1", "port": port}])
    assert str(caught.value) == f"servers[1].port: {port} is no port. Give a number from 1 to 65535"
    assert dns_ask.parse_servers([{"address": "127.0.0.1", "port": 65535}])[0].port == 65535


def test_servers_are_addresses() -> None:
    assert dns_ask.parse_servers([{"name": "dc01", "address": "10.0.0.5", "port": None}, {"address": "fd00::5"}]) == (
        NameServer("dc01", "10.0.0.5", 53),
        NameServer("fd00::5", "fd00::5", 53),
    )
    with pytest.raises(RolloutError, match=r"^servers\[1\]\.address: empty"):
        dns_ask.parse_servers([{"address": "10.0.0.5"}, {"address": ""}])


def test_a_name_without_an_address_is_not_asked() -> None:
    (server,) = dns_ask.parse_servers([{"address": "dc01.invalid"}])
    answer = ask(server, Question("ocspool.company.local", "A"), 1)
    assert answer.state == dns_ask.UNREACHABLE
    assert "'dc01.invalid' is no IP address, and this host cannot look it up" in answer.detail


def test_a_name_is_looked_up_on_the_way_in() -> None:
    assert dns_ask.parse_servers([{"address": "localhost"}])[0] in (
        NameServer("localhost", "127.0.0.1", 53),
        NameServer("localhost", "::1", 53),
    )


def test_missing_library_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(seam_dns, "IMPORT_ERROR", "Traceback ...")
    with pytest.raises(RolloutError, match="dnspython is missing. Install it .* pip install 'dnspython>=2.6'"):
        ask(NameServer("dc01", "127.0.0.1"), Question("a.example", "A"), 1)
