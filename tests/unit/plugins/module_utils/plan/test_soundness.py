"""A plan that is wrong in itself is refused before anything is touched."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from unit import strategies
from unit.topologies import origin

from ansible_collections.ucops.rollout.plugins.module_utils.model import (
    Finding,
    Key,
    Plan,
    PlannedIssuer,
    SrvData,
    Subject,
)
from ansible_collections.ucops.rollout.plugins.module_utils.plan.soundness import (
    PlanHasErrors,
    refuse_unsound,
    unsound,
    unsound_records,
)
from ansible_collections.ucops.rollout.plugins.module_utils.reading.queries import as_plan

BOTH = ("records", "certificates")
CA = ["ca01.company.local"]
MANY = tuple(f"sip-domain-{number:03}.company.com" for number in range(150))


def with_first(**changes: Any) -> Plan:
    plan = as_plan(origin())
    return replace(plan, certificates=(replace(plan.certificates[0], **changes), *plan.certificates[1:]))


def test_a_plan_of_the_planner_is_sound() -> None:
    assert list(unsound(as_plan(origin()), CA)) == []
    refuse_unsound(as_plan(origin()), BOTH, CA)


@pytest.mark.parametrize(
    ("plan", "ca_hosts", "codes"),
    [
        (replace(as_plan(origin()), servers=()), CA, ["holder-is-no-server", "holder-is-no-server"]),
        (with_first(holders=("x.company.local",)), CA, ["holder-is-no-server", *["assigned-without-holding"] * 2]),
        (with_first(holders=(), assignments=()), CA, ["holder-is-no-server"]),
        (with_first(issuer=PlannedIssuer("public", "")), CA, []),
        (with_first(issuer=PlannedIssuer("public", "")), [], []),
        (with_first(issuer=PlannedIssuer("other", "ca02\\Other CA")), CA, ["ca-without-inventory-host"]),
        (with_first(subject=Subject("*.company.local")), CA, ["wildcard-as-subject"]),
        (with_first(key=Key(-5)), CA, ["key-too-short"]),
        (with_first(key=Key(2048, key_spec=2)), CA, ["key-not-usable"]),
        (with_first(subject_alternative_names=("sip company.local",)), CA, ["request-impossible"]),
        (with_first(subject_alternative_names=MANY), CA, ["names-too-many-for-authority"]),
        (with_first(subject_alternative_names=MANY, issuer=PlannedIssuer("public", "")), [], []),
    ],
)
def test_what_is_wrong_in_itself(plan: Plan, ca_hosts: list[str], codes: list[str]) -> None:
    assert [one.code for one in unsound(plan, ca_hosts)] == codes


def test_all_of_it_in_one_message() -> None:
    plan = with_first(subject=Subject("*.company.local"), key=Key(512))
    with pytest.raises(PlanHasErrors) as refused:
        refuse_unsound(plan, BOTH, CA)
    text = str(refused.value)
    assert text.startswith(
        "the plan has 2 errors, and nothing was touched\n- the key of ocssrv01.company.local/default"
    )
    assert [one.code for one in refused.value.errors] == ["key-too-short", "wildcard-as-subject"]


def test_alike_errors_are_told_once_and_the_rare_ones_first() -> None:
    crowd = [Finding("error", "no-host", f"the server '{at}' has no host", "it", "Add it", "", at) for at in "abcd"]
    rare = Finding("error", "other", "the name is wrong", "it", "Correct it", "", "pools[0]")
    assert str(PlanHasErrors([*crowd, rare])).splitlines() == [
        "the plan has 5 errors, and nothing was touched",
        "- pools[0]: the name is wrong. Breaks: it. Correct it [other]",
        "- 4 times alike, at a, b, c, d. The first: the server 'a' has no host. Breaks: it. Add it [no-host]",
    ]


def test_the_half_that_is_not_rolled_out_is_not_looked_at() -> None:
    refuse_unsound(with_first(key=Key(-5)), ("records",), CA)


def test_too_many_names_in_the_words_of_the_finding() -> None:
    with pytest.raises(PlanHasErrors) as refused:
        refuse_unsound(with_first(subject_alternative_names=MANY), BOTH, CA)
    assert str(refused.value) == (
        "the plan has 1 error, and nothing was touched\n"
        "- the 150 names of ocssrv01.company.local/default take 4204 bytes, and the"
        " Windows CA ca01.company.local\\Company CA accepts 4096. Breaks: the request fails with 0xc80005e2. Give some"
        " SIP domains another pool as their home, or use another authority; from Lync 2010 on, simple URL layout 3 and"
        " Autodiscover over HTTP need fewer names [names-too-many-for-authority]"
    )


# Records


def with_records(**changes: Any) -> Plan:
    plan = as_plan(origin())
    return replace(plan, records=(replace(plan.records[0], **changes), *plan.records[1:]))


FULL = {"zone": "company.local", "name": "pool01.company.local", "type": "A", "values": ("10.0.0.10",)}
NO_SERVICE = {"zone": "company.local", "name": "sip.tls", "fqdn": "sip.tls.company.local", "type": "SRV"}


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        (
            {**FULL, "fqdn": "pool01.company.local.company.local"},
            "records[0]: name is 'pool01.company.local', a full name, where the name within the zone 'company.local'"
            " belongs. Give name: 'pool01', or the full name as fqdn alone",
        ),
        (
            {**FULL, "fqdn": "pool01.company.local"},
            "records[0]: name is 'pool01.company.local', a full name, where the name within the zone 'company.local'"
            " belongs. Give name: 'pool01', or the full name as fqdn alone",
        ),
        (
            {**NO_SERVICE, "values": (SrvData(0, 0, 5061, "ocspool.company.local"),)},
            "records[0]: sip.tls.company.local: the name of a SRV record begins with a service and a protocol, each"
            " with an underscore. Give it as _service._protocol, such as _sip._tls",
        ),
    ],
)
def test_records_that_would_be_refused_later(changes: dict[str, Any], told: str) -> None:
    with pytest.raises(PlanHasErrors) as refused:
        refuse_unsound(with_records(**changes), ("records",))
    assert str(refused.value) == (
        f"the plan has 1 error, and nothing was touched\n- {told}. Breaks: no record of the plan is written."
        " Correct the plan [record-impossible]"
    )
    refuse_unsound(with_records(**changes), ("certificates",), CA)
    refuse_unsound(with_records(**changes), ("records",), view="external")


@settings(max_examples=25, deadline=None)
@given(strategies.topologies() | strategies.family_topologies())
def test_records_of_the_planner_are_sound(topology: dict[str, Any]) -> None:
    assert list(unsound_records(as_plan(topology))) == []
