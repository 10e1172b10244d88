# Copyright: (c) 2026, The ucops.rollout developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A push that brings zones to their settings, and what it does where it cannot."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from unit.memory_dns import MemoryDns
from unit.record_sets import record_set

from ansible_collections.ucops.rollout.plugins.module_utils.dns.port import ZoneState
from ansible_collections.ucops.rollout.plugins.module_utils.dns.push import PushFailed, ServerRefused, push
from ansible_collections.ucops.rollout.plugins.module_utils.dns.request import PushRequest
from ansible_collections.ucops.rollout.plugins.module_utils.errors import RolloutError
from ansible_collections.ucops.rollout.plugins.module_utils.model import Aging, PlannedZone, ZoneSettings
from ansible_collections.ucops.rollout.plugins.module_utils.values import Partition

ZONE = "company.local"
SIP = record_set(ZONE, f"sip.{ZONE}", "A", 3600, ("10.0.0.10",))
KEPT = ZoneState(ZONE, "primary", in_directory=True, dynamic_update="any", aging=Aging(False, 168, 168))
WANTED = ZoneSettings(partition=Partition("domain"), dynamic_update="secure", aging=Aging(True, 24))
BROUGHT = replace(KEPT, partition="domain", dynamic_update="secure", aging=Aging(True, 24, 168))


def server(**more: Any) -> MemoryDns:
    return MemoryDns(**{"held": {ZONE: KEPT}, "partitions": {ZONE: "legacy"}, **more})


def wanted(settings: ZoneSettings = WANTED, *sets: Any, **more: Any) -> PushRequest:
    return PushRequest((PlannedZone("internal", ZONE, "create", settings),), sets, rollout="", **more)


def test_a_zone_that_is_there_is_brought_to_its_settings_once() -> None:
    held = server()
    result = push(held, wanted(), check_mode=False)
    assert (result["changed"], held.calls) == (True, [f"set {ZONE}"])
    (change,) = result["changes"]
    assert (change["verb"], change["what"], change["type"]) == ("change", "zone company.local", "ZONE")
    assert (change["before"], change["after"]) == (replace(KEPT, partition="legacy").described, BROUGHT.described)
    assert result["zones"] == [{"name": ZONE, "created": False, **BROUGHT.described}]
    assert result["summary"] == "changed: zone company.local"
    assert result["diff"]["before"] == (
        "; company.local: primary zone, in Active Directory (legacy), dynamic update: any\n"
    )
    assert result["diff"]["after"] == (
        "; company.local: primary zone, in Active Directory (domain), dynamic update: secure, aging: on (no-refresh 24"
        " h, refresh 168 h)\n"
    )
    again = push(held, wanted(), check_mode=False)
    assert (again["changed"], held.calls) == (False, [f"set {ZONE}"])


def test_check_mode_shows_the_settings_and_sets_nothing() -> None:
    held = server()
    predicted = push(held, wanted(WANTED, SIP), check_mode=True)
    assert held.calls == []
    done = push(held, wanted(WANTED, SIP), check_mode=False)
    assert (predicted["changes"], predicted["zones"]) == (done["changes"], done["zones"])
    assert (predicted["summary"], done["summary"]) == (
        "to create: A sip.company.local; to change: zone company.local",
        "created: A sip.company.local; changed: zone company.local",
    )
    assert held.calls == [f"set {ZONE}", f"add sip.{ZONE}", f"flush {ZONE}"]


def test_a_new_zone_is_created_set_and_filled() -> None:
    held = server(held={}, partitions={})
    result = push(held, wanted(WANTED, SIP), check_mode=False)
    assert held.calls == [f"zone {ZONE}", f"set {ZONE}", f"add sip.{ZONE}", f"flush {ZONE}"]
    assert [(one["verb"], one["what"]) for one in result["changes"]] == [
        ("create", "zone company.local"),
        ("create", "A sip.company.local"),
    ]
    assert (result["zones"][0]["partition"], result["zones"][0]["dynamic_update"]) == ("domain", "secure")
    assert result["summary"] == "created: zone company.local, A sip.company.local"


def test_a_new_zone_in_a_file() -> None:
    held = server(held={})
    result = push(held, wanted(ZoneSettings(storage="file"), SIP), check_mode=False)
    assert (result["zones"][0]["in_directory"], result["zones"][0]["partition"]) == (False, "")
    assert held.calls[0] == f"zone {ZONE}"


def test_where_the_server_put_a_new_zone_is_told() -> None:
    held = server(held={})
    assert push(held, wanted(ZoneSettings()), check_mode=False)["zones"][0]["partition"] == "legacy"


@pytest.mark.parametrize("more", [{"absent": True}, {"elsewhere": frozenset({ZONE})}])
def test_what_is_left_alone(more: dict[str, Any]) -> None:
    held = server()
    assert (push(held, wanted(**more), check_mode=False)["changed"], held.calls) == (False, [])


@pytest.mark.parametrize(
    ("settings", "unable", "problem"),
    [
        (WANTED, "without dnscmd", "the zone company.local: without dnscmd"),
        (
            ZoneSettings(storage="file"),
            "",
            "the zone company.local is kept in Active Directory, and its settings say storage: file",
        ),
    ],
)
def test_what_cannot_be_had_stops_everything(settings: ZoneSettings, unable: str, problem: str) -> None:
    held = server(unable=unable)
    with pytest.raises(ServerRefused) as caught:
        push(held, wanted(settings, SIP), check_mode=False)
    assert [one.partition(";")[0] for one in caught.value.problems] == [problem]
    assert held.calls == []


def test_a_secondary_zone_is_not_set() -> None:
    held = server(held={ZONE: replace(KEPT, kind="secondary")})
    result = push(held, wanted(), check_mode=False)
    assert (result["changed"], held.calls, len(result["notes"])) == (False, [], 1)


def test_settings_that_were_not_taken_are_told_with_what_is_left() -> None:
    held = server(refuse={f"set {ZONE}": RolloutError("dnscmd did not move it")})
    with pytest.raises(PushFailed) as caught:
        push(held, wanted(WANTED, SIP), check_mode=False)
    assert str(caught.value).startswith(
        "dc01: settings were not taken: zone company.local (partition: domain, dynamic_update: secure, aging: on):"
        " dnscmd did not move it. Still to be done: zone company.local (partition: domain, dynamic_update: secure,"
        " aging: on), sip.company.local A;"
    )
    assert (caught.value.result["changed"], caught.value.result["changes"]) == (False, [])


def test_settings_that_are_there_in_spite_of_an_error_count() -> None:
    held = server(fail_after={f"set {ZONE}": RolloutError("the connection was lost")})
    result = push(held, wanted(), check_mode=False)
    assert result["changed"] is True
    assert result["notes"] == [
        "the settings of zones are as wanted, although this was reported: the connection was lost"
    ]
