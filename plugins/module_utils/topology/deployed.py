# Copyright: (c) 2026, The ucops.rollout developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What OCS 2007 and 2007 R2 say of their own pools and SIP domains, compared with a topology. Nothing follows from it
but words: what is set up there is changed by people."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass

from ansible_collections.ucops.rollout.plugins.module_utils.errors import RolloutError
from ansible_collections.ucops.rollout.plugins.module_utils.model import PlannedPool
from ansible_collections.ucops.rollout.plugins.module_utils.products.registry import PRODUCTS
from ansible_collections.ucops.rollout.plugins.module_utils.topology.topology import Pool, Server, Topology
from ansible_collections.ucops.rollout.plugins.module_utils.windows.codes import as_said
from ansible_collections.ucops.rollout.plugins.module_utils.wording import number, some

MOST_NAMED = 10


@dataclass(frozen=True, slots=True)
class DeployedPool:
    """``members``: its servers, by their full or their short names. ``major_version``: None where it is not said."""

    fqdn: str
    members: tuple[str, ...]
    major_version: int | None = None


@dataclass(frozen=True, slots=True)
class DeployedOcs:
    """``pools``, ``sip_domains``: None where they were not asked for, or could not be read; ``unread`` says why."""

    pools: tuple[DeployedPool, ...] | None
    sip_domains: tuple[str, ...] | None
    unread: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class DeployedDifference:
    """``code``: stable; ``what`` differs, what it ``breaks``, and what a person can do about it."""

    code: str
    what: str
    breaks: str
    mend: str

    @property
    def told(self) -> str:
        return f"{self.what}: {self.breaks}. {self.mend}"


POOLS, SIP_DOMAINS = "pools", "sip_domains"
_LATER = "Where it is to be so, activate it there first; else correct the topology"


def compare_deployed(pool: PlannedPool, found: DeployedOcs) -> tuple[DeployedDifference, ...]:
    """What a server of OCS says otherwise than the topology: of its own pool, and of the SIP domains."""
    pools = () if found.pools is None else _pools(pool, found.pools)
    domains = () if found.sip_domains is None else _domains(pool, found.sip_domains)
    return (*pools, *domains)


def planned_pool(topology: Topology, pool: Pool) -> PlannedPool:
    """What is to be compared of one of the topology's pools."""
    front_ends = tuple(one.fqdn for one in pool.servers if _is_front_end(pool, one))
    others = tuple(one.fqdn for one in pool.servers if one.fqdn not in front_ends)
    return PlannedPool(pool.fqdn, pool.product, front_ends, others, tuple(one.name for one in topology.sip_domains))


def pool_of(topology: Topology, server: str) -> PlannedPool:
    """The pool of a server by its full name; raises RolloutError where the topology has no such server."""
    name = _name(server)
    for pool in topology.pools:
        if any(one.fqdn == name for one in pool.servers):
            return planned_pool(topology, pool)
    known = ", ".join(one.fqdn for pool in topology.pools for one in pool.servers)
    raise RolloutError(f"{as_said(server, 80)} is none of the topology's servers ({known})", where="server")


def tells_of_itself(pool: PlannedPool, server: str) -> bool:
    """Whether a server of a pool has these classes of OCS: a Front End of OCS 2007 or 2007 R2."""
    product = PRODUCTS.get(pool.product)
    return product is not None and not product.knows("management_shell") and _name(server) in pool.front_ends


def asked_of(pool: PlannedPool, server: str, read: Collection[str]) -> tuple[str, ...]:
    """Which of POOLS and SIP_DOMAINS a server is asked for: all Front Ends of a pool have the same, so the first of
    those that are ``read`` (full names) tells the pools, and another one, where there is one, the SIP domains."""
    first, *others = [one for one in pool.front_ends if one in read] or [""]
    asked = {POOLS: first, SIP_DOMAINS: next(iter(others), first)}
    return tuple(part for part, one in asked.items() if one == _name(server))


def _is_front_end(pool: Pool, server: Server) -> bool:
    return pool.role == "front_end" and (not server.roles or "front_end" in server.roles)


def _pools(pool: PlannedPool, found: Iterable[DeployedPool]) -> Iterator[DeployedDifference]:
    there = {_name(one.fqdn): one for one in found}
    own = there.get(pool.fqdn)
    if own is None:
        named = f"the pools {some(there, MOST_NAMED)} only" if there else "no pool at all"
        what = f"OCS has no pool {pool.fqdn}, it names {named}"
        yield DeployedDifference("pool-unknown", what, "nobody signs in at a pool that is not there", _LATER)
        return
    wanted = PRODUCTS[pool.product].major
    if own.major_version is not None and own.major_version != wanted:
        what = f"OCS's pool {pool.fqdn} has the major version {own.major_version}, {pool.product} has {wanted}"
        breaks = "the plan follows the rules of another version"
        yield DeployedDifference("pool-version", what, breaks, "Correct `product` of the pool in the topology")
    members = [_name(one) for one in own.members]
    planned = {name for one in pool.servers for name in _either(one)}
    for one in pool.front_ends:
        if _either(one).isdisjoint(members):
            what = f"{one} is in the topology's pool {pool.fqdn}, and not in OCS's"
            yield DeployedDifference("server-not-in-pool", what, "it serves nobody who is sent to it", _LATER)
    for member in _named([one for one in dict.fromkeys(members) if one not in planned], "server"):
        what = f"{member} in OCS's pool {pool.fqdn}, and not in the topology's"
        breaks = "it gets no certificate and no record from here"
        yield DeployedDifference("server-not-planned", what, breaks, "Correct the topology, or the deployment")


def _domains(pool: PlannedPool, found: Iterable[str]) -> Iterator[DeployedDifference]:
    there, planned = {_name(one) for one in found}, set(pool.sip_domains)
    for name in sorted(planned - there):
        what = f"the SIP domain {name} of the topology is none of OCS's"
        mend = "Add it there (Global Properties, General), or correct the topology"
        yield DeployedDifference("sip-domain-missing", what, "nobody signs in with it", mend)
    foreign = sorted(there - planned)
    further = len(foreign) - MOST_NAMED
    names = [f"the SIP domain {name}" for name in foreign[:MOST_NAMED]]
    for name in [*names, *([f"{number(further, 'further SIP domain')}"] if further > 0 else [])]:
        what = f"OCS has {name}, which the topology does not have"
        breaks = "its users find no server by the planned records"
        yield DeployedDifference("sip-domain-not-planned", what, breaks, "Add it to the topology, or remove it there")


def _named(names: Sequence[str], what: str) -> Iterator[str]:
    """The first of the names, and how many more there are, each with its verb."""
    yield from (f"{name} is" for name in names[:MOST_NAMED])
    if more := max(len(names) - MOST_NAMED, 0):
        yield f"{number(more, f'more {what}')} {'is' if more == 1 else 'are'}"


def _name(text: str) -> str:
    return text.strip().rstrip(".").lower()


def _either(server: str) -> set[str]:
    """The names of a server as a member: a short one stands for the full one."""
    return {server, server.partition(".")[0]}
