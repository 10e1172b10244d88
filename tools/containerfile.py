"""Carries out a Containerfile of ansible-builder in folders, with chroot, where no container runtime is at hand.

What the stages do is done: packages installed, files copied, commands run. What makes a container of it is not there:
no layers, no image, no isolation but the file system's. Needs root.
"""

from __future__ import annotations

import json
import os
import pathlib
import re
import shlex
import shutil
import subprocess
import sys
from dataclasses import dataclass, field

# Of the caller's environment, as container runtimes hand it on to a build.
HANDED_ON = ("http_proxy", "https_proxy", "no_proxy", "HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY")
SEARCHED = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"


class NotUnderstood(ValueError):
    """A line that this program does not know: better none than a wrong file system."""


@dataclass(frozen=True)
class Line:
    """One instruction: ``word`` in capitals, the rest as it stands."""

    word: str
    rest: str


@dataclass
class Stage:
    """A file system on its way, and what a command in it gets."""

    root: pathlib.Path
    environment: dict[str, str] = field(default_factory=dict)
    arguments: dict[str, str] = field(default_factory=dict)
    user: str = "root"
    folder: str = "/"
    entrypoint: tuple[str, ...] = ()

    @property
    def known(self) -> dict[str, str]:
        return {**self.arguments, **self.environment}


def lines_of(text: str) -> list[Line]:
    """The instructions, with continued lines joined; comments and empty lines go."""
    joined = re.sub(r"\\\n", " ", text)
    kept = [line.strip() for line in joined.splitlines() if line.strip() and not line.lstrip().startswith("#")]
    return [Line(word.upper(), rest.strip()) for word, _space, rest in (line.partition(" ") for line in kept)]


def filled(text: str, known: dict[str, str]) -> str:
    """``$NAME`` and ``${NAME}`` in it, by their values; an unknown one is empty."""
    return re.sub(r"\$(?:\{(\w+)\}|(\w+))", lambda found: known.get(found[1] or found[2], ""), text)


def assigned(rest: str) -> tuple[str, str]:
    """``NAME=value`` with quotes taken away, or ``NAME`` alone."""
    name, _sign, value = rest.partition("=")
    return name, "".join(shlex.split(value))


class Building:
    """Stages by name; ``base`` is the folder that stands for the image of the first one."""

    def __init__(self, context: pathlib.Path, base: pathlib.Path, place: pathlib.Path) -> None:
        self._context, self._base, self._place = context, base, place
        self._given: dict[str, str] = {}
        self._stages: dict[str, Stage] = {}
        self._now: Stage | None = None
        self._later = ""  # what the instructions behind this one are made of

    def build(self, text: str) -> Stage:
        """The last stage."""
        lines = lines_of(text)
        for number, line in enumerate(lines):
            self._later = " ".join(one.rest for one in lines[number + 1 :] if one.word in ("FROM", "COPY"))
            print(f"--- {line.word} {line.rest}", flush=True)
            self._do(line)
        if self._now is None:
            raise NotUnderstood("nothing that begins with FROM")
        return self._now

    def _do(self, line: Line) -> None:
        if line.word == "FROM":
            self._now = self._begin(line.rest)
        elif line.word == "ARG":
            self._argument(*assigned(line.rest))
        elif self._now is None:
            raise NotUnderstood(f"{line.word} before FROM")
        else:
            self._in_stage(self._now, line)

    def _argument(self, name: str, value: str) -> None:
        if self._now is None:
            self._given[name] = value
        else:
            self._now.arguments[name] = value or self._given.get(name, "")

    def _begin(self, rest: str) -> Stage:
        image, _as, name = rest.partition(" AS ")
        of = self._stages.get(image)
        root, start = self._place / name, of.root if of else self._base
        # What nobody needs after this is taken as it is: a copy takes seconds.
        if re.search(rf"(^|[ =]){re.escape(image)}( |$)", self._later):
            subprocess.run(["cp", "-a", "--reflink=auto", str(start), str(root)], check=True)
        else:
            start.rename(root)
        self._stages[name] = Stage(root, dict(of.environment) if of else {}, user=of.user if of else "root")
        return self._stages[name]

    def _in_stage(self, stage: Stage, line: Line) -> None:
        rest = filled(line.rest, stage.known) if line.word != "RUN" else line.rest
        if line.word == "ENV":
            name, value = assigned(rest)
            stage.environment[name] = value
        elif line.word == "USER":
            stage.user = rest
        elif line.word == "WORKDIR":
            stage.folder = rest
            inside(stage, rest).mkdir(parents=True, exist_ok=True)
        elif line.word == "COPY":
            self._copy(stage, rest)
        elif line.word == "RUN":
            run(stage, ["/bin/sh", "-c", rest])
        elif line.word == "ENTRYPOINT":
            stage.entrypoint = tuple(json.loads(rest))
        elif line.word not in ("LABEL", "CMD"):
            raise NotUnderstood(f"{line.word} {rest}")

    def _copy(self, stage: Stage, rest: str) -> None:
        """A folder's content into a folder, or one file."""
        option, source, target = rest.split() if rest.startswith("--") else ("", *rest.split())
        if option and not option.startswith("--from="):
            raise NotUnderstood(f"COPY {rest}")
        start = inside(self._stages[option.partition("=")[2]], source) if option else self._context / source
        end = inside(stage, target)
        if start.is_dir():
            shutil.copytree(start, end, symlinks=True, dirs_exist_ok=True)
        else:
            end.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(start, end)


