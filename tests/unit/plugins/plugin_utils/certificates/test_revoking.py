"""Certificates revoked at the authority that issued them, and no others."""

from __future__ import annotations

import pytest
from unit.certificate_steps import issue_request
from unit.fakes_windows import DER, PEM, FakeCa, Lost, csr, rsa_key

from ansible_collections.ucops.rollout.plugins.module_utils.certificates.request import load_request
from ansible_collections.ucops.rollout.plugins.module_utils.errors import RolloutError
from ansible_collections.ucops.rollout.plugins.module_utils.values import CaConfig
from ansible_collections.ucops.rollout.plugins.plugin_utils.certificates.adcs import AdcsAuthority
from ansible_collections.ucops.rollout.plugins.plugin_utils.certificates.issuing import NotIssued
from ansible_collections.ucops.rollout.plugins.plugin_utils.certificates.offline import OfflineAuthority
from ansible_collections.ucops.rollout.plugins.plugin_utils.certificates.revoking import (
    Revocable,
    revocation_result,
    revoke_all,
)

REQUESTS = [csr(key=rsa_key(number)) for number in (0, 3, 4)]


def issued(ca: FakeCa, count: int = 1) -> list[Revocable]:
    found = []
    for request in REQUESTS[:count]:
        key = load_request(request.public_bytes(DER), where="test").public_key
        result = issue_request(ca, request.public_bytes(PEM).decode(), key)
        found.append(Revocable(result["description"]["serial_number"], key))
    ca.programs.ran.clear()
    return found


def of(ca: FakeCa) -> AdcsAuthority:
    return AdcsAuthority(ca.host, CaConfig("ca01.company.local\\Company CA"))


def revoke(ca: FakeCa, wanted: list[Revocable], *, check_mode: bool = False, reason: str = "superseded"):
    return revoke_all(of(ca), wanted, reason, check_mode=check_mode)


def test_revoked_and_read_back() -> None:
    ca = FakeCa()
    first, second = issued(ca, 2)
    states = revoke(ca, [first, second])
    assert [(one.state, one.request_id, one.message) for one in states] == [("revoked", 1, ""), ("revoked", 2, "")]
    assert [row.disposition for row in ca.rows] == [21, 21]
    # Looked up, revoked, and looked up again.
    views = ["certutil -view"] * 2
    assert ca.programs.verbs() == [*views, "certutil -revoke", "certutil -revoke", *views]
    assert ca.programs.ran[2] == [
        "certutil", "-config", "ca01.company.local\\Company CA", "-revoke", first.serial_number, "4",
    ]  # fmt: skip
    result = revocation_result(of(ca), states)
    assert (result["changed"], [one["to_do"] for one in result["changes"]]) == (
        True,
        ["certificate to be revoked", "certificate to be revoked"],
    )


def test_a_second_time_nothing_is_done() -> None:
    ca = FakeCa()
    wanted = issued(ca)
    revoke(ca, wanted)
    ca.programs.ran.clear()
    states = revoke(ca, wanted)
    assert [one.state for one in states] == ["already_revoked"]
    assert ca.programs.verbs() == ["certutil -view"]
    assert revocation_result(of(ca), states)["changed"] is False


def test_check_mode_says_what_it_would_do() -> None:
    ca = FakeCa()
    states = revoke(ca, issued(ca), check_mode=True)
    assert ([one.state for one in states], ca.rows[0].disposition) == (["would_revoke"], 20)
    assert revocation_result(of(ca), states)["changed"] is True


@pytest.mark.parametrize(
    ("reason", "number"),
    [("unspecified", "0"), ("key_compromise", "1"), ("affiliation_changed", "3"), ("cessation_of_operation", "5")],
)
def test_reasons_by_their_number(reason: str, number: str) -> None:
    ca = FakeCa()
    revoke(ca, issued(ca), reason=reason)
    assert ca.programs.ran[1][-1] == number


def test_what_is_not_ours_is_left_alone_and_holds_up_no_other() -> None:
    ca = FakeCa()
    first, second = issued(ca, 2)
    states = revoke(ca, [Revocable(first.serial_number, "0" * 64), Revocable("0badcafe", "0" * 64), second])
    assert [one.state for one in states] == ["failed", "failed", "revoked"]
    assert "for another key; it was left alone" in states[0].message
    assert "has no certificate of serial number 0badcafe" in states[1].message
    assert [row.disposition for row in ca.rows] == [20, 21]


def test_an_officers_right_that_is_lacking() -> None:
    ca = FakeCa(revoke_code=0x80070005)
    (state,) = revoke(ca, issued(ca))
    assert state.state == "failed" and "did not revoke" in state.message and "0x80070005" in state.message
    assert ca.rows[0].disposition == 20


@pytest.mark.parametrize("after", [False, True])
def test_a_lost_answer_is_read_back(after: bool) -> None:
    ca = FakeCa()
    wanted = issued(ca)
    honest = ca.programs.handlers["certutil"]

    def lost(words):
        if "-revoke" in words:
            if after:
                honest(words)
            raise Lost("the connection is gone")
        return honest(words)

    ca.programs.handlers["certutil"] = lost
    (state,) = revoke(ca, wanted)
    assert state.state == ("revoked" if after else "failed")
    assert after or "the connection is gone" in state.message


def test_a_database_that_cannot_be_read_stops_it() -> None:
    ca = FakeCa()
    wanted = issued(ca)
    ca.view_code = 0x80070005
    with pytest.raises(RolloutError, match="database cannot be read"):
        revoke(ca, wanted)
    assert ca.rows[0].disposition == 20


def test_an_authority_that_people_carry_files_to_revokes_nothing() -> None:
    with pytest.raises(RolloutError, match="this authority revokes nothing for a run.*Ask those who run it"):
        revoke_all(OfflineAuthority("requests"), [Revocable("01", "0" * 64)], "superseded", check_mode=False)


def test_a_revoked_certificate_is_never_handed_out() -> None:
    ca = FakeCa()
    revoke(ca, issued(ca))
    with pytest.raises(NotIssued, match="the certificate of request 1 for .* was revoked there"):
        issue_request(ca, REQUESTS[0].public_bytes(PEM).decode(), None, plan=None)
    assert len(ca.rows) == 1
