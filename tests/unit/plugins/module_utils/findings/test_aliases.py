"""CNAME records where none may be."""

from __future__ import annotations

from unit.finding_cases import guard, made, provoked, record, with_record


def test_srv_target_is_alias() -> None:
    (found,) = provoked("srv-target-is-alias")
    assert found.message == (
        "the SRV record '_sipinternaltls._tcp.contoso.com' leads to 'sip.contoso.com', which is a CNAME record"
    )
    assert guard("srv-target-is-alias", made()) == []


def test_alias_beside_records() -> None:
    name = "lyncdiscoverinternal.contoso.com"
    (found,) = provoked("alias-beside-records")
    assert found.message == f"'{name}' has a CNAME record and also addresses"
    assert guard("alias-beside-records", made()) == []
    alone = with_record(record("internal", "lyncdiscoverinternal.example.com", "CNAME", "webint.contoso.net"))
    assert guard("alias-beside-records", alone) == []
