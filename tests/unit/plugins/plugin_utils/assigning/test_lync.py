"""Certificates of Lync and its successors by their cmdlets: what is read, planned, assigned and told."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from unit.damage import ANYTHING
from unit.fakes_windows import FakeServer
from unit.keepers import Witness

from ansible_collections.ucops.rollout.plugins.module_utils.codec import from_plain
from ansible_collections.ucops.rollout.plugins.module_utils.errors import RolloutError
from ansible_collections.ucops.rollout.plugins.module_utils.proof.tls_wire import Handshake
from ansible_collections.ucops.rollout.plugins.module_utils.values import Thumbprint
from ansible_collections.ucops.rollout.plugins.plugin_utils.assigning.cs_scripts import READ
from ansible_collections.ucops.rollout.plugins.plugin_utils.assigning.former import Former
from ansible_collections.ucops.rollout.plugins.plugin_utils.assigning.lync import (
    CsEndpoint,
    CsOptions,
    CsWanted,
    NotAssigned,
    assign_types,
    present,
    read_state,
    restore,
)
from ansible_collections.ucops.rollout.plugins.plugin_utils.winrm.powershell_port import PowerShell, Script

NEW, OLD = "AA" * 20, "BB" * 20
SQL = {"id": "SqlConnectionFailed,X", "type": "System.Data.SqlClient.SqlException", "text": "Anmeldung verweigert"}
UNTRUSTED = {"id": "ProcessRecord,X", "type": "X.Y", "text": "Zertifikat fehlt"}
FRONT_END = CsWanted(
    "fe01/default",
    Thumbprint(NEW),
    (
        CsEndpoint("Default", "10.0.0.1", 5061),
        CsEndpoint("WebServicesInternal", "10.0.0.1", 443),
        CsEndpoint("WebServicesExternal", "10.0.0.1", 4443),
    ),
)
OAUTH = CsWanted("global/oauth", Thumbprint(NEW), (CsEndpoint("OAuthTokenIssuer", "10.0.0.1", 0),))
EDGE = CsWanted(
    "edge/external",
    Thumbprint(NEW),
    (CsEndpoint("AccessEdgeExternal", "", 0), CsEndpoint("AudioVideoAuthentication", "", 0)),
)


class FakeCmdlets(PowerShell):
    """A server's assignments; ``fails``: a type at which Set-CsCertificate ends, with those before it assigned."""

    def __init__(self, **assigned: str) -> None:
        self.machine = dict(assigned)
        self.organisation: dict[str, str] = {}
        self.fails = ""
        self.error: Mapping[str, Any] = {"id": "ProcessRecord,X", "type": "T", "text": "Https-Bindung fehlt"}
        self.errors: list[Mapping[str, Any]] = []
        self.organisation_errors: list[Mapping[str, Any]] = []
        self.silent = False
        self.more: Mapping[str, str] = {}
        self.urn = ""
        self.ran: list[str] = []
        self.answers: dict[str, Any] = {
            "module": "SkypeForBusiness",
            "ps": "5.1",
            "version": "Skype (7.0.2046.0)",
            "services": ["RTCSRV", "RTCMEDSRV", "W3SVC", "RTCMRAUTH"],
            "now": "2026-11-22T12:00:00.0000000Z",
            "store": [
                {"thumbprint": NEW, "key": "True", "until": "2028-01-01T00:00:00.0000000Z", "size": "2048",
                 "exportable": "True"},
            ],
        }  # fmt: skip

    def run(self, script: Script, values: Mapping[str, str], *, timeout: float) -> Mapping[str, Any]:
        if script is READ:
            return {**self.answers, **self._told()}
        self.ran.append(values["SETS"])
        sets: list[dict[str, Any]] = []
        for one in values["SETS"].split(";"):
            name, types, flags = one.split("/")
            held = self.organisation if "G" in flags else self.machine
            done: dict[str, Any] = {"types": types, "warnings": ["Namen weichen ab"]}
            sets.append(done)
            for type in types.split(","):
                if type == self.fails:
                    done["error"] = self.error
                    break
                if not self.silent:
                    held[type] = name
            if "error" in done:
                break
        return {"module": "SkypeForBusiness", "sets": sets, **self._told()}

    def _told(self) -> dict[str, Any]:
        return {
            "machine": {"list": self._list(self.machine), "errors": self.errors},
            "global": {"list": self._list(self.organisation), "errors": self.organisation_errors},
        }

    def _list(self, held: Mapping[str, str]) -> list[dict[str, str]]:
        return [{"Use": self.urn + type, "Thumbprint": name.lower(), **self.more} for type, name in held.items()]


