# Copyright: (c) 2026, The ucops.rollout developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Do the servers of a pool trust each other? They speak MTLS among themselves: each is client and server.

Keys do not leave their servers, so nobody can make a handshake in a server's name. What decides one is compared
instead: what each server sends, as a handshake with its listener showed, with what the stores of all others hold.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from ansible_collections.ucops.rollout.plugins.module_utils.errors import RolloutError
from ansible_collections.ucops.rollout.plugins.module_utils.model import ANY_USAGE, SERVER_AUTHENTICATION
from ansible_collections.ucops.rollout.plugins.module_utils.names import comparable
from ansible_collections.ucops.rollout.plugins.module_utils.proof import result as proof
from ansible_collections.ucops.rollout.plugins.module_utils.proof.result import ProofResult

# Of a server that no other calls, such as a reverse proxy.
NOBODY = ""


_WHO = "\0"
# The family asks both sides of MTLS for the server's usage alone (TechNet, "Certificate infrastructure requirements").
PROVED_BY = "by what its listener sent and what their stores hold; nobody can make such a handshake in a server's name"


@dataclass(frozen=True, slots=True)
class TrustStores:
    """Thumbprints that count for a server: ``roots``, ``intermediates`` (the store CA), ``disallowed``."""

    roots: frozenset[str]
    intermediates: frozenset[str] = frozenset()
    disallowed: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class ServerTrust:
    """What a server shows and holds; None where it is not known.

    ``chain``: thumbprints from its certificate to the root; ``sent``: those that its listener sends. ``stores``: what
    it trusts itself. ``names``: of its certificate. ``usage``: its extended key usage, None also where it has no such
    extension, which restricts nothing. ``called``: by which name the other servers call it, its own unless given.
    ``common_name``: what the servers of the family take, too, and some plans rest on; others after RFC 9525 do not.
    """

    chain: tuple[str, ...] | None = None
    sent: tuple[str, ...] = ()
    stores: TrustStores | None = None
    names: tuple[str, ...] | None = None
    usage: tuple[str, ...] | None = None
    called: str | None = None
    common_name: str = ""


def trust_matrix(servers: Mapping[str, ServerTrust]) -> list[ProofResult]:
    """One result per server (FQDN) that others call, in the given order, over all that call it.

    Proved is that each of these holds the root of its chain, has the intermediates or gets them, and disallows none of
    it, that its certificate holds the name by which it is called, and that it may be used for MTLS. Where something is
    not known the result is ``unproved``.
    """
    return [_judge(fqdn, servers) for fqdn, one in servers.items() if one.called != NOBODY]


def _judge(fqdn: str, servers: Mapping[str, ServerTrust]) -> ProofResult:
    chain, others = servers[fqdn].chain, list(servers)
    result = ProofResult("trust", fqdn, proof.UNPROVED, "", fqdn, expected={"trusted_by": others})
    if not chain:
        return replace(result, message="its chain is not known")
    known = {other: one.stores for other, one in servers.items() if one.stores is not None}
    against = {other: _against(servers[fqdn], chain, stores) for other, stores in known.items()}
    holders = [other for other in known if not against[other]]
    result = replace(result, found={"root": chain[-1], "trusted_by": holders})
    wrong = [*_wrong_name(fqdn, servers[fqdn]), *_wrong_usage(servers[fqdn]), *_told(against)]
    return _state(result, wrong, [other for other in others if other not in known], _remark(fqdn, servers[fqdn]))


def _against(callee: ServerTrust, chain: Sequence[str], stores: TrustStores) -> tuple[str, ...]:
    """What keeps a server from trusting what another one sends; ``_WHO`` stands for its name."""
    told = [
        f"{_WHO} has {one} of its chain in the store of disallowed certificates. Ask who distrusts it, and why"
        for one in chain
        if one in stores.disallowed
    ]
    told += [
        f"{_WHO} is not sent its intermediate {one}, and does not hold it. Import it there into the store CA"
        for one in chain[1:-1]
        if one not in (*callee.sent, *stores.intermediates, *stores.roots)
    ]
    if chain[-1] not in stores.roots:
        told.append(f"{_WHO} does not hold its root {chain[-1]} among the trusted ones. Import the root there")
    return tuple(told)


def _told(against: Mapping[str, Sequence[str]]) -> list[str]:
    """Each reason once, with all that it is of."""
    of: dict[str, list[str]] = {}
    for other, reasons in against.items():
        for reason in reasons:
            of.setdefault(reason, []).append(other)
    return [reason.replace(_WHO, ", ".join(named)) for reason, named in of.items()]


