# Copyright: (c) 2026, The ucops.rollout developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The control interface of a running estate (HTTP with JSON on loopback), and the trouble it can be told to make."""

from __future__ import annotations

import contextlib
import http.server
import json
import secrets
import socket
import threading
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from lab import faults

if TYPE_CHECKING:
    from lab.estate import Estate
    from lab.machine import Machine

_ACTIONS = ("drop", "delay", "fault", "status")
_FAULTS = {
    "timed_out": faults.timed_out,
    "access_denied": faults.access_denied,
    "generic_failure": lambda: faults.generic_failure("PutInstance", ""),
    "not_found": lambda: faults.not_found("GetObject", ""),
    "busy": lambda: faults.Fault("s:Receiver", "w:InternalError", "The requested resource is in use. ", 170),
    "operations_quota": lambda: faults.operations_quota(15, wmi_error=False),
    "operations_quota_new": lambda: faults.operations_quota(1500, wmi_error=True),
    "shell_quota": lambda: faults.shell_quota(5),
    "shell_not_found": faults.shell_not_found,
}


@dataclass
class Injection:
    """Trouble for the n-th request that matches, counted from now. `after`: once the request has had its effect.

    A delay that is longer than the request's OperationTimeout ends with the timeout's fault.
    """

    host: str
    action: str
    at: int = 1
    times: int = 1
    match: dict[str, str] = field(default_factory=dict)
    after: bool = False
    seconds: float = 0.0
    status: int = 500
    fault: str = "generic_failure"
    seen: int = 0

    @classmethod
    def of(cls, values: dict[str, Any]) -> Injection:
        """From JSON. Raises ValueError for what does not exist."""
        unknown = set(values) - {"host", "action", "at", "times", "match", "after", "seconds", "status", "fault"}
        one = cls(**values) if not unknown else None
        if one is None or one.action not in _ACTIONS or one.fault not in _FAULTS:
            raise ValueError(f"actions {_ACTIONS}, faults {sorted(_FAULTS)}; got {values}")
        if set(one.match) - {"kind", "action", "text"}:
            raise ValueError("match takes kind, action (or text): what the message contains")
        return one

    def fits(self, machine: Machine, kind: str, message: bytes) -> bool:
        if self.host not in ("*", machine.name, machine.fqdn) or self.match.get("kind", kind) != kind:
            return False
        return all(text.encode() in message for key, text in self.match.items() if key != "kind")

    def build_fault(self) -> faults.Fault:
        return _FAULTS[self.fault]()


class Injections:
    """The troubles ordered so far; each request takes at most one."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._ordered: list[Injection] = []

    def add(self, injections: list[Injection]) -> None:
        with self._lock:
            self._ordered += injections

    def clear(self) -> None:
        with self._lock:
            self._ordered.clear()

    def take(self, machine: Machine, kind: str, message: bytes) -> Injection | None:
        with self._lock:
            due = None
            for injection in self._ordered:
                if injection.fits(machine, kind, message):
                    injection.seen += 1
                    if due is None and injection.at <= injection.seen < injection.at + injection.times:
                        due = injection
            return due


def sever(handler: http.server.BaseHTTPRequestHandler) -> None:
    """Cut the connection without an answer."""
    handler.close_connection = True
    with contextlib.suppress(OSError):
        handler.connection.shutdown(socket.SHUT_RDWR)


class NoSuchThing(KeyError):
    """The path names no host, CA or function."""


class Control:
    """GET /state, /counters; POST /counters/reset, /faults, /ca/<name>/{approve,deny}, /hosts/<name>/{stop,start}, …"""

    def __init__(self, estate: Estate) -> None:
        self._estate = estate
        self.token = secrets.token_hex(16)
        self._server: http.server.ThreadingHTTPServer | None = None

    @property
    def url(self) -> str:
        assert self._server is not None
        return "http://{}:{}".format(*self._server.server_address[:2])

    def start(self) -> None:
        server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), _Handler)
        server.daemon_threads = True
        server.control = self  # type: ignore[attr-defined]
        self._server = server
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()

    def stop(self) -> None:
        if self._server is not None:
            self._server.shutdown()
            self._server.server_close()

    def get(self, path: str) -> Any:
        if path == "/state":
            return self._estate.snapshot()
        if path == "/counters":
            return self._estate.counters.snapshot()
        raise NoSuchThing(path)

    def post(self, path: str, body: Any) -> Any:
        """Do what the path says; returns what is to be answered."""
        match path.strip("/").split("/"):
            case ["counters", "reset"]:
                self._estate.counters.reset()
            case ["faults"]:
                self._order(body or [])
            case ["accounts", "unlock"]:
                self._estate.accounts.unlock()
            case ["hosts", name, "stop"]:
                self._estate.stop_host(name)
            case ["hosts", name, "start"]:
                self._estate.start_host(name)
            case ["ca", name, ("approve" | "deny") as verdict]:
                return self._decide(name, verdict, int(body["request_id"]))
            case _:
                raise NoSuchThing(path)
        return {"done": True}

    def _order(self, orders: list[dict[str, Any]]) -> None:
        if not orders:
            self._estate.injections.clear()
        self._estate.injections.add([Injection.of(order) for order in orders])

    def _decide(self, name: str, verdict: str, request_id: int) -> Any:
        authority = self._estate.machine(name).roles.get("ca")
        if authority is None:
            raise NoSuchThing(name)
        outcome = authority.approve(request_id) if verdict == "approve" else authority.deny(request_id)
        return {"done": True, "outcome": str(outcome)}


class _Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    @property
    def control(self) -> Control:
        control: Control = self.server.control  # type: ignore[attr-defined]
        return control

    def log_message(self, *_arguments: object) -> None:
        """Say nothing."""

    def do_GET(self) -> None:  # noqa: N802
        self._run(lambda: self.control.get(self.path))

    def do_POST(self) -> None:  # noqa: N802
        data = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        self._run(lambda: self.control.post(self.path, json.loads(data) if data else None))

    def _run(self, work: Any) -> None:
        if not secrets.compare_digest(self.headers.get("Authorization", ""), f"Bearer {self.control.token}"):
            return self._answer(401, {"error": "the token of control.json is wanted: Authorization: Bearer …"})
        try:
            return self._answer(200, work())
        except NoSuchThing as error:
            return self._answer(404, {"error": f"no such thing: {error}"})
        except Exception as error:
            return self._answer(400, {"error": f"{type(error).__name__}: {error}"})

    def _answer(self, status: int, content: Any) -> None:
        data = json.dumps(content, indent=1, sort_keys=True).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)
