from __future__ import annotations

from pathlib import Path

from ansible_collections.ucops.rollout.plugins.plugin_utils.controller.notes import Note


def test_a_note_is_found_by_another_task_about_the_same_alone(tmp_path: Path) -> None:
    Note(str(tmp_path), "ca01").leave()
    assert Note(str(tmp_path), "ca01").left is True
    assert Note(str(tmp_path), "ca02").left is False
    (file,) = tmp_path.iterdir()
    assert (file.stat().st_mode & 0o777, file.read_bytes(), "ca01" in file.name) == (0o600, b"", False)


def test_without_a_folder_it_lasts_as_long_as_the_value() -> None:
    note = Note()
    assert note.left is False
    note.leave()
    assert (note.left, Note().left) == (True, False)


def test_a_folder_that_takes_nothing_stops_nobody(tmp_path: Path) -> None:
    note = Note(str(tmp_path / "gone"), "\ud800/../x")
    note.leave()
    assert note.left is True
    assert Note(str(tmp_path / "gone"), "\ud800/../x").left is False
