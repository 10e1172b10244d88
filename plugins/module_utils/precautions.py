# Copyright: (c) 2026, The ucops.rollout developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What is known to go wrong in practice although the plan holds together."""

from __future__ import annotations

from collections.abc import Iterator

from ansible_collections.ucops.rollout.plugins.module_utils import names
from ansible_collections.ucops.rollout.plugins.module_utils.findings import finding
from ansible_collections.ucops.rollout.plugins.module_utils.model import Certificate, Finding, Plan
from ansible_collections.ucops.rollout.plugins.module_utils.topology import Pool, Topology, Zone
from ansible_collections.ucops.rollout.plugins.module_utils.words import sign_in_host

USUAL_NAMES_OUTSIDE = ("www", "mail", "autodiscover", "owa", "ftp")
LONGEST_EXTENSION = 4096  # bytes that a Windows CA stores of one extension


def look_for_pitfalls(topology: Topology, plan: Plan) -> Iterator[Finding]:
    """All warnings and notes, and the error that a certification authority would answer with."""
    yield from _zones(topology, plan)
    yield from _addresses(topology)
    yield from _aliases(topology)
    for pool in topology.pools:
        yield from _subject(pool)
    for certificate in plan.certificates:
        yield from _size(certificate)


def _zones(topology: Topology, plan: Plan) -> Iterator[Finding]:
    planned: dict[tuple[str, str], set[str]] = {(zone.view, zone.name): set() for zone in topology.zones}
    for record in plan.records:
        planned[record.view, record.zone].add(record.name)
    for zone in topology.zones:
        owners = planned[zone.view, zone.name]
        if not owners:
            yield finding("zone-without-records", where=zone.path, name=zone.name)
        hidden = _hidden(zone, owners)
        if hidden:
            yield finding("zone-hides-names", where=zone.path, name=zone.name, hidden=hidden)


def _hidden(zone: Zone, owners: set[str]) -> str:
    """The names that go out of sight, as text; empty where none do. A pin-point zone holds one name and hides none."""
    if zone.if_missing != "create" or owners == {names.APEX}:
        return ""
    if zone.known_names is None:
        usual = ", ".join(name for name in USUAL_NAMES_OUTSIDE if name not in zone.copied_names)
        return f"every name that exists outside and is not copied (such as {usual})"
    copied = owners.union(zone.copied_names)
    return ", ".join(sorted(name for name in set(zone.known_names) if name not in copied))


def _addresses(topology: Topology) -> Iterator[Finding]:
    """One address for two servers, for two pools, or for a server and the virtual address of another pool."""
    seen: dict[str, str] = {}
    for address, name, path in _uses(topology):
        one = seen.setdefault(address, name)
        if one != name:
            yield finding("address-shared", where=path, address=address, one=one, name=name)


def _uses(topology: Topology) -> Iterator[tuple[str, str, str]]:
    for pool in topology.pools:
        vips = pool.load_balancer.vips if pool.load_balancer else {}
        for address in dict.fromkeys(address for some in vips.values() for address in some):
            yield address, pool.fqdn, f"{pool.path}.load_balancer.vips"
        for server in pool.servers:
            for address in server.addresses["internal"]:
                yield address, server.fqdn, f"{server.path}.addresses.internal"


def _aliases(topology: Topology) -> Iterator[Finding]:
    pools = {pool.fqdn: pool for pool in topology.pools}
    for sip_domain in topology.sip_domains:
        host = sign_in_host(pools[sip_domain.home], sip_domain)
        if host not in (sip_domain.home, f"sip.{sip_domain.name}"):
            yield finding("srv-target-alias", where=sip_domain.path, name=host, domain=sip_domain.name)


def _subject(pool: Pool) -> Iterator[Finding]:
    if len(pool.fqdn) > names.LONGEST_COMMON_NAME:
        yield finding("common-name-too-long", where=f"{pool.path}.fqdn", name=pool.fqdn, length=len(pool.fqdn))


def _size(certificate: Certificate) -> Iterator[Finding]:
    alternatives = certificate.subject_alternative_names
    size = encoded_size(alternatives)
    if size > LONGEST_EXTENSION:
        yield finding(
            "names-too-many-for-authority",
            where=certificate.id,
            certificate=certificate.id,
            count=len(alternatives),
            size=size,
        )


def encoded_size(alternatives: tuple[str, ...]) -> int:
    """Bytes of the names as DER: a sequence of dNSName entries (RFC 5280 section 4.2.1.6)."""
    return _with_header(sum(_with_header(len(name)) for name in alternatives))


def _with_header(length: int) -> int:
    """Bytes of a DER element with so much content: one tag, and one to several bytes of length."""
    extra = 0 if length < 128 else (length.bit_length() + 7) // 8
    return 2 + extra + length
