# Copyright: (c) 2026, The ucops.rollout developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A PowerShell script with the cmdlets of the DnsServer module (Windows Server 2012 and later)."""

from __future__ import annotations

from collections.abc import Iterator

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

# The cmdlet of each type, with its parameters in the order in which a zone file has the data.
_PARAMETERS = {
    "A": ("Add-DnsServerResourceRecordA", ("-IPv4Address",)),
    "AAAA": ("Add-DnsServerResourceRecordAAAA", ("-IPv6Address",)),
    "CNAME": ("Add-DnsServerResourceRecordCName", ("-HostNameAlias",)),
    "PTR": ("Add-DnsServerResourceRecordPtr", ("-PtrDomainName",)),
    "SRV": ("Add-DnsServerResourceRecord -Srv", ("-Priority", "-Weight", "-Port", "-DomainName")),
}

_UPDATES = {"none": "None", "any": "NonsecureAndSecure", "secure": "Secure"}


def literal(text: str) -> str:
    """Text as a constant expression, in ASCII whatever it holds; control characters are refused.

    PowerShell ends a single-quoted text at five characters, U+0027 and U+2018 to U+201B. The first is doubled. The
    others, as all that is not ASCII, are written by number: Windows PowerShell reads a file without byte order mark in
    the machine's code page, where a byte of a harmless letter can be one of these quotation marks.
    """
    if not text.isprintable():
        raise RolloutError(f"{text!r} cannot be written into a PowerShell script")
    parts: list[str] = []
    run = ""
    for character in text:
        if character.isascii():
            run += "''" if character == "'" else character
            continue
        parts += [f"'{run}'"] if run or not parts else []
        parts += [f"[char]0x{unit:04X}" for unit in _utf16(character)]
        run = ""
    parts += [f"'{run}'"] if run or not parts else []
    return parts[0] if len(parts) == 1 else f"({' + '.join(parts)})"


def remark(text: str) -> str:
    """A comment to the end of its line. It never starts with the words that PowerShell looks for in comments."""
    return f"# {one_line(text)}".rstrip()


def time_span(seconds: int) -> str:
    """Seconds in the form that the cmdlets take, [days.]hours:minutes:seconds."""
    days, rest = divmod(seconds, 86400)
    clock = f"{rest // 3600:02d}:{rest // 60 % 60:02d}:{rest % 60:02d}"
    return f"{days}.{clock}" if days else clock


def scripts(plan: Plan, selection: Selection) -> dict[str, str]:
    """A script per view."""
    return {
        f"{view}_dns.ps1": CR_LF.join([*_script(view, zones, selection), ""])
        for view, zones in by_view(zones_of(plan, selection)).items()
    }


def _script(view: str, zones: list[ExportedZone], selection: Selection) -> Iterator[str]:
    yield remark(f"DNS records of the view {view}. Run on the DNS server, with rights on its zones.")
    yield remark("A record that is there already gives an error and is left alone; the others are added.")
    yield "Import-Module DnsServer -ErrorAction Stop"
    yield "$Error.Clear()"
    for zone in zones:
        yield from _zone(zone, selection)
    yield ""
    yield "if ($Error.Count) { throw 'Some commands failed, see above.' }"


def _zone(zone: ExportedZone, selection: Selection) -> Iterator[str]:
    yield ""
    yield remark(f"Zone {zone.name}")
    if zone.create:
        yield f"if (-not (Get-DnsServerZone -Name {literal(zone.name)} -ErrorAction Ignore)) {{"
        kept = f"-ZoneFile {literal(zone.file)}" if zone.file else "-ReplicationScope 'Domain'"
        yield f"    Add-DnsServerPrimaryZone -Name {literal(zone.name)} {kept}"
        yield "}"
    for cmdlet, given in _settings(zone.zone.settings):
        yield f"{cmdlet} -Name {literal(zone.name)} {given}"
    for purpose, record in by_purpose(zone.records):
        if purpose:
            yield remark(purpose)
        for line in _additions(record):
            yield line if selection.is_command(record) else remark(f"not ours ({record.managed}): {line}")


def _settings(given: ZoneSettings) -> Iterator[tuple[str, str]]:
    """Cmdlets, and their parameters beside the zone's name."""
    if partition := given.partition:
        custom = f"'Custom' -DirectoryPartitionName {literal(partition)}"
        scope = custom if "." in partition else literal(partition.capitalize())
        yield "Set-DnsServerPrimaryZone", f"-ReplicationScope {scope}"
    if given.dynamic_update:
        yield "Set-DnsServerPrimaryZone", f"-DynamicUpdate {literal(_UPDATES[given.dynamic_update])}"
    if aging := given.aging:
        hours = {"-NoRefreshInterval": aging.no_refresh_interval, "-RefreshInterval": aging.refresh_interval}
        spans = [f" {name} {literal(time_span(hour * 3600))}" for name, hour in hours.items() if hour]
        yield "Set-DnsServerZoneAging", f"-Aging {int(aging.enabled)}{''.join(spans)}"


def _additions(record: RecordSet) -> Iterator[str]:
    if record.type not in _PARAMETERS:
        raise RolloutError(f"no cmdlet is known for records of type '{record.type}'", where=record.fqdn)
    cmdlet, parameters = _PARAMETERS[record.type]
    for data in record_data(record):
        given = [("-ZoneName", record.zone), ("-Name", record.name), *zip(parameters, data, strict=True)]
        given.append(("-TimeToLive", time_span(record.ttl)))
        yield " ".join([cmdlet, *(f"{parameter} {literal(value)}" for parameter, value in given)])


def _utf16(character: str) -> list[int]:
    data = character.encode("utf-16-be")
    return [int.from_bytes(data[start : start + 2], "big") for start in range(0, len(data), 2)]
