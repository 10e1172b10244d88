# Copyright: (c) 2026, The ucops.rollout developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the hosts of a run kept for the steps that follow: the one place that knows the facts that roles leave behind.

``hostvars`` is Ansible's variable of that name: host to its variables.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from ansible_collections.ucops.rollout.plugins.module_utils.codec import from_plain, to_plain
from ansible_collections.ucops.rollout.plugins.module_utils.findings.run import renewal_findings
from ansible_collections.ucops.rollout.plugins.module_utils.model import Finding, Plan
from ansible_collections.ucops.rollout.plugins.module_utils.plan.hosts import RunHosts, run_hosts
from ansible_collections.ucops.rollout.plugins.module_utils.report.kept import CONTROLLER, HostVars, kept
from ansible_collections.ucops.rollout.plugins.module_utils.report.server_results import (
    REQUESTS,
    certificates_of,
    held_of,
    survey_of,
)

DROPPED_OUT = (
    "the server dropped out of this run before its part was done; what was done there until then is not known here"
)
LEFT_OUT = "took no part in this run, which was limited to other hosts"
# Where the playbooks keep what they read of a CA, and where the role pool_verify does so.
_OF_AUTHORITIES = ("pool_report_authority", "pool_verify_authority")
_LEFT_OUT = f"{LEFT_OUT}; run again without the limit, or with them"
_NOT_PUSHED = "records not pushed, since those of the other view could not be; run again once that is mended"
_NOT_BEGUN = (
    "certificates and assignment not begun, since the records could not be pushed; run again once that is mended"
)
_AFTER_ANOTHER = (
    "nothing was begun there, since {failed} could not be brought to the plan before it; run again once that is mended"
)


def kept_plan(hostvars: HostVars, host: str = CONTROLLER) -> Mapping[str, Any] | str:
    """The plan that the host has made, or else the controller, as text where that was kept; else empty."""
    return next((plan for one in (host, CONTROLLER) if (plan := own_plan(hostvars, one))), {})


def own_plan(hostvars: HostVars, host: str) -> Mapping[str, Any] | str:
    """The plan that this host has made; else empty."""
    found = (kept(hostvars, host, name) for name in ("pool_plan_kept", "pool_plan_result"))
    plan: Mapping[str, Any] | str = next((one for one in found if one), {})
    return plan


def left_out(hostvars: HostVars, hosts: Sequence[str] = (CONTROLLER,)) -> tuple[str, ...]:
    """Those of the hosts that a limit leaves out of this run.

    The controller's plays are the first of a run, and begin by reading the tags.
    """
    return tuple(
        host
        for host in hosts
        if (kept(hostvars, host, "pool_report_parts") is None if host == CONTROLLER else is_left_out(hostvars, host))
    )


def cas_left_out(limited_to: Sequence[str], servers: Sequence[str], cas: Sequence[str]) -> tuple[str, ...]:
    """The CAs that a limit leaves out while it names servers; without a plan nobody knows which of them are asked."""
    return tuple(ca for ca in cas if ca not in limited_to) if set(servers) & set(limited_to) else ()


def push_failed(hostvars: HostVars, dns_hosts: Sequence[str]) -> bool:
    """Whether the records could not be pushed in this run; False where none were to be pushed."""
    return any(_pushed(hostvars, host).get("failed") for host in dns_hosts)


def _pushed(hostvars: HostVars, host: str) -> dict[str, Any]:
    """What came of the push; one that was left to a later task to tell has failed as well."""
    result = kept(hostvars, host, "pool_dns_result") or {}
    return {**result, "failed": True} if result.get("pushed") is False else dict(result)


