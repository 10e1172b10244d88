"""``certificate_prove`` reads the results of a run, and logs on only where ports do not say all."""

from __future__ import annotations

from contextlib import AbstractContextManager
from typing import Any

import pytest
from unit.audits import ID, WEB, work

from ansible_collections.ucops.rollout.plugins.action import certificate_prove
from ansible_collections.ucops.rollout.plugins.module_utils.errors import RolloutError
from ansible_collections.ucops.rollout.plugins.plugin_utils.winrm.host_port import WindowsHost

HELD = {ID: {"thumbprint": "AA" * 20, "binding": {"former": []}}}


class Action(certificate_prove.ActionModule):  # type: ignore[misc]
    def __init__(self) -> None:
        """Without Ansible around it."""

    def open_host(self) -> AbstractContextManager[WindowsHost]:
        raise AssertionError("nobody was to log on")


def prove(**given: Any) -> dict[str, Any]:
    defaults = {name: option.get("default") for name, option in Action.argument_spec.items()}
    return Action()._answer({**defaults, "work": work(WEB).to_plain(), "held": HELD, **given}, False)


def test_nothing_that_was_changed_needs_no_proof() -> None:
    told = prove()
    assert (told["state"], told["changed"], told["ports"], told["restored"]) == ("unproved", False, [], [])


@pytest.mark.parametrize(
    ("given", "where"),
    [
        ({"held": {ID: {"binding": {"former": [{"way": "http_sys"}]}}}}, "held: binding"),
        ({"services": [{"name": "RTCSRV"}]}, "services"),
        ({"work": {}}, "work"),
    ],
)
def test_what_is_no_result_of_a_task_is_refused(given: dict[str, Any], where: str) -> None:
    with pytest.raises(RolloutError, match=where):
        prove(**given)
