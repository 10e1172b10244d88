"""Runs ansible-playbook as a fork of a Python that has imported it and our plugins.

That saves the second of processor time that a program of its own takes to start. In all else the run is one of its
own: a process with its own environment, folder, arguments, outputs and temporary folder, that ends as the program does.
Nothing is collected as garbage in it, since that only copies the memory which it shares.

Ansible runs each task in a fork, also one that is skipped: together they take as long as all the rest. Here only what
may do something gets one: modules, and actions of ours. Ansible's own that set, show and include run in place.
"""

from __future__ import annotations

import atexit
import contextlib
import copy
import dataclasses
import gc
import importlib
import json
import os
import pkgutil
import signal
import socket
import struct
import subprocess
import sys
import tempfile
import threading
from pathlib import Path
from typing import IO, Any

PLUGINS = Path(__file__).resolve().parents[1] / "plugins"
# What a run on the controller imports; what is in modules/ runs in processes of its own.
_IMPORTED = ("module_utils", "plugin_utils", "action", "filter", "lookup")
# Of Ansible's own plugins, the kinds of which each run loads all.
_LOADED_WHOLE = ("become", "callback", "connection", "doc_fragments", "inventory", "shell", "vars")
# They touch nothing but the variables that they are given.
_IN_PLACE = ("add_host", "debug", "fail", "include_role", "include_tasks", "set_fact", "set_stats")
_IN_PLACE += ("validate_argument_spec",)
_NUMBER = struct.Struct("=q")


@dataclasses.dataclass(frozen=True)
class Ended:
    """How a run ended; the code as the subprocess module has it."""

    code: int
    stdout: str
    stderr: str


class Forking:
    """The process that forks, one run after the other. It ends with the process that made it."""

    def __init__(self, bin: Path, environment: dict[str, str]) -> None:
        """:param environment: as the runs have it; what Ansible reads of it when it is imported is that of all."""
        ours, theirs = socket.socketpair()
        command = [str(bin / "python"), __file__, str(bin / "ansible-playbook"), str(theirs.fileno())]
        silent = subprocess.DEVNULL
        self._process = subprocess.Popen(
            command, env=environment, stdin=silent, stdout=silent, pass_fds=[theirs.fileno()], cwd=PLUGINS.parent
        )
        theirs.close()
        self._socket, self._turn = ours, threading.Lock()

    def run(
        self, arguments: list[str], cwd: Path, environment: dict[str, str], timeout: float, given: str = ""
    ) -> Ended:
        """As ``subprocess.run`` does with a program; raises TimeoutExpired, and the run is killed.

        :param arguments: the program's, after its name.
        :param given: what it reads from its standard input, a line or a few; it has no terminal then.
        """
        new = tempfile.TemporaryFile
        with self._turn, new() as order, new() as out, new() as err:
            order.write(json.dumps([arguments, str(cwd), environment, given]).encode())
            order.seek(0)
            socket.send_fds(self._socket, [b"!"], [order.fileno(), out.fileno(), err.fileno()])
            pid = self._answer(None)
            try:
                code = self._answer(timeout)
            except TimeoutError:
                os.kill(pid, signal.SIGKILL)
                self._answer(None)
                raise subprocess.TimeoutExpired(arguments, timeout, _text(out), _text(err))
            return Ended(code, _text(out), _text(err))

    def _answer(self, timeout: float | None) -> int:
        self._socket.settimeout(timeout)
        told = self._socket.recv(_NUMBER.size)
        if not told:
            raise RuntimeError("the process that forks ended")
        number: int = _NUMBER.unpack(told)[0]
        return number

    def stop(self) -> None:
        self._socket.close()
        self._process.wait()


def _text(file: IO[bytes]) -> str:
    file.seek(0)
    return file.read().decode()


