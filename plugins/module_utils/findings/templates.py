# Copyright: (c) 2026, The ucops.rollout developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a CA's template would make of a request, known before a key is made."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from ansible_collections.ucops.rollout.plugins.module_utils.certificates.authority_port import (
    AuthorityDescription,
    TemplateFacts,
)
from ansible_collections.ucops.rollout.plugins.module_utils.findings.kind import RUN, FindingKind
from ansible_collections.ucops.rollout.plugins.module_utils.model import (
    ERROR,
    NOTE,
    WARNING,
    Finding,
    PlannedCertificate,
)

_SHOWN = "certutil -v -template on the CA"

TEMPLATE_TAKES_NO_NAMES = FindingKind(
    code="template-takes-no-names",
    severity=ERROR,
    about=RUN,
    title="A template builds the subject from Active Directory",
    message="the template '{template}' of the CA {name} does not take the names that a request supplies",
    breaks="{certificates}: the CA denies the request, or issues a certificate without the planned names",
    mend=(
        "Use a template whose subject name is supplied in the request, such as WebServer"
        " (CT_FLAG_ENROLLEE_SUPPLIES_SUBJECT in what certutil -v -template shows)"
    ),
    source=f"{_SHOWN}; MS-CRTD section 2.28",
    decision="every certificate of a rollout has names that Active Directory does not know",
    elsewhere="a template such as Machine, which names the computer's own account",
)
TEMPLATE_LACKS_USAGE = FindingKind(
    code="template-lacks-usage",
    severity=ERROR,
    about=RUN,
    title="A template does not give the planned usages",
    message="the template '{template}' of the CA {name} gives the usages {found} and not {lacking}",
    breaks="{certificates}: clients refuse a certificate that lacks them, and it would not be installed",
    mend="Use a template with these extended key usages (application policies), or add them to this one",
    source=f"{_SHOWN}; RFC 5280 section 4.2.1.12",
    decision="the CA replaces what a request asks for with what the template says",
    elsewhere="a template such as User, for client authentication alone",
)
TEMPLATE_WANTS_LONGER_KEY = FindingKind(
    code="template-wants-longer-key",
    severity=ERROR,
    about=RUN,
    title="A template wants a longer key than is planned",
    message="the template '{template}' of the CA {name} wants keys of {least} bits at least; planned are {length}",
    breaks="{certificates}: the CA denies the request (0x80094811)",
    mend="Plan a longer key (`key_length` of the certificates), or lower the template's minimum key size",
    source=f"{_SHOWN}; winerror.h (CERTSRV_E_KEY_LENGTH)",
    decision="the CA denies every such request",
    elsewhere="a template with a minimum of 4096 bits",
)
TEMPLATE_WANTS_SIGNATURES = FindingKind(
    code="template-wants-signatures",
    severity=ERROR,
    about=RUN,
    title="A template wants signatures of others",
    message="the template '{template}' of the CA {name} wants requests signed by {count} others (enrolment agents)",
    breaks="{certificates}: the CA denies the request (0x80094808)",
    mend="Use a template whose issuance requirements ask for no authorized signatures, such as WebServer",
    source=f"{_SHOWN}; winerror.h (CERTSRV_E_SIGNATURE_COUNT)",
    decision="a run has no enrolment agent's key, and shall have none",
    elsewhere="a template with authorized signatures among its issuance requirements",
)
TEMPLATE_DENIES_ACCOUNT = FindingKind(
    code="template-denies-account",
    severity=WARNING,
    about=RUN,
    title="The account may not enrol by a template",
    message="by the permissions of the template '{template}' the account that logs on to the CA {name} may not enrol",
    breaks="{certificates}: the CA denies the request (0x80094012)",
    mend="Give the account, or a group of its, Read and Enroll on the template",
    source=f"{_SHOWN}, whoami /user /groups; MS-CRTD section 2.5",
    decision="the CA has the last word: a change of a minute ago may not have reached what certutil shows",
    elsewhere="an account that is in none of the groups that may enrol",
)
REQUESTS_WAIT = FindingKind(
    code="requests-wait",
    severity=NOTE,
    about=RUN,
    title="Requests will wait for an officer of the CA",
    message="requests by '{template}' wait for an officer of the CA {name}: {why}",
    breaks="",
    mend=(
        "Tell the CA's officers, or let the run wait for them (pool_certificates_wait). A later run goes on with what"
        " they decided"
    ),
    source=f"{_SHOWN}; MS-CRTD section 2.26, MS-WCCE section 3.2.2.6.2.1.4.1",
    decision="it is how the site wants it, and this collection approves nothing",
    elsewhere="a template with the CA certificate manager's approval among its issuance requirements",
)
TEMPLATE_OFFERS_OTHER_PROVIDERS = FindingKind(
    code="template-offers-other-providers",
    severity=NOTE,
    about=RUN,
    title="A template offers other key providers",
    message="the template '{template}' of the CA {name} offers {found}, and the keys are made by '{provider}'",
    breaks="",
    mend=(
        "Nothing for a rollout. Who asks by hand with this template gets a key of another kind, which OCS and Lync"
        " cannot use where it is a key storage provider's"
    ),
    source=f"{_SHOWN}; MS-CRTD section 2.4 (pKIDefaultCSPs is for those who make the key)",
    decision="the CA does not see which provider made a key",
    elsewhere="a template of version 3 or later, whose keys are a key storage provider's",
)
TEMPLATE_NOT_KNOWN = FindingKind(
    code="template-not-known",
    severity=NOTE,
    about=RUN,
    title="What a template demands cannot be read",
    message="it is not known of the template '{template}' of the CA {name} {what}: {reason}",
    breaks="",
    mend="",
    source=_SHOWN,
    decision="the CA may issue all the same, and says so when a certificate is requested",
    elsewhere="an account that may not read the template",
)


