"""Zones without records, and zones that hide names."""

from __future__ import annotations

from typing import Any

import pytest
from unit.finding_cases import found, places, plan_of
from unit.topologies import origin, origin_with


def test_zone_hides_names() -> None:
    (warning,) = found("zone-hides-names", plan_of(origin()))
    assert (warning.severity, warning.where) == ("warning", "dns.internal.zones[1]")
    assert warning.message == (
        "the zone 'company.com' inside, created where it is missing, hides every name that exists outside and is not"
        " copied (such as www, mail, autodiscover, owa, ftp) from everybody inside"
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
    told = f"the zone 'company.com' inside, created where it is missing, hides {hidden} from everybody inside"
    assert messages == ([told] if hidden else [])


def test_zone_without_records() -> None:
    topology = origin_with({"dns.internal.zones[2]": {"name": "fabrikam.com"}})
    assert places("zone-without-records", topology) == ["dns.internal.zones[2]"]
    assert places("zone-without-records", origin()) == []
