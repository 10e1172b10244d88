# Copyright: (c) 2026, The ucops.rollout developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Results of a proof: what was looked at, from where, and what came of it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from ansible_collections.ucops.rollout.plugins.module_utils.codec import to_plain
from ansible_collections.ucops.rollout.plugins.module_utils.wording import number

PROVED = "proved"
FAILED = "failed"
UNPROVED = "unproved"
WOULD_BE_CHECKED = "would_be_checked"


@dataclass(frozen=True, slots=True)
class Cause:
    """Why results are not ``proved``; those of an equal cause are told as one.

    ``kind``: a state of an answer or a handshake, or a word of the judge. ``where``: what it was met at, empty where
    that is different for each. ``what``, ``mend``: what to say of it and what to do, for all of them alike.
    """

    kind: str
    where: str
    what: str
    mend: str = ""

    def __str__(self) -> str:
        said = f"{self.where}: {self.what}" if self.where else self.what
        return f"{said}. {self.mend}" if self.mend else said


@dataclass(frozen=True)
class ProofResult:
    """One check of one subject at one place.

    ``state``: ``proved``; ``failed`` (seen, and wrong); ``unproved`` (could not be seen); ``would_be_checked``.
    ``server`` and ``address`` say who was asked. ``expected`` and ``found`` are JSON-able, None where there is none.
    ``cause``: what several results may have in common, None where the message is this one's alone. ``remarks``: what
    is worth knowing and keeps nothing from being proved, such as clients that are shut out. ``waited``: the seconds for
    which it was looked at again, until it was so.
    """

    check: str
    subject: str
    state: str
    message: str
    server: str = ""
    address: str = ""
    expected: Any = None
    found: Any = None
    cause: Cause | None = None
    remarks: tuple[str, ...] = ()
    waited: int = 0

    def to_plain(self) -> dict[str, Any]:
        """The result as a module returns it."""
        plain: dict[str, Any] = to_plain(self)
        return plain if self.waited else {key: value for key, value in plain.items() if key != "waited"}


def summary(results: Iterable[ProofResult]) -> dict[str, int]:
    """How many results there are of each state; ``would_be_checked`` only when there are such."""
    counts = {PROVED: 0, FAILED: 0, UNPROVED: 0}
    for result in results:
        counts[result.state] = counts.get(result.state, 0) + 1
    return counts


def outcome(results: Sequence[ProofResult], *, fail: bool) -> dict[str, Any]:
    """What a module returns: ``results``, ``summary``, ``changed`` and, if something is wrong, ``failed`` with ``msg``.

    ``fail``: whether a result in state ``failed`` makes the module fail.
    """
    returned: dict[str, Any] = {
        "changed": False,
        "results": [result.to_plain() for result in results],
        "summary": summary(results),
    }
    wrong = [result for result in results if result.state == FAILED]
    if wrong and fail:
        returned.update(failed=True, msg=_failure(wrong, len(results)))
    return returned


def _failure(wrong: Sequence[ProofResult], total: int) -> str:
    first = "; ".join(f"{result.subject} at {place(result)}: {result.message}" for result in wrong[:5])
    more = f"; and {len(wrong) - 5} more, see results" if len(wrong) > 5 else ""
    return f"{len(wrong)} of {number(total, 'check')} failed: {first}{more}"


def place(result: ProofResult) -> str:
    """Who was asked, for a person to read."""
    if result.server and result.address:
        return f"{result.server} ({result.address})"
    return result.server or result.address


def endpoint_text(address: str, port: int) -> str:
    """``10.0.0.10:5061``, ``[fd00::10]:5061``."""
    return f"[{address}]:{port}" if ":" in address else f"{address}:{port}"
