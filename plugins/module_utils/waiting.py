# Copyright: (c) 2026, The ucops.rollout developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Waits that say every few seconds what they wait for, and how long still, to whoever watches the run."""

from __future__ import annotations

import time
from collections.abc import Callable

from ansible_collections.ucops.rollout.plugins.module_utils.wording import number

# Takes a line for whoever watches the run.
Tell = Callable[[str], None]

# In seconds: what is over by then needs no word, and how often it is told after that.
FIRST, EVERY = 3.0, 10.0


def in_silence(_line: str) -> None:
    """What a module tells nobody sees before it ends."""


_telling: list[Tell] = [in_silence]


def tell_by(tell: Tell) -> None:
    """Where the lines of this process go; until then nowhere, as in a module on another host."""
    _telling[:] = [tell]


def tell(line: str) -> None:
    """To whoever watches the run."""
    _telling[0](line)


class Wait:
    """Time that passes while something is waited for, ``seconds`` at most; tells what, once that takes ``first``."""

    def __init__(
        self,
        seconds: float,
        *,
        tell: Tell = tell,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
        first: float = FIRST,
        every: float = EVERY,
    ) -> None:
        self._tell, self._clock, self._sleep, self._every = tell, clock, sleep, every
        self._began = now = clock()
        self._end, self._due = now + seconds, now + first

    @property
    def left(self) -> float:
        """Seconds; 0 or less once the time is over."""
        return self._end - self._clock()

    @property
    def passed(self) -> float:
        """Seconds since it began."""
        return self._clock() - self._began

    def pause(self, seconds: float, what: Callable[[], str]) -> None:
        """Let so many seconds pass; where a word is due, say first what is waited for.

        :param what: completes ``Waiting for …``.
        """
        now = self._clock()
        if now >= self._due:
            self._due = now + self._every
            self._tell(f"Waiting for {what()}: {told(self._end - now)} more at most")
        self._sleep(seconds)


def told(seconds: float) -> str:
    """``45 seconds``, ``3 minutes``."""
    left = max(0, round(seconds))
    return number(left, "second") if left < 120 else number(round(left / 60), "minute")
