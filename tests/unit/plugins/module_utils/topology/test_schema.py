"""Every default of the schema: leaving a key out is the same as writing its default."""

from __future__ import annotations

import copy
from collections.abc import Iterator, Mapping
from typing import Any

import pytest
from unit.finding_cases import base_with, planned
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
        "dns.internal.reverse": [{"network": "10.0.0.0/8"}],
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


# Defaults that depend on the rest of the topology: the description says them with "unless given".

DIRECTOR = {
    "fqdn": "dir01.contoso.net",
    "role": "director",
    "web": {"external_fqdn": "webdirext.contoso.com"},
    "servers": [{"fqdn": "dir01.contoso.net", "addresses": {"internal": ["10.0.0.31"]}}],
}
BOTH = ["contoso.com", "fabrikam.com"]
URLS = [
    {"kind": "meet", "url": "https://meet.contoso.com"},
    {"kind": "meet", "url": "https://meet.fabrikam.com", "sip_domain": "fabrikam.com"},
    {"kind": "dialin", "url": "https://dialin.contoso.com"},
]
EDGE = {"access": {"fqdn": "sip.contoso.com"}, "web_conferencing": "webcon.contoso.com", "av": "av.contoso.com"}
UNLESS_GIVEN: list[tuple[str, dict[str, Any], str, Any]] = [
    ("lync", {}, "sip_domains[0].home", "pool01.contoso.net"),
    ("lync", {"pools[3]": DIRECTOR}, "sip_domains[0].director", "dir01.contoso.net"),
    ("lync", {}, "sip_domains[0].edge", "lsedge.contoso.net"),
    ("lync", {"sip_domains[0].fallback": True}, "sip_domains[0].fallback_names", ["sip", "sipinternal", "sipexternal"]),
    ("lync", {"sip_domains[0].srv": {"internal": {}}}, "sip_domains[0].srv.internal.port", 5061),
    ("lync", {"sip_domains[0].srv": {"internal": {}}}, "sip_domains[0].srv.internal.target", "sip.contoso.com"),
    ("lync", {"sip_domains[0].srv": {"external": {}}}, "sip_domains[0].srv.external.port", 443),
    ("lync", {"sip_domains[0].srv": {"external": {}}}, "sip_domains[0].srv.external.target", "sip.contoso.com"),
    ("lync", {}, "dns.internal.zones[0].ttl", 3600),
    ("lync", {"dns.ttl": 600}, "dns.internal.zones[0].ttl", 600),
    ("lync", {}, "pools[0].product", "lync2013"),
    ("lync", {}, "pools[0].serves", BOTH),
    ("lync", {"pools[1].edge": EDGE}, "pools[1].edge.access.port", 443),
    ("lync", {"pools[1].edge": {"access": "sip.contoso.com"}}, "pools[1].edge.web_conferencing", "sip.contoso.com"),
    ("lync", {"pools[1].edge": {"access": "sip.contoso.com"}}, "pools[1].edge.av", "sip.contoso.com"),
    ("lync", {}, "pools[1].load_balancer.external_type", "dns"),
    ("lync", {}, "pools[2].publishes", ["pool01.contoso.net"]),
    ("lync", {}, "pools[2].certificate_subject", "webext.contoso.com"),
    ("lync", {"simple_urls": {}}, "simple_urls.pool", "pool01.contoso.net"),
    ("lync", {"simple_urls": {}, "pools[3]": DIRECTOR}, "simple_urls.pool", "dir01.contoso.net"),
    ("lync", {"simple_urls": {"urls": URLS}}, "simple_urls.urls[0].sip_domain", "contoso.com"),
    ("lync", {"simple_urls": {"urls": URLS}}, "simple_urls.urls[0].pool", "pool01.contoso.net"),
    ("lync", {"autodiscover": {}}, "autodiscover.pool", "pool01.contoso.net"),
    ("lync", {"autodiscover": {}, "pools[3]": DIRECTOR}, "autodiscover.pool", "dir01.contoso.net"),
    ("lync", {}, "certificates.issuer", "enterprise"),
    ("lync", {}, "certificates.oauth_subject", "contoso.com"),
    ("lync", {"certificates.issuer_for": {}}, "certificates.issuer_for.oauth", "enterprise"),
    ("ocs", {}, "pools[0].web_farm_fqdn", "ocspool.company.local"),
    ("ocs", {"pools[0].web": {}}, "pools[0].web.internal_fqdn", "ocspool.company.local"),
    ("ocs", {"pools[0].web": {}}, "pools[0].web.conferencing_fqdn", "ocspool.company.local"),
    ("ocs", {}, "pools[0].load_balancer.vips.web", ["10.0.0.10"]),
    ("ocs", {}, "pools[0].load_balancer.vips.conferencing", ["10.0.0.10"]),
]


