"""Sites of Office Communications Server for tests, and ways to read their plans."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.ucops.rollout.plugins.module_utils.model import Plan, PlannedCertificate
from ansible_collections.ucops.rollout.plugins.module_utils.plan.planner import make_plan
from ansible_collections.ucops.rollout.plugins.module_utils.topology.parse import TopologyError, parse

BOTH = pytest.mark.parametrize("product", ["ocs2007", "ocs2007r2"])

ISSUERS = {"issuers": {"enterprise": {"ca": "ca01.contoso.com\\Contoso CA"}, "public": {"public": True}}}

CLIENT, SERVER = "1.3.6.1.5.5.7.3.2", "1.3.6.1.5.5.7.3.1"


def server(name: str, *internal: str, **more: Any) -> dict[str, Any]:
    addresses = {"internal": list(internal)} if internal else {}
    return {"fqdn": name, "addresses": {**addresses, **more.pop("addresses", {})}, **more}


def enterprise(**changes: Any) -> dict[str, Any]:
    """Pool eepool of two Front Ends behind 10.0.0.10."""
    return {
        "fqdn": "eepool.contoso.com",
        "load_balancer": {"type": "hardware", "vips": {"sip": ["10.0.0.10"]}},
        "servers": [server("ee01.contoso.com", "10.0.0.11"), server("ee02.contoso.com", "10.0.0.12")],
        **changes,
    }


def standard(**changes: Any) -> dict[str, Any]:
    return {
        "fqdn": "se01.contoso.com",
        "edition": "standard",
        "servers": [server("se01.contoso.com", "10.0.0.20")],
        **changes,
    }


def expanded(**changes: Any) -> dict[str, Any]:
    """One server or two of each role."""
    pool: dict[str, Any] = {
        "configuration": "expanded",
        "web_farm_fqdn": "eeweb.contoso.com",
        "load_balancer": {"type": "hardware", "vips": {"sip": ["10.0.0.10"], "web": ["10.0.0.30"]}},
        "servers": [
            server("fe01.contoso.com", "10.0.0.11", roles=["front_end"]),
            server("fe02.contoso.com", "10.0.0.12", roles=["front_end"]),
            server("web01.contoso.com", "10.0.0.31", roles=["web_components"]),
            server("web02.contoso.com", "10.0.0.32", roles=["web_components"]),
            server("conf01.contoso.com", "10.0.0.41", roles=["web_conferencing"]),
            server("av01.contoso.com", "10.0.0.51", roles=["av_conferencing"]),
        ],
    }
    return enterprise(**{**pool, **changes})


def edge(*, arrayed: bool = False, **changes: Any) -> dict[str, Any]:
    """A consolidated Edge, or two behind a load balancer."""
    outside = {"access": ["131.107.155.10"], "web_conferencing": ["131.107.155.20"], "av": ["131.107.155.30"]}
    pool: dict[str, Any] = {
        "fqdn": "ocsedge.contoso.com",
        "role": "edge",
        "edge": {"access": "sip.contoso.com", "web_conferencing": "webcon.contoso.com", "av": "av.contoso.com"},
    }
    if arrayed:
        own = {"access": ["131.107.155.11"], "web_conferencing": ["131.107.155.21"], "av": ["131.107.155.31"]}
        pool["load_balancer"] = {"type": "hardware", "vips": {"internal": ["172.25.33.9"], **outside}}
        pool["servers"] = [
            server("edge01.contoso.com", "172.25.33.10", addresses=own),
            server(
                "edge02.contoso.com", "172.25.33.11", addresses={one: [some[0][:-1] + "2"] for one, some in own.items()}
            ),
        ]
    else:
        pool["servers"] = [server("ocsedge.contoso.com", "172.25.33.10", addresses=outside)]
    return {**pool, **changes}


def web_access(**changes: Any) -> dict[str, Any]:
    """Communicator Web Access on one server, users use im.contoso.com (W5)."""
    return {
        "fqdn": "cwaserver.contoso.com",
        "role": "communicator_web_access",
        "web": {"internal_fqdn": "im.contoso.com"},
        "servers": [server("cwaserver.contoso.com", "10.0.0.60")],
        **changes,
    }


def reverse_proxy(**changes: Any) -> dict[str, Any]:
    return {
        "fqdn": "rp01.contoso.com",
        "role": "reverse_proxy",
        "servers": [server("rp01.contoso.com", addresses={"external": ["131.107.155.40"]})],
        **changes,
    }


def site(product: str, *pools: dict[str, Any], sip: Any = ("contoso.com",), **more: Any) -> dict[str, Any]:
    """A topology of these pools; its zones are those of the SIP domains, inside and outside."""
    zones = list(dict.fromkeys(["contoso.com", *(one if isinstance(one, str) else one["name"] for one in sip)]))
    certificates = {**ISSUERS, **more.pop("certificates", {})}
    return {
        "schema": 1,
        "product": product,
        "ad_domain": "contoso.com",
        "sip_domains": list(sip),
        "dns": {view: {"zones": zones} for view in ("internal", "external")},
        "pools": list(pools),
        "certificates": certificates,
        **more,
    }


def plan_of(topology: dict[str, Any]) -> Plan:
    plan = make_plan(parse(topology))
    assert plan.errors == ()
    return plan


def rows(plan: Plan, view: str = "internal") -> set[tuple[Any, ...]]:
    """type, owner, data of each record of a view, SRV data as (port, target)."""
    return {
        (
            record["type"],
            record["fqdn"],
            *[(v["port"], v["target"]) if isinstance(v, dict) else v for v in record["values"]],
        )
        for record in plan.to_plain()["records"]
        if record["view"] == view
    }


def certificate(plan: Plan, holder: str, use: str = "default") -> PlannedCertificate:
    """The one certificate of a use that a server holds."""
    (found,) = (one for one in plan.certificates if one.use == use and holder in one.holders)
    return found


def printed(one: PlannedCertificate) -> tuple[str, list[str]]:
    """A certificate as the vendor's tables print it: common name and alternative names in order."""
    return one.common_name, list(one.subject_alternative_names)


def reasons(plan: Plan, kind: str, name: str, view: str = "internal") -> dict[str, str]:
    """Rule and mark of a record's reasons."""
    (record,) = (r for r in plan.records if (r.type, r.fqdn, r.view) == (kind, name, view))
    return {reason.rule: reason.mark for reason in record.reasons}


def problems(topology: dict[str, Any]) -> list[str]:
    with pytest.raises(TopologyError) as refused:
        parse(topology)
    return [str(problem) for problem in refused.value.problems]


def meetings(plan: Plan, view: str = "internal") -> set[tuple[str, int, str, str]]:
    return {(one.name, one.port, one.protocol, one.through) for one in plan.endpoints if one.view == view}
