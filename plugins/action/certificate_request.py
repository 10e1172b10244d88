# Copyright: (c) 2026, The ucops.rollout developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Action plugin of ``ucops.rollout.certificate_request``; see plugins/modules for its documentation."""

from __future__ import annotations

from datetime import datetime, timezone
from typing import Any

from ansible_collections.ucops.rollout.plugins.module_utils.codec import from_plain
from ansible_collections.ucops.rollout.plugins.module_utils.model import certificate_from_plain
from ansible_collections.ucops.rollout.plugins.module_utils.values import Thumbprint
from ansible_collections.ucops.rollout.plugins.plugin_utils.certificates.enrolling import Enrolling, enrol
from ansible_collections.ucops.rollout.plugins.plugin_utils.certificates.offline import OfflineAuthority
from ansible_collections.ucops.rollout.plugins.plugin_utils.face import WindowsAction
from ansible_collections.ucops.rollout.plugins.plugin_utils.winrm.host_port import WindowsHost


class ActionModule(WindowsAction):
    argument_spec = {
        "certificate": {"type": "dict", "required": True},
        "minimum_days": {"type": "int", "default": 30},
        "renew": {"type": "list", "elements": "str", "default": []},
        "directory": {"type": "path", "aliases": ["file"]},
    }

    def work(self, host: WindowsHost, arguments: dict[str, Any], check_mode: bool) -> dict[str, Any]:
        wanted = Enrolling(
            host,
            certificate_from_plain(arguments["certificate"]),
            now=datetime.now(timezone.utc),
            minimum_days=arguments["minimum_days"],
            authority=OfflineAuthority(arguments["directory"]) if arguments["directory"] else None,
            check_mode=check_mode,
            renew=frozenset(from_plain(tuple[Thumbprint, ...], arguments["renew"], where="renew")),
        )
        return enrol(wanted).to_result()
