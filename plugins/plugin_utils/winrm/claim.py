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
) -> Iterator[None]:
    """Hold the host's claim of the name ``what`` (letters) while this lasts; waits for another run that holds it.

    :raises RolloutError: when others hold it for longer than ``PATIENCE``, with who and since when.
    """
    me = f"{_holder()}_{secrets.token_hex(4)}"
    _claim(host, what, me, clock, sleep)
    try:
        yield
    finally:
        # A claim that cannot be given back is taken over by the next run; that must not hide what went before.
        with suppress(RolloutError):
            if host.files.claimed_by(what) == me:
                host.files.unclaim(what)


def _holder() -> str:
    """Who runs, where, since when, in characters that mean nothing to cmd."""
    names = (_UNSAFE.sub("-", name)[:40] or "unknown" for name in (operator(), controller()))
    return "_".join([*names, f"{datetime.now(timezone.utc):%Y-%m-%dT%H:%M:%SZ}"])


def _claim(host: WindowsHost, what: str, me: str, clock: Callable[[], float], sleep: Callable[[float], None]) -> None:
    began = since = clock()
    holder: str | None = None
    contended = False
    while not (host.files.claim(what, me) and (not contended or host.files.claimed_by(what) == me)):
        contended = True
        now, seen = clock(), host.files.claimed_by(what)
        if seen != holder:
            holder, since = seen, now
        elif now - since >= LONGEST_STEP:
            host.files.unclaim(what)
            continue
        if now - began >= PATIENCE:
            raise RolloutError(
                f"other runs work on this host, now {_shown(holder)}",
                where=host.name,
                mend="Nothing was begun here. Let them end, then run again: what they did is found and not done twice",
            )
        sleep(_POLL)


def _shown(holder: str | None) -> str:
    """``rollout on admin01, since 2026-11-22T08:00:00Z``."""
    parts = (holder or "").rsplit("_", 3)
    return f"{parts[0]} on {parts[1]}, since {parts[2]}" if len(parts) == 4 else "one that does not say who it is"
