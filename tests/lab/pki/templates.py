# Copyright: (c) 2026, The ucops.rollout developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Certificate templates: those that come with Windows, and those of the estate file."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from cryptography import x509
from cryptography.x509.oid import ExtendedKeyUsageOID


@dataclass(frozen=True)
class Template:
    """A certificate template. `enroll` and `deny` name accounts, groups, or `Authenticated Users`; `signatures`: of how
    many others a request needs one."""

    name: str
    display_name: str = ""
    supply_in_request: bool = False
    subject: str = "computer"
    enroll: tuple[str, ...] = ()
    minimum_key: int = 1024
    validity_days: float = 730
    backdate_days: float = 0
    version: int = 1
    oid: str = "1.3.6.1.4.1.311.21.8.1234567.1"
    key_usage: int = 0xA0
    extended_key_usage: tuple[str, ...] = (ExtendedKeyUsageOID.SERVER_AUTH.dotted_string,)
    pending: bool = False
    deny: tuple[str, ...] = ()
    signatures: int = 0
    providers: tuple[str, ...] = (
        "Microsoft RSA SChannel Cryptographic Provider", "Microsoft DH SChannel Cryptographic Provider",
    )  # fmt: skip


BUILT_IN = {
    "WebServer": Template("WebServer", "Web Server", True, enroll=("Domain Admins", "Enterprise Admins")),
    "Machine": Template(
        "Machine", "Computer", enroll=("Domain Admins", "Enterprise Admins", "Domain Computers"), validity_days=365,
        extended_key_usage=(
            ExtendedKeyUsageOID.CLIENT_AUTH.dotted_string, ExtendedKeyUsageOID.SERVER_AUTH.dotted_string,
        ),
    ),
    "User": Template(
        "User", "User", subject="user", enroll=("Domain Admins", "Domain Users"), validity_days=365,
        extended_key_usage=(ExtendedKeyUsageOID.CLIENT_AUTH.dotted_string,),
    ),
}  # fmt: skip


def templates_of(given: Mapping[str, Any] | list[str] | None) -> dict[str, Template]:
    """Those of a CA's settings: names of built-in ones, or mappings of what differs; all built-in ones for None."""
    if given is None:
        return dict(BUILT_IN)
    items = given.items() if isinstance(given, Mapping) else [(name, {}) for name in given]
    return {name: _template(name, values or {}) for name, values in items}


def _template(name: str, values: Mapping[str, Any]) -> Template:
    known = BUILT_IN.get(name, Template(name))
    changes = {key: tuple(value) if isinstance(value, list) else value for key, value in values.items()}
    return Template(**{**asdict(known), **changes, "name": name})


def as_requested(request: x509.CertificateSigningRequest) -> Template:
    """What a standalone CA issues by: no template, but the usages that the request asks for, for a year."""
    try:
        asked = request.extensions.get_extension_for_class(x509.ExtendedKeyUsage).value
    except x509.ExtensionNotFound:
        asked = x509.ExtendedKeyUsage([])
    usages = tuple(usage.dotted_string for usage in asked)
    return Template("", supply_in_request=True, extended_key_usage=usages, validity_days=365)
