# Copyright: (c) 2026, The ucops.rollout developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Action plugin of ``ucops.rollout.certificate_info``; see plugins/modules for its documentation."""

from __future__ import annotations

from datetime import datetime, timezone
from typing import Any

from ansible_collections.ucops.rollout.plugins.module_utils.codec import from_plain
from ansible_collections.ucops.rollout.plugins.module_utils.values import Thumbprint
from ansible_collections.ucops.rollout.plugins.plugin_utils.certificates.holding import read_holding
from ansible_collections.ucops.rollout.plugins.plugin_utils.certificates.stores import CertificateStores
from ansible_collections.ucops.rollout.plugins.plugin_utils.face import WindowsAction
from ansible_collections.ucops.rollout.plugins.plugin_utils.winrm.host_port import WindowsHost


class ActionModule(WindowsAction):
    argument_spec = {
        "thumbprints": {"type": "list", "elements": "str"},
        "chains": {"type": "bool", "default": False},
    }

    def work(self, host: WindowsHost, arguments: dict[str, Any], check_mode: bool) -> dict[str, Any]:
        wanted = arguments["thumbprints"]
        names = None if wanted is None else from_plain(tuple[Thumbprint, ...], wanted, where="thumbprints")
        stores = CertificateStores(host.registry, host.name)
        now = datetime.now(timezone.utc)
        return read_holding(stores, names, chains=arguments["chains"], now=now, where=host.name).to_result()
