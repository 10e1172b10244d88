"""Hypothesis strategies: names and whole topologies that are valid."""

from __future__ import annotations

import string
from typing import Any

from hypothesis import strategies as st

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
    return st.lists(labels(), min_size=2, max_size=4).map(".".join)


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
