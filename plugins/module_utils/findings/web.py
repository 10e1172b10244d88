# Copyright: (c) 2026, The ucops.rollout developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Names of web services inside and outside."""

from __future__ import annotations

from collections.abc import Iterator

from ansible_collections.ucops.rollout.plugins.module_utils.findings.facts import Facts
from ansible_collections.ucops.rollout.plugins.module_utils.findings.kind import LEFT_OUT, RECORDS, Example, FindingKind
from ansible_collections.ucops.rollout.plugins.module_utils.model import ERROR, WARNING, Finding
from ansible_collections.ucops.rollout.plugins.module_utils.topology.topology import Pool

_WEB = "TechNet 'DNS Load Balancing' and 'DNS Requirements for Front End Pools' (Lync Server 2013)"
_PROXY = "TechNet 'DNS Summary - Reverse Proxy' and 'Certificate Summary - Reverse Proxy' (Lync Server 2013)"
_DIRECTOR = {
    "fqdn": "dir01.contoso.net",
    "role": "director",
    "servers": [{"fqdn": "dir01.contoso.net", "addresses": {"internal": ["10.0.0.31"]}}],
}


def look(facts: Facts) -> Iterator[Finding]:
    """Everything about the names of web services."""
    for pool in facts.pools_of_role("front_end", "director"):
        yield from _web_names(facts, pool)
    yield from _external_names(facts)


WEB_NAME_IS_POOL_NAME = FindingKind(
    code="web-name-is-pool-name",
    severity=ERROR,
    about=RECORDS,
    title="The web services have the pool's name although DNS balances the pool",
    message="the internal web services of '{pool}' have the pool's own name, and the pool is balanced by DNS",
    breaks=(
        "web services: the pool's name leads to the single servers, the web services need the hardware load"
        " balancer's address"
    ),
    mend="Give the web services a name of their own in web.internal_fqdn",
    source=f"{_WEB}: with DNS load balancing the internal web services name must be overridden",
    decision="one name cannot lead to the servers and to the load balancer",
    example=Example(
        "lync",
        change={"pools[0].web.internal_fqdn": "pool01.contoso.net"},
        where=("pools[0].web.internal_fqdn",),
        near={"pools[0].web.internal_fqdn": "pool01web.contoso.net"},
        message=(
            "the internal web services of 'pool01.contoso.net' have the pool's own name, and the pool is"
            " balanced by DNS"
        ),
    ),
)
WEB_NAMES_EQUAL = FindingKind(
    code="web-names-equal",
    severity=WARNING,
    about=RECORDS,
    title="Web services have the same name inside and outside",
    message="'{name}' is the internal and the external web services name of '{pool}'",
    breaks=(
        "clients cannot tell the internal web site (443) from the external one (4443): sign-in of mobile clients"
        " and authentication of meeting guests"
    ),
    mend="Give the external web services a name of their own in web.external_fqdn",
    source=f"{_WEB}: the names must be distinct, and the internal one only resolvable inside",
    decision="clear in the library, yet sites live with it on separate networks",
    example=Example(
        "lync",
        change={"pools[0].web.external_fqdn": "webint.contoso.net"},
        where=("pools[0].web.external_fqdn",),
        near={"pools[0].web.external_fqdn": "webint.contoso.com"},
        message="'webint.contoso.net' is the internal and the external web services name of 'pool01.contoso.net'",
    ),
)
WEB_NAME_IS_SERVER_NAME = FindingKind(
    code="web-name-is-server-name",
    severity=WARNING,
    about=RECORDS,
    title="The web services of a pool have the name of one server",
    message="the web services of '{pool}' have the name of the server '{name}'",
    breaks="web services of the pool: everything goes to one server",
    mend="Give the web services a name of their own",
    source="TechNet 'Certificate Requirements for Internal Servers' (Lync Server 2013), Front End pool",
    decision="it works until that server is away",
    example=Example(
        "lync",
        change={"pools[0].web.external_fqdn": "fe01.contoso.net"},
        where=("pools[0].web.external_fqdn",),
        near={"pools[0].web.external_fqdn": "fe03.contoso.com"},
        message="the web services of 'pool01.contoso.net' have the name of the server 'fe01.contoso.net'",
    ),
)


