# Copyright: (c) 2026, The ucops.rollout developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A table of comma-separated values (RFC 4180) for a change request: one line per record."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Iterator, Sequence

from ansible_collections.ucops.rollout.plugins.module_utils.dns.record_types import record_type
from ansible_collections.ucops.rollout.plugins.module_utils.exports.selection import (
    CR_LF,
    Selection,
    purpose_of,
    source_of,
    zones_of,
)
from ansible_collections.ucops.rollout.plugins.module_utils.model import Plan, RecordSet

COLUMNS = ("view", "zone", "name", "type", "ttl", "value", "purpose", "source")
# What a spreadsheet takes for a formula where a cell begins; the wide forms are the same to some. A table that is
# opened with another separator than ours has cells that begin inside of ours.
_FORMULA = re.compile("(^|[;|])([ '\"]*)(?=[=+\\-@\uff1d\uff0b\uff0d\uff20])")


def cell(text: str) -> str:
    """One cell: control characters become spaces, and an apostrophe stands before what would be a formula."""
    spaced = "".join(character if character.isprintable() else " " for character in text)
    return _FORMULA.sub(r"\1\2'", " ".join(spaced.split(" ")).strip())


def table(plan: Plan, selection: Selection) -> dict[str, str]:
    """One file with the records of all selected zones; those that others manage are left out unless asked for."""
    records = (record for zone in zones_of(plan, selection) for record in filter(selection.is_command, zone.records))
    return {"dns_records.csv": csv_text(COLUMNS, (row for record in records for row in _rows(record)))}


def csv_text(columns: Sequence[str], rows: Iterable[Iterable[str]]) -> str:
    """A table after RFC 4180, of cells that no spreadsheet takes for a formula."""
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator=CR_LF)
    writer.writerow(columns)
    writer.writerows([cell(one) for one in row] for row in rows)
    return text.getvalue()


def _rows(record: RecordSet) -> Iterator[list[str]]:
    row = record_type(record.type, owner=record.fqdn)
    fixed = (record.view, record.zone, record.name, record.type, str(record.ttl))
    for value in record.values:
        yield [*fixed, row.text(value), purpose_of(record), source_of(record)]
