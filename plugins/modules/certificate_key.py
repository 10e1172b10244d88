# Copyright: (c) 2026, The ucops.rollout developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Action plugin: the work is done in plugins/action/certificate_key.py.

from __future__ import annotations

DOCUMENTATION = r"""
module: certificate_key
short_description: See that a certificate's private key can be used
description:
  - Signs with the private key on the server and verifies with the certificate, in one process of PowerShell.
version_added: 1.0.0
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
seealso:
  - module: ucops.rollout.certificate_install
  - module: ucops.rollout.certificate_request
"""

EXAMPLES = r"""
- name: See that the key can be used here
  ucops.rollout.certificate_key:
    certificate: "{{ certificate }}"
    thumbprint: 2ACE368A90D2117BE7A0065DFE259B2E8C94F538
"""

RETURN = r"""
thumbprint:
  description: SHA-1 thumbprint of the certificate.
  returned: success
  type: str
"""
