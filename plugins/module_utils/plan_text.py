# Copyright: (c) 2026, The ucops.rollout developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A plan as plain text for people: records by zone, certificates with the reason of each name, endpoints, findings."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from ansible_collections.ucops.rollout.plugins.module_utils.model import OURS, REGISTERED_ELSEWHERE, SEVERITIES

WIDTH = 110

_MANAGED = {OURS: "", REGISTERED_ELSEWHERE: "registered by the domain member itself", "other_team": "other team"}
_IF_MISSING = {"fail": "must exist", "create": "created where missing"}

Part = Mapping[str, Any]


def plan_text(plan: Part) -> str:
    """The plan (as its contract's mapping) as text of several lines, without a line end at the end."""
    sections = [
        ("DNS records", _records(plan)),
        ("Certificates", _certificates(plan)),
        ("Endpoints", _endpoints(plan)),
        ("Findings", _findings(plan)),
    ]
    return "\n\n".join("\n".join([title, "=" * len(title), *lines]) for title, lines in sections)


def _records(plan: Part) -> list[str]:
    by_zone: dict[tuple[str, str], list[Part]] = {}
    for record in plan["records"]:
        by_zone.setdefault((record["view"], record["zone"]), []).append(record)
    lines = []
    for zone in plan["zones"]:
        lines.append(f"Zone {zone['name']} ({zone['view']}, {_IF_MISSING[zone['if_missing']]})")
        lines += _indented(_table([_record_row(one) for one in by_zone.get((zone["view"], zone["name"]), ())]))
    return lines


def _record_row(record: Part) -> tuple[str, ...]:
    data = ", ".join(_data(value) for value in record["values"])
    return (record["name"], str(record["ttl"]), record["type"], data, _MANAGED[record["managed"]])


def _data(value: Any) -> str:
    if isinstance(value, Mapping):
        return f"{value['priority']} {value['weight']} {value['port']} {value['target']}"
    return str(value)


def _certificates(plan: Part) -> list[str]:
    lines = []
    for certificate in plan["certificates"]:
        subject = certificate["subject"]["common_name"]
        lines.append(f"{certificate['id']}, for {_components(certificate)}")
        lines += _indented(_table(_properties(certificate, subject)))
        lines += _indented(["subject alternative names:"])
        lines += _indented(
            _table([(name, _purposes(certificate, name)) for name in certificate["subject_alternative_names"]]), 4
        )
    return lines


def _properties(certificate: Part, subject: str) -> list[tuple[str, ...]]:
    key = certificate["key"]
    exportable = "exportable" if key["exportable"] else "not exportable"
    return [
        ("common name", subject),
        ("key", f"{key['algorithm'].upper()} {key['length']}, {exportable}"),
        ("issuer", f"{certificate['issuer']['ca']}, {_template(certificate)}"),
    ]


def _template(certificate: Part) -> str:
    return f"template {certificate['template']}" if certificate["template"] else "stand-alone: no template"


def _components(certificate: Part) -> str:
    return ", ".join(f"{one['component']} (port {one['port']})" for one in certificate["assignments"])


def _purposes(certificate: Part, name: str) -> str:
    return "; ".join(reason["purpose"] for reason in certificate["name_reasons"].get(name, ()))


def _endpoints(plan: Part) -> list[str]:
    rows = [
        (
            f"{endpoint['name']}:{endpoint['port']}",
            endpoint["protocol"],
            ", ".join(endpoint["addresses"]),
            endpoint["through"].replace("_", " "),
            "; ".join(endpoint["clients"]),
        )
        for endpoint in plan["endpoints"]
    ]
    return _table(rows)


def _findings(plan: Part) -> list[str]:
    if not plan["findings"]:
        return ["none"]
    counts = [(sum(one["severity"] == each for one in plan["findings"]), each) for each in SEVERITIES]
    lines = [", ".join(f"{count} {each}{'' if count == 1 else 's'}" for count, each in counts)]
    for finding in plan["findings"]:
        lines += _finding(finding)
    return lines


def _finding(finding: Part) -> list[str]:
    lines = [f"{finding['severity'].upper()} {finding['code']} at {finding['where']}"]
    for text in (finding["message"], f"breaks: {finding['breaks']}", f"mend: {finding['mend']}"):
        lines += textwrap.wrap(text, WIDTH, initial_indent="  ", subsequent_indent="    ", break_long_words=False)
    return lines


def _table(rows: Sequence[tuple[str, ...]]) -> list[str]:
    """Columns as wide as their widest cell, two spaces between."""
    if not rows:
        return ["nothing"]
    widths = [max(len(cell) for cell in column) for column in zip(*rows, strict=True)]
    return ["  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows]


def _indented(lines: Iterable[str], spaces: int = 2) -> list[str]:
    return [" " * spaces + line for line in lines]
