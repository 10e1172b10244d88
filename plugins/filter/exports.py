# Copyright: (c) 2026, The ucops.rollout developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The filter that exports a plan. Documentation: plan_export.yml."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from ansible.errors import AnsibleFilterError

from ansible_collections.ucops.rollout.plugins.module_utils.errors import RolloutError
from ansible_collections.ucops.rollout.plugins.module_utils.exports.export import export_plan


def plan_export(
    given: Any,
    format: str | Sequence[str],
    view: str | None = None,
    zone: str | None = None,
    managed: str | Sequence[str] = "ours",
    name_servers: Sequence[str] = (),
) -> dict[str, str]:
    try:
        return export_plan(given, format, view=view, zone=zone, managed=managed, name_servers=name_servers)
    except RolloutError as error:
        raise AnsibleFilterError(f"ucops.rollout.plan_export: {error}") from error
    except (AttributeError, KeyError, TypeError) as error:
        raise AnsibleFilterError(
            f"ucops.rollout.plan_export: a part of the plan is not as pool_plan returns it "
            f"({type(error).__name__}: {error})"
        ) from error


class FilterModule:
    """The filter of this file."""

    def filters(self) -> dict[str, Callable[..., Any]]:
        return {"plan_export": plan_export}
