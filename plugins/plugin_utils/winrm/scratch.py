# Copyright: (c) 2026, The ucops.rollout developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Files on a Windows host for the time of one step."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, suppress

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


@contextmanager
def scratch(files: Files, *suffixes: str) -> Iterator[tuple[str, ...]]:
    """``paths``, deleted afterwards.

    When the step itself failed, a failure to clean up (the connection is gone, say) does not hide its error. What
    earlier runs left goes first.
    """
    sweep(files)
    names = paths(files, *suffixes)
    try:
        yield names
    except BaseException:
        with suppress(RolloutError):
            files.delete(names)
        raise
    files.delete(names)
