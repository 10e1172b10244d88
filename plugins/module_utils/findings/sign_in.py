# Copyright: (c) 2026, The ucops.rollout developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The way from a user's address to a server: SRV records, fallback names, and the SIP domain's name in certificates."""

from __future__ import annotations

from collections.abc import Iterator

from ansible_collections.ucops.rollout.plugins.module_utils import names
from ansible_collections.ucops.rollout.plugins.module_utils.findings import autodiscover
from ansible_collections.ucops.rollout.plugins.module_utils.findings.facts import Facts
from ansible_collections.ucops.rollout.plugins.module_utils.findings.kind import (
    CERTIFICATES,
    RECORDS,
    RULES_ALONE,
    Example,
    FindingKind,
)
from ansible_collections.ucops.rollout.plugins.module_utils.model import ERROR, NOTE, WARNING, Finding, SrvData
from ansible_collections.ucops.rollout.plugins.module_utils.topology.topology import Pool, SipDomain

# The SRV records by which clients find their server over TLS.
CLIENT_SERVICES = (("internal", "_sipinternaltls._tcp"), ("external", "_sip._tls"))
SIGN_IN_PORT = 5061
PLAIN_SERVICES = (("internal", "_sipinternal._tcp"), ("external", "_sip._tcp"))
_STRICT = (
    "TechNet 'Determine DNS Requirements' (Lync Server 2013): the target lies in the domain of the SRV record; D. Lim"
    " (MSDN, 2009-06-12); J. Schertz 2013-08 'Lync Phone Edition CU7 Registration Issues'"
)
_PORTS = "TechNet bb870344 'Required DNS Records for Automatic Client Sign-In' (port 5061)"
_POLICY = "policy 'DisableStrictDNSNaming' (Lync 2010, 2013)"
_EDGE = "TechNet 'Certificate Requirements for External User Access' (Lync Server 2013)"
_INTERNAL = "TechNet 'Certificate Requirements for Internal Servers' (Lync Server 2013)"


def look(facts: Facts) -> Iterator[Finding]:
    """Everything about sign-in, SIP domain by SIP domain, with its Autodiscover."""
    for sip_domain in facts.topology.sip_domains:
        home = facts.home(sip_domain)
        if home is not None:
            yield from _strict_names(facts, sip_domain, home)
            yield from _ports(facts, sip_domain)
            yield from _backup(facts, sip_domain)
            yield from _plain_tcp(facts, sip_domain, home)
            yield from _fallback(facts, sip_domain, home)
            yield from _sip_names(facts, sip_domain, home)
            yield from autodiscover.look_at(facts, sip_domain, home)


SRV_TARGET_OUTSIDE_SIP_DOMAIN = FindingKind(
    code="srv-target-outside-sip-domain",
    severity=WARNING,
    about=RECORDS,
    title="A SRV record leads out of its SIP domain",
    message="the SRV record '{name}' leads to '{target}', which does not lie in the SIP domain '{domain}'",
    breaks=(
        "automatic sign-in: OCS clients refuse the server; Lync 2010 and later on a PC ask the user whether to"
        " trust it; Lync Phone Edition from CU7 (4.0.7577.4363) on refuses it"
    ),
    mend="Set srv_target: alias or sip for this SIP domain; with pool, set every client by hand or by policy",
    source=_STRICT,
    decision=(
        "no error: the site asked for it in so many words, the library itself lists such a record as working"
        " (retail.contoso.com to pool01.contoso.com), and clients set by hand or by policy do not use it"
    ),
    example=Example(
        "ocs",
        change={"sip_domains[1].srv_target": "pool"},
        where=("sip_domains[1]",),
        near={"sip_domains[0]": {"name": "company.local", "srv_target": "pool"}},
        message=(
            "the SRV record '_sipinternaltls._tcp.company.com' leads to 'ocspool.company.local', which does"
            " not lie in the SIP domain 'company.com'"
        ),
    ),
)
SRV_TARGET_BELOW_SIP_DOMAIN = FindingKind(
    code="srv-target-below-sip-domain",
    severity=WARNING,
    about=RECORDS,
    title="A SRV record leads into a domain below its SIP domain",
    message="the SRV record '{name}' leads to '{target}', which ends with '{domain}' but lies in a domain below it",
    breaks=(
        "automatic sign-in: OCS clients and Lync Phone Edition from CU7 (4.0.7577.4363) on, which take only"
        " a server directly in the user's domain; Lync on a PC accepts it where the policy DisableStrictDNSNaming"
        " is set, and asks the user otherwise"
    ),
    mend="Set srv_target: alias or sip for this SIP domain, or set the policy DisableStrictDNSNaming on every PC",
    source=f"{_POLICY}; {_STRICT}",
    decision="no error: the sources disagree on suffixes, and the policy makes it work for Lync on a PC",
    example=Example(
        "ocs",
        change={
            "sip_domains[1]": {"name": "company.com", "srv_target": "pool"},
            "pools[0].fqdn": "ocspool.uk.company.com",
        },
        where=("sip_domains[1]",),
        near={"sip_domains[1]": {"name": "company.com", "srv_target": "pool"}, "pools[0].fqdn": "ocspool.company.com"},
    ),
)


