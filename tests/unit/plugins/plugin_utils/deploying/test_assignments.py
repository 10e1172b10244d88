"""Each way to assign gets what it needs, and services start where that is allowed."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from unit.fakes_windows import NOW, FakeServer
from unit.server_sites import ID, NAME, WEB, work

from ansible_collections.ucops.rollout.plugins.module_utils.change_set import ChangeSet
from ansible_collections.ucops.rollout.plugins.module_utils.errors import RolloutError
from ansible_collections.ucops.rollout.plugins.module_utils.plan.server_work import AssignmentWork
from ansible_collections.ucops.rollout.plugins.module_utils.proof.tls_wire import Handshake
from ansible_collections.ucops.rollout.plugins.module_utils.values import Thumbprint
from ansible_collections.ucops.rollout.plugins.plugin_utils.assigning.command import AssignmentOutcome, Served
from ansible_collections.ucops.rollout.plugins.plugin_utils.assigning.former import Former
from ansible_collections.ucops.rollout.plugins.plugin_utils.assigning.http_sys import BindingOutcome
from ansible_collections.ucops.rollout.plugins.plugin_utils.deploying import assignments as module
from ansible_collections.ucops.rollout.plugins.plugin_utils.deploying.assignments import Assigner
from ansible_collections.ucops.rollout.plugins.plugin_utils.deploying.options import DeployOptions
from ansible_collections.ucops.rollout.plugins.plugin_utils.deploying.steps import ServerSteps

AB = "AB" * 20
BINDING = BindingOutcome("bound", "0.0.0.0:443", None, None, ChangeSet())
FRONT = AssignmentWork("front_end", "default", 5061, "10.0.0.11", 15061, "front_end", "pool.company.local")
PROXY = AssignmentWork("reverse_proxy", "public", 443, "10.0.0.11", 443, "by_hand", "www.company.com")
CMDLETS = AssignmentWork("front_end", "default", 5061, "10.0.0.11", 5061, "lync")


class Engines:
    """Stands for the engines of the ways; ``asked``: what each was told to do."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, state: str = "assigned", restart: bool = False) -> None:
        self.asked: list[Any] = []
        self.shaken: list[tuple[Any, ...]] = []
        self.outcome = replace(AssignmentOutcome(state, None, Served(None, ""), ChangeSet()), restart=restart)
        monkeypatch.setattr(module, "assign_component", self.component)
        monkeypatch.setattr(module, "assign_types", self.types)
        monkeypatch.setattr(module, "bring_service", self.service)
        monkeypatch.setattr(module, "shaking", lambda server, timeout: self.shake)

    def shake(self, *asked: Any) -> Handshake:
        self.shaken.append(asked)
        return Handshake("no_listener")

    def component(
        self, host: Any, wanted: Any, mode: str, *, shake: Any, check_mode: bool, keeper: Any = None
    ) -> AssignmentOutcome:
        self.asked.append((mode, wanted))
        shake(wanted.address, wanted.port, wanted.server)
        return self.outcome

    def types(self, host: Any, wanted: Any, options: Any, **more: Any) -> dict[str, Any]:
        self.asked.append(("cmdlets", wanted, options))
        services = [{"name": "RTCSRV", "state": "restarted"}, {"name": "RTCSRV", "state": "started"}]
        return {"results": {ID: {"assignment": {"changed": True}}}, "services": services}

    def service(self, services: Any, name: str, state: str, *, host: str, check_mode: bool) -> Any:
        self.asked.append((name, state))
        return ServiceResult()


class ServiceResult:
    @staticmethod
    def to_result() -> dict[str, Any]:
        return {"changed": True}


def assigner(*places: AssignmentWork, done: dict[str, Any] | None = None, **options: Any) -> Assigner:
    steps = ServerSteps({ID: {"thumbprint": AB, **(done or {})}})
    return Assigner(FakeServer().host, work(*places), DeployOptions(**options), steps, NOW)


def assign(one: Assigner) -> dict[str, Any]:
    one.assign(one.work.certificates[0])
    one.assign_by_cmdlets()
    return one.steps.of[ID]


def test_the_front_end_by_the_sites_command(monkeypatch: pytest.MonkeyPatch) -> None:
    engines = Engines(monkeypatch, restart=True)
    options = {"front_end": "command", "front_end_command": ("tool", "{thumbprint}"), "start_services": True}
    done = assign(assigner(FRONT, done={"install": {"changed": True}}, **options))
    (mode, wanted), service = engines.asked
    assert (mode, wanted.command, wanted.thumbprint) == ("command", ("tool", "{thumbprint}"), AB)
    assert (wanted.server, wanted.port, wanted.own_port, wanted.installed) == (NAME, 15061, 5061, True)
    assert service == ("RTCSRV", "restarted") and done["services"]["changed"]
    assert engines.shaken == [("10.0.0.11", 15061, NAME)]


@pytest.mark.parametrize("state", ["manual", "unknown"])
def test_no_service_starts_without_its_certificate(monkeypatch: pytest.MonkeyPatch, state: str) -> None:
    engines = Engines(monkeypatch, state)
    assert "services" not in assign(assigner(FRONT, start_services=True))
    assert [one[0] for one in engines.asked] == ["manual"] and not engines.asked[0][1].installed


