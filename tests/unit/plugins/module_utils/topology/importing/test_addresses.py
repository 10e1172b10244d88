"""Addresses inside and outside, and what stands in for those that are not known."""

from __future__ import annotations

from dataclasses import replace

import pytest
from unit.deployments import CONTOSO, Machine, Pool, published

from ansible_collections.ucops.rollout.plugins.module_utils.topology.importing.addresses import (
    EdgeNames,
    StandIns,
    edge_names,
    inside_of,
    outside_of,
    stand_ins_in,
)
from ansible_collections.ucops.rollout.plugins.module_utils.topology.importing.documents import Document, read_documents
from ansible_collections.ucops.rollout.plugins.module_utils.topology.importing.found import (
    FoundDeployment,
    FoundMachine,
)


def edge(
    *outside: tuple[str, str], inside: str = "10.1.0.21", ports: tuple[int, int, int] = (443, 443, 443)
) -> FoundDeployment:
    names = ("sip.contoso.com", "webcon.contoso.com", "av.contoso.com")
    services = tuple(zip(names, ports, strict=True))
    pool = Pool("edge.contoso.net", "edge", (Machine("edge01.contoso.net", inside, outside),), edge=services)
    return read_documents([Document("a.xml", published(replace(CONTOSO, pools=(*CONTOSO.pools[:2], pool))))])


def parts(found: FoundDeployment) -> tuple[FoundMachine, EdgeNames, StandIns]:
    names = edge_names(found.on("edge.contoso.net"))
    assert names is not None
    machine = next(one for one in found.clusters if one.fqdn == "edge.contoso.net").machines[0]
    return machine, names, StandIns(found)


def test_an_address_of_its_own_for_each_service() -> None:
    machine, names, spare = parts(edge(("131.107.155.1", ""), ("131.107.155.2", ""), ("10.2.0.3", "131.107.155.3")))
    assert not names.shared
    assert outside_of(machine, names, spare) == {
        "access": [{"public": "131.107.155.1"}],
        "web_conferencing": [{"public": "131.107.155.2"}],
        "av": [{"public": "131.107.155.3", "private": "10.2.0.3"}],
    }
    assert inside_of(machine, spare) == ["10.1.0.21"]


def test_one_address_for_all() -> None:
    machine, names, spare = parts(edge(("10.2.0.1", "131.107.155.1"), ports=(5061, 444, 442)))
    assert names.shared
    assert outside_of(machine, names, spare) == {"external": [{"public": "131.107.155.1", "private": "10.2.0.1"}]}
    assert names.plain() == {
        "access": {"fqdn": "sip.contoso.com", "port": 5061},
        "web_conferencing": {"fqdn": "webcon.contoso.com", "port": 444},
        "av": {"fqdn": "av.contoso.com", "port": 442},
    }


def test_the_port_of_media_over_udp_is_no_port_of_the_topology() -> None:
    _machine, names, _spare = parts(edge(("10.2.0.1", "131.107.155.1"), ports=(5061, 444, 8443)))
    assert names.plain()["av"] == {"fqdn": "av.contoso.com", "port": 8443}  # beside 3478 over UDP


def test_a_private_address_is_not_shown_outside() -> None:
    machine, names, spare = parts(edge(("10.2.0.1", "")))
    assert outside_of(machine, names, spare) == {"external": [{"public": "198.19.0.1", "private": "10.2.0.1"}]}


@pytest.mark.parametrize("outside", [(), (("0.0.0.0", ""),), (("::", ""),)])
def test_no_address_outside_is_known(outside: tuple[tuple[str, str], ...]) -> None:
    machine, names, spare = parts(edge(*outside, inside="0.0.0.0"))
    assert outside_of(machine, names, spare) == {"external": [{"public": "198.19.0.1"}]}
    assert inside_of(machine, spare) == ["198.18.0.1"]


def test_stand_ins_are_no_addresses_of_the_document() -> None:
    _machine, _names, spare = parts(edge(("198.19.0.1", "198.19.0.3"), inside="198.18.0.1"))
    assert [spare.inside(), spare.inside()] == ["198.18.0.2", "198.18.0.3"]
    assert [spare.outside(), spare.outside()] == ["198.19.0.2", "198.19.0.4"]


def test_stand_ins_are_found_in_any_part() -> None:
    part = {"internal": ["198.18.0.1", "10.0.0.1"], "access": [{"public": "198.19.0.1", "private": "10.0.0.1"}]}
    assert stand_ins_in(part) == ["198.18.0.1", "198.19.0.1"]
