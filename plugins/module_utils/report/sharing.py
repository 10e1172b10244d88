# Copyright: (c) 2026, The ucops.rollout developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Of the servers that share one certificate with its key: who has it made, and from whom the others get it.

All of them are looked at before one of them does anything. Where one holds it, the others get it from there; where none
does, one of them has it made. One that was not looked at may hold it, so then none is made: there would be two.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from ansible_collections.ucops.rollout.plugins.module_utils.certificates.roots import lacks_authorities
from ansible_collections.ucops.rollout.plugins.module_utils.report.collected import ca_certificates
from ansible_collections.ucops.rollout.plugins.module_utils.report.kept import HostVars, kept
from ansible_collections.ucops.rollout.plugins.module_utils.report.server_results import DONE, jobs_of, survey_of
from ansible_collections.ucops.rollout.plugins.module_utils.wording import some

# What the playbooks keep of a server that could not be brought to the plan.
FAILURE = "pool_report_failure"

_UNSEEN = (
    "{id} is one certificate with one key for several servers. None of those that this run looked at holds it, and"
    " {unseen} was not looked at and may hold it: a second one is not made. Let all of them take part in one run"
)
_NO_END = (
    "{id} is one certificate with one key for several servers. {source} was to have it made in this run, and that came"
    " to no end: mend it there and run again"
)
_WAITS = "{id} is brought here from {source} once it is there: {waiting}"


@dataclass(frozen=True, slots=True)
class KeyTurn:
    """What a server is to do for a certificate that it shares.

    ``own``: it holds the certificate, or has it made. Else it gets it from ``source``, a host of the inventory, with
    ``thumbprint``, empty while it is only planned; unless it waits for somebody, or there is a reason not to.
    ``also``: further hosts that hold the same, for where the key of ``source`` may not be exported.
    """

    own: bool
    source: str = ""
    thumbprint: str = ""
    waiting: str = ""
    refusal: str = ""
    also: tuple[str, ...] = ()


def key_turns(hostvars: HostVars, host: str, check_mode: bool = False) -> dict[str, KeyTurn]:
    """By certificate id the turn of a host with each certificate that it shares.

    Who holds it and who makes it is told by what was read of each host before anything was done; what came of the
    making by what its tasks returned since.
    """
    shared = {str(job["certificate"]["id"]): list(job["sharers"]) for job in jobs_of(hostvars, host) if job["sharers"]}
    return {id: _turn(hostvars, host, id, sharers, check_mode) for id, sharers in shared.items()}


def taken_by(hostvars: HostVars, host: str) -> tuple[str, ...]:
    """The certificates that come to a host from another server."""
    return tuple(id for id, turn in key_turns(hostvars, host).items() if not turn.own)


def with_work(hostvars: HostVars, hosts: Sequence[str], ca_hosts: Sequence[str], now: datetime) -> tuple[str, ...]:
    """The servers on which anything is to be done, by what was read of them; one that was not read may have something.

    :param ca_hosts: the hosts of CAs that were read: a server is to have the authorities above those of its peers too.
    """
    authorities = ca_certificates(hostvars, ca_hosts)
    return tuple(host for host in hosts if _has_work(hostvars, host, authorities, now))


def _has_work(hostvars: HostVars, host: str, authorities: Mapping[str, Sequence[str]], now: datetime) -> bool:
    survey = survey_of(hostvars, host)
    if "next" not in survey or survey["next"] or taken_by(hostvars, host):
        return True
    above = authorities if survey.get("obtain") else {}
    return lacks_authorities(survey.get("held") or {}, above, survey.get("trusted_roots") or (), now=now)


def failed_before(hostvars: HostVars, hosts: Sequence[str]) -> str:
    """The first of the hosts whose certificates this run could not bring to the plan; empty where there is none."""
    return next((one for one in hosts if kept(hostvars, one, FAILURE)), "")


def _turn(hostvars: HostVars, host: str, id: str, sharers: Sequence[str], check_mode: bool) -> KeyTurn:
    looks = {one: look for one in sharers if (look := _look(hostvars, one, id))}
    held = {one: str(look["thumbprint"]) for one, look in looks.items() if look.get("thumbprint")}
    if held:
        best = held[max(held, key=lambda one: (*_dates(looks[one]), held[one]))]
        if held.get(host) == best:
            return KeyTurn(True, thumbprint=best)
        source, *also = (one for one in held if held[one] == best)
        return KeyTurn(False, source, best, also=tuple(also))
    if unseen := [one for one in sharers if one not in looks]:
        return KeyTurn(False, refusal=_UNSEEN.format(id=id, unseen=some(unseen)))
    maker = _maker(sharers, looks)
    return KeyTurn(True) if maker in (host, "") else _from_maker(hostvars, maker, id, check_mode)


def _look(hostvars: HostVars, host: str, id: str) -> Mapping[str, Any]:
    """What a host had before anything was done; empty where that could not be read."""
    look: Mapping[str, Any] = (survey_of(hostvars, host).get("certificates") or {}).get(id) or {}
    return look


def _dates(look: Mapping[str, Any]) -> tuple[str, str]:
    """From when until when what is held is valid, in a form whose order is that of time."""
    held = (look.get("request") or {}).get("held") or {}
    return str(held.get("not_before") or ""), str(held.get("not_after") or "")


def _maker(sharers: Sequence[str], looks: Mapping[str, Mapping[str, Any]]) -> str:
    """The first with a key that waits for the certificate, else the first of all."""
    waiting = [one for one in sharers if (looks[one].get("request") or {}).get("state") == "outstanding"]
    return next(iter([*waiting, *sharers]), "")


def _from_maker(hostvars: HostVars, maker: str, id: str, check_mode: bool) -> KeyTurn:
    survey = survey_of(hostvars, maker)
    # Where nothing was to be done, what was read is what came of it: it may wait for people.
    last = kept(hostvars, maker, DONE) or ({} if survey.get("next") else survey)
    done: Mapping[str, Any] = (last.get("certificates") or {}).get(id) or {}
    if done.get("waiting"):
        return KeyTurn(False, maker, waiting=_WAITS.format(id=id, source=maker, waiting=done["waiting"]))
    if not done.get("thumbprint") and (not done or not check_mode or _failed(done)):
        return KeyTurn(False, maker, refusal=_NO_END.format(id=id, source=maker))
    return KeyTurn(False, maker, str(done.get("thumbprint") or ""))


def _failed(done: Mapping[str, Any]) -> bool:
    return any((done.get(step) or {}).get("failed") for step in ("request", "issue", "install"))
