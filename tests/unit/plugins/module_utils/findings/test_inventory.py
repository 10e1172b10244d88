"""The hosts of a plan's servers in an inventory, and what is missed there."""

from __future__ import annotations

import pytest
from unit.finding_cases import COMPLETE, found, in_inventory, provoked, with_an_edge
from unit.topologies import origin_with


def test_a_complete_inventory() -> None:
    plan = in_inventory(COMPLETE)
    assert not plan.errors
    assert [one.inventory_host for one in plan.servers] == ["ocssrv01.company.local", "ocssrv02.company.local"]


@pytest.mark.parametrize(
    ("hosts", "given_name", "expected"),
    [
        (["ocssrv01.company.local"], None, "ocssrv01.company.local"),
        (["ocssrv01"], None, "ocssrv01"),
        (["OCSSRV01"], None, "OCSSRV01"),
        (["ocssrv01", "ocssrv01.company.local"], None, "ocssrv01.company.local"),
        (["front-end-1", "ocssrv01"], "front-end-1", "front-end-1"),
        (["ocssrv01"], "front-end-1", None),
        (["ocssrv01.company.com"], None, None),
        ([], None, None),
    ],
)
def test_the_host_of_a_server(hosts: list[str], given_name: str | None, expected: str | None) -> None:
    topology = origin_with({"pools[0].servers[0].inventory_host": given_name} if given_name else {})
    for check in (True, False):
        plan = in_inventory({"all": hosts, "ucops_servers": hosts}, topology, check=check)
        assert plan.servers[0].inventory_host == expected


def test_server_without_inventory_host() -> None:
    plan = in_inventory({**COMPLETE, "ucops_servers": ["ocssrv02"]})
    assert [(one.where, one.message) for one in found("server-without-inventory-host", plan)] == [
        (
            "ocssrv01.company.local",
            "the server 'ocssrv01.company.local' has no host in the inventory group 'ucops_servers';"
            " looked for 'ocssrv01.company.local' and 'ocssrv01'",
        )
    ]
    assert [one.inventory_host for one in plan.servers] == [None, "ocssrv02"]


def test_without_a_check_nothing_is_missed() -> None:
    plan = in_inventory({"all": ["localhost"]}, check=False)
    assert [one.inventory_host for one in plan.servers] == [None, None]
    assert not plan.errors


def test_inventory_host_shared() -> None:
    assert [one.where for one in provoked("inventory-host-shared")] == ["ocssrv02.company.local"]
    assert found("inventory-host-shared", in_inventory(COMPLETE)) == []


@pytest.mark.parametrize("group", ["ucops_dns", "ucops_ca"])
def test_inventory_group_empty(group: str) -> None:
    for inventory in ({**COMPLETE, group: []}, {key: value for key, value in COMPLETE.items() if key != group}):
        plan = in_inventory(inventory)
        assert [one.where for one in found("inventory-group-empty", plan)] == [group]
    assert found("inventory-group-empty", in_inventory(COMPLETE)) == []


def test_external_view_without_dns_server() -> None:
    (finding,) = provoked("external-view-without-dns-server")
    assert (finding.severity, finding.where) == ("note", "ucops_dns_external")
    assert finding.message == (
        "the group 'ucops_dns_external' has no hosts, and the plan has 14 record sets for the external view"
    )
    assert finding.mend.endswith("name internal alone under views in ucops_only")
    assert found("external-view-without-dns-server", with_an_edge(ucops_dns_external=["ns01"])) == []
    assert found("external-view-without-dns-server", in_inventory(COMPLETE)) == []
