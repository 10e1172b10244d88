# Copyright: (c) 2026, The ucops.rollout developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Settings of zones: what a server has otherwise than it is wanted, and what it cannot be brought to. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from ansible_collections.ucops.rollout.plugins.module_utils.dns.port import PRIMARY, ZoneState
from ansible_collections.ucops.rollout.plugins.module_utils.errors import RolloutError
from ansible_collections.ucops.rollout.plugins.module_utils.model import (
    DIRECTORY,
    FILE,
    SECURE,
    Aging,
    PlannedZone,
    ZoneSettings,
    against_a_file,
)
from ansible_collections.ucops.rollout.plugins.module_utils.values import Partition

# Windows takes paths of 259 characters, and the folder of zone files has 24 of them.
_LONGEST_FILE = 235
# Windows takes a file of such a name, whatever its ending, for a device.
_DEVICES = frozenset({"con", "prn", "aux", "nul", *(f"{port}{at}" for port in ("com", "lpt") for at in range(1, 10))})
# MicrosoftDNS_Zone.AllowUpdate, and dnscmd /AllowUpdate.
ALLOW_UPDATE = {"none": 0, "any": 1, SECURE: 2}


def dnscmd_partition(partition: Partition) -> str:
    """What dnscmd /ZoneChangeDirectoryPartition takes: a switch, or the name of an application partition."""
    return partition if "." in partition else f"/{partition}"


def zone_file(zone: str) -> str:
    """The file of a zone that is kept in one, as Windows names it; raises RolloutError where it cannot have it."""
    name = f"{zone}.dns"
    if len(name) > _LONGEST_FILE or zone.partition(".")[0] in _DEVICES:
        why = "longer than Windows takes" if len(name) > _LONGEST_FILE else "a device of Windows"
        raise RolloutError(f"the zone {zone} cannot be kept in a file: its name {name} is {why}")
    return name


def file_of(zone: PlannedZone) -> str:
    """The file that a zone is to be created in, "" for Active Directory."""
    return zone_file(zone.name) if zone.settings.storage == FILE else ""


def standing_against(zone: PlannedZone, state: ZoneState) -> Iterator[str]:
    """What an existing zone cannot be brought to: it is never taken from the directory into a file, or back."""
    held = {True: DIRECTORY, False: FILE, None: ""}[state.in_directory]
    wanted = zone.settings
    if held and wanted.storage not in (None, held):
        place = {DIRECTORY: "Active Directory", FILE: "a file"}
        yield (
            f"the zone {zone.name} is kept in {place[held]}, and its settings say storage: {wanted.storage}; a zone is"
            " not converted from here: leave storage out, or change its type on the server (DNS console, or dnscmd"
            " /ZoneResetType)"
        )
    elif held:
        for key, what in against_a_file(held, wanted.partition, wanted.dynamic_update):
            yield f"the zone {zone.name} is kept in a file, and its settings say {key}: {getattr(wanted, key)}; {what}"


def lacking(wanted: ZoneSettings, state: ZoneState) -> ZoneSettings:
    """Those of the settings that a zone has otherwise or does not tell, ``AS_IT_IS`` where it has them all."""
    return ZoneSettings(
        storage=wanted.storage if state.in_directory is None else None,
        partition=wanted.partition if wanted.partition != state.partition else None,
        dynamic_update=wanted.dynamic_update if wanted.dynamic_update != state.dynamic_update else None,
        aging=wanted.aging if wanted.aging and _aging(wanted.aging, state.aging) != state.aging else None,
    )


def _aging(wanted: Aging, held: Aging | None) -> Aging:
    """What is wanted, its intervals as they are where none are given."""
    return Aging(
        wanted.enabled,
        wanted.no_refresh_interval or (held.no_refresh_interval if held else None),
        wanted.refresh_interval or (held.refresh_interval if held else None),
    )


def brought(state: ZoneState, wanted: ZoneSettings) -> ZoneState:
    """A zone as it will be with these settings."""
    return replace(
        state,
        partition=wanted.partition or state.partition,
        dynamic_update=wanted.dynamic_update or state.dynamic_update,
        aging=_aging(wanted.aging, state.aging) if wanted.aging else state.aging,
    )


def created(zone: PlannedZone) -> ZoneState:
    """A zone as it will be once it is created, as far as that is known."""
    return brought(ZoneState(zone.name, PRIMARY, in_directory=zone.settings.storage != FILE), zone.settings)


def unfit(state: ZoneState) -> str:
    """Why records cannot be written into a zone; "" when they can."""
    if state.kind != PRIMARY:
        return (
            f"the zone {state.name} is a {state.kind} zone here: records are written on the server that holds it"
            " as primary"
        )
    return f"the zone {state.name} is paused on this server" if state.paused else ""


def unusable(name: str, state: ZoneState | None) -> str:
    """Why nothing can be written into a zone of this name, also where there is none; "" when it can."""
    return unfit(state) if state else f"the zone {name} does not exist on this server"
