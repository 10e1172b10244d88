# Copyright: (c) 2026, The ucops.rollout developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The port to a certification authority, and the values that go through it.

What became of a request is told by numbers and by the certificate itself, never by words.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from ansible_collections.ucops.rollout.plugins.module_utils.certificates.request import CertificateRequest
from ansible_collections.ucops.rollout.plugins.module_utils.certificates.template import CertificateTemplate
from ansible_collections.ucops.rollout.plugins.module_utils.certificates.x509 import (
    X509Certificate,
    load_certificate,
    load_certificates,
)
from ansible_collections.ucops.rollout.plugins.module_utils.errors import RolloutError
from ansible_collections.ucops.rollout.plugins.module_utils.model import PlannedCertificate

# Request dispositions of a CA's database (MS-WCCE, certutil -view).
PENDING, ISSUED, REVOKED, FAILED, DENIED = 9, 20, 21, 30, 31
# Of a request that was handed in, and only the authority's record tells what became of it.
UNSETTLED = 0

# Why a certificate is revoked, as the CA's tools number it (RFC 5280 section 5.3.1). What can be taken back or removes
# from a list is not among them.
REVOCATION_REASONS = {
    "unspecified": 0,
    "key_compromise": 1,
    "affiliation_changed": 3,
    "superseded": 4,
    "cessation_of_operation": 5,
}

# By CAType in the CA's registry (ENUM_CATYPES of certsrv.h).
CA_KINDS = {0: "enterprise_root", 1: "enterprise_subordinate", 3: "standalone_root", 4: "standalone_subordinate"}

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
    #: it revokes what it issued
    revokes: bool


@dataclass(frozen=True, slots=True)
class AuthorityPolicy:
    """What a CA's settings say about how it treats requests; None where the value is missing."""

    edit_flags: int | None
    request_disposition: int | None

    @property
    def all_wait(self) -> bool:
        """Whether every request waits for an officer: REQDISP_PENDING, or pending first (MS-CSRA section 3.1.1.4.1)."""
        disposition = self.request_disposition or 0
        return disposition & 0xFF == 2 or bool(disposition & 0x100)

    @property
    def takes_names_from_attributes(self) -> bool:
        return bool((self.edit_flags or 0) & EDITF_ATTRIBUTESUBJECTALTNAME2)


@dataclass(frozen=True, slots=True)
class TemplateFacts:
    """What a CA's host knows of a template that is planned with. ``may_enrol``: the account that logged on, None where
    that is not known. ``problem``: why nothing is known, else empty."""

    template: CertificateTemplate
    may_enrol: bool | None = None
    problem: str = ""


@dataclass(frozen=True, slots=True)
class AuthorityDescription:
    """A CA of Windows as its own host tells of it.

    ``host``: its own name for the host, in lower case, empty where it keeps none. ``name``: the sanitised one.
    ``kind``: one of ``CA_KINDS``, empty where it does not say. ``templates``: the names of those that it issues by,
    None where they cannot be read, and ``templates_problem`` says why. ``certificates``: its own valid ones, the
    newest first, then those above them; ``chain_problem``: why they do not lead to a root. ``refused_signature``: how
    it signs, where no product of the family takes that; empty where one does, or where it is not known.
    """

    host: str
    name: str
    kind: str
    templates: tuple[str, ...] | None
    templates_problem: str
    certificates: tuple[X509Certificate, ...]
    chain_problem: str
    policy: AuthorityPolicy = AuthorityPolicy(None, None)
    template_facts: tuple[TemplateFacts, ...] = ()
    refused_signature: str = ""

    def facts_of(self, template: str) -> TemplateFacts | None:
        """Of a template, where they were asked for."""
        named = (one for one in self.template_facts if one.template.name.casefold() == template.casefold())
        return next(named, None)

    def to_plain(self) -> dict[str, Any]:
        """As ``authority_info`` documents it, the certificates as PEM."""
        return {
            "host": self.host,
            "name": self.name,
            "kind": self.kind,
            "templates": None if self.templates is None else list(self.templates),
            "templates_problem": self.templates_problem,
            "ca_certificates": [one.pem for one in self.certificates],
            "chain_problem": self.chain_problem,
            "template_facts": [_plain_facts(one) for one in self.template_facts],
        }


