# Copyright: (c) 2026, The ucops.rollout developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Action plugin: the work is done in plugins/action/server_certificates.py.

from __future__ import annotations

DOCUMENTATION = r"""
module: server_certificates
short_description: Install and assign a server's planned certificates
description:
  - Installs what the CAs have issued, or what people or another server bring, assigns each certificate in the way that
    its component has, starts and restarts services where that is allowed, and reads what the server holds then. All of
    it after one logon.
  - Does not connect where O(next) says that nothing is to be done, and never to a server that nobody logs on to.
  - Where a step fails, the task fails and returns what was done until then.
version_added: 1.0.0
author:
  - The ucops.rollout developers (@ucops)
requirements:
  - cryptography >= 42.0.0 on the controller
extends_documentation_fragment:
  - ucops.rollout.attributes
  - ucops.rollout.attributes.windows
  - ucops.rollout.deploying
  - ucops.rollout.deploying.work
attributes:
  check_mode:
    support: full
  diff_mode:
    support: full
  idempotent:
    support: full
options:
  next:
    description: What RV(ucops.rollout.server_info#module:next) told. Without it, the server is looked at in any case.
    type: dict
  held:
    description: What RV(ucops.rollout.server_info#module:held) told, which is returned where nothing is to be done.
    type: dict
    default: {}
  above:
    description: >-
      By a CA's inventory host its certificates (PEM), as P(ucops.rollout.ca_certificates#filter) returns them. The
      server is given what it lacks of them, where it trusts their root or may be given it; so it can follow the chains
      of the servers that it speaks with, too. In check mode, they tell what is above one that is only planned.
    type: dict
    default: {}
seealso:
  - module: ucops.rollout.server_info
  - module: ucops.rollout.certificate_install
  - module: ucops.rollout.certificate_assign
  - module: ucops.rollout.http_binding
  - module: ucops.rollout.cs_certificates
  - module: ucops.rollout.windows_service
"""

EXAMPLES = r"""
- name: Install and assign the certificates
  ucops.rollout.server_certificates:
    work: "{{ server.work }}"
    found: "{{ (hostvars | ucops.rollout.server_certificates(inventory_hostname)).certificates }}"
"""

RETURN = r"""
certificates:
  description: >-
    By certificate ID all that is known of it: RV(ignore:request), RV(ignore:issue), RV(ignore:install),
    RV(ignore:assignment), RV(ignore:binding), RV(ignore:services) and RV(ignore:by_hand), each as its own module
    returns it, RV(ignore:authorities), what the server lacked of its CAs, RV(ignore:thumbprint),
    RV(ignore:waiting), a sentence where it waits for people, and RV(ignore:key_from), the server that has it with
    its key. With the first of them RV(ignore:proof) and RV(ignore:retired), as M(ucops.rollout.certificate_prove)
    and M(ucops.rollout.certificate_retire) return them, and RV(ignore:mark), what became of what a run left that was
    cut off before its proof.
  returned: always
  type: dict
held:
  description: What M(ucops.rollout.certificate_info) returns of them then, with their chains.
  returned: success
  type: dict
failure:
  description: With what a step failed.
  returned: with O(fail=false), when one failed
  type: str
"""
