"""The scripts for the cmdlets of Lync and its successors, on a Front End of the lab, unchanged."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from lab_tests.scripts import certificate, cs_host, cs_lab
from lab_tests.windows import Lab
from languagekit import in_every_language
from scriptkit import LabPowerShell
from unit.fakes_windows import FakeServer

from ansible_collections.ucops.rollout.plugins.module_utils.proof.tls_wire import Handshake
from ansible_collections.ucops.rollout.plugins.module_utils.values import Thumbprint
from ansible_collections.ucops.rollout.plugins.plugin_utils.assigning.lync import (
    CsEndpoint,
    CsOptions,
    CsWanted,
    NotAssigned,
    assign_types,
)
from lab.roles.cs_server import CsServer

TYPES = ("Default", "WebServicesInternal", "WebServicesExternal")


@contextmanager
def front_end(directory: Path, language: str, **server: Any) -> Iterator[tuple[Lab, CsServer, str]]:
    host = cs_host("fe01", "10.0.0.50", "2019", product="sfb2019", role="front_end", **server)
    lab = cs_lab(directory, {**host, "language": language})
    machine = lab.machine("fe01")
    server_role = machine.role(CsServer)
    assert server_role is not None
    server_role.start()
    try:
        yield lab, server_role, certificate(machine, "fe01.company.local")
    finally:
        server_role.stop()


def work(lab: Lab, name: str, *, check_mode: bool = False) -> dict[str, Any]:
    host = replace(FakeServer("fe01").host, powershell=LabPowerShell(lab, "fe01"))
    wanted = CsWanted("fe01/default", Thumbprint(name), tuple(CsEndpoint(type, "", 0) for type in TYPES))

    def nobody(address: str, port: int, server: str) -> Handshake:
        raise AssertionError("no address was given")

    return assign_types(host, [wanted], CsOptions(restarts=True), shake=nobody, check_mode=check_mode)


@in_every_language
def test_a_front_end_is_assigned_and_then_nothing_is_to_do(tmp_path: Path, language: str) -> None:
    with front_end(tmp_path, language) as (lab, server, name):
        planned = work(lab, name, check_mode=True)
        assert (planned["changed"], server.assigned) == (True, {})
        done = work(lab, name)
        assert done["changed"] is True
        assert {type: held.thumbprint for type, held in server.assigned.items()} == dict.fromkeys(TYPES, name)
        assert done["services"][0] == {"name": "RTCSRV", "state": "restarted"}
        assert work(lab, name)["changed"] is False


@in_every_language
def test_one_that_stops_half_way_is_told_and_mended(tmp_path: Path, language: str) -> None:
    with front_end(tmp_path, language, misbehave=["no_https_binding"]) as (lab, server, name):
        with pytest.raises(NotAssigned, match=r"Https binding not found on the website\."):
            work(lab, name)
        assert server.assigned == {}
        server.settings["misbehave"] = []
        assert work(lab, name)["changed"] is True
