# Copyright: (c) 2026, The ucops.rollout developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A batch file with dnscmd, for DNS servers on Windows Server 2003 to 2012 R2 and later ones that still have it."""

from __future__ import annotations

import re
from collections.abc import Iterator

from ansible_collections.ucops.rollout.plugins.module_utils import names
from ansible_collections.ucops.rollout.plugins.module_utils.dns.zones import ALLOW_UPDATE, dnscmd_partition
from ansible_collections.ucops.rollout.plugins.module_utils.errors import RolloutError
from ansible_collections.ucops.rollout.plugins.module_utils.exports.selection import (
    CR_LF,
    ExportedZone,
    Selection,
    by_purpose,
    by_view,
    one_line,
    record_data,
    zones_of,
)
from ansible_collections.ucops.rollout.plugins.module_utils.model import Plan, RecordSet, ZoneSettings

# The words that dnscmd takes behind each type: those of a zone file, as far as it is told here.
_TYPES = frozenset({"A", "AAAA", "CNAME", "SRV", "PTR"})
# Neither cmd nor a program sees anything in these.
_PLAIN = re.compile(r"[A-Za-z0-9_.:/@+-]+")
# What may stand between quotation marks: printable ASCII without the mark itself.
_QUOTABLE = re.compile(r"[ !#-~]+")
# cmd looks at a remark too: it substitutes variables, joins a line that ends in a caret, and redirects.
_IN_REMARKS = str.maketrans({"%": "%%", '"': "'", "<": "(", ">": ")", "^": "'", "&": "+", "|": "/", "?": "."})


def word(text: str) -> str:
    """One argument on a line of a batch file, that cmd and the program read alike.

    Between quotation marks ``^ & | < > ( )`` are themselves, ``%`` is doubled, ``!`` is itself while delayed expansion
    is off, and backslashes before the closing mark are doubled. Quotation marks, control characters and what is not
    ASCII (the file is read in the machine's code page) are refused.
    """
    if _PLAIN.fullmatch(text):
        return text
    if not _QUOTABLE.fullmatch(text):
        raise RolloutError(f"{text!r} cannot be written into a batch file")
    trailing = len(text) - len(text.rstrip("\\"))
    doubled = text.replace("%", "%%")
    return f'"{doubled}{chr(92) * trailing}"'


def remark(text: str) -> str:
    """A line that cmd leaves alone, with the characters that it would act on replaced."""
    return f"rem {one_line(text).translate(_IN_REMARKS)}".rstrip()


def scripts(plan: Plan, selection: Selection) -> dict[str, str]:
    """A batch file per view."""
    return {
        f"{view}_dnscmd.cmd": CR_LF.join([*_script(view, zones, selection), ""])
        for view, zones in by_view(zones_of(plan, selection)).items()
    }


def _script(view: str, zones: list[ExportedZone], selection: Selection) -> Iterator[str]:
    yield "@echo off"
    yield remark(f"DNS records of the view {view}. Run on the DNS server, or put its name for the dots below.")
    yield remark("Read what it prints: 'Command completed successfully.' is the only success.")
    yield remark("9609 says that a zone, 9711 that a record is there already.")
    yield "setlocal DisableDelayedExpansion"
    yield 'set "FAILED="'
    for zone in zones:
        yield from _zone(zone, selection)
    yield ""
    yield "if defined FAILED echo Some records were not added, see above."
    yield "if defined FAILED exit /b 1"
    yield "exit /b 0"


def _zone(zone: ExportedZone, selection: Selection) -> Iterator[str]:
    yield ""
    yield remark(f"Zone {zone.name}")
    if zone.create:
        kept = ("/primary", "/file", zone.file) if zone.file else ("/dsprimary",)
        yield _command("dnscmd", ".", "/zoneadd", zone.name, *kept)
    for verb, *given in _settings(zone.zone.settings):
        yield _command("dnscmd", ".", verb, zone.name, *given)
    for purpose, record in by_purpose(zone.records):
        if purpose:
            yield remark(purpose)
        for line in _additions(record):
            ours = selection.is_command(record)
            yield f'{line} || set "FAILED=1"' if ours else remark(f"not ours ({record.managed}): {line}")


def _settings(given: ZoneSettings) -> Iterator[tuple[str, ...]]:
    if given.partition:
        yield "/zonechangedirectorypartition", dnscmd_partition(given.partition)
    if given.dynamic_update:
        yield "/config", "/allowupdate", str(ALLOW_UPDATE[given.dynamic_update])
    if aging := given.aging:
        yield "/config", "/aging", str(int(aging.enabled))
        hours = {"/norefreshinterval": aging.no_refresh_interval, "/refreshinterval": aging.refresh_interval}
        yield from (("/config", key, str(hour)) for key, hour in hours.items() if hour)


def _additions(record: RecordSet) -> Iterator[str]:
    if record.type not in _TYPES:
        raise RolloutError(f"records of type '{record.type}' are not written for dnscmd", where=record.fqdn)
    for data in record_data(record):
        yield _command("dnscmd", ".", "/recordadd", record.zone, _node(record), str(record.ttl), record.type, *data)


def _command(*arguments: str) -> str:
    return " ".join(word(argument) for argument in arguments)


def _node(record: RecordSet) -> str:
    """The owner's full name with its dot: without it dnscmd would put the zone behind it again."""
    return record.name if record.name == names.APEX else f"{record.fqdn}."