def inside(stage: Stage, path: str) -> pathlib.Path:
    return stage.root / path.lstrip("/")


# In a mount namespace of its own, which takes the mounts along when it ends. $1: the root; $2: the user; $3: the
# folder; $4, $5: a folder of outside and its place inside, or nothing.
_ENTER = """
set -e
root=$1 user=$2 folder=$3 from=$4 to=$5; shift 5
mount --rbind /dev "$root/dev"
mount -t proc proc "$root/proc"
[ -z "$from" ] || mount --bind "$from" "$root$to"
exec chroot --userspec="$user" "$root" /bin/sh -c 'cd "$1"; shift; exec "$@"' sh "$folder" "$@"
"""


def entering(stage: Stage, command: list[str], mounted: tuple[str, str] = ("", "")) -> list[str]:
    """The command line that runs a command in a stage's file system; with its environment (``environment_of``).

    :param mounted: a folder of outside and where it lies inside.
    """
    user = stage.user if stage.user == "root" else f"{stage.user}:0"
    place = [str(stage.root), user, stage.folder, *mounted]
    return ["unshare", "--mount", "--fork", "/bin/sh", "-c", _ENTER, "sh", *place, *command]


def environment_of(stage: Stage) -> dict[str, str]:
    handed = {name: os.environ[name] for name in HANDED_ON if name in os.environ}
    return (
        {"PATH": SEARCHED, "HOME": "/root", "LANG": "C.UTF-8", "DEBIAN_FRONTEND": "noninteractive"}
        | handed
        | stage.known
    )


def run(stage: Stage, command: list[str]) -> None:
    subprocess.run(entering(stage, command), env=environment_of(stage), stdin=subprocess.DEVNULL, check=True)


def main() -> None:
    """``containerfile.py CONTEXT BASE PLACE``: the folder of the Containerfile, the root of the base image, where the
    stages go. Writes ``PLACE/stage.json`` with what a run of the last stage needs."""
    context, base, place = (pathlib.Path(one).resolve() for one in sys.argv[1:])
    place.mkdir(parents=True, exist_ok=True)
    stage = Building(context, base, place).build((context / "Containerfile").read_text(encoding="utf-8"))
    told = {"root": str(stage.root), "user": stage.user, "folder": stage.folder, "entrypoint": stage.entrypoint}
    (place / "stage.json").write_text(json.dumps({**told, "environment": stage.environment}), encoding="utf-8")


if __name__ == "__main__":
    main()
