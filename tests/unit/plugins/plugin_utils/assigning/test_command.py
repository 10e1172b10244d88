"""Assigning by the site's command, after a look at what is served."""

from __future__ import annotations

import pytest
from unit.action_runs import run
from unit.fakes_windows import DER, FakeServer, authority, certificate, key_info, planned, thumbprint
from unit.keepers import Witness

from ansible_collections.ucops.rollout.plugins.action import certificate_assign
from ansible_collections.ucops.rollout.plugins.module_utils.errors import RolloutError
from ansible_collections.ucops.rollout.plugins.module_utils.proof.tls_wire import Handshake
from ansible_collections.ucops.rollout.plugins.module_utils.values import Thumbprint
from ansible_collections.ucops.rollout.plugins.plugin_utils.assigning import command
from ansible_collections.ucops.rollout.plugins.plugin_utils.assigning.command import CommandAssignment, check_command
from ansible_collections.ucops.rollout.plugins.plugin_utils.assigning.former import Former


@pytest.fixture
def server():
    return FakeServer()


SITE = ["C:\\Site\\AssignFrontEnd.exe", "/thumbprint:{thumbprint}"]
HELD = certificate(authority())
OTHER = certificate(authority(), days=5)


@pytest.fixture
def front_end(monkeypatch, server):
    """Sets what the Front End serves; records what the site's command was called with."""

    def serve(held=None, state="ok"):
        chain = (held.public_bytes(DER),) if held else ()
        monkeypatch.setattr(
            certificate_assign, "probe", lambda *args: Handshake(state, chain, detail=f"{args[0]}:{args[1]} {state}")
        )

    server.programs.handlers[SITE[0]] = lambda words: (0, "done")
    listening(server, 5061)
    serve(state="no_listener")
    return serve


def listening(server, *ports):
    rows = [f"  TCP    0.0.0.0:{port}   0.0.0.0:0   LISTENING" for port in (5985, *ports)]
    server.programs.handlers["netstat"] = lambda words: (0, "\n".join(rows))


def commands(server):
    return [words for words in server.programs.ran if words[0] != "netstat"]


def assign(server, **arguments):
    given = {"certificate": planned(), "thumbprint": thumbprint(HELD), "address": "10.0.0.11", **arguments}
    if "command" in given:
        given["mode"] = "command"
    return run(certificate_assign, server.host, **given)


TABLE = [
    ("served as planned", HELD, "ok", {"command": SITE}, "proved", 0),
    ("served as planned, by hand", HELD, "ok", {}, "proved", 0),
    ("another is served", OTHER, "ok", {"command": SITE}, "assigned", 1),
    ("another is served, by hand", OTHER, "ok", {}, "manual", 0),
    ("out of reach", None, "no_listener", {"command": SITE}, "unknown", 0),
    ("out of reach, by hand", None, "no_listener", {}, "unknown", 0),
    ("no common cipher", None, "no_common_cipher", {"command": SITE}, "unknown", 0),
    ("timeout", None, "timeout", {"command": SITE}, "unknown", 0),
    ("no listener, just installed", None, "no_listener", {"command": SITE, "installed": True}, "assigned", 1),
    ("no listener, just installed, by hand", None, "no_listener", {"installed": True}, "manual", 0),
    ("broken off with a chain", HELD, "broken_off", {"command": SITE}, "unknown", 0),
]


@pytest.mark.parametrize(
    ("held", "handshake", "arguments", "state", "runs"), [row[1:] for row in TABLE], ids=[row[0] for row in TABLE]
)
def test_assign(server, front_end, held, handshake, arguments, state, runs):
    front_end(held, handshake)
    result = assign(server, **arguments)
    assert (result["state"], result["changed"]) == (state, runs == 1)
    assert commands(server) == [[SITE[0], f"/thumbprint:{thumbprint(HELD)}"]] * runs


def test_what_is_served_is_told_before_the_command_runs(server):
    server.programs.handlers[SITE[0]] = lambda words: (0, "done")
    name = Thumbprint(thumbprint(HELD))
    wanted = CommandAssignment(name, "srv", "pool", "front_end", "default", "10.0.0.11", 15061, 5061, tuple(SITE))
    witness = Witness(server.host, lambda: list(server.programs.ran))

    def serving(held):
        return lambda *args: Handshake("ok", (held.public_bytes(DER),))

    command.assign(server.host, wanted, shake=serving(HELD), keeper=witness)
    command.assign(server.host, wanted, shake=serving(OTHER), keeper=witness, check_mode=True)
    assert witness.told == []
    command.assign(server.host, wanted, shake=serving(OTHER), keeper=witness)
    assert witness.told == [({name: [Former("command", "10.0.0.11:15061", thumbprint(OTHER))]}, [])]
    assert server.programs.ran == [[SITE[0], f"/thumbprint:{name}"]]