def template_findings(
    found: AuthorityDescription, ca: str, template: str, planned: Sequence[PlannedCertificate]
) -> Iterator[Finding]:
    """What the template makes of the certificates that are planned by it, and what of that is not known."""
    facts = found.facts_of(template)
    named = {"name": ca, "template": template}
    waits = [_WAITS_BY_CA] if found.policy.all_wait else []
    if facts is not None:
        known = {**named, "certificates": ", ".join(one.id for one in planned)}
        yield from _unmet(facts, ca, known, planned)
        waits += [_WAITS_BY_TEMPLATE] if facts.template.waits else []
        yield from _unknown(facts, ca, named)
    if waits:
        yield REQUESTS_WAIT.at(ca, **named, why=" and ".join(waits))


_WAITS_BY_CA = "the CA holds all requests back"
_WAITS_BY_TEMPLATE = "the template asks for the approval of a certificate manager"


def _unmet(
    facts: TemplateFacts, ca: str, known: dict[str, str], planned: Sequence[PlannedCertificate]
) -> Iterator[Finding]:
    template = facts.template
    if template.takes_names is False:
        yield TEMPLATE_TAKES_NO_NAMES.at(ca, **known)
    usages = template.usages or ()
    lacking = dict.fromkeys(one for each in planned for one in each.extended_key_usage if one not in usages)
    if usages and lacking:
        yield TEMPLATE_LACKS_USAGE.at(ca, **known, found=", ".join(usages), lacking=", ".join(lacking))
    shortest = min(one.key.length for one in planned)
    if (template.minimum_key or 0) > shortest and planned[0].key.algorithm == "rsa":
        yield TEMPLATE_WANTS_LONGER_KEY.at(ca, **known, least=template.minimum_key, length=shortest)
    if template.signatures:
        yield TEMPLATE_WANTS_SIGNATURES.at(ca, **known, count=template.signatures)
    if facts.may_enrol is False:
        yield TEMPLATE_DENIES_ACCOUNT.at(ca, **known)
    provider = planned[0].key.provider
    if template.providers and provider.casefold() not in map(str.casefold, template.providers):
        offered = ", ".join(template.providers)
        named = {name: known[name] for name in ("name", "template")}
        yield TEMPLATE_OFFERS_OTHER_PROVIDERS.at(ca, **named, found=offered, provider=provider)


def _unknown(facts: TemplateFacts, ca: str, named: dict[str, str]) -> Iterator[Finding]:
    template = facts.template
    if facts.problem:
        yield TEMPLATE_NOT_KNOWN.at(ca, **named, what="what it demands", reason=facts.problem)
        return
    asked = {
        "whether it takes the names of a request": template.takes_names,
        "which usages it gives": template.usages,
        "how long a key has to be": template.minimum_key,
        "whether it wants signatures": template.signatures,
        "whether requests wait for an officer": template.waits,
        "whether the account may enrol": facts.may_enrol,
    }
    lacking = [what for what, value in asked.items() if value is None]
    if lacking:
        yield TEMPLATE_NOT_KNOWN.at(ca, **named, what=", ".join(lacking), reason="certutil does not tell it")
