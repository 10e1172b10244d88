# Copyright: (c) 2026, The ucops.rollout developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Settings of zones: what is lacking, what stands against them, and files."""

from __future__ import annotations

from dataclasses import replace

import pytest

from ansible_collections.ucops.rollout.plugins.module_utils.dns import zones
from ansible_collections.ucops.rollout.plugins.module_utils.dns.port import ZoneState
from ansible_collections.ucops.rollout.plugins.module_utils.errors import RolloutError
from ansible_collections.ucops.rollout.plugins.module_utils.model import AS_IT_IS, Aging, PlannedZone, ZoneSettings
from ansible_collections.ucops.rollout.plugins.module_utils.values import Partition

KEPT = ZoneState("a.test", "primary", True, dynamic_update="secure", partition="legacy", aging=Aging(False, 168, 168))
IN_FILE = ZoneState("a.test", "primary", False, dynamic_update="none", aging=Aging(False, 168, 168))
FOREST = Partition("forest")


def planned(**settings: object) -> PlannedZone:
    return PlannedZone("internal", "a.test", "create", ZoneSettings(**settings))


@pytest.mark.parametrize(
    ("wanted", "state", "left"),
    [
        (AS_IT_IS, KEPT, AS_IT_IS),
        (ZoneSettings(storage="directory"), KEPT, AS_IT_IS),
        (ZoneSettings(partition=Partition("legacy"), dynamic_update="secure"), KEPT, AS_IT_IS),
        (ZoneSettings(partition=FOREST, dynamic_update="secure"), KEPT, ZoneSettings(partition=FOREST)),
        (ZoneSettings(dynamic_update="none"), KEPT, ZoneSettings(dynamic_update="none")),
        (ZoneSettings(aging=Aging(False)), KEPT, AS_IT_IS),
        (ZoneSettings(aging=Aging(False, 168)), KEPT, AS_IT_IS),
        (ZoneSettings(aging=Aging(True)), KEPT, ZoneSettings(aging=Aging(True))),
        (ZoneSettings(aging=Aging(False, 24)), KEPT, ZoneSettings(aging=Aging(False, 24))),
        (ZoneSettings(aging=Aging(False)), replace(KEPT, aging=None), ZoneSettings(aging=Aging(False))),
        (ZoneSettings(storage="file"), replace(KEPT, in_directory=None), ZoneSettings(storage="file")),
    ],
)
def test_what_a_zone_lacks(wanted: ZoneSettings, state: ZoneState, left: ZoneSettings) -> None:
    assert zones.lacking(wanted, state) == left


def test_a_zone_that_was_brought_to_its_settings_lacks_nothing() -> None:
    wanted = ZoneSettings(partition=FOREST, dynamic_update="none", aging=Aging(True, refresh_interval=24))
    later = zones.brought(KEPT, wanted)
    assert later == replace(KEPT, partition="forest", dynamic_update="none", aging=Aging(True, 168, 24))
    assert zones.lacking(wanted, later) == AS_IT_IS


def test_a_new_zone_is_kept_in_the_directory_unless_told_otherwise() -> None:
    assert zones.created(planned()) == ZoneState("a.test", "primary", in_directory=True)
    assert zones.created(planned(storage="file", dynamic_update="none")) == ZoneState(
        "a.test", "primary", in_directory=False, dynamic_update="none"
    )


@pytest.mark.parametrize(
    ("settings", "state", "told"),
    [
        ({"storage": "directory"}, KEPT, []),
        ({"storage": "file"}, replace(KEPT, in_directory=None), []),
        (
            {"storage": "file"},
            KEPT,
            [
                "the zone a.test is kept in Active Directory, and its settings say storage: file; a zone is not"
                " converted from here: leave storage out, or change its type on the server (DNS console, or dnscmd"
                " /ZoneResetType)"
            ],
        ),
        (
            {"partition": FOREST, "dynamic_update": "secure"},
            IN_FILE,
            [
                "the zone a.test is kept in a file, and its settings say partition: forest; a zone in a file lies in no"
                " directory partition",
                "the zone a.test is kept in a file, and its settings say dynamic_update: secure; only a zone in Active"
                " Directory takes secure updates",
            ],
        ),
        ({"dynamic_update": "any", "aging": Aging(True)}, IN_FILE, []),
    ],
)
def test_what_stands_against_the_settings(settings: dict[str, object], state: ZoneState, told: list[str]) -> None:
    assert list(zones.standing_against(planned(**settings), state)) == told


def test_the_file_of_a_zone() -> None:
    assert zones.file_of(planned(storage="file")) == "a.test.dns"
    assert (zones.file_of(planned()), zones.file_of(planned(storage="directory"))) == ("", "")


@pytest.mark.parametrize(
    ("zone", "why"),
    [
        ("con.company.com", "a device of Windows"),
        ("lpt9", "a device of Windows"),
        (".".join(["a" * 58] * 4), "longer than Windows takes"),
    ],
)
def test_a_zone_that_no_file_can_hold(zone: str, why: str) -> None:
    with pytest.raises(RolloutError) as caught:
        zones.zone_file(zone)
    assert str(caught.value) == f"the zone {zone} cannot be kept in a file: its name {zone}.dns is {why}"


def test_what_is_said_of_a_zone_that_cannot_be_used() -> None:
    missing = "the zone a.test does not exist on this server"
    assert zones.unusable("a.test", None) == missing
    assert zones.unusable("a.test", zones.ZoneState("a.test", "primary")) == ""
    paused = zones.ZoneState("a.test", "primary", paused=True)
    assert zones.unusable("a.test", paused) == "the zone a.test is paused on this server"
