# Copyright: (c) 2026, The ucops.rollout developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Why hosts of a run cannot do their part."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from ansible_collections.ucops.rollout.plugins.module_utils.certificates.roots import chain_above, untrusted_root
from ansible_collections.ucops.rollout.plugins.module_utils.certificates.x509 import X509Certificate, load_certificates
from ansible_collections.ucops.rollout.plugins.module_utils.errors import RolloutError
from ansible_collections.ucops.rollout.plugins.module_utils.report.collected import ca_certificates
from ansible_collections.ucops.rollout.plugins.module_utils.report.kept import HostVars, kept
from ansible_collections.ucops.rollout.plugins.module_utils.report.server_results import jobs_of, survey_of

_HEADING = "Nothing was touched, since not every host can do its part:"


@dataclass(frozen=True, slots=True)
class Unready:
    """The hosts that cannot do their part, and one message for all of them; both empty where there are none."""

    hosts: tuple[str, ...] = ()
    msg: str = ""


def unready(hostvars: HostVars, hosts: Sequence[str], now: datetime) -> Unready:
    """Those that were tried and not reached, CAs that cannot issue what is planned, and servers that cannot take it."""
    because: dict[str, list[str]] = {}
    concerned = []
    authorities = ca_certificates(hostvars, hosts)
    for host in hosts:
        told = tuple(_problems(hostvars, host, authorities, now))
        for where, what in told:
            because.setdefault(what, []).append(where)
        concerned += [host] if told else []
    lines = [f"- {', '.join(places)}: {what}" if places != [""] else f"- {what}" for what, places in because.items()]
    return Unready(tuple(concerned), "\n".join([_HEADING, *lines])) if concerned else Unready()


def _problems(
    hostvars: HostVars, host: str, authorities: Mapping[str, Sequence[str]], now: datetime
) -> Iterator[tuple[str, str]]:
    """Where, and what with what to do."""
    found = survey_of(hostvars, host)
    authority: Mapping[str, Any] = kept(hostvars, host, "pool_report_authority") or {}
    if found.get("reached") is False:
        where, msg = str(found.get("where") or ""), str(found.get("msg") or "")
        yield where, msg.removeprefix(f"{where}: ")
        return
    if authority.get("serves") is False:
        yield "", str(authority.get("msg") or "").replace("\n", "\n- ")
    roots = _untrusted(hostvars, host, authorities, now)
    yield from ((host, str(error)) for error in roots.values())
    yield from ((host, str(one)) for one in survey_of(hostvars, host).get("problems") or ())


def _untrusted(
    hostvars: HostVars, host: str, authorities: Mapping[str, Sequence[str]], now: datetime
) -> dict[str, RolloutError]:
    """An error for each root that the server neither trusts nor may be given, of certificates that it has yet to get.

    The root is that of the CA, or of the certificate which people have brought already. What is wrong with an authority
    or with a file is told by those who use it.
    """
    survey = survey_of(hostvars, host)
    trusts = {*((survey.get("held") or {}).get("root_thumbprints") or ()), *(survey.get("trusted_roots") or ())}
    wanted: dict[str, RolloutError] = {}
    for job in jobs_of(hostvars, host) if survey.get("obtain") else ():
        id = str(job["certificate"]["id"])
        if id in (survey.get("next") or ()) and not ((survey["certificates"].get(id) or {}).get("thumbprint")):
            told = (survey.get("brought") or {}).get(id) if job["offline"] else authorities.get(job["ca_host"])
            root = _root(told or (), now)
            if root is not None and root.thumbprint not in trusts:
                wanted[root.thumbprint] = untrusted_root(root, where="")
    return wanted


def _root(told: Sequence[str], now: datetime) -> X509Certificate | None:
    try:
        return chain_above(load_certificates("\n".join(told), where=""), now=now, where="")[-1] if told else None
    except RolloutError:
        return None
