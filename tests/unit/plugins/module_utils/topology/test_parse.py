"""The topology checked whole: each kind of mistake with its path, what is wrong, and what would be right."""

from __future__ import annotations

import types
from collections import UserList
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from unit import strategies
from unit.bad_topologies import BAD
from unit.damage import ANYTHING, ENDLESS, NEST, damaged, places
from unit.topologies import ABSENT, origin, origin_with, two_pools

from ansible_collections.ucops.rollout.plugins.module_utils.errors import RolloutError
from ansible_collections.ucops.rollout.plugins.module_utils.plan.planner import make_plan
from ansible_collections.ucops.rollout.plugins.module_utils.topology.parse import TopologyError, parse
from ansible_collections.ucops.rollout.plugins.module_utils.topology.topology import Topology
from ansible_collections.ucops.rollout.plugins.module_utils.values import CaConfig, TemplateName, Ttl


def problems(topology: Any) -> list[tuple[str, str]]:
    """path and text (what and right) of every problem; an empty list for a good topology."""
    try:
        parse(topology)
    except TopologyError as error:
        return [(one.path, f"{one.what} | {one.right}") for one in error.problems]
    return []


def test_the_origin_has_no_problem() -> None:
    topology = parse(origin())
    assert topology.ad_domain == "company.local"
    assert [one.name for one in topology.sip_domains] == ["company.local", "company.com"]
    assert {one.home for one in topology.sip_domains} == {"ocspool.company.local"}
    assert topology.pools[0].web_farm_fqdn == "ocspool.company.local"
    assert topology.pools[0].servers[1].path == "pools[0].servers[1]"


@pytest.mark.parametrize(("change", "value", "path", "said"), BAD, ids=[f"{row[0]}={row[1]!r}"[:60] for row in BAD])
def test_each_mistake_is_told_once_at_its_place(change: str, value: Any, path: str, said: str) -> None:
    found = problems(origin_with({change: value}))
    assert [where for where, _text in found] == [path]
    assert said in found[0][1]


@pytest.mark.parametrize("given_instead", [None, "text", 5, [], True])
def test_a_topology_that_is_no_mapping(given_instead: Any) -> None:
    ((path, text),) = problems(given_instead)
    assert path == ""
    assert text.startswith("the topology must be a mapping, not ")


def test_an_empty_topology_names_every_key_that_is_missing() -> None:
    assert [path for path, _text in problems({})] == [
        "schema",
        "ad_domain",
        "sip_domains",
        "dns",
        "pools",
        "certificates",
    ]


def test_keys_that_are_no_text() -> None:
    topology = origin()
    topology[5] = "x"
    topology["certificates"]["issuers"][True] = {"ca": "ca\\CA"}
    assert problems(topology) == [
        ("", "the key 5 is the number 5, not text | Keys are names"),
        ("certificates.issuers", "the key True is true (a truth value), not text | Keys are names"),
    ]


def test_texts_are_told_on_one_line() -> None:
    topology = origin_with({"pools[0].role": "edge\nx", "sip_domains": "a\nb"})
    topology["a\nb"] = 1
    with pytest.raises(TopologyError) as raised:
        parse(topology)
    assert [line[:40] for line in str(raised.value).splitlines()[1:]] == [
        '- ["a\\nb"]: unknown key. The keys of the'[:40],
        "- sip_domains: must be a list, not the text 'a"[:40],
        "- pools[0].role: 'edge\\nx' is unknown, did"[:40],
    ]


def test_an_odd_key_is_quoted_in_the_path() -> None:
    topology = origin_with({"certificates.issuers": {"my ca": {"ca": "x"}}})
    assert [path for path, _text in problems(topology)] == ['certificates.issuers["my ca"].ca']


def test_all_problems_at_once() -> None:
    topology = origin_with(
        {
            "prduct": "x",
            "sip_domains[1].name": "company_com",
            "dns.ttl": "x",
            "pools[0].load_balancer.vips.sip[0]": "10.0.0.300",
            "pools[0].servers[1].addresses.internal[0]": "x",
            "pools[0].servers[2]": {"fqdn": "ocssrv01.company.local", "addresses": {"internal": ["10.0.0.13"]}},
            "certificates.issuer": "none",
        }
    )
    with pytest.raises(TopologyError) as raised:
        parse(topology)
    heading, *told = str(raised.value).splitlines()
    assert heading == "the topology has 7 problems, and nothing was done"
    assert told == [
        "- prduct: unknown key, did you mean 'product'? The keys of the topology are schema, product, ad_domain,"
        " sip_domains, dns, sites, pools, simple_urls, autodiscover, federation, xmpp, hybrid, device_update,"
        " legacy_clients, time_server, certificates",
        "- sip_domains[1].name: 'company_com' holds an underscore, and OCS, Lync and Skype for Business take only"
        " the letters a to z, digits and hyphens. Use a hyphen",
        "- dns.ttl: must be a whole number, not the text 'x'. Write a number from 1 to 2147483647",
        "- pools[0].load_balancer.vips.sip[0]: '10.0.0.300' is not an address. Write an IPv4 address such as 10.0.0.11",
        "- pools[0].servers[1].addresses.internal[0]: 'x' is not an address. Write an IPv4 address such as 10.0.0.11",
        "- pools[0].servers[2].fqdn: the name 'ocssrv01.company.local' is already given at"
        " pools[0].servers[0].fqdn. Each is given once",
        "- certificates.issuer: there is no issuer 'none'. The issuers are enterprise",
    ]


