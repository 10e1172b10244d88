# Copyright: (c) 2026, The ucops.rollout developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the parts of a topology say against each other. Works on input that has other problems too.

A part that already has a problem is left out, so that one mistake is told once.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from typing import Any

from ansible_collections.ucops.rollout.plugins.module_utils import names
from ansible_collections.ucops.rollout.plugins.module_utils.model import against_a_file
from ansible_collections.ucops.rollout.plugins.module_utils.products.grammar import Product
from ansible_collections.ucops.rollout.plugins.module_utils.products.rules import RoleRules
from ansible_collections.ucops.rollout.plugins.module_utils.topology.schema import ROLES
from ansible_collections.ucops.rollout.plugins.module_utils.topology.shapes import Problems, join
from ansible_collections.ucops.rollout.plugins.module_utils.wording import some

Checked = Mapping[str, Any]
Placed = tuple[str, str]  # path, name


# Roles whose single server is its own pool; an Enterprise pool's name is always another than its servers'.
_ALONE = frozenset(ROLES) - {"front_end"}
_WITH_WEB_SERVICES = frozenset({"front_end", "director"})
# Several of these stand side by side without a load balancer.
_UNBALANCED = frozenset({"exchange_um", "back_end", "archiving", "monitoring"})
_EDGE_SERVICES = ("access", "web_conferencing", "av")


def find_contradictions(checked: Checked, problems: Problems, products: Mapping[str, Product]) -> None:
    """Add every contradiction of the checked topology to ``problems``."""
    _each_name_once(problems, "SIP domain", _placed(checked, "sip_domains", "name"))
    for view in ("internal", "external"):
        _each_name_once(problems, "zone", _zones(checked, view))
        _zone_settings(checked, view, problems)
    _each_name_once(problems, "site", _placed(checked, "sites", "name"))
    _each_name_once(problems, "name", _pools_and_servers(checked))
    _web_farms(checked, problems)
    _homes(checked, problems)
    _references(checked, problems)
    _fallback_names(checked, problems)
    _aliases_of_themselves(checked, problems)
    _backups(checked, problems, products)
    _urls(checked, problems)
    _issuer(checked, problems)
    _features(checked, problems, products)
    for path, pool in _items(checked, "pools", ""):
        _support(checked, pool, path, problems, products)
        _balancing(pool, path, problems)
        _standard_edition(pool, path, problems)
        _web_names(pool, path, problems)
        _interfaces(pool, path, problems)
        _edge(pool, path, problems)
        _server_roles(pool, path, problems)
        _without_logon(pool, path, problems)
        _shared_certificate(checked, pool, path, problems, products)


def _items(parent: Checked | None, key: str, path: str) -> Iterator[tuple[str, Checked]]:
    """The well-formed entries of a list with their paths."""
    entries: Sequence[Checked | None] = (parent or {}).get(key) or ()
    for index, entry in enumerate(entries):
        if entry is not None:
            yield f"{path}.{key}[{index}]" if path else f"{key}[{index}]", entry


def _placed(parent: Checked | None, key: str, name: str, path: str = "") -> Iterator[Placed]:
    for place, entry in _items(parent, key, path):
        if entry.get(name):
            yield f"{place}.{name}", entry[name]


def _zones(checked: Checked, view: str) -> Iterator[Placed]:
    declared = (checked.get("dns") or {}).get(view)
    yield from _placed(declared, "zones", "name", f"dns.{view}")
    for path, network in _placed(declared, "reverse", "network", f"dns.{view}"):
        yield path, names.reverse_zone(network)


def _zone_settings(checked: Checked, view: str, problems: Problems) -> None:
    """What only Active Directory has, of a zone in a file."""
    declared, place = (checked.get("dns") or {}).get(view), f"dns.{view}"
    for path, zone in (*_items(declared, "zones", place), *_items(declared, "reverse", place)):
        given = zone.get("settings") or {}
        for key, what in against_a_file(given.get("storage"), given.get("partition"), given.get("dynamic_update")):
            problems.add(f"{path}.settings.{key}", what, "Leave it out, or keep the zone in the directory")


def _pools_and_servers(checked: Checked) -> Iterator[Placed]:
    """Every pool, then every server: a pool's name must not be a server's either, unless the server is the pool."""
    yield from _placed(checked, "pools", "fqdn")
    for path, pool in _items(checked, "pools", ""):
        for place, name in _placed(pool, "servers", "fqdn", path):
            if not (name == pool.get("fqdn") and _is_alone(pool)):
                yield place, name


