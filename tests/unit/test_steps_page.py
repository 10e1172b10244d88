"""The table of docs/products.md that says how each step of a rollout is done."""

from __future__ import annotations

import importlib
import re
from typing import Any

import pytest
from unit.places import ROOT


@pytest.fixture
def page(monkeypatch: pytest.MonkeyPatch) -> Any:
    monkeypatch.syspath_prepend(str(ROOT / "tools"))
    return importlib.import_module("steps_page")


def steps(page: Any, role: str, component: str, product: str) -> list[str]:
    """From DNS to prove."""
    products = ["ocs2007", "ocs2007r2", "lync2010", "lync2013", "sfb2015", "sfb2019", "sfbse"]

    def covers(span: str) -> bool:
        named = [products.index(one) for one in re.findall(r"`(\w+)`", span)]
        return products.index(product) in (range(named[0], named[1] + 1) if " to " in span else named)

    rows = [row.strip("| ").split(" | ") for row in page.rows()]
    (found,) = [row for row in rows if row[0] == f"`{role}`" and f"`{component}`" in row[1] and covers(row[2])]
    return found[3:10]


AUTOMATIC = ["automatic"] * 4
RESTART = "opt-in: `pool_certificates_start_services`"


@pytest.mark.parametrize(
    ("role", "component", "product", "expected"),
    [
        ("front_end", "front_end", "sfb2019", [*AUTOMATIC, "automatic", RESTART, "automatic"]),
        ("front_end", "web_external", "lync2010", [*AUTOMATIC, "automatic", "-", "automatic"]),
        ("front_end", "oauth", "sfbse", [*AUTOMATIC, "opt-in: `pool_certificates_oauth`", "-", "read back"]),
        ("edge", "av_authentication", "sfb2015", [*AUTOMATIC, "automatic", RESTART, "read back"]),
        ("edge", "av_authentication", "ocs2007", [*AUTOMATIC, "by hand", "by hand", "-"]),
        ("front_end", "web_components", "ocs2007r2", [*AUTOMATIC, "automatic", "-", "automatic"]),
        ("reverse_proxy", "reverse_proxy", "lync2013", ["-", *AUTOMATIC[1:], "by hand", "by hand", "automatic"]),
    ],
)
def test_how_each_step_is_done(page: Any, role: str, component: str, product: str, expected: list[str]) -> None:
    assert steps(page, role, component, product) == expected


def test_ocs_is_written_only_where_the_site_says_so(page: Any) -> None:
    assert steps(page, "front_end", "front_end", "ocs2007")[4].startswith("opt-in: `pool_certificates_ocs: wmi`")


def test_the_tests_that_it_names_are_there(page: Any) -> None:
    for way in page.WAYS.values():
        path, _colons, name = way.test.partition("::")
        assert f"def {name}" in (ROOT / path).read_text(encoding="utf-8")
