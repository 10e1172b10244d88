# Copyright: (c) 2026, The ucops.rollout developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The port to one DNS server, what it can be asked to do, and what it holds."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

from ansible_collections.ucops.rollout.plugins.module_utils.dns.record_types import Value

PRIMARY = "primary"


@dataclass(frozen=True)
class ZoneState:
    """A zone as the server holds it."""

    name: str
    #: primary, secondary, stub, forwarder, or the server's own number for anything else
    kind: str
    in_directory: bool = False
    paused: bool = False
    #: none, any, secure, or "" where the server does not say
    dynamic_update: str = ""

    @property
    def text(self) -> str:
        """For a person: ``primary zone, in Active Directory, dynamic update: secure``."""
        kept = "in Active Directory" if self.in_directory else "in a file"
        update = f", dynamic update: {self.dynamic_update}" if self.dynamic_update else ""
        return f"{self.kind} zone, {kept}{update}"


@dataclass(frozen=True)
class FoundRecord:
    """One record as the server holds it. ``dynamic``: it has a time stamp, so scavenging may remove it."""

    zone: str
    owner: str
    type: str
    value: Value
    ttl: int
    dynamic: bool = False


@dataclass(frozen=True)
class Capabilities:
    """What a DNS server can be asked to do through its port."""

    types: tuple[str, ...]
    creates_zones: bool = False
    changes_ttl: bool = False
    removes: bool = False


# Windows, through WMI's root\MicrosoftDNS, from Windows Server 2003 on.
WINDOWS = Capabilities(types=("A", "AAAA", "CNAME", "SRV", "TXT"), creates_zones=True, changes_ttl=True, removes=True)


class DnsServer(ABC):
    """One DNS server. Names are lower case without trailing dot. Every failure is a RolloutError."""

    name: str
    capabilities: Capabilities

    @abstractmethod
    def zones(self, names: Sequence[str]) -> Mapping[str, ZoneState]:
        """Those of the named zones that the server has."""

    @abstractmethod
    def records(self, zone: str, owners: Sequence[str]) -> tuple[FoundRecord, ...]:
        """All records of every type at these owner names of an existing zone."""

    @abstractmethod
    def create_zone(self, name: str) -> None:
        """Create a primary zone, kept in Active Directory."""

    @abstractmethod
    def add(self, zone: str, owner: str, kind: str, value: Value, ttl: int) -> None:
        """Add one record."""

    @abstractmethod
    def set_ttl(self, record: FoundRecord, ttl: int) -> None:
        """Change the TTL of one record and nothing else."""

    @abstractmethod
    def remove(self, record: FoundRecord) -> None:
        """Remove one record and nothing else."""

    def flush(self, zone: str) -> None:  # noqa: B027
        """Make changes durable where the server keeps them in memory; by default nothing is needed."""

    @contextmanager
    def alone(self) -> Iterator[str]:
        """Keep other runs from changing this server while this lasts; yields "", or why they cannot be kept away.

        By default nothing is needed, as where a server refuses what was planned on a state that has passed.
        """
        yield ""
