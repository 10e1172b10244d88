# Copyright: (c) 2026, The ucops.rollout developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The kinds of findings about what stands in certificates and how they are shared."""

from __future__ import annotations

from ansible_collections.ucops.rollout.plugins.module_utils.findings.kind import CERTIFICATES, RECORDS, FindingKind
from ansible_collections.ucops.rollout.plugins.module_utils.model import ERROR, NOTE, WARNING

_WILDCARD = "TechNet 'Wildcard Certificate Support' (Lync Server 2010, 2013)"
_EDGE = "TechNet 'Certificate Requirements for External User Access' (Lync Server 2013)"
_OAUTH = "TechNet 'Assigning a Server-to-Server Authentication Certificate' (Lync Server 2013)"
_INTERNAL = "TechNet 'Certificate Requirements for Internal Servers' (Lync Server 2013)"
_SAN_LIMIT = "skypeadmin.com 2014-10-01 'How many SIP domains', confirmed by its error text only"

CERTIFICATE_KINDS = (
    FindingKind(
        code="sip-name-not-in-certificate",
        severity=ERROR,
        about=CERTIFICATES,
        title="A certificate lacks sip.<SIP domain> of a SIP domain that it serves",
        message="'{name}' is not in {certificate}, although users of '{domain}' sign in there",
        breaks="sign-in of '{domain}': the certificate presented by the server did not match the expected name",
        mend="Add the name to the certificate",
        source=f"{_INTERNAL}; {_EDGE}",
        decision="the first names that clients fall back to; strict clients accept no other",
    ),
    FindingKind(
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
    ),
    FindingKind(
        code="name-twice-in-certificate",
        severity=WARNING,
        about=CERTIFICATES,
        title="A certificate has a name twice",
        message="'{name}' stands twice in {certificate}",
        breaks="nothing, but room of the extension",
        mend="Leave one of them out",
        source="names do not differ by case, RFC 4343",
        decision="harmless but for the size",
    ),
    FindingKind(
        code="wildcard-as-subject",
        severity=ERROR,
        about=CERTIFICATES,
        title="A wildcard is the subject of a certificate",
        message="the subject of {certificate} is the wildcard '{name}'",
        breaks="services do not start or refuse each other: no role supports a wildcard as its subject",
        mend="Put a full name into the subject and the wildcard among the alternative names",
        source=_WILDCARD,
        decision="no role of any product supports it",
    ),
    FindingKind(
        code="wildcard-before-names",
        severity=WARNING,
        about=CERTIFICATES,
        title="A wildcard stands before full names",
        message="the wildcard '{name}' stands before '{other}' in {certificate}",
        breaks="devices (Lync Phone Edition), which read the list up to the wildcard",
        mend="Put the full names first",
        source=f"{_WILDCARD}: full names must precede the wildcard",
        decision="other clients do not mind",
    ),
    FindingKind(
        code="wildcard-not-supported",
        severity=ERROR,
        about=CERTIFICATES,
        title="A wildcard where the product does not support it",
        message="the wildcard '{name}' in {certificate} is not supported there",
        breaks="{breaks}",
        mend="Write every name in full",
        source=f"{_WILDCARD}; TechNet 'Plan for Edge Server Certificates'; techtarget.com 2010-05 (OCS)",
        decision="services do not start, or partners refuse the certificate",
    ),
    FindingKind(
        code="wildcard-refused-by-phones",
        severity=WARNING,
        about=CERTIFICATES,
        title="Phones refuse a wildcard",
        message="{certificate} has the wildcard '{name}', and phones connect there",
        breaks="Lync Phone Edition: 'Cannot connect to the server. Retrying.'",
        mend="Write every name in full in the certificates that phones meet",
        source="J. Schertz 2011-02 'Lync Phone Edition Incompatible with Wildcard Certificates'",
        decision="only sites with Lync Phone Edition are touched",
    ),
    FindingKind(
        code="edge-certificates-differ",
        severity=ERROR,
        about=CERTIFICATES,
        title="The servers of an Edge pool have different certificates for one use",
        message="the servers of '{pool}' have {count} different certificates for {use}",
        breaks="authentication of audio and video on some of the servers, and sessions that move between them",
        mend="Request one certificate and import it with its key on every server of the pool",
        source=f"{_EDGE}; 'Edge Server environmental requirements' (Skype for Business Server)",
        decision="a token of one server is refused by the other",
    ),
    FindingKind(
        code="shared-key-not-exportable",
        severity=ERROR,
        about=CERTIFICATES,
        title="A certificate for several servers has a key that cannot be carried",
        message="{certificate} is for {count} servers, and its key is not exportable",
        breaks="the certificate can only be used on the server that requested it",
        mend="Plan an exportable key",
        source=_EDGE,
        decision="the rollout could not be finished",
    ),
    FindingKind(
        code="oauth-not-global",
        severity=ERROR,
        about=CERTIFICATES,
        title="The OAuth certificate is not one for the whole deployment",
        message="{count} OAuth certificates are planned, or one that is not global",
        breaks="server to server authentication: Exchange, SharePoint, and between pools",
        mend="Request one certificate and assign it with -Identity global",
        source=_OAUTH,
        decision="servers refuse each other's tokens",
    ),
    FindingKind(
        code="oauth-without-sip-domain",
        severity=WARNING,
        about=CERTIFICATES,
        title="The OAuth certificate's subject does not have the default SIP domain",
        message="the subject '{name}' of {certificate} does not hold the default SIP domain '{domain}'",
        breaks="step 3 of the deployment wizard, on some versions",
        mend="Use the default SIP domain as the subject",
        source=f"{_OAUTH}: the name of your SIP domain in the subject; a Director's page shows a server's name",
        decision="the sources disagree",
    ),
    FindingKind(
        code="key-too-short",
        severity=ERROR,
        about=CERTIFICATES,
        title="A key is too short",
        message="the key of {certificate} has {length} bits",
        breaks="the wizard refuses an OAuth certificate below 2048 bits, and Windows since KB2661254 any below 1024",
        mend="Set certificates.key_length to 2048 or more",
        source=f"{_OAUTH}: at least 2048 bits; another page says 1024, 2048 recommended",
        decision="authorities of today sign nothing below 2048 bits",
    ),
    FindingKind(
        code="key-not-usable",
        severity=ERROR,
        about=CERTIFICATES,
        title="A key of a kind that the products cannot use",
        message="the key of {certificate} comes from '{provider}' (type {type}) with key specification {spec}",
        breaks="assignment fails with 'The buffer supplied to a function was too small'",
        mend="Use the provider 'Microsoft RSA SChannel Cryptographic Provider' with an exchange key",
        source="blogs.perficient.com 2013-12-09 (CNG keys); TechNet bb663762 'Sample Certificate' (KeySpec 1)",
        decision="the certificate cannot be assigned",
    ),
    FindingKind(
        code="distribution-point-not-required",
        severity=WARNING,
        about=CERTIFICATES,
        title="A certificate may come without a CRL distribution point",
        message="{certificate} is not required to have a CRL distribution point",
        breaks="servers refuse each other where they cannot check for revocation",
        mend="Require the distribution point",
        source="TechNet bb870336 'Certificate Infrastructure'; 'Certificate Infrastructure Requirements' (2013)",
        decision="most authorities put it in unasked",
    ),
    FindingKind(
        code="web-components-without-certificate",
        severity=ERROR,
        about=CERTIFICATES,
        title="The Web Components of an OCS server get no certificate",
        message="no certificate is assigned in IIS to the Web Components of '{name}'",
        breaks="address book, meeting content and group expansion",
        mend="Assign the certificate in IIS: the product's wizard does not do it",
        source="TechNet bb663618 '3.6 Configure Certificates'; dd572453 (R2)",
        decision="HTTPS does not answer",
    ),
    FindingKind(
        code="names-close-to-limit",
        severity=NOTE,
        about=CERTIFICATES,
        title="Few more SIP domains fit into a certificate",
        message=(
            "the {count} names of {certificate} take {size} of 4096 bytes; each further SIP domain adds about {each}"
            " bytes, so that about {more} more fit"
        ),
        breaks="nothing yet: each SIP domain also means that every certificate with its names is requested anew",
        mend="Use simple URL layout 3 and Autodiscover over HTTP, or give further SIP domains another home",
        source=_SAN_LIMIT,
        decision="told in time, nothing is wrong",
    ),
    FindingKind(
        code="sip-domains-cost",
        severity=NOTE,
        about=CERTIFICATES,
        title="What each SIP domain costs",
        message=(
            "there are {count} SIP domains; one more such as '{domain}' adds about {records} records and {names} names,"
            " and {certificates} certificates are to be requested anew"
        ),
        breaks="nothing",
        mend="Gather further SIP domains before certificates are requested; simple URL layout 3 needs fewer names",
        source="TechNet 'Certificate Requirements for Mobility' (Lync Server 2013); modern-workplace.uk",
        decision="to be known before the next SIP domain is promised, nothing is wrong",
    ),
    FindingKind(
        code="appliance-answers-autodiscover",
        severity=ERROR,
        about=RECORDS,
        title="Autodiscover leads to a Survivable Branch Appliance",
        message="'{name}' leads to the Survivable Branch Appliance '{pool}', which does not answer it",
        breaks="sign-in: clients get no answer from the Autodiscover service",
        mend="Lead the name to a Front End pool or a Director",
        source="cusoon.fr 'Lync client 2013 Autodiscover'",
        decision="nothing answers there",
    ),
)
