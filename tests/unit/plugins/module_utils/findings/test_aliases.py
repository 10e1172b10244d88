"""CNAME records where none may be, and where the site wants them."""

from __future__ import annotations

from typing import Any

import pytest
from unit.finding_cases import guard, lync, made, of_code, record, with_record


def test_alias_beside_records() -> None:
    name = "lyncdiscoverinternal.contoso.com"
    (found,) = guard("alias-beside-records", with_record(record("internal", name, "CNAME", "webint.contoso.net")))
    assert found.message == f"'{name}' has a CNAME record and also addresses"
    assert guard("alias-beside-records", made()) == []
    alone = with_record(record("internal", "lyncdiscoverinternal.example.com", "CNAME", "webint.contoso.net"))
    assert guard("alias-beside-records", alone) == []


@pytest.mark.parametrize(
    ("sip_domain", "owners"),
    [
        ({"srv_target": "sip", "sip_internal": "cname"}, ["_sipinternaltls._tcp.fabrikam.com"]),
        ({"srv_target": "alias", "fallback": True, "sip_internal": "cname"}, []),
        (
            {"srv": {"internal": {"target": "sip.fabrikam.com"}}, "sip_internal": "cname"},
            ["_sipinternaltls._tcp.fabrikam.com"],
        ),
        (
            {"srv_target": "alias", "external_srv_target": "sip", "sip_external": "cname"},
            ["_sip._tls.fabrikam.com", "_sipfederationtls._tcp.fabrikam.com"],
        ),
        ({"srv_target": "alias", "external_srv_target": "edge", "fallback": True, "sip_external": "cname"}, []),
    ],
)
def test_srv_target_is_alias(sip_domain: dict[str, Any], owners: list[str]) -> None:
    _topology, plan = lync({"sip_domains[1]": {"name": "fabrikam.com", **sip_domain}})
    assert [one.where for one in of_code("srv-target-is-alias", plan.findings)] == owners
    assert of_code("target-without-address", plan.findings) == []


def test_an_alias_of_microsoft_365_is_not_told() -> None:
    _topology, plan = lync({"sip_domains[1]": {"name": "fabrikam.com", "cut_over": True}})
    assert of_code("sip-name-is-alias", plan.findings) == []
