"""The workflows of the public CI: they run what we run, on what we claim, with few rights and pinned actions."""

from __future__ import annotations

import re
from typing import Any

import pytest
import yaml
from unit.places import ROOT

WORKFLOWS = sorted((ROOT / ".github" / "workflows").glob("*.yml"))


def load(name: str) -> dict[str, Any]:
    return dict(yaml.safe_load((ROOT / ".github" / "workflows" / name).read_text(encoding="utf-8")))


def steps() -> list[dict[str, Any]]:
    return [step for path in WORKFLOWS for job in load(path.name)["jobs"].values() for step in job["steps"]]


def test_there_are_two() -> None:
    assert [path.name for path in WORKFLOWS] == ["ci.yml", "release.yml"]


def test_everything_is_what_ci_runs() -> None:
    commands = [step.get("run") for step in load("ci.yml")["jobs"]["everything"]["steps"]]
    assert ".ci/run" in commands


def test_the_matrix_is_what_is_claimed() -> None:
    matrix = load("ci.yml")["jobs"]["versions"]["strategy"]["matrix"]
    older = re.search(r"^older=\((.*)\)", (ROOT / "tools" / "versions.sh").read_text(encoding="utf-8"), re.M)
    newest = re.search(r"^ansible-core==(\S+)", (ROOT / "requirements-dev.txt").read_text(encoding="utf-8"), re.M)
    assert older and newest
    run = [version.rpartition(".")[0] for version in (*older[1].split(), newest[1])]
    assert matrix["ansible"] == [*run, "devel"] == ["2.17", "2.18", "2.19", "devel"]
    assert matrix["python"] == ["3.11", "3.12", "3.13"]
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    assert [version for version in matrix["python"] if f"Python {version}" not in readme] == []
    # What Ansible does not run on: its own table of supported Pythons.
    assert matrix["exclude"] == [{"ansible": "2.17", "python": "3.13"}, {"ansible": "devel", "python": "3.11"}]


def test_devel_alone_may_fail() -> None:
    assert load("ci.yml")["jobs"]["versions"]["continue-on-error"] == "${{ matrix.ansible == 'devel' }}"
    assert [job for job, held in load("ci.yml")["jobs"].items() if "continue-on-error" in held] == ["versions"]


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.name)
def test_no_more_rights_than_reading(path: Any) -> None:
    workflow = load(path.name)
    assert workflow["permissions"] == {"contents": "read"}
    assert [job for job in workflow["jobs"].values() if "permissions" in job or "timeout-minutes" not in job] == []


def test_actions_are_pinned_and_leave_no_credentials() -> None:
    used = [step for step in steps() if "uses" in step]
    assert [step["uses"] for step in used if not re.fullmatch(r"actions/[\w-]+@v\d+\.\d+\.\d+", step["uses"])] == []
    checkouts = [step for step in used if step["uses"].startswith("actions/checkout@")]
    assert [step["with"] for step in checkouts] == [{"persist-credentials": False}] * 3


def test_no_command_has_a_value_of_the_event_in_its_text() -> None:
    """What stands in a command is run, and the name of a branch may be one."""
    assert [step["run"] for step in steps() if "${{" in step.get("run", "")] == []


def test_commands_exist() -> None:
    commands = " ".join(step.get("run", "") for step in steps())
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    assert [name for name in re.findall(r"make (\w+)", commands) if not re.search(rf"^{name}:", makefile, re.M)] == []
    assert [name for name in re.findall(r"(?:tools|\.ci)/[\w.]+", commands) if not (ROOT / name).is_file()] == []
