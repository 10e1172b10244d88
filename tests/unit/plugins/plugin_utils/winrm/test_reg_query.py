from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from unit import budgets
from unit.cmd_lines import StepLines
from unit.damage import torn

from ansible_collections.ucops.rollout.plugins.module_utils.errors import RolloutError
from ansible_collections.ucops.rollout.plugins.plugin_utils.controller.notes import Note
from ansible_collections.ucops.rollout.plugins.plugin_utils.winrm.programs import ProgramTimeout
from ansible_collections.ucops.rollout.plugins.plugin_utils.winrm.reg_query import QueriedRegistry
from ansible_collections.ucops.rollout.plugins.plugin_utils.winrm.registry import RegistryError
from ansible_collections.ucops.rollout.plugins.plugin_utils.winrm.registry_port import (
    BINARY,
    NUMBER,
    STRING,
    STRINGS,
    Branch,
    KeyContent,
)
from ansible_collections.ucops.rollout.plugins.plugin_utils.winrm.steps import run_steps
from ansible_collections.ucops.rollout.plugins.plugin_utils.winrm.wmi_port import WmiObject

WINDOWS = r"SOFTWARE\Microsoft\Windows NT\CurrentVersion"
HKLM = "HKEY_LOCAL_MACHINE\\"
BASE = r"SOFTWARE\Microsoft\SystemCertificates"
MY = rf"{BASE}\MY\Certificates"
BLOBS = Branch(MY, below=(("Blob", BINARY),), above=(rf"{BASE}\MY", BASE))
NAMES = Branch(MY, above=(rf"{BASE}\MY", BASE))


class Wmi:
    """StdRegProv with these values, counting what it is asked."""

    def __init__(self, values=None, denied=()) -> None:
        self.values = values or {}
        self.denied = denied
        self.asked: list[tuple[str, ...]] = []

    def invoke(self, namespace, class_name, method, parameters, selectors=None) -> WmiObject:
        given = dict(parameters)
        key, name = given["sSubKeyName"], given.get("sValueName")
        self.asked.append((method, key) if name is None else (method, key, name))
        if key in self.denied:
            return WmiObject("X", {"ReturnValue": "5"})
        if method == "EnumKey":
            below = {one[len(key) + 1 :].split("\\")[0] for one in self.values if one.startswith(key + "\\")}
            found = key in self.values or below
            return WmiObject("X", {"ReturnValue": "0" if found else "2", "sNames": tuple(sorted(below))})
        value = self.values.get(key, {}).get(name)
        shown = tuple(map(str, value)) if isinstance(value, bytes) else value
        field = "sValue" if "String" in method else "uValue"
        return WmiObject("X", {"ReturnValue": "2" if value is None else "0", field: shown})


LASTING = rf'for %v in (SystemRoot CurrentVersion) do @reg query "HKLM\{WINDOWS}" /v %v'


def shown_values(root: str = r"C:\Windows") -> str:
    return "".join(
        f"\r\n{HKLM}{WINDOWS}\r\n    {name}    REG_SZ    {data}\r\n\r\n"
        for name, data in (("SystemRoot", root), ("CurrentVersion", "6.1"))
    )


NAMING = (
    r"""for %l in \((.+?)\) do @\(echo -&for /f "tokens=(\d+) delims=\\" %k in \('reg query %l 2\^>nul"""
    r""" \^&\^& echo ((?:1\\)+/)'\) do @echo %k\)"""
)


def printed_names(step: str, answers: dict[str, str]) -> str:
    """Of each line that reg prints for a key, and of one more where it prints any, the part of that number."""
    match = re.fullmatch(NAMING, step)
    assert match, step
    printed, token = "", int(match[2])
    for key in match[1].split(" "):
        found = answers.get(key.removeprefix("HKLM\\"))
        lines = [] if found is None else [*re.split("[\r\n]+", found), match[3]]
        parts = [[part for part in line.split("\\") if part] for line in lines]
        printed += "".join(f"{name}\r\n" for name in ["-", *(one[token - 1] for one in parts if len(one) >= token)])
    return printed


