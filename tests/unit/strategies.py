"""Hypothesis strategies: names, and whole topologies of all products and roles that are valid."""

from __future__ import annotations

import string
from typing import Any

from hypothesis import strategies as st

from ansible_collections.ucops.rollout.plugins.module_utils.products.registry import PRODUCTS
from ansible_collections.ucops.rollout.plugins.module_utils.products.rules import RoleRules

_EDGE = string.ascii_lowercase + string.digits
_INNER = _EDGE + "-"


def labels(longest: int = 12) -> st.SearchStrategy[str]:
    """Labels that start with a letter, so that no name looks like an address."""
    return st.builds(
        lambda first, inner, last: f"{first}{inner}{last}"[:longest].rstrip("-"),
        st.sampled_from(string.ascii_lowercase),
        st.text(_INNER, max_size=longest - 2),
        st.sampled_from(_EDGE),
    )


def fqdns() -> st.SearchStrategy[str]:
    """Of 47 characters at most, so that a host in it still fits into a certificate's common name."""
    return st.lists(labels(11), min_size=2, max_size=4).map(".".join)


@st.composite
def _pool(draw: st.DrawFn, number: int, domain: str) -> dict[str, Any]:
    """A pool with up to four servers; every name and address has the pool's number, so that none meets another's.

    Its name is short enough for a certificate's subject.
    """
    servers = [
        {
            "fqdn": f"fe{number}-{index}.{domain}",
            "addresses": {"internal": [f"10.{number}.1.{index + 1}"]},
        }
        for index in range(draw(st.integers(1, 4)))
    ]
    pool: dict[str, Any] = {"fqdn": f"{draw(labels(10))}-{number}.{domain}", "servers": servers}
    if len(servers) > 1 or draw(st.booleans()):
        vips = {"sip": [f"10.{number}.2.1"]}
        if draw(st.booleans()):
            vips["web"] = [f"10.{number}.2.2"]
        pool["load_balancer"] = {"type": "hardware", "vips": vips}
    if draw(st.booleans()):
        pool["web_farm_fqdn"] = f"web{number}.{domain}"
    return pool


@st.composite
def topologies(draw: st.DrawFn) -> dict[str, Any]:
    """Topologies without problems and without errors among the findings of their plan."""
    domain = draw(fqdns())
    pools = [draw(_pool(number, domain)) for number in range(draw(st.integers(1, 3)))]
    # A pool's name ends in its number, and no other pool's does: no alias meets another name.
    extra = draw(st.lists(fqdns().map(lambda name: f"users.{name}"), unique=True, max_size=4))
    sip_domains = [
        {"name": name, "home": draw(st.sampled_from(pools))["fqdn"]} for name in draw(st.permutations([domain, *extra]))
    ]
    zones = [
        {"name": name, "if_missing": draw(st.sampled_from(["fail", "create"]))}
        for name in draw(st.permutations([domain, *extra]))
    ]
    return {
        "schema": 1,
        "ad_domain": domain,
        "sip_domains": sip_domains,
        "dns": {"internal": {"zones": zones}},
        "pools": pools,
        "certificates": {
            "issuers": {"enterprise": {"ca": "ca01.company.local\\Company CA"}},
            "repeat_subject_in_san": draw(st.booleans()),
        },
    }


# The whole family

WEB_ROLES = ("front_end", "director")
WITHOUT_BALANCER = ("exchange_um", "back_end", "archiving", "monitoring")
EDGE_SERVICES = ("access", "web_conferencing", "av")