def collected(
    hostvars: HostVars,
    plan: Plan,
    dns_hosts: Sequence[str] = (),
    ca_hosts: Sequence[str] = (),
    *,
    expect_servers: bool = False,
    expect_push: bool = False,
) -> dict[str, Any]:
    """``dns``, ``servers``, ``not_done``, ``authorities``, ``windows`` and ``findings`` as ``outcome`` reads them. A
    server that is none of the inventory's is left out.

    :param dns_hosts: the DNS servers; those that a run names for a view, else the first, are pushed to.
    :param ca_hosts: the hosts of CAs that may have been read.
    :param expect_push: a DNS server that a limit left out is told, since the run was to push the records.
    :param expect_servers: a server that dropped out before its turn is a failure; one that a limit left out, or where
        nothing was begun after a failed push or another server's failure, is told in ``not_done``.
    """
    dns = _dns(hostvars, dns_hosts, expect_push)
    planned = {server.fqdn: server.host for server in plan.servers}
    servers = {fqdn: host for fqdn, host in planned.items() if host in hostvars}
    unpushed = _unpushed(hostvars, dns_hosts) if dns.get("failed") else {}
    unbegun = _unbegun(hostvars, servers, bool(dns.get("failed"))) if expect_servers else {}
    return {
        "dns": dns,
        "servers": {
            fqdn: _server(hostvars, host, expect_servers and fqdn not in unbegun) for fqdn, host in servers.items()
        },
        "not_done": _by_why({**unpushed, **unbegun}),
        "authorities": {host: _authority(hostvars, host) for host in ca_hosts},
        "windows": windows_of(hostvars, (*dns_hosts, *ca_hosts, *planned.values())),
        "findings": [
            *_of_hosts(hostvars, (*dns_hosts, *ca_hosts, *planned.values())),
            *to_plain(_renewed_nowhere(hostvars, servers.values())),
        ],
    }


def _unpushed(hostvars: HostVars, dns_hosts: Sequence[str]) -> dict[str, str]:
    """The DNS servers that nothing was pushed to, of a run in which another one could not be pushed to."""
    named = [host for host in dict.fromkeys(dns_hosts) if kept(hostvars, host, "pool_dns_pushed_view")]
    return {host: _NOT_PUSHED for host in named if not _pushed(hostvars, host) and not is_left_out(hostvars, host)}


def _unbegun(hostvars: HostVars, servers: Mapping[str, str], push_failed: bool) -> dict[str, str]:
    """The servers whose part was not begun, and why."""
    unread = {
        fqdn: host
        for fqdn, host in servers.items()
        if held_of(hostvars, host) is None and not kept(hostvars, host, "pool_report_failure")
    }
    failed = next((fqdn for fqdn, host in servers.items() if kept(hostvars, host, "pool_report_failure")), "")
    after = _NOT_BEGUN if push_failed else _AFTER_ANOTHER.format(failed=failed) if failed else ""
    whys = {fqdn: _why_unbegun(hostvars, host, after, push_failed) for fqdn, host in unread.items()}
    return {fqdn: why for fqdn, why in whys.items() if why}


def _why_unbegun(hostvars: HostVars, host: str, after: str, push_failed: bool) -> str:
    if is_left_out(hostvars, host):
        return _LEFT_OUT
    # Its turn had not come: what it needs was read, and no task of its own has begun.
    waited = survey_of(hostvars, host) and kept(hostvars, host, REQUESTS) is None
    return after if push_failed or waited else ""


def _by_why(whys: Mapping[str, str]) -> list[dict[str, Any]]:
    return [
        {"hosts": [host for host, one in whys.items() if one == why], "why": why}
        for why in dict.fromkeys(whys.values())
    ]


def _of_hosts(hostvars: HostVars, hosts: Sequence[str]) -> list[Any]:
    """What logging on to each host gave reason to say, and what OCS says there: each once, whoever said it first."""
    names = dict.fromkeys(hosts)
    told = [one for host in names for one in survey_of(hostvars, host).get("findings") or ()]
    of_ocs = (survey_of(hostvars, host).get("ocs_pool") or {} for host in names)
    told += [one for pool in of_ocs for one in pool.get("findings") or ()]
    return [one for at, one in enumerate(told) if one not in told[:at]]


