# Copyright: (c) 2026, The ucops.rollout developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the hex codes of certreq, certutil and AD CS mean, and what to do then.

Codes are the only part of these programs' output that does not depend on the language of the server.
"""

from __future__ import annotations

import re

RPC_UNAVAILABLE = 0x800706BA
ADMIN_DENIED = 0x80094014
ACCESS_DENIED = 0x80070005

# code: (what it means, what to do). From winerror.h as Microsoft documents it.
_MEANINGS = {
    0x80094001: (
        "the CA refuses the subject of the request, or finds its names too long",
        "Use a template whose subject is supplied in the request. A subject that is longer than the CA takes has this"
        " code too: see what the CA says",
    ),
    0x80094003: ("the request's state does not allow this", "Look at the request in the CA's console"),
    0x80094004: ("the CA's database holds no such request", "Look at the request in the CA's console"),
    0x80094012: (
        "the template's permissions do not let this account enrol",
        "Give the account that logs on to the CA the permissions Read and Enroll on the template (8 of"
        ' docs/prerequisites.md, "Rights")',
    ),
    ADMIN_DENIED: (
        "an officer of the CA denied the request",
        "Settle it with the CA's officers",
    ),
    0x80094800: (
        "the CA does not offer this template",
        "Check the template's name (the name, not the display name) and that it is published at this CA"
        " (certutil -CATemplates)",
    ),
    0x80094801: (
        "the request names no template, and an enterprise CA needs one",
        "Give `template` at the issuer in the topology",
    ),
    0x80094802: ("the request names two templates that contradict each other", "Name one template only"),
    0x80094804: (
        "the template wants an issuance policy that the request does not have",
        "Use a template without issuance requirements, such as WebServer",
    ),
    0x80094808: (
        "the template wants signatures of others under the request, and it has none",
        "Use a template whose issuance requirements ask for no authorized signatures, such as WebServer",
    ),
    0x8009480F: (
        "the template builds the subject from Active Directory, and this account has no DNS name there",
        "Use a template whose subject is supplied in the request, such as WebServer",
    ),
    0x80094811: (
        "the key is shorter than the template's minimum",
        "Plan a longer key, or lower the template's minimum key size",
    ),
    0x80094812: (
        "the template builds the subject from Active Directory, and this account has no e-mail name there",
        "Use a template whose subject is supplied in the request, such as WebServer",
    ),
    ACCESS_DENIED: (
        "access denied",
        "The account needs Read and Request Certificates at the CA (7 of docs/prerequisites.md, 'Rights'), and Read and"
        " Enroll on the template (8); the CA must be reached on a WinRM connection of its own, not through another"
        " server. A program that asks no CA is refused to who is no administrator of the server, or by security"
        " software",
    ),
    0x80070002: (
        "a file is not there",
        "What this collection writes is read back before a program is told of it: if it was such a file, security"
        " software probably removed it. Allow files of this account in the Temp folder of Windows",
    ),
    0x80070050: ("the file exists already", "Delete what an earlier run left in the temporary folder"),
    RPC_UNAVAILABLE: (
        "the CA's service does not answer (RPC server unavailable)",
        "Start the service CertSvc on the CA and check its name in the topology",
    ),
    0x80092012: (
        "a certificate above the CA names no place of its revocation list, or none that can be checked",
        "See on the CA whether its own chain can be checked (certutil -verify -urlfetch on its certificate)",
    ),
    0x80092013: (
        "the CA cannot reach a revocation list that it must check",
        "Publish the revocation lists of the CAs above it (certutil -crl), then run again",
    ),
    0x80092004: ("there is no outstanding request with this certificate's key", "Ask for a new certificate"),
    0x800B0101: (
        "a certificate of the CA has expired or is not valid yet, by the CA's clock",
        "See the dates of the CA's own certificates (certutil -verify) and its clock (w32tm /query /status); renew the"
        " CA's certificate where it has run out",
    ),
    0x800B0109: (
        "the chain ends in a root certificate that this server does not trust",
        "Add the root, or give its thumbprint in the trusted roots",
    ),
    0x800B010A: (
        "the chain to the root cannot be built on this server",
        "Check the intermediate certificates of the CA",
    ),
    0xC80005E2: (
        "the CA's database takes nothing that long: more names than fit into one of its fields",
        "Plan fewer names in one certificate, or shorter ones",
    ),
}
_HEX = re.compile(r"0x([89a-f][0-9a-f]{7})\b", re.IGNORECASE)


def failure_codes(text: str) -> tuple[int, ...]:
    """Failure codes in a program's output (severity bit set), in their order, each once.

    A success may print some too, in the text of a warning.
    """
    return tuple(dict.fromkeys(int(digits, 16) for digits in _HEX.findall(text)))


def failure_code(exit_code: int, text: str) -> int | None:
    """The code to show for a failed program: one that is known, else the last printed, else the exit code's."""
    found = failure_codes(text)
    known = [code for code in found if code in _MEANINGS]
    if known or found:
        return (known or found)[-1]
    code = exit_code & 0xFFFFFFFF
    return code if code & 0x80000000 else None


LONGEST_SAID = 400


def as_said(text: str, most: int = LONGEST_SAID) -> str:
    """What a program of another host printed, to be shown to people: on one line, cut to a length in characters, and
    without characters that hide or turn others."""
    line = " ".join("".join(char if char.isprintable() else " " for char in text).split())
    return line if len(line) <= most else f"{line[: most - 3]}..."


def meaning(code: int | None) -> str:
    """For people: what happened, such as ``0x80094012: the template's permissions …``."""
    if code is None:
        return "no reason was given"
    return f"0x{code:08x}" + (f": {_MEANINGS[code][0]}" if code in _MEANINGS else "")


def advice(code: int | None, default: str = "") -> str:
    """What to do about it."""
    return _MEANINGS[code][1] if code in _MEANINGS else default
