# Copyright: (c) 2026, The ucops.rollout developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Action plugin of ``ucops.rollout.server_requests``; see plugins/modules for its documentation."""

from __future__ import annotations

from datetime import datetime, timezone
from typing import Any

from ansible_collections.ucops.rollout.plugins.module_utils.errors import RolloutError
from ansible_collections.ucops.rollout.plugins.plugin_utils.deploying.arguments import (
    SPEC,
    deployment_of,
    leaving_failure,
)
from ansible_collections.ucops.rollout.plugins.plugin_utils.deploying.carried import look_at_files
from ansible_collections.ucops.rollout.plugins.plugin_utils.deploying.deploy import (
    ServerDeployment,
    lacking_requests,
    make_requests,
)
from ansible_collections.ucops.rollout.plugins.plugin_utils.face import WindowsAction
from ansible_collections.ucops.rollout.plugins.plugin_utils.winrm.host_port import WindowsHost


class ActionModule(WindowsAction):
    argument_spec = {**SPEC, "ca_group": {"type": "str", "default": "ucops_ca"}}

    def _answer(self, arguments: dict[str, Any], check_mode: bool) -> dict[str, Any]:
        wanted = deployment_of(arguments, now=datetime.now(timezone.utc), check_mode=check_mode)
        return leaving_failure(lambda: self._made(wanted, arguments["ca_group"], check_mode), fail=arguments["fail"])

    def _made(self, wanted: ServerDeployment, ca_group: str, check_mode: bool) -> dict[str, Any]:
        _refuse_without_ca(wanted, ca_group)
        if not wanted.work.logon:
            return look_at_files(wanted).result()
        lacking = lacking_requests(wanted)
        if check_mode or not lacking:
            # What would be made was told by who read the server.
            diffs = [wanted.request(job.certificate.id).get("diff") or {} for job in lacking]
            return {"changed": bool(lacking), "certificates": {}, **({"diff": diffs} if diffs else {})}
        return super()._answer({"wanted": wanted}, check_mode)

    def work(self, host: WindowsHost, arguments: dict[str, Any], check_mode: bool) -> dict[str, Any]:
        return make_requests(host, arguments["wanted"]).result()


def _refuse_without_ca(wanted: ServerDeployment, group: str) -> None:
    if wanted.options.obtain and wanted.work.without_ca:
        raise RolloutError(f"{' '.join(wanted.work.without_ca)} The group is '{group}'")
