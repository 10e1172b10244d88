# Copyright: (c) 2026, The ucops.rollout developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What all faces of the collection share: arguments checked, errors caught once, the host opened and released.

This is the only file of plugin_utils that knows Ansible.
"""

from __future__ import annotations

import copy
import functools
import inspect
from collections import ChainMap
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime, timezone
from typing import Any, ClassVar, TypeVar

from ansible import context, template
from ansible.constants import DEFAULT_FORKS, DEFAULT_LOCAL_TMP, DEFAULT_TRANSPORT, LOCALHOST, config
from ansible.errors import AnsibleError, AnsibleFilterError
from ansible.module_utils.common.arg_spec import ArgumentSpecValidator
from ansible.module_utils.parsing.convert_bool import boolean
from ansible.plugins.action import ActionBase
from ansible.plugins.loader import connection_loader
from ansible.utils.display import Display
from ansible.utils.unsafe_proxy import wrap_var

from ansible_collections.ucops.rollout.plugins.module_utils.codec import plain_in_text, to_plain
from ansible_collections.ucops.rollout.plugins.module_utils.errors import RolloutError, failed_result
from ansible_collections.ucops.rollout.plugins.module_utils.findings.run import clock_findings
from ansible_collections.ucops.rollout.plugins.module_utils.proof import module as proof_module
from ansible_collections.ucops.rollout.plugins.module_utils.proof.side_by_side import Silence
from ansible_collections.ucops.rollout.plugins.module_utils.recording.conversation import Conversation
from ansible_collections.ucops.rollout.plugins.module_utils.recording.masking import Masker
from ansible_collections.ucops.rollout.plugins.module_utils.waiting import Tell, tell, tell_by
from ansible_collections.ucops.rollout.plugins.module_utils.windows.codes import as_said
from ansible_collections.ucops.rollout.plugins.module_utils.wording import kinds_told
from ansible_collections.ucops.rollout.plugins.plugin_utils.controller.connections import is_supported
from ansible_collections.ucops.rollout.plugins.plugin_utils.winrm.connections import (
    AnsibleConnection,
    kind_of,
    options_of,
)
from ansible_collections.ucops.rollout.plugins.plugin_utils.winrm.faults import (
    HostUnreachable,
    LogonImpossible,
    LogonRefused,
)
from ansible_collections.ucops.rollout.plugins.plugin_utils.winrm.first_contact import (
    EVERYWHERE,
    Account,
    account_of,
    first_contact,
    not_reached,
)
from ansible_collections.ucops.rollout.plugins.plugin_utils.winrm.gate import Gate
from ansible_collections.ucops.rollout.plugins.plugin_utils.winrm.host import open_windows_host
from ansible_collections.ucops.rollout.plugins.plugin_utils.winrm.host_port import WindowsHost
from ansible_collections.ucops.rollout.plugins.plugin_utils.winrm.listener import see_listener
from ansible_collections.ucops.rollout.plugins.plugin_utils.winrm.logon import IN_THE_CLEAR, LogonAttempt
from ansible_collections.ucops.rollout.plugins.plugin_utils.winrm.recording import RECORD, Recorder, key_of
from ansible_collections.ucops.rollout.plugins.plugin_utils.winrm.session_port import WsmanSession
from ansible_collections.ucops.rollout.plugins.plugin_utils.winrm.system import describe_system
from ansible_collections.ucops.rollout.plugins.plugin_utils.winrm.tickets import keeping_ticket

display = Display()


def _show(line: str) -> None:
    """Beside the results: a callback may make one document of them."""
    display.display(line, stderr=True)


tell_by(_show)

# Variables of Ansible itself, and those that a play of the controller has for the controller.
_ANSIBLE, _OF_CONTROLLER = "ansible_", ("ansible_connection", "ansible_python_interpreter")
# From ansible-core 2.19 on a text is a template where it is marked as such; before, where it is not marked as none.
_TRUSTS_WHAT_IS_MARKED = hasattr(template, "trust_as_template")
# The folder of the controller that a task's messages are written into, where the task itself says so.
RECORDING = "recording_directory"
# In characters; a longer result is shown from -vvv on.
LONGEST_SHOWN = 1500


@functools.cache
def _gate() -> Gate:
    """Of this process, with the folder that Ansible makes for each run, hands down to its workers, and removes."""
    return Gate(DEFAULT_LOCAL_TMP)


def shortened(result: dict[str, Any]) -> dict[str, Any]:
    """The same result, of which -v and -vv show nothing where it is long: a plan, proofs, certificates."""
    if display.verbosity < 3 and not result.get("failed") and len(str(result)) > LONGEST_SHOWN:
        result["_ansible_verbose_override"] = True
    return result


class _CheckedAction(ActionBase):  # type: ignore[misc]
    """Reads the arguments, calls one thing, returns its result; a RolloutError becomes ``failed``."""

    argument_spec: ClassVar[dict[str, Any]] = {}
    # What all actions of a kind take besides their own arguments.
    common_spec: ClassVar[dict[str, Any]] = {}
    mutually_exclusive: ClassVar[list[Any]] = []
    required_together: ClassVar[list[Any]] = []
    required_one_of: ClassVar[list[Any]] = []
    required_if: ClassVar[list[Any]] = []

    TRANSFERS_FILES = False
    _supports_check_mode = True
    _supports_async = False

    def run(self, tmp: str | None = None, task_vars: dict[str, Any] | None = None) -> dict[str, Any]:
        result: dict[str, Any] = super().run(tmp, task_vars)
        self.task_vars: Mapping[str, Any] = task_vars or {}
        try:
            result.update(self._answer(self._arguments(), bool(self._task.check_mode)))
        except HostUnreachable as error:
            refused = isinstance(error, LogonRefused)
            result.update({**error.result, "unreachable": True, "logon_refused": refused, "msg": str(error)})
        except RolloutError as error:
            result.update(failed_result(error))
        # Ansible shows what is there in a run of --diff, also where the task has "diff: false".
        if context.CLIARGS.get("diff") and not self._task.diff:
            result.pop("diff", None)
        return shortened(result)

    def _answer(self, arguments: dict[str, Any], check_mode: bool) -> dict[str, Any]:
        raise NotImplementedError

    def _arguments(self) -> dict[str, Any]:
        return self.checked(
            self._task.args,
            self.whole_spec(),
            f"arguments of {self._task.action}",
            mutually_exclusive=self.mutually_exclusive,
            required_together=self.required_together,
            required_one_of=self.required_one_of,
            required_if=self.required_if,
        )

    @classmethod
    def whole_spec(cls) -> dict[str, Any]:
        """Every argument that is taken, by name."""
        return {**cls.common_spec, **cls.argument_spec}

    @staticmethod
    def checked(given: Mapping[str, Any], spec: dict[str, Any], where: str, **rules: Any) -> dict[str, Any]:
        """Values by an argument spec, with its defaults filled in; raises RolloutError with all that is wrong."""
        outcome = ArgumentSpecValidator(spec, **rules).validate(dict(given))
        if outcome.error_messages:
            raise RolloutError("; ".join(map(kinds_told, outcome.error_messages)), where=where)
        return dict(outcome.validated_parameters)


class PureAction(_CheckedAction):
    """An action that only computes or reads files of the controller; the task's connection is not touched."""

    _requires_connection = False

    def work(self, arguments: dict[str, Any], check_mode: bool) -> dict[str, Any]:
        """Do it; the returned dictionary becomes the task's result. ``self.task_vars`` has the variables."""
        raise NotImplementedError

    def read_yaml(self, path: str) -> Any:
        """What a YAML file holds, not to be changed: Ansible keeps what it has read, and to copy it takes as long."""
        return self._loader.load_from_file(path, unsafe=True)

    def _answer(self, arguments: dict[str, Any], check_mode: bool) -> dict[str, Any]:
        return self.work(arguments, check_mode)