def nobody(address: str, port: int, name: str) -> Handshake:
    return Handshake("no_listener", detail="nobody answers")


def work(cmdlets: PowerShell, *wanted: CsWanted, check_mode: bool = False, **options: Any) -> dict[str, Any]:
    host = replace(FakeServer("fe01").host, powershell=cmdlets)
    return assign_types(host, wanted, CsOptions(**options), shake=nobody, check_mode=check_mode)


def restarted(*names: str) -> list[dict[str, str]]:
    return [{"name": name, "state": "restarted"} for name in names]


def refusal(cmdlets: PowerShell, *wanted: CsWanted, **options: Any) -> str:
    with pytest.raises(RolloutError) as refused:
        work(cmdlets, *wanted, **options)
    return str(refused.value)


def of(result: Mapping[str, Any], wanted: CsWanted) -> Mapping[str, Any]:
    return result["results"][wanted.id]["assignment"]


def places(result: Mapping[str, Any], wanted: CsWanted) -> list[tuple[str, ...]]:
    """Type, what it named before and after, and what came of it."""
    return [tuple(one[key] for key in ("place", "before", "after", "state")) for one in of(result, wanted)["assigned"]]


def test_what_differs_is_assigned_in_one_call_and_read_back_and_then_nothing() -> None:
    cmdlets = FakeCmdlets(Default=OLD, WebServicesInternal=NEW)
    done = work(cmdlets, FRONT_END)
    assert cmdlets.ran == [f"{NEW}/Default,WebServicesExternal/"]
    assert done["changed"] is True
    assert of(done, FRONT_END)["state"] == "assigned"
    assert of(done, FRONT_END)["before"] == {
        "Default": OLD, "WebServicesInternal": NEW, "WebServicesExternal": ""
    }  # fmt: skip
    assert set(of(done, FRONT_END)["after"].values()) == {NEW}
    assert [one["what"] for one in of(done, FRONT_END)["changes"]] == [
        f"assigned to Default in place of {OLD}",
        "assigned to WebServicesExternal",
    ]
    assert places(done, FRONT_END) == [
        ("Default", OLD, NEW, "changed"),
        ("WebServicesInternal", NEW, NEW, "unchanged"),
        ("WebServicesExternal", "", NEW, "changed"),
    ]
    assert done["services"] == restarted("RTCSRV", "RTCMEDSRV")
    assert "restart RTCSRV, RTCMEDSRV" in of(done, FRONT_END)["steps"][0]
    assert done["notes"] == ["Namen weichen ab"]
    again = work(cmdlets, FRONT_END)
    assert (again["changed"], again["services"], len(cmdlets.ran)) == (False, [], 1)
    assert of(again, FRONT_END)["steps"] == []


def test_what_is_assigned_is_told_before_it_is_changed_and_oauths_never() -> None:
    cmdlets = FakeCmdlets(Default=OLD, WebServicesInternal=NEW)
    cmdlets.organisation["OAuthTokenIssuer"] = OLD
    host = replace(FakeServer().host, powershell=cmdlets)
    witness = Witness(host, lambda: list(cmdlets.ran))
    options = CsOptions(oauth=True)
    assign_types(host, [FRONT_END, OAUTH], options, shake=nobody, keeper=witness, check_mode=True)
    assert witness.told == []
    assign_types(host, [FRONT_END, OAUTH], options, shake=nobody, keeper=witness)
    former = [Former("cmdlets", "Default", OLD), Former("cmdlets", "WebServicesExternal")]
    assert witness.told == [({NEW: former}, [])] and len(cmdlets.ran) == 1
    assign_types(host, [FRONT_END], options, shake=nobody, keeper=witness)
    assert len(witness.told) == 1


