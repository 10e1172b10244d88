# Copyright: (c) 2026, The ucops.rollout developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The life of one planned certificate on one server: from what is seen to the one step that comes next. Pure.

Nothing is remembered between runs: what a server and an authority have says how far a run came, wherever it ended.
"""

from __future__ import annotations

from dataclasses import dataclass

from ansible_collections.ucops.rollout.plugins.module_utils.errors import RolloutError

# ``held``: what the server's store has for it: nothing of these names, one that serves, one that serves for too short a
# time, or one that does not.
NOTHING_HELD, SERVES, EXPIRES, UNFIT = "nothing", "serves", "expires", "unfit"
HELD = (NOTHING_HELD, SERVES, EXPIRES, UNFIT)

# ``request``: what the authority has for the key that waits on the server. A folder that people carry knows fewer:
# nothing lies there, the request waits, the answer lies there.
NOT_LOOKED_FOR, UNKNOWN, PENDING, ISSUED, AT_HAND, DENIED, REFUSED, REVOKED = (
    "not_looked_for",
    "unknown",
    "pending",
    "issued",
    "at_hand",
    "denied",
    "refused",
    "revoked",
)
REQUEST = (NOT_LOOKED_FOR, UNKNOWN, PENDING, ISSUED, AT_HAND, DENIED, REFUSED, REVOKED)

# ``key_from``: whose key it has: the server's own, that of another which has the certificate, or has not got it yet.
OWN, OTHER_HAS, OTHER_WAITS = "own", "other_has", "other_waits"
KEY_FROM = (OWN, OTHER_HAS, OTHER_WAITS)

# ``assigned``: what the component presents: the certificate that serves, another, none, or nobody can tell.
THIS, ANOTHER, NONE, UNTOLD = "this", "another", "none", "untold"
ASSIGNED = (THIS, ANOTHER, NONE, UNTOLD)

# ``mark``: whether a run that was cut off between the assignment and its proof left a mark of what served before: none,
# one that tells the way back, or one that does not fit what is there by now.
UNMARKED, MARKED, MISLEADING = "unmarked", "marked", "misleading"
MARK = (UNMARKED, MARKED, MISLEADING)

# The steps.
MAKE_KEY, LOOK, SUBMIT, WAIT, STOP, FETCH, INSTALL, TAKE, ASSIGN, SETTLE, UNMARK, PROVE, RETIRE, DONE = (
    "make_key",
    "look",
    "submit",
    "wait",
    "stop",
    "fetch",
    "install",
    "take",
    "assign",
    "settle",
    "unmark",
    "prove",
    "retire",
    "done",
)

_OF_ASSIGNMENT = {THIS: DONE, ANOTHER: ASSIGN, NONE: ASSIGN, UNTOLD: PROVE}
_OF_MARK = {MARKED: SETTLE, MISLEADING: UNMARK}
# What a key that waits leads to. An officer's no is a person's answer, and is not asked again; what a policy refused
# may be mended since; the key of a revoked certificate is given up.
_OF_REQUEST = {
    NOT_LOOKED_FOR: LOOK,
    UNKNOWN: SUBMIT,
    PENDING: WAIT,
    ISSUED: FETCH,
    AT_HAND: INSTALL,
    DENIED: STOP,
    REFUSED: SUBMIT,
    REVOKED: MAKE_KEY,
}
_OF_A_RECORD = (DENIED, REFUSED, REVOKED)


@dataclass(frozen=True, slots=True)
class Observed:
    """What is seen of one certificate, in the values above. ``waiting_key``: a key that fits waits in the store
    REQUEST. ``carried``: people carry request and certificate over a folder. ``left``: one whose place it took is there
    still, and is to go."""

    held: str
    waiting_key: bool = False
    request: str = NOT_LOOKED_FOR
    carried: bool = False
    key_from: str = OWN
    assigned: str = NONE
    left: bool = False
    mark: str = UNMARKED


class Impossible(RolloutError):
    """What was seen cannot be so at once: something was changed meanwhile, or was misread."""


def next_step(seen: Observed, *, where: str = "") -> str:
    """The step that comes next, one of those above; raises Impossible for what cannot be seen at once.

    ``done`` where the component presents it, ``prove`` where only a proof from outside can tell. ``look``: at the
    authority. ``stop``: a person said no. ``retire``: what is left of an earlier one, once ports show that it serves.
    ``settle``: prove what a run that was cut off assigned, else assign the former one again; the mark goes with that.
    ``unmark``: take a mark away that nobody can follow, and touch nothing else.
    """
    _refuse_impossible(seen, where)
    if seen.held == SERVES:
        step = _OF_ASSIGNMENT[seen.assigned]
        if step == ASSIGN:
            return step
        return _OF_MARK.get(seen.mark) or (RETIRE if seen.left else step)
    if seen.key_from != OWN:
        return TAKE if seen.key_from == OTHER_HAS else WAIT
    return _OF_REQUEST[seen.request] if seen.waiting_key else MAKE_KEY


def _refuse_impossible(seen: Observed, where: str) -> None:
    told = ""
    if seen.assigned == THIS and seen.held != SERVES:
        told = "a component presents a certificate that the store does not have"
    elif seen.request not in (NOT_LOOKED_FOR, UNKNOWN) and not seen.waiting_key and seen.held != SERVES:
        told = f"the authority's request is {seen.request.replace('_', ' ')}, and the key that it is for does not wait"
    elif seen.carried and seen.request in _OF_A_RECORD:
        told = f"a folder keeps no record, and is said to have {seen.request} the request"
    if told:
        raise Impossible(told, where=where, mend="Run again: what is there is read anew")
