"""What many SIP domains have alike is told once."""

from __future__ import annotations

from collections import Counter
from typing import Any

import pytest
from unit.finding_cases import lync, many_sip_domains, plan_of

from ansible_collections.ucops.rollout.plugins.module_utils.reading.explain import explain
from ansible_collections.ucops.rollout.plugins.module_utils.reading.text import plan_text


def notes(count: int) -> list[tuple[str, str]]:
    return [
        (one.where, one.message) for one in plan_of(many_sip_domains(count)).findings if one.code == "srv-target-alias"
    ]


@pytest.mark.parametrize("count", [4, 61])
def test_a_note_on_all_sip_domains_is_told_once_with_their_number(count: int) -> None:
    ((where, message),) = notes(count)
    assert where == "sip_domains"
    assert message.startswith(
        "the SRV record of 'sip-domain-000.example.com' leads to 'ocspool.sip-domain-000.example.com': "
    )
    assert message.endswith(f". It holds for all {count} SIP domains")


def test_few_are_told_one_by_one() -> None:
    assert [where for where, _message in notes(3)] == ["sip_domains[0]", "sip_domains[1]", "sip_domains[2]"]


def test_some_are_told_with_their_names() -> None:
    topology = many_sip_domains(6)
    topology["sip_domains"][2] = {"name": "sip-domain-002.example.com", "srv_target": "sip"}
    (found,) = [one for one in plan_of(topology).findings if one.code == "srv-target-alias"]
    assert found.where == "sip_domains[0]"
    assert found.message.endswith(
        ". It holds for 4 more: sip-domain-001.example.com, sip-domain-003.example.com, sip-domain-004.example.com,"
        " sip-domain-005.example.com"
    )


def test_a_plan_of_61_sip_domains_is_as_long_as_its_rows() -> None:
    """Two records, two names in a certificate and two endpoints for each; of findings one line says it for all."""
    text = plan_text(plan_of(many_sip_domains(61)))
    findings = text[text.index("Findings") :].splitlines()
    assert len(findings) == 26
    assert len(text.splitlines()) == 492


DOMAINS = [f"sip-domain-{number:03}.example.com" for number in range(61)]
ZONES = [{"name": name} for name in DOMAINS]


def many(sip_domain: dict[str, Any], zones: list[dict[str, Any]], **changes: Any) -> Counter[str]:
    """How often each code is told for a site of Lync Server 2013 with 61 SIP domains."""
    found = lync(
        {
            "sip_domains": [{"name": name, "srv_target": "sip", **sip_domain} for name in DOMAINS],
            "dns.internal.zones": [{"name": "contoso.net"}, {"name": "contoso.com"}, *zones],
            "dns.external.zones": [{"name": "contoso.com"}, {"name": "example.com"}],
            **changes,
        }
    )[1].findings
    return Counter(one.code for one in found)


@pytest.mark.parametrize(
    ("code", "sip_domain", "zones", "changes"),
    [
        ("zone-hides-names", {}, [{**zone, "if_missing": "create", "known_names": ["www"]} for zone in ZONES], {}),
        ("cut-over-names-inside", {"cut_over": True}, ZONES, {}),
        ("cut-over-names-inside", {"cut_over": True}, [{"name": "example.com"}], {}),
        ("sign-in-without-tls", {"plain_tcp": True}, ZONES, {}),
        ("srv-target-outside-sip-domain", {"srv_target": "pool"}, ZONES, {}),
        (
            "simple-url-meet-missing",
            {},
            ZONES,
            {"simple_urls": {"urls": [{"kind": "dialin", "url": "https://dialin.contoso.com"}]}},
        ),
    ],
)
def test_each_kind_is_told_once(
    code: str, sip_domain: dict[str, Any], zones: list[dict[str, Any]], changes: dict[str, Any]
) -> None:
    assert many(sip_domain, zones, **changes)[code] == 1


def test_zones_that_get_no_record_are_told_once_for_each_view() -> None:
    spare = [{"name": f"spare-{number}.example.net"} for number in range(5)]
    changes = {
        "dns.internal.zones": [{"name": "contoso.net"}, {"name": "contoso.com"}, {"name": "fabrikam.com"}, *spare]
    }
    (found,) = [one for one in lync(changes)[1].findings if one.code == "zone-without-records"]
    assert (found.where, found.message) == (
        "dns.internal.zones[3]",
        "nothing is planned in the zone 'spare-0.example.net'. It holds for 4 more: spare-1.example.net,"
        " spare-2.example.net, spare-3.example.net, spare-4.example.net",
    )


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("_sipinternaltls._tcp.sip-domain-000.example.com", False),
        ("ocspool.sip-domain-000.example.com", True),
        ("ocspool.sip-domain-060.example.com", True),
        ("ocspool.company.local", False),
    ],
)
def test_what_is_told_of_all_is_explained_of_each(name: str, told: bool) -> None:
    text = explain(plan_of(many_sip_domains(61)), name)
    assert ("NOTE srv-target-alias" in text) is told


def test_what_is_told_of_some_is_explained_of_those() -> None:
    topology = many_sip_domains(6)
    topology["sip_domains"][2] = {"name": "sip-domain-002.example.com", "srv_target": "sip"}
    plan = plan_of(topology)
    assert "NOTE srv-target-alias" in explain(plan, "ocspool.sip-domain-004.example.com")
    assert "NOTE srv-target-alias" not in explain(plan, "sip.sip-domain-002.example.com")
