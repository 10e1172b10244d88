# Copyright: (c) 2026, The ucops.rollout developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Finds the hosts of a plan in an Ansible inventory: of each server by the name given, its FQDN, or its short name."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from typing import Any

from ansible_collections.ucops.rollout.plugins.module_utils import names
from ansible_collections.ucops.rollout.plugins.module_utils.errors import RolloutError
from ansible_collections.ucops.rollout.plugins.module_utils.findings import inventory as kinds
from ansible_collections.ucops.rollout.plugins.module_utils.findings.registry import in_order
from ansible_collections.ucops.rollout.plugins.module_utils.model import (
    EXTERNAL,
    INTERNAL,
    OURS,
    VIEWS,
    Finding,
    Plan,
    PlannedServer,
)
from ansible_collections.ucops.rollout.plugins.module_utils.plan.parts import ASSIGN, DNS, OBTAIN, PARTS, VERIFY
from ansible_collections.ucops.rollout.plugins.module_utils.wording import nearest, number

# How like a name is that differs by a slip of the fingers: of a group, and of a host.
_SLIP = 0.87
_LIKE = 0.8
MOST_COMPARED = 20
_ON_SERVERS = frozenset({OBTAIN, ASSIGN, VERIFY})


@dataclass(frozen=True)
class Groups:
    """The names of the inventory's groups that a rollout works on; an empty name is not looked at."""

    servers: str
    dns: str = ""
    ca: str = ""
    dns_external: str = ""

    def of_parts(self, parts: Collection[str]) -> Groups:
        """Those that these parts of a run work on; the plan finds its servers in any case."""
        pushed = DNS in parts
        return replace(
            self,
            dns=self.dns if pushed else "",
            ca=self.ca if OBTAIN in parts else "",
            dns_external=self.dns_external if pushed else "",
        )


@dataclass(frozen=True, slots=True)
class RunHosts:
    """The hosts that take part in a rollout: the DNS servers that are pushed to, the CAs that are asked, the servers.

    ``views``: the views of the plan with DNS servers to push to and to ask, whatever part the run has. ``by_hand``:
    servers that nobody logs on to, by their FQDNs. ``updated``: DNS servers that take dynamic updates from the
    controller, so that nobody logs on to them either.
    """

    dns: tuple[str, ...] = ()
    ca: tuple[str, ...] = ()
    servers: tuple[str, ...] = ()
    dns_external: tuple[str, ...] = ()
    views: tuple[str, ...] = ()
    by_hand: tuple[str, ...] = ()
    updated: tuple[str, ...] = ()


def hosts_of_run(
    plan: Plan,
    groups: Groups,
    inventory: Mapping[str, Iterable[str]],
    parts: Collection[str] = PARTS,
    *,
    every_dns_server: bool = False,
    updated: Collection[str] = (),
) -> RunHosts:
    """The hosts that these parts of a run need, of a plan whose servers were found; each once, in the plan's order.

    Records go to the first DNS server of each view alone: the others hold the same zones by replication. A proof reads
    the CAs, and does without those that are not there.

    :param every_dns_server: all DNS servers of each view, for who reads them, or pushes zones that each has in a file.
    :param updated: hosts of the inventory that take dynamic updates (``takes_updates``).
    :raises RolloutError: one DNS server is to hold both views, or the name of a host is no plain one.
    """
    views = _views(plan, groups, inventory)
    pushed = groups.of_parts(parts)
    most = None if every_dns_server else 1
    dns = _each_once(_members(pushed.dns if INTERNAL in views else "", inventory)[:most])
    dns_external = _each_once(_members(pushed.dns_external if EXTERNAL in views else "", inventory)[:most])
    both = next((one for one in dns if one in dns_external), "")
    if both:
        which = "a" if every_dns_server else "the first"
        raise RolloutError(
            f"{both} is {which} DNS server of both views, in the groups '{groups.dns}' and '{groups.dns_external}'",
            where="inventory",
            mend="One server answers everybody alike: name the server that clients outside ask for the external view",
        )
    authorities = _members(groups.ca if {OBTAIN, VERIFY} & set(parts) else "", inventory)
    asked = (ca_host(certificate.issuer.ca, authorities) for certificate in plan.certificates)
    on_servers = _ON_SERVERS & set(parts)
    servers = (server.inventory_host for server in plan.servers if on_servers)
    worked_on = {OBTAIN, ASSIGN} & set(parts)
    by_hand = tuple(server.fqdn for server in plan.servers if worked_on and not server.logon)
    by_update = tuple(host for host in (*dns, *dns_external) if host in updated)
    found = RunHosts(dns, _each_once(asked), _each_once(servers), dns_external, views, by_hand, by_update)
    _refuse_patterns(run_hosts(found), inventory)
    return found


