from __future__ import annotations

import base64
import os
import re
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from unit import budgets
from unit.cmd_lines import StepLines

from ansible_collections.ucops.rollout.plugins.module_utils.errors import RolloutError
from ansible_collections.ucops.rollout.plugins.plugin_utils.controller.notes import Note
from ansible_collections.ucops.rollout.plugins.plugin_utils.winrm.faults import FaultParts, WsmanFault
from ansible_collections.ucops.rollout.plugins.plugin_utils.winrm.files import WinrsFiles
from ansible_collections.ucops.rollout.plugins.plugin_utils.winrm.files_port import CannotClaim, FileProgram
from ansible_collections.ucops.rollout.plugins.plugin_utils.winrm.programs import ProgramTimeout
from ansible_collections.ucops.rollout.plugins.plugin_utils.winrm.programs_port import ProgramResult
from ansible_collections.ucops.rollout.plugins.plugin_utils.winrm.registry_port import Registry
from ansible_collections.ucops.rollout.plugins.plugin_utils.winrm.remembered import Remembered
from ansible_collections.ucops.rollout.plugins.plugin_utils.winrm.soap import GarbledAnswer

TARGET = r"C:\Windows\Temp\request.inf"


class Disk:
    """The few lines that files.py sends, done by the rules of cmd and certutil."""

    def __init__(self) -> None:
        self.files: dict[str, bytes] = {}
        self.spelt: dict[str, str] = {}
        self.folders: set[str] = set()
        self.lines: list[str] = []
        self.exit_codes: dict[str, int] = {}
        self.meddle: dict[str, Callable[[str], ProgramResult | None]] = {}

    def run_line(self, line: str, *, stdin: bytes = b"", doing: str = "", timeout: float = 60.0) -> ProgramResult:
        assert len(line) <= 8191
        if line.startswith("ver>nul&"):
            return StepLines(self._step).run_line(line)
        self.lines.append(line)
        self.stdin = stdin
        printed = b""
        if line.startswith("del ") and " & " in line:
            first, _and, line = line.partition(" & ")
            self._del(first)
        for command in line.split(" && "):
            word = command.split()[0]
            if word in self.exit_codes and word != "del":
                return ProgramResult(line, self.exit_codes[word], b"", b"nicht gut")
            done = self.meddle.get(word, lambda one: None)(command) or getattr(self, f"_{word}")(command)
            printed += done.stdout
            if done.exit_code:
                break
        return ProgramResult(line, done.exit_code, printed, done.stderr)

    def _step(self, step: str) -> tuple[bytes, int]:
        done = self.run_line(step)
        return done.stdout + done.stderr, done.exit_code

    def _paths(self, line: str) -> list[str]:
        found = re.findall(r'"([^"]*)"', line.replace("%SystemRoot%", r"C:\Windows"))
        self.spelt |= {path.lower(): path for path in found}
        return [path.lower() for path in found]

    def _echo(self, line: str) -> ProgramResult:
        if " > " not in line and " >> " not in line:
            return ProgramResult(line, 0, line.removeprefix("echo ").encode() + b"\r\n")
        match = re.fullmatch(r'echo ([A-Za-z0-9+/=_.:-]+ )(>>?) "[^"]+"', line)
        assert match, line
        (path,) = self._paths(line)
        before = self.files.get(path, b"") if match[2] == ">>" else b""
        self.files[path] = before + match[1].encode() + b"\r\n"
        return ProgramResult(line, 0)

    def _if(self, line: str) -> ProgramResult:
        path = self._paths(line)[0]
        if path not in self.files and path not in self.folders:
            return ProgramResult(line, 0)
        if "(dir /b " in line:
            held = [self.spelt.get(name, name) for name in self.files if name.startswith(path + "\\")]
            names = [name.rpartition("\\")[2] for name in held]
            return ProgramResult(line, 0, "\r\n".join([*names, "/there/"]).encode())
        return self._type(line) if " type " in line else ProgramResult(line, 0, b"there\r\n")

    def _md(self, line: str) -> ProgramResult:
        (path,) = self._paths(line)
        there = path in self.folders
        self.folders.add(path)
        return ProgramResult(line, int(there))

    def _rd(self, line: str) -> ProgramResult:
        (path,) = self._paths(line)
        if path not in self.folders or any(name.startswith(path + "\\") for name in self.files):
            return ProgramResult(line, 145)
        self.folders.discard(path)
        return ProgramResult(line, 0)

    def _move(self, line: str) -> ProgramResult:
        source, target = self._paths(line)
        if source not in self.files:
            return ProgramResult(line, 1)
        self.files[target] = self.files.pop(source)
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
        assert line.startswith("certutil -f -decode ")
        source, target = self._paths(line)
        if source not in self.files:
            return ProgramResult(line, 0x80070002, b"0x80070002 (WIN32: 2)")
        self.files[target] = base64.b64decode(self.files[source])
        return ProgramResult(line, 0, b"CertUtil: fertig.\r\n")

    def _findstr(self, line: str) -> ProgramResult:
        match = re.fullmatch(r'findstr "\^" > "([^"]+)"', line)
        assert match and self.stdin, line
        self.files[match[1].lower()] = self.stdin
        return ProgramResult(line, 0)


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
    files.write(TARGET, b"[NewRequest]\nSubject = x\n")
    assert disk.files == {TARGET.lower(): b"[NewRequest]\r\nSubject = x\r\n"}
    assert len(disk.lines) == 1 and files.notice == ""


