"""Makes docs/findings.md: every code of the registry with an example that provokes it, and what guards each pitfall.

The examples are those that the tests of the findings play: what the page shows is what was tried.
"""

from __future__ import annotations

import pathlib
from collections.abc import Iterable, Iterator, Mapping
from string import Formatter
from typing import Any

import yaml

from ansible_collections.ucops.rollout.plugins.module_utils.findings.kind import LEFT_OUT, FindingKind
from ansible_collections.ucops.rollout.plugins.module_utils.findings.registry import KINDS
from ansible_collections.ucops.rollout.plugins.module_utils.model import SEVERITIES

DATA = pathlib.Path(__file__).resolve().parent.parent / "tests" / "unit" / "data"
HEAD = """<!-- made by tools/finding_pages.py from the kinds of findings and their examples; do not edit: make docs -->
# Findings

What the planner tells about a topology beside the plan, and what a run finds out beside its results. An **error** ends
a rollout before anything is touched; it is one only where something breaks for sure. A **warning** or a **note** is
shown and written into the report. A code never changes its meaning. Texts in braces are filled in.

A topology that contradicts itself, or that asks a product for what it does not have, is refused before it is planned:
those problems carry a path and no code, see [topology.md](topology.md).
"""
BASES = """The examples change one of these topologies (in `tests/unit/data`): `ocs`, an Enterprise pool of OCS 2007
with two SIP domains; `lync`, Lync Server 2013 with a pool balanced by DNS, an Edge pool and a reverse proxy.
"""


def load(name: str) -> Any:
    return yaml.safe_load((DATA / name).read_text(encoding="utf-8"))


def plain(text: str) -> str:
    """A text of the registry with its places to fill shown as `{name}`, safe in Markdown."""
    parts = [f"{literal}{{{name}}}" if name else literal for literal, name, _form, _how in Formatter().parse(text)]
    return "".join(parts).replace("<", "&lt;").replace("|", "\\|").replace("*", "\\*")


def overview() -> Iterator[str]:
    yield "| code | severity | what it is |\n|---|---|---|"
    for severity in SEVERITIES:
        for kind in KINDS.values():
            if kind.severity == severity:
                yield f"| [`{kind.code}`](#{kind.code}) | {severity} | {plain(kind.title)} |"


def section(kind: FindingKind) -> Iterator[str]:
    yield f"\n### `{kind.code}`\n"
    yield f"{plain(kind.title)}: **{kind.severity}**, because {plain(kind.decision)}.\n"
    yield f"- says: {plain(kind.message)}"
    for what, text in (("breaks", kind.breaks), ("what to do", kind.mend), ("source", kind.source)):
        if text:
            yield f"- {what}: {plain(text)}"
    yield from provoked(kind)


def provoked(kind: FindingKind) -> Iterator[str]:
    """The change that provokes it; what only other tests provoke says where."""
    if kind.example is None:
        yield f"- example: {kind.elsewhere}"
        return
    yield f"- example: `{kind.example.base}` with\n\n  ```yaml"
    for path, value in kind.example.change.items():
        yield f"  {path}: {written(value)}"
    yield "  ```"


def written(value: Any) -> str:
    """In one line of YAML."""
    if value == LEFT_OUT:
        return LEFT_OUT
    return " ".join(yaml.safe_dump(value, default_flow_style=True, width=10_000).replace("\n...", "").split())


def pitfalls(rows: Iterable[Mapping[str, Any]]) -> Iterator[str]:
    yield "| pitfall | what guards against it |\n|---|---|"
    for row in rows:
        yield f"| {plain(row['pitfall'])} | {'; '.join(guards(row))} |"


def guards(row: Mapping[str, Any]) -> Iterator[str]:
    for code in row.get("codes", ()):
        yield f"[`{code}`](#{code})"
    if "refused" in row:
        yield "the topology is refused"
    if "never" in row:
        yield f"cannot come about: {plain(row['never'])}"
    if "elsewhere" in row:
        yield plain(row["elsewhere"])


def page() -> str:
    lines = [HEAD, "## All codes\n", *overview(), "\n## The pitfalls of the field\n"]
    lines += [*pitfalls(load("pitfalls.yml")), "\n## Each code\n", BASES.rstrip("\n")]
    for kind in KINDS.values():
        lines += section(kind)
    return "\n".join(lines) + "\n"
