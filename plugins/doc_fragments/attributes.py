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
options: {}
notes:
  - Needs C(ansible_connection=winrm) and C(pywinrm) on the controller. Nothing is installed on the Windows host,
    and no PowerShell runs there unless the description says so.
  - Makes exactly one logon attempt. A refused logon makes the host unreachable, since domains lock accounts
    after a few of them.
"""
