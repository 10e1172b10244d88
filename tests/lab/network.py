# Copyright: (c) 2026, The ucops.rollout developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Addresses and ports: what the estate file says, and what the machine that runs the lab can offer."""

from __future__ import annotations

import ctypes
import fcntl
import ipaddress
import os
import socket
import struct
from collections.abc import Mapping
from dataclasses import dataclass, field

_CLONE_NEWUSER = 0x10000000
_CLONE_NEWNET = 0x40000000
_SIOCGIFFLAGS, _SIOCSIFFLAGS, _SIOCSIFADDR, _SIOCSIFNETMASK = 0x8913, 0x8914, 0x8916, 0x891C
_IFF_UP = 0x1
_ESTATE = ipaddress.ip_network("10.0.0.0/16")
_PORT_SHIFT = 10000

MODES = ("namespace", "loopback", "ports")


@dataclass(frozen=True)
class Network:
    """How 10.0.a.b and the ports of the estate are offered. `subnet` is the first half of the loopback addresses.

    `stand_ins`: addresses of other networks, each with the one of 10.0.0.0/16 that stands for it.
    """

    mode: str
    subnet: str = "127.31"
    stand_ins: Mapping[str, str] = field(default_factory=dict)

    def address(self, text: str) -> str:
        """The address to use for one of the estate file; other networks' without a stand-in stay as they are."""
        text = self.stand_ins.get(text, text)
        if self.mode == "namespace" or ipaddress.ip_address(text) not in _ESTATE:
            return text
        return f"{self.subnet}.{text.split('.', 2)[2]}"

    def port(self, port: int) -> int:
        """The real port for one of the estate: without privileges those below 1024 lie 10000 higher."""
        return port + _PORT_SHIFT if self.mode == "ports" and port < 1024 else port

    def port_map(self) -> dict[int, int]:
        """The ports that differ, for clients that must be told."""
        return {port: self.port(port) for port in (53, 80, 389, 443) if self.port(port) != port}


def enter_namespace() -> bool:
    """Move this process into a user and network namespace of its own; False where the system does not allow it.

    Must be called before the first thread is started. The user stays who he is.
    """
    libc = ctypes.CDLL(None, use_errno=True)
    user, group = os.geteuid(), os.getegid()
    if libc.unshare(_CLONE_NEWUSER | _CLONE_NEWNET) != 0:
        return False
    for name, text in (("setgroups", "deny"), ("uid_map", f"{user} {user} 1"), ("gid_map", f"{group} {group} 1")):
        with open(f"/proc/self/{name}", "w", encoding="ascii") as stream:
            stream.write(text)
    _raise_loopback()
    return True


def namespace_possible() -> bool:
    """Try in a child process, so that a refusal leaves this one untouched."""
    child = os.fork()
    if child == 0:
        try:
            os._exit(0 if enter_namespace() else 1)
        except BaseException:
            os._exit(2)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0


def _raise_loopback() -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as control:
        request = struct.pack("16sH14s", b"lo", 0, b"")
        flags = struct.unpack("16sH14s", fcntl.ioctl(control, _SIOCGIFFLAGS, request))[1]
        fcntl.ioctl(control, _SIOCSIFFLAGS, struct.pack("16sH14s", b"lo", flags | _IFF_UP, b""))


def add_address(address: str, number: int) -> None:
    """Give the loopback interface one more address (as alias `lo:<number>`); needs the right to configure it."""
    name = f"lo:{number}".encode()
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as control:
        for request, value in ((_SIOCSIFADDR, address), (_SIOCSIFNETMASK, "255.255.255.255")):
            packed = struct.pack("16sHH4s8s", name, socket.AF_INET, 0, socket.inet_aton(value), b"")
            fcntl.ioctl(control, request, packed)


def claim_subnet(wanted: str = "") -> tuple[str, socket.socket]:
    """A half of a loopback network (`127.x`) for one estate, and the socket that keeps others from taking it."""
    start = os.getpid() % 180
    for subnet in [wanted] if wanted else [f"127.{40 + (start + step) % 180}" for step in range(180)]:
        guard = socket.socket()
        try:
            guard.bind((f"{subnet}.255.254", GUARD_PORT))
            guard.listen(1)
        except OSError:
            guard.close()
            continue
        return subnet, guard
    raise RuntimeError(f"another estate has {wanted or 'each of the loopback networks'}")


GUARD_PORT = 5984
