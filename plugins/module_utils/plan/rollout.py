# Copyright: (c) 2026, The ucops.rollout developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What of a plan can be rolled out, by what the ports can do; the rest is refused with path and alternative."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass

from ansible_collections.ucops.rollout.plugins.module_utils.dns import port
from ansible_collections.ucops.rollout.plugins.module_utils.dns.changes import unsupported
from ansible_collections.ucops.rollout.plugins.module_utils.errors import RolloutError
from ansible_collections.ucops.rollout.plugins.module_utils.findings.kind import CERTIFICATES, RECORDS
from ansible_collections.ucops.rollout.plugins.module_utils.model import INTERNAL, OURS, Plan, PlannedCertificate
from ansible_collections.ucops.rollout.plugins.module_utils.products.cs_types import cmdlet_type
from ansible_collections.ucops.rollout.plugins.module_utils.values import STAND_INS, is_stand_in

HALVES = (RECORDS, CERTIFICATES)

FRONT_END = "front_end"
WEB_COMPONENTS = "web_components"
BY_HAND = "by_hand"
LYNC = "lync"

_STANDS_IN = f"an address of {STAND_INS} stands in for one that was not known"
_FILL_IN = "write the real addresses into the topology"


@dataclass(frozen=True, slots=True)
class Assigning:
    """What can be done with a certificate once it is issued.

    ``ways``: the components that get it by a step of their own, and by which; all others are assigned by hand.
    ``cmdlets``: whether the product's own assign where it has them, from Lync Server 2010 on.
    """

    ways: Mapping[str, str]
    cmdlets: bool = True

    def way(self, certificate: PlannedCertificate, component: str) -> str:
        """``lync``, ``front_end``, ``web_components`` or ``by_hand``."""
        if self.cmdlets and cmdlet_type(certificate, component):
            return LYNC
        return self.ways.get(component, BY_HAND)


ASSIGNING = Assigning(ways={FRONT_END: FRONT_END, WEB_COMPONENTS: WEB_COMPONENTS})


@dataclass(frozen=True, slots=True)
class BeyondRollout:
    """A part of a plan that cannot be rolled out: its path, what it is, why not, and what is possible instead."""

    path: str
    what: str
    why: str
    instead: str


class PlanBeyondRollout(RolloutError):
    """The plan holds more than can be rolled out; ``parts`` says what."""

    def __init__(self, parts: Iterable[BeyondRollout]) -> None:
        self.parts = tuple(parts)
        super().__init__("\n".join([_HEADING, *_grouped(self.parts), _FOOTING]))


_HEADING = "Nothing was touched, since this version cannot roll out the whole of this plan yet"
_FOOTING = (
    "plan_pool shows such a plan whole. To roll out the rest of it, name in ucops_only the pools, roles, views or uses"
    " that are wanted; what is left out stands in the report"
)


def refuse_beyond(
    plan: Plan,
    *halves: str,
    views: Collection[str] = (INTERNAL,),
    view: str | None = None,
    pushing: port.Capabilities = port.WINDOWS,
) -> None:
    """Raise PlanBeyondRollout where a half of the plan (RECORDS, CERTIFICATES) holds what no port can do.

    :param views: those with a DNS server to push to.
    :param view: the view that is pushed alone, to a server that somebody chose, so that the other is not looked at.
    """
    parts = tuple(beyond_pushing(plan, pushing, (view,) if view else views, view)) if RECORDS in halves else ()
    if parts:
        raise PlanBeyondRollout(parts)


def beyond_pushing(
    plan: Plan,
    pushing: port.Capabilities = port.WINDOWS,
    views: Collection[str] = (INTERNAL,),
    view: str | None = None,
) -> Iterator[BeyondRollout]:
    """Records of ours that cannot be pushed, of one view or of all, or whose addresses an import made up."""
    for one in unsupported(plan.records, pushing, views):
        if view in (None, one.wanted.view):
            yield BeyondRollout(one.path, f"{one.wanted.type} {one.wanted.fqdn}", one.why, one.instead)
    for at, record in enumerate(plan.records):
        if record.managed == OURS and view in (None, record.view) and any(map(is_stand_in, record.values)):
            yield BeyondRollout(f"records[{at}]", f"{record.type} {record.fqdn}", _STANDS_IN, _FILL_IN)


def _grouped(parts: Iterable[BeyondRollout]) -> Iterator[str]:
    """A line for each reason, with all that it holds for."""
    groups: dict[tuple[str, str], list[str]] = {}
    for part in parts:
        groups.setdefault((part.why, part.instead), []).append(f"{part.what} ({part.path})")
    for (why, instead), told in groups.items():
        yield f"- {', '.join(told)}: {why}; {instead}"
