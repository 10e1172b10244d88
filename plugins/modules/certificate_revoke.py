# Copyright: (c) 2026, The ucops.rollout developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Action plugin: the work is done in plugins/action/certificate_revoke.py.

from __future__ import annotations

DOCUMENTATION = r"""
module: certificate_revoke
short_description: Revoke certificates at the AD CS authority that issued them
description:
  - Runs on the connection of the CA's own host (C(delegate_to)).
  - Revokes a certificate only where the CA's database says that this CA issued that serial number for that public key.
    A serial number alone revokes nothing.
  - What is revoked already is left as it is, with the reason that it has.
  - Whether a certificate is revoked is read back from the CA's database, as a number in no language.
  - Clients learn of it by the CA's next revocation list. This module publishes none.
version_added: 1.0.0
author:
  - The ucops.rollout developers (@ucops)
requirements:
  - cryptography >= 42.0.0 on the controller
notes:
  - The account needs Read and Issue and Manage Certificates at the CA.
  - A revocation cannot be taken back. Untested on real Windows.
extends_documentation_fragment:
  - ucops.rollout.attributes
  - ucops.rollout.attributes.windows
attributes:
  check_mode:
    support: full
  diff_mode:
    support: full
  idempotent:
    support: full
options:
  ca:
    description: The CA, as C(host\CA name).
    type: str
    required: true
  certificates:
    description: What is to be revoked.
    type: list
    elements: dict
    required: true
    suboptions:
      serial_number:
        description: Hexadecimal digits, as RV(ucops.rollout.certificate_info#module:certificates) has them.
        type: str
        required: true
      public_key:
        description: The certificate's key, as RV(ucops.rollout.certificate_info#module:certificates) has it.
        type: str
        required: true
  reason:
    description: Why, as RFC 5280 section 5.3.1 names it. V(superseded) is that of a certificate that was replaced.
    type: str
    choices: [unspecified, key_compromise, affiliation_changed, superseded, cessation_of_operation]
    default: superseded
  fail:
    description: Whether a certificate that could not be revoked fails the task. With V(false), RV(results) tells.
    type: bool
    default: true
seealso:
  - module: ucops.rollout.certificate_issue
  - module: ucops.rollout.certificate_retire
"""

EXAMPLES = r"""
- name: Revoke what was replaced
  ucops.rollout.certificate_revoke:
    ca: ca01.company.local\Company CA
    certificates:
      - serial_number: 610000000296f1f6a2000000000002
        public_key: 4a1f0c5b2f6e0d8a9b7c6d5e4f3a2b1c0d9e8f7a6b5c4d3e2f1a0b9c8d7e6f5a
  delegate_to: ca01.company.local
"""

RETURN = r"""
changes:
  description:
    - What was revoked, or would be in check mode.
    - Each with C(verb) (V(change)), C(what) in words, C(to_do), the same as something to come, the keys below,
      C(before), C(after) and C(reasons).
  returned: always
  type: list
  elements: dict
  contains:
    serial_number:
      description: The certificate's serial number.
      type: str
    authority:
      description: The CA that issued it.
      type: str
results:
  description: What came of each certificate, in the order in which they were given, each once.
  returned: success
  type: list
  elements: dict
  contains:
    serial_number:
      description: The certificate's serial number.
      type: str
    state:
      description: V(revoked), V(already_revoked), in check mode V(would_revoke), or V(failed).
      type: str
    request_id:
      description: The number of its request at the CA, where it has one.
      type: int
    failed:
      description: Whether it could not be revoked.
      type: bool
    msg:
      description: Why; empty otherwise.
      type: str
"""
