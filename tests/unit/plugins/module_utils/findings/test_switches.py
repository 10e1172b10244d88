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
