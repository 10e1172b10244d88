# Copyright: (c) 2026, The ucops.rollout developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The remote shell, driven by pypsrp and by pywinrm as they come."""

from __future__ import annotations

import base64
import threading
import time
import xml.etree.ElementTree as ET
from collections.abc import Iterator
from typing import Any

import pytest
import xmltodict
import yaml
from lab_tests.foreign import pywinrm
from lab_tests.windows import TEMP, connection, description, download, remote, upload
from pypsrp.exceptions import WSManFaultError
from pypsrp.shell import Process, SignalCode, WinRS
from winrm.exceptions import WinRMOperationTimeoutError
from winrm.exceptions import WSManFaultError as PywinrmFault

from lab.client import RunningEstate, start_estate
from lab.winrm.streams import Streams

CTRL_C_EXIT = 0xC000013A
MULTIBYTE = "Zürich, größer, 你好 €" * 200


@pytest.fixture(scope="module")
def estate(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningEstate]:
    place = tmp_path_factory.mktemp("shell")
    content = description()
    content["hosts"] += [
        {"name": "quick01", "address": "10.0.0.21", "winrm": {"shell_idle_ms": 3000}},
        {"name": "few01", "address": "10.0.0.23", "generation": "2012", "winrm": {"processes_per_shell": 2}},
        {"name": "new01", "address": "10.0.0.22", "generation": "2012r2", "winrs": {"exit_codes": "unsigned"}},
    ]
    (place / "estate.yml").write_text(yaml.safe_dump(content), encoding="utf-8")
    with start_estate(place / "estate.yml", place / "run") as running:
        yield running


@pytest.fixture
def shell(estate: RunningEstate) -> Iterator[WinRS]:
    with WinRS(connection(estate, "srv01"), codepage=65001) as opened:
        yield opened


def invoke(shell: WinRS, line: str, *arguments: str, **options: Any) -> Process:
    process = Process(shell, line, list(arguments), **options)
    process.invoke()
    process.signal(SignalCode.TERMINATE)
    return process


# --- shells ----------------------------------------------------------------------------------------------------------


def test_create_answers_as_recorded(estate: RunningEstate) -> None:
    with WinRS(connection(estate, "srv01"), working_directory="C:\\Windows", idle_time_out=60) as shell:
        assert shell.owner == "COMPANY\\rollout"
        assert shell.idle_time_out == "PT60.000S"
        assert shell.shell_run_time == "P0DT0H0M0S"
        assert shell.working_directory == "C:\\Windows"
        assert shell.id == shell.id.upper()
        assert len(shell.id) == 36
        assert invoke(shell, "cd").stdout == b"C:\\Windows\r\n"


def test_idle_time_out_of_the_generation(estate: RunningEstate) -> None:
    found = []
    for host in ("srv01", "new01"):
        with WinRS(connection(estate, host)) as shell:
            found.append(shell.idle_time_out)
    assert found == ["PT180.000S", "PT7200.000S"]


def test_environment_is_set_and_listed(estate: RunningEstate) -> None:
    strange = '_-(){}[]<>*+-/\\?"!@#$^&|;:i,.`~0'
    with WinRS(connection(estate, "srv01"), environment={"one": "1", strange: strange}, no_profile=True) as shell:
        lines = invoke(shell, "cmd.exe", "/c", "set").stdout.decode("utf-8").splitlines()
    assert "one=1" in lines
    assert f"{strange}={strange}" in lines
    assert "USERPROFILE=C:\\Users\\Default" in lines
    assert "COMPUTERNAME=SRV01" in lines


def test_shell_of_somebody_else_does_not_exist(estate: RunningEstate, shell: WinRS) -> None:
    clerk = connection(estate, "srv01", username="COMPANY\\clerk", password="Clerk-2007!")
    with pytest.raises(WSManFaultError) as caught:
        clerk.delete(shell.resource_uri, selector_set=shell._selector_set)
    assert caught.value.code in (5, 2150858843)


def test_sixth_shell_is_refused_on_2008_r2(estate: RunningEstate) -> None:
    shells = [WinRS(connection(estate, "srv01")) for _unused in range(5)]
    try:
        for one in shells:
            one.open()
        protocol = pywinrm(estate.address("srv01"))
        with pytest.raises(PywinrmFault) as caught:
            protocol.open_shell()
        assert caught.value.wmierror_code == 2150859173
        assert "maximum number of 5 concurrent shells" in str(caught.value.reason)
    finally:
        for one in shells:
            one.close()
    with WinRS(connection(estate, "srv01")):
        pass


def test_leaked_shells_count_until_their_idle_time_is_over(estate: RunningEstate) -> None:
    for _unused in range(5):
        WinRS(connection(estate, "quick01")).open()
    with pytest.raises(WSManFaultError):
        WinRS(connection(estate, "quick01")).open()
    time.sleep(3.5)
    with WinRS(connection(estate, "quick01")):
        pass


