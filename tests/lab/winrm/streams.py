# Copyright: (c) 2026, The ucops.rollout developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The output of a command: in pieces, queued until the client takes it.

As recorded, the first that a program writes comes by itself, and together what it goes on to write meanwhile. What
is there leaves when the program has ended, or waits for something. So how long it takes on a busy lab, whose machines
share the processor that each has for itself in truth, does not show.
"""

from __future__ import annotations

import threading
from dataclasses import dataclass

# Nothing longer was recorded. Pieces are cut wherever that is, inside a character as well.
PIECE = 1900


class Streams:
    """The output of one command: pieces in the order of writing, and whether it has ended."""

    def __init__(self) -> None:
        self.changed = threading.Condition()
        self._pieces: list[tuple[str, bytes]] = []
        self._open = ""
        self._begun: set[str] = set()
        self._rests = False
        self.exit_code: int | None = None

    def rest(self, now: bool) -> None:
        """Whether the program waits now."""
        with self.changed:
            self._rests = now
            self.changed.notify_all()

    def pause(self) -> None:
        """Another program writes from here on."""
        with self.changed:
            self._begun.clear()
            self._open = ""

    def write(self, name: str, data: bytes) -> None:
        """Queue `data`: behind the last piece of the same stream where that goes on, else as pieces of its own."""
        with self.changed:
            if self._open == name and self._pieces and self._pieces[-1][0] == name:
                data = self._pieces.pop()[1] + data
            self._pieces += ((name, data[start : start + PIECE]) for start in range(0, len(data), PIECE))
            self._open = name if name in self._begun else ""
            self._begun.add(name)
            self.changed.notify_all()

    def finish(self, code: int) -> None:
        with self.changed:
            self.exit_code = code
            self.changed.notify_all()

    def wait(self, seconds: float) -> bool:
        """Wait for the end, or for output of a program that rests; False when there was neither output nor end."""
        with self.changed:
            self.changed.wait_for(lambda: self.exit_code is not None or bool(self._pieces and self._rests), seconds)
            return bool(self._pieces) or self.exit_code is not None

    def wait_for_end(self, seconds: float) -> bool:
        with self.changed:
            return self.changed.wait_for(lambda: self.exit_code is not None, seconds)

    def take(self, limit: int) -> tuple[list[tuple[str, bytes]], int | None]:
        """The pieces that fit into `limit` bytes of reply, and the exit code when nothing is left behind them."""
        taken: list[tuple[str, bytes]] = []
        with self.changed:
            while self._pieces and limit > 0:
                limit -= 200 + len(self._pieces[0][1]) * 4 // 3
                taken.append(self._pieces.pop(0))
            return taken, None if self._pieces else self.exit_code


@dataclass
class StreamSink:
    """Standard output or standard error of a command."""

    streams: Streams
    name: str

    def write(self, data: bytes) -> None:
        if data:
            self.streams.write(self.name, data)
