# Copyright: (c) 2026, The ucops.rollout developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The records that a proof is asked to look at: from a plan, or written by hand with less."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ansible_collections.ucops.rollout.plugins.module_utils.codec import from_plain
from ansible_collections.ucops.rollout.plugins.module_utils.dns.record_types import RECORD_TYPES, RecordType, Value
from ansible_collections.ucops.rollout.plugins.module_utils.errors import RolloutError
from ansible_collections.ucops.rollout.plugins.module_utils.model import OURS
from ansible_collections.ucops.rollout.plugins.module_utils.values import Ttl

_NEEDED = ("zone", "fqdn", "type", "values")
_KNOWN = ("ttl", "managed", "view", "removed")
_MEND = "Give the records of a plan (pool_plan) unchanged"


@dataclass(frozen=True, slots=True)
class ExpectedRecord:
    """A record set as it is to be found. ``values`` as the type's row in ``record_types`` reads them; ``ttl``: or None.

    ``managed``, ``view``: as in a plan; of records that others register the TTL is theirs. ``removed``: the values are
    such as must not be found any more.

    A plan's RecordSet has more, which a proof does not need and a person does not write.
    """

    zone: str
    fqdn: str
    type: str
    values: tuple[Value, ...]
    ttl: Ttl | None = None
    managed: str = OURS
    view: str = ""
    removed: bool = False

    @property
    def row(self) -> RecordType | None:
        """What is known of its type; None where it cannot be asked for."""
        return RECORD_TYPES.get(self.type)

    @property
    def targets(self) -> tuple[str, ...]:
        """The names that the values point to and that must have addresses of their own, each once."""
        row = self.row
        if row is None or row.alone or self.removed:  # an alias may lead to another alias, or out of what is planned
            return ()
        return tuple(dict.fromkeys(filter(None, map(row.target, self.values))))


@dataclass(frozen=True, slots=True)
class _Given:
    zone: str
    fqdn: str
    type: str
    values: tuple[Any, ...]
    ttl: Ttl | None = None
    managed: str = OURS
    view: str = ""
    removed: bool = False


def read_records(given: Sequence[Mapping[str, Any]]) -> tuple[ExpectedRecord, ...]:
    """Records from a module's argument; other keys of a plan's records are left aside.

    Raises ``RolloutError`` with the place of what is missing or is no data of the record's type.
    """
    return tuple(_read(record, f"records[{index}]") for index, record in enumerate(given))


def _read(record: Mapping[str, Any], where: str) -> ExpectedRecord:
    missing = [key for key in _NEEDED if key not in record]
    if missing:
        raise RolloutError(f"{', '.join(missing)} missing", where=where, mend=_MEND)
    known = {key: record[key] for key in (*_NEEDED, *_KNOWN) if key in record}
    given = from_plain(_Given, known, where=where, mend=_MEND)
    row = RECORD_TYPES.get(given.type.upper())
    values: tuple[Value, ...] = tuple(map(str, given.values))
    if row is not None:
        values = tuple(row.parse(value, f"{where}: {given.fqdn!a}") for value in given.values)
    more = (given.ttl, given.managed, given.view, given.removed)
    return ExpectedRecord(given.zone, given.fqdn, row.name if row else given.type, values, *more)
