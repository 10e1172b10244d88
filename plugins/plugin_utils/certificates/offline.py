# Copyright: (c) 2026, The ucops.rollout developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""An authority that nobody may log on to: requests are written into a directory of the controller, and certificates
picked up there.

People carry both. So nothing is known of a request but the file that was written, and of its certificate what lies
beside it.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, nullcontext
from datetime import datetime

from ansible_collections.ucops.rollout.plugins.module_utils.certificates.authority_port import (
    ISSUED,
    PENDING,
    Authority,
    AuthorityAnswer,
    AuthorityCapabilities,
    AuthorityPolicy,
    KnownRequest,
)
from ansible_collections.ucops.rollout.plugins.module_utils.certificates.file_names import file_stem
from ansible_collections.ucops.rollout.plugins.module_utils.certificates.pem import MAX_BUNDLE
from ansible_collections.ucops.rollout.plugins.module_utils.certificates.request import CertificateRequest, load_request
from ansible_collections.ucops.rollout.plugins.module_utils.certificates.x509 import X509Certificate, load_certificates
from ansible_collections.ucops.rollout.plugins.module_utils.errors import RolloutError
from ansible_collections.ucops.rollout.plugins.module_utils.model import PlannedCertificate
from ansible_collections.ucops.rollout.plugins.module_utils.report.order_form import order_form
from ansible_collections.ucops.rollout.plugins.plugin_utils.controller.files import (
    content_of,
    make_folder,
    write_whole,
)

REQUEST_SUFFIX = ".req"
# What people call a request that openssl made.
REQUEST_SUFFIXES = (REQUEST_SUFFIX, ".csr")
ORDER_SUFFIX = ".order.txt"
CONFIGURATION_SUFFIX = ".cnf"
BUNDLE_SUFFIX = ".bundle.pem"
# What CAs and their web pages call a certificate, and a chain.
ISSUED_SUFFIXES = (".cer", ".crt", ".pem", ".p7b")


class TwoRequests(RolloutError):
    """Two files with different requests for one certificate: which of the keys is the server's is not known."""

    def __init__(self, paths: tuple[str, ...]) -> None:
        super().__init__(
            "two different requests for one certificate are there",
            where=" and ".join(paths),
            mend="Nothing was handed over. Remove the one whose key the server does not have, as a rule the older, and"
            " run again",
        )


class OfflineAuthority(Authority):
    """A directory of the controller: ``<stem>.req`` and its order out, ``<stem>.cer`` and the like in."""

    def __init__(self, directory: str) -> None:
        self._directory = os.path.abspath(directory)

    @property
    def name(self) -> str:
        return self._directory

    @property
    def capabilities(self) -> AuthorityCapabilities:
        return AuthorityCapabilities(answers_at_once=False, keeps_record=False, has_policy=False, revokes=False)

    def policy(self) -> AuthorityPolicy:
        return AuthorityPolicy(edit_flags=None, request_disposition=None)

    def check(self, planned: PlannedCertificate) -> None:
        pass

    def find(self, wanted: Sequence[tuple[PlannedCertificate, str]]) -> tuple[tuple[KnownRequest, ...], ...]:
        return tuple(self._written(planned, public_key) for planned, public_key in wanted)

    def _written(self, planned: PlannedCertificate, public_key: str) -> tuple[KnownRequest, ...]:
        """The request written earlier; a file that is no request counts as none and is written anew."""
        path = self.place(planned)
        content = content_of(path, MAX_BUNDLE + 1)
        if content is None:
            return ()
        try:
            request = load_request(content, where=path)
        except RolloutError:
            return ()
        return (KnownRequest(None, PENDING, 0, request),) if request.public_key == public_key else ()

    def submit(self, planned: PlannedCertificate, request: CertificateRequest) -> AuthorityAnswer:
        # A folder that the site made keeps its rights.
        make_folder(self._directory, 0o700)
        write_whole(self.place(planned), request.pem.encode("ascii"), 0o600)
        write_whole(self.path(planned, ORDER_SUFFIX), self.order(planned).encode("utf-8"), 0o600)
        return AuthorityAnswer(None, PENDING)

    def order(self, planned: PlannedCertificate) -> str:
        """The text that goes with the request to the authority."""
        stem = file_stem(planned)
        return order_form(planned, stem + REQUEST_SUFFIX, stem + ISSUED_SUFFIXES[0])

    def retrieve(self, planned: PlannedCertificate, request_id: int | None) -> AuthorityAnswer | None:
        paths = [self.path(planned, suffix) for suffix in ISSUED_SUFFIXES]
        contents = {path: content for path in paths if (content := content_of(path, MAX_BUNDLE + 1)) is not None}
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
        issuers = tuple(certificate for certificate in found.values() if certificate.is_authority)
        return AuthorityAnswer(None, ISSUED, leaves[0], issuers)

    def authorities(self) -> Iterator[X509Certificate]:
        return iter(())

    def alone(self, needed: Callable[[], bool]) -> AbstractContextManager[Callable[[], None] | None]:
        return nullcontext(lambda: None)

    def settle(
        self, sent: Sequence[tuple[PlannedCertificate, CertificateRequest, AuthorityAnswer]]
    ) -> tuple[AuthorityAnswer | RolloutError, ...]:
        return tuple(answer for _planned, _request, answer in sent)

    def clock(self) -> datetime | None:
        return None

    def place(self, planned: PlannedCertificate) -> str:
        return self.path(planned, REQUEST_SUFFIX)

    def waiting(self, planned: PlannedCertificate, request_id: int | None) -> str:
        return f"{self.place(planned)} is to be signed; put the certificate beside it and run again"

    def rest(self) -> None:
        pass

    def told_of(self, request_id: int | None) -> str:
        return ""

    def issued_as(self, serials: Sequence[str]) -> tuple[KnownRequest | None, ...]:
        return tuple(None for _serial in serials)

    def revoke(self, serials: Sequence[str], reason: int) -> str:
        return "nobody is asked from here"

    def path(self, planned: PlannedCertificate, suffix: str) -> str:
        return os.path.join(self._directory, file_stem(planned) + suffix)

    def request(self, planned: PlannedCertificate) -> CertificateRequest | None:
        """The request that somebody put there; RolloutError where the file is none."""
        paths = [self.path(planned, suffix) for suffix in REQUEST_SUFFIXES]
        contents = [(path, content) for path in paths if (content := content_of(path, MAX_BUNDLE + 1)) is not None]
        found = {path: load_request(content, where=path) for path, content in contents}
        if len({request.der for request in found.values()}) > 1:
            raise TwoRequests(tuple(found))
        return next(iter(found.values()), None)

    def bundled(self, planned: PlannedCertificate) -> tuple[X509Certificate, ...]:
        """The certificates of the bundle that was written earlier, in their order; one that cannot be read has none."""
        path = self.path(planned, BUNDLE_SUFFIX)
        content = content_of(path, MAX_BUNDLE + 1)
        try:
            return load_certificates(content, where=path) if content else ()
        except RolloutError:
            return ()

    def write(self, planned: PlannedCertificate, suffix: str, text: str, *, check_mode: bool) -> bool:
        """Whether the file did not hold the text yet; it does then, outside of check mode."""
        path, content = self.path(planned, suffix), text.encode("utf-8")
        if content_of(path, len(content) + 1) == content:
            return False
        if not check_mode:
            make_folder(self._directory, 0o700)
            write_whole(path, content, 0o600)
        return True
