# Copyright: (c) 2026, The ucops.rollout developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A planned certificate as it comes back from a playbook, where anybody may have written it."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from ansible_collections.ucops.rollout.plugins.module_utils.errors import RolloutError

# What every step needs; the planner writes more.
_SHAPE: tuple[tuple[str, type], ...] = (
    ("id", str),
    ("subject.common_name", str),
    ("subject_alternative_names", list),
    ("extended_key_usage", list),
    ("key.length", int),
    ("key.provider", str),
    ("key.provider_type", int),
)
# The documents print no alternative names for some certificates, such as that of the Edge's internal interface.
_MAY_BE_EMPTY = "subject_alternative_names"
_FILE_NAME = re.compile(r"[A-Za-z0-9_][A-Za-z0-9._-]{0,200}")


def check_planned(planned: Mapping[str, Any]) -> Mapping[str, Any]:
    """The same mapping when it has the shape of a plan's certificate; else an error that lists what is wrong."""
    problems = [problem for path, kind in _SHAPE if (problem := _problem(planned, path, kind))]
    if not problems and not all(isinstance(name, str) for name in planned["subject_alternative_names"]):
        problems.append("subject_alternative_names has something else than names")
    if problems:
        raise RolloutError(
            "; ".join(problems),
            where=f"certificate {planned.get('id', '')}".strip(),
            mend="Give one of the `certificates` of a plan (ucops.rollout.pool_plan)",
        )
    return planned


def file_stem(planned: Mapping[str, Any]) -> str:
    """The name of its files where it is handed over by hand, such as ``ocssrv01.company.local_default``."""
    stem = str(planned["id"]).replace("/", "_")
    if not _FILE_NAME.fullmatch(stem):
        raise RolloutError(f"'{planned['id']}' cannot be the name of a file", where="certificate")
    return stem


def chosen_names(planned: Mapping[str, Any]) -> Sequence[str]:
    """Common name and subject alternative names, each once, for people."""
    return list(dict.fromkeys([planned["subject"]["common_name"], *planned["subject_alternative_names"]]))


def _problem(planned: Mapping[str, Any], path: str, kind: type) -> str:
    value: Any = planned
    for step in path.split("."):
        value = value.get(step) if isinstance(value, Mapping) else None
    if value is None:
        return f"{path} is missing"
    if value == [] and path == _MAY_BE_EMPTY:
        return ""
    if not isinstance(value, kind) or isinstance(value, bool) or value in ("", []):
        return f"{path} is not a usable {kind.__name__}"
    return ""
