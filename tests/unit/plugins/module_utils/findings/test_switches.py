"""Switches that need an Edge."""

from __future__ import annotations

from typing import Any

import pytest
from unit.finding_cases import codes_and_places, lync, of_code

from ansible_collections.ucops.rollout.plugins.module_utils.findings.kind import LEFT_OUT

WITHOUT_EDGE = {"pools[1]": LEFT_OUT}


@pytest.mark.parametrize(
    ("changes", "switch"),
    [
        ({"federation": {"push_notifications": True}}, "federation.push_notifications"),
        ({"federation": {"hosted_exchange_um": True}}, "federation.hosted_exchange_um"),
        ({"federation": {"aol": True}}, "federation.aol"),
        ({"xmpp": {"domains": ["contoso.com"]}}, "xmpp"),
        ({"hybrid": {}}, "hybrid"),
    ],
)
def test_a_switch_without_an_edge(changes: dict[str, Any], switch: str) -> None:
    found = of_code("switch-without-effect", lync({**WITHOUT_EDGE, **changes})[1].findings)
    assert codes_and_places(found) == [("switch-without-effect", switch)]
    assert of_code("switch-without-effect", lync(changes)[1].findings) == []


def test_what_is_so_without_being_set_is_not_told() -> None:
    changes = {**WITHOUT_EDGE, "federation": {"partner_discovery": True, "push_notifications": False}}
    assert of_code("switch-without-effect", lync(changes)[1].findings) == []


@pytest.mark.parametrize(
    ("changes", "switch"),
    [
        ({"external_srv_target": "edge"}, "external_srv_target"),
        ({"sip_external": "cname"}, "sip_external"),
        ({"srv": {"external": {"priority": 5}}}, "srv.external"),
        ({"srv": {"federation": {"weight": 5}}}, "srv.federation"),
    ],
)
def test_a_switch_of_a_sip_domain_without_an_edge(changes: dict[str, Any], switch: str) -> None:
    given = {"sip_domains[1]": {"name": "fabrikam.com", "srv_target": "sip", **changes}}
    (found,) = of_code("switch-without-effect", lync({**WITHOUT_EDGE, **given})[1].findings)
    assert (found.where, found.message) == (
        "sip_domains[1]",
        f"{switch} of 'fabrikam.com' is set, but there is no Edge pool",
    )
    assert of_code("switch-without-effect", lync(given)[1].findings) == []


def test_mobile_devices_inside_need_what_publishes() -> None:
    changes = {"autodiscover": {"mobile_inside": True}}
    (found,) = of_code("switch-without-effect", lync({**changes, "pools[2]": LEFT_OUT})[1].findings)
    assert (found.where, found.message) == (
        "autodiscover.mobile_inside",
        "autodiscover.mobile_inside is set, but there is no reverse proxy",
    )
    assert of_code("switch-without-effect", lync(changes)[1].findings) == []
