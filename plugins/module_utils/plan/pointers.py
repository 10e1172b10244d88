# Copyright: (c) 2026, The ucops.rollout developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""PTR records for planned addresses, in the networks for which the site wants them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from ansible_collections.ucops.rollout.plugins.module_utils import names
from ansible_collections.ucops.rollout.plugins.module_utils.model import OURS, REGISTERED_ELSEWHERE, Reason
from ansible_collections.ucops.rollout.plugins.module_utils.plan.planned_records import WantedRecord
from ansible_collections.ucops.rollout.plugins.module_utils.topology.topology import REVERSE, Topology
from ansible_collections.ucops.rollout.plugins.module_utils.values import is_stand_in

_REASON = Reason(
    rule="dns.reverse",
    purpose="the name of an address, for logs and for programs that look the other side up",
    source="RFC 1035 section 3.5; RFC 1912 section 2.1 (one PTR record for each address)",
    mark="S",
)

_SERVERS, _POOLS, _OTHERS = range(3)


def pointers(records: Sequence[WantedRecord], topology: Topology) -> Iterator[WantedRecord]:
    """A PTR record for each address in a declared network. It leads to one name: the server's own where it has the
    address, else a pool's, else the first that is planned there. Who registers the name registers the pointer, too.
    """
    networks = [(zone.view, zone.name) for zone in topology.zones if zone.kind == REVERSE]
    index = {view: names.ZoneIndex(name for other, name in networks if other == view) for view, _name in networks}
    found: dict[tuple[str, str], list[WantedRecord]] = {}
    for record in records:
        for owner in _owners(record) if record.view in index else ():
            if index[record.view].find(owner):
                found.setdefault((record.view, owner), []).append(record)
    ranks = _ranks(topology)
    elsewhere = {(one.view, one.fqdn) for one in records if one.managed == REGISTERED_ELSEWHERE}
    for (_view, owner), several in found.items():
        first = min(several, key=lambda one: ranks.get(one.fqdn, _OTHERS))
        yield _pointer(owner, first, registered=(first.view, first.fqdn) in elsewhere)


def _ranks(topology: Topology) -> dict[str, int]:
    servers = {server.fqdn: _SERVERS for pool in topology.pools for server in pool.servers}
    return {**{pool.fqdn: _POOLS for pool in topology.pools}, **servers}


def _owners(record: WantedRecord) -> Iterator[str]:
    """The owners of the pointers of an address record; an address that stands in for another has none."""
    if record.type in ("A", "AAAA"):
        for value in record.values:
            if isinstance(value, str) and not is_stand_in(value):
                yield names.reverse_name(value)


def _pointer(owner: str, record: WantedRecord, *, registered: bool) -> WantedRecord:
    return WantedRecord(
        view=record.view,
        fqdn=owner,
        type="PTR",
        values=(record.fqdn,),
        managed=REGISTERED_ELSEWHERE if registered else OURS,
        reason=_REASON,
        breaks="names in logs, and programs that check where a connection comes from",
        path=record.path,
    )
