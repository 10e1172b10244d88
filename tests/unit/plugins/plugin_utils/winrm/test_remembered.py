"""What was read is not asked again until it is forgotten."""

from __future__ import annotations

import pytest
from unit.fakes_windows import FakeRegistry
from unit.registry_values import ALL, registry_of_all

from ansible_collections.ucops.rollout.plugins.module_utils.errors import RolloutError
from ansible_collections.ucops.rollout.plugins.plugin_utils.winrm.programs_port import ProgramResult
from ansible_collections.ucops.rollout.plugins.plugin_utils.winrm.registry_port import (
    NUMBER,
    STRING,
    Branch,
    KeyContent,
    ValueTooLarge,
)
from ansible_collections.ucops.rollout.plugins.plugin_utils.winrm.remembered import AskedOnce, Remembered


@pytest.fixture
def registry() -> FakeRegistry:
    return registry_of_all()


def test_what_is_remembered_is_read_once_and_what_is_to_be_read_along_with_it(registry: FakeRegistry) -> None:
    asked: list[list[Branch]] = []

    class Counting(FakeRegistry):
        def branches(self, wanted):
            asked.append(list(wanted))
            return registry.branches(wanted)

    remembered = Remembered(Counting(), [Branch("A"), Branch("B")])
    assert remembered.branches([ALL])[0].values["number"] == 7
    registry.values["A"]["number"] = 8
    registry.values["B"] = {}
    assert remembered.branches([ALL, ALL])[1].values["number"] == 7
    nothing, known = remembered.branches([Branch("B"), Branch("A")])
    assert (nothing, known and tuple(known.below)) == (None, ("1", "2", "3"))
    assert asked == [[ALL, Branch("A"), Branch("B")]]
    assert remembered.branches([Branch("C")]) == (None,)
    assert asked[1:] == [[Branch("C")]]


def test_what_is_forgotten_is_read_anew_with_what_was_to_be_read_ahead(registry: FakeRegistry) -> None:
    asked: list[list[str]] = []

    class Counting(FakeRegistry):
        def branches(self, wanted):
            asked.append([one.key for one in wanted])
            return registry.branches(wanted)

        def string(self, key, name):
            asked.append([f"{key} {name}"])
            return registry.string(key, name)

    registry.values |= {"B\\C": {"text": "c"}, "D": {"text": "d"}}
    remembered = Remembered(Counting(), [Branch("B\\C", (("text", STRING),)), Branch("D", (("text", STRING),))])

    def read() -> tuple[str | None, ...]:
        return tuple(remembered.string(key, "text") for key in ("B\\C", "D", "A"))

    assert (read(), read()) == (("c", "d", "x"),) * 2
    for key in ("B\\C", "D", "A"):
        registry.values[key]["text"] = "later"
    assert read() == ("c", "d", "x")
    assert asked == [["B\\C", "D"], ["A text"]]
    remembered.forget(["b"])
    assert read() == ("later", "d", "later")
    assert asked[2:] == [["B\\C"], ["A text"]]
    remembered.forget(["B\\C\\below"])
    remembered.forget(["B\\Cx"])
    assert (read(), asked[4:]) == (("later", "d", "later"), [["B\\C"], ["A text"]])
    remembered.forget()
    assert (read(), asked[6:]) == (("later", "later", "later"), [["B\\C", "D"], ["A text"]])


def test_a_value_is_asked_for_anew_where_that_is_wanted(registry: FakeRegistry) -> None:
    remembered = Remembered(registry)
    assert remembered.binary("A\\1", "Blob") == b"1"
    registry.values["A\\1"]["Blob"] = b"later"
    assert (remembered.binary("A\\1", "Blob"), remembered.binary_anew("A\\1", "Blob")) == (b"1", b"later")


