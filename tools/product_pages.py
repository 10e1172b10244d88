"""The tables of docs/products.md: what the product tables hold, and who says that a product has it."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from ansible_collections.ucops.rollout.plugins.module_utils.products.grammar import Product
from ansible_collections.ucops.rollout.plugins.module_utils.products.registry import PRODUCTS
from ansible_collections.ucops.rollout.plugins.module_utils.products.rules import RoleRules

# What stands in no table of rules: the documents that name the role in a version, or its end.
ROLE_SOURCES = {
    "front_end": "each version's planning guide; the expanded configuration only in OCS 2007",
    "director": "TechNet bb870336 (an array of Standard Edition servers), Director pages of Lync Server 2013",
    "edge": "TechNet bb870404 (separate Edge roles), dd425344 (one role from R2 on)",
    "mediation": "TechNet dd441159, Lync Server 2013 'DNS load balancing', SfB 2019 'System requirements'",
    "archiving": "'Wildcard Certificate Support' (Lync Server 2010); part of the Front End from 2013 on",
    "monitoring": "'Wildcard Certificate Support' (Lync Server 2010); part of the Front End from 2013 on",
    "av_conferencing": "TechNet gg398094 (Lync Server 2010); not in the list of 2013",
    "group_chat": "Group Chat of OCS 2007, R2 and Lync Server 2010; its certificates are inferred",
    "persistent_chat": "'DNS requirements for Persistent Chat'; removed in 2019: 'Features no longer supported'",
    "communicator_web_access": "TechNet bb663572 (2007), dd425345 (R2); part of the Front End from Lync Server 2010 on",
    "survivable_branch_appliance": "'Certificate requirements for internal servers' (Lync Server 2013)",
    "office_web_apps": "'Certificate summary - Reverse proxy' (Lync Server 2013), SfB 2019 'System requirements'",
    "exchange_um": "'Configure certificates on the server running Unified Messaging' (Lync Server 2013)",
    "reverse_proxy": "TechNet gg429704 (2010), 'Certificate summary - Reverse proxy' (2013)",
    "back_end": "'DNS requirements for Skype for Business Server' lists the SQL servers",
}

FEATURES = {
    "simple_urls": ("simple URLs", "'Planning for simple URLs' (Lync Server 2013), 'Simple URLs' (SfB)"),
    "scheduler": (
        "URL of the web scheduler",
        "'Determine DNS requirements' (2013, geographical DNS), 'Create DNS records' (SfB)",
    ),
    "autodiscover": (
        "autodiscover (2010: from the cumulative update of November 2011)",
        "TechNet hh690012, 'Technical requirements for mobility' (Lync Server 2013)",
    ),
    "web_external": ("web services with a name outside", "TechNet gg429704, 'DNS summary - Reverse proxy'"),
    "wildcard": ("wildcards in some certificates", "'Wildcard Certificate Support' (Lync Server 2010, 2013)"),
    "oauth": ("OAuth certificate", "'Assigning a server-to-server authentication certificate' (Lync Server 2013)"),
    "xmpp": ("XMPP on the Edge", "'DNS requirements for Skype for Business Server'; removed in 2019"),
    "ipv6": ("IPv6 (AAAA)", "'Determine DNS requirements' (Lync Server 2013); absence before is inferred"),
    "hybrid": ("users in Microsoft 365", "'Plan hybrid connectivity'"),
    "time_server": ("time by DNS for desk phones (`_ntp._udp`)", "'DNS requirements for Skype for Business Server'"),
    "plain_tcp": (
        "sign-in without TLS by DNS (`_sipinternal._tcp`)",
        "TechNet bb870344, dd572514; no longer looked for: 'Advanced Edge Server DNS planning' (SfB)",
    ),
    "name_policy": ("a policy on strict names", "policy 'DisableStrictDNSNaming' (Lync)"),
    "web_components": ("Web Components, whose certificate is assigned in IIS", "TechNet bb663618, dd572453"),
    "backup_registrar": (
        "a backup pool for sign-in",
        "the pools' own topology (Lync Server 2010); its SRV record is inferred",
    ),
    "management_shell": ("certificates by cmdlet (`Request-CsCertificate`)", "the cmdlet's page (Lync Server 2010)"),
}


def head(first: str) -> str:
    columns = " | ".join(f"`{product}`" for product in PRODUCTS)
    return f"| {first} | {columns} | source |\n|" + "---|" * (len(PRODUCTS) + 2)


def roles() -> Iterator[str]:
    """A row for each role that any product has, and how: editions, configurations, kinds of load balancing."""
    every = dict.fromkeys(rules.role for product in PRODUCTS.values() for rules in product.roles)
    ordered = [role for role in ROLE_SOURCES if role in every]
    ordered += [role for role in every if role not in ROLE_SOURCES]
    for role in ordered:
        cells = [_forms([rules for rules in one.roles if rules.role == role]) for one in PRODUCTS.values()]
        yield _row(f"`{role}`", cells, ROLE_SOURCES.get(role, ""))


def _forms(forms: list[RoleRules]) -> str:
    return "<br>".join(dict.fromkeys(_form(rules) for rules in forms)) or "-"


def _form(rules: RoleRules) -> str:
    name = " ".join(word for word in (rules.edition, _expanded(rules)) if word)
    balancers = ", ".join(rules.load_balancers)
    return ": ".join(word for word in (name, balancers) if word) or "yes"


def _expanded(rules: RoleRules) -> str:
    return " or ".join(rules.configurations) if "expanded" in rules.configurations else ""


def features() -> Iterator[str]:
    yield _row("DNS load balancing", _cells(_balances_by_dns), "'DNS load balancing' (Lync Server 2013)")
    for name, (title, source) in FEATURES.items():
        yield _row(title, [_yes(product.knows(name)) for product in PRODUCTS.values()], source)


def _cells(test: Callable[[Product], bool]) -> list[str]:
    return [_yes(test(product)) for product in PRODUCTS.values()]


def _balances_by_dns(product: Product) -> bool:
    return any("dns" in rules.load_balancers for rules in product.roles)


def _yes(holds: bool) -> str:
    return "yes" if holds else "-"


def _row(first: str, cells: list[str], source: str) -> str:
    return f"| {first} | {' | '.join(cells)} | {source} |"
