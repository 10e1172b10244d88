# Copyright: (c) 2026, The ucops.rollout developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a certificate template demands, from what ``certutil -v -template NAME`` prints of it.

Names of properties and flags, numbers, object identifiers and the security descriptor are in no language; everything
else there is, and is not read. What is not there, or not in this form, is not known.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass

# CT_FLAG_ENROLLEE_SUPPLIES_SUBJECT of msPKI-Certificate-Name-Flag, CT_FLAG_PEND_ALL_REQUESTS of
# msPKI-Enrollment-Flag (MS-CRTD sections 2.26 and 2.28).
ENROLLEE_SUPPLIES_SUBJECT = 0x1
PEND_ALL_REQUESTS = 0x2

_PROPERTY = re.compile(r"[ \t]*TemplateProp([A-Za-z0-9]+)[ \t]*=[ \t]*(.*)")
_NUMBER = re.compile(r"([0-9a-f]{1,8})(?:[ \t]+\((-?\d{1,11})\))?[ \t]*")
_OID = re.compile(r"[ \t]+((?:[0-2])(?:\.\d{1,10}){2,20})(?:[ \t].*)?")
_LISTED = re.compile(r"[ \t]+\d{1,3}:[ \t](.*\S)[ \t]*")


@dataclass(frozen=True, slots=True)
class CertificateTemplate:
    """A template as its CA's host knows it; None where the host does not say. ``minimum_key`` in bits.

    ``security``: its security descriptor in SDDL. ``providers``: by name, those that a request by hand offers.
    """

    name: str
    schema_version: int | None = None
    minimum_key: int | None = None
    signatures: int | None = None
    enrolment_flags: int | None = None
    name_flags: int | None = None
    usages: tuple[str, ...] | None = None
    providers: tuple[str, ...] | None = None
    security: str = ""

    @property
    def takes_names(self) -> bool | None:
        """Whether the names of a certificate are those of its request."""
        return None if self.name_flags is None else bool(self.name_flags & ENROLLEE_SUPPLIES_SUBJECT)

    @property
    def waits(self) -> bool | None:
        """Whether each request waits for an officer."""
        return None if self.enrolment_flags is None else bool(self.enrolment_flags & PEND_ALL_REQUESTS)


def parse_template(text: str, name: str) -> CertificateTemplate | None:
    """The template of that name; None where the text is not of it."""
    found = _properties(text.splitlines(), name)
    if found is None:
        return None
    return CertificateTemplate(
        name=name,
        schema_version=_number(found, "SchemaVersion"),
        minimum_key=_number(found, "MinimumKeySize"),
        signatures=_number(found, "RASignatureCount"),
        enrolment_flags=_number(found, "EnrollmentFlags"),
        name_flags=_number(found, "SubjectNameFlags"),
        usages=_matches(found, "EKUs", _OID),
        providers=_matches(found, "CryptoProviders", _LISTED),
        security=found.get("SecurityDescriptor", [""])[0].strip(),
    )


def _properties(lines: Sequence[str], name: str) -> dict[str, list[str]] | None:
    """The lines of each property, the first what stands behind its sign. A common name begins a template."""
    templates: list[dict[str, list[str]]] = []
    block: list[str] = []
    for line in lines:
        head = _PROPERTY.fullmatch(line)
        if head is None:
            block.append(line)
            continue
        if head[1] == "CommonName" or not templates:
            templates.append({})
        block = [head[2]]
        # Of a property that stands there twice nothing is known.
        templates[-1][head[1]] = block if head[1] not in templates[-1] else []
    wanted = name.casefold()
    ours = [one for one in templates if one.get("CommonName", [""])[:1] and _named(one).casefold() == wanted]
    return ours[0] if len(ours) == 1 else None


def _named(properties: dict[str, list[str]]) -> str:
    return "".join(properties.get("CommonName", [])[:1]).strip()


def _number(properties: dict[str, list[str]], name: str) -> int | None:
    """``800 (2048)``: hexadecimal, and decimal where that looks different."""
    match = _NUMBER.fullmatch("".join(properties.get(name, [])[:1]).strip())
    if match is None:
        return None
    value = int(match[1], 16)
    return value if match[2] is None or int(match[2]) & 0xFFFFFFFF == value else None