def _is_alone(pool: Checked) -> bool:
    standard = pool.get("role") == "front_end" and pool.get("edition") == "standard"
    return len(pool.get("servers") or ()) == 1 and (standard or pool.get("role") in _ALONE)


def _each_name_once(problems: Problems, what: str, placed: Iterable[Placed]) -> None:
    first: dict[str, str] = {}
    for path, name in placed:
        if name in first:
            problems.add(path, f"the {what} '{name}' is already given at {first[name]}", "Each is given once")
        first.setdefault(name, path)


def _web_farms(checked: Checked, problems: Problems) -> None:
    """A web farm's name inside is its pool's or its own; no other pool or web farm has it."""
    taken: dict[str, Placed] = {
        pool["fqdn"]: (f"{path}.fqdn", path) for path, pool in _items(checked, "pools", "") if pool.get("fqdn")
    }
    for path, pool in _items(checked, "pools", ""):
        if pool.get("role") in ("edge", "reverse_proxy"):
            continue
        for place, name in _web_services_names(pool, path):
            first, owner = taken.setdefault(name, (place, path))
            if owner != path:
                problems.add(place, f"'{name}' is already given at {first}", "Each web farm has its own name")


def _web_services_names(pool: Checked, path: str) -> Iterator[Placed]:
    for key, parent, place in (
        ("web_farm_fqdn", pool, path),
        ("internal_fqdn", pool.get("web") or {}, f"{path}.web"),
    ):
        if parent.get(key):
            yield f"{place}.{key}", parent[key]


def _homes(checked: Checked, problems: Problems) -> None:
    """Each SIP domain has one home: the only pool of Front Ends there is, or the one it names."""
    if not checked.get("pools") or problems.within("pools"):
        return
    pools = {name for _path, name in _pools_of_role(checked, "front_end")}
    for path, domain in _items(checked, "sip_domains", ""):
        home = domain.get("home")
        if home and home not in pools:
            problems.add(f"{path}.home", f"there is no pool '{home}'", f"The pools are {some(pools)}")
        elif not home and len(pools) > 1 and not problems.within(f"{path}.home"):
            problems.add(
                f"{path}.home",
                f"missing: there are {len(pools)} pools, and exactly one of them signs in the users of a SIP domain",
                f"Name one of {some(pools)}",
            )


def _fallback_names(checked: Checked, problems: Problems) -> None:
    for path, domain in _items(checked, "sip_domains", ""):
        if domain.get("fallback_names") and not domain.get("fallback"):
            where = f"{path}.fallback_names"
            problems.add(where, "there are no such names without fallback", "Write fallback: true, or leave them out")


def _aliases_of_themselves(checked: Checked, problems: Problems) -> None:
    """The Access Edge's own name has an address: nothing else can lead there."""
    access = {
        ((pool.get("edge") or {}).get("access") or {}).get("fqdn"): path for path, pool in _items(checked, "pools", "")
    }
    for path, domain in _items(checked, "sip_domains", ""):
        name = f"sip.{domain.get('name')}"
        if domain.get("sip_external") == "cname" and name in access:
            what = f"'{name}' is the Access Edge's own name ({access[name]}), and no name is an alias of itself"
            problems.add(f"{path}.sip_external", what, "Write a")


def _backups(checked: Checked, problems: Problems, products: Mapping[str, Product]) -> None:
    """A backup is another pool than the one that clients are sent to first, and stands behind it."""
    if problems.within("pools"):
        return
    directors = [name for _path, name in _pools_of_role(checked, "director")]
    homes = [name for _path, name in _pools_of_role(checked, "front_end")]
    for path, domain in _items(checked, "sip_domains", ""):
        backup = domain.get("backup")
        if not backup or problems.within(path):
            continue
        first = domain.get("director") or (directors if len(directors) == 1 else [domain.get("home"), *homes])
        _backup_pool(backup["pool"], f"{path}.backup.pool", first, (*homes, *directors), problems)
        _backup_product(checked, backup["pool"], f"{path}.backup", problems, products)
        usual = ((domain.get("srv") or {}).get("internal") or {}).get("priority") or 0
        if backup["priority"] <= usual:
            what = f"{backup['priority']} does not stand behind the {usual} of the first SRV record"
            problems.add(f"{path}.backup.priority", what, "Write a greater number: the lowest is taken first")


