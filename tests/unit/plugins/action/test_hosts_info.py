"""``hosts_info`` makes the work of each server by the options of the run, and by what the inventory has for it."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import yaml
from unit.lync_sites import standard, topology

from ansible_collections.ucops.rollout.plugins.action import hosts_info
from ansible_collections.ucops.rollout.plugins.module_utils.errors import RolloutError
from ansible_collections.ucops.rollout.plugins.module_utils.plan.planner import make_plan
from ansible_collections.ucops.rollout.plugins.module_utils.plan.server_work import certificates_of
from ansible_collections.ucops.rollout.plugins.module_utils.topology.parse import parse
from ansible_collections.ucops.rollout.plugins.plugin_utils.deploying.options import SPEC, WORK_SPEC, variable_of

NAME, CA_HOST, AB = "se01.contoso.com", "ca01.contoso.net", "AB" * 20
ROOT = Path(__file__).parents[4]
MADE = make_plan(parse(topology("sfb2019", [standard()])))
PLAN = replace(MADE, servers=tuple(replace(one, inventory_host=one.fqdn) for one in MADE.servers))


def prepared(
    variables: dict[str, Any], *, of_play: tuple[str, ...] = (), name: str = NAME, **given: Any
) -> dict[str, Any]:
    action = hosts_info.ActionModule.__new__(hosts_info.ActionModule)
    action.begin(PLAN, frozenset(of_play), frozenset([NAME]))
    arguments = {"hosts": [NAME, "dc01"], "servers": [NAME], "ca_hosts": [CA_HOST], **given}
    return action.prepare_for(name, variables, action.checked(arguments, action.argument_spec, "test"))


def test_the_work_of_a_server_and_the_options_of_the_run() -> None:
    one = prepared({"inventory_hostname": NAME}, options={"trusted_roots": [AB]}, port_map={"443": 10443})
    assert one["work"] == certificates_of(PLAN, NAME, ca_hosts=[CA_HOST], port_map={443: 10443})
    assert (one["options"].trusted_roots, one["options"].obtain, one["compare"]) == ((AB,), True, True)
    assert one["read"] == {NAME}


def test_of_another_host_no_work_is_made() -> None:
    assert prepared({}, name="dc01.contoso.com") == {"work": None}


def test_what_the_inventory_has_for_a_server_counts_for_it() -> None:
    own = {
        "pool_certificates_mode": "offline",
        "pool_certificates_lync": "manual",
        "pool_certificates_minimum_days": "60",
        "pool_certificates_offline_directory": "/requests",
        "pool_certificates_wait": 5,
    }
    one = prepared(own, options={"retire": "archive"})
    assert {job.offline for job in one["work"].certificates} == {True}
    ways = {assigned.way for job in one["work"].certificates for assigned in job.assignments}
    assert "lync" not in ways
    assert (one["options"].minimum_days, one["options"].directory, one["options"].retire) == (
        60,
        "/requests",
        "archive",
    )
    with pytest.raises(RolloutError, match=r"se01\.contoso\.com: .*minimum_days"):
        prepared({"pool_certificates_minimum_days": "many"})


def test_what_a_play_gives_outranks_the_inventory() -> None:
    own = {"pool_certificates_assign": True, "pool_certificates_mode": "offline"}
    given = {"options": {"assign": False}, "of_play": ("pool_certificates_assign", "pool_certificates_mode")}
    one = prepared(own, **given)
    assert one["options"].assign is False
    assert {job.offline for job in one["work"].certificates} == {False}


def test_hosts_with_other_options_do_not_get_each_other_s() -> None:
    action = hosts_info.ActionModule.__new__(hosts_info.ActionModule)
    action.begin(PLAN, frozenset(), frozenset([NAME]))
    arguments = action.checked({"hosts": [NAME], "servers": [NAME]}, action.argument_spec, "test")
    days = [
        action.prepare_for(NAME, {"pool_certificates_minimum_days": given} if given else {}, arguments)["options"]
        for given in (60, 60, None, 90, 60)
    ]
    assert [one.minimum_days for one in days] == [60, 60, 30, 90, 60]
    assert days[0] is not days[1] and len(action._checked) == 3
    commands = [
        action.prepare_for(NAME, {"pool_certificates_front_end_command": ["x", last]}, arguments)["options"]
        for last in (1, True)
    ]
    assert [one.front_end_command for one in commands] == [("x", "1"), ("x", "True")]


def test_each_option_has_the_role_s_variable_of_its_name() -> None:
    names = {variable_of(one) for one in (*SPEC, *WORK_SPEC)}
    defaults = yaml.safe_load((ROOT / "roles/pool_certificates/defaults/main.yml").read_text(encoding="utf-8"))
    assert names <= set(defaults)