SHOWING = r"for %l in \((.+?)\) do @\(reg query %l( /s)? 2>nul&&echo ([0-9a-f]{16})-0 %l\)"


def printed_each(step: str, answers: dict[str, str]) -> str:
    """What reg prints for each key that is there, and the word with its name."""
    match = re.fullmatch(SHOWING, step)
    assert match, step
    found = [(key, answers.get(key.removeprefix("HKLM\\") + (match[2] or ""))) for key in match[1].split(" ")]
    return "".join(f"{one}{match[3]}-0 {key}\r\n" for key, one in found if one is not None)


def registry_of(answers: dict[str, str], wmi: Wmi | None = None, **settings):
    """``answers``: what reg query prints for a key, "/s" behind it where all below is asked for."""

    def answer(step: str) -> tuple[bytes, int]:
        if step == LASTING:
            return shown_values().encode(), 0
        if step.startswith("for "):
            return (printed_names if "tokens" in step else printed_each)(step, answers).encode(), 0
        match = re.fullmatch(r'reg query (?:"([^"]+)"|(\S+))(.*?) 2>nul', step)
        assert match, step
        found = answers.get((match[1] or match[2]).removeprefix("HKLM\\") + match[3])
        return (b"", 1) if found is None else (found.encode(), 0)

    programs, wmi = StepLines(answer), wmi or Wmi()
    return QueriedRegistry(wmi, programs, name="srv01", **settings), programs, wmi


SOME = (
    f"\r\n{HKLM}{MY}\\AA\r\n    Blob    REG_BINARY    0A0B\r\n    FriendlyName    REG_SZ    x y\r\n"
    f"\r\n{HKLM}{MY}\\BB\r\n    blob    REG_BINARY    FF\r\n"
)
TABS = SOME.replace("    REG", "\tREG").replace("Y    ", "Y\t").replace("Z    ", "Z\t")
FOUND = KeyContent({}, {"AA": {"Blob": b"\x0a\x0b"}, "BB": {"Blob": b"\xff"}})


@pytest.mark.parametrize("printed", [
    SOME,
    f"\r\n{HKLM}{MY}\r\n    (Standard)    REG_SZ    (Wert nicht gesetzt)\r\n{SOME}",
    f"{SOME}\r\nSuche beendet: 3 Übereinstimmung(en) gefunden.\r\n",
    f"{SOME}\r\n検索の完了: 3 件検出しました。\r\n",
    # Up to Windows 2003.
    f"\r\n! REG.EXE VERSION 3.0\r\n\r\n{HKLM}{MY}\r\n{TABS}",
    SOME.replace("SOFTWARE", "Software"),
    SOME.replace("\r\n", "\r\r\n"),
])  # fmt: skip
def test_blobs_of_a_store(printed: str) -> None:
    registry, programs, wmi = registry_of({f"{MY} /s": printed})
    assert registry.branches([BLOBS]) == (FOUND,)
    assert len(programs.lines) == 1 and wmi.asked == []


def test_one_line_asks_for_everything() -> None:
    other = rf"{BASE}\Root\Certificates"
    listed = f"\r\n{HKLM}{other}\\CC\r\n{HKLM}{other}\\DD\r\n"
    registry, programs, wmi = registry_of({f"{MY} /s": SOME, other: listed})
    assert registry.branches([BLOBS, Branch(other, above=(BASE,))]) == (FOUND, KeyContent({}, {"CC": {}, "DD": {}}))
    assert (len(programs.lines), wmi.asked) == (1, [])
    assert registry.string(WINDOWS, "SystemRoot") == r"C:\Windows"
    assert registry.string(WINDOWS, "CurrentVersion") == "6.1"
    assert wmi.asked == []


