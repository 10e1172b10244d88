# Copyright: (c) 2026, The ucops.rollout developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The servers that the NS records of planned zones name beside those that are known to whoever proves."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from typing import Any

from ansible_collections.ucops.rollout.plugins.module_utils.model import OTHER_TEAM
from ansible_collections.ucops.rollout.plugins.module_utils.proof.dns_ask import (
    ADDRESS_TYPES,
    ANSWERED,
    NS,
    DnsAnswer,
    NameServer,
    Question,
)
from ansible_collections.ucops.rollout.plugins.module_utils.proof.dns_records import ExpectedRecord

Ask = Callable[[NameServer, Question], DnsAnswer]


def named_beside(
    groups: Iterable[tuple[Sequence[ExpectedRecord], Sequence[NameServer]]], ask: Ask
) -> list[dict[str, Any]]:
    """Further entries for a module's ``servers``, each with the ``zones`` that name it and it alone is asked for.

    A zone's NS records and the addresses of those are taken from the first given server that answers with authority.
    One that has no address there is looked up by whoever reads the entries. ``groups``: records, and who holds them.
    """
    found: dict[tuple[str, str], dict[str, Any]] = {}
    for records, servers in groups:
        for zone in dict.fromkeys(one.zone for one in records if one.managed != OTHER_TEAM):
            for entry in _beside(zone, servers, ask):
                entry["view"] = records[0].view
                found.setdefault((entry["view"], entry["name"]), entry)["zones"].append(zone)
    return list(found.values())


def _beside(zone: str, servers: Sequence[NameServer], ask: Ask) -> Iterator[dict[str, Any]]:
    for server in servers:
        told = ask(server, Question(zone, NS))
        if told.state == ANSWERED:
            for name in map(str, told.values):
                addresses = _addresses(name, server, ask)
                if not _is_known(name.lower(), addresses, servers):
                    address = next(iter(addresses), name)
                    yield {"name": name.lower(), "address": address, "port": server.port, "zones": []}
            return


def _addresses(name: str, server: NameServer, ask: Ask) -> list[str]:
    """As a client of that server would find it."""
    asked = (Question(name, type, or_recursive=True) for type in ADDRESS_TYPES)
    return [str(value) for question in asked for value in ask(server, question).values]


def _is_known(name: str, addresses: Collection[str], servers: Sequence[NameServer]) -> bool:
    """By its name, also the short one that an inventory may have, or by an address."""
    names = {name, name.partition(".")[0]}
    return any(one.name.lower() in names or one.address in addresses for one in servers)
