# Copyright: (c) 2026, The ucops.rollout developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Which server asks a CA first, and whether the others still need to.

Servers of a pool ask one CA for certificates of one kind. What it refuses one of them it refuses all, so it is asked
for one, and for the others only after that.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ansible_collections.ucops.rollout.plugins.module_utils.report.collected import HostVars, kept
from ansible_collections.ucops.rollout.plugins.module_utils.windows.codes import ADMIN_DENIED

_REFUSED = "The CA was not asked: it refused the same for {first} in this run. {told}"


@dataclass(frozen=True, slots=True)
class CaTurn:
    """``first``: whether this server asks first. ``refusal``: why it need not ask any more, empty where it may.

    ``above``: the CA's certificates up to the root, its own first (PEM), as they were read in this run; else empty.
    """

    first: bool
    refusal: str = ""
    above: tuple[str, ...] = ()


def ca_turn(hostvars: HostVars, hosts: Sequence[str], host: str, number: int) -> CaTurn:
    """The turn of a host with its certificate of that number.

    :param hosts: all that go through the same steps side by side.
    :param number: into each one's ``pool_certificates_work.certificates``.
    """
    kind = _kind(hostvars, host, number)
    asking = [one for one in hosts if one == host or (_asks(hostvars, one) and _kind(hostvars, one, number) == kind)]
    above = _above(hostvars, kind[0])
    if asking[:1] == [host]:
        return CaTurn(True, above=above)
    told = next(((one, said) for one in asking if one != host and (said := _refusal(hostvars, one))), None)
    return CaTurn(False, "" if told is None else _REFUSED.format(first=told[0], told=told[1]), above)


def _above(hostvars: HostVars, ca_host: str) -> tuple[str, ...]:
    read: Mapping[str, Any] = kept(hostvars, ca_host, "pool_report_authority") or {}
    return () if read.get("chain_problem") else tuple(map(str, read.get("ca_certificates") or ()))


def _kind(hostvars: HostVars, host: str, number: int) -> tuple[str, str, str]:
    """The CA's host, the CA and the template."""
    work: Mapping[str, Any] = kept(hostvars, host, "pool_certificates_work") or {}
    job = dict(enumerate(work.get("certificates") or ())).get(number) or {}
    certificate = job.get("certificate") or {}
    issuer = certificate.get("issuer") or {}
    return str(job.get("ca_host") or ""), str(issuer.get("ca") or ""), str(certificate.get("template") or "")


def _asks(hostvars: HostVars, host: str) -> bool:
    """Whether a host has made or found a request, and no certificate that serves."""
    return (kept(hostvars, host, "pool_certificates_request") or {}).get("state") in ("outstanding", "created")


def _refusal(hostvars: HostVars, host: str) -> str:
    """What a CA said no with, or that what it issued could not be taken. A person's no concerns that request alone."""
    issue = kept(hostvars, host, "pool_certificates_issue") or {}
    refused = issue.get("failed") and "request_id" in issue and issue.get("code") != ADMIN_DENIED
    return str(issue.get("msg") or "") if refused else ""
