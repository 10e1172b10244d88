# Copyright: (c) 2026, The ucops.rollout developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Where http.sys binds certificates: addresses, host names (from Windows Server 2012 on), the central store; with a
port. And which of them a client meets first. Pure."""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass

from ansible_collections.ucops.rollout.plugins.module_utils import names
from ansible_collections.ucops.rollout.plugins.module_utils.errors import RolloutError
from ansible_collections.ucops.rollout.plugins.plugin_utils.winrm.registry_port import BINARY, NUMBER, STRING, Branch

_PARAMETERS = "SYSTEM\\CurrentControlSet\\Services\\HTTP\\Parameters"
BINDINGS = f"{_PARAMETERS}\\SslBindingInfo"
# The key of each kind below HKEY_LOCAL_MACHINE, and the word of netsh for it.
ADDRESS, NAME, CENTRAL = "ipport", "hostnameport", "ccs"
KEYS = {ADDRESS: BINDINGS, NAME: f"{_PARAMETERS}\\SslSniBindingInfo", CENTRAL: f"{_PARAMETERS}\\SslCcsBindingInfo"}

# All that a binding holds: what is read of a machine's bindings.
SURVEYED_BINDINGS = tuple(
    Branch(
        key,
        below=(
            *((name, BINARY) for name in ("SslCertHash", "AppId")),
            *((name, STRING) for name in ("SslCertStoreName", "DefaultSslCtlIdentifier", "DefaultSslCtlStoreName")),
            ("DefaultFlags", NUMBER),
            ("DefaultSslCertCheckMode", NUMBER),
            ("DefaultSslRevocationFreshnessTime", NUMBER),
            ("DefaultSslRevocationUrlRetrievalTimeout", NUMBER),
        ),
        above=(_PARAMETERS,),
    )
    for key in KEYS.values()
)

_WILDCARDS = ("0.0.0.0", "[::]")


@dataclass(frozen=True, slots=True)
class BindingPlace:
    """One place of a binding. ``kind``: a key of ``KEYS``; ``text``: its name in the registry, such as
    ``0.0.0.0:443``, ``www.company.com:443``, or ``443`` for the central store."""

    kind: str
    text: str

    def __str__(self) -> str:
        return f"ccs:{self.text}" if self.kind == CENTRAL else self.text

    @property
    def key(self) -> str:
        return f"{KEYS[self.kind]}\\{self.text}"

    @property
    def tag(self) -> str:
        """The word for netsh."""
        return f"{self.kind}={self.text}"

    @property
    def host(self) -> str:
        """Address or name; empty for the central store."""
        return self.text.rpartition(":")[0]

    @property
    def port(self) -> str:
        return self.text.rpartition(":")[2]

    @property
    def port_number(self) -> int:
        """The port; 0 for the name of a key that is no place of a binding."""
        port = self.port
        return int(port) if port.isascii() and port.isdigit() and len(port) <= 5 else 0

    def shadows(self, other: BindingPlace) -> bool:
        """Whether clients of the address ``other`` meet this one: exact addresses come first, then names, then the
        central store, then all addresses; those who come by IPv6 never meet 0.0.0.0."""
        if self.port != other.port or self == other or other.host not in _WILDCARDS:
            return False
        return self.kind != ADDRESS or other.host == "0.0.0.0" or (self.host.startswith("[") and self.host != "[::]")


def endpoint_of(address: str, port: int) -> str:
    """``address:port`` as http.sys writes it; an IPv6 address goes into brackets."""
    try:
        parsed = ipaddress.ip_address(address.strip("[]"))
    except ValueError as error:
        raise RolloutError(f"'{address}' is no IP address", where="address") from error
    if not 0 < port < 65536:
        raise RolloutError(f"{port} is no port", where="port")
    return f"[{parsed}]:{port}" if parsed.version == 6 else f"{parsed}:{port}"


def parsed_endpoint(text: str) -> BindingPlace:
    """``address:port`` or ``name:port`` that a person wrote; whatever else is refused, before it nears a command."""
    host, colon, port = text.rpartition(":")
    if not colon or not (port.isascii() and port.isdigit()) or len(port) > 5:
        raise RolloutError(f"'{text}' is no address:port and no name:port", where="also")
    try:
        return BindingPlace(ADDRESS, endpoint_of(host, int(port)))
    except RolloutError:
        if not 0 < int(port) < 65536:
            raise
    return BindingPlace(NAME, f"{names.host(host)}:{int(port)}")
