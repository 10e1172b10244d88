"""Autodiscover names in the wrong view, as aliases, and missing."""

from __future__ import annotations

from typing import Any

import pytest
from unit.finding_cases import guard, lync, made, of_code, provoked, record, with_record

from ansible_collections.ucops.rollout.plugins.module_utils.findings.kind import LEFT_OUT


@pytest.mark.parametrize(
    ("view", "label", "code"),
    [
        ("external", "lyncdiscoverinternal", "autodiscover-answered-outside"),
        ("internal", "lyncdiscover", "autodiscover-answered-inside"),
    ],
)
def test_autodiscover_in_the_wrong_view(view: str, label: str, code: str) -> None:
    (found,) = provoked(code)
    assert (found.where, f"'{label}.fabrikam.com'" in found.message) == ("sip_domains[1]", True)
    assert guard(code, made()) == []
    assert guard(code, with_record(record(view, f"{label}.example.com", "A", "10.0.0.20"))) == []


def test_an_alias_in_the_same_domain_is_supported() -> None:
    changes = {"autodiscover": {"internal": "cname"}, "pools[0].web.internal_fqdn": "webint.contoso.com"}
    _topology, plan = lync(changes)
    assert [one.where for one in of_code("autodiscover-alias-elsewhere", plan.findings)] == ["sip_domains[1]"]


@pytest.mark.parametrize(
    "changes",
    [
        {"dns.external.zones": ["contoso.com"]},  # name-without-zone tells it
        {"pools[2]": LEFT_OUT},  # external-web-name-not-published tells it
        {"dns.internal.zones": ["contoso.net", "contoso.com"]},
    ],
)
def test_autodiscover_is_not_missed_where_another_finding_tells_the_cause(changes: dict[str, Any]) -> None:
    _topology, plan = lync(changes)
    assert of_code("autodiscover-missing", plan.findings) == []
    assert {one.code for one in plan.findings} & {"name-without-zone", "external-web-name-not-published"}


def test_autodiscover_missing_outside() -> None:
    _topology, plan = lync({"autodiscover": {"external": "none"}})
    assert [one.message for one in of_code("autodiscover-missing", plan.findings)] == [
        "there is no 'lyncdiscover.contoso.com' in the external view",
        "there is no 'lyncdiscover.fabrikam.com' in the external view",
    ]