OTHER = Branch(rf"{BASE}\Other\Certificates", below=(("Blob", BINARY),), above=(rf"{BASE}\Other", BASE))
GONE = replace(OTHER, key=rf"{BASE}\Gone\Certificates", above=(BASE,))


def several(printed: Callable[[str], str], wmi: Wmi):
    """Two stores and one that is not there, as one step shows them; ``printed``: from its word to what it prints."""
    registry, programs, _wmi = registry_of({BASE: f"\r\n{HKLM}{BASE}\\MY\r\n{HKLM}{BASE}\\Other\r\n"}, wmi)
    answer = programs.answer

    def answered(step: str) -> tuple[bytes, int]:
        match = re.fullmatch(SHOWING, step)
        return (printed(match[3]).encode(), 1) if match and match[2] else answer(step)

    programs.answer = answered
    return registry.branches([BLOBS, GONE, OTHER])


SHOWN = SOME.replace("\\MY\\", "\\Other\\")
VALUE_BY_VALUE = {MY: {}, rf"{MY}\EE": {"Blob": b"\x01"}, rf"{OTHER.key}\EE": {"Blob": b"\x02"}}


ENDS = {"first": rf"{{0}}-0 HKLM\{MY}", "other": rf"{{0}}-0 HKLM\{OTHER.key}"}


def ends(text: str) -> str:
    """``first``: the end of the first store; ``other``: that of the other one. {0} is the word."""
    return re.sub("first|other", lambda found: ENDS[found[0]], text)


def test_several_stores_are_one_step() -> None:
    wmi = Wmi()
    assert several(ends(f"{SOME}first\r\n{SHOWN}other\r\n").format, wmi) == (FOUND, None, FOUND)
    assert several(ends(f"first\r\n{SHOWN}other \n").format, wmi) == (KeyContent(), None, FOUND)
    assert wmi.asked == []


@pytest.mark.parametrize("printed", [
    "other\r\nfirst\r\n",
    "first\r\nfirst\r\nother\r\n",
    "first\r\nother\r\n{0}-0 HKLM\\SOFTWARE\\Else\r\n",
])  # fmt: skip
def test_where_others_told_their_end_all_are_asked_of_the_other_one(printed: str) -> None:
    wmi = Wmi(VALUE_BY_VALUE)
    first, gone, other = several(ends(printed).format, wmi)
    assert (first, gone, other) == (
        KeyContent({}, {"EE": {"Blob": b"\x01"}}), None, KeyContent({}, {"EE": {"Blob": b"\x02"}})
    )  # fmt: skip
    assert [one for one in wmi.asked if one[0] == "EnumKey"] == [("EnumKey", one.key) for one in (BLOBS, GONE, OTHER)]


@pytest.mark.parametrize("printed", [
    f"{SOME}{SHOWN}other\r\n",
    f"{SHOWN}0000000000000000-0 HKLM\\{OTHER.key}\r\nother\r\n",
    f"{SHOWN}{SHOWN}",
    "",
])  # fmt: skip
def test_what_stands_before_the_end_of_another_store_is_no_part_of_it(printed: str) -> None:
    found = several(ends(printed).format, Wmi(VALUE_BY_VALUE))
    assert found == (KeyContent({}, {"EE": {"Blob": b"\x01"}}), None, KeyContent({}, {"EE": {"Blob": b"\x02"}}))


def test_keys_in_another_case_are_the_same() -> None:
    registry, programs, wmi = registry_of({f"{MY} /s": SOME})
    again = replace(BLOBS, key=MY.upper(), above=(BASE.upper(), BASE))
    assert registry.branches([BLOBS, again]) == (FOUND, FOUND)
    (line,) = programs.lines
    assert line.upper().count(f"HKLM\\{MY} /s".upper()) == 1
    assert len(re.findall(rf"HKLM\\{re.escape(BASE)}[ )]", line, re.IGNORECASE)) == 1
    assert wmi.asked == []


