"""The six actions on hosts in memory: one certificate from the request to the listener."""

from __future__ import annotations

import os
from datetime import timedelta

import pytest
from cryptography.hazmat.primitives.serialization import pkcs7
from unit.fakes_windows import (
    DER,
    NOW,
    PEM,
    STORES,
    FakeCa,
    FakeServer,
    authority,
    certificate,
    key_info,
    planned,
    rsa_key,
    thumbprint,
)

from ansible_collections.ucops.rollout.plugins.action import (
    certificate_assign,
    certificate_info,
    certificate_install,
    certificate_issue,
    certificate_request,
    http_binding,
)
from ansible_collections.ucops.rollout.plugins.module_utils.errors import RolloutError
from ansible_collections.ucops.rollout.plugins.module_utils.proof.tls_wire import Handshake
from ansible_collections.ucops.rollout.plugins.plugin_utils.certificates.stores import ENTERPRISE


def run(module, host, check_mode=False, **arguments):
    """An action's work with its defaults filled in, as its base would."""
    action = module.ActionModule.__new__(module.ActionModule)
    spec = action.argument_spec
    filled = {name: option.get("default") for name, option in spec.items()}
    assert set(arguments) <= set(spec)
    return action.work(host, {**filled, **arguments}, check_mode)


@pytest.fixture(autouse=True)
def noon(monkeypatch):
    class Clock:
        @staticmethod
        def now(zone):
            return NOW

    for module in (certificate_request, certificate_issue, certificate_install, certificate_info):
        monkeypatch.setattr(module, "datetime", Clock)


@pytest.fixture
def server():
    return FakeServer()


@pytest.fixture
def ca():
    return FakeCa()


def request(server, **arguments):
    return run(certificate_request, server.host, certificate=arguments.pop("plan", planned()), **arguments)


def issue(ca, asked, **arguments):
    picked = {"request": asked["request"], "public_key": asked["public_key"]}
    return run(certificate_issue, ca.host, certificate=planned(), **{**picked, **arguments})


def install(server, issued, **arguments):
    picked = {"issued": issued["certificate"], "chain": issued["chain"]}
    return run(certificate_install, server.host, certificate=planned(), **{**picked, **arguments})


def snapshot(server):
    return {key: dict(values) for key, values in server.registry.values.items()}


# ---- the whole way -----------------------------------------------------------------------------------------------


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
            "store": "MY",
            "thumbprint": issued["thumbprint"],
            "subject": "CN=ocspool.company.local",
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


# ---- request -----------------------------------------------------------------------------------------------------


def test_every_held_certificate_is_told_why_it_does_not_serve(server, ca):
    short = server.put("MY", certificate(ca.issuer, days=10), key_info())
    keyless = server.put("MY", certificate(ca.issuer))
    asked = request(server, check_mode=True)
    assert {entry["thumbprint"]: entry["reasons"] for entry in asked["reasons"]} == {
        short: ["it expires on 2026-12-02T12:00:00Z, in less than 30 days"],
        keyless: ["its private key is not on this machine"],
    }


def test_the_one_that_lasts_longest_is_taken(server, ca):
    server.put("MY", certificate(ca.issuer, days=100), key_info())
    longest = server.put("MY", certificate(ca.issuer, days=300), key_info())
    server.put("MY", certificate(ca.issuer, days=200), key_info())
    assert request(server)["thumbprint"] == longest
    assert server.programs.ran == []


def test_the_number_of_days_is_an_option(server, ca):
    server.put("MY", certificate(ca.issuer, days=20), key_info())
    assert request(server, minimum_days=14)["state"] == "held"
    assert request(server, minimum_days=21, check_mode=True)["state"] == "would_create"


def test_a_waiting_key_is_used_again(server):
    first = request(server)
    waiting = server.listed("REQUEST")
    second = request(server)
    assert (second["state"], second["changed"], second["public_key"]) == ("outstanding", False, first["public_key"])
    assert second["request"] is not None
    assert (server.next_key, server.listed("REQUEST")) == (1, waiting)


def test_a_waiting_key_in_check_mode(server):
    first = request(server)
    ran = len(server.programs.ran)
    second = request(server, check_mode=True)
    assert (second["state"], second["request"], second["public_key"]) == ("outstanding", None, first["public_key"])
    assert len(server.programs.ran) == ran


def test_a_waiting_key_whose_request_cannot_be_built_again(server):
    first = request(server)
    server.refuses_existing = True
    second = request(server)
    assert (second["state"], second["request"], second["public_key"]) == ("outstanding", None, first["public_key"])


def test_a_waiting_key_for_other_names_is_left(server):
    request(server)
    plan = planned(subject_alternative_names=[*planned()["subject_alternative_names"], "sip.company.org"])
    assert request(server, plan=plan)["state"] == "created"
    assert server.next_key == 2


