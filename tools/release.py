"""Prepares a release: `make release VERSION=1.0.0`. With --check, says whether version, changelog and documents agree.

What the release says is in changelogs/fragments/VERSION.yml, which has the section release_summary. The other fragments
become its changes. Those before the first release are changes of what nobody had: they are kept in one file of their
own, and the first release tells what there is.
"""

from __future__ import annotations

import argparse
import re
import subprocess
import sys
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).resolve().parent.parent
BEFORE_FIRST = "before-first-release.md"


class NotReleasable(Exception):
    """What stands in the way of a release."""


def numbers(version: str) -> tuple[int, ...]:
    """Of a semantic version without suffixes."""
    if not re.fullmatch(r"(0|[1-9]\d*)(\.(0|[1-9]\d*)){2}", version):
        raise NotReleasable(f"{version} is not a version such as 1.4.0")
    return tuple(int(number) for number in version.split("."))


def load(path: Path) -> Any:
    return yaml.safe_load(path.read_text(encoding="utf-8"))


def released(root: Path) -> list[str]:
    """The versions that the changelog has, the newest last."""
    return sorted(load(root / "changelogs" / "changelog.yaml")["releases"], key=numbers)


def fragments(root: Path) -> list[Path]:
    return sorted((root / "changelogs" / "fragments").glob("*.yml"))


def problems(root: Path) -> list[str]:
    """Where version, changelog and documents contradict each other; nothing is expected of what is unreleased."""
    current = str(load(root / "galaxy.yml")["version"])
    line, found = f"{numbers(current)[0]}.x", []
    policies = (root / "docs" / "policies.md").read_text(encoding="utf-8")
    if f"| {line} |" not in policies:
        found.append(f"docs/policies.md does not say how version {line} is supported")
    versions = released(root)
    if not versions:
        return found
    if versions[-1] != current:
        found.append(f"galaxy.yml has version {current}, and changelogs/changelog.yaml ends with {versions[-1]}")
    for name in ("CHANGELOG.md", "CHANGELOG.rst"):
        # In Markdown the points are escaped.
        text = (root / name).read_text(encoding="utf-8").replace("\\.", ".")
        heading = re.search(r"^(?:#+ )?v(\d+\.\d+\.\d+)$", text, re.M)
        if not heading or heading[1] != versions[-1]:
            found.append(f"{name} begins with {heading[1] if heading else 'no version'}, not with {versions[-1]}")
    return found


def gathered(root: Path, left: Path) -> str:
    """The fragments before the first release, by section, as one page; ``left`` is that of the release itself."""
    config = load(root / "changelogs" / "config.yaml")
    titles = dict([["release_summary", "Summary"], *config["sections"], ["trivial", "Of No Interest"]])
    changes: dict[str, list[str]] = {name: [] for name in titles}
    for path in fragments(root):
        for name, texts in (load(path) if path != left else {}).items():
            changes[name] += [texts] if isinstance(texts, str) else texts
    lines = ["# Changes before the first release", "", "Between states that were never released.", ""]
    for name, texts in changes.items():
        lines += [f"## {titles[name]}", "", *(f"- {' '.join(text.split())}" for text in texts), ""] if texts else []
    return "\n".join(lines).replace("``", "`").rstrip() + "\n"


def release(root: Path, version: str, date: str) -> None:
    """Fill the changelog from the fragments, which go, and write the version into galaxy.yml."""
    versions, own = released(root), root / "changelogs" / "fragments" / f"{version}.yml"
    if versions and numbers(version) <= numbers(versions[-1]):
        raise NotReleasable(f"{version} does not come after {versions[-1]}")
    if not own.is_file() or "release_summary" not in load(own):
        raise NotReleasable(f"changelogs/fragments/{own.name} with the section release_summary is missing")
    numbers(version)
    if not versions:
        (root / "changelogs" / BEFORE_FIRST).write_text(gathered(root, own), encoding="utf-8")
        for path in fragments(root):
            if path != own:
                path.unlink()
    galaxy = root / "galaxy.yml"
    text = re.sub(r"^version: .*$", f"version: {version}", galaxy.read_text(encoding="utf-8"), count=1, flags=re.M)
    galaxy.write_text(text, encoding="utf-8")
    command = ["antsibull-changelog", "release", "--version", version, "--date", date, "--reload-plugins"]
    subprocess.run(command, cwd=root, check=True, stdin=subprocess.DEVNULL)
    # What it keeps for its next run is no YAML of ours, and the linter would say so.
    (root / "changelogs" / ".plugin-cache.yaml").unlink(missing_ok=True)


def main() -> int:
    parser = argparse.ArgumentParser(description="Prepare a release.")
    parser.add_argument("version", nargs="?")
    parser.add_argument("--date", default=datetime.now(timezone.utc).date().isoformat())
    parser.add_argument("--check", action="store_true", help="change nothing")
    given = parser.parse_args()
    try:
        if given.check:
            found = problems(ROOT)
            print("\n".join(found) or "version, changelog and documents agree")
            return 1 if found else 0
        release(ROOT, given.version or "", given.date)
    except NotReleasable as error:
        print(f"release: {error}", file=sys.stderr)
        return 2
    print(f"Look at CHANGELOG.md, commit, and tag the commit: git tag {given.version}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