# Nothing that makes a pattern of it, or several names.
_PLAIN_NAME = re.compile(r"\w[\w.-]*")


def _is_plain(name: str) -> bool:
    if ":" not in name:
        return bool(_PLAIN_NAME.fullmatch(name))
    try:
        return not ipaddress.IPv6Address(name).scope_id
    except ValueError:
        return False


def _refuse_patterns(hosts: Iterable[str], inventory: Mapping[str, Iterable[str]]) -> None:
    """The plays of a run name their hosts one by one, and Ansible reads each name as a pattern."""
    for name in hosts:
        if not _is_plain(name) or any(one != name for one in inventory.get(name, ())):
            raise RolloutError(
                f"the name of the host '{name}' stands for other hosts, too, where Ansible reads it in a play",
                where="inventory",
                mend="Give the host a name that no group has, of letters, digits, dots, hyphens and underscores;"
                " its address may stand in ansible_host",
            )


def _views(plan: Plan, groups: Groups, inventory: Mapping[str, Iterable[str]]) -> tuple[str, ...]:
    """The plan's views; the external one where the inventory has DNS servers for it."""
    planned = {zone.view for zone in plan.zones}
    outside = bool(_members(groups.dns_external, inventory))
    return tuple(view for view in VIEWS if view in planned and (view == INTERNAL or outside))


RUN_DNS, RUN_CAS = RUN_GROUPS = ("ucops_run_dns", "ucops_run_ca")


@dataclass(frozen=True, slots=True)
class TakingPart:
    """A host that Ansible is told of, and the groups of the run that it is put into.

    ``view``: the one that it is pushed, empty for none.
    """

    name: str
    groups: tuple[str, ...]
    view: str = ""


def taking_part(hosts: RunHosts) -> tuple[TakingPart, ...]:
    """The hosts with a group of the run, and those that the inventory may not have; once for each thing that they are.

    The servers are in no group: to put a hundred hosts into one takes Ansible half a second.
    """
    return (
        *(TakingPart(name, (RUN_DNS,), INTERNAL) for name in hosts.dns),
        *(TakingPart(name, (RUN_DNS,), EXTERNAL) for name in hosts.dns_external),
        *(TakingPart(name, (RUN_CAS,)) for name in hosts.ca),
        *(TakingPart(name, ()) for name in hosts.by_hand),
    )


ALL, LOGGED_ON, SERVERS, BY_HAND = RUN_KINDS = ("all", "logged_on", "servers", "by_hand")


def run_hosts(hosts: RunHosts, kind: str = ALL) -> tuple[str, ...]:
    """The hosts of a run, of one kind of ``RUN_KINDS``, each once, for the hosts of a play.

    :raises RolloutError: there is no such kind.
    """
    on_dns = [name for name in (*hosts.dns, *hosts.dns_external) if kind == ALL or name not in hosts.updated]
    kinds = {
        ALL: (*on_dns, *hosts.ca, *hosts.servers, *hosts.by_hand),
        LOGGED_ON: (*on_dns, *hosts.ca, *hosts.servers),
        SERVERS: (*hosts.servers, *hosts.by_hand),
        BY_HAND: hosts.by_hand,
    }
    if kind not in kinds:
        raise RolloutError(f"'{kind}' is no kind of hosts", mend=f"There are {', '.join(RUN_KINDS)}")
    return _each_once(kinds[kind])