def _backup_pool(name: str, where: str, first: Any, known: Collection[str], problems: Problems) -> None:
    usual = first if isinstance(first, str) else next((one for one in first if one), None)
    if name not in known:
        what = f"there is no pool of Front Ends or Directors '{name}'"
        problems.add(where, what, f"There is {some(known)}" if known else "")
    elif name == usual:
        problems.add(where, f"clients are sent to '{name}' in any case", "Name another pool, or leave backup out")


def _backup_product(
    checked: Checked, name: str, where: str, problems: Problems, products: Mapping[str, Product]
) -> None:
    for _path, pool in _items(checked, "pools", ""):
        product = products.get(pool.get("product") or checked.get("product") or "")
        if pool.get("fqdn") == name and product is not None and not product.knows("backup_registrar"):
            why = "It came with Lync Server 2010; before, no SRV record may lead to a further pool (TechNet bb870344)"
            problems.add(where, f"{product.title} does not have backup pools", why)


def _shared_certificate(
    checked: Checked, pool: Checked, path: str, problems: Problems, products: Mapping[str, Product]
) -> None:
    """A reverse proxy shares the one certificate that an Edge pool has outside."""
    wanted, where = pool.get("shares_certificate_of"), f"{path}.shares_certificate_of"
    if not wanted or problems.within(path) or problems.within("pools"):
        return
    edges = {str(one["fqdn"]): one for _path, one in _items(checked, "pools", "") if one["role"] == "edge"}
    if pool.get("role") != "reverse_proxy":
        problems.add(where, "only a reverse proxy shares an Edge pool's certificate", "Leave the key out")
    elif wanted not in edges:
        problems.add(where, f"there is no edge pool '{wanted}'", f"There is {some(edges)}" if edges else "")
    else:
        product = products[edges[wanted].get("product") or checked["product"]]
        rules = product.role_rules("edge", edges[wanted]["edition"], edges[wanted]["configuration"])
        if rules is not None and "edge_external" not in {one.use for one in rules.certificates}:
            what = f"the Edge services of {product.title} have a certificate each"
            problems.add(where, what, "Leave the key out: one for all came with Lync Server 2010")


def _pools_of_role(checked: Checked, role: str) -> Iterator[Placed]:
    for path, pool in _items(checked, "pools", ""):
        if pool.get("role") == role and pool.get("fqdn"):
            yield f"{path}.fqdn", pool["fqdn"]


def _references(checked: Checked, problems: Problems) -> None:
    """What names a pool, a SIP domain or a site names one that there is."""
    if not problems.within("pools"):
        for role in ("director", "edge"):
            known = {name for _path, name in _pools_of_role(checked, role)}
            _known(_placed(checked, "sip_domains", role), known, f"{role} pool", problems)
        every = {name for _path, name in _placed(checked, "pools", "fqdn")}
        web = {n for role in _WITH_WEB_SERVICES for _path, n in _pools_of_role(checked, role)}
        _known(_answering_pools(checked), web, "pool with web services", problems)
        for path, pool in _items(checked, "pools", ""):
            _known(_texts(pool, "publishes", path), every, "pool", problems)
    domains = {name for _path, name in _placed(checked, "sip_domains", "name")}
    sites = {name for _path, name in _placed(checked, "sites", "name")}
    if not problems.within("sip_domains"):
        for path, pool in _items(checked, "pools", ""):
            _known(_texts(pool, "serves", path), domains, "SIP domain", problems)
        _known(_texts(checked.get("xmpp") or {}, "domains", "xmpp"), domains, "SIP domain", problems)
        urls = _placed(checked.get("simple_urls"), "urls", "sip_domain", "simple_urls")
        _known(urls, domains, "SIP domain", problems)
    _known(_placed(checked, "pools", "site"), sites, "site", problems)


def _known(placed: Iterable[Placed], known: Collection[str], what: str, problems: Problems) -> None:
    for path, name in placed:
        if name not in known:
            right = f"There is {some(known)}" if known else f"The topology has no {what}"
            problems.add(path, f"there is no {what} '{name}'", right)


def _texts(parent: Checked, key: str, path: str) -> Iterator[Placed]:
    for index, text in enumerate(parent.get(key) or ()):
        if text:
            yield f"{path}.{key}[{index}]", text


