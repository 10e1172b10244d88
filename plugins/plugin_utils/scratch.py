# Copyright: (c) 2026, The ucops.rollout developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Files on a Windows host for the time of one step."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from ansible_collections.ucops.rollout.plugins.module_utils.errors import RolloutError
from ansible_collections.ucops.rollout.plugins.plugin_utils.ports import Files


@contextmanager
def scratch(files: Files, *suffixes: str) -> Iterator[tuple[str, ...]]:
    """Unique paths with these suffixes, deleted afterwards together with what certreq leaves beside them.

    certreq puts a full response (``.rsp``) next to the certificate. When the step itself failed, a failure to clean
    up (the connection is gone, say) does not hide its error.
    """
    paths = tuple(files.temporary(suffix) for suffix in suffixes)
    try:
        yield paths
    except BaseException:
        try:
            files.delete(_all(paths))
        except RolloutError:
            pass
        raise
    files.delete(_all(paths))


def _all(paths: tuple[str, ...]) -> list[str]:
    beside = (path.rpartition(".")[0] + ".rsp" for path in paths if path.endswith(".cer"))
    return list(dict.fromkeys((*paths, *beside)))
