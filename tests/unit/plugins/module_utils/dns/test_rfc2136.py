"""Dynamic update against BIND, and against servers that answer what a test says."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import dns.rcode
import dns.rdatatype
import dnskit
import pytest
from dnskit import SECRET
from proofkit import dnsservers
from unit.record_sets import record_set

from ansible_collections.ucops.rollout.plugins.module_utils.dns import rfc2136
from ansible_collections.ucops.rollout.plugins.module_utils.dns.port import UPDATES, FoundRecord, ZoneState
from ansible_collections.ucops.rollout.plugins.module_utils.dns.push import PushFailed, ServerRefused, push
from ansible_collections.ucops.rollout.plugins.module_utils.dns.request import PushRequest
from ansible_collections.ucops.rollout.plugins.module_utils.dns.rfc2136 import (
    Signer,
    UpdatedServer,
    asked_only,
    signed_by_key,
)
from ansible_collections.ucops.rollout.plugins.module_utils.errors import RolloutError
from ansible_collections.ucops.rollout.plugins.module_utils.model import Aging, PlannedZone, ZoneSettings

ZONE = "company.local"
HELD = ["alias 3600 CNAME dc01.company.local.", "branch 3600 NS dc01.company.local."]
WILD = [
    "* 3600 A 10.0.0.9",
    "* 3600 TXT any",
    "host 3600 A 10.0.0.9",
    "other 3600 A 10.0.0.1",
    "*.eu 60 CNAME host.company.local.",
]
USED = (
    "*",
    "*.eu",
    "host",
    "other",
    "alias",
    "branch",
    "sip",
    "_ucops-rollout",
    *(f"host{number:04}" for number in range(1000)),
)


@pytest.fixture
def port(bind: dnskit.Bind) -> int:
    bind.begin({ZONE: HELD}, USED)
    return bind.port


def server(port: int, secret: str = SECRET, name: str = "rollout", **more: Any) -> UpdatedServer:
    return UpdatedServer("ns1", "127.0.0.1", port, signed_by_key(name, secret, "hmac-sha256"), **more)


def a_set(label: str, *addresses: str, zone: str = ZONE, ttl: int = 3600) -> Any:
    return record_set(zone, f"{label}.{zone}", "A", ttl, addresses)


def request(*sets: Any, zone: str = ZONE, **more: Any) -> PushRequest:
    return PushRequest((PlannedZone("internal", zone, "fail"),), sets, **{"rollout": "pool", **more})


def held(port: int, *owners: str, zone: str = ZONE) -> set[tuple[str, str, Any, int]]:
    found = server(port).records(zone, [f"{owner}.{zone}" for owner in owners])
    return {(one.owner, one.type, one.value, one.ttl) for one in found}


def test_zones_and_records_are_read(port: int) -> None:
    ns1 = server(port)
    assert ns1.zones([ZONE, "missing.test", f"branch.{ZONE}", f"dc01.{ZONE}"]) == {
        ZONE: ZoneState(ZONE, "primary", in_directory=None)
    }
    assert ns1.records(ZONE, [f"dc01.{ZONE}", f"alias.{ZONE}", f"none.{ZONE}", f"x.branch.{ZONE}"]) == (
        FoundRecord(ZONE, f"dc01.{ZONE}", "A", "10.0.0.5", 3600),
        FoundRecord(ZONE, f"alias.{ZONE}", "CNAME", f"dc01.{ZONE}", 3600),
        FoundRecord(ZONE, f"branch.{ZONE}", "NS", f"dc01.{ZONE}", 3600),
    )


def test_records_of_many_names_are_read_in_one_transfer(port: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(UpdatedServer, "_ask_all", lambda *_given: pytest.fail("each name is asked for"))
    many = [f"h{number}.{ZONE}" for number in range(60)]
    assert set(server(port).records(ZONE, [f"dc01.{ZONE}", f"alias.{ZONE}", *many])) == {
        FoundRecord(ZONE, f"alias.{ZONE}", "CNAME", f"dc01.{ZONE}", 3600),
        FoundRecord(ZONE, f"dc01.{ZONE}", "A", "10.0.0.5", 3600),
    }


def test_many_records_are_looked_at_once_while_the_serial_stays(port: int, monkeypatch: pytest.MonkeyPatch) -> None:
    ns1, looks = server(port), []
    zones = ns1.zones
    monkeypatch.setattr(ns1, "zones", lambda names: (looks.append(len(names)), zones(names))[1])
    (serial,) = ns1.serials([ZONE]).values()
    assert ns1.serials(["other.test"]) == {}
    sets = [a_set(f"look{number:02}", "10.0.0.7") for number in range(60)]
    assert push(ns1, request(*sets), check_mode=False)["changed"] is True
    # One look at all: the owners, their zone, and the zone above it.
    assert looks == [62]
    assert ns1.serials([ZONE])[ZONE] > serial


def test_what_a_wildcard_answers_is_not_taken_for_a_record(bind: dnskit.Bind) -> None:
    """A record of the same data is there all the same, and other wildcards stand for names of their own."""
    bind.begin({ZONE: WILD}, USED)
    assert held(bind.port, "host", "other", "sip", "a.b", "x.eu", "a.x.eu", "eu", "*", "*.b") == {
        (f"host.{ZONE}", "A", "10.0.0.9", 3600),
        (f"other.{ZONE}", "A", "10.0.0.1", 3600),
        (f"*.{ZONE}", "A", "10.0.0.9", 3600),
        (f"*.{ZONE}", "TXT", "any", 3600),
    }
    names = [f"{label}.{ZONE}" for label in ("host", "sip", "eu", "x.eu", "x.host")]
    # Which names lie right above a wildcard, its record shows.
    assert server(bind.port).existing(ZONE, names) == {f"host.{ZONE}"}
    bind.begin({ZONE: ["a.b 60 A 10.0.0.1"]}, (*USED, "a.b"))
    assert server(bind.port).existing(ZONE, [f"b.{ZONE}", f"a.b.{ZONE}", f"c.{ZONE}"]) == {f"b.{ZONE}", f"a.b.{ZONE}"}
    bind.begin({ZONE: []}, USED)


def test_a_record_goes_where_a_wildcard_answered(bind: dnskit.Bind) -> None:
    bind.begin({ZONE: WILD}, USED)
    sip = a_set("sip", "10.0.0.10")
    result = push(server(bind.port), request(sip), check_mode=False)
    assert [one["note"] for one in result["changes"]] == [
        '*.company.local (A 10.0.0.9, TXT "any") answers for it so far; that ends, for all types, at'
        " sip.company.local and below"
    ]
    assert held(bind.port, "sip") == {(f"sip.{ZONE}", "A", "10.0.0.10", 3600)}
    assert not push(server(bind.port), request(sip), check_mode=False)["changed"]


def test_a_thousand_records_go_in_a_few_messages(port: int, monkeypatch: pytest.MonkeyPatch) -> None:
    ns1, sent = server(port), []
    send = ns1._send
    monkeypatch.setattr(ns1, "_send", lambda message, zone: (sent.append(len(message.to_wire())), send(message, zone)))
    sets = [a_set(f"host{number:04}", f"10.1.{number // 250}.{number % 250 + 1}") for number in range(1000)]
    push(ns1, request(*sets), check_mode=False)
    assert 1 <= len(sent) <= 4
    assert max(sent) < 65_000
    assert len(held(port, *(f"host{number:04}" for number in range(1000)))) == 1000


def test_what_somebody_changed_in_between_is_not_overwritten(port: int) -> None:
    push(server(port), request(a_set("sip", "10.0.0.10")), check_mode=False)

    class Late(UpdatedServer):
        def update(self, update: Any) -> None:
            other = server(port)
            push(other, request(a_set("sip", "10.0.0.10", "10.0.0.99"), rollout="other"), check_mode=False)
            super().update(update)

    late = Late("ns1", "127.0.0.1", port, signed_by_key("rollout", SECRET, "hmac-sha256"))
    with pytest.raises(PushFailed) as caught:
        push(late, request(a_set("sip", "10.0.0.20")), check_mode=False)
    assert "the update of company.local was refused with NXRRSET: somebody changed a record in between" in str(
        caught.value
    )
    assert held(port, "sip") == {(f"sip.{ZONE}", "A", "10.0.0.10", 3600), (f"sip.{ZONE}", "A", "10.0.0.99", 3600)}


@pytest.mark.parametrize(
    ("secret", "name", "told"),
    [
        ("YW5vdGhlciBzZWNyZXQ=", "rollout", "ns1: it refuses the signature by rollout: it does not verify"),
        (SECRET, "unknown", "ns1: it refuses the signature by unknown: it does not know the key"),
    ],
)
def test_a_wrong_key(port: int, secret: str, name: str, told: str) -> None:
    with pytest.raises(RolloutError, match=told):
        push(server(port, secret, name), request(a_set("sip", "10.0.0.10")), check_mode=False)
    assert held(port, "sip") == set()


def test_a_zone_that_takes_no_updates(tmp_path: Path) -> None:
    with dnsservers.named(tmp_path, {ZONE: "dc01 A 10.0.0.5\n"}) as port:
        plain = UpdatedServer("ns1", "127.0.0.1", port)
        with pytest.raises(PushFailed, match=r"was refused with REFUSED. Let the zone take updates"):
            push(plain, request(a_set("sip", "10.0.0.10")), check_mode=False)


@pytest.mark.parametrize("secret", ["", "not base64!", "é"])
def test_a_secret_that_is_none_is_refused_without_showing_it(secret: str) -> None:
    with pytest.raises(RolloutError) as caught:
        signed_by_key("rollout", secret, "hmac-sha256")
    assert str(caught.value).startswith("the TSIG key 'rollout' cannot be used. Give its name, its secret in base64")
    assert not secret or secret not in str(caught.value)


def test_nobody_answers() -> None:
    port = dnsservers.free_port()
    told = f"Connection refused. See that the server answers at 127.0.0.1 on TCP port {port} from this host"
    with pytest.raises(RolloutError, match=f"ns1: the connection failed: {told}"):
        UpdatedServer("ns1", "127.0.0.1", port).zones([ZONE])


def test_silence_ends_at_the_deadline() -> None:
    with (
        dnsservers.scripted(lambda query, transport: None) as port,
        pytest.raises(RolloutError, match=r"ns1: (no answer within|the connection failed)"),
    ):
        UpdatedServer("ns1", "127.0.0.1", port, timeout=0.3).zones([ZONE])


def _soa(query: Any, transport: str) -> bytes:
    """An authority that takes questions, and of updates says nothing."""
    reply = dnsservers.reply_to(query, f"{ZONE}. 3600 IN SOA a. b. 1 2 3 4 5")
    return reply.to_wire()


@pytest.mark.parametrize(
    ("wire", "told"),
    [
        (b"", "the answer is none|connection failed"),
        (b"\x00\x01garbled", "the answer is none"),
    ],
)
def test_an_answer_that_is_none(wire: bytes, told: str) -> None:
    with dnsservers.scripted(lambda query, transport: wire) as port, pytest.raises(RolloutError, match=told):
        UpdatedServer("ns1", "127.0.0.1", port, timeout=1).zones([ZONE])


def test_an_unsigned_answer_to_a_signed_question_is_not_believed() -> None:
    with (
        dnsservers.scripted(_soa) as port,
        pytest.raises(RolloutError, match="a reply without the signature that was asked for"),
    ):
        server(port, timeout=1).zones([ZONE])


@pytest.mark.parametrize("code", [dns.rcode.NOERROR, dns.rcode.NOTIMP, dns.rcode.REFUSED])
def test_a_server_that_does_not_tell_all_records_of_a_name_tells_of_each_type(code: int) -> None:
    def talk(query: Any, transport: str) -> bytes:
        asked = dns.rdatatype.to_text(query.question[0].rdtype)
        told = {"A": "sip.company.local. 60 IN A 10.0.0.10", "ANY": 'sip.company.local. 60 IN HINFO "RFC8482" ""'}
        lines = [told[asked]] if asked in told and not (asked == "ANY" and code) else []
        return dnsservers.reply_to(query, *lines, rcode=code if asked == "ANY" else 0).to_wire()

    with dnsservers.scripted(talk) as port:
        found = UpdatedServer("ns1", "127.0.0.1", port, timeout=5).records(ZONE, ["sip.company.local"])
    assert [(one.type, one.value) for one in found] == [("A", "10.0.0.10")]


def test_half_an_answer_is_not_taken_for_all_of_it() -> None:
    def talk(query: Any, transport: str) -> bytes:
        return dnsservers.reply_to(query, flags="QR AA TC").to_wire()

    with dnsservers.scripted(talk) as port, pytest.raises(RolloutError, match=r"sip.company.local A does not fit into"):
        UpdatedServer("ns1", "127.0.0.1", port, timeout=5).records(ZONE, ["sip.company.local"])


@pytest.mark.parametrize("absent", [False, True])
def test_a_zone_that_the_server_fails_to_answer_for_is_not_taken_for_missing(absent: bool) -> None:
    def talk(query: Any, transport: str) -> bytes:
        return dnsservers.reply_to(query, rcode=dns.rcode.SERVFAIL).to_wire()

    with dnsservers.scripted(talk) as port, pytest.raises(RolloutError, match=f"asked for {ZONE} SOA it says SERVFAIL"):
        ns1 = UpdatedServer("ns1", "127.0.0.1", port, timeout=5)
        push(ns1, request(a_set("sip", "10.0.0.10"), absent=absent), check_mode=False)


def test_of_a_push_in_several_messages_the_first_remembers_and_the_last_forgets(
    port: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, then = ([a_set(f"host{at:04}", address) for at in range(4)] for address in ("10.0.0.1", "10.0.0.2"))
    ns1, send, sent = server(port), UpdatedServer._send, []

    def cut_off(ns1: UpdatedServer, message: Any, zone: str) -> None:
        sent.append(sorted({str(rrset.name).partition(".")[0] for rrset in message.update}))
        if len(sent) == 3:
            raise rfc2136.UpdateRefused("cut off", where="ns1")
        send(ns1, message, zone)

    assert push(ns1, request(*first), check_mode=False)["changed"]
    monkeypatch.setattr(rfc2136, "MOST_BYTES", 300)
    monkeypatch.setattr(UpdatedServer, "_send", cut_off)
    with pytest.raises(PushFailed, match="cut off"):
        push(ns1, request(*then), check_mode=False)
    assert sent == [["_ucops-rollout"], ["host0000"], ["host0001"]]
    # What is there is known as ours, so that the next run ends it.
    assert push(ns1, request(*then), check_mode=False)["changed"]
    assert sent[-1] == ["_ucops-rollout"]
    names = [f"host{at:04}" for at in range(4)]
    assert held(port, *names) == {(f"{name}.{ZONE}", "A", "10.0.0.2", 3600) for name in names}
    assert [value for _owner, _kind, value, _ttl in held(port, "_ucops-rollout")] == [
        f"ucops.rollout/1/pool,{','.join(f'A/{name}/10.0.0.2' for name in names)}"
    ]


def test_what_does_not_fit_into_a_message_is_not_sent(port: int) -> None:
    texts = tuple(FoundRecord(ZONE, f"sip.{ZONE}", "TXT", f"{at:03}".ljust(255, "x"), 60) for at in range(300))
    with pytest.raises(RolloutError, match=r"was not sent: what is held at one name.* push with remember: false"):
        server(port).update(rfc2136.ZoneUpdate(ZONE, {}, frozenset(), texts, ()))
    assert held(port, "sip") == set()


def test_a_ttl_that_the_server_raises_is_remembered_in_an_update_of_its_own(
    port: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    ns1, data = server(port), rfc2136.dns.update.UpdateMessage.add
    monkeypatch.setattr(
        rfc2136.dns.update.UpdateMessage,
        "add",
        lambda message, name, ttl, rdata: data(message, name, max(ttl, 300), rdata),
    )
    result = push(ns1, request(a_set("sip", "10.0.0.10", ttl=60)), check_mode=False)
    assert result["notes"] == ["the server keeps a TTL of 300 where a lower one is planned: sip.company.local A"]
    assert {value for _owner, kind, value, _ttl in held(port, "_ucops-rollout")} == {
        "ucops.rollout/1/pool,A/sip/10.0.0.10", "ucops.rollout/1/pool,TTL/300",
    }  # fmt: skip
    assert not push(ns1, request(a_set("sip", "10.0.0.10", ttl=60)), check_mode=False)["changed"]
    push(ns1, request(a_set("sip", "10.0.0.10", ttl=60), absent=True), check_mode=False)
    assert held(port, "sip", "_ucops-rollout") == set()


def test_servers_that_are_asked_only(port: int) -> None:
    (ns1,) = asked_only([{"name": "ns1", "address": "127.0.0.1", "port": port, "view": "internal"}])
    assert list(ns1.zones([ZONE, f"dc01.{ZONE}", "missing.test"])) == [ZONE]
    (usual,) = asked_only([{"name": "ns2", "address": "192.0.2.1", "port": None}])
    assert (usual.name, usual.port, usual.timeout) == ("ns2", 53, 5.0)


def test_what_it_can_be_asked_to_do() -> None:
    assert UpdatedServer.capabilities is UPDATES
    assert (UPDATES.creates_zones, UPDATES.changes_ttl, UPDATES.removes) == (False, True, True)
    assert Signer().shown == "no key"


@pytest.mark.parametrize(
    "settings", [ZoneSettings(storage="file"), ZoneSettings(dynamic_update="secure"), ZoneSettings(aging=Aging(False))]
)
def test_settings_of_a_zone_are_refused_since_dns_does_not_tell_them(port: int, settings: ZoneSettings) -> None:
    zones = (PlannedZone("internal", ZONE, "fail", settings),)
    with pytest.raises(ServerRefused) as caught:
        push(server(port), PushRequest(zones, (a_set("sip", "10.0.0.10"),)), check_mode=False)
    assert caught.value.problems == (
        f"the zone {ZONE}: settings of zones can be neither read nor set from here: leave them out",
    )
    assert held(port, "sip") == set()
