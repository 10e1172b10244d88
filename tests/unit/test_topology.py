"""The topology checked whole: each kind of mistake with its path, what is wrong, and what would be right."""

from __future__ import annotations

import types
from collections import UserList
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from unit import strategies
from unit.topologies import ABSENT, origin, origin_with, put, two_pools

from ansible_collections.ucops.rollout.plugins.module_utils.topology import Topology, TopologyError, parse


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


SERVER = {"fqdn": "ocssrv03.company.local", "addresses": {"internal": ["10.0.0.13"]}}
VIPS = "pools[0].load_balancer.vips"
SERVER_1 = "pools[0].servers[1]"

BAD: list[tuple[str, Any, str, str]] = [
    # unknown keys, the nearest named
    ("poools", [], "poools", "unknown key, did you mean 'pools'?"),
    ("pools[0].sevrers", [], "pools[0].sevrers", "unknown key, did you mean 'servers'?"),
    ("pools[0].load_balancr", {}, "pools[0].load_balancr", "unknown key, did you mean 'load_balancer'?"),
    (f"{SERVER_1}.adresses", {}, f"{SERVER_1}.adresses", "unknown key, did you mean 'addresses'?"),
    ("dns.internal.zones[0].if_mising", "fail", "dns.internal.zones[0].if_mising", "did you mean 'if_missing'?"),
    ("certificates.issuers.enterprise.tmplate", "x", "certificates.issuers.enterprise.tmplate", "'template'?"),
    (
        "sip_domains[1].quux",
        1,
        "sip_domains[1].quux",
        "unknown key | The keys of a SIP domain are name, srv_target, home, director, edge",
    ),
    # missing keys
    ("schema", ABSENT, "schema", "missing | It gives its version, 1"),
    ("ad_domain", ABSENT, "ad_domain", "missing | It gives the Active Directory domain"),
    ("sip_domains", ABSENT, "sip_domains", "missing"),
    ("dns", ABSENT, "dns", "missing"),
    ("dns.internal", ABSENT, "dns.internal", "missing"),
    ("dns.internal.zones", ABSENT, "dns.internal.zones", "missing"),
    ("dns.internal.zones[1].name", ABSENT, "dns.internal.zones[1].name", "missing"),
    ("pools", ABSENT, "pools", "missing"),
    ("pools[0].fqdn", ABSENT, "pools[0].fqdn", "missing | It gives the pool's full name"),
    ("pools[0].servers", ABSENT, "pools[0].servers", "missing"),
    (f"{SERVER_1}.fqdn", ABSENT, f"{SERVER_1}.fqdn", "missing"),
    (f"{SERVER_1}.addresses", ABSENT, f"{SERVER_1}.addresses", "missing"),
    (f"{SERVER_1}.addresses.internal", ABSENT, f"{SERVER_1}.addresses.internal", "missing"),
    ("pools[0].load_balancer", ABSENT, "pools[0].load_balancer", "missing: a pool of 2 servers needs a load balancer"),
    ("pools[0].load_balancer.type", ABSENT, "pools[0].load_balancer.type", "missing"),
    (VIPS, ABSENT, VIPS, "missing | It gives the virtual IP addresses per service"),
    (f"{VIPS}.sip", ABSENT, f"{VIPS}.sip", "missing"),
    ("certificates", ABSENT, "certificates", "missing"),
    ("certificates.issuers", ABSENT, "certificates.issuers", "missing"),
    ("certificates.issuers.enterprise.ca", ABSENT, "certificates.issuers.enterprise.ca", "missing"),
    # ill-typed
    ("schema", "1", "schema", "must be a whole number, not the text '1'"),
    ("schema", True, "schema", "must be a whole number, not true (a truth value)"),
    ("schema", 2, "schema", "2 is not possible | Supported: 1"),
    ("schema", 1.0, "schema", "must be a whole number, not the number 1.0"),
    ("product", 2007, "product", "must be text, not the number 2007"),
    ("ad_domain", None, "ad_domain", "must be text, not empty (null)"),
    ("ad_domain", ["company.local"], "ad_domain", "must be text, not a list"),
    ("sip_domains", "company.com", "sip_domains", "must be a list, not the text 'company.com' | Write [company.com]"),
    ("sip_domains", {"company.com": {}}, "sip_domains", "must be a list, not a mapping"),
    ("sip_domains", [], "sip_domains", "the list is empty | Give at least one, such as [company.com]"),
    ("sip_domains[1]", 5, "sip_domains[1]", "a SIP domain must be a mapping, not the number 5"),
    ("sip_domains[1]", None, "sip_domains[1]", "a SIP domain must be a mapping, not empty (null)"),
    ("dns", "company.com", "dns", "dns must be a mapping, not the text 'company.com'"),
    ("dns.ttl", "3600", "dns.ttl", "must be a whole number, not the text '3600'"),
    ("dns.ttl", -1, "dns.ttl", "-1 is not possible | Write a number from 0 to 2147483647"),
    ("dns.ttl", 2**31, "dns.ttl", "2147483648 is not possible"),
    ("dns.internal.zones", {}, "dns.internal.zones", "must be a list, not a mapping"),
    ("dns.internal.zones", [], "dns.internal.zones", "the list is empty"),
    (
        "dns.internal.zones[1].known_names",
        "www",
        "dns.internal.zones[1].known_names",
        "must be a list, not the text 'www'",
    ),
    ("pools", "ocspool", "pools", "must be a list"),
    ("pools", [], "pools", "the list is empty"),
    ("pools[0].servers", {"a": 1}, "pools[0].servers", "must be a list, not a mapping"),
    ("pools[0].servers", [], "pools[0].servers", "the list is empty"),
    (f"{SERVER_1}.addresses.internal", "10.0.0.12", f"{SERVER_1}.addresses.internal", "Write [10.0.0.12]"),
    (f"{SERVER_1}.addresses.internal", [], f"{SERVER_1}.addresses.internal", "the list is empty"),
    (f"{SERVER_1}.addresses", ["10.0.0.12"], f"{SERVER_1}.addresses", "must be a mapping, not a list"),
    (f"{SERVER_1}.inventory_host", 7, f"{SERVER_1}.inventory_host", "must be text, not the number 7"),
    (f"{SERVER_1}.inventory_host", "", f"{SERVER_1}.inventory_host", "the text is empty"),
    (f"{VIPS}.sip", "10.0.0.10", f"{VIPS}.sip", "must be a list, not the text '10.0.0.10' | Write [10.0.0.10]"),
    (f"{VIPS}.sip", [], f"{VIPS}.sip", "the list is empty"),
    ("certificates.issuers", [], "certificates.issuers", "must be a mapping, not a list"),
    ("certificates.issuers", {}, "certificates.issuers", "the mapping is empty"),
    ("certificates.issuers.enterprise", "ca", "certificates.issuers.enterprise", "an issuer must be a mapping"),
    (
        "certificates.repeat_subject_in_san",
        "no",
        "certificates.repeat_subject_in_san",
        "must be true or false, not the text",
    ),
    (
        "certificates.repeat_subject_in_san",
        0,
        "certificates.repeat_subject_in_san",
        "must be true or false, not the number",
    ),
    ("certificates.key_length", 1024, "certificates.key_length", "1024 is not possible | Supported: 2048, 4096"),
    ("certificates.key_length", 3000, "certificates.key_length", "3000 is not possible"),
    # addresses that are none
    (
        f"{SERVER_1}.addresses.internal[0]",
        "10.0.0.256",
        f"{SERVER_1}.addresses.internal[0]",
        "'10.0.0.256' is not an address",
    ),
    (f"{SERVER_1}.addresses.internal[0]", "10.0.0", f"{SERVER_1}.addresses.internal[0]", "is not an address"),
    (f"{SERVER_1}.addresses.internal[0]", "10.0.0.012", f"{SERVER_1}.addresses.internal[0]", "is not an address"),
    (f"{SERVER_1}.addresses.internal[0]", "10.0.0.12/24", f"{SERVER_1}.addresses.internal[0]", "is not an address"),
    (f"{SERVER_1}.addresses.internal[0]", "", f"{SERVER_1}.addresses.internal[0]", "is not an address"),
    (
        f"{SERVER_1}.addresses.internal[0]",
        167772172,
        f"{SERVER_1}.addresses.internal[0]",
        "must be text, not the number",
    ),
    (
        f"{SERVER_1}.addresses.internal[0]",
        "0.0.0.0",
        f"{SERVER_1}.addresses.internal[0]",
        "no address that a host can have",
    ),
    (
        f"{SERVER_1}.addresses.internal[0]",
        "224.0.0.1",
        f"{SERVER_1}.addresses.internal[0]",
        "no address that a host can",
    ),
    (
        f"{SERVER_1}.addresses.internal[0]",
        "2001:db8::12",
        f"{SERVER_1}.addresses.internal[0]",
        "Office Communications Server 2007 does not know IPv6 | Leave it out and give the IPv4 address",
    ),
    (f"{VIPS}.sip[0]", "vip", f"{VIPS}.sip[0]", "'vip' is not an address | Write an IPv4 address such as 10.0.0.11"),
    # names that are none
    ("ad_domain", "local", "ad_domain", "'local' is a single label"),
    ("sip_domains[0]", "company_local", "sip_domains[0]", "holds an underscore"),
    ("sip_domains[1].name", "*.company.com", "sip_domains[1].name", "'*.company.com' is a wildcard"),
    ("sip_domains[1].name", "firma.übung", "sip_domains[1].name", "internationalised names are not supported"),
    ("pools[0].fqdn", "ocspool", "pools[0].fqdn", "'ocspool' is a single label"),
    ("pools[0].fqdn", "10.0.0.10", "pools[0].fqdn", "is an address, not a name"),
    ("pools[0].fqdn", "ocs..company.local", "pools[0].fqdn", "has an empty label"),
    ("pools[0].fqdn", "a" * 64 + ".company.local", "pools[0].fqdn", "has 64 characters"),
    ("pools[0].fqdn", ("a" * 50 + ".") * 5, "pools[0].fqdn", "the name has 254 characters"),
    ("pools[0].web_farm_fqdn", "web farm.company.local", "pools[0].web_farm_fqdn", "holds a space"),
    (f"{SERVER_1}.fqdn", "ocs srv02.company.local", f"{SERVER_1}.fqdn", "holds a space"),
    ("dns.internal.zones[0].name", "", "dns.internal.zones[0].name", "the name is empty"),
    (
        "dns.internal.zones[0].known_names",
        ["www", "a_b"],
        "dns.internal.zones[0].known_names[1]",
        "holds an underscore",
    ),
    # texts that travel into files and command lines
    ("certificates.issuers.enterprise.ca", "Company CA", "certificates.issuers.enterprise.ca", "does not name a CA"),
    ("certificates.issuers.enterprise.ca", "ca01\\", "certificates.issuers.enterprise.ca", "does not name a CA"),
    ("certificates.issuers.enterprise.ca", "ca 01\\CA", "certificates.issuers.enterprise.ca", "holds a space"),
    ("certificates.issuers.enterprise.ca", 'ca01\\C" & calc', "certificates.issuers.enterprise.ca", 'holds "'),
    ("certificates.issuers.enterprise.ca", "ca01\\%PATH%", "certificates.issuers.enterprise.ca", "holds %"),
    (
        "certificates.issuers.enterprise.ca",
        "ca01\\CA\r\n[x]",
        "certificates.issuers.enterprise.ca",
        "control character",
    ),
    ("certificates.issuers.enterprise.template", "Web\nServer", "certificates.issuers.enterprise.template", "control"),
    ("certificates.issuers.enterprise.template", 'Web"Server', "certificates.issuers.enterprise.template", 'holds "'),
    ("certificates.issuers.enterprise.template", "a&b", "certificates.issuers.enterprise.template", "holds &"),
    # not supported, or not yet
    ("product", "ocs2008", "product", "'ocs2008' is unknown, did you mean 'ocs2007'?"),
    (
        "pools[0].role",
        "survivable_branch_appliance",
        "pools[0].role",
        "Office Communications Server 2007 does not have the role 'survivable_branch_appliance'",
    ),
    ("pools[0].role", "frontend", "pools[0].role", "'frontend' is unknown, did you mean 'front_end'?"),
    ("pools[0].load_balancer.type", "dns", "pools[0].load_balancer.type", "does not support 'dns' load balancing"),
    ("pools[0].load_balancer.type", "haproxy", "pools[0].load_balancer.type", "'haproxy' is unknown"),
    (
        "sip_domains[1].srv_target",
        "fqdn",
        "sip_domains[1].srv_target",
        "'fqdn' is unknown | Supported: alias, sip, pool",
    ),
    ("sip_domains[1].plain_tcp", "yes", "sip_domains[1].plain_tcp", "must be true or false"),
    ("sip_domains[1].director", "dir.company.local", "sip_domains[1].director", "there is no director pool"),
    ("sip_domains[1].edge", "edge.company.local", "sip_domains[1].edge", "there is no edge pool"),
    ("dns.external", {}, "dns.external.zones", "missing"),
    (f"{SERVER_1}.addresses.external", ["10.1.0.1"], f"{SERVER_1}.addresses.external", "has no such interface"),
    ("pools[0].edge", {"access": "sip.company.com"}, "pools[0].edge", "has no Edge services"),
    ("pools[0].site", "Redmond", "pools[0].site", "there is no site 'Redmond' | The topology has no site"),
    ("pools[0].serves", ["fabrikam.com"], "pools[0].serves[0]", "there is no SIP domain 'fabrikam.com'"),
    ("simple_urls", {}, "simple_urls", "Office Communications Server 2007 does not have simple URLs"),
    ("autodiscover", {}, "autodiscover", "Office Communications Server 2007 does not have autodiscover"),
    ("xmpp", {"domains": ["company.com"]}, "xmpp", "does not have an XMPP proxy"),
    ("certificates.issuer_for", {"oauth": "x"}, "certificates.issuer_for.oauth", "there is no issuer 'x'"),
    ("dns.internal.zones[1].if_missing", "ignore", "dns.internal.zones[1].if_missing", "Supported: fail, create"),
    # contradictions
    ("sip_domains[2]", "COMPANY.com.", "sip_domains[2].name", "is already given at sip_domains[1].name"),
    (
        "dns.internal.zones[2]",
        "Company.Local",
        "dns.internal.zones[2].name",
        "already given at dns.internal.zones[0].name",
    ),
    (f"{SERVER_1}.fqdn", "OCSSRV01.company.local", f"{SERVER_1}.fqdn", "is already given at pools[0].servers[0].fqdn"),
    ("pools[0].servers[0].fqdn", "ocspool.company.local", "pools[0].servers[0].fqdn", "already given at pools[0].fqdn"),
    ("sip_domains[1].home", "nopool.company.local", "sip_domains[1].home", "there is no pool 'nopool.company.local'"),
    (
        "certificates.issuer",
        "public",
        "certificates.issuer",
        "there is no issuer 'public' | The issuers are enterprise",
    ),
    (f"{VIPS}.sip[0]", "10.0.0.12", f"{VIPS}.sip[0]", "10.0.0.12 is the address of a server"),
    (f"{VIPS}.web", ["10.0.0.11"], f"{VIPS}.web[0]", "10.0.0.11 is the address of a server (pools[0].servers[0]"),
]


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
    assert heading == "the topology has 7 problems"
    assert told == [
        "- prduct: unknown key, did you mean 'product'? The keys of the topology are schema, product, ad_domain,"
        " sip_domains, dns, sites, pools, simple_urls, autodiscover, federation, xmpp, hybrid, device_update,"
        " legacy_clients, time_server, certificates",
        "- sip_domains[1].name: 'company_com' holds an underscore, and OCS, Lync and Skype for Business take only"
        " the letters a to z, digits and hyphens. Use a hyphen",
        "- dns.ttl: must be a whole number, not the text 'x'. Write a number from 0 to 2147483647",
        "- pools[0].load_balancer.vips.sip[0]: '10.0.0.300' is not an address. Write an IPv4 address such as 10.0.0.11",
        "- pools[0].servers[1].addresses.internal[0]: 'x' is not an address. Write an IPv4 address such as 10.0.0.11",
        "- pools[0].servers[2].fqdn: the name 'ocssrv01.company.local' is already given at"
        " pools[0].servers[0].fqdn. Each is given once",
        "- certificates.issuer: there is no issuer 'none'. The issuers are enterprise",
    ]


