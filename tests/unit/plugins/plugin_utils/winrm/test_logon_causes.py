"""The table of causes: what every row has to be. Which text has which cause stands in ``test_logon.py``."""

from __future__ import annotations

import re

import pytest
from unit.refused_logons import REFUSED

from ansible_collections.ucops.rollout.plugins.plugin_utils.winrm import logon_causes
from ansible_collections.ucops.rollout.plugins.plugin_utils.winrm.logon_causes import CAUSES, ON_THE_WAY, LogonCause

ALONE = [value for value in vars(logon_causes).values() if isinstance(value, LogonCause)]
EVERY = [*CAUSES, *ON_THE_WAY, *ALONE]
FILLED = {
    "user",
    "address",
    "port",
    "transport",
    "proxy",
    "status",
    "said",
    "service",
    "trusted",
    "certificate",
    "principal",
}


def test_a_cause_has_a_code_of_its_own_in_words() -> None:
    codes = [one.code for one in EVERY]
    assert len(codes) == len(set(codes)) > 40
    assert all(re.fullmatch(r"[a-z]+(-[a-z]+)*", code) for code in codes)
    assert all(one.texts for one in (*CAUSES, *ON_THE_WAY)) and not any(one.texts for one in ALONE)


@pytest.mark.parametrize("cause", EVERY, ids=lambda cause: cause.code)
def test_a_cause_is_told_and_can_be_mended(cause: LogonCause) -> None:
    assert not cause.says.endswith(".") and not cause.mend.endswith(".")
    assert set(re.findall(r"{(\w+)}", f"{cause.says} {cause.mend}")) <= FILLED
    assert all(re.compile(text) for text in cause.texts)


def test_those_that_cost_a_logon_are_marked() -> None:
    assert {one.code for one in EVERY if one.refused} == REFUSED
