# Copyright: (c) 2026, The ucops.rollout developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Action plugin: the work is done in plugins/action/certificate_install.py.

from __future__ import annotations

DOCUMENTATION = r"""
module: certificate_install
short_description: Install an issued certificate with its chain on the server that has its key
description:
  - Checks everything before anything is changed. The certificate is compared with the plan, its chain is verified
    signature by signature up to a self-signed root, the waiting key is looked for, and the root is compared with the
    roots that the server trusts (its own, those of Group Policy and those of Active Directory).
  - A certificate that several servers share comes with its key from one that holds it (O(key_from)). It goes from
    memory to memory, through an environment variable of one process of PowerShell on each of them; no file is written,
    and neither key nor password is on a command line, or an argument or result of a task. The key can be exported
    again.
  - So brought is only what the plan says that several servers share (C(key.shared) of the certificate), and only a
    certificate that is the planned one.
  - Then adds missing intermediate certificates to the store CA, a root only when its thumbprint was given, accepts the
    certificate, and reads whether it is in the store MY with its private key.
version_added: 1.0.0
author:
  - The ucops.rollout developers (@ucops)
requirements:
  - cryptography >= 42.0.0 on the controller
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
  certificate:
    description: One of the C(certificates) of a plan.
    type: dict
    required: true
  issued:
    description: The issued certificate, PEM. May be left out in check mode, where it is only planned.
    type: str
  chain:
    description:
      - Its issuers up to the root, PEM, in any order.
      - In check mode, without O(issued), those of the CA that is to issue it, its own first. It is then told which of
        them would be added to the server's stores.
    type: list
    elements: str
    default: []
  directory:
    description:
      - A directory on the controller from which the certificate is taken instead. Looked for are C(<holder>_<use>) with
        the endings C(.cer), C(.crt), C(.pem) and C(.p7b), in DER, PEM or PKCS#7; the chain may be in any of them.
      - While no such file is there, RV(state) is V(waiting).
      - Mutually exclusive with O(issued).
    type: path
    aliases:
      - file
  trusted_roots:
    description: SHA-1 thumbprints of root certificates that may be added to the server's trusted roots.
    type: list
    elements: str
    default: []
  minimum_days:
    description:
      - A certificate that expires in fewer days is refused.
      - No more than a third of the certificate's lifetime is asked for, or half of one of ten days and less.
    type: int
    default: 30
  key_from:
    description:
      - The hosts of the inventory that hold the certificate with its key. Both are brought from the first that gives
        them away. It is logged on to with its own variables of the inventory (or C(-e)), not with those of a play.
      - Mutually exclusive with O(issued) and O(directory).
    type: list
    elements: str
    default: []
  thumbprint:
    description: SHA-1 thumbprint of the certificate on O(key_from). May be left out in check mode.
    type: str
seealso:
  - module: ucops.rollout.certificate_request
  - module: ucops.rollout.certificate_issue
  - module: ucops.rollout.certificate_key
"""

EXAMPLES = r"""
- name: Install what the CA issued
  ucops.rollout.certificate_install:
    certificate: "{{ certificate }}"
    issued: "{{ issued.certificate }}"
    chain: "{{ issued.chain }}"
    trusted_roots:
      - 2ACE368A90D2117BE7A0065DFE259B2E8C94F538

- name: Bring it with its key from another server that shares it
  ucops.rollout.certificate_install:
    certificate: "{{ certificate }}"
    key_from: edge01.company.local
    thumbprint: 2ACE368A90D2117BE7A0065DFE259B2E8C94F538

- name: Install what somebody brought
  ucops.rollout.certificate_install:
    certificate: "{{ certificate }}"
    directory: requests
"""

RETURN = r"""
state:
  description: V(installed), before or now; V(would_install) in check mode; V(waiting) while no file is there.
  returned: success
  type: str
  sample: installed
thumbprint:
  description: SHA-1 thumbprint of the certificate; none while it is not known.
  returned: success
  type: str
changes:
  description:
    - What was added where, also when a later step failed; in check mode what would be added.
    - Besides the keys below each has C(what) in words, C(to_do), the same as something to come, C(before),
      C(after) and C(reasons).
  returned: always
  type: list
  elements: dict
  contains:
    verb:
      description: Always V(create).
      type: str
    store:
      description: V(CA), V(Root) or V(MY).
      type: str
    thumbprint:
      description: Which certificate.
      type: str
    subject:
      description: Its subject.
      type: str
"""
