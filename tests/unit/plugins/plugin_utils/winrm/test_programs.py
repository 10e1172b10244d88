from __future__ import annotations

import base64
from collections.abc import Callable

import pytest
import requests
from unit.wsman_fakes import TIMED_OUT, Request, client_of, envelope, fault, wsman_fault

from ansible_collections.ucops.rollout.plugins.plugin_utils.winrm.faults import ConnectionLost, WsmanFault
from ansible_collections.ucops.rollout.plugins.plugin_utils.winrm.programs import ProgramTimeout, WinrsPrograms
from ansible_collections.ucops.rollout.plugins.plugin_utils.winrm.soap import GarbledAnswer

SHELL = "http://schemas.microsoft.com/wbem/wsman/1/windows/shell"
COMMAND = envelope("<rsp:CommandResponse><rsp:CommandId>CMD-1</rsp:CommandId></rsp:CommandResponse>")
SIGNAL = envelope("<rsp:SignalResponse/>")
DELETED = envelope("")
SHELL_GONE = wsman_fault(2150858843, subcode="w:InvalidSelectors")
TOO_MANY_OPERATIONS = wsman_fault(2150859174)


def created(shell_id: str) -> str:
    return envelope(
        "<x:ResourceCreated><a:Address>http://h:5985/wsman</a:Address><a:ReferenceParameters>"
        f'<w:ResourceURI>{SHELL}/cmd</w:ResourceURI><w:SelectorSet><w:Selector Name="ShellId">{shell_id}</w:Selector>'
        f"</w:SelectorSet></a:ReferenceParameters></x:ResourceCreated><rsp:Shell><rsp:ShellId>{shell_id}</rsp:ShellId>"
        "</rsp:Shell>"
    )


def received(*pieces: tuple[str, bytes], exit_code: str | None = None) -> str:
    streams = "".join(
        f'<rsp:Stream Name="{name}" CommandId="CMD-1">{base64.b64encode(piece).decode()}</rsp:Stream>'
        for name, piece in pieces
    )
    if exit_code is None:
        state = f'<rsp:CommandState CommandId="CMD-1" State="{SHELL}/CommandState/Running"/>'
    else:
        state = (
            '<rsp:Stream Name="stdout" CommandId="CMD-1" End="true"></rsp:Stream>'
            '<rsp:Stream Name="stderr" CommandId="CMD-1" End="true"></rsp:Stream>'
            f'<rsp:CommandState CommandId="CMD-1" State="{SHELL}/CommandState/Done">'
            f"<rsp:ExitCode>{exit_code}</rsp:ExitCode></rsp:CommandState>"
        )
    return envelope(f"<rsp:ReceiveResponse>{streams}{state}</rsp:ReceiveResponse>")


class Clock:
    """Time that passes by a step at each look."""

    def __init__(self, step: float = 0.0) -> None:
        self.now, self.step = 0.0, step

    def __call__(self) -> float:
        self.now += self.step
        return self.now


def programs_of(
    *answers: object,
    shell_id: str | None = "SHELL-A",
    clock: Callable[[], float] | None = None,
    forget: Callable[[], None] = lambda: None,
):
    client, script = client_of(*answers)
    return WinrsPrograms(client, shell_id=shell_id, clock=clock or Clock(), forget=forget), script


def test_a_program_in_the_open_shell_takes_two_messages_and_a_third_before_the_next_one() -> None:
    programs, script = programs_of(
        COMMAND, received(("stdout", b"ok"), exit_code="0"), SIGNAL, COMMAND, received(exit_code="0")
    )
    result = programs.run(["certutil", "-ping", r"ca01\Company CA"])
    assert (result.exit_code, result.stdout, result.stderr) == (0, b"ok", b"")
    assert result.command_line == r'certutil -ping "ca01\Company CA"'
    assert script.actions == ["Command", "Receive"]
    programs.run(["ipconfig"])
    assert script.actions == ["Command", "Receive", "Signal", "Command", "Receive"]
    assert all(request.selectors == {"ShellId": "SHELL-A"} for request in script.requests)
    assert script.requests[0].text_of("Command") == r'certutil -ping "ca01\Company CA"'
    assert script.requests[0].options == {"WINRS_CONSOLEMODE_STDIN": "TRUE", "WINRS_SKIP_CMD_SHELL": "FALSE"}
    assert script.requests[2].text_of("Code") == f"{SHELL}/signal/terminate"
    assert script.requests[2].one("Signal").get("CommandId") == "CMD-1"
    programs.close()  # Ansible's own shell is Ansible's to close, which frees the last command as well
    assert len(script.requests) == 5


