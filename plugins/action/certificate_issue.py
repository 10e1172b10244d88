# Copyright: (c) 2026, The ucops.rollout developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Action plugin of ``ucops.rollout.certificate_issue``; see plugins/modules for its documentation."""

from __future__ import annotations

from datetime import datetime, timezone
from typing import Any

from ansible_collections.ucops.rollout.plugins.module_utils.codec import from_plain
from ansible_collections.ucops.rollout.plugins.module_utils.errors import RolloutError
from ansible_collections.ucops.rollout.plugins.module_utils.model import PlannedCertificate, certificate_from_plain
from ansible_collections.ucops.rollout.plugins.module_utils.values import CaConfig, Thumbprint
from ansible_collections.ucops.rollout.plugins.plugin_utils.certificates.adcs import AdcsAuthority
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
        planned = certificate_from_plain(arguments["certificate"])
        order = order_of(
            planned,
            arguments["request"],
            arguments["public_key"],
            now=datetime.now(timezone.utc),
            minimum_days=arguments["minimum_days"],
            check_mode=check_mode,
        )
        roots = from_plain(tuple[Thumbprint, ...], arguments["trusted_roots"], where="trusted_roots")
        return issue(AdcsAuthority(host, _ca(planned)), order, trusted_roots=roots).to_result()


def _ca(planned: PlannedCertificate) -> CaConfig:
    ca = planned.issuer.ca
    if isinstance(ca, CaConfig):
        return ca
    raise RolloutError(
        f"the issuer '{planned.issuer.name}' names no CA that can be reached",
        where=f"certificate {planned.id}: issuer",
        mend=r"Give `ca` at the issuer in the topology, such as ca01.company.local\Company CA",
    )