def test_one_problem_is_not_a_plural() -> None:
    with pytest.raises(TopologyError, match="the topology has 1 problem\n"):
        parse(origin_with({"ad_domain": ABSENT}))


# Several pools


def test_several_pools_need_a_home_for_each_sip_domain() -> None:
    topology = two_pools()
    topology["sip_domains"] = ["company.com", {"name": "fabrikam.com", "home": "POOL2.company.local."}]
    assert problems(topology) == [
        (
            "sip_domains[0].home",
            "missing: there are 2 pools, and exactly one of them signs in the users of a SIP domain"
            " | Name one of ocspool.company.local, pool2.company.local",
        )
    ]


def test_a_wrong_pool_name_does_not_make_its_sip_domains_homeless() -> None:
    topology = two_pools()
    topology["pools"][1]["fqdn"] = "pool_2.company.local"
    assert [path for path, _text in problems(topology)] == ["pools[1].fqdn"]


@pytest.mark.parametrize(
    ("change", "path", "said"),
    [
        ({"pools[1].fqdn": "ocspool.company.local"}, "pools[1].fqdn", "is already given at pools[0].fqdn"),
        (
            {"pools[1].servers[0].fqdn": "ocssrv02.company.local"},
            "pools[1].servers[0].fqdn",
            "is already given at pools[0].servers[1].fqdn",
        ),
        (
            {"pools[1].web_farm_fqdn": "ocspool.company.local"},
            "pools[1].web_farm_fqdn",
            "'ocspool.company.local' is already given at pools[0].fqdn",
        ),
        (
            {"pools[0].web_farm_fqdn": "web.company.local", "pools[1].web_farm_fqdn": "web.company.local"},
            "pools[1].web_farm_fqdn",
            "is already given at pools[0].web_farm_fqdn",
        ),
    ],
)
def test_names_are_unique_over_pools(change: dict[str, Any], path: str, said: str) -> None:
    topology = two_pools()
    topology["sip_domains"] = topology["sip_domains"][:1]
    for where, value in change.items():
        put(topology, where, value)
    assert [(where, said in text) for where, text in problems(topology)] == [(path, True)]


def test_several_issuers() -> None:
    two = {"public": {"ca": "ca\\A"}, "private": {"ca": "ca\\B"}}
    ((path, text),) = problems(origin_with({"certificates.issuers": two}))
    assert (path, text) == ("certificates.issuer", "missing: there are 2 issuers | Name one of private, public")
    chosen = origin_with({"certificates.issuers": two, "certificates.issuer": "private"})
    assert parse(chosen).certificates.issuer.ca == "ca\\B"


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


def only_plain(value: Any) -> bool:
    if isinstance(value, tuple):
        return all(only_plain(item) for item in value)
    return type(value) in (str, int, bool, type(None))


def test_other_types_than_the_built_in_ones_are_read_and_left_behind() -> None:
    topology = parse(tagged(origin()))
    assert topology == parse(origin())
    for pool in topology.pools:
        assert only_plain((pool.fqdn, pool.product, pool.role, pool.load_balancer.type))
        assert all(only_plain((server.fqdn, tuple(server.addresses["internal"]))) for server in pool.servers)
    assert only_plain((topology.certificates.issuer.ca, topology.certificates.issuer.name, topology.zones[0].name))


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
