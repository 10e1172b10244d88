"""Sites of Lync Server and Skype for Business Server for tests, and ways to read their plans."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.ucops.rollout.plugins.module_utils.model import Plan, PlannedCertificate
from ansible_collections.ucops.rollout.plugins.module_utils.plan.planner import make_plan
from ansible_collections.ucops.rollout.plugins.module_utils.topology.parse import TopologyError, parse

SFB = ("sfb2015", "sfb2019", "sfbse")

TWO_DOMAINS = [{"name": "contoso.com", "srv_target": "sip"}, {"name": "fabrikam.com", "srv_target": "sip"}]

NO_AUTODISCOVER = {"internal": "none", "external": "none"}

CA = {"enterprise": {"ca": "ca01.contoso.net\\Contoso CA"}, "public": {"public": True}}


def topology(product: str, pools: list[dict[str, Any]], **more: Any) -> dict[str, Any]:
    zones = [{"name": name} for name in ("contoso.net", "contoso.com", "fabrikam.com")]
    made = {
        "schema": 1,
        "product": product,
        "ad_domain": "contoso.net",
        "sip_domains": ["contoso.com"],
        "dns": {"internal": {"zones": zones}, "external": {"zones": zones[1:]}},
        "pools": pools,
        "certificates": {"issuers": CA},
    }
    certificates = more.pop("certificates", {})
    made.update(more)
    made["certificates"] = {**made["certificates"], **certificates}
    return made


def server(fqdn: str, *addresses: str) -> dict[str, Any]:
    return {"fqdn": fqdn, "addresses": {"internal": list(addresses)}}


def standard(**more: Any) -> dict[str, Any]:
    return {
        "fqdn": "se01.contoso.com",
        "edition": "standard",
        "web": {"external_fqdn": "webcon01.contoso.com"},
        "servers": [server("se01.contoso.com", "10.0.0.1")],
        **more,
    }


def enterprise(**more: Any) -> dict[str, Any]:
    return {
        "fqdn": "eepool.contoso.com",
        "web": {"internal_fqdn": "webint.contoso.com", "external_fqdn": "webcon01.contoso.com"},
        "load_balancer": {"type": "dns", "vips": {"web": ["10.0.0.20"]}},
        "servers": [server("ee01.contoso.com", "10.0.0.11"), server("ee02.contoso.com", "10.0.0.12")],
        **more,
    }


def director(**more: Any) -> dict[str, Any]:
    return {
        "fqdn": "dir01.contoso.net",
        "role": "director",
        "web": {"external_fqdn": "webdirexternal.contoso.com"},
        "servers": [server("dir01.contoso.net", "10.0.0.31")],
        **more,
    }


def edge(access: str = "sip.contoso.com", **more: Any) -> dict[str, Any]:
    """The single consolidated Edge of the library's summaries, behind NAT."""
    outside = {
        service: [{"private": f"10.45.16.{last}", "public": f"131.107.155.{last}"}]
        for service, last in (("access", 10), ("web_conferencing", 20), ("av", 30))
    }
    return {
        "fqdn": "lsedge.contoso.net",
        "role": "edge",
        "edge": {"access": access, "web_conferencing": "webcon.contoso.com", "av": "av.contoso.com"},
        "servers": [{"fqdn": "lsedge.contoso.net", "addresses": {"internal": ["172.25.33.10"], **outside}}],
        **more,
    }


def proxy(**more: Any) -> dict[str, Any]:
    return {
        "fqdn": "lsrp.contoso.com",
        "role": "reverse_proxy",
        "servers": [{"fqdn": "lsrp.contoso.com", "addresses": {"external": ["131.107.155.40"]}}],
        **more,
    }


def plan_of(given: dict[str, Any]) -> Plan:
    plan = make_plan(parse(given))
    assert [str(finding) for finding in plan.errors] == []
    return plan


def rows(plan: Plan, view: str = "internal") -> list[tuple[Any, ...]]:
    """Type, owner and data of each record, sorted; SRV data as (port, target)."""
    found = []
    for record in plan.records:
        if record.view == view:
            data = [one if isinstance(one, str) else (one.port, one.target) for one in record.values]
            found.append((record.type, record.fqdn, *data))
    return sorted(found, key=str)


def one_certificate(plan: Plan, identity: str) -> PlannedCertificate:
    found = {certificate.id: certificate for certificate in plan.certificates}
    assert identity in found, sorted(found)
    return found[identity]


def named(plan: Plan, identity: str) -> tuple[str, list[str]]:
    one = one_certificate(plan, identity)
    return one.common_name, list(one.subject_alternative_names)


def codes(plan: Plan) -> set[str]:
    return {finding.code for finding in plan.findings}


def problems(given: dict[str, Any]) -> str:
    with pytest.raises(TopologyError) as caught:
        parse(given)
    return str(caught.value)


def sample_network() -> dict[str, Any]:
    fronts = [server(f"FE0{n}.contoso.com", f"192.168.21.12{n + 1}") for n in (1, 2, 3)]
    outside = [("access", 10), ("web_conferencing", 90), ("av", 170)]
    edges = [
        {
            "fqdn": f"Cons-{n + 1}.contoso.com",
            "addresses": {
                "internal": [f"172.25.33.{10 + n}"],
                **{service: [f"131.107.16.{last + n}"] for service, last in outside},
            },
        }
        for n in (0, 1)
    ]
    return topology(
        "sfb2015",
        [
            {
                "fqdn": "FE-Pool.contoso.com",
                "web": {"internal_fqdn": "Web-int.contoso.com", "external_fqdn": "Web-ext.contoso.com"},
                "load_balancer": {"type": "dns", "vips": {"web": ["192.168.21.120"]}},
                "servers": fronts,
            },
            {
                "fqdn": "EdgePool-int.contoso.com",
                "role": "edge",
                "edge": {
                    "access": "Access1.contoso.com",
                    "web_conferencing": "Webcon1.contoso.com",
                    "av": "AV1.contoso.com",
                },
                "load_balancer": {"type": "dns"},
                "servers": edges,
            },
            {
                "fqdn": "OWA.contoso.com",
                "role": "office_web_apps",
                "web": {"external_fqdn": "OWA.contoso.com"},
                "servers": [server("owa01.contoso.com", "192.168.1.5")],
            },
            {
                "fqdn": "rp.contoso.com",
                "role": "reverse_proxy",
                "servers": [{"fqdn": "rp.contoso.com", "addresses": {"external": ["131.107.155.1"]}}],
            },
        ],
        ad_domain="contoso.com",
        sip_domains=[{"name": "contoso.com", "fallback": True}],
        federation={"partner_discovery": True, "push_notifications": True},
        xmpp={"domains": ["contoso.com"]},
        device_update=True,
        time_server="north-america.pool.ntp.org",
    )