SRV_PORT_OF_ITS_OWN = FindingKind(
    code="srv-port-of-its-own",
    severity=WARNING,
    about=RECORDS,
    title="A SRV record leads to a port on which the product's servers do not listen",
    message="the SRV record '{name}' leads to port {port}, and the servers listen on {usual}",
    breaks="automatic sign-in, unless a load balancer or a firewall passes {port} on to {usual}",
    mend="Leave the port out of srv for this SIP domain, or see to it that it is passed on",
    source=f"{_PORTS}; pools[].edge.access.port says where an Access Edge listens",
    decision="the site asked for it, and what stands before the servers is not in the topology",
    example=Example(
        "ocs",
        change={"sip_domains[1]": {"name": "company.com", "srv": {"internal": {"port": 443}}}},
        where=("sip_domains[1]",),
        near={"sip_domains[1]": {"name": "company.com", "srv": {"internal": {"port": 5061}}}},
        message="the SRV record '_sipinternaltls._tcp.company.com' leads to port 443, and the servers listen on 5061",
    ),
)


BACKUP_BY_SRV = FindingKind(
    code="backup-by-srv",
    severity=NOTE,
    about=RECORDS,
    title="A second SRV record leads to a backup pool",
    message="'{name}' leads to '{target}' too, with priority {priority}",
    breaks=(
        "nothing while the first pool answers; while it does not, clients that try one SRV record only do not sign in,"
        " and a client that has signed in before goes to its backup registrar without DNS"
    ),
    mend="Nothing; the pools must also be each other's backup in the product's own topology",
    source="RFC 2782; TechNet 'Determine DNS Requirements' (Lync Server 2013): the lowest priority is taken first",
    decision="which clients try a second record is not documented",
    example=Example(
        "lync",
        change={
            "sip_domains": [
                {
                    "name": "contoso.com",
                    "srv_target": "sip",
                    "home": "pool01.contoso.net",
                    "backup": "pool02.contoso.com",
                }
            ],
            "pools[3]": {
                "fqdn": "pool02.contoso.com",
                "edition": "standard",
                "servers": [{"fqdn": "pool02.contoso.com", "addresses": {"internal": ["10.0.2.11"]}}],
            },
        },
        where=("sip_domains[0]",),
        near={},
        message="'_sipinternaltls._tcp.contoso.com' leads to 'pool02.contoso.com' too, with priority 10",
    ),
)


def _backup(facts: Facts, sip_domain: SipDomain) -> Iterator[Finding]:
    owner = f"{CLIENT_SERVICES[0][1]}.{sip_domain.name}"
    record = facts.services.get(("internal", owner))
    for value in record.values[1:] if record is not None and sip_domain.backup is not None else ():
        if isinstance(value, SrvData):
            yield BACKUP_BY_SRV.at(sip_domain.path, name=owner, target=value.target, priority=value.priority)


def _ports(facts: Facts, sip_domain: SipDomain) -> Iterator[Finding]:
    edge = facts.pools.get(sip_domain.edge)
    usual = {"internal": SIGN_IN_PORT, "external": edge.edge.access.port if edge and edge.edge else 0}
    for view, service in CLIENT_SERVICES:
        owner, port = f"{service}.{sip_domain.name}", sip_domain.srv[view].port
        if port and port != usual[view] and (view, owner) in facts.services:
            yield SRV_PORT_OF_ITS_OWN.at(sip_domain.path, name=owner, port=port, usual=usual[view])


def _strict_names(facts: Facts, sip_domain: SipDomain, home: Pool) -> Iterator[Finding]:
    """The three readings of "strict": the policy's default, its other setting, and the library's."""
    led = [
        (owner, target)
        for view, service in CLIENT_SERVICES
        for owner in (f"{service}.{sip_domain.name}",)
        for target in facts.targets(view, owner)
    ]
    for owner, target in led:
        if target in (sip_domain.name, f"sip.{sip_domain.name}"):
            continue
        if names.parent(target) == sip_domain.name:
            yield from _not_strict(facts, sip_domain, home, owner, target)
            continue
        below = target.endswith(f".{sip_domain.name}")
        kind = SRV_TARGET_BELOW_SIP_DOMAIN if below else SRV_TARGET_OUTSIDE_SIP_DOMAIN
        yield kind.at(sip_domain.path, name=owner, target=target, domain=sip_domain.name)


