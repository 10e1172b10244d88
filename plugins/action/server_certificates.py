# Copyright: (c) 2026, The ucops.rollout developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Action plugin of ``ucops.rollout.server_certificates``; see plugins/modules for its documentation."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timezone
from typing import Any

from ansible_collections.ucops.rollout.plugins.module_utils.certificates.roots import lacks_authorities
from ansible_collections.ucops.rollout.plugins.plugin_utils.deploying.arguments import (
    SPEC,
    deployment_of,
    leaving_failure,
)
from ansible_collections.ucops.rollout.plugins.plugin_utils.deploying.carried import deploy_files
from ansible_collections.ucops.rollout.plugins.plugin_utils.deploying.deploy import ServerDeployment, deploy
from ansible_collections.ucops.rollout.plugins.plugin_utils.face import WindowsAction
from ansible_collections.ucops.rollout.plugins.plugin_utils.winrm.host_port import WindowsHost


class ActionModule(WindowsAction):
    argument_spec = {
        **SPEC,
        "next": {"type": "dict"},
        "held": {"type": "dict", "default": {}},
        "above": {"type": "dict", "default": {}},
    }

    def _answer(self, arguments: dict[str, Any], check_mode: bool) -> dict[str, Any]:
        wanted = deployment_of(arguments, now=datetime.now(timezone.utc), check_mode=check_mode)
        return leaving_failure(lambda: self._deployed(wanted, arguments, check_mode), fail=arguments["fail"])

    def _deployed(self, wanted: ServerDeployment, arguments: dict[str, Any], check_mode: bool) -> dict[str, Any]:
        if not wanted.work.logon:
            return deploy_files(wanted)
        held = arguments["held"]
        if arguments["next"] == {} and not any(map(wanted.takes, wanted.turns)) and not _lacks(wanted, held):
            # Whoever read the server has read all that is to be told of it.
            return {"changed": False, "certificates": arguments["found"], "held": held}
        return super()._answer({"wanted": wanted}, check_mode)

    def work(self, host: WindowsHost, arguments: dict[str, Any], check_mode: bool) -> dict[str, Any]:
        return deploy(host, arguments["wanted"], self.open_other_host)


def _lacks(wanted: ServerDeployment, held: Mapping[str, Any]) -> bool:
    """Whether the server is to be given a certificate of an authority."""
    roots = [str(one) for one in wanted.options.trusted_roots]
    return wanted.options.obtain and lacks_authorities(held, wanted.above, roots, now=wanted.now)