def test_one_problem_is_not_a_plural() -> None:
    with pytest.raises(TopologyError, match="the topology has 1 problem, and nothing was done\n"):
        parse(origin_with({"ad_domain": ABSENT}))


# What the adapters accept, and nothing else


@pytest.mark.parametrize(
    ("path", "given", "made"),
    [
        ("certificates.issuers.enterprise.ca", "CA01\\Müller CA", "ca01\\M!00fcller CA"),
        ("certificates.issuers.enterprise.ca", "ca01\\Company !0026 CO", "ca01\\Company !0026 CO"),
        ("certificates.issuers.enterprise.ca", "ca01\\Company & CO", "ca01\\Company !0026 CO"),
    ],
)
def test_the_name_of_a_ca_is_the_one_that_windows_knows(path: str, given: str, made: str) -> None:
    found = parse(origin_with({path: given})).certificates.issuer.ca
    assert (type(found), found) == (CaConfig, made)


@pytest.mark.parametrize("name", ["Web+Server", "Web Server (2 years)", "OCS_2007-v1.1"])
def test_the_name_of_a_template(name: str) -> None:
    found = parse(origin_with({"certificates.issuers.enterprise.template": name})).certificates.issuer.template
    assert (type(found), found) == (TemplateName, name)


@pytest.mark.parametrize("issuer", [{"ca": "ca01\\CA", "standalone": True}, {"public": True}])
def test_no_template_is_named_to_a_ca_that_knows_none(issuer: dict[str, Any]) -> None:
    assert parse(origin_with({"certificates.issuers": {"one": issuer}})).certificates.issuer.template is None


@pytest.mark.parametrize(("ttl", "zone_ttl", "found"), [(1, None, 1), (300, 2**31 - 1, 2**31 - 1)])
def test_ttl_of_a_zone(ttl: int, zone_ttl: int | None, found: int) -> None:
    changes: dict[str, Any] = {"dns.ttl": ttl} | ({"dns.internal.zones[0].ttl": zone_ttl} if zone_ttl else {})
    assert parse(origin_with(changes)).zones[0].ttl == Ttl(found)


def test_ttl_of_a_zone_that_windows_might_read_as_another() -> None:
    assert problems(origin_with({"dns.internal.zones[0].ttl": 0})) == [
        ("dns.internal.zones[0].ttl", "0 is not possible | Write a number from 1 to 2147483647")
    ]


# What Ansible hands over


class Tagged(str):
    """A text with a tag, as Ansible 2.19 hands out."""


def tagged(value: Any) -> Any:
    """The same value in types that only behave like the built-in ones."""
    if isinstance(value, str):
        return Tagged(value)
    if isinstance(value, dict):
        return types.MappingProxyType({Tagged(key): tagged(item) for key, item in value.items()})
    return UserList([tagged(item) for item in value]) if isinstance(value, list) else value


def only_ours(value: Any) -> bool:
    """Of a built-in type, or of a class of ours for one notion."""
    if isinstance(value, tuple):
        return all(only_ours(item) for item in value)
    return type(value) in (str, int, bool, type(None), CaConfig, TemplateName, Ttl)


def test_other_types_than_the_built_in_ones_are_read_and_left_behind() -> None:
    topology = parse(tagged(origin()))
    assert topology == parse(origin())
    for pool in topology.pools:
        assert only_ours((pool.fqdn, pool.product, pool.role, pool.load_balancer.type))
        assert all(only_ours((server.fqdn, tuple(server.addresses["internal"]))) for server in pool.servers)
    assert only_ours((topology.certificates.issuer.template, topology.zones[0].ttl))
    assert only_ours((topology.certificates.issuer.ca, topology.certificates.issuer.name, topology.zones[0].name))


@given(strategies.topologies())
def test_valid_topologies_have_no_problem(topology: dict[str, Any]) -> None:
    assert isinstance(parse(topology), Topology)


JUNK = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=10) | st.integers(), inner, max_size=3)
    ),
    max_leaves=10,
)
PATHS = [row[0] for row in BAD if "quux" not in row[0] and not row[0].endswith("[2]")]


@given(st.sampled_from(PATHS), JUNK)
def test_junk_anywhere_is_a_problem_or_right_and_never_a_traceback(path: str, junk: Any) -> None:
    try:
        parse(origin_with({path: junk}))
    except TopologyError as error:
        assert error.problems
        assert all(one.what for one in error.problems)


# Whatever is given ends with a plan, or with a text for people


def plans_or_tells(topology: Any) -> None:
    try:
        make_plan(parse(topology))
    except RolloutError as error:
        str(error).encode("utf-8")


@given(ANYTHING)
def test_any_value_is_refused_in_words(value: Any) -> None:
    plans_or_tells(value)


@given(st.sampled_from([origin(), two_pools()]).flatmap(damaged) | strategies.family_topologies().flatmap(damaged))
def test_a_damaged_topology_is_planned_or_refused_in_words(topology: Any) -> None:
    plans_or_tells(topology)


@pytest.mark.parametrize("monster", [ENDLESS, NEST, {"a": NEST}], ids=["endless", "nest", "nest in a mapping"])
def test_what_python_cannot_write_out_is_refused_at_every_place(monster: Any) -> None:
    topology = origin()
    for container, key in list(places(topology)):
        sound, container[key] = container[key], monster
        with pytest.raises(RolloutError):
            make_plan(parse(topology))
        container[key] = sound