def test_long_content_goes_in_pieces_that_start_afresh() -> None:
    files, disk = files_of()
    content = b"".join(b"%05d\r\n" % number for number in range(1830))
    files.write(TARGET, content)
    assert disk.files == {TARGET.lower(): content}
    arrows = [line.split()[2] for line in disk.lines]
    assert arrows == [">", ">>", ">>"]


@pytest.mark.parametrize(
    "content", [b"gr\xc3\xbc\xc3\x9fe\r\n", b"\xff\xfea\0", b"a\0", b"a\x1ab", b"a\rb", b"x" * 2001]
)
def test_what_a_filter_could_change_is_refused(content: bytes) -> None:
    files, disk = files_of()
    with pytest.raises(RolloutError, match="lines of ASCII text"):
        files.write(TARGET, content)
    assert disk.lines == []


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


PEM = b"-----BEGIN CERTIFICATE-----\r\nMIIB\r\nAA==\r\n-----END CERTIFICATE-----\r\n"


def test_read_takes_one_line_and_no_program() -> None:
    files, disk = files_of()
    disk.files[TARGET.lower()] = PEM
    assert files.read(TARGET) == PEM
    assert disk.lines == [f'if exist "{TARGET}" type "{TARGET}"']
    assert list(disk.files) == [TARGET.lower()]


def test_missing_file_is_none() -> None:
    assert files_of()[0].read(TARGET) is None


def test_failed_read_is_not_a_missing_file() -> None:
    files, disk = files_of()
    disk.exit_codes["if"] = 5
    with pytest.raises(RolloutError, match="reading .* failed with exit code 0x5: nicht gut"):
        files.read(TARGET)


@pytest.mark.parametrize("text", [PEM[:40], PEM[28:], b"MIIB", b"\x30\x82\x00\xff", b"lab: said something", PEM + b"x"])
def test_garbled_read_raises(text: bytes) -> None:
    files, disk = files_of()
    disk.files[TARGET.lower()] = text
    with pytest.raises(GarbledAnswer):
        files.read(TARGET)


INF = b'[NewRequest]\r\n\r\nSubject = "CN=pool.company.com"\r\n'


def refused(line: str) -> ProgramResult:
    return ProgramResult(
        line, 0x80070005, b"CertUtil: -decode command FAILED: 0x80070005\r\nCertUtil: Access is denied."
    )


def stopping(disk: Disk, kind: str) -> None:
    """What security software does to certutil -decode: it fails, says nothing, or its product goes or changes."""

    def vanished(line: str) -> ProgramResult:
        disk._certutil(line)
        disk.files.pop(disk._paths(line)[1])
        return ProgramResult(line, 0)

    def changed(line: str) -> ProgramResult:
        disk._certutil(line)
        disk.files[disk._paths(line)[1]] += b"x"
        return ProgramResult(line, 0)

    def slow(line: str) -> ProgramResult:
        raise ProgramTimeout(line, 60, b"", b"", where="ca01")

    kinds = {
        "refused": refused,
        "killed": lambda line: ProgramResult(line, 1),
        "killed, and no code": lambda line: ProgramResult(line, 0),
        "vanished": vanished,
        "changed": changed,
        "slow": slow,
    }
    disk.meddle["certutil"] = kinds[kind]