# The variable of a DNS server that says how the controller sends it dynamic updates.
BY_UPDATE = "pool_dns_update"


def takes_updates(hostvars: Mapping[str, Mapping[str, Any]], host: str) -> bool:
    """Whether records reach a DNS server of the inventory by dynamic update, and not over WinRM."""
    return host in hostvars and bool(hostvars[host].get(BY_UPDATE))


def refuse_strangers(inventory: Mapping[str, Iterable[str]], added: Iterable[str]) -> None:
    """Raise RolloutError where the inventory itself has groups of the names that a run makes from the plan.

    :param added: the hosts that this run put there before.
    """
    ours = frozenset(added)
    for group in RUN_GROUPS:
        strangers = [host for host in _members(group, inventory) if host not in ours]
        if strangers:
            raise RolloutError(
                f"the inventory has a group '{group}' of its own, with {', '.join(strangers)}",
                where="inventory",
                mend="Give the group another name: a run makes groups of these names from the plan",
            )


def ca_host(ca: str, candidates: Iterable[str]) -> str:
    """The host of a CA (``host\\name``) by its FQDN or its short name; empty where there is none of these names."""
    known = {candidate.lower(): candidate for candidate in candidates}
    return next((known[name] for name in _names_of_ca(ca) if name in known), "")


def _names_of_ca(ca: str) -> tuple[str, ...]:
    host = ca.partition("\\")[0].lower()
    return tuple(dict.fromkeys((host, names.first_label(host)))) if host else ()


def _members(group: str, inventory: Mapping[str, Iterable[str]]) -> tuple[str, ...]:
    return tuple(str(host) for host in inventory.get(group, ())) if group else ()


def _each_once(hosts: Iterable[str | None]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(host for host in hosts if host))


def refuse_misspelt_groups(groups: Groups, inventory: Mapping[str, Iterable[str]]) -> None:
    """Raise RolloutError where a group of the rollout has no hosts, and one of nearly its name has: its hosts would be
    taken for none."""
    named = {one.name: str(getattr(groups, one.name)) for one in fields(groups) if getattr(groups, one.name)}
    others = {str(group) for group in inventory if _members(group, inventory)} - {*named.values(), *RUN_GROUPS, "all"}
    slips = [
        f"there is no group '{group}' with hosts, did you mean the group '{meant}'? Write the name alike in the"
        f" inventory and in ucops_{option}_group"
        for option, group in named.items()
        if not _members(group, inventory) and (meant := nearest(group, others, _SLIP))
    ]
    if slips:
        raise RolloutError("; ".join(slips), where="inventory")


def nearest_host(tried: Sequence[str], hosts: Collection[str]) -> str:
    """``; the nearest name there is 'NAME'``, or nothing, of a server that is looked for by these names."""
    known = {str(host).lower(): str(host) for host in hosts}
    near = next(filter(None, (nearest(name.lower(), known, _LIKE) for name in tried)), "")
    return f"; the nearest name there is '{known[near]}'" if near else ""


def find_hosts(
    plan: Plan,
    groups: Groups,
    inventory: Mapping[str, Iterable[str]],
    *,
    check: bool,
    parts: Collection[str] = PARTS,
) -> Plan:
    """The plan with the found host, or None, at each server.

    :param inventory: hosts of each group, as Ansible's variable ``groups``.
    :param check: only hosts of the servers' group count, and what is missing becomes a finding.
        Otherwise all hosts count where there is no such group.
    :param parts: of the run; servers are missed by those alone that work on them.
    """
    hosts = _hosts(groups.servers, inventory, check)
    servers = tuple(replace(server, inventory_host=_host_of(server, hosts)) for server in plan.servers)
    found = replace(plan, servers=servers)
    if not check:
        return found
    problems = [
        *_empty_groups(plan, groups, inventory),
        *authorities_without_host(plan, groups.ca, inventory),
        *(_without_host(plan, found, groups.servers, inventory) if _ON_SERVERS & set(parts) else ()),
        *_shared(found),
        *_view_without_server(plan, groups.dns_external, inventory),
    ]
    return replace(found, findings=in_order([*plan.findings, *problems]))


