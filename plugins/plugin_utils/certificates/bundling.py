# Copyright: (c) 2026, The ucops.rollout developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The certificate of a server that nobody logs on to, such as a reverse proxy that is not Windows.

Its key is made there, by a person, and never leaves it. What passes over a directory of the controller is a
configuration for ``openssl req``, the request, and the certificate with those above it in one file of PEM.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from ansible_collections.ucops.rollout.plugins.module_utils.certificates.authority_port import ISSUED, AuthorityAnswer
from ansible_collections.ucops.rollout.plugins.module_utils.certificates.chain import broken_link, is_root
from ansible_collections.ucops.rollout.plugins.module_utils.certificates.file_names import file_stem
from ansible_collections.ucops.rollout.plugins.module_utils.certificates.fit import unmet_by_content
from ansible_collections.ucops.rollout.plugins.module_utils.certificates.request import (
    CertificateRequest,
    check_request,
)
from ansible_collections.ucops.rollout.plugins.module_utils.certificates.x509 import X509Certificate
from ansible_collections.ucops.rollout.plugins.module_utils.change_set import CREATE, Change, ChangeSet
from ansible_collections.ucops.rollout.plugins.module_utils.codec import to_plain
from ansible_collections.ucops.rollout.plugins.module_utils.errors import RolloutError
from ansible_collections.ucops.rollout.plugins.module_utils.exports.openssl import command, configuration
from ansible_collections.ucops.rollout.plugins.module_utils.model import PlannedCertificate
from ansible_collections.ucops.rollout.plugins.plugin_utils.certificates.installing import Delivery, delivery_of
from ansible_collections.ucops.rollout.plugins.plugin_utils.certificates.offline import (
    BUNDLE_SUFFIX,
    CONFIGURATION_SUFFIX,
    ORDER_SUFFIX,
    OfflineAuthority,
    TwoRequests,
)

WANTED, REQUESTED, WAITING, BUNDLED = "wanted", "requested", "waiting", "bundled"


@dataclass(frozen=True)
class Bundling:
    """One planned certificate of such a server.

    ``answer``: what an earlier task brought from the CA. ``online``: a later task brings the request to the CA, so that
    no order is written. ``root``: whether the bundle ends with the root.
    """

    planned: PlannedCertificate
    directory: OfflineAuthority
    now: datetime
    minimum_days: int
    answer: AuthorityAnswer | None = None
    online: bool = False
    root: bool = False
    check_mode: bool = False

    @property
    def bundle(self) -> str:
        return self.directory.path(self.planned, BUNDLE_SUFFIX)


@dataclass(frozen=True)
class Bundle:
    """How far it came. ``state``: wanted (a person is to make key and request), requested (the request fits and is to
    be brought to the CA), waiting (it was handed over, and no certificate has come) or bundled (it is in ``bundle``).

    ``message``: what is to be done next, empty where it is bundled or a later task goes on.
    """

    state: str
    bundle: str
    message: str = ""
    request: CertificateRequest | None = None
    certificate: X509Certificate | None = None
    changes: tuple[Change, ...] = ()

    def to_result(self) -> dict[str, Any]:
        """The documented result of ``certificate_bundle``."""
        held, request = self.certificate, self.request
        return {
            **ChangeSet(
                after="".join(f"{one.subject['file']}\n" for one in self.changes), changes=self.changes
            ).to_result(),
            "state": self.state,
            "bundle": self.bundle,
            "message": self.message,
            "request": request.pem if request else None,
            "public_key": request.public_key if request else None,
            "thumbprint": to_plain(held.thumbprint) if held else None,
            "description": to_plain(held.description) if held else None,
        }


def bundle(wanted: Bundling) -> Bundle:
    """Go as far as what lies in the directory allows; a second call changes nothing."""
    request = _request(wanted)
    held = wanted.directory.bundled(wanted.planned)
    if held and request and held[0].public_key != request.public_key:
        held = ()  # A person has made a new key since.
    spoilt = unmet_by_content(wanted.planned, held[0], now=wanted.now, minimum_days=wanted.minimum_days) if held else []
    key = request.public_key if request else held[0].public_key if held else ""
    if not key or spoilt:
        return _wanted(wanted, spoilt)
    doubt = _doubt(wanted, held) if held else ""
    believed = bool(held) and not doubt
    given = _given(wanted, believed=believed)
    delivery = _delivery(wanted, given, key, believed=believed) or _from_itself(wanted, held, doubt)
    if delivery:
        return _bundled(wanted, request, delivery)
    if believed and not (request and _says_too_little(wanted, held)):
        return Bundle(BUNDLED, wanted.bundle, request=request, certificate=held[0])
    if request and wanted.online and not wanted.answer:
        return Bundle(REQUESTED, wanted.bundle, request=request)
    told = "The certificate that is there is for another key: " if given else ""
    return _handed_over(
        wanted, request, told or (f"{wanted.bundle} is not as it is to be ({doubt}): " if doubt else "")
    )


# --- plan -----------------------------------------------------------------------------------------------------------