def _answering_pools(checked: Checked) -> Iterator[Placed]:
    yield from _placed(checked.get("simple_urls"), "urls", "pool", "simple_urls")
    for key in ("simple_urls", "autodiscover"):
        if (checked.get(key) or {}).get("pool"):
            yield f"{key}.pool", checked[key]["pool"]


def _urls(checked: Checked, problems: Problems) -> None:
    """One Meet URL for each SIP domain, one of the others; none begins with another."""
    seen: dict[tuple[str, str], str] = {}
    for path, one in _items(checked.get("simple_urls"), "urls", "simple_urls"):
        if not one.get("url") or not one.get("kind"):
            continue
        key = (one["kind"], one.get("sip_domain") or "")
        if key in seen:
            problems.add(path, f"a {one['kind']} URL is already given at {seen[key]}", "One Meet URL per SIP domain")
        seen.setdefault(key, path)
    _prefixes(checked, problems)


def _prefixes(checked: Checked, problems: Problems) -> None:
    """In sorted order of the parts, a URL that begins with another one follows it (at some distance)."""
    placed = [
        (name.lower().split("/"), path)
        for path, name in _placed(checked.get("simple_urls"), "urls", "url", "simple_urls")
    ]
    begun: list[tuple[list[str], str]] = []
    for parts, path in sorted(placed):
        while begun and begun[-1][0] != parts[: len(begun[-1][0])]:
            begun.pop()
        if begun:
            problems.add(path, f"the URL is, or begins with, the one at {begun[-1][1]}", "Write URLs that differ")
        begun.append((parts, path))


# What a product must know for a part of the topology, and what to call it.
_NEEDED = {
    "simple_urls": ("simple_urls", "simple URLs", "They came with Lync Server 2010"),
    "autodiscover": ("autodiscover", "autodiscover", "It came with Lync Server 2010"),
    "xmpp": ("xmpp", "an XMPP proxy on the Edge", "Lync Server 2013 and Skype for Business Server 2015 have one"),
    "time_server": ("time_server", "a time server announced by DNS", "It came with Lync Server 2010"),
    "hybrid": ("hybrid", "users in Microsoft 365", "They came with Lync Server 2013"),
    "simple_urls.scheduler": ("scheduler", "a URL of the web scheduler", "It came with Lync Server 2013"),
    "federation.push_notifications": ("autodiscover", "push notifications", "They came with Lync Server 2010"),
    "federation.hosted_exchange_um": ("autodiscover", "hosted voice mail", "It came with Lync Server 2010"),
    "certificates.oauth_subject": ("oauth", "an OAuth certificate", "It came with Lync Server 2013"),
    "certificates.wildcard": (
        "wildcard",
        "support for wildcards in certificates",
        "Its services do not start with one, although a white paper of 2009 is quoted as allowing it",
    ),
}


def _features(checked: Checked, problems: Problems, products: Mapping[str, Product]) -> None:
    """What no product of the topology knows is not to be planned."""
    given: set[str] = {pool["product"] or checked["product"] or "" for _path, pool in _items(checked, "pools", "")}
    if problems.within("pools") or not given or not given <= products.keys():
        return
    for key, (feature, what, since) in _NEEDED.items():
        knowing = any(products[name].knows(feature) for name in given)
        if _wanted(checked, key) and not knowing and not problems.within(key):
            titles = " and ".join(products[name].title for name in sorted(given))
            problems.add(key, f"{titles} does not have {what}", since)
    if not any(products[name].knows("hybrid") for name in given):
        for path, sip_domain in _items(checked, "sip_domains", ""):
            if sip_domain.get("cut_over"):
                what = "no product of the topology moves users to Microsoft 365"
                problems.add(f"{path}.cut_over", what, "Lync Server 2013 and later do")


def _wanted(checked: Checked, path: str) -> bool:
    """Whether the topology gives something at the path: anything but nothing and false, an empty mapping too."""
    value: Any = checked
    for key in path.split("."):
        value = (value or {}).get(key)
    return value is not None and value is not False


