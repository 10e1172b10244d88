# Copyright: (c) 2026, The ucops.rollout developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Action plugin: the work is done in plugins/action/cs_certificates.py.

from __future__ import annotations

DOCUMENTATION = r"""
module: cs_certificates
short_description: Assign the certificates of a server with the cmdlets of Lync Server 2010 and later
description:
  - Reads with one process of Windows PowerShell (2.0 or later) all that the server has assigned, assigns with a second
    one what differs (C(Set-CsCertificate)), and reads it again. The controller then shakes hands with each port.
  - C(Set-CsCertificate) is not atomic. One that failed is told by what was read after it.
  - For types of the machine the cmdlet needs no second hop. OAuth's certificate is that of the organisation, and needs
    delegation to the Central Management Store.
  - No service is restarted; RV(services) says what is to be done with those that take a certificate at their start.
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
    details: Reads what is assigned, and shows what would be.
  diff_mode:
    support: none
  idempotent:
    support: full
options:
  work:
    description: What P(ucops.rollout.server_work#filter) says of the server.
    type: dict
    required: true
  held:
    description: For each certificate's id a mapping with its C(thumbprint), and C(waiting) where it waits for others.
    type: dict
    required: true
  oauth:
    description: Whether OAuth's certificate may be set. Its key has to be exportable, of 2048 bits or more.
    type: bool
    default: false
  effective_date:
    description: From when on OAuth and A/V authentication use it, in UTC, such as V(2026-12-01T22:00:00Z).
    type: str
    default: ''
  restarts:
    description: Whether the services are restarted afterwards, so that it is no step for a person.
    type: bool
    default: false
  timeout:
    description: Seconds for one handshake.
    type: float
    default: 10.0
seealso:
  - module: ucops.rollout.certificate_assign
"""

EXAMPLES = r"""
- name: Assign them with the product's cmdlets
  ucops.rollout.cs_certificates:
    work: "{{ plan | ucops.rollout.server_work(inventory_hostname) }}"
    held:
      fe01.company.com/default:
        thumbprint: 0123456789ABCDEF0123456789ABCDEF01234567
"""

RETURN = r"""
results:
  description:
    - For each certificate's id its C(assignment), with C(before) and C(after) for each type, C(changes), C(steps) for a
      person and a C(message) of the handshakes.
    - C(assigned) has each type, as C(place), with C(before), C(after) and its own C(state), V(unchanged), V(changed),
      V(would_change) in check mode, or V(not_changed) where another certificate was wanted there and is not. After a
      failure it says what was read then.
    - Its C(state) is V(proved), V(assigned), V(would_assign) or V(manual).
  returned: always
  type: dict
services:
  description: Services to bring to a state, in order. One that needs another stands while that one is restarted.
  returned: always
  type: list
  elements: dict
  contains:
    name:
      description: The short name of the service.
      type: str
    state:
      description: V(stopped), V(restarted) or V(started), as M(ucops.rollout.windows_service) takes it.
      type: str
notes:
  description: Warnings and errors of the cmdlets that did not end the work.
  returned: always
  type: list
  elements: str
"""
