# Copyright: (c) 2026, The ucops.rollout developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Action plugin of ``ucops.rollout.certificate_issue``; see plugins/modules for its documentation."""

from __future__ import annotations

from datetime import datetime, timezone
from typing import Any

from ansible_collections.ucops.rollout.plugins.module_utils.certificates.x509 import normalise_thumbprint
from ansible_collections.ucops.rollout.plugins.module_utils.plan.planned_certificate import check_planned
from ansible_collections.ucops.rollout.plugins.plugin_utils.certificates.adcs import (
    AdcsAuthority,
    check_template,
    parse_config,
)
from ansible_collections.ucops.rollout.plugins.plugin_utils.certificates.issuing import issue, order_of
from ansible_collections.ucops.rollout.plugins.plugin_utils.face import WindowsAction
from ansible_collections.ucops.rollout.plugins.plugin_utils.winrm.host_port import WindowsHost


class ActionModule(WindowsAction):
    argument_spec = {
        "certificate": {"type": "dict", "required": True},
        "request": {"type": "str"},
        "public_key": {"type": "str", "no_log": False},
        "trusted_roots": {"type": "list", "elements": "str", "default": []},
        "minimum_days": {"type": "int", "default": 30},
    }

    def work(self, host: WindowsHost, arguments: dict[str, Any], check_mode: bool) -> dict[str, Any]:
        planned = check_planned(arguments["certificate"])
        where = f"certificate {planned['id']}: issuer"
        config = parse_config(str((planned.get("issuer") or {}).get("ca") or ""), where=where)
        check_template(planned.get("template"), where=where)
        roots = [normalise_thumbprint(root, where="trusted_roots") for root in arguments["trusted_roots"]]
        order = order_of(
            planned,
            arguments["request"],
            arguments["public_key"],
            now=datetime.now(timezone.utc),
            minimum_days=arguments["minimum_days"],
            check_mode=check_mode,
        )
        result = issue(AdcsAuthority(host, config), order, trusted_roots=roots)
        after = f"certificate {planned['id']} issued by {config}\n" if result["changed"] else ""
        return {**result, "diff": {"before": "", "after": after}}
