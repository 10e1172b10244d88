"""Make a directory hold exactly the files named on standard input (NUL between); leaves its .git and tests/output."""

from __future__ import annotations

import pathlib
import shutil
import sys


def copy_all(names: set[str], source: pathlib.Path, target: pathlib.Path) -> None:
    """Copy what differs, with its mode; an unchanged file keeps its time, which caches go by."""
    for name in names:
        copy = target / name
        copy.parent.mkdir(parents=True, exist_ok=True)
        if not copy.exists() or copy.read_bytes() != (source / name).read_bytes():
            shutil.copy2(source / name, copy)
        shutil.copymode(source / name, copy)


def is_ours(relative: pathlib.Path) -> bool:
    return relative.parts[0] != ".git" and relative.parts[:2] != ("tests", "output")


def remove_others(names: set[str], target: pathlib.Path) -> None:
    """Remove files that are not named, and the directories that this leaves empty."""
    for path in sorted(target.rglob("*"), reverse=True):
        relative = path.relative_to(target)
        if not is_ours(relative):
            continue
        if path.is_file() and relative.as_posix() not in names:
            path.unlink()
        elif path.is_dir() and not any(path.iterdir()):
            path.rmdir()


def main() -> None:
    source, target = pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2])
    names = {name for name in sys.stdin.read().split("\0") if name and (source / name).is_file()}
    copy_all(names, source, target)
    remove_others(names, target)


if __name__ == "__main__":
    main()
