"""Files of a hand-over: named, compared, written on the controller, and only there."""

from __future__ import annotations

import errno
import os
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from ansible_collections.ucops.rollout.plugins.action.handover_files import ActionModule
from ansible_collections.ucops.rollout.plugins.module_utils.sealing import sealed


def run(place: Path, contents: Any, *, check_mode: bool = False, diff: bool = False, **more: Any) -> dict[str, Any]:
    task = SimpleNamespace(
        args={"directory": str(place), "files": contents, **more},
        check_mode=check_mode,
        async_val=0,
        action="ucops.rollout.handover_files",
        delegate_to=None,
        diff=diff,
    )
    connection = SimpleNamespace(transport="winrm", _shell=SimpleNamespace(tmpdir=None))
    result: dict[str, Any] = ActionModule(task, connection, SimpleNamespace(), None, None, None).run(task_vars={})
    return result


def test_files_are_written_once(tmp_path: Path) -> None:
    place = tmp_path / "handover"
    first = run(place, {"b.csv": "ü", "a.md": "# a"})
    assert first == {"changed": True, "paths": [f"{place}/b.csv", f"{place}/a.md"], "written": True}
    assert ((place / "b.csv").read_text(encoding="utf-8"), (place / "a.md").read_text(encoding="utf-8")) == ("ü", "# a")
    assert (place.stat().st_mode & 0o777, (place / "a.md").stat().st_mode & 0o777) == (0o750, 0o640)
    assert run(place, {"b.csv": "ü", "a.md": "# a"})["changed"] is False


def test_a_folder_counts_from_the_working_directory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert run(Path("handover"), {"a.md": "# a"})["paths"] == [f"{tmp_path}/handover/a.md"]


def test_check_mode_writes_nothing_and_shows_the_difference(tmp_path: Path) -> None:
    (tmp_path / "a.md").write_text("old", encoding="utf-8")
    shown = run(tmp_path, {"a.md": "new"}, check_mode=True, diff=True)
    path = str(tmp_path / "a.md")
    assert (shown["changed"], shown["written"]) == (True, False)
    assert shown["diff"] == [{"before_header": path, "after_header": path, "before": "old", "after": "new"}]
    assert (tmp_path / "a.md").read_text(encoding="utf-8") == "old"
    run(tmp_path / "none", {"a.md": "new"}, check_mode=True)
    assert os.listdir(tmp_path) == ["a.md"]


@pytest.mark.parametrize("name", ["", ".", "..", "../a", "/etc/a", "b/a", "a\0"])
def test_a_name_that_leads_elsewhere_is_refused(tmp_path: Path, name: str) -> None:
    result = run(tmp_path / "place", {name: "x"})
    assert result["failed"] and "is not the name of a file" in result["msg"]
    assert os.listdir(tmp_path) == []


def test_a_folder_that_is_a_file_is_told_in_words(tmp_path: Path) -> None:
    (tmp_path / "place").write_text("", encoding="utf-8")
    result = run(tmp_path / "place", {"a": "x"}, check_mode=True)
    assert result["failed"] and result["msg"] == f"{tmp_path}/place: is a file and no folder"


@pytest.mark.parametrize(
    ("contents", "end"), [({}, "; nothing was touched yet"), ({"a": "x"}, "")], ids=["ahead", "to write"]
)
def test_the_variable_that_gave_the_folder_is_named(tmp_path: Path, contents: dict[str, str], end: str) -> None:
    (tmp_path / "place").write_text("", encoding="utf-8")
    result = run(tmp_path / "place" / "b", contents, check_mode=True, variable="pool_report_directory")
    told = f"pool_report_directory: {tmp_path}/place/b: {tmp_path}/place is a file and no folder"
    assert result["msg"] == f"{told}. Give another folder in pool_report_directory{end}"


def test_what_was_written_before_the_disk_was_full_is_returned(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "a.md").write_text("# a", encoding="utf-8")
    replacing = os.replace

    def full(source: str, target: str) -> None:
        if target.endswith("c.json"):
            raise OSError(errno.ENOSPC, "No space left on device")
        replacing(source, target)

    monkeypatch.setattr(os, "replace", full)
    result = run(tmp_path, {"a.md": "# a", "b.csv": "b", "c.json": "{}"})
    assert (result["failed"], result["changed"]) == (True, True)
    assert result["msg"] == f"{tmp_path}/c.json: cannot be written (No space left on device)"
    assert result["paths"] == [f"{tmp_path}/a.md", f"{tmp_path}/b.csv"]
    assert sorted(os.listdir(tmp_path)) == ["a.md", "b.csv"]
    assert run(tmp_path, {"c.json": "{}"})["changed"] is False


def test_a_huge_file_in_the_place_of_one_is_not_read_whole(tmp_path: Path) -> None:
    with open(tmp_path / "a.md", "wb") as file:
        file.truncate(1 << 40)
    shown = run(tmp_path, {"a.md": "new"}, check_mode=True, diff=True)
    assert (shown["changed"], len(shown["diff"][0]["before"])) == (True, 3 + 1024 * 1024)


@pytest.mark.parametrize("check_mode", [False, True])
@pytest.mark.parametrize("there", ["written by somebody\n", sealed("a: 1\n").replace("1", "2", 1), "a" * 2_000_000])
def test_a_file_that_somebody_changed_is_kept(tmp_path: Path, there: str, check_mode: bool) -> None:
    (tmp_path / "b.yml").write_text(there, encoding="utf-8")
    contents = {"a.yml": sealed("x\n"), "b.yml": sealed("a: 3\n")}
    refused = run(tmp_path, contents, keep_changed=True, check_mode=check_mode)
    assert refused["failed"] and not refused["changed"]
    assert refused["msg"] == (
        f"{tmp_path / 'b.yml'}: was changed by somebody, or never made by such a run, and is not overwritten. Name"
        " another file, and compare the two; or take this one away"
    )
    assert os.listdir(tmp_path) == ["b.yml"]
    assert (tmp_path / "b.yml").read_text(encoding="utf-8") == there


def test_a_file_that_nobody_changed_is_made_anew(tmp_path: Path) -> None:
    first, second = {"b.yml": sealed("a: 1\n")}, {"b.yml": sealed("a: 2\n")}
    assert run(tmp_path, first, keep_changed=True)["changed"] is True
    assert run(tmp_path, first, keep_changed=True)["changed"] is False
    assert run(tmp_path, second, keep_changed=True)["changed"] is True
    assert (tmp_path / "b.yml").read_text(encoding="utf-8") == sealed("a: 2\n")
