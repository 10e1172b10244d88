# Copyright: (c) 2026, The ucops.rollout developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""An estate that is kept as it is: copies of it serve one after the other, and what is done to one the next has not."""

from __future__ import annotations

import os
import shutil
import signal
import threading
import time
from collections.abc import Callable
from pathlib import Path

# To an estate that serves: be kept. To one that is kept: let a copy serve.
KEEP = signal.SIGUSR1
ORDERS = (KEEP, signal.SIGINT, signal.SIGTERM)
_QUIET_SECONDS = 10.0


def until_told(watched: int) -> int:
    """Wait for a signal; returns its number, or 0 where the process ``watched`` is not the parent any more.

    :param watched: 0 for none.
    """
    while True:
        told = signal.sigtimedwait(ORDERS, 1.0)
        if told is not None:
            return told.si_signo
        if watched and os.getppid() != watched:
            return 0


def keep(directory: Path, stop: Callable[[], None], open: Callable[[], object], watched: int) -> None:
    """Stop serving, and have a copy serve for each order, until told to end.

    That an estate is kept is seen by its ``control.json``, which is gone; with a copy there is one again.

    :param open: has the estate serve, and writes its inventory and ``control.json``.
    """
    stop()
    _wait_for_threads()
    _remove_what_is_open(directory)
    while until_told(watched) == KEEP:
        copy = os.fork()
        if not copy:
            _serve(stop, open)
        _wait(copy, watched)
        _remove_what_is_open(directory)


def _serve(stop: Callable[[], None], open: Callable[[], object]) -> None:
    """As a copy, which ends with the process that it was copied from."""
    code = 1
    try:
        watched = os.getppid()
        open()
        until_told(watched)
        stop()
        code = 0
    finally:
        os._exit(code)


def _wait(copy: int, watched: int) -> None:
    """Until the copy has ended, or must since whoever wanted it is gone."""
    while os.waitpid(copy, os.WNOHANG) == (0, 0):
        time.sleep(0.02)
        if watched and os.getppid() != watched:
            os.kill(copy, signal.SIGTERM)
            watched = 0


def _wait_for_threads() -> None:
    """A fork has none of them, and what one had locked would stay so."""
    end = time.monotonic() + _QUIET_SECONDS
    while threading.active_count() > 1:
        if time.monotonic() > end:
            raise RuntimeError(f"the estate still works: {[one.name for one in threading.enumerate()]}")
        time.sleep(0.01)


def _remove_what_is_open(directory: Path) -> None:
    shutil.rmtree(directory / "inventory", ignore_errors=True)
    (directory / "control.json").unlink(missing_ok=True)
