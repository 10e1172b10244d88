"""`make figures`: sizes of the house, to be compared from one state to another. Figures, no judgement.

    tools/figures.py [CHECKOUT ...]

Without arguments this checkout; with several, a column each.
"""

from __future__ import annotations

import ast
import pathlib
import statistics
import sys
from collections.abc import Iterable, Iterator

from unit.imports import Arrow, circle, file_arrows, folder_arrows

ROOT = pathlib.Path(__file__).resolve().parent.parent
TABLES = ("lync2010", "lync2013", "ocs2007", "ocs2007r2", "sfb2015", "sfb2019", "sfbse")
TOPICS = ("plugins", "tests/lab", "tests", "tools")


def python_files(root: pathlib.Path, folder: str) -> list[pathlib.Path]:
    return sorted((root / folder).rglob("*.py"))


def lines(paths: Iterable[pathlib.Path]) -> int:
    return sum(len(path.read_text(encoding="utf-8").splitlines()) for path in paths)


def function_lengths(root: pathlib.Path) -> dict[str, int]:
    """`file:function` -> lines, from `def` to the last statement."""
    return {
        f"{path.relative_to(root / 'plugins')}:{node.name}:{node.lineno}": (node.end_lineno or 0) - node.lineno + 1
        for path in python_files(root, "plugins")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef))
    }


def tables(root: pathlib.Path) -> list[pathlib.Path]:
    """The files of the product tables, wherever they lie, and the sources and marks that stand beside them."""
    names = {f"{table}{part}.py" for table in TABLES for part in ("", "_sources")}
    return [path for path in python_files(root, "plugins/module_utils") if path.name in names]


def figures(root: pathlib.Path) -> Iterator[tuple[str, str]]:
    """(what, how much) for one checkout."""
    for topic in TOPICS:
        paths = python_files(root, topic)
        yield f"{topic}: Python files", str(len(paths))
        yield f"{topic}: folders with Python", str(len({path.parent for path in paths}))
        yield f"{topic}: lines", str(lines(paths))
    yield "most Python files in one folder of plugins", _fullest(root)
    yield "product tables: files", str(len(tables(root)))
    yield "product tables: lines", str(lines(tables(root)))
    yield from _of_functions(function_lengths(root))
    yield from _of_arrows(file_arrows(root, "plugins"))


def _fullest(root: pathlib.Path) -> str:
    folders = [path.parent for path in python_files(root, "plugins")]
    fullest = max(sorted(set(folders)), key=folders.count)
    return f"{folders.count(fullest)} ({fullest.relative_to(root / 'plugins')})"


def _of_functions(lengths: dict[str, int]) -> Iterator[tuple[str, str]]:
    found = sorted(lengths.values())
    longest = max(lengths, key=lambda name: lengths[name])
    yield "plugins: functions", str(len(found))
    yield "plugins: function, median lines", f"{statistics.median(found):g}"
    yield "plugins: function, lines of nine in ten", str(found[len(found) * 9 // 10])
    yield "plugins: longest function", f"{lengths[longest]} ({longest.rpartition(':')[0]})"


def _of_arrows(arrows: set[Arrow]) -> Iterator[tuple[str, str]]:
    between = folder_arrows(arrows)
    yield "plugins: arrows between files", str(len(arrows))
    yield "plugins: arrows between folders", str(len(between))
    yield "plugins: circle of files", " > ".join(circle(arrows)) or "none"
    yield "plugins: circle of folders", " > ".join(circle(between)) or "none"


def main() -> None:
    checkouts = [pathlib.Path(argument).resolve() for argument in sys.argv[1:]] or [ROOT]
    columns = [dict(figures(checkout)) for checkout in checkouts]
    widths = [max(map(len, column.values())) for column in columns]
    for what in columns[0]:
        cells = (f"{column[what]:<{width}}" for column, width in zip(columns, widths, strict=True))
        print(f"{what:<45} {'  '.join(cells)}".rstrip())


if __name__ == "__main__":
    main()
