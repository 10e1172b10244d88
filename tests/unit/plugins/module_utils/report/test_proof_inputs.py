"""What a proof needs to know of the run before it."""

from __future__ import annotations

from typing import Any

import pytest
from unit.topologies import origin

from ansible_collections.ucops.rollout.plugins.module_utils.model import Plan
from ansible_collections.ucops.rollout.plugins.module_utils.reading.queries import as_plan
from ansible_collections.ucops.rollout.plugins.module_utils.report.outcome import read_outcome
from ansible_collections.ucops.rollout.plugins.module_utils.report.proof_inputs import (
    ProofInputs,
    name_servers,
    proof_inputs,
)

FQDN, ID = "ocssrv01.company.local", "ocssrv01.company.local/default"
TWO = [{"name": "dc1", "address": "10.0.0.5", "port": 53}, {"name": "dc2", "address": "10.0.0.6", "port": 53}]
DONE: dict[str, Any] = {
    "issue": {"changed": True, "state": "issued", "chain": ["intermediate", "issued root"]},
    "services": {"results": [{"changed": True}]},
    "thumbprint": "AB",
}


def inputs(servers: Any = None, *, dns: Any = None, check_mode: bool = False, **more: Any) -> ProofInputs:
    outcome = read_outcome({"dns": dns, "servers": servers, "check_mode": check_mode})
    return proof_inputs(more.pop("plan", as_plan(origin())), outcome, more.pop("asked", TWO), "internal", **more)


def test_after_a_rollout() -> None:
    held = {"certificates": [{"chain": ["stored root"], "chain_problem": ""}], "root_thumbprints": ["R1"]}
    server = {"certificates": {ID: DONE, "other": {"thumbprint": None}}, "held": held}
    assert inputs({FQDN: server, "fe2": {}}, dns={"changed": True}) == ProofInputs(
        servers=tuple(TWO),
        thumbprints={ID: "AB"},
        roots=("stored root", "issued root"),
        sip_domains=("company.local", "company.com"),
        stores={FQDN: {"root_thumbprints": ("R1",)}, "fe2": {"root_thumbprints": None}},
        predicted=False,
        services_started=True,
        replicating=True,
    )


def test_roots_that_were_given_are_the_only_ones() -> None:
    assert inputs({FQDN: {"certificates": {ID: DONE}}}, roots=["mine"]).roots == ("mine",)


@pytest.mark.parametrize(
    ("servers", "dns", "check_mode", "predicted"),
    [
        ({}, {"changed": True}, True, True),
        ({FQDN: {"certificates": {ID: {"request": {"changed": True}}}}}, {}, True, True),
        ({FQDN: {"certificates": {ID: {"request": {"changed": False}}}}}, {"changed": False}, True, False),
        ({FQDN: {"certificates": {ID: DONE}}}, {"changed": True}, False, False),
    ],
)
def test_check_mode_predicts_where_something_would_change(
    servers: Any, dns: Any, check_mode: bool, predicted: bool
) -> None:
    found = inputs(servers, dns=dns, check_mode=check_mode)
    assert found.predicted is predicted
    if check_mode:
        assert not found.services_started and not found.replicating


def test_one_dns_server_has_nobody_to_replicate_to() -> None:
    assert not inputs(dns={"changed": True}, asked=TWO[:1]).replicating


def test_an_empty_plan_has_no_sip_domain() -> None:
    assert inputs(plan=Plan()).sip_domains == ()


def test_name_servers_of_the_inventory() -> None:
    hostvars = {"dc1": {"ansible_host": "10.0.0.5"}, "dc2": {}}
    assert name_servers(["dc1", "dc2"], hostvars, 5353) == [
        {"name": "dc1", "address": "10.0.0.5", "port": 5353},
        {"name": "dc2", "address": "dc2", "port": 5353},
    ]
