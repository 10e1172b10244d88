# Copyright: (c) 2026, The ucops.rollout developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""powershell.exe as a program: switches, exit codes, streams, when it does not end; driven by others' clients."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from collections.abc import Iterator
from pathlib import Path

import pytest
from lab_tests.scripts import cs_host, encoded, errors, run, session, shells
from lab_tests.small import estate as estate_file
from lab_tests.windows import Lab, remote

from lab.client import RunningEstate, start_estate

CLIXML = "#< CLIXML\r\n"


@pytest.fixture(scope="module")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Lab:
    return shells(tmp_path_factory.mktemp("program"))


# --- the command line ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("line", "code", "out"), [
    ('powershell -Command "1 + 1"', 0, "2\r\n"),
    ("powershell -c 'a'", 0, "a\r\n"),
    ("powershell 2 * 3", 0, "6\r\n"),
    ("powershell.exe -NoLogo -NoP -NonI -Command exit 5", 5, ""),
    ("PowerShell -NoProfile -NonInteractive -ExecutionPolicy Unrestricted -Command \"'x'; exit 3\"", 3, "x\r\n"),
    (r"C:\Windows\System32\WindowsPowerShell\v1.0\powershell.exe -ex bypass -inp none -o text -c 7", 0, "7\r\n"),
    (f"powershell -e {encoded('5 + 5')}", 0, "10\r\n"),
    (f"powershell -EncodedCommand {encoded('exit 9')}", 9, ""),
    (f"powershell -ec {encoded('1')}", 0, "1\r\n"),
    # The last command decides where nothing says `exit`; an error before it does not.
    ("powershell -Command \"throw 'x'\"", 1, ""),
    ('powershell -Command "Get-Item C:\\nowhere; 1"', 0, "1\r\n"),
    ('powershell -Command "1; Get-Item C:\\nowhere"', 1, "1\r\n"),
    ("powershell -Command \"cmd /c 'exit 4'\"", 1, ""),
    ("powershell -Command \"cmd /c 'exit 4'; exit $LASTEXITCODE\"", 4, ""),
])  # fmt: skip
def test_command_lines(lab: Lab, line: str, code: int, out: str) -> None:
    ended = lab.run("ps2012r2", line, stdin=b"")
    assert (ended.code, ended.out) == (code, out), ended.err


def test_standard_input_is_the_script_where_there_is_none(lab: Lab) -> None:
    ended = lab.run("ps2012r2", "powershell -NoProfile -Command -", stdin=b"'from input'; exit 6")
    assert (ended.code, ended.out) == (6, "from input\r\n")


@pytest.mark.parametrize(("line", "words"), [
    ("powershell -EncodedCommand !!!", "not properly encoded"),
    ("powershell -File C:\\nowhere.ps1", "does not exist"),
    ("powershell -Command", "missing parameter"),
    ("powershell -ExecutionPolicy Sometimes -Command 1", "Sometimes"),
])  # fmt: skip
def test_wrong_command_lines(lab: Lab, line: str, words: str) -> None:
    ended = lab.run("ps2012r2", line, stdin=b"")
    assert ended.code == 0xFFFD0000
    assert words in ended.err


def test_file_gets_its_arguments(lab: Lab) -> None:
    script = "param([string]$Name, [int]$Count = 1)\r\n$Name * $Count\r\nexit $Count\r\n"
    lab.write("ps2012r2", "s.ps1", script)
    ended = lab.run("ps2012r2", "powershell -File C:\\Windows\\Temp\\s.ps1 ab -Count 3", stdin=b"")
    assert (ended.code, ended.out) == (3, "ababab\r\n")


def test_there_is_none_on_2003_and_2008(tmp_path: Path) -> None:
    old = shells(tmp_path, generation="2008")
    assert old.run("ps2012", "powershell -c 1").code == 1
    brought = shells(tmp_path, generation="2008", powershell={"version": "2.0"})
    assert brought.run("ps2012", "powershell -c $PSVersionTable.PSVersion.Major", stdin=b"").out == "2\r\n"


# --- streams ---------------------------------------------------------------------------------------------------------


def test_errors_are_clixml_with_an_encoded_command_and_text_otherwise(lab: Lab) -> None:
    ended = run(lab, "ps2012r2", "Write-Warning 'careful'; Get-Item 'C:\\a<&>'")
    assert ended.err.startswith(CLIXML + '<Objs Version="1.1.0.1" xmlns=')
    root = ET.fromstring(ended.err.removeprefix(CLIXML))
    kinds = [one.get("S") for one in root]
    assert kinds[:2] == ["progress", "warning"] and set(kinds[2:]) == {"Error"}
    assert "Cannot find path 'C:\\a<&>' because it does not exist." in errors(ended)
    plain = lab.run("ps2012r2", "powershell -Command \"Write-Warning 'careful'; Get-Item C:\\a\"", stdin=b"")
    assert plain.out == "WARNING: careful\r\n"
    assert plain.err.startswith("Get-Item : Cannot find path 'C:\\a' because it does not exist.\r\n")


