# Copyright: (c) 2026, The ucops.rollout developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Filters on what hosts are to do and what they kept. Documentation: the .yml files of the filters' names."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timezone
from typing import Any

from ansible.module_utils.parsing.convert_bool import boolean

from ansible_collections.ucops.rollout.plugins.module_utils.auditing import report as auditing
from ansible_collections.ucops.rollout.plugins.module_utils.auditing.records import to_compare
from ansible_collections.ucops.rollout.plugins.module_utils.codec import from_plain, plain_in_text, to_plain
from ansible_collections.ucops.rollout.plugins.module_utils.errors import RolloutError
from ansible_collections.ucops.rollout.plugins.module_utils.model import EXTERNAL, INTERNAL
from ansible_collections.ucops.rollout.plugins.module_utils.plan import parts
from ansible_collections.ucops.rollout.plugins.module_utils.plan.hosts import ALL, RunHosts
from ansible_collections.ucops.rollout.plugins.module_utils.plan.hosts import run_hosts as run_hosts_of
from ansible_collections.ucops.rollout.plugins.module_utils.plan.hosts import taking_part as taking_part_of
from ansible_collections.ucops.rollout.plugins.module_utils.plan.parts import OBTAIN
from ansible_collections.ucops.rollout.plugins.module_utils.plan.rollout import ASSIGNING
from ansible_collections.ucops.rollout.plugins.module_utils.plan.server_work import certificates_of
from ansible_collections.ucops.rollout.plugins.module_utils.proof.module import port_map as ports
from ansible_collections.ucops.rollout.plugins.module_utils.reading.queries import plan_if_made, plan_of
from ansible_collections.ucops.rollout.plugins.module_utils.report import (
    collected,
    plan_source,
    pushing,
    reaching,
    server_results,
    sharing,
)
from ansible_collections.ucops.rollout.plugins.module_utils.report import left as report
from ansible_collections.ucops.rollout.plugins.module_utils.report import proof_inputs as inputs
from ansible_collections.ucops.rollout.plugins.module_utils.report.data import hand_over
from ansible_collections.ucops.rollout.plugins.module_utils.report.kept import CONTROLLER, ReadHostVars
from ansible_collections.ucops.rollout.plugins.module_utils.report.left import unproved_fails
from ansible_collections.ucops.rollout.plugins.module_utils.report.outcome import read_outcome
from ansible_collections.ucops.rollout.plugins.module_utils.report.peers import peers as peers_of
from ansible_collections.ucops.rollout.plugins.module_utils.report.removed import removed
from ansible_collections.ucops.rollout.plugins.module_utils.report.server_results import survey_of
from ansible_collections.ucops.rollout.plugins.module_utils.values import Thumbprint
from ansible_collections.ucops.rollout.plugins.plugin_utils.face import filters_of


def kept_plan(hostvars: Any, host: str = CONTROLLER) -> Mapping[str, Any] | str:
    return collected.kept_plan(_hostvars(hostvars), host)


def plan_to_make(hostvars: Any, host: str, plan: Any, source: Mapping[str, Any]) -> bool:
    return plan_source.plan_to_make(_hostvars(hostvars), str(host), plan, source)


def left_out(
    hostvars: Any,
    hosts: Sequence[str] = (CONTROLLER,),
    limited_to: Sequence[str] = (),
    servers: Sequence[str] = (),
    cas: Sequence[str] = (),
    parts: Sequence[str] = (),
) -> list[str]:
    left = collected.left_out(_hostvars(hostvars), list(hosts))
    asking = CONTROLLER in left and OBTAIN in parts
    return [*left, *(collected.cas_left_out(list(limited_to), list(servers), list(cas)) if asking else ())]


def taking_part(hosts: Any) -> list[dict[str, Any]]:
    given = from_plain(RunHosts, hosts, where="hosts", mend="Give what ucops.rollout.pool_plan returns")
    plain: list[dict[str, Any]] = to_plain(taking_part_of(given))
    return plain


def run_hosts(hostvars: Any, kind: str = ALL) -> list[str]:
    return list(run_hosts_of(collected.hosts_of_run(_hostvars(hostvars)), kind))


def host_info(hostvars: Any, host: str) -> dict[str, Any]:
    return dict(survey_of(_hostvars(hostvars), str(host)))


def unready(hostvars: Any, hosts: Sequence[str]) -> dict[str, Any]:
    plain: dict[str, Any] = to_plain(reaching.unready(_hostvars(hostvars), list(hosts), datetime.now(timezone.utc)))
    return plain


