"""What the documentation of plugins and roles says, read from their files and parsed."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml
from unit.places import ROOT

PLUGINS = ROOT / "plugins"
PARTS = ("DOCUMENTATION", "EXAMPLES", "RETURN")
DOCUMENTED = sorted(
    [
        *(PLUGINS / "modules").glob("*.py"),
        *(PLUGINS / "lookup").glob("*.py"),
        *(PLUGINS / "inventory").glob("*.py"),
        *(PLUGINS / "filter").glob("*.yml"),
    ]
)
ROLES = sorted(path for path in (ROOT / "roles").iterdir() if path.is_dir())


def load(path: Path) -> Any:
    return yaml.safe_load(path.read_text(encoding="utf-8"))


def named(path: Path) -> str:
    return f"{path.parent.name}/{path.stem}"


def texts(path: Path) -> dict[str, Any]:
    """DOCUMENTATION, EXAMPLES and RETURN of a plugin, as they are written there."""
    if path.suffix == ".yml":
        return dict(load(path))
    return {
        node.targets[0].id: ast.literal_eval(node.value)
        for node in ast.parse(path.read_text(encoding="utf-8")).body
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name) and node.targets[0].id in PARTS
    }


def parts(path: Path) -> dict[str, Any]:
    """The same, parsed."""
    return {name: yaml.safe_load(text) if isinstance(text, str) else text for name, text in texts(path).items()}


def examples() -> dict[str, list[dict[str, Any]]]:
    """Tasks or plays of every plugin and role, by names such as filter/explain; not those of inventory plugins."""
    held = {named(path): parts(path)["EXAMPLES"] for path in DOCUMENTED if path.parent.name != "inventory"}
    for path in ROLES:
        entries = load(path / "meta" / "argument_specs.yml")["argument_specs"]
        held |= {f"roles/{path.name}": yaml.safe_load(entries["main"]["examples"])}
    return held


def tasks_of(value: list[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    """The tasks of a list of tasks or plays."""
    for each in value:
        if "hosts" in each:
            yield from tasks_of(each.get("tasks", []))
        else:
            yield each
