# Copyright: (c) 2026, The ucops.rollout developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Action plugin: the work is done in plugins/action/certificate_issue.py.

from __future__ import annotations

DOCUMENTATION = r"""
module: certificate_issue
short_description: Get the certificate for a request from an AD CS authority, once
description:
  - Runs on the connection of the CA's own host (C(delegate_to)), so that no credentials are passed on.
  - Asks the CA's database first whether it knows the keys, once for all. An issued certificate is fetched and a pending
    request is waited for, so a connection that was lost after a submission never brings a second certificate.
  - Never approves a request. A pending one ends the task with RV(results[].state) V(pending) and its number; a later
    run finds it again by its key.
  - What an officer denied, or what was issued and revoked, is not asked for again with the same key.
  - What was issued is checked against the plan, the key and its chain, signature by signature, before it is returned.
    A certificate without the planned names, or for another key, fails the task.
  - What became of a request is read from numbers and from the certificate itself, in no language.
version_added: 1.0.0
author:
  - The ucops.rollout developers (@ucops)
requirements:
  - cryptography >= 42.0.0 on the controller
notes:
  - The account needs Read and Request Certificates at the CA, Enroll on the template, and the right to log on over
    WinRM to the CA's host.
  - Windows Server 2008 R2 allows an account 5 shells and 15 operations at a time. Give the certificates of all servers
    in one task, rather than one task for each.
extends_documentation_fragment:
  - ucops.rollout.attributes
  - ucops.rollout.attributes.windows
attributes:
  check_mode:
    support: full
    details: The CA's settings and database are read, and a certificate that is there already is fetched.
  diff_mode:
    support: full
  idempotent:
    support: full
options:
  orders:
    description:
      - The certificates to get, all in one logon. RV(results) has what came of each, in this order.
      - An order that the CA refuses fails alone and does not stop the others.
    type: list
    elements: dict
    required: true
    suboptions:
      certificate:
        description:
          - One of the C(certificates) of a plan. C(issuer.ca) names the CA as C(host\CA name), C(template) the
            template.
        type: dict
        required: true
      request:
        description: The request, PEM. Without it only a request that the CA knows already can be found.
        type: str
      public_key:
        description: The key to look for, as RV(ucops.rollout.certificate_request#module:public_key) gives it.
        type: str
      server:
        description: The server that the certificate is for, as messages shall name it.
        type: str
        default: ''
      waiting:
        description:
          - The thumbprint with which the key waits there, as RV(ucops.rollout.certificate_request#module:waiting) gives
            it, for messages that say how it is given up.
        type: str
  trusted_roots:
    description: Thumbprints of roots that are allowed; RV(findings) notes a chain that ends elsewhere.
    type: list
    elements: str
    default: []
  minimum_days:
    description:
      - An issued certificate that expires in fewer days is refused.
      - No more than a third of the certificate's lifetime is asked for, or half of one of ten days and less.
    type: int
    default: 30
  fail:
    description:
      - Whether an order that failed fails the task.
      - With V(false) the task succeeds, also where the CA cannot be reached, and RV(results) tells of each order
        whether it failed and why, so that a playbook can go on with the others.
    type: bool
    default: true
  wait:
    description:
      - Seconds to wait for an officer of the CA to decide on requests that are pending, with a line of progress when it
        begins and at each decision. The CA is looked at every 30 seconds, and no shell is held there meanwhile.
      - Breaking it off loses nothing, since the next run finds each request by its key.
    type: float
    default: 0.0
seealso:
  - module: ucops.rollout.certificate_request
  - module: ucops.rollout.certificate_install
"""

EXAMPLES = r"""
- name: Have the certificates of all servers issued by their CA
  ucops.rollout.certificate_issue:
    orders:
      - certificate: "{{ certificate }}"
        request: "{{ asked.request }}"
        public_key: "{{ asked.public_key }}"
        server: ocssrv01.company.local
  delegate_to: ca01.company.local
  run_once: true
  register: issued

- name: Show the first
  ansible.builtin.debug:
    msg: "{{ issued.results[0].thumbprint }}"
"""

RETURN = r"""
changes:
  description:
    - What was changed, or would be changed in check mode.
    - Each with C(verb) (V(create), V(change), V(delete), or V(report) where nothing changes), C(what) in words, for
      most C(to_do), the same as something to come, the keys below, C(before), C(after) and C(reasons).
  returned: always
  type: list
  elements: dict
  contains:
    certificate:
      description: The planned certificate's ID.
      type: str
    authority:
      description: The CA that was asked.
      type: str
results:
  description: What came of each order, in their order.
  returned: always
  type: list
  elements: dict
  contains:
    failed:
      description: Whether this order failed.
      type: bool
    msg:
      description: Why it failed; empty otherwise.
      type: str
    changed:
      description: Whether anything was handed in for it, or would be in check mode.
      type: bool
    changes:
      description: Those of RV(changes) that are its own.
      type: list
      elements: dict
    findings:
      description: Those of RV(findings) that are its own.
      type: list
      elements: dict
    state:
      description:
        - V(issued), V(pending), or in check mode V(would_submit).
        - V(revoked), of an order that failed since the certificate of its key was revoked at the CA before the server
          had it. The role C(pool_certificates) gives the key up, and its next run makes another.
      returned: when the order did not fail, or its certificate was revoked
      type: str
      sample: issued
    request_id:
      description: The request's number at the CA.
      returned: when a request was handed in or found, also after a refusal
      type: int
      sample: 7
    certificate:
      description: The certificate, PEM.
      returned: when the order did not fail
      type: str
    chain:
      description: Its issuers, PEM, its own issuer first and the root last.
      returned: when the order did not fail
      type: list
      elements: str
    thumbprint:
      description: SHA-1 thumbprint of the certificate.
      returned: when the order did not fail
      type: str
    description:
      description: The certificate; the keys are those of RV(ucops.rollout.certificate_info#module:certificates).
      returned: when the order did not fail
      type: dict
    message:
      description: What a pending request waits for; empty otherwise.
      returned: when the order did not fail
      type: str
    code:
      description: The CA's error code as a number.
      returned: when the CA refused
      type: int
findings:
  description:
    - What the CA's settings give reason to say, in the shape of the plan's findings. A warning
      C(ca-names-from-attributes) when EDITF_ATTRIBUTESUBJECTALTNAME2 is set.
  returned: success
  type: list
  elements: dict
"""
