"""Each finding provoked once, and what comes close to it without provoking it."""

from __future__ import annotations

import string
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from cryptography import x509
from unit.topologies import origin, origin_with, two_pools

from ansible_collections.ucops.rollout.plugins.module_utils.findings.certificates import encoded_size
from ansible_collections.ucops.rollout.plugins.module_utils.findings.kinds_core import CORE_KINDS
from ansible_collections.ucops.rollout.plugins.module_utils.findings.registry import KINDS, finding, in_order
from ansible_collections.ucops.rollout.plugins.module_utils.model import Finding, Plan
from ansible_collections.ucops.rollout.plugins.module_utils.plan.hosts import Groups, find_hosts
from ansible_collections.ucops.rollout.plugins.module_utils.plan.planner import make_plan
from ansible_collections.ucops.rollout.plugins.module_utils.products.grammar import Product
from ansible_collections.ucops.rollout.plugins.module_utils.products.registry import PRODUCTS
from ansible_collections.ucops.rollout.plugins.module_utils.products.rules import RoleRules
from ansible_collections.ucops.rollout.plugins.module_utils.topology.topology import parse


def plan_of(topology: Any, change: Callable[[RoleRules], RoleRules] = lambda role: role) -> Plan:
    """The plan by the products' rules, changed where a finding cannot be had otherwise."""
    product: Product = PRODUCTS["ocs2007"]
    return make_plan(parse(topology), {"ocs2007": replace(product, roles=(change(product.roles[0]),))})


def found(code: str, plan: Plan) -> list[Finding]:
    return [one for one in plan.findings if one.code == code]


def places(code: str, topology: Any) -> list[str]:
    return [one.where for one in found(code, plan_of(topology))]


def in_inventory(inventory: dict[str, list[str]], topology: Any = None, *, check: bool = True) -> Plan:
    groups = Groups(servers="ucops_servers", dns="ucops_dns", ca="ucops_ca")
    return find_hosts(plan_of(topology or origin()), groups, inventory, check=check)


COMPLETE = {
    "all": ["dc01", "ca01", "ocssrv01.company.local", "ocssrv02.company.local"],
    "ucops_dns": ["dc01"],
    "ucops_ca": ["ca01"],
    "ucops_servers": ["ocssrv01.company.local", "ocssrv02.company.local"],
}


# The registry


@pytest.mark.parametrize("code", KINDS)
def test_every_kind_is_complete(code: str) -> None:
    kind = KINDS[code]
    assert kind.code == code
    assert kind.severity in ("error", "warning", "note")
    assert kind.about in ("records", "certificates", "inventory")
    for text in (kind.title, kind.message, kind.breaks, kind.mend, kind.source, kind.decision):
        assert text
        assert not text.endswith(".")


@pytest.mark.parametrize("code", KINDS)
def test_every_word_of_a_kind_is_filled_in(code: str) -> None:
    kind = KINDS[code]
    texts = (kind.message, kind.breaks, kind.mend)
    words = {word for text in texts for _unused, word, _unused2, _unused3 in string.Formatter().parse(text) if word}
    one = finding(code, where="here", **{word: f"<{word}>" for word in words})
    assert all(f"<{word}>" in f"{one.message} {one.breaks} {one.mend}" for word in words)


def test_every_kind_of_all_products_is_provoked_in_these_tests() -> None:
    """Those of particular products are provoked in test_family_findings.py."""
    with open(__file__, encoding="utf-8") as here:
        text = here.read()
    elsewhere = {"name-not-in-certificate", "endpoint-without-certificate"}  # tests/unit/test_coherence.py
    assert [one.code for one in CORE_KINDS if f'"{one.code}"' not in text and one.code not in elsewhere] == []


def test_errors_come_first_and_notes_last() -> None:
    some = [finding(code, where=code, name="x", domain="x") for code in ("srv-target-alias", "zone-without-records")]
    error = finding("inventory-group-empty", where="g", group="g", breaks="b")
    warning = finding("zone-hides-names", where="z", name="z", hidden="www")
    assert [one.severity for one in in_order([*some, warning, error])] == ["error", "warning", "note", "note"]


