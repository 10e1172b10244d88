"""The hand-over: data, Markdown, and the summary for a terminal."""

from __future__ import annotations

import copy
import json
from typing import Any

import pytest
from ansible.errors import AnsibleFilterError
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt
from unit.places import DATA

from ansible_collections.ucops.rollout.plugins.filter.reports import FilterModule
from ansible_collections.ucops.rollout.plugins.module_utils.errors import RolloutError
from ansible_collections.ucops.rollout.plugins.module_utils.report import markdown, summary
from ansible_collections.ucops.rollout.plugins.module_utils.report.data import hand_over
from ansible_collections.ucops.rollout.plugins.module_utils.report.outcome import read_outcome

PARSER = MarkdownIt("commonmark", {"html": True}).enable("table")
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

MARKDOWN = """\
# Hand-over: `ocspool.company.local`

Began 2026-11-22T08:00:00Z, ended 2026-11-22T08:01:00Z.

| step | result |
| --- | --- |
| planned | 1 record of ours and 1 of others, 1 certificate |
| changed | 6 |
| proved | 1 proved, 1 failed |
| failed | 0 |
| left to do by hand | 2 |

## To be done by hand

1. `ocssrv01.company.local`: Choose the certificate in the wizard.
1. Open the firewall.

## Changes

| where | verb | what |
| --- | --- | --- |
| `company.com` | created | zone company.com |
| `company.com` | created | `_sipinternaltls._tcp` SRV 0 0 5061 ocspool.company.com |
| `ocssrv01.company.local` | created | request made (ocssrv01.company.local/default) |
| `ocssrv01.company.local` | created | certificate issued (ocssrv01.company.local/default) |
| `ocssrv01.company.local` | created | certificate installed (ocssrv01.company.local/default) |
| `ocssrv01.company.local` | changed | bound to 0.0.0.0:443 (ocssrv01.company.local/default) |

## DNS records

| zone | name | type | value | TTL | managed | why |
| --- | --- | --- | --- | --- | --- | --- |
| `company.com` | `_sipinternaltls._tcp` | SRV | `0 0 5061 ocspool.company.com` | 3600 | ours |\
 automatic sign-in over TLS |
| `company.com` | `ocssrv01` | A | `10.0.0.11` | 3600 | registered elsewhere | – |

## Certificates

### `ocssrv01.company.local/default`

| property | value |
| --- | --- |
| state | `installed` |
| server | `ocssrv01.company.local` |
| common name | `ocspool.company.local` |
| thumbprint | `0F1E2D3C0F1E2D3C0F1E2D3C0F1E2D3C0F1E2D3C` |
| serial number | `61a0` |
| request ID | `12` |
| issuer | `ca01.company.local\\Company CA` |
| valid from | `2026-11-22T08:00:00Z` |
| valid until | `2028-11-22T08:00:00Z` |

| name | why |
| --- | --- |
| `ocspool.company.local` | – |
| `ocssrv01.company.local` | other servers reach this one by its own name (MTLS) |

## Assignments

| server | component | port | certificate | state | command |
| --- | --- | --- | --- | --- | --- |
| `ocssrv01.company.local` | front end | 5061 | `ocssrv01.company.local/default` | manual | – |
| `ocssrv01.company.local` | web components | 443 | `ocssrv01.company.local/default` | bound | – |

## Proof

### DNS records, at each server

| subject | at | state | what was seen |
| --- | --- | --- | --- |
| `ocspool.company.com A` | – | proved | as planned; TTL 3600 |

- a wildcard answers

### Certificates, by handshake

| subject | at | state | what was seen |
| --- | --- | --- | --- |
| `ocspool.company.local:5061` | `load_balancer` `10.0.0.10:5061` | **failed** |\
 wrong certificate: it does not hold the name sip.company.com |

### Trust among the servers

Not done.

### A client's way to sign in

Not done.

## Findings

| severity | code | what | breaks | mend |
| --- | --- | --- | --- | --- |
| note | `srv-target-alias` | an alias | little | nothing |
| warning | `editf` | the CA takes names from request attributes | – | – |

## Made with

| what | version |
| --- | --- |
| ucops.rollout | `0.1.0` |
"""


