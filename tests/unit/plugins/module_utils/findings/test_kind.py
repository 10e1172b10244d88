"""A finding is made by its kind, with the texts filled in."""

from __future__ import annotations

import pytest

from ansible_collections.ucops.rollout.plugins.module_utils.findings.kind import RECORDS, RULES_ALONE, FindingKind
from ansible_collections.ucops.rollout.plugins.module_utils.model import Finding

KIND = FindingKind(
    code="door-open",
    severity="warning",
    about=RECORDS,
    title="A door is open",
    message="the door '{name}' is open",
    breaks="the warmth of {room}",
    mend="Close it, as in {{door: shut}}",
    source="experience",
    decision="it is summer",
    elsewhere=RULES_ALONE,
)


def test_the_texts_are_filled_in() -> None:
    assert KIND.at("doors[0]", name="front", room="the hall") == Finding(
        severity="warning",
        code="door-open",
        message="the door 'front' is open",
        breaks="the warmth of the hall",
        mend="Close it, as in {door: shut}",
        source="experience",
        where="doors[0]",
    )


def test_a_value_that_is_missing_is_a_mistake_in_the_code() -> None:
    with pytest.raises(KeyError, match="room"):
        KIND.at("doors[0]", name="front")
