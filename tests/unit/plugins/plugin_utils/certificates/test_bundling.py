"""The certificate of a server that nobody logs on to: a configuration out, a request in, a bundle out."""

from __future__ import annotations

import subprocess
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from unit.fakes_windows import NOW, PEM, Issuer, authority, certificate, csr, planned_certificate, rsa_key, thumbprint

from ansible_collections.ucops.rollout.plugins.module_utils.certificates.authority_port import ISSUED, AuthorityAnswer
from ansible_collections.ucops.rollout.plugins.module_utils.certificates.x509 import load_certificate
from ansible_collections.ucops.rollout.plugins.module_utils.errors import RolloutError
from ansible_collections.ucops.rollout.plugins.plugin_utils.certificates.bundling import Bundling, bundle
from ansible_collections.ucops.rollout.plugins.plugin_utils.certificates.offline import OfflineAuthority

STEM = "proxy01.company.local_reverse_proxy"
PLANNED = planned_certificate(id="proxy01.company.local/reverse_proxy", holders=["proxy01.company.local"])
NAMES = PLANNED.subject_alternative_names
ROOT = authority("Root CA", number=121)
ISSUING = authority("Company CA", ROOT, number=122)


def step(place: Path, **changes: Any) -> dict[str, Any]:
    wanted = {"now": NOW, "minimum_days": 30, **changes}
    return bundle(Bundling(PLANNED, OfflineAuthority(str(place)), **wanted)).to_result()


def pem(issued: x509.Certificate) -> str:
    return issued.public_bytes(PEM).decode()


def issued(request: x509.CertificateSigningRequest, issuer: Issuer = ISSUING, days: int = 365) -> x509.Certificate:
    return certificate(issuer, "ocspool.company.local", NAMES, key=request, days=days)


def put_request(place: Path, key: int = 5, suffix: str = ".req", **changes: Any) -> x509.CertificateSigningRequest:
    place.mkdir(exist_ok=True)
    request = csr(key=rsa_key(key), **changes)
    (place / f"{STEM}{suffix}").write_bytes(request.public_bytes(PEM))
    return request


def files(place: Path) -> list[str]:
    return sorted(path.name.removeprefix(STEM) for path in place.iterdir()) if place.exists() else []


def test_a_person_is_told_how_to_make_key_and_request(tmp_path: Path) -> None:
    place = tmp_path / "requests"
    seen = step(place, check_mode=True)
    assert (seen["state"], seen["changed"], files(place)) == ("wanted", True, [])
    assert [one["to_do"] for one in seen["changes"]] == [
        f"configuration for openssl to be written into {place}/{STEM}.cnf",
        f"order to be written into {place}/{STEM}.order.txt",
    ]
    first = step(place)
    assert (first["state"], first["changed"], first["thumbprint"]) == ("wanted", True, None)
    assert files(place) == [".cnf", ".order.txt"]
    assert first["message"] == (
        f"On proxy01.company.local, with the file {place}/{STEM}.cnf: openssl req -new -newkey rsa:2048 -nodes -keyout"
        f" {STEM}.key -out {STEM}.csr -config {STEM}.cnf. The key stays there; put the request on this controller as"
        f" {place}/{STEM}.req, and run again"
    )
    again = step(place)
    assert (again["state"], again["changed"], again["changes"]) == ("wanted", False, [])
    # A CA that is asked without people gets no order.
    step(tmp_path / "online", online=True)
    assert files(tmp_path / "online") == [".cnf"]


def test_what_openssl_makes_of_the_configuration_is_the_planned_request(tmp_path: Path) -> None:
    step(tmp_path)
    command = ["openssl", "req", "-new", "-newkey", "rsa:2048", "-nodes", "-keyout", "key", "-out", f"{STEM}.csr"]
    subprocess.run([*command, "-config", f"{STEM}.cnf"], cwd=tmp_path, check=True, capture_output=True)
    assert step(tmp_path, online=True)["state"] == "requested"


@pytest.mark.parametrize("suffix", [".req", ".csr"])
def test_a_request_is_handed_over_with_an_order(tmp_path: Path, suffix: str) -> None:
    put_request(tmp_path, suffix=suffix)
    first = step(tmp_path)
    assert (first["state"], first["changed"], files(tmp_path)) == ("waiting", True, sorted([".order.txt", suffix]))
    assert first["message"] == f"{tmp_path}/{STEM}.req is to be signed; put the certificate beside it and run again"
    assert "Order of a certificate for proxy01.company.local" in (tmp_path / f"{STEM}.order.txt").read_text()
    assert step(tmp_path)["changed"] is False


def test_a_request_for_a_ca_is_returned_and_no_order_written(tmp_path: Path) -> None:
    request = put_request(tmp_path)
    seen = step(tmp_path, online=True)
    assert (seen["state"], seen["changed"], files(tmp_path)) == ("requested", False, [".req"])
    assert x509.load_pem_x509_csr(seen["request"].encode()) == request


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (csr(names=NAMES[:2]).public_bytes(PEM), "is not what was planned: its names are ocspool.company.local, sip"),
        (b"-----BEGIN CERTIFICATE REQUEST-----\n", "neither DER nor PEM"),
    ],
)
def test_a_request_that_is_not_the_planned_one_is_refused(tmp_path: Path, content: bytes, told: str) -> None:
    (tmp_path / f"{STEM}.req").write_bytes(content)
    with pytest.raises(RolloutError, match=told) as refused:
        step(tmp_path)
    assert f"{STEM}.req: " in str(refused.value) and "Make it anew. On proxy01.company.local, with" in str(
        refused.value
    )
    assert files(tmp_path) == [".req"]