# Errors


def test_name_without_zone() -> None:
    topology = origin_with({"sip_domains[2]": "fabrikam.com"})
    plan = plan_of(topology)
    assert [(one.where, one.message) for one in found("name-without-zone", plan)] == [
        ("sip_domains[2]", "'ocspool.fabrikam.com' fits none of the declared internal zones"),
        ("sip_domains[2]", "'_sipinternaltls._tcp.fabrikam.com' fits none of the declared internal zones"),
    ]
    assert plan.errors[0].mend == "Declare its zone under dns.internal.zones, such as {name: fabrikam.com}"
    assert not [one for one in plan.records if "fabrikam" in one.fqdn]
    topology["dns"]["internal"]["zones"].append({"name": "fabrikam.com"})
    assert places("name-without-zone", topology) == []


def test_name_without_zone_for_a_target_whose_pin_point_zone_was_forgotten() -> None:
    topology = origin_with({"dns.internal.zones[1].name": "_sipinternaltls._tcp.company.com"})
    plan = plan_of(topology)
    assert [one.message for one in plan.errors] == ["'ocspool.company.com' fits none of the declared internal zones"]


def test_a_zone_that_only_looks_like_a_suffix_does_not_fit() -> None:
    topology = origin_with({"sip_domains": ["company.local", "mycompany.com"]})
    assert len(places("name-without-zone", topology)) == 2


LONG_DOMAIN = ".".join(["a" * 60, "b" * 60, "c" * 60, "d" * 49])  # 232 characters


def test_name_too_long() -> None:
    longest = {"sip_domains[1]": LONG_DOMAIN, "dns.internal.zones[1].name": LONG_DOMAIN}
    assert places("name-too-long", origin_with(longest)) == []
    longer = {key: f"d{value}" for key, value in longest.items()}
    plan = plan_of(origin_with(longer))
    (error,) = found("name-too-long", plan)
    assert error.where == "sip_domains[1]"
    assert error.message == (f"'_sipinternaltls._tcp.d{LONG_DOMAIN}' has 254 characters, DNS allows 253")
    assert "_sipinternaltls._tcp.d" + LONG_DOMAIN not in [one.fqdn for one in plan.records]


def test_name_claimed_twice() -> None:
    """The second pool's name inside company.com is a server's own name."""
    topology = two_pools()
    topology["pools"][0]["servers"][0]["fqdn"] = "pool2.fabrikam.com"
    plan = plan_of(topology)
    assert [(one.where, one.message) for one in found("name-claimed-twice", plan)] == [
        (
            "pools[0].servers[0]",
            "'pool2.fabrikam.com' is planned at 10.0.1.10 and, for another purpose, at 10.0.0.11",
        )
    ]


def test_a_name_claimed_twice_at_one_address_is_one_record() -> None:
    """A single server whose web farm has the server's own name: the domain member registers it."""
    topology = origin_with({"pools[0].web_farm_fqdn": "ocssrv01.company.local"})
    del topology["pools"][0]["load_balancer"], topology["pools"][0]["servers"][1]
    plan = plan_of(topology)
    assert not plan.errors
    record = next(one for one in plan.records if one.fqdn == "ocssrv01.company.local")
    assert record.managed == "registered_elsewhere"
    assert [one.rule for one in record.reasons] == ["ocs2007.web-farm-address", "ocs2007.server-address"]


def second_service(role: RoleRules) -> RoleRules:
    """Rules that lead a SIP domain's users to the web farm as well."""
    rule = next(one for one in role.records if one.id == "ocs2007.sign-in-tls")
    return replace(role, records=(*role.records, replace(rule, target="{web_farm}")))