def _wrong_name(fqdn: str, server: ServerTrust) -> list[str]:
    called = server.called or fqdn
    if server.names is None or comparable(called) in map(comparable, (*server.names, server.common_name)):
        return []
    name = f"its own name {fqdn}" if called == fqdn else f"the name {called}"
    return [f"its certificate does not hold {name}, by which the other servers call it"]


def _wrong_usage(server: ServerTrust) -> list[str]:
    if server.usage is None or {SERVER_AUTHENTICATION, ANY_USAGE} & set(server.usage):
        return []
    return ["its certificate may not be used for server authentication, which MTLS asks of both sides"]


def _remark(fqdn: str, server: ServerTrust) -> str:
    called = server.called or fqdn
    only_there = server.names and comparable(called) not in map(comparable, server.names)
    return f". {called} is its common name only, which clients after RFC 9525 ignore" if only_there else ""


def _state(result: ProofResult, wrong: Sequence[str], unknown: Sequence[str], remark: str) -> ProofResult:
    if wrong:
        return replace(result, state=proof.FAILED, message="; ".join(wrong))
    if unknown:
        return replace(result, message=f"the trusted roots of {', '.join(unknown)} are not known")
    message = f"every server trusts its chain, {PROVED_BY}{remark}"
    return replace(result, state=proof.PROVED, message=message)


def trust_between(held: Mapping[str, Any], tls: Any, anchors: Sequence[ProofResult] = ()) -> dict[str, Any]:
    """The matrix from what ``certificate_info`` returned per server (FQDN), and ``tls_check`` from outside.

    The chain of a server is the one that it serves under the name that others call it by (``called``, its own unless
    given), at one of its ``addresses`` where it was looked for there, as far as ``tls_check`` followed it to a root;
    where that was not seen, the server is unproved, and where it was not looked for, it would be checked.
    ``anchors``: whether it is known whom clients trust; these results come first.
    Returns what ``tls_check`` returns: ``results``, ``summary``, ``changed``.
    """
    told = (tls.get("results") if isinstance(tls, Mapping) else tls) or ()
    results = [one for one in told if isinstance(one, Mapping)] if isinstance(told, (list, tuple)) else []
    asked: dict[str, list[Any]] = {}
    for one in results:
        asked.setdefault(comparable(_asked(one)), []).append(one)
    servers = {fqdn: _server(fqdn, info, asked) for fqdn, info in held.items()}
    found = [*anchors, *trust_matrix(servers)]
    if results and all(result.get("state") == proof.WOULD_BE_CHECKED for result in results):
        found = [replace(one, state=proof.WOULD_BE_CHECKED, message="would be compared", found=None) for one in found]
    return proof.outcome(found, fail=False)


def _stores(fqdn: str, info: Mapping[str, Any]) -> TrustStores | None:
    if info.get("root_thumbprints") is None:
        return None
    keys = ("root_thumbprints", "authority_thumbprints", "disallowed_thumbprints")
    stores = (_listed(info.get(key) or (), f"held[{fqdn}].{key}") for key in keys)
    return TrustStores(*(frozenset(_upper(one)) for one in stores))


def _listed(given: Any, where: str) -> Sequence[str]:
    if isinstance(given, (list, tuple)) and all(isinstance(one, str) for one in given):
        return given
    raise RolloutError("must be a list of thumbprints", where=where, mend="Give what certificate_info returned")


def _server(fqdn: str, info: Any, results: Mapping[str, Sequence[Any]]) -> ServerTrust:
    """``results``: by the name that was asked for."""
    told: Mapping[str, Any] = info if isinstance(info, Mapping) else {}
    called = str(told.get("called", fqdn))
    asked, addresses = results.get(comparable(called), ()), frozenset(told.get("addresses") or ())
    own = [one for one in asked if _address(one) in addresses]
    return replace(_served(own or asked), stores=_stores(fqdn, told), called=called)


def _asked(result: Mapping[str, Any]) -> str:
    expected = result.get("expected")
    return str(expected.get("name", "")) if isinstance(expected, Mapping) else ""


def _address(result: Mapping[str, Any]) -> str:
    return str(result.get("address", "")).rpartition(":")[0].strip("[]")


def _served(results: Sequence[Any]) -> ServerTrust:
    """What the first handshake that led to a root showed."""
    for found in (one.get("found") for one in results):
        if isinstance(found, Mapping) and found.get("chain_complete"):
            usage = found.get("extended_key_usage")
            return ServerTrust(
                _upper(found.get("chain") or ()),
                _upper(found.get("sent") or ()),
                names=tuple(found.get("names") or ()),
                usage=None if usage is None else tuple(map(str, usage)),
                common_name=str(found.get("common_name") or ""),
            )
    return ServerTrust()


def _upper(thumbprints: Sequence[str]) -> tuple[str, ...]:
    return tuple(thumbprint.upper() for thumbprint in thumbprints)
