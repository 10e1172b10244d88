# Copyright: (c) 2026, The ucops.rollout developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Names of files for the time of one step, and what steps that were cut off left of theirs."""

from __future__ import annotations

from contextlib import suppress

from ansible_collections.ucops.rollout.plugins.module_utils.errors import RolloutError
from ansible_collections.ucops.rollout.plugins.plugin_utils.winrm.files_port import Files


def sweep(files: Files) -> None:
    """Delete what runs that ended left behind; where that fails, the next run tries again."""
    with suppress(RolloutError):
        files.delete(files.leftovers())


def paths(files: Files, *suffixes: str) -> tuple[str, ...]:
    """New paths in the machine's temporary folder that differ in these suffixes only; nothing is created.

    One stem for all, since certreq puts a full response (``.rsp``) next to the certificate whatever it is told.
    """
    stem = files.temporary(suffixes[0])[: -len(suffixes[0])]
    return tuple(stem + suffix for suffix in suffixes)
