# Copyright: (c) 2026, The ucops.rollout developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The policy module of a CA: which requests are taken, by which template, and with which names."""

from __future__ import annotations

import ipaddress
import re

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.x509.oid import ExtensionOID, NameOID

from lab.pki import codes
from lab.pki.database import Row
from lab.pki.extensions import extension_of, template_in
from lab.pki.inf import InfError, san_from_text
from lab.pki.requester import Requester
from lab.pki.templates import Template

EDITF_ATTRIBUTESUBJECTALTNAME2 = 0x00040000
EDITF_DEFAULT_ENTERPRISE = 0x0011014E
DISPOSITION_ISSUE = 1
DISPOSITION_PENDING = 2
DISPOSITION_PENDING_FIRST = 0x100
EXTENSION_LIMIT = 4096
COMMON_NAME_LIMIT = 64


def parsed(request: bytes) -> x509.CertificateSigningRequest:
    """A PKCS#10 with an RSA key whose signature holds. Raises `EnrolmentError`."""
    try:
        found = x509.load_der_x509_csr(request)
        list(found.extensions)
        key = found.public_key()
    except ValueError:
        raise codes.EnrolmentError(codes.BAD_TAG) from None
    if not isinstance(key, rsa.RSAPublicKey) or found.signature_hash_algorithm is None:
        raise codes.EnrolmentError(codes.BAD_TAG)
    try:
        key.verify(found.signature, found.tbs_certrequest_bytes, padding.PKCS1v15(), found.signature_hash_algorithm)
    except Exception:
        raise codes.EnrolmentError(codes.BAD_SIGNATURE) from None
    return found


def template_of(templates: dict[str, Template], row: Row, request: x509.CertificateSigningRequest) -> Template:
    """The template that a request names, by its attribute or within. Raises `EnrolmentError`."""
    named, inside = row.attribute("CertificateTemplate"), template_in(request)
    if named and inside and named.lower() != inside.lower():
        raise codes.EnrolmentError(codes.TEMPLATE_CONFLICT)
    name = named or inside
    if not name:
        raise codes.EnrolmentError(codes.NO_TEMPLATE, "ca.no_template")
    template = next((one for key, one in templates.items() if key.lower() == name.lower()), None)
    if template is None:
        raise codes.EnrolmentError(codes.UNSUPPORTED_TEMPLATE, "ca.unsupported_template", template=name)
    return template


def check(template: Template, request: x509.CertificateSigningRequest, requester: Requester) -> None:
    """Whether the requester gets a certificate by the template for that request. Raises `EnrolmentError`."""
    if requester.among(template.deny) or not requester.among(template.enroll):
        raise codes.EnrolmentError(codes.TEMPLATE_DENIED)
    if template.signatures:
        raise codes.EnrolmentError(codes.SIGNATURE_COUNT)
    if request.public_key().key_size < template.minimum_key:  # type: ignore[union-attr]
        raise codes.EnrolmentError(codes.KEY_LENGTH)
    if not template.supply_in_request and template.subject == "computer" and not requester.dns_name:
        raise codes.EnrolmentError(codes.DNS_REQUIRED)
    if not template.supply_in_request and template.subject == "user":
        raise codes.EnrolmentError(codes.EMAIL_REQUIRED)
    for extension in request.extensions:
        if len(extension.value.public_bytes()) > EXTENSION_LIMIT:
            raise codes.EnrolmentError(codes.COLUMN_TOO_BIG)


def names(
    row: Row, request: x509.CertificateSigningRequest, template: Template, edit_flags: int
) -> tuple[x509.Name, bytes]:
    """Subject and subject alternative name (DER, may be empty) that the certificate gets."""
    if not template.supply_in_request:
        subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, row.dns_name)])
        alternative = san_from_text(f"dns={row.dns_name}")
    else:
        subject, alternative = request.subject, extension_of(request, ExtensionOID.SUBJECT_ALTERNATIVE_NAME)
    attribute = row.attribute("SAN")
    # Off (the default), the attribute is ignored without a word; on, it overrules the template and the request.
    if attribute and edit_flags & EDITF_ATTRIBUTESUBJECTALTNAME2:
        alternative = _attribute_names(attribute)
    return subject, alternative


def _attribute_names(text: str) -> bytes:
    """The names of a SAN request attribute, `dns=a&dns=b`."""
    try:
        return san_from_text(re.sub(r"&amp;", "&", text))
    except (InfError, ValueError, ipaddress.AddressValueError):
        raise codes.EnrolmentError(codes.BAD_REQUEST_SUBJECT) from None
