"""What certificates took the place of, and what became of it."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from ansible_collections.ucops.rollout.plugins.module_utils.report.outcome import Outcome, read_servers
from ansible_collections.ucops.rollout.plugins.module_utils.report.replaced import (
    CertificateMark,
    ReplacedCertificate,
    RetirementChange,
    replaced,
    replacements_ahead,
    retirement_changes,
)

SERVER, ID, OTHER = "fe1.company.local", "fe1.company.local/default", "fe1.company.local/oauth"
OLD, NEW = "AA" * 20, "BB" * 20
IDS = {"old key": 7, "new key": 12}
BEFORE = CertificateMark(OLD, "2026-12-01T00:00:00Z", 7)
AFTER = CertificateMark(NEW, "2028-11-22T08:00:00Z", 12)


def renewed(**more: Any) -> dict[str, Any]:
    former = {"thumbprint": OLD, "not_after": "2026-12-01T00:00:00Z", "public_key": "old key"}
    return {
        "request": {"changed": True, "public_key": "new key", "former": former},
        "issue": {"request_id": 12, "description": {"thumbprint": NEW, "not_after": "2028-11-22T08:00:00Z"}},
        "install": {"changed": True, "thumbprint": NEW},
        "thumbprint": NEW,
        **more,
    }


def outcome(done: dict[str, Any], **others: Any) -> Outcome:
    return Outcome(servers=read_servers({SERVER: {"certificates": {ID: done, **others}}}))


def retired(state: str, key: str = "", why: str = "", store: str = "MY") -> dict[str, Any]:
    told = {"certificate": ID, "thumbprint": OLD, "serial_number": "4a", "public_key": "old key", "store": store}
    return {"retired": [{**told, "not_after": "2026-12-01T00:00:00Z", "state": state, "key": key, "why": why}]}


def became(done: dict[str, Any], **others: Any) -> str:
    (one,) = replaced(outcome(done, **others), IDS)
    assert one == ReplacedCertificate(SERVER, ID, BEFORE, AFTER, "", one.became)
    return one.became


def changes(done: dict[str, Any]) -> list[RetirementChange]:
    return list(retirement_changes(outcome(done)))


def test_what_nothing_was_done_with() -> None:
    assert became(renewed()) == "left as it was"


@pytest.mark.parametrize(
    ("told", "said"),
    [
        (retired("kept"), "kept in the store"),
        (retired("archived"), "archived"),
        (retired("removed", "deleted"), "removed with its key"),
        (retired("removed", "shared"), "removed; its key stays, since another certificate has it too"),
        (retired("removed", "unknown"), "removed; what became of its key is not known"),
        (retired("in_use", why="the remote desktop"), "kept, since the remote desktop uses it"),
        (retired("would_remove"), "would be removed"),
    ],
)
def test_what_became_of_it(told: dict[str, Any], said: str) -> None:
    assert became(renewed(retired=told)) == said


@pytest.mark.parametrize(
    ("state", "said"),
    [
        ("revoked", "revoked (superseded); removed with its key"),
        ("already_revoked", "was revoked before; removed with its key"),
        ("failed", "NOT revoked: access denied; removed with its key"),
    ],
)
def test_what_its_ca_did(state: str, said: str) -> None:
    revoked = [{"serial_number": "4a", "state": state, "request_id": 7, "msg": "access denied"}]
    done = renewed(retired=retired("removed", "deleted"), revoked=revoked)
    assert became(done) == said
    gone = RetirementChange(SERVER, "delete", f"replaced certificate {OLD} removed ({ID})")
    at_ca = [RetirementChange(SERVER, "change", f"replaced certificate {OLD} revoked ({ID})")]
    assert changes(done) == [*(at_ca if state == "revoked" else []), gone]


WHY = {"thumbprint": OLD, "subject": "CN=pool", "reasons": ["it ends soon", "it lacks sip.company.com"]}


@pytest.mark.parametrize(
    ("ended", "then", "told"),
    [
        ({}, "; then left as it was", []),
        ({"retired": {"retired": [], "unproved": {ID: "a step by hand comes first"}}},
         "; then left as it was, since a step by hand comes first", []),
        ({"retired": retired("would_archive")}, "",
         [("change", f"replaced certificate {OLD} to be archived ({ID})")]),
        ({"retired": retired("would_remove"), "revoked": [{"serial_number": "4a", "state": "would_revoke"}]}, "",
         [("change", f"replaced certificate {OLD} to be revoked ({ID})"),
          ("delete", f"replaced certificate {OLD} to be removed ({ID})")]),
        ({"retired": retired("in_use", why="the remote desktop")}, "; then kept, since the remote desktop uses it", []),
    ],
    ids=["kept", "by hand", "archived", "revoked and removed", "used"],
)  # fmt: skip
def test_what_would_be_replaced_and_why(ended: dict[str, Any], then: str, told: list[tuple[str, str]]) -> None:
    former = {"thumbprint": OLD, "not_after": "2026-12-01T00:00:00Z", "public_key": "old key"}
    request = {"state": "would_create", "former": former, "reasons": [{**WHY, "thumbprint": NEW}, WHY]}
    done = {"request": request, "install": {"changed": True, "state": "would_install"}, **ended}
    ahead = replace(outcome(done), check_mode=True)
    why = "it ends soon; it lacks sip.company.com"
    assert list(replacements_ahead(ahead)) == [
        RetirementChange(SERVER, "change", f"certificate {OLD} to be replaced ({ID}), since {why}{then}")
    ]
    assert [one.why for one in replaced(ahead, {})] == [why]
    assert [(one.verb, one.what) for one in retirement_changes(ahead)] == told
    assert list(replacements_ahead(outcome(done))) == []


def test_where_the_new_one_does_not_serve() -> None:
    """The proof is told with the server's first certificate, whichever it is of."""
    other = {"proof": {"state": "restored"}}
    assert became(renewed(), **{OTHER: other}) == "assigned again, since the new one does not serve"
    unproved = {"retired": {"retired": [], "unproved": {ID: "10.0.0.11:5061 shows nothing"}}}
    assert became(renewed(**unproved)) == "left as it was, since 10.0.0.11:5061 shows nothing"