@pytest.mark.parametrize(("root", "above"), [(False, [ISSUING]), (True, [ISSUING, ROOT])])
def test_what_the_ca_issued_is_written_with_those_above_it(tmp_path: Path, root: bool, above: list[Issuer]) -> None:
    """In the order in which a server sends them; the root, which clients have, only where it is asked for."""
    leaf = issued(put_request(tmp_path))
    chain = tuple(load_certificate(pem(one.certificate), where="chain") for one in (ROOT, ISSUING))
    answer = AuthorityAnswer(None, ISSUED, load_certificate(pem(leaf), where="issued"), chain)
    seen = step(tmp_path, answer=answer, online=True, root=root, check_mode=True)
    assert (seen["state"], seen["changed"], files(tmp_path)) == ("bundled", True, [".req"])
    done = step(tmp_path, answer=answer, online=True, root=root)
    assert (done["state"], done["changed"], done["thumbprint"]) == ("bundled", True, thumbprint(leaf))
    assert done["bundle"] == f"{tmp_path}/{STEM}.bundle.pem"
    assert Path(done["bundle"]).read_text() == "".join(map(pem, (leaf, *(one.certificate for one in above))))
    assert Path(done["bundle"]).stat().st_mode & 0o777 == 0o600
    # Nobody is asked again, even where the request is gone.
    (tmp_path / f"{STEM}.req").unlink()
    again = step(tmp_path, online=True, root=root)
    assert (again["state"], again["changed"], again["thumbprint"]) == ("bundled", False, thumbprint(leaf))


def test_what_people_brought_is_bundled(tmp_path: Path) -> None:
    leaf = issued(put_request(tmp_path))
    (tmp_path / f"{STEM}.cer").write_text(pem(leaf) + pem(ROOT.certificate) + pem(ISSUING.certificate))
    assert step(tmp_path)["state"] == "bundled"
    assert (tmp_path / f"{STEM}.bundle.pem").read_text() == pem(leaf) + pem(ISSUING.certificate)


def test_a_certificate_for_another_key_is_not_bundled(tmp_path: Path) -> None:
    put_request(tmp_path)
    (tmp_path / f"{STEM}.cer").write_text(pem(issued(csr(key=rsa_key(6)))) + pem(ROOT.certificate))
    waiting = step(tmp_path)
    assert waiting["state"] == "waiting"
    assert waiting["message"].startswith("The certificate that is there is for another key: ")


def test_a_certificate_without_its_chain_is_refused(tmp_path: Path) -> None:
    (tmp_path / f"{STEM}.cer").write_text(pem(issued(put_request(tmp_path))))
    with pytest.raises(RolloutError, match="leads to no root: there is no certificate of 'CN=Company CA'"):
        step(tmp_path)
    assert files(tmp_path) == [".cer", ".req"]


def test_a_new_key_is_asked_for_in_time_and_taken_up(tmp_path: Path) -> None:
    old = issued(put_request(tmp_path), days=90)
    (tmp_path / f"{STEM}.cer").write_text(pem(old) + pem(ROOT.certificate) + pem(ISSUING.certificate))
    step(tmp_path)
    late = NOW + timedelta(days=70)
    asked = step(tmp_path, now=late)
    assert asked["state"] == "wanted"
    assert asked["message"].startswith(
        f"A new key is needed: the certificate in {tmp_path}/{STEM}.bundle.pem no longer serves (it expires on"
    )
    renewed = issued(put_request(tmp_path, key=6))
    assert step(tmp_path, now=late, online=True)["state"] == "requested"
    (tmp_path / f"{STEM}.cer").write_text(pem(renewed) + pem(ROOT.certificate) + pem(ISSUING.certificate))
    assert step(tmp_path, now=late)["thumbprint"] == thumbprint(renewed)


def test_a_bundle_that_cannot_be_read_is_written_anew(tmp_path: Path) -> None:
    leaf = issued(put_request(tmp_path))
    (tmp_path / f"{STEM}.cer").write_text(pem(leaf) + pem(ROOT.certificate) + pem(ISSUING.certificate))
    (tmp_path / f"{STEM}.bundle.pem").write_text("torn")
    assert step(tmp_path)["changed"] is True
    assert (tmp_path / f"{STEM}.bundle.pem").read_text() == pem(leaf) + pem(ISSUING.certificate)


def deliver(place: Path) -> tuple[x509.Certificate, Path]:
    """The certificate that people brought, and the bundle made of it, which is there."""
    leaf = issued(put_request(place))
    (place / f"{STEM}.cer").write_text(pem(leaf) + pem(ISSUING.certificate) + pem(ROOT.certificate))
    step(place)
    return leaf, place / f"{STEM}.bundle.pem"


