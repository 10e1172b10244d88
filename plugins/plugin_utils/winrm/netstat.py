# Copyright: (c) 2026, The ucops.rollout developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Which TCP ports a Windows host listens on, as its own netstat tells: no firewall between hides them."""

from __future__ import annotations

from collections.abc import Iterator

from ansible_collections.ucops.rollout.plugins.module_utils.errors import RolloutError
from ansible_collections.ucops.rollout.plugins.plugin_utils.winrm.host_port import WindowsHost
from ansible_collections.ucops.rollout.plugins.plugin_utils.winrm.soap import GarbledAnswer

# Also the sockets of IPv6 that take IPv4; numbers, and no names of ports.
COMMAND = ("netstat", "-an")
# The far end of a socket that listens. The word for its state is in the host's language.
_NOBODY = frozenset({"0.0.0.0:0", "[::]:0"})


def listening_ports(host: WindowsHost) -> frozenset[int]:
    """The TCP ports on which something on the host listens, at whatever address.

    Raises RolloutError where netstat fails, and GarbledAnswer where it names none: WinRM itself listens.
    """
    result = host.programs.run(COMMAND)
    if result.exit_code != 0:
        raise RolloutError(f"netstat failed with exit code {result.exit_code}: {result.text[:300]}", where=host.name)
    found = frozenset(_ports(result.stdout.decode("ascii", errors="replace")))
    if not found:
        raise GarbledAnswer(f"netstat names no port that is listened on: {result.text[:300]!r}", where=host.name)
    return found


def _ports(text: str) -> Iterator[int]:
    for line in text.splitlines():
        protocol, local, far = [*line.split(), "", "", ""][:3]
        port = local.rpartition(":")[2]
        if protocol.upper() == "TCP" and far in _NOBODY and port.isascii() and port.isdigit():
            yield int(port)
