# Copyright: (c) 2026, The ucops.rollout developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What certreq and certutil have in common: finding a CA, and printing codes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lab.pki import codes
from lab.programs.process import Process
from lab.roles.ca import CertificateAuthority

if TYPE_CHECKING:
    from lab.machine import Machine


def shown_code(process: Process, code: int) -> str:
    """A code as this Windows prints it."""
    return codes.show(code, process.machine.generation.symbolic_codes)


def require_administrator(process: Process) -> None:
    """Only administrators change keys, stores and the registry. Raises `EnrolmentError`."""
    if not process.session.account.administrator:
        raise codes.EnrolmentError(codes.E_ACCESS_DENIED)


def authorities(machine: Machine) -> list[CertificateAuthority]:
    """All CAs of the estate, this machine's own first."""
    others = [one for one in machine.estate.machines.values() if one is not machine]
    found = [one.role(CertificateAuthority) for one in (machine, *others)]
    return [authority for authority in found if authority is not None]


def find_authority(machine: Machine, config: str) -> CertificateAuthority:
    """The CA of `host\\CA name`; `-` is the CA of this machine. Raises `EnrolmentError`."""
    if config == "-":
        own = machine.role(CertificateAuthority)
        if own is None:
            raise codes.EnrolmentError(codes.E_FILE_NOT_FOUND)
        return own
    host, slash, name = config.partition("\\")
    for authority in authorities(machine):
        if host.lower() in (authority.machine.fqdn.lower(), authority.machine.name.lower()):
            if slash and not authority.is_called(name):
                raise codes.EnrolmentError(codes.E_FILE_NOT_FOUND)
            return authority
    raise codes.EnrolmentError(codes.RPC_UNAVAILABLE)


def reach_authority(process: Process, config: str, *, as_computer: bool = False) -> CertificateAuthority:
    """The CA, if it can be talked to from here. Raises `EnrolmentError`."""
    authority = find_authority(process.machine, config)
    if authority.machine is not process.machine and not process.session.may_go_on and not as_computer:
        # The second hop arrives without a name.
        raise codes.EnrolmentError(codes.E_ACCESS_DENIED)
    if not authority.running:
        raise codes.EnrolmentError(codes.RPC_UNAVAILABLE)
    return authority
