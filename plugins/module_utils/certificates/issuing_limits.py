# Copyright: (c) 2026, The ucops.rollout developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the certificate of an authority forbids those below it: usages, names, and what no client knows."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Any, TypeVar

from ansible_collections.ucops.rollout.plugins.module_utils import seam_cryptography as crypto
from ansible_collections.ucops.rollout.plugins.module_utils.certificates.x509 import X509Certificate, extension
from ansible_collections.ucops.rollout.plugins.module_utils.model import ANY_USAGE, SERVER_AUTHENTICATION
from ansible_collections.ucops.rollout.plugins.module_utils.names import comparable, is_within
from ansible_collections.ucops.rollout.plugins.module_utils.windows.codes import as_said

if TYPE_CHECKING:
    from cryptography import x509

_Name = TypeVar("_Name")

# The server's usage, and any of the standard and of Windows (RFC 5280 section 4.2.1.12, MS-WCCE section 2.2.2.7.7.3).
_FOR_SERVERS = frozenset({SERVER_AUTHENTICATION, ANY_USAGE, "1.3.6.1.4.1.311.10.12.1"})


def forbidden(server: X509Certificate, issuer: X509Certificate) -> str:
    """Why an authority may not vouch for a server's certificate that it or one below it issued; "" where it may.

    Of names, DNS names and the subject are looked at: others are not asked for. Usages are no matter of certificates
    that are for no server.
    """
    found, wanted = issuer.extended_key_usage, server.extended_key_usage
    if found is not None and not _FOR_SERVERS.intersection(found) and (wanted is None or _FOR_SERVERS & {*wanted}):
        return f"'{issuer.subject}' vouches for the extended key usage {', '.join(found)} alone, and not for servers"
    if refused := tuple(_refused_names(server, issuer)):
        return f"the name constraints of '{issuer.subject}' do not allow {as_said(', '.join(refused))}"
    if unknown := issuer.unknown_critical:
        return f"'{issuer.subject}' has the critical extension {', '.join(unknown)}, which clients must refuse"
    return ""


def _refused_names(server: X509Certificate, issuer: X509Certificate) -> Iterator[str]:
    """By RFC 5280 section 4.2.1.10: a kind of name of which none is permitted by name is free."""
    limits = extension(issuer.parsed.extensions, crypto.x509.NameConstraints)
    if limits is None:
        return
    permitted, excluded = limits.permitted_subtrees or (), limits.excluded_subtrees or ()
    dns, directory = crypto.x509.DNSName, crypto.x509.DirectoryName
    yield from _outside(server.names, _of(dns, permitted), _of(dns, excluded), _is_below)
    subjects = _outside(_subject(server), _of(directory, permitted), _of(directory, excluded), _begins_with)
    yield from (one.rfc4514_string() for one in subjects)


def _outside(
    names: Iterable[_Name], allowed: Sequence[_Name], denied: Sequence[_Name], covers: Callable[[_Name, _Name], bool]
) -> Iterator[_Name]:
    for name in names:
        inside = not allowed or any(covers(name, one) for one in allowed)
        if not inside or any(covers(name, one) for one in denied):
            yield name


def _of(kind: type[x509.GeneralName], subtrees: Iterable[x509.GeneralName]) -> list[Any]:
    return [one.value for one in subtrees if isinstance(one, kind)]


def _subject(server: X509Certificate) -> Sequence[x509.Name]:
    subject = server.parsed.subject
    return (subject,) if len(subject.rdns) else ()


def _is_below(name: str, base: str) -> bool:
    """``.company.com`` is what lies below alone, ``company.com`` itself too, and an empty one everything."""
    ours, theirs = comparable(name), comparable(base)
    return ours.endswith(theirs) if theirs.startswith(".") or not theirs else is_within(ours, theirs)


def _begins_with(name: x509.Name, base: x509.Name) -> bool:
    return list(name.rdns[: len(base.rdns)]) == list(base.rdns)