def ca_certificates(hostvars: Any, hosts: Sequence[str]) -> dict[str, list[str]]:
    return collected.ca_certificates(_hostvars(hostvars), list(hosts))


def ca_orders(hostvars: Any, hosts: Sequence[str]) -> list[dict[str, Any]]:
    read = _hostvars(hostvars)
    taken = {host: sharing.taken_by(read, host) for host in hosts}
    return server_results.orders(read, list(hosts), taken)


def issued_certificates(hostvars: Any, host: str) -> dict[str, Any]:
    return dict(server_results.issued_of(_hostvars(hostvars), str(host)))


def key_turns(hostvars: Any, host: str, check_mode: bool = False) -> dict[str, Any]:
    plain: dict[str, Any] = to_plain(sharing.key_turns(_hostvars(hostvars), str(host), bool(check_mode)))
    return plain


def takes_keys(hostvars: Any, host: str) -> bool:
    return bool(sharing.taken_by(_hostvars(hostvars), str(host)))


def with_work(hostvars: Any, hosts: Sequence[str], ca_hosts: Sequence[str] = ()) -> list[str]:
    return list(sharing.with_work(_hostvars(hostvars), list(hosts), list(ca_hosts), datetime.now(timezone.utc)))


def superseded(hostvars: Any, host: str) -> list[dict[str, Any]]:
    return server_results.superseded(_hostvars(hostvars), str(host))


def failed_before(hostvars: Any, hosts: Sequence[str]) -> str:
    return sharing.failed_before(_hostvars(hostvars), list(hosts))


def peers(
    hostvars: Any, host: str, batch: Sequence[str], plan: Any, port_map: Mapping[Any, Any] | None = None
) -> list[dict[str, Any]]:
    read, mapped = _hostvars(hostvars), ports(dict(port_map or {}))
    plain: list[dict[str, Any]] = to_plain(peers_of(read, str(host), list(batch), plan_if_made(plan), mapped))
    return plain


def server_certificates(hostvars: Any, host: str) -> dict[str, Any]:
    read = _hostvars(hostvars)
    held, failure = server_results.held_of(read, str(host)), server_results.failure_of(read, str(host))
    certificates = server_results.certificates_of(read, str(host))
    return {"certificates": certificates, "held": dict(held or {}), "failure": failure}


def push_failed(hostvars: Any, dns_hosts: Sequence[str] = ()) -> bool:
    return collected.push_failed(_hostvars(hostvars), list(dns_hosts))


def run_parts(run_tags: Any, skip_tags: Any = (), of: Any = parts.PARTS) -> list[str]:
    return list(parts.parts_of(list(run_tags), list(skip_tags), list(of)))


def run_halves(of: Any) -> list[str]:
    return list(parts.halves_of(list(of)))


def server_work(
    given: Any,
    host: str,
    ca_hosts: Sequence[str] = (),
    port_map: Mapping[Any, Any] | None = None,
    offline: bool = False,
    cmdlets: Any = True,
    every_holder: bool = False,
) -> dict[str, Any]:
    work = certificates_of(
        plan_of(given, host),
        host,
        ca_hosts=list(ca_hosts),
        port_map=ports(dict(port_map or {})),
        offline=bool(offline),
        assigning=replace(ASSIGNING, cmdlets=bool(cmdlets)),
        every_holder=bool(every_holder),
    )
    return work.to_plain()


def outcomes(
    hostvars: Any,
    plan: Any,
    dns_hosts: Sequence[str] = (),
    expect_servers: bool = False,
    expect_push: bool = False,
    ca_hosts: Sequence[str] = (),
) -> dict[str, Any]:
    return collected.collected(
        _hostvars(hostvars),
        plan_if_made(plan),
        list(dns_hosts),
        list(ca_hosts),
        expect_servers=bool(expect_servers),
        expect_push=bool(expect_push),
    )


def rollout_left(outcome: Any, unproved: str = "fail") -> dict[str, Any]:
    left = report.rollout_left(hand_over(read_outcome(outcome)), unproved_fails=unproved_fails(unproved))
    return left.to_plain()


def audit_records(plan: Any, view: str = INTERNAL) -> dict[str, Any]:
    return to_compare(plan_if_made(plan), str(view))


