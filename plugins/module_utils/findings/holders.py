# Copyright: (c) 2026, The ucops.rollout developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Who holds which certificate: the servers of an Edge pool, the whole deployment (OAuth), OCS's Web Components."""

from __future__ import annotations

from collections.abc import Iterator

from ansible_collections.ucops.rollout.plugins.module_utils import names
from ansible_collections.ucops.rollout.plugins.module_utils.findings.facts import Facts
from ansible_collections.ucops.rollout.plugins.module_utils.findings.kind import (
    CERTIFICATES,
    RULES_ALONE,
    Example,
    FindingKind,
)
from ansible_collections.ucops.rollout.plugins.module_utils.model import ERROR, WARNING, Finding
from ansible_collections.ucops.rollout.plugins.module_utils.topology.topology import Server

_EDGE = "TechNet 'Certificate Requirements for External User Access' (Lync Server 2013)"
_OAUTH = "TechNet 'Assigning a Server-to-Server Authentication Certificate' (Lync Server 2013)"


def look(facts: Facts) -> Iterator[Finding]:
    """Everything about who holds certificates."""
    yield from _shared(facts)
    yield from _oauth(facts)
    yield from _web_components(facts)


EDGE_CERTIFICATES_DIFFER = FindingKind(
    code="edge-certificates-differ",
    severity=ERROR,
    about=CERTIFICATES,
    title="The servers of an Edge pool have different certificates for one use",
    message="the servers of '{pool}' have {count} different certificates for {use}",
    breaks="authentication of audio and video on some of the servers, and sessions that move between them",
    mend="Request one certificate and import it with its key on every server of the pool",
    source=f"{_EDGE}; 'Edge Server environmental requirements' (Skype for Business Server)",
    decision="a token of one server is refused by the other",
    elsewhere=RULES_ALONE,
)


def _shared(facts: Facts) -> Iterator[Finding]:
    """The servers of an Edge pool that carry the same services share each of their certificates."""
    for pool in facts.pools_of_role("edge"):
        different: dict[tuple[tuple[str, ...], str], set[str]] = {}
        for server in pool.servers:
            for certificate in facts.held.get(server.fqdn, ()):
                different.setdefault((server.roles, certificate.use), set()).add(certificate.id)
        for (_roles, use), ids in different.items():
            if len(ids) > 1:
                yield EDGE_CERTIFICATES_DIFFER.at(pool.path, pool=pool.fqdn, use=use, count=len(ids))


OAUTH_NOT_GLOBAL = FindingKind(
    code="oauth-not-global",
    severity=ERROR,
    about=CERTIFICATES,
    title="The OAuth certificate is not one for the whole deployment",
    message="{count} OAuth certificates are planned, or one that is not global",
    breaks="server to server authentication: Exchange, SharePoint, and between pools",
    mend="Request one certificate and assign it with -Identity global",
    source=_OAUTH,
    decision="servers refuse each other's tokens",
    elsewhere=RULES_ALONE,
)
OAUTH_WITHOUT_SIP_DOMAIN = FindingKind(
    code="oauth-without-sip-domain",
    severity=WARNING,
    about=CERTIFICATES,
    title="The OAuth certificate's subject does not have the default SIP domain",
    message="the subject '{name}' of {certificate} does not hold the default SIP domain '{domain}'",
    breaks="step 3 of the deployment wizard, on some versions",
    mend="Use the default SIP domain as the subject",
    source=f"{_OAUTH}: the name of your SIP domain in the subject; a Director's page shows a server's name",
    decision="the sources disagree",
    example=Example(
        "lync",
        change={"certificates.oauth_subject": "dir01.contoso.net"},
        where=("global/oauth",),
        near={"certificates.oauth_subject": "sip.contoso.com"},
        message=("the subject 'dir01.contoso.net' of global/oauth does not hold the default SIP domain 'contoso.com'"),
    ),
)


def _oauth(facts: Facts) -> Iterator[Finding]:
    planned = [one for one in facts.plan.certificates if one.use == "oauth"]
    if len(planned) > 1 or any(one.scope != "global" for one in planned):
        yield OAUTH_NOT_GLOBAL.at(planned[0].id, count=len(planned))
    domain = facts.topology.sip_domains[0].name
    for one in planned:
        if not names.is_within(one.common_name, domain):
            values = {"certificate": one.id, "name": one.common_name, "domain": domain}
            yield OAUTH_WITHOUT_SIP_DOMAIN.at(one.id, **values)


WEB_COMPONENTS_WITHOUT_CERTIFICATE = FindingKind(
    code="web-components-without-certificate",
    severity=ERROR,
    about=CERTIFICATES,
    title="The Web Components of an OCS server get no certificate",
    message="no certificate is assigned in IIS to the Web Components of '{name}'",
    breaks="address book, meeting content and group expansion",
    mend="Assign the certificate in IIS: the product's wizard does not do it",
    source="TechNet bb663618 '3.6 Configure Certificates'; dd572453 (R2)",
    decision="HTTPS does not answer",
    elsewhere=RULES_ALONE,
)


def _web_components(facts: Facts) -> Iterator[Finding]:
    """In OCS the Web Components' certificate is assigned in IIS, apart from the others: it must not be forgotten."""
    for pool in facts.pools_of_role("front_end"):
        if not facts.knows(pool, "web_components"):
            continue
        for server in pool.servers:
            if "web_components" in (server.roles or ("web_components",)) and not _assigned(facts, server):
                yield WEB_COMPONENTS_WITHOUT_CERTIFICATE.at(server.path, name=server.fqdn)


def _assigned(facts: Facts, server: Server) -> bool:
    return any(
        one.component == "web_components" and one.server == server.fqdn
        for certificate in facts.held.get(server.fqdn, ())
        for one in certificate.assignments
    )
