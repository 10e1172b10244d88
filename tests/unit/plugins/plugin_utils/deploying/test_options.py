"""The options of the actions are those of the role, with the same defaults."""

from __future__ import annotations

from dataclasses import fields
from typing import Any

import pytest
import yaml
from unit.audits import FRONT_END, WEB, place, work
from unit.places import ROOT

from ansible_collections.ucops.rollout.plugins.module_utils.errors import RolloutError
from ansible_collections.ucops.rollout.plugins.module_utils.plan.server_work import ServerWork
from ansible_collections.ucops.rollout.plugins.module_utils.values import Thumbprint
from ansible_collections.ucops.rollout.plugins.plugin_utils.deploying.options import SPEC, DeployOptions, options_of

DEFAULTS = {name: option["default"] for name, option in SPEC.items()}
ROLE = yaml.safe_load((ROOT / "roles/pool_certificates/meta/argument_specs.yml").read_text())
OF_ROLE = ROLE["argument_specs"]["main"]["options"]


@pytest.mark.parametrize("name", sorted(set(SPEC) - {"directory"}))
def test_each_is_the_variable_of_the_role(name: str) -> None:
    known = OF_ROLE[f"pool_certificates_{name}"]
    assert [SPEC[name].get(key) for key in ("type", "elements", "choices")] == [
        known.get(key) for key in ("type", "elements", "choices")
    ]
    assert SPEC[name]["default"] == known["default"]


def test_what_is_given_becomes_a_value() -> None:
    assert options_of(DEFAULTS) == DeployOptions()
    assert {one.name for one in fields(DeployOptions)} == set(SPEC)
    given: dict[str, Any] = {**DEFAULTS, "trusted_roots": ["ab" * 20], "services": ["A", "B"], "timeout": 2.5}
    options = options_of(given)
    assert (options.trusted_roots, options.services, options.timeout) == (("AB" * 20,), ("A", "B"), 2.5)


@pytest.mark.parametrize("between", ["", ":", " "])
def test_a_thumbprint_is_taken_as_windows_shows_it(between: str) -> None:
    options = options_of({**DEFAULTS, "renew": [between.join(["ab"] * 20), "CD" * 20]})
    assert options.renew == ("AB" * 20, "CD" * 20)


def test_what_becomes_of_the_former_one() -> None:
    assert not DeployOptions().ends_former
    wanted = DeployOptions(retire="remove", renew=(Thumbprint("AB" * 20),))
    told = wanted.retiring(ServerWork("fe", (), ()), {}, check_mode=True)
    assert wanted.ends_former
    assert (told.way, told.check_mode, told.only_tell, told.renew) == ("remove", True, False, {"AB" * 20})
    revoked = DeployOptions(revoke="superseded")
    assert revoked.ends_former and revoked.retiring(ServerWork("fe", (), ()), {}, check_mode=False).only_tell


def test_the_way_of_the_front_end() -> None:
    assert options_of(DEFAULTS).way == "manual"
    assert options_of({**DEFAULTS, "front_end": "command"}).way == "command"
    assert options_of({**DEFAULTS, "ocs": "wmi"}).way == "wmi"
    with pytest.raises(RolloutError, match="two ways to assign one certificate. Leave one of them"):
        options_of({**DEFAULTS, "ocs": "wmi", "front_end": "command"})
    with pytest.raises(RolloutError, match="trusted_roots"):
        options_of({**DEFAULTS, "trusted_roots": ["x"]})


def test_the_ways_in_which_a_run_assigns() -> None:
    (both,) = work(FRONT_END, WEB).certificates
    (by_cmdlets,) = work(place("front_end", 5061, "lync"), place("reverse_proxy", 443)).certificates
    assert DeployOptions().ways(both) == {"http_sys"}
    assert DeployOptions(front_end="command").ways(both) == {"http_sys", "command"}
    assert DeployOptions(ocs="wmi", web="manual").ways(both) == {"wmi"}
    assert DeployOptions(ocs="wmi").ways(by_cmdlets) == {"cmdlets"}


def test_marks_are_read_ahead_where_something_is_assigned() -> None:
    keys = [one.key for one in DeployOptions().ahead(work(FRONT_END))]
    assert keys.count("SOFTWARE\\ucops.rollout") == 1
    assert "SOFTWARE\\ucops.rollout" not in [one.key for one in DeployOptions(assign=False).ahead(work(FRONT_END))]
