"""PowerShell over WinRS: how it is started, what of its answer counts, and what people are told."""

from __future__ import annotations

import base64
import json

import pytest
from unit.plugins.plugin_utils.winrm.test_programs import COMMAND, DELETED, SIGNAL, Clock, created, received
from unit.wsman_fakes import client_of

from ansible_collections.ucops.rollout.plugins.module_utils.errors import RolloutError
from ansible_collections.ucops.rollout.plugins.plugin_utils.winrm.powershell import (
    WinrsPowerShell,
    answer_of,
    clixml_text,
    launched,
)
from ansible_collections.ucops.rollout.plugins.plugin_utils.winrm.powershell_port import Script
from ansible_collections.ucops.rollout.plugins.plugin_utils.winrm.programs import ProgramTimeout, WinrsPrograms
from ansible_collections.ucops.rollout.plugins.plugin_utils.winrm.programs_port import ProgramResult
from ansible_collections.ucops.rollout.plugins.plugin_utils.winrm.quoting import CannotQuote

SCRIPT = Script("reading of it", "$r.a='b'", look="look there", otherwise="read it by hand")


def frame(answer: object) -> bytes:
    return b"UCR-BEGIN<" + base64.b64encode(json.dumps(answer).encode()) + b">UCR-END\r\n"


def result(stdout: bytes, stderr: bytes = b"", code: int = 0) -> ProgramResult:
    return ProgramResult("powershell", code, stdout, stderr)


def refusal(stdout: bytes, stderr: bytes = b"", code: int = 0) -> str:
    with pytest.raises(RolloutError) as refused:
        answer_of(SCRIPT, result(stdout, stderr, code), where="fe01")
    return str(refused.value)


def powershell(*answers: object, clock: Clock | None = None):
    client, wire = client_of(*answers)
    return (
        WinrsPowerShell(
            lambda values: WinrsPrograms(client, environment=values, clock=clock or Clock()),
            name="fe01",
        ),
        wire,
    )


def test_an_answer_that_is_nested_beyond_measure_is_not_whole() -> None:
    deep = b"UCR-BEGIN<" + base64.b64encode(b"[" * 200_000) + b">UCR-END\r\n"
    assert "its answer was cut off" in refusal(deep)


def test_one_process_in_a_shell_of_its_own_that_has_the_values() -> None:
    shell, wire = powershell(
        created("OWN"),
        COMMAND,
        received(("stdout", b"chatter\r\n" + frame({"a": "b"})), exit_code="0"),
        DELETED,
    )
    assert shell.run(SCRIPT, {"THUMBPRINT": "AB12"}, timeout=60) == {"a": "b"}
    assert wire.actions == ["Create", "Command", "Receive", "Delete"]
    assert [(one.get("Name"), one.text) for one in wire.requests[0].all("Variable")] == [("UCR_THUMBPRINT", "AB12")]
    line = wire.requests[1].text_of("Command")
    program = "%SystemRoot%\\System32\\WindowsPowerShell\\v1.0\\powershell.exe"
    assert line.startswith(
        f"if exist {program} ({program} -NoProfile -NonInteractive -InputFormat None -ExecutionPolicy Bypass"
        " -EncodedCommand "
    )
    text = base64.b64decode(line.split("-EncodedCommand ")[1].split(")")[0]).decode("utf-16-le")
    assert "\n$r.a='b'\n" in text
    assert "AB12" not in line + text


def test_one_that_never_ends_is_ended_and_named_by_its_purpose() -> None:
    shell, wire = powershell(created("OWN"), COMMAND, received(), SIGNAL, DELETED, clock=Clock(step=4.0))
    with pytest.raises(ProgramTimeout) as late:
        shell.run(SCRIPT, {}, timeout=5)
    assert "did not end within 5 seconds and was ended: PowerShell (reading of it)" in str(late.value)
    assert wire.actions[-2:] == ["Signal", "Delete"]


def test_of_one_that_is_ended_within_its_answer_nothing_of_the_answer_is_told() -> None:
    begun = b"Bitte warten\r\n" + frame({"pfx": "KEY" * 200})[:-9]
    shell, _wire = powershell(
        created("OWN"), COMMAND, received(("stdout", begun)), SIGNAL, DELETED, clock=Clock(step=4.0)
    )
    with pytest.raises(ProgramTimeout) as late:
        shell.run(SCRIPT, {}, timeout=5)
    assert late.value.what == (
        "the program did not end within 5 seconds and was ended: PowerShell (reading of it) (it had said: Bitte warten)"
    )
    assert late.value.stdout == b"Bitte warten\r\n"


