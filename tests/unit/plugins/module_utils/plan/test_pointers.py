# Copyright: (c) 2026, The ucops.rollout developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""PTR records beside planned address records: for which addresses, and with which name."""

from __future__ import annotations

from typing import Any

import pytest
from unit.finding_cases import base_with

from ansible_collections.ucops.rollout.plugins.module_utils.codec import to_plain
from ansible_collections.ucops.rollout.plugins.module_utils.model import Plan
from ansible_collections.ucops.rollout.plugins.module_utils.plan.planner import make_plan
from ansible_collections.ucops.rollout.plugins.module_utils.topology.parse import parse

ELSEWHERE = "registered_elsewhere"


def planned(base: str, **changes: Any) -> Plan:
    return make_plan(parse(base_with(base, {f"dns.{path.replace('__', '.')}": one for path, one in changes.items()})))


def pointers(plan: Plan, view: str = "internal") -> list[tuple[str, str, Any, str]]:
    found = [one for one in plan.records if one.type == "PTR" and one.view == view]
    assert all(len(one.values) == 1 for one in found)
    return [(one.zone, one.name, one.values[0], one.managed) for one in found]


def test_none_are_planned_unless_a_network_is_named() -> None:
    without = planned("lync")
    assert [one for one in without.records if one.type == "PTR"] == []
    assert to_plain(planned("lync", internal__reverse=[])) == to_plain(without)


def test_a_pool_before_its_aliases_and_a_server_before_its_pool() -> None:
    """ocspool.company.local and ocspool.company.com have one address; 10.0.0.11 and .12 are the servers'."""
    zone = "0.0.10.in-addr.arpa"
    assert pointers(planned("ocs", internal__reverse=["10.0.0.0/24"])) == [
        (zone, "10", "ocspool.company.local", "ours"),
        (zone, "11", "ocssrv01.company.local", ELSEWHERE),
        (zone, "12", "ocssrv02.company.local", ELSEWHERE),
    ]


def test_names_of_several_addresses_and_simple_urls() -> None:
    """pool01 and sip have the servers' addresses; webint, meet, dialin and admin have 10.0.0.20."""
    plan = planned("lync", internal__reverse=["10.0.0.0/8", "172.25.33.0/24"])
    assert pointers(plan) == [
        ("10.in-addr.arpa", "11.0.0", "fe01.contoso.net", ELSEWHERE),
        ("10.in-addr.arpa", "12.0.0", "fe02.contoso.net", ELSEWHERE),
        ("10.in-addr.arpa", "20.0.0", "webint.contoso.net", "ours"),
        ("33.25.172.in-addr.arpa", "10", "edge01.contoso.net", "ours"),
        ("33.25.172.in-addr.arpa", "11", "edge02.contoso.net", "ours"),
    ]
    others = [one for one in plan.records if one.type != "PTR"]
    assert others == list(planned("lync").records)


def test_each_view_has_its_own() -> None:
    plan = planned("lync", external__reverse=[{"network": "131.107.155.40/32", "managed": "other_team", "ttl": 60}])
    assert pointers(plan) == []
    (pointer,) = [one for one in plan.records if one.type == "PTR"]
    assert (pointer.zone, pointer.name, pointer.values) == ("40.155.107.131.in-addr.arpa", "@", ("webext.contoso.com",))
    assert (pointer.managed, pointer.ttl) == ("other_team", 60)


@pytest.mark.parametrize("address", ["2001:db8::10", "198.18.0.10"])
def test_other_addresses(address: str) -> None:
    """IPv6 has its own zones; an address that stands in for an unknown one has no name."""
    topology = base_with("lync", {"pools[0].load_balancer.vips.web": [address]})
    topology["dns"]["internal"]["reverse"] = ["2001:db8::/32", "198.0.0.0/8"]
    found = pointers(make_plan(parse(topology)))
    name = "0.1.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0"
    wanted = [("8.b.d.0.1.0.0.2.ip6.arpa", name, "webint.contoso.net", "ours")]
    assert found == (wanted if ":" in address else [])


def test_a_reverse_zone_is_created_and_set_as_others_are() -> None:
    given = {"network": "10.0.0.0/24", "if_missing": "create", "settings": {"dynamic_update": "secure"}}
    plan = planned("ocs", internal__reverse=[given])
    assert to_plain(plan.zones[-1]) == {
        "view": "internal",
        "name": "0.0.10.in-addr.arpa",
        "if_missing": "create",
        "settings": {"dynamic_update": "secure"},
    }
    codes = {one.code for one in plan.findings}
    assert codes == {one.code for one in planned("ocs").findings}


def test_a_network_without_planned_addresses_is_told() -> None:
    plan = planned("ocs", internal__reverse=["192.168.0.0/16"])
    told = [(one.where, one.message) for one in plan.findings if one.code == "zone-without-records"]
    assert told == [("dns.internal.reverse[0]", "nothing is planned in the zone '168.192.in-addr.arpa'")]