def _web_names(facts: Facts, pool: Pool) -> Iterator[Finding]:
    where = f"{pool.path}.web"
    if pool.balanced_by_dns and pool.web_farm_fqdn == pool.fqdn:
        yield WEB_NAME_IS_POOL_NAME.at(f"{where}.internal_fqdn", pool=pool.fqdn)
    if pool.external_web_fqdn and pool.external_web_fqdn == pool.web_farm_fqdn:
        yield WEB_NAMES_EQUAL.at(f"{where}.external_fqdn", name=pool.web_farm_fqdn, pool=pool.fqdn)
    for name, key in ((pool.web_farm_fqdn, "internal_fqdn"), (pool.external_web_fqdn, "external_fqdn")):
        if name in facts.pool_of and pool.edition == "enterprise" and len(pool.servers) > 1:
            yield WEB_NAME_IS_SERVER_NAME.at(f"{where}.{key}", name=name, pool=pool.fqdn)


EXTERNAL_WEB_NAME_SHARED = FindingKind(
    code="external-web-name-shared",
    severity=ERROR,
    about=RECORDS,
    title="Two pools have the same external web services name",
    message="'{name}' is the external web services name of '{one}' and of '{other}'",
    breaks="web services outside: the reverse proxy can send the name to one of the two only",
    mend="Give each pool and each Director an external web services name of its own",
    source=f"{_PROXY}; {_WEB}: the name must be unique",
    decision="a pool whose users land on another one has no web services outside",
    example=Example(
        "lync",
        change={"pools[3]": {**_DIRECTOR, "web": {"external_fqdn": "webext.contoso.com"}}},
        where=("pools[3].web.external_fqdn",),
        near={"pools[3]": {**_DIRECTOR, "web": {"external_fqdn": "webdirext.contoso.com"}}},
        message=(
            "'webext.contoso.com' is the external web services name of 'pool01.contoso.net' and of 'dir01.contoso.net'"
        ),
    ),
)
EXTERNAL_WEB_NAME_NOT_PUBLISHED = FindingKind(
    code="external-web-name-not-published",
    severity=WARNING,
    about=RECORDS,
    title="Web services have a name outside, but nothing publishes them",
    message="nothing is planned outside for '{name}', the external web services name of '{pool}'",
    breaks="web services outside: mobile clients, meetings, address book; a Director's name alone does not do",
    mend="Add a reverse proxy, or name the pool in the reverse proxy's publishes",
    source=f"{_PROXY}: the names of the Director and of the pools are both published",
    decision="another team may publish it unknown to the topology; sign-in works",
    example=Example(
        "lync",
        change={"pools[2]": LEFT_OUT},
        where=("pools[0].web.external_fqdn",),
        near={"pools[2].publishes": ["pool01.contoso.net"]},
        message=(
            "nothing is planned outside for 'webext.contoso.com', the external web services name of"
            " 'pool01.contoso.net'"
        ),
    ),
)


def _external_names(facts: Facts) -> Iterator[Finding]:
    """Each external name belongs to one pool, and somebody publishes it."""
    taken: dict[str, Pool] = {}
    for pool in facts.pools_of_role("front_end", "director"):
        name, where = pool.external_web_fqdn, f"{pool.path}.web.external_fqdn"
        if not name:
            continue
        one = taken.setdefault(name, pool)
        if one is not pool:
            yield EXTERNAL_WEB_NAME_SHARED.at(where, name=name, one=one.fqdn, other=pool.fqdn)
        if facts.has_zone("external", name) and not facts.is_planned("external", name):
            yield EXTERNAL_WEB_NAME_NOT_PUBLISHED.at(where, name=name, pool=pool.fqdn)
