# Copyright: (c) 2026, The ucops.rollout developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Action plugin: the work is done in plugins/action/dns_record_sets_info.py.

from __future__ import annotations

DOCUMENTATION = r"""
module: dns_record_sets_info
short_description: Read zones and record sets of a Windows DNS server
description:
  - Reads record sets of any type from a Windows DNS server and changes nothing, all zones in one task.
  - Tells of each set whether it has a time stamp, and which rollouts created it.
  - Works through WMI over WS-Management, from Windows Server 2003 on, without PowerShell.
version_added: 1.0.0
author:
  - The ucops.rollout developers (@ucops)
extends_documentation_fragment:
  - ucops.rollout.attributes
  - ucops.rollout.attributes.info
  - ucops.rollout.attributes.windows
options:
  zones:
    description: What to read, by zone.
    type: list
    elements: dict
    required: true
    suboptions:
      name:
        description: The name of the zone. One that the server does not have is in RV(missing).
        type: str
        required: true
      names:
        description:
          - The owner names to read, relative to the zone or full; V(@) is the zone's own name.
          - Without any, the whole zone is read.
        type: list
        elements: str
        default: []
      types:
        description: The types to return, such as V(SRV). Without any, all are.
        type: list
        elements: str
        default: []
seealso:
  - module: ucops.rollout.dns_record_sets
"""

EXAMPLES = r"""
- name: Read what signs clients in automatically
  ucops.rollout.dns_record_sets_info:
    zones:
      - name: company.com
        names: [_sipinternaltls._tcp, sip, lyncdiscoverinternal]
  register: present

- name: Read all service records of the domain
  ucops.rollout.dns_record_sets_info:
    zones:
      - name: company.local
        types: [SRV]
"""

RETURN = r"""
zones:
  description: The zones that the server has.
  returned: success
  type: list
  elements: dict
  contains:
    name:
      description: The name.
      type: str
    kind:
      description: V(primary), V(secondary), V(stub) or V(forwarder).
      type: str
    in_directory:
      description: Whether the zone is kept in Active Directory.
      type: bool
    paused:
      description: Whether it is paused and answers nobody.
      type: bool
    dynamic_update:
      description: Which dynamic updates it takes, V(none), V(any) or V(secure); empty if unknown.
      type: str
    partition:
      description:
        - The directory partition, V(domain), V(forest), V(legacy) or a DNS name; empty if unknown, or in a file.
      type: str
    aging:
      description: Whether records with a time stamp grow old (C(enabled)), and the intervals in hours; none if unknown.
      type: dict
missing:
  description: The zones of O(zones) that the server does not have.
  returned: success
  type: list
  elements: str
record_sets:
  description:
    - The record sets, by zone, owner and type.
    - Values are texts, or mappings for V(SRV). C(ttl) is the lowest of the set. C(dynamic) says that some of it has a
      time stamp. C(created_by) lists the rollouts that created all of its values.
  returned: success
  type: list
  elements: dict
  sample:
    - zone: company.com
      name: sip
      fqdn: sip.company.com
      type: A
      ttl: 3600
      values: [10.0.0.10]
      dynamic: false
      created_by: [default]
"""
