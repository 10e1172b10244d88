# Copyright: (c) 2026, The ucops.rollout developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The filters that export a plan. Documentation: plan_export.yml, plan_hand_over.yml."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from ansible_collections.ucops.rollout.plugins.module_utils.exports.export import export_plan, formats_named, halves
from ansible_collections.ucops.rollout.plugins.module_utils.exports.hand_over import hand_over
from ansible_collections.ucops.rollout.plugins.module_utils.exports.selection import TO_ENTER
from ansible_collections.ucops.rollout.plugins.module_utils.reading.queries import as_plan, checked_plan
from ansible_collections.ucops.rollout.plugins.plugin_utils.face import filters_of


def plan_export(
    given: Any,
    format: str | Sequence[str],
    view: str | None = None,
    zone: str | None = None,
    managed: str | Sequence[str] = TO_ENTER,
    name_servers: Sequence[str] = (),
) -> dict[str, str]:
    plan = checked_plan(given, *halves(formats_named(format)))
    return export_plan(plan, format, view=view, zone=zone, managed=managed, name_servers=name_servers)


def plan_hand_over(
    given: Any,
    format: str | Sequence[str],
    view: str | None = None,
    zone: str | None = None,
    managed: str | Sequence[str] = TO_ENTER,
    name_servers: Sequence[str] = (),
) -> dict[str, Any]:
    made = hand_over(as_plan(given), format, view=view, zone=zone, managed=managed, name_servers=name_servers)
    return made.to_plain()


class FilterModule:
    """The filters of this file."""

    def filters(self) -> dict[str, Callable[..., Any]]:
        return filters_of(plan_export, plan_hand_over)
