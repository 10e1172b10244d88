"""Real playbooks against a Windows estate of the lab's."""

from __future__ import annotations

import copy
import json
import os
import re
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import winrm
import yaml
from forkkit import Forking

from lab.client import RunningEstate

ROOT = Path(__file__).resolve().parents[1]
BIN = Path(os.environ.get("UCOPS_BIN", ROOT / ".venv" / "bin"))

STATISTICS = {"ANSIBLE_SHOW_CUSTOM_STATS": "1"}

# The origin's estate with bare Front Ends, whose certificates a command of the site assigns.
_BARE = {"front_end": {"wizard": None, "running": False}}
BY_COMMAND: dict[str, Any] = {
    "hosts": [{"name": "ocssrv01", **_BARE}, {"name": "ocssrv02", **_BARE}],
    "inventory": {
        "variables": {
            "pool_certificates_ocs": "read",
            "pool_certificates_front_end": "command",
            "pool_certificates_front_end_command": ["C:\\Site\\AssignFrontEnd.exe", "/thumbprint:{thumbprint}"],
        }
    },
}

# The first contact with the hosts `reached`; what came of it goes into the file `told`.
FIRST_CONTACT = """
- hosts: localhost
  gather_facts: false
  tasks:
    - ucops.rollout.hosts_info:
        hosts: "{{ reached }}"
      register: found
    - ansible.builtin.copy:
        content: "{{ found }}"
        dest: "{{ told }}"
        mode: "0600"
"""


@dataclass(frozen=True)
class Run:
    """One finished ansible-playbook."""

    code: int
    output: str

    @property
    def recap(self) -> dict[str, dict[str, int]]:
        """host -> {ok, changed, unreachable, failed, ...} of the closing lines."""
        tail = self.output.rpartition("PLAY RECAP")[2]
        rows = re.findall(r"^(\S+)\s+: (ok=.*)$", tail, flags=re.MULTILINE)
        return {host: {key: int(number) for key, number in re.findall(r"(\w+)=(\d+)", row)} for host, row in rows}

    @property
    def published(self) -> dict[str, Any]:
        """What the run published for automation; shown to runs with ``STATISTICS``."""
        shown = self.output.partition("RUN: ")[2].partition("\n\n")[0]
        return json.loads(shown)["ucops_rollout"]

    @property
    def summary(self) -> str:
        """What the summary says, in one line, without the quotes of a list."""
        told = self.output.partition("Show the summary")[2].partition("\nTASK ")[0]
        lines = (line.strip().strip('",') for line in told.splitlines() if line.startswith(" "))
        return " ".join(" ".join(lines).split())

    def total(self, key: str) -> int:
        return sum(row[key] for row in self.recap.values())


class Site:
    """An estate, its inventory, and the playbooks run against it."""

    def __init__(self, estate: RunningEstate, work: Path) -> None:
        self.estate = estate
        self.work = work
        self.reports = work / "report"
        self.first: Run | None = None  # the rollout that was done before the test begins, if any

    def play(
        self,
        playbook: str,
        *options: str,
        variables: dict[str, Any] | None = None,
        settings: dict[str, str] | None = None,
        timeout: int = 240,
        forked: bool = True,
    ) -> Run:
        """Run a playbook of the collection, or a file, against the estate's inventory."""
        return play(
            playbook,
            *("-i", str(self.estate.inventory)),
            *options,
            variables={**self._variables(), **(variables or {})},
            cwd=self.work,
            timeout=timeout,
            settings=settings,
            forked=forked,
        )

    def begin(self, playbook: str, variables: dict[str, Any] | None = None) -> subprocess.Popen[bytes]:
        """Start a playbook that is not waited for, and nobody listens to."""
        extra = {**self._variables(), **(variables or {})}
        command = command_line(playbook, "-i", str(self.estate.inventory), variables=extra)
        silent = subprocess.DEVNULL
        return subprocess.Popen(
            command, cwd=self.work, env=environment(self.work), stdin=silent, stdout=silent, stderr=silent
        )

    def watch(self, playbook: str, seen: str, do: Callable[[], None], variables: dict[str, Any]) -> Run:
        """Run a playbook, and do something once when a line of its output has this text."""
        extra, told = {**self._variables(), **variables}, []
        command = command_line(playbook, "-i", str(self.estate.inventory), variables=extra)
        with subprocess.Popen(
            command,
            cwd=self.work,
            env=environment(self.work),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        ) as running:
            for line in running.stdout or ():
                if seen in line and not any(seen in earlier for earlier in told):
                    do()
                told.append(line)
        return Run(running.returncode, "".join(told))

    def _variables(self) -> dict[str, Any]:
        # The lab's services listen at once, and its zones replicate so: what is not proved at the first look stays so.
        waits = {"pool_verify_wait": 0, "pool_verify_replication_wait": 0}
        return {"pool_report_directory": str(self.reports), **waits}

    def state(self) -> Any:
        return self.estate.state()

    def report(self) -> dict[str, Any]:
        """The newest report, as data."""
        newest = max(self.reports.glob("*.json"), key=lambda path: path.stat().st_mtime_ns)
        return json.loads(newest.read_text(encoding="utf-8"))

    def command(self, host: str, line: str) -> None:
        """Run a command line on a host, as an administrator would."""
        done = self._session(host).run_cmd(line)
        assert done.status_code == 0, done.std_out + done.std_err

    def script(self, host: str, text: str) -> None:
        """Run a script of PowerShell on a host, as an administrator would."""
        done = self._session(host).run_ps(text)
        assert done.status_code == 0, done.std_out + done.std_err

    def _session(self, host: str) -> winrm.Session:
        told = self.estate.variables_of(host)
        return winrm.Session(
            f"{told['ansible_winrm_scheme']}://{told['ansible_host']}:{told['ansible_port']}/wsman",
            auth=(told["ansible_user"], told["ansible_password"]),
            transport="ntlm",
            ca_trust_path=told.get("ansible_winrm_ca_trust_path"),
        )

    def group_vars(self) -> dict[str, Any]:
        return yaml.safe_load(
            (Path(self.estate.inventory).parent / "group_vars" / "all.yml").read_text(encoding="utf-8")
        )


