# Copyright: (c) 2026, The ucops.rollout developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""From a certificate to its root, signature by signature."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime
from itertools import pairwise

from ansible_collections.ucops.rollout.plugins.module_utils import seam_cryptography as crypto
from ansible_collections.ucops.rollout.plugins.module_utils.certificates.issuing_limits import forbidden
from ansible_collections.ucops.rollout.plugins.module_utils.certificates.public_key import verify_signature
from ansible_collections.ucops.rollout.plugins.module_utils.certificates.x509 import X509Certificate, timestamp
from ansible_collections.ucops.rollout.plugins.module_utils.errors import RolloutError
from ansible_collections.ucops.rollout.plugins.module_utils.wording import number

MAX_DEPTH = 8


def build_chain(
    leaf: X509Certificate,
    candidates: Iterable[X509Certificate],
    *,
    now: datetime,
    where: str,
    trusted: Collection[str] | None = None,
) -> tuple[X509Certificate, ...]:
    """The issuers of ``leaf``, its own first, the self-signed root last, taken from ``candidates`` in any order.

    Every link is verified: names, signature, the issuer's right to issue, dates, and whether it allows this leaf.
    Raises ``RolloutError`` that says where the longest way ends.

    :param trusted: thumbprints of the roots that may end it, None for any.
    """
    known = list({candidate.der: candidate for candidate in candidates if candidate.der != leaf.der}.values())
    way, end = _climb((leaf,), known, now, set(), trusted)
    if end:
        raise RolloutError(
            f"the certificate of '{leaf.subject}' leads to no {'' if trusted is None else 'trusted '}root: {end}",
            where=where,
            mend="Give the whole chain, from the issuer up to the self-signed root certificate",
        )
    return way[1:]


def find_chain(
    leaf: X509Certificate,
    given: Iterable[X509Certificate],
    further: Iterable[X509Certificate],
    *,
    now: datetime,
    where: str,
    trusted: Collection[str] | None = None,
) -> tuple[X509Certificate, ...]:
    """``build_chain`` from what is at hand, and from as few of ``further`` (expensive to read) as are needed."""
    known = list(given)
    rest = iter(further)
    while True:
        try:
            return build_chain(leaf, known, now=now, where=where, trusted=trusted)
        except RolloutError:
            following = next(rest, None)
            if following is None:
                raise
            known.append(following)


def broken_link(way: Sequence[X509Certificate], *, now: datetime) -> str:
    """Why a certificate and those above it, as they stand, are no chain; "" where each is issued by the next."""
    for below, (child, issuer) in enumerate(pairwise(way)):
        if child.issuer != issuer.subject:
            return f"'{issuer.subject}' is not the issuer of '{child.subject}'"
        if reason := _refusal(child, issuer) or _unfit(issuer, below, now) or forbidden(way[0], issuer):
            return reason
    return ""


def is_root(certificate: X509Certificate) -> bool:
    """Signed with its own key (not merely of the same name)."""
    return certificate.self_issued and not _refusal(certificate, certificate)


def is_of_another(certificate: X509Certificate) -> bool:
    """Signed with another key than its own, by an authority of whatever name. Not known where the signature is in a
    way that nothing here can check; then the name decides."""
    return not certificate.self_issued or _refusal(certificate, certificate) == _not_signed(certificate, certificate)


def _climb(
    way: tuple[X509Certificate, ...],
    known: Sequence[X509Certificate],
    now: datetime,
    tried: set[bytes],
    trusted: Collection[str] | None,
) -> tuple[tuple[X509Certificate, ...], str]:
    """The way to a root and "", or the longest way and why it ends there. Each issuer is tried once, so that
    certificates made to sign each other in many ways cost no more than others."""
    if len(way) > 1 and is_root(way[-1]):
        return way, _distrust(way[-1], trusted)
    if len(way) > MAX_DEPTH:
        return way, f"more than {MAX_DEPTH} certificates in a row"
    ends = [(way, f"there is no certificate of '{way[-1].issuer}'")]
    for issuer in _by_name(way[-1], known):
        if issuer.der in tried:
            continue
        refusal = _refusal(way[-1], issuer) or _unfit(issuer, len(way) - 1, now) or forbidden(way[0], issuer)
        if not refusal:
            tried.add(issuer.der)
        ends.append((way, refusal) if refusal else _climb((*way, issuer), known, now, tried, trusted))
        if not ends[-1][1]:
            return ends[-1]
    return max(reversed(ends), key=lambda end: len(end[0]))


def _distrust(root: X509Certificate, trusted: Collection[str] | None) -> str:
    if trusted is None or root.thumbprint in trusted:
        return ""
    return f"the root '{root.subject}' ({root.thumbprint}) is not among the trusted ones"


def _by_name(child: X509Certificate, known: Sequence[X509Certificate]) -> list[X509Certificate]:
    """Issuers by name, the newest first: a renewed CA has several certificates of one name."""
    issuers = [issuer for issuer in known if issuer.subject == child.issuer]
    return sorted(issuers, key=lambda issuer: issuer.not_after, reverse=True)


def _refusal(child: X509Certificate, issuer: X509Certificate) -> str:
    """Why ``issuer`` did not sign ``child``, or ""."""
    signed = child.parsed
    try:
        verify_signature(issuer.parsed.public_key(), signed, signed.tbs_certificate_bytes)
    except Exception as error:
        if isinstance(error, crypto.InvalidSignature):
            return _not_signed(child, issuer)
        # an algorithm that this build of the library does not know
        return f"the signature of '{child.subject}' cannot be checked ({error})"
    return ""


def _is_old_root(issuer: X509Certificate) -> bool:
    """A root of version 1 has no extension that could say what it is; its place in a store does (RFC 5280 6.1.1)."""
    return issuer.self_issued and issuer.parsed.version is crypto.x509.Version.v1


def _not_signed(child: X509Certificate, issuer: X509Certificate) -> str:
    return f"'{child.subject}' is not signed by '{issuer.subject}'"


def _unfit(issuer: X509Certificate, below: int, now: datetime) -> str:
    """Why ``issuer`` may not issue, or "". ``below``: authorities between it and the leaf (RFC 5280 4.2.1.9)."""
    if not issuer.is_authority and not _is_old_root(issuer):
        return f"'{issuer.subject}' is not the certificate of an authority"
    if issuer.key_usage is not None and "key_cert_sign" not in issuer.key_usage:
        return f"'{issuer.subject}' may not sign certificates"
    if issuer.path_length is not None and below > issuer.path_length:
        return f"'{issuer.subject}' allows {number(issuer.path_length, 'level')} of authorities below it, not {below}"
    if not issuer.not_before <= now <= issuer.not_after:
        period = f"{timestamp(issuer.not_before)} to {timestamp(issuer.not_after)}"
        return f"'{issuer.subject}' is valid from {period} only"
    return ""
