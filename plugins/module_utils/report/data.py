# Copyright: (c) 2026, The ucops.rollout developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The hand-over: what was planned, changed and proved, as one JSON-able value. Pure; times are arguments.

Input is a mapping of what the steps of a rollout returned; any part may be missing and is then "not done":

- ``plan``: the plan. ``dns``: the result of ``dns_record_sets``.
- ``servers``: {FQDN: {``certificates``: {certificate id: {``request``, ``issue``, ``install``, ``binding``,
  ``assignment``: results of the actions; ``thumbprint``, ``waiting``}}, ``failure``: text}}.
- ``proof``: {``dns``, ``tls``, ``trust``, ``sign_in``: results of the checks}.
- ``failure``: text, what ended the run early. ``steps_by_hand``: texts. ``check_mode``: bool.
- ``versions``: {name: version}. ``started``, ``ended``: texts. ``report_paths``: list of paths.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from ansible_collections.ucops.rollout.plugins.module_utils.errors import RolloutError

SCHEMA = 1
CHECKS = ("dns", "tls", "trust", "sign_in")
STATES = ("proved", "failed", "unproved", "would_be_checked")

Part = Mapping[str, Any]


def report_data(given: Part) -> dict[str, Any]:
    """Everything that the hand-over tells, in a stable order. Raises ``RolloutError`` when ``given`` is no mapping."""
    if not isinstance(given, Mapping):
        raise RolloutError(f"a {type(given).__name__} where a mapping was expected", where="report")
    plan = _part(given, "plan")
    proof = {check: _check(_part(given, "proof").get(check)) for check in CHECKS}
    certificates = _certificates(plan, _part(given, "servers"), proof["tls"])
    return {
        "schema": SCHEMA,
        "started": given.get("started") or None,
        "ended": given.get("ended") or None,
        "check_mode": bool(given.get("check_mode")),
        "versions": dict(_part(given, "versions")),
        "pools": list(dict.fromkeys(_each(plan, "servers", "pool"))),
        "plan": plan or None,
        "changes": _dns_changes(_part(given, "dns")) + _server_changes(_part(given, "servers")),
        "dns_done": bool(_part(given, "dns")) and not _part(given, "dns").get("failed"),
        "certificates": certificates,
        "assignments": _assignments(plan, _part(given, "servers")),
        "proof": proof,
        "summary": _summary(proof),
        "waiting": _waiting(_part(given, "servers")),
        "failures": _failures(given),
        "findings": _findings(plan, _part(given, "servers")) + _notes(_part(given, "dns")),
        "steps_by_hand": _steps(given),
        "report_paths": [str(path) for path in given.get("report_paths") or ()],
    }


def _part(given: Any, key: str) -> dict[str, Any]:
    """A part that is a mapping; {} when it is missing, null, or no mapping (such as an undefined result)."""
    part = given.get(key) if isinstance(given, Mapping) else None
    return dict(part) if isinstance(part, Mapping) else {}


def _list(given: Any, key: str) -> list[Any]:
    part = given.get(key) if isinstance(given, Mapping) else None
    return list(part) if isinstance(part, Sequence) and not isinstance(part, str) else []


def _each(given: Part, key: str, name: str) -> list[Any]:
    return [item[name] for item in _list(given, key) if isinstance(item, Mapping) and item.get(name)]


def _check(given: Any) -> dict[str, Any]:
    """Results of one check, whether given as a module's result or as the list alone."""
    results = _list({"results": given}, "results") or _list(given, "results")
    results = [result for result in results if isinstance(result, Mapping)]
    counts = {state: sum(result.get("state") == state for result in results) for state in STATES}
    return {"done": bool(results), "results": results, "summary": counts, "hints": _list(given, "hints")}


def _summary(proof: Part) -> dict[str, int]:
    return {state: sum(proof[check]["summary"][state] for check in CHECKS) for state in STATES}


def entries(servers: Part) -> list[tuple[str, str, dict[str, Any]]]:
    """(server, certificate id, what was done with it), in the order given."""
    found = []
    for fqdn, server in servers.items():
        for id, entry in _part(server, "certificates").items():
            found.append((str(fqdn), str(id), dict(entry) if isinstance(entry, Mapping) else {}))
    return found


def _dns_changes(dns: Part) -> list[dict[str, Any]]:
    return [
        {
            "where": str(change.get("zone", "")),
            "verb": str(change.get("verb", "change")),
            "what": _record_change(change),
            "after": change.get("after"),
        }
        for change in _list(dns, "changes")
        if isinstance(change, Mapping)
    ]


def _record_change(change: Part) -> str:
    type, name = str(change.get("type") or ""), str(change.get("name") or "")
    if type.upper() in ("", "ZONE"):
        return f"zone {change.get('zone') or name}"
    note = f" ({change['note']})" if change.get("note") else ""
    return f"{name} {type} {values_text(change.get('after'))}".strip() + note


def values_text(values: Any) -> str:
    """Record values for people: ``0 0 5061 ocspool.company.local, …``."""
    if isinstance(values, Mapping):
        if "target" in values:
            numbers = " ".join(str(values.get(key, 0)) for key in ("priority", "weight", "port"))
            return f"{numbers} {values['target']}"
        return values_text(values.get("values"))
    if isinstance(values, Sequence) and not isinstance(values, str):
        return ", ".join(values_text(value) for value in values)
    return "" if values is None else str(values)


_DONE = (
    ("request", "create", "request made"),
    ("issue", "create", "certificate issued"),
    ("install", "create", "certificate installed"),
    ("binding", "change", "bound to {endpoint}"),
    ("assignment", "change", "assigned to the Front End"),
)