class ControllerModule(_CheckedAction):
    """Does what the module of the task's name does: for the controller itself here, for any other host as that module.

    Here no module is packed and no Python started, and no connection is used: ``-e ansible_connection=winrm`` outranks
    what a play says of its own, and would send the module to Windows.
    """

    _connection: Any

    @staticmethod
    def check(params: dict[str, Any], silence: Silence) -> proof_module.Found:
        """The module's work; its arguments are ``argument_spec``."""
        raise NotImplementedError

    @staticmethod
    def wait(
        look: Callable[[dict[str, Any]], proof_module.Found], params: dict[str, Any], tell: Tell
    ) -> proof_module.Found:
        """How the module looks again."""
        return proof_module.look_until_settled(look, params, tell)

    def _answer(self, arguments: dict[str, Any], check_mode: bool) -> dict[str, Any]:
        if (self._task.delegate_to or self.task_vars.get("inventory_hostname")) in LOCALHOST:
            return proof_module.answer(arguments, self.check, self.wait, tell)
        if is_supported(str(getattr(self._connection, "transport", ""))):
            raise RolloutError(
                "this looks from outside, for which Windows has no Python",
                where=self._task.delegate_to or self.task_vars.get("inventory_hostname") or "",
                mend="Use it in a play on localhost, or on another host with Linux, or delegate it to one",
            )
        result: dict[str, Any] = self._execute_module(task_vars=self.task_vars)
        self._remove_tmp_path(self._connection._shell.tmpdir)
        return result


