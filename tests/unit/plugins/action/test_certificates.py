"""The actions of a certificate's way, each handing on what the one before returned."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

import pytest
from unit.action_runs import Noon, run
from unit.certificate_steps import snapshot
from unit.fakes_windows import (
    CONFIGURATION,
    PEM,
    SHOWN_TEMPLATE,
    FakeCa,
    FakeServer,
    certificate,
    csr,
    key_info,
    planned,
    planned_certificate,
    rsa_key,
)

from ansible_collections.ucops.rollout.plugins.action import (
    authority_info,
    certificate_assign,
    certificate_install,
    certificate_issue,
    certificate_key,
    certificate_request,
)
from ansible_collections.ucops.rollout.plugins.module_utils.errors import RolloutError
from ansible_collections.ucops.rollout.plugins.module_utils.model import certificate_from_plain
from ansible_collections.ucops.rollout.plugins.plugin_utils.winrm.faults import HostUnreachable
from ansible_collections.ucops.rollout.plugins.plugin_utils.winrm.powershell_port import PowerShell, Script


@pytest.fixture(autouse=True)
def noon(monkeypatch):
    for module in (authority_info, certificate_request, certificate_issue, certificate_install):
        monkeypatch.setattr(module, "datetime", Noon)


@pytest.fixture
def server():
    return FakeServer()


@pytest.fixture
def ca():
    return FakeCa()


def request(server, **arguments):
    return run(certificate_request, server.host, certificate=planned(), **arguments)


def issue(ca, asked, **arguments):
    (result,) = run(certificate_issue, ca.host, orders=[order_for(asked)], **arguments)["results"]
    return result


def install(server, issued, **arguments):
    picked = {"issued": issued["certificate"], "chain": issued["chain"]}
    return run(certificate_install, server.host, certificate=planned(), **{**picked, **arguments})


def test_from_nothing_to_a_certificate_and_again(server, ca):
    server.put("Root", ca.issuer.certificate)
    asked = request(server)
    assert (asked["state"], asked["changed"]) == ("created", True)
    issued = issue(ca, asked)
    done = install(server, issued)
    assert (done["state"], done["changed"], done["thumbprint"]) == ("installed", True, issued["thumbprint"])
    assert done["changes"] == [
        {
            "verb": "create",
            "what": "certificate installed",
            "to_do": "certificate to be installed",
            "store": "MY",
            "thumbprint": issued["thumbprint"],
            "subject": "CN=ocspool.company.local",
            "before": None,
            "after": issued["thumbprint"],
            "reasons": [],
        }
    ]
    again = request(server)
    assert (again["state"], again["changed"], again["thumbprint"]) == ("held", False, issued["thumbprint"])
    assert again["held"]["not_after"] == "2028-10-22T12:00:00Z"
    assert install(server, issued)["changed"] is False
    assert (server.listed("REQUEST"), server.files.contents, len(ca.rows)) == ([], {}, 1)


def test_check_mode_changes_nothing_and_goes_on(server, ca):
    before = snapshot(server)
    asked = request(server, check_mode=True)
    assert (asked["state"], asked["changed"], asked["request"]) == ("would_create", True, None)
    issued = issue(ca, asked, check_mode=True)
    assert (issued["state"], issued["changed"]) == ("would_submit", True)
    done = install(server, issued, check_mode=True)
    assert (done["state"], done["changed"], done["thumbprint"]) == ("would_install", True, None)
    assert (snapshot(server), server.files.written, server.programs.ran) == (before, [], [])
    assert (ca.rows, ca.programs.ran) == ([], [])


@pytest.mark.parametrize(
    ("plan", "wrong"),
    [
        ({}, "certificate: id: missing; holders: missing; .*subject: missing; subject_alternative_names: missing"),
        (planned(subject={"common_name": 5}), "subject.common_name: must be text, not a number"),
        (planned(key={"length": "2048", "provider": "x", "provider_type": 12}), "key.length: must be a whole number"),
        (planned(subject_alternative_names=[5]), r"subject_alternative_names\[0\]: must be text"),
        (planned(template="Web:Server"), "template: 'Web:Server' is no name of a certificate template"),
        (planned(issuer={"name": "x", "ca": "ca01"}), "issuer: 'ca01' does not name a CA"),
        (planned(colour="red"), "colour: unknown key"),
    ],
)
@pytest.mark.parametrize("module", [certificate_request, certificate_issue, certificate_install, certificate_assign])
def test_a_certificate_that_is_none_of_a_plan(server, module, plan, wrong):
    given = {"orders": [{"certificate": plan}]} if module is certificate_issue else {"certificate": plan}
    with pytest.raises(RolloutError, match=wrong):
        run(module, server.host, **given)
    assert server.programs.ran == []


def test_a_certificate_of_a_public_authority_cannot_be_issued_here(ca):
    with pytest.raises(RolloutError, match="the issuer 'public' names no CA that can be reached"):
        run(certificate_issue, ca.host, orders=[{"certificate": planned(issuer={"name": "public", "ca": ""})}])


@pytest.mark.parametrize("roots", [["0F1E"], ["x" * 40]])
def test_a_root_that_is_no_thumbprint(server, ca, roots):
    order = {"orders": [{"certificate": planned()}]}
    for module, host, given in (
        (certificate_issue, ca.host, order),
        (certificate_install, server.host, {"certificate": planned()}),
    ):
        with pytest.raises(RolloutError, match=r"^trusted_roots: \[0\]: '.*' is no thumbprint. Give the SHA-1"):
            run(module, host, **given, trusted_roots=roots)


def test_roots_as_people_copy_them(server, ca):
    issued = issue(ca, request(server))
    spelled = "\u200e" + " ".join(ca.issuer.thumbprint.lower()[i : i + 2] for i in range(0, 40, 2))
    assert install(server, issued, trusted_roots=[spelled])["changed"] is True


def test_neither_file_nor_certificate(server):
    with pytest.raises(RolloutError, match="neither issued nor directory"):
        run(certificate_install, server.host, certificate=planned())


@pytest.mark.parametrize(("name", "failed"), [("Company CA", None), ("Old CA", True)])
def test_a_ca_is_compared_with_what_is_planned_there(name, failed):
    ca = FakeCa(name=name)
    ca.registry.set(f"{CONFIGURATION}\\{name}", "CAServerName", "ca01.company.local")
    listed = (0, "WebServer: x\r\nCertUtil: -CATemplates x")
    ca.programs.handlers["certutil"] = lambda words: (0, SHOWN_TEMPLATE) if "-template" in words else listed
    elsewhere = certificate_from_plain(planned(issuer={"name": "other", "ca": "ca02.company.local\\Other CA"}))
    result = run(authority_info, ca.host, certificates=(planned_certificate(), elsewhere), fail=True)
    assert (result["name"], result["serves"], result.get("failed")) == (name, failed is None, failed)
    assert [one["code"] for one in result["findings"]] == (["ca-is-another"] if failed else [])
    assert "msg" not in result or "ca02" not in result["msg"]
    assert result["request_ids"] == {} and "cut off" in result["request_ids_problem"]


def test_a_ca_whose_database_the_account_may_not_read_serves_nobody(server):
    """Whoever does not know what was asked for before asks for nothing: it is told before a key is made."""
    ca = FakeCa(view_code=0x80070005)
    ca.registry.set(f"{CONFIGURATION}\\Company CA", "CAServerName", "ca01.company.local")
    viewed = ca.programs.handlers["certutil"]
    templates = (0, "WebServer: x\r\nCertUtil: -CATemplates x")
    answers = {"-CATemplates": templates, "WebServer": (0, SHOWN_TEMPLATE)}
    ca.programs.handlers["certutil"] = lambda words: answers[words[-1]] if words[-1] in answers else viewed(words)
    result = run(authority_info, ca.host, certificates=(planned_certificate(),), fail=False)
    assert (result["serves"], result["failed"]) == (False, False)
    assert "database cannot be read: 0x80070005" in result["msg"] and "(7 of docs" in result["msg"]


def test_a_ca_tells_by_which_request_a_key_got_its_certificate(server, ca):
    ca.registry.set(f"{CONFIGURATION}\\Company CA", "CAServerName", "ca01.company.local")
    asked = request(server)
    number = issue(ca, asked)["request_id"]
    viewed = ca.programs.handlers["certutil"]
    templates = (0, "WebServer: x\r\nCertUtil: -CATemplates x")
    answers = {"-CATemplates": templates, "WebServer": (0, SHOWN_TEMPLATE)}
    ca.programs.handlers["certutil"] = lambda words: answers[words[-1]] if words[-1] in answers else viewed(words)
    result = run(authority_info, ca.host, certificates=(planned_certificate(),), fail=True)
    assert (result["request_ids"], result["request_ids_problem"]) == ({asked["public_key"]: number}, "")
    assert result["pending_ids"] == result["revoked_ids"] == {}
    # Both rows are of one key, until what was issued is revoked as well.
    for dispositions, told in (
        ((9,), ({}, {asked["public_key"]: number}, {})),
        ((21,), ({}, {}, {asked["public_key"]: number})),
    ):
        (ca.rows[0].disposition,) = dispositions
        result = run(authority_info, ca.host, certificates=(planned_certificate(),), fail=True)
        assert (result["request_ids"], result["pending_ids"], result["revoked_ids"]) == told


class Exporting(PowerShell):
    """Exports whatever it is asked for, and signs with it."""

    def __init__(self, exportable: str = "True") -> None:
        self.exportable = exportable

    def run(self, script: Script, values: Mapping[str, str], *, timeout: float) -> Mapping[str, Any]:
        return {"key": "True", "exportable": self.exportable, "used": "True", "pfx": "AAAA"}


class Importing(PowerShell):
    """Puts what it is given into the store of a server."""

    def __init__(self, server: FakeServer, held: Any) -> None:
        self.server, self.held, self.given = server, held, {}

    def run(self, script: Script, values: Mapping[str, str], *, timeout: float) -> Mapping[str, Any]:
        self.given = dict(values)
        self.server.put("MY", self.held, key_info())
        return {}


SHARED = planned(key={"length": 2048, "exportable": True, "shared": True})


def beside(monkeypatch, **hosts: Any) -> list[str]:
    """The hosts that an action can open beside its own; returns which were opened and closed."""
    opened: list[str] = []

    @contextmanager
    def open_other_host(self: Any, name: str) -> Any:
        opened.append(f"{name} opened")
        yield hosts[name]
        opened.append(f"{name} closed")

    monkeypatch.setattr(certificate_install.ActionModule, "open_other_host", open_other_host)
    return opened


def test_a_key_is_brought_in_one_step_and_stands_in_no_argument_and_no_result(server, ca, monkeypatch):
    one = certificate(ca.issuer)
    name = server.put("MY", one, key_info())
    server.put("Root", ca.issuer.certificate)
    host = replace(server.host, powershell=Exporting())
    assert run(certificate_key, host, certificate=SHARED, thumbprint=name) == {"changed": False, "thumbprint": name}
    taker = FakeServer("edge02")
    taker.put("Root", ca.issuer.certificate)
    keys = Importing(taker, one)
    opened = beside(monkeypatch, edge01=host)
    spelled = " ".join(name.lower()[at : at + 2] for at in range(0, 40, 2))
    bring = {"certificate": SHARED, "key_from": ["edge01"], "thumbprint": spelled}
    seen = run(certificate_install, taker.host, check_mode=True, **bring)
    assert (seen["state"], seen["changed"], opened) == ("would_install", True, [])
    done = run(certificate_install, replace(taker.host, powershell=keys), **bring)
    assert (done["state"], done["changed"], done["thumbprint"]) == ("installed", True, name)
    assert [one["what"] for one in done["changes"]] == ["certificate installed with the key of another server"]
    # That server is left before anything is done on this one.
    assert opened == ["edge01 opened", "edge01 closed"]
    assert keys.given["PFXA"] == "AAAA" and len(keys.given["PASSWORD"]) == 32
    assert "AAAA" not in str(done) and keys.given["PASSWORD"] not in str(done)
    assert sorted(certificate_install.ActionModule.argument_spec) == [
        "certificate", "chain", "directory", "issued", "key_from", "minimum_days", "thumbprint", "trusted_roots",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"certificate": planned()}, "the plan does not say that several servers share this certificate"),
        ({"thumbprint": None}, "key_from was given without thumbprint, so it is not known which certificate to bring"),
        ({"thumbprint": "0F1E"}, "is no thumbprint"),
        ({"directory": "requests"}, "key_from goes with neither issued nor directory"),
    ],
)
def test_what_is_not_to_be_brought_stays_where_it_is(server, ca, monkeypatch, changes, told):
    name = server.put("MY", certificate(ca.issuer), key_info())
    beside(monkeypatch, edge01=replace(server.host, powershell=Exporting()))
    taker = FakeServer("edge02")
    bring = {"certificate": SHARED, "key_from": ["edge01"], "thumbprint": name, **changes}
    with pytest.raises(RolloutError, match=told):
        run(certificate_install, taker.host, **bring)
    assert taker.listed("MY") == []


def test_where_the_first_may_not_give_its_key_away_the_next_does(server, ca, monkeypatch):
    one = certificate(ca.issuer)
    name = server.put("MY", one, key_info())
    server.put("Root", ca.issuer.certificate)
    stays, goes = (replace(server.host, powershell=Exporting(told)) for told in ("False", "True"))
    opened = beside(monkeypatch, edge01=stays, edge03=goes)
    taker = FakeServer("edge02")
    taker.put("Root", ca.issuer.certificate)
    host = replace(taker.host, powershell=Importing(taker, one))
    bring = {"certificate": SHARED, "thumbprint": name}
    with pytest.raises(RolloutError, match="the key of certificate .* may not be exported"):
        run(certificate_install, host, key_from=["edge01"], **bring)
    assert taker.listed("MY") == []
    assert run(certificate_install, host, key_from=["edge01", "edge03"], **bring)["thumbprint"] == name
    assert opened == ["edge01 opened", "edge01 opened", "edge03 opened", "edge03 closed"]


def second_server() -> tuple[dict[str, Any], dict[str, Any]]:
    """The plan of another server, and what its request brought."""
    names = [*planned()["subject_alternative_names"][:-1], "ocssrv02.company.local"]
    plan = planned(id="ocssrv02.company.local/default", subject_alternative_names=names)
    pem = csr(names=names, key=rsa_key(3)).public_bytes(PEM).decode()
    return plan, {"certificate": plan, "request": pem, "server": "ocssrv02.company.local"}


def order_for(asked: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"certificate": planned(), "request": asked["request"], "public_key": asked["public_key"], **more}


def test_several_orders_are_answered_in_their_order(server, ca):
    asked = request(server)
    _plan, second = second_server()
    done = run(certificate_issue, ca.host, orders=[second, order_for(asked)])
    assert [(one["state"], one["request_id"], one["failed"], one["msg"]) for one in done["results"]] == [
        ("issued", 1, False, ""),
        ("issued", 2, False, ""),
    ]
    assert [one["certificate"] for one in done["changes"]] == [
        "ocssrv02.company.local/default",
        "ocssrv01.company.local/default",
    ]
    assert (done["changed"], len(ca.rows), "failed" in done) == (True, 2, False)
    again = run(certificate_issue, ca.host, orders=[second, order_for(asked)])
    assert ([one["request_id"] for one in again["results"]], again["changed"], len(ca.rows)) == ([1, 2], False, 2)


def test_an_order_that_is_refused_holds_up_no_other(server, ca):
    asked = request(server)
    _plan, second = second_server()
    wrong = {**order_for(asked), "request": "no request", "server": "ocssrv09"}
    done = run(certificate_issue, ca.host, orders=[wrong, second], fail=False)
    assert [one["failed"] for one in done["results"]] == [True, False]
    assert done["results"][0]["msg"].startswith("for ocssrv09: certificate ocssrv01.company.local/default: ")
    assert "failed" not in done
    told = run(certificate_issue, ca.host, orders=[wrong, second])
    assert (told["failed"], told["msg"]) == (True, done["results"][0]["msg"])
    assert told["results"][1]["state"] == "issued"


def test_what_the_ca_refuses_one_server_it_is_not_asked_for_the_others(server, ca):
    """Of the same template; a person's no concerns one request alone."""
    _plan, second = second_server()
    orders = [order_for(request(server), server="ocssrv01"), second]
    ca.decision, ca.status = 31, 0x80094012
    first, other = run(certificate_issue, ca.host, orders=orders, fail=False)["results"]
    assert (first["failed"], other["failed"], len(ca.rows)) == (True, True, 1)
    begin = "for ocssrv02.company.local: The CA was not asked: it refused the same for ocssrv01 in this run. ca01"
    assert other["msg"].startswith(begin) and "0x80094012" in other["msg"]
    ca.status = 0x80094014
    run(certificate_issue, ca.host, orders=orders, fail=False)
    assert len(ca.rows) == 3


def test_a_ca_that_is_not_reached_fails_every_order(ca, monkeypatch):
    def unreachable(self: Any) -> Any:
        raise HostUnreachable("no answer", where="ca01")

    monkeypatch.setattr(certificate_issue.ActionModule, "open_host", unreachable)
    action = certificate_issue.ActionModule.__new__(certificate_issue.ActionModule)
    _plan, second = second_server()
    filled = {name: option.get("default") for name, option in action.argument_spec.items()}
    done = action._answer({**filled, "orders": [second, second], "fail": False}, False)
    assert [(one["failed"], one["msg"]) for one in done["results"]] == [
        (True, "for ocssrv02.company.local: ca01: no answer"),
        (True, "for ocssrv02.company.local: ca01: no answer"),
    ]
    assert (done["changed"], done["findings"]) == (False, [])
    with pytest.raises(HostUnreachable):
        action._answer({**filled, "orders": [second]}, False)