def test_single_names_and_values_come_from_what_is_read_together(registry: FakeRegistry) -> None:
    remembered = Remembered(registry, [ALL, Branch("None", below=(("x", NUMBER),))])
    assert remembered.dword("a", "number") == 7
    registry.values = {"A\\9": {"Blob": b"9"}, "B": {"more": "y"}}
    assert remembered.subkeys("a") == ("1", "2", "3")
    assert (remembered.string("A", "text"), remembered.strings("A", "texts")) == ("x", ("y", "z"))
    assert (remembered.string("A", "none"), remembered.subkeys("none"), remembered.dword("None\\1", "x")) == (None,) * 3
    assert (remembered.binary("a\\1", "Blob"), remembered.binary("A\\3", "Blob")) == (b"1", None)
    assert remembered.binary("A\\9", "Blob") is None
    with pytest.raises(ValueTooLarge):
        remembered.binary("A\\2", "Blob")
    assert (remembered.string("B", "more"), remembered.string("A", "other")) == ("y", None)


def test_what_another_command_line_read_is_remembered(registry: FakeRegistry) -> None:
    class Lines(FakeRegistry):
        def lines(self, asked):
            return tuple(f"read {one.key}" for one in asked)

        def contents(self, asked, results):
            if not results[0].stdout:
                raise RolloutError("garbled")
            return tuple(KeyContent({}, {one.stdout.decode(): {}}) for one in results)

    remembered = Remembered(Lines(), [Branch("A"), Branch("B")])
    assert remembered.lines_ahead() == ("read A", "read B")
    remembered.take([])
    remembered.take([ProgramResult("x", 0), ProgramResult("x", 0)])
    assert remembered.lines_ahead() == ("read A", "read B")  # nothing was learned
    remembered.take([ProgramResult("x", 0, b"a"), ProgramResult("x", 0, b"b")])
    assert (remembered.subkeys("A"), remembered.subkeys("B"), remembered.lines_ahead()) == (("a",), ("b",), ())
    below = Remembered(remembered, [Branch("C")])
    assert below.lines_ahead() == ("read C",)
    below.take([ProgramResult("x", 0, b"c")])
    assert (below.subkeys("C"), below.lines_ahead()) == (("c",), ())
    # An adapter that has no lines reads when it is asked.
    later = Remembered(registry, [Branch("A")])
    assert later.lines_ahead() == ()
    assert registry.contents([Branch("B")], []) == (None,)


def test_what_cannot_be_read_ahead_is_trouble_for_who_asks_for_it_alone(registry: FakeRegistry) -> None:
    class Denied(FakeRegistry):
        notice = "told"

        def branches(self, wanted):
            if Branch("B") in wanted:
                raise RolloutError("denied")
            return registry.branches(wanted)

    remembered = Remembered(Denied(), [Branch("B")])
    assert remembered.branches([Branch("A")]) == (KeyContent({}, {"1": {}, "2": {}, "3": {}}),)
    with pytest.raises(RolloutError, match="denied"):
        remembered.branches([Branch("B")])
    assert remembered.notice == "told"


def test_single_values_of_no_branch_are_remembered_too(registry: FakeRegistry) -> None:
    remembered = Remembered(registry)
    reads = [
        lambda: remembered.string("A", "text"),
        lambda: remembered.strings("A", "texts"),
        lambda: remembered.dword("A", "number"),
        lambda: remembered.subkeys("A"),
        lambda: remembered.binary("A\\1", "Blob"),
    ]
    first = [read() for read in reads]
    assert first == ["x", ("y", "z"), 7, ("1", "2", "3"), b"1"]
    registry.values.clear()
    assert [read() for read in reads] == first
    assert remembered.string("a", "TEXT") == "x"


def test_an_answer_is_asked_for_once_and_an_error_stays_one() -> None:
    once, asked = AskedOnce(), []

    def fail() -> str:
        asked.append(1)
        raise RolloutError("denied")

    assert [once.ask(("a",), lambda: "first"), once.ask(("a",), fail), asked] == ["first", "first", []]
    for _again in range(2):
        with pytest.raises(RolloutError, match="denied"):
            once.ask(("b",), fail)
    assert asked == [1]
