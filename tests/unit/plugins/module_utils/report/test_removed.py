"""What a run took out of DNS, from what its pushes told."""

from __future__ import annotations

from typing import Any

from ansible_collections.ucops.rollout.plugins.module_utils.report.removed import removed

SRV = {"priority": 0, "weight": 0, "port": 5061, "target": "pool.company.local"}


def change(verb: str, name: str, type: str, before: Any, after: Any, zone: str = "company.local") -> dict[str, Any]:
    return {"verb": verb, "what": "", "zone": zone, "name": name, "type": type, "before": before, "after": after}


def values(*values: Any) -> dict[str, Any]:
    return {"ttl": 3600, "values": list(values)}


CHANGES = [
    change("delete", "pool", "A", values("10.0.0.10", "10.0.0.11"), None),
    change("delete", "_sip._tls", "SRV", values(SRV), None),
    change("change", "@", "A", values("10.0.0.8", "10.0.0.10"), values("10.0.0.8")),
    change("create", "meet", "A", None, values("10.0.0.10")),
    change("change", "dialin", "A", values("10.0.0.10"), {"ttl": 600, "values": ["10.0.0.10"]}),
    change("report", "others", "A", values("10.9.9.9"), None),
    change("change", "@", "ZONE", {"kind": "primary"}, {"kind": "primary"}),
    change("delete", "_ucops-rollout", "TXT", ["ucops.rollout/1/default,A/pool/10.0.0.10"], []),
]


def test_values_that_went_and_did_not_come_back() -> None:
    told = {"zone": "company.local", "view": "internal", "removed": True}
    assert list(removed({"dc01": {"pool_dns_result": {"changes": CHANGES}}, "dc02": {}}, ["dc01", "dc02", "dc01"])) == [
        {**told, "fqdn": "pool.company.local", "type": "A", "values": ["10.0.0.10", "10.0.0.11"]},
        {**told, "fqdn": "_sip._tls.company.local", "type": "SRV", "values": [SRV]},
        {**told, "fqdn": "company.local", "type": "A", "values": ["10.0.0.10"]},
    ]


def test_each_view_has_its_own() -> None:
    pushed = {"pool_dns_result": {"changes": CHANGES[:1]}}
    hostvars = {"dc01": pushed, "ns01": {**pushed, "pool_dns_pushed_view": "external"}}
    assert [one["view"] for one in removed(hostvars, ["dc01", "ns01"])] == ["internal", "external"]
