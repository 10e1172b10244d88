# Copyright: (c) 2026, The ucops.rollout developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Action plugin of ``ucops.rollout.certificate_retire``; see plugins/modules for its documentation."""

from __future__ import annotations

from typing import Any

from ansible_collections.ucops.rollout.plugins.module_utils.codec import from_plain
from ansible_collections.ucops.rollout.plugins.module_utils.plan.server_work import work_from_plain
from ansible_collections.ucops.rollout.plugins.module_utils.values import Thumbprint
from ansible_collections.ucops.rollout.plugins.plugin_utils.assigning.command import shaking
from ansible_collections.ucops.rollout.plugins.plugin_utils.assigning.retiring import (
    ARCHIVE,
    KEEP,
    REMOVE,
    Retiring,
    retire,
)
from ansible_collections.ucops.rollout.plugins.plugin_utils.face import WindowsAction
from ansible_collections.ucops.rollout.plugins.plugin_utils.winrm.host_port import WindowsHost


class ActionModule(WindowsAction):
    argument_spec = {
        "work": {"type": "dict", "required": True},
        "held": {"type": "dict", "required": True},
        "way": {"type": "str", "choices": [KEEP, ARCHIVE, REMOVE], "default": KEEP},
        "renew": {"type": "list", "elements": "str", "default": []},
        "timeout": {"type": "float", "default": 10.0},
    }

    def work(self, host: WindowsHost, arguments: dict[str, Any], check_mode: bool) -> dict[str, Any]:
        work = work_from_plain(arguments["work"])
        renew = frozenset(from_plain(tuple[Thumbprint, ...], arguments["renew"], where="renew"))
        wanted = Retiring(work, arguments["held"], arguments["way"], check_mode, renew)
        return retire(host, wanted, shake=shaking(work.fqdn, arguments["timeout"])).to_result()
