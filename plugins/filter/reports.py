# Copyright: (c) 2026, The ucops.rollout developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Filters on what the steps of a rollout returned. Documentation: the .yml files of the filters' names."""

from __future__ import annotations

import functools
from collections.abc import Callable, Mapping
from typing import Any

from ansible.errors import AnsibleFilterError

from ansible_collections.ucops.rollout.plugins.module_utils.errors import RolloutError
from ansible_collections.ucops.rollout.plugins.module_utils.proof import trust
from ansible_collections.ucops.rollout.plugins.module_utils.report import data as report
from ansible_collections.ucops.rollout.plugins.module_utils.report.markdown import report_markdown
from ansible_collections.ucops.rollout.plugins.module_utils.report.summary import report_summary


def _telling_errors(name: str, work: Callable[..., Any]) -> Callable[..., Any]:
    """The filter with its errors as Ansible shows them: in words, without a traceback."""

    @functools.wraps(work)
    def filter_of_that_name(*args: Any, **kwargs: Any) -> Any:
        try:
            return work(*args, **kwargs)
        except RolloutError as error:
            raise AnsibleFilterError(f"ucops.rollout.{name}: {error}") from error
        except (AttributeError, KeyError, TypeError) as error:
            raise AnsibleFilterError(
                f"ucops.rollout.{name}: a part is not as its module returns it ({type(error).__name__}: {error})"
            ) from error

    return filter_of_that_name


def trust_matrix(held: Mapping[str, Any], tls: Any = None) -> dict[str, Any]:
    if not isinstance(held, Mapping):
        raise RolloutError("no mapping of servers", mend="Give {FQDN: result of certificate_info}")
    return trust.trust_between(held, tls)


class FilterModule:
    """The filters of this file."""

    def filters(self) -> dict[str, Callable[..., Any]]:
        some = (report.report_data, report_markdown, report_summary, trust_matrix)
        return {one.__name__: _telling_errors(one.__name__, one) for one in some}