def _issuer(checked: Checked, problems: Problems) -> None:
    certificates = checked.get("certificates") or {}
    issuers, usual = certificates.get("issuers"), certificates.get("issuer")
    for name, issuer in (issuers or {}).items():
        if issuer and not issuer.get("ca") and not issuer.get("public"):
            place = join(join("certificates.issuers", name), "ca")
            if not problems.within(place):
                problems.add(place, "missing", "It gives the CA as host\\name; only a public issuer has none")
    for use, name in (certificates.get("issuer_for") or {}).items():
        if name and issuers and name not in issuers:
            where = f"certificates.issuer_for.{use}"
            problems.add(where, f"there is no issuer '{name}'", f"The issuers are {some(issuers)}")
    if not issuers or problems.within("certificates.issuer"):
        return
    if usual and usual not in issuers:
        problems.add("certificates.issuer", f"there is no issuer '{usual}'", f"The issuers are {some(issuers)}")
    elif not usual and len(issuers) > 1 and "enterprise" not in issuers:
        problems.add(
            "certificates.issuer", f"missing: there are {len(issuers)} issuers", f"Name one of {some(issuers)}"
        )


def _support(checked: Checked, pool: Checked, path: str, problems: Problems, products: Mapping[str, Product]) -> None:
    """Whether there are rules for this product, role, edition, configuration and kind of load balancing."""
    name = pool.get("product") or checked.get("product")
    if not name or any(pool.get(key) is None for key in ("role", "edition", "configuration")):
        return
    if name not in products:
        where = f"{path}.product" if pool.get("product") else "product"
        if not problems.within(where):
            problems.add(where, f"'{name}' is not planned yet", f"Supported: {', '.join(products)}")
        return
    rules = products[name].role_rules(pool["role"], pool["edition"], pool["configuration"])
    if rules is None:
        _unsupported_role(pool, path, problems, products[name])
        return
    _load_balancer_kind(pool, path, problems, products[name], rules)
    _refused_keys(pool, path, problems, products[name])
    if not products[name].knows("ipv6"):
        _no_ipv6(pool, path, problems, products[name])


def _unsupported_role(pool: Checked, path: str, problems: Problems, product: Product) -> None:
    """Tell it at the first key that no role of the product has."""
    left: Iterable[RoleRules] = product.roles
    supported = "; ".join(rules.describe() for rules in product.roles)
    for key in ("role", "edition", "configuration"):
        fitting = [rules for rules in left if rules.offers(key, pool[key])]
        if not fitting:
            what = f"{product.title} does not have the {key} '{pool[key]}', as far as its rules are known"
            problems.add(f"{path}.{key}", what, product.refusals.get((key, pool[key]), f"Supported: {supported}"))
            return
        left = fitting


def _load_balancer_kind(pool: Checked, path: str, problems: Problems, product: Product, rules: RoleRules) -> None:
    kind = (pool.get("load_balancer") or {}).get("type")
    if kind and kind not in rules.load_balancers:
        supported = ", ".join(rules.load_balancers) or "none"
        problems.add(
            f"{path}.load_balancer.type",
            f"{product.title} does not support '{kind}' load balancing",
            f"Supported: {supported}",
        )


def _refused_keys(pool: Checked, path: str, problems: Problems, product: Product) -> None:
    """Keys that other products know: one address for all services of the Edge, a subject for all that is published."""
    why = product.refusals.get(("certificate_subject", ""))
    if why and pool.get("certificate_subject"):
        problems.add(f"{path}.certificate_subject", f"{product.title} has no such certificate", why)
    why = product.refusals.get(("addresses", "external"))
    if why and pool.get("role") == "edge":
        places = [(f"{place}.addresses", server.get("addresses")) for place, server in _items(pool, "servers", path)]
        places.append((f"{path}.load_balancer.vips", (pool.get("load_balancer") or {}).get("vips")))
        for place, addresses in places:
            if (addresses or {}).get("external"):
                what = f"the Edge services of {product.title} do not share an address"
                problems.add(f"{place}.external", what, why)


def _no_ipv6(pool: Checked, path: str, problems: Problems, product: Product) -> None:
    for place, address in _all_addresses(pool, path):
        if ":" in address:
            problems.add(
                place,
                f"'{address}' is an IPv6 address, and {product.title} does not know IPv6",
                "Leave it out and give the IPv4 address",
            )


def _all_addresses(pool: Checked, path: str) -> Iterator[Placed]:
    balancer = pool.get("load_balancer") or {}
    places = [(f"{place}.addresses", server.get("addresses")) for place, server in _items(pool, "servers", path)]
    for place, interfaces in [*places, (f"{path}.load_balancer.vips", balancer.get("vips"))]:
        for interface, addresses in (interfaces or {}).items():
            for index, address in enumerate(addresses or ()):
                if isinstance(address, str):
                    yield f"{place}.{interface}[{index}]", address
                elif address and address.get("public"):
                    yield f"{place}.{interface}[{index}].public", address["public"]


