"""An estate goes to the next test only as it was before the last one."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from sitekit import Lent


class FakeEstate:
    """As much of a running estate as is looked at."""

    def __init__(self, place: Path) -> None:
        self.inventory = place / "hosts.yml"
        self.inventory.write_text("all: {}\n", encoding="utf-8")
        self.records, self.troubled = ["ocspool A 10.0.0.10"], False
        self.done: list[str] = []

    def state(self) -> Any:
        return {"records": list(self.records)}

    def unlock(self) -> None:
        self.done.append("unlocked")

    def reset_counters(self) -> None:
        self.done.append("counted anew")

    def stop(self) -> None:
        self.done.append("stopped")


def test_one_that_nothing_was_changed_of_goes_on(tmp_path: Path) -> None:
    estate: Any = FakeEstate(tmp_path)
    assert Lent(estate).take_back() is True
    assert estate.done == ["unlocked", "counted anew"]


@pytest.mark.parametrize(
    "change",
    [
        lambda estate: estate.records.append("ocspool A 10.0.0.11"),
        lambda estate: estate.inventory.write_text("all: {hosts: {}}\n", encoding="utf-8"),
        lambda estate: (estate.inventory.parent / "more.yml").write_text("", encoding="utf-8"),
        lambda estate: setattr(estate, "troubled", True),
    ],
    ids=["a record", "the inventory", "one more file", "trouble that may have left something"],
)
def test_one_that_was_changed_is_stopped(tmp_path: Path, change: Callable[[Any], Any]) -> None:
    estate: Any = FakeEstate(tmp_path)
    lent = Lent(estate)
    change(estate)
    assert lent.take_back() is False
    assert estate.done == ["stopped"]
