"""Writes what the documents repeat of the code: tables of the topology's keys and the findings, pages, the schema.

Tables stand between the marks `<!-- NAME: made by tools/pages.py -->` and `<!-- NAME: end -->`. With --check, nothing
is written and the exit code says whether the documents are up to date.
"""

from __future__ import annotations

import pathlib
import sys
from collections.abc import Callable, Iterator
from string import Formatter

import finding_pages
import product_pages
import steps_page

from ansible_collections.ucops.rollout.plugins.module_utils.findings.registry import KINDS
from ansible_collections.ucops.rollout.plugins.module_utils.topology.json_schema import schema_text
from ansible_collections.ucops.rollout.plugins.module_utils.topology.schema import TOPOLOGY
from ansible_collections.ucops.rollout.plugins.module_utils.topology.shapes import (
    Field,
    Fields,
    Flag,
    ListOf,
    MapOf,
    Shape,
    Text,
    Whole,
)

DOCS = pathlib.Path(__file__).resolve().parent.parent / "docs"


def kind(shape: Shape) -> str:
    """What a key may hold, in words."""
    if isinstance(shape, ListOf):
        return f"list of {kind(shape.item)}"
    if isinstance(shape, (Text, Whole)) and shape.choices:
        return " or ".join(f"`{choice}`" for choice in shape.choices)
    if isinstance(shape, Text):
        return {"fqdn": "full name", "line": "text", "authority": "host\\name", "relative": "name in the zone"}.get(
            shape.form, shape.form
        )
    if isinstance(shape, Whole):
        return f"number from {shape.minimum} to {shape.maximum}"
    return {Flag: "`true` or `false`", Fields: "mapping", MapOf: "mapping"}[type(shape)]


def default(one: Field) -> str:
    if one.required:
        return "required"
    if one.default is None:
        return "-"
    if isinstance(one.default, tuple):
        return f"`{list(one.default)}`"
    return f"`{str(one.default).lower() if isinstance(one.default, bool) else one.default}`"


def keys(fields: Fields, path: str = "") -> Iterator[str]:
    """A row per key that is supported; keys that are only foreseen are left out."""
    for one in fields.fields:
        if one.later:
            continue
        name = f"{path}.{one.name}" if path else one.name
        shape, below = one.shape, name
        yield f"| `{name}` | {kind(shape)} | {default(one)} | {cell(one.about)} |"
        if isinstance(shape, ListOf):
            shape, below = shape.item, f"{name}[]"
        elif isinstance(shape, MapOf):
            shape, below = shape.item, f"{name}.<name>"
        if isinstance(shape, Fields):
            yield from keys(shape, below)


def foreseen(fields: Fields, path: str = "") -> Iterator[str]:
    """A row per key that is known and refused so far."""
    for one in fields.fields:
        name = f"{path}.{one.name}" if path else one.name
        shape, below = one.shape, name
        if one.later:
            yield f"| `{name}` | {cell(one.later)} |"
            continue
        if isinstance(shape, ListOf):
            shape, below = shape.item, f"{name}[]"
        elif isinstance(shape, MapOf):
            shape, below = shape.item, f"{name}.<name>"
        if isinstance(shape, Text):
            for choice, reason in shape.later.items():
                yield f"| `{name}: {choice}` | {cell(reason)} |"
        if isinstance(shape, Fields):
            yield from foreseen(shape, below)


def plain(text: str) -> str:
    """A text with its places to fill shown as `{name}`, fit for a cell."""
    parts = [f"{literal}{{{name}}}" if name else literal for literal, name, _form, _how in Formatter().parse(text)]
    return cell("".join(parts))


def cell(text: str) -> str:
    return text.replace("|", "\\|").replace("<", "&lt;")


def findings() -> Iterator[str]:
    for code, one in KINDS.items():
        yield f"| [`{code}`](findings.md#{code}) | {one.severity} | {plain(one.message)} | {plain(one.mend)} |"


TABLES: dict[tuple[str, str], tuple[str, Callable[[], Iterator[str]]]] = {
    ("topology.md", "keys"): ("| key | holds | default | meaning |\n|---|---|---|---|", lambda: keys(TOPOLOGY)),
    ("topology.md", "foreseen"): ("| key | why not yet |\n|---|---|", lambda: foreseen(TOPOLOGY)),
    ("troubleshooting.md", "findings"): (
        "| code | severity | says | what to do |\n|---|---|---|---|",
        findings,
    ),
    ("products.md", "roles"): (product_pages.head("role"), product_pages.roles),
    ("products.md", "steps"): (steps_page.HEAD, steps_page.rows),
    ("products.md", "features"): (product_pages.head("feature"), product_pages.features),
}


def filled(text: str, name: str, table: str) -> str:
    begin, end = f"<!-- {name}: made by tools/pages.py -->", f"<!-- {name}: end -->"
    before, mark, rest = text.partition(begin)
    _old, end_mark, after = rest.partition(end)
    if not mark or not end_mark:
        raise SystemExit(f"the marks of {name} are missing")
    return f"{before}{begin}\n{table}\n{end}{after}"


# Pages that are made as a whole.
PAGES: dict[str, Callable[[], str]] = {"findings.md": finding_pages.page, "topology.schema.json": schema_text}


def main() -> int:
    stale = []
    for page, make in PAGES.items():
        path = DOCS / page
        text = make()
        if not path.exists() or path.read_text(encoding="utf-8") != text:
            stale.append(f"docs/{page} is not what the code says; run: make docs")
            if "--check" not in sys.argv:
                path.write_text(text, encoding="utf-8")
    for (page, name), (head, rows) in TABLES.items():
        path = DOCS / page
        text = path.read_text(encoding="utf-8")
        new = filled(text, name, "\n".join([head, *rows()]))
        if new != text:
            stale.append(f"docs/{page}: the table of {name} is not what the code says; run: make docs")
            if "--check" not in sys.argv:
                path.write_text(new, encoding="utf-8")
    if "--check" in sys.argv:
        print("\n".join(stale) or "the tables of the documents are up to date")
        return 1 if stale else 0
    return 0


if __name__ == "__main__":
    sys.exit(main())
