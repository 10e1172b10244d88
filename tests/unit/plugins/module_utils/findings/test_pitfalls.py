"""What guards against each pitfall of the field: a finding, a refusal, or that it cannot come about."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest
import yaml
from unit.finding_cases import base_with, lync
from unit.places import DATA

from ansible_collections.ucops.rollout.plugins.module_utils.findings.registry import KINDS
from ansible_collections.ucops.rollout.plugins.module_utils.topology.parse import TopologyError, parse

PITFALLS: list[Mapping[str, Any]] = yaml.safe_load((DATA / "pitfalls.yml").read_text(encoding="utf-8"))


@pytest.mark.parametrize("row", PITFALLS, ids=[row["pitfall"] for row in PITFALLS])
def test_every_pitfall_is_guarded(row: Mapping[str, Any]) -> None:
    assert [code for code in row.get("codes", ()) if code not in KINDS] == []
    assert set(row) & {"codes", "refused", "never"}
    assert "test" not in row or row["test"] in globals()


def refusals() -> list[Any]:
    return [
        pytest.param(case, id=f"{row['pitfall']}: {next(iter(case['change'].values()))}"[:90])
        for row in PITFALLS
        for case in row.get("refused", ())
    ]


@pytest.mark.parametrize("case", refusals())
def test_a_refused_topology(case: Mapping[str, Any]) -> None:
    with pytest.raises(TopologyError) as refused:
        parse(base_with(case["base"], case["change"]))
    assert [one.path for one in refused.value.problems] == case["where"]
    assert case["says"] in str(refused.value)


@pytest.mark.parametrize("case", [case for row in PITFALLS for case in row.get("refused", ()) if "near" in case])
def test_what_comes_close_is_not_refused(case: Mapping[str, Any]) -> None:
    parse(base_with(case["base"], case["near"]))


def test_no_wildcard_dns_record_is_planned() -> None:
    _topology, plan = lync({"certificates.wildcard": True})
    assert any("*" in name for one in plan.certificates for name in one.subject_alternative_names)
    assert [one.fqdn for one in plan.records if "*" in one.fqdn] == []
    with pytest.raises(TopologyError, match="wildcard"):
        parse(base_with("lync", {"dns.internal.zones[1].known_names": ["*"]}))


def test_a_name_from_several_rules_is_planned_once() -> None:
    """The Access Edge is sip.<SIP domain>, and upper case makes no other name."""
    _topology, plan = lync({"pools[1].edge.access": "SIP.contoso.com", "sip_domains[0].name": "Contoso.com"})
    names = {one.id: one.subject_alternative_names for one in plan.certificates}
    assert names["lsedge.contoso.net/edge_external"].count("sip.contoso.com") == 1
    for listed in names.values():
        assert len({name.lower() for name in listed}) == len(listed)
    keys = [(one.view, one.fqdn, one.type) for one in plan.records]
    assert len(keys) == len(set(keys))


def test_autodiscover_names_are_made_from_sip_domains() -> None:
    _topology, plan = lync()
    planned = {(one.view, one.fqdn) for one in plan.records if one.fqdn.startswith("lyncdiscover")}
    assert planned == {
        ("internal", "lyncdiscoverinternal.contoso.com"),
        ("internal", "lyncdiscoverinternal.fabrikam.com"),
        ("external", "lyncdiscover.contoso.com"),
        ("external", "lyncdiscover.fabrikam.com"),
    }


def test_addresses_of_a_pool_balanced_by_dns_are_those_of_its_servers() -> None:
    _topology, plan = lync()
    values = {one.fqdn: one.values for one in plan.records if one.type == "A" and one.view == "internal"}
    assert values["pool01.contoso.net"] == ("10.0.0.11", "10.0.0.12")
    assert values["lsedge.contoso.net"] == ("172.25.33.10", "172.25.33.11")


def test_pin_point_zones_come_for_owners_and_targets() -> None:
    zone = {"name": "fabrikam.com", "kind": "pin_point", "if_missing": "create"}
    _topology, plan = lync({"dns.internal.zones[2]": zone})
    inside = [one.name for one in plan.zones if one.view == "internal" and one.name.endswith("fabrikam.com")]
    assert inside[:2] == ["sip.fabrikam.com", "_sipinternaltls._tcp.fabrikam.com"]
    assert {one.name for one in plan.records if one.zone in inside} == {"@"}
    assert [one.code for one in plan.findings] == ["edge-needs-dns-suffix"] * 2
