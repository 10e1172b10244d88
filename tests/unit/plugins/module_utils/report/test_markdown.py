"""The hand-over as Markdown."""

from __future__ import annotations

import copy
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt
from unit.hand_overs import GIVEN, ID, SERVER, THUMBPRINT, poisoned, report_markdown
from unit.places import DATA

from ansible_collections.ucops.rollout.plugins.module_utils.report.escaping import code

PARSER = MarkdownIt("commonmark", {"html": True}).enable("table")

MARKDOWN = """\
# Rollout: `ocspool.company.local`

**Status: failed**

DNS records and certificates of the pool were brought to the plan, as far as said below. This document is for\
 the people who run the pool. What is open comes first, then what was changed, what is planned with the reason\
 for each name, and what was seen from outside: *proved* was seen to be as planned, *failed* was seen to be\
 otherwise, and of what is *unproved* nothing is known. Nothing is listed as changed that was not read again\
 afterwards.

Run by `consultant` on `jump01`, begun 2026-11-22T08:00:00Z, ended 2026-11-22T08:01:00Z.

| step | result |
| --- | --- |
| planned | 1 record of ours and 1 of others, 1 certificate |
| changed | 6 |
| proved | 1 proved, 1 failed |
| failed | 0 |
| left to do by hand | 2 |

## Proofs that failed

1. ocspool.company.local:5061 at 10.0.0.10:5061: wrong certificate: it does not hold the name sip.company.com

## To be done by hand

1. `ocssrv01.company.local`: Choose the certificate in the wizard.
1. Open the firewall.

## Changes

| where | verb | what |
| --- | --- | --- |
| `company.com` | created | zone company.com |
| `company.com` | created | `_sipinternaltls._tcp` SRV 0 0 5061 ocspool.company.com |
| `ocssrv01.company.local` | created | key and request made (ocssrv01.company.local/default) |
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

## Assignments before and after

| server | place | certificate | before | after | state |
| --- | --- | --- | --- | --- | --- |
| `ocssrv01.company.local` | `0.0.0.0:443` | `ocssrv01.company.local/default` |\
 `ABABABABABABABABABABABABABABABABABABABAB` | `0F1E2D3C0F1E2D3C0F1E2D3C0F1E2D3C0F1E2D3C` | changed |
| `ocssrv01.company.local` | `10.0.0.11:5061` | `ocssrv01.company.local/default` | none | none | not changed |

## Replaced certificates

| server | certificate | former thumbprint | former valid until | former request ID | thumbprint | valid until |\
 request ID | why | what became of the former |
| --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |
| `ocssrv01.company.local` | `ocssrv01.company.local/default` | `ABABABABABABABABABABABABABABABABABABABAB` |\
 not known | not known | `0F1E2D3C0F1E2D3C0F1E2D3C0F1E2D3C0F1E2D3C` | `2028-11-22T08:00:00Z` |\
 `12` | – | left as it was |

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
| `ucops.rollout` | `0.1.0` |
| `dc01.company.local` | `Microsoft Windows Server 2008 R2 Standard (6.1.7601)` |
"""


def test_markdown() -> None:
    assert report_markdown(GIVEN) == MARKDOWN


def _structure(text: str) -> list[tuple[str, str]]:
    return [(token.type, token.tag) for token in PARSER.parse(text)]


@given(st.text(max_size=30) | st.sampled_from(["\n# x", "|", "`", "\n```\n", "<script>", "[a](b)", "\n\n- x", "\\"]))
def test_no_value_changes_the_structure(poison: str) -> None:
    assert _structure(report_markdown(poisoned(GIVEN, poison))) == _structure(report_markdown(poisoned(GIVEN, "")))


def _texts(markdown: str) -> set[str]:
    """Every text and every code span that a reader sees, as a parser that others wrote finds them."""
    inlines = [token for token in PARSER.parse(markdown) if token.type == "inline"]
    return {child.content for inline in inlines for child in inline.children or ()}


@pytest.mark.parametrize(
    "name", ["a b", "sip.<SIP domain>", "a`b", "``", "a|b", "<script>alert(1)</script>", "[x](y)", "*a*", "&lt;", "a\\"]
)
def test_hostile_names_are_read_as_they_are(name: str) -> None:
    given = copy.deepcopy(GIVEN)
    given["plan"]["records"][0]["name"] = name
    given["plan"]["servers"][0]["pool"] = name
    given["servers"][SERVER]["certificates"][ID]["issue"]["description"]["serial_number"] = name
    given["operator"] = name
    text = report_markdown(given)
    assert name in _texts(text)
    assert text.splitlines()[0] == f"# Rollout: {code(name)}"
    lines = [line for line in text.splitlines() if line.startswith("| serial number |")]
    assert [_texts(f"{code(name)}")] == [{name}] and len(lines) == 1


@pytest.mark.parametrize(
    ("given", "title"),
    [
        ({}, "# Rollout"),
        ({"check_mode": True}, "# Rollout, checked only"),
        ({"dns": {"changed": False, "changes": []}}, "# Rollout, nothing to change"),
        ({"dns": {"failed": True, "msg": "it failed"}}, "# Rollout"),
        ({"dns": {"changed": False}, "parts": ["plan", "verify", "report"]}, "# Proof"),
        ({"dns": {"changed": False}, "parts": ["plan", "dns", "report"]}, "# Rollout, nothing to change"),
    ],
)
def test_titles(given: dict[str, Any], title: str) -> None:
    assert report_markdown(given).splitlines()[0] == title


def test_a_number_that_nobody_knows() -> None:
    held = {"request": {"state": "held", "held": {"thumbprint": "AB"}, "thumbprint": "AB"}, "thumbprint": "AB"}
    text = report_markdown({**GIVEN, "servers": {SERVER: {"certificates": {ID: held}}}})
    assert "| request ID | not known |" in text