@pytest.mark.parametrize(
    ("ports", "arguments", "state", "runs"),
    [
        ((443, 50610), {"command": SITE}, "assigned", 1),
        ((443,), {}, "manual", 0),
        ((5061,), {"command": SITE, "port": 15061, "own_port": 5061}, "unknown", 0),
        ((15061,), {"command": SITE, "port": 15061, "own_port": 5061}, "assigned", 1),
    ],
)
def test_where_nothing_listens_it_is_assigned_again(server, front_end, ports, arguments, state, runs):
    """As after a run that was cut off between installing and assigning, or a command that was wrong."""
    listening(server, *ports)
    result = assign(server, **arguments)
    assert (result["state"], result["changed"]) == (state, runs == 1)
    assert len(commands(server)) == runs


def test_where_a_command_assigns_nobody_is_sent_to_the_wizard(server, front_end):
    (step,) = assign(server, command=SITE)["steps"]
    assert step == (
        "On ocssrv01.company.local, something listens on port 5061, and the controller gets no certificate at"
        " 10.0.0.11:5061. See whether the address is right and a firewall lies between; where the certificate is still"
        " to be assigned, run again with pool_certificates_assign_again: true"
    )


def test_the_server_is_not_asked_where_the_handshake_tells(server, front_end):
    front_end(OTHER, "ok")
    assign(server, command=SITE)
    assert [words[0] for words in server.programs.ran] == [SITE[0]]


def test_steps_for_a_person(server, front_end):
    result = assign(server, installed=True)
    assert any(thumbprint(HELD) in step for step in result["steps"])
    assert any("Start the services" in step for step in result["steps"])


def test_the_command_is_shown_before_it_runs(server, front_end):
    result = assign(server, command=SITE, installed=True, check_mode=True)
    assert (result["state"], result["changed"]) == ("would_assign", True)
    assert result["command"] == [SITE[0], f"/thumbprint:{thumbprint(HELD)}"]
    assert commands(server) == []


def test_a_planned_certificate_in_check_mode(server, front_end):
    result = assign(server, command=SITE, thumbprint=None, check_mode=True)
    assert (result["state"], result["command"][1]) == (
        "would_assign",
        "/thumbprint:(the thumbprint of the certificate that will be issued)",
    )
    assert assign(server, thumbprint=None, check_mode=True)["state"] == "manual"


def test_in_check_mode_the_command_says_what_will_be_filled_in(server, front_end):
    command = ["tool", "{serial_number}", "{issuer}"]
    assert assign(server, command=command, thumbprint=None, check_mode=True)["command"] == [
        "tool",
        "(the serial number of the certificate that will be issued)",
        "(the issuer of the certificate that will be issued)",
    ]


def test_all_placeholders(server, front_end):
    name = server.put("MY", HELD, key_info())
    server.programs.handlers["tool"] = lambda words: (0, "")
    words = [
        "tool",
        "{thumbprint}",
        "/sn:{serial_number}",
        "/i:{issuer}",
        "{server}",
        "{pool}",
        "{4dc3-a}",
        "{}",
    ]
    result = assign(server, command=words, installed=True)
    assert result["command"] == [
        "tool",
        name,
        f"/sn:{HELD.serial_number.to_bytes((HELD.serial_number.bit_length() + 7) // 8, 'big').hex()}",
        "/i:CN=Company CA",
        "ocssrv01.company.local",
        "ocspool.company.local",
        "{4dc3-a}",
        "{}",
    ]


def test_a_command_that_fails(server, front_end):
    server.programs.handlers[SITE[0]] = lambda words: (5, "no such component")
    with pytest.raises(RolloutError, match="command that assigns.*failed: exit code 5.*no such component"):
        assign(server, command=SITE, installed=True)


SCRIPT = "Put it into a script on the servers, and give that with its placeholders as the command"
REFUSED = [
    (["a.exe", "%TEMP%"], f"the argument '%TEMP%' holds %: cmd expands it even between quotation marks. {SCRIPT}"),
    (["a.exe", 'x"y'], f"the argument 'x\"y' holds \": it would end the quotation. {SCRIPT}"),
    (["a.exe", "x\ny"], f"the argument 'x\\ny' holds U+000A, which no command line carries. {SCRIPT}"),
    (["a.exe", "Hi!"], f"the argument 'Hi!' holds !: cmd expands it where delayed expansion is on. {SCRIPT}"),
    (
        ["a.exe", "x" * 9000],
        f"a command line of 9006 characters is longer than the 8000 that cmd takes. {SCRIPT}",
    ),
    (
        ["a.exe", "x" * 9000 + "%"],
        f"the argument '{'x' * 200}' and so on holds %: cmd expands it even between quotation marks. {SCRIPT}",
    ),
    (
        ["a.exe", "{server}" * 32],
        "a command line of 8102 characters is longer than the 8000 that cmd takes."
        " Put it into a script on the servers, and give that as the command",
    ),
    (["a|b.exe"], "'a|b.exe' is no name of a program. Give its full path, with backslashes"),
    (["a.cmd", "x&y"], "the argument 'x&y' is not safe for a script. Use a program (.exe)"),
    ([""], f"a command needs a program. {SCRIPT}"),
]


