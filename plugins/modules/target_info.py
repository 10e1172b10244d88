# Copyright: (c) 2026, The ucops.rollout developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Action plugin: the work is done in plugins/action/target_info.py.

from __future__ import annotations

DOCUMENTATION = r"""
module: target_info
short_description: Reach a Windows host once and tell what it is
description:
  - Logs on to a Windows host once and reads its version, language and what follows from them.
  - Serves as the first contact of a rollout. A wrong password then costs one refused logon, not one per task,
    and for however many hosts the task is.
version_added: 1.0.0
author:
  - The ucops.rollout developers (@ucops)
extends_documentation_fragment:
  - ucops.rollout.attributes
  - ucops.rollout.attributes.info
  - ucops.rollout.attributes.windows
options:
  fail:
    description:
      - Whether a host that cannot be reached or read fails the task.
      - With V(false) the task succeeds and returns RV(reached=false), so that a playbook can decide for all hosts
        together.
    type: bool
    default: true
seealso:
  - module: ucops.rollout.windows_service
"""

EXAMPLES = r"""
- name: Reach the host
  ucops.rollout.target_info:
  register: target

- name: Tell what it is
  ansible.builtin.debug:
    msg: "{{ target.product }}, generation {{ target.generation }}"
"""

RETURN = r"""
logon_refused:
  description:
    - Whether the host answered and refused the account. Another host would refuse it too, and domains lock an account
      after a few refused logons. A run had better end here. Otherwise the host could not be reached at all.
  returned: when the host is unreachable
  type: bool
  sample: false
reached:
  description: Whether the host was reached and read.
  returned: success
  type: bool
  sample: true
where:
  description: The host with address and port, with which RV(msg) begins.
  returned: with O(fail=false), when the host was not reached
  type: str
  sample: dc01.company.local (10.0.0.5:5985)
msg:
  description: Why it was not.
  returned: with O(fail=false), when the host was not reached
  type: str
host:
  description: The name that the host gives itself.
  returned: success
  type: str
  sample: OCSSRV01
version:
  description: Version of the operating system.
  returned: success
  type: str
  sample: 6.1.7601
build:
  description: Build number.
  returned: success
  type: int
  sample: 7601
service_pack:
  description: Service pack, 0 for none.
  returned: success
  type: int
  sample: 1
product:
  description: Name of the product, in the host's language.
  returned: success
  type: str
  sample: Microsoft Windows Server 2008 R2 Standard
language:
  description: Language of the operating system as a Windows language identifier.
  returned: success
  type: int
  sample: 1033
generation:
  description: >-
    Generation of Windows Server, V(2003) (2003 R2 counts as that), V(2008), V(2008r2), V(2012), V(2012r2), V(2016),
    V(2019), V(2022), V(2025), or V(older) or V(newer) outside of these.
  returned: success
  type: str
  sample: 2008r2
capabilities:
  description: What follows from the generation.
  returned: success
  type: dict
  contains:
    cng:
      description: Whether keys of Cryptography Next Generation are known.
      type: bool
    netsh_http:
      description: Whether certificate bindings of http.sys can be set with netsh.
      type: bool
clock:
  description: The host's time when it answered, in UTC.
  returned: success
  type: str
  sample: "2026-11-22T08:00:00Z"
findings:
  description: What this gives reason to say, such as a clock that differs from the controller's.
  returned: success
  type: list
  elements: dict
"""