VALUES = (("Name", STRING), ("Hashes", STRINGS), ("Flags", NUMBER), ("Data", BINARY), ("None", NUMBER))
KEY = rf"{BASE}\Some"


def one_key(*lines: str, wmi: Wmi | None = None):
    """What a key's values come to, and whether StdRegProv was asked for them."""
    body = "".join(f"    {line}\r\n" for line in lines)
    registry, _programs, wmi = registry_of({KEY: f"\r\n{HKLM}{KEY}\r\n{body}\r\n"}, wmi)
    (content,) = registry.branches([Branch(KEY, VALUES, above=(BASE,))])
    return content, bool(wmi.asked)


@pytest.mark.parametrize(("line", "value"), [
    ("Name    REG_SZ    Company CA", {"Name": "Company CA"}),
    ("name    REG_EXPAND_SZ    %SystemRoot%\\x", {"Name": "%SystemRoot%\\x"}),
    ("Name    REG_SZ    ", {"Name": ""}),
    ("Name    REG_SZ", {"Name": ""}),
    ("Hashes    REG_MULTI_SZ    aa bb\\0cc", {"Hashes": ("aa bb", "cc")}),
    ("Hashes\tREG_MULTI_SZ\taa\\0\\0", {"Hashes": ("aa",)}),
    ("Flags    REG_DWORD    0x15014e", {"Flags": 0x15014E}),
    ("Data    REG_BINARY    ", {"Data": b""}),
    ("Other    REG_QWORD    0x1", {}),
])  # fmt: skip
def test_values_are_typed(line: str, value: dict[str, object]) -> None:
    assert one_key(line) == (KeyContent(value), False)


@pytest.mark.parametrize("lines", [
    ("Name    REG_SZ    Zertifizierungsstelle für ocs",),
    ("Name    REG_SZ    what code page has this?",),
    ("Name    REG_SZ    a    REG_SZ    b",),
    ("Name    REG_SZ    a", "name    REG_SZ    b"),
    ("Name    REG_DWORD    0x1",),
    ("Name    REG_SZ    first", "second without a type"),
    ("Hashes    REG_MULTI_SZ    C:\\0dir",),
    ("Flags    REG_DWORD    1",),
    ("Data    REG_BINARY    ABC",),
    ("Data    REG_BINARY    AB, and more",),
    ("Data    REG_SZ    AB",),
])  # fmt: skip
def test_what_can_be_read_in_two_ways_is_asked_of_the_other_one(lines: tuple[str, ...]) -> None:
    content, asked = one_key(*lines, wmi=Wmi({KEY: {"Name": "sound", "Flags": "7"}}))
    assert (content, asked) == (KeyContent({"Name": "sound", "Flags": 7}), True)


@pytest.mark.parametrize("printed", [
    f"{HKLM}SOFTWARE\\Elsewhere\r\n",
    f"{HKLM}{MY}x\\AA\r\n",
    "    Blob    REG_BINARY    00\r\n",
    f"{SOME}cut off",
    f"{SOME}    Blob    REG_BIN",
    f"{HKLM}{MY}\\?\u0142\r\n",
    f"{HKLM}{MY}\\\u00e9\r\n",
])  # fmt: skip
def test_strange_lines_are_no_answer(printed: str) -> None:
    registry, _programs, wmi = registry_of({f"{MY} /s": printed}, Wmi({rf"{MY}\EE": {"Blob": b"\x01"}}))
    assert registry.branches([BLOBS]) == (KeyContent({}, {"EE": {"Blob": b"\x01"}}),)
    assert wmi.asked == [("EnumKey", MY), ("GetBinaryValue", rf"{MY}\EE", "Blob")]


ABOVE = {BASE: f"\r\n{HKLM}{BASE}\\CA\r\n{HKLM}{BASE}\\MY\r\n", rf"{BASE}\MY": f"\r\n{HKLM}{BASE}\\MY\\CRLs\r\n"}


