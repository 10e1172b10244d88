"""Files of the controller are written whole or not at all."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from ansible_collections.ucops.rollout.plugins.module_utils.errors import RolloutError
from ansible_collections.ucops.rollout.plugins.plugin_utils.controller import files


def rights(path: Path) -> int:
    return path.stat().st_mode & 0o777


def test_a_file_is_replaced_whole(tmp_path: Path) -> None:
    place = tmp_path / "report.md"
    files.write_whole(str(place), b"one", 0o640)
    assert (place.read_bytes(), rights(place)) == (b"one", 0o640)
    files.write_whole(str(place), b"two", 0o600)
    assert (place.read_bytes(), rights(place)) == (b"two", 0o600)
    assert os.listdir(tmp_path) == ["report.md"]


def test_a_link_is_replaced_and_not_followed(tmp_path: Path) -> None:
    elsewhere, link = tmp_path / "elsewhere", tmp_path / "report.md"
    elsewhere.write_bytes(b"kept")
    link.symlink_to(elsewhere)
    files.write_whole(str(link), b"new", 0o640)
    assert (elsewhere.read_bytes(), link.is_symlink(), link.read_bytes()) == (b"kept", False, b"new")


def test_nothing_is_left_of_a_file_that_could_not_be_written(tmp_path: Path) -> None:
    (tmp_path / "taken").mkdir()
    with pytest.raises(RolloutError, match=r"taken: cannot be written \(Is a directory\)"):
        files.write_whole(str(tmp_path / "taken"), b"x", 0o640)
    with pytest.raises(RolloutError, match=r"cannot be written \(No such file or directory\)"):
        files.write_whole(str(tmp_path / "none" / "x"), b"x", 0o640)
    assert os.listdir(tmp_path) == ["taken"]


def test_a_folder_that_is_there_keeps_its_rights(tmp_path: Path) -> None:
    place = tmp_path / "a" / "b"
    assert files.make_folder(str(place), 0o750) is True
    assert rights(place) == 0o750
    place.chmod(0o700)
    assert files.make_folder(str(place), 0o750) is False
    assert rights(place) == 0o700


def test_a_folder_that_cannot_be_made(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(RolloutError, match="this folder cannot be made"):
        files.make_folder(str(tmp_path / "file" / "b"))


def test_content(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"12345")
    assert files.content_of(str(tmp_path / "file"), 9) == b"12345"
    assert files.content_of(str(tmp_path / "file"), 3) == b"123"
    assert files.content_of(str(tmp_path / "none"), 9) is None
    with pytest.raises(RolloutError, match=r"cannot be read \(Is a directory\)"):
        files.content_of(str(tmp_path), 9)


@pytest.mark.parametrize("kind", ["pipe", "device", "folder"])
def test_only_regular_files_are_read(kind: str, tmp_path: Path) -> None:
    place = tmp_path / "there.cer"
    if kind == "pipe":
        os.mkfifo(place)
    elif kind == "folder":
        place.mkdir()
    else:
        place.symlink_to("/dev/zero")
    with pytest.raises(RolloutError, match=r"there.cer: (is no regular file|cannot be read \(Is a directory\))"):
        files.content_of(str(place), 9)


def test_nothing_is_left_of_a_file_whose_writing_was_interrupted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupted(*_arguments: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(files.os, "chmod", interrupted)
    with pytest.raises(KeyboardInterrupt):
        files.write_whole(str(tmp_path / "report.md"), b"x", 0o640)
    assert os.listdir(tmp_path) == []


def test_whether_a_folder_can_be_written_is_seen_without_making_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    files.see_writable(str(tmp_path / "a" / "b"))
    assert os.listdir(tmp_path) == []
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(RolloutError, match="file: is a file and no folder"):
        files.see_writable(str(tmp_path / "file"))
    with pytest.raises(RolloutError) as known:
        files.see_writable(str(tmp_path / "file" / "b"))
    assert str(known.value) == f"{tmp_path}/file/b: {tmp_path}/file is a file and no folder"
    assert os.listdir(tmp_path) == ["file"]

    def refuse(**_where: object) -> str:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(files.tempfile, "mkdtemp", refuse)
    with pytest.raises(RolloutError, match=r"/a: nothing can be written into the folder .* \(Permission denied\)"):
        files.see_writable(str(tmp_path / "a"))


@pytest.mark.skipif(not os.path.isdir("/proc/self"), reason="no /proc, in which nobody can make a folder")
def test_a_place_where_even_root_can_make_nothing() -> None:
    with pytest.raises(RolloutError, match="^/proc/ucops-none: nothing can be written into the folder /proc "):
        files.see_writable("/proc/ucops-none")


def test_no_more_is_read_than_asked_for(tmp_path: Path) -> None:
    with open(tmp_path / "huge", "wb") as file:
        file.truncate(1 << 40)
    assert files.content_of(str(tmp_path / "huge"), 5) == bytes(5)
