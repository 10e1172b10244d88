# Copyright: (c) 2026, The ucops.rollout developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""One run at a time at what must not be done twice: a key, a request, its submission.

A claim is a folder, which Windows makes for one of several only, with a file in it whose name is its holder. It is held
for one step, not for a run, and whoever waits sees whether its holder changes: a holder that stays the same for longer
than any step takes is gone. What a killed run left is told by its name, and nobody waits for that again. Only an empty
folder is removed, so that nobody removes another's claim.
"""

from __future__ import annotations

import os
import re
import secrets
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import datetime, timezone
from functools import partial

from ansible_collections.ucops.rollout.plugins.module_utils.errors import RolloutError
from ansible_collections.ucops.rollout.plugins.module_utils.waiting import Wait
from ansible_collections.ucops.rollout.plugins.plugin_utils.controller.processes import PROCESS, lives, process_space
from ansible_collections.ucops.rollout.plugins.plugin_utils.controller.running import controller, operator
from ansible_collections.ucops.rollout.plugins.plugin_utils.winrm.host_port import WindowsHost

# In seconds. The longest step is a key and a request, or a submission: a program's 120, and reads before and after.
LONGEST_STEP = 300.0
_RENEWED = 60.0
PATIENCE = 900.0
_POLL = 5.0
# No two controllers that log on to a domain have clocks so far apart.
LONG_AGO = 2 * 86400.0
_MAKER = re.compile(rf"{PROCESS}-[0-9a-f]{{8}}")
_UNSAFE = re.compile(r"[^A-Za-z0-9_.-]")
_SINCE = "%Y-%m-%dT%H-%M-%SZ"


@contextmanager
def alone(
    host: WindowsHost,
    what: str,
    *,
    needed: Callable[[], bool] = lambda: True,
    clock: Callable[[], float] = time.monotonic,
    sleep: Callable[[float], None] = time.sleep,
) -> Iterator[HeldClaim | None]:
    """Hold the host's claim of the name ``what`` (letters) while this lasts; waits for another run that holds it.

    Yields what a step of many parts calls before each of them, so that nobody takes its holder for gone. That raises
    RolloutError where somebody did.

    :param needed: asked once where another run holds it: whether to wait for it. If not, None is yielded.
    :raises RolloutError: when others hold it for longer than ``PATIENCE``, with who and since when.
    """
    held = HeldClaim(host, what, clock)
    if not _wait_for(held, needed, sleep):
        yield None
        return
    try:
        yield held
    finally:
        held.give_back()


class HeldClaim:
    """A claim and the names under which this run may hold it: of several, one whose answer was lost."""

    def __init__(self, host: WindowsHost, what: str, clock: Callable[[], float]) -> None:
        self.host, self.what, self.clock = host, what, clock
        self.began = self.said = clock()
        self.names: tuple[str, ...] = ()

    def take(self) -> bool:
        name = _holder()
        self.names, self.said = (name,), self.clock()
        try:
            return self.host.files.claim(self.what, name)
        except RolloutError:
            # It may be had all the same, its answer lost.
            self.give_back()
            raise

    def __call__(self) -> None:
        """Let it be seen that its holder is not gone; raises RolloutError where another run took it over."""
        if not self.names or self.clock() - self.said < _RENEWED:
            return
        now, later = self.names[-1], _holder()
        self.said = self.clock()
        try:
            kept = self.host.files.renew_claim(self.what, now, later)
        except RolloutError:
            self.names = (later, now)
            return  # the step itself meets what ails the host, and says so
        if not kept and self.host.files.claimed_by(self.what) not in self.names:
            raise RolloutError(
                "another run took this host over, since this one was not heard of for some minutes",
                where=self.host.name,
                mend="Let it end, then run again: what was done is found and not done twice",
            )
        self.names = (later,) if kept else self.names

    @property
    def ends(self) -> tuple[str, ...]:
        """As the last program that needs the claim takes it (``FileProgram``); empty once it was given back."""
        return (self.what, *self.names) if self.names else ()

    def given_back(self) -> None:
        """That program was seen to have given it back."""
        self.names = ()

    def give_back(self) -> None:
        if not self.names:
            return
        # A claim that cannot be given back is taken over by the next run; that must not hide what went before.
        with suppress(RolloutError):
            self.host.files.give_back(self.what, *self.names)


def _holder() -> str:
    """Who runs, where, since when, and in which process (``process_space``), in characters that mean nothing to cmd and
    may stand in a file's name."""
    names = (_UNSAFE.sub("-", name)[:40] or "unknown" for name in (operator(), controller()))
    maker = f"{process_space()}-{os.getpid()}-{secrets.token_hex(4)}"
    return "_".join([*names, f"{_now():{_SINCE}}", maker])


def _now() -> datetime:
    return datetime.now(timezone.utc)


def _silent(holder: str | None) -> float:
    """For how many seconds a holder is known to have done nothing: since it took or renewed its claim, where that is
    long ago, or its process was one of this controller, whose clock said when, and has ended; else 0."""
    parts = (holder or "").rsplit("_", 2)
    try:
        age = (_now() - datetime.strptime(parts[-2], _SINCE).replace(tzinfo=timezone.utc)).total_seconds()
    except (IndexError, ValueError):
        return 0.0
    maker = _MAKER.fullmatch(parts[-1])
    ended = maker is not None and maker[1] == process_space() and not lives(int(maker[2]))
    return max(age, 0.0) if ended or age >= LONG_AGO else 0.0


def _wait_for(held: HeldClaim, needed: Callable[[], bool], sleep: Callable[[float], None]) -> bool:
    since, wait = held.began, Wait(PATIENCE, clock=held.clock, sleep=sleep)
    holder: str | None = None
    asked = False
    while not held.take():
        if not asked and not needed():
            return False
        asked = True
        now, seen = held.clock(), held.host.files.claimed_by(held.what)
        if seen != holder:
            holder, since = seen, now - _silent(seen)
        if seen is not None and now - since >= LONGEST_STEP:
            # Of him alone: somebody else may have followed him by now.
            held.host.files.give_back(held.what, seen)
            since = now
            continue
        if now - held.began >= PATIENCE:
            raise RolloutError(
                f"other runs work on this host, now {_shown(holder)}",
                where=held.host.name,
                mend="Nothing was begun here. Let them end, then run again: what they did is found and not done twice."
                f" Where none is left, remove ucops-claim-{held.what} from the host's folder Temp of Windows",
            )
        # On 2008 R2 an account has 15 commands in all, and the holder may be of the same account.
        held.host.programs.rest()
        wait.pause(_POLL, partial(_waited_for, held.host.name, holder))
    return True


def _waited_for(host: str, holder: str | None) -> str:
    return f"another run that works on {host}, {_shown(holder)}"


def _shown(holder: str | None) -> str:
    """``rollout on admin01, since 2026-11-22T08:00:00Z``."""
    parts = (holder or "").rsplit("_", 3)
    if len(parts) != 4:
        return "one that does not say who it is"
    day, _at, hour = parts[2].partition("T")
    return f"{parts[0]} on {parts[1]}, since {day}T{hour.replace('-', ':')}"