SRV_TARGET_NOT_STRICT = FindingKind(
    code="srv-target-not-strict",
    severity=NOTE,
    about=RECORDS,
    title="A SRV record leads to a name that the default policy of Lync clients does not take unasked",
    message=(
        "the SRV record '{name}' leads to '{target}': it lies in the SIP domain, as the library demands, but the"
        " strictest client policy takes only '{domain}' and 'sip.{domain}'"
    ),
    breaks=(
        "nothing by the library; by the text of the default policy, Lync 2010 and later on a PC ask the user"
        " whether to trust the server"
    ),
    mend="Set srv_target: sip, or set the policy DisableStrictDNSNaming on the clients",
    source=f"{_POLICY}; {_STRICT}",
    decision="the library calls such a record right and the policy's text does not: told, but nothing fails",
    example=Example(
        "lync",
        change={"sip_domains[0].srv_target": "alias"},
        where=("sip_domains[0]",),
        near={"sip_domains[0].srv_target": "sip"},
        message=(
            "the SRV record '_sipinternaltls._tcp.contoso.com' leads to 'pool01.contoso.com': it lies in the"
            " SIP domain, as the library demands, but the strictest client policy takes only 'contoso.com'"
            " and 'sip.contoso.com'"
        ),
    ),
)
SRV_TARGET_ALIAS = FindingKind(
    code="srv-target-alias",
    severity=NOTE,
    about=RECORDS,
    title="Automatic sign-in leads to an alias of the pool",
    message=(
        "the SRV record of '{domain}' leads to '{name}': it lies in the SIP domain, as the library demands,"
        " but the strictest client policy takes only '{domain}' and 'sip.{domain}'"
    ),
    breaks="later clients (Lync) with the default policy ask the user whether to trust the server",
    mend="Nothing for OCS 2007 clients",
    source="policy 'DisableStrictDNSNaming' (Lync); TechNet 'Determine DNS Requirements' (Lync Server 2013)",
    decision="OCS clients accept it; only later clients with the default policy ask",
    example=Example(
        "ocs",
        change={"sip_domains[1].srv_target": "alias"},
        where=("sip_domains[1]",),
        near={"sip_domains[1].srv_target": "sip"},
    ),
)


def _not_strict(facts: Facts, sip_domain: SipDomain, home: Pool, owner: str, target: str) -> Iterator[Finding]:
    """Inside the SIP domain, as the library has it, but not as the policy's text has it."""
    if facts.knows(home, "name_policy"):
        yield SRV_TARGET_NOT_STRICT.at(sip_domain.path, name=owner, target=target, domain=sip_domain.name)
    elif target != home.fqdn:
        yield SRV_TARGET_ALIAS.at(sip_domain.path, name=target, domain=sip_domain.name)


SIGN_IN_WITHOUT_TLS = FindingKind(
    code="sign-in-without-tls",
    severity=WARNING,
    about=RECORDS,
    title="Clients are led to sign in without TLS",
    message="'{name}' leads clients to sign in over plain TCP",
    breaks="secrecy: messages and sign-in can be read on the network",
    mend="Leave plain TCP out unless old clients need it",
    source="TechNet bb663700 'Required DNS Records for Automatic Client Sign-In' (only where TCP is allowed)",
    decision="it works; the site chose it",
    example=Example(
        "ocs",
        change={"sip_domains[1].plain_tcp": True},
        where=("sip_domains[1]",),
        near={"sip_domains[1].plain_tcp": False},
        message="'_sipinternal._tcp.company.com' leads clients to sign in over plain TCP",
    ),
)
RECORD_NOBODY_ASKS_FOR = FindingKind(
    code="record-nobody-asks-for",
    severity=NOTE,
    about=RECORDS,
    title="A record that the product's clients no longer look up",
    message="'{name}' is planned for plain TCP, but clients from Skype for Business 2015 on do not look it up",
    breaks="nothing",
    mend="Leave plain TCP out, unless clients before Skype for Business 2015 sign in here",
    source="'Advanced Edge Server DNS planning' (Skype for Business Server), the clients' order",
    decision="harmless",
    example=Example(
        "lync",
        change={"product": "sfb2015", "sip_domains[0].plain_tcp": True},
        where=("sip_domains[0]",),
        near={"product": "lync2013", "sip_domains[0].plain_tcp": True},
    ),
)