def _server_changes(servers: Part) -> list[dict[str, Any]]:
    changes = []
    for fqdn, id, entry in entries(servers):
        for step, verb, what in _DONE:
            result = _part(entry, step)
            if result.get("changed") is True:
                told = what.format(endpoint=result.get("endpoint") or "the web site")
                changes.append(
                    {"where": fqdn, "verb": verb, "what": f"{told} ({id})", "after": result.get("thumbprint")}
                )
    return changes


def _certificates(plan: Part, servers: Part, tls: Part) -> list[dict[str, Any]]:
    done = {id: (fqdn, entry) for fqdn, id, entry in entries(servers)}
    found = []
    for planned in _list(plan, "certificates"):
        fqdn, entry = done.get(planned["id"], (", ".join(planned.get("holders") or ()), {}))
        found.append({"id": planned["id"], "server": fqdn, **_planned(planned), **_held(entry, tls)})
    return found


def _planned(planned: Part) -> dict[str, Any]:
    return {
        "common_name": _part(planned, "subject").get("common_name"),
        "subject_alternative_names": _list(planned, "subject_alternative_names"),
        "issuer": _part(planned, "issuer").get("ca"),
    }


def _held(entry: Part, tls: Part) -> dict[str, Any]:
    request, issue, install = (_part(entry, step) for step in ("request", "issue", "install"))
    thumbprint = entry.get("thumbprint") or install.get("thumbprint") or request.get("thumbprint")
    described = _part(request, "held") or _part(issue, "description") or _served(tls, thumbprint)
    return {
        "state": _state(request, issue, install),
        "request_id": issue.get("request_id"),
        "thumbprint": thumbprint,
        "not_before": described.get("not_before"),
        "not_after": described.get("not_after"),
        "serial_number": described.get("serial_number"),
    }


def _state(request: Part, issue: Part, install: Part) -> str:
    """The furthest that it came."""
    for result in (install, issue, request):
        if result.get("failed"):
            return "failed"
        if result.get("state") and not result.get("skipped"):
            return str(result["state"])
    return "not done"


def _served(tls: Part, thumbprint: Any) -> dict[str, Any]:
    for result in tls["results"]:
        found = _part(result, "found")
        if thumbprint and found.get("thumbprint") == thumbprint:
            return found
    return {}


def _assignments(plan: Part, servers: Part) -> list[dict[str, Any]]:
    done = {(fqdn, id): entry for fqdn, id, entry in entries(servers)}
    steps = {"front_end": "assignment", "web_components": "binding"}
    found = []
    for planned in _list(plan, "certificates"):
        for assignment in _list(planned, "assignments"):
            entry = done.get((assignment["server"], planned["id"]), {})
            result = _part(entry, steps.get(assignment["component"], ""))
            state = "failed" if result.get("failed") else result.get("state") or "not done"
            named = {key: assignment.get(key) for key in ("server", "component", "port")}
            found.append({**named, "certificate": planned["id"], "state": state, "command": result.get("command")})
    return found


def _waiting(servers: Part) -> list[dict[str, str]]:
    return [
        {"where": fqdn, "what": str(entry["waiting"])} for fqdn, _id, entry in entries(servers) if entry.get("waiting")
    ]


def _failures(given: Part) -> list[dict[str, str]]:
    """What ended early: the whole run, the DNS part, a server's part."""
    found = []
    if given.get("failure"):
        found.append({"where": "", "what": str(given["failure"])})
    dns = _part(given, "dns")
    if dns.get("failed"):
        found.append({"where": "DNS", "what": str(dns.get("msg", "failed"))})
    for fqdn, server in _part(given, "servers").items():
        if isinstance(server, Mapping) and server.get("failure"):
            found.append({"where": str(fqdn), "what": str(server["failure"])})
    return found


def _findings(plan: Part, servers: Part) -> list[Any]:
    """The plan's, then what was found on the CA; each once."""
    found = _list(plan, "findings")
    for _fqdn, _id, entry in entries(servers):
        found += [finding for finding in _list(_part(entry, "issue"), "findings") if finding not in found]
    return [finding for finding in found if isinstance(finding, Mapping)]


def _notes(dns: Part) -> list[dict[str, str]]:
    """What the DNS server did otherwise than expected, such as a new zone that takes updates from anybody."""
    empty = dict.fromkeys(("breaks", "mend", "source", "where"), "")
    return [{"severity": "note", "code": "dns-server", "message": str(note), **empty} for note in _list(dns, "notes")]


def _steps(given: Part) -> list[dict[str, str]]:
    """Steps that a person must do, each with its server; those of the results come first."""
    found = []
    for fqdn, _id, entry in entries(_part(given, "servers")):
        for step in ("binding", "assignment"):
            found += [{"where": fqdn, "what": str(text)} for text in _list(_part(entry, step), "steps")]
    for text in _list(given, "steps_by_hand"):
        found.append({"where": "", "what": str(text)})
    return found


def planned_counts(plan: Part) -> dict[str, int]:
    """How much a plan holds."""
    records = _list(plan, "records")
    ours = sum(record.get("managed", "ours") == "ours" for record in records)
    counted = {key: len(_list(plan, key)) for key in ("zones", "certificates", "endpoints")}
    return {"records": ours, "other_records": len(records) - ours, **counted}


def number(count: int, what: str) -> str:
    """``1 zone``, ``2 zones``."""
    return f"{count} {what}{'' if count == 1 else 's'}"
