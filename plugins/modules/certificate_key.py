# Copyright: (c) 2026, The ucops.rollout developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Action plugin: the work is done in plugins/action/certificate_key.py.

from __future__ import annotations

DOCUMENTATION = r"""
module: certificate_key
short_description: See that a certificate's private key can be used, or export both for the servers that share them
description:
  - V(usable) signs with the private key on the server and verifies with the certificate, in one process of PowerShell.
  - V(exported) returns the certificate with its key as PFX, for M(ucops.rollout.certificate_install) on a server that
    is to hold the same. The PFX is under a password that is made for this one result. No file is written, and the
    password is on no command line. The result is shown to nobody, whatever the task says of C(no_log); it can be read
    where it is registered.
  - Exported is only what the plan says that several servers share (C(key.shared) of the certificate), and only a
    certificate that is the planned one.
version_added: 0.1.0
author:
  - The ucops.rollout developers (@ucops)
requirements:
  - cryptography >= 42.0.0 on the controller
  - Windows PowerShell 2.0 or later on the server
extends_documentation_fragment:
  - ucops.rollout.attributes
  - ucops.rollout.attributes.info
  - ucops.rollout.attributes.windows
options:
  certificate:
    description: One of the C(certificates) of a plan.
    type: dict
    required: true
  thumbprint:
    description: SHA-1 thumbprint of the certificate that is held for it.
    type: str
    required: true
  state:
    description: What is wanted of the key.
    type: str
    choices:
      - usable
      - exported
    default: usable
  minimum_days:
    description: A certificate that expires in fewer days is not exported.
    type: int
    default: 30
seealso:
  - module: ucops.rollout.certificate_install
  - module: ucops.rollout.certificate_request
"""

EXAMPLES = r"""
- name: Export it where it is
  ucops.rollout.certificate_key:
    certificate: "{{ certificate }}"
    thumbprint: 2ACE368A90D2117BE7A0065DFE259B2E8C94F538
    state: exported
  delegate_to: edge01
  register: key

- name: Install it here
  ucops.rollout.certificate_install:
    certificate: "{{ certificate }}"
    issued: "{{ key.certificate }}"
    chain: "{{ key.chain }}"
    pfx: "{{ key.pfx }}"
    password: "{{ key.password }}"

- name: Forget it
  ansible.builtin.set_fact:
    key: {}
"""

RETURN = r"""
thumbprint:
  description: SHA-1 thumbprint of the certificate.
  returned: success
  type: str
certificate:
  description: The certificate, PEM.
  returned: when O(state) is V(exported)
  type: str
chain:
  description: Its issuers up to the root, PEM.
  returned: when O(state) is V(exported)
  type: list
  elements: str
pfx:
  description: The certificate with its key, PFX in base64.
  returned: when O(state) is V(exported)
  type: str
password:
  description: The password of it.
  returned: when O(state) is V(exported)
  type: str
"""
