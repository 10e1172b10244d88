# Copyright: (c) 2026, The ucops.rollout developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""How much of a zone one run may take away or change. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from ansible_collections.ucops.rollout.plugins.module_utils.change_set import DELETE, REPORT
from ansible_collections.ucops.rollout.plugins.module_utils.dns.changes import SetChange


@dataclass(frozen=True)
class Limits:
    """Of each zone: records of sets that vanish, and records that are changed or give way within a set that stays.

    In records, and in per cent of those that the zone holds at the planned names; one may always be deleted or changed.
    """

    deletions: int = 5
    deletions_percent: int = 34
    changes: int = 100
    changes_percent: int = 100


@dataclass(frozen=True)
class Excess:
    """A limit that a run would go beyond: of a zone, with the counts. ``limit``: its name, as the option has it."""

    zone: str
    limit: str
    count: int
    allowed: int
    known: int

    def __str__(self) -> str:
        done = "deleted" if self.limit.startswith("deletions") else "changed"
        return (
            f"{self.count} of the {self.known} records known in the zone {self.zone} would be {done}, and"
            f" {self.allowed} may be; if that is meant, raise limits.{self.limit} (pool_dns_limits of the role)"
        )


def beyond(
    limits: Limits, changes: Iterable[SetChange], known: Mapping[str, int], *, named: bool = False
) -> tuple[Excess, ...]:
    """Each limit that the changes go beyond, by zone.

    :param known: by zone, how many records there are at the planned names.
    :param named: whether all that goes was named one by one, so that shares of the zone say nothing.
    """
    deleted: dict[str, int] = {}
    changed: dict[str, int] = {}
    for change in changes:
        if change.verb != REPORT:
            counted = deleted if change.verb == DELETE else changed
            zone = change.wanted.zone
            counted[zone] = counted.get(zone, 0) + len({*change.gone, *change.retime})
    found = []
    for counts, most, share, name in (
        (deleted, limits.deletions, limits.deletions_percent, "deletions"),
        (changed, limits.changes, limits.changes_percent, "changes"),
    ):
        for zone, count in counts.items():
            there = known.get(zone, 0)
            if count > max(most, 1):
                found.append(Excess(zone, name, count, max(most, 1), there))
            elif not named and count > (allowed := max(there * share // 100, 1)):
                found.append(Excess(zone, f"{name}_percent", count, allowed, there))
    return tuple(found)
