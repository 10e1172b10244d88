# Copyright: (c) 2026, The ucops.rollout developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Action plugin of ``ucops.rollout.certificate_key``; see plugins/modules for its documentation."""

from __future__ import annotations

from datetime import datetime, timezone
from typing import Any

from ansible_collections.ucops.rollout.plugins.module_utils.model import certificate_from_plain
from ansible_collections.ucops.rollout.plugins.module_utils.values import Thumbprint
from ansible_collections.ucops.rollout.plugins.plugin_utils.certificates.carrying import export_key, use_key
from ansible_collections.ucops.rollout.plugins.plugin_utils.face import WindowsAction
from ansible_collections.ucops.rollout.plugins.plugin_utils.winrm.host_port import WindowsHost


class ActionModule(WindowsAction):
    argument_spec = {
        "certificate": {"type": "dict", "required": True},
        "thumbprint": {"type": "str", "required": True},
        "state": {"type": "str", "choices": ["usable", "exported"], "default": "usable"},
        "minimum_days": {"type": "int", "default": 30},
    }

    def work(self, host: WindowsHost, arguments: dict[str, Any], check_mode: bool) -> dict[str, Any]:
        planned = certificate_from_plain(arguments["certificate"])
        thumbprint = Thumbprint(arguments["thumbprint"])
        if arguments["state"] == "usable":
            use_key(host, planned, thumbprint)
            return {"changed": False, "thumbprint": str(thumbprint)}
        now, days = datetime.now(timezone.utc), arguments["minimum_days"]
        exported = export_key(host, planned, thumbprint, now=now, minimum_days=days)
        # Whoever calls this need not think of no_log: what leaves here is shown to nobody.
        return {**exported.to_result(), "_ansible_no_log": True}