def test_certreq_that_makes_another_request_than_told(server):
    server.request_names = ["ocspool.company.local"]
    with pytest.raises(RolloutError, match="is not what was planned: its names are ocspool.company.local, not"):
        request(server)
    assert server.files.contents == {}


def test_certreq_that_makes_nothing(server):
    server.programs.handlers["certreq"] = lambda words: (0x80090016, "Keyset does not exist 0x80090016")
    with pytest.raises(RolloutError, match="certreq made no request: 0x80090016"):
        request(server)


def test_a_garbled_store_stops(server, ca):
    name = server.put("MY", certificate(ca.issuer), key_info())
    key = f"{STORES}\\MY\\Certificates\\{name}"
    server.registry.set(key, "Blob", server.registry.values[key]["Blob"][:-5])
    with pytest.raises(RolloutError, match="garbled certificate blob"):
        request(server)
    assert server.programs.ran == []


@pytest.mark.parametrize(
    ("plan", "wrong"),
    [
        ({}, "id is missing; subject.common_name is missing; subject_alternative_names is missing"),
        (planned(subject={"common_name": 5}), "subject.common_name is not a usable str"),
        (planned(key={"length": "2048", "provider": "x", "provider_type": 12}), "key.length is not a usable int"),
        (planned(subject_alternative_names=[5]), "something else than names"),
    ],
)
def test_a_certificate_that_is_none_of_a_plan(server, plan, wrong):
    with pytest.raises(RolloutError, match=wrong):
        request(server, plan=plan)


# ---- install -----------------------------------------------------------------------------------------------------


def test_an_unknown_root_is_refused_and_told(server, ca):
    issued = issue(ca, request(server))
    before = snapshot(server)
    with pytest.raises(
        RolloutError, match=f"does not trust the root 'CN=Company CA', thumbprint {ca.issuer.thumbprint}"
    ):
        install(server, issued)
    with pytest.raises(RolloutError, match="does not trust the root"):
        install(server, issued, trusted_roots=["0" * 40])
    assert snapshot(server) == before


def test_an_allowed_root_is_added_before_the_certificate(server, ca):
    issued = issue(ca, request(server))
    spelled = "\u200e" + " ".join(ca.issuer.thumbprint.lower()[i : i + 2] for i in range(0, 40, 2))
    done = install(server, issued, trusted_roots=[spelled])
    assert [change["store"] for change in done["changes"]] == ["Root", "MY"]
    assert server.listed("Root") == [ca.issuer.thumbprint]


@pytest.mark.parametrize(
    "location", ["SOFTWARE\\Policies\\Microsoft\\SystemCertificates", "SOFTWARE\\Microsoft\\EnterpriseCertificates"]
)
def test_roots_that_came_by_policy_or_directory(server, ca, location):
    server.put("Root", ca.issuer.certificate, location=location)
    done = install(server, issue(ca, request(server)))
    assert [change["store"] for change in done["changes"]] == ["MY"]


def test_intermediates_first(server):
    root = authority("Root CA", number=121)
    ca = FakeCa(issuer=authority("Company CA", root, number=122), chain=None)
    ca.chain = [ca.issuer, root]
    server.put("Root", root.certificate)
    done = install(server, issue(ca, request(server)))
    assert [(change["store"], change["subject"]) for change in done["changes"]] == [
        ("CA", "CN=Company CA"),
        ("MY", "CN=ocspool.company.local"),
    ]
    assert server.programs.verbs() == ["certreq -new", "certutil -addstore", "certreq -accept"]
    assert server.files.contents == {}


def test_a_certificate_for_the_key_of_another_server(server, ca):
    server.put("Root", ca.issuer.certificate)
    other = FakeServer("ocssrv02.company.local")
    other.next_key = 7
    issued = issue(ca, request(other))
    before = snapshot(server)
    with pytest.raises(RolloutError, match="no outstanding request on this server has the key"):
        install(server, issued)
    assert snapshot(server) == before


def test_a_wrong_certificate_is_not_installed(server, ca):
    server.put("Root", ca.issuer.certificate)
    request(server)
    wrong = certificate(ca.issuer, names=["ocspool.company.local"], key=rsa_key(200))
    before = snapshot(server)
    with pytest.raises(RolloutError, match="is not what was planned: its subject alternative names lack.*Nothing was"):
        install(server, {"certificate": wrong.public_bytes(PEM).decode(), "chain": [ca.issuer.pem]})
    assert snapshot(server) == before


def test_a_chain_that_did_not_sign_it(server, ca):
    issued = issue(ca, request(server))
    with pytest.raises(RolloutError, match="leads to no root"):
        install(server, {**issued, "chain": [authority("Company CA", number=130).pem]})