@pytest.mark.parametrize(
    ("name", "value", "told"),
    [
        ("PFXA", "MIIJ\nabc", "PowerShell, PFXA: the value cannot be given to a script: character 5 of 8 is a control"
         " character"),
        ("PASSWORD", "Geheim\u00df", "PowerShell, PASSWORD: the value cannot be given to a script: character 7 of 7 is"
         " one beyond ASCII"),
        ("PFXA", "x" * 4001, "PowerShell, PFXA: the value cannot be given to a script: it has 4001 characters, and 4000"
         " is the most"),
        ("a", "Geheim", "PowerShell, a: a value of this name cannot be given to a script"),
        ("A B\x1b", "Geheim", "PowerShell, A B: a value of this name cannot be given to a script"),
    ],
)  # fmt: skip
def test_values_are_printable_ascii_under_a_name_in_capitals_and_never_told(name: str, value: str, told: str) -> None:
    shell, wire = powershell()
    with pytest.raises(RolloutError) as refused:
        shell.run(SCRIPT, {name: value}, timeout=5)
    assert (str(refused.value), wire.actions) == (told, [])


def test_a_script_that_cmd_would_cut_is_refused() -> None:
    with pytest.raises(CannotQuote):
        launched(Script("too much", "$r.a='" + "x" * 3000 + "'", look="", otherwise=""))


def test_an_answer_may_be_broken_into_lines() -> None:
    whole = frame({"a": ["ü"]})
    assert answer_of(SCRIPT, result(whole[:20] + b"\r\n" + whole[20:]), where="fe01") == {"a": ["ü"]}


def test_without_its_end_it_is_a_failure_and_never_nothing() -> None:
    told = refusal(frame({"a": "b"})[:-6])
    assert "reading of it: PowerShell ended with exit code 0, and its answer was cut off" in told
    assert "it gave no answer; it said: nothing" in refusal(b"")
    assert "it gave no answer" in refusal(b"UCR-BEGIN<e30=", code=1).replace(
        "its answer was cut off", "it gave no answer"
    )


@pytest.mark.parametrize("answer", [b"UCR-BEGIN<?>UCR-END", b"UCR-BEGIN<e3>UCR-END", frame(["a list"])])
def test_what_is_no_mapping_in_base64_is_a_failure(answer: bytes) -> None:
    assert "it gave no answer" in refusal(answer).replace("its answer was cut off", "it gave no answer")


def test_no_powershell_at_all() -> None:
    told = refusal(b"UCR-NO-POWERSHELL\r\n")
    assert "there is no Windows PowerShell, so no reading of it" in told
    assert told.endswith("has to be on the server; or read it by hand")


def test_a_constrained_language() -> None:
    told = refusal(b"UCR-MODE<ConstrainedLanguage>\r\n", code=3)
    assert "PowerShell runs in ConstrainedLanguage mode here" in told
    assert "AppLocker" in told and told.endswith("that it leaves free, or read it by hand")


def test_a_script_that_failed_as_a_whole() -> None:
    told = refusal(frame({"failed": {"id": "X,Y", "type": "T", "text": "kein\u202e Weg"}}))
    assert "PowerShell failed: kein Weg (X,Y)" in told.replace("kein  Weg", "kein Weg")
    assert told.endswith("Run again. If it stays so, look there")


def test_what_it_wrote_to_standard_error_is_told_in_clixml_text() -> None:
    clixml = (
        b'#< CLIXML\r\n<Objs Version="1.1.0.1"><Obj S="progress"><TN><T>Bereit</T></TN></Obj>'
        b'<S S="Error">Datei &lt;x&gt;_x000D__x000A_</S><S S="Error">fehlt &amp;amp; weg.</S></Objs>'
    )
    assert clixml_text(clixml) == "Datei <x> fehlt &amp; weg."
    assert "it said: Datei <x> fehlt" in refusal(b"", clixml, code=1)
    assert clixml_text(b"plain \x1b[31mwords") == "plain [31mwords"
