"""Plans for tests of exports: the origin's as it is written out, and one with everything that a plan can hold."""

from __future__ import annotations

import json
from typing import Any

from unit.fakes_windows import planned
from unit.places import DATA

from ansible_collections.ucops.rollout.plugins.module_utils.exports.export import export_plan
from ansible_collections.ucops.rollout.plugins.module_utils.model import plan_from_plain

EXPECTED = DATA / "exports"


def exported(plan: dict[str, Any], format: Any, **choices: Any) -> dict[str, str]:
    """The files of a plan in plain types, read and exported as the filter does."""
    return export_plan(plan_from_plain(plan), format, **choices)


def origin_plan() -> dict[str, Any]:
    return dict(json.loads((DATA / "origin_plan.json").read_text(encoding="utf-8")))


def service(target: str, port: int = 5061) -> dict[str, Any]:
    return {"priority": 0, "weight": 0, "port": port, "target": target}


def record(zone: str, name: str, kind: str, *values: Any, view: str = "internal", **changes: Any) -> dict[str, Any]:
    return {
        "view": view,
        "zone": zone,
        "name": name,
        "fqdn": zone if name == "@" else f"{name}.{zone}",
        "type": kind,
        "ttl": 3600,
        "values": list(values),
        "managed": "ours",
        "reasons": [{"rule": "lync2013.x", "purpose": "a purpose", "source": "a source", "mark": "S"}],
        **changes,
    }


def zone(name: str, view: str = "internal", if_missing: str = "fail", **more: Any) -> dict[str, Any]:
    return {"view": view, "name": name, "if_missing": if_missing, **more}


def wide_plan() -> dict[str, Any]:
    """Two views, every type, a pin-point zone, several values, records of others."""
    return {
        "schema": 1,
        "zones": [
            zone("contoso.net"),
            zone("_sipinternaltls._tcp.contoso.com", if_missing="create"),
            zone("contoso.com", "external"),
            zone("empty.com"),
        ],
        "records": [
            record("contoso.net", "pool01", "A", "192.168.10.90", "192.168.10.91", ttl=90061),
            record("contoso.net", "pool01", "AAAA", "2001:DB8::1"),
            record("contoso.net", "fe01", "A", "192.168.10.90", managed="registered_elsewhere"),
            record("contoso.net", "lyncdiscoverinternal", "CNAME", "webdir.contoso.net", ttl=1),
            record("_sipinternaltls._tcp.contoso.com", "@", "SRV", service("pool01.contoso.com")),
            record("contoso.com", "sip", "A", "131.107.155.10", view="external", managed="other_team"),
            record("contoso.com", "_sip._tls", "SRV", service("sip.contoso.com", 443), view="external"),
        ],
        "certificates": [],
        "endpoints": [],
    }


def reverse_plan(settings: dict[str, Any]) -> dict[str, Any]:
    """A reverse zone with these settings, created where it is missing, and a pointer in it."""
    name = "0.0.10.in-addr.arpa"
    given = {"settings": settings} if settings else {}
    zones = [zone(name, if_missing="create", **given)]
    return {"schema": 1, "zones": zones, "records": [record(name, "11", "PTR", "pool01.contoso.net")]}


def lync_certificate(**changes: Any) -> dict[str, Any]:
    """A combined certificate of a Lync Front End."""
    reason = {"rule": "lync2013.subject", "purpose": "p", "source": "s", "mark": "S"}
    components = {"front_end": 5061, "web_internal": 443, "web_external": 4443}
    return planned(
        **{
            "id": "fe01.contoso.net/default",
            "holders": ["fe01.contoso.net"],
            "subject": {"common_name": "pool01.contoso.net"},
            "subject_alternative_names": ["pool01.contoso.net", "fe01.contoso.net", "sip.contoso.com", "*.contoso.com"],
            "name_reasons": {"pool01.contoso.net": [reason]},
            "issuer": {"name": "enterprise", "ca": "ca01.contoso.net\\Contoso CA"},
            "assignments": [
                {"server": "fe01.contoso.net", "component": component, "use": "default", "port": port}
                for component, port in components.items()
            ],
            **changes,
        }
    )


def edge_certificate(**changes: Any) -> dict[str, Any]:
    """The external certificate of an Edge pool: one key for both servers, from a public CA."""
    servers = ["edge01.contoso.net", "edge02.contoso.net"]
    base = lync_certificate()
    return {
        **base,
        "id": "lsedge.contoso.net/edge_external",
        "holders": servers,
        "scope": "pool",
        "use": "edge_external",
        "subject": {"common_name": "sip.contoso.com"},
        "subject_alternative_names": ["webcon.contoso.com", "sip.contoso.com", "sip.fabrikam.com"],
        "key": {**base["key"], "exportable": True, "shared": True},
        "extended_key_usage": ["1.3.6.1.5.5.7.3.1", "1.3.6.1.5.5.7.3.2"],
        "issuer": {"name": "public", "ca": ""},
        "template": None,
        "assignments": [
            {"server": server, "component": component, "use": "edge_external", "port": 443}
            for server in servers
            for component in ("access_edge", "web_conferencing_edge", "av_authentication")
        ],
        **changes,
    }


def with_certificates(*certificates: dict[str, Any]) -> dict[str, Any]:
    return {"schema": 1, "zones": [], "records": [], "certificates": list(certificates), "endpoints": []}


def with_reason(purpose: str, source: str) -> dict[str, Any]:
    reasons = [{"rule": "r", "purpose": purpose, "source": source, "mark": "S"}]
    return {
        **wide_plan(),
        "zones": [zone("contoso.net", if_missing="create")],
        "records": [
            record("contoso.net", "a", "A", "10.0.0.1", reasons=reasons),
            record("contoso.net", "b", "A", "10.0.0.2", reasons=reasons, managed="other_team"),
        ],
    }
