# Copyright: (c) 2026, The ucops.rollout developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Action plugin: plugins/action/rollout_check.py

from __future__ import annotations

DOCUMENTATION = r"""
module: rollout_check
short_description: Refuse a plan that cannot be rolled out whole
version_added: 1.0.0
author:
  - The ucops.rollout developers (@ucops)
description:
  - Compares a plan with what can be pushed, requested and assigned, and fails where the plan holds more. Otherwise a
    rollout of a part would look like the whole.
  - The message names each such part with its path in the plan, why it cannot be done, and what is possible instead.
  - Refuses also what is wrong with a plan in itself, such as a certificate for a server that the plan does not have,
    and a controller that lacks a Python library that the rollout needs.
  - Refuses values of variables that a role would refuse when its turn comes, after other roles have worked.
  - Touches no host.
extends_documentation_fragment:
  - ucops.rollout.attributes
  - ucops.rollout.attributes.info
  - ucops.rollout.attributes.controller
options:
  plan:
    description: The plan, as M(ucops.rollout.pool_plan) returns it or the role C(pool_plan) keeps it.
    type: raw
    required: true
  halves:
    description: Which halves of the plan are to be rolled out.
    type: list
    elements: str
    choices: [records, certificates]
    default: [records, certificates]
  view:
    description: The view whose records are to be pushed. Records of all views unless given.
    type: str
    choices: [internal, external]
  views:
    description: The views with DNS servers to push to. Records of ours in another view are refused.
    type: list
    elements: str
    choices: [internal, external]
    default: [internal]
  ca_hosts:
    description:
      - The inventory's hosts of CAs that are asked, as M(ucops.rollout.pool_plan) returns them. Each CA of the plan
        must be one of them, by its FQDN or its short name.
      - Where there are none, as in the offline mode, nobody is asked, and that is not looked at.
    type: list
    elements: str
    default: []
  proof:
    description: Whether the run proves records and certificates, which needs libraries too.
    type: bool
    default: false
  roles:
    description:
      - The inventory's hosts of each of this collection's roles, by the role's name without its collection.
      - Values that the inventory gives these hosts are refused where the role's own check of its arguments would do so.
    type: dict
    default: {}
seealso:
  - module: ucops.rollout.pool_plan
  - module: ucops.rollout.dns_record_sets
"""

EXAMPLES = r"""
- name: Go on only where all of the plan can be rolled out
  ucops.rollout.rollout_check:
    plan: "{{ planned.plan }}"

- name: Go on only where all internal records can be pushed
  ucops.rollout.rollout_check:
    plan: "{{ planned.plan }}"
    halves: [records]
    view: internal
"""

RETURN = r"""
msg:
  description: Each part that cannot be rolled out, with its path, why, and what is possible instead.
  returned: when there is such a part
  type: str
  sample: >-
    Nothing was touched, since this version cannot roll out the whole of this plan yet -
    AAAA pool01.company.local (records[1]): only A and SRV records are pushed; export_plan writes them for the people
    who own DNS
"""