def _plain_tcp(facts: Facts, sip_domain: SipDomain, home: Pool) -> Iterator[Finding]:
    for view, service in PLAIN_SERVICES:
        owner = f"{service}.{sip_domain.name}"
        if (view, owner) in facts.services:
            yield SIGN_IN_WITHOUT_TLS.at(sip_domain.path, name=owner)
    if sip_domain.plain_tcp and not facts.knows(home, "plain_tcp"):
        owner = f"{PLAIN_SERVICES[0][1]}.{sip_domain.name}"
        yield RECORD_NOBODY_ASKS_FOR.at(sip_domain.path, name=owner)


FALLBACK_NAME_NOT_IN_CERTIFICATE = FindingKind(
    code="fallback-name-not-in-certificate",
    severity=ERROR,
    about=CERTIFICATES,
    title="A fallback name is in DNS but in no certificate",
    message="'{name}' is planned in DNS, but no planned certificate that answers for it has the name",
    breaks="clients that fall back to this name: the certificate does not match",
    mend="Add the name to the certificate, or leave the fallback records out",
    source="TechNet 'Certificate Requirements for Internal Servers' (Lync Server 2013)",
    decision="TLS fails for sure for every client that gets there",
    elsewhere=RULES_ALONE,
)


def _fallback(facts: Facts, sip_domain: SipDomain, home: Pool) -> Iterator[Finding]:
    """A fallback name that DNS has must be in a certificate of those who answer."""
    inside, outside = facts.pools.get(sip_domain.first_contact, home), facts.pools.get(sip_domain.edge)
    for view, label, pool in (("internal", "sipinternal", inside), ("external", "sipexternal", outside)):
        name = f"{label}.{sip_domain.name}"
        if pool is not None and facts.is_planned(view, name) and name not in facts.names_of(pool):
            yield FALLBACK_NAME_NOT_IN_CERTIFICATE.at(sip_domain.path, name=name)


SIP_NAME_NOT_IN_CERTIFICATE = FindingKind(
    code="sip-name-not-in-certificate",
    severity=ERROR,
    about=CERTIFICATES,
    title="A certificate lacks sip.<SIP domain> of a SIP domain that it serves",
    message="'{name}' is not in {certificate}, although users of '{domain}' sign in there",
    breaks="sign-in of '{domain}': the certificate presented by the server did not match the expected name",
    mend="Add the name to the certificate",
    source=f"{_INTERNAL}; {_EDGE}",
    decision="the first names that clients fall back to; strict clients accept no other",
    elsewhere=RULES_ALONE,
)
SIP_NAME_LEFT_OUT = FindingKind(
    code="sip-name-left-out",
    severity=WARNING,
    about=CERTIFICATES,
    title="sip.<SIP domain> was left out of a pool's certificates",
    message="'{name}' is not in {certificate}, as the topology wants it",
    breaks=(
        "sign-in of '{domain}' for clients with the default policy on strict names, for phones, and for all that"
        " fall back to '{name}'"
    ),
    mend="Leave certificates.sip_names at true",
    source=(
        f"{_INTERNAL}: only where strict matching is required by policy; by the policy's own text it is the default"
    ),
    decision="the sources disagree, and where a record leads to the name name-not-in-certificate stops the rollout",
    example=Example(
        "ocs",
        change={"certificates.sip_names": False},
        where=(
            "sip_domains[0]",
            "sip_domains[1]",
        ),
        near={"certificates.sip_names": True},
        message=("'sip.company.local' is not in the certificates of ocspool.company.local, as the topology wants it"),
    ),
)


def _sip_names(facts: Facts, sip_domain: SipDomain, home: Pool) -> Iterator[Finding]:
    """sip.<SIP domain> in the certificates of all that its users meet: home, Director and Edge."""
    met = dict.fromkeys((home.fqdn, sip_domain.first_contact, sip_domain.edge if sip_domain.outside else ""))
    for pool in (facts.pools[fqdn] for fqdn in met if fqdn in facts.pools):
        wanted = pool.role not in ("front_end", "director") or facts.topology.certificates.sip_names
        kind = SIP_NAME_NOT_IN_CERTIFICATE if wanted else SIP_NAME_LEFT_OUT
        yield from lacks_sip_name(facts, pool, sip_domain, kind, sip_domain.path)


def lacks_sip_name(facts: Facts, pool: Pool, sip_domain: SipDomain, kind: FindingKind, where: str) -> Iterator[Finding]:
    """A finding of the kind where no certificate of the pool has sip.<SIP domain>."""
    name = f"sip.{sip_domain.name}"
    if name not in facts.names_of(pool):
        yield kind.at(where, name=name, domain=sip_domain.name, certificate=f"the certificates of {pool.fqdn}")