def _given(wanted: Bundling, *, believed: bool) -> AuthorityAnswer | None:
    """What came from the authority. What lies there and cannot be read is no matter beside a bundle that is sound."""
    try:
        return wanted.answer or wanted.directory.retrieve(wanted.planned, None)
    except RolloutError:
        if not believed:
            raise
        return None


def _delivery(wanted: Bundling, given: AuthorityAnswer | None, key: str, *, believed: bool) -> Delivery | None:
    """The certificate for that key with those above it, None where it has not come; as ``_given``."""
    if given is None or given.certificate is None or given.certificate.public_key != key:
        return None
    try:
        return delivery_of(wanted.planned, given, now=wanted.now, minimum_days=wanted.minimum_days)
    except RolloutError:
        if not believed or wanted.answer:
            raise
        return None


def _from_itself(wanted: Bundling, held: Sequence[X509Certificate], doubt: str) -> Delivery | None:
    """What a doubtful bundle holds, where it goes up to a root: then nobody has to bring it again."""
    if not doubt or wanted.answer:
        return None
    answer = AuthorityAnswer(None, ISSUED, held[0], tuple(held[1:]))
    return _delivery(wanted, answer, held[0].public_key, believed=True)


def _doubt(wanted: Bundling, held: Sequence[X509Certificate]) -> str:
    """Why a bundle, by itself, is not what would be written, "" where nothing speaks against it."""
    if wanted.directory.write(wanted.planned, BUNDLE_SUFFIX, _text(held), check_mode=True):
        return "more than certificates stands in it"
    if broken := broken_link(held, now=wanted.now):
        return broken
    ends = is_root(held[-1])
    if wanted.root and not ends:
        return "it does not end with the root"
    return "it ends with the root" if ends and not wanted.root else ""


def _says_too_little(wanted: Bundling, held: Sequence[X509Certificate]) -> bool:
    """Whether a bundle may be cut: alone stands a certificate of a root, and one whose authorities were taken away.
    The CA then tells once more, where it is asked at all."""
    return len(held) == 1 and not wanted.root and wanted.online and not wanted.check_mode


def _text(certificates: Iterable[X509Certificate]) -> str:
    return "".join(one.pem for one in certificates)


def _request(wanted: Bundling) -> CertificateRequest | None:
    """The request that a person put there; RolloutError where it is none, or not the planned one."""
    place = wanted.directory.place(wanted.planned)
    try:
        request = wanted.directory.request(wanted.planned)
        if request is not None:
            check_request(wanted.planned, request, where=place)
    except TwoRequests:
        raise
    except RolloutError as error:
        raise RolloutError(error.what, where=error.where, mend=f"Make it anew. {_make(wanted)}") from error
    return request


def _make(wanted: Bundling) -> str:
    """The step that makes key and request."""
    configuration_file = wanted.directory.path(wanted.planned, CONFIGURATION_SUFFIX)
    return (
        f"On {' and '.join(wanted.planned.holders)}, with the file {configuration_file}:"
        f" {command(wanted.planned, file_stem(wanted.planned))}. The key stays there; put the request on this"
        f" controller as {wanted.directory.place(wanted.planned)}, and run again"
    )


# --- apply and report -----------------------------------------------------------------------------------------------


def _wanted(wanted: Bundling, spoilt: Sequence[str]) -> Bundle:
    text = configuration(wanted.planned, file_stem(wanted.planned))
    written = _written(wanted, CONFIGURATION_SUFFIX, text, "configuration for openssl", "written into")
    written += () if wanted.online else _ordered(wanted)
    told = f"A new key is needed: the certificate in {wanted.bundle} no longer serves ({'; '.join(spoilt)}). "
    return Bundle(WANTED, wanted.bundle, (told if spoilt else "") + _make(wanted), changes=written)


def _handed_over(wanted: Bundling, request: CertificateRequest | None, told: str) -> Bundle:
    message = f"{told}{wanted.directory.waiting(wanted.planned, None)}"
    return Bundle(WAITING, wanted.bundle, message, request, changes=_ordered(wanted))


def _ordered(wanted: Bundling) -> tuple[Change, ...]:
    return _written(wanted, ORDER_SUFFIX, wanted.directory.order(wanted.planned), "order", "written into")


def _bundled(wanted: Bundling, request: CertificateRequest | None, delivery: Delivery) -> Bundle:
    certificate = delivery.certificate
    above = delivery.chain if wanted.root else delivery.chain[:-1]
    text = _text((certificate, *above))
    written = _written(
        wanted, BUNDLE_SUFFIX, text, "certificate", "put with those above it into", certificate.thumbprint
    )
    return Bundle(BUNDLED, wanted.bundle, request=request, certificate=certificate, changes=written)


def _written(
    wanted: Bundling, suffix: str, text: str, what: str, done: str, after: str | None = None
) -> tuple[Change, ...]:
    path = wanted.directory.path(wanted.planned, suffix)
    if not wanted.directory.write(wanted.planned, suffix, text, check_mode=wanted.check_mode):
        return ()
    subject, done = {"certificate": wanted.planned.id, "file": path}, f"{done} {path}"
    return (Change(CREATE, f"{what} {done}", subject, after=after, done=done),)