STRANGER = authority("Company CA", number=123)
PRIVATE = "-----BEGIN PRIVATE KEY-----\nMIIEvQ==\n-----END PRIVATE KEY-----\n"


@pytest.mark.parametrize(
    "above", ["", pem(STRANGER.certificate), pem(ISSUING.certificate) + PRIVATE, pem(ISSUING.certificate) * 2]
)
def test_a_bundle_that_is_not_what_it_is_to_be_is_written_anew(tmp_path: Path, above: str) -> None:
    leaf, bundled = deliver(tmp_path)
    bundled.write_text(pem(leaf) + above)
    again = step(tmp_path)
    assert (again["state"], again["changed"], again["thumbprint"]) == ("bundled", True, thumbprint(leaf))
    assert bundled.read_text() == pem(leaf) + pem(ISSUING.certificate)
    assert step(tmp_path)["changed"] is False


def test_a_certificate_of_another_ca_of_the_same_name_is_replaced(tmp_path: Path) -> None:
    leaf, bundled = deliver(tmp_path)
    bundled.write_text(pem(issued(csr(key=rsa_key(5)), STRANGER)) + pem(ISSUING.certificate))
    assert step(tmp_path)["thumbprint"] == thumbprint(leaf)
    assert bundled.read_text() == pem(leaf) + pem(ISSUING.certificate)


def test_the_root_comes_and_goes_with_what_is_wanted(tmp_path: Path) -> None:
    leaf, bundled = deliver(tmp_path)
    assert step(tmp_path, root=True)["changed"] is True
    assert bundled.read_text() == pem(leaf) + pem(ISSUING.certificate) + pem(ROOT.certificate)
    assert step(tmp_path)["changed"] is True
    assert bundled.read_text() == pem(leaf) + pem(ISSUING.certificate)
    # What it holds itself nobody is asked for.
    step(tmp_path, root=True)
    for name in (".cer", ".req"):
        (tmp_path / f"{STEM}{name}").unlink()
    assert (step(tmp_path)["state"], bundled.read_text()) == ("bundled", pem(leaf) + pem(ISSUING.certificate))
    lacking = step(tmp_path, root=True, online=True)
    assert (lacking["state"], lacking["message"]) == (
        "waiting",
        f"{bundled} is not as it is to be (it does not end with the root): {tmp_path}/{STEM}.req is to be signed; put"
        " the certificate beside it and run again",
    )


@pytest.mark.parametrize(
    ("above", "told"),
    [
        (pem(STRANGER.certificate), "'CN=ocspool.company.local' is not signed by 'CN=Company CA'"),
        (pem(ROOT.certificate), "'CN=Root CA' is not the issuer of 'CN=ocspool.company.local'"),
        (pem(ISSUING.certificate) + "a note\n", "more than certificates stands in it"),
    ],
)
def test_where_nothing_else_is_at_hand_it_is_asked_for_again(tmp_path: Path, above: str, told: str) -> None:
    leaf, bundled = deliver(tmp_path)
    (tmp_path / f"{STEM}.cer").unlink()
    assert step(tmp_path)["state"] == "bundled"
    bundled.write_text(pem(leaf) + above)
    assert step(tmp_path, online=True)["state"] == "requested"
    waiting = step(tmp_path)
    assert waiting["state"] == "waiting"
    assert waiting["message"] == (
        f"{bundled} is not as it is to be ({told}): {tmp_path}/{STEM}.req is to be signed; put the certificate beside"
        " it and run again"
    )


def test_of_a_certificate_alone_the_ca_tells_whether_any_stand_above_it(tmp_path: Path) -> None:
    leaf, bundled = deliver(tmp_path)
    (tmp_path / f"{STEM}.cer").unlink()
    bundled.write_text(pem(leaf))
    assert step(tmp_path, online=True)["state"] == "requested"
    # Where the CA is not asked, nothing speaks against it.
    assert step(tmp_path, online=True, check_mode=True)["state"] == step(tmp_path)["state"] == "bundled"


def test_a_sound_bundle_needs_nothing_beside_it(tmp_path: Path) -> None:
    leaf, _bundled = deliver(tmp_path)
    for beside in ("torn", pem(leaf)):
        (tmp_path / f"{STEM}.cer").write_text(beside)
        again = step(tmp_path)
        assert (again["state"], again["changed"], again["thumbprint"]) == ("bundled", False, thumbprint(leaf))


def test_of_two_different_requests_none_is_taken(tmp_path: Path) -> None:
    put_request(tmp_path)
    put_request(tmp_path, key=6, suffix=".csr")
    with pytest.raises(RolloutError) as refused:
        step(tmp_path)
    assert str(refused.value) == (
        f"{tmp_path}/{STEM}.req and {tmp_path}/{STEM}.csr: two different requests for one certificate are there."
        " Nothing was handed over. Remove the one whose key the server does not have, as a rule the older, and run"
        " again"
    )
    (tmp_path / f"{STEM}.csr").write_bytes((tmp_path / f"{STEM}.req").read_bytes())
    assert step(tmp_path)["state"] == "waiting"
