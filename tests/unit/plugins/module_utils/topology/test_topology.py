"""The topology's values, and what follows from them."""

from __future__ import annotations

from dataclasses import replace

import pytest
from unit.finding_cases import lync

TOPOLOGY, _PLAN = lync({"certificates.issuers.public": {"public": True}})


def test_clients_are_sent_to_the_director_first() -> None:
    sip_domain = TOPOLOGY.sip_domains[0]
    assert sip_domain.first_contact == "pool01.contoso.net"
    assert replace(sip_domain, director="dir01.contoso.net").first_contact == "dir01.contoso.net"


def test_a_pool_balanced_by_dns() -> None:
    pool = TOPOLOGY.pools[0]
    assert pool.balanced_by_dns
    assert not replace(pool, load_balancer=replace(pool.load_balancer, type="hardware")).balanced_by_dns
    assert not replace(pool, load_balancer=None).balanced_by_dns


def test_a_simple_url_as_text() -> None:
    url = TOPOLOGY.simple_urls[0]
    assert url.url == "https://meet.contoso.com"
    assert replace(url, path="/dialin").url == "https://meet.contoso.com/dialin"


@pytest.mark.parametrize(
    ("use", "faces_outside", "issuer"),
    [("default", False, "enterprise"), ("edge_external", True, "public"), ("oauth", False, "stand-alone")],
)
def test_the_issuer_of_a_use(use: str, faces_outside: bool, issuer: str) -> None:
    """The one given for the use goes before the public one, and that before the usual one."""
    given = TOPOLOGY.certificates
    other = replace(given.issuer, name="stand-alone", template=None)
    given_another = replace(given, issuers={"oauth": other})
    assert given_another.issuer_of(use, faces_outside=faces_outside).name == issuer
    assert given_another.issuer_of("oauth", faces_outside=True).name == "stand-alone"
