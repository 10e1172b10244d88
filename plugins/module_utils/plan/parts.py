# Copyright: (c) 2026, The ucops.rollout developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The parts of a rollout that tags name, and what each of them needs."""

from __future__ import annotations

from collections.abc import Collection

from ansible_collections.ucops.rollout.plugins.module_utils.findings.kind import CERTIFICATES, RECORDS

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
    if not named or PLAN in skip_tags or _EVERYTHING & set(skip_tags):
        return ()
    # What a tag asks for cannot be done without the plan, so it is made unasked.
    return (PLAN, *(part for part in named if part != PLAN and part not in skip_tags))


def halves_of(parts: Collection[str]) -> tuple[str, ...]:
    """The halves of the plan that these parts roll out: RECORDS, CERTIFICATES."""
    records = (RECORDS,) if DNS in parts else ()
    certificates = (CERTIFICATES,) if {OBTAIN, ASSIGN} & set(parts) else ()
    return records + certificates
