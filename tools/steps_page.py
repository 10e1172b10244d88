"""The table of docs/products.md that says how each step of a rollout is done, for each role of each product."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from ansible_collections.ucops.rollout.plugins.module_utils.model import OURS
from ansible_collections.ucops.rollout.plugins.module_utils.plan.rollout import (
    ASSIGNING,
    BY_HAND,
    FRONT_END,
    LYNC,
    WEB_COMPONENTS,
)
from ansible_collections.ucops.rollout.plugins.module_utils.products.cs_types import OAUTH, TYPES
from ansible_collections.ucops.rollout.plugins.module_utils.products.grammar import Product
from ansible_collections.ucops.rollout.plugins.module_utils.products.registry import PRODUCTS
from ansible_collections.ucops.rollout.plugins.module_utils.products.rules import RoleRules
from ansible_collections.ucops.rollout.plugins.plugin_utils.assigning.lync import AT_START

AUTOMATIC, OPT_IN, HAND, NONE = "automatic", "opt-in", "by hand", "-"
HEAD = (
    "| role | component | products | DNS | request | issue | install | assign | restart | prove | mark | test |\n|"
    + "---|" * 12
)


@dataclass(frozen=True)
class Way:
    """How a component gets its certificate. ``mark``: of the evidence that it rests on; ``test``: a rollout of it."""

    assign: str
    restart: str
    mark: str
    test: str


RESTART = f"{OPT_IN}: `pool_certificates_start_services`"
WAYS = {
    LYNC: Way(
        AUTOMATIC,
        RESTART,
        "C for 2015, S or I for the others",
        "tests/integration/test_skype_for_business.py::test_three_front_ends_by_their_cmdlets",
    ),
    OAUTH: Way(
        f"{OPT_IN}: `pool_certificates_oauth`",
        NONE,
        "C for 2015, S or I for the others",
        "tests/integration/test_skype_for_business.py::test_three_front_ends_by_their_cmdlets",
    ),
    FRONT_END: Way(
        f"{OPT_IN}: `pool_certificates_ocs: wmi`, or a command of the site",
        RESTART,
        "S, the bytes of a serial U",
        "tests/integration/test_ocs_by_wmi.py::test_certificates_are_renewed_whatever_the_order_of_bytes",
    ),
    WEB_COMPONENTS: Way(AUTOMATIC, NONE, "C", "tests/integration/test_origin.py::test_first_and_second_run"),
    BY_HAND: Way(HAND, HAND, NONE, "tests/unit/plugins/plugin_utils/assigning/test_by_hand.py"),
}


def rows() -> Iterator[str]:
    """A row for the components of a role that go one way, or for a role without any; products that agree together."""
    found: dict[tuple[str, ...], dict[str, list[str]]] = {}
    for one in PRODUCTS.values():
        for component, cells in _of_product(one):
            found.setdefault(cells, {}).setdefault(component, []).append(one.id)
    for (role, *steps), components in sorted(found.items(), key=lambda item: _ROLES.index(item[0][0])):
        alike: dict[str, list[str]] = {}
        for component, products in components.items():
            alike.setdefault(_span(products), []).append(component)
        for span, names in alike.items():
            yield f"| `{role}` | {', '.join(names)} | {span} | {' | '.join(steps)} |"


_ROLES = list(dict.fromkeys(rules.role for product in PRODUCTS.values() for rules in product.roles))


def _of_product(product: Product) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Component, and role with the steps."""
    forms: dict[str, list[RoleRules]] = {}
    for rules in product.roles:
        forms.setdefault(rules.role, []).append(rules)
    for role, several in forms.items():
        pushed = any(record.managed == OURS for rules in several for record in rules.records)
        dns = AUTOMATIC if pushed else NONE
        certificates = [one for rules in several for one in rules.certificates]
        listeners = dict.fromkeys(listener for one in certificates for listener in one.listeners)
        if not listeners:
            yield NONE, (role, dns, *[NONE] * 8)
        asked = {endpoint.component for rules in several for endpoint in rules.endpoints}
        for listener in listeners:
            way = WAYS[_way(product, listener.component)]
            restarted = way is not WAYS[LYNC] or TYPES[listener.component] in AT_START
            proved = AUTOMATIC if listener.component in asked else "read back" if way.assign != HAND else NONE
            steps = (*[AUTOMATIC] * 3, way.assign, way.restart if restarted else NONE, proved)
            yield f"`{listener.component}`", (role, dns, *steps, way.mark, _link(way.test))


def _way(product: Product, component: str) -> str:
    """``Assigning.way``, of the product instead of a certificate that it planned."""
    type = TYPES.get(component, "") if product.knows("management_shell") else ""
    return OAUTH if type == OAUTH else LYNC if type else ASSIGNING.ways.get(component, BY_HAND)


def _link(test: str) -> str:
    path, _colons, name = test.partition("::")
    return f"[{name or path.rpartition('/')[2]}](../{path})"


def _span(products: list[str]) -> str:
    """``lync2013 to sfbse`` where they follow each other."""
    every = list(PRODUCTS)
    first, last = every.index(products[0]), every.index(products[-1])
    if len(products) > 2 and every[first : last + 1] == products:
        return f"`{products[0]}` to `{products[-1]}`"
    return ", ".join(f"`{one}`" for one in products)