def _balancing(pool: Checked, path: str, problems: Problems) -> None:
    servers, role = pool.get("servers") or (), pool.get("role")
    needed = role not in _UNBALANCED and _side_by_side(pool)
    if needed and not pool.get("load_balancer") and not problems.within(f"{path}.load_balancer"):
        problems.add(
            f"{path}.load_balancer",
            f"missing: a pool of {len(servers)} servers needs a load balancer and its virtual IP addresses",
            "Write load_balancer: {type: hardware, vips: {sip: [10.0.0.10]}}",
        )
    _needed_vips(pool, path, problems)
    _vips(pool, path, problems)


def _side_by_side(pool: Checked) -> bool:
    """Whether any two servers do the same work: in an expanded pool those that carry the same role."""
    servers = [server or {} for server in pool.get("servers") or ()]
    if pool.get("configuration") != "expanded":
        return len(servers) > 1
    roles = [role for server in servers for role in server.get("roles") or ("all",)]
    return len(roles) > len(set(roles))


def _needed_vips(pool: Checked, path: str, problems: Problems) -> None:
    balancer = pool.get("load_balancer") or {}
    kind, vips, place = balancer.get("type"), balancer.get("vips"), f"{path}.load_balancer.vips"
    if not kind or problems.within(place) or problems.within(f"{path}.load_balancer.type"):
        return
    if kind == "hardware" and vips is None:
        problems.add(place, "missing", "It gives the virtual IP addresses per service")
        return
    for service in _services_needing(pool, kind):
        if not (vips or {}).get(service):
            problems.add(f"{place}.{service}", "missing", _WHY_VIP.get(service, "It gives the virtual IP addresses"))
    useless = "sip" if kind == "dns" else ""
    if useless and (vips or {}).get(useless):
        problems.add(f"{place}.{useless}", "DNS load balancing has no such address", "Leave it out")


_WHY_VIP = {
    "sip": "It gives the addresses that the Front Ends are reached at",
    "web": "It gives the addresses of the hardware load balancer for HTTP: DNS cannot balance the web services",
}


def _services_needing(pool: Checked, kind: str) -> tuple[str, ...]:
    """The services that need a virtual address; those of an Edge and a reverse proxy are told elsewhere."""
    role = pool.get("role")
    if kind == "dns":
        return ("web",) if role in _WITH_WEB_SERVICES else ()
    if role == "edge":
        return ("internal",)
    if role in ("office_web_apps", "communicator_web_access") and _vip(pool, "web"):
        return ()
    return ("external",) if role == "reverse_proxy" else ("sip",)


def _vips(pool: Checked, path: str, problems: Problems) -> None:
    """A virtual IP address is the load balancer's, not one of the servers behind it."""
    own = {
        address: f"{place}.addresses.internal"
        for place, server in _items(pool, "servers", path)
        for address in (server.get("addresses") or {}).get("internal") or ()
    }
    vips = (pool.get("load_balancer") or {}).get("vips") or {}
    for service in ("sip", "web", "conferencing", "internal"):
        for index, address in enumerate(vips.get(service) or ()):
            if address is not None and address in own:
                problems.add(
                    f"{path}.load_balancer.vips.{service}[{index}]",
                    f"{address} is the address of a server ({own[address]})",
                    "Give the load balancer's own virtual IP address",
                )


# Roles that a server of an expanded pool may carry, and those that some server must carry.
_CARRIED = {
    "front_end": (("front_end", "web_conferencing", "av_conferencing", "web_components"),) * 2,
    "edge": (("access_edge", "web_conferencing_edge", "av_edge"), ("access_edge",)),
}


