"""Probes side by side: order, and how often a silent place is waited for. No clock: calls are counted."""

from __future__ import annotations

from collections import Counter
from threading import Barrier

import pytest

from ansible_collections.ucops.rollout.plugins.module_utils.proof.side_by_side import Silence, in_parallel


def test_work_is_done_in_the_order_of_the_items() -> None:
    assert in_parallel(lambda number: number * 2, list(range(50))) == [number * 2 for number in range(50)]
    assert in_parallel(lambda number: number, []) == []


def test_work_is_done_side_by_side() -> None:
    """Four that can only end together."""
    together = Barrier(4)
    assert sorted(in_parallel(lambda number: together.wait(10) >= 0, [1, 2, 3, 4], 4)) == [True] * 4


def test_the_first_of_each_place_goes_first() -> None:
    begun: list[str] = []
    items = ["a1", "a2", "a3", "b1", "b2", "c1"]
    in_parallel(begun.append, items, 1, place=lambda item: item[0])
    assert begun == ["a1", "b1", "c1", "a2", "b2", "a3"]


class Dialler:
    """Answers for no place of ``dead``; counts what each place was asked."""

    def __init__(self, *dead: str) -> None:
        self.dead, self.asked = dead, Counter[str]()

    def dial(self, place: str) -> str:
        self.asked[place] += 1
        return "timeout" if place in self.dead else "ok"

    def through(self, silence: Silence, place: str) -> str:
        return silence.probe(
            place,
            lambda: self.dial(place),
            is_silent=lambda seen: seen == "timeout",
            instead=lambda seen: f"again {seen}",
        )


def test_a_place_that_drops_everything_is_waited_for_once() -> None:
    dialler, silence = Dialler("10.0.0.12:5061"), Silence()
    places = [f"10.0.0.{11 + number % 2}:5061" for number in range(40)]
    seen = in_parallel(lambda place: dialler.through(silence, place), places, place=str)
    assert dialler.asked == {"10.0.0.11:5061": 20, "10.0.0.12:5061": 1}
    assert seen == ["ok", "timeout", *["ok", "again timeout"] * 19]
    assert silence.places == ["10.0.0.12:5061"]


def test_a_place_that_was_silent_in_an_earlier_check_is_not_asked_at_all() -> None:
    dialler, silence = Dialler("10.0.0.12:5061"), Silence(["10.0.0.12:5061"])
    assert dialler.through(silence, "10.0.0.12:5061") == "again None"
    assert (dialler.asked, silence.places) == ({}, ["10.0.0.12:5061"])


def test_another_port_of_a_silent_place_is_asked() -> None:
    dialler, silence = Dialler("10.0.0.12:5061"), Silence()
    assert [dialler.through(silence, f"10.0.0.12:{port}") for port in (5061, 443, 5061)] == [
        "timeout",
        "ok",
        "again timeout",
    ]


def test_a_probe_that_breaks_holds_nobody_up() -> None:
    silence = Silence()

    def broken() -> str:
        raise ValueError("broken")

    with pytest.raises(ValueError, match="broken"):
        silence.probe("x", broken, is_silent=lambda _seen: True, instead=lambda _seen: "again")
    assert (Dialler().through(silence, "x"), silence.places) == ("ok", [])