@pytest.mark.parametrize(
    ("kind", "told"),
    [
        (
            "refused",
            "ended with exit code 0x80070005 and said: CertUtil: -decode command FAILED: 0x80070005 CertUtil:"
            " Access is denied. Security software probably",
        ),
        ("killed", "echo and certutil -decode ended with exit code 0x1 and said: nothing"),
        ("killed, and no code", "echo and certutil -decode ended with exit code 0x1 and said: nothing"),
        ("vanished", "echo and certutil -decode ended with exit code 0x1 and said: nothing"),
        ("changed", "certutil -decode made another file than was sent"),
        ("slow", "echo and certutil -decode came to no end"),
    ],
)
def test_where_certutil_is_stopped_a_filter_writes(kind: str, told: str) -> None:
    files, disk = files_of()
    stopping(disk, kind)
    files.write(TARGET, INF)
    assert disk.files == {TARGET.lower(): INF}
    assert told in files.notice and "Security software probably stops certutil -decode" in files.notice
    assert disk.lines[-1] == f'findstr "^" > "{TARGET}" && type "{TARGET}"' and disk.stdin == INF
    assert [line.split()[0] for line in disk.lines] == ["echo", "del", "findstr"]


def test_what_was_refused_once_is_not_tried_again_in_this_run(tmp_path: Path) -> None:
    disk = Disk()
    stopping(disk, "refused")
    files = WinrsFiles(disk, OneValue(), name="ca01", stopped=Note(str(tmp_path), "ca01"))
    files.write(TARGET, INF)
    files.write(TARGET, INF)
    later = WinrsFiles(disk, OneValue(), name="ca01", stopped=Note(str(tmp_path), "ca01"))
    later.write(TARGET, INF)
    assert [line.split()[0] for line in disk.lines] == ["echo", "del", "findstr", "findstr", "findstr"]
    assert later.notice == ""  # told once
    other = WinrsFiles(disk, OneValue(), name="ca02", stopped=Note(str(tmp_path), "ca02"))
    other.write(TARGET, INF)
    assert disk.lines[-3].startswith("echo ")


@pytest.mark.parametrize("word", ["echo", "certutil"])
def test_where_neither_way_goes_both_are_told(word: str) -> None:
    files, disk = files_of()
    disk.exit_codes.update({word: 1, "findstr": 5})
    with pytest.raises(RolloutError) as caught:
        files.write(TARGET, INF)
    assert str(caught.value) == (
        f"ca01: {TARGET} cannot be written: echo and certutil -decode ended with exit code 0x1 and said: nicht gut;"
        " findstr with the text as its input ended with exit code 0x5 and said: nicht gut. Security software on the"
        " host probably stops them: allow certutil.exe -decode, or findstr.exe with redirected input, for this account."
        " Or see whether the folder can be written and its disk is full, and, where the account is no administrator of"
        ' the host, listed by it (6 of docs/prerequisites.md, "Rights")'
    )
    assert disk.files == {} and files.notice == ""
    disk.exit_codes.clear()
    files.write(TARGET, INF)  # nothing was learned about certutil
    assert disk.lines[-1].startswith("echo ")


def test_a_filter_that_changes_the_text_is_no_way() -> None:
    files, disk = files_of()
    stopping(disk, "killed")

    def numbered(line: str) -> ProgramResult:
        disk.files[TARGET.lower()] = b"1:" + disk.stdin
        return ProgramResult(line, 0)

    disk.meddle["findstr"] = numbered
    with pytest.raises(RolloutError, match="findstr made another file than was sent"):
        files.write(TARGET, INF)


