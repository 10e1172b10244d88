"""How a release is prepared (tools/release.py), and that this tree's version, changelog and documents agree."""

from __future__ import annotations

import importlib
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml
from unit.places import ROOT


@pytest.fixture
def tool(monkeypatch: pytest.MonkeyPatch) -> Any:
    monkeypatch.syspath_prepend(str(ROOT / "tools"))
    return importlib.import_module("release")


@pytest.fixture
def ran(tool: Any, monkeypatch: pytest.MonkeyPatch) -> list[list[str]]:
    """The commands that were run, in the place of antsibull-changelog."""
    commands: list[list[str]] = []
    monkeypatch.setattr(subprocess, "run", lambda command, **_given: commands.append(command))
    return commands


CONFIG = {"sections": [["minor_changes", "Minor Changes"], ["bugfixes", "Bugfixes"]]}


def tree(root: Path, version: str = "1.0.0", *released: str, headings: str = "") -> Path:
    """A collection with these releases, and fragments for the next one."""
    (root / "changelogs" / "fragments").mkdir(parents=True)
    (root / "docs").mkdir()
    (root / "galaxy.yml").write_text(f"---\nname: rollout\nversion: {version}\nreadme: README.md\n")
    (root / "docs" / "policies.md").write_text("| version | fixes |\n| --- | --- |\n| 1.x | all |\n")
    (root / "changelogs" / "config.yaml").write_text(yaml.safe_dump(CONFIG))
    held = {"ancestor": None, "releases": {one: {} for one in released}}
    (root / "changelogs" / "changelog.yaml").write_text(yaml.safe_dump(held))
    escaped = (headings or version).replace(".", "\\.")
    (root / "CHANGELOG.md").write_text(f"# Notes\n\n## v{escaped}\n")
    (root / "CHANGELOG.rst").write_text(f"Notes\n=====\n\nv{headings or version}\n======\n")
    return root


def fragment(root: Path, name: str, **sections: Any) -> Path:
    path = root / "changelogs" / "fragments" / name
    path.write_text(yaml.safe_dump(sections))
    return path


def test_this_tree_agrees(tool: Any) -> None:
    assert tool.problems(ROOT) == []


@pytest.mark.parametrize(
    ("version", "released", "headings", "said"),
    [
        ("1.0.0", (), "0.9.0", []),
        ("1.2.0", ("1.0.0", "1.2.0"), "1.2.0", []),
        ("1.10.0", ("1.9.0", "1.10.0"), "1.10.0", []),
        ("1.2.0", ("1.0.0",), "1.0.0", ["galaxy.yml has version 1.2.0, and changelogs/changelog.yaml ends with 1.0.0"]),
        ("1.0.0", ("1.0.0",), "0.9.0", ["CHANGELOG.md begins with 0.9.0, not with 1.0.0",
                                        "CHANGELOG.rst begins with 0.9.0, not with 1.0.0"]),
        ("2.0.0", (), "2.0.0", ["docs/policies.md does not say how version 2.x is supported"]),
    ],
)  # fmt: skip
def test_what_does_not_agree_is_told(
    tool: Any, tmp_path: Path, version: str, released: tuple[str, ...], headings: str, said: list[str]
) -> None:
    assert tool.problems(tree(tmp_path, version, *released, headings=headings)) == said


def test_the_first_release_keeps_what_was_before_in_one_file(tool: Any, ran: list[list[str]], tmp_path: Path) -> None:
    root = tree(tmp_path, "0.1.0")
    own = fragment(root, "1.0.0.yml", release_summary="The first.")
    fragment(root, "b.yml", bugfixes=["dns - a\n  ``zone`` stays."])
    fragment(root, "a.yml", bugfixes=["tls - waits."], minor_changes=["all - new."])
    tool.release(root, "1.0.0", "2026-11-28")
    assert (root / "changelogs" / "before-first-release.md").read_text() == (
        "# Changes before the first release\n\nBetween states that were never released.\n\n"
        "## Minor Changes\n\n- all - new.\n\n## Bugfixes\n\n- tls - waits.\n- dns - a `zone` stays.\n"
    )
    assert [path.name for path in own.parent.iterdir()] == ["1.0.0.yml"]
    assert "\nversion: 1.0.0\nreadme:" in (root / "galaxy.yml").read_text()
    date = ["--date", "2026-11-28"]
    assert ran == [["antsibull-changelog", "release", "--version", "1.0.0", *date, "--reload-plugins"]]


def test_later_releases_take_all_fragments(tool: Any, ran: list[list[str]], tmp_path: Path) -> None:
    root = tree(tmp_path, "1.0.0", "1.0.0")
    fragment(root, "1.1.0.yml", release_summary="The second.")
    fragment(root, "a.yml", bugfixes=["tls - waits."])
    tool.release(root, "1.1.0", "2027-01-01")
    assert len(list((root / "changelogs" / "fragments").iterdir())) == 2 and len(ran) == 1
    assert not (root / "changelogs" / "before-first-release.md").exists()


@pytest.mark.parametrize(
    ("version", "said"),
    [
        ("1.0.0", "1.0.0 does not come after 1.0.0"),
        ("0.9.9", "0.9.9 does not come after 1.0.0"),
        ("1.1", "1.1 is not a version such as 1.4.0"),
        ("1.1.0", "changelogs/fragments/1.1.0.yml with the section release_summary is missing"),
    ],
)
def test_what_cannot_be_released_changes_nothing(
    tool: Any, ran: list[list[str]], tmp_path: Path, version: str, said: str
) -> None:
    root = tree(tmp_path, "1.0.0", "1.0.0")
    kept = fragment(root, "a.yml", bugfixes=["tls - waits."])
    with pytest.raises(tool.NotReleasable, match=said.replace(".", r"\.")):
        tool.release(root, version, "2027-01-01")
    assert kept.is_file() and ran == [] and "version: 1.0.0" in (root / "galaxy.yml").read_text()