OfWindows = TypeVar("OfWindows", bound="WindowsAction")


class WindowsAction(_CheckedAction):
    """An action that talks to Windows through the task's own connection; of ``group/ucops.rollout.windows``."""

    common_spec: ClassVar[dict[str, Any]] = {RECORDING: {"type": "path"}}

    # The host that is spoken to, where it is not the task's own.
    _elsewhere = ""
    _recorder: Recorder | None = None
    _recording = ""

    def _arguments(self) -> dict[str, Any]:
        arguments = super()._arguments()
        self._recording = arguments.pop(RECORDING) or ""
        return arguments

    def prepare(self, arguments: dict[str, Any]) -> dict[str, Any]:
        """Check and complete the arguments as far as that goes without the host, so that bad input costs no logon."""
        return arguments

    def work(self, host: WindowsHost, arguments: dict[str, Any], check_mode: bool) -> dict[str, Any]:
        """Do it on one open host; the returned dictionary becomes the task's result."""
        raise NotImplementedError

    def _answer(self, arguments: dict[str, Any], check_mode: bool) -> dict[str, Any]:
        arguments = self.prepare(arguments)
        with self.open_host() as host:
            return self.work(host, arguments, check_mode)

    @contextmanager
    def open_host(self) -> Iterator[WindowsHost]:
        """The host of this task with all its ports, after one logon; everything of ours is released at the end."""
        name = self._host_name()
        with (
            self._session() as session,
            open_windows_host(session, name=name, run_folder=DEFAULT_LOCAL_TMP) as host,
        ):
            try:
                yield host
            finally:
                for notice in (
                    host.registry.notice,
                    host.files.notice,
                    self._recorder.notice if self._recorder else "",
                ):
                    if notice:
                        display.warning(f"{name}: {notice}")

    @contextmanager
    def open_other_host(self, name: str) -> Iterator[WindowsHost]:
        """Another host of the inventory beside that of this task, over a connection of its own.

        :raises RolloutError: the inventory has no such host, or it cannot be reached; the task's own still can.
        """
        there = self._at(name)
        try:
            with there.open_host() as host:
                yield host
        except HostUnreachable as error:
            raise RolloutError(error.what, where=error.where, mend=error.mend) from error
        finally:
            closed(there._connection)

    def _at(self: OfWindows, name: str) -> OfWindows:
        """The same action at another host of the inventory, whose connection is to be closed."""
        hosts = self.task_vars.get("hostvars") or {}
        if name not in hosts:
            raise RolloutError(f"the inventory has no host '{as_said(name, 80)}'", where=self._host_name())
        there = copy.copy(self)
        there._elsewhere, there.task_vars = name, self._variables_of(hosts[name])
        there._connection = self._connection_of(there.task_vars)
        return there

    def _variables_of(self, host: Mapping[str, Any]) -> Mapping[str, Any]:
        """What counts for another host, of which these are the variables."""
        return host

    def _connection_of(self, variables: Mapping[str, Any]) -> Any:
        """Ansible's connection to the host of these variables, with the options that Ansible would give it."""
        kind = str(variables.get("ansible_connection") or self._usual_connection())
        connection = connection_loader.get(kind, self._play_context, new_stdin=None)
        if connection is None:
            raise RolloutError(f"Ansible has no connection '{as_said(kind, 80)}'", where=self._host_name())
        named = config.get_plugin_vars("connection", connection._load_name)
        where = str(variables.get("inventory_hostname") or self._host_name())
        options = options_of(variables, named, where)
        keys = {name: value for name, value in self._task.dump_attrs().items() if name != "retries"}
        keys["timeout"] = self._play_context.timeout
        if self._play_context.password:
            keys["password"] = self._play_context.password
        connection.set_options(task_keys=keys, var_options=options)
        return connection

    def _usual_connection(self) -> str:
        """Of another host whose variables name none."""
        return str(self._task.connection)

    def _host_name(self) -> str:
        return str(self._elsewhere or self._task.delegate_to or self.task_vars.get("inventory_hostname") or "")

    @contextmanager
    def _session(self) -> Iterator[WsmanSession]:
        """Logged on, over the task's connection, unless the account was refused before in this run."""
        kind, name, hosts = self._kind(), self._task.delegate_to, self.task_vars.get("hostvars") or {}
        if name in hosts and not self._elsewhere:
            kind.take_variables(self._connection, hosts[name])
        attempt = self.attempt()
        self._recorder = self._new_recorder(attempt)
        here, account = self._host_name(), account_of(attempt, self._connection.get_option("remote_password"))
        with _gate().heeded(here, account):
            with _gate().turn(here, account, functools.partial(self._look, attempt)):
                try:
                    session = kind.open(self._connection, attempt, self._recorder)
                except (AnsibleError, ValueError) as error:  # the latter for options that Ansible takes as they stand
                    raise attempt.failure(str(error)) from error
            yield session

    def _look(self, attempt: LogonAttempt) -> None:
        """Before a logon that others may wait for."""
        see_listener(attempt)

    def _kind(self) -> AnsibleConnection:
        return kind_of(self._connection, self._host_name())

    def _recording_folder(self) -> str:
        """As the task says, or else the inventory; empty where nothing is recorded."""
        if self._recording:
            return self._recording
        return str(self._templar.template(self.task_vars[RECORD]) or "") if self.task_vars.get(RECORD) else ""

    def _new_recorder(self, attempt: LogonAttempt) -> Recorder | None:
        """What writes this task's messages down, where that is asked for."""
        folder, task, spec = self._recording_folder(), self._task, self.argument_spec
        if not folder:
            return None
        given = {name: value for name, value in task.args.items() if name != RECORDING}
        hidden = [given.get(name) for name, option in spec.items() if option.get("no_log")]
        masker = Masker(
            key_of(DEFAULT_LOCAL_TMP),
            secrets=[str(secret or "") for secret in (self._connection.get_option("remote_password"), *hidden)],
            known=[self._host_name(), attempt.address, attempt.user],
        )
        conversation = Conversation(masker)
        heading = conversation.heading(task.action, given, spec, check_mode=bool(task.check_mode))
        return Recorder(folder, self._host_name(), conversation, heading)

    def attempt(self) -> LogonAttempt:
        """What the connection is about to try; raises RolloutError where that is not to be tried at all."""
        attempt = self._kind().attempt(self._connection, self._host_name(), display.warning)
        if not boolean(self.task_vars.get(IN_THE_CLEAR, False), strict=False):
            attempt.refuse_in_the_clear()
        attempt.refuse_without_credentials()
        return attempt


