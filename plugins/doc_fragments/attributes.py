# Copyright: (c) 2026, The ucops.rollout developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What every plugin says about check mode, diff mode and being run twice."""

from __future__ import annotations


class ModuleDocFragment:
    """``ucops.rollout.attributes``, and for what only reads ``ucops.rollout.attributes.info`` after it."""

    DOCUMENTATION = r"""
options: {}
attributes:
  check_mode:
    description: Can run in check mode, where it reads everything, changes nothing and predicts what would be changed.
  diff_mode:
    description: Returns what has changed (or would change, in check mode) for C(--diff).
  idempotent:
    description: Run twice in a row with the same arguments, the second run changes nothing.
  platform:
    description: What the task can be run for.
    support: full
"""

    INFO = r"""
options: {}
attributes:
  check_mode:
    support: full
    details: This action only reads.
  diff_mode:
    support: N/A
    details: This action only reads.
  idempotent:
    support: full
    details: This action only reads.
"""

    # For what reaches Windows through the connection of the task.
    WINDOWS = r"""
options:
  recording_directory:
    description:
      - A folder of the controller, made where it is missing. What this task says to Windows hosts, and what they
        answer, is written into it, masked, so that a problem can be reported.
      - By default the folder that the variable C(ucops_record) names; without either nothing is recorded.
    type: path
attributes:
  platform:
    platforms: windows
  action_group:
    description: >-
      The options that all modules of the group share can be given to all of them at once, under
      C(group/ucops.rollout.windows) in C(module_defaults).
    support: full
    membership:
      - ucops.rollout.windows
notes:
  - Needs C(ansible_connection=winrm) and C(pywinrm) on the controller, or C(ansible_connection=psrp) and C(pypsrp)
    beside it. Nothing is installed on the Windows host,
    and no PowerShell runs there unless the description says so.
  - Makes exactly one logon attempt. A refused logon makes the host unreachable, since domains lock accounts
    after a few of them. Until a host has accepted an account, the tasks of a run log on with it one after the
    other; after a refusal the other hosts are unreachable without one.
"""

    # For what only computes, or reads and writes files of the controller.
    CONTROLLER = r"""
options: {}
attributes:
  platform:
    platforms: posix
    details: The work is done on the controller, whatever host the task is for.
"""

    # For modules that ask or tell what is on the network, from any host with Python.
    NETWORK = r"""
options: {}
attributes:
  platform:
    platforms: posix
    details: Runs on the controller or on another host with Python and reaches out from there.
"""
