# Copyright: (c) 2026, The ucops.rollout developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Extensions of certificates and requests, as Windows writes and reads them."""

from __future__ import annotations

from cryptography import x509

from lab.pki import der
from lab.pki.templates import Template

TEMPLATE_NAME = "1.3.6.1.4.1.311.20.2"
TEMPLATE_OID = "1.3.6.1.4.1.311.21.7"
CA_VERSION = "1.3.6.1.4.1.311.21.1"


def raw_extension(dotted: str, data: bytes) -> x509.UnrecognizedExtension:
    return x509.UnrecognizedExtension(x509.ObjectIdentifier(dotted), data)


def distribution_points(uris: list[str]) -> x509.CRLDistributionPoints:
    names = [x509.UniformResourceIdentifier(uri) for uri in uris]
    return x509.CRLDistributionPoints([x509.DistributionPoint(names, None, None, None)])


def authority_access(uris: list[str]) -> x509.AuthorityInformationAccess:
    method = x509.oid.AuthorityInformationAccessOID.CA_ISSUERS
    return x509.AuthorityInformationAccess(
        [x509.AccessDescription(method, x509.UniformResourceIdentifier(uri)) for uri in uris]
    )


def key_usage(bits: int) -> x509.KeyUsage:
    """Key usage from the byte that INF files and templates use (0xa0: digital signature and key encipherment)."""
    return x509.KeyUsage(
        digital_signature=bool(bits & 0x80), content_commitment=bool(bits & 0x40), key_encipherment=bool(bits & 0x20),
        data_encipherment=bool(bits & 0x10), key_agreement=bool(bits & 0x08), key_cert_sign=bool(bits & 0x04),
        crl_sign=bool(bits & 0x02), encipher_only=False, decipher_only=False,
    )  # fmt: skip


def with_template(builder: x509.CertificateBuilder, template: Template) -> x509.CertificateBuilder:
    if not template.name:
        return builder
    if template.version == 1:
        return builder.add_extension(raw_extension(TEMPLATE_NAME, der.bmp_string(template.name)), False)
    data = der.sequence(der.oid(template.oid), der.integer(100), der.integer(0))
    return builder.add_extension(raw_extension(TEMPLATE_OID, data), False)


def extension_of(request: x509.CertificateSigningRequest, oid: x509.ObjectIdentifier) -> bytes:
    try:
        return request.extensions.get_extension_for_oid(oid).value.public_bytes()
    except x509.ExtensionNotFound:
        return b""


def template_in(request: x509.CertificateSigningRequest) -> str:
    """The template's name that the request itself carries (certificate type extension)."""
    data = extension_of(request, x509.ObjectIdentifier(TEMPLATE_NAME))
    if not data:
        return ""
    tag, start, end = der.header(data)
    return data[start:end].decode("utf-16-be" if tag == 0x1E else "utf-8", errors="replace")
