# Copyright: (c) 2026, The ucops.rollout developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Do the servers of a pool trust each other? They speak MTLS among themselves: each is client and server."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from ansible_collections.ucops.rollout.plugins.module_utils.names import comparable
from ansible_collections.ucops.rollout.plugins.module_utils.proof import result as proof
from ansible_collections.ucops.rollout.plugins.module_utils.proof.result import ProofResult

# Of a server that no other calls, such as a reverse proxy.
NOBODY = ""


@dataclass(frozen=True, slots=True)
class ServerTrust:
    """What a server shows and holds; None where it is not known.

    ``chain``: thumbprints from its certificate to the root. ``roots``: thumbprints in its store of trusted roots.
    ``names``: of its certificate. ``called``: by which name the other servers call it, its own unless given.
    ``common_name``: what the servers of the family take, too, and some plans rest on; others after RFC 9525 do not.
    """

    chain: tuple[str, ...] | None = None
    roots: tuple[str, ...] | None = None
    names: tuple[str, ...] | None = None
    called: str | None = None
    common_name: str = ""


def trust_matrix(servers: Mapping[str, ServerTrust]) -> list[ProofResult]:
    """One result per server (FQDN) that others call, in the given order: every server holds the root of its chain, and
    its certificate the name by which it is called. Where something is not known the result is ``unproved``."""
    return [_judge(fqdn, servers) for fqdn, one in servers.items() if one.called != NOBODY]


def _judge(fqdn: str, servers: Mapping[str, ServerTrust]) -> ProofResult:
    chain = servers[fqdn].chain
    others = list(servers)
    result = ProofResult("trust", fqdn, proof.UNPROVED, "", fqdn, expected={"trusted_by": others})
    if not chain:
        return replace(result, message="its chain is not known")
    holders = [other for other in others if chain[-1] in (servers[other].roots or ())]
    unknown = [other for other in others if servers[other].roots is None]
    result = replace(result, found={"root": chain[-1], "trusted_by": holders})
    wrong = _wrong_name(fqdn, servers[fqdn])
    wrong += [_lacking([other for other in others if other not in (*holders, *unknown)], chain[-1])]
    return _state(result, [reason for reason in wrong if reason], unknown, _remark(fqdn, servers[fqdn]))


def _wrong_name(fqdn: str, server: ServerTrust) -> list[str]:
    called = server.called or fqdn
    if server.names is None or comparable(called) in map(comparable, (*server.names, server.common_name)):
        return []
    name = f"its own name {fqdn}" if called == fqdn else f"the name {called}"
    return [f"its certificate does not hold {name}, by which the other servers call it"]


def _remark(fqdn: str, server: ServerTrust) -> str:
    called = server.called or fqdn
    only_there = server.names and comparable(called) not in map(comparable, server.names)
    return f". {called} is its common name only, which clients after RFC 9525 ignore" if only_there else ""


def _lacking(servers: Sequence[str], root: str) -> str:
    if not servers:
        return ""
    return f"{', '.join(servers)} does not hold its root {root} among the trusted ones. Import the root there"


def _state(result: ProofResult, wrong: Sequence[str], unknown: Sequence[str], remark: str) -> ProofResult:
    if wrong:
        return replace(result, state=proof.FAILED, message="; ".join(wrong))
    if unknown:
        return replace(result, message=f"the trusted roots of {', '.join(unknown)} are not known")
    return replace(result, state=proof.PROVED, message=f"every server holds the root of its chain{remark}")


def trust_between(held: Mapping[str, Any], tls: Any, anchors: Sequence[ProofResult] = ()) -> dict[str, Any]:
    """The matrix from what ``certificate_info`` returned per server (FQDN), and ``tls_check`` from outside.

    The chain of a server is the one that it serves under the name that others call it by (``called``, its own unless
    given), at one of its ``addresses`` where it was looked for there, as far as ``tls_check`` followed it to a root;
    where that was not seen, the server is unproved, and where it was not looked for, it would be checked.
    ``anchors``: whether it is known whom clients trust; these results come first.
    Returns what ``tls_check`` returns: ``results``, ``summary``, ``changed``.
    """
    results = (tls.get("results") if isinstance(tls, Mapping) else tls) or ()
    servers = {fqdn: _server(fqdn, info, results) for fqdn, info in held.items()}
    found = [*anchors, *trust_matrix(servers)]
    if results and all(result.get("state") == proof.WOULD_BE_CHECKED for result in results):
        found = [replace(one, state=proof.WOULD_BE_CHECKED, message="would be compared", found=None) for one in found]
    return proof.outcome(found, fail=False)


def _roots(info: Any) -> tuple[str, ...] | None:
    known = info.get("root_thumbprints") if isinstance(info, Mapping) else None
    return None if known is None else _upper(known)


def _server(fqdn: str, info: Any, results: Sequence[Any]) -> ServerTrust:
    told: Mapping[str, Any] = info if isinstance(info, Mapping) else {}
    called = str(told.get("called", fqdn))
    asked = [one for one in results if comparable(_asked(one)) == comparable(called)]
    own = [one for one in asked if _address(one) in (told.get("addresses") or ())]
    return replace(_served(own or asked), roots=_roots(info), called=called)


def _asked(result: Mapping[str, Any]) -> str:
    expected = result.get("expected")
    return str(expected.get("name", "")) if isinstance(expected, Mapping) else ""


def _address(result: Mapping[str, Any]) -> str:
    return str(result.get("address", "")).rpartition(":")[0].strip("[]")


def _served(results: Sequence[Any]) -> ServerTrust:
    """Chain and names of the first handshake that led to a root."""
    for found in (one.get("found") for one in results):
        if isinstance(found, Mapping) and found.get("chain_complete"):
            chain, common_name = _upper(found.get("chain") or ()), str(found.get("common_name") or "")
            return ServerTrust(chain, names=tuple(found.get("names") or ()), common_name=common_name)
    return ServerTrust()


def _upper(thumbprints: Sequence[str]) -> tuple[str, ...]:
    return tuple(thumbprint.upper() for thumbprint in thumbprints)
