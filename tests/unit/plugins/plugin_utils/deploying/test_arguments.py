"""The arguments of an action as the value that the engine takes."""

from __future__ import annotations

from typing import Any

import pytest
from unit.fakes_windows import NOW
from unit.server_sites import ID, NAME, work

from ansible_collections.ucops.rollout.plugins.module_utils.errors import RolloutError
from ansible_collections.ucops.rollout.plugins.module_utils.report.sharing import KeyTurn
from ansible_collections.ucops.rollout.plugins.plugin_utils.deploying.arguments import deployment_of, leaving_failure
from ansible_collections.ucops.rollout.plugins.plugin_utils.deploying.options import SPEC
from ansible_collections.ucops.rollout.plugins.plugin_utils.winrm.faults import HostUnreachable

OPTIONS = {name: option["default"] for name, option in SPEC.items()}
GIVEN: dict[str, Any] = {"work": work().to_plain(), "found": {ID: {"request": {"state": "held"}}}, "options": OPTIONS}


def test_arguments_as_a_playbook_gives_them() -> None:
    turn = {"own": False, "source": "srv2", "thumbprint": "", "waiting": "", "refusal": "", "also": ["srv3"]}
    wanted = deployment_of({**GIVEN, "turns": {ID: turn}, "above": {"ca": ["PEM"]}}, now=NOW, check_mode=True)
    assert (wanted.work.fqdn, wanted.check_mode, wanted.above) == (NAME, True, {"ca": ["PEM"]})
    assert wanted.turns == {ID: KeyTurn(False, "srv2", also=("srv3",))} and wanted.takes(ID)
    assert (wanted.request(ID), wanted.request("x"), wanted.issue(ID)) == ({"state": "held"}, {}, {})


def test_what_is_no_turn_is_refused() -> None:
    with pytest.raises(RolloutError, match=r"turns"):
        deployment_of({**GIVEN, "turns": {ID: {"own": 1}}}, now=NOW, check_mode=False)


def test_a_failure_is_left_to_a_later_task_unless_told_otherwise() -> None:
    def fails() -> dict[str, Any]:
        error = RolloutError("no", where="srv")
        error.result = {"changed": True}
        raise error

    def is_lost() -> dict[str, Any]:
        raise HostUnreachable("gone", where="srv")

    assert leaving_failure(lambda: {"changed": False}, fail=False) == {"changed": False}
    assert leaving_failure(fails, fail=False) == {"changed": True, "failure": "srv: no"}
    for step, fail in ((fails, True), (is_lost, False)):
        with pytest.raises(RolloutError, match=r"srv: (no|gone)"):
            leaving_failure(step, fail=fail)
