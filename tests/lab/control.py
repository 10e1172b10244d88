# Copyright: (c) 2026, The ucops.rollout developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The control interface of a running estate: HTTP with JSON on loopback."""

from __future__ import annotations

import datetime
import http.server
import json
import secrets
import threading
from typing import TYPE_CHECKING, Any

from lab.injections import Injection
from lab.roles import NoSuchOrder
from lab.traces import told

if TYPE_CHECKING:
    from lab.estate import Estate


class NoSuchThing(KeyError):
    """The path names no host, CA or function."""


class Control:
    """GET /state, /counters, /traces/<host>; POST /counters/reset, /faults, /clock/turn, /hosts/<name>/{stop,start},
    /<role>/<name>/<order>, …"""

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
        if path.startswith("/traces/"):
            return told(self._estate.machine(path.removeprefix("/traces/")))
        raise NoSuchThing(path)

    def post(self, path: str, body: Any) -> Any:
        """Do what the path says; returns what is to be answered."""
        match path.strip("/").split("/"):
            case ["counters", "reset"]:
                self._estate.counters.reset()
            case ["faults"]:
                self._order(body or [])
            case ["accounts", "unlock"]:
                self._estate.unlock()
            case ["hosts", name, "stop"]:
                self._estate.stop_host(name)
            case ["hosts", name, "start"]:
                self._estate.start_host(name)
            case ["clock", "turn"]:
                self._estate.turn(datetime.timedelta(**body))
            case [role, name, order]:
                return self._carry_out(role, name, order, body)
            case _:
                raise NoSuchThing(path)
        return {"done": True}

    def _order(self, orders: list[dict[str, Any]]) -> None:
        if not orders:
            self._estate.injections.clear()
        self._estate.injections.add([Injection.of(order) for order in orders])

    def _carry_out(self, role: str, name: str, order: str, body: Any) -> Any:
        """An order that the host's role of that name takes, or the device of that list and name."""
        devices = (one for one in self._estate.devices if (one.name, one.settings.get("name")) == (role, name))
        found = next(devices, None) or self._estate.machine(name).roles.get(role)
        if found is None:
            raise NoSuchThing(f"{name} is no {role}")
        try:
            return {"done": True, "outcome": found.carry_out(order, body)}
        except NoSuchOrder as error:
            raise NoSuchThing(order) from error


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