def test_where_the_run_restarts_there_is_no_step() -> None:
    assert of(work(FakeCmdlets(), FRONT_END, restarts=True), FRONT_END)["steps"] == []


def test_check_mode_shows_before_and_after_and_changes_nothing() -> None:
    cmdlets = FakeCmdlets(Default=OLD)
    planned = replace(FRONT_END, thumbprint=None)
    done = work(cmdlets, planned, check_mode=True)
    assert (done["changed"], of(done, planned)["state"], cmdlets.ran) == (True, "would_assign", [])
    assert of(done, planned)["before"]["Default"] == OLD
    assert of(done, planned)["after"]["Default"] == "(the certificate that will be issued)"
    assert [one["to_do"] for one in of(done, planned)["changes"]] == [
        f"to be assigned to Default in place of {OLD}",
        "to be assigned to WebServicesInternal",
        "to be assigned to WebServicesExternal",
    ]
    assert done["services"] == restarted("RTCSRV", "RTCMEDSRV")
    assert "restart RTCSRV, RTCMEDSRV" in of(done, planned)["steps"][0]


def test_a_use_may_be_a_urn() -> None:
    cmdlets = FakeCmdlets(Default=NEW, WebServicesInternal=NEW, WebServicesExternal=NEW)
    cmdlets.urn = "urn:certref:"
    assert work(cmdlets, FRONT_END)["changed"] is False


def test_a_failure_half_way_is_told_as_it_is_and_mended_by_the_next_run() -> None:
    cmdlets = FakeCmdlets(Default=OLD)
    cmdlets.fails = "WebServicesInternal"
    with pytest.raises(NotAssigned) as failed:
        work(cmdlets, FRONT_END)
    told = str(failed.value)
    assert "Default assigned, WebServicesInternal not (nothing is), WebServicesExternal not (nothing is)" in told
    assert "Https-Bindung fehlt (ProcessRecord,X)" in told
    assert failed.value.result["changed"] is True
    assert of(failed.value.result, FRONT_END)["after"]["Default"] == NEW
    assert places(failed.value.result, FRONT_END) == [
        ("Default", OLD, NEW, "changed"),
        ("WebServicesInternal", "", "", "not_changed"),
        ("WebServicesExternal", "", "", "not_changed"),
    ]
    cmdlets.fails = ""
    work(cmdlets, FRONT_END)
    assert cmdlets.ran[-1] == f"{NEW}/WebServicesInternal,WebServicesExternal/"


def test_what_was_not_read_back_is_not_claimed() -> None:
    cmdlets = FakeCmdlets()
    cmdlets.silent = True
    assert "Set-CsCertificate told no error" in refusal(cmdlets, FRONT_END)


def test_an_untrusted_certificate_of_one_type_hides_nothing() -> None:
    cmdlets = FakeCmdlets(WebServicesInternal=NEW, WebServicesExternal=NEW)
    cmdlets.errors = [UNTRUSTED]
    assert work(cmdlets, FRONT_END)["changed"] is True
    assert cmdlets.ran == [f"{NEW}/Default/"]


def test_an_account_without_rights() -> None:
    cmdlets = FakeCmdlets()
    cmdlets.errors = [SQL]
    told = refusal(cmdlets, FRONT_END)
    assert "Get-CsCertificate may not read: Anmeldung verweigert" in told
    assert "RTCUniversalServerAdmins" in told
    cmdlets = FakeCmdlets(Default=OLD)
    cmdlets.fails, cmdlets.error = "Default", SQL
    assert "has to be an administrator" in refusal(cmdlets, FRONT_END)


