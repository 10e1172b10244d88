# Copyright: (c) 2026, The ucops.rollout developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What an engine found, and what it changed or would change: the one form in which all of them answer."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from ansible_collections.ucops.rollout.plugins.module_utils.codec import to_plain
from ansible_collections.ucops.rollout.plugins.module_utils.model import Reason

CREATE = "create"
CHANGE = "change"
DELETE = "delete"
REPORT = "report"  # nothing changes, and there is something to say
VERBS = (CREATE, CHANGE, DELETE, REPORT)


@dataclass(frozen=True, slots=True)
class Change:
    """One thing that changes, or that is only reported.

    :param what: the thing in words, such as ``A ocspool.company.local`` or ``certificate installed``.
    :param done: the end of ``what`` that says that it has happened, such as ``installed``; empty where nothing does.
    :param subject: the thing for automation, such as zone, name and type; in the result beside ``verb``.
    :param before: its state in plain types; None where it is not there.
    :param after: likewise, read after the change, or as planned in check mode.
    """

    verb: str
    what: str
    subject: Mapping[str, Any] = field(default_factory=dict)
    before: Any = None
    after: Any = None
    reasons: tuple[Reason, ...] = ()
    note: str = ""
    done: str = ""

    @property
    def to_do(self) -> str:
        """``what`` as a thing to come: ``certificate to be installed``."""
        return f"{self.what.removesuffix(self.done)}to be {self.done}" if self.done else self.what

    def to_plain(self) -> dict[str, Any]:
        told = {
            "verb": self.verb,
            "what": self.what,
            **to_plain(self.subject),
            "before": to_plain(self.before),
            "after": to_plain(self.after),
            "reasons": to_plain(self.reasons),
        }
        more = {"note": self.note, "to_do": self.to_do if self.done else ""}
        return {**told, **{key: one for key, one in more.items() if one}}


UNCHANGED, CHANGED, WOULD_CHANGE, NOT_CHANGED = "unchanged", "changed", "would_change", "not_changed"
NOT_READ_BACK = "not_read_back"


@dataclass(frozen=True, slots=True)
class AssignedPlace:
    """A place that names a certificate, such as a type, a binding or a port, as it was read before and after.

    ``before``, ``after``: thumbprints, or how the place names another certificate; empty for none. In check mode
    ``after`` is what is planned. ``state``: unchanged, changed, in check mode would_change; not_changed where another
    certificate was wanted there and is not; not_read_back where only a proof tells what is there now.
    """

    place: str
    before: str
    after: str
    state: str


def assigned_place(place: str, before: str, after: str, wanted: str | None, *, check_mode: bool) -> AssignedPlace:
    """``wanted``: what the place was to name; None for one that is only planned yet."""
    if before != after:
        state = WOULD_CHANGE if check_mode else CHANGED if after == wanted else NOT_CHANGED
    else:
        state = UNCHANGED if after == wanted else NOT_CHANGED
    return AssignedPlace(place, before, after, state)


@dataclass(frozen=True, slots=True)
class ChangeSet:
    """All changes of one step. ``before`` and ``after``: the whole as text for ``--diff``, lines in a stable order."""

    before: str = ""
    after: str = ""
    changes: tuple[Change, ...] = ()

    @property
    def changed(self) -> bool:
        return any(change.verb != REPORT for change in self.changes)

    def to_result(self) -> dict[str, Any]:
        """The part of a task's result that every engine has: ``changed``, ``changes`` and ``diff``."""
        return {
            "changed": self.changed,
            "changes": [change.to_plain() for change in self.changes],
            "diff": {"before": self.before, "after": self.after},
        }


def values_gone(before: Any, after: Any) -> list[Any]:
    """The values of a record set that were there and are no more; none of a state without values, as a zone's."""
    had, has = (one.get("values") or () if isinstance(one, Mapping) else () for one in (before, after))
    return [value for value in had if value not in has]
