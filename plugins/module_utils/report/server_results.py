# Copyright: (c) 2026, The ucops.rollout developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the tasks of a run left of each server's certificates: what was read first, then what each later one did.

The role pool_certificates registers what its tasks return, under the names here; a server where nothing was to be done
has the first alone.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from ansible_collections.ucops.rollout.plugins.module_utils.change_set import NOT_CHANGED, WOULD_CHANGE
from ansible_collections.ucops.rollout.plugins.module_utils.report.kept import HostVars, first_read, kept

SURVEY, REQUESTS, ISSUED = "pool_certificates_survey", "pool_certificates_requests", "pool_certificates_issued"
DONE, TAKEN = "pool_certificates_done", "pool_certificates_taken"
REVOKED, RETIRED = "pool_certificates_revoked", "pool_certificates_retired"

# What an assignment would come to, in check mode; of a request it is asked later, too.
_WOULD_ASSIGN = ("would_assign", "would_bind")


def survey_of(hostvars: HostVars, host: str) -> Mapping[str, Any]:
    """What ``server_info`` or ``hosts_info`` returned for a host; empty where neither ran."""
    read: Mapping[str, Any] = kept(hostvars, host, SURVEY) or first_read(hostvars, host)
    return read


def jobs_of(hostvars: HostVars, host: str) -> Sequence[Mapping[str, Any]]:
    """The certificates of a host's work, each with what is to be done with it."""
    work: Mapping[str, Any] = survey_of(hostvars, host).get("work") or {}
    return list(work.get("certificates") or ())


def certificates_of(hostvars: HostVars, host: str) -> dict[str, dict[str, Any]]:
    """By certificate id all that is known: ``request``, ``issue``, ``install``, ``thumbprint``, ``waiting``,
    ``assignment``, ``binding``, ``services``, ``by_hand``, ``key_from``, ``mark``; what came later counts."""
    known: dict[str, dict[str, Any]] = {}
    _join(known, _looked(survey_of(hostvars, host).get("certificates") or {}))
    _join(known, (kept(hostvars, host, REQUESTS) or {}).get("certificates") or {})
    _join(known, {id: {"issue": one} for id, one in issued_of(hostvars, host).items()})
    for name in (DONE, TAKEN):
        _join(known, (kept(hostvars, host, name) or {}).get("certificates") or {})
    _join_retirement(known, hostvars, host)
    return known


def _join_retirement(known: dict[str, dict[str, Any]], hostvars: HostVars, host: str) -> None:
    """To the certificate that has told what was replaced on the server: what a CA revoked, and what went after that."""
    at = next((id for id, one in known.items() if one.get("retired")), "")
    if not at:
        return
    asked = (kept(hostvars, host, REVOKED) or {}).get("results") or ()
    revoked = [one for of_ca in asked for one in of_ca.get("results") or ()]
    after = kept(hostvars, host, RETIRED) or {}
    _join(known, {at: {"revoked": revoked, **({"retired": after} if "retired" in after else {})}})


def _looked(survey: Mapping[str, Mapping[str, Any]]) -> dict[str, dict[str, Any]]:
    """What was read first told what there is to do, and did none of it."""
    return {id: {name: _undone(step) for name, step in one.items()} for id, one in survey.items()}


def _undone(told: Any) -> Any:
    """Also of what steps are told of within: services, places that a person or a task would change."""
    if isinstance(told, (list, tuple)):
        return [_undone(one) for one in told]
    if not isinstance(told, Mapping):
        return told
    step = {key: _undone(one) for key, one in told.items()}
    if step.get("state") == WOULD_CHANGE:
        return {**step, "after": step.get("before", ""), "state": NOT_CHANGED}
    if not step.get("changed"):
        return step
    state = {"state": ""} if step.get("state") in _WOULD_ASSIGN else {}
    return {**step, **state, "changed": False, "changes": []}


def held_of(hostvars: HostVars, host: str) -> Mapping[str, Any] | None:
    """What the server holds and trusts by now; None where nobody knows any more, since something was to be done."""
    for name in (TAKEN, DONE):
        read: Mapping[str, Any] = kept(hostvars, host, name) or {}
        if "held" in read:
            held: Mapping[str, Any] = read["held"]
            return held
    survey = survey_of(hostvars, host)
    unchanged = not survey.get("next") or not (survey.get("obtain") or survey.get("assign"))
    return survey.get("held") if unchanged else None


