"""Every combination of what can be seen of a certificate has the step that these rules name, or is impossible."""

from __future__ import annotations

from itertools import product

import pytest

from ansible_collections.ucops.rollout.plugins.module_utils.certificates.lifecycle import (
    ASSIGNED,
    HELD,
    KEY_FROM,
    MARK,
    REQUEST,
    Impossible,
    Observed,
    next_step,
)

ANY = "*"
IMPOSSIBLE = "impossible"
# The first rule that fits says what is expected.
#  held      key  request           carried key_from       assigned  left  mark  step
RULES = [
    ("nothing expires unfit", ANY, ANY, ANY, ANY, "this", ANY, ANY, IMPOSSIBLE),
    ("nothing expires unfit", "no", "pending issued at_hand denied refused revoked", *[ANY] * 5, IMPOSSIBLE),
    (ANY, ANY, "denied refused revoked", "yes", ANY, ANY, ANY, ANY, IMPOSSIBLE),
    ("serves", ANY, ANY, ANY, ANY, "another none", ANY, ANY, "assign"),
    ("serves", ANY, ANY, ANY, ANY, "this untold", ANY, "marked", "settle"),
    ("serves", ANY, ANY, ANY, ANY, "this untold", ANY, "misleading", "unmark"),
    ("serves", ANY, ANY, ANY, ANY, "this", "no", "unmarked", "done"),
    ("serves", ANY, ANY, ANY, ANY, "untold", "no", "unmarked", "prove"),
    ("serves", ANY, ANY, ANY, ANY, "this untold", "yes", "unmarked", "retire"),
    (ANY, ANY, ANY, ANY, "other_has", ANY, ANY, ANY, "take"),
    (ANY, ANY, ANY, ANY, "other_waits", ANY, ANY, ANY, "wait"),
    (ANY, "no", ANY, ANY, "own", ANY, ANY, ANY, "make_key"),
    (ANY, "yes", "not_looked_for", ANY, "own", ANY, ANY, ANY, "look"),
    (ANY, "yes", "unknown refused", ANY, "own", ANY, ANY, ANY, "submit"),
    (ANY, "yes", "pending", ANY, "own", ANY, ANY, ANY, "wait"),
    (ANY, "yes", "issued", ANY, "own", ANY, ANY, ANY, "fetch"),
    (ANY, "yes", "at_hand", ANY, "own", ANY, ANY, ANY, "install"),
    (ANY, "yes", "denied", ANY, "own", ANY, ANY, ANY, "stop"),
    (ANY, "yes", "revoked", ANY, "own", ANY, ANY, ANY, "make_key"),
]
COMBINATIONS = list(product(HELD, ("no", "yes"), REQUEST, ("no", "yes"), KEY_FROM, ASSIGNED, ("no", "yes"), MARK))


def expected(seen: tuple[str, ...]) -> str:
    for *patterns, step in RULES:
        if all(pattern == ANY or value in pattern.split() for pattern, value in zip(patterns, seen, strict=True)):
            return step
    raise AssertionError(f"no rule for {seen}")


def observed(
    held: str, key: str, request: str, carried: str, key_from: str, assigned: str, left: str, mark: str
) -> Observed:
    return Observed(held, key == "yes", request, carried == "yes", key_from, assigned, left == "yes", mark)


def stepped(seen: tuple[str, ...]) -> str:
    try:
        return next_step(observed(*seen))
    except Impossible:
        return IMPOSSIBLE


def test_all_combinations() -> None:
    assert len(COMBINATIONS) == 9216
    assert {seen: stepped(seen) for seen in COMBINATIONS} == {seen: expected(seen) for seen in COMBINATIONS}


@pytest.mark.parametrize("at", range(len(RULES)))
def test_every_rule_is_needed(at: int) -> None:
    """Without it some combination would have no step, or another one."""
    told = {seen: expected(seen) for seen in COMBINATIONS}
    left = RULES[:at] + RULES[at + 1 :]

    def without(seen: tuple[str, ...]) -> str:
        for *patterns, step in left:
            if all(one == ANY or value in one.split() for one, value in zip(patterns, seen, strict=True)):
                return step
        return ""

    assert any(without(seen) != step for seen, step in told.items())


def test_what_cannot_be_says_so() -> None:
    with pytest.raises(Impossible, match="srv: certificate x: the authority's request is issued, and the key"):
        next_step(Observed("nothing", request="issued"), where="srv: certificate x")
    with pytest.raises(Impossible, match="a folder keeps no record, and is said to have denied the request"):
        next_step(Observed("nothing", waiting_key=True, request="denied", carried=True))
    with pytest.raises(Impossible, match="presents a certificate that the store does not have"):
        next_step(Observed("expires", assigned="this"))
