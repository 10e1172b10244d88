# Copyright: (c) 2026, The ucops.rollout developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Why a name is in a plan, what breaks without it and who says so; or why it may be missing.

Works on the plan's contract (plain mappings) alone. What breaks is not in the plan: it is read from the rules, which
are found by the ids that the plan's reasons name.
"""

from __future__ import annotations

import difflib
import re
import textwrap
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from ansible_collections.ucops.rollout.plugins.module_utils import names
from ansible_collections.ucops.rollout.plugins.module_utils.dns.record_types import RECORD_TYPES
from ansible_collections.ucops.rollout.plugins.module_utils.errors import RolloutError
from ansible_collections.ucops.rollout.plugins.module_utils.findings.alike import holds_for
from ansible_collections.ucops.rollout.plugins.module_utils.model import OURS, Plan, Reason, SrvData
from ansible_collections.ucops.rollout.plugins.module_utils.products.grammar import Product
from ansible_collections.ucops.rollout.plugins.module_utils.products.index import Asked, RuleIndex, readable
from ansible_collections.ucops.rollout.plugins.module_utils.products.registry import PRODUCTS
from ansible_collections.ucops.rollout.plugins.module_utils.reading.text import MANAGED, MARKS, WIDTH, kept

MOST_NAMES = 20  # a pattern that finds more is answered with the first of them and the number of the others
MOST_EXAMPLES = 3


@dataclass(frozen=True, slots=True)
class Mention:
    """A name at one place of the plan: what it is there, of whom (an id, an owner, a client), and why."""

    name: str
    what: str
    whose: str = ""
    reasons: tuple[str, ...] = ()


@dataclass
class Places:
    """All mentions of one name: alike ones are one place with several owners, in the plan's order."""

    found: dict[tuple[str, tuple[str, ...]], dict[str, None]] = field(default_factory=dict)

    def add(self, mention: Mention) -> None:
        self.found.setdefault((mention.what, mention.reasons), {})[mention.whose] = None

    def lines(self) -> Iterator[tuple[str, tuple[str, ...]]]:
        """Each place in words, with the ids of the rules that put the name there."""
        for (what, reasons), owners in self.found.items():
            whose = ", ".join(owner for owner in owners if owner)
            yield (f"{what}: {whose}" if whose else what), reasons


class NameIndex:
    """Every name of a plan with its places and the reasons that the plan gives."""

    def __init__(self, plan: Plan) -> None:
        self.places: dict[str, Places] = {}
        self.reasons: dict[str, Reason] = {}
        self.named_by: dict[str, dict[str, None]] = {}
        for mention in (*self._zones(plan), *self._records(plan), *self._certificates(plan), *_endpoints(plan)):
            self.places.setdefault(mention.name.lower(), Places()).add(mention)
            for rule in mention.reasons:
                self.named_by.setdefault(rule, {})[mention.name] = None

    def _why(self, reasons: Iterable[Reason]) -> tuple[str, ...]:
        """The ids of the reasons, which are kept."""
        known = {reason.rule: reason for reason in reasons}
        self.reasons.update(known)
        return tuple(known)

    def _zones(self, plan: Plan) -> Iterator[Mention]:
        for zone in plan.zones:
            yield Mention(zone.name, f"{zone.view} zone, {kept(zone)}")

    def _records(self, plan: Plan) -> Iterator[Mention]:
        for record in plan.records:
            why, kind = self._why(record.reasons), f"{record.view} {record.type} record"
            data = ", ".join(_data_text(value) for value in record.values)
            managed = "" if record.managed == OURS else f" ({MANAGED[record.managed]})"
            yield Mention(record.fqdn, f"{kind} in the zone {record.zone}{managed}", data, why)
            for value in record.values:
                target = RECORD_TYPES[record.type].target(value) if record.type in RECORD_TYPES else ""
                if target:
                    port = f", port {value.port}" if isinstance(value, SrvData) else ""
                    yield Mention(target, f"target of the {kind}{port}", record.fqdn, why)

    def _certificates(self, plan: Plan) -> Iterator[Mention]:
        for one in plan.certificates:
            subject, alternatives = one.common_name, one.subject_alternative_names
            why = {name: self._why(reasons) for name, reasons in one.name_reasons.items()}
            yield Mention(subject, "common name of the certificate", one.id, why.get(subject, ()))
            for index, name in enumerate(alternatives, start=1):
                what = f"subject alternative name {index} of {len(alternatives)} of the certificate"
                yield Mention(name, what, one.id, why.get(name, ()))