def test_absent_is_what_the_key_above_does_not_have() -> None:
    registry, programs, wmi = registry_of(ABOVE)
    assert registry.branches([BLOBS, Branch(rf"{BASE}\REQUEST\Certificates", above=(BASE,))]) == (None, None)
    assert (len(programs.lines), wmi.asked) == (1, [])


def test_denied_is_not_absent() -> None:
    there = {**ABOVE, rf"{BASE}\MY": f"\r\n{HKLM}{BASE}\\MY\\Certificates\r\n"}
    registry, _programs, wmi = registry_of(there, Wmi(denied=[MY]))
    with pytest.raises(RegistryError, match="denied"):
        registry.branches([BLOBS])
    assert wmi.asked == [("EnumKey", MY)]


def test_where_no_key_above_can_be_read_either_it_is_asked() -> None:
    registry, _programs, wmi = registry_of({}, Wmi({BASE: {}}))
    assert registry.branches([BLOBS]) == (None,)
    assert wmi.asked == [("EnumKey", BASE), ("EnumKey", MY)]


def test_a_base_that_is_not_there_is_asked_for_once() -> None:
    registry, _programs, wmi = registry_of({}, Wmi({"SOFTWARE": {}}))
    other = Branch(rf"{BASE}\CA\Certificates", above=(BASE,))
    assert registry.branches([BLOBS, other, NAMES]) == (None, None, None)
    assert wmi.asked == [("EnumKey", BASE)]


def test_an_empty_store_is_empty() -> None:
    registry, _programs, wmi = registry_of({f"{MY} /s": "\r\n"})
    assert registry.branches([BLOBS]) == (KeyContent({}, {}),)
    assert wmi.asked == []


@pytest.mark.parametrize("printed", [
    b"-\r\nAA\r\n",
    b"-\r\n\xc3\xa9\r\n/\r\n",
    b"-\r\n/\r\n-\r\n/\r\n",
    b"AA\r\n/\r\n",
    b"",
])  # fmt: skip
def test_names_that_did_not_all_come_for_sure_are_asked_of_the_other_one(printed: bytes) -> None:
    programs = registry_of({f"{MY} /s": SOME})[1]
    answer, wmi = programs.answer, Wmi({rf"{BASE}\Root\Certificates\EE": {}, BASE: {}})
    programs.answer = lambda step: (printed, 0) if "tokens" in step else answer(step)
    registry = QueriedRegistry(wmi, programs, name="srv01")
    found = registry.branches([BLOBS, Branch(rf"{BASE}\Root\Certificates", above=(BASE,))])
    assert found == (FOUND, KeyContent({}, {"EE": {}}))
    assert wmi.asked == [("EnumKey", rf"{BASE}\Root\Certificates")]


@pytest.mark.parametrize("answer", [
    (b"FEHLER: Das Bearbeiten der Registrierung wurde deaktiviert.\r\n", 1),
    (b"", 0),
    (b"", 1),
    (shown_values("\u00e7:\\Windows").encode(), 0),
    (shown_values().encode(), 1),
    (shown_values().replace("CurrentVersion  ", "CurrentBuild  ").encode(), 0),
])  # fmt: skip
def test_where_reg_is_stopped_all_is_asked_of_the_other_one_for_the_rest_of_the_run(tmp_path, answer) -> None:
    programs, wmi = StepLines(lambda step: answer), Wmi({rf"{MY}\EE": {"Blob": b"\x01"}})
    registry = QueriedRegistry(wmi, programs, name="srv01", stopped=Note(str(tmp_path), "reg"))
    for _time in range(2):
        assert registry.branches([BLOBS]) == (KeyContent({}, {"EE": {"Blob": b"\x01"}}),)
    assert len(programs.lines) == 1
    assert registry.notice.startswith("reg query is stopped on this host (it said: ")
    later = QueriedRegistry(wmi, programs, name="srv01", stopped=Note(str(tmp_path), "reg"))
    later.branches([BLOBS])
    assert len(programs.lines) == 1 and later.notice == ""


