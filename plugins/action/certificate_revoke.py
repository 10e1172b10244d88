# Copyright: (c) 2026, The ucops.rollout developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Action plugin of ``ucops.rollout.certificate_revoke``; see plugins/modules for its documentation."""

from __future__ import annotations

import re
from typing import Any

from ansible_collections.ucops.rollout.plugins.module_utils.certificates.authority_port import REVOCATION_REASONS
from ansible_collections.ucops.rollout.plugins.module_utils.errors import RolloutError
from ansible_collections.ucops.rollout.plugins.module_utils.values import CaConfig
from ansible_collections.ucops.rollout.plugins.module_utils.windows.codes import as_said
from ansible_collections.ucops.rollout.plugins.plugin_utils.certificates.adcs import AdcsAuthority
from ansible_collections.ucops.rollout.plugins.plugin_utils.certificates.revoking import (
    Revocable,
    revocation_result,
    revoke_all,
)
from ansible_collections.ucops.rollout.plugins.plugin_utils.face import WindowsAction
from ansible_collections.ucops.rollout.plugins.plugin_utils.winrm.host_port import WindowsHost

_SERIAL = re.compile(r"[0-9a-f]{1,40}")
_KEY = re.compile(r"[0-9a-f]{64}")
_CERTIFICATE = {
    "serial_number": {"type": "str", "required": True},
    "public_key": {"type": "str", "required": True, "no_log": False},
}


class ActionModule(WindowsAction):
    argument_spec = {
        "ca": {"type": "str", "required": True},
        "certificates": {"type": "list", "elements": "dict", "required": True, "options": _CERTIFICATE},
        "reason": {"type": "str", "choices": list(REVOCATION_REASONS), "default": "superseded"},
        "fail": {"type": "bool", "default": True},
    }

    def work(self, host: WindowsHost, arguments: dict[str, Any], check_mode: bool) -> dict[str, Any]:
        authority = AdcsAuthority(host, CaConfig(arguments["ca"]))
        wanted = tuple(dict.fromkeys(map(_revocable, arguments["certificates"])))
        states = revoke_all(authority, wanted, arguments["reason"], check_mode=check_mode)
        result = revocation_result(authority, states)
        told = [one.message for one in states if one.state == "failed"]
        failure = {"failed": True, "msg": "\n".join(told)} if told and arguments["fail"] else {}
        return {**result, **failure}


def _revocable(given: dict[str, Any]) -> Revocable:
    serial, key = given["serial_number"].lower(), given["public_key"].lower()
    if not _SERIAL.fullmatch(serial):
        raise RolloutError(f"'{as_said(serial, 80)}' is no serial number in hexadecimal digits", where="certificates")
    if not _KEY.fullmatch(key):
        raise RolloutError(
            f"'{as_said(key, 80)}' is no public key as certificate_info returns it", where="certificates"
        )
    return Revocable(serial, key)
