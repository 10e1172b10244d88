from __future__ import annotations

import errno
import json
import os
import stat
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

import pytest
from winrm.exceptions import InvalidCredentialsError, WinRMTransportError

from ansible_collections.ucops.rollout.plugins.module_utils.errors import RolloutError
from ansible_collections.ucops.rollout.plugins.module_utils.recording.conversation import Conversation
from ansible_collections.ucops.rollout.plugins.module_utils.recording.masking import Masker
from ansible_collections.ucops.rollout.plugins.plugin_utils.winrm.recording import Recorder, key_of

NOON = datetime(2026, 11, 22, 12, tzinfo=timezone.utc)


def recorder(folder: Path, name: str = "dc01") -> Recorder:
    ticks = iter(range(1000))
    conversation = Conversation(Masker(b"k" * 32))
    return Recorder(
        str(folder), name, conversation, {"recording": 1}, clock=lambda: float(next(ticks)), now=lambda: NOON
    )


def rows(one: Recorder) -> list[dict[str, Any]]:
    return [json.loads(line) for line in Path(one.path).read_text(encoding="ascii").splitlines()]


def failing(error: Exception) -> Any:
    def send(message: str | bytes) -> bytes:
        raise error

    return send


def test_what_is_said_is_written_at_once_and_returned_as_it_was(tmp_path: Path) -> None:
    one = recorder(tmp_path / "new" / "folder")
    assert rows(one) == [{"recording": 1}]
    assert one.recorded(lambda message: b"<a>company</a>", "<b>Müller</b>") == b"<a>company</a>"
    assert rows(one)[1:] == [
        {"seconds": 1.0, "request": "<b>n2qvkgt2dk</b>", "status": 200, "answer": "<a>ntlxfxxhbb</a>"}
    ]
    assert one.notice == ""


def test_each_has_a_file_of_its_own_that_others_cannot_read(tmp_path: Path) -> None:
    folder = tmp_path / "recorded"
    files = [Path(recorder(folder, "dc01.company.local").path) for _one in range(3)]
    assert sorted(folder.iterdir()) == sorted(files) and len(set(files)) == 3
    assert {stat.S_IMODE(file.stat().st_mode) for file in files} == {0o600}
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert {file.name.partition("-20261122T120000Z-")[0] for file in files} == {"nmsadzxu3t.ntlxfxxhbb.nm5gfj2ywy"}


def test_a_fault_is_an_answer(tmp_path: Path) -> None:
    one = recorder(tmp_path)
    with pytest.raises(WinRMTransportError):
        one.recorded(failing(WinRMTransportError("http", 500, "<f>company</f>")), b"<a/>")
    assert rows(one)[1:] == [{"seconds": 1.0, "request": "<a></a>", "status": 500, "answer": "<f>ntlxfxxhbb</f>"}]


@pytest.mark.parametrize("error", [OSError("dc01.company.local is gone"), InvalidCredentialsError("company")])
def test_of_a_loss_its_kind_is_written(tmp_path: Path, error: Exception) -> None:
    one = recorder(tmp_path)
    with pytest.raises(type(error)):
        one.recorded(failing(error), b"<a/>")
    assert rows(one)[1:] == [{"seconds": 1.0, "request": "<a></a>", "lost": type(error).__name__}]


def test_a_folder_that_takes_nothing_is_an_error_before_anything_is_sent(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    for folder in (tmp_path / "file", tmp_path / "file" / "below", Path("/proc/none")):
        with pytest.raises(RolloutError) as failure:
            recorder(folder)
        assert "nothing can be recorded into this folder" in failure.value.what
        assert failure.value.where == str(folder) and "ucops_record" in failure.value.mend
    assert (tmp_path / "file").read_bytes() == b""


def test_a_full_disk_ends_the_recording_and_not_the_work(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    one = recorder(tmp_path)
    real, calls = os.open, []

    def full(path: Any, *args: Any) -> int:
        if path == one.path:
            calls.append(path)
            raise OSError(errno.ENOSPC, "No space left on device")
        return real(path, *args)

    with monkeypatch.context() as patched:
        patched.setattr(os, "open", full)
        assert [one.recorded(lambda message: b"<a/>", b"<a/>") for _one in range(3)] == [b"<a/>"] * 3
    assert len(calls) == 1
    assert one.notice == (
        f"the recording {one.path} ends early, since it cannot be written any more (No space left on device); the work"
        " goes on"
    )
    assert rows(one) == [{"recording": 1}]


def test_a_link_in_its_place_is_not_followed(tmp_path: Path) -> None:
    one = recorder(tmp_path)
    os.unlink(one.path)
    (tmp_path / "other").touch()
    os.symlink(tmp_path / "other", one.path)
    one.recorded(lambda message: b"<a/>", b"<a/>")
    assert one.notice and (tmp_path / "other").read_bytes() == b""


def test_tasks_of_a_run_share_a_key_and_others_do_not(tmp_path: Path) -> None:
    first = key_of(str(tmp_path))
    assert len(first) == 32 and key_of(str(tmp_path)) == first
    assert [stat.S_IMODE(file.stat().st_mode) for file in tmp_path.iterdir()] == [0o600]
    assert len({first, key_of(""), key_of(""), key_of(str(tmp_path / "none"))}) == 4
