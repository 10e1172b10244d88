# Copyright: (c) 2026, The ucops.rollout developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What must not exist: names that clients try before the planned ones, whoever answers for them. It asks nothing.

The order inside is that of TechNet 'Determine DNS Requirements' (Lync Server 2010 after its update of November 2011 to
Skype for Business): Autodiscover, then SRV records, then the names of clients without SRV records. Communicator begins
with the SRV records (TechNet, OCS 2007 R2, 'DNS Requirements for Client Automatic Sign-In').
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from ansible_collections.ucops.rollout.plugins.module_utils.codec import to_plain
from ansible_collections.ucops.rollout.plugins.module_utils.dns.record_types import RECORD_TYPES
from ansible_collections.ucops.rollout.plugins.module_utils.names import is_within
from ansible_collections.ucops.rollout.plugins.module_utils.proof import dns_judge
from ansible_collections.ucops.rollout.plugins.module_utils.proof import result as proof
from ansible_collections.ucops.rollout.plugins.module_utils.proof.dns_ask import (
    ADDRESS_TYPES,
    ALIAS,
    Answers,
    DnsAnswer,
    NameServer,
    Question,
)
from ansible_collections.ucops.rollout.plugins.module_utils.proof.dns_records import ExpectedRecord
from ansible_collections.ucops.rollout.plugins.module_utils.proof.result import Cause, ProofResult

# Below the SIP domain, each list in the order in which clients go through it.
SEARCH = ("lyncdiscoverinternal", "lyncdiscover", "_sipinternaltls._tcp", "_sipinternal._tcp", "_sip._tls")
WITHOUT_SRV = ("sipinternal", "sip", "sipexternal")


@dataclass(frozen=True, slots=True)
class Tried:
    """``names``: not planned, and tried by clients before ``ours``, which is planned. ``later``: SRV records that are
    not planned and that clients use where ours leads to nobody. ``zones``: of the plan.
    """

    sip_domain: str
    ours: str
    names: tuple[str, ...]
    later: tuple[str, ...]
    zones: tuple[str, ...]

    @property
    def subject(self) -> str:
        return f"names that clients try before {self.ours}"

    def is_ours(self, name: str) -> bool:
        """Whether the name lies in a zone of the plan."""
        return any(is_within(name, zone) for zone in self.zones)

    def questions(self, label: str) -> tuple[Question, ...]:
        """Everything that must be asked. ``label``: of a name that nobody has, for which only a wildcard answers."""
        asked = [question for name in (*self.names, *self.later) for question in _of(name)]
        return (*asked, *_of(f"{label}.{self.sip_domain}"))


def tried_before_ours(records: Sequence[ExpectedRecord]) -> tuple[Tried, ...]:
    """For each SIP domain that these records, all that are planned, send clients into; in the order of the records."""
    planned = {record.fqdn for record in records}
    zones = tuple(dict.fromkeys(record.zone for record in records))
    domains = dict.fromkeys(domain for record in records if (domain := _sip_domain(record)))
    found = (
        Tried(domain, *before, zones)
        for domain in domains
        for tried in (SEARCH, WITHOUT_SRV)
        if (before := _around([f"{first}.{domain}" for first in tried], planned))
    )
    return tuple(found)


def _sip_domain(record: ExpectedRecord) -> str:
    """The SIP domain that a record for signing in belongs to; empty for any other."""
    starts = (f"{first}." for first in SEARCH if record.fqdn.startswith(f"{first}."))
    return next((record.fqdn.removeprefix(start) for start in starts), "")


def _around(tried: Sequence[str], planned: set[str]) -> tuple[str, tuple[str, ...], tuple[str, ...]] | None:
    """Our first name, the others before it, and the SRV records after it; None where nothing is to be looked for."""
    at = next((index for index, name in enumerate(tried) if name in planned), len(tried))
    later = tuple(name for name in tried[at:] if name.startswith("_") and name not in planned)
    found = at < len(tried) and (at > 0 or later)
    return (tried[at], tuple(tried[:at]), later) if found else None


def _of(name: str) -> tuple[Question, ...]:
    types = ("SRV",) if name.startswith("_") else ADDRESS_TYPES
    return tuple(Question(name, type, or_recursive=True) for type in types)


