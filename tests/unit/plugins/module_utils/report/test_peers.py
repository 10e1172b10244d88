"""The other servers of a pool, and what is asked of them before one is changed."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from unit.topologies import origin

from ansible_collections.ucops.rollout.plugins.module_utils.model import Plan
from ansible_collections.ucops.rollout.plugins.module_utils.plan.server_work import certificates_of
from ansible_collections.ucops.rollout.plugins.module_utils.reading.queries import as_plan
from ansible_collections.ucops.rollout.plugins.module_utils.report.peers import Peer, PeerPort, peers
from ansible_collections.ucops.rollout.plugins.module_utils.values import Thumbprint

ONE, TWO = "ocssrv01.company.local", "ocssrv02.company.local"
ID = f"{TWO}/default"
OLD, NEW = "AA" * 20, "BB" * 20


def plan() -> Plan:
    found = as_plan(origin())
    return replace(found, servers=(found.servers[0], replace(found.servers[1], inventory_host="fe2")))


def survey(thumbprint: str | None = None, former: str | None = None) -> dict[str, Any]:
    work = certificates_of(plan(), "fe2", port_map={443: 10443}).to_plain()
    request = {"former": {"thumbprint": former} if former else None}
    return {"work": work, "certificates": {ID: {"request": request, "thumbprint": thumbprint}}}


def ports(**more: Any) -> tuple[PeerPort, ...]:
    return (
        PeerPort(ID, "front_end", "10.0.0.12", 5061, 5061, "ocspool.company.local", **more),
        PeerPort(ID, "web_components", "10.0.0.12", 10443, 443, "ocspool.company.local", **more),
    )


def found(host: dict[str, Any], batch: tuple[str, ...] = ()) -> tuple[Peer, ...]:
    return peers({"fe2": host}, ONE, batch, plan())


def test_one_that_is_still_to_be_renewed_serves_what_it_had() -> None:
    assert found({"pool_certificates_survey": survey(former=OLD)}) == (Peer(TWO, "fe2", ports(due=True)),)


def test_one_that_is_as_planned_serves() -> None:
    assert found({"pool_certificates_survey": survey(OLD)}) == (Peer(TWO, "fe2", ports()),)


def test_of_one_that_never_had_any_nothing_is_asked() -> None:
    assert found({"pool_certificates_survey": survey()}) == ()


def test_those_that_are_changed_at_once_are_not_asked() -> None:
    assert found({"pool_certificates_survey": survey(OLD)}, ("fe2",)) == ()


def test_what_this_run_has_proved_is_to_be_there_still() -> None:
    seen = {"certificate": ID, "component": "front_end", "place": "10.0.0.12:5061", "shown": NEW, "state": "shown"}
    unseen = {**seen, "place": "10.0.0.12:10443", "shown": None, "state": "unseen"}
    done = {"certificates": {ID: {"thumbprint": NEW, "proof": {"ports": [seen, unseen]}}}}
    host = {"pool_certificates_survey": survey(former=OLD), "pool_certificates_done": done}
    front_end, web = ports()
    assert found(host) == (Peer(TWO, "fe2", (replace(front_end, thumbprint=Thumbprint(NEW)), web)),)


def test_of_one_that_takes_no_part_the_plan_says_where_it_listens() -> None:
    (other,) = peers({}, ONE, (), plan(), {443: 10443})
    assert other == Peer(TWO, "", ports(), logon=True)
    found = replace(plan().servers[1], logon=False)
    (other,) = peers({}, ONE, (), replace(plan(), servers=(plan().servers[0], found)), {443: 10443})
    assert (other.host, other.logon) == ("", False)


def test_servers_of_another_pool_are_no_peers() -> None:
    apart = plan()
    apart = replace(apart, servers=(apart.servers[0], replace(apart.servers[1], pool="other.company.local")))
    assert peers({}, ONE, (), apart) == ()