def test_no_progress_where_the_script_wants_none(lab: Lab) -> None:
    assert run(lab, "ps2012r2", "$ProgressPreference = 'SilentlyContinue'; Get-Date | Out-Null").err == ""
    assert run(lab, "ps2008r2", "Get-Date | Out-Null").err == ""


def test_output_is_in_the_code_page_of_the_console(lab: Lab) -> None:
    machine = lab.machine("ps2012r2")
    assert run(lab, "ps2012r2", "'grün'").out == "grün\r\n"
    script = "[Console]::OutputEncoding = [Text.Encoding]::UTF8; 'grün'; [Console]::Out.Write('ü')"
    assert run(lab, "ps2012r2", script).out == "grün\r\nü"
    assert machine.generation.powershell == "4.0"


# --- what does not end -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("host", "line", "ends"), [
    ("ps2008r2", "powershell -Command 1", False),
    ("ps2008r2", "powershell -InputFormat None -Command 1", True),
    ("ps2008r2", "powershell -Command 1 < NUL", True),
    ("ps2012", "powershell -Command 1", True),
])  # fmt: skip
def test_2_waits_for_the_end_of_an_open_standard_input(lab: Lab, host: str, line: str, ends: bool) -> None:
    ended = lab.run(host, line, seconds=3)
    assert ended.out == "1\r\n"
    assert (ended.code == 0) == ends
    assert ("standard input" in ended.waits_for) != ends


def test_a_question_hangs_or_is_an_error(lab: Lab) -> None:
    script = "Stop-Service LanmanServer -Confirm; 'after'"
    asked = lab.run("ps2012r2", f"powershell -EncodedCommand {encoded(script)}", seconds=3)
    assert (asked.code, asked.waits_for) == (None, "powershell waits for a confirmation")
    refused = run(lab, "ps2012r2", script)
    assert refused.out == "after\r\n"
    assert "NonInteractive mode" in errors(refused)
    answered = lab.run("ps2012r2", f"powershell -EncodedCommand {encoded(script)}", stdin=b"n\r\n")
    assert answered.code == 0 and lab.machine("ps2012r2").services.state("LanmanServer") == "Running"


# --- others' clients -------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def estate(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningEstate]:
    place = tmp_path_factory.mktemp("clients")
    path = estate_file(
        place / "estate.yml",
        {"name": "old01", "address": "10.0.0.20", "generation": "2008r2"},
        cs_host("fe01", "10.0.0.21", "2019", product="sfb2019", pool="pool.company.local"),
    )
    with start_estate(path, place / "run") as running:
        yield running


def test_pywinrm_runs_scripts(estate: RunningEstate) -> None:
    """run_ps sends `powershell -encodedcommand` and takes CLIXML apart."""
    done = session(estate, "fe01").run_ps("$x = 40; $x + 2; Write-Error 'told to a person'; exit 5")
    assert (done.status_code, done.std_out) == (5, b"42\r\n")
    assert b"told to a person" in done.std_err and b"CLIXML" not in done.std_err


def test_pywinrm_reads_services_of_the_product(estate: RunningEstate) -> None:
    """A report of the kind that administrators keep: a loop over the services, a line for each that stands still."""
    session(estate, "fe01").run_cmd("net stop RTCCPS")
    done = session(estate, "fe01").run_ps(
        "Import-Module SkypeForBusiness\n"
        "$bad = @()\n"
        "foreach ($s in Get-CsWindowsService -ExcludeActivityLevel) {\n"
        "    if ($s.Status -ne 'Running') { $bad += $s.Name }\n"
        "}\n"
        "if ($bad.Count -gt 0) { \"CRITICAL: $($bad -join ', ')\"; exit 2 }\n"
        "'OK'; exit 0"
    )
    assert (done.status_code, done.std_out) == (2, b"CRITICAL: RTCCPS\r\n")


def test_pypsrp_runs_the_line_of_ansible(estate: RunningEstate) -> None:
    line = "PowerShell -NoProfile -NonInteractive -ExecutionPolicy Unrestricted -EncodedCommand "
    script = "Get-Service WinRM | Select-Object Name, Status | ConvertTo-Json -Compress"
    ended = remote(estate, "fe01", line + encoded(script))
    assert (ended.code, ended.out) == (0, '{"Name":"WinRM","Status":4}\r\n')


def test_line_of_cmd_ends_at_8191_characters(estate: RunningEstate) -> None:
    line = "powershell -NonInteractive -InputFormat None -EncodedCommand "
    fits, too_long = encoded("'" + "x" * 3000 + "'"), encoded("'" + "x" * 3100 + "'")
    assert remote(estate, "old01", line + fits).out == "x" * 3000 + "\r\n"
    assert remote(estate, "old01", line + too_long).code == 1
