"""Who imports whom under plugins/, read from the sources: nothing is imported to find out."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator
from pathlib import Path

COLLECTION = "ansible_collections.ucops.rollout"
Arrow = tuple[str, str]


def package_of(path: Path, root: Path) -> str:
    return ".".join([COLLECTION, *path.relative_to(root).parent.parts])


def imports_of(source: str, package: str, *, typing_too: bool = True) -> set[str]:
    """Every module that a source imports, wherever in it; relative ones made absolute.

    ``typing_too=False`` leaves out what stands under ``if TYPE_CHECKING:`` and is never run.
    """
    names: set[str] = set()
    waiting: list[ast.AST] = [ast.parse(source)]
    while waiting:
        node = waiting.pop()
        if isinstance(node, ast.If) and "TYPE_CHECKING" in ast.dump(node.test) and not typing_too:
            waiting.extend(node.orelse)
            continue
        waiting.extend(ast.iter_child_nodes(node))
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            above = package.split(".")[: len(package.split(".")) + 1 - node.level] if node.level else []
            base = ".".join([*above, *([node.module] if node.module else [])])
            names |= {base, *(f"{base}.{alias.name}" for alias in node.names)}
    return names


def file_arrows(root: Path, *folders: str) -> set[Arrow]:
    """(importing file, imported file) for the Python files of a checkout below these folders, relative to ``root``."""
    paths = [path for folder in folders for path in sorted((root / folder).rglob("*.py"))]
    return {
        (path.relative_to(root).as_posix(), imported)
        for path in paths
        for imported in _files(imports_of(path.read_text(encoding="utf-8"), package_of(path, root)), root)
    }


def _files(names: Iterable[str], root: Path) -> Iterator[str]:
    for name in names:
        path = root.joinpath(*name.removeprefix(f"{COLLECTION}.").split(".")).with_suffix(".py")
        if name.startswith(f"{COLLECTION}.") and path.is_file():
            yield path.relative_to(root).as_posix()


def folder_arrows(arrows: Iterable[Arrow]) -> set[Arrow]:
    """The same between folders: two files of one folder are one point."""
    folders = {(start.rpartition("/")[0], end.rpartition("/")[0]) for start, end in arrows}
    return {(start, end) for start, end in folders if start != end}


def circle(arrows: Iterable[Arrow]) -> list[str]:
    """One circle as the points along it, the first again at the end; empty when there is none."""
    after: dict[str, list[str]] = {}
    for start, end in sorted(arrows):
        after.setdefault(start, []).append(end)
    done: set[str] = set()
    for point in after:
        if found := _walk(point, after, done, []):
            return found
    return []


def _walk(point: str, after: dict[str, list[str]], done: set[str], way: list[str]) -> list[str]:
    if point in way:
        return [*way[way.index(point) :], point]
    if point in done:
        return []
    for following in after.get(point, ()):
        if found := _walk(following, after, done, [*way, point]):
            return found
    done.add(point)
    return []