def test_the_plan_of_the_origin_renders() -> None:
    plan = json.loads((DATA / "origin_plan.json").read_text())
    text = report_markdown({"plan": plan})
    assert "| `company.com` | `_sipinternaltls._tcp` | SRV | `0 0 5061 ocspool.company.com` | 3600 | ours |" in text
    assert text.count("### `ocssrv0") == 2


def test_a_proof_does_not_say_that_work_was_not_done() -> None:
    document = report_markdown({**GIVEN, "dns": {}, "parts": ["plan", "verify", "report"]})
    assert document.startswith("# Proof: ")
    assert "was not done" not in document
    assert document.count("This run pushes and assigns nothing; what it saw is told under Proof.") == 2


def test_what_is_unproved_has_a_section_of_its_own() -> None:
    cause = {"kind": "timeout", "where": "DNS server dc01 (10.0.0.5:53)", "what": "no answer", "mend": "Check it"}
    asked = {"check": "record", "state": "unproved", "address": "10.0.0.5:53", "cause": cause}
    results = [{**asked, "subject": name, "message": f"{name} m"} for name in ("a A", "b A")]
    shown = report_markdown({"proof": {"dns": results}})
    tokens = PARSER.parse(shown)
    at = [token.content for token in tokens].index("Unproved")
    items = [token.content for token in tokens[at:] if token.type == "inline"]
    assert items[:3] == ["Unproved", "a A, b A: DNS server dc01 (10.0.0.5:53): no answer. Check it", "Changes"]
    assert "**Status: unproved**" in shown


def test_check_mode_calls_nothing_done() -> None:
    changes = [{"verb": "create", "zone": "company.com", "type": "ZONE"}, {"verb": "report", "zone": "a", "name": "b"}]
    given = {"dns": {"changed": True, "changes": changes}}
    assert "| to be created | zone company.com |" in report_markdown({**given, "check_mode": True})
    assert "| only noted |" in report_markdown({**given, "check_mode": True})
    assert "| created | zone company.com |" in report_markdown(given)


def test_what_was_not_begun_and_not_proved_has_a_section() -> None:
    told = report_markdown({"not_done": [{"hosts": ["a.example"], "why": "not begun"}], "proof_expected": True})
    assert "**Status: not done**" in told and "| not done | 1 host |" in told
    assert "## Not done\n\n1. `a.example`: not begun\n" in told
    assert "## Unproved\n\n1. nothing was proved: no record, endpoint or sign-in was looked at in this run\n" in told


def test_a_remark_is_told_once_below_the_table_with_what_it_holds_for() -> None:
    seen = {"check": "tls", "state": "proved", "message": "certificate AB"}
    results = [
        {**seen, "subject": "a:5061", "remarks": ["TLS 1.0 agreed", "signed with SHA-1"]},
        {**seen, "subject": "b:5061", "remarks": ["TLS 1.0 agreed"]},
    ]
    shown = report_markdown({"proof": {"tls": results}})
    assert "| `a:5061` | – | proved | certificate AB |\n" in shown
    assert "\n- All: TLS 1.0 agreed\n- `a:5061`: signed with SHA-1\n" in shown


def waited(*results: tuple[str, str, int]) -> list[str]:
    """What is told below the table of records."""
    dns = [
        {
            "check": "record",
            "subject": f"{number}.company.local A",
            "state": state,
            "message": "m",
            "server": server,
            "address": "10.0.0.5:53",
            "waited": seconds,
        }
        for number, (server, state, seconds) in enumerate(results)
    ]
    shown = report_markdown({**GIVEN, "proof": {"dns": {"results": dns}}})
    return [line for line in shown.splitlines() if "with the plan" in line]


def test_when_each_dns_server_answered_where_any_was_waited_for() -> None:
    first, second = ("dc01", "proved", 0), ("dc02", "proved", 18)
    assert waited(first, second, ("dc02", "proved", 3), ("dc03", "failed", 300), ("dc03", "proved", 9)) == [
        "- `dc01` `10.0.0.5:53` answered with the plan at once.",
        "- `dc02` `10.0.0.5:53` answered with the plan after 18 s.",
        "- `dc03` `10.0.0.5:53` did not answer with the plan within 300 s.",
    ]
    assert waited(first, second, ("dc04", "unproved", 0))[2:] == []
    assert waited(first, ("dc02", "failed", 0)) == []


def test_assignments_before_and_after_as_a_reader_sees_them() -> None:
    planned = "(the certificate that will be issued)"
    places = [
        {"place": "Default", "before": "", "after": planned, "state": "would_change"},
        {"place": "a|b `c` <d>", "before": THUMBPRINT, "after": THUMBPRINT, "state": "unchanged"},
    ]
    entry = {"assignment": {"state": "would_assign", "assigned": places}}
    given = {**GIVEN, "check_mode": True, "servers": {SERVER: {"certificates": {ID: entry}}}}
    shown = report_markdown(given)
    tokens = PARSER.parse(shown)
    at = [token.content for token in tokens].index("Assignments before and after")
    cells = ["".join(one.content for one in token.children) for token in tokens[at + 1 :] if token.type == "inline"]
    assert [cells[row : row + 6] for row in (0, 6, 12)] == [
        ["server", "place", "certificate", "before", "would be", "state"],
        [SERVER, "Default", ID, "none", planned, "would change"],
        [SERVER, "a|b `c` <d>", ID, THUMBPRINT, THUMBPRINT, "unchanged"],
    ]
    assert "before and after" not in report_markdown({**given, "servers": {}})
