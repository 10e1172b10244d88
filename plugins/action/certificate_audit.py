# Copyright: (c) 2026, The ucops.rollout developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Action plugin of ``ucops.rollout.certificate_audit``; see plugins/modules for its documentation."""

from __future__ import annotations

from datetime import datetime, timezone
from typing import Any

from ansible_collections.ucops.rollout.plugins.module_utils.auditing.certificates import compare
from ansible_collections.ucops.rollout.plugins.module_utils.auditing.present import (
    NO_REQUESTS,
    RequestsOfKeys,
    ServerState,
)
from ansible_collections.ucops.rollout.plugins.module_utils.auditing.stores import store_findings
from ansible_collections.ucops.rollout.plugins.module_utils.codec import from_plain, to_plain
from ansible_collections.ucops.rollout.plugins.module_utils.plan.server_work import ServerWork, work_from_plain
from ansible_collections.ucops.rollout.plugins.module_utils.proof.tls_judge import load_roots
from ansible_collections.ucops.rollout.plugins.module_utils.values import Thumbprint
from ansible_collections.ucops.rollout.plugins.plugin_utils.assigning.command import shaking
from ansible_collections.ucops.rollout.plugins.plugin_utils.assigning.present import read_server, see_ports
from ansible_collections.ucops.rollout.plugins.plugin_utils.face import WindowsAction
from ansible_collections.ucops.rollout.plugins.plugin_utils.winrm.host_port import WindowsHost


class ActionModule(WindowsAction):
    argument_spec = {
        "work": {"type": "dict", "required": True},
        "minimum_days": {"type": "int", "default": 30},
        "timeout": {"type": "float", "default": 10.0},
        "bindings_also": {"type": "list", "elements": "str", "default": []},
        "roots": {"type": "list", "elements": "str", "default": []},
        "trusted_roots": {"type": "list", "elements": "str", "default": []},
        "requests": {"type": "dict", "default": {}},
    }

    def _answer(self, arguments: dict[str, Any], check_mode: bool) -> dict[str, Any]:
        work = work_from_plain(arguments["work"])
        if work.logon:
            return super()._answer({**arguments, "work": work}, check_mode)
        now, roots = datetime.now(timezone.utc), load_roots(arguments["roots"])
        trusted = from_plain(tuple[Thumbprint, ...], list(arguments["trusted_roots"]), where="trusted_roots")
        state = see_ports(work, shake=shaking(work.fqdn, arguments["timeout"]), now=now, roots=roots, trusted=trusted)
        return _compared(work, state, now, arguments["minimum_days"], NO_REQUESTS)

    def work(self, host: WindowsHost, arguments: dict[str, Any], check_mode: bool) -> dict[str, Any]:
        work, now = arguments["work"], datetime.now(timezone.utc)
        shake, also = shaking(work.fqdn, arguments["timeout"]), arguments["bindings_also"]
        requests = from_plain(RequestsOfKeys, arguments["requests"], where="requests")
        state = read_server(host, work, shake=shake, now=now, also=also)
        return _compared(work, state, now, arguments["minimum_days"], requests)


def _compared(
    work: ServerWork, state: ServerState, now: datetime, minimum_days: int, requests: RequestsOfKeys
) -> dict[str, Any]:
    rows = compare(work, state, now=now, minimum_days=minimum_days, requests=requests)
    findings = store_findings(work, state, rows, now=now, minimum_days=minimum_days, requests=requests)
    return {"changed": False, "server": work.fqdn, "rows": to_plain(rows), "findings": to_plain(findings)}
