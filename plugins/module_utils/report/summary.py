# Copyright: (c) 2026, The ucops.rollout developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The end of a rollout in a terminal: planned, changed, proved, and where the hand-over lies. Pure."""

from __future__ import annotations

import textwrap
from collections import Counter
from collections.abc import Mapping, Sequence

from ansible_collections.ucops.rollout.plugins.module_utils.model import Finding, Plan
from ansible_collections.ucops.rollout.plugins.module_utils.proof.result import FAILED, UNPROVED
from ansible_collections.ucops.rollout.plugins.module_utils.report.data import HandOver, Line, planned_counts
from ansible_collections.ucops.rollout.plugins.module_utils.report.escaping import visible
from ansible_collections.ucops.rollout.plugins.module_utils.report.outcome import CHECKS
from ansible_collections.ucops.rollout.plugins.module_utils.wording import at_place, number

WIDTH = 100
NOT_DONE = "not done"
_NONE_WRITTEN = "none, since check mode writes nothing"
_INDENT = 11
_CHECKS = {"dns": "DNS", "tls": "TLS", "trust": "trust", "sign_in": "sign-in"}
_SIGNS = {"create": "+", "change": "~", "delete": "-", "report": "!"}


def report_summary(data: HandOver) -> str:
    """Plain text of a few lines without colours or control characters; no line end at the end."""
    changed = "Would do" if data.check_mode else "Changed"
    sections = [
        ("Planned", _planned(data)),
        (changed, _changed(data)),
        ("Failed", [*_alike(data.failures), *data.causes(FAILED)]),
        ("Not done", _items(data.not_done)),
        ("Waits", _items(data.waiting)),
        ("By hand", _items(data.steps_by_hand)),
        ("Unproved", list(data.causes(UNPROVED))),
        ("Proved", _proved(data)),
        ("Hand-over", list(data.report_paths) or [_NONE_WRITTEN if data.check_mode else NOT_DONE]),
    ]
    return "\n".join(_section(title, lines) for title, lines in sections if lines)


def _section(title: str, lines: list[str]) -> str:
    shown = [wrapped for line in lines for wrapped in _wrapped(line)]
    return "\n".join((title if index == 0 else "").ljust(_INDENT) + line for index, line in enumerate(shown)).rstrip()


def _wrapped(line: str) -> list[str]:
    """White space that came with a value goes, and what could move the cursor is shown as an escape."""
    text = visible(" ".join(line.split()))
    width = WIDTH - _INDENT
    return textwrap.wrap(text, width, subsequent_indent="  ", break_long_words=False, break_on_hyphens=False)


def _planned(data: HandOver) -> list[str]:
    if not data.plan:
        return [NOT_DONE]
    counts = planned_counts(data.plan)
    others = f" (and {counts.other_records} that others enter)" if counts.other_records else ""
    return [
        f"{number(counts.records, 'DNS record')}{others} in {number(counts.zones, 'zone')},"
        f" {number(counts.certificates, 'certificate')}, {number(counts.endpoints, 'endpoint')}",
        *_left_out(data.plan),
        *_findings(data.plan.findings),
        *(f"{finding.severity}: {finding.message}" for finding in data.findings if finding not in data.plan.findings),
    ]


def _findings(found: Sequence[Finding]) -> list[str]:
    """The plan's, of each kind the first: a plan has many alike, which plan_pool and the report tell one by one."""
    kinds: dict[tuple[str, str], list[Finding]] = {}
    for finding in found:
        kinds.setdefault((finding.severity, finding.code), []).append(finding)
    return [
        f"{severity}: {alike[0].message}" + (f" (and {len(alike) - 1} more {code})" if len(alike) > 1 else "")
        for (severity, code), alike in kinds.items()
    ]


def _left_out(plan: Plan) -> list[str]:
    kinds = Counter(one.kind for one in plan.left_out)
    told = ", ".join(number(count, kind) for kind, count in kinds.items())
    return [f"left out (ucops_only): {told}"] if told else []


def _changed(data: HandOver) -> list[str]:
    changes = [f"{_SIGNS.get(one.verb, '~')} {one.where}: {one.what}" for one in data.changes]
    changed = any(one.verb != "report" for one in data.changes)
    return changes if changed else ["nothing", *changes]


def _proved(data: HandOver) -> list[str]:
    parts = {check: data.proof[check] for check in CHECKS}
    return [f"{_CHECKS[check]}: {_counts(part.summary) if part.done else NOT_DONE}" for check, part in parts.items()]


def _counts(summary: Mapping[str, int]) -> str:
    total = sum(summary.values())
    if summary["proved"] == total:
        return f"all {total} proved"
    return ", ".join(f"{count} {state.replace('_', ' ')}" for state, count in summary.items() if count)


def _items(items: Sequence[Line]) -> list[str]:
    return [str(item) for item in items]


def _alike(items: Sequence[Line]) -> list[str]:
    """Those that say the same of several places once."""
    places: dict[str, list[Line]] = {}
    for item in items:
        places.setdefault(item.what.removeprefix(f"{item.where}: "), []).append(item)
    return [
        str(alike[0]) if len(alike) == 1 else at_place(", ".join(dict.fromkeys(one.where for one in alike)), what)
        for what, alike in places.items()
    ]
