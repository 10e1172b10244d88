"""What many SIP domains have alike is told once."""

from __future__ import annotations

import pytest
from unit.finding_cases import many_sip_domains, plan_of

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
    assert message.endswith(f". So it is with all {count} SIP domains")


def test_few_are_told_one_by_one() -> None:
    assert [where for where, _message in notes(3)] == ["sip_domains[0]", "sip_domains[1]", "sip_domains[2]"]


def test_some_are_told_with_their_names() -> None:
    topology = many_sip_domains(6)
    topology["sip_domains"][2] = {"name": "sip-domain-002.example.com", "srv_target": "sip"}
    (found,) = [one for one in plan_of(topology).findings if one.code == "srv-target-alias"]
    assert found.where == "sip_domains[0]"
    assert found.message.endswith(
        ". So it is with 4 more: sip-domain-001.example.com, sip-domain-003.example.com, sip-domain-004.example.com,"
        " sip-domain-005.example.com"
    )


def test_a_plan_of_61_sip_domains_is_as_long_as_its_rows() -> None:
    """Two records, two names in a certificate and two endpoints for each; of findings one line says it for all."""
    text = plan_text(plan_of(many_sip_domains(61)))
    findings = text[text.index("Findings") :].splitlines()
    assert len(findings) == 24
    assert len(text.splitlines()) == 490