def test_a_module_that_does_not_load() -> None:
    cmdlets = FakeCmdlets()
    cmdlets.answers |= {"module": "", "loading": [{"id": "Modules_ModuleNotFound,X"}]}
    assert "neither the module SkypeForBusiness nor Lync is" in refusal(cmdlets, FRONT_END)


@pytest.mark.parametrize(
    ("store", "told"),
    [
        ([], "is not in the store MY"),
        ([{"thumbprint": NEW, "key": "False", "until": "2028"}], "has no private key"),
        ([{"thumbprint": NEW, "key": "True", "until": "2026-11-22T11:59:59.0Z"}], "has expired (2026-11-22T11:59:59Z)"),
    ],
)
def test_certificates_that_cannot_serve(store: list[dict[str, str]], told: str) -> None:
    cmdlets = FakeCmdlets(Default=OLD)
    cmdlets.answers["store"] = store
    assert told in refusal(cmdlets, FRONT_END)
    assert cmdlets.ran == []


def test_oauth_is_a_step_unless_it_is_asked_for() -> None:
    cmdlets = FakeCmdlets()
    done = of(work(cmdlets, OAUTH), OAUTH)
    assert (done["state"], cmdlets.ran) == ("manual", [])
    assert f"Set-CsCertificate -Identity Global -Type OAuthTokenIssuer -Thumbprint {NEW}." in done["steps"][0]
    done = of(work(cmdlets, OAUTH, oauth=True, effective="2026-12-01T22:00:00Z"), OAUTH)
    assert (done["state"], cmdlets.ran) == ("assigned", [f"{NEW}/OAuthTokenIssuer/GR"])
    assert "Tell the partners of OAuth" in done["steps"][0]
    assert of(work(cmdlets, OAUTH), OAUTH)["steps"] == []


@pytest.mark.parametrize(
    ("since", "told"),
    [
        ("2026-11-22T11:59:00.0000000Z", True),
        ("2026-10-24T12:00:00.0000000Z", True),
        ("2026-10-23T11:59:59.0000000Z", False),
        # Set with a time to come.
        ("2026-12-01T22:00:00.0000000Z", True),
        ("", False),
        ("9999-99-99T00:00:00", False),
    ],
)
@pytest.mark.parametrize("check_mode", [False, True])
def test_that_oauths_certificate_is_new_is_told_by_what_the_product_keeps(
    since: str, told: bool, check_mode: bool
) -> None:
    """Whoever set it, and whether the run that did came to its end."""
    cmdlets = FakeCmdlets()
    cmdlets.organisation = {"OAuthTokenIssuer": NEW}
    cmdlets.more = {"EffectiveDate": since, "PreviousThumbprint": OLD.lower()}
    done = work(cmdlets, OAUTH, check_mode=check_mode)
    assert (done["changed"], of(done, OAUTH)["steps"]) == (False, [])
    assert [one["code"] for one in of(done, OAUTH)["findings"]] == ["oauth-certificate-is-new"] * told
    if told:
        (finding,) = of(done, OAUTH)["findings"]
        at = since[:19] + "Z"
        assert finding["severity"] == "note"
        assert finding["message"] == (
            f"OAuth's certificate of the organisation, {NEW}, is in use from {at} on, in place of {OLD}"
        )


def test_oauth_that_is_set_now_is_a_step_and_no_note_beside() -> None:
    cmdlets = FakeCmdlets()
    cmdlets.organisation = {"OAuthTokenIssuer": OLD}
    cmdlets.more = {"EffectiveDate": "2026-11-22T11:59:00.0000000Z"}
    assert of(work(cmdlets, OAUTH, oauth=True), OAUTH)["findings"] == []
    # Another's certificate is new, and the planned one is not in use.
    cmdlets.organisation = {"OAuthTokenIssuer": OLD}
    assert of(work(cmdlets, OAUTH), OAUTH)["findings"] == []


