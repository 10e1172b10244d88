"""What a machine holds, as ``certificate_info`` tells it."""

from __future__ import annotations

from datetime import timedelta

import pytest
from unit.action_runs import Noon, run
from unit.fakes_windows import (
    NOW,
    PEM,
    STORES,
    FakeCa,
    FakeServer,
    authority,
    blob,
    certificate,
    hashes_sha1,
    key_info,
)

from ansible_collections.ucops.rollout.plugins.action import certificate_info
from ansible_collections.ucops.rollout.plugins.module_utils.errors import RolloutError
from ansible_collections.ucops.rollout.plugins.module_utils.values import Thumbprint
from ansible_collections.ucops.rollout.plugins.plugin_utils.certificates.stores import ENTERPRISE


@pytest.fixture(autouse=True)
def noon(monkeypatch):
    monkeypatch.setattr(certificate_info, "datetime", Noon)


@pytest.fixture
def server():
    return FakeServer()


@pytest.fixture
def ca():
    return FakeCa()


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
    server.put("Root", authority("Stranger", number=150).certificate)
    server.put("MY", certificate(ca.issuer))
    (distrusted,) = run(certificate_info, server.host, chains=True)["certificates"]
    assert "not among the trusted ones" in distrusted["chain_problem"]
    server.put("MY", certificate(authority("Nobody Here", number=151)))
    problems = [one["chain_problem"] for one in run(certificate_info, server.host, chains=True)["certificates"]]
    assert any("leads to no root" in problem for problem in problems)


@pytest.mark.parametrize("crossed", [False, True], ids=["renewed", "crossed"])
def test_of_two_ways_the_one_to_a_trusted_root_counts(server, ca, crossed):
    """The directory brings a renewed root, or the cross certificate of another, into the store CA before any trusts
    it; both are newer than what is trusted."""
    later = NOW + timedelta(days=9000)
    stranger = authority("Other Root", number=152)
    other = authority("Company CA", stranger if crossed else None, number=100, end=later)
    server.put("CA", other.certificate, location=ENTERPRISE)
    server.put("CA", stranger.certificate, location=ENTERPRISE)
    server.put("MY", certificate(ca.issuer))
    (untrusted,) = run(certificate_info, server.host, chains=True)["certificates"]
    assert "not among the trusted ones" in untrusted["chain_problem"]
    server.put("Root", ca.issuer.certificate)
    (one,) = run(certificate_info, server.host, chains=True)["certificates"]
    assert one["chain_problem"] == ""
    assert one["chain"] == [ca.issuer.certificate.public_bytes(PEM).decode("ascii")]


def test_a_name_that_is_no_thumbprint(server):
    with pytest.raises(RolloutError, match=r"^thumbprints: \[1\]: 'x' is no thumbprint"):
        run(certificate_info, server.host, thumbprints=["0" * 40, "x"])


def test_a_certificate_that_cannot_be_read_is_told_with_the_reason(server):
    der = bytes.fromhex("3003020101")
    name = Thumbprint(hashes_sha1(der).hex())
    server.registry.set(f"{STORES}\\MY\\Certificates\\{name}", "Blob", blob(der))
    (one,) = run(certificate_info, server.host, chains=True)["certificates"]
    assert (one["thumbprint"], one["has_private_key"], one["chain"]) == (name, False, [])
    assert one["problem"] == one["chain_problem"]
    assert one["problem"].startswith("not a certificate that can be read")
    assert "subject" not in one


def test_authorities_are_read_once_for_several_chains(server, ca):
    root = server.put("Root", ca.issuer.certificate)
    stranger = server.put("Root", authority("Stranger", number=150).certificate)
    for days in (100, 200, 300):
        server.put("MY", certificate(ca.issuer, days=days), key_info())
    server.registry.reads.clear()
    info = run(certificate_info, server.host, chains=True)
    assert [held["chain_problem"] for held in info["certificates"]] == ["", "", ""]
    read = [key for key in server.registry.reads if key.endswith((root, stranger))]
    assert len(read) == len(set(read)) >= 1
