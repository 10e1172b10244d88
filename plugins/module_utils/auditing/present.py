# Copyright: (c) 2026, The ucops.rollout developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a server has assigned, holds and serves, as it was read: what an audit compares with the plan."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from ansible_collections.ucops.rollout.plugins.module_utils.certificates.machine_stores import (
    StoredCertificate,
    TrustedRoots,
)
from ansible_collections.ucops.rollout.plugins.module_utils.certificates.x509 import X509Certificate

# Where assignments are kept: the product's cmdlets, OCS's WMI classes, http.sys; the store of certificates; the stores
# of waiting keys and of roots; and the marks of runs.
CMDLETS, OCS, HTTP_SYS, STORE = "cmdlets", "ocs", "http_sys", "store"
WAITING, ROOTS, MARKS = "waiting_keys", "trusted_roots", "marks"


@dataclass(frozen=True, slots=True)
class PresentAssignment:
    """A place that names a certificate. ``kind``: one of the places above.

    ``place``: what a person calls it, such as ``Default`` or ``0.0.0.0:443``. ``serves``: the types of the cmdlets or
    the components of a plan that it is for, none where the place says nothing of that. ``port``: 0 where it has none.
    ``thumbprint``: empty where it is not known. ``told``: what the place says in its stead, or against it. ``remark``:
    what is to be known of it and is not wrong. ``empty``: it names none.
    """

    kind: str
    place: str
    serves: tuple[str, ...]
    port: int
    thumbprint: str
    told: str = ""
    remark: str = ""
    empty: bool = False


@dataclass(frozen=True, slots=True)
class ShownCertificate:
    """What a handshake with a port of the server showed. ``certificate``: None where it showed none, with the sentence
    ``detail``. ``listens``: whether the server itself says that something listens there, None where it was not asked.

    Of a server that nobody logs on to, ``distrust`` says why clients do not trust what it served, and ``untrusted_yet``
    why nobody knows whether they do.
    """

    certificate: X509Certificate | None
    detail: str = ""
    listens: bool | None = None
    distrust: tuple[str, ...] = ()
    untrusted_yet: str = ""


@dataclass(frozen=True, slots=True)
class RequestsOfKeys:
    """What the plan's CAs have of keys, each with the number of its request. ``pending``: an officer is to decide on
    it; ``revoked``: what was issued for it is revoked. Empty where no CA was read."""

    pending: Mapping[str, int] = field(default_factory=dict)
    revoked: Mapping[str, int] = field(default_factory=dict)


NO_REQUESTS = RequestsOfKeys()


@dataclass(frozen=True, slots=True)
class ServerState:
    """All of it. ``served``: by ``address:port``, the port being the server's own. ``unread``: where, or which type,
    could not be read, and why. ``store``: MY; ``waiting``: the stand-ins of keys that wait for a certificate.
    ``marks``: of which certificates a run that was cut off left one.

    ``untold``: of these this server has nothing that tells, so that only its ports do.
    """

    store: tuple[StoredCertificate, ...] = ()
    assignments: tuple[PresentAssignment, ...] = ()
    served: Mapping[str, ShownCertificate] = field(default_factory=dict)
    unread: Mapping[str, str] = field(default_factory=dict)
    untold: frozenset[str] = frozenset()
    waiting: tuple[StoredCertificate, ...] = ()
    roots: TrustedRoots = TrustedRoots()
    marks: tuple[str, ...] = ()

    def stored(self, thumbprint: str) -> StoredCertificate | None:
        return next((one for one in self.store if one.thumbprint == thumbprint), None)

    def certificate(self, thumbprint: str) -> X509Certificate | None:
        """By its thumbprint, from the store or as it was served."""
        held = self.stored(thumbprint)
        shown = (one.certificate for one in self.served.values())
        seen = next((one for one in shown if one is not None and one.thumbprint == thumbprint), None)
        return held.certificate if held is not None and held.certificate is not None else seen
