# Copyright: (c) 2026, The ucops.rollout developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Starts an estate in a process of its own and talks to its control interface; for tests and demonstrations."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
import urllib.request
from pathlib import Path
from types import TracebackType
from typing import Any

import yaml

from lab import keeping, network

TESTS = Path(__file__).parents[1]
_START_SECONDS = 60.0


class EstateFailed(RuntimeError):
    """The estate did not come up; the message has what it wrote."""


class RunningEstate:
    """A running estate. A context manager: leaving it stops the estate."""

    def __init__(self, process: subprocess.Popen[bytes] | _Copy, directory: Path) -> None:
        self._process, self.directory = process, directory
        control = json.loads((directory / "control.json").read_text(encoding="utf-8"))
        self._url, self._token = control["url"], control["token"]
        self.mode: str = control["mode"]
        self.troubled = False  # whether trouble was ever ordered: what it left behind may show in no state
        self.inventory = Path(control["inventory"])
        self._variables: dict[str, Any] = yaml.safe_load(
            (self.inventory.parent / "group_vars" / "all.yml").read_text(encoding="utf-8")
        )

    @property
    def variables(self) -> dict[str, Any]:
        """The group variables of the inventory."""
        return self._variables

    def address(self, name: str) -> str:
        """The address of a host, by name or FQDN."""
        return str(self._host(name)[1]["ansible_host"])

    def variables_of(self, name: str) -> dict[str, Any]:
        """What the inventory says of a host: the variables of all, and its own."""
        fqdn, given = self._host(name)
        path = self.inventory.parent / "host_vars" / f"{fqdn}.yml"
        own = yaml.safe_load(path.read_text(encoding="utf-8")) if path.exists() else {}
        return {**self._variables, **given, **own}

    def _host(self, name: str) -> tuple[str, dict[str, Any]]:
        hosts = yaml.safe_load(self.inventory.read_text(encoding="utf-8"))["all"]["hosts"]
        for fqdn, variables in hosts.items():
            if name.casefold() in (fqdn.casefold(), fqdn.partition(".")[0].casefold()):
                return fqdn, variables
        raise KeyError(name)

    def port(self, port: int) -> int:
        """The real port for one of the estate."""
        return network.Network(self.mode).port(port)

    def processor_seconds(self) -> float:
        """What the estate's process has used of the processor so far."""
        # After the name in brackets, which may hold anything: the fields from the state on, among them utime and stime.
        fields = Path(f"/proc/{self._process.pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def _call(self, path: str, body: Any = None, *, method: str = "POST") -> Any:
        data = None if method == "GET" else json.dumps(body).encode()
        request = urllib.request.Request(
            self._url + path, data, {"Authorization": f"Bearer {self._token}"}, method=method
        )
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        with opener.open(request, timeout=60) as answer:
            return json.loads(answer.read())

    def state(self) -> dict[str, Any]:
        found: dict[str, Any] = self._call("/state", method="GET")
        return found

    def counters(self) -> dict[str, Any]:
        """{fqdn: {requests, bytes_in, bytes_out, kinds, logons, running}}."""
        found: dict[str, Any] = self._call("/counters", method="GET")
        return found

    def traces(self, host: str) -> dict[str, Any]:
        """What the host's logs and files tell of what ran there, and what they may not tell."""
        return self._call(f"/traces/{host}", method="GET")  # type: ignore[no-any-return]

    def reset_counters(self) -> None:
        self._call("/counters/reset")

    def fault(self, host: str, action: str, **details: Any) -> None:
        """Order trouble: action drop, delay, fault, status; details at, times, match, after, seconds, status, fault."""
        self.troubled = True
        self._call("/faults", [{"host": host, "action": action, **details}])

    def clear_faults(self) -> None:
        self._call("/faults", [])

    def unlock(self) -> None:
        """Forget all bad passwords."""
        self._call("/accounts/unlock")

    def approve(self, request_id: int, host: str = "ca01") -> None:
        self._call(f"/ca/{host}/approve", {"request_id": request_id})

    def deny(self, request_id: int, host: str = "ca01") -> None:
        self._call(f"/ca/{host}/deny", {"request_id": request_id})

    def order(self, part: str, name: str, order: str, /, **body: Any) -> dict[str, Any]:
        """An order that a role of a host takes, or a device; returns what came of it."""
        outcome: dict[str, Any] = self._call(f"/{part}/{name}/{order}", body)["outcome"]
        return outcome

    def turn_clock(self, **passed: float) -> None:
        """Let time pass for the DNS servers: `hours=24`, `minutes=15`."""
        self._call("/clock/turn", passed)

    def stop_host(self, name: str) -> None:
        self.troubled = True
        self._call(f"/hosts/{name}/stop")

    def start_host(self, name: str) -> None:
        self._call(f"/hosts/{name}/start")

    def keep(self) -> KeptEstate:
        """The estate as it is now. It serves no longer: copies of it do."""
        return KeptEstate(self._process, self.directory)

    def stop(self) -> None:
        self._process.terminate()
        try:
            self._process.wait(10)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()

    def __enter__(self) -> RunningEstate:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()


class KeptEstate:
    """An estate that is kept as it was, and serves in copies: one at a time, at the same addresses."""

    def __init__(self, process: subprocess.Popen[bytes] | _Copy, directory: Path) -> None:
        self._process, self._directory = process, directory
        self._tell(there=False)

    def copy(self) -> RunningEstate:
        """A running estate in the state that is kept, its counters included; the one before must have been stopped."""
        self._tell(there=True)
        control = self._directory / "control.json"
        return RunningEstate(_Copy(json.loads(control.read_text(encoding="utf-8"))["pid"], control), self._directory)

    def _tell(self, *, there: bool) -> None:
        os.kill(self._process.pid, keeping.KEEP)
        _until(self._process, self._directory, there=there)

    def stop(self) -> None:
        self._process.terminate()
        self._process.wait(10)


class _Copy:
    """As much of a process as is needed of one that is nobody's child here. ``control`` goes with it."""

    def __init__(self, pid: int, control: Path) -> None:
        self.pid, self._control = pid, control

    def poll(self) -> int | None:
        return None if self._control.exists() else 0

    def terminate(self) -> None:
        os.kill(self.pid, signal.SIGTERM)

    def kill(self) -> None:
        os.kill(self.pid, signal.SIGKILL)

    def wait(self, timeout: float = _START_SECONDS) -> None:
        end = time.monotonic() + timeout
        while self._control.exists():
            if time.monotonic() > end:
                raise subprocess.TimeoutExpired("a copy of an estate", timeout)
            time.sleep(0.02)


def start_estate(
    name_or_path: str | Path, directory: str | Path, mode: str = "ports", overrides: dict[str, Any] | None = None
) -> RunningEstate:
    """Start an estate and wait until it is ready. Each gets loopback addresses of its own."""
    directory = Path(directory)
    directory.mkdir(parents=True, exist_ok=True)
    (directory / "control.json").unlink(missing_ok=True)
    command = [
        sys.executable,
        "-m",
        "lab",
        "up",
        str(name_or_path),
        "--directory",
        str(directory),
        "--mode",
        mode,
        "--with-parent",
    ]
    if overrides:
        (directory / "overrides.yml").write_text(yaml.safe_dump(overrides), encoding="utf-8")
        command += ["--overrides", str(directory / "overrides.yml")]
    log = directory / "lab.log"
    with log.open("wb") as stream:
        process = subprocess.Popen(
            command,
            stdout=subprocess.DEVNULL,
            stderr=stream,
            stdin=subprocess.DEVNULL,
            env=os.environ | {"PYTHONPATH": str(TESTS)},
            start_new_session=True,
        )
    _until(process, directory, there=True)
    return RunningEstate(process, directory)


def _until(process: subprocess.Popen[bytes] | _Copy, directory: Path, *, there: bool) -> None:
    """Wait until its ``control.json`` is there, or is not any more."""
    control, log = directory / "control.json", directory / "lab.log"
    end = time.monotonic() + _START_SECONDS
    while control.exists() != there:
        if process.poll() is not None or time.monotonic() > end:
            process.kill()
            raise EstateFailed(log.read_text(encoding="utf-8", errors="replace") or "it ended without a word")
        time.sleep(0.02)