@pytest.mark.parametrize(
    ("key", "told"),
    [({"size": "1024"}, "has a key of 1024 bits"), ({"exportable": ""}, "not known to be exportable")],
)
def test_oauth_takes_an_exportable_key_of_2048_bits(key: dict[str, str], told: str) -> None:
    cmdlets = FakeCmdlets()
    cmdlets.answers["store"][0].update(key)
    assert told in refusal(cmdlets, OAUTH, oauth=True)


def test_a_central_store_out_of_reach_is_told_with_the_way_to_it() -> None:
    cmdlets = FakeCmdlets(Default=OLD)
    cmdlets.fails, cmdlets.error = "OAuthTokenIssuer", SQL
    assert "Only OAuth needs the Central Management Store" in refusal(cmdlets, OAUTH, oauth=True)


def test_a_time_in_another_form() -> None:
    assert "'1.12.2026' is no time" in refusal(FakeCmdlets(), OAUTH, oauth=True, effective="1.12.2026")


def test_edge_servers_roll_av_authentication_alone_and_take_xmpp_along() -> None:
    cmdlets = FakeCmdlets()
    cmdlets.answers["services"].append("RTCXMPPTGWPX")
    done = work(cmdlets, EDGE, effective="2026-12-01T22:00:00Z", restarts=True)
    assert cmdlets.ran == [f"{NEW}/AccessEdgeExternal,XmppServer/;{NEW}/AudioVideoAuthentication/R"]
    assert done["services"] == restarted("RTCSRV", "RTCMRAUTH")
    assert "restart RTCXMPPTGWPX (" in of(done, EDGE)["steps"][0]


def test_the_service_that_needs_another_stands_while_that_one_starts_anew() -> None:
    inside = CsWanted("edge/internal", Thumbprint(NEW), (CsEndpoint("Internal", "", 0),))
    cmdlets = FakeCmdlets()
    cmdlets.answers["services"] += ["RTCMEDIARELAY", "RTCDATAPROXY"]
    done = work(cmdlets, inside, EDGE, restarts=True)
    assert [(one["name"], one["state"]) for one in done["services"]] == [
        ("RTCSRV", "restarted"),
        ("RTCMEDIARELAY", "stopped"),
        ("RTCMRAUTH", "restarted"),
        ("RTCMEDIARELAY", "started"),
        ("RTCDATAPROXY", "restarted"),
    ]
    assert of(done, inside)["steps"] == of(done, EDGE)["steps"] == []
    again = work(cmdlets, inside, EDGE, restarts=True)
    assert [(one["name"], one["state"]) for one in again["services"]] == [("RTCMEDIARELAY", "started")]
    cmdlets.machine.pop("AudioVideoAuthentication")
    outside_alone = work(cmdlets, inside, EDGE, restarts=True)
    assert [(one["name"], one["state"]) for one in outside_alone["services"]] == [
        ("RTCMEDIARELAY", "stopped"),
        ("RTCMRAUTH", "restarted"),
        ("RTCMEDIARELAY", "started"),
    ]
    cmdlets.machine.pop("AudioVideoAuthentication")
    planned = work(cmdlets, inside, EDGE, restarts=True, check_mode=True)
    assert planned["services"] == restarted("RTCMRAUTH", "RTCMEDIARELAY")
    assert of(planned, EDGE)["steps"] == []
    by_hand = of(work(FakeCmdlets(), inside), inside)["steps"][0]
    assert by_hand.startswith("On fe01, restart RTCSRV, RTCMRAUTH (Stop-CsWindowsService")
    cmdlets.machine.clear()
    assert "restart RTCSRV, RTCMRAUTH, RTCMEDIARELAY, RTCDATAPROXY (" in of(work(cmdlets, inside), inside)["steps"][0]


