"""The pools and SIP domains of OCS in WMI: read in either form, and told where they cannot be."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest
from unit.fakes_windows import FakeServer, NoWmi

from ansible_collections.ucops.rollout.plugins.module_utils.topology.deployed import (
    SIP_DOMAINS,
    DeployedOcs,
    DeployedPool,
)
from ansible_collections.ucops.rollout.plugins.plugin_utils.cs.ocs_pool import read_deployed
from ansible_collections.ucops.rollout.plugins.plugin_utils.winrm.faults import (
    CODE_ACCESS_DENIED,
    CODE_BAD_FILTER,
    FaultParts,
    HostUnreachable,
    WsmanFault,
)
from ansible_collections.ucops.rollout.plugins.plugin_utils.winrm.wmi_port import WmiObject

POOLS, DOMAINS = "MSFT_SIPPoolSetting", "MSFT_SIPDomainData"
PROPERTIES = {POOLS: "PoolFQDN,PoolMemberList,MajorVersion", DOMAINS: "Address"}
POOL = {"PoolFQDN": "pool.contoso.com", "MajorVersion": "3"}
NAMED = {DOMAINS: [{"Address": "contoso.com"}, {"Address": "fabrikam.com"}]}


class ClassesWmi(NoWmi):
    """Rows by class, or the error that a query raises; a class that is not there is told as Windows tells it."""

    def __init__(self, classes: Mapping[str, Any]) -> None:
        self._classes = classes

    def query(self, namespace: str, wql: str) -> tuple[WmiObject, ...]:
        assert namespace == "root/cimv2"
        told, _from, name = wql.partition(" FROM ")
        assert told in ("SELECT *", f"SELECT {PROPERTIES[name]}")
        found = self._classes.get(name, fault(CODE_BAD_FILTER))
        if isinstance(found, Exception):
            raise found
        return tuple(WmiObject(name, row) for row in found)


def fault(code: int) -> WsmanFault:
    return WsmanFault(FaultParts(code=code, reason="Zugriff"), doing="asking WMI", where="ocssrv01")


def read(classes: Mapping[str, Any]) -> DeployedOcs:
    return read_deployed(replace(FakeServer("ocssrv01").host, wmi=ClassesWmi(classes)))


@pytest.mark.parametrize(
    "members", [("a.contoso.com", "b"), "a.contoso.com;b", "a.contoso.com, b", ("a.contoso.com;b",)]
)
def test_members_come_as_an_array_or_as_one_text(members: Any) -> None:
    assert read({POOLS: [{**POOL, "PoolMemberList": members}], **NAMED}) == DeployedOcs(
        (DeployedPool("pool.contoso.com", ("a.contoso.com", "b"), 3),), ("contoso.com", "fabrikam.com")
    )


@pytest.mark.parametrize(("asked", "pools", "domains"), [(("pools",), True, False), (("sip_domains",), False, True)])
def test_what_is_not_asked_for_is_not_read(asked: tuple[str, ...], pools: bool, domains: bool) -> None:
    left = {POOLS: [POOL]} if pools else NAMED
    found = read_deployed(replace(FakeServer("ocssrv01").host, wmi=ClassesWmi(left)), asked)
    assert (found.pools is not None, found.sip_domains is not None, found.unread) == (pools, domains, ())


def test_a_value_that_is_not_there_is_none() -> None:
    assert read({POOLS: [{"PoolFQDN": "pool.contoso.com", "PoolMemberList": None}], DOMAINS: []}) == DeployedOcs(
        (DeployedPool("pool.contoso.com", (), None),), ()
    )


def test_what_is_no_name_cannot_move_a_cursor() -> None:
    found = read({POOLS: [{**POOL, "PoolMemberList": ("a\x1b[2Jb",)}], DOMAINS: [{"Address": "x\u202ey"}]})
    assert found.pools is not None and found.pools[0].members == ("'a [2Jb'",)
    assert found.sip_domains == ("'x y'",)


def test_one_class_that_cannot_be_read_hides_nothing_of_the_other() -> None:
    found = read({POOLS: fault(CODE_ACCESS_DENIED), **NAMED})
    assert (found.pools, found.sip_domains) == (None, ("contoso.com", "fabrikam.com"))
    (unread,) = found.unread
    assert unread.startswith("MSFT_SIPPoolSetting could not be read: ocssrv01: asking WMI failed: Zugriff (0x")


@pytest.mark.parametrize(("version", "told"), [("drei", "'drei'"), ("-3", "'-3'"), ("1_0", "'1_0'"), ("3" * 5000, "'")])
def test_a_version_that_is_none_is_told(version: str, told: str) -> None:
    found = read({POOLS: [{**POOL, "MajorVersion": version}], **NAMED})
    assert found.pools is None
    (unread,) = found.unread
    assert unread.startswith(
        f"MSFT_SIPPoolSetting could not be read: MSFT_SIPPoolSetting.MajorVersion is no version: {told}"
    )
    assert len(unread) < 400


def test_a_server_without_ocs() -> None:
    assert read({}) == DeployedOcs(
        None,
        None,
        (
            "ocssrv01 has no MSFT_SIPPoolSetting: OCS is not on this server, or is not activated",
            "ocssrv01 has no MSFT_SIPDomainData: OCS is not on this server, or is not activated",
        ),
    )


def test_a_host_that_is_gone_is_no_class_that_cannot_be_read() -> None:
    with pytest.raises(HostUnreachable):
        read({POOLS: HostUnreachable("gone", where="ocssrv01")})


@pytest.mark.parametrize(("code", "asked"), [(CODE_BAD_FILTER, 2), (2150859010, 2), (5, 1)])
def test_a_host_that_refuses_some_properties_is_asked_for_all(code: int, asked: int) -> None:
    """With which code OCS's provider refuses is not known; only a missing right is none of its."""
    queries: list[str] = []

    class SomeWmi(NoWmi):
        def query(self, namespace: str, wql: str) -> tuple[WmiObject, ...]:
            queries.append(wql)
            if "*" not in wql:
                raise fault(code)
            return (WmiObject(DOMAINS, {"Address": "contoso.com"}),)

    found = read_deployed(replace(FakeServer("ocssrv01").host, wmi=SomeWmi()), (SIP_DOMAINS,))
    assert len(queries) == asked
    assert found.sip_domains == (("contoso.com",) if asked == 2 else None)