def test_a_distrusted_issuer(server, ca):
    server.put("Root", ca.issuer.certificate)
    server.put("Disallowed", ca.issuer.certificate)
    with pytest.raises(RolloutError, match="disallowed"):
        install(server, issue(ca, request(server)))


def test_accept_that_fails_says_what_was_done_before(server, ca):
    issued = issue(ca, request(server))
    server.accepts = False
    with pytest.raises(RolloutError, match="was not accepted: 0x800b0109: the chain ends in a root") as caught:
        install(server, issued, trusted_roots=[ca.issuer.thumbprint])
    assert caught.value.result["changed"] is True
    assert [change["store"] for change in caught.value.result["changes"]] == ["Root"]


def test_accepted_without_its_key_is_a_failure(server, ca):
    server.put("Root", ca.issuer.certificate)
    issued = issue(ca, request(server))
    server.keys.clear()
    with pytest.raises(RolloutError, match="was accepted, but its private key is not on this machine"):
        install(server, issued)


def test_neither_file_nor_certificate(server):
    with pytest.raises(RolloutError, match="neither issued nor directory"):
        run(certificate_install, server.host, certificate=planned())


# ---- offline -----------------------------------------------------------------------------------------------------

STEM = "ocssrv01.company.local_default"


def offline(server, directory, **arguments):
    return run(certificate_install, server.host, certificate=planned(), directory=str(directory), **arguments)


def answer(ca, pem):
    from cryptography import x509

    return ca._issue(x509.load_pem_x509_csr(pem.encode()))


def test_offline_and_back(server, ca, tmp_path):
    server.put("Root", ca.issuer.certificate)
    place = tmp_path / "requests"
    asked = request(server, directory=str(place))
    assert asked["file"] == str(place / f"{STEM}.req")
    written = (place / f"{STEM}.req").read_text()
    assert written == asked["request"]
    assert os.stat(place / f"{STEM}.req").st_mode & 0o777 == 0o644
    assert [path.name for path in place.iterdir()] == [f"{STEM}.req"]
    assert offline(server, place)["state"] == "waiting"
    again = request(server, directory=str(place))
    assert (again["state"], again["changed"], (place / f"{STEM}.req").read_text()) == ("outstanding", False, written)
    assert server.programs.verbs() == ["certreq -new"]
    issued = answer(ca, written)
    (place / f"{STEM}.cer").write_bytes(issued.public_bytes(DER))
    (place / f"{STEM}.p7b").write_bytes(pkcs7.serialize_certificates([issued, ca.issuer.certificate], DER))
    assert offline(server, place, check_mode=True)["state"] == "would_install"
    assert offline(server, place)["thumbprint"] == thumbprint(issued)
    assert request(server, directory=str(place))["state"] == "held"


def test_offline_with_one_bundle(server, ca, tmp_path):
    server.put("Root", ca.issuer.certificate)
    asked = request(server, directory=str(tmp_path))
    issued = answer(ca, asked["request"])
    (tmp_path / f"{STEM}.cer").write_text(issued.public_bytes(PEM).decode() + ca.issuer.pem)
    assert offline(server, tmp_path)["state"] == "installed"


def test_offline_in_check_mode_writes_nothing(server, tmp_path):
    asked = request(server, directory=str(tmp_path / "new"), check_mode=True)
    assert (asked["state"], asked["changed"]) == ("would_create", True)
    assert not (tmp_path / "new").exists()
    assert offline(server, tmp_path / "new", check_mode=True)["state"] == "waiting"


def test_a_request_file_of_another_key_is_replaced(server, tmp_path):
    other = FakeServer("other")
    other.next_key = 7
    (tmp_path / f"{STEM}.req").write_text(request(other)["request"])
    asked = request(server, directory=str(tmp_path))
    assert (tmp_path / f"{STEM}.req").read_text() == asked["request"]


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (lambda ca: certificate(ca.issuer, "www.company.com").public_bytes(DER), "is not what was planned: its common"),
        (
            lambda ca: certificate(ca.issuer, key=rsa_key(9)).public_bytes(PEM) + ca.issuer.pem.encode(),
            "no outstanding",
        ),
        (lambda ca: ca.issuer.pem.encode(), "0 server certificates where one was expected"),
        (lambda ca: b"Access denied", "neither DER nor PEM"),
        (lambda ca: certificate(ca.issuer, key=rsa_key(200)).public_bytes(DER), "leads to no root"),
    ],
)
def test_offline_wrong_files(server, ca, tmp_path, content, said):
    request(server)
    (tmp_path / f"{STEM}.cer").write_bytes(content(ca))
    before = snapshot(server)
    with pytest.raises(RolloutError, match=said):
        offline(server, tmp_path)
    assert snapshot(server) == before


