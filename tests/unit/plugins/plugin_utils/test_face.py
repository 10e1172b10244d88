from __future__ import annotations

import json
import os
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from ansible.errors import AnsibleConnectionFailure, AnsibleError
from ansible.parsing.dataloader import DataLoader
from ansible.template import Templar
from unit.wsman_fakes import Script, enumerated, instance, protocol_of
from winrm.transport import Transport

from ansible_collections.ucops.rollout.plugins.module_utils.errors import RolloutError
from ansible_collections.ucops.rollout.plugins.module_utils.proof.module import COMMON
from ansible_collections.ucops.rollout.plugins.module_utils.proof.result import ProofResult
from ansible_collections.ucops.rollout.plugins.module_utils.proof.side_by_side import Silence
from ansible_collections.ucops.rollout.plugins.plugin_utils import face
from ansible_collections.ucops.rollout.plugins.plugin_utils.face import (
    ControllerModule,
    ManyHostsAction,
    PureAction,
    WindowsAction,
)
from ansible_collections.ucops.rollout.plugins.plugin_utils.winrm import connections
from ansible_collections.ucops.rollout.plugins.plugin_utils.winrm.faults import (
    ConnectionLost,
    HostUnreachable,
    LogonRefused,
)
from ansible_collections.ucops.rollout.plugins.plugin_utils.winrm.first_contact import Account
from ansible_collections.ucops.rollout.plugins.plugin_utils.winrm.gate import Gate

IN_A_LAB = {"ucops_anybody_may_read_the_passwords": "yes"}
REJECTED = "ntlm: the specified credentials were rejected by the server"


class FakeConnection:
    """What the face uses of Ansible's winrm connection."""

    transport = "winrm"
    _shell = SimpleNamespace(tmpdir=None)

    def __init__(self, failure: Exception | None = None, *answers: Any, transports: Any = ("ntlm",)) -> None:
        self.failure = failure
        self.script = Script(list(answers))
        self.options: dict[str, Any] = {
            "transport": list(transports), "remote_addr": "10.0.0.5", "port": 5985, "remote_user": "C\\u",
            "remote_password": "p", "scheme": None, "kerberos_mode": None, "_extras": {},
        }  # fmt: skip
        self.logons = 0
        self.shell_id: str | None = None
        self.protocol: Any = None

    def close(self) -> None:
        """Nothing is open."""

    def get_option(self, name: str) -> Any:
        return self.options[name]

    def set_option(self, name: str, value: Any) -> None:
        self.options[name] = value

    def _connect(self) -> None:
        for _transport in self.options["transport"]:
            self.logons += 1
        if self.failure is not None:
            raise self.failure
        self.protocol, self.shell_id = protocol_of(self.script), "ANSIBLES-SHELL"


def run(
    action_class: Any,
    connection: Any = None,
    *,
    check_mode: bool = False,
    variables: dict[str, Any] | None = None,
    delegate_to: str | None = None,
    **arguments: Any,
) -> dict[str, Any]:
    task = SimpleNamespace(
        args=arguments,
        check_mode=check_mode,
        async_val=0,
        action="ucops.rollout.x",
        delegate_to=delegate_to,
        diff=False,
    )
    action = action_class(task, connection or FakeConnection(), SimpleNamespace(), None, None, None)
    return action.run(task_vars={"inventory_hostname": "dc01", **(variables or {})})


@pytest.fixture(autouse=True)
def _a_process_of_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    """As each task has for each host."""
    gate = Gate()
    monkeypatch.setattr(face, "_gate", lambda: gate)


class Reader(WindowsAction):
    argument_spec = {"name": {"type": "str", "required": True}, "count": {"type": "int", "default": 1}}

    def work(self, host: Any, arguments: dict[str, Any], check_mode: bool) -> dict[str, Any]:
        found = host.wmi.query("root/cimv2", "SELECT * FROM Win32_X")
        return {"changed": False, "found": len(found), "arguments": arguments, "check": check_mode, "host": host.name}


def failing(error: Exception) -> type[WindowsAction]:
    class Failing(WindowsAction):
        def work(self, host: Any, arguments: dict[str, Any], check_mode: bool) -> dict[str, Any]:
            raise error

    return Failing


def test_work_gets_a_host_and_its_result_is_the_tasks() -> None:
    connection = FakeConnection(None, enumerated(instance("Win32_X", Name="a")))
    result = run(Reader, connection, name="x", count="3", check_mode=True)
    assert result == {
        "changed": False, "found": 1, "arguments": {"name": "x", "count": 3}, "check": True, "host": "dc01",
    }  # fmt: skip
    assert connection.logons == 1
    assert connection.script.actions == ["Enumerate"]


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ({}, "missing required arguments: name"),
        ({"name": "x", "nam": "y"}, "arguments of ucops.rollout.x: unsupported argument 'nam', did you mean 'name'?"),
        ({"name": "x", "count": "many"}, "argument 'count' is text, not a whole number"),
    ],
)
def test_bad_arguments_cost_no_logon(arguments: dict[str, Any], words: str) -> None:
    connection = FakeConnection()
    result = run(Reader, connection, **arguments)
    assert result["failed"] and words in result["msg"]
    assert connection.logons == 0


