# Copyright: (c) 2026, The ucops.rollout developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The port to one DNS server, what it can be asked to do, and what it holds."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from ansible_collections.ucops.rollout.plugins.module_utils import names
from ansible_collections.ucops.rollout.plugins.module_utils.codec import to_plain
from ansible_collections.ucops.rollout.plugins.module_utils.dns.record_types import RECORD_TYPES, Value
from ansible_collections.ucops.rollout.plugins.module_utils.errors import RolloutError
from ansible_collections.ucops.rollout.plugins.module_utils.model import Aging, ZoneSettings

PRIMARY = "primary"
FORWARDER = "forwarder"


@dataclass(frozen=True)
class ZoneState:
    """A zone as the server holds it."""

    name: str
    #: primary, secondary, stub, forwarder, or the server's own number for anything else
    kind: str
    #: whether it is kept in Active Directory; None where the server does not say
    in_directory: bool | None = False
    paused: bool = False
    #: none, any, secure, or "" where the server does not say
    dynamic_update: str = ""
    #: the directory partition (``values.Partition``), or "" where it was not asked for or there is none
    partition: str = ""
    #: whether records with a time stamp age, with both intervals; None where the server does not say
    aging: Aging | None = None

    @property
    def described(self) -> dict[str, Any]:
        """What it is, for a task's result; in plain types, since Ansible warns of others."""
        return {
            "kind": self.kind,
            "in_directory": self.in_directory,
            "dynamic_update": self.dynamic_update,
            "partition": to_plain(self.partition),
            "aging": to_plain(self.aging),
        }

    @property
    def text(self) -> str:
        """For a person: ``primary zone, in Active Directory, dynamic update: secure``."""
        kept = {True: ", in Active Directory", False: ", in a file", None: ""}[self.in_directory]
        partition = f" ({self.partition})" if self.partition else ""
        update = f", dynamic update: {self.dynamic_update}" if self.dynamic_update else ""
        return f"{self.kind} zone{kept}{partition}{update}{self._aging_text}"

    @property
    def _aging_text(self) -> str:
        """Nothing of a zone that was never set otherwise."""
        aging = self.aging
        if aging in (None, _NEVER_SET):
            return ""
        hours = f"no-refresh {aging.no_refresh_interval} h, refresh {aging.refresh_interval} h"
        return f", aging: {'on' if aging.enabled else 'off'} ({hours})"


# What a zone has where nobody set its aging.
_NEVER_SET = Aging(enabled=False, no_refresh_interval=168, refresh_interval=168)


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
WINDOWS = Capabilities(types=tuple(RECORD_TYPES), creates_zones=True, changes_ttl=True, removes=True)


# Dynamic update (RFC 2136): zones are made by other means, and a record that is added again has the new TTL.
UPDATES = Capabilities(types=tuple(RECORD_TYPES), changes_ttl=True, removes=True)


@dataclass(frozen=True)
class ZoneUpdate:
    """All changes of one zone: made together, or not at all where a set is not as it was read.

    :param expected: what each set that is changed was read to hold, by owner and type; none: the set is not there.
    :param unused: owners at which no record of any type was read.
    """

    zone: str
    expected: Mapping[tuple[str, str], tuple[Value, ...]]
    unused: frozenset[str]
    add: tuple[FoundRecord, ...]
    remove: tuple[FoundRecord, ...]


class DnsServer(ABC):
    """One DNS server. Names are lower case without trailing dot. Every failure is a RolloutError.

    It is one of the two below, by how it takes changes.
    """

    name: str
    capabilities: Capabilities

    #: whether it gives records that are added from here a time stamp, so that scavenging may remove them
    stamps: bool = False

    @abstractmethod
    def zones(self, names: Sequence[str]) -> Mapping[str, ZoneState]:
        """Those of the named zones that the server has."""

    @abstractmethod
    def records(self, zone: str, owners: Sequence[str]) -> tuple[FoundRecord, ...]:
        """All records of every type at these owner names of an existing zone."""

    @abstractmethod
    def all_records(self, zone: str) -> tuple[FoundRecord, ...]:
        """All records of an existing zone."""

    def existing(self, zone: str, owners: Sequence[str]) -> frozenset[str]:
        """Those of the names below a zone's own that exist: with records of any type, or with a name below them
        (RFC 4592 section 2.2.2).
        """
        return names.with_those_above((one.owner for one in self.all_records(zone)), zone) & {*owners}

    def serials(self, zones: Sequence[str]) -> Mapping[str, int]:
        """The serial number of each zone, which every change of it counts up; none of a zone that gives none."""
        return {}

    def removable(self, record: FoundRecord) -> bool:
        """Whether this one can be removed from here, where records can (``removes``)."""
        return True

    def create_zone(self, name: str, *, file: str = "") -> None:
        """Create a primary zone, kept in Active Directory or in a file; asked of servers that can (``creates_zones``).

        :param file: its name without a path.
        """
        raise RolloutError(f"the zone {name} cannot be created from here", where=self.name)

    def partition_of(self, zone: str) -> str:
        """The directory partition that keeps a zone which was read; "" where there is none or the server says none."""
        return ""

    def cannot_set(self, settings: ZoneSettings) -> str:
        """Why zones cannot be brought to these settings from here; "" where they can."""
        return "settings of zones can be neither read nor set from here: leave them out"

    def set_zone(self, name: str, settings: ZoneSettings) -> None:
        """Change these settings of an existing zone and nothing else; ``storage`` is none of them."""
        raise RolloutError(f"the zone {name}: {self.cannot_set(settings)}", where=self.name)

    def flush(self, zone: str) -> None:  # noqa: B027
        """Make changes durable where the server keeps them in memory; by default nothing is needed."""

    @contextmanager
    def alone(self) -> Iterator[str]:
        """Keep other runs from changing this server while this lasts; yields "", or why they cannot be kept away.

        By default nothing is needed, as where a server refuses what was planned on a state that has passed.
        """
        yield ""


class StepwiseServer(DnsServer):
    """A server that takes one change after another."""

    @abstractmethod
    def add(self, zone: str, owner: str, kind: str, value: Value, ttl: int) -> None:
        """Add one record."""

    @abstractmethod
    def set_ttl(self, record: FoundRecord, ttl: int) -> None:
        """Give one record this TTL and make it a static one; nothing else changes, and it is there at any moment."""

    @abstractmethod
    def remove(self, record: FoundRecord) -> None:
        """Remove one record and nothing else."""


class WholeZoneServer(DnsServer):
    """A server that takes all changes of a zone at once."""

    @abstractmethod
    def update(self, update: ZoneUpdate) -> None:
        """Make them, all or none; after an error of which ``uncertain`` is true they may have been made."""