def test_what_only_a_place_named() -> None:
    binding = {"assigned": [{"place": "0.0.0.0:443", "before": OLD, "after": NEW, "state": "changed"}]}
    done = renewed(request={"changed": True, "public_key": "new key"}, binding=binding)
    (one,) = replaced(outcome(done), IDS)
    assert one.before == CertificateMark(OLD)


def test_what_a_run_that_was_cut_off_left() -> None:
    held = {"thumbprint": NEW, "not_after": "2028-11-22T08:00:00Z"}
    done = {
        "request": {"held": held, "public_key": "new key", "former": {"thumbprint": OLD}},
        "thumbprint": NEW,
        "retired": retired("removed", "deleted"),
    }
    assert became(done) == "removed with its key"


def test_where_nothing_was_replaced() -> None:
    assert list(replaced(outcome({"request": {"former": {"thumbprint": OLD}}, "thumbprint": NEW}), IDS)) == []
    first = renewed(request={"changed": True})
    assert list(replaced(outcome(first), IDS)) == []


def test_a_request_that_waited_in_vain_is_a_change_and_no_certificate() -> None:
    done = {"retired": retired("removed", "deleted", store="REQUEST")}
    assert list(replaced(outcome(done), IDS)) == []
    assert changes(done) == [RetirementChange(SERVER, "delete", f"waiting request {OLD} removed ({ID})")]
    assert changes({"retired": retired("archived")}) == [
        RetirementChange(SERVER, "change", f"replaced certificate {OLD} archived ({ID})")
    ]
