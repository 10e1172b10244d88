# Copyright: (c) 2026, The ucops.rollout developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the parts of a topology say against each other. Works on input that has other problems too.

A part that already has a problem is left out, so that one mistake is told once.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from ansible_collections.ucops.rollout.plugins.module_utils.rules import Product, Sheet
from ansible_collections.ucops.rollout.plugins.module_utils.shapes import Problems

Checked = Mapping[str, Any]
Placed = tuple[str, str]  # path, name


def find_contradictions(checked: Checked, problems: Problems, products: Mapping[str, Product]) -> None:
    """Add every contradiction of the checked topology to ``problems``."""
    _each_name_once(problems, "SIP domain", _placed(checked, "sip_domains", "name"))
    _each_name_once(problems, "zone", _zones(checked))
    _each_name_once(problems, "name", _pools_and_servers(checked))
    _web_farms(checked, problems)
    _homes(checked, problems)
    _issuer(checked, problems)
    for path, pool in _items(checked, "pools", ""):
        _support(checked, pool, path, problems, products)
        _balancing(pool, path, problems)


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


def _zones(checked: Checked) -> Iterator[Placed]:
    return _placed((checked.get("dns") or {}).get("internal"), "zones", "name", "dns.internal")


def _pools_and_servers(checked: Checked) -> Iterator[Placed]:
    """Every pool, then every server: a pool's name must not be a server's either."""
    yield from _placed(checked, "pools", "fqdn")
    for path, pool in _items(checked, "pools", ""):
        yield from _placed(pool, "servers", "fqdn", path)


def _each_name_once(problems: Problems, what: str, placed: Iterable[Placed]) -> None:
    first: dict[str, str] = {}
    for path, name in placed:
        if name in first:
            problems.add(path, f"the {what} '{name}' is already given at {first[name]}", "Each is given once")
        first.setdefault(name, path)


def _web_farms(checked: Checked, problems: Problems) -> None:
    """A web farm's name is its pool's or its own; no other pool or web farm has it."""
    taken: dict[str, str] = {name: path for path, name in _placed(checked, "pools", "fqdn")}
    for path, pool in _items(checked, "pools", ""):
        name = pool.get("web_farm_fqdn")
        if not name or name == pool.get("fqdn"):
            continue
        if name in taken:
            problems.add(
                f"{path}.web_farm_fqdn", f"'{name}' is already given at {taken[name]}", "Each web farm has its own name"
            )
        taken.setdefault(name, f"{path}.web_farm_fqdn")


def _homes(checked: Checked, problems: Problems) -> None:
    """Each SIP domain has one home: the only pool there is, or the one it names."""
    if not checked.get("pools") or problems.within("pools"):
        return
    pools = {name for _path, name in _placed(checked, "pools", "fqdn")}
    for path, domain in _items(checked, "sip_domains", ""):
        home = domain.get("home")
        if home and home not in pools:
            problems.add(f"{path}.home", f"there is no pool '{home}'", f"The pools are {_some(pools)}")
        elif not home and len(pools) > 1 and not problems.within(f"{path}.home"):
            problems.add(
                f"{path}.home",
                f"missing: there are {len(pools)} pools, and exactly one of them signs in the users of a SIP domain",
                f"Name one of {_some(pools)}",
            )


def _issuer(checked: Checked, problems: Problems) -> None:
    certificates = checked.get("certificates") or {}
    issuers, chosen = certificates.get("issuers"), certificates.get("issuer")
    if not issuers or problems.within("certificates.issuer"):
        return
    if chosen and chosen not in issuers:
        problems.add("certificates.issuer", f"there is no issuer '{chosen}'", f"The issuers are {_some(issuers)}")
    elif not chosen and len(issuers) > 1 and "enterprise" not in issuers:
        problems.add(
            "certificates.issuer", f"missing: there are {len(issuers)} issuers", f"Name one of {_some(issuers)}"
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
    sheet = products[name].sheet(pool["role"], pool["edition"], pool["configuration"])
    if sheet is None:
        _unsupported_role(pool, path, problems, products[name])
    else:
        _load_balancer_kind(pool, path, problems, products[name], sheet)


def _unsupported_role(pool: Checked, path: str, problems: Problems, product: Product) -> None:
    """Tell it at the first key that no sheet of the product has."""
    sheets: Iterable[Sheet] = product.sheets
    supported = "; ".join(sheet.describe() for sheet in product.sheets)
    for key in ("role", "edition", "configuration"):
        fitting = [sheet for sheet in sheets if pool[key] in _offers(sheet, key)]
        if not fitting:
            what = f"the {key} '{pool[key]}' of {product.title} is not planned yet"
            problems.add(f"{path}.{key}", what, f"Supported: {supported}")
            return
        sheets = fitting


def _offers(sheet: Sheet, key: str) -> tuple[str, ...]:
    return {"role": (sheet.role,), "edition": (sheet.edition,), "configuration": sheet.configurations}[key]


def _load_balancer_kind(pool: Checked, path: str, problems: Problems, product: Product, sheet: Sheet) -> None:
    kind = (pool.get("load_balancer") or {}).get("type")
    if kind and kind not in sheet.load_balancers:
        problems.add(
            f"{path}.load_balancer.type",
            f"{product.title} does not support '{kind}' load balancing",
            f"Supported: {', '.join(sheet.load_balancers)}",
        )


def _balancing(pool: Checked, path: str, problems: Problems) -> None:
    servers = pool.get("servers") or ()
    if len(servers) > 1 and not pool.get("load_balancer") and not problems.within(f"{path}.load_balancer"):
        problems.add(
            f"{path}.load_balancer",
            f"missing: a pool of {len(servers)} servers needs a load balancer and its virtual IP addresses",
            "Write load_balancer: {type: hardware, vips: {sip: [10.0.0.10]}}",
        )
    _vips(pool, path, problems)


def _vips(pool: Checked, path: str, problems: Problems) -> None:
    """A virtual IP address is the load balancer's, not one of the servers behind it."""
    own = {
        address: f"{place}.addresses.internal"
        for place, server in _items(pool, "servers", path)
        for address in (server.get("addresses") or {}).get("internal") or ()
    }
    vips = (pool.get("load_balancer") or {}).get("vips") or {}
    for service in ("sip", "web"):
        for index, address in enumerate(vips.get(service) or ()):
            if address is not None and address in own:
                problems.add(
                    f"{path}.load_balancer.vips.{service}[{index}]",
                    f"{address} is the address of a server ({own[address]})",
                    "Give the load balancer's own virtual IP address",
                )


def _some(names: Iterable[str], limit: int = 5) -> str:
    """A few of the names, sorted, and how many more there are."""
    ordered = sorted(names)
    rest = f" and {len(ordered) - limit} more" if len(ordered) > limit else ""
    return ", ".join(ordered[:limit]) + rest