def test_offline_where_nobody_may_write(server, tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(RolloutError, match="cannot be (read|written)"):
        request(server, directory=str(tmp_path / "file" / "below"))


@pytest.mark.parametrize("identity", ["../../etc/passwd", "a/../b c", "x" * 300, "-rf/x"])
def test_an_id_that_is_no_file_name(server, tmp_path, identity):
    with pytest.raises(RolloutError, match="cannot be the name of a file"):
        request(server, plan=planned(id=identity), directory=str(tmp_path))


# ---- info and bindings -------------------------------------------------------------------------------------------


def test_info(server, ca):
    root = server.put("Root", ca.issuer.certificate)
    with_key = server.put("MY", certificate(ca.issuer), key_info())
    without = server.put("MY", certificate(ca.issuer))
    info = run(certificate_info, server.host)
    assert info["changed"] is False
    assert {held["thumbprint"]: held["has_private_key"] for held in info["certificates"]} == {
        with_key: True,
        without: False,
    }
    assert (info["root_thumbprints"], info["authority_thumbprints"]) == ([root], [])
    (one,) = run(certificate_info, server.host, thumbprints=[with_key.lower()])["certificates"]
    assert (one["common_name"], one["provider_type"]) == ("ocspool.company.local", 12)


def test_info_with_chains(server, ca):
    """The directory's root is found with one look; the strangers in the machine's own store are not read."""
    server.put("Root", ca.issuer.certificate, location=ENTERPRISE)
    stranger = server.put("Root", authority("Stranger", number=150).certificate)
    server.put("MY", certificate(ca.issuer))
    reads = []
    read = server.registry.binary
    server.registry.binary = lambda key, name: reads.append(key) or read(key, name)
    (one,) = run(certificate_info, server.host, chains=True)["certificates"]
    assert one["chain"] == [ca.issuer.certificate.public_bytes(PEM).decode("ascii")]
    assert one["chain_problem"] == ""
    assert not [key for key in reads if stranger in key]


def test_info_of_a_certificate_that_leads_nowhere(server, ca):
    server.put("CA", ca.issuer.certificate)
    server.put("MY", certificate(ca.issuer))
    (distrusted,) = run(certificate_info, server.host, chains=True)["certificates"]
    assert "not among the trusted ones" in distrusted["chain_problem"]
    server.put("MY", certificate(authority("Nobody Here", number=151)))
    problems = [one["chain_problem"] for one in run(certificate_info, server.host, chains=True)["certificates"]]
    assert any("leads to no root" in problem for problem in problems)


def test_binding_action(server, ca):
    name = server.put("MY", certificate(ca.issuer), key_info())
    assert run(http_binding, server.host, thumbprint=name.lower())["state"] == "bound"
    assert run(http_binding, server.host, thumbprint=name)["changed"] is False


# ---- assign ------------------------------------------------------------------------------------------------------

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
    serve(state="no_listener")
    return serve


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
    ("no listener", None, "no_listener", {"command": SITE}, "unknown", 0),
    ("no listener, by hand", None, "no_listener", {}, "unknown", 0),
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
    assert server.programs.ran == [[SITE[0], f"/thumbprint:{thumbprint(HELD)}"]] * runs


def test_steps_for_a_person(server, front_end):
    result = assign(server, installed=True)
    assert any(thumbprint(HELD) in step for step in result["steps"])
    assert any("Start the services" in step for step in result["steps"])


def test_the_command_is_shown_before_it_runs(server, front_end):
    result = assign(server, command=SITE, installed=True, check_mode=True)
    assert (result["state"], result["changed"]) == ("would_assign", True)
    assert result["command"] == [SITE[0], f"/thumbprint:{thumbprint(HELD)}"]
    assert server.programs.ran == []


def test_a_planned_certificate_in_check_mode(server, front_end):
    result = assign(server, command=SITE, thumbprint=None, check_mode=True)
    assert (result["state"], result["command"][1]) == ("would_assign", "/thumbprint:(thumbprint)")
    assert assign(server, thumbprint=None, check_mode=True)["state"] == "manual"


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


@pytest.mark.parametrize("command", [[], ["x", "{password}"]])
def test_commands_that_are_refused(server, front_end, command):
    with pytest.raises(RolloutError, match="empty command|unknown placeholders password"):
        assign(server, command=command)


def test_no_thumbprint_in_earnest(server, front_end):
    with pytest.raises(RolloutError, match="no thumbprint was given"):
        assign(server, thumbprint=None)


def test_a_renewal_window_is_told_in_days(server, ca):
    held = certificate(ca.issuer, begin=NOW - timedelta(days=700), days=29)
    server.put("MY", held, key_info())
    assert request(server, check_mode=True)["reasons"][0]["reasons"] == [
        "it expires on 2026-12-21T12:00:00Z, in less than 30 days"
    ]
