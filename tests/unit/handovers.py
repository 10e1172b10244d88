"""What a rollout gave, for tests of its hand-over."""

from __future__ import annotations

from typing import Any

SERVER, ID, THUMBPRINT = "ocssrv01.company.local", "ocssrv01.company.local/default", "0F1E2D3C" * 5
PLAN: dict[str, Any] = {
    "zones": [{"view": "internal", "name": "company.com", "if_missing": "create"}],
    "records": [
        {
            "zone": "company.com",
            "name": "_sipinternaltls._tcp",
            "type": "SRV",
            "ttl": 3600,
            "values": [{"priority": 0, "weight": 0, "port": 5061, "target": "ocspool.company.com"}],
            "managed": "ours",
            "reasons": [{"purpose": "automatic sign-in over TLS"}],
        },
        {
            "zone": "company.com",
            "name": "ocssrv01",
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
            "subject": {"common_name": "ocspool.company.local"},
            "subject_alternative_names": ["ocspool.company.local", SERVER],
            "name_reasons": {SERVER: [{"purpose": "other servers reach this one by its own name (MTLS)"}]},
            "issuer": {"ca": "ca01.company.local\\Company CA"},
            "assignments": [
                {"server": SERVER, "component": "front_end", "port": 5061},
                {"server": SERVER, "component": "web_components", "port": 443},
            ],
        }
    ],
    "endpoints": [{}, {}],
    "servers": [{"fqdn": SERVER, "pool": "ocspool.company.local"}],
    "findings": [
        {"severity": "note", "code": "srv-target-alias", "message": "an alias", "breaks": "little", "mend": "nothing"}
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
    "request": {"changed": True, "state": "created"},
    "issue": {
        "changed": True,
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
    "install": {"changed": True, "state": "installed", "thumbprint": THUMBPRINT},
    "binding": {"changed": True, "state": "bound", "endpoint": "0.0.0.0:443", "thumbprint": THUMBPRINT, "steps": []},
    "assignment": {"changed": False, "state": "manual", "steps": ["Choose the certificate in the wizard."]},
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
    "versions": {"ucops.rollout": "0.1.0"},
    "started": "2026-11-22T08:00:00Z",
    "ended": "2026-11-22T08:01:00Z",
    "report_paths": ["/srv/handover/ocspool.md"],
}

SUMMARY = """\
Planned    1 DNS record (and 1 that others register) in 1 zone, 1 certificate, 2 endpoints
           note: an alias
           warning: the CA takes names from request attributes
Changed    + company.com: zone company.com
           + company.com: _sipinternaltls._tcp SRV 0 0 5061 ocspool.company.com
           + ocssrv01.company.local: request made (ocssrv01.company.local/default)
           + ocssrv01.company.local: certificate issued (ocssrv01.company.local/default)
           + ocssrv01.company.local: certificate installed (ocssrv01.company.local/default)
           ~ ocssrv01.company.local: bound to 0.0.0.0:443 (ocssrv01.company.local/default)
Proved     DNS: all 1 proved
           TLS: 1 failed
           FAILED ocspool.company.local:5061 at 10.0.0.10:5061: wrong certificate: it does not hold
             the name sip.company.com
           trust: not done
           sign-in: not done
By hand    ocssrv01.company.local: Choose the certificate in the wizard.
           Open the firewall.
Hand-over  /srv/handover/ocspool.md"""


def poisoned(value: Any, poison: str) -> Any:
    """The same shape with every text, keys aside, turned into the poison."""
    if isinstance(value, dict):
        fixed = ("state", "verb", "managed", "type", "id", "waiting")
        return {key: item if key in fixed else poisoned(item, poison) for key, item in value.items()}
    if isinstance(value, list):
        return [poisoned(item, poison) for item in value]
    return f"x{poison}" if isinstance(value, str) and value else value


# A plan of which nothing arrived.
ENTRY_THAT_WAITS = {
    "issue": {"state": "pending", "request_id": 7},
    "waiting": "Request 7 waits at ca01 for an approval.",
}
FAILED: dict[str, Any] = {
    "plan": PLAN,
    "dns": {"failed": True, "msg": "zone company.com is missing"},
    "servers": {
        SERVER: {"certificates": {ID: ENTRY_THAT_WAITS}},
        "ocssrv02.company.local": {"failure": "the CA denied request 8"},
    },
}
