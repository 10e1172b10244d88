from __future__ import annotations

import base64
import os
import re
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st
from unit import budgets

from ansible_collections.ucops.rollout.plugins.module_utils.errors import RolloutError
from ansible_collections.ucops.rollout.plugins.plugin_utils.winrm.files import WinrsFiles
from ansible_collections.ucops.rollout.plugins.plugin_utils.winrm.programs_port import ProgramResult
from ansible_collections.ucops.rollout.plugins.plugin_utils.winrm.registry_port import Registry
from ansible_collections.ucops.rollout.plugins.plugin_utils.winrm.soap import GarbledAnswer

TARGET = r"C:\Windows\Temp\request.inf"


class Disk:
    """The few lines that files.py sends, done by the rules of cmd and certutil."""

    def __init__(self) -> None:
        self.files: dict[str, bytes] = {}
        self.folders: set[str] = set()
        self.lines: list[str] = []
        self.exit_codes: dict[str, int] = {}

    def run_line(self, line: str, *, timeout: float = 60.0) -> ProgramResult:
        assert len(line) <= 8191
        self.lines.append(line)
        printed = b""
        for command in line.split(" && "):
            word = command.split()[0]
            if word in self.exit_codes and word != "del":
                return ProgramResult(line, self.exit_codes[word], b"", b"nicht gut")
            done = getattr(self, f"_{word}")(command)
            printed += done.stdout
            if done.exit_code:
                break
        return ProgramResult(line, done.exit_code, printed)

    def _paths(self, line: str) -> list[str]:
        return [path.lower() for path in re.findall(r'"([^"]*)"', line)]

    def _echo(self, line: str) -> ProgramResult:
        match = re.fullmatch(r'echo ([A-Za-z0-9+/=_.:-]+ )(>>?) "[^"]+"', line)
        assert match, line
        (path,) = self._paths(line)
        before = self.files.get(path, b"") if match[2] == ">>" else b""
        self.files[path] = before + match[1].encode() + b"\r\n"
        return ProgramResult(line, 0)

    def _if(self, line: str) -> ProgramResult:
        path = self._paths(line)[0]
        return ProgramResult(line, 0, b"there\r\n" if path in self.files or path in self.folders else b"")

    def _md(self, line: str) -> ProgramResult:
        (path,) = self._paths(line)
        there = path in self.folders
        self.folders.add(path)
        return ProgramResult(line, int(there))

    def _rd(self, line: str) -> ProgramResult:
        assert line.startswith("rd /s /q ")
        (path,) = self._paths(line)
        self.folders.discard(path)
        self.files = {name: content for name, content in self.files.items() if not name.startswith(path)}
        return ProgramResult(line, 0)

    def _dir(self, line: str) -> ProgramResult:
        (pattern,) = self._paths(line)
        names = [path.rpartition("\\")[2] for path in self.files if path.startswith(pattern.rstrip("*"))]
        return ProgramResult(line, 0 if names else 1, "\r\n".join(names).encode())

    def _type(self, line: str) -> ProgramResult:
        path = self._paths(line)[0]
        return ProgramResult(line, 0, self.files[path]) if path in self.files else ProgramResult(line, 1)

    def _del(self, line: str) -> ProgramResult:
        for path in self._paths(line):
            self.files.pop(path, None)
        return ProgramResult(line, 0)

    def _certutil(self, line: str) -> ProgramResult:
        source, target = self._paths(line)
        if source not in self.files:
            return ProgramResult(line, 0x80070002, b"0x80070002 (WIN32: 2)")
        content = self.files[source]
        if "-decode" in line:
            self.files[target] = base64.b64decode(content)
        else:
            text = base64.encodebytes(content).replace(b"\n", b"\r\n")
            self.files[target] = b"-----BEGIN CERTIFICATE-----\r\n" + text + b"-----END CERTIFICATE-----\r\n"
        return ProgramResult(line, 0, b"CertUtil: fertig.\r\n")