def report_data(given: Any) -> dict[str, Any]:
    return hand_over(read_outcome(given)).to_plain()


def report_markdown(given: Any) -> str:
    return markdown.report_markdown(hand_over(read_outcome(given)))


def report_summary(given: Any) -> str:
    return summary.report_summary(hand_over(read_outcome(given)))


def test_summary() -> None:
    assert report_summary(GIVEN) == SUMMARY


def test_markdown() -> None:
    assert report_markdown(GIVEN) == MARKDOWN


def test_data_of_a_certificate() -> None:
    assert report_data(GIVEN)["certificates"] == [
        {
            "id": ID,
            "server": SERVER,
            "common_name": "ocspool.company.local",
            "subject_alternative_names": ["ocspool.company.local", SERVER],
            "issuer": "ca01.company.local\\Company CA",
            "state": "installed",
            "request_id": 12,
            "thumbprint": THUMBPRINT,
            "not_before": "2026-11-22T08:00:00Z",
            "not_after": "2028-11-22T08:00:00Z",
            "serial_number": "61a0",
        }
    ]


def test_data_is_json_and_does_not_change_its_input() -> None:
    before = copy.deepcopy(GIVEN)
    data = report_data(GIVEN)
    assert json.loads(json.dumps(data)) == data
    assert before == GIVEN
    assert data["summary"] == {"proved": 1, "failed": 1, "unproved": 0, "would_be_checked": 0}


@pytest.mark.parametrize("given", [{}, {"plan": None, "dns": "", "servers": None, "proof": {"dns": None}}])
def test_nothing_done_yet(given: dict) -> None:
    assert report_summary(given) == (
        "Planned    not done\n"
        "Changed    nothing\n"
        "Proved     DNS: not done\n"
        "           TLS: not done\n"
        "           trust: not done\n"
        "           sign-in: not done\n"
        "Hand-over  not done"
    )
    assert "# Hand-over\n" in report_markdown(given)


def test_second_run_shows_held_certificates() -> None:
    held = {"thumbprint": THUMBPRINT, "not_after": "2028-11-22T08:00:00Z"}
    entry = {
        "request": {"changed": False, "state": "held", "thumbprint": THUMBPRINT, "held": held},
        "issue": {"skipped": True, "changed": False},
        "install": {"skipped": True, "changed": False},
    }
    certificate = report_data({"plan": PLAN, "servers": {SERVER: {"certificates": {ID: entry}}}})["certificates"][0]
    assert (certificate["state"], certificate["not_after"]) == ("held", "2028-11-22T08:00:00Z")


def test_what_was_left_alone_says_why() -> None:
    change = {"verb": "report", "zone": "company.com", "name": "www", "type": "A", "note": "other addresses too"}
    change["after"] = {"ttl": 3600, "values": ["10.0.0.80"]}
    assert "! company.com: www A 10.0.0.80 (other addresses too)" in report_summary({"dns": {"changes": [change]}})


def test_dates_come_from_the_handshake_where_no_step_tells_them() -> None:
    found = {"thumbprint": THUMBPRINT, "not_after": "2028-11-22T08:00:00Z"}
    given = {
        "plan": PLAN,
        "servers": {SERVER: {"certificates": {ID: {"thumbprint": THUMBPRINT}}}},
        "proof": {"tls": [{**WRONG, "found": found}]},
    }
    assert report_data(given)["certificates"][0]["not_after"] == "2028-11-22T08:00:00Z"


def test_failures_and_waiting_come_first() -> None:
    entry = {"issue": {"state": "pending", "request_id": 7}, "waiting": "Request 7 waits at ca01 for an approval."}
    given = {
        "plan": PLAN,
        "dns": {"failed": True, "msg": "zone company.com is missing"},
        "servers": {
            SERVER: {"certificates": {ID: entry}},
            "ocssrv02.company.local": {"failure": "the CA denied request 8"},
        },
    }
    summary = report_summary(given)
    assert (
        "Failed     DNS: zone company.com is missing\n           ocssrv02.company.local: the CA denied request 8"
        in summary
    )
    assert "Waits      ocssrv01.company.local: Request 7 waits at ca01 for an approval." in summary
    text = report_markdown(given)
    assert text.index("## Failed") < text.index("## Waits for others") < text.index("## Changes")
    assert "| request ID | `7` |" in text
    assert "Planned; pushing them was not done." in text


