# Copyright: (c) 2026, The ucops.rollout developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""certutil -template: the properties of a template, by the names that its interface has for them."""

from __future__ import annotations

from lab.accounts import sid_of
from lab.pki import codes
from lab.pki.templates import Template
from lab.programs.arguments import CommandLine
from lab.programs.certutil.common import operand
from lab.programs.enrolment import authorities
from lab.programs.process import Process

_ENROLL = "0e10c968-78fb-11d2-90d4-00c04f79dc55"
_FULL_CONTROL = "CCDCLCSWRPWPDTLOCRSDRCWDWO"
_NAME_FLAGS = (
    ("CT_FLAG_ENROLLEE_SUPPLIES_SUBJECT", 1),
    ("CT_FLAG_ADD_EMAIL", 2),
    ("CT_FLAG_OLD_CERT_SUPPLIES_SUBJECT_AND_ALT_NAME", 8),
    ("CT_FLAG_SUBJECT_ALT_REQUIRE_DNS", 0x8000000),
)
_ENROLMENT_FLAGS = (
    ("CT_FLAG_INCLUDE_SYMMETRIC_ALGORITHMS", 1),
    ("CT_FLAG_PEND_ALL_REQUESTS", 2),
    ("CT_FLAG_PUBLISH_TO_DS", 8),
    ("CT_FLAG_AUTO_ENROLLMENT", 0x20),
)


def template(process: Process, line: CommandLine) -> None:
    """-template NAME: in full with -v. Raises `EnrolmentError` where there is none of that name."""
    wanted = operand(line, 0).lower()
    known = [one for ca in authorities(process.machine) for one in ca.templates.values() if one.name.lower() == wanted]
    if not known:
        raise codes.EnrolmentError(codes.NOT_FOUND)
    process.say("template.policy")
    process.say("template.id")
    process.print("  ldap:")
    process.say("template.count", count=1)
    process.print()
    process.print("  Template[0]:")
    _show(process, known[0], in_full=line.has("v"))


def _number(value: int) -> str:
    return f"{value:x} ({value})" if value > 9 else f"{value:x}"


def _show(process: Process, one: Template, *, in_full: bool) -> None:
    process.print(f"  TemplatePropCommonName = {one.name}")
    process.print(f"  TemplatePropFriendlyName = {one.display_name or one.name}")
    if not in_full:
        return
    process.print("  TemplatePropEKUs =")
    process.say("template.object_ids", count=len(one.extended_key_usage))
    for usage in one.extended_key_usage:
        process.print(f"    {usage} {process.texts.text('template.usage')}")
    process.print()
    process.print("  TemplatePropCryptoProviders =")
    for number, provider in enumerate(one.providers):
        process.print(f"    {number}: {provider}")
    process.print()
    for key, value in (
        ("MajorRevision", 4), ("SchemaVersion", one.version), ("MinorRevision", 1),
        ("RASignatureCount", one.signatures), ("MinimumKeySize", one.minimum_key),
    ):  # fmt: skip
        process.print(f"  TemplateProp{key} = {_number(value)}")
    _flags(process, "EnrollmentFlags", 2 if one.pending else 0, _ENROLMENT_FLAGS)
    _flags(process, "SubjectNameFlags", 1 if one.supply_in_request else 0x8000000, _NAME_FLAGS)
    process.print(f"  TemplatePropSecurityDescriptor = {_sddl(one, process.machine.estate.domain)}")
    process.print()
    for holder in one.enroll:
        process.say("template.allow", holder=holder)
    process.print()


def _flags(process: Process, key: str, value: int, names: tuple[tuple[str, int], ...]) -> None:
    process.print(f"  TemplateProp{key} = {_number(value)}")
    for name, bit in names:
        shown = f"{name} -- {_number(bit)}"
        process.print(f"    {shown}" if value & bit else f"    ({shown})")
    process.print()


def _sddl(one: Template, domain: str) -> str:
    """Enterprise Admins may all, who is named may enrol, whoever is logged on may read."""
    entries = [f"(OA;;RPWPCR;{_ENROLL};;{sid_of(domain, holder)})" for holder in one.enroll]
    denied = [f"(OD;;CR;{_ENROLL};;{sid_of(domain, holder)})" for holder in one.deny]
    return "".join(["O:EAG:EAD:PAI", *denied, *entries, "(A;;LCRPLORC;;;AU)"])