def _renewed_nowhere(hostvars: HostVars, hosts: Iterable[str]) -> tuple[Finding, ...]:
    """What is to be renewed and is held nowhere, once every server was read that is logged on to."""
    surveys = [survey_of(hostvars, host) for host in hosts]
    logged_on = [one for one in surveys if (one.get("work") or {}).get("logon", True)]
    if not logged_on or any("renew_not_held" not in one for one in logged_on):
        return ()
    return renewal_findings([one["renew_not_held"] for one in logged_on])


def windows_of(hostvars: HostVars, hosts: Sequence[str]) -> dict[str, str]:
    """Product and version of each host that was logged on to."""
    read = {host: survey_of(hostvars, host) for host in dict.fromkeys(hosts)}
    return {host: f"{one.get('product', '')} ({one['version']})" for host, one in read.items() if one.get("version")}


def ca_certificates(hostvars: HostVars, ca_hosts: Sequence[str]) -> dict[str, list[str]]:
    """Of each CA that was read, its certificates as PEM: the newest of its own first, then those above up to a root."""
    told = {host: _authority(hostvars, host) for host in ca_hosts}
    sound = {host: one for host, one in told.items() if one.get("ca_certificates") and not one.get("chain_problem")}
    return {host: list(one["ca_certificates"]) for host, one in sound.items()}


def _authority(hostvars: HostVars, host: str) -> dict[str, Any]:
    """What was read of a CA, and what the logon there said where nothing was."""
    first, told = survey_of(hostvars, host), (kept(hostvars, host, name) for name in _OF_AUTHORITIES)
    read: Mapping[str, Any] = next((one for one in told if one), {})
    return {**({"msg": first["msg"]} if "msg" in first else {}), **read}


def _dns(hostvars: HostVars, dns_hosts: Sequence[str], expect_push: bool) -> dict[str, Any]:
    """What came of the pushes, of both views as of one."""
    named = [host for host in dict.fromkeys(dns_hosts) if kept(hostvars, host, "pool_dns_pushed_view")]
    results = [_dns_of(hostvars, host, expect_push) for host in named or [*dns_hosts, CONTROLLER][:1]]
    done = [result for result in results if result]
    if len(done) < 2:
        return done[0] if done else {}
    placed = zip(named, results, strict=True)
    return {
        **done[0],
        "changed": any(one.get("changed") for one in done),
        "failed": any(one.get("failed") for one in done),
        "msg": "; ".join(str(one["msg"]) for one in done if one.get("failed") and "msg" in one),
        "changes": [{**change, "server": host} for host, one in placed for change in one.get("changes") or ()],
        "notes": [note for one in done for note in one.get("notes") or ()],
    }


def _dns_of(hostvars: HostVars, host: str, expect_push: bool) -> dict[str, Any]:
    result = _pushed(hostvars, host)
    if expect_push and not result and is_left_out(hostvars, host):
        return {"notes": [f"{host} {LEFT_OUT}; the records are not pushed"]}
    return result


def _server(hostvars: HostVars, host: str, expected: bool) -> dict[str, Any]:
    held = held_of(hostvars, host)
    failure = kept(hostvars, host, "pool_report_failure")
    first = survey_of(hostvars, host)
    if not failure and first.get("reached") is False:
        failure = first.get("msg")
    if not failure and expected and held is None:
        failure = DROPPED_OUT
    certificates = certificates_of(hostvars, host)
    return {"certificates": certificates, "held": held or {}, "failure": str(failure or "")}


def is_left_out(hostvars: HostVars, host: str) -> bool:
    """Whether a limit leaves out a host of this run's plan: a play of all that take part says that they do."""
    return not kept(hostvars, host, "pool_report_takes_part") and host in run_hosts(hosts_of_run(hostvars))


def hosts_of_run(hostvars: HostVars) -> RunHosts:
    """The hosts that the plan of this run let take part; none where it let nobody do so, or there is no such run."""
    if kept(hostvars, CONTROLLER, "pool_plan_let_in") is None:
        return RunHosts()
    return from_plain(RunHosts, kept(hostvars, CONTROLLER, "pool_plan_hosts"), where="pool_plan_hosts")
