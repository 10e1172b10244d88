"""A release, made in a copy by the tool itself: tests/unit/test_release.py has its cases."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
import yaml
from sitekit import BIN, ROOT

pytestmark = pytest.mark.slow


@pytest.mark.skipif(not (ROOT / ".git").exists(), reason="needs a checkout")
def test_the_next_release_can_be_made(tmp_path: Path) -> None:
    # antsibull-changelog asks ansible-doc for the plugins, which has to find the collection.
    copy = tmp_path / "ansible_collections" / "ucops" / "rollout"
    copy.mkdir(parents=True)
    tracked = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        check=True,
        capture_output=True,
    ).stdout
    subprocess.run([sys.executable, ROOT / "tools" / "mirror.py", ROOT, copy], input=tracked, check=True)
    version = next_version(copy)

    def release(*arguments: str) -> str:
        environment = {**os.environ, "PATH": f"{BIN}{os.pathsep}{os.environ['PATH']}"}
        command = [sys.executable, "tools/release.py", *arguments]
        done = subprocess.run(command, cwd=copy, env=environment, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    assert release(version).endswith(f"tag the commit: git tag {version}\n")
    assert release("--check") == "version, changelog and documents agree\n"
    changelog = (copy / "CHANGELOG.md").read_text(encoding="utf-8").replace("\\", "")
    headings = [line for line in changelog.splitlines() if line.startswith("## ")]
    assert headings[0] == f"## v{version}"
    # Every module and role is told as new by the release that brought it.
    assert [
        name for name in ("pool_plan", "certificate_request", "pool_dns") if f"ucops.rollout.{name} - " not in changelog
    ] == []
    assert list((copy / "changelogs" / "fragments").iterdir()) == []
    assert not (copy / "changelogs" / ".plugin-cache.yaml").exists()


def next_version(copy: Path) -> str:
    """The version to release: galaxy.yml's own where that has not been done, else the next, with a summary."""
    version = str(yaml.safe_load((copy / "galaxy.yml").read_text(encoding="utf-8"))["version"])
    fragments = copy / "changelogs" / "fragments"
    if not (fragments / f"{version}.yml").exists():
        major, minor, _patch = version.split(".")
        version = f"{major}.{int(minor) + 1}.0"
        fragments.mkdir(exist_ok=True)
        (fragments / f"{version}.yml").write_text("---\nrelease_summary: The next.\n", encoding="utf-8")
    return version
