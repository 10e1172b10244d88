"""One table for all kinds of server: in memory, Windows by WMI, BIND with TSIG, Samba with Kerberos."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import dnskit
import pytest
from unit.dns_cases import CASES, EVERY, ZONE, names

from ansible_collections.ucops.rollout.plugins.module_utils.dns.push import push
from ansible_collections.ucops.rollout.plugins.module_utils.dns.request import read_request
from ansible_collections.ucops.rollout.plugins.module_utils.errors import RolloutError


@pytest.fixture
def kind(request: pytest.FixtureRequest, tmp_path: Path) -> dnskit.Kind:
    name = request.param
    if name == "memory":
        return dnskit.InMemory()
    if name.startswith("windows"):
        return dnskit.Windows(name.removeprefix("windows "), tmp_path)
    if name == "bind":
        bind: dnskit.Bind = request.getfixturevalue("bind")
        return bind

    served: dnskit.Samba = request.getfixturevalue("domain")
    return served


def in_order(lines: Sequence[str]) -> list[str]:
    """As ``Kind.held`` has them: the case of owners is the server's own affair."""
    return sorted(f"{owner.lower()} {rest}" for owner, rest in (line.split(" ", 1) for line in lines))


def told(result: dict[str, Any]) -> list[str]:
    return [f"{one['verb']} {one['type']} {one['name']}" for one in result["changes"]]


ROWS = [(kind, name) for kind in EVERY for name, case in CASES.items() if kind not in case.without]


@pytest.mark.parametrize(("kind", "name"), ROWS, indirect=["kind"], ids=lambda one: one)
def test_case(kind: dnskit.Kind, name: str) -> None:
    case = CASES[name]
    before = {ZONE: case.before, **{zone: lines[0] for zone, lines in case.others.items() if lines[0] is not None}}
    kind.begin(before, names(case))
    asked = read_request(case.zones, case.records, {"rollout": "pool", **case.site})

    def pushed(check_mode: bool) -> dict[str, Any]:
        with kind.server() as server:
            return push(server, asked, check_mode=check_mode)

    if case.refused:
        with pytest.raises(RolloutError) as caught:
            pushed(False)
        assert case.refused in str(caught.value)
        assert kind.held(ZONE) == in_order(case.before)
        return
    predicted = pushed(True)
    assert kind.held(ZONE) == in_order(case.before)
    result = pushed(False)
    assert told(result) == list(case.changes)
    assert result["changed"] is any(not one.startswith("report") for one in case.changes)
    # What Windows makes of a new zone, only the zone shows.
    for key in ("changed", "before", "after", *(() if "create ZONE @" in case.changes else ("changes", "diff"))):
        assert predicted[key] == result[key], key
    after = case.before if case.after is None else case.after
    assert kind.held(ZONE) == in_order(after)
    for zone, (_before, lines) in case.others.items():
        assert kind.held(zone) == (None if lines is None else in_order(lines))
    again = pushed(False)
    assert not again["changed"]
    assert kind.held(ZONE) == in_order(after)
