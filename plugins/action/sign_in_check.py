# Copyright: (c) 2026, The ucops.rollout developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Does what the module sign_in_check does; on the controller itself without a process of its own."""

from __future__ import annotations

from ansible_collections.ucops.rollout.plugins.modules import sign_in_check
from ansible_collections.ucops.rollout.plugins.plugin_utils.face import ControllerModule


class ActionModule(ControllerModule):
    """The module of this name. Its documentation is plugins/modules/sign_in_check.py."""

    argument_spec = sign_in_check.ARGUMENTS
    check = staticmethod(sign_in_check.check)
