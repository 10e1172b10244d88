# Copyright: (c) 2026, The ucops.rollout developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Bring an issued certificate, its issuers and its key together on a server.

All is checked before anything is touched: the certificate against the plan, the chain signature by signature, the
waiting key, and whether the server trusts the root. Then intermediates, then an allowed root, then the certificate. A
key that servers share comes along from another of them; then none waits here.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import nullcontext, suppress
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from ansible_collections.ucops.rollout.plugins.module_utils.certificates.authority_port import AuthorityAnswer
from ansible_collections.ucops.rollout.plugins.module_utils.certificates.chain import build_chain, is_root
from ansible_collections.ucops.rollout.plugins.module_utils.certificates.fit import (
    unasked_names,
    unmet_by_content,
    unmet_by_key,
)
from ansible_collections.ucops.rollout.plugins.module_utils.certificates.lifecycle import (
    AT_HAND,
    INSTALL,
    NOTHING_HELD,
    OTHER_HAS,
    SERVES,
    TAKE,
    Impossible,
    Observed,
    next_step,
)
from ansible_collections.ucops.rollout.plugins.module_utils.certificates.roots import (
    KnownAuthorities,
    chain_above,
    untrusted_root,
)
from ansible_collections.ucops.rollout.plugins.module_utils.certificates.x509 import X509Certificate, timestamp
from ansible_collections.ucops.rollout.plugins.module_utils.change_set import CREATE, Change, ChangeSet
from ansible_collections.ucops.rollout.plugins.module_utils.codec import to_plain
from ansible_collections.ucops.rollout.plugins.module_utils.errors import RolloutError
from ansible_collections.ucops.rollout.plugins.module_utils.model import PlannedCertificate
from ansible_collections.ucops.rollout.plugins.module_utils.values import Thumbprint
from ansible_collections.ucops.rollout.plugins.plugin_utils.certificates.carrying import CarriedKey, import_key
from ansible_collections.ucops.rollout.plugins.plugin_utils.certificates.certreq import accept, failed, put_into_stores
from ansible_collections.ucops.rollout.plugins.plugin_utils.certificates.stores import (
    CA,
    DISALLOWED,
    MY,
    REQUEST,
    ROOT,
    CertificateStores,
    in_disallowed,
)
from ansible_collections.ucops.rollout.plugins.plugin_utils.winrm.claim import alone
from ansible_collections.ucops.rollout.plugins.plugin_utils.winrm.host_port import WindowsHost

_AUTHORITY = "certificate of an authority"
_WITH_KEY = "installed with the key of another server"


@dataclass(frozen=True)
class Delivery:
    """What goes onto a server: a certificate and its issuers, root last. ``key``: that comes along, None where it waits
    on the server."""

    planned: PlannedCertificate
    certificate: X509Certificate
    chain: tuple[X509Certificate, ...]
    key: CarriedKey | None = None


@dataclass(frozen=True)
class _Addition:
    """A certificate that goes into a store. ``with_key``: its key comes along from another server."""

    store: str
    certificate: X509Certificate
    with_key: bool = False


@dataclass(frozen=True)
class Installation:
    """What came of it. ``state``: installed, waiting (nothing has come from the authority yet), or in check mode
    would_install. ``thumbprint``: None while the certificate is not there."""

    state: str
    thumbprint: Thumbprint | None
    change_set: ChangeSet

    def to_result(self) -> dict[str, Any]:
        """The documented result of ``certificate_install``."""
        return {**self.change_set.to_result(), "state": self.state, "thumbprint": to_plain(self.thumbprint)}


class NotInstalled(RolloutError):
    """Some of it was done, and then a step failed. ``result`` joins the task's result."""

    def __init__(self, error: RolloutError, done: Sequence[_Addition]) -> None:
        super().__init__(error.what, where=error.where, mend=error.mend)
        self.result = _change_set(done).to_result()


def delivery_of(
    planned: PlannedCertificate,
    answer: AuthorityAnswer,
    *,
    now: datetime,
    minimum_days: int,
    key: CarriedKey | None = None,
) -> Delivery:
    """Check what an authority answered against the plan and order its chain; raises with every reason."""
    where = f"certificate {planned.id}"
    certificate = answer.certificate
    if certificate is None:
        raise RolloutError("there is no certificate to install", where=where)
    reasons = unmet_by_content(
        planned, certificate, now=max(now, certificate.not_before), minimum_days=minimum_days
    ) + unasked_names(planned, certificate)
    if reasons:
        raise RolloutError(
            f"'{certificate.subject}' ({certificate.thumbprint}) is not what was planned: {'; '.join(reasons)}",
            where=where,
            mend="Nothing was installed. Get the certificate issued as planned",
        )
    if certificate.not_before > now:
        raise RolloutError(
            f"'{certificate.subject}' ({certificate.thumbprint}) is valid from {timestamp(certificate.not_before)} on,"
            f" and the controller's clock says {timestamp(now)}",
            where=where,
            mend="Nothing was installed. Set the controller's clock, or the CA's, or wait; then run again",
        )
    return Delivery(planned, certificate, build_chain(certificate, answer.candidates, now=now, where=where), key)


