# Copyright: (c) 2026, The ucops.rollout developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Action plugin: the work is done in plugins/action/server_check.py.

from __future__ import annotations

DOCUMENTATION = r"""
module: server_check
short_description: Tell before anything is touched whether a server can take its planned certificates
description:
  - Says which root certificates the server neither trusts nor may be given, of planned certificates that it does not
    hold yet. The root is that of the CA, or of the certificate that people have put into O(directory).
  - Where the product's own cmdlets assign, from Lync Server 2010 on, it runs one PowerShell process that loads their
    module and reads what is assigned. A missing module, a constrained language, an account without rights, another
    version of the product, and a Central Management Store that is out of reach where O(oauth) needs it are then known.
  - Changes nothing, and does the same in check mode.
version_added: 0.1.0
author:
  - The ucops.rollout developers (@ucops)
requirements:
  - cryptography >= 42.0.0 on the controller
extends_documentation_fragment:
  - ucops.rollout.attributes
  - ucops.rollout.attributes.info
  - ucops.rollout.attributes.windows
options:
  work:
    description: What the filter P(ucops.rollout.server_work#filter) returns for the server.
    type: dict
    required: true
  topology:
    description: The topology, which says the product of the server's pool. Without it, the version is not compared.
    type: dict
    default: {}
  obtain:
    description: Whether certificates are to be requested and installed. Otherwise no root is looked for.
    type: bool
    default: true
  assign:
    description: Whether certificates are to be assigned. Otherwise no PowerShell runs.
    type: bool
    default: true
  ca_certificates:
    description: >-
      The inventory host of each CA to its certificates, as the filter P(ucops.rollout.ca_certificates#filter) returns
      them. Of a CA that is not among them, no root is known.
    type: dict
    default: {}
  directory:
    description: The folder on the controller into which people put certificates that others issued.
    type: path
  trusted_roots:
    description: SHA-1 thumbprints of root certificates that may be added to the server's trusted roots.
    type: list
    elements: str
    default: []
  minimum_days:
    description:
      - A held certificate with fewer days left is asked for anew.
      - No more than a third of the certificate's lifetime is asked for, or half of one of ten days and less.
    type: int
    default: 30
  oauth:
    description: Whether OAuth's certificate is to be assigned, which is that of the whole organisation.
    type: bool
    default: false
  fail:
    description:
      - Whether a server that is not ready, or cannot be read, fails the task.
      - With V(false) the task succeeds and returns RV(ready=false), so that a playbook can decide for all hosts
        together.
    type: bool
    default: true
seealso:
  - module: ucops.rollout.target_info
  - module: ucops.rollout.authority_info
"""

EXAMPLES = r"""
- name: See whether this server can take its certificates
  ucops.rollout.server_check:
    work: "{{ planned.plan | ucops.rollout.server_work(inventory_hostname) }}"
    topology: "{{ ucops_topology }}"
"""

RETURN = r"""
ready:
  description: Whether the server can take its certificates, as far as is known.
  returned: success
  type: bool
  sample: true
problems:
  description: Why it cannot, each with what to do.
  returned: success
  type: list
  elements: str
  sample: []
msg:
  description: The same in one text.
  returned: when RV(ready=false)
  type: str
"""
