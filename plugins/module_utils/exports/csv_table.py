# Copyright: (c) 2026, The ucops.rollout developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A table of comma-separated values (RFC 4180) for a change request: one line per record."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Mapping
from typing import Any

from ansible_collections.ucops.rollout.plugins.module_utils.exports.selection import (
    CR_LF,
    ExportedRecord,
    ExportedZone,
    Selection,
    zones_of,
)

COLUMNS = ("view", "zone", "name", "type", "ttl", "value", "purpose", "source")
# What a spreadsheet takes for a formula where a cell begins; the wide forms are the same to some. A table that is
# opened with another separator than ours has cells that begin inside of ours.
_FORMULA = re.compile("(^|[;|])([ '\"]*)(?=[=+\\-@\uff1d\uff0b\uff0d\uff20])")


def cell(text: Any) -> str:
    """One cell: control characters become spaces, and an apostrophe stands before what would be a formula."""
    spaced = "".join(character if character.isprintable() else " " for character in str(text))
    return _FORMULA.sub(r"\1\2'", " ".join(spaced.split(" ")).strip())


def table(plan: Mapping[str, Any], wishes: Selection) -> dict[str, str]:
    """One file with the records of all wished-for zones; those that others manage are left out unless asked for."""
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator=CR_LF)
    writer.writerow(COLUMNS)
    for zone in zones_of(plan, wishes):
        writer.writerows(_cells(zone, row) for row in zone.rows if row.command)
    return {"dns_records.csv": text.getvalue()}


def _cells(zone: ExportedZone, row: ExportedRecord) -> list[str]:
    value = " ".join(row.data)
    return [cell(one) for one in (zone.view, zone.name, row.name, row.type, row.ttl, value, row.purpose, row.source)]
