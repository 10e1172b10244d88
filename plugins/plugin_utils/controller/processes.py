# Copyright: (c) 2026, The ucops.rollout developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Which processes of the controller live, and among which a process id means anything."""

from __future__ import annotations

import hashlib
import os
import secrets
from pathlib import Path

from ansible_collections.ucops.rollout.plugins.plugin_utils.controller.running import controller

_DIGITS = 12
# How a process is named, here and by others: where its id was given out (``process_space``), and the id.
PROCESS = r"([0-9a-f]{12})-([1-9][0-9]{0,6})"


# A zombie, and one that is about to go (proc(5), /proc/pid/stat).
_ENDED = ("Z", "X", "x")


def process_space(proc: Path = Path("/proc")) -> str:
    """Twelve hexadecimal digits for where process ids are given out: this host, since it started, and this container.

    Two controllers never share them, nor two containers of one image. Where the system has no ``/proc`` as Linux has
    (proc(5): random/boot_id; namespaces(7): ns/pid), they are drawn anew, so that nothing is taken for one's own.
    """
    try:
        boot = (proc / "sys/kernel/random/boot_id").read_text(encoding="ascii").strip()
        container = os.readlink(proc / "self/ns/pid")
    except OSError:
        return secrets.token_hex(_DIGITS // 2)
    return hashlib.sha256(f"{controller()} {boot} {container}".encode()).hexdigest()[:_DIGITS]


def lives(process: int, proc: Path = Path("/proc")) -> bool:
    """Whether a process of this id runs, whoever's it is; signal 0 only asks (kill(2)).

    One that has ended keeps its id until its parent has asked for its end, which may take for ever where the parent was
    killed, too. Only ``/proc`` as Linux has it tells these apart; elsewhere such a process counts as living.
    """
    if _state(process, proc) in _ENDED:
        return False
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        pass
    return True


def _state(process: int, proc: Path) -> str:
    """One letter; empty where the system does not tell. It follows the program's name, which may hold anything."""
    try:
        told = (proc / str(process) / "stat").read_bytes()
    except OSError:
        return ""
    after = told.rpartition(b")")[2].split() if b")" in told else []
    return after[0].decode("ascii", errors="replace") if after else ""
