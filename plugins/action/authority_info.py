# Copyright: (c) 2026, The ucops.rollout developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Action plugin of ``ucops.rollout.authority_info``; see plugins/modules for its documentation."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timezone
from typing import Any

from ansible_collections.ucops.rollout.plugins.module_utils.certificates.authority_port import (
    ISSUED,
    PENDING,
    REVOKED,
    KnownRequest,
)
from ansible_collections.ucops.rollout.plugins.module_utils.codec import from_plain, to_plain
from ansible_collections.ucops.rollout.plugins.module_utils.errors import RolloutError
from ansible_collections.ucops.rollout.plugins.module_utils.findings.run import authority_findings
from ansible_collections.ucops.rollout.plugins.module_utils.model import ERROR, PlannedCertificate
from ansible_collections.ucops.rollout.plugins.module_utils.plan.hosts import ca_host
from ansible_collections.ucops.rollout.plugins.module_utils.reading.queries import as_plan
from ansible_collections.ucops.rollout.plugins.module_utils.values import CaConfig
from ansible_collections.ucops.rollout.plugins.module_utils.windows.codes import ACCESS_DENIED, failure_codes
from ansible_collections.ucops.rollout.plugins.plugin_utils.certificates.adcs import AdcsAuthority
from ansible_collections.ucops.rollout.plugins.plugin_utils.certificates.describing import describe_authority
from ansible_collections.ucops.rollout.plugins.plugin_utils.face import WindowsAction
from ansible_collections.ucops.rollout.plugins.plugin_utils.winrm.host_port import WindowsHost


class ActionModule(WindowsAction):
    argument_spec = {
        "certificates": {"type": "list", "elements": "dict", "default": []},
        "plan": {"type": "raw"},
        "fail": {"type": "bool", "default": True},
    }
    mutually_exclusive = [("certificates", "plan")]

    def _answer(self, arguments: dict[str, Any], check_mode: bool) -> dict[str, Any]:
        # What is wrong in a plan is not the CA's fault, and fails in any case.
        known = {**arguments, "certificates": _planned(arguments)}
        try:
            return super()._answer(known, check_mode)
        except RolloutError as error:
            if arguments["fail"]:
                raise
            return {"changed": False, "serves": False, "msg": str(error)}

    def work(self, host: WindowsHost, arguments: dict[str, Any], check_mode: bool) -> dict[str, Any]:
        ours = [one for one in arguments["certificates"] if ca_host(one.issuer.ca, [host.name])]
        templates = list(dict.fromkeys(str(one.template) for one in ours if one.template))
        found = describe_authority(host, now=datetime.now(timezone.utc), planned_templates=templates)
        findings = authority_findings(found, ours)
        requests = _requests(host, ours)
        against = [str(one) for one in findings if one.severity == ERROR]
        if ACCESS_DENIED in failure_codes(requests["request_ids_problem"]):
            # Whoever does not know what was asked for before asks for nothing.
            against.append(requests["request_ids_problem"])
        return {
            "changed": False,
            "serves": not against,
            **({"failed": arguments["fail"], "msg": "\n".join(against)} if against else {}),
            **found.to_plain(),
            "findings": to_plain(findings),
            **requests,
        }


def _planned(arguments: dict[str, Any]) -> tuple[PlannedCertificate, ...]:
    if arguments["plan"] is not None:
        return as_plan(arguments["plan"]).certificates
    return from_plain(tuple[PlannedCertificate, ...], arguments["certificates"], where="certificates")


def _requests(host: WindowsHost, planned: Sequence[PlannedCertificate]) -> dict[str, Any]:
    """What became of the requests of each key: one look at the database for all common names."""
    names: dict[str, list[str]] = {}
    for one in planned:
        names.setdefault(one.issuer.ca, []).append(one.common_name)
    try:
        found = [AdcsAuthority(host, CaConfig(ca)).requests_for(names[ca]) for ca in names]
        known = [row for rows in found for of_name in rows.values() for row in of_name]
    except RolloutError as error:
        return {"request_ids": {}, "pending_ids": {}, "revoked_ids": {}, "request_ids_problem": str(error)}
    issued, revoked = _ids(known, ISSUED), _ids(known, REVOKED)
    return {
        "request_ids": issued,
        "pending_ids": _ids(known, PENDING),
        # Of a key that has both nobody knows here which certificate is meant.
        "revoked_ids": {key: number for key, number in revoked.items() if key not in issued},
        "request_ids_problem": "",
    }


def _ids(known: Sequence[KnownRequest], disposition: int) -> dict[str, int | None]:
    """Of one key the newest request counts, and comes first."""
    return {row.request.public_key: row.request_id for row in reversed(known) if row.disposition == disposition}
