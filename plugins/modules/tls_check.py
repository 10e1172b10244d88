#!/usr/bin/python
# Copyright: (c) 2026, The ucops.rollout developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: tls_check
short_description: Prove by handshake that each planned endpoint serves its planned certificate
version_added: 1.0.0
description:
  - Shakes hands on every address of every planned endpoint, of each server and of the pool's name through the load
    balancer, and compares what is served with the plan. The names, the chain, the key, the dates, the usage, and that
    it is the very certificate which was put there.
  - A wrong certificate is V(failed). No listener, no answer, and no common cipher suite are V(unproved), since then no
    certificate was seen. A listener that does not speak TLS is V(failed).
  - A listener that demands a client certificate is V(failed), one that only asks for it is remarked on. No cipher suite
    without a certificate is offered.
  - Each result tells the TLS version that was agreed and those that are not offered, and, where that shuts out clients
    of 2007 to 2026, which ones connect and which do not, as far as is known. It takes one connection for each version
    below the agreed one, once for each listener.
  - Works with old servers as well. TLS 1.0 and old cipher suites are offered as far as the OpenSSL of this host has
    them. Nothing is sent but the handshake, and no client certificate is presented.
  - Changes nothing. Runs on the controller or on any Linux host that reaches the endpoints.
requirements:
  - cryptography >= 42.0.0
options:
  endpoints:
    description:
      - Endpoints as RV(ucops.rollout.pool_plan#module:plan) has them. C(name), C(addresses) and C(port) are needed.
      - As a list, or as its JSON text, as which Ansible hands on much faster.
    type: raw
    required: true
  certificates:
    description:
      - Certificates as RV(ucops.rollout.pool_plan#module:plan) has them, for the comparison.
      - As a list, or as its JSON text.
    type: raw
    default: []
  thumbprints:
    description:
      - The thumbprints of the certificates that were installed, by the ID of the planned certificate, as a mapping or
        its JSON text.
      - Behind a load balancer any of those of the pool's servers will do.
    type: dict
    default: {}
extends_documentation_fragment:
  - ucops.rollout.attributes
  - ucops.rollout.attributes.info
  - ucops.rollout.proof
  - ucops.rollout.proof.tls
  - ucops.rollout.attributes.network
author:
  - The ucops.rollout developers (@ucops)
seealso:
  - module: ucops.rollout.pool_plan
  - module: ucops.rollout.dns_check
  - module: ucops.rollout.sign_in_check
"""

EXAMPLES = r"""
- name: Prove what every endpoint serves
  ucops.rollout.tls_check:
    endpoints: "{{ planned.plan.endpoints }}"
    certificates: "{{ planned.plan.certificates }}"
    thumbprints:
      ocssrv01.company.local/default: 0F1E2D3C4B5A69788796A5B4C3D2E1F00F1E2D3C
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
      sample: tls
    subject:
      description: The name and port of the endpoint.
      type: str
      sample: "ocspool.company.local:5061"
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
      sample: certificate 0F1E2D3C4B5A69788796A5B4C3D2E1F00F1E2D3C, valid until 2028-11-22T08:00:00Z
    server:
      description: V(direct), or V(load_balancer) when the endpoint is reached through one.
      type: str
      sample: direct
    address:
      description: The address and port that was asked.
      type: str
      sample: "10.0.0.10:5061"
    expected:
      description: The name that clients ask for, and the IDs of the planned certificates.
      type: raw
    found:
      description:
        - The certificate that is served. Its thumbprint, names, issuer, dates, days left, key, and the thumbprints of
          its chain as far as it could be followed, the root last. Further the TLS version and cipher suite that were
          agreed, and the versions that the listener offers and does not offer.
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

from ansible_collections.ucops.rollout.plugins.module_utils import seam_cryptography
from ansible_collections.ucops.rollout.plugins.module_utils.codec import from_plain
from ansible_collections.ucops.rollout.plugins.module_utils.model import Endpoint, certificate_from_plain
from ansible_collections.ucops.rollout.plugins.module_utils.proof import module as proof_module
from ansible_collections.ucops.rollout.plugins.module_utils.proof import (
    tls_judge,
    tls_survey,
    tls_targets,
    tls_wire,
)
from ansible_collections.ucops.rollout.plugins.module_utils.proof.result import ProofResult
from ansible_collections.ucops.rollout.plugins.module_utils.proof.side_by_side import Silence

ARGUMENTS: dict[str, dict[str, Any]] = {
    "endpoints": {"type": "raw", "required": True},
    "certificates": {"type": "raw", "default": []},
    "thumbprints": {"type": "dict", "default": {}},
    **proof_module.TLS,
    **proof_module.COMMON,
}

# What an endpoint may leave out here: nothing is proved with it.
LEFT_OUT = {"view": "", "protocol": "", "through": "direct", "certificates": [], "clients": []}
UNCHANGED = "Give the endpoints of a plan (pool_plan) unchanged"


def wanted_targets(params: dict[str, Any]) -> tuple[tls_targets.Target, ...]:
    endpoints = [
        from_plain(Endpoint, {**LEFT_OUT, **one}, where=f"endpoints[{index}]", mend=UNCHANGED)
        for index, one in enumerate(proof_module.listed(params["endpoints"], "endpoints"))
    ]
    planned = [certificate_from_plain(one) for one in proof_module.listed(params["certificates"], "certificates")]
    return tls_targets.targets(endpoints, planned, proof_module.port_map(params["port_map"]))


def check(params: dict[str, Any], silence: Silence) -> tuple[list[ProofResult], list[str]]:
    wanted = wanted_targets(params)
    if params["planned_only"]:
        return tls_judge.planned_only(wanted), []
    seam_cryptography.require()
    expectation = tls_judge.Expectation(
        datetime.now(timezone.utc),
        tls_judge.load_thumbprints(params["thumbprints"]),
        tls_judge.load_roots(params["roots"]),
        params["minimum_days"],
        tls_judge.load_issuers(params["issuers"]),
        params["roots_complete"],
    )

    timeout = params["timeout"]
    seen = tls_survey.survey(
        wanted,
        lambda address, port, name: tls_wire.probe(address, port, name, timeout),
        lambda seen, address, port, name: tls_wire.with_versions(seen, address, port, name, timeout),
        silence,
    )
    informed = tls_judge.informed(expectation, seen)
    return [tls_judge.compare(target, handshake, informed) for target, handshake in seen], []


def main() -> None:
    proof_module.run(AnsibleModule(argument_spec=ARGUMENTS, supports_check_mode=True), check)


if __name__ == "__main__":
    main()
