# Copyright: (c) 2026, The ucops.rollout developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What was found in a topology document, whichever of its forms that was: neutral, and not yet a topology of ours."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from ansible_collections.ucops.rollout.plugins.module_utils.errors import RolloutError


class NotImported(RolloutError):
    """A document that no topology can be made from."""


@dataclass(frozen=True)
class FoundInterface:
    """A network interface: ``side`` Primary, Internal, External or Pstn. Addresses: empty where there is none.

    ``public``: the address that NAT shows, as far as the document has it.
    """

    side: str
    number: int
    address: str
    public: str


@dataclass(frozen=True)
class FoundMachine:
    """A machine of a cluster."""

    fqdn: str
    interfaces: tuple[FoundInterface, ...]

    def at(self, side: str, number: int | None = None) -> tuple[FoundInterface, ...]:
        """The interfaces on this side, or those of this number on it."""
        return tuple(one for one in self.interfaces if one.side == side and number in (None, one.number))


@dataclass(frozen=True)
class FoundSite:
    """A site; ``branch``: one that hangs on another (a remote site)."""

    number: int
    name: str
    branch: bool


@dataclass(frozen=True)
class FoundCluster:
    """A pool, or a single machine that services stand on."""

    fqdn: str
    site: FoundSite
    machines: tuple[FoundMachine, ...]


@dataclass(frozen=True)
class FoundPort:
    """A listener of a service. ``outside``: the port that a device before it shows; ``fqdn``: the name outside."""

    owner: str
    usage: str
    side: str
    interface: int
    port: int
    protocol: str
    outside: int
    fqdn: str


@dataclass(frozen=True)
class FoundService:
    """A service on a cluster, by the cluster's name; ``needs``: role and cluster of services that it depends on.

    ``on_database``: on a database instance there. ``web_inside``, ``web_outside``: hosts of web services.
    """

    role: str
    version: int
    cluster: str
    on_database: bool
    ports: tuple[FoundPort, ...]
    needs: tuple[tuple[str, str], ...]
    is_director: bool
    is_active: bool
    web_inside: str
    web_outside: str

    def listeners(self, owner: str, usage: str, side: str) -> Iterator[FoundPort]:
        return (one for one in self.ports if (one.owner, one.usage, one.side) == (owner, usage, side))


@dataclass(frozen=True)
class FoundUrl:
    """A simple URL; ``sip_domain`` is empty for all."""

    component: str
    sip_domain: str
    url: str


@dataclass(frozen=True)
class FoundDeployment:
    """All of a document. ``sip_domains``: the default one first.

    ``urls``: None where the document has no place for them. ``remarks``: what is odd about the document itself.
    """

    sip_domains: tuple[str, ...]
    sites: tuple[FoundSite, ...]
    clusters: tuple[FoundCluster, ...]
    services: tuple[FoundService, ...]
    urls: tuple[FoundUrl, ...] | None
    remarks: tuple[str, ...] = ()

    def on(self, cluster: str) -> tuple[FoundService, ...]:
        """The services of a cluster, those on its databases too."""
        return tuple(one for one in self.services if one.cluster == cluster)
