# Copyright: (c) 2026, The ucops.rollout developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Action plugin of ``ucops.rollout.certificate_install``; see plugins/modules for its documentation."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timezone
from typing import Any

from ansible_collections.ucops.rollout.plugins.module_utils.certificates.authority_port import (
    ISSUED,
    AuthorityAnswer,
    answer_of_pem,
)
from ansible_collections.ucops.rollout.plugins.module_utils.certificates.x509 import load_certificates
from ansible_collections.ucops.rollout.plugins.module_utils.codec import from_plain
from ansible_collections.ucops.rollout.plugins.module_utils.errors import RolloutError
from ansible_collections.ucops.rollout.plugins.module_utils.model import PlannedCertificate, certificate_from_plain
from ansible_collections.ucops.rollout.plugins.module_utils.values import Thumbprint
from ansible_collections.ucops.rollout.plugins.plugin_utils.certificates.carrying import ExportedKey, export_from_first
from ansible_collections.ucops.rollout.plugins.plugin_utils.certificates.installing import (
    delivery_of,
    install,
    not_yet,
    planned_installation,
)
from ansible_collections.ucops.rollout.plugins.plugin_utils.certificates.issuing import collect
from ansible_collections.ucops.rollout.plugins.plugin_utils.certificates.offline import OfflineAuthority
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
        "key_from": {"type": "list", "elements": "str", "default": [], "no_log": False},
        "thumbprint": {"type": "str"},
    }
    mutually_exclusive = [("issued", "directory")]

    def work(self, host: WindowsHost, arguments: dict[str, Any], check_mode: bool) -> dict[str, Any]:
        planned = certificate_from_plain(arguments["certificate"])
        roots = from_plain(tuple[Thumbprint, ...], arguments["trusted_roots"], where="trusted_roots")
        if arguments["key_from"] and (arguments["issued"] or arguments["directory"]):
            raise RolloutError("key_from goes with neither issued nor directory", where=f"certificate {planned.id}")
        now, days, above = datetime.now(timezone.utc), arguments["minimum_days"], arguments["chain"]
        if arguments["key_from"] and not check_mode:
            # Both in one step: Ansible keeps what a task returns or is given, and shows it to callbacks.
            exported = self._exported(planned, arguments, now)
            brought = AuthorityAnswer(None, ISSUED, exported.certificate, exported.chain)
            delivery = delivery_of(planned, brought, now=now, minimum_days=days, key=exported.key)
            return install(host, delivery, trusted_roots=roots).to_result()
        authority = OfflineAuthority(arguments["directory"]) if arguments["directory"] else None
        answer = collect(authority, planned) if authority else _given(planned, arguments, check_mode)
        if answer is None:
            if authority is not None:
                return not_yet().to_result()
            return planned_installation(
                host,
                planned,
                load_certificates("\n".join(above), where="chain") if above else (),
                now=now,
                trusted_roots=roots,
                with_key=bool(arguments["key_from"]),
            ).to_result()
        delivery = delivery_of(planned, answer, now=now, minimum_days=days)
        return install(host, delivery, trusted_roots=roots, check_mode=check_mode).to_result()

    def _exported(self, planned: PlannedCertificate, arguments: Mapping[str, Any], now: datetime) -> ExportedKey:
        """The certificate with its key from the first of the hosts that gives it away; else why the first does not."""
        if not arguments["thumbprint"]:
            raise RolloutError(
                "key_from was given without thumbprint, so it is not known which certificate to bring",
                where=f"certificate {planned.id}",
            )
        return export_from_first(
            self.open_other_host,
            arguments["key_from"],
            planned,
            Thumbprint(arguments["thumbprint"]),
            now=now,
            minimum_days=arguments["minimum_days"],
        )


def _given(planned: PlannedCertificate, arguments: Mapping[str, Any], check_mode: bool) -> AuthorityAnswer | None:
    """What an earlier task brought from the authority; None for a certificate that is only planned yet."""
    if not arguments["issued"]:
        if check_mode:
            return None
        raise RolloutError("neither issued nor directory was given", where=f"certificate {planned.id}")
    return answer_of_pem(arguments["issued"], arguments["chain"])
