"""Real DNS servers, each started once for all tests of a worker that ask for it."""

from __future__ import annotations

import importlib
from collections.abc import Iterator

import dnskit
import pytest
from proofkit import dnsservers, samba
from unit import dns_cases

from ansible_collections.ucops.rollout.plugins.module_utils import seam_gssapi
from ansible_collections.ucops.rollout.plugins.module_utils.dns import gss_tsig


@pytest.fixture(scope="session")
def bind(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dnskit.Bind]:
    zones = {dns_cases.ZONE: "dc01 A 10.0.0.5\n", dns_cases.OTHER: ""}
    with dnsservers.named(tmp_path_factory.mktemp("bind"), zones, more=dnskit.KEY, each=dnskit.BY_KEY) as port:
        yield dnskit.Bind("127.0.0.1", port, list(zones))


@pytest.fixture(scope="session")
def controller(tmp_path_factory: pytest.TempPathFactory) -> Iterator[samba.Controller]:
    with samba.controller(tmp_path_factory.mktemp("samba")) as found:
        yield found


@pytest.fixture(scope="session")
def library(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    found = samba.gssapi(tmp_path_factory.mktemp("gssapi"))
    for part in ("exceptions", "raw"):
        importlib.import_module(f"gssapi.{part}")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(seam_gssapi, "IMPORT_ERROR", None)
        patch.setattr(gss_tsig, "gssapi", found)
        yield


@pytest.fixture
def dc01(controller: samba.Controller, library: None, monkeypatch: pytest.MonkeyPatch) -> samba.Controller:
    for name, value in controller.environment.items():
        monkeypatch.setenv(name, value)
    return controller


@pytest.fixture(scope="session")
def domain(controller: samba.Controller, library: None) -> dnskit.Samba:
    """The zone of that controller, signed for as a session of its own."""
    with pytest.MonkeyPatch.context() as patch:
        for name, value in controller.environment.items():
            patch.setenv(name, value)
        return dnskit.Samba(controller)
