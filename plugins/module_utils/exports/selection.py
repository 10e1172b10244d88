# Copyright: (c) 2026, The ucops.rollout developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What an export is made of: the zones, records and certificates of a plan, checked once for every language.

A plan may have been written by hand on its way here. So names and addresses go through the rules for names again,
and no renderer meets anything but letters, digits, dots, hyphens and underscores in them. What is prose (purposes,
sources) or belongs to others (a CA's name) may hold anything and goes through each language's own function.
"""

from __future__ import annotations

import hashlib
import ipaddress
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ansible_collections.ucops.rollout.plugins.module_utils import names
from ansible_collections.ucops.rollout.plugins.module_utils.errors import RolloutError
from ansible_collections.ucops.rollout.plugins.module_utils.model import OURS

LONGEST_TTL = 2**31 - 1  # RFC 2181 section 8
CREATE = "create"
CR_LF = "\r\n"
WILDCARD = "*."
# A certificate's scope when the product itself brings it to all servers.
GLOBAL = "global"
# Most file systems take 255 bytes; an ending and the tools' own additions need some.
_LONGEST_STEM = 200
_OID = re.compile(r"[0-2](\.(0|[1-9][0-9]{0,9})){1,20}")
# What every step needs; the planner writes more.
_SHAPE: tuple[tuple[str, type], ...] = (
    ("id", str),
    ("subject.common_name", str),
    ("subject_alternative_names", list),
    ("extended_key_usage", list),
    ("key.length", int),
    ("key.provider", str),
    ("key.provider_type", int),
)
# The documents print no alternative names for some certificates, such as that of the Edge's internal interface.
_MAY_BE_EMPTY = "subject_alternative_names"
_FILE_NAME = re.compile(r"[A-Za-z0-9_][A-Za-z0-9._-]{0,200}")


@dataclass(frozen=True, slots=True)
class ExportedRecord:
    """One resource record: one value of one record set.

    ``name`` is relative to the zone, ``@`` at its apex. ``data``: the record's fields in the order of a zone file;
    names without trailing dot. ``command`` says whether it is for this export to make, and not only to mention.
    """

    name: str
    fqdn: str
    type: str
    ttl: int
    data: tuple[str, ...]
    managed: str
    command: bool
    purpose: str
    source: str

    @property
    def absolute_data(self) -> tuple[str, ...]:
        """The data with a trailing dot on the name that an SRV or CNAME record leads to."""
        if self.type in ("A", "AAAA"):
            return self.data
        return (*self.data[:-1], f"{self.data[-1]}.")


@dataclass(frozen=True, slots=True)
class ExportedZone:
    """One zone of one view with its rows in the plan's order."""

    view: str
    name: str
    create: bool
    rows: tuple[ExportedRecord, ...]


@dataclass(frozen=True, slots=True)
class Selection:
    """What is asked for. ``managed``: whose records are commands; those of the others are only mentioned."""

    view: str | None = None
    zone: str | None = None
    managed: frozenset[str] = frozenset({OURS})
    name_servers: tuple[str, ...] = ()


def zones_of(plan: Mapping[str, Any], wishes: Selection) -> list[ExportedZone]:
    """The wished-for zones that have something to export; raises ``RolloutError`` for what cannot be a record."""
    rows: dict[tuple[str, str], list[ExportedRecord]] = {}
    declared = {(str(one["view"]), names.zone(one["name"])): one for one in plan["zones"]}
    _refuse_unknown(declared, wishes)
    for record in plan["records"]:
        place = (str(record["view"]), names.zone(record["zone"]))
        rows.setdefault(place, []).extend(_rows(record, place[1], wishes.managed))
    found = (
        ExportedZone(_plain_word(view), name, one["if_missing"] == CREATE, tuple(rows.get((view, name), ())))
        for (view, name), one in declared.items()
        if wishes.view in (None, view) and (wishes.zone is None or names.zone(wishes.zone) == name)
    )
    return [zone for zone in found if zone.rows or zone.create]


def by_view(zones: Sequence[ExportedZone]) -> dict[str, list[ExportedZone]]:
    """The zones of each view, in their order."""
    found: dict[str, list[ExportedZone]] = {}
    for zone in zones:
        found.setdefault(zone.view, []).append(zone)
    return found


def certificates_of(plan: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """The plan's certificates; every name of theirs is one, with a wildcard as first label at most."""
    found = []
    for planned in plan["certificates"]:
        one = _check_planned(planned)
        where = f"certificate {_short(one['id'])}"
        for name in (*one["subject_alternative_names"], one["subject"]["common_name"]):
            _check_certificate_name(name, where)
        for usage in one["extended_key_usage"]:
            if not isinstance(usage, str) or not _OID.fullmatch(usage):
                raise RolloutError(f"{usage!r} is no object identifier", where=where)
        _check_people(one, where)
        found.append(one)
    stems = [certificate_file_name(one, "") for one in found]
    for stem in stems:
        if stems.count(stem) > 1:
            raise RolloutError(f"two certificates would have files called '{stem}'")
    return found


def file_name(stem: str, ending: str) -> str:
    """A name that is one on every file system: overlong ones are cut and kept apart by a digest."""
    if len(stem) > _LONGEST_STEM:
        digest = hashlib.sha256(stem.encode()).hexdigest()[:16]
        stem = f"{stem[: _LONGEST_STEM - 17]}-{digest}"
    return f"{stem}{ending}"


def zone_file_name(zone: ExportedZone, ending: str) -> str:
    return file_name(f"{zone.view}_{zone.name}", ending)


def certificate_file_name(planned: Mapping[str, Any], ending: str) -> str:
    """Such as ``certificate_ocssrv01.company.local_default.inf``."""
    shown = str(planned["id"]).replace(WILDCARD, "wildcard.")
    return file_name(f"certificate_{_file_stem({'id': shown})}", ending)


def certificate_facts(planned: Mapping[str, Any]) -> Iterator[str]:
    """What whoever requests the certificate needs to know and no file format has a place for."""
    issuer = planned.get("issuer") or {}
    yield f"Certificate {planned['id']}, for {', '.join(planned['holders'])}"
    yield f"CA: {issuer.get('ca') or issuer.get('name')}; template: {planned.get('template') or 'none'}"
    if planned.get("scope") == GLOBAL:
        yield "One certificate for the whole deployment, assigned once with -Identity global, which brings it to all"
    elif len(planned["holders"]) > 1:
        yield f"One certificate for all of them: make its key on {planned['holders'][0]}, exportable, and carry it over"


def one_line(text: Any) -> str:
    """Prose as one line of printable ASCII, for comments; what is neither becomes a space or a question mark."""
    spaced = "".join(character if character.isprintable() else " " for character in str(text))
    return " ".join(spaced.encode("ascii", "replace").decode("ascii").split())


def prose(reasons: Sequence[Mapping[str, Any]], key: str) -> str:
    """What the reasons of something say under a key, each once."""
    return "; ".join(dict.fromkeys(str(reason.get(key, "")) for reason in reasons))


def _rows(record: Mapping[str, Any], zone: str, managed: frozenset[str]) -> Iterator[ExportedRecord]:
    name = names.relative(record["name"])
    where = f"{record['type']} record {name} of zone {zone}"
    reasons = record.get("reasons", ())
    for value in record["values"]:
        yield ExportedRecord(
            name=name,
            fqdn=zone if name == names.APEX else f"{name}.{zone}",
            type=str(record["type"]),
            ttl=_number(record["ttl"], LONGEST_TTL, where),
            data=_data(str(record["type"]), value, where),
            managed=one_line(record["managed"]),
            command=record["managed"] in managed,
            purpose=prose(reasons, "purpose"),
            source=prose(reasons, "source"),
        )


def _data(kind: str, value: Any, where: str) -> tuple[str, ...]:
    if kind in ("A", "AAAA"):
        return (_address(value, 4 if kind == "A" else 6, where),)
    if kind == "CNAME":
        return (names.fqdn(value),)
    if kind == "SRV" and isinstance(value, Mapping):
        numbers = (str(_number(value.get(key), 0xFFFF, where)) for key in ("priority", "weight", "port"))
        return (*numbers, names.fqdn(value.get("target", "")))
    raise RolloutError("no export knows this type of record", where=one_line(where))


def _address(value: Any, version: int, where: str) -> str:
    try:
        address = ipaddress.ip_address(value)
    except ValueError:
        address = None
    if not isinstance(value, str) or address is None or address.version != version or "%" in value:
        raise RolloutError(f"{value!r} is no IPv{version} address", where=one_line(where))
    return str(address)


def _number(value: Any, most: int, where: str) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value <= most:
        raise RolloutError(f"{value!r} is no number from 0 to {most}", where=one_line(where))
    return value


def _refuse_unknown(declared: Mapping[tuple[str, str], Any], wishes: Selection) -> None:
    views = list(dict.fromkeys(view for view, _zone in declared))
    if wishes.view is not None and wishes.view not in views:
        raise RolloutError(
            f"the plan has no {_short(wishes.view)} zones", mend=f"Choose from {', '.join(views) or 'nothing'}"
        )
    within = [name for view, name in declared if wishes.view in (None, view)]
    if wishes.zone is not None and names.zone(wishes.zone) not in within:
        raise RolloutError(
            f"there is no zone '{names.zone(wishes.zone)}' in the plan",
            mend=f"Choose from {', '.join(dict.fromkeys(within))}",
        )


def _check_people(one: Mapping[str, Any], where: str) -> None:
    """Holders, issuer and assignments: what ``check_planned`` leaves to those who use it."""
    holders, issuer, assignments = one.get("holders"), one.get("issuer"), one.get("assignments")
    if not isinstance(holders, Sequence) or isinstance(holders, str) or not holders:
        raise RolloutError("it has no holders", where=where)
    for holder in holders:
        _check_host(holder, where)
    if not isinstance(issuer, Mapping) or not isinstance(one.get("use"), str):
        raise RolloutError("it has no issuer or no use", where=where)
    if not isinstance(assignments, Sequence) or not all(isinstance(each, Mapping) for each in assignments):
        raise RolloutError("it has no list of assignments", where=where)


def _check_certificate_name(name: Any, where: str) -> None:
    wildcard = isinstance(name, str) and name.startswith(WILDCARD)
    _check_host(name[len(WILDCARD) :] if wildcard else name, where)


def _check_host(name: Any, where: str) -> None:
    try:
        uniform = names.host(name)
    except names.BadName as error:
        raise RolloutError(f"a name of it is none: {error.what}", where=where) from error
    if uniform != name.lower():
        raise RolloutError(f"'{name}' ends in a dot", where=where)


def _plain_word(text: str) -> str:
    if not (text.isascii() and text.isalnum()):
        raise RolloutError(f"{_short(text)!r} is no view of DNS", mend="Write internal or external")
    return text


def _short(text: Any) -> str:
    return one_line(text)[:100]


def _check_planned(planned: Mapping[str, Any]) -> Mapping[str, Any]:
    """The same mapping when it has the shape of a plan's certificate; else an error that lists what is wrong."""
    problems = [problem for path, kind in _SHAPE if (problem := _problem(planned, path, kind))]
    if not problems and not all(isinstance(name, str) for name in planned["subject_alternative_names"]):
        problems.append("subject_alternative_names has something else than names")
    if problems:
        raise RolloutError(
            "; ".join(problems),
            where=f"certificate {planned.get('id', '')}".strip(),
            mend="Give one of the `certificates` of a plan (ucops.rollout.pool_plan)",
        )
    return planned


def _file_stem(planned: Mapping[str, Any]) -> str:
    """The name of its files where it is handed over by hand, such as ``ocssrv01.company.local_default``."""
    stem = str(planned["id"]).replace("/", "_")
    if not _FILE_NAME.fullmatch(stem):
        raise RolloutError(f"'{planned['id']}' cannot be the name of a file", where="certificate")
    return stem


def _problem(planned: Mapping[str, Any], path: str, kind: type) -> str:
    value: Any = planned
    for step in path.split("."):
        value = value.get(step) if isinstance(value, Mapping) else None
    if value is None:
        return f"{path} is missing"
    if value == [] and path == _MAY_BE_EMPTY:
        return ""
    if not isinstance(value, kind) or isinstance(value, bool) or value in ("", []):
        return f"{path} is not a usable {kind.__name__}"
    return ""
