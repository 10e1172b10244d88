"""What the steps of a rollout returned, for the tests of the hand-over."""

from __future__ import annotations

from typing import Any

from ansible_collections.ucops.rollout.plugins.module_utils.report import markdown, summary
from ansible_collections.ucops.rollout.plugins.module_utils.report.data import hand_over
from ansible_collections.ucops.rollout.plugins.module_utils.report.outcome import read_outcome

OLD = "AB" * 20
SERVER, ID, THUMBPRINT = "ocssrv01.company.local", "ocssrv01.company.local/default", "0F1E2D3C" * 5


def reason(purpose: str) -> dict[str, str]:
    return {"rule": "a.rule", "purpose": purpose, "source": "a source", "mark": "S"}


def endpoint(name: str) -> dict[str, Any]:
    return {
        "view": "internal",
        "name": name,
        "addresses": ["10.0.0.10"],
        "port": 5061,
        "protocol": "sip_tls",
        "through": "direct",
        "certificates": [],
        "clients": [],
    }


PLAN: dict[str, Any] = {
    "schema": 1,
    "zones": [{"view": "internal", "name": "company.com", "if_missing": "create"}],
    "records": [
        {
            "view": "internal",
            "zone": "company.com",
            "name": "_sipinternaltls._tcp",
            "fqdn": "_sipinternaltls._tcp.company.com",
            "type": "SRV",
            "ttl": 3600,
            "values": [{"priority": 0, "weight": 0, "port": 5061, "target": "ocspool.company.com"}],
            "managed": "ours",
            "reasons": [reason("automatic sign-in over TLS")],
        },
        {
            "view": "internal",
            "zone": "company.com",
            "name": "ocssrv01",
            "fqdn": "ocssrv01.company.com",
            "type": "A",
            "ttl": 3600,
            "values": ["10.0.0.11"],
            "managed": "registered_elsewhere",
            "reasons": [],
        },
    ],
    "certificates": [
        {
            "id": ID,
            "holders": [SERVER],
            "scope": "server",
            "use": "default",
            "key": {"length": 2048},
            "extended_key_usage": ["1.3.6.1.5.5.7.3.1"],
            "require_crl_distribution_point": True,
            "template": "WebServer",
            "subject": {"common_name": "ocspool.company.local"},
            "subject_alternative_names": ["ocspool.company.local", SERVER],
            "name_reasons": {SERVER: [reason("other servers reach this one by its own name (MTLS)")]},
            "issuer": {"name": "enterprise", "ca": "ca01.company.local\\Company CA"},
            "assignments": [
                {"server": SERVER, "component": "front_end", "use": "default", "port": 5061},
                {"server": SERVER, "component": "web_components", "use": "default", "port": 443},
            ],
        }
    ],
    "endpoints": [endpoint("ocspool.company.local"), endpoint(SERVER)],
    "servers": [{"fqdn": SERVER, "inventory_host": None, "pool": "ocspool.company.local", "addresses": {}}],
    "findings": [
        {
            "severity": "note",
            "code": "srv-target-alias",
            "message": "an alias",
            "breaks": "little",
            "mend": "nothing",
            "source": "",
            "where": "",
        }
    ],
}
DNS = {
    "changed": True,
    "changes": [
        {"verb": "create", "zone": "company.com", "name": "@", "type": "ZONE", "after": None},
        {
            "verb": "create",
            "zone": "company.com",
            "name": "_sipinternaltls._tcp",
            "type": "SRV",
            "after": {
                "ttl": 3600,
                "values": [{"priority": 0, "weight": 0, "port": 5061, "target": "ocspool.company.com"}],
            },
        },
    ],
}
ENTRY: dict[str, Any] = {
    "request": {
        "changed": True,
        "state": "created",
        "changes": [{"verb": "create", "what": "key and request made", "after": None}],
    },
    "issue": {
        "changed": True,
        "changes": [{"verb": "create", "what": "certificate issued", "after": THUMBPRINT}],
        "state": "issued",
        "request_id": 12,
        "thumbprint": THUMBPRINT,
        "description": {
            "not_before": "2026-11-22T08:00:00Z",
            "not_after": "2028-11-22T08:00:00Z",
            "serial_number": "61a0",
        },
        "findings": [{"severity": "warning", "code": "editf", "message": "the CA takes names from request attributes"}],
    },
    "install": {
        "changed": True,
        "state": "installed",
        "thumbprint": THUMBPRINT,
        "changes": [{"verb": "create", "what": "certificate installed", "after": THUMBPRINT}],
    },
    "binding": {
        "changed": True,
        "state": "bound",
        "endpoint": "0.0.0.0:443",
        "thumbprint": THUMBPRINT,
        "steps": [],
        "changes": [{"verb": "change", "what": "bound to 0.0.0.0:443", "after": THUMBPRINT}],
        "assigned": [{"place": "0.0.0.0:443", "before": OLD, "after": THUMBPRINT, "state": "changed"}],
    },
    "assignment": {
        "changed": False,
        "state": "manual",
        "steps": ["Choose the certificate in the wizard."],
        "assigned": [{"place": "10.0.0.11:5061", "before": "", "after": "", "state": "not_changed"}],
    },
    "thumbprint": THUMBPRINT,
    "waiting": "",
}
PROVED = {"check": "record", "subject": "ocspool.company.com A", "state": "proved", "message": "as planned; TTL 3600"}
WRONG = {
    "check": "tls",
    "subject": "ocspool.company.local:5061",
    "state": "failed",
    "message": "wrong certificate: it does not hold the name sip.company.com",
    "server": "load_balancer",
    "address": "10.0.0.10:5061",
}
GIVEN: dict[str, Any] = {
    "plan": PLAN,
    "dns": DNS,
    "servers": {SERVER: {"certificates": {ID: ENTRY}}},
    "proof": {"dns": {"results": [PROVED], "hints": ["a wildcard answers"]}, "tls": [WRONG]},
    "steps_by_hand": ["Open the firewall."],
    "check_mode": False,
    "operator": "consultant",
    "controller": "jump01",
    "versions": {"ucops.rollout": "0.1.0"},
    "windows": {"dc01.company.local": "Microsoft Windows Server 2008 R2 Standard (6.1.7601)"},
    "started": "2026-11-22T08:00:00Z",
    "ended": "2026-11-22T08:01:00Z",
    "report_paths": ["/srv/handover/ocspool.md"],
}


def report_data(given: Any) -> dict[str, Any]:
    return hand_over(read_outcome(given)).to_plain()


def report_markdown(given: Any) -> str:
    return markdown.report_markdown(hand_over(read_outcome(given)))


def report_summary(given: Any) -> str:
    return summary.report_summary(hand_over(read_outcome(given)))


def poisoned(value: Any, poison: str) -> Any:
    """The same shape with every text, keys aside, turned into the poison."""
    if isinstance(value, dict):
        fixed = ("state", "verb", "managed", "type", "id", "waiting", "ca", "template", "view", "if_missing")
        return {key: item if key in fixed else poisoned(item, poison) for key, item in value.items()}
    if isinstance(value, list):
        return [poisoned(item, poison) for item in value]
    return f"x{poison}" if isinstance(value, str) and value else value
