# Copyright: (c) 2026, The ucops.rollout developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Exports of a plan, for sites where other teams own DNS or PKI. Each format has a file of its own beside this one."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from ansible_collections.ucops.rollout.plugins.module_utils.errors import RolloutError
from ansible_collections.ucops.rollout.plugins.module_utils.exports import (
    certreq_inf,
    csv_table,
    dnscmd,
    openssl,
    powershell,
    request_cs,
    zone_file,
)
from ansible_collections.ucops.rollout.plugins.module_utils.exports.selection import TO_ENTER, Selection
from ansible_collections.ucops.rollout.plugins.module_utils.findings.kind import CERTIFICATES, RECORDS
from ansible_collections.ucops.rollout.plugins.module_utils.model import MANAGED, Plan

Renderer = Callable[[Plan, Selection], dict[str, str]]

DNS_FORMATS: Mapping[str, Renderer] = {
    "bind": zone_file.whole_zones,
    "bind_include": zone_file.fragments,
    "dnscmd": dnscmd.scripts,
    "powershell": powershell.scripts,
    "csv": csv_table.table,
}
CERTIFICATE_FORMATS: Mapping[str, Renderer] = {
    "certreq": certreq_inf.policies,
    "openssl": openssl.configurations,
    "request_cs_certificate": request_cs.script,
}
FORMATS: Mapping[str, Renderer] = {**DNS_FORMATS, **CERTIFICATE_FORMATS}
ALL = "all"


def export_plan(
    plan: Plan,
    format: str | Sequence[str],
    view: str | None = None,
    zone: str | None = None,
    managed: str | Sequence[str] = TO_ENTER,
    name_servers: Sequence[str] = (),
) -> dict[str, str]:
    """File names with what belongs into the files; raises ``RolloutError`` for the first that cannot be written.

    :param format: one of FORMATS, several, or ``all``.
    :param view: ``internal`` or ``external``; both unless given. Like ``zone``, it chooses among DNS records only.
    :param managed: one of MANAGED, several, or ``all``: whose records are commands and not only mentioned.
    :param name_servers: the servers of whole zone files; placeholders unless given.
    """
    formats = formats_named(format)
    selection = selection_of(formats, view, zone, managed, name_servers)
    files: dict[str, str] = {}
    for one in formats:
        _add(files, FORMATS[one](plan, selection))
    return files


def selection_of(
    formats: Sequence[str],
    view: str | None,
    zone: str | None,
    managed: str | Sequence[str],
    name_servers: Sequence[str],
) -> Selection:
    """What is asked for, as one value; raises ``RolloutError`` for a wish that cannot be."""
    if view is not None or zone is not None:
        _refuse_choice_without_records(formats)
    commands = frozenset(_listed("managed", managed, MANAGED))
    return Selection(view, zone, commands, _texts("name_servers", name_servers))


def formats_named(format: str | Sequence[str]) -> list[str]:
    """The formats that are asked for, each once; raises ``RolloutError`` for one that there is not."""
    return _listed("format", format, tuple(FORMATS))


def halves(formats: Sequence[str]) -> list[str]:
    """The halves of the plan that must have no errors, in the findings' words."""
    about_records = [RECORDS] if any(one in DNS_FORMATS for one in formats) else []
    return [*about_records, *([CERTIFICATES] if any(one in CERTIFICATE_FORMATS for one in formats) else [])]


def _listed(what: str, given: str | Sequence[str], choices: Sequence[str]) -> list[str]:
    """Each wanted one once, in the order of the choices where all are wanted."""
    wanted = _texts(what, given)
    unknown = [one for one in wanted if one not in choices and one != ALL]
    if unknown or not wanted:
        wrong = f"there is no {what} '{unknown[0]}'" if unknown else f"no {what} is named"
        raise RolloutError(wrong, mend=f"Choose from {', '.join([*choices, ALL])}")
    return list(choices) if ALL in wanted else list(dict.fromkeys(wanted))


def _texts(what: str, given: Any) -> tuple[str, ...]:
    listed = [given] if isinstance(given, str) else given
    if not isinstance(listed, Sequence) or not all(isinstance(one, str) for one in listed):
        raise RolloutError(f"{what} is {given!r}", mend="Give a text or a list of texts")
    return tuple(listed)


def _refuse_choice_without_records(formats: Sequence[str]) -> None:
    if not any(one in DNS_FORMATS for one in formats):
        raise RolloutError("certificates lie in no view and no zone", mend="Leave view and zone out")


def _add(files: dict[str, str], more: Mapping[str, str]) -> None:
    twice = sorted(set(files) & set(more))
    if twice:
        raise RolloutError(f"two exports would be called '{twice[0]}'")
    files.update(more)