def test_lines_for_a_command_line_of_others() -> None:
    registry, programs, wmi = registry_of({f"{MY} /s": SOME})
    lines = registry.lines([BLOBS])
    assert lines[:2] == (LASTING, f"reg query HKLM\\{MY} /s 2>nul") and len(lines) == 3
    results = run_steps(programs, lines, doing="x", where="srv01")
    assert (registry.contents([BLOBS], results), wmi.asked) == ((FOUND,), [])
    assert registry.lines([NAMES]) == registry.lines([Branch(rf"{BASE}\100%", below=(("Blob", BINARY),))]) == ()
    stopped, _programs, _wmi = registry_of({}, stopped=Note())
    stopped._stopped.leave()
    assert stopped.lines([BLOBS]) == ()


def test_the_word_behind_a_key_is_another_one_each_time() -> None:
    registry, _programs, _wmi = registry_of({})
    words = [re.findall("[0-9a-f]{16}", step) for _time in range(9) for step in registry.lines([BLOBS, OTHER])]
    told = [word for found in words for word in found]
    assert len(told) == len(set(told)) >= 9


def test_steps_of_others_go_along_with_the_next_line() -> None:
    class Others:
        def __init__(self) -> None:
            self.steps, self.taken = ["dir x"], []

        def lines(self):
            steps, self.steps = self.steps, []
            return steps

        def take(self, results) -> None:
            self.taken.append([(one.command_line, one.stdout) for one in results])

    registry, programs, _wmi = registry_of({f"{MY} /s": SOME})
    answer, others = programs.answer, Others()
    programs.answer = lambda step: (b"y\r\n", 0) if step == "dir x" else answer(step)
    registry.let_along(others)
    assert registry.branches([BLOBS]) == registry.branches([BLOBS]) == (FOUND,)
    assert others.taken == [[("dir x", b"y\r\n")], []]


def test_a_reg_that_comes_to_no_end_is_stopped_too() -> None:
    class Slow(StepLines):
        def run_line(self, line, **given):
            raise ProgramTimeout("reg query", 120.0, b"", b"", where="srv01")

    registry = QueriedRegistry(Wmi({rf"{MY}\EE": {}}), Slow(lambda step: (b"", 0)), name="srv01")
    assert registry.branches([NAMES, NAMES, NAMES, NAMES])[0] == KeyContent({}, {"EE": {}})
    assert "did not end within 120 seconds" in registry.notice


def test_little_is_asked_without_a_command() -> None:
    registry, programs, wmi = registry_of({}, Wmi({MY: {}}))
    assert registry.branches([NAMES, Branch(BASE)]) == (KeyContent({}, {}), KeyContent({}, {"MY": {}}))
    assert programs.lines == [] and wmi.asked == [("EnumKey", MY), ("EnumKey", BASE)]
    assert registry.branches([]) == ()


def test_names_that_no_command_line_carries_are_asked_without_one() -> None:
    strange = Branch(rf"{BASE}\100%\x", below=(("Blob", BINARY),))
    registry, programs, _wmi = registry_of({})
    assert registry.branches([strange]) == (None,)
    assert programs.lines == []


@given(st.one_of(torn(SOME.encode()), st.binary(max_size=300)))
@example(b"")
@budgets.part(1)
def test_whatever_is_printed_is_read_or_asked_of_the_other_one(printed: bytes) -> None:
    def answer(step: str) -> tuple[bytes, int]:
        return (shown_values().encode(), 0) if " /v " in step else (printed, 0)

    registry = QueriedRegistry(Wmi(), StepLines(answer), name="srv01")
    try:
        (content,) = registry.branches([BLOBS])
    except RolloutError:
        return
    blobs = [values["Blob"] for values in (content.below if content else {}).values() if "Blob" in values]
    assert all(isinstance(blob, bytes) for blob in blobs)
