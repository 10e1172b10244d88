"""The filters on plans and topologies; tests/integration/test_plan_filters.py has them in a play."""

from __future__ import annotations

from typing import Any

import pytest
from ansible.errors import AnsibleFilterError
from unit.topologies import origin, origin_with

from ansible_collections.ucops.rollout.plugins.filter.plans import FilterModule

FILTERS = FilterModule().filters()


@pytest.mark.parametrize("name", ["dns_records", "srv_records", "subject_alt_names", "plan_text"])
def test_a_wrong_topology_is_told_in_words(name: str) -> None:
    with pytest.raises(AnsibleFilterError) as told:
        FILTERS[name](origin_with({"ad_domain": "company_local", "sip_domains": "company.com"}))
    assert (
        f"ucops.rollout.{name}: the topology has 2 problems, and nothing was done\n- ad_domain: 'company_local'"
        " holds" in str(told.value)
    )
    assert "- sip_domains: must be a list, not the text 'company.com'. Write [company.com]" in str(told.value)


@pytest.mark.parametrize(
    ("name", "keywords"),
    [("dns_records", {"zones": "x"}), ("subject_alt_names", {"host": "x"}), ("plan_text", {"a": 1})],
)
def test_unknown_arguments_are_told_in_words(name: str, keywords: dict[str, Any]) -> None:
    with pytest.raises(AnsibleFilterError, match=f"ucops.rollout.{name}: got an unexpected keyword argument"):
        FILTERS[name](origin(), **keywords)


def test_arguments_of_another_type() -> None:
    for keywords in ({"zone": 5}, {"view": ["internal"]}, {"managed": {}}):
        with pytest.raises(AnsibleFilterError):
            FILTERS["dns_records"](origin(), **keywords)
    with pytest.raises(AnsibleFilterError):
        FILTERS["subject_alt_names"](origin(), server=5)


def test_the_results_are_of_plain_types() -> None:
    def check(value: Any) -> None:
        # A text that older ansible-core is told not to take for a template.
        marked = type(value).__name__ == "AnsibleUnsafeText"
        assert marked or type(value) in (dict, list, str, int, bool, type(None))
        for inner in value.items() if isinstance(value, dict) else value if isinstance(value, list) else ():
            check(list(inner) if isinstance(inner, tuple) else inner)

    check(FILTERS["dns_records"](origin()))
    check(FILTERS["subject_alt_names"](origin(), "ocssrv01.company.local"))
