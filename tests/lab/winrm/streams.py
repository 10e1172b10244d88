# Copyright: (c) 2026, The ucops.rollout developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The output of a command: cut into pieces, queued until the client takes it."""

from __future__ import annotations

import itertools
import threading
from dataclasses import dataclass

# Lengths of the pieces that output is cut into, over and over: small ones split multi-byte characters.
PIECES = (5, 400, 1, 1000, 3, 800)
LINGER = 0.03


class Streams:
    """The output of one command: pieces in the order of writing, and whether it has ended."""

    def __init__(self) -> None:
        self.changed = threading.Condition()
        self._pieces: list[tuple[str, bytes]] = []
        self._lengths = {"stdout": itertools.cycle(PIECES), "stderr": itertools.cycle(PIECES)}
        self.exit_code: int | None = None

    def write(self, name: str, data: bytes) -> None:
        """Cut `data` into pieces and queue them."""
        with self.changed:
            while data:
                length = next(self._lengths[name])
                self._pieces.append((name, data[:length]))
                data = data[length:]
            self.changed.notify_all()

    def finish(self, code: int) -> None:
        with self.changed:
            self.exit_code = code
            self.changed.notify_all()

    def wait(self, seconds: float) -> bool:
        """Wait for output or the end; False when there was neither."""
        with self.changed:
            self.changed.wait_for(lambda: bool(self._pieces) or self.exit_code is not None, seconds)
            if self._pieces and self.exit_code is None:
                self.changed.wait_for(lambda: self.exit_code is not None, LINGER)
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