def test_wrong_password_is_one_logon_and_an_unreachable_host() -> None:
    connection = FakeConnection(AnsibleConnectionFailure(REJECTED))
    result = run(Reader, connection, name="x")
    assert connection.logons == 1
    assert result["unreachable"] is True and "failed" not in result
    assert result["logon_refused"] is True
    assert result["msg"] == (
        "dc01 (10.0.0.5:5985): cannot log on over WinRM as 'C\\u' with transport ntlm: the credentials were rejected"
        " by the host. Check ansible_user (DOMAIN\\user for ntlm and credssp, or HOST\\user for an account of the host"
        " itself; user@DOMAIN in capitals for kerberos) and ansible_password, and whether the account is locked, before"
        " the next run. Exactly one logon was tried: domains lock an account after a few that are refused"
    )


@pytest.mark.parametrize(
    ("transport", "failure"),
    [
        ("ntlm", REJECTED),
        ("basic", REJECTED.replace("ntlm", "basic")),
        ("credssp", "credssp: Received error status from the server: (3221225581) STATUS_LOGON_FAILURE 0xc000006d"),
        (
            "kerberos",
            "Kerberos auth failure for principal u@X: kinit: Password incorrect while getting initial credentials",
        ),
    ],
)
def test_wrong_password_is_one_logon_with_every_transport(transport: str, failure: str) -> None:
    connection = FakeConnection(AnsibleConnectionFailure(failure), transports=(transport, "ntlm"))
    connection.options["remote_user"] = "u@X"
    result = run(Reader, connection, variables=IN_A_LAB, name="x")
    assert (connection.logons, result["unreachable"], result["logon_refused"]) == (1, True, True)
    assert "domains lock an account after a few" in result["msg"]


def test_an_option_that_ansible_cannot_use_is_told_without_a_traceback() -> None:
    """As of ansible_winrm_kinit_args with one quotation mark."""
    result = run(Reader, FakeConnection(ValueError("No closing quotation")), name="x")
    assert (result["unreachable"], result["logon_refused"]) == (True, False)
    assert "with transport ntlm: No closing quotation. Check" in result["msg"]


def test_the_items_of_a_loop_and_a_task_that_is_tried_again_log_on_once_with_a_wrong_password() -> None:
    connection = FakeConnection(AnsibleConnectionFailure(REJECTED))
    first, again = (run(Reader, connection, name="x") for _item in range(2))
    assert connection.logons == 1 and again == first and again["logon_refused"] is True
    elsewhere = run(Reader, connection, variables={"inventory_hostname": "ca01"}, name="x")
    assert connection.logons == 1 and (elsewhere["unreachable"], elsewhere["logon_refused"]) == (True, False)
    assert "ca01: not logged on to: dc01 refused the account" in elsewhere["msg"]


def test_a_logon_that_is_refused_in_the_midst_is_not_tried_by_the_next_item() -> None:
    connection = FakeConnection()
    first, again = (run(failing(LogonRefused("locked", where="dc01")), connection) for _item in range(2))
    assert (connection.logons, again) == (1, first) and first["logon_refused"] is True