@pytest.mark.parametrize(
    ("row", "services"),
    [
        ("10.0.1.41:5062", ["RTCMEDIARELAY started"]),
        ("0.0.0.0:135", ["RTCMEDIARELAY stopped", "RTCMRAUTH restarted", "RTCMEDIARELAY started"]),
    ],
)
def test_no_handshake_is_made_for_av_authentication(row: str, services: list[str]) -> None:
    server = FakeServer("edge01")
    server.programs.handlers["netstat"] = lambda words: (0, f"  TCP    {row}    0.0.0.0:0    LISTENING\r\n")
    wanted = CsWanted("edge/external", Thumbprint(NEW), (CsEndpoint("AudioVideoAuthentication", "", 5062, 5062),))
    cmdlets = FakeCmdlets(AudioVideoAuthentication=NEW)
    cmdlets.answers["services"].append("RTCMEDIARELAY")
    host = replace(server.host, powershell=cmdlets)
    done = assign_types(host, [wanted], CsOptions(restarts=True), shake=pytest.fail)
    assert [f"{one['name']} {one['state']}" for one in done["services"]] == services


@pytest.mark.parametrize(("row", "services"), [("0.0.0.0:5061", []), ("0.0.0.0:135", ["RTCSRV", "RTCMEDSRV"])])
def test_a_service_that_did_not_start_with_its_certificate_starts_anew(row: str, services: list[str]) -> None:
    server = FakeServer("fe01")
    server.programs.handlers["netstat"] = lambda words: (0, f"  TCP    {row}    0.0.0.0:0    LISTENING\r\n")
    endpoints = (
        CsEndpoint("Default", "10.0.0.1", 5061, 5061),
        CsEndpoint("WebServicesInternal", "10.0.0.1", 443, 443),
    )
    wanted = CsWanted("fe01/default", Thumbprint(NEW), endpoints)
    cmdlets = FakeCmdlets(Default=NEW, WebServicesInternal=NEW)
    host = replace(server.host, powershell=cmdlets)
    done = assign_types(host, [wanted], CsOptions(restarts=True), shake=nobody)
    assert (done["changed"], cmdlets.ran, done["services"]) == (False, [], restarted(*services))


def test_the_handshake_has_the_last_word(monkeypatch: pytest.MonkeyPatch) -> None:
    module = "ansible_collections.ucops.rollout.plugins.plugin_utils.assigning.command.thumbprint"
    monkeypatch.setattr(module, lambda der: Thumbprint(der.decode()))
    shown = {5061: OLD, 443: NEW, 4443: NEW}

    def shake(address: str, port: int, name: str) -> Handshake:
        return Handshake("ok", chain_der=(shown[port].encode(),))

    cmdlets = FakeCmdlets(Default=NEW, WebServicesInternal=NEW, WebServicesExternal=NEW)
    host = replace(FakeServer("fe01").host, powershell=cmdlets)
    done = assign_types(host, [FRONT_END], CsOptions(), shake=shake)
    assert of(done, FRONT_END)["message"] == f"10.0.0.1:5061 (Default) still serves {OLD}"
    # Until people restart it; a run that does so itself leaves nothing to them.
    assert ("10.0.0.1:5061", OLD, OLD, "not_changed") in places(done, FRONT_END)
    by_itself = assign_types(host, [FRONT_END], CsOptions(restarts=True), shake=shake)
    assert [one for one in places(by_itself, FRONT_END) if one[0] == "10.0.0.1:5061"] == []
    assert done["services"] == restarted("RTCSRV", "RTCMEDSRV")
    shown[5061] = NEW
    assert of(assign_types(host, [FRONT_END], CsOptions(), shake=shake), FRONT_END)["state"] == "proved"


class Answering(PowerShell):
    def __init__(self, answer: Mapping[str, Any]) -> None:
        self.answer = answer

    def run(self, script: Script, values: Mapping[str, str], *, timeout: float) -> Mapping[str, Any]:
        return self.answer