def test_a_fault_of_the_host_is_no_security_software() -> None:
    """Only input that a host does not take is told of a way to write; other faults keep their own words."""
    files, disk = files_of()
    fault = WsmanFault(FaultParts(code=5), doing="starting echo", where="ca01")

    def faulty(line: str) -> ProgramResult:
        raise fault

    disk.meddle["certutil"] = faulty
    with pytest.raises(WsmanFault):
        files.write(TARGET, INF)
    disk.meddle = {"findstr": faulty}
    stopping(disk, "killed")
    with pytest.raises(RolloutError, match="findstr with the text as its input came to no end"):
        files.write(TARGET, INF)


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
@given(st.lists(st.from_regex(r"[ -~]{0,200}", fullmatch=True), min_size=1, max_size=60), st.booleans())
def test_what_goes_up_is_there_either_way(lines: list[str], stopped: bool) -> None:
    files, disk = files_of()
    if stopped:
        stopping(disk, "killed")
    content = "".join(f"{line}\r\n" for line in lines).encode()
    files.write(TARGET, content)
    assert disk.files == {TARGET.lower(): content}


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


FIRST, SECOND = "eva_admin01_2026-11-22T08-00-00Z_1", "eva_admin01_2026-11-22T08-01-00Z_2"
CLAIM = "C:\\Windows\\Temp\\ucops-claim-requests"


def test_a_name_is_claimed_by_one_and_given_back() -> None:
    files, disk = files_of()
    assert files.claimed_by("requests") is None
    assert files.claim("requests", FIRST) is True
    folder = r"%SystemRoot%\Temp\ucops-claim-requests"
    assert disk.lines[-2] == f'md "{folder}" && echo folder && echo {FIRST} > "{folder}\\{FIRST}" && echo note'
    assert disk.lines[-1] == r'dir /b /a-d "%SystemRoot%\Temp\ucops-*"'
    assert files.claim("requests", "someone-else") is False
    assert files.claimed_by("requests") == FIRST
    assert files.renew_claim("requests", FIRST, SECOND) is True
    assert files.claimed_by("requests") == SECOND
    assert files.renew_claim("requests", FIRST, SECOND) is False
    files.give_back("requests", FIRST)  # it says another by now
    assert files.claimed_by("requests") == SECOND
    files.give_back("requests", FIRST, SECOND)
    assert (files.claimed_by("requests"), disk.files, disk.folders) == (None, {}, set())


def test_a_claim_of_one_who_did_not_say_who_it_is() -> None:
    files, disk = files_of()
    disk.folders.add(CLAIM.lower())
    assert files.claimed_by("requests") == ""
    assert files.claim("requests", FIRST) is False
    files.give_back("requests", "")
    assert files.claimed_by("requests") is None


def test_a_claim_that_is_given_back_while_one_looks_is_no_trouble() -> None:
    files, disk = files_of()
    disk.exit_codes["md"] = 1
    assert [files.claim("requests", "me") for _time in range(4)] == [False] * 4


def test_a_claim_that_cannot_be_made_at_all_raises() -> None:
    files, disk = files_of()
    disk.exit_codes["md"] = 1
    with pytest.raises(CannotClaim, match="the folder .* cannot be made: nicht gut"):
        for _time in range(5):
            files.claim("requests", "me")


def test_a_claim_without_room_for_its_holder_is_given_back_and_told() -> None:
    files, disk = files_of()
    disk.meddle["echo"] = lambda line: ProgramResult(line, 1, b"", b"voll") if " > " in line else None
    with pytest.raises(CannotClaim, match="no file can be written into .*: voll"):
        files.claim("requests", "me")
    assert disk.folders == set()


def test_a_folder_that_another_run_took_for_one_that_was_left_is_asked_for_again() -> None:
    files, disk = files_of()

    def taken(line: str) -> ProgramResult | None:
        disk.folders.clear()
        return ProgramResult(line, 1, b"", b"path") if " > " in line else None

    disk.meddle["echo"] = taken
    assert files.claim("requests", "me") is False


@pytest.mark.parametrize("text", ["", "a b", "a&b", "%X%", 'a"', "a\n", "\u00e4"])
def test_a_claim_is_no_way_out(text: str) -> None:
    files, disk = files_of()
    with pytest.raises(RolloutError, match="more than letters"):
        files.claim(text, "me")
    with pytest.raises(RolloutError, match="more than letters"):
        files.claim("requests", text)
    assert disk.lines == []


def test_a_holder_that_is_no_text_of_ours_does_not_say_who_it_is() -> None:
    files, disk = files_of()
    disk.folders.add(CLAIM.lower())
    disk.files[f"{CLAIM.lower()}\\\x1b[2j"] = b""
    assert files.claimed_by("requests") == ""


# --- programs with their files ---------------------------------------------------------------------------------------

