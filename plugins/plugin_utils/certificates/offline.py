# Copyright: (c) 2026, The ucops.rollout developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Requests and certificates as files on the controller, for CAs that nobody may log on to."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ansible_collections.ucops.rollout.plugins.module_utils.certificates.request import (
    CertificateRequest,
    load_request,
    unmet_by_request,
)
from ansible_collections.ucops.rollout.plugins.module_utils.certificates.x509 import (
    MAX_BUNDLE,
    X509Certificate,
    load_certificates,
)
from ansible_collections.ucops.rollout.plugins.module_utils.errors import RolloutError
from ansible_collections.ucops.rollout.plugins.module_utils.plan.planned_certificate import file_stem

# What CAs and their web pages call a certificate, and a chain.
ISSUED_SUFFIXES = (".cer", ".crt", ".pem", ".p7b")


@dataclass(frozen=True)
class Handover:
    """The files of one planned certificate in a directory."""

    directory: str
    planned: Mapping[str, Any]

    @property
    def request_path(self) -> str:
        return os.path.join(self.directory, file_stem(self.planned) + ".req")

    def request(self) -> CertificateRequest | None:
        """The request written earlier, None when there is none that asks for what is planned now."""
        content = _content(self.request_path)
        if content is None:
            return None
        try:
            request = load_request(content, where=self.request_path)
        except RolloutError:
            return None
        return None if unmet_by_request(self.planned, request) else request

    def write(self, request: CertificateRequest, *, check_mode: bool = False) -> bool:
        """Write the request for people to carry; returns whether the file changed."""
        content = request.pem.encode("ascii")
        if _content(self.request_path) == content:
            return False
        if not check_mode:
            _write(self.request_path, content)
        return True

    def issued(self) -> tuple[X509Certificate, tuple[X509Certificate, ...]] | None:
        """The certificate and what came with it; None while no file is there."""
        paths = [os.path.join(self.directory, file_stem(self.planned) + suffix) for suffix in ISSUED_SUFFIXES]
        contents = {path: content for path in paths if (content := _content(path)) is not None}
        if not contents:
            return None
        found = {
            certificate.der: certificate
            for path, content in contents.items()
            for certificate in load_certificates(content, where=path)
        }
        leaves = [certificate for certificate in found.values() if not certificate.is_authority]
        if len(leaves) != 1:
            raise RolloutError(
                f"{len(leaves)} server certificates where one was expected",
                where=", ".join(contents),
                mend="Put the issued certificate there, and its chain beside it as .p7b or in the same file",
            )
        return leaves[0], tuple(certificate for certificate in found.values() if certificate.is_authority)


def _content(path: str) -> bytes | None:
    try:
        with open(path, "rb") as file:
            return file.read(MAX_BUNDLE + 1)
    except FileNotFoundError:
        return None
    except OSError as error:
        raise RolloutError(f"cannot be read ({error.strerror})", where=path) from error


def _write(path: str, content: bytes) -> None:
    """Whole or not at all, readable for all: a request holds no secret."""
    directory = os.path.dirname(path)
    temporary = ""
    try:
        os.makedirs(directory, exist_ok=True)
        handle, temporary = tempfile.mkstemp(dir=directory, prefix=".request-")
        with os.fdopen(handle, "wb") as file:
            file.write(content)
        os.chmod(temporary, 0o644)
        os.replace(temporary, path)
    except OSError as error:
        if temporary and os.path.exists(temporary):
            os.unlink(temporary)
        raise RolloutError(f"cannot be written ({error.strerror})", where=path) from error
