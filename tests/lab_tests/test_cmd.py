# Copyright: (c) 2026, The ucops.rollout developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""cmd.exe and the C run-time, line by line."""

from __future__ import annotations

from pathlib import Path

import pytest
from lab_tests.windows import TEMP, Ended, Lab, local

from lab.programs.process import split_command_line

UNKNOWN = "'{}' is not recognized as an internal or external command,\r\noperable program or batch file.\r\n"


@pytest.fixture
def lab(tmp_path: Path) -> Lab:
    return local(tmp_path, start=False)


@pytest.mark.parametrize(("line", "words"), [
    ("p a b", ["p", "a", "b"]),
    ('p "a b" c', ["p", "a b", "c"]),
    (r'"C:\Program Files\p.exe" x', [r"C:\Program Files\p.exe", "x"]),
    (r'p "a\"b" c', ["p", 'a"b', "c"]),
    (r'p "a\\" c', ["p", "a\\", "c"]),
    (r'p a\\b', ["p", r"a\\b"]),
    (r'p "a\\\"b"', ["p", 'a\\"b']),
    ('p "a""b"', ["p", 'a"b']),
    ('p ""', ["p", ""]),
    ('p a"b c"d', ["p", "ab cd"]),
    ("p \t a", ["p", "a"]),
    (r'p "dir\" next', ["p", 'dir" next']),
])  # fmt: skip
def test_words_are_split_as_the_c_run_time_does(line: str, words: list[str]) -> None:
    assert split_command_line(line) == words


