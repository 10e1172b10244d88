# Copyright: (c) 2026, The ucops.rollout developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Action plugin: the work is done in plugins/action/topology_import.py.

from __future__ import annotations

DOCUMENTATION = r"""
module: topology_import
short_description: The topology of an existing deployment from one of its servers, or from documents
description:
  - Reads on a server of Lync Server 2010 to Skype for Business Server SE, an Edge Server too, what its own replica of
    the Central Management Store says (C(Get-CsTopology -LocalStore -AsXml) and
    C(Get-CsSimpleUrlConfiguration -LocalStore)), with one process of Windows PowerShell (2.0 or later), and makes what
    C(ucops_topology) holds from it.
  - No second hop is made, and nothing is changed.
  - The same topology as a file gives the same, with P(ucops.rollout.topology_import#lookup).
  - What the deployment does not say is assumed so that the topology can be planned, and told in RV(notes). Whether the
    replica is up to date is not known here; C(Get-CsManagementStoreReplicationStatus) says it.
version_added: 1.0.0
author:
  - The ucops.rollout developers (@ucops)
extends_documentation_fragment:
  - ucops.rollout.attributes
  - ucops.rollout.attributes.info
  - ucops.rollout.attributes.windows
options:
  sources:
    description:
      - Paths of documents on the controller, as P(ucops.rollout.topology_import#lookup) takes them. They are read in
        place of a server, and no host is reached then.
    type: list
    elements: str
    default: []
  known:
    description:
      - What the deployment does not say, as the option of the same name of P(ucops.rollout.topology_import#lookup).
    type: dict
    default: {}
seealso:
  - plugin: ucops.rollout.topology_import
    plugin_type: lookup
  - module: ucops.rollout.pool_plan
"""

EXAMPLES = r"""
- name: Import the topology from a Front End Server
  ucops.rollout.topology_import:
    known:
      product: sfbse
      addresses:
        fe01.company.local: [10.0.0.11]
  register: imported

- name: Import it from what was exported
  ucops.rollout.topology_import:
    sources: [/srv/handover/topology.xml, /srv/handover/configuration.zip]
  delegate_to: localhost
  register: exported

- name: Plan the deployment that there is
  ucops.rollout.pool_plan:
    topology: "{{ imported.topology }}"
"""

RETURN = r"""
topology:
  description: What M(ucops.rollout.pool_plan) takes.
  returned: success
  type: dict
notes:
  description:
    - What the deployment does not say, each with C(path) in the topology, C(what) was assumed, C(why), and what to
      C(fill_in).
  returned: success
  type: list
  elements: dict
file:
  description: The text of a YAML file with the notes as comments, as the playbook C(import_topology) writes it.
  returned: success
  type: str
source:
  description: What it was made from, in words.
  returned: success
  type: str
"""
