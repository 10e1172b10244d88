#!/usr/bin/python
# Copyright: (c) 2026, The ucops.rollout developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: dns_check
short_description: Prove planned DNS records at every authoritative server
version_added: 1.0.0
description:
  - Asks every given DNS server itself, without recursion, for every given record of a plan and compares the answer with
    the plan. This is what an administrator does with nslookup, once for each record and each server.
  - Records of another team (C(managed) is V(other_team)) are asked for as a client does, with recursion, where the
    server does not hold their zone.
  - Checks that the target of each SRV record has an address at the same server and is no alias (RFC 2782).
  - Tells what is wrong (another value, no such name, an alias, a server that does not hold the zone) from what could
    not be seen (no answer, a refusal, an error of the server).
  - With O(wait), servers that do not answer yet what another one of their view answers as planned are asked again for
    that alone, with pauses of 3 to 30 seconds, until they do or the time is over. On the controller itself a line is
    shown when the number of what a server lacks has changed. What no server has right is not waited for, nor a server
    that does not answer at all.
  - Changes nothing. Runs on the controller or on any Linux host that reaches the DNS servers.
requirements:
  - dnspython >= 2.6.0
options:
  records:
    description:
      - Records as RV(ucops.rollout.pool_plan#module:plan) has them, with the keys C(zone), C(fqdn), C(type) and
        C(values), and C(ttl) if it is to be compared. A, AAAA, CNAME, SRV, TXT and PTR can be checked.
      - Those that others register (C(managed) is not V(ours)) are checked as well.
      - Of those with C(removed=true) no server is to give any of the C(values) any more. Other values are others'
        affair, and so is what a wildcard record gives for any name.
      - As a list, or as its JSON text, as which Ansible hands on much faster.
    type: raw
    required: true
  complete:
    description:
      - Whether these are all records that are planned for their SIP domains. Then it is looked for what must not exist
        as well, names that are not planned and that clients try before ours, whether a record or a wildcard answers.
      - Such are C(lyncdiscoverinternal) and C(lyncdiscover) before the SRV records, and C(sipinternal) before C(sip).
        What a name of no planned zone leads to is remarked on, since it may be meant for clients outside. Other SRV
        records that clients use where ours leads to nobody are hints.
    type: bool
    default: false
  name_servers:
    description:
      - Whether the servers that the NS records of a planned zone name are asked for its records as well. Names and
        addresses are those that the first of O(servers) gives which holds the zone. They are asked on its port.
      - One that cannot be reached from here leaves its results V(unproved).
    type: bool
    default: false
extends_documentation_fragment:
  - ucops.rollout.attributes
  - ucops.rollout.attributes.info
  - ucops.rollout.proof
  - ucops.rollout.proof.dns
  - ucops.rollout.attributes.network
author:
  - The ucops.rollout developers (@ucops)
seealso:
  - module: ucops.rollout.pool_plan
  - module: ucops.rollout.tls_check
"""

EXAMPLES = r"""
- name: Prove the planned records at both DNS servers
  ucops.rollout.dns_check:
    records: "{{ planned.plan.records }}"
    servers:
      - {name: dc01.company.local, address: 10.0.0.5}
      - {name: dc02.company.local, address: 10.0.0.6}
  delegate_to: localhost
"""

RETURN = r"""
results:
  description: One result per check, in a stable order.
  returned: unless O(as_text=true)
  type: list
  elements: dict
  contains:
    check:
      description: What was checked, V(record), V(removed), V(srv_target) or, with O(complete=true), V(absent).
      type: str
      sample: record
    subject:
      description: The name and type of the record, or the target of a SRV record.
      type: str
      sample: ocspool.company.local A
    state:
      description:
        - V(proved) as planned.
        - V(failed) seen, and not as planned.
        - V(unproved) could not be seen, so that nothing can be said.
        - V(would_be_checked) with O(planned_only=true).
      type: str
      sample: proved
    message:
      description: One line for people, with advice where something is wrong.
      type: str
      sample: as planned; TTL 3600
    server:
      description: The server that was asked.
      type: str
      sample: dc01.company.local
    address:
      description: The address and port that was asked.
      type: str
      sample: "10.0.0.5:53"
    expected:
      description: The planned values.
      type: raw
    found:
      description: The values that the server has, or its alias. Characters that could harm a terminal are escaped.
      type: raw
    cause:
      description:
        - What several results that are not V(proved) may have in common, as C(kind), C(where), C(what)
          and C(mend); equal ones are told as one. Null where the message is of this result alone.
      type: raw
    waited:
      description:
        - Seconds from the first look until the server answered as planned. Of what was waited for in vain, all seconds
          of the wait.
      returned: where it was waited for
      type: int
      sample: 36
    remarks:
      description: What is worth knowing and keeps nothing from being proved, such as clients that are shut out.
      type: list
      elements: str
summary:
  description: How many results there are of each state.
  returned: always
  type: dict
  sample: {proved: 4, failed: 0, unproved: 0}
hints:
  description: What is not wrong but will surprise, such as a wildcard in a zone or another SRV record for clients.
  returned: unless O(as_text=true)
  type: list
  elements: str
silent_places:
  description: Addresses and ports that did not answer, for O(silent_places) of a later check.
  returned: always
  type: list
  elements: str
  sample: ["10.0.0.10:5061"]
text:
  description: RV(results), RV(summary) and RV(hints) as the JSON text of a mapping.
  returned: with O(as_text=true)
  type: str
"""

import secrets
from collections.abc import Callable, Sequence
from typing import Any

from ansible.module_utils.basic import AnsibleModule

from ansible_collections.ucops.rollout.plugins.module_utils import seam_dns
from ansible_collections.ucops.rollout.plugins.module_utils.proof import client_names, dns_ask, dns_judge
from ansible_collections.ucops.rollout.plugins.module_utils.proof import module as proof_module
from ansible_collections.ucops.rollout.plugins.module_utils.proof.dns_ask import NameServer
from ansible_collections.ucops.rollout.plugins.module_utils.proof.dns_records import ExpectedRecord, read_records
from ansible_collections.ucops.rollout.plugins.module_utils.proof.module import Found
from ansible_collections.ucops.rollout.plugins.module_utils.proof.name_servers import named_beside
from ansible_collections.ucops.rollout.plugins.module_utils.proof.replication import look_until_replicated
from ansible_collections.ucops.rollout.plugins.module_utils.proof.result import ProofResult
from ansible_collections.ucops.rollout.plugins.module_utils.proof.side_by_side import Silence
from ansible_collections.ucops.rollout.plugins.module_utils.waiting import Tell

ARGUMENTS: dict[str, dict[str, Any]] = {
    "records": {"type": "raw", "required": True},
    "complete": {"type": "bool", "default": False},
    "servers": proof_module.SERVERS,
    "name_servers": {"type": "bool", "default": False},
    **proof_module.COMMON,
}

Asked = tuple[Sequence[ExpectedRecord], Sequence[NameServer]]


def wait(look: Callable[[dict[str, Any]], Found], params: dict[str, Any], tell: Tell) -> Found:
    """``check`` again and again, for ``wait`` seconds at most, until what one server answers as planned others do."""
    params = {**params, "records": proof_module.listed(params["records"], "records")}
    if params["name_servers"] and not params["planned_only"]:
        params = {**params, "servers": [*params["servers"], *_named_beside(params)]}
    return look_until_replicated(look, params, tell)


def _named_beside(params: dict[str, Any]) -> list[dict[str, Any]]:
    seam_dns.require()
    silence = Silence(params["silent_places"])
    groups = _by_view(_records(params), dns_ask.parse_servers(params["servers"]))
    return named_beside(
        groups, lambda server, question: dns_ask.ask_once_silent(server, question, params["timeout"], silence)
    )


def check(params: dict[str, Any], silence: Silence) -> tuple[list[ProofResult], list[str]]:
    records, servers = _records(params), dns_ask.parse_servers(params["servers"])
    results, hints = [], []
    whole = [one for one in servers if not one.zones]
    groups = _by_view(records, whole) if whole or not servers else []
    partly = [(*_of_zones(records, one), {**params, "complete": False}) for one in servers if one.zones]
    for of_view, asked, given in [*((*group, params) for group in groups), *partly]:
        found, hinted = _check(of_view, asked, given, silence)
        results += found
        hints += hinted
    return results, hints


def _records(params: dict[str, Any]) -> tuple[ExpectedRecord, ...]:
    return read_records(proof_module.listed(params["records"], "records"))


def _by_view(records: Sequence[ExpectedRecord], servers: Sequence[NameServer]) -> list[Asked]:
    """The records of each view with the servers that hold it."""
    if not any(server.view for server in servers):
        return [(records, servers)]
    return [
        ([one for one in records if one.view == view], [one for one in servers if one.view in ("", view)])
        for view in dict.fromkeys(record.view for record in records)
    ]


def _of_zones(records: Sequence[ExpectedRecord], server: NameServer) -> Asked:
    """The records of the zones that a server is asked for alone."""
    held = [one for one in records if one.zone in server.zones and server.view in ("", one.view)]
    return held, [server]


def _check(
    records: Sequence[ExpectedRecord], servers: Sequence[NameServer], params: dict[str, Any], silence: Silence
) -> tuple[list[ProofResult], list[str]]:
    present = [record for record in records if not record.removed]
    tried = client_names.tried_before_ours(present) if params["complete"] else ()
    if params["planned_only"]:
        return [*dns_judge.planned(records, servers), *client_names.planned(tried, servers)], []
    seam_dns.require()
    label = secrets.token_hex(8)
    wanted = [*dns_ask.questions(records, label), *(one for each in tried for one in each.questions(label))]
    answers = dns_ask.ask_all(servers, tuple(dict.fromkeys(wanted)), params["timeout"], silence)
    results = [*dns_judge.judge(records, servers, answers, label), *client_names.judge(tried, servers, answers, label)]
    # Where a wildcard is in the way of clients, that is a result and needs no hint.
    domains = {each.sip_domain for each in tried if each.names}
    others = [record for record in present if record.zone not in domains]
    hints = [*dns_judge.hints(others, servers, answers, label), *client_names.hints(tried, servers, answers)]
    return results, hints


def main() -> None:
    proof_module.run(AnsibleModule(argument_spec=ARGUMENTS, supports_check_mode=True), check, wait)


if __name__ == "__main__":
    main()