@pytest.mark.parametrize(
    ("base", "changes", "path", "value"),
    [pytest.param(*row, id=f"{number} {row[2]}") for number, row in enumerate(UNLESS_GIVEN)],
)
def test_left_out_gives_the_plan_that_its_description_says(
    base: str, changes: dict[str, Any], path: str, value: Any
) -> None:
    assert planned(base, changes)[1] == planned(base, {**changes, path: value})[1]


def test_every_default_that_a_description_says_is_tried() -> None:
    """By name: what "unless given" is said of, but for issuers, of which one use stands for all."""
    tried = {path.rpartition(".")[2] for _base, _changes, path, _value in UNLESS_GIVEN}
    said = {one.name for one in optional(TOPOLOGY) if "unless given" in one.about}
    # A product's own table says what it is; a server without roles has no list to write.
    assert said - tried == {"repeat_subject_in_san", "roles"}


def optional(shape: Shape) -> Iterator[Field]:
    if isinstance(shape, (ListOf, MapOf)):
        yield from optional(shape.item)
    elif isinstance(shape, Fields):
        for one in shape.fields:
            if one.default is None and not one.required:
                yield one
            yield from optional(one.shape)


# What a key leaves out, as its description says.

FABRIKAM = {"name": "fabrikam.com", "srv_target": "sip"}


@pytest.mark.parametrize(
    ("changes", "part", "places"),
    [
        ({"sip_domains[1]": {**FABRIKAM, "outside": False}}, "fabrikam.com", {"internal", "default"}),
        ({"sip_domains[1]": {**FABRIKAM, "cut_over": True}}, "fabrikam.com", {"external"}),
        ({"pools[1].edge.remote_users": False}, "_sip._tls", set()),
        ({"federation": {"partner_discovery": False}}, "_sipfederationtls", set()),
        ({"federation": {"partner_discovery": False, "push_notifications": True}}, "_sipfederationtls", {"external"}),
        ({"simple_urls": {"admin": False}}, "admin.", set()),
        ({"simple_urls": {"urls": URLS}}, "admin.", set()),
        ({"autodiscover": {"internal": "none"}}, "lyncdiscoverinternal.", set()),
        ({"autodiscover": {"external": "none"}}, "lyncdiscover.", set()),
        (
            {"pools[0].serves": ["contoso.com"]},
            "sip.fabrikam.com",
            {"internal", "external", "default", "edge_external"},
        ),
        ({"certificates.sip_names": False}, "sip.fabrikam.com", {"internal", "external", "default", "edge_external"}),
    ],
)
def test_what_a_key_leaves_out(changes: dict[str, Any], part: str, places: set[str]) -> None:
    """Views whose records hold the part of a name, and uses of certificates that do."""
    plan = planned("lync", changes)[1]
    views = {one.view for one in plan.records if part in one.fqdn}
    uses = {
        one.use
        for one in plan.certificates
        for name in (one.common_name, *one.subject_alternative_names)
        if part in name
    }
    assert views | uses == places