@pytest.mark.parametrize(("line", "code", "out", "err"), [
    # Recorded with a real host: the outer cmd takes the line apart at &&, `echo` keeps the blank before it.
    ("cmd.exe /c echo out && echo err>&2 && exit 1", 1, "out \r\n", "err \r\n"),
    ("hostname", 0, "srv01\r\n", ""),
    ("whoami", 0, "company\\rollout\r\n", ""),
    ("ver", 0, "\r\nMicrosoft Windows [Version 6.1.7601]\r\n", ""),
    ("nonsense", 1, "", UNKNOWN.format("nonsense")),
    # The line is not in quotes behind /C, so its own pair is taken for that, and goes.
    ('"no such program" x', 1, "", UNKNOWN.format("no")),
    ("nonsense & exit 3", 3, "", UNKNOWN.format("nonsense")),
    ("nonsense || echo instead", 0, "instead\r\n", UNKNOWN.format("nonsense")),
    ("nonsense && echo never", 1, "", UNKNOWN.format("nonsense")),
    # Percent signs are expanded inside quotes too; an unknown name stays; a caret does not protect in quotes.
    ('echo "%OS%" %NONE% 100%', 0, '"Windows_NT" %NONE% 100%\r\n', ""),
    ('echo "a^&b"', 0, '"a^&b"\r\n', ""),
    ("echo a^&b ^^", 0, "a&b ^\r\n", ""),
    ("echo %OS:~0,3% %OS:_=-%", 0, "Win Windows-NT\r\n", ""),
    # A quote that is not closed hides what follows, up to the end of the line.
    ('echo "a & echo b', 0, '"a & echo b\r\n', ""),
    ("echo a & & echo b", 255, "", "& was unexpected at this time.\r\n"),
    ("echo a\necho b", 0, "a\r\n", ""),
    ("(echo a & echo b)", 0, "a \r\nb\r\n", ""),
    ("if exist C:\\Windows (echo yes) else (echo no)", 0, "yes\r\n", ""),
    ("if not exist C:\\Windows (echo yes) else (echo no)", 0, "no\r\n", ""),
    ("if exist C:\\nothing echo a & echo b", 0, "", ""),
    ("if a==A (echo same) else echo other", 0, "other\r\n", ""),
    ("if /i a==A (echo same) else echo other", 0, "same\r\n", ""),
    ("whoami | find \"rollout\"", 0, "company\\rollout\r\n", ""),
    ("cd C:\\Windows & cd", 0, "C:\\Windows\r\n", ""),
    ("cd C:\\nowhere", 1, "", "The system cannot find the path specified.\r\n"),
    ("set LAB=1& set LAB", 0, "LAB=1\r\n", ""),
    ("exit /b -2147023174", 0x800706BA, "", ""),
    ("type C:\\Windows\\Temp\\none", 1, "", "The system cannot find the file specified.\r\n"),
    ('if exist "C:\\Windows\\Temp\\none" type "C:\\Windows\\Temp\\none"', 0, "", ""),
    ("del C:\\Windows\\Temp\\none", 0, "", "Could Not Find C:\\Windows\\Temp\\none\r\n"),
    ("echo x > C:\\root.txt", 1, "", "Access is denied.\r\n"),
    ("echo x > C:\\nowhere\\f", 1, "", "The system cannot find the path specified.\r\n"),
    ("wmic os", 1, "", "lab: wmic.exe is not modelled\r\n"),
    ("call hostname", 0, "srv01\r\n", ""),
    ('call "C:\\Windows\\System32\\find.exe" "x" C:\\Windows\\none', 1, "",
     "The system cannot find the file specified.\r\n"),
    ('call echo %^OS% "^"', 0, 'Windows_NT "^^"\r\n', ""),
    # call reads a variable a second time, after what stands before it has ended; the caret keeps it from the first.
    ("nonsense & call echo %^errorlevel%", 0, "9009\r\n", UNKNOWN.format("nonsense")),
    ("cmd /c exit -2147023174 & call echo %^errorlevel% %errorlevel%", 0, "-2147023174 0\r\n", ""),
    ("cmd /c exit 7 & ver>nul & call echo %^errorlevel%", 0, "0\r\n", ""),
    ("(nonsense) 2>&1 & echo next", 0, UNKNOWN.format("nonsense") + "next\r\n", ""),
    ('ver>nul&(if exist "C:\\Windows" (echo there&hostname))2>&1&call echo %^errorlevel%', 0, "there\r\nsrv01\r\n0\r\n",
     ""),
    ('ver>nul&(if exist "C:\\none" (echo there&hostname))2>&1&call echo %^errorlevel%', 0, "0\r\n", ""),
    ("call nonsense", 1, "", UNKNOWN.format("nonsense")),
    ("call :label", 1, "", "lab: this command of cmd.exe is not modelled\r\n"),
    ("type nul", 0, "", ""),
    ("for %i in (a,b \"c d\") do @echo %i-%~i", 0, 'a-a\r\nb-b\r\n"c d"-c d\r\n', ""),
    ("for %i in (a b) do @(echo %i&for %j in (1) do @echo %i%j)&echo x", 0, "a\r\na1\r\nx\r\nb\r\nb1\r\nx\r\n", ""),
    # The token of a number, of the lines that have one; the caret lets signs pass into the command.
    (r"""for /f "tokens=2 delims=\" %i in ('echo a\b\c^&echo d^&echo.^&echo ;\e^&echo \\f\\g') do @echo %i""", 0,
     "b\r\ng\r\n", ""),
    (r"""(for /f "tokens=1 delims=\" %i in ('exit 5') do @echo %i)&call echo %^errorlevel%""", 0, "0\r\n", ""),
    (r"""for /f "tokens=1 delims=\" %i in ('reg query HKLM\NONE ^&^& echo yes') do @echo %i""", 0, "",
     "ERROR: The system was unable to find the specified registry key or value.\r\n"),
    ("for %i in (1) do echo %i", 1, "",
     "lab: of for only bodies with an @, and members that are no files, are modelled\r\n"),
])  # fmt: skip
def test_line(lab: Lab, line: str, code: int, out: str, err: str) -> None:
    assert lab.run("srv01", line) == Ended(code, out, err)


@pytest.mark.parametrize(("line", "content"), [
    ("echo abc > {0}", b"abc \r\n"),
    ("echo abc>{0}", b"abc\r\n"),
    # The trap: a digit right before the sign is the handle, and is lost.
    ("echo abc1>> {0}", b"abc\r\n"),
    ("echo abc1 >> {0}", b"abc1 \r\n"),
    ('>> "{0}" echo abc1', b"abc1\r\n"),
    ("echo abc2>> {0}", b""),
    ("nonsense > {0} 2>&1", UNKNOWN.format("nonsense").encode()),
    ("type nul > {0}", b""),
    ("(echo 1& echo 2) > {0}", b"1\r\n2\r\n"),
])  # fmt: skip
def test_redirection(lab: Lab, line: str, content: bytes) -> None:
    lab.run("srv01", line.format(TEMP + "f"))
    assert lab.read("srv01", "f") == content