def _hosts(group: str, inventory: Mapping[str, Iterable[str]], check: bool) -> dict[str, str]:
    """Lower-case name to the name as the inventory writes it."""
    members = inventory.get(group, () if check else inventory.get("all", ()))
    return {str(host).lower(): str(host) for host in members}


def _tried(server: PlannedServer) -> tuple[str, ...]:
    if server.inventory_host:
        return (server.inventory_host,)
    return (server.fqdn, names.first_label(server.fqdn))


def _host_of(server: PlannedServer, hosts: Mapping[str, str]) -> str | None:
    """None for one that nobody logs on to, also where the inventory has it for other reasons."""
    tried = _tried(server) if server.logon else ()
    return next((hosts[name.lower()] for name in tried if name.lower() in hosts), None)


def _without_host(asked: Plan, found: Plan, group: str, inventory: Mapping[str, Iterable[str]]) -> Iterator[Finding]:
    placed = {one.inventory_host for one in found.servers}
    missing = [
        server
        for server, there in zip(asked.servers, found.servers, strict=True)
        if there.inventory_host is None and server.logon
    ]
    # To compare the names of many servers with many hosts takes long, and a crowd is told by its first alone.
    free = [host for host in inventory.get(group, ()) if host not in placed] if len(missing) <= MOST_COMPARED else []
    for server in missing:
        tried = " and ".join(f"'{name}'" for name in _tried(server))
        told = tried + nearest_host(_tried(server), free)
        yield kinds.SERVER_WITHOUT_INVENTORY_HOST.at(server.fqdn, name=server.fqdn, group=group, tried=told)


def _shared(found: Plan) -> Iterator[Finding]:
    first: dict[str, str] = {}
    for server in found.servers:
        host = server.inventory_host
        if host is not None and first.setdefault(host, server.fqdn) != server.fqdn:
            yield kinds.INVENTORY_HOST_SHARED.at(server.fqdn, name=server.fqdn, one=first[host], host=host)


def authorities_without_host(plan: Plan, group: str, inventory: Mapping[str, Iterable[str]]) -> Iterator[Finding]:
    """A finding for each CA of the plan that no host of the group stands for; an empty group is told elsewhere."""
    candidates = _members(group, inventory)
    asked = dict.fromkeys(certificate.issuer.ca for certificate in plan.certificates if certificate.issuer.ca)
    for ca in asked:
        if candidates and not ca_host(ca, candidates):
            tried = " and ".join(f"'{name}'" for name in _names_of_ca(ca)) + nearest_host(_names_of_ca(ca), candidates)
            yield kinds.CA_WITHOUT_INVENTORY_HOST.at(ca, name=ca, group=group, tried=tried)


def _empty_groups(plan: Plan, groups: Groups, inventory: Mapping[str, Iterable[str]]) -> Iterator[Finding]:
    inside = not plan.zones or any(zone.view == INTERNAL for zone in plan.zones)
    for group, breaks in (
        (groups.dns if inside else "", "there is no DNS server to push the records to"),
        (groups.ca, "there is no certification authority to issue the certificates"),
    ):
        if group and not list(inventory.get(group, ())):
            yield kinds.INVENTORY_GROUP_EMPTY.at(group, group=group, breaks=breaks)


def _view_without_server(plan: Plan, group: str, inventory: Mapping[str, Iterable[str]]) -> Iterator[Finding]:
    """What a rollout of the records would refuse, for whoever only looks at the plan."""
    left = sum(one.view == EXTERNAL and one.managed == OURS for one in plan.records)
    if left and group and not _members(group, inventory):
        yield kinds.EXTERNAL_VIEW_WITHOUT_DNS_SERVER.at(group, group=group, count=number(left, "record set"))
