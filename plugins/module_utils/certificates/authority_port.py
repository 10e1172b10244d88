# Copyright: (c) 2026, The ucops.rollout developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The port to a certification authority, and the values that go through it.

What became of a request is told by numbers and by the certificate itself, never by words.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator
from dataclasses import dataclass

from ansible_collections.ucops.rollout.plugins.module_utils.certificates.request import CertificateRequest
from ansible_collections.ucops.rollout.plugins.module_utils.certificates.x509 import X509Certificate
from ansible_collections.ucops.rollout.plugins.module_utils.model import PlannedCertificate

# Request dispositions of a CA's database (MS-WCCE, certutil -view).
PENDING, ISSUED, REVOKED, FAILED, DENIED = 9, 20, 21, 30, 31

EDITF_ATTRIBUTESUBJECTALTNAME2 = 0x00040000


@dataclass(frozen=True, slots=True)
class AuthorityCapabilities:
    """What an authority can do; an engine asks these and never which authority it is."""

    #: a submission ends with what the authority decided; otherwise people carry the answer, at some other time
    answers_at_once: bool
    #: it knows every request that it ever took, and what became of it
    keeps_record: bool
    #: its policy can be read
    has_policy: bool


@dataclass(frozen=True, slots=True)
class AuthorityPolicy:
    """What a CA's settings say about how it treats requests; None where the value is missing."""

    edit_flags: int | None
    request_disposition: int | None

    @property
    def takes_names_from_attributes(self) -> bool:
        return bool((self.edit_flags or 0) & EDITF_ATTRIBUTESUBJECTALTNAME2)


@dataclass(frozen=True, slots=True)
class KnownRequest:
    """A request that the authority has. ``request_id``: None where requests have no numbers. ``status``: an HRESULT,
    0 when there is none."""

    request_id: int | None
    disposition: int
    status: int
    request: CertificateRequest


@dataclass(frozen=True, slots=True)
class AuthorityAnswer:
    """What the authority made of a request. ``candidates``: the certificates that came with an issued one."""

    request_id: int | None
    disposition: int
    certificate: X509Certificate | None = None
    candidates: tuple[X509Certificate, ...] = ()
    code: int | None = None
    text: str = ""

    @property
    def label(self) -> str:
        """How messages call the request."""
        return "the request" if self.request_id is None else f"request {self.request_id}"


class Authority(ABC):
    """An authority that certificates are asked of. Every method raises ``RolloutError`` for what cannot be read."""

    @property
    @abstractmethod
    def name(self) -> str:
        """How messages call it."""

    @property
    @abstractmethod
    def capabilities(self) -> AuthorityCapabilities:
        """What it can do."""

    @abstractmethod
    def policy(self) -> AuthorityPolicy:
        """Its policy, where it has one to read; raises when this is not the authority that was named."""

    @abstractmethod
    def find(self, planned: PlannedCertificate, public_key: str) -> tuple[KnownRequest, ...]:
        """The requests for this key that it has, the newest first."""

    @abstractmethod
    def submit(self, planned: PlannedCertificate, request: CertificateRequest) -> AuthorityAnswer:
        """Hand in a request, once. Never called twice for one key without ``find`` between."""

    @abstractmethod
    def retrieve(self, planned: PlannedCertificate, request_id: int | None) -> AuthorityAnswer | None:
        """The certificate of an issued request, None while there is none; changes nothing."""

    @abstractmethod
    def authorities(self) -> Iterator[X509Certificate]:
        """Certificates of authorities that it holds itself, for a chain that came incomplete."""

    @abstractmethod
    def place(self, planned: PlannedCertificate) -> str | None:
        """Where people find the request, None where it goes to the authority without them."""

    @abstractmethod
    def waiting(self, planned: PlannedCertificate, request_id: int | None) -> str:
        """What a request that is not answered waits for, one sentence for people."""
