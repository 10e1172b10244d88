"""What a person reads of an error."""

from __future__ import annotations

import pytest

from ansible_collections.ucops.rollout.plugins.module_utils.errors import RolloutError


@pytest.mark.parametrize(
    ("error", "text"),
    [
        (RolloutError("the zone is missing"), "the zone is missing"),
        (RolloutError("is no port", where="pools[0].port"), "pools[0].port: is no port"),
        (RolloutError("is no port", mend="Give a number"), "is no port. Give a number"),
        (RolloutError("is no port", where="port", mend="Give a number"), "port: is no port. Give a number"),
    ],
)
def test_place_fault_and_advice_make_one_line(error: RolloutError, text: str) -> None:
    assert str(error) == text


def test_the_parts_stay_apart() -> None:
    error = RolloutError("is no port", where="port", mend="Give a number")
    assert (error.what, error.where, error.mend) == ("is no port", "port", "Give a number")
    assert (RolloutError("x").where, RolloutError("x").mend) == ("", "")


def test_place_and_advice_are_given_by_name() -> None:
    with pytest.raises(TypeError):
        raise RolloutError("is no port", "port")  # type: ignore[misc]
