# Copyright: (c) 2026, The ucops.rollout developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Filters on a topology or a plan. Documentation: the .yml files of the filters' names."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ansible_collections.ucops.rollout.plugins.module_utils.model import plan_in_plain
from ansible_collections.ucops.rollout.plugins.module_utils.reading import queries
from ansible_collections.ucops.rollout.plugins.module_utils.reading.explain import explain as explanation
from ansible_collections.ucops.rollout.plugins.module_utils.reading.text import plan_text as render
from ansible_collections.ucops.rollout.plugins.plugin_utils.face import filters_of


def dns_records(
    given: Any, view: str = "internal", zone: str | None = None, managed: str | None = None
) -> list[dict[str, Any]]:
    return queries.records(given, view=view, zone=zone, managed=managed)


def srv_records(
    given: Any, view: str = "internal", zone: str | None = None, managed: str | None = None
) -> list[dict[str, Any]]:
    return queries.records(given, view=view, zone=zone, managed=managed, type="SRV")


def subject_alt_names(given: Any, server: str | None = None, use: str = "default") -> list[str]:
    return queries.alternative_names(given, server=server, use=use)


def plan_text(given: Any) -> str:
    return render(queries.as_plan(given))


def read_plan(given: Any) -> Any:
    return plan_in_plain(given)


def explain(given: Any, name: str) -> str:
    return explanation(queries.as_plan(given), name)


class FilterModule:
    """The filters of this file."""

    def filters(self) -> dict[str, Callable[..., Any]]:
        return filters_of(dns_records, srv_records, subject_alt_names, plan_text, read_plan, explain)
