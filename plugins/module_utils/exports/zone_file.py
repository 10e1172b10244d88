# Copyright: (c) 2026, The ucops.rollout developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Zone files in the master file format (RFC 1035 section 5), as BIND and most others load them.

Each zone comes twice: whole, and as records alone for ``$INCLUDE`` in a zone file that exists.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from ansible_collections.ucops.rollout.plugins.module_utils import names
from ansible_collections.ucops.rollout.plugins.module_utils.errors import RolloutError
from ansible_collections.ucops.rollout.plugins.module_utils.exports.selection import (
    ExportedZone,
    Selection,
    by_purpose,
    one_line,
    record_data,
    zone_file_name,
    zones_of,
)
from ansible_collections.ucops.rollout.plugins.module_utils.model import Plan, RecordSet

DEFAULT_TTL = 3600
# Names that can exist nowhere (RFC 2606): whoever loads the zone unread notices, and no lookup goes astray.
NAME_SERVER = "name-server.invalid"
CONTACT = "hostmaster.invalid"
# Refresh, retry, expire, negative caching, in seconds.
_TIMES = (3600, 600, 1209600, 3600)
_WORD = re.compile(r"[A-Za-z0-9_.:@-]+")


def word(text: str) -> str:
    """A name, an address or a number as it stands; what would need an escape in a zone file is refused."""
    if not _WORD.fullmatch(text):
        raise RolloutError(f"{text!r} cannot be written into a zone file")
    return text


def comment(text: str) -> str:
    """A comment to the end of its line."""
    return f"; {one_line(text)}".rstrip()


def whole_zones(plan: Plan, selection: Selection) -> dict[str, str]:
    """A file per zone with SOA and NS records, to be loaded as it is."""
    return {zone_file_name(zone, ".zone"): _text(_whole(zone, selection)) for zone in zones_of(plan, selection)}


def fragments(plan: Plan, selection: Selection) -> dict[str, str]:
    """A file per zone with the records alone. It sets no ``$TTL``, which would outlast its ``$INCLUDE``."""
    return {zone_file_name(zone, ".records"): _text(_fragment(zone, selection)) for zone in zones_of(plan, selection)}


def _whole(zone: ExportedZone, selection: Selection) -> Iterator[str]:
    servers = [names.fqdn(server) for server in selection.name_servers] or [NAME_SERVER]
    yield comment(f"Zone {zone.name}, view {zone.view}: the whole zone. Loading it replaces a zone of this name.")
    if not selection.name_servers:
        yield comment("Replace name-server.invalid and hostmaster.invalid by names of your own.")
    yield comment("Raise the serial number, the first one, with every change.")
    yield f"$ORIGIN {word(zone.name)}."
    yield f"$TTL {DEFAULT_TTL}"
    times = " ".join(str(seconds) for seconds in (1, *_TIMES))
    yield f"@ {DEFAULT_TTL} IN SOA {word(servers[0])}. {CONTACT}. ( {times} )"
    for server in servers:
        yield f"@ {DEFAULT_TTL} IN NS {word(server)}."
    yield from _records(zone, selection)


def _fragment(zone: ExportedZone, selection: Selection) -> Iterator[str]:
    yield comment(f"Zone {zone.name}, view {zone.view}: records to add, for $INCLUDE in the zone's file.")
    yield comment("Raise the zone's serial number.")
    yield f"$ORIGIN {word(zone.name)}."
    yield from _records(zone, selection)


def _records(zone: ExportedZone, selection: Selection) -> Iterator[str]:
    for purpose, record in by_purpose(zone.records):
        if purpose:
            yield ""
            yield comment(purpose)
        for line in _lines(record):
            yield line if selection.is_command(record) else comment(f"not ours ({record.managed}): {line}")


def _lines(record: RecordSet) -> Iterator[str]:
    for data in record_data(record):
        yield " ".join(word(part) for part in (record.name, str(record.ttl), "IN", record.type, *data))


def _text(lines: Iterator[str]) -> str:
    return "\n".join([*lines, ""])