@given(
    st.sampled_from(
        ["module", "loading", "machine", "global", "services", "version", "store", "now", "sets", "refused"]
    ),
    ANYTHING,
)
@example("machine", {"list": ["x"]})
@example("refused", {"Default": ["x"]})
@example("machine", {"errors": "x"})
@example("global", 5)
@example("store", {"thumbprint": 5})
@example("sets", ["x"])
def test_whatever_a_server_answers_is_read_or_refused(key: str, value: Any) -> None:
    for check_mode in (True, False):
        try:
            work(Answering({**FakeCmdlets().answers, key: value}), FRONT_END, check_mode=check_mode)
        except RolloutError as error:
            assert error.what


def test_check_mode_shows_each_type_as_it_would_be() -> None:
    cmdlets = FakeCmdlets(WebServicesInternal=NEW)
    done = work(cmdlets, FRONT_END, check_mode=True)
    assert cmdlets.ran == []
    assert places(done, FRONT_END) == [
        ("Default", "", NEW, "would_change"),
        ("WebServicesInternal", NEW, NEW, "unchanged"),
        ("WebServicesExternal", "", NEW, "would_change"),
    ]
    # Without being told to, nobody sets the organisation's.
    assert places(work(FakeCmdlets(), OAUTH), OAUTH) == [("OAuthTokenIssuer", "", "", "not_changed")]


def test_keys_and_types_are_asked_of_only_where_somebody_wants_to_know() -> None:
    asked: list[Mapping[str, str]] = []

    class Asked(FakeCmdlets):
        def run(self, script: Script, values: Mapping[str, str], *, timeout: float) -> Mapping[str, Any]:
            asked.append(values)
            return {**super().run(script, values, timeout=timeout), "refused": {"Default": UNTRUSTED}}

    host = replace(FakeServer("fe01").host, powershell=Asked())
    assert read_state(host, "*", ("Default", "WebServicesInternal")).refused == {
        "Default": "Zertifikat fehlt (ProcessRecord,X)"
    }
    assert read_state(host).refused != {}
    assert asked == [{"KEYS": "*", "TYPES": "Default,WebServicesInternal"}, {"KEYS": "", "TYPES": ""}]


def test_types_come_back_to_what_each_had() -> None:
    third = "CC" * 20
    cmdlets = FakeCmdlets(Default=OLD, WebServicesInternal=third)
    cmdlets.answers["store"] += [
        {"thumbprint": one, "key": "True", "until": "2027-01-01T00:00:00.0000000Z"} for one in (OLD, third)
    ]
    former = tuple(from_plain(Former, one, where="former") for one in of(work(cmdlets, FRONT_END), FRONT_END)["former"])
    assert [(one.place, one.thumbprint) for one in former] == [
        ("Default", OLD),
        ("WebServicesInternal", third),
        ("WebServicesExternal", ""),
    ]
    host = replace(FakeServer("fe01").host, powershell=cmdlets)
    services = [(one.name, one.state) for one in restore(host, former)]
    assert services == [("RTCSRV", "restarted"), ("RTCMEDSRV", "restarted")]
    assert cmdlets.machine == {"Default": OLD, "WebServicesInternal": third, "WebServicesExternal": NEW}
    assert cmdlets.ran[1:] == [f"{OLD}/Default/;{third}/WebServicesInternal/"]
    assert present(host, former) == {"Default": OLD, "WebServicesInternal": third, "WebServicesExternal": NEW}


def test_a_former_certificate_that_is_gone_cannot_come_back() -> None:
    cmdlets = FakeCmdlets(Default=NEW)
    host = replace(FakeServer("fe01").host, powershell=cmdlets)
    with pytest.raises(RolloutError, match=f"certificate {OLD} is not in the store MY"):
        restore(host, (Former("cmdlets", "Default", OLD),))
    assert cmdlets.ran == []


def test_nothing_is_remembered_of_oauth_and_of_check_mode() -> None:
    done = work(FakeCmdlets(), OAUTH, oauth=True)
    assert of(done, OAUTH)["former"] == []
    assert of(work(FakeCmdlets(Default=OLD), FRONT_END, check_mode=True), FRONT_END)["former"] == []
