# Copyright: (c) 2026, The ucops.rollout developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The parts of a rollout that tags name, and what each of them needs."""

from __future__ import annotations

from collections.abc import Collection, Iterable

from ansible_collections.ucops.rollout.plugins.module_utils.errors import RolloutError
from ansible_collections.ucops.rollout.plugins.module_utils.findings.kind import CERTIFICATES, RECORDS
from ansible_collections.ucops.rollout.plugins.module_utils.names import LONGEST_NAME
from ansible_collections.ucops.rollout.plugins.module_utils.wording import nearest

PLAN = "plan"
DNS = "dns"
OBTAIN = "certificates"
ASSIGN = "assign"
VERIFY = "verify"
REPORT = "report"

# In the order of a run.
PARTS = (PLAN, DNS, OBTAIN, ASSIGN, VERIFY, REPORT)

# Ansible's own tags that stand for every task, or for every task with a tag.
_EVERYTHING = frozenset({"all", "tagged"})

# How like a part's name a tag is that differs by a slip of the fingers.
_SLIP = 0.8


def parts_of(
    run_tags: Collection[str], skip_tags: Collection[str] = (), of: Collection[str] = PARTS
) -> tuple[str, ...]:
    """The parts that a run is to do, in order; empty where its tags leave out the plan, which every part rests on.

    :param run_tags: Ansible's ``ansible_run_tags``; a tag of another name names no part.
    :param skip_tags: Ansible's ``ansible_skip_tags``.
    :param of: the parts that the playbook has.
    """
    has = tuple(part for part in PARTS if part in of)
    named = has if _EVERYTHING & set(run_tags) else tuple(part for part in has if part in run_tags)
    if not named and any(map(_meant, run_tags)):
        # Whoever makes the plan refuses the slip; nothing done would look like a success.
        named = (PLAN,)
    if not named or PLAN in skip_tags or _EVERYTHING & set(skip_tags):
        return ()
    # What a tag asks for cannot be done without the plan, so it is made unasked.
    return (PLAN, *(part for part in named if part != PLAN and part not in skip_tags))


def refuse_misspelt_tags(run_tags: Iterable[str], skip_tags: Iterable[str]) -> None:
    """Raise RolloutError where a tag is nearly a part's name: it would do nothing, or leave nothing out.

    A tag that is like none of them may be that of a larger playbook.
    """
    slips = [
        f"{option}: there is no tag {tag[:LONGEST_NAME]!a}, did you mean '{meant}'?"
        for option, tags in (("--tags", run_tags), ("--skip-tags", skip_tags))
        for tag in sorted({*map(str, tags)})
        if (meant := _meant(tag))
    ]
    if slips:
        raise RolloutError("; ".join(slips), mend=f"The parts of a run are {', '.join(PARTS)}. Nothing was touched")


def _meant(tag: str) -> str:
    """The part that a tag is a slip of; empty for a part itself and for what is like none."""
    if tag in PARTS:
        return ""
    return nearest(tag, PARTS, _SLIP) or next((part for part in PARTS if sorted(part) == sorted(tag)), "")


def halves_of(parts: Collection[str]) -> tuple[str, ...]:
    """The halves of the plan that these parts roll out: RECORDS, CERTIFICATES."""
    records = (RECORDS,) if DNS in parts else ()
    certificates = (CERTIFICATES,) if {OBTAIN, ASSIGN} & set(parts) else ()
    return records + certificates
