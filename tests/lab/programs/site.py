# Copyright: (c) 2026, The ucops.rollout developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The estate's own command that assigns the Front End's certificate. It imitates no product: LcsCmd's arguments are
not known well enough to imitate."""

from __future__ import annotations

import re

from lab.programs.process import Process
from lab.roles.front_end import FrontEnd
from lab.tls import NoCertificate

USAGE = 2
NO_CERTIFICATE = 3


def run(process: Process) -> int:
    """`AssignFrontEnd.exe /thumbprint:<40 hex digits>`: the certificate must be in MY with its key."""
    front_end = process.machine.role(FrontEnd)
    arguments = process.arguments
    match = re.fullmatch(r"(?i)/thumbprint:([0-9a-f]{40})", arguments[0]) if len(arguments) == 1 else None
    if match is None or front_end is None:
        process.complain("Usage: AssignFrontEnd /thumbprint:<40 hexadecimal digits>")
        return USAGE
    if not process.session.account.administrator:
        process.complain(process.texts.error(5))
        return 5
    try:
        front_end.assign(match[1])
    except NoCertificate:
        process.complain(f"No certificate with private key: {match[1].upper()}")
        return NO_CERTIFICATE
    process.print(f"Assigned {match[1].upper()}. The service {front_end.service} uses it from its next start on.")
    return 0
