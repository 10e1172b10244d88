"""What the artifact must hold and must not, and the documentation of everything that it installs."""

from __future__ import annotations

import json
import os
import pathlib
import re
import subprocess
import sys
import tarfile
from collections.abc import Callable

import yaml

COLLECTION = "ucops.rollout"
KINDS = ("module", "filter", "lookup", "inventory")
# Every top-level name is on one of the lists: a new one is a decision to make.
WANTED = {
    "CHANGELOG.md",
    "CHANGELOG.rst",
    "CONTRIBUTING.md",
    "COPYING",
    "FILES.json",
    "MANIFEST.json",
    "README.md",
    "SECURITY.md",
    "changelogs",
    "docs",
    "examples",
    "meta",
    "playbooks",
    "plugins",
    "requirements.txt",
    "roles",
}
# Made when the first version is released.
OPTIONAL = {"CHANGELOG.md", "CHANGELOG.rst"}


def contents(artifact: str) -> list[str]:
    """Problems with what the artifact holds."""
    with tarfile.open(artifact) as archive:
        names = [name.removeprefix("./") for name in archive.getnames()]
    top = {name.split("/")[0] for name in names if name not in ("", ".")}
    problems = [f"the artifact lacks {name}" for name in sorted(WANTED - OPTIONAL - top)]
    problems += [f"the artifact holds {name}, which users do not need" for name in sorted(top - WANTED)]
    problems += [f"the artifact holds {name}" for name in names if re.search(r"__pycache__|\.pyc$|(^|/)\.", name)]
    return problems


def plugins_of(place: pathlib.Path, kind: str) -> list[str]:
    """Names of the installed plugins of one kind, from their files."""
    directory = place / "ansible_collections" / "ucops" / "rollout" / "plugins"
    directory /= "modules" if kind == "module" else kind
    files = [path for path in directory.glob("*") if path.suffix in (".py", ".yml") and path.stem != "__init__"]
    if kind == "filter":  # one Python file may hold several filters; each has a sidecar that documents it
        files = [path for path in files if path.suffix == ".yml"] or files
    return sorted({f"{COLLECTION}.{path.stem}" for path in files})


def ansible_doc(*arguments: str) -> dict[str, object]:
    run = subprocess.run(
        ["ansible-doc", "--json", *arguments], capture_output=True, text=True, check=False, env=environment()
    )
    if run.returncode:
        sys.exit(f"ansible-doc {' '.join(arguments)} failed:\n{run.stderr}")
    return dict(json.loads(run.stdout))


def environment() -> dict[str, str]:
    """Only the installed collection is to be found, not the repository beside it."""
    return {**os.environ, "ANSIBLE_COLLECTIONS_SCAN_SYS_PATH": "false"}


def documentation(place: pathlib.Path) -> list[str]:
    """Problems with the documentation of plugins and roles, as ansible-doc shows it."""
    problems = []
    for kind in KINDS:
        names = plugins_of(place, kind)
        shown = ansible_doc("--type", kind, *names) if names else {}
        problems += [f"ansible-doc shows nothing for {kind} {name}" for name in names if not shown.get(name)]
        print(f"documented: {len(shown)} of type {kind}")
    roles = sorted(path.name for path in (place / "ansible_collections/ucops/rollout/roles").iterdir())
    shown = ansible_doc("--type", "role", *(f"{COLLECTION}.{role}" for role in roles))
    problems += [f"ansible-doc shows nothing for role {role}" for role in roles if f"{COLLECTION}.{role}" not in shown]
    print(f"documented: {len(shown)} roles")
    return problems


# What ansible-builder has to find in the installed collection.
NEEDED = {
    "python": [
        "cryptography>=42.0.0",
        "dnspython>=2.6.0",
        "pypsrp[credssp]>=0.9.1",
        "pywinrm[credssp,kerberos]>=0.5.0",
    ],
    "system": [
        "gcc [compile platform:dpkg platform:rpm]",
        "krb5-devel [compile platform:rpm]",
        "krb5-user [platform:dpkg]",
        "krb5-workstation [platform:rpm]",
        "libkrb5-dev [compile platform:dpkg]",
        "python3-dev [compile platform:dpkg]",
        "python3-devel [compile platform:rpm]",
    ],
}


def needs(place: pathlib.Path) -> list[str]:
    """Problems with what an execution environment of the installed collection would get."""
    run = subprocess.run(["ansible-builder", "introspect", str(place)], capture_output=True, text=True, check=True)
    # Each line ends with `# from collection ucops.rollout`.
    found = {kind: sorted(one.partition("  #")[0] for one in told) for kind, told in yaml.safe_load(run.stdout).items()}
    print(f"for an execution environment: {found}")
    return [
        f"ansible-builder reads for {kind}: {found.get(kind)}" for kind in NEEDED if found.get(kind) != NEEDED[kind]
    ]


COMMANDS: dict[str, Callable[[str], list[str]]] = {
    "contents": contents,
    "documentation": lambda argument: documentation(pathlib.Path(argument)),
    "needs": lambda argument: needs(pathlib.Path(argument)),
}


def main() -> int:
    command, argument = sys.argv[1:]
    problems = COMMANDS[command](argument)
    for problem in problems:
        print(f"artifact: {problem}", file=sys.stderr)
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