def test_input_from_a_file(lab: Lab) -> None:
    lab.write("srv01", "f", "one\r\ntwo\r\n")
    assert lab.run("srv01", f'find "two" < {TEMP}f').out == "two\r\n"


@pytest.mark.parametrize(("line", "out"), [
    # One pair of quotes around a program with a blank in its path: both quotes are kept only in this form.
    (r'cmd /c "C:\Program Files\tool.exe"', "lab"),
    # With an argument in quotes behind it the outer two go, and the path falls apart at its blank.
    (r'cmd /c "C:\Program Files\tool.exe" "a b"', "'C:\\Program' is not recognized"),
    # What helps is one more pair around the whole.
    (r'cmd /c ""C:\Program Files\tool.exe" "a b""', "lab"),
])  # fmt: skip
def test_quotes_after_c(lab: Lab, line: str, out: str) -> None:
    lab.machine("srv01").files.install(r"C:\Program Files\tool.exe")
    ended = lab.run("srv01", line)
    expected = "The system cannot execute the specified program." if out == "lab" else out
    assert expected in ended.err


def test_line_of_8191_characters_is_the_longest(lab: Lab) -> None:
    # `/C "` is not counted: what is counted is the text cmd carries out.
    assert lab.run("srv01", "echo " + "x" * 8186).code == 0
    longer = lab.run("srv01", "echo " + "x" * 8187)
    assert (longer.code, longer.err) == (1, "The command line is too long.\r\n")


@pytest.mark.parametrize("line", ["copy {0}a {0}b", "move {0}a {0}b", "del {0}*"])
def test_built_in_commands_ask_before_they_overwrite(lab: Lab, line: str) -> None:
    lab.write("srv01", "a", "new")
    lab.write("srv01", "b", "old")
    ended = lab.run("srv01", line.format(TEMP))
    assert ended.code is None
    assert lab.read("srv01", "b") == b"old"


def test_copy_with_y_overwrites(lab: Lab) -> None:
    lab.write("srv01", "a", "new")
    lab.write("srv01", "b", "old")
    assert lab.run("srv01", f"copy /y {TEMP}a {TEMP}b").out == "        1 file(s) copied.\r\n"
    assert lab.read("srv01", "b") == b"new"


def test_names_are_compared_without_case(lab: Lab) -> None:
    lab.write("srv01", "Name.TXT", "x")
    assert lab.run("srv01", "type c:\\windows\\TEMP\\nAME.txt").out == "x"
    assert lab.run("srv01", "dir /b C:\\Windows\\Temp\\*.txt").out == "Name.TXT\r\n"


def test_type_turns_utf16_into_the_code_page(lab: Lab) -> None:
    lab.write("srv01", "wide", b"\xff\xfe" + "Größe".encode("utf-16-le"))
    assert lab.run("srv01", f"type {TEMP}wide").out == "Größe"


def test_netstat(lab: Lab) -> None:
    """Listeners only with -a, a process only with -o; the far end of a listener is nobody."""
    listed = lab.run("srv01", "netstat -an").out.splitlines()
    assert listed[1] == "Active Connections"
    assert listed[3].split() == ["Proto", "Local", "Address", "Foreign", "Address", "State"]
    assert ["TCP", "0.0.0.0:5985", "0.0.0.0:0", "LISTENING"] in [line.split() for line in listed]
    assert ["TCP", "[::]:135", "[::]:0", "LISTENING"] in [line.split() for line in listed]
    assert "LISTENING" not in lab.run("srv01", "netstat -n").out
    assert lab.run("srv01", "netstat -ano").out.splitlines()[3].split()[-1] == "PID"


def test_dir_names_what_fits_a_pattern(lab: Lab) -> None:
    lab.write("srv01", "ours-1", "x")
    assert lab.run("srv01", f'dir /b /a-d "{TEMP}ours-*"') == Ended(0, "ours-1\r\n", "")
    assert lab.run("srv01", f'dir /b /a-d "{TEMP}others-*"').code == 1


TEXT = b'[Version]\r\nSignature = "$Windows NT$"\r\n\r\n\tx\xff\nend\r\n'


