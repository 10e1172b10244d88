"""All that a server has assigned, holds and serves: read in every way, and what cannot be read told there alone."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest
from unit.audits import CA, ENDED, FRONT_END, GOOD, STRANGE, WEB, place, work
from unit.fakes_windows import DER, NOW, FakeServer, NoWmi, authority, certificate, hashes_sha1, key_info

from ansible_collections.ucops.rollout.plugins.module_utils.auditing.certificates import IN_OCS, compare
from ansible_collections.ucops.rollout.plugins.module_utils.auditing.present import PresentAssignment, ServerState
from ansible_collections.ucops.rollout.plugins.module_utils.certificates.x509 import X509Certificate, parse_certificate
from ansible_collections.ucops.rollout.plugins.module_utils.errors import RolloutError
from ansible_collections.ucops.rollout.plugins.module_utils.plan.server_work import ServerWork
from ansible_collections.ucops.rollout.plugins.module_utils.proof.tls_wire import Handshake
from ansible_collections.ucops.rollout.plugins.plugin_utils.assigning.ocs import COMPONENTS
from ansible_collections.ucops.rollout.plugins.plugin_utils.assigning.present import read_server, see_ports
from ansible_collections.ucops.rollout.plugins.plugin_utils.winrm.faults import HostUnreachable
from ansible_collections.ucops.rollout.plugins.plugin_utils.winrm.powershell_port import PowerShell, Script
from ansible_collections.ucops.rollout.plugins.plugin_utils.winrm.wmi_port import WmiObject

HTTP = "SYSTEM\\CurrentControlSet\\Services\\HTTP\\Parameters"
EVERYWHERE = f"{HTTP}\\SslBindingInfo\\0.0.0.0:443"
SFB: dict[str, Any] = {
    "name_reasons": {"ocspool.company.local": [{"rule": "sfb2019.pool", "purpose": "x", "source": "x", "mark": "S"}]}
}
DEFAULT, EXTERNAL = place("front_end", 5061, "lync"), place("web_external", 4443, "lync")


class OcsWmi(NoWmi):
    """One listener that names a certificate, and a routing setting that names none."""

    def __init__(self, of: X509Certificate) -> None:
        number = of.serial_number
        octets = number.to_bytes((number.bit_length() + 7) // 8, "little")
        issuer, serial = (tuple(map(str, one)) for one in (of.issuer_der, octets))
        self.rows: dict[str, dict[str, Any]] = {
            "MSFT_SIPListeningAddressData": {
                "InstanceID": "{0A}", "Port": "5061", "TLSCertIssuer": issuer, "TLSCertSN": serial,
            },
            "MSFT_SIPRoutingSetting": {"InstanceID": "{0B}", "TLSCertIssuer": None, "TLSCertSN": None},
        }  # fmt: skip

    def query(self, namespace: str, wql: str) -> tuple[WmiObject, ...]:
        name = wql.removeprefix("SELECT * FROM ")
        return (WmiObject(name, self.rows[name]),) if name in self.rows else super().query(namespace, wql)


class Cmdlets(PowerShell):
    """Answers what it was made with; ``asked``: what it was asked with."""

    def __init__(self, answer: Mapping[str, Any] | RolloutError) -> None:
        self.answer, self.asked = answer, [dict[str, str]()]

    def run(self, script: Script, values: Mapping[str, str], *, timeout: float) -> Mapping[str, Any]:
        self.asked.append(dict(values))
        if isinstance(self.answer, RolloutError):
            raise self.answer
        return self.answer


def listed(**assigned: str) -> dict[str, Any]:
    return {"list": [{"Use": type, "Thumbprint": name} for type, name in assigned.items()], "errors": []}


def server(*held: X509Certificate, listens: tuple[int, ...] = (5985,), version: str = "6.1") -> FakeServer:
    made = FakeServer(version=version)
    made.put("Root", CA.certificate)
    for one in held:
        made.put("MY", one.parsed, key_info())
    rows = "\n".join(f"  TCP    0.0.0.0:{port}   0.0.0.0:0   LISTENING" for port in listens)
    made.programs.handlers["netstat"] = lambda words: (0, rows)
    return made


def bind(on: FakeServer, of: X509Certificate, text: str = "0.0.0.0:443", kind: str = "SslBindingInfo") -> None:
    on.registry.set(f"{HTTP}\\{kind}\\{text}", "SslCertHash", bytes.fromhex(of.thumbprint))


def read(on: FakeServer, wanted: ServerWork, served: Mapping[int, Any] | None = None, **ports: Any) -> ServerState:
    """``served``: port to certificate, or to a sentence."""

    def shake(address: str, port: int, name: str) -> Handshake:
        assert address == "10.0.0.11"
        seen = (served or {}).get(port, "nobody answers")
        return Handshake("no_listener", detail=seen) if isinstance(seen, str) else Handshake("ok", (seen.der,))

    return read_server(replace(on.host, **ports), wanted, shake=shake, now=NOW)


def test_a_front_end_of_ocs() -> None:
    on = server(GOOD, STRANGE, listens=(5985, 443))
    bind(on, GOOD)
    bind(on, STRANGE, "crm.company.com:443", "SslSniBindingInfo")
    state = read(on, work(FRONT_END, WEB), {5061: GOOD}, wmi=OcsWmi(GOOD))
    assert state.assignments == (
        PresentAssignment("ocs", "MSFT_SIPListeningAddressData {0A}", ("front_end", "director"), 5061, GOOD.thumbprint),
        PresentAssignment("http_sys", "0.0.0.0:443", ("web_components",), 443, GOOD.thumbprint),
        PresentAssignment("http_sys", "crm.company.com:443", (), 443, STRANGE.thumbprint),
    )
    assert [(one.thumbprint, one.key is not None, one.exportable, one.chain_problem) for one in state.store] == [
        (GOOD.thumbprint, True, None, ""),
        (STRANGE.thumbprint, True, None, ""),
    ]
    assert state.served["10.0.0.11:5061"].certificate == GOOD
    silent = state.served["10.0.0.11:443"]
    assert (silent.certificate, silent.detail, silent.listens) == (None, "10.0.0.11:443: nobody answers", True)
    assert dict(state.unread) == {}
    assert [words[0] for words in on.programs.ran] == ["netstat"]


def test_waiting_keys_and_roots() -> None:
    on = server(GOOD, version="6.2")
    on.put("REQUEST", STRANGE.parsed, key_info())
    policy = "SOFTWARE\\Policies\\Microsoft\\SystemCertificates"
    on.put("Root", STRANGE.parsed, location=policy)
    on.registry.set("SYSTEM\\CurrentControlSet\\Control\\SecurityProviders\\SCHANNEL", "SendTrustedIssuerList", 1)
    found = read(on, work(FRONT_END))
    assert [(one.thumbprint, one.key is not None) for one in found.waiting] == [(STRANGE.thumbprint, True)]
    assert [(one.place, one.thumbprint) for one in found.roots.certificates] == [
        (f"{policy}\\Root", STRANGE.thumbprint),
        ("SOFTWARE\\Microsoft\\SystemCertificates\\Root", hashes_sha1(CA.certificate.public_bytes(DER)).hex().upper()),
    ]
    assert found.roots.refuses_strangers and found.roots.sends_list
    (held,) = found.store
    assert [one.common_name for one in held.issuers] == ["Company CA"]


def test_what_a_listener_names_and_the_store_lacks_is_told_by_its_number() -> None:
    state = read(server(), work(FRONT_END), {5061: GOOD}, wmi=OcsWmi(GOOD))
    (one,) = state.assignments
    assert one.thumbprint == "" and one.told.startswith("it names a certificate whose serial number is ")


def test_a_server_with_the_cmdlets() -> None:
    on = server(GOOD, ENDED)
    bind(on, GOOD, "[::]:444")
    answer = {
        "module": "SkypeForBusiness",
        "machine": listed(Default=GOOD.thumbprint.lower()),
        "global": listed(OAuthTokenIssuer=STRANGE.thumbprint),
        "refused": {"WebServicesExternal": {"id": "X", "type": "Y", "text": f"nicht vertraut: {ENDED.thumbprint}"}},
        "store": [{"thumbprint": GOOD.thumbprint, "exportable": "False"}, {"thumbprint": ENDED.thumbprint}],
    }
    cmdlets = Cmdlets(answer)
    state = read(on, work(DEFAULT, EXTERNAL, **SFB), {5061: GOOD, 4443: ENDED}, powershell=cmdlets)
    assert cmdlets.asked[1:] == [{"KEYS": "*", "TYPES": "Default,WebServicesExternal"}]
    told = {one.place: (one.thumbprint, ENDED.thumbprint in one.told) for one in state.assignments}
    assert told == {
        "OAuthTokenIssuer": (STRANGE.thumbprint, False),
        "Default": (GOOD.thumbprint, False),
        "WebServicesExternal": (ENDED.thumbprint, True),
        "[::]:444": (GOOD.thumbprint, False),
    }
    assert {one.thumbprint: one.exportable for one in state.store} == {GOOD.thumbprint: False, ENDED.thumbprint: None}
    assert dict(state.unread) == {}


DENIED = {"id": "SqlConnectionFailed,X", "type": "System.Data.SqlClient.SqlException", "text": "kein Zugriff"}
UNTRUSTED = {"id": "ProcessRecord,X", "type": "X.NotFound", "text": f"nicht vertraut: {ENDED.thumbprint}"}


@pytest.mark.parametrize(
    ("errors", "refused", "verdicts"),
    [
        # An error of rights of one type, and the same of another kind.
        ([DENIED], {"WebServicesExternal": DENIED}, ("as_planned", "not_read")),
        ([UNTRUSTED], {"WebServicesExternal": UNTRUSTED}, ("as_planned", "differs")),
        # One that no type repeats, beside one that is of a type.
        ([DENIED, UNTRUSTED], {"Default": UNTRUSTED}, ("differs", "not_read")),
        ([UNTRUSTED], {"Default": UNTRUSTED}, ("differs", "missing")),
        ([DENIED], {}, ("not_read", "not_read")),
    ],
)
def test_a_type_that_may_not_be_read_is_neither_missing_nor_wrong(
    errors: list[Any], refused: dict[str, Any], verdicts: tuple[str, str]
) -> None:
    held = {} if "Default" in refused or not refused else {"Default": GOOD.thumbprint}
    other = {"WebServicesInternal": GOOD.thumbprint}
    machine = {**listed(**held, **other), "errors": errors}
    answer = {"module": "Lync", "machine": machine, "global": listed(), "refused": refused}
    wanted = work(DEFAULT, EXTERNAL, **SFB)
    state = read(server(GOOD), wanted, {5061: GOOD, 4443: "silent"}, powershell=Cmdlets(answer))
    rows = {one.place: one for one in compare(wanted, state, now=NOW, minimum_days=30)}
    found = [rows[name] for name in ("Default, port 5061", "WebServicesExternal, port 4443")]
    assert tuple(one.verdict for one in found) == verdicts
    assert all("kein Zugriff" in one.problems[0] for one in found if one.verdict == "not_read")


def test_the_certificate_of_the_organisation_that_could_not_be_read() -> None:
    far = {"list": [], "errors": [{"id": "SqlConnectionFailed,X", "type": "Y", "text": "kein Zugriff"}]}
    answer = {"module": "Lync", "machine": listed(Default=GOOD.thumbprint), "global": far}
    state = read(server(GOOD), work(DEFAULT, **SFB), powershell=Cmdlets(answer))
    assert list(state.unread) == ["OAuthTokenIssuer"] and "kein Zugriff" in state.unread["OAuthTokenIssuer"]


def test_what_one_way_cannot_read_leaves_the_others() -> None:
    on = server(GOOD)
    bind(on, GOOD)
    state = read(on, work(DEFAULT, **SFB), powershell=Cmdlets(RolloutError("no module", where="fe01")))
    assert dict(state.unread) == {"cmdlets": "fe01: no module"}
    assert [one.place for one in state.assignments] == ["0.0.0.0:443"] and len(state.store) == 1
    # OCS is planned, and none of its classes is there.
    state = read(server(GOOD), work(FRONT_END))
    assert state.unread["ocs"].startswith("ocssrv01.company.local: OCS is not on this server")


def test_a_host_that_goes_away_meanwhile_is_no_part_that_was_not_read() -> None:
    with pytest.raises(HostUnreachable):
        read(server(GOOD), work(DEFAULT, **SFB), powershell=Cmdlets(HostUnreachable("gone")))


def test_a_server_without_a_plan_is_asked_in_every_way() -> None:
    on = server(GOOD)
    bind(on, GOOD)
    state = read(on, work(), powershell=Cmdlets(RolloutError("no module")), wmi=OcsWmi(GOOD))
    assert [one.place for one in state.assignments] == ["MSFT_SIPListeningAddressData {0A}", "0.0.0.0:443"]
    assert dict(state.unread) == {} and state.served == {}
    cmdlets = Cmdlets({"module": "Lync", "machine": listed(Default=GOOD.thumbprint), "global": listed()})
    assert [one.place for one in read(server(GOOD), work(), powershell=cmdlets).assignments] == ["Default"]


def test_before_windows_2008_only_the_port_tells_what_the_web_components_have() -> None:
    state = read(server(GOOD, version="5.2"), work(WEB), {443: GOOD})
    assert (state.untold, state.assignments) == (frozenset({"http_sys"}), ())
    assert state.served["10.0.0.11:443"].certificate == GOOD


def test_an_odd_binding_and_the_central_store() -> None:
    on = server(GOOD)
    on.registry.set(EVERYWHERE, "SslCertHash", b"x")
    on.registry.set(f"{HTTP}\\SslCcsBindingInfo\\443", "AppId", b"x")
    on.registry.set(f"{HTTP}\\SslCcsBindingInfo\\444", "AppId", b"x")
    told = {one.place: (one.thumbprint, one.told) for one in read(on, work(WEB)).assignments}
    assert told == {
        "0.0.0.0:443": ("", "a binding with a hash of 1 bytes"),
        "ccs:443": (
            "",
            "ocssrv01.company.local: clients that come to any name of the central certificate store, port 443, get"
            " another certificate, which cannot be told from here, of another binding (an application that is not"
            " named)",
        ),
        "ccs:444": ("", "the central certificate store decides which it is"),
    }


@pytest.mark.parametrize("text", ["garbage", "x:https", "0.0.0.0:", "0.0.0.0:99999999999"])
def test_a_key_that_is_no_place_of_a_binding_ends_nothing(text: str) -> None:
    on = server(GOOD)
    bind(on, GOOD)
    bind(on, STRANGE, text)
    state = read(on, work(WEB))
    told = [(one.place, one.serves, one.port, one.thumbprint) for one in state.assignments]
    assert sorted(told) == sorted(
        [("0.0.0.0:443", ("web_components",), 443, GOOD.thumbprint), (text, (), 0, STRANGE.thumbprint)]
    )
    assert dict(state.unread) == {}


def test_what_a_run_left_that_was_cut_off_is_read() -> None:
    on = server(GOOD)
    bind(on, GOOD)
    assert read(on, work(WEB)).marks == ()
    on.registry.set(f"SOFTWARE\\ucops.rollout\\{GOOD.thumbprint}", "former", "x")
    assert read(on, work(WEB)).marks == (GOOD.thumbprint,)


def judged(on: FakeServer, wanted: ServerWork, *, also: tuple[str, ...] = (), **ports: Any) -> list[tuple[str, str]]:
    """Place and verdict of what is planned, with ports that serve what is right."""
    state = read_server(
        replace(on.host, **ports), wanted, shake=lambda *_: Handshake("ok", (GOOD.der,)), now=NOW, also=also
    )
    found = compare(wanted, state, now=NOW, minimum_days=30)
    return [(one.place, one.verdict) for one in found if one.certificate]


WEB_443 = "web components, port 443"


@pytest.mark.parametrize(
    ("text", "kind"),
    [("10.0.0.11:443", "SslBindingInfo"), ("sip.company.com:443", "SslSniBindingInfo"), ("443", "SslCcsBindingInfo")],
)
def test_what_clients_of_the_pool_meet_first_with_another_certificate_differs(text: str, kind: str) -> None:
    on = server(GOOD, STRANGE)
    bind(on, GOOD)
    if kind == "SslCcsBindingInfo":
        on.registry.set(f"{HTTP}\\{kind}\\{text}", "AppId", b"x")
    else:
        bind(on, STRANGE, text, kind)
    name = f"ccs:{text}" if kind == "SslCcsBindingInfo" else text
    assert sorted(judged(on, work(WEB))) == sorted(
        [(f"{WEB_443}, 0.0.0.0:443", "as_planned"), (f"{WEB_443}, {name}", "differs")]
    )


def test_what_has_the_planned_certificate_or_another_name_is_no_difference() -> None:
    on = server(GOOD, STRANGE)
    bind(on, GOOD)
    bind(on, GOOD, "10.0.0.11:443")
    bind(on, STRANGE, "crm.company.com:443", "SslSniBindingInfo")
    assert judged(on, work(WEB)) == [(WEB_443, "as_planned")]


def test_a_binding_of_another_store_differs() -> None:
    on = server(GOOD)
    bind(on, GOOD)
    on.registry.set(EVERYWHERE, "SslCertStoreName", "my")
    assert judged(on, work(WEB)) == [(WEB_443, "as_planned")]
    on.registry.set(EVERYWHERE, "SslCertStoreName", "WebHosting")
    assert judged(on, work(WEB)) == [(WEB_443, "differs")]


def test_bindings_that_are_to_have_the_certificate_too() -> None:
    on, also = server(GOOD, STRANGE), ("10.0.0.11:443", "10.0.0.11:8443")
    bind(on, GOOD)
    both = f"{WEB_443}, 0.0.0.0:443"
    assert judged(on, work(WEB), also=also) == [(both, "as_planned"), (f"{WEB_443}, 10.0.0.11:443", "missing")]
    bind(on, STRANGE, "10.0.0.11:443")
    assert sorted(judged(on, work(WEB), also=also)) == [
        (both, "as_planned"),
        (f"{WEB_443}, 10.0.0.11:443", "differs"),
    ]
    bind(on, GOOD, "10.0.0.11:443")
    assert judged(on, work(WEB), also=also) == [(WEB_443, "as_planned")]


def test_what_others_meet_first_hides_no_binding_that_is_missing() -> None:
    on = server(GOOD)
    bind(on, GOOD, "10.0.0.11:443")
    assert (f"{WEB_443}, 0.0.0.0:443", "missing") in judged(on, work(WEB))


@pytest.mark.parametrize(
    ("gateway", "services", "verdicts"),
    [
        (GOOD, ["RTCSRV", "RtcXmppTGWPX"], ["as_planned"]),
        (STRANGE, ["RTCXMPPTGWPX"], ["as_planned", "differs"]),
        (None, ["RTCXMPPTGWPX"], ["as_planned", "missing"]),
        (None, ["RTCSRV"], ["as_planned"]),
    ],
)
def test_the_xmpp_gateway_presents_the_access_edge_certificate(
    gateway: X509Certificate | None, services: list[str], verdicts: list[str]
) -> None:
    held = {"AccessEdgeExternal": GOOD.thumbprint, **({} if gateway is None else {"XmppServer": gateway.thumbprint})}
    answer = {"module": "Lync", "machine": listed(**held), "global": listed(), "services": services}
    wanted = work(place("access_edge", 443, "lync"), **SFB)
    found = judged(server(GOOD, STRANGE), wanted, powershell=Cmdlets(answer))
    assert sorted(verdict for _place, verdict in found) == verdicts


def test_a_staged_certificate_is_told_and_the_one_in_use_is_judged() -> None:
    signing, type = replace(place("av_authentication", 0, "lync"), address=""), "AudioVideoAuthentication"

    def found(effective: str, now: X509Certificate, previous: str) -> tuple[str, str, str, tuple[str, ...]]:
        entry = {"Use": type, "Thumbprint": now.thumbprint, "EffectiveDate": effective, "PreviousThumbprint": previous}
        answer = {"module": "Lync", "machine": {"list": [entry], "errors": []}, "global": listed()}
        state = read(server(GOOD, ENDED), work(signing, **SFB), powershell=Cmdlets(answer))
        one = next(one for one in compare(work(signing, **SFB), state, now=NOW, minimum_days=30) if one.certificate)
        return one.verdict, one.thumbprint, " ".join(one.problems), one.remarks

    later = "2099-01-01T00:00:00.0000000Z"
    verdict, name, _problems, remarks = found(later, GOOD, ENDED.thumbprint.lower())
    assert (verdict, name) == ("expired", ENDED.thumbprint)
    assert remarks == (f"{GOOD.thumbprint} takes its place on 2099-01-01T00:00:00Z",)
    none_before = "it is used from 2099-01-01T00:00:00Z on, and none before"
    assert found(later, GOOD, "") == ("differs", GOOD.thumbprint, none_before, ())
    earlier = "2026-01-01T00:00:00.0000000Z"
    assert found(earlier, GOOD, ENDED.thumbprint) == ("as_planned", GOOD.thumbprint, "", ())


def test_of_two_answers_for_one_type_neither_is_dropped() -> None:
    for several in ((ENDED, GOOD), (GOOD, ENDED)):
        entries = [{"Use": "Default", "Thumbprint": one.thumbprint} for one in several]
        answer = {"module": "Lync", "machine": {"list": entries, "errors": []}, "global": listed()}
        found = judged(server(GOOD, ENDED), work(DEFAULT, **SFB), powershell=Cmdlets(answer))
        assert sorted(verdict for _place, verdict in found) == ["as_planned", "expired"]


def test_what_was_not_listed_beside_an_error_is_not_read() -> None:
    denied = {"id": "X", "type": "System.UnauthorizedAccessException", "text": "kein Zugriff"}
    machine = {**listed(Default=GOOD.thumbprint), "errors": [denied]}
    answer = {"module": "Lync", "machine": machine, "global": listed()}
    found = judged(server(GOOD), work(DEFAULT, EXTERNAL, **SFB), powershell=Cmdlets(answer))
    assert found == [("Default, port 5061", "as_planned"), ("WebServicesExternal, port 4443", "not_read")]
    found = judged(server(GOOD), work(DEFAULT, **SFB), powershell=Cmdlets({"module": "Lync", "global": listed()}))
    assert found == [("Default, port 5061", "not_read")]


def test_each_component_is_asked_at_its_own_address() -> None:
    asked = []

    def shake(address: str, port: int, name: str) -> Handshake:
        asked.append((address, port, name))
        return Handshake("ok", (GOOD.der,))

    access = replace(
        place("access_edge", 443, "lync"), address="131.107.155.10", reached_port=10443, name="sip.company.com"
    )
    conference = replace(place("web_conferencing_edge", 443, "lync"), address="131.107.155.20")
    signing = place("av_authentication", 5062, "lync")
    cmdlets = Cmdlets({"module": "Lync", "machine": listed(), "global": listed()})
    host = replace(server().host, powershell=cmdlets)
    state = read_server(host, work(access, conference, signing, **SFB), shake=shake, now=NOW)
    assert asked == [("131.107.155.10", 10443, "sip.company.com"), ("131.107.155.20", 443, "")]
    assert list(state.served) == ["131.107.155.10:443", "131.107.155.20:443"]


def test_ocs_is_asked_where_its_classes_would_tell_something() -> None:
    state = read(server(GOOD), work(WEB), {443: GOOD})
    assert dict(state.unread) == {}


def test_a_server_that_nobody_logs_on_to_shows_its_ports_alone() -> None:
    def shake(address: str, port: int, name: str) -> Handshake:
        return Handshake("ok", (GOOD.der,)) if port == 443 else Handshake("no_listener", detail="refused")

    wanted = replace(work(place("reverse_proxy", 443), place("reverse_proxy", 4443)), logon=False)
    root = parse_certificate(CA.certificate.public_bytes(DER), where="test")
    state = see_ports(wanted, shake=shake, now=NOW, roots=(root,))
    assert {name: (one.certificate, one.detail) for name, one in state.served.items()} == {
        "10.0.0.11:443": (GOOD, ""),
        "10.0.0.11:4443": (None, "10.0.0.11:4443: refused"),
    }
    found = compare(wanted, state, now=NOW, minimum_days=30)
    assert [(one.place, one.verdict) for one in found] == [
        ("reverse proxy, port 443", "as_planned"),
        ("reverse proxy, port 4443", "not_read"),
    ]


def test_whether_clients_trust_what_a_port_serves_of_a_server_that_nobody_logs_on_to() -> None:
    wanted = replace(work(place("reverse_proxy", 443)), logon=False)
    own, evil = (
        parse_certificate(one.certificate.public_bytes(DER), where="test") for one in (CA, authority(number=105))
    )
    forged = parse_certificate(certificate(authority(number=105)).public_bytes(DER), where="test")

    def verdict(*sent: X509Certificate, **known: Any) -> tuple[str, str]:
        state = see_ports(wanted, shake=lambda *_: Handshake("ok", tuple(one.der for one in sent)), now=NOW, **known)
        (found,) = compare(wanted, state, now=NOW, minimum_days=30)
        return found.verdict, " ".join(found.problems)

    assert verdict(GOOD, roots=(own,)) == ("as_planned", "")
    assert verdict(GOOD, own, trusted=(own.thumbprint,)) == ("as_planned", "")
    unknown, why = verdict(GOOD, own)
    assert unknown == "not_read" and why.startswith("whether clients trust it is not known")
    # Of a CA of the same name that is another.
    assert forged.issuer_common_name == GOOD.issuer_common_name
    assert verdict(forged, roots=(own,))[0] == "differs"
    assert verdict(forged, evil, roots=(own,))[0] == "differs"


def listener(name: str, **more: Any) -> WmiObject:
    return WmiObject(
        "MSFT_SIPListeningAddressData", {"InstanceID": name, "TLSCertIssuer": None, "TLSCertSN": None, **more}
    )


def test_a_listener_of_the_planned_port_without_a_certificate_is_missing() -> None:
    class TwoMore(OcsWmi):
        def query(self, namespace: str, wql: str) -> tuple[WmiObject, ...]:
            more = (listener("{0C}", Port="5061"), listener("{0D}", Port="5060"))
            return super().query(namespace, wql) + (more if wql.endswith("MSFT_SIPListeningAddressData") else ())

    wanted = work(FRONT_END)
    state = read(server(GOOD), wanted, {5061: GOOD}, wmi=TwoMore(GOOD))
    found = compare(wanted, state, now=NOW, minimum_days=30)
    assert [(one.place, one.verdict, one.problems) for one in found] == [
        ("front end, port 5061, MSFT_SIPListeningAddressData {0A}", "as_planned", ()),
        ("front end, port 5061, MSFT_SIPListeningAddressData {0C}", "missing", ("it names no certificate",)),
    ]


@pytest.mark.parametrize("whose", ["its own", "its CA's"])
def test_what_the_machine_refuses_differs(whose: str) -> None:
    on, wanted = server(GOOD), work(FRONT_END)
    refused = GOOD.parsed if whose == "its own" else CA.certificate
    on.put("Disallowed", refused)
    state = read(on, wanted, {5061: GOOD}, wmi=OcsWmi(GOOD))
    (found,) = compare(wanted, state, now=NOW, minimum_days=30)
    assert found.verdict == "differs" and len(found.problems) == 1
    assert found.problems[0].endswith("is in the store of disallowed certificates")


def test_what_is_looked_for_in_ocs_is_what_its_classes_name() -> None:
    assert IN_OCS == COMPONENTS