def _data_text(value: str | SrvData) -> str:
    if not isinstance(value, SrvData):
        return value
    rank = f" (priority {value.priority}, weight {value.weight})" if value.priority or value.weight else ""
    return f"port {value.port} of {value.target}{rank}"


def _endpoints(plan: Plan) -> Iterator[Mention]:
    for one in plan.endpoints:
        where = f"{', '.join(one.addresses)} port {one.port}, {one.through.replace('_', ' ')}"
        yield Mention(one.name, f"{one.view} {one.protocol} endpoint at {where}", "; ".join(one.clients))


def explain(plan: Plan, name: str, products: Mapping[str, Product] = PRODUCTS) -> str:
    """Why the name is in the plan, as text of several lines without a line end at the end.

    :param name: a full name in any case, with or without the last dot; ``*`` in it stands for any text.
    """
    wanted = _uniform(name)
    index, rules = NameIndex(plan), RuleIndex(products.values())
    found = _matching(wanted, list(index.places))
    if not found:
        return "\n".join(_missing(wanted, plan, index, rules))
    parts = ["\n".join(_present(one, plan, index, rules)) for one in found[:MOST_NAMES]]
    if len(found) > MOST_NAMES:
        parts.append(f"{len(found) - MOST_NAMES} more names match {wanted}: {', '.join(found[MOST_NAMES:])}")
    return "\n\n".join(parts)


def _uniform(name: Any) -> str:
    text = str(name).strip().lower().removesuffix(".") if isinstance(name, str) else ""
    if not text or not text.isprintable():
        raise RolloutError("there is no name to explain", mend="Give a full name, such as explain=sip.company.com")
    return text


def _matching(wanted: str, known: list[str]) -> list[str]:
    """The name itself first, then what matches its ``*``, or the wildcards of the plan that cover it."""
    pattern = re.compile(".*".join(re.escape(part) for part in wanted.split("*")))
    covering = f"*.{names.parent(wanted)}"
    exact = [wanted] if wanted in known else []
    if "*" in wanted:
        return exact + [name for name in known if name != wanted and pattern.fullmatch(name)]
    return exact + [name for name in known if name == covering]


# A name that is there


def _present(name: str, plan: Plan, index: NameIndex, rules: RuleIndex) -> Iterator[str]:
    yield from (name, "=" * len(name), "In the plan as")
    numbers: dict[str, list[int]] = {}
    for number, (text, reasons) in enumerate(index.places[name].lines(), start=1):
        yield from _wrapped(f"{number:3}. ", text)
        for rule in reasons:
            numbers.setdefault(rule, []).append(number)
    if numbers:
        yield "Because of"
    for rule, places in numbers.items():
        yield from _reason(index.reasons[rule], places, rules)
    yield from _findings(name, plan)


def _reason(reason: Reason, places: list[int], rules: RuleIndex) -> Iterator[str]:
    mark, stated = reason.mark, rules.find(reason.rule)
    yield f"  {reason.rule} ({', '.join(map(str, places))})"
    yield from _wrapped("    purpose:    ", reason.purpose)
    if stated is not None:
        yield from _wrapped("    without it: ", stated.rule.breaks)
    yield from _wrapped("    source:     ", reason.source)
    yield from _wrapped("    mark:       ", f"{mark}, {MARKS[mark]}" if mark in MARKS else mark)
    if stated is not None and stated.rule.conflict:
        yield from _wrapped("    conflict:   ", stated.rule.conflict)


