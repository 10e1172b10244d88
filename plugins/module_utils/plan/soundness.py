# Copyright: (c) 2026, The ucops.rollout developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What is wrong with a plan in itself, whoever made it; known before anything is touched."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from ansible_collections.ucops.rollout.plugins.module_utils.certificates.request_inf import request_inf
from ansible_collections.ucops.rollout.plugins.module_utils.codec import to_plain
from ansible_collections.ucops.rollout.plugins.module_utils.dns.request import BadRecords, read_request
from ansible_collections.ucops.rollout.plugins.module_utils.errors import RolloutError
from ansible_collections.ucops.rollout.plugins.module_utils.findings import hand_made as kinds
from ansible_collections.ucops.rollout.plugins.module_utils.findings.certificates import (
    key_findings,
    size_findings,
)
from ansible_collections.ucops.rollout.plugins.module_utils.findings.kind import CERTIFICATES, RECORDS
from ansible_collections.ucops.rollout.plugins.module_utils.findings.wildcards import WILDCARD_AS_SUBJECT
from ansible_collections.ucops.rollout.plugins.module_utils.model import ERROR, Finding, Plan, PlannedCertificate
from ansible_collections.ucops.rollout.plugins.module_utils.plan.hosts import RUN_CAS, authorities_without_host
from ansible_collections.ucops.rollout.plugins.module_utils.wording import number

# More errors of one kind than that are folded.
MOST_ALIKE = 3


class PlanHasErrors(RolloutError):
    """Errors among the findings of a plan, all in one message."""

    def __init__(self, errors: Sequence[Finding]) -> None:
        self.errors = tuple(errors)
        heading = f"the plan has {number(len(errors), 'error')}, and nothing was touched"
        super().__init__("\n".join([heading, *(f"- {told}" for told in _folded(errors))]))


def _folded(errors: Sequence[Finding]) -> Iterator[str]:
    """Many errors of one kind with one remedy are one line with all places, and come last: a crowd does not hide the
    one that matters."""
    kinds: dict[tuple[str, str], list[Finding]] = {}
    for one in errors:
        kinds.setdefault((one.code, one.mend), []).append(one)
    yield from (str(one) for one in errors if len(kinds[one.code, one.mend]) <= MOST_ALIKE)
    for alike in kinds.values():
        if len(alike) > MOST_ALIKE:
            places = ", ".join(dict.fromkeys(one.where for one in alike if one.where))
            yield f"{len(alike)} times alike, at {places}. The first: {alike[0]}"


def refuse_unsound(plan: Plan, halves: Iterable[str], ca_hosts: Sequence[str] = (), view: str | None = None) -> None:
    """Raise PlanHasErrors where the halves that are to be rolled out are wrong in themselves.

    :param ca_hosts: the hosts that are asked for certificates; where there are none, nobody is asked.
    :param view: the view that is pushed alone, so that the other is not looked at.
    """
    errors = (
        *(unsound_records(plan, view) if RECORDS in halves else ()),
        *(unsound(plan, ca_hosts) if CERTIFICATES in halves else ()),
    )
    if errors:
        raise PlanHasErrors(errors)


def unsound_records(plan: Plan, view: str | None = None) -> Iterator[Finding]:
    """What is refused when the plan's zones and records are read before they are written."""
    views = (*(one.view for one in plan.zones), *(one.view for one in plan.records))
    for each in dict.fromkeys(views):
        if view in (None, each):
            yield from _unreadable(
                [to_plain(one) for one in plan.zones if one.view == each],
                [to_plain(one) for one in plan.records if one.view == each],
            )


def _unreadable(zones: Sequence[dict[str, Any]], records: Sequence[dict[str, Any]]) -> Iterator[Finding]:
    try:
        read_request(zones, records)
    except BadRecords as error:
        yield from (kinds.RECORD_IMPOSSIBLE.at("", reason=problem) for problem in error.problems)


def unsound(plan: Plan, ca_hosts: Sequence[str] = ()) -> Iterator[Finding]:
    """Errors of the plan's certificates, which the planner never makes."""
    for certificate in plan.certificates:
        yield from _holders(plan, certificate)
        yield from _request(certificate)
    if ca_hosts:
        yield from authorities_without_host(plan, RUN_CAS, {RUN_CAS: ca_hosts})


def _holders(plan: Plan, certificate: PlannedCertificate) -> Iterator[Finding]:
    servers = [server.fqdn for server in plan.servers]
    if not certificate.holders or set(certificate.holders) - set(servers):
        holders, known = ", ".join(certificate.holders) or "nobody", ", ".join(servers) or "none"
        values = {"certificate": certificate.id, "holders": holders, "servers": known}
        yield kinds.HOLDER_IS_NO_SERVER.at(certificate.id, **values)
    for one in certificate.assignments:
        if one.server not in certificate.holders:
            values = {"certificate": certificate.id, "server": one.server, "component": one.component}
            yield kinds.ASSIGNED_WITHOUT_HOLDING.at(certificate.id, **values)


def _request(certificate: PlannedCertificate) -> Iterator[Finding]:
    found = (*key_findings(certificate), *size_findings(certificate))
    known = [one for one in found if one.severity == ERROR]
    if certificate.common_name.startswith("*"):
        values = {"certificate": certificate.id, "name": certificate.common_name}
        known.append(WILDCARD_AS_SUBJECT.at(certificate.id, **values))
    yield from known or _refusal(certificate)


def _refusal(certificate: PlannedCertificate) -> Iterator[Finding]:
    """What else the writer of requests refuses."""
    try:
        request_inf(certificate)
    except RolloutError as error:
        values = {"certificate": certificate.id, "reason": error.what, "mend": error.mend or "Correct the plan"}
        yield kinds.REQUEST_IMPOSSIBLE.at(certificate.id, **values)