def _matches(properties: dict[str, list[str]], name: str, pattern: re.Pattern[str]) -> tuple[str, ...] | None:
    if name not in properties:
        return None
    return tuple(match[1] for line in properties[name][1:] if (match := pattern.fullmatch(line)))


# --- who may enrol --------------------------------------------------------------------------------------------------

# The extended right Certificate-Enrollment (MS-CRTD section 2.5), and all extended rights.
ENROLL = "0e10c968-78fb-11d2-90d4-00c04f79dc55"
_ANY_RIGHT = ("", "00000000-0000-0000-0000-000000000000")
_CONTROL_ACCESS, _GENERIC_ALL = 0x100, 0x10000000
# Well-known trustees of SDDL (MS-DTYP section 2.5.1.1); those of a domain by their last part.
_TRUSTEES = {
    "WD": "S-1-1-0", "AN": "S-1-5-7", "AU": "S-1-5-11", "NU": "S-1-5-2", "IU": "S-1-5-4", "SU": "S-1-5-6",
    "SY": "S-1-5-18", "LS": "S-1-5-19", "NS": "S-1-5-20", "ED": "S-1-5-9", "PS": "S-1-5-10", "CO": "S-1-3-0",
    "BA": "S-1-5-32-544", "BU": "S-1-5-32-545", "BG": "S-1-5-32-546", "AO": "S-1-5-32-548", "SO": "S-1-5-32-549",
}  # fmt: skip
_OF_A_DOMAIN = {
    "LA": 500, "LG": 501, "DA": 512, "DU": 513, "DG": 514, "DC": 515, "DD": 516, "CA": 517, "SA": 518, "EA": 519,
    "PA": 520, "RO": 498,
}  # fmt: skip
_ACE = re.compile(r"\(([A-Z]{1,2});([A-Z]*);([^;()]*);([^;()]*);([^;()]*);([A-Za-z0-9-]+)(?:;[^()]*)?\)")
_DACL = re.compile(r"D:[A-Z]*((?:\([^()]*\))*)(?:S:.*)?$")
_SID = re.compile(r"S-1(?:-\d{1,15}){2,16}")


def may_enrol(security: str, sids: Collection[str]) -> bool | None:
    """Whether who has these SIDs may enrol by a security descriptor in SDDL; None where that cannot be told.

    The first entry that speaks of the right decides, as Windows goes through them.
    """
    dacl = _DACL.search(security)
    if dacl is None or not sids:
        return None
    certain = True
    for entry in re.findall(r"\([^()]*\)", dacl[1]):
        ace = _ACE.fullmatch(entry)
        if ace is None:
            certain = False
            continue
        kind, flags, rights, right, _inherited, trustee = ace.groups()
        if "IO" in re.findall("..", flags) or not _grants(rights, right.lower()):
            continue
        ours = _is_ours(trustee, sids)
        if ours and kind in ("A", "OA", "D", "OD"):
            return (kind in ("A", "OA")) if certain else None
        certain = certain and ours is not None and kind in ("A", "OA", "D", "OD")
    return False if certain else None


def _grants(rights: str, right: str) -> bool:
    """Whether an entry speaks of enrolment: all rights, or extended rights of every kind or of this one."""
    mask = int(rights, 16) if re.fullmatch("0x[0-9A-Fa-f]{1,8}", rights) else 0
    tokens = re.findall("..", rights) if not mask else []
    if "GA" in tokens or mask & _GENERIC_ALL:
        return True
    return ("CR" in tokens or bool(mask & _CONTROL_ACCESS)) and right in (*_ANY_RIGHT, ENROLL)


def _is_ours(trustee: str, sids: Collection[str]) -> bool | None:
    """None for a trustee that is not known."""
    if _SID.fullmatch(trustee):
        return trustee in sids
    if trustee in _TRUSTEES:
        return _TRUSTEES[trustee] in sids
    if trustee in _OF_A_DOMAIN:
        return any(sid.startswith("S-1-5-21-") and sid.endswith(f"-{_OF_A_DOMAIN[trustee]}") for sid in sids)
    return None


def parse_sids(text: str) -> frozenset[str]:
    """The SIDs in what ``whoami /user /groups /fo csv /nh`` prints: fields that are nothing but a SID."""
    return frozenset(field for field in re.findall('"([^"\r\n]*)"', text) if _SID.fullmatch(field))
