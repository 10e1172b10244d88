# Copyright: (c) 2026, The ucops.rollout developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Action plugin of ``ucops.rollout.certificate_install``; see plugins/modules for its documentation."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timezone
from typing import Any

from ansible_collections.ucops.rollout.plugins.module_utils.certificates.x509 import (
    X509Certificate,
    load_certificate,
    load_certificates,
    normalise_thumbprint,
)
from ansible_collections.ucops.rollout.plugins.module_utils.errors import RolloutError
from ansible_collections.ucops.rollout.plugins.module_utils.plan.planned_certificate import check_planned
from ansible_collections.ucops.rollout.plugins.plugin_utils.certificates.installing import delivery_of, install
from ansible_collections.ucops.rollout.plugins.plugin_utils.certificates.offline import Handover
from ansible_collections.ucops.rollout.plugins.plugin_utils.face import WindowsAction
from ansible_collections.ucops.rollout.plugins.plugin_utils.winrm.host_port import WindowsHost


class ActionModule(WindowsAction):
    argument_spec = {
        "certificate": {"type": "dict", "required": True},
        "issued": {"type": "str"},
        "chain": {"type": "list", "elements": "str", "default": []},
        "directory": {"type": "path", "aliases": ["file"]},
        "trusted_roots": {"type": "list", "elements": "str", "default": []},
        "minimum_days": {"type": "int", "default": 30},
    }
    mutually_exclusive = [("issued", "directory")]

    def work(self, host: WindowsHost, arguments: dict[str, Any], check_mode: bool) -> dict[str, Any]:
        planned = check_planned(arguments["certificate"])
        roots = [normalise_thumbprint(root, where="trusted_roots") for root in arguments["trusted_roots"]]
        found = _found(planned, arguments)
        if found is None:
            return _without(planned, arguments, check_mode)
        now = datetime.now(timezone.utc)
        delivery = delivery_of(planned, *found, now=now, minimum_days=arguments["minimum_days"])
        result = install(host, delivery, trusted_roots=roots, check_mode=check_mode)
        state = "would_install" if check_mode and result["changed"] else "installed"
        return {**result, "state": state, "diff": _diff(result["changes"])}


def _found(
    planned: Mapping[str, Any], arguments: Mapping[str, Any]
) -> tuple[X509Certificate, tuple[X509Certificate, ...]] | None:
    if arguments["directory"]:
        return Handover(arguments["directory"], planned).issued()
    if not arguments["issued"]:
        return None
    certificate = load_certificate(arguments["issued"], where="issued")
    chain = load_certificates("\n".join(arguments["chain"]), where="chain") if arguments["chain"] else ()
    return certificate, chain


def _without(planned: Mapping[str, Any], arguments: Mapping[str, Any], check_mode: bool) -> dict[str, Any]:
    """Nothing to install yet: it waits in offline mode, or is only planned in check mode."""
    if not arguments["directory"] and not check_mode:
        raise RolloutError("neither issued nor directory was given", where=f"certificate {planned['id']}")
    planned_only = not arguments["directory"]
    changes = [{"verb": "create", "store": "MY", "thumbprint": None, "subject": planned["subject"]["common_name"]}]
    return {
        "changed": planned_only,
        "state": "would_install" if planned_only else "waiting",
        "thumbprint": None,
        "changes": changes if planned_only else [],
        "diff": _diff(changes if planned_only else []),
    }


def _diff(changes: list[dict[str, Any]]) -> dict[str, str]:
    lines = [f"{change['store']} {change['thumbprint'] or '(planned)'} {change['subject']}\n" for change in changes]
    return {"before": "", "after": "".join(lines)}
