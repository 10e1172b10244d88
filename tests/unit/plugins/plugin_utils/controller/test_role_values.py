from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml
from ansible.module_utils.common.arg_spec import ArgumentSpecValidator

from ansible_collections.ucops.rollout.plugins.action.rollout_check import ADAPTERS
from ansible_collections.ucops.rollout.plugins.module_utils.errors import RolloutError
from ansible_collections.ucops.rollout.plugins.plugin_utils.controller.role_values import (
    connections_of,
    documented,
    refuse_values,
)

HOSTS = {"pool_certificates": ["srv01", "srv02"], "pool_verify": ["localhost"]}


def load(path: str) -> Any:
    return yaml.safe_load(Path(path).read_text(encoding="utf-8"))


def check(spec: dict[str, Any], values: dict[str, Any]) -> list[str]:
    return list(ArgumentSpecValidator(spec).validate(values).error_messages)


def given(**values: Any) -> dict[str, Any]:
    return {"srv01": values, "srv02": values, "localhost": values}


def test_a_value_that_a_role_would_refuse_is_told_once_with_its_hosts() -> None:
    values = given(pool_certificates_ocs="wmii", pool_verify_wait="long", pool_certificates_oauth="perhaps")
    with pytest.raises(RolloutError) as refused:
        refuse_values(values, HOSTS, load, check, ADAPTERS)
    told = str(refused.value)
    assert "value of pool_certificates_ocs must be one of: read, wmi, got: wmii (for srv01, srv02)" in told
    assert "pool_verify_wait" in told and "pool_certificates_oauth" in told and "Nothing was touched" in told
    assert told.count("srv02") == 2


def test_values_that_fit_and_those_of_nobody_pass() -> None:
    fit = given(pool_certificates_ocs="wmi", pool_certificates_timeout="12", pool_certificates_services=["RTCSRV"])
    refuse_values(fit, HOSTS, load, check, ADAPTERS)
    refuse_values({"srv01": {"pool_verify_wait": "long"}}, {"pool_certificates": ["srv01"]}, load, check, ADAPTERS)
    refuse_values({}, {}, load, check, ADAPTERS)


def test_a_value_that_hosts_share_is_checked_once_and_another_one_for_itself() -> None:
    checked: list[Any] = []

    def counting(spec: dict[str, Any], values: dict[str, Any]) -> list[str]:
        checked.extend(values.values())
        return check(spec, values)

    values: dict[str, Any] = {"srv01": {"pool_certificates_timeout": 7}, "srv02": {"pool_certificates_timeout": "7"}}
    refuse_values(values, {"pool_certificates": ["srv01", "srv02", "srv01"]}, load, counting, ADAPTERS)
    assert checked == [7, "7"]
    values["srv02"]["pool_certificates_timeout"] = "long"
    with pytest.raises(RolloutError, match=r"\(for srv02\)"):
        refuse_values(values, {"pool_certificates": ["srv01", "srv02"]}, load, check, ADAPTERS)


def test_a_list_is_checked_by_its_elements() -> None:
    with pytest.raises(RolloutError, match="pool_verify_views"):
        refuse_values(given(pool_verify_views=["inside"]), HOSTS, load, check, ADAPTERS)


@pytest.mark.parametrize(("name", "value", "told"), [
    ("pool_certificates_effective_date", "tomorrow", "pool_certificates_effective_date: 'tomorrow' is no time"),
    ("pool_certificates_bindings_also", ["0.0.0.0:443", "www"], "'www' is no address:port and no name:port"),
    ("pool_certificates_bindings_also", ["a;b:443"], "pool_certificates_bindings_also: "),
])  # fmt: skip
def test_what_an_adapter_refuses_is_refused_with_the_plan(name: str, value: Any, told: str) -> None:
    with pytest.raises(RolloutError) as refused:
        refuse_values(given(**{name: value}), HOSTS, load, check, ADAPTERS)
    assert told in str(refused.value)
    fit = {"pool_certificates_effective_date": "", "pool_certificates_bindings_also": ["www.company.com:443"]}
    refuse_values(given(**fit), HOSTS, load, check, ADAPTERS)


class Unfilled(Mapping[str, Any]):
    """Variables of a host, one of which rests on a fact that is not there yet."""

    def __getitem__(self, name: str) -> Any:
        raise ValueError("'later' is undefined")

    def __iter__(self) -> Iterator[str]:
        return iter(["pool_certificates_ocs"])

    def __len__(self) -> int:
        return 1


def test_a_template_that_cannot_be_filled_in_yet_is_left_to_its_role() -> None:
    refuse_values({"srv01": Unfilled()}, {"pool_certificates": ["srv01"]}, load, check, ADAPTERS)


def test_the_options_of_all_roles_and_entry_points_are_documented() -> None:
    names = documented(load)
    assert {"pool_dns_view", "pool_plan_only", "pool_certificates_oauth", "pool_audit_timeout"} <= names
    assert len(names) >= 78 and all(name.startswith("pool_") for name in names)


def test_a_connection_without_ws_management_is_told_once_with_its_hosts() -> None:
    kinds = {"fe1": "winmr", "fe2": "winmr", "fe3": "ssh", "fe4": "winrm", "fe5": "ansible.builtin.psrp"}
    given = {host: {"ansible_connection": kind} for host, kind in kinds.items()}
    with pytest.raises(RolloutError) as refused:
        connections_of({**given, "fe6": {}}, [*given, "fe6", "fe7"])
    assert str(refused.value) == (
        "variables: ansible_connection of fe1, fe2 is 'winmr'; ansible_connection of fe3 is 'ssh'. Set"
        " ansible_connection to winrm or psrp. What is done here takes WS-Management, which ssh does not carry"
        " (docs/prerequisites.md)"
    )
    assert connections_of({**given, "fe6": {}}, ["fe4", "fe5", "fe6", "fe7"]) == {"winrm", "psrp"}
    assert connections_of({"fe6": {}}, ["fe6", "fe7"]) == {"winrm"}
    assert connections_of(given, []) == set()
