"""The action that revokes: its arguments, and its result."""

from __future__ import annotations

import pytest
from unit.action_runs import run
from unit.certificate_steps import issue_request
from unit.fakes_windows import DER, PEM, FakeCa, csr, rsa_key

from ansible_collections.ucops.rollout.plugins.action import certificate_revoke
from ansible_collections.ucops.rollout.plugins.module_utils.certificates.request import load_request
from ansible_collections.ucops.rollout.plugins.module_utils.errors import RolloutError

CA = "ca01.company.local\\Company CA"
REQUEST = csr(key=rsa_key(0))
KEY = load_request(REQUEST.public_bytes(DER), where="test").public_key


def issued(ca: FakeCa) -> dict[str, str]:
    result = issue_request(ca, REQUEST.public_bytes(PEM).decode(), KEY)
    return {"serial_number": result["description"]["serial_number"].upper(), "public_key": KEY.upper()}


def test_a_certificate_is_revoked_once() -> None:
    ca = FakeCa()
    one = issued(ca)
    done = run(certificate_revoke, ca.host, ca=CA, certificates=[one, one])
    assert done["results"] == [
        {
            "serial_number": one["serial_number"].lower(),
            "state": "revoked",
            "request_id": 1,
            "failed": False,
            "msg": "",
        }
    ]
    assert (done["changed"], "failed" in done) == (True, False)
    assert run(certificate_revoke, ca.host, ca=CA, certificates=[one])["changed"] is False


@pytest.mark.parametrize("fail", [True, False])
def test_one_that_cannot_be_revoked_fails_the_task_unless_told_otherwise(fail: bool) -> None:
    ca = FakeCa()
    done = run(
        certificate_revoke, ca.host, ca=CA, certificates=[{"serial_number": "0b", "public_key": "0" * 64}], fail=fail
    )
    assert done.get("failed", False) is fail
    assert done["results"][0]["msg"] == f"{CA} has no certificate of serial number 0b"


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ({"serial_number": "x", "public_key": "0" * 64}, "'x' is no serial number"),
        ({"serial_number": "0b,Disposition=20", "public_key": "0" * 64}, "is no serial number"),
        ({"serial_number": "", "public_key": "0" * 64}, "is no serial number"),
        ({"serial_number": "0b", "public_key": "0b"}, "is no public key"),
    ],
)
def test_what_is_no_certificate_costs_nothing(given: dict[str, str], told: str) -> None:
    ca = FakeCa()
    with pytest.raises(RolloutError, match=told):
        run(certificate_revoke, ca.host, ca=CA, certificates=[given])
    assert ca.programs.ran == []