def _import_all() -> None:
    """What a rollout imports, as Ansible itself does it."""
    for name in (
        "ansible.cli.playbook",
        "ansible.executor.process.worker",
        "ansible.plugins.cache.memory",
        "ansible.plugins.connection.winrm",
        "ansible.plugins.shell.powershell",
        "ansible.plugins.strategy.linear",
        "requests_ntlm",
        "xmltodict",
    ):
        importlib.import_module(name)
    for kind in _LOADED_WHOLE:
        package = importlib.import_module(f"ansible.plugins.{kind}")
        for one in pkgutil.iter_modules(package.__path__, f"{package.__name__}."):
            with contextlib.suppress(ImportError):  # what it needs is not installed
                importlib.import_module(one.name)
    importlib.import_module("ansible.plugins.loader").init_plugin_loader()
    for folder in _IMPORTED:
        for path in sorted((PLUGINS / folder).rglob("*.py")):
            inside = path.relative_to(PLUGINS).with_suffix("")
            importlib.import_module(".".join(["ansible_collections.ucops.rollout.plugins", *inside.parts]))


def _fork_for_what_may_act() -> None:
    """Have the other tasks run where Ansible would start a fork for them, with copies of what a fork changes."""
    worker: Any = importlib.import_module("ansible.executor.process.worker")
    fork = worker.WorkerProcess.start

    def start(self: Any) -> None:
        if self._task.action.removeprefix("ansible.builtin.") not in _IN_PLACE:
            fork(self)
            return
        host, task = copy.copy(self._host), self._task.copy()
        given = (host, task, self._task_vars, self._play_context.copy(), self._loader, self._shared_loader_obj)
        with worker._task.TaskContext(task):
            told = worker.TaskExecutor(*given, self._final_q, self._variable_manager).run()
        host.vars, host.groups = {}, []
        fields = task.dump_attrs()
        self._final_q.send_task_result(
            worker._RawTaskResult(host=host, task=task, return_data=told, task_fields=fields)
        )

    worker.WorkerProcess.start = start


def _become_a_run(order: int, out: int, err: int) -> None:
    """What the program finds when it is started, and what importing it would have made for this run."""
    with os.fdopen(order, encoding="utf-8") as file:
        arguments, cwd, environment, *given = json.load(file)
    if any(given):
        os.setsid()  # or it would ask for a password at the terminal of the tests
        source, to = os.pipe()
        os.write(to, given[0].encode())
        os.close(to)
        os.dup2(source, 0)
    for to, source in ((1, out), (2, err)):
        os.dup2(source, to)
        os.close(source)
    os.chdir(cwd)
    os.environ.clear()
    os.environ.update(environment)
    sys.argv[1:] = arguments
    signal.signal(signal.SIGINT, signal.default_int_handler)
    # Made when it is imported, and removed by whoever ends.
    constants, manager = (importlib.import_module(f"ansible.{name}") for name in ("constants", "config.manager"))
    atexit.unregister(manager.cleanup_tmp_file)
    temporary = manager.ensure_type(os.path.dirname(constants.DEFAULT_LOCAL_TMP), "tmppath")
    # Our plugins leave notes for the tasks of one run there, and took its name when they were imported.
    for module in list(sys.modules.values()):
        if "DEFAULT_LOCAL_TMP" in vars(module):
            vars(module)["DEFAULT_LOCAL_TMP"] = temporary


def _run() -> int:
    """The program's exit code, after all that a Python does when it ends."""
    code: Any = 0
    try:
        sys.modules["ansible.cli.playbook"].main()
    except SystemExit as ending:
        code = ending.code
    atexit._run_exitfuncs()
    sys.stdout.flush()
    sys.stderr.flush()
    return code if isinstance(code, int) else int(code is not None)


def serve(program: str, orders: socket.socket) -> None:
    """Fork for each order until nobody can give one any more."""
    sys.argv, sys.path[0] = [program], str(Path(program).parent)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    _import_all()
    _fork_for_what_may_act()
    gc.collect()
    gc.freeze()
    gc.disable()
    while True:
        told, given, _flags, _address = socket.recv_fds(orders, 1, 3)
        if not told:
            return
        child = os.fork()
        if not child:
            orders.close()
            try:
                _become_a_run(*given)
                os._exit(_run())
            finally:
                os._exit(250)  # an error of ours: the program ends with no such code
        orders.sendall(_NUMBER.pack(child))
        for one in given:
            os.close(one)
        orders.sendall(_NUMBER.pack(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])))


if __name__ == "__main__":
    serve(sys.argv[1], socket.socket(fileno=int(sys.argv[2])))