def test_commands_are_not_given_back_before_the_shell_ends(estate: RunningEstate) -> None:
    with WinRS(connection(estate, "srv01")) as shell:
        for _unused in range(15):
            assert invoke(shell, "ver").rc == 0
        with pytest.raises(WSManFaultError) as caught:
            invoke(shell, "ver")
        assert caught.value.code == 2150859174
    assert remote(estate, "srv01", "ver").code == 0


def test_processes_of_one_shell_are_limited(estate: RunningEstate) -> None:
    with WinRS(connection(estate, "few01")) as shell:
        hanging = [Process(shell, "certreq -new") for _unused in range(3)]
        for process in hanging[:2]:
            process.begin_invoke()
        with pytest.raises(WSManFaultError):
            hanging[2].begin_invoke()
        hanging[0].signal(SignalCode.TERMINATE)
        hanging[2].begin_invoke()


# --- commands and their output ---------------------------------------------------------------------------------------


def test_pywinrm_runs_a_command(estate: RunningEstate) -> None:
    protocol = pywinrm(estate.address("srv01"))
    shell_id = protocol.open_shell(codepage=65001)
    command_id = protocol.run_command(shell_id, "cmd", ["/c", "echo out && echo err>&2 && exit 1"])
    assert protocol.get_command_output(shell_id, command_id) == (b"out \r\n", b"err \r\n", 1)
    protocol.cleanup_command(shell_id, command_id)
    protocol.close_shell(shell_id)


def test_arguments_are_joined_with_blanks_and_not_quoted(shell: WinRS) -> None:
    assert invoke(shell, "echo", "a", "b & echo c").stdout == b"a b \r\nc\r\n"


@pytest.mark.parametrize(("line", "out", "err"), [
    # A value with & breaks out of the line, unless it stands in quotes; % is expanded even there.
    ("echo a&whoami", "a\r\ncompany\\rollout\r\n", ""),
    ('echo "a&whoami"', '"a&whoami"\r\n', ""),
    ('echo "%USERDOMAIN%"', '"COMPANY"\r\n', ""),
    # A quote inside closes the protection again, and what follows runs.
    ('echo "a"b&whoami"', '"a"b\r\ncompany\\rollout\r\n', ""),
    # The pair that /C takes away was the one that held the path together.
    (r'cmd /c "C:\Program Files\none.exe" "x"', "", "'C:\\Program' is not recognized as an internal or external "
     "command,\r\noperable program or batch file.\r\n"),
])  # fmt: skip
def test_wrong_quotes_fail_as_with_cmd(estate: RunningEstate, line: str, out: str, err: str) -> None:
    protocol = pywinrm(estate.address("srv01"))
    shell_id = protocol.open_shell(codepage=65001)
    command_id = protocol.run_command(shell_id, line)
    found = protocol.get_command_output(shell_id, command_id)
    protocol.cleanup_command(shell_id, command_id)
    protocol.close_shell(shell_id)
    assert (found[0].decode(), found[1].decode()) == (out, err)


def receive(shell: WinRS, process: Process) -> list[tuple[str, bytes]]:
    """The streams of one Receive, piece by piece."""
    body = ET.Element("{http://schemas.microsoft.com/wbem/wsman/1/windows/shell}Receive")
    wanted = ET.SubElement(body, "{http://schemas.microsoft.com/wbem/wsman/1/windows/shell}DesiredStream")
    wanted.text, wanted.attrib["CommandId"] = "stdout stderr", str(process.id)
    answer = shell.wsman.receive(shell.resource_uri, body, selector_set=shell._selector_set)
    found = answer.iter("{http://schemas.microsoft.com/wbem/wsman/1/windows/shell}Stream")
    return [(one.get("Name", ""), base64.b64decode(one.text or "")) for one in found if one.get("End") is None]


def test_output_comes_in_pieces_that_split_characters(estate: RunningEstate, shell: WinRS) -> None:
    upload(estate, "srv01", "text", MULTIBYTE)
    process = Process(shell, f"type {TEMP}text")
    process.begin_invoke()
    pieces = [data for name, data in receive(shell, process) if name == "stdout"]
    assert len(pieces) > 1
    assert b"".join(pieces).decode("utf-8") == MULTIBYTE
    process.signal(SignalCode.TERMINATE)


def test_a_piece_ends_inside_a_character(estate: RunningEstate, shell: WinRS) -> None:
    # No piece is longer than 1900 bytes: here it ends in the middle of the umlaut.
    upload(estate, "srv01", "half", "a" * 1899 + "ü")
    process = Process(shell, f"type {TEMP}half")
    process.begin_invoke()
    assert receive(shell, process) == [("stdout", b"a" * 1899 + b"\xc3"), ("stdout", b"\xbc")]
    process.signal(SignalCode.TERMINATE)


