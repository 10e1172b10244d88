"""The server's side of a request: what is held, what waits, what is made."""

from __future__ import annotations

import struct
from datetime import timedelta

import pytest
from cryptography import x509
from unit.certificate_steps import request
from unit.fakes_windows import (
    NOW,
    PEM,
    STORES,
    FakeCa,
    FakeServer,
    certificate,
    csr,
    key_info,
    planned,
    planned_certificate,
    rsa_key,
)

from ansible_collections.ucops.rollout.plugins.module_utils.errors import RolloutError
from ansible_collections.ucops.rollout.plugins.plugin_utils.certificates.enrolling import Enrolling, NotRequested, enrol
from ansible_collections.ucops.rollout.plugins.plugin_utils.winrm.registry_port import ValueTooLarge


@pytest.fixture
def server():
    return FakeServer()


@pytest.fixture
def ca():
    return FakeCa()


def test_every_held_certificate_is_told_why_it_does_not_serve(server, ca):
    short = server.put("MY", certificate(ca.issuer, begin=NOW - timedelta(days=700), days=10), key_info())
    keyless = server.put("MY", certificate(ca.issuer))
    asked = request(server, check_mode=True)
    assert {entry["thumbprint"]: entry["reasons"] for entry in asked["reasons"]} == {
        short: ["it expires on 2026-12-02T12:00:00Z, in less than 30 days"],
        keyless: ["its private key is not on this machine"],
    }


def test_the_newest_is_taken_also_where_an_older_one_lasts_longer(server, ca):
    server.put("MY", certificate(ca.issuer, days=300, begin=NOW - timedelta(days=90)), key_info())
    newest = server.put("MY", certificate(ca.issuer, days=46), key_info())
    assert request(server)["thumbprint"] == newest


def test_what_was_held_before_is_told(server, ca):
    ended = server.put("MY", certificate(ca.issuer, days=-1, begin=NOW - timedelta(days=700)), key_info())
    server.put("MY", certificate(ca.issuer, names=["ocspool.company.local"], days=300), key_info())
    assert request(server, check_mode=True)["former"]["thumbprint"] == ended
    late = server.put("MY", certificate(ca.issuer, days=5, begin=NOW - timedelta(days=600)), key_info())
    assert request(server, check_mode=True)["former"]["thumbprint"] == late
    held = server.put("MY", certificate(ca.issuer), key_info())
    found = request(server)
    assert (found["thumbprint"], found["former"]["thumbprint"]) == (held, late)


def test_of_those_of_one_day_the_one_that_lasts_longest_is_taken(server, ca):
    server.put("MY", certificate(ca.issuer, days=100), key_info())
    longest = server.put("MY", certificate(ca.issuer, days=300), key_info())
    server.put("MY", certificate(ca.issuer, days=200), key_info())
    assert request(server)["thumbprint"] == longest
    assert server.programs.ran == []


def test_the_number_of_days_is_an_option(server, ca):
    server.put("MY", certificate(ca.issuer, begin=NOW - timedelta(days=700), days=20), key_info())
    assert request(server, minimum_days=14)["state"] == "held"
    assert request(server, minimum_days=21, check_mode=True)["state"] == "would_create"


def test_a_waiting_key_is_used_again(server):
    first = request(server)
    waiting = server.listed("REQUEST")
    second = request(server)
    assert (second["state"], second["changed"], second["public_key"]) == ("outstanding", False, first["public_key"])
    assert second["request"] is not None
    assert (server.next_key, server.listed("REQUEST")) == (1, waiting)
    assert (first["waiting"], second["waiting"]) == (None, waiting[0])


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
    assert request(server, plan)["state"] == "created"
    assert server.next_key == 2


def test_certreq_that_makes_another_request_than_told(server):
    server.request_names = ["ocspool.company.local"]
    with pytest.raises(RolloutError, match="is not what was planned: its names are ocspool.company.local, not"):
        request(server)
    assert server.files.contents == {}


def test_a_request_for_a_key_that_the_store_does_not_hold_is_not_handed_in(server):
    """Whoever answers in the server's place has a key of his own, and knows not that of the store."""
    made = server._certreq

    def exchanged(words):
        code, said = made(words)
        server.files.contents[words[-1]] = csr(key=rsa_key(99)).public_bytes(PEM)
        return code, said

    server.programs.handlers["certreq"] = exchanged
    with pytest.raises(NotRequested, match="for another key than the one that waits in the store REQUEST") as caught:
        request(server)
    assert caught.value.result["changed"] is True and "Nothing was handed in" in str(caught.value)


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


def test_a_renewal_window_is_told_in_days(server, ca):
    held = certificate(ca.issuer, begin=NOW - timedelta(days=700), days=29)
    server.put("MY", held, key_info())
    assert request(server, check_mode=True)["reasons"][0]["reasons"] == [
        "it expires on 2026-12-21T12:00:00Z, in less than 30 days"
    ]


@pytest.mark.parametrize(("version", "name"), [("5.2", "sha512"), ("6.0", "sha256"), ("6.3", "sha256")])
def test_the_request_names_its_hash_where_windows_knows_the_key(version, name):
    """sha512 stands for the default of the fake's Windows."""
    asked = request(FakeServer(version=version))
    assert x509.load_pem_x509_csr(asked["request"].encode()).signature_hash_algorithm.name == name


