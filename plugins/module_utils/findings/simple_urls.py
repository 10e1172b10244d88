# Copyright: (c) 2026, The ucops.rollout developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Hosts and paths of simple URLs."""

from __future__ import annotations

from collections.abc import Iterator

from ansible_collections.ucops.rollout.plugins.module_utils.findings.facts import Facts
from ansible_collections.ucops.rollout.plugins.module_utils.findings.kind import RECORDS, Example, FindingKind
from ansible_collections.ucops.rollout.plugins.module_utils.model import ERROR, WARNING, Finding
from ansible_collections.ucops.rollout.plugins.module_utils.topology.topology import SimpleUrl

_URLS = "TechNet 'Planning for Simple URLs' (Lync Server 2013)"

SIMPLE_URL_IS_POOL_NAME = FindingKind(
    code="simple-url-is-pool-name",
    severity=ERROR,
    about=RECORDS,
    title="A simple URL has the name of a pool",
    message="the simple URL host '{name}' is the name of the pool '{pool}'",
    breaks="meetings: the product refuses such a URL, and the pool's other services lose their name",
    mend="Choose a host name of its own, such as meet.<SIP domain>",
    source=f"{_URLS}: a simple URL must not contain a pool's name",
    decision="the product's own tool refuses it",
    example=Example(
        "lync",
        change={"simple_urls": {"urls": [{"kind": "dialin", "url": "https://pool01.contoso.net/dialin"}]}},
        where=("simple_urls.urls[0]",),
        near={"simple_urls": {"urls": [{"kind": "dialin", "url": "https://pool01.contoso.com/dialin"}]}},
        message="the simple URL host 'pool01.contoso.net' is the name of the pool 'pool01.contoso.net'",
    ),
)
SIMPLE_URL_IS_SIP_DOMAIN = FindingKind(
    code="simple-url-is-sip-domain",
    severity=WARNING,
    about=RECORDS,
    title="A simple URL's host is a SIP domain itself",
    message="the simple URL host '{name}' is a SIP domain",
    breaks="web sites and federation that use the bare domain's name",
    mend="Choose a host below it, such as meet.{name}",
    source="'Simple URLs' (Skype for Business Server): the base host must not match a SIP domain",
    decision="stated by one page only, and earlier products are silent",
    example=Example(
        "lync",
        change={"simple_urls": {"urls": [{"kind": "dialin", "url": "https://contoso.com/dialin"}]}},
        where=("simple_urls.urls[0]",),
        near={"simple_urls": {"urls": [{"kind": "dialin", "url": "https://lync.contoso.com/dialin"}]}},
        message="the simple URL host 'contoso.com' is a SIP domain",
    ),
)


_MEET = {"kind": "meet", "url": "https://meet.contoso.com"}
_MEET_OF_THE_OTHER = {"kind": "meet", "url": "https://meet.fabrikam.com", "sip_domain": "fabrikam.com"}
_DIALIN = {"kind": "dialin", "url": "https://dialin.contoso.com"}

SIMPLE_URL_MEET_MISSING = FindingKind(
    code="simple-url-meet-missing",
    severity=ERROR,
    about=RECORDS,
    title="A SIP domain has no meeting URL",
    message="the simple URLs have none of kind meet for the SIP domain '{name}'",
    breaks="meetings: invitations of users of {name} hold no URL, and the product refuses such a configuration",
    mend="Add {{kind: meet, url: 'https://meet.{name}', sip_domain: {name}}} to simple_urls.urls, or leave urls out",
    source=f"{_URLS}: one Meet URL for each SIP domain",
    decision="the product demands one for each SIP domain",
    example=Example(
        "lync",
        change={"simple_urls": {"urls": [_DIALIN, _MEET]}},
        where=("sip_domains[1]",),
        near={"simple_urls": {"urls": [_DIALIN, _MEET, _MEET_OF_THE_OTHER]}},
        message="the simple URLs have none of kind meet for the SIP domain 'fabrikam.com'",
    ),
)
SIMPLE_URL_DIALIN_MISSING = FindingKind(
    code="simple-url-dialin-missing",
    severity=ERROR,
    about=RECORDS,
    title="There is no dial-in URL",
    message="the simple URLs have none of kind dialin",
    breaks="the dial-in conferencing page and its link in invitations; the product demands one",
    mend="Add {{kind: dialin, url: 'https://dialin.{name}'}} to simple_urls.urls, or leave urls out",
    source=f"{_URLS}: one Dial-in URL for the organisation",
    decision="the product demands one",
    example=Example(
        "lync",
        change={"simple_urls": {"urls": [_MEET]}},
        where=("simple_urls.urls",),
        near={"simple_urls": {"urls": [_DIALIN, _MEET]}},
        message="the simple URLs have none of kind dialin",
    ),
)


def look(facts: Facts) -> Iterator[Finding]:
    """Everything about simple URLs; each host is told once."""
    yield from _missing(facts)
    domains = {sip_domain.name for sip_domain in facts.topology.sip_domains}
    told: set[str] = set()
    for url in facts.topology.simple_urls:
        if url.host in told:
            continue
        told.add(url.host)
        if url.host in facts.pools and facts.pools[url.host].edition == "enterprise":
            yield SIMPLE_URL_IS_POOL_NAME.at(url.place, name=url.host, pool=url.host)
        if url.host in domains:
            yield SIMPLE_URL_IS_SIP_DOMAIN.at(url.place, name=url.host)
    yield from _prefixes(facts.topology.simple_urls)


def _missing(facts: Facts) -> Iterator[Finding]:
    """URLs given in full that leave out what the product demands; the layouts make all."""
    urls = facts.topology.simple_urls
    if not any(facts.knows(pool, "simple_urls") for pool in facts.pools_of_role("front_end", "director")):
        return
    met = {url.sip_domain for url in urls if url.kind == "meet"}
    for sip_domain in facts.topology.sip_domains:
        if sip_domain.name not in met and not sip_domain.cut_over:
            yield SIMPLE_URL_MEET_MISSING.at(sip_domain.path, name=sip_domain.name)
    if not any(url.kind == "dialin" for url in urls):
        yield SIMPLE_URL_DIALIN_MISSING.at("simple_urls.urls", name=facts.topology.sip_domains[0].name)


SIMPLE_URL_INSIDE_ANOTHER = FindingKind(
    code="simple-url-inside-another",
    severity=ERROR,
    about=RECORDS,
    title="A simple URL begins with another one",
    message="the simple URL '{name}' begins with '{one}', which leads elsewhere",
    breaks="the longer URL is never reached",
    mend="Choose URLs of which none begins with another",
    source=f"{_URLS}: no URL may be a prefix of another",
    decision="the product's own tool refuses it",
    elsewhere=(
        "URLs that are given in full are refused before, and the layouts make none; it guards against mistakes of both"
    ),
)


def _prefixes(urls: tuple[SimpleUrl, ...]) -> Iterator[Finding]:
    """Sorted, all URLs that begin with one stand together right after it."""
    shorter: tuple[str, SimpleUrl] | None = None
    for placed in sorted(((f"{url.host}{url.path.rstrip('/')}/".lower(), url) for url in urls), key=_text):
        if shorter is not None and placed[0].startswith(shorter[0]):
            url, one = placed[1], shorter[1]
            yield SIMPLE_URL_INSIDE_ANOTHER.at(url.place, name=url.url, one=one.url)
        else:
            shorter = placed


def _text(placed: tuple[str, SimpleUrl]) -> str:
    return placed[0]