def _findings(name: str, plan: Plan) -> Iterator[str]:
    """What the plan finds that speaks of the name as a whole, not of a longer one that holds it."""
    speaks = re.compile(rf"(?<![\w.*-]){re.escape(name)}(?![\w/-]|\.[\w-])")
    found = [one for one in plan.findings if speaks.search(f"{one.message} {one.where}") or holds_for(one, name, plan)]
    if found:
        yield "Findings"
    for one in found:
        yield from _wrapped("  ", f"{one.severity.upper()} {one.code}: {one.message}")
        yield from _wrapped("    breaks:     ", one.breaks)
        yield from _wrapped("    what to do: ", one.mend)


# A name that is not there


def _missing(name: str, plan: Plan, index: NameIndex, rules: RuleIndex) -> Iterator[str]:
    yield from (name, "=" * len(name), "Not in the plan")
    near = difflib.get_close_matches(name, list(index.places), n=MOST_EXAMPLES)
    if near:
        yield from _wrapped("  nearest names: ", ", ".join(near))
    if "*" in name:
        return
    yield from _wrapped("  zone: ", _zones_of(name, plan))
    yield from _asking(name, index, rules)
    yield from _findings(name, plan)


def _asking(name: str, index: NameIndex, rules: RuleIndex) -> Iterator[str]:
    """The rules for names of this form: those of the plan's products one by one, of the others only who has them."""
    here = rules.products_of(index.named_by)
    asking = list(rules.asking_for(name))
    own = [one for one in asking if set(here).intersection(one.stated.products)]
    if own:
        yield "Rules that ask for such names"
    for asked in sorted(own, key=lambda one: one.stated.rule.id not in index.named_by):
        yield from _asked(asked, index)
    others = dict.fromkeys(title for one in asking if one not in own for title in one.stated.products)
    elsewhere = ", ".join(title for title in others if title not in here)
    if elsewhere:
        yield from _wrapped("Other products that ask for such names: ", elsewhere)


def _zones_of(name: str, plan: Plan) -> str:
    views: dict[str, list[str]] = {}
    for zone in plan.zones:
        views.setdefault(zone.view, []).append(zone.name)
    found = {view: names.ZoneIndex(zones).find(name) for view, zones in views.items()}
    return "; ".join(
        f"would lie in the {view} zone {zone}" if zone else f"fits no declared {view} zone"
        for view, zone in found.items()
    )


def _asked(asked: Asked, index: NameIndex) -> Iterator[str]:
    rule = asked.stated.rule
    yield f"  {rule.id} (of {', '.join(asked.stated.products)})"
    filled = " and ".join(f"{value} as {readable(f'{{{place}}}')}" for place, value in asked.filled)
    yield from _wrapped("    asks for:   ", f"{readable(asked.template)}, here with {filled}")
    if rule.when:
        yield from _wrapped("    only when:  ", " and ".join(word.replace("_", " ") for word in rule.when))
    others = [name for name in index.named_by.get(rule.id, ()) if asked.fits(name)]
    yield from _wrapped("    here:       ", _at_work(others))


def _at_work(others: list[str]) -> str:
    if not others:
        return "not at work in this plan: no pool here has the product and role for it, or its condition does not hold"
    rest = f" and {len(others) - MOST_EXAMPLES} more" if len(others) > MOST_EXAMPLES else ""
    return f"at work in this plan, for {', '.join(others[:MOST_EXAMPLES])}{rest}, but not for this name"


def _wrapped(first: str, text: str) -> list[str]:
    return textwrap.wrap(
        text,
        WIDTH,
        initial_indent=first,
        subsequent_indent=" " * len(first),
        break_long_words=False,
        break_on_hyphens=False,
    )