class ReachingAction(WindowsAction):
    """The first contact with a host, and what else is read after the same logon. Reaches it, or says why it cannot."""

    argument_spec: ClassVar[dict[str, Any]] = {
        "fail": {"type": "bool", "default": True},
    }

    def _answer(self, arguments: dict[str, Any], check_mode: bool) -> dict[str, Any]:
        try:
            return {"reached": True, **super()._answer(arguments, check_mode)}
        except RolloutError as error:
            if arguments["fail"]:
                raise
            return not_reached(error)

    def work(self, host: WindowsHost, arguments: dict[str, Any], check_mode: bool) -> dict[str, Any]:
        found = describe_system(host.wmi, where=host.name)
        findings = clock_findings(host.name, found.clock, datetime.now(timezone.utc))
        return {"changed": False, **to_plain(found), "findings": to_plain(findings)}


class ManyHostsAction(ReachingAction):
    """The first contact with many hosts in one task, as many at a time as Ansible has forks.

    That some were not reached is for the playbook to decide on.
    """

    argument_spec: ClassVar[dict[str, Any]] = {"hosts": {"type": "list", "elements": "str", "required": True}}

    _tried: LogonAttempt | None = None

    def attempt(self) -> LogonAttempt:
        """As of any action, and kept: each host is looked at first, and logged on to later."""
        self._tried = self._tried or super().attempt()
        return self._tried

    def _look(self, attempt: LogonAttempt) -> None:
        """All hosts were looked at before."""

    def given_to_play(self) -> frozenset[str]:
        """The variables of the play and of this task, which outrank those of hosts."""
        return frozenset((*self._task.play.get_vars(), *self._task.get_vars()))

    def prepare_for(self, name: str, variables: Mapping[str, Any], arguments: dict[str, Any]) -> dict[str, Any]:
        """Of one host what ``work`` takes; as ``prepare``."""
        return arguments

    def _variables_of(self, host: Mapping[str, Any]) -> Mapping[str, Any]:
        return ChainMap(self._of_play, host)  # type: ignore[arg-type]

    @functools.cached_property
    def _of_play(self) -> dict[str, Any]:
        """How the play itself says that hosts are reached, such as one that is imported with variables."""
        names = (one for one in self.given_to_play() if one.startswith(_ANSIBLE) and one not in _OF_CONTROLLER)
        return {name: self._templar.template(self.task_vars[name]) for name in names if name in self.task_vars}

    def _usual_connection(self) -> str:
        # Its own task is one of the controller.
        return str(context.CLIARGS.get("connection") or DEFAULT_TRANSPORT)

    def _answer(self, arguments: dict[str, Any], check_mode: bool) -> dict[str, Any]:
        there: dict[str, ManyHostsAction] = {}
        told: dict[str, dict[str, Any]] = {}
        for name in arguments["hosts"]:
            try:
                there[name] = self._at(name)
            except RolloutError as error:
                told[name] = not_reached(error)
            except AnsibleError as error:
                told[name] = not_reached(RolloutError(as_said(str(error), 500), where=name))
        wanted = {name: self.prepare_for(name, one.task_vars, arguments) for name, one in there.items()}

        def account(name: str) -> Account:
            return account_of(there[name].attempt(), there[name]._connection.get_option("remote_password"))

        def look(name: str) -> dict[str, Any]:
            try:
                see_listener(there[name].attempt())
            except RolloutError as error:
                return not_reached(error)
            return {}

        def read(name: str) -> dict[str, Any]:
            try:
                with keeping_ticket(), there[name].open_host() as host:
                    return {"reached": True, **there[name].work(host, wanted[name], check_mode)}
            except RolloutError as error:
                return {**not_reached(error), EVERYWHERE: isinstance(error, LogonImpossible)}
            finally:
                closed(there[name]._connection)

        at_most = int(context.CLIARGS.get("forks") or DEFAULT_FORKS)
        told |= first_contact(list(there), account, look, read, at_most)
        # What several servers of a pool say is told once.
        warnings = list(dict.fromkeys(one for found in told.values() for one in found.pop("warnings", ())))
        # As text, since Ansible goes through each value of a variable whenever the variable is asked for.
        texts = {name: plain_in_text(found) for name, found in told.items()}
        refused = [name for name, found in told.items() if found.get("logon_refused")]
        return {"changed": False, "hosts": texts, "refused": refused, "warnings": warnings}


