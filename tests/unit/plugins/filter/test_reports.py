"""The filters of the hand-over tell what is wrong in words."""

from __future__ import annotations

import json
from typing import Any

import pytest
from ansible.errors import AnsibleFilterError
from unit.audits import report
from unit.hand_overs import GIVEN, SERVER, THUMBPRINT

from ansible_collections.ucops.rollout.plugins.filter import runs
from ansible_collections.ucops.rollout.plugins.filter.reports import FilterModule

RUNS = runs.FilterModule().filters()


def test_filters() -> None:
    filters = FilterModule().filters()
    made = ["report_data", "report_made_by", "report_markdown", "report_summary", "report_told"]
    assert sorted(filters) == ["audit_files", "audit_text", "kept_proof", *made, "trust_matrix"]
    by = filters["report_made_by"]("2.19.4")
    assert list(by) == ["operator", "controller", "versions"] and by["versions"]["ansible-core"] == "2.19.4"
    assert filters["report_summary"](GIVEN).startswith(
        "Planned    1 DNS record (and 1 that others enter) in 1 zone, 1 certificate"
    )
    with pytest.raises(AnsibleFilterError, match=r"ucops\.rollout\.report_data: report: a list where a mapping was"):
        filters["report_data"]([])
    with pytest.raises(AnsibleFilterError, match=r"report_markdown: plan: records\[0\]\.view: missing"):
        filters["report_markdown"]({"plan": {"schema": 1, "records": [{}]}})


def test_all_that_is_told_of_an_outcome() -> None:
    filters = FilterModule().filters()
    paths = ["/srv/handover/ocspool.md", "/srv/handover/ocspool.json"]
    outcome = {**GIVEN, "report_paths": paths}
    told = filters["report_told"](outcome)
    assert (list(told), told["paths"]) == (["files", "paths", "summary", "left"], paths)
    files = told["files"]
    assert list(files) == ["ocspool.md", "ocspool.json"]
    assert files["ocspool.md"] == filters["report_markdown"](outcome)
    assert json.loads(files["ocspool.json"]) == filters["report_data"](outcome)
    lines = files["ocspool.json"].splitlines()
    assert [lines[0], lines[-1]] == ["{", "}"]
    assert lines[1:-1] == [line for line in lines if line.startswith("    ")]
    assert "\n".join(told["summary"]) == filters["report_summary"](outcome)
    of_run = RUNS["rollout_left"]
    assert told["left"] == of_run(outcome)
    assert filters["report_told"](outcome, unproved="warn")["left"] == of_run(outcome, unproved="warn") != told["left"]
    assert filters["report_told"]({**GIVEN, "report_paths": []})["files"] == {}


def test_what_the_hosts_kept_is_gathered_along() -> None:
    told = FilterModule().filters()["report_told"]
    hostvars = {"dc1": {"pool_dns_pushed_view": "internal", "pool_dns_result": {"failed": True, "msg": "refused"}}}
    known = {"plan": GIVEN["plan"]}
    given = {"dns_hosts": ["dc1"], "expect_servers": True, "expect_push": True, "ca_hosts": []}
    gathered = RUNS["outcomes"](hostvars, GIVEN["plan"], **given)
    assert gathered["dns"]["msg"] == "refused"
    assert told(known, hostvars=hostvars, **given) == told({**known, **gathered}) != told(known)


def test_a_plan_and_a_proof_as_text() -> None:
    filters = FilterModule().filters()
    outcome = {**GIVEN, "plan": json.dumps(GIVEN["plan"]), "proof": json.dumps(GIVEN["proof"])}
    assert filters["report_data"](outcome) == filters["report_data"](GIVEN)
    with pytest.raises(AnsibleFilterError, match=r"report_data: plan: a text that is not JSON"):
        filters["report_data"]({"plan": "{"})
    with pytest.raises(AnsibleFilterError, match=r"report_data: proof: a text that is not JSON"):
        filters["report_data"]({"proof": "{"})


