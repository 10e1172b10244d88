# Copyright: (c) 2026, The ucops.rollout developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Action plugin: the work is done in plugins/action/server_info.py.

from __future__ import annotations

DOCUMENTATION = r"""
module: server_info
short_description: Reach a host once, and read all that a server has of what is planned
description:
  - Does what M(ucops.rollout.target_info) does. Where O(work) is given, it reads after the same logon what the server
    has of each planned certificate, the roots that it trusts, what is assigned to its components and served by them,
    and what OCS itself has set up.
  - Tells the next step of each certificate. Where there is none, no later task needs the server.
  - Tells what keeps the server from its part. Where the product's own cmdlets assign, from Lync Server 2010 on, that
    is a module that is missing or does not load, a constrained language, an account without rights, another version
    of the product, and a Central Management Store that is out of reach where O(options.oauth) needs it.
  - Changes nothing, and does the same in check mode. A server that nobody logs on to is not connected to; of it, the
    files on the controller are looked at.
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
  work:
    description: >-
      What the filter P(ucops.rollout.server_work#filter) returns for the server. Without it, only the host itself is
      read.
    type: dict
    default: {}
  compare:
    description: >-
      Whether the product of the server and what OCS itself has set up are compared with the server's pool, as
      O(work) has it from the plan.
    type: bool
    default: true
  fail:
    description:
      - Whether a host that cannot be reached or read fails the task.
      - With V(false) the task succeeds and returns RV(reached=false), so that a playbook can decide for all hosts
        together.
    type: bool
    default: true
seealso:
  - module: ucops.rollout.target_info
  - module: ucops.rollout.server_requests
  - module: ucops.rollout.server_certificates
"""

EXAMPLES = r"""
- name: Read what this server has of what is planned
  ucops.rollout.server_info:
    work: "{{ planned.plan | ucops.rollout.server_work(inventory_hostname) }}"
  register: server

- name: Tell what is to be done
  ansible.builtin.debug:
    var: server.next
"""

RETURN = r"""
reached:
  description: Whether the host was reached and read. What it is, is returned as M(ucops.rollout.target_info) does.
  returned: success
  type: bool
  sample: true
work:
  description: As it was given, without C(pool).
  returned: with O(work)
  type: dict
certificates:
  description: >-
    By certificate ID what is known of it: RV(ignore:request) as M(ucops.rollout.certificate_request) returns it in
    check mode, its RV(ignore:thumbprint) where the server holds it, RV(ignore:waiting) as a sentence where it waits for
    people, and where all are held what came of looking at the assignments, each as its own module returns it in
    check mode.
  returned: with O(work)
  type: dict
next:
  description: >-
    By certificate ID the step that comes next, of those that need one: V(make_key), V(look) (at the CA), V(submit),
    V(install), V(assign), V(settle) (a run was cut off before the proof of its assignment), V(unmark) (what it left of
    that cannot be followed), V(retire) (what others took the place of). Empty where nothing is to be done on the
    server.
  returned: with O(work)
  type: dict
  sample: {}
held:
  description: What M(ucops.rollout.certificate_info) returns of the certificates that serve, with their chains.
  returned: with O(work)
  type: dict
problems:
  description: Why the server cannot do its part, each with what to do.
  returned: with O(work)
  type: list
  elements: str
  sample: []
brought:
  description: By certificate ID the certificates (PEM) that people have put into O(options.directory) for it.
  returned: with O(work)
  type: dict
renew_not_held:
  description: Of O(options.renew) those that the store MY does not hold, not even archived.
  returned: with O(work)
  type: list
  elements: str
  sample: []
ocs_pool:
  description: >-
    What M(ucops.rollout.ocs_pool_info) returns, of a Front End of OCS 2007 or 2007 R2. With several hosts
    (M(ucops.rollout.hosts_info)) one Front End of a pool is asked for the pools and another one for the SIP domains, as
    all of them have the same.
  returned: with O(work), where O(compare) says so
  type: dict
obtain:
  description: As O(options.obtain) was given.
  returned: with O(work)
  type: bool
assign:
  description: As O(options.assign) was given.
  returned: with O(work)
  type: bool
trusted_roots:
  description: As O(options.trusted_roots) was given.
  returned: with O(work)
  type: list
  elements: str
"""