STEM = r"C:\Windows\Temp\ucops-x"
REQUEST = b"-----BEGIN NEW CERTIFICATE REQUEST-----\r\nMIIB\r\n-----END NEW CERTIFICATE REQUEST-----\r\n"


class Server(Disk):
    """A disk with a certreq that writes a request whatever it is given, and lines of several steps."""

    def __init__(self) -> None:
        super().__init__()
        self.ran: list[tuple[str, bytes]] = []
        self.steps = StepLines(self._step)
        self.answer: tuple[bytes, int] = (b"CertReq: fertig\r\n", 0)
        self.made: bytes | None = REQUEST

    def run_line(self, line: str, *, stdin: bytes = b"", doing: str = "", timeout: float = 60.0) -> ProgramResult:
        if line.startswith("ver>nul&"):
            return self.steps.run_line(line, timeout=timeout)
        return super().run_line(line, stdin=stdin, timeout=timeout)

    def _step(self, step: str) -> tuple[bytes, int]:
        guarded = re.fullmatch(r'if exist "([^"]+)" \(echo ([0-9a-f]{16})&(certreq .*)\)', step)
        if guarded and guarded[1].lower() not in self.files:
            return b"", 0
        if guarded or step.startswith("certreq"):
            said, code = self._certreq(guarded[3] if guarded else step)
            return (guarded[2].encode() + b"\r\n" if guarded else b"") + said, code
        if giving_back := re.fullmatch(r'if exist "([^"]+)" \((del .*)\)', step):
            step = giving_back[2] if giving_back[1].lower() in self.files else "echo"
        commands = list(self.lines)
        done = super().run_line(step)
        self.lines = commands
        return done.stdout + done.stderr, done.exit_code

    def _certreq(self, line: str) -> tuple[bytes, int]:
        source, output = line.split()[-2:]
        self.ran.append((source, self.files.get(source.lower(), b"")))
        if self.made is not None:
            self.files[output.lower()] = self.made
        return self.answer


def job(number: int, content: bytes = INF) -> FileProgram:
    source, output = f"{STEM}{number}.inf", f"{STEM}{number}.req"
    return FileProgram(["certreq", "-new", source, output], source, content, (output,), (f"{STEM}{number}.rsp",))


def server_files(**settings) -> tuple[WinrsFiles, Server]:
    server = Server()
    return WinrsFiles(server, OneValue(), name="ca01", **settings), server


def test_file_program_and_what_it_wrote_are_one_command_and_nothing_stays() -> None:
    files, server = server_files()
    outcomes = files.run(server, [job(1), job(2), job(3)], timeout=50.0)
    assert [(one.shown, one.error, one.checked().result.text) for one in outcomes] == [
        ((REQUEST,), None, "CertReq: fertig")
    ] * 3
    assert outcomes[1].result.command_line == rf"certreq -new {STEM}2.inf {STEM}2.req"
    assert server.ran == [(rf"{STEM}{number}.inf", INF) for number in (1, 2, 3)]
    assert (server.files, server.lines) == ({}, [])
    assert (len(server.steps.lines), server.steps.timeouts) == (1, [150.0])
    assert files.run(server, []) == ()


def test_a_program_that_reads_no_file() -> None:
    files, server = server_files()
    retrieve = FileProgram(["certreq", "-retrieve", "7", f"{STEM}.cer"], shown=(f"{STEM}.cer", f"{STEM}.p7b"))
    (outcome,) = files.run(server, [retrieve])
    assert (outcome.shown, server.files) == ((REQUEST, None), {})


@pytest.mark.parametrize("source", [INF, b""])
def test_a_claim_is_given_back_once_its_last_program_has_run(source: bytes) -> None:
    files, server = server_files()
    assert files.claim("requests", FIRST) is True
    told = job(2, source) if source else FileProgram(["certreq", "-new", "a", f"{STEM}2.req"], shown=(f"{STEM}2.req",))
    outcomes = files.run(server, [job(1), replace(told, ends=("requests", SECOND, FIRST))])
    assert [(one.shown, one.given_back) for one in outcomes] == [((REQUEST,), False), ((REQUEST,), True)]
    assert (server.files, server.folders, len(server.steps.lines)) == ({}, set(), 2)


