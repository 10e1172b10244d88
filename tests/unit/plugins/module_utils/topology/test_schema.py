"""Every default of the schema: leaving a key out is the same as writing its default."""

from __future__ import annotations

import copy
from collections.abc import Iterator, Mapping
from typing import Any

import pytest
from unit.finding_cases import base_with
from unit.topologies import ABSENT, origin_with, put

from ansible_collections.ucops.rollout.plugins.module_utils.topology.parse import TopologyError, parse
from ansible_collections.ucops.rollout.plugins.module_utils.topology.schema import TOPOLOGY
from ansible_collections.ucops.rollout.plugins.module_utils.topology.shapes import Field, Fields, ListOf, MapOf, Shape
from ansible_collections.ucops.rollout.plugins.module_utils.topology.topology import Topology

# A topology in which every mapping with defaults is written at least once.
WHOLE = base_with(
    "lync",
    {
        "product": "sfb2015",
        "sip_domains[0]": {
            "name": "contoso.com",
            "home": "pool01.contoso.net",
            "backup": {"pool": "pool02.contoso.net"},
            "srv": {"internal": {}, "external": {}, "federation": {}},
        },
        "sip_domains[1].home": "pool01.contoso.net",
        "pools[3]": {
            "fqdn": "pool02.contoso.net",
            "servers": [{"fqdn": "fe03.contoso.net", "addresses": {"internal": ["10.0.2.11"]}}],
        },
        "simple_urls": {},
        "autodiscover": {},
        "federation": {},
        "xmpp": {"domains": ["contoso.com"]},
        "hybrid": {},
    },
)
# The default product is OCS 2007, which knows little of the above.
OCS = origin_with({"pools[0].web": {}})


def fields(shape: Shape) -> Iterator[tuple[str, Field]]:
    """Every key of the schema that has a default, with the title of its mapping."""
    if isinstance(shape, (ListOf, MapOf)):
        yield from fields(shape.item)
    elif isinstance(shape, Fields):
        for one in shape.fields:
            if one.default is not None:
                yield shape.title, one
            yield from fields(one.shape)


def places(shape: Shape, value: Any, path: str = "") -> Iterator[tuple[str, str, Field]]:
    """Path, title and field of every key with a default in the mappings that the value has."""
    if isinstance(shape, ListOf):
        for index, item in enumerate(value):
            yield from places(shape.item, item, f"{path}[{index}]")
    elif isinstance(shape, MapOf):
        for name, item in value.items():
            yield from places(shape.item, item, f"{path}.{name}")
    elif isinstance(shape, Fields) and isinstance(value, Mapping):
        for one in shape.fields:
            place = f"{path}.{one.name}" if path else one.name
            if one.default is not None:
                yield place, shape.title, one
            if one.name in value:
                yield from places(one.shape, value[one.name], place)


def plain(value: Any) -> Any:
    """A default as a topology writes it."""
    return list(value) if isinstance(value, tuple) else copy.deepcopy(value)


def with_and_without(topology: Mapping[str, Any], path: str, field: Field) -> tuple[Any, Any]:
    written, left_out = copy.deepcopy(topology), copy.deepcopy(topology)
    put(written, path, plain(field.default))
    put(left_out, path, plain(field.default))
    put(left_out, path, ABSENT)
    return outcome(written), outcome(left_out)


def outcome(topology: Any) -> Any:
    """The topology, or what is told of it."""
    try:
        return parse(topology)
    except TopologyError as error:
        return str(error)


PLACES = list(places(TOPOLOGY, WHOLE))


@pytest.mark.parametrize(("path", "field"), [pytest.param(path, one, id=path) for path, _title, one in PLACES[1:]])
def test_left_out_is_the_same_as_the_default_written(path: str, field: Field) -> None:
    written, left_out = with_and_without(WHOLE, path, field)
    assert left_out == written
    # An Edge and a reverse proxy are no Front Ends: told alike, whether the role is written or left out.
    assert isinstance(written, Topology) or path in ("pools[1].role", "pools[2].role")


OF_OCS = [(path, one) for path, _title, one in places(TOPOLOGY, OCS) if path not in ("simple_urls", "autodiscover")]


@pytest.mark.parametrize(("path", "field"), [pytest.param(path, one, id=path) for path, one in OF_OCS])
def test_left_out_is_the_same_as_the_default_written_for_ocs(path: str, field: Field) -> None:
    written, left_out = with_and_without(OCS, path, field)
    assert left_out == written


def test_every_default_of_the_schema_is_tried() -> None:
    tried = {(title, one.name) for _path, title, one in PLACES} | {("the topology", "product")}
    assert {(title, one.name) for title, one in fields(TOPOLOGY)} - tried == set()


def test_federation_is_on_where_nothing_is_said() -> None:
    """Where there is an Edge, partners find the site, as the schema says."""
    assert parse(base_with("lync", {"federation": {}})).federation.partner_discovery
    topology = base_with("lync", {})
    del topology["federation"]
    assert parse(topology).federation.partner_discovery
    assert not parse(base_with("lync", {"federation": {"partner_discovery": False}})).federation.partner_discovery
