# Copyright: (c) 2026, The ucops.rollout developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Action plugin of ``ucops.rollout.certificate_bundle``; see plugins/modules for its documentation."""

from __future__ import annotations

from datetime import datetime, timezone
from typing import Any

from ansible_collections.ucops.rollout.plugins.module_utils.certificates.authority_port import answer_of_pem
from ansible_collections.ucops.rollout.plugins.module_utils.model import certificate_from_plain
from ansible_collections.ucops.rollout.plugins.plugin_utils.certificates.bundling import Bundling, bundle
from ansible_collections.ucops.rollout.plugins.plugin_utils.certificates.offline import OfflineAuthority
from ansible_collections.ucops.rollout.plugins.plugin_utils.face import PureAction


class ActionModule(PureAction):
    argument_spec = {
        "certificate": {"type": "dict", "required": True},
        "directory": {"type": "path", "required": True},
        "issued": {"type": "str"},
        "chain": {"type": "list", "elements": "str", "default": []},
        "online": {"type": "bool", "default": False},
        "root": {"type": "bool", "default": False},
        "minimum_days": {"type": "int", "default": 30},
    }

    def work(self, arguments: dict[str, Any], check_mode: bool) -> dict[str, Any]:
        wanted = Bundling(
            certificate_from_plain(arguments["certificate"]),
            OfflineAuthority(arguments["directory"]),
            now=datetime.now(timezone.utc),
            minimum_days=arguments["minimum_days"],
            answer=answer_of_pem(arguments["issued"], arguments["chain"]) if arguments["issued"] else None,
            online=arguments["online"],
            root=arguments["root"],
            check_mode=check_mode,
        )
        return bundle(wanted).to_result()
