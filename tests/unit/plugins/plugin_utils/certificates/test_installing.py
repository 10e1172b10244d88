"""An issued certificate, its issuers and its key brought together on a server."""

from __future__ import annotations

from datetime import timedelta

import pytest
from unit.certificate_steps import install_issued, issued_for, request, snapshot
from unit.fakes_windows import (
    DER,
    NAMES,
    NOW,
    PEM,
    FakeCa,
    FakeServer,
    authority,
    certificate,
    planned_certificate,
    rsa_key,
)

from ansible_collections.ucops.rollout.plugins.module_utils.certificates.roots import chain_above
from ansible_collections.ucops.rollout.plugins.module_utils.certificates.x509 import load_certificate
from ansible_collections.ucops.rollout.plugins.module_utils.errors import RolloutError
from ansible_collections.ucops.rollout.plugins.module_utils.values import Thumbprint
from ansible_collections.ucops.rollout.plugins.plugin_utils.certificates.installing import (
    complete_chains,
    planned_installation,
)


@pytest.fixture
def server():
    return FakeServer()


@pytest.fixture
def ca():
    return FakeCa()


def test_an_unknown_root_is_refused_and_told(server, ca):
    issued = issued_for(ca, request(server))
    before = snapshot(server)
    with pytest.raises(
        RolloutError, match=f"does not trust the root 'CN=Company CA', thumbprint {ca.issuer.thumbprint}"
    ):
        install_issued(server, issued)
    with pytest.raises(RolloutError, match="does not trust the root"):
        install_issued(server, issued, roots=("0" * 40,))
    assert snapshot(server) == before


def test_an_allowed_root_is_added_before_the_certificate(server, ca):
    issued = issued_for(ca, request(server))
    spelled = "\u200e" + " ".join(ca.issuer.thumbprint.lower()[i : i + 2] for i in range(0, 40, 2))
    done = install_issued(server, issued, roots=(spelled,))
    assert [change["store"] for change in done["changes"]] == ["Root", "MY"]
    assert server.listed("Root") == [ca.issuer.thumbprint]


def planned_for(server, *above, roots=(), with_key=False):
    return planned_installation(
        server.host,
        planned_certificate(),
        [load_certificate(one.certificate.public_bytes(DER), where="above") for one in above],
        now=NOW,
        trusted_roots=tuple(map(Thumbprint, roots)),
        with_key=with_key,
    ).to_result()


def test_in_check_mode_a_root_that_will_be_added_is_told_before_there_is_a_certificate(server):
    root = authority("Root CA", number=121)
    issuing = authority("Company CA", root, number=122)
    before = snapshot(server)
    with pytest.raises(RolloutError, match="does not trust the root 'CN=Root CA'"):
        planned_for(server, issuing, root)
    seen = planned_for(server, issuing, root, roots=(root.thumbprint,))
    assert (seen["state"], seen["changed"], seen["thumbprint"]) == ("would_install", True, None)
    assert [one["to_do"] for one in seen["changes"]] == [
        "certificate of an authority to be put into the store CA",
        "certificate of an authority to be put into the store Root",
        "certificate to be installed",
    ]
    assert snapshot(server) == before
    server.put("Root", root.certificate)
    assert [one["store"] for one in planned_for(server, issuing, root)["changes"]] == ["CA", "MY"]
    assert [one["store"] for one in planned_for(server, root)["changes"]] == ["MY"]
    unknown = planned_for(server, with_key=True)["changes"]
    assert [one["to_do"] for one in unknown] == ["certificate to be installed with the key of another server"]


@pytest.mark.parametrize(
    "location", ["SOFTWARE\\Policies\\Microsoft\\SystemCertificates", "SOFTWARE\\Microsoft\\EnterpriseCertificates"]
)
def test_roots_that_came_by_policy_or_directory(server, ca, location):
    server.put("Root", ca.issuer.certificate, location=location)
    done = install_issued(server, issued_for(ca, request(server)))
    assert [change["store"] for change in done["changes"]] == ["MY"]


def test_intermediates_first(server):
    root = authority("Root CA", number=121)
    ca = FakeCa(issuer=authority("Company CA", root, number=122), chain=None)
    ca.chain = [ca.issuer, root]
    server.put("Root", root.certificate)
    done = install_issued(server, issued_for(ca, request(server)))
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
    issued = issued_for(ca, request(other))
    before = snapshot(server)
    with pytest.raises(RolloutError, match="no outstanding request on this server has the key"):
        install_issued(server, issued)
    assert snapshot(server) == before


def test_a_wrong_certificate_is_not_installed(server, ca):
    server.put("Root", ca.issuer.certificate)
    request(server)
    wrong = certificate(ca.issuer, names=["ocspool.company.local"], key=rsa_key(200))
    before = snapshot(server)
    with pytest.raises(RolloutError, match="is not what was planned: its subject alternative names lack.*Nothing was"):
        install_issued(server, {"certificate": wrong.public_bytes(PEM).decode(), "chain": [ca.issuer.pem]})
    assert snapshot(server) == before


