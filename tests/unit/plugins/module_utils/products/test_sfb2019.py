"""Skype for Business Server 2019: what 2015 had and 2019 has no more, written out."""

from __future__ import annotations

import pytest
from unit.lync_sites import edge, enterprise, named, plan_of, problems, server, topology

from ansible_collections.ucops.rollout.plugins.module_utils.model import Reason
from ansible_collections.ucops.rollout.plugins.module_utils.products import sfb2015, sfb2019
from ansible_collections.ucops.rollout.plugins.module_utils.products.grammar import Product


def rules(product: Product) -> set[str]:
    return {rule.key for rule in product.rules()}


def test_rules_that_are_gone() -> None:
    assert rules(sfb2015.PRODUCT) - rules(sfb2019.PRODUCT) == {
        "edge-xmpp-domain",
        "edge-xmpp-host",
        "persistent-chat-certificate",
        "persistent-chat-pool",
        "persistent-chat-pool-address",
        "persistent-chat-server",
        "xmpp",
        "xmpp-address",
    }
    assert rules(sfb2019.PRODUCT) - rules(sfb2015.PRODUCT) == set()


def test_persistent_chat_is_refused_by_the_title() -> None:
    chat = {
        "fqdn": "chat01.contoso.net",
        "role": "persistent_chat",
        "servers": [server("chat01.contoso.net", "10.0.0.60")],
    }
    told = problems(topology("sfb2019", [enterprise(), chat]))
    assert "pools[1].role" in told
    assert "Skype for Business Server 2019" in told


def test_the_edge_certificate_holds_no_xmpp_domain() -> None:
    plan = plan_of(topology("sfb2019", [enterprise(), edge()], federation={"partner_discovery": True}))
    assert named(plan, "lsedge.contoso.net/edge_external") == (
        "sip.contoso.com",
        ["sip.contoso.com", "webcon.contoso.com"],
    )


@pytest.mark.parametrize(
    ("rule", "purpose", "mark"),
    [
        ("default-certificate", "SIP of clients, and MTLS among servers", "S"),
        ("web-internal-certificate", "the internal web services", "C"),
    ],
)
def test_certificates_are_stated_in_its_own_requirements(rule: str, purpose: str, mark: str) -> None:
    (found,) = {one.reason for one in sfb2019.PRODUCT.rules() if one.key == rule}
    assert found == Reason(
        f"sfb2019.{rule}",
        purpose,
        "'System requirements for Skype for Business Server 2019', certificates (the tables of 2015)",
        mark,
    )