@pytest.mark.parametrize(("command", "told"), REFUSED)
def test_commands_that_no_command_line_carries(command, told):
    with pytest.raises(RolloutError) as raised:
        check_command(command)
    assert str(raised.value) == f"command: {told}"


def test_an_issuer_that_no_command_line_carries():
    check_command(["a.exe", "{issuer}"], ["Company CA"])
    check_command(["a.exe", "{thumbprint}"], ["100% CA"])
    with pytest.raises(RolloutError) as raised:
        check_command(["a.exe", "/i:{issuer}"], ["100% CA"])
    assert str(raised.value) == (
        "command: the argument '/i:CN=100% CA' holds %: cmd expands it even between quotation marks."
        " Use {thumbprint} in place of {issuer}"
    )


@pytest.mark.parametrize("command", [[], ["x", "{password}"]])
def test_commands_that_are_refused(server, front_end, command):
    with pytest.raises(RolloutError, match="empty command|unknown placeholders password"):
        assign(server, command=command)


@pytest.mark.parametrize(("held", "state"), [(HELD, "proved"), (OTHER, "manual"), (None, "manual")])
def test_a_server_that_nobody_logs_on_to_is_asked_by_a_handshake_alone(front_end, held, state):
    front_end(held, "ok" if held else "no_listener")
    spec = certificate_assign.ActionModule.argument_spec
    given = {name: option.get("default") for name, option in spec.items()}
    given |= {"certificate": planned(), "thumbprint": thumbprint(HELD), "address": "10.0.0.11", "bundle": "/srv/b.pem"}
    action = certificate_assign.ActionModule.__new__(certificate_assign.ActionModule)
    result = action._answer(given, False)
    assert (result["state"], result["changed"]) == (state, False)
    assert [step[:16] for step in result["steps"][:1]] == ([] if state == "proved" else ["Bring /srv/b.pem"])


def test_no_thumbprint_in_earnest(server, front_end):
    with pytest.raises(RolloutError, match="no thumbprint was given"):
        assign(server, thumbprint=None)


def test_changes_and_difference(server, front_end):
    front_end(OTHER)
    result = assign(server, command=SITE)
    assert result["changes"] == [
        {
            "verb": "change",
            "what": "run of the site's command that assigns it to 10.0.0.11:5061",
            "server": "ocssrv01.company.local",
            "component": "front_end",
            "endpoint": "10.0.0.11:5061",
            "before": thumbprint(OTHER),
            "after": thumbprint(HELD),
            "reasons": [],
        }
    ]
    assert result["diff"] == {
        "before": f"10.0.0.11:5061 {thumbprint(OTHER)}\n",
        "after": f"10.0.0.11:5061 {thumbprint(HELD)}\n",
    }
    front_end(HELD)
    proved = assign(server, command=SITE)
    assert (proved["changes"], proved["diff"]["before"]) == ([], proved["diff"]["after"])


def test_any_component_by_hand_without_asking_anybody(server, front_end, monkeypatch):
    monkeypatch.setattr(certificate_assign, "probe", None)
    result = assign(server, address=None, component="xmpp_gateway", use="edge_external", port=443)
    assert (result["state"], result["changed"], result["served"]) == ("manual", False, None)
    assert result["steps"][0] == (
        f"On ocssrv01.company.local, assign the certificate with the thumbprint {thumbprint(HELD)} to xmpp_gateway"
        " (use edge_external), port 443."
    )


@pytest.mark.parametrize(
    ("held", "arguments", "place"),
    [
        (HELD, {"command": SITE}, (thumbprint(HELD), thumbprint(HELD), "unchanged")),
        (OTHER, {"command": SITE}, (thumbprint(OTHER), thumbprint(HELD), "not_read_back")),
        (OTHER, {}, (thumbprint(OTHER), thumbprint(OTHER), "not_changed")),
        (None, {}, None),
    ],
)
def test_what_the_port_showed_before_and_after(server, front_end, held, arguments, place):
    front_end(held, "ok" if held else "no_listener")
    told = [(one["before"], one["after"], one["state"]) for one in assign(server, **arguments)["assigned"]]
    assert told == ([place] if place else [])


def test_what_the_port_showed_before_the_command_is_remembered(server, front_end):
    server.put("MY", HELD, key_info())
    front_end(OTHER, "ok")
    done = assign(server, command=SITE)["former"]
    assert [(one["way"], one["place"], one["thumbprint"]) for one in done] == [
        ("command", "10.0.0.11:5061", thumbprint(OTHER))
    ]
    front_end(state="no_listener")
    listening(server)
    assert assign(server, command=SITE)["former"] == []