def install(
    host: WindowsHost, delivery: Delivery, *, trusted_roots: Sequence[Thumbprint] = (), check_mode: bool = False
) -> Installation:
    """Install it. A second call changes nothing."""
    stores = CertificateStores(host.registry, host.name)
    # Of two runs at once the second would bring the key once more, and one would be left over.
    with alone(host, "certificates") if delivery.key and not check_mode else nullcontext():
        additions = _planned_additions(host, stores, delivery, trusted_roots)
        if not check_mode:
            _apply(host, stores, delivery, additions)
    state = "would_install" if check_mode and additions else "installed"
    return Installation(state, delivery.certificate.thumbprint, _change_set(additions))


def not_yet() -> Installation:
    """What is said where there is nothing to install yet: it waits for people."""
    return Installation("waiting", None, ChangeSet())


def planned_installation(
    host: WindowsHost,
    planned: PlannedCertificate,
    above: Sequence[X509Certificate],
    *,
    now: datetime,
    trusted_roots: Sequence[Thumbprint],
    with_key: bool,
) -> Installation:
    """What is to come, in check mode, of a certificate that is to be issued.

    :param above: those of its CA, the newest of the CA first, as ``authority_info`` has them; empty where nobody knows.
    :param with_key: the certificate comes with its key from another server.
    """
    authorities: list[_Addition] = []
    if chain := chain_above(above, now=now, where=host.name):
        authorities = _missing_authorities(host, CertificateStores(host.registry, host.name), chain, trusted_roots)
    subject = {"store": MY, "thumbprint": None, "subject": planned.common_name}
    own = _created(MY, subject, None, _WITH_KEY if with_key else "installed")
    before = _change_set(authorities)
    after = f"{before.after}{MY} (planned) {planned.common_name}\n"
    return Installation("would_install", None, ChangeSet(after=after, changes=(*before.changes, own)))


# --- plan: what is missing, and whether it may be added -------------------------------------------------------------


def _planned_additions(
    host: WindowsHost, stores: CertificateStores, delivery: Delivery, trusted_roots: Sequence[Thumbprint]
) -> list[_Addition]:
    step = _step(host, stores, delivery)
    _refuse_disallowed(host, stores, (delivery.certificate, *delivery.chain))
    authorities = _missing_authorities(host, stores, delivery.chain, trusted_roots)
    own = [_Addition(MY, delivery.certificate, step == TAKE)] if step in (INSTALL, TAKE) else []
    return [*authorities, *own]


def _step(host: WindowsHost, stores: CertificateStores, delivery: Delivery) -> str:
    """What is to be done with the certificate; raises where its key neither comes along nor waits here."""
    if _is_present(stores, delivery):
        return next_step(Observed(SERVES))
    if delivery.key is not None:
        return next_step(Observed(NOTHING_HELD, key_from=OTHER_HAS))
    try:
        return next_step(Observed(NOTHING_HELD, _key_waits(stores, delivery), AT_HAND))
    except Impossible:
        raise RolloutError(
            f"no outstanding request on this server has the key of certificate {delivery.certificate.thumbprint}"
            f" ('{delivery.certificate.subject}')",
            where=f"{host.name}: certificate {delivery.planned.id}",
            mend="Nothing was installed. Give the certificate that was issued for this server's own request",
        ) from None


def _is_present(stores: CertificateStores, delivery: Delivery) -> bool:
    entry = stores.entry(MY, delivery.certificate.thumbprint)
    return bool(entry and not unmet_by_key(delivery.planned, entry.key))


def _key_waits(stores: CertificateStores, delivery: Delivery) -> bool:
    waiting = (entry.certificate for entry in stores.entries(REQUEST) if entry.certificate)
    return any(one.public_key == delivery.certificate.public_key for one in waiting)


def _missing_authorities(
    host: WindowsHost,
    stores: CertificateStores,
    chain: Sequence[X509Certificate],
    trusted_roots: Sequence[Thumbprint],
) -> list[_Addition]:
    """For the stores of authorities; raises when the root is not trusted and may not be added."""
    *intermediates, root = chain
    held = stores.effective_thumbprints(CA) if intermediates else frozenset()
    missing = [_Addition(CA, issuer) for issuer in intermediates if issuer.thumbprint not in held]
    if root.thumbprint in stores.effective_thumbprints(ROOT):
        return missing
    if root.thumbprint not in trusted_roots:
        raise untrusted_root(root, where=host.name, begun="Nothing was installed. ")
    return [*missing, _Addition(ROOT, root)]