def test_second_service() -> None:
    plan = plan_of(origin_with({"pools[0].web_farm_fqdn": "ocsweb.company.local"}), second_service)
    assert [(one.where, one.message) for one in found("second-service", plan)] == [
        (
            "sip_domains[0]",
            "'_sipinternaltls._tcp.company.local' leads to ocspool.company.local and to ocsweb.company.local",
        ),
        (
            "sip_domains[1]",
            "'_sipinternaltls._tcp.company.com' leads to ocspool.company.com and to ocsweb.company.local",
        ),
    ]


def test_several_pools_are_no_second_service() -> None:
    assert places("second-service", two_pools()) == []


def lost_target(role: RoleRules) -> RoleRules:
    """Rules that have forgotten the address of the name that automatic sign-in leads to."""
    return replace(role, records=tuple(one for one in role.records if one.id != "ocs2007.sign-in-alias-address"))


def test_target_without_address() -> None:
    plan = plan_of(origin(), lost_target)
    assert [(one.where, one.message) for one in found("target-without-address", plan)] == [
        (
            "sip_domains[1]",
            "'_sipinternaltls._tcp.company.com' leads to 'ocspool.company.com', for which no address record is planned",
        )
    ]
    assert places("target-without-address", origin()) == []


def test_common_name_too_long() -> None:
    name = "p" * 51 + ".company.local"
    assert len(name) == 65
    assert places("common-name-too-long", origin_with({"pools[0].fqdn": name})) == ["pools[0].fqdn"]
    assert places("common-name-too-long", origin_with({"pools[0].fqdn": name[1:]})) == []


# The inventory


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
    topology = origin_with({"pools[0].servers[1].inventory_host": "ocssrv01.company.local"})
    plan = in_inventory(COMPLETE, topology)
    assert [one.where for one in found("inventory-host-shared", plan)] == ["ocssrv02.company.local"]
    assert found("inventory-host-shared", in_inventory(COMPLETE)) == []


@pytest.mark.parametrize("group", ["ucops_dns", "ucops_ca"])
def test_inventory_group_empty(group: str) -> None:
    for inventory in ({**COMPLETE, group: []}, {key: value for key, value in COMPLETE.items() if key != group}):
        plan = in_inventory(inventory)
        assert [one.where for one in found("inventory-group-empty", plan)] == [group]
    assert found("inventory-group-empty", in_inventory(COMPLETE)) == []


# Warnings and notes


def test_zone_hides_names() -> None:
    (warning,) = found("zone-hides-names", plan_of(origin()))
    assert (warning.severity, warning.where) == ("warning", "dns.internal.zones[1]")
    assert warning.message == (
        "creating the zone 'company.com' inside hides every name that exists outside and is not copied"
        " (such as www, mail, autodiscover, owa, ftp) from everybody inside"
    )


@pytest.mark.parametrize(
    ("zone", "hidden"),
    [
        ({"if_missing": "fail"}, None),
        ({"if_missing": "create", "known_names": []}, None),
        ({"if_missing": "create", "known_names": ["www", "Mail"]}, "mail, www"),
        ({"if_missing": "create", "known_names": ["www", "mail"], "copied_names": ["WWW"]}, "mail"),
        ({"if_missing": "create", "known_names": ["www"], "copied_names": ["www"]}, None),
        ({"if_missing": "create", "known_names": ["ocspool"]}, None),
    ],
)
def test_zone_hides_the_names_that_the_topology_says(zone: dict[str, Any], hidden: str | None) -> None:
    topology = origin_with({"dns.internal.zones[1]": {"name": "company.com", **zone}})
    messages = [one.message for one in found("zone-hides-names", plan_of(topology))]
    told = [f"creating the zone 'company.com' inside hides {hidden} from everybody inside"] if hidden else []
    assert messages == told


def test_subject_not_repeated() -> None:
    plan = plan_of(origin_with({"certificates.repeat_subject_in_san": False}))
    assert [one.severity for one in found("subject-not-repeated", plan)] == ["warning", "warning"]
    assert places("subject-not-repeated", origin()) == []


