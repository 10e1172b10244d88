# Copyright: (c) 2026, The ucops.rollout developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The one root of everything that this collection raises on purpose."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any


class RolloutError(Exception):
    """Something that the person at the keyboard can understand and mend.

    :param what: what is wrong, one sentence without a full stop.
    :param where: the place: a path in the topology, a host, a record, a file.
    :param mend: what to do now.

    ``result``: what is known in spite of it, such as the changes that were made before; it joins the task's result.
    """

    result: Mapping[str, Any] = MappingProxyType({})

    def __init__(self, what: str, *, where: str = "", mend: str = "") -> None:
        self.what, self.where, self.mend = writable(what), writable(where), writable(mend)
        super().__init__(self._text())

    def _text(self) -> str:
        place = f"{self.where}: " if self.where else ""
        end = "" if self.what.endswith("?") else "."
        advice = f"{end} {self.mend}" if self.mend else ""
        return f"{place}{self.what}{advice}"


def failed_result(error: RolloutError) -> dict[str, Any]:
    """The result of a step that ended with it."""
    return {"changed": False, **error.result, "failed": True, "msg": str(error)}


def writable(text: str) -> str:
    """The text with halves of surrogate pairs, which no terminal and no file takes, as escapes."""
    return text if text.isascii() else text.encode("utf-8", "backslashreplace").decode("utf-8")