class OneValue(Registry):
    def __init__(self, value: str | None = r"C:\Windows") -> None:
        self.value, self.reads = value, 0

    def subkeys(self, key: str) -> None:
        raise AssertionError

    def string(self, key: str, name: str) -> str | None:
        assert (key, name) == (r"SOFTWARE\Microsoft\Windows NT\CurrentVersion", "SystemRoot")
        self.reads += 1
        return self.value

    strings = dword = binary = subkeys


def files_of(value: str | None = r"C:\Windows") -> tuple[WinrsFiles, Disk]:
    disk = Disk()
    return WinrsFiles(disk, OneValue(value), name="ca01"), disk


def test_temporary_names_are_unique_in_the_machines_folder() -> None:
    files, disk = files_of(r"D:\WINNT")
    first, second = files.temporary(".req"), files.temporary(".req")
    assert first != second
    assert re.fullmatch(r"D:\\WINNT\\Temp\\ucops-[0-9]{8}-[0-9a-f]{12}-[0-9]+-[0-9a-f]{16}\.req", first)
    assert disk.lines == []


@pytest.mark.parametrize("suffix", ["", ".", ".REQ", ".requ", ".req\n", "-.req", r"\x", "a b", '"', "%", "/", "\u00e4"])
def test_suffix_is_no_way_out(suffix: str) -> None:
    with pytest.raises(RolloutError):
        files_of()[0].temporary(suffix)


@pytest.mark.parametrize("root", [None, "", "Windows", r"C:\%X%", 'C:\\a"b'])
def test_strange_system_root_is_not_used(root: str | None) -> None:
    with pytest.raises(GarbledAnswer):
        files_of(root)[0].temporary(".req")


def test_write_leaves_the_file_and_nothing_else() -> None:
    files, disk = files_of()
    files.write(TARGET, b"[NewRequest]\r\n")
    assert disk.files == {TARGET.lower(): b"[NewRequest]\r\n"}
    assert len(disk.lines) == 1


def test_long_content_goes_in_pieces_that_start_afresh() -> None:
    files, disk = files_of()
    content = bytes(range(256)) * 50
    files.write(TARGET, content)
    assert disk.files == {TARGET.lower(): content}
    arrows = [line.split()[2] for line in disk.lines]
    assert arrows == [">", ">>", ">>"]


def test_empty_file_is_refused() -> None:
    files, disk = files_of()
    with pytest.raises(RolloutError, match="empty file"):
        files.write(TARGET, b"")
    assert disk.lines == []


def test_many_files_are_deleted_together() -> None:
    files, disk = files_of()
    disk.files = {rf"c:\t\{number}": b"x" for number in range(30)}
    files.delete(list(disk.files))
    assert (disk.files, len(disk.lines)) == ({}, 2)
    files.delete([])
    assert len(disk.lines) == 2


def test_read_and_clean_up() -> None:
    files, disk = files_of()
    disk.files[TARGET.lower()] = b"\x30\x82\x00\xff"
    assert files.read(TARGET) == b"\x30\x82\x00\xff"
    assert len(disk.lines) == 1
    assert list(disk.files) == [TARGET.lower()]


def test_missing_file_is_none() -> None:
    assert files_of()[0].read(TARGET) is None


@pytest.mark.parametrize("word", ["echo", "certutil"])
def test_failed_write_raises_and_cleans_up(word: str) -> None:
    files, disk = files_of()
    disk.exit_codes[word] = 1
    with pytest.raises(RolloutError, match="exit code 0x1: nicht gut"):
        files.write(TARGET, b"x")
    assert disk.files == {}


def test_missing_file_is_none_whatever_certutil_says() -> None:
    """Which code certutil ends with for a missing file is unconfirmed: where it tells nothing, cmd is asked."""
    files, disk = files_of()
    disk.exit_codes["certutil"] = 0x80070057
    assert files.read(TARGET) is None