def judge(looked: Sequence[Tried], servers: Sequence[NameServer], answers: Answers, label: str) -> list[ProofResult]:
    """One result for each of ``looked`` and server, in this order. What lies in nobody's zone of ours, and answers by
    its own record, may be meant for clients outside: that is remarked on."""
    pairs = [(one, server) for one in looked if one.names for server in servers]
    return [_judge(before, server, answers, label) for before, server in pairs]


def hints(looked: Sequence[Tried], servers: Sequence[NameServer], answers: Answers) -> list[str]:
    """What is in nobody's way while ours answers: further SRV records, such as those of a pool that is gone."""
    found = ((one, name, server) for one in looked for name in one.later for server in servers)
    return [
        f"{server.name} ({server.place}) has the SRV record {name}, which is not planned: clients that do not reach"
        f" {tried.ours} go to {', '.join(leads)}. Remove it, or plan it"
        for tried, name, server in found
        if (leads := _leads_to(_given(name, server, answers))) and tried.is_ours(name)
    ]


def planned(looked: Sequence[Tried], servers: Sequence[NameServer]) -> list[ProofResult]:
    """What ``judge`` would look for, without any answer."""
    message = "would be looked for"
    pairs = [(one, server) for one in looked if one.names for server in servers]
    return [_result(before, server, proof.WOULD_BE_CHECKED, message) for before, server in pairs]


def _result(
    before: Tried, server: NameServer, state: str, message: str, found: object = None, cause: Cause | None = None
) -> ProofResult:
    return ProofResult("absent", before.subject, state, message, server.name, server.place, [], found, cause)


def _judge(before: Tried, server: NameServer, answers: Answers, label: str) -> ProofResult:
    seen = {name: _given(name, server, answers) for name in before.names}
    leading = {name: values for name, given in seen.items() if (values := _leads_to(given))}
    anything = _leads_to(_given(f"{label}.{before.sip_domain}", server, answers))
    wild = [name for name, values in leading.items() if values == anything]
    strays = [name for name in leading if name not in wild and before.is_ours(name)]
    if wild or strays:
        return _result(before, server, proof.FAILED, _wrong(before, strays, wild, leading), to_plain(leading))
    unseen = [one for name, given in seen.items() if before.is_ours(name) for one in given if _is_open(one)]
    if unseen:
        message = f"{unseen[0].question.name}: {dns_judge.explain(unseen[0])}"
        return _result(before, server, proof.UNPROVED, message, cause=dns_judge.cause_of(unseen[0]))
    told = [_stray(name, leading[name]) if name in leading else f"nobody answers for {name}" for name in before.names]
    return _result(before, server, proof.PROVED, "; ".join(told))


def _given(name: str, server: NameServer, answers: Answers) -> list[DnsAnswer]:
    return [answers[server, question] for question in _of(name) if (server, question) in answers]


def _is_open(answer: DnsAnswer) -> bool:
    return dns_judge.state_of(answer) == proof.UNPROVED


def _leads_to(given: Sequence[DnsAnswer]) -> tuple[str, ...]:
    """Where clients that ask are sent."""
    aliases = [f"{one.alias} (CNAME)" for one in given if one.state == ALIAS]
    texts = [RECORD_TYPES[one.question.type].text(value) for one in given for value in one.values]
    return tuple(dict.fromkeys(aliases or texts))


def _stray(name: str, values: Sequence[str]) -> str:
    return f"{name} leads to {', '.join(values)} and is not planned"


def _wrong(before: Tried, strays: Sequence[str], wild: Sequence[str], leading: Mapping[str, Sequence[str]]) -> str:
    told, mend = [_stray(name, leading[name]) for name in strays], ["Remove the record, or plan it"] if strays else []
    if wild:
        told.append(
            f"a wildcard record answers for any name in {before.sip_domain}, also for {', '.join(wild)},"
            f" and leads to {', '.join(leading[wild[0]])}"
        )
        mend.append("Remove the wildcard, or give each of these names a TXT record: it then answers for them no longer")
    effect = f"Clients try that before {before.ours} and end there, mostly at a certificate that is not ours"
    return ". ".join(["; ".join(told), effect, *mend])
