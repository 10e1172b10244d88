"""Names without a place, claimed twice, or leading to nothing, as the planner finds them."""

from __future__ import annotations

from unit.finding_cases import found, places, plan_of, provoked
from unit.topologies import origin, origin_with, two_pools


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


def test_second_service() -> None:
    assert [(one.where, one.message) for one in provoked("second-service")] == [
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


def test_target_without_address() -> None:
    assert [(one.where, one.message) for one in provoked("target-without-address")] == [
        (
            "sip_domains[1]",
            "'_sipinternaltls._tcp.company.com' leads to 'ocspool.company.com', for which no address record is planned",
        )
    ]
    assert places("target-without-address", origin()) == []
