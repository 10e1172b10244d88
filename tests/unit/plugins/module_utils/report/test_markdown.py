"""The hand-over as Markdown."""

from __future__ import annotations

import json

from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt
from unit.hand_overs import GIVEN, poisoned, report_markdown
from unit.places import DATA

PARSER = MarkdownIt("commonmark", {"html": True}).enable("table")

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


def test_markdown() -> None:
    assert report_markdown(GIVEN) == MARKDOWN


def _structure(text: str) -> list[tuple[str, str]]:
    return [(token.type, token.tag) for token in PARSER.parse(text)]


@given(st.text(max_size=30) | st.sampled_from(["\n# x", "|", "`", "\n```\n", "<script>", "[a](b)", "\n\n- x", "\\"]))
def test_no_value_changes_the_structure(poison: str) -> None:
    assert _structure(report_markdown(poisoned(GIVEN, poison))) == _structure(report_markdown(poisoned(GIVEN, "")))


def test_the_plan_of_the_origin_renders() -> None:
    plan = json.loads((DATA / "origin_plan.json").read_text())
    text = report_markdown({"plan": plan})
    assert "| `company.com` | `_sipinternaltls._tcp` | SRV | `0 0 5061 ocspool.company.com` | 3600 | ours |" in text
    assert text.count("### `ocssrv0") == 2
