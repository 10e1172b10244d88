"""Skype for Business Server Subscription Edition: as 2019, and inferred."""

from __future__ import annotations

from typing import Any

from unit.lync_sites import (
    director,
    edge,
    enterprise,
    proxy,
    topology,
)

from ansible_collections.ucops.rollout.plugins.module_utils.plan.planner import make_plan
from ansible_collections.ucops.rollout.plugins.module_utils.topology.parse import parse


def test_subscription_edition_is_2019_and_says_that_this_is_inferred() -> None:
    pools = [enterprise(), director(), edge(), proxy()]
    known = make_plan(parse(topology("sfb2019", pools))).to_plain()
    inferred = make_plan(parse(topology("sfbse", pools))).to_plain()
    assert without_reasons(inferred) == without_reasons(known)
    reasons = [reason for record in inferred["records"] for reason in record["reasons"]]
    reasons += [reason for one in inferred["certificates"] for each in one["name_reasons"].values() for reason in each]
    assert {reason["mark"] for reason in reasons} == {"I"}
    assert not [reason for reason in reasons if not reason["rule"].startswith("sfbse.")]


def without_reasons(plan: dict[str, Any]) -> dict[str, Any]:
    records = [{key: value for key, value in one.items() if key != "reasons"} for one in plan["records"]]
    certificates = [{key: value for key, value in one.items() if key != "name_reasons"} for one in plan["certificates"]]
    return {"records": records, "certificates": certificates, "endpoints": plan["endpoints"]}