def test_what_a_program_writes_first_comes_by_itself_and_the_rest_together(shell: WinRS) -> None:
    # As pypsrp recorded of `dir`, `set` and `echo`.
    process = Process(shell, r'reg query "HKLM\SOFTWARE\Microsoft\Windows NT\CurrentVersion"&echo one')
    process.begin_invoke()
    first, rest, echoed = (data for name, data in receive(shell, process) if name == "stdout")
    process.signal(SignalCode.TERMINATE)
    assert (first, rest.count(b"REG_SZ") > 1, echoed) == (b"\r\n", True, b"one\r\n")


def states(shell: WinRS, line: str) -> list[str]:
    """The state of the command in each answer to Receive, to its end."""
    process = Process(shell, line)
    process.begin_invoke()
    found: list[str] = []
    while found[-1:] != ["Done"]:
        process.poll_invoke()
        found.append(process.state.rpartition("/")[2])
    process.signal(SignalCode.TERMINATE)
    return found


@pytest.mark.parametrize(("line", "expected"), [
    ("echo one&echo two&reg query HKLM\\SOFTWARE&whoami", ["Done"]),
    # The second answer waits a second for the next line.
    ("echo one&ping -n 2 localhost&echo two", ["Running", "Done"]),
])  # fmt: skip
def test_what_is_written_leaves_when_the_program_waits(shell: WinRS, line: str, expected: list[str]) -> None:
    assert states(shell, line) == expected


def test_a_program_that_is_slow_is_not_one_that_waits() -> None:
    streams = Streams()
    streams.write("stdout", b"one")
    slow = threading.Timer(0.3, streams.finish, (0,))
    slow.start()
    assert streams.wait(20)
    assert streams.take(1000) == ([("stdout", b"one")], 0)
    slow.join()


def test_large_output_arrives_whole(estate: RunningEstate, shell: WinRS) -> None:
    text = "".join(f"{number:07}\r\n" for number in range(9000))
    upload(estate, "srv01", "small", text[:900])
    line = " & ".join([f"copy /y {TEMP}small {TEMP}big > nul", *([f"type {TEMP}small >> {TEMP}big"] * 150)])
    assert invoke(shell, line).rc == 0
    assert invoke(shell, f"type {TEMP}big").stdout.decode() == text[:900] * 151


@pytest.mark.parametrize(("host", "shown"), [("srv01", -2147023174), ("new01", 2147944122)])
def test_large_exit_codes(estate: RunningEstate, host: str, shown: int) -> None:
    with WinRS(connection(estate, host)) as shell:
        assert invoke(shell, "exit /b -2147023174").rc == shown


def test_code_page_of_the_shell(estate: RunningEstate) -> None:
    upload(estate, "srv01", "wide", b"\xff\xfe" + "ü€".encode("utf-16-le"))
    with WinRS(connection(estate, "srv01"), codepage=437) as shell:
        assert invoke(shell, f"type {TEMP}wide").stdout == b"\x81?"


def test_silence_is_a_time_out_and_terminate_ends_it(estate: RunningEstate) -> None:
    protocol = pywinrm(estate.address("srv01"), operation_timeout_sec=1, read_timeout_sec=10)
    shell_id = protocol.open_shell()
    command_id = protocol.run_command(shell_id, "certreq", ["-new"])
    with pytest.raises(WinRMOperationTimeoutError):
        protocol.get_command_output_raw(shell_id, command_id)
    protocol.cleanup_command(shell_id, command_id)
    with pytest.raises(PywinrmFault) as caught:
        protocol.get_command_output_raw(shell_id, command_id)
    assert caught.value.wsman_fault_code == 2150858843
    protocol.close_shell(shell_id)


def test_ctrl_c_ends_a_hanging_program(estate: RunningEstate) -> None:
    with WinRS(connection(estate, "srv01", operation_timeout=5)) as shell:
        process = Process(shell, "certreq -new")
        process.begin_invoke()
        process.signal(SignalCode.CTRL_C)
        process.end_invoke()
        assert process.rc is not None
        assert process.rc & 0xFFFFFFFF == CTRL_C_EXIT


def test_fault_texts_are_the_recorded_ones(shell: WinRS) -> None:
    process = Process(shell, "ver", id="87E77BEB-6761-4C48-9D70-A00266B8459A")
    with pytest.raises(WSManFaultError) as caught:
        process.poll_invoke()
    assert caught.value.code == 2150858843
    assert caught.value.reason == (
        "The Windows Remote Shell received a request to perform an operation on a command identifier that does not "
        "exist. Either the command has completed execution or the client specified an invalid command identifier."
    )
    with pytest.raises(WSManFaultError) as caught:
        Process(shell, "ver").poll_invoke()
    assert (caught.value.code, caught.value.provider) == (87, "Shell cmd plugin")
    assert caught.value.provider_fault.strip() == "The parameter is incorrect."


