from __future__ import annotations

import os
from pathlib import Path
from threading import Event, Thread

import pytest

from ansible_collections.ucops.rollout.plugins.plugin_utils.controller.notes import Note, one_at_a_time


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


def test_a_note_has_one_word(tmp_path: Path) -> None:
    for folder in (str(tmp_path), ""):
        note = Note(folder, "who")
        assert note.word == ""
        note.leave("dc01-ä")
        assert note.word == "dc01-ä"
    assert Note(str(tmp_path), "who").word == "dc01-ä"
    assert [os.stat(tmp_path / name).st_mode & 0o777 for name in os.listdir(tmp_path)] == [0o600]


def waits(folder: str, about: str, other: str) -> bool:
    """Whether one that is about the other has to wait for one about the first."""
    entered = Event()

    def enter() -> None:
        with one_at_a_time(folder, other):
            entered.set()

    with one_at_a_time(folder, about):
        thread = Thread(target=enter)
        thread.start()
        waited = not entered.wait(0.3)
    thread.join(10)
    assert entered.is_set()
    return waited


def test_one_at_a_time_about_the_same(tmp_path: Path) -> None:
    assert waits(str(tmp_path), "a", "a") is True
    assert waits(str(tmp_path), "a", "b") is False


@pytest.mark.parametrize("folder", ["", "/nowhere/at/all"])
def test_where_nothing_can_be_kept_nobody_waits(folder: str) -> None:
    assert waits(folder, "a", "a") is False


def test_whoever_fails_frees_the_place(tmp_path: Path) -> None:
    with pytest.raises(KeyError), one_at_a_time(str(tmp_path), "a"):
        raise KeyError
    with one_at_a_time(str(tmp_path), "a"):
        pass