def test_a_claim_lasts_until_the_program_ran_that_needs_it() -> None:
    files, server = server_files()
    assert files.claim("requests", FIRST) is True
    stopping(server, "killed")
    held = []
    server.meddle["findstr"] = lambda line: held.append(set(server.folders))
    (outcome,) = files.run(server, [replace(job(1), ends=("requests", FIRST))])
    assert (held, outcome.given_back, server.folders) == ([{CLAIM.lower()}], True, set())


def test_a_claim_that_another_run_has_by_now_is_not_given_back() -> None:
    files, server = server_files()
    assert files.claim("requests", SECOND) is True
    (outcome,) = files.run(server, [replace(job(1), ends=("requests", FIRST))])
    assert (outcome.shown, outcome.given_back, files.claimed_by("requests")) == ((REQUEST,), False, SECOND)


class Read(Remembered):
    """What is to be read along; ``lines`` are its steps."""

    def __init__(self, lines: tuple[str, ...] = ("echo one", "echo two")) -> None:
        super().__init__(OneValue())
        self.steps, self.taken = lines, []

    def lines_ahead(self) -> tuple[str, ...]:
        return self.steps

    def take(self, results) -> None:
        self.taken.append([one.stdout for one in results])


def test_what_earlier_runs_left_is_seen_along_with_what_others_ask() -> None:
    disk = Disk()
    path = f"{TEMP}\\ucops-20261124-{OTHERS}-4711-{UNIQUE}.req"
    disk.files[path.lower()] = b"x"
    files = sweeping(disk)
    (line,) = files.lines()
    assert line == r'dir /b /a-d "%SystemRoot%\Temp\ucops-*"' and files.lines() == ()
    files.take([disk.run_line(line)])
    assert [found.lower() for found in files.leftovers()] == [path.lower()]
    assert (files.leftovers(), len(disk.lines)) == ((), 1)


def test_what_is_to_be_read_afterwards_goes_along() -> None:
    files, server = server_files()
    after = Read()
    files.run(server, [job(1), job(2)], then=after)
    assert (after.taken, len(server.steps.lines)) == ([[b"one\r\n", b"two\r\n"]], 1)
    stopping(server, "killed")
    once_more = Read()
    files.run(server, [job(1)], then=once_more)
    assert once_more.taken == [[b"one\r\n", b"two\r\n"]]  # once its program has run
    nothing = Read(())
    files.run(server, [job(1)], then=nothing)
    assert nothing.taken == [[]]


def test_what_is_to_be_read_under_a_claim_goes_along_once_it_is_had() -> None:
    files, _disk = files_of()
    after = Read()
    assert files.claim("requests", FIRST, after) is True
    assert files.claim("requests", SECOND, after) is False
    assert after.taken == [[b"one\r\n", b"two\r\n"]]


def test_what_earlier_runs_left_goes_along() -> None:
    server = Server()
    files = sweeping(server)
    server.files[f"{TEMP}\\ucops-20261124-{OTHERS}-4711-{UNIQUE}.req".lower()] = b"x"
    files.run(server, [job(1)])
    files.run(server, [job(1)])
    assert (server.files, len(server.steps.lines)) == ({}, 2)
    assert [line.split()[0] for line in server.lines] == ["del"]
    assert ["dir /b" in line for line in server.steps.lines] == [True, False]


@pytest.mark.parametrize("kind", ["refused", "killed", "killed, and no code", "vanished"])
def test_where_certutil_is_stopped_the_program_runs_once_all_the_same(kind: str, tmp_path: Path) -> None:
    files, server = server_files(stopped=Note(str(tmp_path), "ca01"))
    stopping(server, kind)
    outcomes = files.run(server, [job(1), job(2)])
    assert [one.shown for one in outcomes] == [(REQUEST,), (REQUEST,)]
    assert server.ran == [(rf"{STEM}1.inf", INF), (rf"{STEM}2.inf", INF)]
    assert [line.split()[0] for line in server.lines] == ["findstr", "findstr"]
    assert (server.files, len(server.steps.lines)) == ({}, 2)
    assert "echo and certutil -decode ended with exit code" in files.notice
    later, _server = server_files(stopped=Note(str(tmp_path), "ca01"))
    later.run(_server, [job(1)])
    assert [line.split()[0] for line in _server.lines] == ["findstr"] and len(_server.steps.lines) == 1


