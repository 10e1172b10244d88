# Copyright: (c) 2026, The ucops.rollout developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Action plugin: the work is done in plugins/action/ocs_pool_info.py.

from __future__ import annotations

DOCUMENTATION = r"""
module: ocs_pool_info
short_description: Compare the pool and the SIP domains of OCS with a topology
description:
  - Reads on a server of OCS 2007 or 2007 R2 which servers its pool has, in which version, and which SIP domains there
    are, from the WMI classes C(MSFT_SIPPoolSetting) and C(MSFT_SIPDomainData), and says what differs from a topology.
  - What differs is a warning and ends nothing; nor does a class that cannot be read, as it may be without delegation.
  - This is untested on real Windows.
version_added: 1.0.0
author:
  - The ucops.rollout developers (@ucops)
extends_documentation_fragment:
  - ucops.rollout.attributes
  - ucops.rollout.attributes.info
  - ucops.rollout.attributes.windows
options:
  topology:
    description: The topology, as M(ucops.rollout.pool_plan) takes it.
    type: dict
    required: true
  server:
    description: The full name that the server has in the topology.
    type: str
    required: true
seealso:
  - module: ucops.rollout.pool_plan
  - module: ucops.rollout.certificate_assign
"""

EXAMPLES = r"""
- name: See whether the pool is what the topology says
  ucops.rollout.ocs_pool_info:
    topology: "{{ ucops_topology }}"
    server: ocssrv01.company.local
"""

RETURN = r"""
differences:
  description:
    - What differs, each with a C(code), C(what) it is, what it C(breaks) and how to C(mend) it.
    - The codes are V(pool-unknown), V(pool-version), V(server-not-in-pool), V(server-not-planned),
      V(sip-domain-missing) and V(sip-domain-not-planned).
  returned: always
  type: list
  elements: dict
findings:
  description: The same as the report of a rollout tells it.
  returned: always
  type: list
  elements: dict
pools:
  description: The pools that were read, each with C(fqdn), C(members) and C(major_version); null where none could be.
  returned: always
  type: list
  elements: dict
sip_domains:
  description: The SIP domains that were read; null where none could be.
  returned: always
  type: list
  elements: str
unread:
  description: What could not be read, and why.
  returned: always
  type: list
  elements: str
"""