def _plain_facts(facts: TemplateFacts) -> dict[str, Any]:
    template = facts.template
    return {
        "name": template.name,
        "problem": facts.problem,
        "may_enrol": facts.may_enrol,
        "takes_names": template.takes_names,
        "waits": template.waits,
        "signatures": template.signatures,
        "minimum_key": template.minimum_key,
        "usages": None if template.usages is None else list(template.usages),
        "providers": None if template.providers is None else list(template.providers),
        "schema_version": template.schema_version,
    }


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


def answer_of_pem(issued: str, chain: Sequence[str]) -> AuthorityAnswer:
    """What an earlier task brought of an issued certificate, PEM; raises RolloutError where it cannot be read."""
    above = load_certificates("\n".join(chain), where="chain") if chain else ()
    return AuthorityAnswer(None, ISSUED, load_certificate(issued, where="issued"), above)


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
    def check(self, planned: PlannedCertificate) -> None:
        """Raises where it cannot be asked for this certificate at all; costs nothing."""

    @abstractmethod
    def find(self, wanted: Sequence[tuple[PlannedCertificate, str]]) -> tuple[tuple[KnownRequest, ...], ...]:
        """For each certificate and its public key the requests that it has, the newest first; asked once for all."""

    @abstractmethod
    def alone(self, needed: Callable[[], bool]) -> AbstractContextManager[Callable[[], None] | None]:
        """While this lasts, no other run submits. Gives what is called before each submission, and raises where this
        run was taken for gone.

        :param needed: asked once where another run submits just now: whether to wait for it. If not, this gives None.
        """

    @abstractmethod
    def submit(self, planned: PlannedCertificate, request: CertificateRequest) -> AuthorityAnswer:
        """Hand in a request, once. Never called twice for one key without ``find`` between.

        The answer is UNSETTLED where only ``settle`` tells what became of it.
        """

    @abstractmethod
    def settle(
        self, sent: Sequence[tuple[PlannedCertificate, CertificateRequest, AuthorityAnswer]]
    ) -> tuple[AuthorityAnswer | RolloutError, ...]:
        """What became of requests by its record, which is asked once for all; an error for one that it does not have.

        Also of requests that waited: asked again, it tells whether they still do.
        """

    @abstractmethod
    def rest(self) -> None:
        """Give back what this run holds there, before a pause; whatever is asked next takes it again."""

    @abstractmethod
    def told_of(self, request_id: int | None) -> str:
        """What it says of a request in its own words, for people; empty where it says nothing."""

    @abstractmethod
    def retrieve(self, planned: PlannedCertificate, request_id: int | None) -> AuthorityAnswer | None:
        """The certificate of an issued request, None while there is none; changes nothing."""

    @abstractmethod
    def authorities(self) -> Iterator[X509Certificate]:
        """Certificates of authorities that it holds itself, for a chain that came incomplete."""

    @abstractmethod
    def clock(self) -> datetime | None:
        """Its time now, in UTC; None where it cannot be asked."""

    @abstractmethod
    def place(self, planned: PlannedCertificate) -> str | None:
        """Where people find the request, None where it goes to the authority without them."""

    @abstractmethod
    def waiting(self, planned: PlannedCertificate, request_id: int | None) -> str:
        """What a request that is not answered waits for, one sentence for people."""

    @abstractmethod
    def issued_as(self, serials: Sequence[str]) -> tuple[KnownRequest | None, ...]:
        """By serial number (hexadecimal, lower case) the request that brought the certificate; asked once for all."""

    @abstractmethod
    def revoke(self, serials: Sequence[str], reason: int) -> str:
        """Revoke what it issued under these serial numbers; gives what was said of it where something went wrong.

        Whether it is done is for ``issued_as`` to say. Doing it again does no harm.
        """
