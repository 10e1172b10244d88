from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from ansible_collections.ucops.rollout.plugins.plugin_utils.controller import processes
from ansible_collections.ucops.rollout.plugins.plugin_utils.controller.processes import lives, process_space

BOOT = "0f3b6c1e-1111-4222-8333-444455556666"
OTHER_BOOT = "0f3b6c1e-1111-4222-8333-444455556667"


@pytest.fixture(autouse=True)
def host(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(processes, "controller", lambda: "ansible01")


def proc(folder: Path, boot: str = BOOT, container: str = "pid:[4026531836]") -> Path:
    (folder / "sys/kernel/random").mkdir(parents=True)
    (folder / "sys/kernel/random/boot_id").write_text(f"{boot}\n", encoding="ascii")
    (folder / "self/ns").mkdir(parents=True)
    (folder / "self/ns/pid").symlink_to(container)
    return folder


def test_one_place_has_one_name(tmp_path: Path) -> None:
    # sha256sum of "ansible01 0f3b6c1e-1111-4222-8333-444455556666 pid:[4026531836]"
    assert process_space(proc(tmp_path / "a")) == process_space(proc(tmp_path / "b")) == "ce28acbe8696"


def test_another_start_container_or_host_has_another(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    names = {
        process_space(proc(tmp_path / "same")),
        process_space(proc(tmp_path / "started again", boot=OTHER_BOOT)),
        process_space(proc(tmp_path / "in a container", container="pid:[4026532333]")),
    }
    monkeypatch.setattr(processes, "controller", lambda: "ansible02")
    assert len(names | {process_space(proc(tmp_path / "cloned"))}) == 4


def test_a_system_that_does_not_tell_recognises_nothing(tmp_path: Path) -> None:
    first, second = process_space(tmp_path), process_space(tmp_path)
    assert re.fullmatch("[0-9a-f]{12}", first) and re.fullmatch("[0-9a-f]{12}", second)
    assert first != second


def test_who_lives() -> None:
    ended = subprocess.Popen([sys.executable, "-c", ""])
    ended.wait()
    assert (lives(os.getpid()), lives(ended.pid)) == (True, False)


@pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="no /proc as Linux has it")
def test_one_that_has_ended_and_that_nobody_has_waited_for_lives_no_more() -> None:
    ended = subprocess.Popen([sys.executable, "-c", ""])
    os.waitid(os.P_PID, ended.pid, os.WEXITED | os.WNOWAIT)
    os.kill(ended.pid, 0)  # its id is still its own
    assert not lives(ended.pid)
    ended.wait()


@pytest.mark.parametrize(("stat", "living"), [
    ("4711 (ansible-playboo) Z 1 4711", False),
    ("4711 (a) Z (b) c) S 1 4711", True),
    ("4711 (\xff) R (x) X 1 4711", False),
    ("4711 (sleep) D 1 4711", True),
    ("4711", True),
    ("4711 (sleep)", True),
    ("", True),
])  # fmt: skip
def test_its_state_is_what_follows_the_name_of_its_program(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, stat: str, living: bool
) -> None:
    """What says nothing leaves it to the signal."""
    monkeypatch.setattr(processes.os, "kill", lambda process, signal: None)
    (tmp_path / "4711").mkdir()
    (tmp_path / "4711/stat").write_text(stat, encoding="latin-1")
    assert lives(4711, tmp_path) is living


@pytest.mark.parametrize(("error", "living"), [(PermissionError, True), (ProcessLookupError, False)])
def test_another_accounts_process_lives(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, error: type[OSError], living: bool
) -> None:
    """Asked by the signal where nothing else tells."""
    asked: list[tuple[int, int]] = []

    def kill(process: int, signal: int) -> None:
        asked.append((process, signal))
        raise error

    monkeypatch.setattr(processes.os, "kill", kill)
    assert (lives(4711, tmp_path), asked) == (living, [(4711, 0)])
