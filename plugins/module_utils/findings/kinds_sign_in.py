# Copyright: (c) 2026, The ucops.rollout developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The kinds of findings about the way from a user's address to a server: SRV, fallback, Autodiscover, zones."""

from __future__ import annotations

from ansible_collections.ucops.rollout.plugins.module_utils.findings.kind import CERTIFICATES, RECORDS, FindingKind
from ansible_collections.ucops.rollout.plugins.module_utils.model import ERROR, NOTE, WARNING

_STRICT = (
    "TechNet 'Determine DNS Requirements' (Lync Server 2013): the target lies in the domain of the SRV record; D. Lim"
    " (MSDN, 2009-06-12); J. Schertz 2013-08 'Lync Phone Edition CU7 Registration Issues'"
)
_POLICY = "policy 'DisableStrictDNSNaming' (Lync 2010, 2013)"
_AUTODISCOVER = "TechNet 'DNS Summary - Autodiscover' and 'Technical Requirements for Mobility' (Lync Server 2013)"
_SPLIT = "TechNet 'Determine DNS Requirements' (Lync Server 2013), split-brain DNS"

SIGN_IN_KINDS = (
    FindingKind(
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
    ),
    FindingKind(
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
    ),
    FindingKind(
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
    ),
    FindingKind(
        code="srv-target-is-alias",
        severity=ERROR,
        about=RECORDS,
        title="A SRV record leads to an alias",
        message="the SRV record '{name}' leads to '{target}', which is a CNAME record",
        breaks="clients that keep to the standard do not follow the record",
        mend="Give the target address records of its own",
        source=(
            "RFC 2782: the target must not be an alias; 'DNS requirements' (Skype for Business Server) shows a CNAME"
            " for sip.<SIP domain>, 'Edge Server environmental requirements' an A record"
        ),
        decision="the standard forbids it; the vendor's pages contradict each other, and an A record is always right",
    ),
    FindingKind(
        code="alias-beside-records",
        severity=ERROR,
        about=RECORDS,
        title="A CNAME record is not alone at its name",
        message="'{name}' has a CNAME record and also {other}",
        breaks="DNS servers refuse one of them, or answer with either",
        mend="Choose one form for the name",
        source="RFC 1034 section 3.6.2",
        decision="no DNS server may hold both",
    ),
    FindingKind(
        code="sign-in-without-tls",
        severity=WARNING,
        about=RECORDS,
        title="Clients are led to sign in without TLS",
        message="'{name}' leads clients to sign in over plain TCP",
        breaks="secrecy: messages and sign-in can be read on the network",
        mend="Leave plain TCP out unless old clients need it",
        source="TechNet bb663700 'Required DNS Records for Automatic Client Sign-In' (only where TCP is allowed)",
        decision="it works; the site chose it",
    ),
    FindingKind(
        code="record-nobody-asks-for",
        severity=NOTE,
        about=RECORDS,
        title="A record that the product's clients no longer look up",
        message="'{name}' is planned for plain TCP, but clients from Skype for Business 2015 on do not look it up",
        breaks="nothing",
        mend="Leave plain TCP out, unless clients before Skype for Business 2015 sign in here",
        source="'Advanced Edge Server DNS planning' (Skype for Business Server), the clients' order",
        decision="harmless",
    ),
    FindingKind(
        code="fallback-name-not-in-certificate",
        severity=ERROR,
        about=CERTIFICATES,
        title="A fallback name is in DNS but in no certificate",
        message="'{name}' is planned in DNS, but no planned certificate that answers for it has the name",
        breaks="clients that fall back to this name: the certificate does not match",
        mend="Add the name to the certificate, or leave the fallback records out",
        source="TechNet 'Certificate Requirements for Internal Servers' (Lync Server 2013)",
        decision="TLS fails for sure for every client that gets there",
    ),
    FindingKind(
        code="autodiscover-alias-elsewhere",
        severity=WARNING,
        about=RECORDS,
        title="An Autodiscover name is an alias of a name in another domain",
        message="'{name}' is a CNAME of '{target}', which lies in another domain than '{domain}'",
        breaks="mobile clients over HTTPS: 'Can't verify the certificate from the server'",
        mend="Plan address records for the name (autodiscover as A), or use HTTP only for it",
        source=f"{_AUTODISCOVER}: a CNAME to another domain over HTTPS is not supported",
        decision="PC clients get through where the certificate has both names; mobile clients over HTTPS do not",
    ),
    FindingKind(
        code="autodiscover-answered-outside",
        severity=ERROR,
        about=RECORDS,
        title="The internal Autodiscover name is planned outside",
        message="'{name}' is planned in the external view",
        breaks="clients outside are sent to internal addresses and do not find their way",
        mend="Keep lyncdiscoverinternal in the internal view only",
        source=f"{_SPLIT}: not supported for lyncdiscover and lyncdiscoverinternal",
        decision="the library does not support it, and clients ask for this name first",
    ),
    FindingKind(
        code="autodiscover-answered-inside",
        severity=NOTE,
        about=RECORDS,
        title="The external Autodiscover name is planned inside as well",
        message="'{name}' is planned in the internal view",
        breaks="PC clients inside may be led through the reverse proxy; mobile clients on internal Wi-Fi are meant to",
        mend="Leave it to the external view, unless mobile clients inside need it",
        source=f"{_SPLIT}: not supported; the pages on mobility say that functionality should not be affected",
        decision="the sources disagree on whether it does harm",
    ),
    FindingKind(
        code="autodiscover-missing",
        severity=WARNING,
        about=RECORDS,
        title="A SIP domain has no Autodiscover name",
        message="there is no '{name}' in the {view} view",
        breaks="mobile clients do not sign in, others sign in slowly or ask whether to trust the server",
        mend="Leave autodiscover on for the SIP domain",
        source=_AUTODISCOVER,
        decision="PC clients fall back to SRV records",
    ),
    FindingKind(
        code="outside-name-hidden-inside",
        severity=WARNING,
        about=RECORDS,
        title="A name that users inside need exists only outside, and an internal zone hides it",
        message="'{name}' is a name of the outside, and the internal zone '{zone}' hides it from everybody inside",
        breaks="{breaks}",
        mend="Add the name to copied_names of the zone and copy it there, or declare pin-point zones instead",
        source=f"{_SPLIT}; 'Plan hybrid connectivity' (web conferencing names)",
        decision="users inside lose a part, sign-in works; the site may copy the name without telling us",
    ),
)