def test_several_programs_take_two_messages(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("secrets.token_hex", lambda _size: "00aa00bb00cc00dd")
    printed = b"one\r\n00aa00bb00cc00dd-0 0\r\nno00aa00bb00cc00dd-1 -2147024891\r\n"
    programs, script = programs_of(COMMAND, received(("stdout", printed), exit_code="0"))
    first, second = programs.run_all([["certutil", "-view", "a b"], ["certutil", "-x"]])
    assert (first.command_line, first.exit_code, first.stdout) == ('certutil -view "a b"', 0, b"one\r\n")
    assert (second.command_line, second.exit_code, second.stdout) == ("certutil -x", 0x80070005, b"no")
    assert script.actions == ["Command", "Receive"]


def test_without_a_shell_one_is_opened_and_deleted() -> None:
    programs, script = programs_of(
        created("SHELL-B"), COMMAND, received(exit_code="0"), SIGNAL, COMMAND, received(exit_code="0"), DELETED,
        shell_id=None,
    )  # fmt: skip
    programs.run(["ipconfig"])
    programs.run(["ipconfig"])
    programs.close()
    programs.close()
    assert script.actions == ["Create", "Command", "Receive", "Signal", "Command", "Receive", "Delete"]
    assert script.requests[0].options == {"WINRS_NOPROFILE": "FALSE", "WINRS_CODEPAGE": "65001"}
    assert script.requests[-1].selectors == {"ShellId": "SHELL-B"}


def test_shell_of_winrm_1_has_an_id_of_its_own_form() -> None:
    answer = created("uuid:739990FF-0000").partition("<rsp:Shell>")[0] + "</s:Body></s:Envelope>"
    programs, script = programs_of(answer, COMMAND, received(exit_code="0"), shell_id=None)
    programs.run(["ipconfig"])
    assert script.requests[1].selectors == {"ShellId": "uuid:739990FF-0000"}


def test_output_comes_in_pieces_cut_inside_a_character() -> None:
    programs, script = programs_of(
        COMMAND,
        received(("stdout", b"C:\\W"), ("stdout", b"indows gr\xc3")),
        received(("stdout", b"\xbc\xc3\x9f"), ("stderr", b"!")),
        received(("stdout", b"e\r\n"), exit_code="1"),
    )
    result = programs.run(["cmd.exe"])
    assert result.stdout.decode() == "C:\\Windows grüße\r\n"
    assert (result.stderr, result.exit_code) == (b"!", 1)
    assert script.actions == ["Command", "Receive", "Receive", "Receive"]


@pytest.mark.parametrize(
    ("text", "code"), [("0", 0), ("-2147023174", 0x800706BA), ("2147944122", 0x800706BA), ("9009", 9009)]
)
def test_exit_codes_are_unsigned(text: str, code: int) -> None:
    programs, _script = programs_of(COMMAND, received(exit_code=text))
    assert programs.run(["certreq"]).exit_code == code


SENT = envelope("<rsp:SendResponse/>")
FILTER = 'findstr "^" > x'


def sent(request: Request) -> tuple[bytes, str | None]:
    stream = request.one("Stream")
    assert (stream.get("Name"), stream.get("CommandId")) == ("stdin", "CMD-1")
    return base64.b64decode(stream.text), stream.get("End")


def test_input_is_sent_before_output_is_asked_for() -> None:
    programs, script = programs_of(COMMAND, SENT, received(("stdout", b"ok"), exit_code="0"))
    assert programs.run_line(FILTER, stdin=b"a\r\nb\r\n").stdout == b"ok"
    assert script.actions == ["Command", "Send", "Receive"]
    assert script.requests[0].options == {"WINRS_CONSOLEMODE_STDIN": "FALSE", "WINRS_SKIP_CMD_SHELL": "FALSE"}
    assert sent(script.requests[1]) == (b"a\r\nb\r\n", "true")


def test_long_input_goes_in_pieces_and_the_last_ends_it() -> None:
    programs, script = programs_of(COMMAND, SENT, SENT, SENT, received(exit_code="0"))
    programs.run_line(FILTER, stdin=b"x" * 32768 + b"y" * 32768 + b"z")
    assert [sent(request) for request in script.requests[1:4]] == [
        (b"x" * 32768, None), (b"y" * 32768, None), (b"z", "true"),
    ]  # fmt: skip


def test_a_program_that_takes_no_input_says_why() -> None:
    programs, script = programs_of(COMMAND, SHELL_GONE, received(("stderr", b"Access is denied.\r\n"), exit_code="1"))
    result = programs.run_line(FILTER, stdin=b"x" * 40000)
    assert (result.exit_code, result.stderr) == (1, b"Access is denied.\r\n")
    assert script.actions == ["Command", "Send", "Receive"]


def test_input_that_is_refused_for_nothing_is_the_fault_itself() -> None:
    """The program still waits for input: it is ended after ten seconds, not after the minute that it may take."""
    programs, script = programs_of(COMMAND, SHELL_GONE, TIMED_OUT, TIMED_OUT, TIMED_OUT, SIGNAL, clock=Clock(3))
    with pytest.raises(WsmanFault, match="sending input"):
        programs.run_line(FILTER, stdin=b"x")
    assert script.actions == ["Command", "Send", "Receive", "Receive", "Receive", "Signal"]


def test_input_whose_answer_was_late_is_not_sent_again() -> None:
    programs, script = programs_of(COMMAND, TIMED_OUT, received(exit_code="0"))
    assert programs.run_line(FILTER, stdin=b"x").exit_code == 0
    assert script.actions == ["Command", "Send", "Receive"]


def test_silence_is_waited_through() -> None:
    programs, script = programs_of(COMMAND, TIMED_OUT, TIMED_OUT, received(exit_code="0"), clock=Clock(1))
    assert programs.run(["certreq"]).exit_code == 0
    assert script.actions.count("Receive") == 3


def test_program_that_prompts_is_ended_at_the_deadline() -> None:
    programs, script = programs_of(
        COMMAND, received(("stdout", b"Overwrite? ")), TIMED_OUT, TIMED_OUT, SIGNAL, clock=Clock(10)
    )
    with pytest.raises(ProgramTimeout, match="30 seconds and was ended: certreq -submit x") as caught:
        programs.run(["certreq", "-submit", "x"], timeout=30)
    assert script.actions[-1] == "Signal"
    assert caught.value.stdout == b"Overwrite? "
    assert "Overwrite?" in str(caught.value) and "by hand" in str(caught.value)


def test_receive_asks_for_no_more_than_the_time_left() -> None:
    programs, script = programs_of(COMMAND, TIMED_OUT, TIMED_OUT, received(exit_code="0"), clock=Clock(15))
    programs.run(["certreq"], timeout=50)
    waited = [request.text_of("OperationTimeout") for request in script.requests if request.action == "Receive"]
    assert waited == ["PT20S", "PT20S", "PT6S"]


@pytest.mark.parametrize("refusal", [SHELL_GONE, TOO_MANY_OPERATIONS], ids=["shell gone", "operations used up"])
def test_refused_command_has_not_run_and_gets_a_fresh_shell(refusal: str) -> None:
    """Ansible's shell is deleted, since what it used up counts for the account, and Ansible forgets it."""
    forgotten: list[bool] = []
    programs, script = programs_of(
        refusal, DELETED, created("SHELL-B"), COMMAND, received(exit_code="0"), DELETED,
        forget=lambda: forgotten.append(True),
    )  # fmt: skip
    programs.run(["ipconfig"])
    programs.close()
    assert script.actions == ["Command", "Delete", "Create", "Command", "Receive", "Delete"]
    deleted = [request.selectors["ShellId"] for request in script.requests if request.action == "Delete"]
    assert (deleted[1:], forgotten) == (["SHELL-B"], [True])


def test_own_shell_that_is_used_up_is_replaced() -> None:
    done = [COMMAND, received(exit_code="0")]
    programs, script = programs_of(
        created("SHELL-B"),
        *done,
        SIGNAL,
        TOO_MANY_OPERATIONS,
        DELETED,
        created("SHELL-C"),
        *done,
        DELETED,
        shell_id=None,
    )
    programs.run(["ipconfig"])
    programs.run(["ipconfig"])
    programs.close()
    deleted = [request.selectors["ShellId"] for request in script.requests if request.action == "Delete"]
    assert deleted == ["SHELL-B", "SHELL-C"]
    assert script.answers == []


def test_own_shell_that_is_gone_is_replaced() -> None:
    done = [COMMAND, received(exit_code="0")]
    programs, script = programs_of(
        created("SHELL-B"), *done, SHELL_GONE, SHELL_GONE, SHELL_GONE, created("SHELL-C"), *done, shell_id=None
    )
    programs.run(["ipconfig"])
    programs.run(["ipconfig"])
    assert script.answers == []


def test_refused_again_is_an_error_that_explains() -> None:
    programs, _script = programs_of(TOO_MANY_OPERATIONS, DELETED, created("SHELL-B"), TOO_MANY_OPERATIONS)
    with pytest.raises(WsmanFault, match="too many operations"):
        programs.run(["ipconfig"])


def test_shell_quota_is_explained() -> None:
    quota = fault(
        '<p:MSFT_WmiError xmlns:p="http://schemas.dmtf.org/wbem/wscim/1/cim-schema/2/MSFT_WmiError">'
        "<p:error_Code>2150859173</p:error_Code></p:MSFT_WmiError>",
        subcode="w:QuotaLimit",
    )
    programs, _script = programs_of(quota, shell_id=None)
    with pytest.raises(WsmanFault, match="2008 R2 allows five"):
        programs.run(["ipconfig"])


def test_lost_connection_at_start_is_not_repeated() -> None:
    programs, script = programs_of(requests.exceptions.ConnectionError("reset"))
    with pytest.raises(ConnectionLost):
        programs.run(["certreq", "-submit"])
    assert script.actions == ["Command"]


def test_command_is_freed_after_trouble_and_freeing_hides_nothing() -> None:
    programs, script = programs_of(COMMAND, requests.exceptions.ReadTimeout("slow"), SHELL_GONE)
    with pytest.raises(ConnectionLost):
        programs.run(["certreq"])
    assert script.actions == ["Command", "Receive", "Signal"]


def test_failed_freeing_of_a_command_hides_nothing_of_the_next() -> None:
    done = [COMMAND, received(exit_code="0")]
    programs, script = programs_of(*done, SHELL_GONE, *done)
    assert [programs.run(["certreq"]).exit_code, programs.run(["certreq"]).exit_code] == [0, 0]
    assert script.answers == []


def bad_base64(request: Request) -> str:
    return received(("stdout", b"abc")).replace("YWJj", "Y*Jj")


@pytest.mark.parametrize(
    "answers",
    [
        [envelope("<rsp:CommandResponse/>")],
        [COMMAND, bad_base64, SIGNAL],
        [COMMAND, received(exit_code=""), SIGNAL],
        [COMMAND, received(exit_code="many"), SIGNAL],
        [COMMAND, envelope(""), SIGNAL],
    ],
)
def test_garbled(answers: list[object]) -> None:
    programs, _script = programs_of(*answers)
    with pytest.raises(GarbledAnswer):
        programs.run(["certreq"])
