# Copyright: (c) 2026, The ucops.rollout developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The words that rules are written in: what a rule is evaluated for, its conditions, names and addresses.

A product file uses these words; a product that needs a new one adds it here. Each is a small function of the scope.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import cast

from ansible_collections.ucops.rollout.plugins.module_utils import names
from ansible_collections.ucops.rollout.plugins.module_utils.topology import Certificates, Pool, Server, SipDomain


@dataclass(frozen=True)
class Scope:
    """What a rule is evaluated in: a pool, the SIP domains that it signs in, and one of them or one server."""

    pool: Pool
    sip_domains: tuple[SipDomain, ...]
    certificates: Certificates
    server: Server | None = None
    sip_domain: SipDomain | None = None

    @cached_property
    def of_servers(self) -> tuple[Scope, ...]:
        """A scope for each server; inside one server "each server" means that one."""
        if self.server is not None:
            return (self,)
        return tuple(
            Scope(self.pool, self.sip_domains, self.certificates, server, self.sip_domain)
            for server in self.pool.servers
        )

    @cached_property
    def of_sip_domains(self) -> tuple[Scope, ...]:
        """A scope for each SIP domain that the pool signs in."""
        return tuple(
            Scope(self.pool, self.sip_domains, self.certificates, self.server, sip_domain)
            for sip_domain in self.sip_domains
        )

    @cached_property
    def sign_in_host(self) -> str:
        return sign_in_host(self.pool, _sip_domain_of(self))

    @property
    def path(self) -> str:
        """Where the topology speaks of it."""
        part: SipDomain | Server | Pool = self.sip_domain or self.server or self.pool
        return part.path


@dataclass(frozen=True, slots=True)
class Reach:
    """Addresses, what is there (``load_balancer`` or ``direct``), and the servers that answer in the end."""

    addresses: tuple[str, ...]
    through: str
    servers: tuple[Server, ...]


def _server_of(scope: Scope) -> Server:
    # A rule that speaks of a server is evaluated for each server.
    return cast(Server, scope.server)


def _sip_domain_of(scope: Scope) -> SipDomain:
    # A rule that speaks of a SIP domain is evaluated for each SIP domain.
    return cast(SipDomain, scope.sip_domain)


def sign_in_host(pool: Pool, sip_domain: SipDomain) -> str:
    """The name that the SRV record leads to: the pool's own inside its domain, else its host name in the SIP domain."""
    if names.parent(pool.fqdn) == sip_domain.name:
        return pool.fqdn
    return f"{names.first_label(pool.fqdn)}.{sip_domain.name}"


def _signs_in_by(scope: Scope, name: str) -> bool:
    return any(inner.sign_in_host == name for inner in scope.of_sip_domains)


def _balanced(scope: Scope, service: str) -> Reach:
    """A service of the pool: the load balancer's address, or that of the only server."""
    pool = scope.pool
    if pool.load_balancer is None:
        return Reach(pool.servers[0].addresses["internal"], "direct", pool.servers)
    return Reach(pool.load_balancer.vips[service], "load_balancer", pool.servers)


def _one_server(scope: Scope) -> Reach:
    server = _server_of(scope)
    return Reach(server.addresses["internal"], "direct", (server,))


EACH: Mapping[str, Callable[[Scope], tuple[Scope, ...]]] = {
    "pool": lambda scope: (scope,),
    "server": lambda scope: scope.of_servers,
    "sip_domain": lambda scope: scope.of_sip_domains,
}

CONDITIONS: Mapping[str, Callable[[Scope], bool]] = {
    "web_farm_has_own_name": lambda scope: scope.pool.web_farm_fqdn != scope.pool.fqdn,
    "sign_in_host_is_alias": lambda scope: scope.sign_in_host != scope.pool.fqdn,
    "pool_name_signs_nobody_in": lambda scope: not _signs_in_by(scope, scope.pool.fqdn),
    "subject_is_repeated": lambda scope: scope.certificates.repeat_subject_in_san,
}

NAMES: Mapping[str, Callable[[Scope], str]] = {
    "pool": lambda scope: scope.pool.fqdn,
    "web_farm": lambda scope: scope.pool.web_farm_fqdn,
    "server": lambda scope: _server_of(scope).fqdn,
    "sip_domain": lambda scope: _sip_domain_of(scope).name,
    "sign_in_host": lambda scope: scope.sign_in_host,
}

REACH: Mapping[str, Callable[[Scope], Reach]] = {
    "pool_sip": lambda scope: _balanced(scope, "sip"),
    "pool_web": lambda scope: _balanced(scope, "web"),
    "server": _one_server,
}


def scopes(each: str, when: tuple[str, ...], scope: Scope) -> Iterable[Scope]:
    """Every scope inside this one that a rule with these words applies to."""
    for inner in EACH[each](scope):
        if all(CONDITIONS[condition](inner) for condition in when):
            yield inner


def expand(text: str, scope: Scope) -> str:
    """The text with every ``{word}`` of NAMES replaced."""
    return "".join(NAMES[part](scope) if is_word else part for is_word, part in _parts(text))


@lru_cache(maxsize=1024)
def _parts(text: str) -> tuple[tuple[bool, str], ...]:
    """Literal parts and words; the odd pieces of the split are the words."""
    pieces = re.split(r"\{(\w+)\}", text)
    return tuple((bool(index % 2), piece) for index, piece in enumerate(pieces) if piece)
