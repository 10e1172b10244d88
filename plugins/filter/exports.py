# Copyright: (c) 2026, The ucops.rollout developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The filter that exports a plan. Documentation: plan_export.yml."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from ansible_collections.ucops.rollout.plugins.module_utils.exports.export import export_plan, formats_named, halves
from ansible_collections.ucops.rollout.plugins.module_utils.reading.queries import checked_plan
from ansible_collections.ucops.rollout.plugins.plugin_utils.face import filters_of


def plan_export(
    given: Any,
    format: str | Sequence[str],
    view: str | None = None,
    zone: str | None = None,
    managed: str | Sequence[str] = "ours",
    name_servers: Sequence[str] = (),
) -> dict[str, str]:
    plan = checked_plan(given, *halves(formats_named(format)))
    return export_plan(plan, format, view=view, zone=zone, managed=managed, name_servers=name_servers)


class FilterModule:
    """The filter of this file."""

    def filters(self) -> dict[str, Callable[..., Any]]:
        return filters_of(plan_export)
