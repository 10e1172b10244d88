# Copyright: (c) 2026, The ucops.rollout developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Of the DNS servers that one play pushes to: who writes which zone.

A zone in the directory has one writer, the first server of its view. Records that two servers write at once are two
states of one object there, of which one is lost; of a zone that two create all of one is. Other zones are each server's
own.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from ansible_collections.ucops.rollout.plugins.module_utils.model import Plan, PlannedZone, RecordSet
from ansible_collections.ucops.rollout.plugins.module_utils.report.kept import HostVars, kept

_NO_END = (
    "nothing was changed here: {first} is pushed to before this server, since both may hold the same zones by"
    " replication, and that came to no end. Mend it there and run again, or name this server alone (--limit)"
)

_NOT_YET = (
    "nothing was changed here: {first} is pushed to before this server, since both may hold the same zones by"
    " replication, and was not yet. Under the strategies free and host_pinned no host waits for another: play both with"
    " linear. Else mend what ended it there and run again, or name this server alone (--limit)"
)


@dataclass(frozen=True, slots=True)
class PushTurn:
    """What of a view is pushed to a host.

    ``writer``: the host that is pushed to before it, empty for the first one. ``left``: the zones that arrive from
    there by replication. ``refusal``: why nothing is pushed, empty where it may.
    """

    zones: tuple[PlannedZone, ...]
    records: tuple[RecordSet, ...]
    writer: str = ""
    left: tuple[str, ...] = ()
    refusal: str = ""


def push_turn(hostvars: HostVars, host: str, hosts: Sequence[str], plan: Plan, view: str) -> PushTurn:
    """The turn of a host, of the ``hosts`` of its play.

    One that is not the first is refused until the first was brought to the plan: nobody knows which zones that writes.
    """
    zones = tuple(one for one in plan.zones if one.view == view)
    records = tuple(one for one in plan.records if one.view == view)
    first = next((one for one in hosts if _view_of(hostvars, one, view) == view), host)
    if first == host:
        return PushTurn(zones, records)
    result = kept(hostvars, first, "pool_dns_result") or {}
    if not result.get("pushed"):
        return PushTurn((), (), first, refusal=(_NO_END if result else _NOT_YET).format(first=first))
    left = tuple(str(one["name"]) for one in result.get("zones", ()) if one.get("in_directory"))
    return PushTurn(
        tuple(one for one in zones if one.name not in left),
        tuple(one for one in records if one.zone not in left),
        first,
        tuple(one.name for one in zones if one.name in left),
    )


def _view_of(hostvars: HostVars, host: str, view: str) -> str:
    """A host says it where not all of the play serve the same."""
    return str(kept(hostvars, host, "pool_dns_view") or kept(hostvars, host, "pool_dns_pushed_view") or view)
