"""A host opened with all of its ports, and what stays behind when it is closed."""

from __future__ import annotations

import pytest
import requests
from unit.wsman_fakes import GENERIC_FAILURE, Script, enumerated, envelope, instance, protocol_of
from winrm.exceptions import InvalidCredentialsError

from ansible_collections.ucops.rollout.plugins.plugin_utils.winrm.faults import LogonRefused, WsmanFault
from ansible_collections.ucops.rollout.plugins.plugin_utils.winrm.host import open_windows_host
from ansible_collections.ucops.rollout.plugins.plugin_utils.winrm.pywinrm_session import PywinrmSession

SHELL = "http://schemas.microsoft.com/wbem/wsman/1/windows/shell"
CREATED = envelope(
    f"<x:ResourceCreated><a:ReferenceParameters><w:ResourceURI>{SHELL}/cmd</w:ResourceURI><w:SelectorSet>"
    '<w:Selector Name="ShellId">OURS</w:Selector></w:SelectorSet></a:ReferenceParameters></x:ResourceCreated>'
)
COMMAND = envelope("<rsp:CommandResponse><rsp:CommandId>CMD-1</rsp:CommandId></rsp:CommandResponse>")
RECEIVED = envelope(
    f'<rsp:ReceiveResponse><rsp:CommandState CommandId="CMD-1" State="{SHELL}/CommandState/Done">'
    "<rsp:ExitCode>0</rsp:ExitCode></rsp:CommandState></rsp:ReceiveResponse>"
)
SIGNAL, DELETED = envelope("<rsp:SignalResponse/>"), envelope("")


def opened(*answers: object, shell_id: str | None) -> tuple[Script, object]:
    script = Script(list(answers))
    return script, open_windows_host(PywinrmSession(protocol_of(script), shell_id), name="dc01")


def test_nothing_is_sent_before_something_is_asked() -> None:
    script, host = opened(shell_id=None)
    with host as windows:
        assert windows.name == "dc01"
    assert script.actions == []


def test_all_ports_share_one_session() -> None:
    script, host = opened(enumerated(instance("Win32_X", Name="a")), COMMAND, RECEIVED, shell_id="THEIRS")
    with host as windows:
        assert [one.get("Name") for one in windows.wmi.query("root/cimv2", "SELECT * FROM Win32_X")] == ["a"]
        assert windows.programs.run(["certutil", "-?"]).exit_code == 0
    assert script.actions == ["Enumerate", "Command", "Receive"]
    assert script.requests[1].selectors == {"ShellId": "THEIRS"}  # whoever opened it closes it


def test_a_shell_of_our_own_is_deleted_also_after_an_error() -> None:
    script, host = opened(CREATED, COMMAND, RECEIVED, DELETED, shell_id=None)
    with pytest.raises(ZeroDivisionError), host as windows:
        windows.programs.run(["certutil", "-?"])
        raise ZeroDivisionError
    assert script.actions == ["Create", "Command", "Receive", "Delete"]
    assert script.requests[-1].selectors == {"ShellId": "OURS"}


def test_after_a_refused_logon_no_shell_is_closed_which_would_be_another() -> None:
    """As when the account was locked in the midst of a run."""
    forgotten: list[bool] = []
    script = Script([COMMAND, InvalidCredentialsError("the credentials were rejected")])
    session = PywinrmSession(protocol_of(script), "THEIRS", lambda: forgotten.append(True))
    with pytest.raises(LogonRefused), open_windows_host(session, name="dc01") as windows:
        windows.programs.run(["certutil", "-?"])
    assert (script.actions, forgotten) == (["Command", "Receive"], [True])
    script = Script([CREATED, COMMAND, InvalidCredentialsError("the credentials were rejected")])
    with (
        pytest.raises(LogonRefused),
        open_windows_host(PywinrmSession(protocol_of(script)), name="dc01") as windows,
    ):
        windows.programs.run(["certutil", "-?"])
    assert script.actions == ["Create", "Command", "Receive"]


@pytest.mark.parametrize("failure", [GENERIC_FAILURE, requests.exceptions.ConnectionError("gone")])
def test_a_shell_that_cannot_be_deleted_hides_nothing(failure: object) -> None:
    _script, host = opened(CREATED, COMMAND, RECEIVED, failure, shell_id=None)
    with host as windows:
        assert windows.programs.run(["certutil", "-?"]).exit_code == 0
    _script, host = opened(CREATED, COMMAND, RECEIVED, GENERIC_FAILURE, failure, shell_id=None)
    with pytest.raises(WsmanFault), host as windows:
        windows.programs.run(["certutil", "-?"])
        windows.wmi.query("root/cimv2", "SELECT * FROM Win32_X")
