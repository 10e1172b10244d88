# Copyright: (c) 2026, The ucops.rollout developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The certificate that takes a password's place in a logon: whether its files can be used, and what it says."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from ansible_collections.ucops.rollout.plugins.module_utils import seam_cryptography as crypto
from ansible_collections.ucops.rollout.plugins.module_utils.certificates.x509 import (
    X509Certificate,
    extension,
    parse_certificate,
)
from ansible_collections.ucops.rollout.plugins.module_utils.errors import RolloutError
from ansible_collections.ucops.rollout.plugins.module_utils.model import CLIENT_AUTHENTICATION
from ansible_collections.ucops.rollout.plugins.module_utils.windows.codes import as_said

UNUSABLE = "the client certificate cannot be used"

_PRINCIPAL_NAME = "1.3.6.1.4.1.311.20.2.3"
_UTF8_STRING = 0x0C
_SHORT_LENGTH = 0x80


@dataclass(frozen=True, slots=True)
class ClientCertificate:
    """The paths that the inventory gives, on the controller; empty where it gives none."""

    certificate: str
    key: str

    def unusable(self) -> str:
        """Why TLS could not use them, as a sentence that begins with ``UNUSABLE``; empty where it could."""
        try:
            self._try()
        except (OSError, RolloutError, ValueError, crypto.UnsupportedAlgorithm) as error:
            return f"{UNUSABLE}: {error}"
        return ""

    def described(self, now: datetime) -> str:
        """For a message: its subject, when it ends, and what speaks against it; empty where it cannot be read."""
        try:
            found = self._load()
            doubts = [text for text in (_time(found, now), _usage(found), _names(found)) if text]
        except (OSError, RolloutError, ValueError, crypto.UnsupportedAlgorithm):
            return ""
        return ", ".join((f"{as_said(found.subject, 80)}, thumbprint {found.thumbprint}", *doubts))

    def principal(self) -> str:
        """The user principal name in it; empty where there is none, or it cannot be read."""
        try:
            return principal_name(self._load())
        except (OSError, RolloutError, ValueError, crypto.UnsupportedAlgorithm):
            return ""

    def _try(self) -> None:
        certificate = self._load()
        key = _read("key", self.key)
        if b"ENCRYPTED" in key:
            # OpenSSL would ask for it at the terminal, and wait there for ever.
            raise ValueError(f"the key in {self.key} has a pass phrase, and nobody is asked for it in a run")
        held = _loaded_key(key, self.key)
        der = (crypto.serialization.Encoding.DER, crypto.serialization.PublicFormat.SubjectPublicKeyInfo)
        if held.public_key().public_bytes(*der) != certificate.parsed.public_key().public_bytes(*der):
            raise ValueError(f"the key in {self.key} belongs to another certificate than {self.certificate}")

    def _load(self) -> X509Certificate:
        """The first one: those after it are of authorities."""
        crypto.require()
        data = _read("certificate", self.certificate)
        try:
            der = crypto.x509.load_pem_x509_certificates(data)[0].public_bytes(crypto.serialization.Encoding.DER)
        except ValueError as error:
            raise ValueError(f"{self.certificate} holds no certificate in PEM") from error
        return parse_certificate(der, where=self.certificate)


def principal_name(certificate: X509Certificate) -> str:
    """The user principal name among the alternative names, by which Windows maps it; empty where it has none."""
    names = extension(certificate.parsed.extensions, crypto.x509.SubjectAlternativeName) or ()
    for name in names:
        if isinstance(name, crypto.x509.OtherName) and name.type_id.dotted_string == _PRINCIPAL_NAME:
            value = name.value
            if len(value) > 1 and value[0] == _UTF8_STRING and value[1] < _SHORT_LENGTH:
                return value[2 : 2 + value[1]].decode("utf-8", "replace")
    return ""


def _read(what: str, path: str) -> bytes:
    if not path:
        raise ValueError(f"no file is named for its {what}" if what == "key" else "no file is named for it")
    try:
        return Path(path).read_bytes()
    except OSError as error:
        raise ValueError(f"{path}: {error.strerror}") from error


def _loaded_key(data: bytes, path: str) -> Any:
    try:
        return crypto.serialization.load_pem_private_key(data, None)
    except (TypeError, ValueError) as error:
        raise ValueError(f"{path} holds no private key in PEM") from error


def _time(certificate: X509Certificate, now: datetime) -> str:
    if now > certificate.not_after:
        return f"which ended on {certificate.not_after:%Y-%m-%d}"
    return f"which begins on {certificate.not_before:%Y-%m-%d}" if now < certificate.not_before else ""


def _usage(certificate: X509Certificate) -> str:
    usages = certificate.extended_key_usage
    return "" if usages and CLIENT_AUTHENTICATION in usages else "which is not for Client Authentication"


def _names(certificate: X509Certificate) -> str:
    return "" if principal_name(certificate) else "which has no user principal name"
