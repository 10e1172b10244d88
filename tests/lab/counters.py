# Copyright: (c) 2026, The ucops.rollout developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Counts requests, bytes and logons per host, for budgets in tests."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any


class Counters:
    """`bytes_in` is what clients sent, `bytes_out` what they got, HTTP headers and authentication included."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._hosts: dict[str, dict[str, Any]] = {}

    def _host(self, host: str) -> dict[str, Any]:
        empty = {
            "requests": 0,
            "bytes_in": 0,
            "bytes_out": 0,
            "kinds": {},
            "logons": {"ok": 0, "failed": 0},
            "running": 0,
        }
        return self._hosts.setdefault(host, empty)

    def request(self, host: str, kind: str, bytes_in: int, bytes_out: int) -> None:
        with self._lock:
            entry = self._host(host)
            kinds = entry["kinds"].setdefault(kind, {"requests": 0, "bytes_in": 0, "bytes_out": 0})
            for target in (entry, kinds):
                target["requests"] += 1
                target["bytes_in"] += bytes_in
                target["bytes_out"] += bytes_out

    @contextmanager
    def running(self, host: str) -> Iterator[None]:
        """Count an operation as under way for as long as it lasts."""
        with self._lock:
            entry = self._host(host)
            entry["running"] += 1
        try:
            yield
        finally:
            with self._lock:
                entry["running"] -= 1

    def logon(self, host: str, ok: bool) -> None:
        with self._lock:
            self._host(host)["logons"]["ok" if ok else "failed"] += 1

    def reset(self) -> None:
        with self._lock:
            self._hosts.clear()

    def snapshot(self) -> dict[str, Any]:
        with self._lock:
            return {host: _copy(self._hosts[host]) for host in sorted(self._hosts)}


def _copy(value: Any) -> Any:
    return {key: _copy(value[key]) for key in sorted(value)} if isinstance(value, dict) else value
