# Copyright: (c) 2026, The ucops.rollout developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Filters on a topology or a plan. Documentation: the .yml files of the filters' names."""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable
from typing import Any

from ansible.errors import AnsibleFilterError

from ansible_collections.ucops.rollout.plugins.module_utils.errors import RolloutError
from ansible_collections.ucops.rollout.plugins.module_utils.reading import queries
from ansible_collections.ucops.rollout.plugins.module_utils.reading.explain import explain as explanation
from ansible_collections.ucops.rollout.plugins.module_utils.reading.text import plan_text as render


def _telling_errors(name: str, work: Callable[..., Any]) -> Callable[..., Any]:
    """The filter with its errors as Ansible shows them: in words, without a traceback."""

    signature = inspect.signature(work)

    @functools.wraps(work)
    def filter_of_that_name(*args: Any, **kwargs: Any) -> Any:
        try:
            signature.bind(*args, **kwargs)
        except TypeError as error:
            raise AnsibleFilterError(f"ucops.rollout.{name}: {error}") from error
        try:
            return work(*args, **kwargs)
        except RolloutError as error:
            raise AnsibleFilterError(f"ucops.rollout.{name}: {error}") from error

    return filter_of_that_name


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


def explain(given: Any, name: str) -> str:
    return explanation(queries.as_plan(given).to_plain(), name)


class FilterModule:
    """The filters of this file."""

    def filters(self) -> dict[str, Callable[..., Any]]:
        some = (dns_records, srv_records, subject_alt_names, plan_text, explain)
        return {one.__name__: _telling_errors(one.__name__, one) for one in some}