def test_a_finished_command_is_gone(shell: WinRS) -> None:
    process = Process(shell, "ver")
    process.invoke()
    with pytest.raises(WSManFaultError) as caught:
        process.poll_invoke()
    assert caught.value.code == 2150858843
    process.signal(SignalCode.CTRL_C)
    with pytest.raises(WSManFaultError):
        process.signal(SignalCode.CTRL_C)


# --- without cmd.exe -------------------------------------------------------------------------------------------------


def test_without_cmd_a_program_needs_its_full_path(shell: WinRS) -> None:
    with pytest.raises(WSManFaultError) as caught:
        invoke(shell, "hostname.exe", no_shell=True)
    assert caught.value.code == 2147942402
    assert caught.value.provider_fault.strip() == "The system cannot find the file specified."
    assert invoke(shell, r"C:\Windows\System32\hostname.exe", no_shell=True).stdout == b"srv01\r\n"


def test_without_cmd_there_is_no_redirection(shell: WinRS) -> None:
    process = invoke(shell, r"C:\Windows\System32\certutil.exe", "-ping", ">", "f", "%OS%", no_shell=True)
    assert b"Connecting to > ..." in process.stdout


# --- input -----------------------------------------------------------------------------------------------------------


def test_standard_input_arrives_over_several_sends(shell: WinRS) -> None:
    process = Process(shell, 'find "two"')
    process.begin_invoke()
    process.send(b"one\r\ntw", end=False)
    process.send(b"o\r\n", end=True)
    process.end_invoke()
    process.signal(SignalCode.TERMINATE)
    assert (process.rc, process.stdout) == (0, b"two\r\n")


@pytest.mark.parametrize("line", ['findstr "^"', 'find /v ""', "more"])
def test_a_filter_writes_its_input_into_a_file(estate: RunningEstate, line: str) -> None:
    protocol = pywinrm(estate.address("srv01"))
    shell_id = protocol.open_shell()
    command_id = protocol.run_command(
        shell_id, f"{line} > {TEMP}fed.inf && type {TEMP}fed.inf", console_mode_stdin=False
    )
    protocol.send_command_input(shell_id, command_id, b'[NewRequest]\r\n\r\nSubject = "CN=po')
    protocol.send_command_input(shell_id, command_id, b'ol"\r\n', end=True)
    output = protocol.get_command_output(shell_id, command_id)
    protocol.cleanup_command(shell_id, command_id)
    protocol.close_shell(shell_id)
    assert output == (b'[NewRequest]\r\n\r\nSubject = "CN=pool"\r\n', b"", 0)
    assert download(estate, "srv01", "fed.inf") == '[NewRequest]\r\n\r\nSubject = "CN=pool"\r\n'


def test_an_answer_lets_a_prompt_go_on(estate: RunningEstate, shell: WinRS) -> None:
    upload(estate, "srv01", "one", "new")
    upload(estate, "srv01", "two", "old")
    process = Process(shell, f"copy {TEMP}one {TEMP}two")
    process.begin_invoke()
    process.send(b"Yes\r\n", end=False)
    process.end_invoke()
    process.signal(SignalCode.TERMINATE)
    assert process.rc == 0
    assert download(estate, "srv01", "two") == "new"


# --- messages --------------------------------------------------------------------------------------------------------


def test_end_of_output_is_marked(estate: RunningEstate) -> None:
    protocol = pywinrm(estate.address("srv01"))
    shell_id = protocol.open_shell()
    command_id = protocol.run_command(shell_id, "ver")
    header = protocol.build_wsman_header(
        "http://schemas.microsoft.com/wbem/wsman/1/windows/shell/Receive",
        "http://schemas.microsoft.com/wbem/wsman/1/windows/shell/cmd", shell_id,
    )  # fmt: skip
    header["env:Body"] = {"rsp:Receive": {"rsp:DesiredStream": {"@CommandId": command_id, "#text": "stdout stderr"}}}
    answer = protocol.send_message(xmltodict.unparse({"env:Envelope": header})).decode()
    root = ET.fromstring(answer)
    names = [node for node in root.iter() if node.tag.endswith("}Stream") and node.get("End") == "true"]
    assert [node.get("Name") for node in names] == ["stdout", "stderr"]
    state = next(node for node in root.iter() if node.tag.endswith("CommandState"))
    assert state.get("State") == "http://schemas.microsoft.com/wbem/wsman/1/windows/shell/CommandState/Done"
    protocol.close_shell(shell_id)


def test_who_is_no_administrator_gets_no_shell(estate: RunningEstate) -> None:
    with pytest.raises(WSManFaultError):
        remote(estate, "srv01", "ver", username="COMPANY\\clerk", password="Clerk-2007!")