def test_a_waiting_request_with_another_hash_is_not_requested_again():
    server = FakeServer(version="5.2")
    first = request(server)
    server.registry.set("SOFTWARE\\Microsoft\\Windows NT\\CurrentVersion", "CurrentVersion", "6.1")
    second = request(server)
    assert (second["state"], second["changed"], second["public_key"]) == ("outstanding", False, first["public_key"])
    assert len(server.keys) == len(server.listed("REQUEST")) == 1


def test_a_host_whose_version_cannot_be_read_makes_no_key(server):
    server.registry.values.clear()
    with pytest.raises(RolloutError, match="the version of Windows cannot be read"):
        request(server)
    assert server.keys == {}


OLD = "C:\\Windows\\Temp\\old.req"


@pytest.mark.parametrize(("check_mode", "left"), [(False, []), (True, [OLD])])
def test_what_an_earlier_run_left_goes_where_a_certificate_is_held(server, ca, check_mode, left):
    server.put("MY", certificate(ca.issuer), key_info())
    server.files.write(OLD, b"x")
    assert request(server, check_mode=check_mode)["state"] == "held"
    assert (list(server.files.contents), server.programs.ran) == (left, [])


def test_a_key_that_another_run_made_meanwhile_is_taken(server):
    """Between the look at the store and the claim another run made a key: there is one, and both go on with it."""
    claim = server.files.claim

    def overtaken(name, holder):
        server.files.claim = claim
        theirs = request(server)
        assert theirs["state"] == "created"
        return claim(name, holder)

    server.files.claim = overtaken
    asked = request(server)
    assert (asked["state"], asked["changed"], len(server.keys)) == ("outstanding", False, 1)
    assert server.files.claims == {}


def test_a_certificate_that_another_run_installed_meanwhile_is_taken(server, ca):
    claim = server.files.claim

    def overtaken(name, holder):
        server.put("MY", certificate(ca.issuer), key_info())
        return claim(name, holder)

    server.files.claim = overtaken
    assert (request(server)["state"], server.keys) == ("held", {})


def test_a_server_that_holds_a_certificate_is_not_claimed(server, ca):
    server.put("MY", certificate(ca.issuer), key_info())
    assert (request(server)["state"], server.files.claimed) == ("held", [])
    request(FakeServer(), check_mode=True)


@pytest.mark.parametrize("store", ["MY", "REQUEST"])
def test_what_is_too_large_to_be_read_may_be_a_public_authority_s(server, store):
    """A Windows CA takes too few names for that; else the authority would be asked anew at every run."""
    name = "AB" * 20
    large = ValueTooLarge("the value is too large", where="HKLM", mend="Raise it")
    server.registry.set(f"{STORES}\\{store}\\Certificates\\{name}", "Blob", large)
    many = [f"sip-domain-{number:03}.company.com" for number in range(150)]
    public = planned(issuer={"name": "public", "ca": ""}, subject_alternative_names=many, template=None)
    with pytest.raises(RolloutError) as raised:
        request(server, public)
    assert str(raised.value) == (
        f"ocssrv01.company.local: certificate ocssrv01.company.local/default: certificate {name} in the store {store}"
        " may be the planned one: the value is too large. Raise it"
    )
    assert request(server)["state"] == "created"


def test_one_that_is_to_be_renewed_does_not_serve_and_the_next_one_does(server, ca):
    old = server.put("MY", certificate(ca.issuer, days=700), key_info("c1"))
    ordered = enrol(Enrolling(server.host, planned_certificate(), NOW, 30, check_mode=True, renew=frozenset({old})))
    assert (ordered.state, ordered.reasons[0].reasons) == ("would_create", ("it is to be renewed, as ordered",))
    new = server.put("MY", certificate(ca.issuer, days=300), key_info("c2"))
    found = enrol(Enrolling(server.host, planned_certificate(), NOW, 30, renew=frozenset({old})))
    assert (found.state, found.held and found.held.thumbprint) == ("held", new)


def test_what_was_there_before_one_that_is_to_be_renewed_is_not_taken_back(server, ca):
    """It may have been replaced for a reason: its key was known to others."""
    before = server.put("MY", certificate(ca.issuer, begin=NOW - timedelta(days=30)), key_info("c0"))
    old = server.put("MY", certificate(ca.issuer, begin=NOW - timedelta(days=2)), key_info("c1"))

    def look(*renew):
        wanted = Enrolling(server.host, planned_certificate(), NOW, 30, check_mode=True, renew=frozenset(renew))
        return enrol(wanted)

    assert look().held.thumbprint == old
    found = look(old)
    assert (found.state, {one.thumbprint: one.reasons for one in found.reasons}) == (
        "would_create",
        {before: (f"it is older than {old}, which is to be renewed",), old: ("it is to be renewed, as ordered",)},
    )
    # One that is for another purpose says nothing of this one.
    other = server.put("MY", certificate(ca.issuer, "web.company.local", ["web.company.local"]), key_info("c3"))
    assert look(other).held.thumbprint == old
    assert look(before).held.thumbprint == old


def test_an_archived_one_does_not_serve(server, ca):
    name = server.put("MY", certificate(ca.issuer), key_info())
    key = f"{STORES}\\MY\\Certificates\\{name}"
    server.registry.values[key]["Blob"] += struct.pack("<III", 19, 1, 0)
    assert request(server, check_mode=True)["reasons"][0]["reasons"] == ["it is archived"]
