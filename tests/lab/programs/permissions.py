# Copyright: (c) 2026, The ucops.rollout developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""icacls and dsacls: of what they grant, listing the folder Temp of Windows and enrolling by a template."""

from __future__ import annotations

import dataclasses
import re

from lab.access.files import TEMP
from lab.accounts import sid_of
from lab.programs.process import Process
from lab.roles.ca import CertificateAuthority

_TEMPLATE = re.compile(
    r"CN=(?P<name>[^,]+),CN=Certificate Templates,CN=Public Key Services,CN=Services,CN=Configuration,"
    r"(?P<domain>DC=.+)",
    re.IGNORECASE,
)
_LISTING = ("R", "RX", "M", "F", "RD")


def run_icacls(process: Process) -> int:
    """`icacls FOLDER /grant ACCOUNT:(RX)`, of %SystemRoot%\\Temp alone."""
    arguments = process.arguments
    if len(arguments) != 3 or arguments[1].lower() != "/grant" or ":" not in arguments[2]:
        process.complain("lab: icacls is modelled with one /grant")
        return 1
    if process.files.absolute(arguments[0], process.directory).upper() != TEMP:
        process.complain("lab: icacls is modelled for the folder Temp of Windows")
        return 1
    if not process.session.account.administrator:
        process.complain(f"{arguments[0]}: {process.texts.error(5)}")
        return 5
    account, _colon, rights = arguments[2].rpartition(":")
    given = re.findall(r"[A-Z]+", rights.upper().rpartition("(")[2])
    if any(one in _LISTING for one in given):
        process.machine.access.temp_listers.add(sid_of(process.machine.estate.domain, account))
    process.print(f"processed file: {arguments[0]}")
    process.print("Successfully processed 1 files; Failed processing 0 files")
    return 0


def run_dsacls(process: Process) -> int:
    """`dsacls TEMPLATE /G ACCOUNT:CA;Enroll ACCOUNT:GR`: rights on a certificate template in the directory."""
    arguments = process.arguments
    estate = process.machine.estate
    found = _TEMPLATE.fullmatch(arguments[0]) if len(arguments) > 2 and arguments[1].upper() == "/G" else None
    if found is None:
        process.complain("lab: dsacls is modelled with /G, for certificate templates")
        return 1
    domain = ".".join(part.partition("=")[2] for part in found["domain"].split(","))
    owners = ("Domain Admins", "Enterprise Admins")
    if not process.session.account.administrator or not set(owners) & set(process.session.account.groups):
        process.print("Access is denied.")
        return 5
    known = [one.role(CertificateAuthority) for one in estate.machines.values()]
    holding = [one for one in known if one is not None and one.enterprise and found["name"] in one.templates]
    if domain.casefold() != estate.domain.casefold() or not holding:
        process.print("The specified directory service attribute or value does not exist.")
        return 1
    for grant in arguments[2:]:
        account, _colon, rights = grant.rpartition(":")
        if rights.upper() == "CA;ENROLL":
            for one in holding:
                held = one.templates[found["name"]]
                one.templates[found["name"]] = dataclasses.replace(held, enroll=(*held.enroll, account))
    process.print("The command completed successfully")
    return 0