def test_a_service_that_stands_is_started(monkeypatch: pytest.MonkeyPatch) -> None:
    engines = Engines(monkeypatch, "proved")
    one = assigner(FRONT, ocs="wmi", start_services=True, services=("A", "B"), assign_again=True)
    assign(one)
    assert [asked[:1] for asked in engines.asked] == [("wmi",), ("A",), ("B",)]
    assert engines.asked[0][1].installed and engines.asked[1] == ("A", "started")
    assert one.warnings[0].startswith("pool_certificates_ocs is wmi:") and assigner(FRONT).warnings == ()


def test_the_bindings_come_before_what_a_mark_is_kept_of(monkeypatch: pytest.MonkeyPatch) -> None:
    was, order = Former("command", "10.0.0.11:15061", "CD" * 20), []
    engines = Engines(monkeypatch)

    def component(host: Any, wanted: Any, mode: str, *, keeper: Any, **_more: Any) -> AssignmentOutcome:
        keeper.keep({wanted.thumbprint: [was]})
        order.append("component")
        return engines.outcome

    monkeypatch.setattr(module, "assign_component", component)
    monkeypatch.setattr(module, "bind", lambda *_told, **_more: order.append("binding") or BINDING)
    one = assigner(FRONT, WEB)
    assert list(assign(one)) == ["thumbprint", "binding", "assignment"]
    assert order == ["binding", "component"] and one.marks.of(Thumbprint(AB)) == (was,)
    order.clear()
    Engines(monkeypatch, "proved")  # nothing is changed, so nothing is kept
    assert list(assign(assigner(FRONT, WEB))) == ["thumbprint", "assignment", "binding"] and order == ["binding"]


def test_a_binding_that_fails_keeps_the_component_as_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    def component(host: Any, wanted: Any, mode: str, *, keeper: Any, **_more: Any) -> AssignmentOutcome:
        keeper.keep({wanted.thumbprint: []})
        raise AssertionError("the component is changed all the same")

    Engines(monkeypatch)
    monkeypatch.setattr(module, "assign_component", component)
    one = assigner(FRONT, WEB)
    with pytest.raises(RolloutError, match="is not in the store MY"):
        assign(one)
    assert one.steps.of[ID]["binding"]["failed"] and "assignment" not in one.steps.of[ID]


def test_by_hand_it_is_asked_for_by_name(monkeypatch: pytest.MonkeyPatch) -> None:
    engines = Engines(monkeypatch, "manual")
    done = assign(assigner(PROXY))
    assert list(done["by_hand"]) == ["reverse_proxy:443"]
    assert engines.shaken == [("10.0.0.11", 443, "www.company.com")]
    assert engines.asked[0][1].installed is False


def test_the_web_components(monkeypatch: pytest.MonkeyPatch) -> None:
    done = assign(assigner(WEB, web="manual"))["binding"]
    assert done == {
        "changed": False,
        "state": "manual",
        "steps": [
            f"On {NAME}, assign the certificate with the thumbprint {AB} to the web site of the Web Components in IIS,"
            " port 443."
        ],
    }
    with pytest.raises(RolloutError, match="is not in the store MY"):
        assign(assigner(WEB))


def test_what_the_cmdlets_assign_comes_in_one_go(monkeypatch: pytest.MonkeyPatch) -> None:
    engines = Engines(monkeypatch)
    done = assign(assigner(CMDLETS, start_services=True, oauth=True, effective_date="2026-12-01T22:00:00Z"))
    name, (wanted,), options = engines.asked[0]
    assert (name, wanted.id, wanted.thumbprint) == ("cmdlets", ID, AB)
    assert (options.oauth, options.effective, options.restarts) == (True, "2026-12-01T22:00:00Z", True)
    assert engines.asked[1:] == [("RTCSRV", "restarted"), ("RTCSRV", "started")]
    assert len(done["services"]["results"]) == 2 and done["assignment"] == {"changed": True}


def test_what_failed_half_way_is_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    Engines(monkeypatch)

    def half(*arguments: Any, **more: Any) -> Any:
        error = RolloutError("not all")
        error.result = {"results": {ID: {"assignment": {"changed": True, "after": {"Default": AB}}}}}
        raise error

    monkeypatch.setattr(module, "assign_types", half)
    one = assigner(CMDLETS)
    with pytest.raises(RolloutError, match="not all"):
        assign(one)
    assert one.steps.of[ID]["assignment"]["after"] == {"Default": AB}


def test_what_waits_is_not_assigned(monkeypatch: pytest.MonkeyPatch) -> None:
    engines = Engines(monkeypatch)
    assign(assigner(FRONT, WEB, PROXY, CMDLETS, done={"waiting": "for an officer"}))
    assert engines.asked == []


def test_a_server_that_nobody_logs_on_to_is_left_to_people(monkeypatch: pytest.MonkeyPatch) -> None:
    engines = Engines(monkeypatch)
    steps = ServerSteps({ID: {"thumbprint": AB, "request": {"bundle": "/tmp/x.pem"}}})
    one = Assigner(None, work(FRONT, CMDLETS), DeployOptions(), steps, NOW)
    assign(one)
    assert engines.asked == [] and steps.of[ID]["by_hand"]["front_end:5061"]["steps"][0].startswith("Bring /tmp/x.pem")