def audit_data(
    hostvars: Any,
    plan: Any,
    dns_hosts: Sequence[str] = (),
    dns_external_hosts: Sequence[str] = (),
    run: Any = None,
    certificates: bool = True,
    records: bool = True,
    ca_hosts: Sequence[str] = (),
    authorities: bool = True,
) -> dict[str, Any]:
    hosts = {INTERNAL: tuple(dns_hosts), EXTERNAL: tuple(dns_external_hosts)}
    return auditing.audit(
        _hostvars(hostvars),
        plan_if_made(plan),
        {view: named for view, named in hosts.items() if named},
        from_plain(auditing.AuditRun, run or {}, where="run"),
        certificates=boolean(certificates),
        records=boolean(records),
        ca_hosts=tuple(ca_hosts),
        authorities=boolean(authorities),
    ).to_plain()


def audit_requests(hostvars: Any, ca_hosts: Sequence[str]) -> dict[str, Any]:
    plain: dict[str, Any] = to_plain(auditing.requests_of_keys(_hostvars(hostvars), list(ca_hosts)))
    return plain


def audit_left(given: Any, unproved: str = "fail", failure: str = "") -> dict[str, Any]:
    found = auditing.report_from_plain(given)
    return auditing.audit_left(found, unread_fails=unproved_fails(unproved), failure=str(failure)).to_plain()


def name_servers(
    hostvars: Any,
    groups: Mapping[str, Sequence[str]],
    view: str = INTERNAL,
    internal: str = "ucops_dns",
    external: str = "ucops_dns_external",
    besides: str = "",
    port: int = 53,
) -> list[dict[str, Any]]:
    hosts = [one for one in groups.get(external if view == EXTERNAL else internal) or () if one != besides]
    return inputs.name_servers(hosts, _hostvars(hostvars), int(port), view)


# What grows with the servers of a run.
_AS_TEXT = frozenset({"records", "endpoints", "certificates", "thumbprints", "stores"})


def proof_inputs(
    hostvars: Any,
    plan: Any,
    views: Sequence[str] = (INTERNAL,),
    dns_hosts: Sequence[str] = (),
    dns_external_hosts: Sequence[str] = (),
    dns_servers: Sequence[Mapping[str, Any]] = (),
    dns_port: int = 53,
    ca_hosts: Sequence[str] = (),
    roots: Sequence[str] = (),
    trusted_roots: Sequence[str] = (),
    check_mode: bool = False,
) -> dict[str, Any]:
    planned, kept, hosts, outside = plan_if_made(plan), _hostvars(hostvars), list(dns_hosts), list(dns_external_hosts)
    port = int(dns_port)
    found = [*inputs.name_servers(hosts, kept, port), *inputs.name_servers(outside, kept, port, EXTERNAL)]
    servers = list(dns_servers) or found
    done = collected.collected(kept, planned, [*hosts, *outside], list(ca_hosts))
    outcome = read_outcome({**done, "check_mode": bool(check_mode)})
    trusted = from_plain(tuple[Thumbprint, ...], list(trusted_roots), where="trusted_roots")
    gone = removed(kept, [*hosts, *outside])
    plain = inputs.proof_inputs(planned, outcome, servers, list(views), list(roots), trusted, gone).to_plain()
    plain["certificates"] = to_plain(planned.certificates)
    # Ansible goes through each value of a variable whenever the variable is asked for.
    return {name: plain_in_text(one) if name in _AS_TEXT else one for name, one in plain.items()}


def push_turn(hostvars: Any, host: str, hosts: Sequence[str], plan: Any, view: str = INTERNAL) -> dict[str, Any]:
    if not plan:
        raise RolloutError(
            "there is no plan, and nothing was done",
            where=str(host),
            mend="The role's first task makes it: begin there (--start-at-task) or earlier",
        )
    found = pushing.push_turn(_hostvars(hostvars), str(host), list(hosts), plan_if_made(plan), str(view))
    plain: dict[str, Any] = to_plain(found)
    return plain


def _hostvars(given: Any) -> Any:
    if not isinstance(given, Mapping):
        raise RolloutError("no mapping of hosts to their variables", mend="Give hostvars")
    return ReadHostVars(given)


class FilterModule:
    """The filters of this file."""

    def filters(self) -> dict[str, Callable[..., Any]]:
        return filters_of(
            kept_plan,
            plan_to_make,
            left_out,
            taking_part,
            run_hosts,
            host_info,
            unready,
            ca_certificates,
            ca_orders,
            issued_certificates,
            key_turns,
            takes_keys,
            with_work,
            failed_before,
            peers,
            superseded,
            server_certificates,
            push_failed,
            push_turn,
            run_parts,
            run_halves,
            server_work,
            outcomes,
            rollout_left,
            audit_records,
            audit_requests,
            audit_data,
            audit_left,
            name_servers,
            proof_inputs,
        )
