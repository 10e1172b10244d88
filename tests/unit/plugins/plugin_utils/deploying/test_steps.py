"""The results of the steps of one server."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.ucops.rollout.plugins.module_utils.errors import RolloutError
from ansible_collections.ucops.rollout.plugins.plugin_utils.deploying.steps import ServerSteps, told_with


def failing() -> dict[str, Any]:
    error = RolloutError("it broke", where="srv")
    error.result = {"changes": ["half"]}
    raise error


def test_steps_are_kept_by_certificate_and_place() -> None:
    steps = ServerSteps({"a": {"request": {"changed": True}, "thumbprint": "AB"}})
    steps.take("a", "install", lambda: {"changed": False})
    steps.take("b", "by_hand", lambda: {"state": "manual"}, "reverse_proxy:443")
    steps.note("b", waiting="it waits")
    assert steps.result() == {
        "changed": False,
        "certificates": {
            "a": {"request": {"changed": True}, "thumbprint": "AB", "install": {"changed": False}},
            "b": {"by_hand": {"reverse_proxy:443": {"state": "manual"}}, "waiting": "it waits"},
        },
    }


def test_what_changed_here_is_told_with_its_differences() -> None:
    steps = ServerSteps({"a": {"request": {"changed": True, "diff": {"after": "a key"}}}})
    steps.take("a", "binding", lambda: {"changed": True, "diff": {"after": "bound"}})
    steps.take("a", "assignment", lambda: {"changed": False, "diff": {"after": "the same"}})
    result = steps.result()
    assert (result["changed"], result["diff"]) == (True, [{"after": "bound"}])


def test_what_fails_within_a_step_is_told_once() -> None:
    steps = ServerSteps()
    with pytest.raises(RolloutError):
        steps.take("a", "assignment", lambda: steps.take("a", "binding", failing))
    assert list(steps.of["a"]) == ["binding"] and steps.of["a"]["binding"]["msg"] == "srv: it broke"


def test_a_service_may_stop_and_start() -> None:
    steps = ServerSteps()
    steps.take_service("a", lambda: {"changed": False, "at": 1})
    assert not steps.result()["changed"]
    steps.take_service("a", lambda: {"changed": True, "at": 2})
    with pytest.raises(RolloutError):
        steps.take_service("a", failing)
    services = steps.of["a"]["services"]
    assert services["changed"] and [one.get("at") for one in services["results"]] == [1, 2, None]
    assert services["results"][2] == {"changed": False, "changes": ["half"], "failed": True, "msg": "srv: it broke"}


def test_an_error_carries_all_that_was_done() -> None:
    steps = ServerSteps()
    with pytest.raises(RolloutError) as caught, told_with(steps):
        steps.take("a", "request", lambda: {"changed": True})
        steps.take("a", "install", failing)
    assert caught.value.result == {
        "changed": True,
        "certificates": {
            "a": {
                "request": {"changed": True},
                "install": {"changed": False, "changes": ["half"], "failed": True, "msg": "srv: it broke"},
            }
        },
    }