def _refuse_disallowed(host: WindowsHost, stores: CertificateStores, certificates: Sequence[X509Certificate]) -> None:
    disallowed = stores.effective_thumbprints(DISALLOWED)
    for certificate in certificates:
        if certificate.thumbprint in disallowed:
            raise RolloutError(
                in_disallowed(certificate),
                where=host.name,
                mend="Nothing was installed. Ask who distrusts it, and why",
            )


# --- apply ----------------------------------------------------------------------------------------------------------


def _apply(host: WindowsHost, stores: CertificateStores, delivery: Delivery, additions: Sequence[_Addition]) -> None:
    authorities = [one for one in additions if one.store != MY]
    _put(host, stores, authorities)
    if len(authorities) < len(additions):
        try:
            _install_own(host, stores, delivery)
        except RolloutError as error:
            raise NotInstalled(error, authorities) from error


def _install_own(host: WindowsHost, stores: CertificateStores, delivery: Delivery) -> None:
    """The certificate itself, and a look whether it is there now."""
    certificate, name = delivery.certificate, delivery.certificate.thumbprint
    if delivery.key:
        _bring(host, stores, delivery, delivery.key)
        return
    result = accept(host, certificate)
    entry = stores.entry(MY, name)
    if entry is None:
        raise failed(f"certificate {name} was not accepted", result, where=host.name)
    if reasons := unmet_by_key(delivery.planned, entry.key):
        raise failed(f"certificate {name} was accepted, but {'; '.join(reasons)}", result, where=host.name)


def _put(host: WindowsHost, stores: CertificateStores, additions: Sequence[_Addition]) -> None:
    """Certificates of authorities with one command, and a look whether they are there now."""
    if not additions:
        return
    try:
        results = put_into_stores(host, [(one.store, one.certificate) for one in additions])
    except RolloutError as error:
        seen: list[_Addition] = []
        with suppress(RolloutError):  # what went wrong first is what counts
            seen = [one for one in additions if _is_there(stores, one)]
        raise NotInstalled(error, seen) from error
    there = [one for one in additions if _is_there(stores, one)]
    for addition, result in zip(additions, results, strict=True):
        if addition not in there:
            what = f"'{addition.certificate.subject}' is not in the store {addition.store}"
            raise NotInstalled(failed(what, result, where=host.name), there)


def _is_there(stores: CertificateStores, addition: _Addition) -> bool:
    return addition.certificate.thumbprint in stores.thumbprints(addition.store)


def _bring(host: WindowsHost, stores: CertificateStores, delivery: Delivery, key: CarriedKey) -> None:
    """The certificate together with its key, and a look whether both are there now."""
    name = delivery.certificate.thumbprint
    import_key(host, name, key)
    entry = stores.entry(MY, name)
    reasons = ["it is not in the store"] if entry is None else unmet_by_key(delivery.planned, entry.key)
    if reasons:
        raise RolloutError(
            f"certificate {name} was imported with its key, but {'; '.join(reasons)}",
            where=host.name,
            mend=f"Remove it (certutil -delstore my {name}) and run again",
        )


# --- of certificates that are held already --------------------------------------------------------------------------


def complete_chains(
    host: WindowsHost,
    chains: Sequence[Sequence[X509Certificate]],
    *,
    trusted_roots: Sequence[Thumbprint] = (),
    check_mode: bool = False,
) -> ChangeSet:
    """Put into the server's stores what it lacks of these chains: those of its own certificates, and those of the
    servers that it speaks MTLS with. A second call changes nothing.

    :param chains: each as ``roots.chain_above`` gives it, which says also what is left alone.
    """
    stores = CertificateStores(host.registry, host.name)
    additions = _lacking(stores, chains, trusted_roots)
    if not check_mode:
        _put(host, stores, additions)
    return _change_set(additions)


def _lacking(
    stores: CertificateStores, chains: Sequence[Sequence[X509Certificate]], trusted_roots: Sequence[Thumbprint]
) -> list[_Addition]:
    known = KnownAuthorities(*map(stores.effective_thumbprints, (ROOT, CA, DISALLOWED)))
    return [_Addition(ROOT if is_root(one) else CA, one) for one in known.lacking(chains, trusted_roots)]


# --- report ---------------------------------------------------------------------------------------------------------


def _change_set(additions: Sequence[_Addition]) -> ChangeSet:
    lines = [f"{one.store} {one.certificate.thumbprint} {one.certificate.subject}\n" for one in additions]
    return ChangeSet(after="".join(lines), changes=tuple(_change(one) for one in additions))


def _change(addition: _Addition) -> Change:
    held = addition.certificate
    subject = {"store": addition.store, "thumbprint": held.thumbprint, "subject": held.subject}
    return _created(addition.store, subject, held.thumbprint, _WITH_KEY if addition.with_key else "installed")


def _created(store: str, subject: Mapping[str, Any], thumbprint: Thumbprint | None, installed: str) -> Change:
    what, done = ("certificate", installed) if store == MY else (_AUTHORITY, f"put into the store {store}")
    return Change(CREATE, f"{what} {done}", subject, after=thumbprint, done=done)
