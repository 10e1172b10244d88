# Copyright: (c) 2026, The ucops.rollout developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""One run at a time at what must not be done twice: a key, a request, its submission.

A claim is a folder, which Windows makes for one of several only. It is held for one step, not for a run, and whoever
waits sees whether its holder changes: a holder that stays the same for longer than any step takes is gone.
"""

from __future__ import annotations

import re
import secrets
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import datetime, timezone

from ansible_collections.ucops.rollout.plugins.module_utils.errors import RolloutError
from ansible_collections.ucops.rollout.plugins.plugin_utils.controller.running import controller, operator
from ansible_collections.ucops.rollout.plugins.plugin_utils.winrm.host_port import WindowsHost

# In seconds. The longest step is a key and a request, or a submission: a program's 120, and reads before and after.
LONGEST_STEP = 300.0
_RENEWED = 60.0
PATIENCE = 900.0
_POLL = 5.0
_UNSAFE = re.compile(r"[^A-Za-z0-9_.:-]")


@contextmanager
def alone(
    host: WindowsHost,
    what: str,
    *,
    clock: Callable[[], float] = time.monotonic,
    sleep: Callable[[float], None] = time.sleep,
) -> Iterator[Callable[[], None]]:
    """Hold the host's claim of the name ``what`` (letters) while this lasts; waits for another run that holds it.

    Yields what a step of many parts calls before each of them, so that nobody takes its holder for gone.

    :raises RolloutError: when others hold it for longer than ``PATIENCE``, with who and since when.
    """
    held = _Held(host, what, clock)
    _claim(held, sleep)
    try:
        yield held.renew
    finally:
        # A claim that cannot be given back is taken over by the next run; that must not hide what went before.
        with suppress(RolloutError):
            held.give_back()


class _Held:
    """A claim and the name under which this run holds it."""

    def __init__(self, host: WindowsHost, what: str, clock: Callable[[], float]) -> None:
        self.host, self.what, self.clock = host, what, clock
        self.began = clock()
        self.me, self.said = _holder(), self.began

    def take(self) -> bool:
        self.me, self.said = _holder(), self.clock()
        return self.host.files.claim(self.what, self.me)

    def holder(self) -> str | None:
        return self.host.files.claimed_by(self.what)

    def renew(self) -> None:
        if self.clock() - self.said >= _RENEWED:
            self.me, self.said = _holder(), self.clock()
            with suppress(RolloutError):  # the step itself meets what ails the host, and says so
                self.host.files.renew_claim(self.what, self.me)

    def give_back(self) -> None:
        self.host.files.give_back(self.what, self.me)


def _holder() -> str:
    """Who runs, where, since when, in characters that mean nothing to cmd."""
    names = (_UNSAFE.sub("-", name)[:40] or "unknown" for name in (operator(), controller()))
    return "_".join([*names, f"{datetime.now(timezone.utc):%Y-%m-%dT%H:%M:%SZ}", secrets.token_hex(4)])


def _claim(held: _Held, sleep: Callable[[float], None]) -> None:
    since = held.began
    holder: str | None = None
    contended = False
    while not (held.take() and (not contended or held.holder() == held.me)):
        contended = True
        now, seen = held.clock(), held.holder()
        if seen != holder:
            holder, since = seen, now
        elif now - since >= LONGEST_STEP:
            held.host.files.unclaim(held.what)
            since = now
            continue
        if now - held.began >= PATIENCE:
            raise RolloutError(
                f"other runs work on this host, now {_shown(holder)}",
                where=held.host.name,
                mend="Nothing was begun here. Let them end, then run again: what they did is found and not done twice",
            )
        sleep(_POLL)


def _shown(holder: str | None) -> str:
    """``rollout on admin01, since 2026-11-22T08:00:00Z``."""
    parts = (holder or "").rsplit("_", 3)
    return f"{parts[0]} on {parts[1]}, since {parts[2]}" if len(parts) == 4 else "one that does not say who it is"
