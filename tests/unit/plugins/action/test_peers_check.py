"""``peers_check`` reads what the filter returns, and logs on to nobody where the ports say all."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.ucops.rollout.plugins.action import peers_check
from ansible_collections.ucops.rollout.plugins.module_utils.errors import RolloutError


class Action(peers_check.ActionModule):  # type: ignore[misc]
    def __init__(self) -> None:
        """Without Ansible around it."""

    def _host_name(self) -> str:
        return "fe1"


def check(*peers: dict[str, Any]) -> dict[str, Any]:
    return Action()._answer({"peers": list(peers), "wait": 0.0, "timeout": 1.0}, False)


def test_a_pool_of_one_has_nobody_to_ask() -> None:
    assert check() == {"changed": False, "ports": []}


def test_what_is_no_peer_is_refused() -> None:
    with pytest.raises(RolloutError, match="peers"):
        check({"server": "fe2"})


def test_a_port_where_nothing_listens_on_a_server_of_no_part_stops_the_run() -> None:
    port = {"certificate": "a", "component": "front_end", "address": "127.0.0.1", "port": 1, "own_port": 5061}
    with pytest.raises(RolloutError, match="127.0.0.1:1 shows no certificate .*outside of --limit") as refused:
        check({"server": "fe2", "host": "", "ports": [port]})
    assert [(one["state"], one["place"]) for one in refused.value.result["ports"]] == [("none", "127.0.0.1:1")]
