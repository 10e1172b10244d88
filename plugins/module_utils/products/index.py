# Copyright: (c) 2026, The ucops.rollout developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Finds the rules of all products: by their ids, and by the names that they could ask for.

Knows of a rule only what every rule has, so that a new kind of rule, or a new place for one, needs nothing here.
"""

from __future__ import annotations

import dataclasses
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from ansible_collections.ucops.rollout.plugins.module_utils.products.grammar import Product
from ansible_collections.ucops.rollout.plugins.module_utils.products.rules import Rule

_TEMPLATES = ("owner", "name", "subject", "target")  # the fields of rules that hold a name with {places} in it
_PLACE = re.compile(r"\{(\w+)\}")


@dataclass(frozen=True)
class Stated:
    """A rule and the titles of the products that have it."""

    rule: Rule
    products: tuple[str, ...]


@dataclass(frozen=True)
class Asked:
    """A rule that could ask for a name by a template (``sip.{sip_domain}``), and what the name has in its places."""

    stated: Stated
    template: str
    filled: tuple[tuple[str, str], ...]

    def fits(self, name: str) -> bool:
        """Whether another name is of the same form."""
        return bool(_fit(self.template, name))


class RuleIndex:
    """Every rule once by its id; of several forms of a rule the last product's that states it."""

    def __init__(self, products: Iterable[Product]) -> None:
        self._rules: dict[str, Rule] = {}
        self._titles: dict[str, dict[str, None]] = {}
        for product in products:
            for rule in rules_in(product):
                self._rules[rule.id] = rule
                self._titles.setdefault(rule.id, {})[product.title] = None

    def find(self, rule_id: str) -> Stated | None:
        rule = self._rules.get(rule_id)
        return None if rule is None else Stated(rule, tuple(self._titles[rule_id]))

    def products_of(self, rule_ids: Iterable[str]) -> tuple[str, ...]:
        """Titles of the products that have most of these rules, then of those that have most of the rest.

        Of products that have as many all are named: their rules do not tell them apart.
        """
        left = {rule_id for rule_id in rule_ids if rule_id in self._titles}
        found: list[str] = []
        while left:
            counted = Counter(title for rule_id in sorted(left) for title in self._titles[rule_id])
            most = [title for title in counted if counted[title] == max(counted.values())]
            left = {rule_id for rule_id in left if not set(most).intersection(self._titles[rule_id])}
            found += most
        return tuple(found)

    def asking_for(self, name: str) -> Iterator[Asked]:
        """The rules with a template that the name fits; a template without any letter of its own fits all, and none."""
        for rule_id, rule in self._rules.items():
            for template in dict.fromkeys(_templates(rule)):
                filled = _fit(template, name)
                if filled:
                    yield Asked(Stated(rule, tuple(self._titles[rule_id])), template, filled)
                    break


def rules_in(value: Any) -> Iterator[Rule]:
    """Every rule inside a value, however deep."""
    if isinstance(value, Rule):
        yield value
    if isinstance(value, Mapping):
        value = tuple(value.values())
    elif dataclasses.is_dataclass(value) and not isinstance(value, type):
        value = tuple(getattr(value, field.name, None) for field in dataclasses.fields(value))
    if isinstance(value, (tuple, list, frozenset)):
        for inner in value:
            yield from rules_in(inner)


def _templates(rule: Rule) -> Iterator[str]:
    for field in _TEMPLATES:
        text = getattr(rule, field, None)
        if isinstance(text, str) and _PLACE.search(text) and re.search(r"[a-z]", _PLACE.sub("", text)):
            yield text


def _fit(template: str, name: str) -> tuple[tuple[str, str], ...]:
    """The places and what stands in them in the name; empty where the name does not fit."""
    parts = _PLACE.split(template)
    pattern = "".join("(.+)" if index % 2 else re.escape(part) for index, part in enumerate(parts))
    found = re.fullmatch(pattern, name)
    return tuple(zip(parts[1::2], found.groups(), strict=True)) if found else ()


def readable(template: str) -> str:
    """The template as people write it: ``sip.<sip domain>``."""
    return _PLACE.sub(lambda word: f"<{word.group(1).replace('_', ' ')}>", template)