def test_the_files_of_an_audit() -> None:
    filters, found = FilterModule().filters(), report().to_plain()
    files = filters["audit_files"](found, "/srv/pool-audit-1")
    assert list(files) == [
        "pool-audit-1.md",
        "pool-audit-1.json",
        "pool-audit-1-certificates.csv",
        "pool-audit-1-findings.csv",
        "pool-audit-1-records.csv",
    ]
    assert json.loads(files["pool-audit-1.json"]) == found
    assert files["pool-audit-1.md"].startswith("# Audit: `ocspool.company.local`\n")
    assert files["pool-audit-1-certificates.csv"].startswith("server,place,planned_as,verdict,")
    assert files["pool-audit-1-findings.csv"] == "where,severity,code,what,breaks,mend,source\r\n"
    assert files["pool-audit-1-records.csv"].startswith("view,server,zone,name,type,verdict,")
    assert filters["audit_text"](found, ["/srv/a.md"]).endswith("\nreport: /srv/a.md")
    with pytest.raises(AnsibleFilterError, match=r"ucops\.rollout\.audit_text: audit: must be a mapping"):
        filters["audit_text"]([])


def test_trust_filter() -> None:
    chain = [THUMBPRINT, "A" * 40]
    found = {"chain": chain, "chain_complete": True, "names": [SERVER]}
    tls = {
        "results": [
            {"expected": {"name": "ocspool.company.local"}, "found": {**found, "chain": ["B" * 40]}},
            {"expected": {"name": SERVER}, "found": None},
            {"expected": {"name": SERVER}, "found": {**found, "chain_complete": False}},
            {"expected": {"name": SERVER}, "found": found},
        ]
    }
    trust_matrix = FilterModule().filters()["trust_matrix"]
    held = {SERVER: {"root_thumbprints": ["a" * 40]}, "ocssrv02.company.local": {}}
    result = trust_matrix(held, tls)
    assert [(entry["state"], entry["message"]) for entry in result["results"]] == [
        ("unproved", "the trusted roots of ocssrv02.company.local are not known"),
        ("unproved", "its chain is not known"),
    ]
    held["ocssrv02.company.local"] = {"root_thumbprints": ["A" * 40]}
    assert trust_matrix(held, tls["results"])["summary"] == {"proved": 1, "failed": 0, "unproved": 1}
    with pytest.raises(AnsibleFilterError, match="no mapping of servers"):
        trust_matrix([])


def test_the_proof_is_kept_as_one_text() -> None:
    kept_proof = FilterModule().filters()["kept_proof"]
    chain = [THUMBPRINT, "A" * 40]
    found = {"chain": chain, "chain_complete": True, "names": [SERVER]}
    tls = {"results": [{"expected": {"name": SERVER}, "found": found}], "summary": {"proved": 1}}
    held = {SERVER: {"root_thumbprints": ["A" * 40]}}
    anchor = {"check": "trust", "subject": "root of a CA", "state": "proved", "message": ""}
    dns = {"results": [], "hints": ["a hint"]}
    kept = json.loads(kept_proof(json.dumps(dns), tls=json.dumps(tls), held=json.dumps(held), anchors=[anchor]))
    assert (kept["dns"], kept["tls"], kept["sign_in"]) == (dns, tls, {})
    assert [(one["subject"], one["state"]) for one in kept["trust"]["results"]] == [
        ("root of a CA", "proved"),
        (SERVER, "proved"),
    ]
    assert json.loads(kept_proof(dns, tls=tls, held=held, anchors=[anchor])) == kept
    assert json.loads(kept_proof("{}"))["trust"]["results"] == []


@pytest.mark.parametrize(("given", "message"), [
    ({"tls": "no JSON"}, "tls: a text that is not JSON, or is nested too deeply. Give what the check"),
    ({"tls": "[" * 100_000}, "tls: a text that is not JSON, or is nested too deeply. Give what the check"),
    ({"tls": "[7]"}, "tls: must be a mapping, not a list. Give what the check"),
    ({"held": '{"a": {"root_thumbprints": 3}}'}, r"held[a].root_thumbprints: must be a list of thumbprints. Give"),
    ({"held": "7"}, "held: must be a mapping, not a number"),
])  # fmt: skip
def test_what_is_no_proof_is_told(given: dict[str, Any], message: str) -> None:
    with pytest.raises(AnsibleFilterError) as refused:
        FilterModule().filters()["kept_proof"]({"results": []}, **given)
    assert str(refused.value).startswith(f"ucops.rollout.kept_proof: {message}")


def test_results_that_are_none_are_no_chain() -> None:
    found = FilterModule().filters()["trust_matrix"]({SERVER: {"root_thumbprints": []}}, [7, "x"])
    assert [one["message"] for one in found["results"]] == ["its chain is not known"]