@pytest.mark.parametrize(("line", "shown"), [
    ('findstr "^"', TEXT),
    ("findstr /r ^^", TEXT),
    ('findstr /v ""', TEXT),
    ('findstr /n "^"', b"1:[Version]\r\n2:Signature = \"$Windows NT$\"\r\n3:\r\n4:\tx\xff\n5:end\r\n"),
    ('findstr "^$"', b"\r\n"),
    ('findstr /v "^$"', TEXT.replace(b"\r\n\r\n", b"\r\n")),
    ('findstr /i "VERSION END"', b"[Version]\r\nend\r\n"),
    ('findstr /c:"Windows NT"', b"Signature = \"$Windows NT$\"\r\n"),
    ('findstr /l "[V"', b"[Version]\r\n"),
    ('findstr "\\[[A-V]e.*n\\]"', b"[Version]\r\n"),
    ('findstr /b "e"', b"end\r\n"),
    ('findstr /x "end Vers"', b"end\r\n"),
    ('findstr "\\<end\\>"', b"end\r\n"),
    ('findstr "gone"', b""),
])  # fmt: skip
def test_findstr_shows_lines_as_they_came(lab: Lab, line: str, shown: bytes) -> None:
    done = lab.run("srv01", f"{line} > {TEMP}out", stdin=TEXT)
    assert (done.code, lab.read("srv01", "out")) == (0 if shown else 1, shown)
    lab.write("srv01", "in", TEXT)
    done = lab.run("srv01", f"{line} {TEMP}in > {TEMP}two")
    assert (done.code, lab.read("srv01", "two")) == (0 if shown else 1, shown)


@pytest.mark.parametrize(("line", "stdin", "code", "err"), [
    ("findstr", b"x\r\n", 2, "FINDSTR: Bad command line\r\n"),
    ("findstr /z x", b"x\r\n", 2, "FINDSTR: Bad command line\r\n"),
    ("findstr x C:\\none", b"", 1, "FINDSTR: Cannot open C:\\none\r\n"),
])  # fmt: skip
def test_findstr_on_what_it_cannot_read(lab: Lab, line: str, stdin: bytes, code: int, err: str) -> None:
    assert lab.run("srv01", line, stdin=stdin) == Ended(code, "", err)


def test_findstr_waits_for_a_line_end_from_a_pipe_up_to_2008_r2(lab: Lab, tmp_path: Path) -> None:
    assert lab.run("srv01", 'findstr "^"', stdin=b"a\r\nb").code is None
    later = local(tmp_path / "later", start=False, generation="2012")
    assert later.run("srv01", 'findstr "^"', stdin=b"a\r\nb").out == "a\r\nb"


def test_find_v_with_nothing_shows_every_line(lab: Lab) -> None:
    assert lab.run("srv01", 'find /v ""', stdin=b"a\r\n\r\nb\r\n") == Ended(0, "a\r\n\r\nb\r\n", "")
    assert lab.run("srv01", 'find ""', stdin=b"a\r\n") == Ended(1, "", "")


DENIED = "CertUtil: -decode command FAILED: 0x80070005 (WIN32: 5)\r\nCertUtil: Access is denied.\r\n"


@pytest.mark.parametrize(("does", "ended"), [
    ("blocked", Ended(1, "", "Access is denied.\r\n")),
    ("killed", Ended(1, "", "")),
    ("refused", Ended(0x80070005, DENIED, "")),
    ("removed", Ended(0, "Input Length = 10\r\nOutput Length = 5\r\n"
                         "CertUtil: -decode command completed successfully.\r\n", "")),
])  # fmt: skip
def test_security_software_stops_a_verb_of_a_program(lab: Lab, does: str, ended: Ended) -> None:
    rules = [{"program": "certutil.exe", "verbs": ["-decode"], "does": does}]
    lab.machine("srv01").settings["security_software"] = rules
    lab.write("srv01", "in", b"aGVsbG8=\r\n")
    for switch in ("-", "/"):
        assert lab.run("srv01", f"certutil -f {switch}Decode {TEMP}in {TEMP}out") == ended
        assert not lab.has("srv01", "out")
    assert lab.run("srv01", f"certutil -f -encode {TEMP}in {TEMP}out").code == 0
    del rules[0]["verbs"]
    assert lab.run("srv01", f"certutil -hashfile {TEMP}in").code == (1 if does in ("blocked", "killed") else 0)


def test_whoever_ends_a_program_chooses_its_code(lab: Lab) -> None:
    lab.machine("srv01").settings["security_software"] = [{"program": "certutil.exe", "does": "killed", "code": 0}]
    assert lab.run("srv01", "certutil -ping && echo went on") == Ended(0, "went on\r\n", "")