def test_where_neither_way_goes_no_program_runs_and_nothing_is_learned_of_certutil() -> None:
    files, server = server_files()
    stopping(server, "killed")
    server.exit_codes["findstr"] = 5
    with pytest.raises(RolloutError, match="certutil -decode ended with exit code 0x1 .*; findstr .* exit code 0x5"):
        files.run(server, [job(1)])
    assert (server.ran, server.files, files.notice) == ([], {}, "")


def test_a_file_that_came_otherwise_than_it_was_sent_is_an_error_and_its_program_does_not_run_again() -> None:
    files, server = server_files()
    stopping(server, "changed")
    (outcome,) = files.run(server, [job(1)])
    with pytest.raises(RolloutError, match=r"x1\.inf cannot be written: certutil -decode made another file"):
        outcome.checked()
    assert len(server.ran) == 1 and server.files == {} and files.notice == ""


def test_a_file_whose_program_is_read_back_is_not_shown() -> None:
    files, server = server_files()
    told = replace(job(1), read_back=True)
    (outcome,) = files.run(server, [told])
    assert (outcome.shown, outcome.error, server.ran) == ((REQUEST,), None, [(rf"{STEM}1.inf", INF)])
    (line,) = server.steps.lines
    assert f"type {STEM}1.inf" not in line.replace('"', "") and f"type {STEM}1.req" in line.replace('"', "")
    stopping(server, "killed")
    assert files.run(server, [told])[0].error is None and "findstr" in server.lines[-1]


def test_a_file_that_went_before_its_program_came() -> None:
    files, server = server_files()
    stopping(server, "killed")
    server.meddle["type"] = lambda line: server.files.clear() or ProgramResult(line, 0, INF)
    (outcome,) = files.run(server, [job(1)])
    assert str(outcome.error).startswith(rf"ca01: {STEM}1.inf was written and is not there any more. Security software")
    assert server.ran == []


def test_a_file_longer_than_a_line_goes_first() -> None:
    content = b"".join(b"%05d\r\n" % number for number in range(1830))
    files, server = server_files()
    (outcome,) = files.run(server, [job(1, content)])
    assert (outcome.shown, server.ran, server.files) == ((REQUEST,), [(rf"{STEM}1.inf", content)], {})
    assert [line.split()[0] for line in server.lines] == ["echo", "echo", "echo"] and len(server.steps.lines) == 1


@pytest.mark.parametrize("made", [b"lab: something", REQUEST[:40], REQUEST + b"x"])
def test_what_came_back_unreadable_is_an_error_of_that_one(made: bytes) -> None:
    files, server = server_files()
    server.made = made
    (outcome,) = files.run(server, [job(1)])
    assert outcome.shown == (None,) and isinstance(outcome.error, GarbledAnswer)


def test_a_program_that_made_nothing_has_its_code_and_words() -> None:
    files, server = server_files()
    server.made, server.answer = None, (b"0x80070005\r\n", -2147024891)
    (outcome,) = files.run(server, [job(1)])
    assert (outcome.shown, outcome.error, outcome.result.exit_code) == ((None,), None, 0x80070005)
    assert outcome.result.text == "0x80070005"


@pytest.mark.parametrize("began", [False, True])
def test_a_line_that_came_to_no_end(began: bool) -> None:
    """certutil is stopped that way, before any program began; a program that began is not run again."""
    files, server = server_files()
    server.files[f"{STEM}1.b64".lower()] = b"x"
    lines = server.steps.run_line

    def slow(line: str, *, timeout: float) -> ProgramResult:
        server.steps.run_line = lines
        raise ProgramTimeout(line, timeout, files._began if began else b"", b"", where="ca01")

    server.steps.run_line = slow
    if began:
        with pytest.raises(ProgramTimeout):
            files.run(server, [job(1)])
        assert server.ran == []
    else:
        assert files.run(server, [job(1)])[0].shown == (REQUEST,)
        assert "echo and certutil -decode came to no end" in files.notice
    assert server.files == {}


def test_what_is_no_text_is_refused_before_anything_runs() -> None:
    files, server = server_files()
    with pytest.raises(RolloutError, match="lines of ASCII text"):
        files.run(server, [job(1, b"\xff\xfe")])
    assert server.steps.lines == []
