# Copyright: (c) 2026, The ucops.rollout developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A server that takes dynamic updates, as a task's arguments or a host's variables give it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ansible_collections.ucops.rollout.plugins.module_utils.dns.gss_tsig import signed_by_kerberos
from ansible_collections.ucops.rollout.plugins.module_utils.dns.rfc2136 import Signer, UpdatedServer, signed_by_key
from ansible_collections.ucops.rollout.plugins.module_utils.errors import RolloutError
from ansible_collections.ucops.rollout.plugins.module_utils.proof.dns_ask import NameServer, parse_servers

_SERVER = {
    "address": {"type": "str", "required": True},
    "name": {"type": "str"},
    "port": {"type": "int", "default": 53},
    "windows": {"type": "bool", "default": False},
}
_KEY = {
    "name": {"type": "str", "required": True},
    "secret": {"type": "str", "required": True, "no_log": True},
    "algorithm": {
        "type": "str",
        "default": "hmac-sha256",
        "choices": [
            "hmac-sha256",
            "hmac-sha384",
            "hmac-sha512",
            "hmac-sha224",
            "hmac-sha1",
            "hmac-md5.sig-alg.reg.int",
        ],
    },
}
_KERBEROS = {
    "principal": {"type": "str", "default": ""},
    "password": {"type": "str", "default": "", "no_log": True},
}
# How it is reached, and who signs.
ARGUMENTS: dict[str, Any] = {
    "server": {"type": "dict", "required": True, "options": _SERVER},
    "key": {"type": "dict", "options": _KEY, "no_log": False},
    "kerberos": {"type": "dict", "options": _KERBEROS},
    "timeout": {"type": "float", "default": 10.0},
}
EXCLUSIVE = [("key", "kerberos")]


def updated_server(given: Mapping[str, Any]) -> UpdatedServer:
    """The server of checked ``ARGUMENTS``; raises RolloutError where it or its key cannot be used."""
    server = {name: value for name, value in given["server"].items() if name != "windows"}
    (found,) = parse_servers([server])
    if found.problem:
        raise RolloutError(found.problem, where="server.address", mend="Give its IP address")
    signer = _signer(given, found)
    stamps = given["server"]["windows"] or given["kerberos"] is not None
    return UpdatedServer(found.name, found.address, found.port, signer, given["timeout"], stamps=stamps)


def _signer(given: Mapping[str, Any], server: NameServer) -> Signer:
    key, kerberos = given["key"], given["kerberos"]
    if kerberos is not None:
        if server.name == server.address:
            raise RolloutError("missing", where="server.name", mend="Kerberos needs the DNS server's own full name")
        return signed_by_kerberos(server.name, server.address, server.port, given["timeout"], **kerberos)
    return signed_by_key(key["name"], key["secret"], key["algorithm"]) if key else Signer()
