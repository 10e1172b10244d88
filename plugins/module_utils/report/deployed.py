# Copyright: (c) 2026, The ucops.rollout developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What of a proof follows from something else: that nothing is deployed, or that a server's part failed. Pure.

Of a pool that was never rolled out nearly every check fails or stays unproved, and all of that has one cause.
"""

from __future__ import annotations

from collections.abc import Container, Iterable, Sequence

from ansible_collections.ucops.rollout.plugins.module_utils.model import OURS, Plan
from ansible_collections.ucops.rollout.plugins.module_utils.proof import dns_ask, tls_wire
from ansible_collections.ucops.rollout.plugins.module_utils.proof.result import PROVED, UNPROVED, ProofResult
from ansible_collections.ucops.rollout.plugins.module_utils.report.outcome import CertificateOutcome, Outcome

NOT_DEPLOYED = (
    "nothing of this plan is deployed yet: no DNS server has a planned record of ours, no planned endpoint serves a"
    " certificate, and the servers hold none of the planned ones. Run ansible-playbook ucops.rollout.deploy_pool first"
)

# What a look into a server's store finds where no certificate serves.
NOT_HELD = frozenset({"would_create", "outstanding"})

# The server answers, and has no such record, or no such zone.
_NO_RECORD = frozenset({dns_ask.NXDOMAIN, dns_ask.NODATA, dns_ask.NOT_AUTHORITATIVE, dns_ask.REFUSED, dns_ask.SERVFAIL})
# The host answers, and serves no certificate.
_NO_CERTIFICATE = frozenset({tls_wire.NO_LISTENER, tls_wire.BROKEN_OFF})


def nothing_deployed(
    plan: Plan, outcome: Outcome, certificates: Iterable[CertificateOutcome], results: Sequence[ProofResult]
) -> bool:
    """Whether records, endpoints and stores were all looked at, and each was seen to have nothing of the plan.

    What was out of reach is not known to have nothing.
    """
    if outcome.failure or outcome.not_done or any(server.failure for server in outcome.servers.values()):
        return False
    ours = {f"{record.fqdn} {record.type}" for record in plan.records if record.managed == OURS}
    records = [one for one in results if one.check == "record" and one.subject in ours]
    endpoints = [one for one in results if one.check == "tls"]
    stores = [done.request.state for done in certificates]
    return (
        all(map(bool, (records, endpoints, stores)))
        and all(_has_none(one, _NO_RECORD) for one in records)
        and all(_has_none(one, _NO_CERTIFICATE) for one in endpoints)
        and NOT_HELD.issuperset(stores)
    )


def told_besides(plan: Plan, results: Iterable[ProofResult]) -> tuple[ProofResult, ...]:
    """The results that do not follow from nothing being deployed."""
    servers = {server.fqdn for server in plan.servers}
    return tuple(one for one in results if not _follows(one, servers))


def _follows(result: ProofResult, servers: set[str]) -> bool:
    if result.check == "trust":
        # What a server serves, or not, is what its trust is read from; a CA that cannot be read is another matter.
        return result.subject in servers and result.state == UNPROVED
    return _has_none(result, _NO_RECORD | _NO_CERTIFICATE)


def of_failed_servers(
    plan: Plan, failed: Container[str], results: Iterable[ProofResult]
) -> tuple[tuple[ProofResult, ...], tuple[str, ...]]:
    """The results without those that follow from the failure of a server's part, and for each of these the server: its
    ports do not answer, and nobody read what it trusts.

    :param failed: the full names of servers whose part failed.
    """
    at = {address: one.fqdn for one in plan.servers for held in one.addresses.values() for address in held}
    rest, servers = [], []
    for one in results:
        server = one.subject if one.check == "trust" else at.get(one.address.rpartition(":")[0].strip("[]"), "")
        silent = one.check == "trust" or (one.cause is not None and one.cause.kind in _NO_CERTIFICATE)
        if one.state == UNPROVED and silent and server in failed:
            servers.append(server)
        else:
            rest.append(one)
    return tuple(rest), tuple(servers)


def _has_none(result: ProofResult, kinds: frozenset[str]) -> bool:
    return result.state != PROVED and result.cause is not None and result.cause.kind in kinds and not result.found
