# Copyright: (c) 2026, The ucops.rollout developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Action plugin: the work is done in plugins/action/windows_service.py.

from __future__ import annotations

DOCUMENTATION = r"""
module: windows_service
short_description: Start, restart, stop or look at a Windows service
description:
  - Starts or restarts a Windows service and waits until it runs, stops it and waits until it stands, or only reads its
    state.
  - Works through WMI over WS-Management, from Windows Server 2003 on, without PowerShell.
  - Services that depend on the one restarted or stopped are not touched; while they run, it is refused.
version_added: 1.0.0
author:
  - The ucops.rollout developers (@ucops)
extends_documentation_fragment:
  - ucops.rollout.attributes
  - ucops.rollout.attributes.windows
attributes:
  check_mode:
    support: full
  diff_mode:
    support: full
  idempotent:
    support: partial
    details: With O(state=restarted) each run restarts the service.
options:
  name:
    description: The short name of the service.
    type: str
    required: true
  state:
    description: What shall be the case; V(queried) only reads.
    type: str
    choices:
      - started
      - restarted
      - stopped
      - queried
    default: started
  timeout:
    description: Seconds to wait until the service runs, or stands.
    type: int
    default: 120
seealso:
  - module: ucops.rollout.target_info
"""

EXAMPLES = r"""
- name: Start the Front End
  ucops.rollout.windows_service:
    name: RTCSRV
    state: started

- name: Look at it
  ucops.rollout.windows_service:
    name: RTCSRV
    state: queried
  register: front_end
"""

RETURN = r"""
changes:
  description:
    - What was changed, or would be changed in check mode.
    - Each with C(verb) (V(create), V(change), V(delete), or V(report) where nothing changes), C(what) in words, for
      most C(to_do), the same as something to come, the keys below, C(before), C(after) and C(reasons).
  returned: always
  type: list
  elements: dict
  contains:
    service:
      description: The short name of the service.
      type: str
exists:
  description: Whether the host has the service.
  returned: success
  type: bool
before:
  description: The service before, none if there is none.
  returned: success
  type: dict
service:
  description: The service now; in check mode as it was found.
  returned: success
  type: dict
  contains:
    name:
      description: The short name.
      type: str
    display_name:
      description: The name shown to people.
      type: str
    state:
      description: V(Running), V(Stopped) and the like.
      type: str
    start_mode:
      description: V(Auto), V(Manual) or V(Disabled).
      type: str
"""
