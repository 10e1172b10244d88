#!/usr/bin/python
# Copyright: (c) 2026, The ucops.rollout developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: sign_in_check
short_description: Walk the way of a client that signs in by itself
version_added: 1.0.0
description:
  - Does for each SIP domain what Communicator does inside the company before it signs in. It asks for the SRV record
    C(_sipinternaltls._tcp), resolves the target, connects, and sees whether the certificate holds the target's name.
  - Each DNS server is asked itself, so that one that has not replicated yet is found.
  - Changes nothing. Runs on the controller or on any Linux host that reaches the DNS servers and the pool.
requirements:
  - dnspython >= 2.6.0
  - cryptography >= 42.0.0
options:
  sip_domains:
    description: The SIP domains whose users sign in.
    type: list
    elements: str
    required: true
extends_documentation_fragment:
  - ucops.rollout.attributes
  - ucops.rollout.attributes.info
  - ucops.rollout.proof
  - ucops.rollout.proof.dns
  - ucops.rollout.proof.tls
  - ucops.rollout.attributes.network
author:
  - The ucops.rollout developers (@ucops)
seealso:
  - module: ucops.rollout.dns_check
  - module: ucops.rollout.tls_check
"""

EXAMPLES = r"""
- name: Sign in as a client would, up to the logon
  ucops.rollout.sign_in_check:
    sip_domains: [company.local, company.com]
    servers:
      - {name: dc01.company.local, address: 10.0.0.5}
    roots:
      - "{{ lookup('ansible.builtin.file', 'company-root.pem') }}"
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
      description: What was checked.
      type: str
      sample: sign_in
    subject:
      description: The SIP domain.
      type: str
      sample: company.com
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
      sample: >-
        SRV to ocspool.company.com:5061, address 10.0.0.10:5061:
        certificate 0F1E2D3C4B5A69788796A5B4C3D2E1F00F1E2D3C, valid until 2028-11-22T08:00:00Z
    server:
      description: The DNS server that was asked.
      type: str
      sample: dc01.company.local
    address:
      description: The address and port that was asked.
      type: str
      sample: "10.0.0.5:53"
    expected:
      description: The SRV record that was asked for.
      type: raw
    found:
      description: The steps of the walk, one line for each.
      type: raw
    cause:
      description:
        - What several results that are not V(proved) may have in common, as C(kind), C(where), C(what)
          and C(mend); equal ones are told as one. Null where the message is of this result alone.
      type: raw
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
  description: What is not wrong but will surprise. Empty here.
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

from datetime import datetime, timezone
from typing import Any

from ansible.module_utils.basic import AnsibleModule

from ansible_collections.ucops.rollout.plugins.module_utils import seam_cryptography, seam_dns
from ansible_collections.ucops.rollout.plugins.module_utils.proof import (
    dns_ask,
    tls_judge,
    tls_survey,
    tls_wire,
    walk,
)
from ansible_collections.ucops.rollout.plugins.module_utils.proof import module as proof_module
from ansible_collections.ucops.rollout.plugins.module_utils.proof.result import ProofResult
from ansible_collections.ucops.rollout.plugins.module_utils.proof.side_by_side import Silence

ARGUMENTS: dict[str, dict[str, Any]] = {
    "sip_domains": {"type": "list", "elements": "str", "required": True},
    "servers": proof_module.SERVERS,
    **proof_module.TLS,
    **proof_module.COMMON,
}


def check(params: dict[str, Any], silence: Silence) -> tuple[list[ProofResult], list[str]]:
    servers = dns_ask.parse_servers(params["servers"])
    sip_domains = walk.sip_domains(params["sip_domains"])
    if params["planned_only"]:
        return walk.planned_only(sip_domains, servers), []
    seam_dns.require()
    seam_cryptography.require()
    expectation = tls_judge.Expectation(
        datetime.now(timezone.utc),
        roots=tls_judge.load_roots(params["roots"]),
        issuers=tls_judge.load_issuers(params["issuers"]),
        roots_complete=params["roots_complete"],
        minimum_days=params["minimum_days"],
    )
    outside = walk.WalkTools(
        lambda server, question: dns_ask.ask_once_silent(server, question, params["timeout"], silence),
        tls_survey.patient_once(
            lambda address, port, name: tls_wire.probe(address, port, name, params["timeout"]), silence
        ),
        proof_module.port_map(params["port_map"]),
    )
    return walk.walk_all(sip_domains, servers, outside, expectation), []


def main() -> None:
    proof_module.run(AnsibleModule(argument_spec=ARGUMENTS, supports_check_mode=True), check)


if __name__ == "__main__":
    main()
