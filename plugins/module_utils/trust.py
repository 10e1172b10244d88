# Copyright: (c) 2026, The ucops.rollout developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Do the servers of a pool trust each other? They speak MTLS among themselves: each is client and server."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from ansible_collections.ucops.rollout.plugins.module_utils import proof
from ansible_collections.ucops.rollout.plugins.module_utils.proof import ProofResult


def trust_matrix(servers: Mapping[str, Mapping[str, Any]]) -> list[ProofResult]:
    """One result per server, in the given order: every server holds the root of its chain, and it holds its own name.

    Per server (FQDN): ``chain`` thumbprints from its certificate to the root; ``root_thumbprints`` in its store of
    trusted roots; ``names`` of its certificate. What is absent or None is not known, and then the result ``unproved``.
    """
    return [_judge(fqdn, servers) for fqdn in servers]


def _judge(fqdn: str, servers: Mapping[str, Mapping[str, Any]]) -> ProofResult:
    chain = _upper(servers[fqdn].get("chain"))
    others = list(servers)
    result = ProofResult("trust", fqdn, proof.UNPROVED, "", fqdn, expected={"trusted_by": others})
    if not chain:
        return replace(result, message="its chain is not known")
    holders = [other for other in others if chain[-1] in (_upper(servers[other].get("root_thumbprints")) or ())]
    unknown = [other for other in others if servers[other].get("root_thumbprints") is None]
    result = replace(result, found={"root": chain[-1], "trusted_by": holders})
    wrong = _wrong_name(fqdn, servers[fqdn].get("names"))
    wrong += [_lacking([other for other in others if other not in (*holders, *unknown)], chain[-1])]
    return _state(result, [reason for reason in wrong if reason], unknown)


def _upper(thumbprints: Sequence[str] | None) -> list[str] | None:
    return None if thumbprints is None else [thumbprint.upper() for thumbprint in thumbprints]


def _wrong_name(fqdn: str, names: Sequence[str] | None) -> list[str]:
    if names is None or fqdn.lower() in (name.lower() for name in names):
        return []
    return [f"its certificate does not hold its own name {fqdn}, by which the other servers call it"]


def _lacking(servers: Sequence[str], root: str) -> str:
    if not servers:
        return ""
    return f"{', '.join(servers)} does not hold its root {root} among the trusted ones. Import the root there"


def _state(result: ProofResult, wrong: Sequence[str], unknown: Sequence[str]) -> ProofResult:
    if wrong:
        return replace(result, state=proof.FAILED, message="; ".join(wrong))
    if unknown:
        return replace(result, message=f"the trusted roots of {', '.join(unknown)} are not known")
    return replace(result, state=proof.PROVED, message="every server holds the root of its chain")