def test_check_mode_says_so() -> None:
    given = {**GIVEN, "check_mode": True}
    assert "\nWould do   + company.com: zone company.com" in report_summary(given)
    assert "**Check mode: nothing was changed.**" in report_markdown(given)
    assert "## Changes that would be made" in report_markdown(given)


def test_the_plan_of_the_origin_renders() -> None:
    plan = json.loads((DATA / "origin_plan.json").read_text())
    text = report_markdown({"plan": plan})
    assert "| `company.com` | `_sipinternaltls._tcp` | SRV | `0 0 5061 ocspool.company.com` | 3600 | ours |" in text
    assert text.count("### `ocssrv0") == 2


def _structure(text: str) -> list[tuple[str, str]]:
    return [(token.type, token.tag) for token in PARSER.parse(text)]


def _poison(value: Any, poison: str) -> Any:
    """The same shape with every text, keys aside, turned into the poison."""
    if isinstance(value, dict):
        fixed = ("state", "verb", "managed", "type", "id", "waiting", "ca", "template")
        return {key: item if key in fixed else _poison(item, poison) for key, item in value.items()}
    if isinstance(value, list):
        return [_poison(item, poison) for item in value]
    return f"x{poison}" if isinstance(value, str) and value else value


@given(st.text(max_size=30) | st.sampled_from(["\n# x", "|", "`", "\n```\n", "<script>", "[a](b)", "\n\n- x", "\\"]))
def test_no_value_changes_the_structure(poison: str) -> None:
    assert _structure(report_markdown(_poison(GIVEN, poison))) == _structure(report_markdown(_poison(GIVEN, "")))


@given(st.text(max_size=30))
def test_nothing_moves_the_cursor(poison: str) -> None:
    summary = report_summary(_poison(GIVEN, poison))
    assert all(line.isprintable() for line in summary.split("\n"))


def test_filters() -> None:
    filters = FilterModule().filters()
    assert sorted(filters) == ["report_data", "report_markdown", "report_summary", "trust_matrix"]
    assert filters["report_summary"](GIVEN) == SUMMARY
    with pytest.raises(AnsibleFilterError, match=r"ucops\.rollout\.report_data: report: a list where a mapping was"):
        filters["report_data"]([])
    with pytest.raises(AnsibleFilterError, match=r"report_markdown: plan: records\[0\]\.view: missing"):
        filters["report_markdown"]({"plan": {"schema": 1, "records": [{}]}})
    with pytest.raises(RolloutError):
        report_data([])


def test_trust_filter() -> None:
    chain = [THUMBPRINT, "A" * 40]
    found = {"chain": chain, "chain_complete": True, "names": [SERVER]}
    tls = {
        "results": [
            {"expected": {"name": "ocspool.company.local"}, "found": {**found, "chain": ["B" * 40]}},
            {"expected": {"name": SERVER}, "found": None},
            {"expected": {"name": SERVER}, "found": {**found, "chain_complete": False}},
            {"expected": {"name": SERVER}, "found": found},
        ]
    }
    trust_matrix = FilterModule().filters()["trust_matrix"]
    held = {SERVER: {"root_thumbprints": ["a" * 40]}, "ocssrv02.company.local": {}}
    result = trust_matrix(held, tls)
    assert [(entry["state"], entry["message"]) for entry in result["results"]] == [
        ("unproved", "the trusted roots of ocssrv02.company.local are not known"),
        ("unproved", "its chain is not known"),
    ]
    held["ocssrv02.company.local"] = {"root_thumbprints": ["A" * 40]}
    assert trust_matrix(held, tls["results"])["summary"] == {"proved": 1, "failed": 0, "unproved": 1}
    with pytest.raises(AnsibleFilterError, match="no mapping of servers"):
        trust_matrix([])
