"""A server's assignments are proved in the run that made them; where that fails, the steps tell what stands then."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from unit.audits import ID, WEB, work
from unit.fakes_windows import DER, FakeServer, authority, certificate, key_info

from ansible_collections.ucops.rollout.plugins.module_utils.errors import RolloutError
from ansible_collections.ucops.rollout.plugins.module_utils.proof.tls_wire import Handshake
from ansible_collections.ucops.rollout.plugins.module_utils.values import Thumbprint
from ansible_collections.ucops.rollout.plugins.plugin_utils.assigning import command, http_sys
from ansible_collections.ucops.rollout.plugins.plugin_utils.assigning.proving import NotProved
from ansible_collections.ucops.rollout.plugins.plugin_utils.deploying.assignments import Assigner
from ansible_collections.ucops.rollout.plugins.plugin_utils.deploying.options import DeployOptions
from ansible_collections.ucops.rollout.plugins.plugin_utils.deploying.proof import Proof
from ansible_collections.ucops.rollout.plugins.plugin_utils.deploying.steps import ServerSteps

CA = authority()
OLD, NEW = certificate(CA, days=5), certificate(CA)
EVERYWHERE = "0.0.0.0:443"


class Site:
    """A server whose binding this run has changed; ``shown``: what its port shows."""

    def __init__(self) -> None:
        self.server = FakeServer()
        self.old = self.server.put("MY", OLD, key_info("c1"))
        self.new = self.server.put("MY", NEW, key_info("c2"))
        http_sys.bind(self.server.host, EVERYWHERE, Thumbprint(self.old))
        binding = http_sys.bind(self.server.host, EVERYWHERE, Thumbprint(self.new)).to_result()
        self.steps = ServerSteps()
        self.steps.note(ID, thumbprint=self.new, binding=binding)
        self.shown: Any = NEW

    def proof(self, **options: Any) -> Proof:
        wanted = DeployOptions(prove_wait=0, **options)
        return Proof(self.server.host, Assigner(self.server.host, work(WEB), wanted, self.steps))

    @property
    def bound(self) -> str:
        return http_sys.HttpBindings(self.server.host).get(http_sys.BindingPlace("ipport", EVERYWHERE)).thumbprint


@pytest.fixture
def site(monkeypatch: pytest.MonkeyPatch) -> Iterator[Site]:
    found = Site()

    def probe(address: str, port: int, name: str, timeout: float) -> Handshake:
        shown = OLD if found.bound == found.old else found.shown
        return Handshake("ok", (shown.public_bytes(DER),)) if shown else Handshake("broken_off", detail="cut")

    monkeypatch.setattr(command, "probe", probe)
    yield found


def test_proved_and_kept_with_the_steps(site: Site) -> None:
    site.proof().prove()
    assert (site.steps.of[ID]["proof"]["state"], site.bound) == ("proved", site.new)


def test_what_failed_is_back_and_the_steps_tell_what_the_place_names_now(site: Site) -> None:
    site.shown = None
    with pytest.raises(NotProved, match="does not serve"):
        site.proof().prove()
    assert site.bound == site.old
    assert site.steps.of[ID]["binding"]["assigned"] == [
        {"place": EVERYWHERE, "before": site.old, "after": site.old, "state": "not_changed"}
    ]
    assert site.steps.of[ID]["proof"]["state"] == "restored"


def test_an_error_of_another_kind_brings_nothing_back(site: Site) -> None:
    with pytest.raises(RolloutError, match="^the CA is gone"), site.proof().brings_back():
        raise RolloutError("the CA is gone")
    assert site.bound == site.new


def test_a_service_that_does_not_come_back_brings_the_former_back(site: Site) -> None:
    site.steps.note(ID, services={"changed": True, "results": [{"failed": True}]})
    with pytest.raises(NotProved, match="does not serve: RTCSRV does not start"), site.proof().brings_back():
        raise RolloutError("RTCSRV does not start")
    assert site.bound == site.old


def test_where_nothing_was_replaced_nothing_is_asked(site: Site) -> None:
    site.shown = None
    binding = {**site.steps.of[ID]["binding"], "former": []}
    site.steps.note(ID, binding=binding)
    site.proof().prove()
    assert "proof" not in site.steps.of[ID]


def test_retired_only_where_the_site_wants_that(site: Site) -> None:
    site.proof().retire()
    assert "retired" not in site.steps.of[ID]
    checked = site.proof(retire="remove")
    replace(checked, assigner=replace(checked.assigner, check_mode=True)).retire()
    (told,) = site.steps.of[ID]["retired"]["retired"]
    assert (told["thumbprint"], told["state"]) == (site.old, "would_remove")
