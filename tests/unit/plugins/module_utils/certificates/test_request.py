"""Requests that certreq built: read, and compared with the plan."""

from __future__ import annotations

import pytest
from hypothesis import given
from unit.audits import KEY
from unit.damage import torn
from unit.fakes_windows import DER, PEM, authority, certificate, csr, planned, planned_certificate, rsa_key

from ansible_collections.ucops.rollout.plugins.module_utils.certificates.request import (
    check_request,
    load_request,
    unmet_by_request,
    unmet_by_stand_in,
)
from ansible_collections.ucops.rollout.plugins.module_utils.certificates.x509 import parse_certificate
from ansible_collections.ucops.rollout.plugins.module_utils.errors import RolloutError

NAMES = planned()["subject_alternative_names"]


def test_the_planned_request_fits():
    pem = csr().public_bytes(PEM).decode().replace("BEGIN CERT", "BEGIN NEW CERT").replace("END CERT", "END NEW CERT")
    request = load_request(pem, where="test")
    assert unmet_by_request(planned_certificate(), request) == []
    assert request.der == csr().public_bytes(DER) or request.names == tuple(NAMES)
    assert request.pem.startswith("-----BEGIN CERTIFICATE REQUEST-----\n")


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"common_name": "other"}, "its common name is 'other'"),
        ({"common_name": "x\x1b[2Jy\u202ez"}, r"its common name is 'x\\1b\[2Jy\\e2\\80\\aez', not"),
        ({"names": NAMES[::-1]}, "its names are ocssrv01.company.local, ocspool.company.com"),
        ({"names": NAMES[:-1]}, "its names are"),
        ({"names": [*NAMES, "more.company.com"]}, "its names are"),
        ({"names": ()}, "its names are none, not ocspool"),
        ({"key": rsa_key(1, 1024)}, "its key is rsa 1024, not rsa 2048"),
        ({"extended": False}, "its extended key usage is not the planned one"),
        ({"usage": False}, "its key usage is not the planned one"),
    ],
)
def test_requests_that_are_not_as_planned(changes, reason):
    with pytest.raises(RolloutError, match=f"is not what was planned: {reason}"):
        check_request(planned_certificate(), load_request(csr(**changes).public_bytes(DER), where="test"), where="test")


def test_a_signature_of_another_key_is_refused():
    mine, other = (csr(key=rsa_key(number)).public_bytes(DER) for number in (0, 2))
    with pytest.raises(RolloutError, match="signature does not hold"):
        load_request(mine[:-256] + other[-256:], where="test")


@pytest.mark.parametrize(
    "data", [b"", b"\x30", b"x", csr().public_bytes(DER)[:-1], csr().public_bytes(PEM) * 2, b"\x30" * 40000]
)
def test_garbage_is_an_error_of_ours(data):
    with pytest.raises(RolloutError):
        load_request(data, where="test")


@given(torn(csr().public_bytes(PEM)) | torn(csr().public_bytes(DER)))
def test_a_torn_request_is_read_or_refused_in_words(data):
    try:
        assert load_request(data, where="test").public_key
    except RolloutError as error:
        str(error).encode("utf-8")


@pytest.mark.parametrize(
    ("changes", "reasons"),
    [
        ({}, []),
        # A stand-in without names says nothing about those that were asked for.
        ({"names": []}, []),
        ({"names": NAMES[:2]}, ["other names"]),
        ({"common_name": "crm.company.com"}, ["another common name"]),
        ({"key": rsa_key(6, 1024)}, ["another kind of key"]),
    ],
)
def test_a_stand_in_of_a_waiting_key(changes, reasons):
    stand_in = parse_certificate(certificate(authority(), **changes).public_bytes(DER), where="test")
    assert unmet_by_stand_in(planned_certificate(), stand_in, KEY) == reasons
    assert unmet_by_stand_in(planned_certificate(), stand_in, None) == [
        "its private key is not on this machine",
        *reasons,
    ]
