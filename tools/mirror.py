"""Make a directory hold exactly the files named on standard input (NUL between), keeping what git ignores there."""

from __future__ import annotations

import pathlib
import shutil
import sys


def main() -> None:
    source, target = pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2])
    names = {name for name in sys.stdin.read().split("\0") if name and (source / name).is_file()}
    for name in names:
        copy = target / name
        copy.parent.mkdir(parents=True, exist_ok=True)
        if not copy.exists() or copy.read_bytes() != (source / name).read_bytes():
            shutil.copy2(source / name, copy)
        shutil.copymode(source / name, copy)
    for path in target.rglob("*"):
        relative = path.relative_to(target)
        if path.is_file() and relative.parts[0] != ".git" and relative.parts[:2] != ("tests", "output"):
            if relative.as_posix() not in names:
                path.unlink()


if __name__ == "__main__":
    main()