def failure_of(hostvars: HostVars, host: str) -> str:
    """With what the first of the tasks on a server failed; empty where none did."""
    results = (kept(hostvars, host, name) or {} for name in (REQUESTS, DONE, TAKEN))
    return next((str(one["failure"]) for one in results if one.get("failure")), "")


def issued_of(hostvars: HostVars, host: str) -> dict[str, Mapping[str, Any]]:
    """By certificate id what came of its order at a CA."""
    found: dict[str, Mapping[str, Any]] = {}
    name = _name_of(hostvars, host)
    for asked in (kept(hostvars, host, ISSUED) or {}).get("results") or ():
        results = asked.get("results") or ()
        for at, order in enumerate((asked.get(ORDERS_OF_A_CA) or {}).get("orders") or ()):
            if order["server"] == name:
                told = results[at] if at < len(results) else {"failed": True, "msg": str(asked.get("msg") or "")}
                found[str(order["certificate"]["id"])] = told
    return found


# What the loop over the CAs calls each of them.
ORDERS_OF_A_CA = "pool_certificates_ca"
# Requests that are to be handed in; in check mode, one that would be made.
_ASKING = ("outstanding", "created", "would_create", "requested")


def orders(hostvars: HostVars, hosts: Sequence[str], taking: Mapping[str, Sequence[str]]) -> list[dict[str, Any]]:
    """For each CA its host and what these servers ask of it, as ``certificate_issue`` takes it.

    :param taking: of each host the certificates that come from another server.
    """
    asked: dict[tuple[str, str], list[dict[str, Any]]] = {}
    for host in hosts:
        for ca_host, order in _orders_of(hostvars, host, taking.get(host) or ()):
            # A host of the inventory may be more than one of the plan's CAs.
            asked.setdefault((ca_host, str(order["certificate"]["issuer"]["ca"])), []).append(order)
    return [{"ca_host": ca_host, "orders": one} for (ca_host, _ca), one in asked.items()]


def _orders_of(hostvars: HostVars, host: str, taken: Sequence[str]) -> Iterator[tuple[str, dict[str, Any]]]:
    known, name = certificates_of(hostvars, host), _name_of(hostvars, host)
    for job in jobs_of(hostvars, host) if survey_of(hostvars, host).get("obtain") else ():
        id = str(job["certificate"]["id"])
        request = (known.get(id) or {}).get("request") or {}
        if job["offline"] or id in taken or request.get("state") not in _ASKING:
            continue
        asked = {key: request[key] for key in ("request", "public_key", "waiting") if request.get(key)}
        yield str(job["ca_host"]), {"certificate": job["certificate"], "server": name, **asked}


# Of a certificate that is used nowhere any more that could be read.
_UNUSED = ("kept", "archived", "removed", "would_archive", "would_remove")


def superseded(hostvars: HostVars, host: str) -> list[dict[str, Any]]:
    """For each CA its host, its name and the certificates of its that others took the place of on a server."""
    jobs = {str(job["certificate"]["id"]): job for job in jobs_of(hostvars, host)}
    found: dict[tuple[str, str], list[dict[str, str]]] = {}
    for done in certificates_of(hostvars, host).values():
        for one in (done.get("retired") or {}).get("retired") or ():
            job = jobs.get(str(one["certificate"]), {})
            ca = str((job.get("certificate") or {}).get("issuer", {}).get("ca") or "")
            ours = one["issuer_common_name"] == ca.partition("\\")[2] and job.get("ca_host")
            if ours and one["store"] == "MY" and one["state"] in _UNUSED:
                named = {key: str(one[key]) for key in ("serial_number", "public_key")}
                found.setdefault((str(job["ca_host"]), ca), []).append(named)
    return [{"ca_host": at, "ca": ca, "certificates": named} for (at, ca), named in found.items()]


def _name_of(hostvars: HostVars, host: str) -> str:
    return str((survey_of(hostvars, host).get("work") or {}).get("fqdn") or host)


def _join(known: dict[str, dict[str, Any]], further: Mapping[str, Mapping[str, Any]]) -> None:
    for id, one in further.items():
        known.setdefault(id, {}).update(one)