def test_a_later_task_of_the_run_heeds_a_refusal_and_waits_for_no_dead_host(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    connection = FakeConnection(AnsibleConnectionFailure(REJECTED))

    def task(host: str, look: Any) -> dict[str, Any]:
        gate = Gate(str(tmp_path))
        monkeypatch.setattr(face, "_gate", lambda: gate)
        monkeypatch.setattr(face, "see_listener", look)
        return run(Reader, connection, variables={"inventory_hostname": host}, name="x")

    def dead(attempt: Any) -> None:
        raise attempt.failure("Connection refused")

    assert "nothing listens there" in task("ca01", dead)["msg"] and connection.logons == 0
    assert task("dc01", lambda attempt: None)["logon_refused"] is True
    again, elsewhere = (task(host, dead) for host in ("dc01", "ca01"))
    assert (connection.logons, again["logon_refused"], elsewhere["logon_refused"]) == (1, True, False)
    assert [one["unreachable"] for one in (again, elsewhere)] == [True, True]
    assert [one["msg"].partition(" the account")[0] for one in (again, elsewhere)] == [
        "dc01: not logged on to: dc01 refused", "ca01: not logged on to: dc01 refused",
    ]  # fmt: skip


@pytest.mark.parametrize("missing", ["remote_user", "remote_password"])
def test_without_user_or_password_no_logon_is_made(missing: str) -> None:
    connection = FakeConnection()
    connection.options[missing] = ""
    result = run(Reader, connection, name="x")
    assert (connection.logons, result["unreachable"], result["logon_refused"]) == (0, True, False)
    assert f"no {missing.partition('_')[2]} is given" in result["msg"]


@pytest.mark.parametrize(
    ("options", "told"),
    [
        ({"transport": None}, "transport plaintext: the host refuses messages that anybody can read"),
        ({"transport": [None], "scheme": "https"}, "transport ssl: what answers there is not WinRM (HTTP 500)"),
        ({"transport": None, "remote_user": "u@X"}, "transport kerberos: what answers there is not WinRM"),
        ({"_extras": {"ansible_winrm_message_encryption": "never"}}, "transport ntlm: the host refuses messages"),
    ],
)
def test_encryption_that_is_off(options: dict[str, Any], told: str) -> None:
    connection = FakeConnection(AnsibleConnectionFailure("x: Bad HTTP response returned from server. Code 500"))
    connection.options.update(options)
    connection._connect = failing_with(connection.failure)  # type: ignore[method-assign]
    assert told in run(Reader, connection, variables=IN_A_LAB, name="x")["msg"]


@pytest.mark.parametrize(
    ("options", "transport", "readable", "mended"),
    [
        ({"transport": None}, "plaintext", ", the password too", "ntlm"),
        ({"transport": ["basic"]}, "basic", ", the password too", "ntlm"),
        ({"transport": ["ssl"], "scheme": "http"}, "ssl", ", the password too", "ntlm"),
        ({"transport": ["certificate"], "scheme": "http"}, "certificate", "", "ntlm"),
        ({"_extras": {"ansible_winrm_message_encryption": "never"}}, "ntlm", "", "ntlm"),
        (
            {"transport": ["kerberos"], "_extras": {"ansible_winrm_message_encryption": "never"}},
            "kerberos",
            "",
            "kerberos",
        ),
    ],
)
def test_what_anybody_could_read_is_refused_before_anything_is_sent(
    options: dict[str, Any], transport: str, readable: str, mended: str
) -> None:
    connection = FakeConnection()
    connection.options.update(options)
    result = run(Reader, connection, name="x")
    assert (connection.logons, result["unreachable"], result["logon_refused"]) == (0, True, False)
    assert result["msg"] == (
        f"dc01 (10.0.0.5:5985): with transport {transport} over HTTP anybody on the way could read and change what is"
        f" sent{readable}; nothing was sent. Set two lines in the inventory:\n"
        f"  ansible_winrm_transport: {mended}\n  ansible_winrm_message_encryption: always\n"
        "Or use HTTPS (ansible_port: 5986)"
    )


def test_an_unknown_transport_is_left_to_pywinrm() -> None:
    connection = FakeConnection(AnsibleError("does not support transport(s) ['ntml']"), transports=("ntml",))
    assert "pywinrm knows no such transport" in run(Reader, connection, name="x")["msg"]


@pytest.mark.parametrize("answer", [False, "no", "", "what?"])
def test_only_a_plain_yes_lets_a_lab_talk_in_the_clear(answer: Any) -> None:
    connection = FakeConnection(transports=("basic",))
    result = run(Reader, connection, variables={"ucops_anybody_may_read_the_passwords": answer}, name="x")
    assert (connection.logons, result["unreachable"]) == (0, True)


def failing_with(failure: Any) -> Any:
    def connect() -> None:
        raise failure

    return connect


@pytest.mark.parametrize(
    ("unproxied", "code"), [("", "the proxy http://127.0.0.1:9 stands"), ("10.0.0.0/8", "not WinRM")]
)
def test_a_proxy_of_the_environment(monkeypatch: pytest.MonkeyPatch, unproxied: str, code: str) -> None:
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:9")
    monkeypatch.setenv("no_proxy", unproxied)
    failure = AnsibleConnectionFailure("ntlm: Bad HTTP response returned from server. Code 404")
    assert code in run(Reader, FakeConnection(failure), name="x")["msg"]


def test_several_transports_would_be_several_logons() -> None:
    connection = FakeConnection(AnsibleConnectionFailure(REJECTED), transports=("ntlm", "basic", "kerberos"))
    run(Reader, connection, name="x")
    assert connection.logons == 1


@pytest.mark.parametrize(
    ("failure", "words"),
    [
        (AnsibleConnectionFailure("ntlm: [Errno 111] Connection refused"), "`winrm quickconfig` sets a listener up"),
        (AnsibleError("the connection attempt timed out"), "the firewall between and on the host (port 5985)"),
        (
            AnsibleConnectionFailure(
                "ntlm: Zugriff verweigert (extended fault data: {'http_status_code': 500, 'wsmanfault_code': 5,"
                " 'fault_code': 's:Sender', 'fault_subcode': 'w:AccessDenied'})"
            ),
            "the password is right, but the account may not use WinRM here",
        ),
        (
            AnsibleConnectionFailure("ntlm: x (extended fault data: {'fault_subcode': 'w:QuotaLimit'})"),
            "too many shells open",
        ),
        (AnsibleConnectionFailure("ntlm: x ('wsmanfault_code': 2150859174)"), "too many operations open"),
        (AnsibleConnectionFailure("ssl: CERTIFICATE_VERIFY_FAILED certificate verify failed"), "Renew its certificate"),
    ],
)
def test_other_ways_not_to_arrive(failure: Exception, words: str) -> None:
    result = run(Reader, FakeConnection(failure), name="x")
    assert result["unreachable"] and words in result["msg"] and "10.0.0.5:5985" in result["msg"]
    assert result["logon_refused"] is False


def test_missing_library_is_named() -> None:
    result = run(Reader, FakeConnection(AnsibleError("winrm or requests is not installed: x")), name="x")
    assert result["unreachable"] and "(winrm or requests is not installed: x)" in result["msg"]
    assert "requirements.txt" in result["msg"]


def test_other_connections_are_refused_by_name() -> None:
    result = run(Reader, SimpleNamespace(transport="ssh", _shell=SimpleNamespace(tmpdir=None)), name="x")
    assert result["failed"] and result["msg"] == (
        "dc01: this action speaks WS-Management and cannot use the connection 'ssh'. Set ansible_connection to winrm or"
        " psrp. What is done here takes WS-Management, which ssh does not carry (docs/prerequisites.md)"
    )


@pytest.mark.parametrize("error", [RolloutError("no"), ConnectionLost("lost")])
def test_errors_become_failures(error: Exception) -> None:
    result = run(failing(error))
    assert (result["failed"], result["changed"], result["msg"]) == (True, False, str(error))


@pytest.mark.parametrize("delegate_to, taken", [("ca01", "ca01"), (None, "dc01")])
def test_a_delegated_task_asks_for_the_ticket_of_the_host_that_it_is_done_at(
    delegate_to: str | None, taken: str | None
) -> None:
    """Ansible fills ``{{ inventory_hostname }}`` in with the host that the task is done for."""
    override = "ansible_winrm_kerberos_hostname_override"
    connection = FakeConnection(None, enumerated(instance("Win32_X", Name="a")))
    connection.options["_extras"] = {override: "dc01", "ansible_winrm_send_cbt": False}
    hosts = {"ca01": {override: "ca01", "ansible_user": "u"}, "dc01": {override: "dc01"}}
    assert "failed" not in run(Reader, connection, delegate_to=delegate_to, variables={"hostvars": hosts}, name="x")
    assert connection.options["_extras"].get(override) == taken
    assert connection.options["_extras"]["ansible_winrm_send_cbt"] is False


def test_error_brings_what_is_known() -> None:
    error = RolloutError("half done")
    error.result = {"changed": True, "after": []}  # type: ignore[attr-defined]
    assert run(failing(error)) == {"failed": True, "msg": "half done", "changed": True, "after": []}


def test_refused_on_the_way_is_unreachable() -> None:
    assert run(failing(HostUnreachable("refused")))["unreachable"] is True


def test_defect_is_not_dressed_up() -> None:
    with pytest.raises(ZeroDivisionError):
        run(failing(ZeroDivisionError("defect")))


def test_prepare_comes_before_the_logon() -> None:
    class Careful(Reader):
        def prepare(self, arguments: dict[str, Any]) -> dict[str, Any]:
            raise RolloutError("makes no sense")

    connection = FakeConnection()
    assert run(Careful, connection, name="x")["msg"] == "makes no sense"
    assert connection.logons == 0


@pytest.mark.parametrize(
    ("of_the_run", "of_the_task", "shown"), [(True, True, True), (True, False, False), (False, False, True)]
)
def test_a_task_without_diff_shows_none(
    monkeypatch: pytest.MonkeyPatch, of_the_run: bool, of_the_task: bool, shown: bool
) -> None:
    class Differing(PureAction):
        def work(self, arguments: dict[str, Any], check_mode: bool) -> dict[str, Any]:
            return {"changed": True, "diff": {"before": "", "after": "x"}}

    monkeypatch.setattr(face.context, "CLIARGS", {"diff": of_the_run})
    task = SimpleNamespace(args={}, check_mode=False, async_val=0, action="x", delegate_to=None, diff=of_the_task)
    action = Differing(task, FakeConnection(), SimpleNamespace(), None, None, None)
    assert ("diff" in action.run(task_vars={})) is shown


def test_pure_action_touches_no_connection() -> None:
    class Adder(PureAction):
        argument_spec = {"a": {"type": "int"}}

        def work(self, arguments: dict[str, Any], check_mode: bool) -> dict[str, Any]:
            return {"sum": arguments["a"] + 1, "vars": sorted(self.task_vars)}

    connection = FakeConnection(AssertionError("touched"))
    assert run(Adder, connection, a="2") == {"sum": 3, "vars": ["inventory_hostname"]}
    assert connection.logons == 0


class Asker(ControllerModule):
    """Proves what it is told to, and keeps over which connection it ran as a module."""

    argument_spec = {**COMMON, "state": {"type": "str", "required": True}}

    @staticmethod
    def check(params: dict[str, Any], silence: Silence) -> Any:
        if params["state"] == "broken":
            raise RolloutError("makes no sense", where="state")
        return [ProofResult("tls", "x", params["state"], "m")], ["a hint"]

    def _execute_module(self, **_options: Any) -> dict[str, Any]:
        return {"ran_over": self._connection.transport}

    def _remove_tmp_path(self, tmp_path: Any, force: bool = False) -> None:
        pass


@pytest.mark.parametrize(
    ("host", "delegate_to", "ran_over"),
    [
        ("localhost", None, None),
        ("127.0.0.1", None, None),
        ("dc01", "localhost", None),
        ("prober", None, "ssh"),
        ("localhost", "prober", "ssh"),
    ],
)
def test_the_controller_probes_over_no_connection(host: str, delegate_to: str | None, ran_over: str | None) -> None:
    """Anybody else is sent the module; here its work is done at once, without one."""
    connection = FakeConnection()
    connection.transport = "ssh"
    given = {"state": "proved", "timeout": "1.5"}
    result = run(Asker, connection, variables={"inventory_hostname": host}, delegate_to=delegate_to, **given)
    assert result.get("ran_over") == ran_over
    assert ("results" in result) is (ran_over is None)


def test_windows_is_not_sent_what_it_cannot_run() -> None:
    result = run(Asker, variables={"inventory_hostname": "dc01"}, state="proved")
    assert result["failed"] and result["msg"] == (
        "dc01: this looks from outside, for which Windows has no Python. Use it in a play on localhost, or on another"
        " host with Linux, or delegate it to one"
    )


def test_what_the_controller_proves_itself_is_what_the_module_returns() -> None:
    here = {"inventory_hostname": "localhost"}
    proved = run(Asker, variables=here, state="proved")
    assert (proved["summary"], proved["changed"]) == ({"proved": 1, "failed": 0, "unproved": 0}, False)
    assert (proved["hints"], proved["warnings"], proved["silent_places"]) == (["a hint"], ["a hint"], [])
    failed = run(Asker, variables=here, state="failed")
    assert failed["failed"] is True and failed["msg"].startswith("1 of 1 check failed: x at ")
    assert "failed" not in run(Asker, variables=here, state="failed", fail=False)
    broken = run(Asker, variables=here, state="broken")
    assert (broken["failed"], broken["msg"]) == (True, "state: makes no sense")
    assert "missing required arguments: state" in run(Asker, variables=here)["msg"]


@pytest.mark.parametrize(
    ("result", "verbosity", "hidden"),
    [
        ({"changed": True, "msg": "short"}, 1, False),
        ({"changed": False, "plan": "x" * 2000}, 1, True),
        ({"changed": False, "plan": "x" * 2000}, 3, False),
        ({"failed": True, "msg": "x" * 2000}, 1, False),
    ],
)
def test_long_results_are_shown_from_vvv_on(
    monkeypatch: pytest.MonkeyPatch, result: dict[str, Any], verbosity: int, hidden: bool
) -> None:
    monkeypatch.setattr(face.display, "verbosity", verbosity)
    assert ("_ansible_verbose_override" in face.shortened(dict(result))) is hidden


class Loader:
    """Ansible's loader of connections, which has one."""

    def __init__(self, connection: Any) -> None:
        self.connection = connection
        self.asked: list[str] = []

    def get(self, kind: str, play_context: Any, new_stdin: Any = None) -> Any:
        self.asked.append(kind)
        return self.connection if kind == "winrm" else None


class OtherConnection(FakeConnection):
    """A connection that is made for one more host; the variables that it is given are its options."""

    _load_name = "winrm"

    def __init__(self, failure: Exception | None = None, *answers: Any) -> None:
        super().__init__(failure, *answers)
        self.given: dict[str, Any] = {}
        self.keys: dict[str, Any] = {}
        self.closed = 0

    def set_options(self, task_keys: Any = None, var_options: Any = None) -> None:
        self.keys, self.given = task_keys, var_options
        self.options["remote_password"] = var_options.get("ansible_password", "")

    def close(self) -> None:
        self.closed += 1
        raise OSError("the shell is gone")


class Carrier(WindowsAction):
    """Reads of another host than its own."""

    argument_spec = {"source": {"type": "str"}}

    def work(self, host: Any, arguments: dict[str, Any], check_mode: bool) -> dict[str, Any]:
        with self.open_other_host(arguments["source"]) as other:
            return {"here": host.name, "there": other.name, "found": len(other.wmi.query("root/cimv2", "SELECT"))}


EDGE01 = {
    "inventory_hostname": "edge01", "ansible_connection": "winrm", "ansible_host": "10.0.0.6", "ansible_user": "E\\u",
    "ansible_password": "of edge01", "ansible_winrm_transport": "ntlm", "ansible_winrm_message_encryption": "always",
    "other": "x",
}  # fmt: skip


class Config:
    """Which variables are options of a connection."""

    @staticmethod
    def get_plugin_vars(kind: str, name: str) -> list[str]:
        assert (kind, name) == ("connection", "winrm")
        told = ("inventory_hostname", "ansible_host", "ansible_user", "ansible_password", "ansible_winrm_transport")
        return [*told, "ansible_port"]


def carry(
    patched: pytest.MonkeyPatch, source: str, other: Any, known: dict[str, Any] | None = None
) -> tuple[dict[str, Any], Loader]:
    """Its task runs on edge02 and reads of ``source``."""
    attributes = {"retries": 3, "timeout": 0, "remote_user": None}
    task = SimpleNamespace(
        args={"source": source}, check_mode=False, async_val=0, action="ucops.rollout.x", delegate_to=None, diff=False,
        connection="ssh", dump_attrs=lambda: dict(attributes),
    )  # fmt: skip
    context = SimpleNamespace(timeout=30, password="typed")
    loader = Loader(other)
    patched.setattr(face, "connection_loader", loader)
    patched.setattr(face, "config", Config)
    action = Carrier(task, FakeConnection(), context, None, None, None)
    hosts = {"edge01": EDGE01 | (known or {})}
    return action.run(task_vars={"inventory_hostname": "edge02", "hostvars": hosts}), loader


def test_another_host_is_opened_with_its_own_variables_and_closed(monkeypatch: pytest.MonkeyPatch) -> None:
    other = OtherConnection(None, enumerated(instance("Win32_X", Name="a")))
    result, loader = carry(monkeypatch, "edge01", other)
    assert result == {"here": "edge02", "there": "edge01", "found": 1}
    assert loader.asked == ["winrm"]
    assert other.given == {
        "inventory_hostname": "edge01", "ansible_host": "10.0.0.6", "ansible_user": "E\\u",
        "ansible_password": "of edge01", "ansible_winrm_transport": "ntlm",
        "_extras": {"ansible_winrm_message_encryption": "always"},
    }  # fmt: skip
    # As Ansible does for its own connections: what was typed at its start, and its timeout.
    assert other.keys == {"timeout": 30, "remote_user": None, "password": "typed"}
    assert (other.logons, other.closed) == (1, 1)


def test_another_host_that_cannot_be_reached_is_a_failure_and_leaves_this_one_reachable(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    other = OtherConnection(AnsibleConnectionFailure(REJECTED))
    result, _loader = carry(monkeypatch, "edge01", other)
    assert result["failed"] is True and "unreachable" not in result
    assert result["msg"].startswith("edge01 (10.0.0.5:5985): cannot log on over WinRM as 'C\\u' with transport ntlm: ")
    assert (other.logons, other.closed) == (1, 1)


def test_another_host_that_cannot_be_talked_to_costs_no_logon(monkeypatch: pytest.MonkeyPatch) -> None:
    other = OtherConnection()
    assert carry(monkeypatch, "edge0\x1b9", other)[0]["msg"] == "edge02: the inventory has no host 'edge0 9'"
    assert (
        carry(monkeypatch, "edge01", other, {"ansible_connection": "x"})[0]["msg"]
        == "edge02: Ansible has no connection 'x'"
    )
    assert "no password is given" in carry(monkeypatch, "edge01", other, {"ansible_password": ""})[0]["msg"]
    assert other.logons == 0


class Many(ManyHostsAction):
    """Counts what one query finds on each host."""

    def prepare_for(self, name: str, variables: Any, arguments: dict[str, Any]) -> dict[str, Any]:
        return {"number": variables["number"]}

    def work(self, host: Any, arguments: dict[str, Any], check_mode: bool) -> dict[str, Any]:
        found = len(host.wmi.query("root/cimv2", "SELECT"))
        return {"changed": False, "host": host.name, "found": found, **arguments, "warnings": ["is old"]}


class Loaders(Loader):
    """One connection after the other; none for psrp."""

    def __init__(self, *connections: OtherConnection) -> None:
        super().__init__(None)
        self.connections = list(connections)

    def get(self, kind: str, play_context: Any, new_stdin: Any = None) -> Any:
        self.asked.append(kind)
        return self.connections.pop(0) if kind == "winrm" else None


def contact(
    patched: pytest.MonkeyPatch, *connections: OtherConnection, hosts: dict[str, Any] | None = None, **of_play: str
) -> tuple[dict[str, Any], Loaders, list[str]]:
    """The first contact with edge00, edge01 and so on, and with edge09, for which Ansible has no connection."""
    looked: list[str] = []
    loader = Loaders(*connections)
    patched.setattr(face, "connection_loader", loader)
    patched.setattr(face, "config", Config)
    patched.setattr(face, "DEFAULT_TRANSPORT", "winrm")
    patched.setattr(face, "see_listener", lambda attempt: looked.append(attempt.host))
    made = {f"edge{number:02}": {"number": number, "ansible_password": "p"} for number in range(len(connections))}
    hosts = {**made, **(hosts or {})}
    hosts["edge09"] = {"ansible_connection": "psrp"}
    task = SimpleNamespace(
        args={"hosts": [*hosts, "nowhere"]}, check_mode=False, async_val=0, action="ucops.rollout.x", delegate_to=None,
        diff=False, connection="local", dump_attrs=dict,
        play=SimpleNamespace(get_vars=lambda: dict.fromkeys(of_play)), get_vars=dict,
    )  # fmt: skip
    templar = SimpleNamespace(template=lambda value: value.replace("{{ user }}", "P\\u"))
    action = Many(task, FakeConnection(), SimpleNamespace(timeout=30, password=None), None, templar, None)
    variables = {"inventory_hostname": "localhost", "hostvars": hosts, **of_play}
    return action.run(task_vars=variables), loader, looked


def test_many_hosts_are_reached_by_their_own_connections_and_what_came_of_each_is_told(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    windows = [OtherConnection(None, enumerated(instance("Win32_X", Name="a"))) for _number in range(3)]
    result, loader, looked = contact(monkeypatch, *windows)
    told = {host: json.loads(text) for host, text in result["hosts"].items()}
    assert [told[f"edge0{number}"] for number in range(3)] == [
        {"reached": True, "changed": False, "host": f"edge0{number}", "found": 1, "number": number}
        for number in range(3)
    ]
    assert (result["changed"], result["refused"]) == (False, [])
    assert result["warnings"] == ["is old"]
    # Of a task of the controller, whose own connection is none to Windows.
    assert loader.asked == ["winrm", "winrm", "winrm", "psrp"]
    assert sorted(looked) == ["edge00", "edge01", "edge02"]
    assert told["edge09"]["msg"] == "localhost: Ansible has no connection 'psrp'"
    assert told["nowhere"]["msg"] == "localhost: the inventory has no host 'nowhere'"
    # The first is logged on to here, and the others in processes of their own.
    assert [one.logons for one in windows] == [1, 0, 0]
    assert windows[0].closed == 1


def test_hosts_that_were_looked_at_are_not_looked_at_again_and_later_tasks_know_what_came_of_them(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    gate = Gate(str(tmp_path))
    monkeypatch.setattr(face, "_gate", lambda: gate)
    windows = [OtherConnection(None, enumerated(instance("Win32_X", Name="a"))) for _number in range(3)]
    result, _loader, looked = contact(monkeypatch, *windows)
    assert [json.loads(result["hosts"][f"edge0{number}"])["reached"] for number in range(3)] == [True] * 3
    assert sorted(looked) == ["edge00", "edge01", "edge02"]
    # What listens is not looked at any more, nobody waits, and what another host refuses does not count for this one.
    later, no_look = Gate(str(tmp_path)), pytest.fail
    account = Account("C\\u", "p")
    with pytest.raises(LogonRefused), later.turn("edge01", account, no_look):
        raise LogonRefused("no")
    with later.heeded("edge02", account), later.turn("edge02", account, no_look):
        pass


def test_how_a_host_is_logged_on_to_is_made_out_once(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []
    monkeypatch.setattr(connections, "proxy_of", lambda url: asked.append(url) or "")
    contact(monkeypatch, *(OtherConnection(None, enumerated(instance("Win32_X", Name="a"))) for _number in range(2)))
    assert len(asked) == 2


def test_what_an_imported_play_gives_outranks_the_variables_of_hosts(monkeypatch: pytest.MonkeyPatch) -> None:
    """But for those by which the controller reaches itself."""
    windows = OtherConnection(None, enumerated(instance("Win32_X", Name="a")))
    given = {"ansible_connection": "local", "ansible_password": "of play", "ansible_user": "{{ user }}", "number": "9"}
    result, loader, _looked = contact(monkeypatch, windows, **given)
    assert loader.asked[0] == "winrm"
    assert windows.given == {"ansible_user": "P\\u", "ansible_password": "of play", "_extras": {}}
    assert json.loads(result["hosts"]["edge00"])["number"] == 0


@pytest.mark.parametrize(
    ("value", "told"), [("{{ vault }}", "ansible_password names a variable that is not defined"), (None, "no")]
)
def test_a_variable_that_is_not_defined_is_sent_to_nobody(
    monkeypatch: pytest.MonkeyPatch, value: str | None, told: str
) -> None:
    """Ansible 2.17 leaves such a value as it stands, and 2.19 raises an error of its own."""
    windows = [OtherConnection(None, enumerated(instance("Win32_X", Name="a"))) for _number in range(2)]
    hosts = {"edge00": Undefined("no variable vault") if value is None else {"ansible_password": value, "number": 0}}
    result, _loader, looked = contact(monkeypatch, *windows, hosts=hosts)
    first, second = (json.loads(result["hosts"][host]) for host in ("edge00", "edge01"))
    assert (first["reached"], second["reached"], looked) == (False, True, ["edge01"])
    assert told in first["msg"] and "vault }}" not in first["msg"]
    assert windows[0].logons == 0


class Undefined(dict[str, Any]):
    """The variables of a host, of which one cannot be worked out."""

    def __init__(self, message: str) -> None:
        super().__init__(ansible_password="", number=0)
        self.message = message

    def __getitem__(self, name: str) -> Any:
        if name == "ansible_password":
            raise AnsibleError(self.message)
        return super().__getitem__(name)


def test_the_ticket_of_one_host_is_not_for_the_next(monkeypatch: pytest.MonkeyPatch) -> None:
    class Ticketed(OtherConnection):
        def _connect(self) -> None:
            monkeypatch.setitem(os.environ, "KRB5CCNAME", "/tmp/of-edge00")
            super()._connect()

    monkeypatch.setenv("KRB5CCNAME", "/tmp/mine")
    contact(monkeypatch, Ticketed(None, enumerated(instance("Win32_X", Name="a"))))
    assert os.environ["KRB5CCNAME"] == "/tmp/mine"
    monkeypatch.delenv("KRB5CCNAME")
    contact(monkeypatch, Ticketed(None, enumerated(instance("Win32_X", Name="a"))))
    assert "KRB5CCNAME" not in os.environ


def test_a_refused_account_is_tried_on_no_other_host(monkeypatch: pytest.MonkeyPatch) -> None:
    refusing = OtherConnection(AnsibleConnectionFailure(REJECTED))
    result, _loader, _looked = contact(monkeypatch, refusing, OtherConnection())
    told = {host: json.loads(text) for host, text in result["hosts"].items()}
    assert (result["refused"], refusing.logons) == (["edge00"], 1)
    assert told["edge00"]["msg"].startswith("edge00 (10.0.0.5:5985): cannot log on over WinRM as 'C\\u'")
    assert told["edge01"]["msg"].startswith("not logged on to: edge00 refused the account 'C\\u' in this run")


def test_where_nothing_listens_nobody_is_logged_on_to(monkeypatch: pytest.MonkeyPatch) -> None:
    connection = OtherConnection()
    connection.set_options = lambda **given: connection.options.update(remote_password=None)  # type: ignore[assignment]
    result, _loader, looked = contact(monkeypatch, connection)
    told = json.loads(result["hosts"]["edge00"])
    assert (told["reached"], told["logon_refused"], told["where"]) == (False, False, "edge00 (10.0.0.5:5985)")
    assert "no password is given" in told["msg"] and (looked, connection.logons) == ([], 0)


Protocol: Any = None  # as in the module of Ansible's connection


class Recorded(FakeConnection):
    """Makes its protocol as Ansible's connection does; ``script`` answers in the place of the network."""

    def _connect(self) -> None:
        self.logons += 1
        self.protocol = self.protocol or Protocol("http://x/", username="u", password="p")


class SecretReader(Reader):
    argument_spec = {**Reader.argument_spec, "passphrase": {"type": "str", "no_log": True}}


@pytest.fixture
def answered(monkeypatch: pytest.MonkeyPatch) -> Recorded:
    connection = Recorded(None, *[enumerated(instance("Win32_X", Name="company"))] * 2)
    connection.options["remote_password"] = "count"
    sent = connection.script.send_message
    monkeypatch.setattr(Transport, "send_message", lambda _transport, message: sent(message))
    monkeypatch.setattr(face, "DEFAULT_LOCAL_TMP", "")
    return connection


def recording(path: Path) -> list[Any]:
    return [json.loads(line) for line in path.read_text(encoding="ascii").splitlines()]


def run_recorded(connection: FakeConnection, folder: Any, **arguments: Any) -> dict[str, Any]:
    given = {"name": "company", "passphrase": "abc", **arguments}
    templar = SimpleNamespace(template=lambda text: text.replace("{{ here }}", str(folder)))
    task = SimpleNamespace(
        args=given, check_mode=False, async_val=0, action="ucops.rollout.x", delegate_to=None, diff=False
    )
    action = SecretReader(task, connection, SimpleNamespace(), None, templar, None)
    return action.run(task_vars={"inventory_hostname": "dc01", "ucops_record": "{{ here }}/recorded"})


def test_a_tasks_conversation_is_recorded(answered: Recorded, tmp_path: Path) -> None:
    assert run_recorded(answered, tmp_path)["found"] == 1
    (path,) = (tmp_path / "recorded").iterdir()
    heading, row = recording(path)
    name = heading["arguments"]["name"]
    assert heading["action"] == "ucops.rollout.x" and list(heading["arguments"]) == ["name"]
    assert row["status"] == 200 and f"<p:Name>{name}</p:Name>" in row["answer"] and "Win32_X" not in path.name
    text = path.read_text(encoding="ascii")
    assert not [secret for secret in ("company", "abc", "count", "dc01", "10.0.0.5") if secret in text + path.name]


def test_the_tasks_own_folder_comes_before_that_of_the_inventory(answered: Recorded, tmp_path: Path) -> None:
    assert run_recorded(answered, tmp_path, recording_directory=str(tmp_path / "own"))["found"] == 1
    assert [path.name for path in tmp_path.iterdir()] == ["own"]
    (path,) = (tmp_path / "own").iterdir()
    assert list(recording(path)[0]["arguments"]) == ["name"]


def test_each_item_of_a_loop_is_a_recording(answered: Recorded, tmp_path: Path) -> None:
    """Ansible gives the connection of the first item to the later ones."""
    for _item in range(2):
        assert run_recorded(answered, tmp_path)["found"] == 1
    assert [len(recording(path)) for path in (tmp_path / "recorded").iterdir()] == [2, 2]


def test_a_folder_that_takes_no_recording_costs_no_logon(answered: Recorded, tmp_path: Path) -> None:
    (tmp_path / "recorded").touch()
    result = run_recorded(answered, tmp_path)
    assert result["failed"] and "nothing can be recorded into this folder" in result["msg"]
    assert answered.logons == 0


def test_a_recording_that_ends_early_is_a_warning(
    answered: Recorded, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    told: list[str] = []
    monkeypatch.setattr(face.display, "warning", told.append)
    monkeypatch.setattr(face.Recorder, "recorded", _ends_early)
    assert run_recorded(answered, tmp_path)["found"] == 1
    assert told == ["dc01: no space"]


def _ends_early(recorder: Any, send: Any, message: Any) -> Any:
    recorder.notice = "no space"
    return send(message)


def test_what_a_filter_returns_is_no_template() -> None:
    """It may come from another host, and hostvars does not say so with older ansible-core."""
    filters = face.filters_of(lambda_named("told", lambda: {"a": ["{{ 6 * 7 }}"]}))
    assert Templar(loader=DataLoader()).template(filters["told"]()) == {"a": ["{{ 6 * 7 }}"]}


def lambda_named(name: str, work: Any) -> Any:
    work.__name__ = name
    return work
