# Copyright: (c) 2026, The ucops.rollout developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Does what the module dns_check does; on the controller itself without a process of its own."""

from __future__ import annotations

from ansible_collections.ucops.rollout.plugins.modules import dns_check
from ansible_collections.ucops.rollout.plugins.plugin_utils.face import ControllerModule


class ActionModule(ControllerModule):
    """The module of this name. Its documentation is plugins/modules/dns_check.py."""

    argument_spec = dns_check.ARGUMENTS
    check = staticmethod(dns_check.check)
    wait = staticmethod(dns_check.wait)
