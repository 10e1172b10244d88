# Copyright: (c) 2026, The ucops.rollout developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Action plugin: the work is done in plugins/action/server_requests.py.

from __future__ import annotations

DOCUMENTATION = r"""
module: server_requests
short_description: Make all keys and requests that a server's planned certificates need
description:
  - Makes a key and a request for each certificate of O(work) that the server does not hold and that does not come from
    another server, after one logon and under one claim. A key that waits for its certificate is used again.
  - Does not connect where none is needed, and not in check mode. For a server that nobody logs on to, it writes what
    people need into O(options.directory).
  - Where one cannot be made, the task fails and returns those that were made before it.
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
  ca_group:
    description: The inventory's group of CAs, for the message that none of them stands for a planned one.
    type: str
    default: ucops_ca
seealso:
  - module: ucops.rollout.server_info
  - module: ucops.rollout.certificate_request
  - module: ucops.rollout.certificate_issue
"""

EXAMPLES = r"""
- name: Make the keys and requests that are needed
  ucops.rollout.server_requests:
    work: "{{ server.work }}"
    found: "{{ server.certificates }}"
  register: requests
"""

RETURN = r"""
certificates:
  description: >-
    By certificate ID its RV(ignore:request), as M(ucops.rollout.certificate_request) returns it, of those that were
    asked for. For a server that nobody logs on to, as M(ucops.rollout.certificate_bundle) returns it.
  returned: always
  type: dict
failure:
  description: With what a step failed.
  returned: with O(fail=false), when one failed
  type: str
"""