@pytest.mark.parametrize("word", ["type", "certutil"])
def test_failed_read_is_not_a_missing_file(word: str) -> None:
    files, disk = files_of()
    disk.files[TARGET.lower()] = b"x"
    disk.exit_codes[word] = 5
    with pytest.raises(RolloutError, match="0x5"):
        files.read(TARGET)
    assert list(disk.files) == [TARGET.lower()]


@pytest.mark.parametrize("text", [b"", b"-----BEGIN CERTIFICATE-----\r\n*\r\n-----END CERTIFICATE-----", b"MIIB"])
def test_garbled_read_raises(text: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    files, disk = files_of()
    disk.files[TARGET.lower()] = b"x"
    monkeypatch.setattr(disk, "_type", lambda line: ProgramResult(line, 0, text))
    with pytest.raises(GarbledAnswer):
        files.read(TARGET)


def test_path_is_no_way_out() -> None:
    for path in ('C:\\a" & del C:\\x & "', "C:\\%TEMP%\\x", "C:\\a\nb"):
        files, disk = files_of()
        with pytest.raises(RolloutError):
            files.delete([path])
        with pytest.raises(RolloutError):
            files.read(path)
        with pytest.raises(RolloutError):
            files.write(path, b"x")
        assert disk.lines == []


@budgets.part(1 / 2)
@given(st.binary(min_size=1, max_size=20000))
def test_what_goes_up_comes_down(content: bytes) -> None:
    files, disk = files_of()
    files.write(TARGET, content)
    assert files.read(TARGET) == content
    assert list(disk.files) == [TARGET.lower()]


TEMP = r"C:\Windows\Temp"
OURS, OTHERS = "0123456789ab", "0123456789ac"
UNIQUE = "0123456789abcdef"


def sweeping(disk: Disk, *living: int) -> WinrsFiles:
    """Files on 26 November 2026, asked for by a controller on which these processes live."""
    registry, today = OneValue(r"C:\Windows"), date(2026, 11, 26)
    return WinrsFiles(disk, registry, today=lambda: today, space=lambda: OURS, living=lambda process: process in living)


def swept(*names: str, living: tuple[int, ...] = ()) -> list[str]:
    """Which of these names are removed from the temporary folder."""
    disk = Disk()
    for name in names:
        disk.files[f"{TEMP}\\{name}".lower()] = b"x"
    files = sweeping(disk, *living)
    left = files.leftovers()
    assert files.leftovers() == () and len(disk.lines) == 1  # looked for once
    return [path.removeprefix(f"{TEMP}\\") for path in left]


def test_what_was_left_days_ago_goes_whoever_made_it() -> None:
    old = [f"ucops-20261124-{OTHERS}-4711-{UNIQUE}{suffix}" for suffix in (".inf", ".req", ".b64")]
    reused = f"ucops-20261124-{OURS}-4711-{UNIQUE}.req"
    kept = [
        f"ucops-20261125-{OTHERS}-4711-{UNIQUE}.req",  # yesterday's: a run over midnight may still need it
        f"ucops-20261126-{OTHERS}-4711-{UNIQUE}.req",
        f"ucops-20271124-{OTHERS}-4711-{UNIQUE}.req",
    ]
    assert swept(*kept, *old, reused, living=(4711,)) == [*old, reused]


def test_what_an_ended_process_of_this_controller_left_goes_at_once() -> None:
    ended = f"ucops-20261126-{OURS}-4711-{UNIQUE}.req"
    kept = [
        f"ucops-20261126-{OURS}-4712-{UNIQUE}.req",  # its process lives
        f"ucops-20261126-{OTHERS}-4711-{UNIQUE}.req",  # another controller's: who lives there is not known here
    ]
    assert swept(ended, *kept, living=(4712,)) == [ended]


@pytest.mark.parametrize(
    "name",
    [
        "ucops-20261124-notes.txt",
        f"ucops-20261124-{UNIQUE}{UNIQUE}.req",
        f"ucops-20261124-{OURS}-4711-{UNIQUE}",
        f"ucops-20261124-{OURS}-4711-{UNIQUE}.req.bak",
        f"ucops-20261124-{OURS}-4711-{UNIQUE}.REQ",
        f"ucops-20261124-{OURS}-4711-{UNIQUE[1:]}.req",
        f"ucops-20261124-{OURS}-0-{UNIQUE}.req",
        f"ucops-20261124-{OURS}--1-{UNIQUE}.req",
        f"ucops-20261124-{OURS}-99999999-{UNIQUE}.req",
        f"ucops-2026112-{OURS}-4711-{UNIQUE}.req",
        f"ucops-20261124-{OURS[1:]}-4711-{UNIQUE}.req",
    ],
)
def test_what_only_looks_like_ours_stays(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Disk, "_dir", lambda _disk, line: ProgramResult(line, 0, f"{name}\r\n".encode()))
    assert swept(name) == []


def test_nothing_was_left() -> None:
    assert swept() == []


def test_names_tell_the_day_and_the_process() -> None:
    registry, day = OneValue(r"C:\Windows"), date(2026, 11, 6)
    path = WinrsFiles(Disk(), registry, today=lambda: day, space=lambda: OURS).temporary(".inf")
    assert re.fullmatch(rf"C:\\Windows\\Temp\\ucops-20261106-0123456789ab-{os.getpid()}-[0-9a-f]{{16}}\.inf", path)


def test_what_is_being_used_is_not_left() -> None:
    """By the real process: its own file stays, and goes once the process has ended."""
    disk, registry = Disk(), OneValue(r"C:\Windows")
    disk.files[WinrsFiles(disk, registry).temporary(".inf").lower()] = b"x"
    (path,) = disk.files
    assert WinrsFiles(disk, registry).leftovers() == ()
    gone = WinrsFiles(disk, registry, living=lambda process: process != os.getpid())
    assert [found.lower() for found in gone.leftovers()] == [path]


def test_a_name_is_claimed_by_one_and_given_back() -> None:
    files, disk = files_of()
    assert files.claimed_by("requests") is None
    assert files.claim("requests", "eva_admin01_2026-11-22T08:00:00Z_1") is True
    assert disk.lines[-1] == (
        'md "C:\\Windows\\Temp\\ucops-claim-requests" && echo eva_admin01_2026-11-22T08:00:00Z_1 >'
        ' "C:\\Windows\\Temp\\ucops-claim-requests\\holder.txt"'
    )
    assert files.claim("requests", "someone-else") is False
    assert files.claimed_by("requests") == "eva_admin01_2026-11-22T08:00:00Z_1"
    files.renew_claim("requests", "eva_admin01_2026-11-22T08:01:00Z_2")
    assert files.claimed_by("requests") == "eva_admin01_2026-11-22T08:01:00Z_2"
    files.unclaim("requests")
    assert (files.claimed_by("requests"), disk.files, disk.folders) == (None, {}, set())


def test_a_claim_that_cannot_be_made_at_all_raises() -> None:
    files, disk = files_of()
    disk.exit_codes["md"] = 1
    with pytest.raises(RolloutError, match="making the folder .* failed with exit code 0x1: nicht gut"):
        files.claim("requests", "me")


@pytest.mark.parametrize("text", ["", "a b", "a&b", "%X%", 'a"', "a\n", "\u00e4"])
def test_a_claim_is_no_way_out(text: str) -> None:
    files, disk = files_of()
    with pytest.raises(RolloutError, match="more than letters"):
        files.claim(text, "me")
    with pytest.raises(RolloutError, match="more than letters"):
        files.claim("requests", text)
    assert disk.lines == []


def test_a_holder_that_is_no_text_of_ours_is_nobody() -> None:
    files, disk = files_of()
    disk.files["c:\\windows\\temp\\ucops-claim-requests\\holder.txt"] = b"\x1b[2J evil"
    assert files.claimed_by("requests") is None