def _server_roles(pool: Checked, path: str, problems: Problems) -> None:
    """Only servers of an expanded pool carry different roles, and together they carry all that the pool needs."""
    possible, needed = _CARRIED.get(pool.get("role") or "", ((), ()))
    expanded = pool.get("configuration") == "expanded" and bool(possible)
    if problems.within(f"{path}.servers") or problems.within(f"{path}.configuration"):
        return
    carried: set[str] = set()
    for place, server in _items(pool, "servers", path):
        roles = server.get("roles") or ()
        carried.update(roles or possible)
        for index, role in enumerate(roles):
            if not expanded:
                problems.add(f"{place}.roles", "only servers of an expanded pool carry roles", "Leave them out")
                break
            if role not in possible:
                what = f"'{role}' is no role in a pool of this kind"
                problems.add(f"{place}.roles[{index}]", what, f"Possible: {', '.join(possible)}")
    missing = [role for role in needed if role not in carried]
    if expanded and missing and not problems.within(f"{path}.servers"):
        problems.add(f"{path}.servers", f"no server carries {' or '.join(missing)}", "Give each role to a server")


def _without_logon(pool: Checked, path: str, problems: Problems) -> None:
    for place, server in _items(pool, "servers", path):
        if server.get("logon") is False and server.get("inventory_host"):
            what = "nobody logs on to this server (logon: false), so it needs no host of the inventory"
            problems.add(f"{place}.inventory_host", what, "Leave out one of the two")


def _standard_edition(pool: Checked, path: str, problems: Problems) -> None:
    """A Standard Edition server is its own pool."""
    if pool.get("edition") != "standard" or pool.get("role") != "front_end" or problems.within(path):
        return
    servers: Sequence[Checked] = pool.get("servers") or ()
    if len(servers) != 1:
        problems.add(f"{path}.servers", "a Standard Edition pool has exactly one server", "Leave one")
    elif servers[0].get("fqdn") != pool.get("fqdn"):
        name = servers[0].get("fqdn")
        problems.add(f"{path}.fqdn", f"a Standard Edition pool has its server's name, '{name}'", f"Write {name}")


def _web_names(pool: Checked, path: str, problems: Problems) -> None:
    web = pool.get("web") or {}
    inside, short = web.get("internal_fqdn"), pool.get("web_farm_fqdn")
    if inside and short and inside != short:
        problems.add(f"{path}.web_farm_fqdn", f"web.internal_fqdn says '{inside}'", "Leave one of the two")


def _interfaces(pool: Checked, path: str, problems: Problems) -> None:
    """Every server has the addresses that its role needs."""
    role = pool.get("role")
    for place, server in _items(pool, "servers", path):
        addresses = server.get("addresses")
        if addresses is None or problems.within(f"{place}.addresses"):
            continue
        if role == "reverse_proxy":
            if not addresses.get("external") and not _vip(pool, "external"):
                problems.add(f"{place}.addresses.external", "missing", "It gives the addresses that DNS shows outside")
        elif not addresses.get("internal"):
            problems.add(f"{place}.addresses.internal", "missing", "It gives the addresses on the internal network")
        if role not in ("edge", "reverse_proxy"):
            for interface in ("external", *_EDGE_SERVICES):
                if addresses.get(interface):
                    what = f"a server of the role '{role}' has no such interface"
                    problems.add(f"{place}.addresses.{interface}", what, "Give it to an Edge server")


def _vip(pool: Checked, service: str) -> Any:
    return ((pool.get("load_balancer") or {}).get("vips") or {}).get(service)


def _edge(pool: Checked, path: str, problems: Problems) -> None:
    role, edge = pool.get("role"), pool.get("edge")
    if role != "edge":
        if edge and role:
            problems.add(f"{path}.edge", f"a pool of the role '{role}' has no Edge services", "Leave the key out")
        return
    if edge is None:
        if not problems.within(f"{path}.edge"):
            problems.add(f"{path}.edge", "missing", "Write edge: {access: sip.company.com}")
        return
    for service in _EDGE_SERVICES:
        _edge_addresses(pool, path, service, problems)


def _edge_addresses(pool: Checked, path: str, service: str, problems: Problems) -> None:
    """A service of the Edge is reached at a virtual address, or at one of each server that carries it."""
    if problems.within(f"{path}.servers") or problems.within(f"{path}.load_balancer"):
        return
    if _vip(pool, service) or _vip(pool, "external"):
        return
    carrier = f"{service}_edge"
    for place, server in _items(pool, "servers", path):
        addresses = server.get("addresses") or {}
        carries = not server.get("roles") or carrier in server["roles"]
        if carries and not addresses.get(service) and not addresses.get("external"):
            where = f"{place}.addresses.{service}"
            problems.add(where, "missing", "Give the service's addresses outside, or 'external' for a shared one")
