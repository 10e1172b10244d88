# Copyright: (c) 2026, The ucops.rollout developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Action plugin: the work is done in plugins/action/authority_info.py.

from __future__ import annotations

DOCUMENTATION = r"""
module: authority_info
short_description: Tell what a CA of Windows is, and whether it can issue what is planned
description:
  - Runs on the connection of the CA's own host and reads its names, its kind, the templates that it issues by, and its
    certificates up to the root.
  - Compares that with planned certificates. A CA of another name and a template that it does not offer are then known
    before a key or a request is made, also in check mode.
  - Reads what the planned templates demand as well, whether they take the names of a request, which usages and which
    length of a key they want, whether the account may enrol, and whether requests wait for an officer.
  - Names, kind and certificates are read from the registry as typed values. The templates are what
    C(certutil -CATemplates) lists, of which the names are in no language.
version_added: 1.0.0
author:
  - The ucops.rollout developers (@ucops)
requirements:
  - cryptography >= 42.0.0 on the controller
extends_documentation_fragment:
  - ucops.rollout.attributes
  - ucops.rollout.attributes.info
  - ucops.rollout.attributes.windows
options:
  certificates:
    description:
      - Certificates of a plan. Those whose C(issuer.ca) names this inventory host, by its FQDN or its short name, are
        compared with what the CA is; others are left alone.
    type: list
    elements: dict
    default: []
  plan:
    description:
      - The plan whose certificates are meant, in place of O(certificates), as a mapping or its JSON text. Of a topology
        its plan is made.
    type: raw
  fail:
    description:
      - Whether a CA that cannot be read, or that cannot issue what is planned, fails the task.
      - With V(false) the task succeeds and returns RV(serves=false), so that a playbook can decide for all hosts
        together.
    type: bool
    default: true
seealso:
  - module: ucops.rollout.certificate_issue
  - module: ucops.rollout.target_info
"""

EXAMPLES = r"""
- name: See before anything is changed whether the CA can issue what is planned
  ucops.rollout.authority_info:
    certificates: "{{ planned.plan.certificates }}"
  delegate_to: ca01.company.local
  register: authority

- name: Keep the CA's certificates
  ansible.builtin.copy:
    content: "{{ authority.ca_certificates | join }}"
    dest: company-ca.pem
    mode: '0644'
  delegate_to: localhost
"""

RETURN = r"""
serves:
  description: Whether the CA can issue what is planned, as far as is known.
  returned: success
  type: bool
  sample: true
msg:
  description: Why it cannot, or could not be read.
  returned: when RV(serves=false)
  type: str
host:
  description: The CA's own name for its host, in lower case; empty where it keeps none.
  returned: when the CA was read
  type: str
  sample: ca01.company.local
name:
  description: The CA's sanitised name, as command lines and the registry have it.
  returned: when the CA was read
  type: str
  sample: Company CA
kind:
  description: >-
    V(enterprise_root), V(enterprise_subordinate), V(standalone_root) or V(standalone_subordinate); empty where the CA
    does not say.
  returned: when the CA was read
  type: str
  sample: enterprise_root
templates:
  description: Names of the templates that the CA issues by; none for a stand-alone CA, and where they cannot be read.
  returned: when the CA was read
  type: list
  elements: str
  sample: [WebServer]
templates_problem:
  description: Why the templates cannot be read; empty where they were.
  returned: when the CA was read
  type: str
ca_certificates:
  description:
    - The CA's own valid certificates as PEM, the newest first, then those of the CAs above it up to the root.
    - A CA that was renewed has several.
  returned: when the CA was read
  type: list
  elements: str
chain_problem:
  description: Why these do not lead to a root, or that there is none; empty where they do.
  returned: when the CA was read
  type: str
template_facts:
  description:
    - What C(certutil -v -template) says of each template that the given certificates are planned with. A value that is
      not known is none, which is neither good nor bad.
    - RV(findings) holds what of that speaks against the certificates.
  returned: when the CA was read
  type: list
  elements: dict
  contains:
    name:
      description: The template's name.
      type: str
    problem:
      description: Why nothing of it could be read; empty where it was.
      type: str
    may_enrol:
      description: Whether the account that logged on may enrol, by the template's permissions and its groups.
      type: bool
    takes_names:
      description: Whether the names in a certificate are those of its request.
      type: bool
    waits:
      description: Whether each request waits for an officer.
      type: bool
    signatures:
      description: How many signatures of others a request needs.
      type: int
    minimum_key:
      description: The shortest key that is taken, in bits.
      type: int
    usages:
      description: The extended key usages that it gives, as object identifiers.
      type: list
      elements: str
    providers:
      description: The key providers that it offers to who asks by hand.
      type: list
      elements: str
    schema_version:
      description: The version of the template's form; from 3 on its keys are a key storage provider's.
      type: int
request_ids:
  description:
    - The public key (SHA-256 of its information, hexadecimal) of each issued request of a planned common name, to the
      request's number.
  returned: when the CA was read
  type: dict
pending_ids:
  description: The same of requests that wait for an officer of the CA.
  returned: when the CA was read
  type: dict
revoked_ids:
  description: The same of keys whose certificates the CA has all revoked.
  returned: when the CA was read
  type: dict
request_ids_problem:
  description: Why the CA's database could not be looked into; empty where it was.
  returned: when the CA was read
  type: str
findings:
  description:
    - What speaks against the planned certificates, what of that is not known, and what the settings of their CA give
      reason to say, in the shape of the plan's findings.
  returned: when the CA was read
  type: list
  elements: dict
"""