def test_a_subject_that_another_rule_names_is_repeated() -> None:
    topology = origin_with({"certificates.repeat_subject_in_san": False, "pools[0].fqdn": "sip.company.local"})
    assert places("subject-not-repeated", topology) == []


def many_sip_domains(count: int) -> dict[str, Any]:
    names = [f"sip-domain-{number:03}.example.com" for number in range(count)]
    return origin_with({"sip_domains": names, "dns.internal.zones": ["company.local", "example.com"]})


def test_names_too_many_for_authority() -> None:
    # Each SIP domain adds sip.<name> (30 + 2 bytes) and ocspool.<name> (34 + 2 bytes); the pool's and server's own
    # names take 23 + 24 bytes, the sequence's header 4.
    assert places("names-too-many-for-authority", many_sip_domains(59)) == []
    plan = plan_of(many_sip_domains(60))
    (first, _second) = found("names-too-many-for-authority", plan)
    assert first.where == "ocssrv01.company.local/default"
    assert first.message == (
        "the 122 names of ocssrv01.company.local/default take 4131 bytes, a Windows CA accepts 4096"
    )


@pytest.mark.parametrize(
    ("names", "size"),
    [
        ((), 2),
        (("a.de",), 8),
        (("a" * 60 + ".de", "b" * 57 + ".de"), 2 + 65 + 62),
        (("a" * 60 + ".de", "b" * 59 + ".de"), 3 + 65 + 64),
        (("a" * 128,), 3 + 3 + 128),
        (("a" * 253, "b" * 253), 4 + 2 * (3 + 253)),
    ],
)
def test_encoded_size(names: tuple[str, ...], size: int) -> None:
    """Counted by hand from the rules of DER: one byte of length up to 127, two up to 255, three beyond."""
    assert encoded_size(names) == size


def test_encoded_size_is_that_of_the_real_extension() -> None:
    names = tuple(f"sip-domain-{number}.example.com" for number in range(200))
    extension = x509.SubjectAlternativeName([x509.DNSName(name) for name in names])
    assert encoded_size(names) == len(extension.public_bytes())


@pytest.mark.parametrize(
    ("path", "address", "where"),
    [
        ("pools[0].servers[1]", "10.0.0.11", ["pools[0].servers[1].addresses.internal"]),
        ("pools[1].servers[0]", "10.0.0.10", ["pools[1].servers[0].addresses.internal"]),
        ("pools[1].servers[0]", "10.0.9.9", []),
    ],
)
def test_address_shared_by_servers(path: str, address: str, where: list[str]) -> None:
    topology = two_pools()
    pool, server = int(path[6]), int(path[-2])
    topology["pools"][pool]["servers"][server]["addresses"]["internal"] = [address]
    assert places("address-shared", topology) == where


def test_address_shared_by_pools() -> None:
    topology = two_pools()
    topology["pools"][1]["load_balancer"]["vips"]["sip"] = ["10.0.0.10"]
    assert places("address-shared", topology) == ["pools[1].load_balancer.vips"]


def test_sip_and_web_of_one_pool_may_share_an_address() -> None:
    assert places("address-shared", origin_with({"pools[0].load_balancer.vips.web": ["10.0.0.10"]})) == []


def test_zone_without_records() -> None:
    topology = origin_with({"dns.internal.zones[2]": {"name": "fabrikam.com"}})
    assert places("zone-without-records", topology) == ["dns.internal.zones[2]"]
    assert places("zone-without-records", origin()) == []


def test_srv_target_alias() -> None:
    (note,) = found("srv-target-alias", plan_of(origin()))
    assert (note.severity, note.where) == ("note", "sip_domains[1]")
    assert places("srv-target-alias", origin_with({"sip_domains": ["company.local"]})) == []


def test_a_pool_called_sip_satisfies_the_strictest_policy() -> None:
    assert places("srv-target-alias", origin_with({"pools[0].fqdn": "sip.company.local"})) == []
