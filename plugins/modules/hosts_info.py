# Copyright: (c) 2026, The ucops.rollout developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Action plugin: the work is done in plugins/action/hosts_info.py.

from __future__ import annotations

DOCUMENTATION = r"""
module: hosts_info
short_description: Reach many hosts side by side, and read all that each server has of what is planned
description:
  - Does for many hosts in one task of the controller what M(ucops.rollout.server_info) does for one, as many at a time
    as Ansible has forks. A task of each host would cost a process, and the compilation of its expressions, for each.
  - First it is seen where anything listens. Then the hosts that answer are logged on to one by one, until each account
    was accepted somewhere, and the others side by side. A wrong password costs one failed logon, where domains lock an
    account after three to five. A host is not tried with an account of a domain that another one has
    refused, and with an account of its own not with the same password.
  - Connects as Ansible would, by the variables of each host. What the play itself gives outranks them, but for
    C(ansible_connection), and is worked out once for all hosts.
  - A host that cannot be reached or read does not fail the task. The playbook decides for all of them together.
  - Changes nothing, and does the same in check mode.
version_added: 1.0.0
author:
  - The ucops.rollout developers (@ucops)
requirements:
  - cryptography >= 42.0.0 on the controller
extends_documentation_fragment:
  - ucops.rollout.attributes
  - ucops.rollout.attributes.info
  - ucops.rollout.attributes.windows
  - ucops.rollout.deploying
options:
  hosts:
    description: The hosts of the inventory that are reached.
    type: list
    elements: str
    required: true
  servers:
    description: Those of them that are servers of the O(plan), of which is read what they have of it.
    type: list
    elements: str
    default: []
  plan:
    description: >-
      The plan that M(ucops.rollout.pool_plan) returns, or the role C(pool_plan) keeps as text; needed where O(servers)
      are named.
    type: raw
    default: {}
  ca_hosts:
    description: The inventory's hosts of certification authorities.
    type: list
    elements: str
    default: []
  compare:
    description: As of M(ucops.rollout.server_info).
    type: bool
    default: true
  mode:
    description:
      - Whether the CAs are reached over connections of their own, or people carry requests and certificates.
      - Where the inventory has C(pool_certificates_mode) for a server, that counts, unless a play or a task gives the
        variable. It is the same with O(port_map), O(lync), and each of O(options), by the variable of the role
        C(pool_certificates) that is called so.
    type: str
    choices: [online, offline]
    default: online
  port_map:
    description: Planned ports and those under which the controller reaches them.
    type: dict
    default: {}
  lync:
    description: Whether the product's own cmdlets assign on Lync Server 2010 and later.
    type: str
    choices: [cmdlets, manual]
    default: cmdlets
seealso:
  - module: ucops.rollout.server_info
  - module: ucops.rollout.target_info
  - plugin: ucops.rollout.host_info
    plugin_type: filter
"""

EXAMPLES = r"""
- name: Read all servers of the plan
  ucops.rollout.hosts_info:
    hosts: "{{ groups['ucops_servers'] }}"
    servers: "{{ groups['ucops_servers'] }}"
    plan: "{{ planned.plan }}"
  register: pool_certificates_read

- name: Tell what is to be done on each
  ansible.builtin.debug:
    msg: "{{ item }}: {{ (hostvars | ucops.rollout.host_info(item)).next | default('not read') }}"
  loop: "{{ groups['ucops_servers'] }}"
"""

RETURN = r"""
hosts:
  description: >-
    By host what M(ucops.rollout.server_info) returns of it, as JSON in one text: Ansible goes through each value of a
    variable whenever the variable is asked for. P(ucops.rollout.host_info#filter) reads it.
  returned: success
  type: dict
  sample: {"fe01.company.local": "{\"changed\": false, \"reached\": true}"}
refused:
  description: The hosts that refused the account.
  returned: success
  type: list
  elements: str
  sample: []
"""