@st.composite
def _family_pool(
    draw: st.DrawFn, number: int, product: str, rules: RoleRules, domain: str, outside: str
) -> dict[str, Any]:
    """A pool of a rules; every name and address has the pool's number, so that none meets another's."""
    alone = rules.edition == "standard" or not rules.load_balancers
    count = 1 if alone or "expanded" in rules.configurations else draw(st.integers(1, 3))
    balanced = count > 1 or (bool(rules.load_balancers) and draw(st.booleans()))
    own_name = balanced or (rules.role == "front_end" and rules.edition != "standard")
    fqdn = f"pool{number}.{domain}"
    names = [f"srv{number}-{index}.{domain}" if own_name else fqdn for index in range(count)]
    pool: dict[str, Any] = {
        "fqdn": fqdn,
        "product": product,
        "role": rules.role,
        "edition": rules.edition or "enterprise",
        "configuration": (rules.configurations or ("consolidated",))[0],
        "servers": [
            {"fqdn": name, "addresses": {"internal": [f"10.{number}.1.{i}"]}} for i, name in enumerate(names, 1)
        ],
    }
    if balanced:
        pool["load_balancer"] = _balancer(number, rules, draw(st.sampled_from(rules.load_balancers)))
    if rules.role in WEB_ROLES or rules.role in ("office_web_apps", "communicator_web_access"):
        pool["web"] = draw(_web(number, rules, domain, outside, balanced and pool["load_balancer"]["type"] == "dns"))
    if rules.role in ("edge", "reverse_proxy"):
        access = draw(st.sampled_from(["sip", f"access{number}"]))
        shared = product != "ocs2007" and draw(st.booleans())  # its Edge services have an address each
        _outside(pool, number, outside, access, shared)
    return pool


def _balancer(number: int, rules: RoleRules, kind: str) -> dict[str, Any]:
    web = {"web": [f"10.{number}.2.2"]} if rules.role in WEB_ROLES else {}
    if kind == "dns":
        return {"type": kind, "vips": web}
    return {"type": kind, "vips": {"sip": [f"10.{number}.2.1"], "internal": [f"10.{number}.2.3"], **web}}


@st.composite
def _web(draw: st.DrawFn, number: int, rules: RoleRules, domain: str, outside: str, by_dns: bool) -> dict[str, str]:
    web = {}
    if by_dns or (rules.edition != "standard" and draw(st.booleans())):
        web["internal_fqdn"] = f"web{number}.{domain}"
    if draw(st.booleans()):
        web["external_fqdn"] = f"webext{number}.{outside}"
    return web


def _outside(pool: dict[str, Any], number: int, outside: str, access: str, shared: bool) -> None:
    """The addresses and names outside of an Edge pool or a reverse proxy."""
    vips = pool.get("load_balancer", {}).get("vips", {})
    by_hardware = pool.get("load_balancer", {}).get("type") == "hardware"
    services = ("external",) if shared or pool["role"] == "reverse_proxy" else EDGE_SERVICES
    for index, server in enumerate(pool["servers"], 1):
        for offset, service in enumerate(services):
            address: Any = f"131.{number}.{offset}.{index}"
            nat = {"public": address, "private": f"10.{number}.{offset + 10}.{index}"}
            server["addresses"][service] = [nat if index == 1 else address]
    if by_hardware:
        vips.update({service: [f"131.{number}.{100 + i}.1"] for i, service in enumerate(services)})
    if pool["role"] == "reverse_proxy":
        for server in pool["servers"]:
            del server["addresses"]["internal"]
    else:
        pool["edge"] = {"access": f"{access}.{outside}"}
        if not shared:
            pool["edge"] |= {"web_conferencing": f"webcon{number}.{outside}", "av": f"av{number}.{outside}"}


def _offered(product: str) -> list[RoleRules]:
    """The forms of a product whose pools need no more than their role says."""
    return [rules for rules in PRODUCTS[product].roles if "expanded" not in rules.configurations]