def closed(connection: Any) -> None:
    """As Ansible closes its own: a shell that cannot be closed ends by itself, and hides nothing of what was done."""
    try:
        connection.close()
    except Exception as error:  # whatever pywinrm and requests raise
        display.debug(f"closing a connection: {error}")


def _never_template(result: Any) -> Any:
    """The same, of which no ansible-core takes a text for a template: much of it comes from other hosts. From 2.19 on
    what plugins return is none by itself; before, what comes out of ``hostvars`` is no longer marked."""
    return result if _TRUSTS_WHAT_IS_MARKED else wrap_var(result)


@functools.cache  # Ansible asks for them anew whenever it looks one up
def filters_of(*works: Callable[..., Any]) -> dict[str, Callable[..., Any]]:
    """Functions as filters of their names, whose errors Ansible shows in words, without a traceback."""
    return {work.__name__: _telling_errors(work.__name__, work) for work in works}


def _telling_errors(name: str, work: Callable[..., Any]) -> Callable[..., Any]:
    signature = inspect.signature(work)

    @functools.wraps(work)
    def filter_of_that_name(*args: Any, **kwargs: Any) -> Any:
        try:
            signature.bind(*args, **kwargs)
        except TypeError as error:
            raise AnsibleFilterError(f"ucops.rollout.{name}: {error}") from error
        try:
            return _never_template(work(*args, **kwargs))
        except RolloutError as error:
            raise AnsibleFilterError(f"ucops.rollout.{name}: {error}") from error

    return filter_of_that_name
