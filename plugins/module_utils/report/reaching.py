# Copyright: (c) 2026, The ucops.rollout developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""How far a run has reached its hosts: whom to log on to first, and why some cannot do their part.

An account that logged on somewhere is good; until then hosts that share it are tried one by one, so that a wrong
password costs one failed logon.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from ansible_collections.ucops.rollout.plugins.module_utils.certificates.roots import chain_above, untrusted_root
from ansible_collections.ucops.rollout.plugins.module_utils.certificates.x509 import X509Certificate, load_certificates
from ansible_collections.ucops.rollout.plugins.module_utils.errors import RolloutError
from ansible_collections.ucops.rollout.plugins.module_utils.report.collected import ca_certificates, reached
from ansible_collections.ucops.rollout.plugins.module_utils.report.kept import HostVars, kept
from ansible_collections.ucops.rollout.plugins.module_utils.report.server_results import SURVEY, jobs_of, survey_of

# Where Ansible's winrm connection looks for the user and the password.
_USER = ("ansible_winrm_user", "ansible_user")
_PASSWORD = ("ansible_winrm_pass", "ansible_winrm_password", "ansible_password")
_SPARED = (
    "not logged on to: {first} refused the account '{account}' in this run, and domains lock an account after three to"
    " five failed logons"
)
_HEADING = "Nothing was touched, since not every host can do its part:"


@dataclass(frozen=True, slots=True)
class Unready:
    """The hosts that cannot do their part, and one message for all of them; both empty where there are none."""

    hosts: tuple[str, ...] = ()
    msg: str = ""


def first_logons(hostvars: HostVars, hosts: Sequence[str]) -> tuple[str, ...]:
    """The hosts that are to be tried one by one: not tried yet, with an account that no host has accepted."""
    accepted = {_account(hostvars, host) for host in hosts if _reached(hostvars, host)}
    return tuple(
        host for host in hosts if _reached(hostvars, host) is None and _account(hostvars, host) not in accepted
    )


def spared_logons(hostvars: HostVars, hosts: Sequence[str]) -> dict[str, str]:
    """The hosts that are not to be tried any more, and why: another one refused the same account and password."""
    refused = [host for host in hosts if (kept(hostvars, host, "pool_report_first") or {}).get("logon_refused")]
    spared = {}
    for host in hosts if refused else ():
        if _reached(hostvars, host) is None:
            alike = (one for one in refused if _credentials(hostvars, one) == _credentials(hostvars, host))
            if first := next(alike, ""):
                spared[host] = _SPARED.format(first=first, account=_given(hostvars, host, _USER))
    return spared


def _credentials(hostvars: HostVars, host: str) -> tuple[str, str]:
    return _account(hostvars, host), _given(hostvars, host, _PASSWORD)


def _account(hostvars: HostVars, host: str) -> str:
    return _given(hostvars, host, _USER).casefold()


def _given(hostvars: HostVars, host: str, names: Sequence[str]) -> str:
    given = (kept(hostvars, host, name) for name in names)
    return str(next((one for one in given if one), ""))


def _reached(hostvars: HostVars, host: str) -> bool | None:
    """None where it was not tried: a task that was skipped leaves a result too."""
    for name in (SURVEY, "pool_report_reached", "pool_report_first"):
        found = (kept(hostvars, host, name) or {}).get("reached")
        if found is not None:
            return bool(found)
    return None


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
    found = reached(hostvars, host)
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
