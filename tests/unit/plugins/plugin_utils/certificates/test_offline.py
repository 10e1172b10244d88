"""An authority that is a directory: requests out, certificates in; and the engines on it."""

from __future__ import annotations

import os

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization import pkcs7
from unit.action_runs import Noon, run
from unit.certificate_steps import request, snapshot
from unit.fakes_windows import (
    DER,
    NOW,
    PEM,
    FakeCa,
    FakeServer,
    certificate,
    csr,
    planned,
    planned_certificate,
    rsa_key,
    thumbprint,
)

from ansible_collections.ucops.rollout.plugins.action import certificate_install
from ansible_collections.ucops.rollout.plugins.module_utils.errors import RolloutError
from ansible_collections.ucops.rollout.plugins.plugin_utils.certificates.issuing import (
    NotIssued,
    PlacedOrder,
    issue_all,
)
from ansible_collections.ucops.rollout.plugins.plugin_utils.certificates.offline import OfflineAuthority


@pytest.fixture
def server():
    return FakeServer()


@pytest.fixture
def ca():
    return FakeCa()


STEM = "ocssrv01.company.local_default"


@pytest.fixture(autouse=True)
def noon(monkeypatch):
    monkeypatch.setattr(certificate_install, "datetime", Noon)


def offline(server, directory, **arguments):
    return run(certificate_install, server.host, certificate=planned(), directory=str(directory), **arguments)


def answer(ca, pem):
    return ca._issue(x509.load_pem_x509_csr(pem.encode()))


def test_offline_and_back(server, ca, tmp_path):
    server.put("Root", ca.issuer.certificate)
    place = tmp_path / "requests"
    asked = request(server, directory=str(place))
    assert asked["file"] == str(place / f"{STEM}.req")
    written = (place / f"{STEM}.req").read_text()
    assert written == asked["request"]
    assert os.stat(place / f"{STEM}.req").st_mode & 0o777 == 0o600
    assert sorted(path.name for path in place.iterdir()) == [f"{STEM}.order.txt", f"{STEM}.req"]
    assert f"Request      {STEM}.req: hand it in" in (place / f"{STEM}.order.txt").read_text()
    assert os.stat(place / f"{STEM}.order.txt").st_mode & 0o777 == 0o600
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
        request(server, planned(id=identity), directory=str(tmp_path))
    assert server.programs.ran == []


def test_changes_name_the_file(server, tmp_path):
    asked = request(server, directory=str(tmp_path))
    assert [(change["what"], change.get("file")) for change in asked["changes"]] == [
        ("key and request made", None),
        (f"request put into {tmp_path / STEM}.req", str(tmp_path / f"{STEM}.req")),
    ]
    (tmp_path / f"{STEM}.req").unlink()
    again = request(server, directory=str(tmp_path))
    assert (again["state"], again["changed"], len(again["changes"])) == ("outstanding", True, 1)
    assert (tmp_path / f"{STEM}.req").read_text() == again["request"]


# ---- the engine that gets certificates, with an authority that people carry files to ---------------------------------


def ask(directory, key=None, check_mode=False):
    """The request for a key handed in, and what is there."""
    pem = csr(key=key or rsa_key()).public_bytes(PEM).decode()
    placed = PlacedOrder(planned_certificate(), pem)
    terms = {"now": NOW, "minimum_days": 30, "check_mode": check_mode}
    (outcome,) = issue_all(OfflineAuthority(str(directory)), [placed], **terms)
    if outcome.error:
        raise outcome.error
    return outcome.issuance


def test_what_it_can_do():
    abilities = OfflineAuthority("requests").capabilities
    assert not any((abilities.answers_at_once, abilities.keeps_record, abilities.has_policy, abilities.revokes))


def test_a_folder_counts_from_the_working_directory(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert OfflineAuthority("requests").name == f"{tmp_path}/requests"


def test_an_order_waits_for_people_and_is_handed_in_once(tmp_path):
    first, second = ask(tmp_path), ask(tmp_path)
    assert (first.state, first.change_set.changed, first.request_id) == ("pending", True, None)
    assert first.message == f"{tmp_path}/{STEM}.req is to be signed; put the certificate beside it and run again"
    assert (second.state, second.change_set.changed) == ("pending", False)


def test_an_order_in_check_mode_writes_nothing(tmp_path):
    outcome = ask(tmp_path / "new", check_mode=True)
    assert (outcome.state, outcome.change_set.changed, (tmp_path / "new").exists()) == ("would_submit", True, False)


def test_an_order_is_answered_by_what_lies_beside_it(ca, tmp_path):
    ask(tmp_path)
    held = certificate(ca.issuer)
    (tmp_path / f"{STEM}.cer").write_bytes(held.public_bytes(PEM) + ca.issuer.pem.encode())
    outcome = ask(tmp_path)
    assert (outcome.state, outcome.change_set.changed, outcome.certificate.thumbprint) == (
        "issued",
        False,
        thumbprint(held),
    )
    assert [issuer.common_name for issuer in outcome.chain] == ["Company CA"]


def test_an_answer_for_another_key_is_refused(ca, tmp_path):
    held = certificate(ca.issuer, key=rsa_key(9))
    (tmp_path / f"{STEM}.cer").write_bytes(held.public_bytes(PEM) + ca.issuer.pem.encode())
    with pytest.raises(NotIssued, match="the certificate of the request for .* it is for another key"):
        ask(tmp_path)