class Lent:
    """An estate that is handed from test to test, as long as each leaves it as it was."""

    def __init__(self, estate: RunningEstate) -> None:
        self.estate = estate
        self._before = self._as_it_is()

    def take_back(self) -> bool:
        """Whether the next test may have it; if not, it is stopped."""
        if self.estate.troubled or self._as_it_is() != self._before:
            self.estate.stop()
            return False
        self.estate.unlock()
        self.estate.reset_counters()
        return True

    def _as_it_is(self) -> tuple[Any, dict[str, bytes]]:
        place = self.estate.inventory.parent
        files = {str(path): path.read_bytes() for path in sorted(place.rglob("*")) if path.is_file()}
        return self.estate.state(), files


# The test whose playbooks are measured: a rollout, its second run and its proof, through every face. Measured, a run
# takes twice the time, and other rollouts reach next to nothing that this one and the unit tests do not.
MEASURED = "test_origin.py::test_first_and_second_run"


def measured(*patterns: str) -> dict[str, str]:
    """Environment that has another Python measure coverage as this one does; empty when it does not.

    :param patterns: files under plugins/, such as ``action/*``.
    """
    running = sys.modules["coverage"].Coverage.current() if "coverage" in sys.modules else None
    if running is None:
        return {}
    config = copy.copy(running.config)
    config.source_dirs = []
    # Ansible's workers are forks that end so. A fork of pytest's own would write all that pytest has measured so far.
    config.patch = ["_exit"]
    config.run_include = [str(ROOT / "plugins" / pattern) for pattern in patterns]
    return {"COVERAGE_PROCESS_CONFIG": config.serialize()}


def environment(cwd: Path, settings: dict[str, str] | None = None) -> dict[str, str]:
    """The caller's, without settings of Ansible other than these."""
    kept = {key: value for key, value in os.environ.items() if not key.startswith("ANSIBLE_")}
    kept |= {
        "ANSIBLE_CONFIG": str(ROOT / "ansible.cfg"),
        "ANSIBLE_NOCOLOR": "1",
        "ANSIBLE_LOCALHOST_WARNING": "False",
        "PWD": str(cwd),
        "PYTHONWARNINGS": "ignore",
        **(settings or {}),
    }
    # The core has its unit tests.
    return kept | (measured("action/*", "filter/*", "plugin_utils/*") if _measured_here() else {})


def _measured_here() -> bool:
    return MEASURED in os.environ.get("PYTEST_CURRENT_TEST", "")


def command_line(playbook: str, *options: str, variables: dict[str, Any] | None = None) -> list[str]:
    """Of a playbook of the collection, or a file."""
    name = playbook if "/" in playbook or "." in playbook else f"ucops.rollout.{playbook}"
    return [str(BIN / "ansible-playbook"), name, *options, "-e", json.dumps(variables or {})]


def play(
    playbook: str,
    *options: str,
    variables: dict[str, Any] | None = None,
    cwd: Path = ROOT,
    timeout: int = 240,
    settings: dict[str, str] | None = None,
    forked: bool = True,
    given: str = "",
) -> Run:
    """Run a playbook of the collection, or a file, without any of the caller's settings of Ansible.

    :param settings: Ansible's environment variables for this run.
    :param given: what a run reads from its standard input, such as a password.
    :param forked: whether a fork will do (``forkkit.py``). The program itself is run where not, with other settings
        than ``STATISTICS``, where it is measured, and on another ansible-core.
    """
    command, surroundings = command_line(playbook, *options, variables=variables), environment(cwd, settings)
    usual = (settings or {}).items() <= STATISTICS.items()
    if forked and usual and not _measured_here() and "UCOPS_BIN" not in os.environ:
        ended = _forking(bool(settings)).run(command[1:], cwd, surroundings, timeout, given)
        return Run(ended.code, ended.stdout + ended.stderr)
    done = subprocess.run(
        command,
        cwd=cwd,
        env=surroundings,
        input=given,
        start_new_session=bool(given),
        capture_output=True,
        text=True,
        timeout=timeout,
        check=False,
    )
    return Run(done.returncode, done.stdout + done.stderr)


_FORKING: dict[bool, Forking] = {}


def _forking(statistics: bool) -> Forking:
    """For runs with or without ``STATISTICS``, which Ansible reads when it is imported."""
    if statistics not in _FORKING:
        _FORKING[statistics] = Forking(BIN, environment(ROOT, STATISTICS if statistics else None))
    return _FORKING[statistics]


def stop_forking() -> None:
    while _FORKING:
        _FORKING.popitem()[1].stop()
