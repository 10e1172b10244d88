# Copyright: (c) 2026, The ucops.rollout developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Channel binding tokens (RFC 5929, tls-server-end-point): a logon is for the TLS connection that it came over."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from spnego.channel_bindings import GssChannelBindings

if TYPE_CHECKING:
    from lab.machine import Machine


def expected_bindings(machine: Machine, certificate: bytes, *, sent: bool) -> GssChannelBindings | None:
    """What a client's token has to be; None where nothing is compared.

    CbtHardeningLevel (`winrm: {cbt_hardening}`): `none` compares nothing, `relaxed`, as Windows comes, what was sent,
    `strict` demands one.
    """
    level = (machine.settings.get("winrm") or {}).get("cbt_hardening", "relaxed")
    if not certificate or level == "none" or (level == "relaxed" and not sent):
        return None
    return GssChannelBindings(application_data=b"tls-server-end-point:" + _digest(certificate))


def _digest(certificate: bytes) -> bytes:
    """By the hash of the certificate's signature, and by SHA-256 where that is MD5 or SHA-1."""
    signed = x509.load_der_x509_certificate(certificate).signature_hash_algorithm
    weak = signed is None or signed.name in ("md5", "sha1")
    digest = hashes.Hash(hashes.SHA256() if signed is None or weak else signed)
    digest.update(certificate)
    return digest.finalize()
