"""The push to zones that are in use, on the lab's Windows: what stands in the way is told before anything is written,
and trouble on the way loses nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import dnskit
import pytest

from ansible_collections.ucops.rollout.plugins.module_utils.dns.push import PushFailed, ServerRefused, push
from ansible_collections.ucops.rollout.plugins.module_utils.dns.request import read_request
from ansible_collections.ucops.rollout.plugins.module_utils.errors import RolloutError
from lab.dns.store import rdata_of
from lab.injections import Injection

ZONE = "company.local"
SRV = {"priority": 0, "weight": 0, "port": 5061, "target": f"sip.{ZONE}"}
REMEMBERED = "_ucops-rollout 3600 TXT ucops.rollout/1/default,A/sip/192.0.2.9"
SIGN_IN = {"zone": ZONE, "name": "_sip._tcp", "type": "SRV", "values": [SRV]}


class Site:
    """One DNS server, and pushes to it. ``zones``: their records in the lines of ``dnskit``."""

    def __init__(self, place: Path, generation: str, zones: Mapping[str, Sequence[str]]) -> None:
        self.kind = dnskit.Windows(generation, place)
        self.kind.begin(zones)

    @property
    def store(self) -> Any:
        return self.kind.estate.machine("dc01").roles["dns"].store

    def zone(self, name: str = ZONE) -> Any:
        return self.store.zone(name)

    def push(self, *records: dict[str, Any], check_mode: bool = False, **options: Any) -> dict[str, Any]:
        zones = [{"name": name} for name in dict.fromkeys(record["zone"] for record in records)]
        with self.kind.server() as server:
            return push(server, read_request(zones, records, options), check_mode=check_mode)

    def held(self, zone: str = ZONE) -> list[str]:
        """The records of the zone but what is remembered."""
        return [one for one in self.kind.held(zone) or () if not one.startswith("_ucops-rollout ")]


@pytest.fixture(params=["2003", "2012"])
def generation(request: pytest.FixtureRequest) -> str:
    """Before 2012, records are removed by a program."""
    found: str = request.param
    return found


def a_set(name: str, *addresses: str, zone: str = ZONE, **more: Any) -> dict[str, Any]:
    return {"zone": zone, "name": name, "type": "A", "values": list(addresses), **more}


@pytest.mark.parametrize("ttl", [3600, 1200])
def test_a_record_that_scavenging_would_remove_becomes_static_at_the_sites_word(
    tmp_path: Path, generation: str, ttl: int
) -> None:
    site = Site(tmp_path, generation, {ZONE: [f"sip {ttl} A 192.0.2.1 [aging]"]})
    site.zone().settings["Aging"] = True
    sip = a_set("sip", "192.0.2.1")
    with pytest.raises(ServerRefused, match="sip.company.local A: 192.0.2.1: it has a time stamp"):
        site.push(sip)
    assert site.held() == [f"sip {ttl} A 192.0.2.1 [aging]"]
    assert site.push(sip, replace=["sip.company.local"])["changed"] is True
    assert site.held() == ["sip 3600 A 192.0.2.1"]
    assert site.push(sip)["changed"] is False


def test_a_wildcard_that_answers_for_planned_names_is_told_and_left(tmp_path: Path, generation: str) -> None:
    there = ["* 3600 CNAME www.hoster.test.", "_ldap._tcp 3600 SRV 0 0 389 dc01.company.local."]
    site = Site(tmp_path, generation, {ZONE: there})
    result = site.push(a_set("sip", "192.0.2.1"), SIGN_IN)
    assert {one["name"]: one.get("note") for one in result["changes"]} == {
        "sip": "*.company.local (CNAME www.hoster.test) answers for it so far; that ends, for all types, at"
        " sip.company.local and below",
        # _tcp exists, since _ldap lies below it.
        "_sip._tcp": None,
    }
    assert set(there) < set(site.held())


def test_a_ttl_that_the_server_raises_is_told_and_not_set_again(tmp_path: Path, generation: str) -> None:
    site = Site(tmp_path, generation, {ZONE: ["sip 3600 A 192.0.2.1", "web 7200 A 192.0.2.2"]})
    site.store.least_ttl = 300
    asked = [a_set("sip", "192.0.2.1", ttl=60), a_set("web", "192.0.2.2", ttl=900), a_set("new", "192.0.2.3", ttl=60)]
    assert site.push(*asked)["notes"] == [
        "the server keeps a TTL of 300 where a lower one is planned: sip.company.local A, new.company.local A"
    ]
    there = ["new 300 A 192.0.2.3", "sip 300 A 192.0.2.1", "web 900 A 192.0.2.2"]
    assert site.held() == there
    serial = site.zone().soa.rdata.serial
    assert site.push(*asked)["changed"] is False
    # Each change counts it up.
    assert (site.held(), site.zone().soa.rdata.serial) == (there, serial)


def test_a_read_only_copy_is_told_at_the_first_write(tmp_path: Path) -> None:
    site = Site(tmp_path, "2012", {ZONE: ["sip 3600 A 192.0.2.9"]})
    site.zone().read_only = True
    with pytest.raises(
        PushFailed, match=r"company\.local is a read-only copy on this server.*writable first"
    ) as caught:
        site.push(a_set("web", "192.0.2.1"))
    assert (caught.value.result["changed"], site.kind.held(ZONE)) == (False, ["sip 3600 A 192.0.2.9"])
    # What is there as planned needs no writing.
    assert site.push(a_set("sip", "192.0.2.9"))["changed"] is False


# Trouble on the way


def before(site: Site, words: bytes, work: Callable[[], object]) -> None:
    """Let something happen on the server just before the first message that holds these words."""
    answer, waiting = site.kind.wire.service.answer, [work]

    def answered(message: bytes, session: Any) -> Any:
        if waiting and words in message:
            waiting.pop()()
        return answer(message, session)

    site.kind.wire.service.answer = answered


def order(site: Site, action: str, **details: Any) -> None:
    site.kind.estate.injections.add([Injection("dc01", action, **details)])


THREE = ["a.test", "b.test", "c.test"]
IN_THREE = [a_set("sip", "192.0.2.1", zone=name) for name in THREE]
WRITING = b"CreateInstanceFromPropertyData_INPUT"


def test_a_zone_that_may_not_be_read_is_named_and_nothing_is_written_anywhere(tmp_path: Path, generation: str) -> None:
    site = Site(tmp_path, generation, {name: [] for name in THREE})
    order(site, "fault", fault="access_denied", times=99, match={"text": "ContainerName='b.test'"})
    with pytest.raises(RolloutError, match=r"b\.test.*in DnsAdmins"):
        site.push(*IN_THREE)
    assert [site.kind.held(name) for name in THREE] == [[], [], []]


def test_a_zone_that_may_not_be_written_is_named_with_all_that_is_left(tmp_path: Path, generation: str) -> None:
    site = Site(tmp_path, generation, {name: [] for name in THREE})
    order(
        site,
        "fault",
        fault="access_denied",
        times=99,
        match={"kind": "invoke", "text": "b.test"},
    )
    with pytest.raises(PushFailed, match=r"adding _ucops-rollout\.b\.test TXT .*in DnsAdmins") as caught:
        site.push(*IN_THREE)
    assert caught.value.result["left"] == [f"sip.{name} A" for name in THREE]
    assert [site.held(name) for name in THREE] == [[], [], []]
    site.kind.estate.injections.clear()
    assert site.push(*IN_THREE)["changed"] is True
    assert [site.held(name) for name in THREE] == [["sip 3600 A 192.0.2.1"]] * 3


def test_a_zone_that_is_deleted_meanwhile(tmp_path: Path, generation: str) -> None:
    site = Site(tmp_path, generation, {name: [] for name in THREE})
    before(site, b"sip.b.test", lambda: site.store.delete_zone(site.zone("b.test")))
    with pytest.raises(RolloutError, match=r"b\.test"):
        site.push(*IN_THREE)
    assert site.held("a.test") in ([], ["sip 3600 A 192.0.2.1"])
    assert site.kind.held("b.test") is None


def test_an_address_that_somebody_adds_in_the_last_moment_is_a_failure_and_is_kept(
    tmp_path: Path, generation: str
) -> None:
    site = Site(tmp_path, generation, {ZONE: ["sip 3600 A 192.0.2.9", REMEMBERED]})
    theirs = rdata_of("A", "192.0.2.66")
    before(site, WRITING, lambda: site.store.add(site.zone(), f"sip.{ZONE}", theirs))
    with pytest.raises(PushFailed, match="sip.company.local A: there is already 192.0.2.66, which is not planned"):
        site.push(a_set("sip", "192.0.2.1"))
    assert "sip 3600 A 192.0.2.66" in site.held()


def test_an_alias_that_somebody_adds_in_the_last_moment_is_a_failure_and_is_kept(
    tmp_path: Path, generation: str
) -> None:
    site = Site(tmp_path, generation, {ZONE: []})
    theirs = rdata_of("CNAME", "dc01.company.local.")
    before(site, WRITING, lambda: site.store.add(site.zone(), f"sip.{ZONE}", theirs))
    with pytest.raises(PushFailed, match="adding sip.company.local A 192.0.2.1 failed"):
        site.push(a_set("sip", "192.0.2.1"))
    assert site.held() == ["sip 3600 CNAME dc01.company.local."]
    with pytest.raises(ServerRefused, match="the name is an alias"):
        site.push(a_set("sip", "192.0.2.1"))


def test_what_somebody_else_removed_in_the_last_moment_counts_as_removed(tmp_path: Path, generation: str) -> None:
    site = Site(tmp_path, generation, {ZONE: ["sip 3600 A 192.0.2.9", REMEMBERED]})

    def remove() -> None:
        (old,) = [one for one in site.zone().records if one.rdata.to_text() == "192.0.2.9"]
        site.store.remove(site.zone(), old)

    before(site, WRITING, remove)
    result = site.push(a_set("sip", "192.0.2.1"))
    assert site.held() == ["sip 3600 A 192.0.2.1"]
    assert ["removing sip.company.local A 192.0.2.9: done, although" in one for one in result["notes"]] == [True]


@pytest.mark.parametrize("trouble", [{"action": "drop"}, {"action": "fault", "fault": "generic_failure"}])
def test_half_of_an_enumeration_is_no_answer(tmp_path: Path, trouble: dict[str, Any]) -> None:
    names = [f"h{number:03}" for number in range(300)]
    site = Site(tmp_path, "2012", {ZONE: [f"{name} 3600 A 192.0.2.9" for name in names]})
    order(site, **trouble, times=99, match={"kind": "pull"})
    with pytest.raises(RolloutError):
        site.push(*(a_set(name, "192.0.2.9") for name in names))
    assert len(site.held()) == 300


def counted_bytes(wire: Any) -> list[int]:
    """Grows by what each request and its answer have."""
    sizes: list[int] = []
    respond = wire._response

    def counted(request: Any, answer: Any) -> Any:
        sizes.append(len(request.body or b"") + len(answer.data))
        return respond(request, answer)

    wire._response = counted
    return sizes


def test_ten_records_cost_no_more_in_a_large_zone(tmp_path: Path, generation: str) -> None:
    costs = []
    for place, others in (("small", 10), ("large", 10_000)):
        lines = [f"other{number} 3600 A 192.0.2.9" for number in range(others)]
        site = Site(tmp_path / place, generation, {ZONE: lines})
        sizes = counted_bytes(site.kind.wire)
        assert site.push(*(a_set(f"new{number}", "192.0.2.1") for number in range(10)))["changed"] is True
        assert len(site.held()) == others + 10
        costs.append((site.kind.wire.count, sum(sizes)))
    (small, few), (large, many) = costs
    assert (small, abs(many - few) < 2_000) == (large, True)


ODD_TEXTS = ['a "b" c', "back\\slash \\", "100% %PATH% ^&|<>!", "naïve – ümlaut", "*", "it's; done", "a  b", "/f"]
# Before 2012 a program removes records, and what cannot be given to it is known before anything is changed.
REMOVED = {"2012": ODD_TEXTS[2:], "2003": ["*", "it's; done", "a  b"]}


def test_odd_texts_go_all_the_way_and_back(tmp_path: Path, generation: str) -> None:
    site = Site(tmp_path, generation, {ZONE: ["text 3600 TXT foreign"]})
    texts = {"zone": ZONE, "name": "odd", "type": "TXT", "values": ODD_TEXTS}
    assert set(site.push(texts)["after"][0]["values"]) == set(ODD_TEXTS)
    assert site.push(texts)["changed"] is False
    held = {b"".join(one.rdata.strings).decode() for one in site.zone().records if one.owner.labels[0] == b"odd"}
    assert held == set(ODD_TEXTS)
    fewer = {**texts, "values": [one for one in ODD_TEXTS if one not in REMOVED[generation]]}
    assert site.push(fewer)["changed"] is True
    assert set(site.push(fewer)["after"][0]["values"]) == set(ODD_TEXTS) - set(REMOVED[generation])


@pytest.mark.parametrize("name", ["a'b", 'a"b', "a\\b", "*", "*.sub", "größe", "a b", "a;b", "a%b", "a\x00b"])
def test_odd_names_are_refused_before_anybody_is_asked(tmp_path: Path, name: str) -> None:
    site = Site(tmp_path, "2012", {ZONE: []})
    with pytest.raises(RolloutError, match=r"records\[0\]"):
        site.push(a_set(name, "192.0.2.1"))
    assert site.kind.wire.count == 0
