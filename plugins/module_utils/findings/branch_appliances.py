# Copyright: (c) 2026, The ucops.rollout developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Survivable Branch Appliances: they sign in every SIP domain that they serve, and know no Autodiscover."""

from __future__ import annotations

from collections.abc import Iterator

from ansible_collections.ucops.rollout.plugins.module_utils.findings.facts import Facts
from ansible_collections.ucops.rollout.plugins.module_utils.findings.kind import RECORDS, RULES_ALONE, FindingKind
from ansible_collections.ucops.rollout.plugins.module_utils.findings.sign_in import (
    SIP_NAME_NOT_IN_CERTIFICATE,
    lacks_sip_name,
)
from ansible_collections.ucops.rollout.plugins.module_utils.model import ERROR, Finding
from ansible_collections.ucops.rollout.plugins.module_utils.topology.topology import Pool, SipDomain


def look(facts: Facts) -> Iterator[Finding]:
    """Everything about branch appliances."""
    for pool in facts.pools_of_role("survivable_branch_appliance"):
        addresses = {address for server in pool.servers for address in server.addresses.get("internal", ())}
        for sip_domain in facts.topology.sip_domains:
            if pool.serves is not None and sip_domain.name not in pool.serves:
                continue
            if not sip_domain.cut_over:
                yield from lacks_sip_name(facts, pool, sip_domain, SIP_NAME_NOT_IN_CERTIFICATE, pool.path)
            yield from _asked_for_autodiscover(facts, pool, sip_domain, addresses)


APPLIANCE_ANSWERS_AUTODISCOVER = FindingKind(
    code="appliance-answers-autodiscover",
    severity=ERROR,
    about=RECORDS,
    title="Autodiscover leads to a Survivable Branch Appliance",
    message="'{name}' leads to the Survivable Branch Appliance '{pool}', which does not answer it",
    breaks="sign-in: clients get no answer from the Autodiscover service",
    mend="Lead the name to a Front End pool or a Director",
    source="cusoon.fr 'Lync client 2013 Autodiscover'",
    decision="nothing answers there",
    elsewhere=RULES_ALONE,
)


def _asked_for_autodiscover(facts: Facts, pool: Pool, sip_domain: SipDomain, addresses: set[str]) -> Iterator[Finding]:
    for name in (f"lyncdiscoverinternal.{sip_domain.name}", f"lyncdiscover.{sip_domain.name}"):
        record = facts.hosts.get(("internal", name))
        if record is not None and addresses.intersection(str(value) for value in record.values):
            yield APPLIANCE_ANSWERS_AUTODISCOVER.at(pool.path, name=name, pool=pool.fqdn)
