"""Records as a task gives them."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.ucops.rollout.plugins.module_utils.errors import RolloutError
from ansible_collections.ucops.rollout.plugins.module_utils.model import SrvData
from ansible_collections.ucops.rollout.plugins.module_utils.proof.dns_records import ExpectedRecord, read_records
from ansible_collections.ucops.rollout.plugins.module_utils.values import Ttl

ADDRESS = {"zone": "company.local", "fqdn": "pool.company.local", "type": "A", "values": ["10.0.0.10"]}
SERVICE = {
    "zone": "company.local",
    "fqdn": "_sip._tls.company.local",
    "type": "SRV",
    "ttl": 600,
    "values": [{"priority": 0, "weight": 5, "port": 5061, "target": "Pool.company.local"}],
}


def test_records_of_people_and_of_a_plan() -> None:
    plan = {**SERVICE, "view": "internal", "name": "_sip._tls", "managed": "ours", "reasons": []}
    data = (SrvData(0, 5, 5061, "pool.company.local"),)
    service = ExpectedRecord("company.local", "_sip._tls.company.local", "SRV", data, Ttl(600))
    address = ExpectedRecord("company.local", "pool.company.local", "A", ("10.0.0.10",))
    of_view = ExpectedRecord("company.local", "_sip._tls.company.local", "SRV", data, Ttl(600), view="internal")
    assert read_records([ADDRESS, SERVICE, plan]) == (address, service, of_view)
    assert (address.targets, service.targets) == ((), ("pool.company.local",))


def test_what_was_removed_points_to_nothing_that_must_be_there() -> None:
    (gone,) = read_records([{**SERVICE, "removed": True}])
    assert (gone.removed, gone.targets, gone.values) == (True, (), (SrvData(0, 5, 5061, "pool.company.local"),))


def test_an_address_has_one_spelling() -> None:
    (record,) = read_records([{**ADDRESS, "type": "aaaa", "values": ["FD00::0:10"]}])
    assert (record.type, record.values) == ("AAAA", ("fd00::10",))


def test_what_cannot_be_checked_is_read_all_the_same() -> None:
    (record,) = read_records([{**ADDRESS, "type": "MX", "values": ["www.company.local"]}])
    assert (record.row, record.targets, record.values) == (None, (), ("www.company.local",))


def test_an_alias_is_checked_and_not_what_it_leads_to() -> None:
    (record,) = read_records([{**ADDRESS, "type": "cname", "values": ["WWW.company.local"]}])
    assert (record.type, record.values, record.targets) == ("CNAME", ("www.company.local",), ())


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"values": "10.0.0.10"}, r"records\[1\]: values: must be a list, not text. Give the records of a plan"),
        ({"fqdn": 5}, r"records\[1\]: fqdn: must be text, not a number"),
        ({"ttl": "3600"}, r"records\[1\]: ttl: must be a number, not text"),
        ({"values": ["fd00::10"]}, r"records\[1\]: 'pool.company.local': 'fd00::10' is no IPv4 address"),
        ({"type": "SRV", "values": ["x"]}, r"records\[1\]: 'pool.company.local': a SRV value is a mapping"),
    ],
)
def test_what_is_no_record_is_refused_with_its_place(changes: dict[str, Any], said: str) -> None:
    with pytest.raises(RolloutError, match=said):
        read_records([ADDRESS, {**ADDRESS, **changes}])


def test_missing_keys_are_named() -> None:
    with pytest.raises(RolloutError, match=r"^records\[0\]: zone, type, values missing. Give the records of a plan"):
        read_records([{"fqdn": "x"}])
