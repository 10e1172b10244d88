"""Below the faces a plan is a Plan: nobody reads it as a mapping."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest
from unit.places import ROOT

# What a plan and its parts are called in code.
NAMES = {"plan", "planned", "plan_", "certificate", "record", "endpoint", "finding"}
FILES = sorted(
    path
    for folder in ("plugins/module_utils", "plugins/plugin_utils")
    for path in (ROOT / folder).rglob("*.py")
    # The values of the topology as it was written, before it is one.
    if path.parent.name != "topology"
)


def subscripts(source: str) -> list[str]:
    """Places where a value of such a name is read by a key that is text, such as ``planned["key"]``."""
    return [
        f"line {node.lineno}: {ast.unparse(node)}"
        for node in ast.walk(ast.parse(source))
        if isinstance(node, ast.Subscript)
        and isinstance(node.value, ast.Name)
        and node.value.id in NAMES
        and isinstance(node.slice, ast.Constant)
        and isinstance(node.slice.value, str)
    ]


def test_subscripts_are_seen() -> None:
    assert subscripts('x = planned["values"]\ny = planned[0]\nz = other["values"]') == ["line 1: planned['values']"]


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_nobody_reads_a_plan_as_a_mapping(path: Path) -> None:
    assert subscripts(path.read_text(encoding="utf-8")) == []
