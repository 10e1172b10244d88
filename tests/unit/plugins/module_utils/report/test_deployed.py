"""A proof that finds nothing at all of the plan says so once."""

from __future__ import annotations

from copy import deepcopy
from typing import Any

import pytest
from unit.hand_overs import ID, PLAN, SERVER

from ansible_collections.ucops.rollout.plugins.module_utils.report.data import HandOver, hand_over
from ansible_collections.ucops.rollout.plugins.module_utils.report.left import rollout_left
from ansible_collections.ucops.rollout.plugins.module_utils.report.markdown import report_markdown
from ansible_collections.ucops.rollout.plugins.module_utils.report.outcome import read_outcome
from ansible_collections.ucops.rollout.plugins.module_utils.report.summary import report_summary

NOT_DEPLOYED = (
    "nothing of this plan is deployed yet: no DNS server has a planned record of ours, no planned endpoint serves a"
    " certificate, and the servers hold none of the planned ones. Run ansible-"
    "playbook ucops.rollout.deploy_pool first"
)
RECORDS = [f"{record['fqdn']} {record['type']}" for record in PLAN["records"] if record["managed"] == "ours"]


def result(check: str, subject: str, state: str, kind: str = "", **more: Any) -> dict[str, Any]:
    cause = {"kind": kind, "where": "", "what": kind, "mend": ""} if kind else None
    return {"check": check, "subject": subject, "state": state, "message": kind or "seen", "cause": cause, **more}


def given() -> dict[str, Any]:
    """As a proof of an estate finds it where nothing was rolled out."""
    return {
        "plan": deepcopy(PLAN),
        "parts": ["plan", "verify", "report"],
        "proof_expected": True,
        "servers": {SERVER: {"certificates": {ID: {"request": {"state": "would_create"}}}}},
        "proof": {
            "dns": [
                *(result("record", subject, "failed", "nxdomain") for subject in RECORDS),
                result("record", f"{SERVER} A", "proved", found=["10.0.0.11"]),
                result("srv_target", "ocspool.company.com", "unproved", "servfail"),
                result("absent", "names that clients try", "unproved", "servfail"),
            ],
            "tls": [
                result("tls", "ocspool.company.local:5061", "unproved", "broken_off"),
                result("tls", f"{SERVER}:5061", "unproved", "no_listener"),
            ],
            "trust": [result("trust", SERVER, "unproved")],
            "sign_in": [result("sign_in", "company.com", "failed", "nxdomain")],
        },
    }


def told(changed: dict[str, Any]) -> HandOver:
    return hand_over(read_outcome(changed))


def test_it_is_told_once_and_the_run_ends_as_badly_as_before() -> None:
    data = told(given())
    assert data.deployed is False
    left = rollout_left(data)
    assert (left.status, left.blocking, left.failed) == ("failed", (NOT_DEPLOYED,), (NOT_DEPLOYED,))
    assert (data.counts.wrong, data.counts.unproved) == (len(RECORDS) + 1, 5)
    shown = " ".join(report_summary(data).split())
    assert shown.count("deployed yet") == 1 and "nxdomain" not in shown and "Unproved" not in shown, shown
    document = report_markdown(data)
    assert "## Unproved" not in document and "## Proofs that failed" not in document
    assert "nxdomain" in document.partition("## Proof\n")[2]


def test_what_has_another_cause_is_told_all_the_same() -> None:
    changed = given()
    changed["proof"]["trust"].append(result("trust", "root of the CA", "unproved", "no_roots"))
    changed["proof"]["dns"].append(result("absent", "*.company.com", "failed"))
    left = rollout_left(told(changed))
    assert left.blocking == (NOT_DEPLOYED, "*.company.com: seen", "root of the CA: no_roots")


def changes() -> dict[str, tuple[str, Any]]:
    record, subject = ("record", RECORDS[0])
    return {
        "a record is there": ("dns", result(record, subject, "proved", found=["10.0.0.10"])),
        "a record has other values": ("dns", result(record, subject, "failed", found=["10.0.0.99"])),
        "a DNS server is silent": ("dns", result(record, subject, "unproved", "timeout")),
        "an endpoint serves": ("tls", result("tls", "a:443", "failed", "wrong", found={"thumbprint": "AB"})),
        "an endpoint is out of reach": ("tls", result("tls", "a:443", "unproved", "timeout")),
    }


@pytest.mark.parametrize("case", list(changes()))
def test_as_soon_as_anything_is_there_or_unknown_each_is_told(case: str) -> None:
    changed, (check, found) = given(), changes()[case]
    changed["proof"][check].append(found)
    assert told(changed).deployed is True
    assert NOT_DEPLOYED not in rollout_left(told(changed)).blocking


@pytest.mark.parametrize(
    "more",
    [
        {"servers": {SERVER: {"certificates": {ID: {"request": {"state": "held"}}}}}},
        {"servers": {SERVER: {"failure": "cannot log on"}}},
        {"servers": {}},
        {"failure": "the proof ended early"},
        {"proof": {}},
        {"parts": ["plan", "dns", "verify"]},
    ],
)
def test_what_was_not_looked_at_is_not_known_to_be_missing(more: dict[str, Any]) -> None:
    assert told({**given(), **more}).deployed is True


def failed_part() -> dict[str, Any]:
    """A server whose part failed, another one beside it, and a port that answers with something wrong."""
    data = given()
    address = "10.0.0.11"
    data["plan"]["servers"][0]["addresses"] = {"internal": [address]}
    data["parts"] = ["plan", "certificates", "assign", "verify", "report"]
    data["servers"][SERVER]["failure"] = "the root is not trusted"
    data["proof"]["tls"] = [
        result("tls", f"{SERVER}:5061", "unproved", "no_listener", address=f"{address}:5061"),
        result("tls", f"{SERVER}:443", "failed", "wrong", address=f"{address}:443"),
        result("tls", f"{SERVER}:444", "unproved", "no_cipher", address=f"{address}:444"),
        result("tls", "elsewhere:5061", "unproved", "no_listener", address="10.9.9.9:5061"),
    ]
    return data


def test_what_follows_from_the_failure_of_a_server_is_told_in_one_line() -> None:
    """Its silent ports and its trust; what else is wrong there, and what is silent elsewhere, is told."""
    told = hand_over(read_outcome(failed_part())).causes("unproved")
    assert f"{SERVER}: 2 checks could not be done, since its part failed" == told[-1]
    assert [one for one in told if "no_listener" in one] == ["elsewhere:5061 at 10.9.9.9:5061: no_listener"]
    assert any("no_cipher" in one for one in told)
    assert not [one for one in told if one.startswith(f"{SERVER}: seen")]
    data = failed_part()
    del data["servers"][SERVER]["failure"]
    assert not [one for one in hand_over(read_outcome(data)).causes("unproved") if "its part" in one]
