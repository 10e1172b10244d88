"""A certificate is replaced on a Front End: proved, retired; or it does not serve, and the former one is back."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from actionkit import Rollout
from languagekit import LANGUAGES, begin
from sitekit import BY_COMMAND
from unit.fakes_windows import planned

from ansible_collections.ucops.rollout.plugins.action import (
    certificate_assign,
    certificate_install,
    certificate_prove,
    certificate_request,
    certificate_retire,
    http_binding,
)
from ansible_collections.ucops.rollout.plugins.plugin_utils.assigning.proving import NotProved
from ansible_collections.ucops.rollout.plugins.plugin_utils.winrm.service_state import bring_service
from ansible_collections.ucops.rollout.plugins.plugin_utils.winrm.services import WmiServices

pytestmark = pytest.mark.slow

SERVER = "ocssrv01"
COMMAND = ["C:\\Site\\AssignFrontEnd.exe", "/thumbprint:{thumbprint}"]
BINDING = "SYSTEM\\CurrentControlSet\\Services\\HTTP\\Parameters\\SslBindingInfo\\0.0.0.0:443"
RESTARTED = [{"name": "RTCSRV", "state": "restarted"}]


class FrontEnd(Rollout):
    """The steps of the role for one certificate of one Front End."""

    def __init__(self, estate: Any) -> None:
        super().__init__(estate)
        self.plan = planned()

    @property
    def work(self) -> dict[str, Any]:
        places = [("front_end", 5061, "front_end"), ("web_components", 443, "web_components")]
        address = self.estate.address(SERVER)
        assignments = [
            {"component": component, "use": "default", "port": port, "address": address,
             "reached_port": self.estate.port(port), "way": way, "name": ""}
            for component, port, way in places
        ]  # fmt: skip
        job = {"certificate": self.plan, "assignments": assignments, "ca_host": "ca01", "offline": False, "sharers": []}
        return {"fqdn": "ocssrv01.company.local", "certificates": [job], "without_ca": [], "logon": True}

    def bring(self, *renew: str) -> dict[str, Any]:
        """A certificate in the store, bound and assigned; the results by its id."""
        asked = self.run(certificate_request, SERVER, certificate=self.plan, renew=list(renew))
        thumbprint = asked["thumbprint"]
        if not thumbprint:
            issued = self.issued(self.plan, asked)
            brought = {"issued": issued["certificate"], "chain": issued["chain"]}
            thumbprint = self.run(certificate_install, SERVER, certificate=self.plan, **brought)["thumbprint"]
        wanted = {"certificate": self.plan, "thumbprint": thumbprint, "address": self.estate.address(SERVER)}
        ports = {"port": self.estate.port(5061), "own_port": 5061, "installed": True}
        binding = self.run(http_binding, SERVER, thumbprint=thumbprint)
        assignment = self.run(certificate_assign, SERVER, mode="command", command=COMMAND, **wanted, **ports)
        return {self.plan["id"]: {"thumbprint": thumbprint, "binding": binding, "assignment": assignment}}

    def start(self) -> None:
        with self.host(SERVER) as host:
            services = WmiServices(host.wmi, host=SERVER, timeout=20)
            bring_service(services, "RTCSRV", "restarted", host=SERVER)

    def prove(self, held: dict[str, Any], **more: Any) -> dict[str, Any]:
        """The task, whose logon is this one's."""
        action = certificate_prove.ActionModule.__new__(certificate_prove.ActionModule)
        action.open_host = lambda: self.host(SERVER)
        filled = {key: option.get("default") for key, option in action.argument_spec.items()}
        given = {"work": self.work, "held": held, "services": RESTARTED, "command": COMMAND, "wait": 2.0, **more}
        told: dict[str, Any] = action._answer({**filled, **given}, False)
        return told

    def state(self) -> dict[str, Any]:
        return self.estate.state()["hosts"][SERVER]

    def bound(self) -> str:
        return next(value["data"] for key, value in self.state()["registry"][BINDING].items() if key == "SslCertHash")


@pytest.fixture(params=LANGUAGES)
def front_end(tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[FrontEnd]:
    with begin("origin", tmp_path, request.param, BY_COMMAND) as estate:
        yield FrontEnd(estate)


def test_replaced_proved_and_removed_with_its_key(front_end: FrontEnd) -> None:
    first = front_end.bring()
    front_end.start()
    old = first[front_end.plan["id"]]["thumbprint"]
    held = front_end.bring(old)
    front_end.start()
    new = held[front_end.plan["id"]]["thumbprint"]
    assert new != old
    proved = front_end.prove(held)
    assert (proved["state"], [one["state"] for one in proved["ports"]]) == ("proved", ["shown", "shown"])
    archived = front_end.run(certificate_retire, SERVER, work=front_end.work, held=held, way="archive")
    assert [(one["thumbprint"], one["state"]) for one in archived["retired"]] == [(old, "archived")]
    removed = front_end.run(certificate_retire, SERVER, work=front_end.work, held=held, way="remove")
    assert [(one["thumbprint"], one["state"], one["key"]) for one in removed["retired"]] == [
        (old, "removed", "deleted")
    ]
    state = front_end.state()
    assert state["front_end"]["serving"] == new
    files = [path for path in state["files"] if "\\machinekeys\\" in path.casefold()]
    assert len(files) == 1
    again = front_end.run(certificate_retire, SERVER, work=front_end.work, held=held, way="remove")
    assert (again["changed"], again["retired"]) == (False, [])
    assert front_end.bring(old)[front_end.plan["id"]]["thumbprint"] == new


def test_one_that_does_not_serve_gives_way_to_the_former(front_end: FrontEnd) -> None:
    first = front_end.bring()
    front_end.start()
    old = first[front_end.plan["id"]]["thumbprint"]
    before = front_end.state()
    front_end.estate.order("front_end", SERVER, "deny_keys", but=[old])
    held = front_end.bring(old)
    front_end.start()
    assert front_end.state()["front_end"]["serving"] == ""
    with pytest.raises(NotProved) as refused:
        front_end.prove(held)
    result, after = refused.value.result, front_end.state()
    assert (result["state"], after["front_end"]["serving"], after["front_end"]["assigned"]) == ("restored", old, old)
    assert after["registry"][BINDING] == before["registry"][BINDING]
    assert "the former certificate is assigned again" in str(refused.value)
    with pytest.raises(NotProved) as refused:
        front_end.prove(held, broken="the service RTCSRV is not Running")
    assert refused.value.result["state"] == "restored"
