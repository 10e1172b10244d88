from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.ucops.rollout.plugins.module_utils.values import CaConfig
from ansible_collections.ucops.rollout.plugins.plugin_utils.winrm.quoting import (
    MAX_LINE,
    CannotQuote,
    command_line,
    fit,
    quoted_path,
)


def command_line_to_argv(line: str) -> list[str]:
    """CommandLineToArgvW as documented, written from its documentation: the program first, then its arguments."""
    if line.startswith('"'):
        program, _unused, rest = line[1:].partition('"')
    else:
        program, _unused, rest = line.partition(" ")
    arguments: list[str] = []
    current: str | None = None
    quoted, index = False, 0
    while index < len(rest):
        backslashes = 0
        while index < len(rest) and rest[index] == "\\":
            backslashes, index = backslashes + 1, index + 1
        if index < len(rest) and rest[index] == '"':
            current = (current or "") + "\\" * (backslashes // 2)
            if backslashes % 2:
                current += '"'
            elif quoted and rest[index + 1 : index + 2] == '"':
                current, index = current + '"', index + 1
            else:
                quoted = not quoted
            index += 1
            continue
        if backslashes:
            current = (current or "") + "\\" * backslashes
        if index == len(rest):
            break
        if rest[index] in " \t" and not quoted:
            if current is not None:
                arguments.append(current)
            current = None
        else:
            current = (current or "") + rest[index]
        index += 1
    return [program, *([*arguments, current] if current is not None else arguments)]


def cmd_would_do(line: str) -> str:
    """What cmd hands to the program, or an assertion where cmd would do something of its own with the line."""
    assert not line.startswith('"'), "cmd /C may take the outer quotation marks away"
    assert "%" not in line and not re.search("!(?![0-9a-f]{4})", line) and "\n" not in line and "\r" not in line
    quoted = False
    for character in line:
        quoted ^= character == '"'
        assert quoted or character not in "&|<>^()", f"{character} outside of quotation marks in {line}"
    assert not quoted, "an open quotation"
    return line.removeprefix("call ")


@pytest.mark.parametrize(
    ("arguments", "line"),
    [
        (["certutil", "-f", "-decode", r"C:\Windows\Temp\a.b64"], r"certutil -f -decode C:\Windows\Temp\a.b64"),
        (["certreq", "-config", r"ca01\Company CA"], r'certreq -config "ca01\Company CA"'),
        (["certreq", "-attrib", "CertificateTemplate:Web Server"], 'certreq -attrib "CertificateTemplate:Web Server"'),
        (["netsh", "certhash=00ff", "appid={4dc3e181-e14b-4a21-b022-59fc669b0914}"],
         "netsh certhash=00ff appid={4dc3e181-e14b-4a21-b022-59fc669b0914}"),
        (["x.exe", ""], 'x.exe ""'),
        (["x.exe", "a b\\"], r'x.exe "a b\\"'),
        (["x.exe", "a\\\\b c\\\\"], r'x.exe "a\\b c\\\\"'),
        (["x.exe", "R&D (2) ^ | < >"], 'x.exe "R&D (2) ^ | < >"'),
        (["x.exe", "a\\nb"], r"x.exe a\nb"),
        ([r"C:\Site\AssignFrontEnd.exe", "/thumbprint:AB"], r"C:\Site\AssignFrontEnd.exe /thumbprint:AB"),
        ([r"C:\Program Files (x86)\Site\a.exe", "b"], r'call "C:\Program Files (x86)\Site\a.exe" b'),
        ([r"C:\Site\assign.cmd", "a=b"], r'C:\Site\assign.cmd "a=b"'),
    ],
)  # fmt: skip
def test_command_line(arguments: list[str], line: str) -> None:
    assert command_line(arguments) == line


@pytest.mark.parametrize(
    "arguments",
    [
        [],
        [""],
        ["x.exe", "%PATH%"],
        ["x.exe", "100%"],
        ["x.exe", "!x!"],
        ["x.exe", "a!"],
        ["x.exe", "!00FC"],
        ["x.exe", 'a"b'],
        ["x.exe", 'a" & del x & "'],
        ["x.exe", "a\nb"],
        ["x.exe", "a\r"],
        ["x.exe", "a\tb"],
        ["x.exe", "a\x00"],
        ["x.exe", "\ud800"],
        ["x.exe", "a\uff02 b"],
        ["x.exe", "a\u201d b"],
        ["x.exe", "a b\u00a5"],
        ["x.exe & y"],
        ["x|y.exe"],
        ["dir/x.exe"],
        [' "x"'],
        [r"C:\Site\assign.cmd", "a&b"],
        [r"C:\Site\assign", "a&b"],
        [r"C:\Site\assign.BAT", "(a)"],
        [r"C:\Program Files\a.exe", "a^b"],
        [r"C:\Program Files\a.exe", "/?"],
        ["x.exe", "a" * MAX_LINE],
    ],
    ids=repr,
)
def test_refused(arguments: list[str]) -> None:
    with pytest.raises(CannotQuote):
        command_line(arguments)


HOSTILE = st.text(
    st.sampled_from("ab \\\"'%!^&|<>()=,;{}@~`$#/?*\n\r\t\x00\u00a5\uff02\u201c\u00e9\U0001f600"), max_size=20
)
PROGRAMS = st.sampled_from(["certutil", r"C:\Site\a.exe", r"C:\Program Files\a.exe", r"C:\Site\a.cmd", r"C:\x\a"])


@given(PROGRAMS, st.lists(HOSTILE | st.text(max_size=20), max_size=5))
def test_what_is_made_means_the_same_to_cmd_and_program(program: str, arguments: list[str]) -> None:
    try:
        line = command_line([program, *arguments])
    except CannotQuote:
        return
    assert command_line_to_argv(cmd_would_do(line)) == [program, *arguments]


@given(st.lists(st.text(st.sampled_from("ab \\&|<>^()=,;{}'"), max_size=20), max_size=5))
def test_nothing_harmless_is_refused(arguments: list[str]) -> None:
    assert command_line_to_argv(cmd_would_do(command_line(["certutil", *arguments]))) == ["certutil", *arguments]


@given(HOSTILE)
def test_path_never_leaves_its_quotation(path: str) -> None:
    try:
        quoted = quoted_path(path)
    except CannotQuote:
        return
    assert cmd_would_do(f"type {quoted}") == f'type "{path}"'


def test_too_long_is_refused() -> None:
    assert fit("x" * MAX_LINE) == "x" * MAX_LINE
    with pytest.raises(CannotQuote, match="8001"):
        fit("x" * (MAX_LINE + 1))


@pytest.mark.parametrize(
    ("name", "line"),
    [
        ("Company CA", r'certreq -config "ca01\Company CA"'),
        ("Müller CA", r'certreq -config "ca01\M!00fcller CA"'),
        ("Company !0026 CO", r'certreq -config "ca01\Company !0026 CO"'),
        ('50% "A;B`C/D" CA!', r'certreq -config "ca01\50!0025 !0022A!003bB!0060C!002fD!0022 CA!0021"'),
    ],
)
def test_every_name_of_a_ca_that_is_planned_is_carried(name: str, line: str) -> None:
    assert command_line(["certreq", "-config", CaConfig(f"ca01\\{name}")]) == line