@st.composite
def family_topologies(draw: st.DrawFn) -> dict[str, Any]:
    """One product, or two side by side, with any of their roles, in both views, with every option."""
    domain = f"ad.{draw(labels())}.test"
    main = draw(st.sampled_from(sorted(PRODUCTS)))
    others = draw(st.lists(st.sampled_from(sorted(PRODUCTS)), max_size=1))
    users = [f"users{index}.{draw(labels())}.com" for index in range(draw(st.integers(1, 3)))]
    users += [f"retail.{users[0]}"] if draw(st.booleans()) else []
    front_ends = [(one, rules) for one in (main, *others) for rules in _offered(one) if rules.role == "front_end"]
    rest = [(one, rules) for one in (main, *others) for rules in _offered(one) if rules.role != "front_end"]
    chosen = [
        *draw(st.lists(st.sampled_from(front_ends), min_size=1, max_size=2)),
        *draw(st.lists(st.sampled_from(rest), max_size=4, unique_by=lambda one: one[1].role)),
    ]
    pools = [
        draw(_family_pool(number, product, rules, domain, users[0]))
        for number, (product, rules) in enumerate(chosen, 1)
    ]
    return {
        "schema": 1,
        "product": main,
        "ad_domain": domain,
        "sip_domains": [draw(_sip_domain(name, pools)) for name in users],
        "dns": draw(_views(domain, users)),
        "pools": pools,
        "certificates": {
            "issuers": {
                "enterprise": {"ca": "ca01\\CA"},
                **({"public": {"public": True}} if draw(st.booleans()) else {}),
            },
            "placement": draw(st.sampled_from(["combined", "per_use"])),
        },
        **draw(_options({PRODUCTS[pool["product"]].features for pool in pools}, users)),
    }


@st.composite
def _sip_domain(draw: st.DrawFn, name: str, pools: list[dict[str, Any]]) -> dict[str, Any]:
    homes = [pool["fqdn"] for pool in pools if pool["role"] == "front_end"]
    target = draw(st.sampled_from(["alias", "sip"]))
    sip_domain = {
        "name": name,
        "home": draw(st.sampled_from(homes)),
        "srv_target": target,
        "external_srv_target": draw(st.sampled_from(["access", "sip"])),
        "srv": {"internal": {"priority": draw(st.integers(0, 65535)), "weight": draw(st.integers(0, 65535))}},
        "plain_tcp": draw(st.booleans()),
        "fallback": draw(st.booleans()),
        # No SRV record may lead to an alias.
        "sip_internal": draw(st.sampled_from(["a", "cname"])) if target == "alias" else "a",
    }
    labels_of_fallback = st.lists(st.sampled_from(["sip", "sipinternal", "sipexternal"]), min_size=1, unique=True)
    return {**sip_domain, "fallback_names": draw(labels_of_fallback)} if sip_domain["fallback"] else sip_domain


@st.composite
def _views(draw: st.DrawFn, domain: str, users: list[str]) -> dict[str, Any]:
    kinds = st.sampled_from(["matching", "pin_point"])
    inside = [{"name": domain}, *({"name": name, "kind": draw(kinds)} for name in users)]
    outside = {"external": {"zones": list(users)}} if draw(st.booleans()) else {}
    return {"internal": {"zones": inside}, **outside}


@st.composite
def _options(draw: st.DrawFn, known: set[frozenset[str]], users: list[str]) -> dict[str, Any]:
    """Options of the whole site, as far as one of the products knows them."""
    features = frozenset().union(*known)
    given: dict[str, Any] = {"device_update": draw(st.booleans())}
    if "simple_urls" in features:
        forms = st.sampled_from(["a", "cname"])
        given["simple_urls"] = {
            "layout": draw(st.sampled_from([1, 2, 3])),
            "internal": draw(forms),
            "external": draw(forms),
        }
    if "autodiscover" in features:
        forms = st.sampled_from(["a", "cname", "none"])
        given["autodiscover"] = {"internal": draw(forms), "external": draw(forms)}
    if "xmpp" in features and draw(st.booleans()):
        given["xmpp"] = {"domains": users[:1]}
    if draw(st.booleans()):
        given["federation"] = {}
    return given