def test_names_that_a_ca_added_are_not_installed(server, ca):
    request(server)
    wide = certificate(ca.issuer, names=[*NAMES, "dc01.company.local"], key=rsa_key(200))
    with pytest.raises(RolloutError, match="it has names that were not asked for: 'dc01.company.local'.*Nothing was"):
        install_issued(server, {"certificate": wide.public_bytes(PEM).decode(), "chain": [ca.issuer.pem]})


def test_not_valid_yet_is_a_clocks_fault(server, ca):
    request(server)
    early = certificate(ca.issuer, begin=NOW + timedelta(minutes=3), key=rsa_key(200))
    with pytest.raises(RolloutError, match="valid from 2026-11-22T12:03:00Z on, and the controller's clock says"):
        install_issued(server, {"certificate": early.public_bytes(PEM).decode(), "chain": [ca.issuer.pem]})


def test_a_chain_that_did_not_sign_it(server, ca):
    issued = issued_for(ca, request(server))
    with pytest.raises(RolloutError, match="leads to no root"):
        install_issued(server, {**issued, "chain": [authority("Company CA", number=130).pem]})


def test_a_distrusted_issuer(server, ca):
    server.put("Root", ca.issuer.certificate)
    server.put("Disallowed", ca.issuer.certificate)
    with pytest.raises(RolloutError, match="disallowed"):
        install_issued(server, issued_for(ca, request(server)))


def test_accept_that_fails_says_what_was_done_before(server, ca):
    issued = issued_for(ca, request(server))
    server.accepts = False
    with pytest.raises(RolloutError, match="was not accepted: 0x800b0109: the chain ends in a root") as caught:
        install_issued(server, issued, roots=(ca.issuer.thumbprint,))
    assert caught.value.result["changed"] is True
    assert [change["store"] for change in caught.value.result["changes"]] == ["Root"]


def test_accepted_without_its_key_is_a_failure(server, ca):
    server.put("Root", ca.issuer.certificate)
    issued = issued_for(ca, request(server))
    server.keys.clear()
    with pytest.raises(RolloutError, match="was accepted, but its private key is not on this machine"):
        install_issued(server, issued)


# --- of certificates that are held already ---

DISALLOWED = "Disallowed"


def chain_of(*above):
    """Of a CA, as it tells its certificates: its own first, in whatever order what is above it."""
    read = [load_certificate(one.certificate.public_bytes(DER), where="above") for one in above]
    return chain_above(read, now=NOW, where="above")


def completed(server, *chains, roots=(), check_mode=False):
    changes = complete_chains(
        server.host, chains, trusted_roots=tuple(map(Thumbprint, roots)), check_mode=check_mode
    ).to_result()["changes"]
    return [(one["store"], one["subject"]) for one in changes]


@pytest.fixture
def authorities():
    """A root, an authority below it, and one that issues below that."""
    root = authority("Root CA", number=121)
    policy = authority("Policy CA", root, number=123)
    return root, policy, authority("Company CA", policy, number=122)


def test_what_a_server_lacks_of_its_own_chain_and_of_those_of_others(server, authorities):
    root, policy, issuing = authorities
    other = authority("Other Root", number=124)
    server.put("Root", root.certificate)
    server.put("CA", policy.certificate)
    chains = (chain_of(issuing, root, policy), chain_of(other))
    wanted = [("CA", "CN=Company CA"), ("Root", "CN=Other Root")]
    before = snapshot(server)
    assert completed(server, *chains, roots=(other.thumbprint,), check_mode=True) == wanted
    assert snapshot(server) == before
    # Two servers of one CA have one chain.
    assert completed(server, *chains, chains[0], roots=(other.thumbprint,)) == wanted
    assert server.listed("CA") == [policy.thumbprint, issuing.thumbprint]
    assert server.listed("Root") == [root.thumbprint, other.thumbprint]
    assert completed(server, *chains, roots=(other.thumbprint,)) == []


def test_a_chain_that_nobody_may_complete_is_left_alone(server, authorities):
    root, policy, issuing = authorities
    chain = chain_of(issuing, policy, root)
    assert completed(server, chain) == [] == completed(server, chain, roots=("0" * 40,))
    server.put("Root", root.certificate)
    server.put(DISALLOWED, policy.certificate)
    assert completed(server, chain) == [] and server.listed("CA") == []


def test_what_was_done_before_it_failed_is_told(server, authorities):
    root, policy, issuing = authorities
    server.put("Root", root.certificate)
    taken, add = [], server.programs.handlers["certutil"]

    def first_alone(words):
        taken.append(words)
        return add(words) if len(taken) == 1 else (0x80070005, "Xyzzy")

    server.programs.handlers["certutil"] = first_alone
    with pytest.raises(RolloutError, match="'CN=Policy CA' is not in the store CA") as caught:
        completed(server, chain_of(issuing, policy, root))
    assert [one["subject"] for one in caught.value.result["changes"]] == ["CN=Company CA"]
