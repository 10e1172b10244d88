# Copyright: (c) 2026, The ucops.rollout developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Names and addresses of pools and servers, whatever the product."""

from __future__ import annotations

from collections.abc import Iterator

from ansible_collections.ucops.rollout.plugins.module_utils import names
from ansible_collections.ucops.rollout.plugins.module_utils.findings.facts import Facts
from ansible_collections.ucops.rollout.plugins.module_utils.findings.kind import (
    CERTIFICATES,
    RECORDS,
    Example,
    FindingKind,
)
from ansible_collections.ucops.rollout.plugins.module_utils.model import ERROR, WARNING, Finding
from ansible_collections.ucops.rollout.plugins.module_utils.topology.topology import Topology


def look(facts: Facts) -> Iterator[Finding]:
    """Everything about the names and addresses that the topology gives to pools and servers."""
    yield from _addresses(facts.topology)
    yield from _subjects(facts.topology)


ADDRESS_SHARED = FindingKind(
    code="address-shared",
    severity=WARNING,
    about=RECORDS,
    title="Two servers, or two pools' virtual addresses, are the same address",
    message="{address} is given for '{one}' and for '{name}'",
    breaks="one of the two is not reached",
    mend="Check both addresses",
    source="one host, one address",
    decision="may be meant, such as one host with two names",
    example=Example(
        "ocs",
        change={"pools[0].servers[1].addresses.internal": ["10.0.0.11"]},
        where=("pools[0].servers[1].addresses.internal",),
        near={"pools[0].servers[1].addresses.internal": ["10.0.0.13"]},
        message="10.0.0.11 is given for 'ocssrv01.company.local' and for 'ocssrv02.company.local'",
    ),
)


def _addresses(topology: Topology) -> Iterator[Finding]:
    """One address for two servers, for two pools, or for a server and the virtual address of another pool."""
    seen: dict[str, str] = {}
    for address, name, path in _uses(topology):
        one = seen.setdefault(address, name)
        if one != name:
            yield ADDRESS_SHARED.at(path, address=address, one=one, name=name)


def _uses(topology: Topology) -> Iterator[tuple[str, str, str]]:
    for pool in topology.pools:
        vips = pool.load_balancer.vips if pool.load_balancer else {}
        for address in dict.fromkeys(address for some in vips.values() for address in some):
            yield address, pool.fqdn, f"{pool.path}.load_balancer.vips"
        for server in pool.servers:
            for address in server.addresses.get("internal", ()):
                yield address, server.fqdn, f"{server.path}.addresses.internal"


COMMON_NAME_TOO_LONG = FindingKind(
    code="common-name-too-long",
    severity=ERROR,
    about=CERTIFICATES,
    title="A pool's name is too long for a certificate's subject",
    message="'{name}' has {length} characters and must be a certificate's common name, which has 64 at most",
    breaks="the certification authority refuses the request",
    mend="Choose a shorter name for the pool",
    source="RFC 5280 appendix A, ub-common-name",
    decision="no certification authority signs it",
    example=Example(
        "ocs",
        change={"pools[0].fqdn": "ppppppppppppppppppppppppppppppppppppppppppppppppppp.company.local"},
        where=("pools[0].fqdn",),
        near={"pools[0].fqdn": "pppppppppppppppppppppppppppppppppppppppppppppppppp.company.local"},
    ),
)


def _subjects(topology: Topology) -> Iterator[Finding]:
    for pool in topology.pools:
        if len(pool.fqdn) > names.LONGEST_COMMON_NAME:
            yield COMMON_NAME_TOO_LONG.at(f"{pool.path}.fqdn", name=pool.fqdn, length=len(pool.fqdn))
