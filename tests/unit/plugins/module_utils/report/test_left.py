"""What is left of a run."""

from __future__ import annotations

from typing import Any

from ansible_collections.ucops.rollout.plugins.module_utils.report.data import hand_over
from ansible_collections.ucops.rollout.plugins.module_utils.report.left import RolloutLeft, rollout_left
from ansible_collections.ucops.rollout.plugins.module_utils.report.outcome import read_outcome
from ansible_collections.ucops.rollout.plugins.module_utils.report.status import Counts

FQDN = "fe1.company.local"
GIVEN: dict[str, Any] = {
    "failure": "the run ended early",
    "dns": {"failed": True, "msg": "zone company.com is missing"},
    "servers": {
        FQDN: {
            "certificates": {
                f"{FQDN}/default": {
                    "waiting": "request 7 waits",
                    "assignment": {"state": "manual", "steps": ["Choose it in the wizard."]},
                    "by_hand": {
                        "oauth:0": {"state": "manual", "steps": ["Assign it to oauth."]},
                        "mediation:5070": {"state": "manual", "steps": ["Assign it to mediation."]},
                    },
                }
            },
            "failure": "the CA denied it",
        }
    },
    "proof": {
        "dns": [{"subject": "a A", "state": "proved", "message": "as planned"}],
        "tls": [
            {"subject": "a:5061", "state": "failed", "message": "another certificate"},
            {"subject": "a:443", "state": "unproved", "message": "connection refused"},
        ],
    },
}


FAILED = ("the run ended early", "DNS: zone company.com is missing", f"{FQDN}: the CA denied it")
WAITING, WRONG, UNPROVED = (
    (f"{FQDN}: request 7 waits",),
    ("a:5061: another certificate",),
    ("a:443: connection refused",),
)
BY_HAND = (
    f"{FQDN}: Choose it in the wizard.",
    f"{FQDN}: Assign it to oauth.",
    f"{FQDN}: Assign it to mediation.",
)


def left(unproved_fails: bool = True, **changed: Any) -> RolloutLeft:
    return rollout_left(hand_over(read_outcome({**GIVEN, **changed})), unproved_fails=unproved_fails)


def test_what_is_left() -> None:
    assert left() == RolloutLeft(
        status="failed",
        counts=Counts(failed=3, wrong=1, waiting=1, by_hand=3, unproved=1, proved=1),
        headline="FAILED: 3 steps failed, 1 proof failed, 1 request waiting for others, 3 steps left by hand,"
        " 1 check unproved",
        failed=FAILED,
        not_done=(),
        waiting=WAITING,
        by_hand=BY_HAND,
        wrong=WRONG,
        unproved=UNPROVED,
        blocking=(*FAILED, *WRONG, *WAITING, *BY_HAND, *UNPROVED),
    )


def test_unproved_and_by_hand_may_be_left_when_told_so_and_nothing_else() -> None:
    assert left(unproved_fails=False).blocking == (*FAILED, *WRONG, *WAITING)
    steps = {"certificates": {"x": GIVEN["servers"][FQDN]["certificates"][f"{FQDN}/default"] | {"waiting": ""}}}
    little = {"failure": "", "dns": {}, "servers": {FQDN: steps}, "proof": {"tls": [GIVEN["proof"]["tls"][1]]}}
    assert left(**little).blocking == (*BY_HAND, *UNPROVED)
    allowed = left(unproved_fails=False, **little)
    assert allowed.blocking == ()
    assert allowed.headline == "BY_HAND: 3 steps left by hand, 1 check unproved"


def test_check_mode_ends_badly_for_what_was_seen_and_not_for_steps_that_would_be_left() -> None:
    steps = {"certificates": {"x": {"assignment": {"state": "manual", "steps": ["Choose it in the wizard."]}}}}
    planned = {"failure": "", "dns": {}, "servers": {FQDN: steps}, "proof": {}, "check_mode": True}
    assert (left(**planned).status, left(**planned).blocking, left(**planned).headline) == ("planned", (), "")
    seen = {**planned, "proof": {"tls": [GIVEN["proof"]["tls"][1]]}}
    assert (left(**seen).status, left(**seen).blocking) == ("unproved", UNPROVED)


def test_a_proof_that_was_expected_and_not_made_is_unproved() -> None:
    nothing: dict[str, Any] = {"failure": "", "dns": {}, "servers": {}, "proof": {}}
    assert left(**nothing).status == "done"
    missing = left(**nothing, proof_expected=True)
    assert (missing.status, missing.headline) == ("unproved", "UNPROVED: 1 check unproved")
    assert missing.blocking == ("nothing was proved: no record, endpoint or sign-in was looked at in this run",)


def test_hosts_that_were_left_out_are_told_once_and_are_no_failed_steps() -> None:
    whys = [{"hosts": ["fe2", "fe3", "fe4"], "why": "took no part"}, {"hosts": ["fe5"], "why": "not begun"}]
    nothing: dict[str, Any] = {"failure": "", "dns": {}, "servers": {}, "proof": {}, "not_done": whys}
    found = left(**nothing, unproved_fails=False)
    assert (found.status, found.headline, found.failed) == ("not_done", "NOT_DONE: 4 hosts not done", ())
    assert found.blocking == found.not_done == ("fe2, fe3, fe4: took no part", "fe5: not begun")
    worse = left(not_done=whys[1:])
    assert worse.headline.startswith("FAILED: 3 steps failed, 1 proof failed, 1 host not done, 1 request waiting")


def test_nothing_is_left_of_nothing() -> None:
    assert rollout_left(hand_over(read_outcome({}))).to_plain() == {
        "status": "done",
        "counts": {"failed": 0, "wrong": 0, "not_done": 0, "waiting": 0, "by_hand": 0, "unproved": 0, "proved": 0},
        "headline": "",
        **{name: [] for name in ("failed", "not_done", "waiting", "by_hand", "wrong", "unproved", "blocking")},
    }
