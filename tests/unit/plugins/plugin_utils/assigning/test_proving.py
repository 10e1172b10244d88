"""What was assigned is proved by handshakes; where that fails, the former certificate is back, or the run says not."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

import pytest
from unit.fakes_windows import DER, FakeServer, NoWmi, authority, certificate, key_info

from ansible_collections.ucops.rollout.plugins.module_utils import waiting
from ansible_collections.ucops.rollout.plugins.module_utils.errors import RolloutError
from ansible_collections.ucops.rollout.plugins.module_utils.proof.tls_wire import Handshake
from ansible_collections.ucops.rollout.plugins.module_utils.values import Thumbprint
from ansible_collections.ucops.rollout.plugins.plugin_utils.assigning import http_sys, proving
from ansible_collections.ucops.rollout.plugins.plugin_utils.assigning.command import CommandAssignment
from ansible_collections.ucops.rollout.plugins.plugin_utils.assigning.endpoints import BINDINGS
from ansible_collections.ucops.rollout.plugins.plugin_utils.assigning.former import Former
from ansible_collections.ucops.rollout.plugins.plugin_utils.assigning.lync import ServiceStep
from ansible_collections.ucops.rollout.plugins.plugin_utils.assigning.proving import (
    Assigned,
    NotProved,
    Patience,
    Port,
    look_until,
    prove,
)
from ansible_collections.ucops.rollout.plugins.plugin_utils.winrm.wmi_port import WmiObject

CA = authority()
OLD, NEW = certificate(CA, days=5), certificate(CA)
OLD_DER, NEW_DER = OLD.public_bytes(DER), NEW.public_bytes(DER)
EVERYWHERE = "0.0.0.0:443"
KEY = f"{BINDINGS}\\{EVERYWHERE}"
LISTENING = b"  TCP    0.0.0.0:443    0.0.0.0:0    ABH\xd6REN\r\n  TCP    0.0.0.0:5985    0.0.0.0:0    ABH\xd6REN\r\n"
DEAF = b"  TCP    0.0.0.0:5985    0.0.0.0:0    ABH\xd6REN\r\n"

Shown = Callable[[], "bytes | str"]


class ServicesWmi(NoWmi):
    """Services that do what they are told, but for those that will not start."""

    def __init__(self) -> None:
        self.states = {"RTCSRV": "Running"}
        self.ordered: list[str] = []
        self.broken = False

    def query(self, namespace: str, wql: str) -> tuple[WmiObject, ...]:  # type: ignore[override]
        name = wql.rpartition("=")[2].strip("'\"")
        return (WmiObject("Win32_Service", {"Name": name, "State": self.states[name]}),)

    def invoke(self, namespace: str, kind: str, method: str, parameters: Any, selectors: Any) -> WmiObject:  # type: ignore[override]
        self.ordered.append(method)
        if method == "StartService" and self.broken:
            return WmiObject("x", {"ReturnValue": "8"})
        self.states[selectors["Name"]] = "Running" if method == "StartService" else "Stopped"
        return WmiObject("x", {"ReturnValue": "0"})


class Site:
    """A server whose Web Components have the new certificate bound since this run, and handshakes as told."""

    def __init__(self) -> None:
        self.server = FakeServer()
        self.old = self.server.put("MY", OLD, key_info("c1"))
        self.new = self.server.put("MY", NEW, key_info("c2"))
        self.server.registry.set(KEY, "SslCertHash", bytes.fromhex(self.old))
        self.server.registry.set(KEY, "SslCertStoreName", "MY")
        self.server.registry.set(KEY, "DefaultFlags", 2)
        self.server.registry.set(KEY, "DefaultSslCertCheckMode", 1)
        self.outcome = http_sys.bind(self.server.host, EVERYWHERE, Thumbprint(self.new))
        self.server.programs.handlers["netstat"] = lambda words: (0, self.netstat.decode("cp850"))
        self.netstat = LISTENING
        self.wmi = ServicesWmi()
        self.opened = 0
        self.now = 0.0
        self.shown: Shown = lambda: NEW_DER

    @property
    def bound(self) -> str:
        return self.server.registry.values.get(KEY, {}).get("SslCertHash", b"").hex().upper()

    @contextmanager
    def open(self) -> Iterator[Any]:
        self.opened += 1
        yield replace(self.server.host, wmi=self.wmi)

    def assigned(self, **changes: Any) -> Assigned:
        port = Port(
            "fe/default", "web_components", "10.0.0.11", 443, 443, Thumbprint(self.new), "", Thumbprint(self.old)
        )
        return replace(Assigned("fe01.company.local", (port,), self.outcome.former), **changes)

    def shake(self, address: str, port: int, name: str) -> Handshake:
        shown = self.shown()
        if isinstance(shown, bytes):
            return Handshake("ok", (shown,))
        return Handshake(shown, detail="nobody answered")

    def prove(self, assigned: Assigned | None = None) -> dict[str, Any]:
        def sleep(seconds: float) -> None:
            self.now += seconds

        patience = Patience(5, 10, clock=lambda: self.now, sleep=sleep)
        return prove(self.open, assigned or self.assigned(), shake=self.shake, patience=patience).to_result()


@pytest.fixture
def site() -> Site:
    return Site()


def as_bound(site: Site) -> Shown:
    return lambda: NEW_DER if site.bound == site.new else OLD_DER


def refusal(site: Site, assigned: Assigned | None = None) -> NotProved:
    with pytest.raises(NotProved) as caught:
        site.prove(assigned)
    return caught.value


def test_what_shows_it_is_proved_without_a_logon(site: Site) -> None:
    told = site.prove()
    assert (told["state"], told["changed"], told["restored"]) == ("proved", False, [])
    assert [(one["place"], one["state"], one["shown"]) for one in told["ports"]] == [
        ("10.0.0.11:443", "shown", site.new)
    ]
    assert (site.opened, site.now, site.bound) == (0, 0, site.new)


def test_a_service_may_take_its_time(site: Site) -> None:
    site.shown = lambda: NEW_DER if site.now > 3 else "no_listener"
    assert (site.prove()["state"], site.opened) == ("proved", 0)


def test_where_no_port_is_to_show_it_yet_nothing_is_proved(site: Site) -> None:
    assert (site.prove(site.assigned(ports=()))["state"], site.opened) == ("unproved", 0)


@pytest.mark.parametrize("shown", [lambda: "broken_off", lambda: "no_certificate", lambda: OLD_DER])
def test_the_former_binding_comes_back_with_its_settings(site: Site, shown: Shown) -> None:
    site.shown = lambda: OLD_DER if site.bound == site.old else shown()
    if shown() == OLD_DER:
        site.shown = lambda: OLD_DER
    error = refusal(site)
    result = error.result
    assert (result["state"], result["changed"], site.bound) == ("restored", True, site.old)
    assert result["restored"] == [{"place": EVERYWHERE, "before": site.old, "after": site.old, "state": "not_changed"}]
    values = site.server.registry.values[KEY]
    assert (values["DefaultFlags"], values["DefaultSslCertCheckMode"]) == (2, 1)
    assert f"{site.new} does not serve: 10.0.0.11:443 shows" in str(error)
    assert f"the former certificate is assigned again: {EVERYWHERE} names {site.old}" in str(error)
    assert f"10.0.0.11:443 shows {site.old}" in str(error)


def test_a_port_out_of_reach_on_which_the_server_listens_is_no_failure(site: Site) -> None:
    site.shown = lambda: "timeout"
    told = site.prove()
    assert (told["state"], told["ports"][0]["state"], site.bound) == ("unproved", "unseen", site.new)


def test_a_port_on_which_nothing_listens_is_one(site: Site) -> None:
    site.netstat = DEAF
    site.shown = lambda: OLD_DER if site.bound == site.old else "no_listener"
    assert refusal(site).result["state"] == "restored"
    assert site.bound == site.old


@pytest.mark.parametrize("state", ["not_tls", "no_common_cipher", "client_certificate", "not_possible_here"])
def test_what_says_nothing_of_the_certificate_undoes_nothing(site: Site, state: str) -> None:
    site.shown = lambda: state
    assert (site.prove()["state"], site.bound) == ("unproved", site.new)


def test_another_binding_that_answers_was_told_and_undoes_nothing(site: Site) -> None:
    site.shown = lambda: certificate(CA, "crm.company.com").public_bytes(DER)
    (port,) = site.assigned().ports
    told = site.prove(site.assigned(ports=(replace(port, shadowed=True),)))
    assert (told["state"], told["ports"][0]["state"], site.bound) == ("unproved", "other", site.new)


def test_a_binding_that_was_not_there_is_deleted(site: Site) -> None:
    site.shown = lambda: "broken_off"
    first = Former("http_sys", EVERYWHERE, "", "ipport", "")
    (port,) = site.assigned().ports
    error = refusal(site, site.assigned(former=(first,), ports=(replace(port, former=None),)))
    assert (site.bound, error.result["state"]) == ("", "restored")


def test_a_former_certificate_that_is_gone_is_told_with_what_stands(site: Site) -> None:
    site.shown = lambda: "broken_off"
    del site.server.registry.values[f"SOFTWARE\\Microsoft\\SystemCertificates\\MY\\Certificates\\{site.old}"]
    error = refusal(site)
    assert (error.result["state"], site.bound) == ("not_restored", site.new)
    assert "AND THE FORMER CERTIFICATE IS NOT BACK" in str(error)
    assert f"certificate {site.old} is not in the store" in str(error)
    assert f"{EVERYWHERE} names {site.new}" in str(error)


def test_a_service_that_did_not_come_back(site: Site) -> None:
    site.wmi.states["RTCSRV"] = "Stopped"
    site.shown = as_bound(site)
    broken = site.assigned(services=(ServiceStep("RTCSRV", "restarted"),), broken="the service RTCSRV is not Running")
    error = refusal(site, broken)
    assert "the new certificate does not serve: the service RTCSRV is not Running" in str(error)
    assert (error.result["state"], site.bound, site.wmi.states) == ("restored", site.old, {"RTCSRV": "Running"})


def test_a_service_that_does_not_start_again_either(site: Site) -> None:
    site.wmi.states["RTCSRV"], site.wmi.broken = "Stopped", True
    broken = site.assigned(services=(ServiceStep("RTCSRV", "restarted"),), broken="it failed")
    error = refusal(site, broken)
    assert (error.result["state"], site.bound) == ("not_restored", site.old)
    assert "StartService was refused" in str(error)


def test_the_sites_command_is_run_with_the_former_certificate(site: Site) -> None:
    ran: list[list[str]] = []
    site.server.programs.handlers["assign.exe"] = lambda words: (ran.append(words), (0, ""))[1]
    site.shown = lambda: OLD_DER if ran else "broken_off"
    wanted = CommandAssignment(
        None, "fe01.company.local", "pool.company.local", "front_end", "default", "10.0.0.11", 5061, 5061,
        ("assign.exe", "{thumbprint}", "{server}"),
    )  # fmt: skip
    former = (Former("command", "10.0.0.11:5061", site.old),)
    error = refusal(site, site.assigned(former=former, commanded=wanted))
    assert ran == [[site.old, "fe01.company.local"]]
    assert error.result["state"] == "restored"


def test_a_lost_connection_is_told_and_not_taken_for_a_return(site: Site) -> None:
    site.shown = lambda: "broken_off"

    def lost(words: list[str]) -> tuple[int, str]:
        raise RolloutError("the connection is gone")

    site.server.programs.handlers["netsh"] = lost
    error = refusal(site)
    assert (error.result["state"], site.bound) == ("not_restored", site.new)
    assert "the connection is gone" in str(error)


def test_ports_that_show_it_are_asked_once(site: Site) -> None:
    asked: list[int] = []

    def shake(address: str, port: int, name: str) -> Handshake:
        asked.append(port)
        return Handshake("ok", (NEW_DER if port == 443 else OLD_DER,))

    (port,) = site.assigned().ports
    patience = Patience(2, clock=lambda: site.now, sleep=lambda seconds: setattr(site, "now", site.now + seconds))
    seen = look_until((port, replace(port, port=4443)), shake, patience)
    assert [one.state for one in seen] == ["shown", "other"]
    assert asked == [443, 4443, 4443, 4443]


def test_whoever_watches_is_told_which_port_is_waited_for(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    lines: list[str] = []
    monkeypatch.setattr(waiting, "_telling", [lines.append])
    patience = Patience(6, clock=lambda: site.now, sleep=lambda seconds: setattr(site, "now", site.now + seconds))
    look_until(site.assigned().ports, lambda *_asked: Handshake("refused", detail="nobody answered"), patience)
    assert lines == [
        "Waiting for 1 of 1 port to show the certificate (10.0.0.11:443 shows no certificate (nobody answered)):"
        " 3 seconds more at most"
    ]


def test_what_a_way_says_starts_anew_only_where_services_may(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    """A run that was cut off has started the service, and this one has not."""
    needed = (ServiceStep("RTCSRV", "restarted"),)
    monkeypatch.setitem(proving._RESTORE, "cmdlets", lambda host, former: needed)
    monkeypatch.setitem(proving._READ, "cmdlets", lambda host, former: {"Default": site.old})
    former = (Former("cmdlets", "Default", site.old),)
    site.shown = lambda: OLD_DER if "StartService" in site.wmi.ordered else "broken_off"
    assert refusal(site, site.assigned(former=former)).result["state"] == "not_restored"
    assert site.wmi.ordered == []
    assert refusal(site, site.assigned(former=former, restarts=True)).result["state"] == "restored"
    assert site.wmi.ordered == ["StopService", "StartService"]
