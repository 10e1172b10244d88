"""What a run assigned, from the results of its tasks: ports that show it now, and what is to be brought back."""

from __future__ import annotations

from typing import Any

import pytest
from unit.audits import FRONT_END, ID, SERVER, WEB, place, work

from ansible_collections.ucops.rollout.plugins.plugin_utils.assigning.former import Former
from ansible_collections.ucops.rollout.plugins.plugin_utils.assigning.lync import ServiceStep
from ansible_collections.ucops.rollout.plugins.plugin_utils.assigning.newly import assigned_by

NEW, OLD = "AA" * 20, "BB" * 20
RESTARTED = [ServiceStep("RTCSRV", "restarted")]
SFB: dict[str, Any] = {
    "name_reasons": {"ocspool.company.local": [{"rule": "sfb2019.pool", "purpose": "x", "source": "x", "mark": "S"}]}
}
BOUND = {"former": [{"way": "http_sys", "place": "0.0.0.0:443", "thumbprint": OLD, "kind": "ipport", "store": "MY"}]}
BY_COMMAND = {
    "changed": True,
    "served": OLD,
    "former": [{"way": "command", "place": "10.0.0.11:5061", "thumbprint": OLD}],
}


def held(**parts: Any) -> dict[str, Any]:
    return {ID: {"thumbprint": NEW, **parts}}


def test_a_binding_is_shown_at_once_and_a_service_when_it_started() -> None:
    of_both = work(FRONT_END, WEB)
    results = held(assignment=BY_COMMAND, binding=BOUND)
    told = assigned_by(of_both, results, command=["x", "{thumbprint}"])
    assert [(one.place, one.thumbprint, one.former) for one in told.ports] == [("10.0.0.11:443", NEW, OLD)]
    assert told.former == (
        Former("command", "10.0.0.11:5061", OLD),
        Former("http_sys", "0.0.0.0:443", OLD, "ipport", "MY"),
    )
    started = assigned_by(of_both, results, services=RESTARTED, command=["x", "{thumbprint}"])
    assert [one.place for one in started.ports] == ["10.0.0.11:5061", "10.0.0.11:443"]
    assert started.commanded is not None
    assert (started.commanded.command, started.commanded.server) == (("x", "{thumbprint}"), SERVER)
    assert (started.commanded.pool, started.commanded.own_port) == ("ocspool.company.local", 5061)


def test_what_was_not_changed_is_not_asked() -> None:
    of_both = work(FRONT_END, WEB)
    unchanged = held(assignment={"changed": False, "served": NEW, "former": []}, binding={"former": []})
    for results in ({}, unchanged, {ID: {"thumbprint": None}}, {ID: None}):
        told = assigned_by(of_both, results, services=RESTARTED)
        assert (told.ports, told.former, told.commanded) == ((), (), None)


def test_types_of_services_and_of_iis() -> None:
    places = (
        place("front_end", 5061, "lync"),
        place("web_internal", 443, "lync"),
        place("web_external", 4443, "lync"),
        place("av_authentication", 443, "lync"),
    )
    former = [{"way": "cmdlets", "place": one, "thumbprint": OLD} for one in ("Default", "WebServicesInternal")]
    results = held(assignment={"changed": True, "former": former})
    at_once = assigned_by(work(*places, **SFB), results)
    assert [(one.component, one.former) for one in at_once.ports] == [("web_internal", OLD)]
    started = assigned_by(work(*places, **SFB), results, services=RESTARTED)
    assert [one.component for one in started.ports] == ["front_end", "web_internal"]


def test_what_a_run_replaced_that_was_cut_off_counts_as_replaced_now() -> None:
    of_both = work(FRONT_END, WEB)
    third = "CC" * 20
    now = {"former": [{"way": "http_sys", "place": "0.0.0.0:443", "thumbprint": third, "kind": "ipport"}]}
    results = held(
        assignment={"changed": False, "served": NEW, "former": []},
        binding=now,
        mark={"former": [*BY_COMMAND["former"], *BOUND["former"]]},
    )
    told = assigned_by(of_both, results, command=["x", "{thumbprint}"])
    # The mark has what served before; what a place names in between was never proved.
    assert told.former == (
        Former("http_sys", "0.0.0.0:443", OLD, "ipport", "MY"),
        Former("command", "10.0.0.11:5061", OLD),
    )
    assert [one.place for one in told.ports] == ["10.0.0.11:443"]
    told = assigned_by(of_both, results, command=["x", "{thumbprint}"], restarts=True)
    assert [(one.place, one.former) for one in told.ports] == [("10.0.0.11:5061", OLD), ("10.0.0.11:443", OLD)]
    assert told.restarts and told.commanded is not None
    wmi = {"way": "wmi", "place": "MSFT_SIPRoutingSetting {1}", "issuer": "30", "serial": "4a"}
    results = held(assignment={"served": NEW, "former": []}, mark={"former": [wmi]})
    (port,) = assigned_by(work(FRONT_END), results, restarts=True).ports
    assert port.former is None


@pytest.mark.parametrize(("ours", "shadowed"), [(True, True), (False, False)])
def test_a_binding_that_others_meet_first(ours: bool, shadowed: bool) -> None:
    told = assigned_by(work(WEB), held(binding={**BOUND, "shadows": [{"ours": ours}]}))
    assert [one.shadowed for one in told.ports] == [shadowed]


def test_what_broke_is_kept() -> None:
    told = assigned_by(work(WEB), held(binding=BOUND), services=RESTARTED, broken="it did not start")
    assert (told.server, told.broken, told.services) == (SERVER, "it did not start", tuple(RESTARTED))
