# Copyright: (c) 2026, The ucops.rollout developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What is said of the rules of a product, in tables by rule: what each is for, what breaks without it, who says so.

Marks: S stated in the source, P stated in an excerpt, I inferred, C the sources conflict (both are named).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any


@dataclass(frozen=True)
class Sources:
    """The tables of one product. A key is a rule, or several with spaces between: what is said holds for each.

    :param product: the first part of the ids of the rules that stand in ``stated``.
    :param purposes: what a rule is for, and what breaks without it.
    :param stated: the mark, the documents, and where these conflict what was decided.
    :param base: the predecessor's tables, for rules that stand in none of these.
    """

    product: str
    purposes: Mapping[str, tuple[str, str]] = field(default_factory=dict)
    stated: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    base: Sources | None = None

    def __contains__(self, rule: str) -> bool:
        return rule in self.own or (self.base is not None and rule in self.base)

    @cached_property
    def own(self) -> Mapping[str, Mapping[str, Any]]:
        """What these tables alone say of each rule, as the fields of a rule."""
        said: dict[str, dict[str, Any]] = {}
        for rule, (mark, source, *conflict) in _each(self.stated):
            said[rule] = {"id": f"{self.product}.{rule}", "mark": mark, "source": source}
            said[rule] |= {"conflict": conflict[0]} if conflict else {}
        for rule, (purpose, breaks) in _each(self.purposes):
            if rule not in said:
                raise ValueError(f"{self.product} says what {rule} is for, and not who says so")
            said[rule] |= {"purpose": purpose, "breaks": breaks}
        return said

    def of(self, rule: str) -> Mapping[str, Any]:
        """Everything that is said of a rule, the predecessor's where these tables leave it; ValueError for nothing."""
        before = self.base.of(rule) if self.base is not None and rule in self.base else {}
        said = {**before, **self.own.get(rule, {})}
        if "source" not in said or "purpose" not in said:
            raise ValueError(f"{self.product} does not say what {rule} is for, or who says so")
        return said


def _each(table: Mapping[str, tuple[str, ...]]) -> list[tuple[str, tuple[str, ...]]]:
    """A row for each rule of each key; raises ValueError for a rule that stands in several."""
    rows = [(rule, said) for rules, said in table.items() for rule in rules.split()]
    counted = Counter(rule for rule, _said in rows)
    twice = [rule for rule, times in counted.items() if times > 1]
    if twice:
        raise ValueError(f"said twice: {', '.join(sorted(twice))}")
    return rows
