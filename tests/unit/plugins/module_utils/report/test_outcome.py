"""What tasks registered, as typed values: parts may be missing, and what is wrong has a path."""

from __future__ import annotations

import pytest

from ansible_collections.ucops.rollout.plugins.module_utils.errors import RolloutError
from ansible_collections.ucops.rollout.plugins.module_utils.report.outcome import (
    AuthorityOutcome,
    CertificateOutcome,
    Outcome,
    ServerOutcome,
    StepResult,
    read_authorities,
    read_check,
    read_dns,
    read_outcome,
    read_servers,
)

FQDN, ID = "fe1.company.local", "fe1.company.local/default"


def certificate(**entry: object) -> CertificateOutcome:
    return read_servers({FQDN: {"certificates": {ID: entry}}})[FQDN].certificates[ID]


def test_nothing_done() -> None:
    for given in ({}, {"plan": None, "dns": "", "servers": None, "proof": {"dns": None}, "started": ""}):
        outcome = read_outcome(given)
        assert (outcome.plan, outcome.dns.done, outcome.servers, outcome.started) == (None, False, {}, None)
    assert Outcome() == Outcome(failure="")


def test_known_fields_of_a_registered_result() -> None:
    done = certificate(
        request={"changed": True, "state": "created", "reasons": [], "invocation": {}, "thumbprint": None},
        issue={"skipped": True, "changed": False, "skip_reason": "Conditional result was False"},
        thumbprint="AB",
        waiting=None,
    )
    assert done.request == StepResult(changed=True, state="created")
    assert done.issue == StepResult(skipped=True)
    assert (done.thumbprint, done.waiting, done.changed) == ("AB", "", True)


def test_services_that_were_started() -> None:
    started = {"changed": True, "results": [{"changed": False}, {"changed": True}]}
    assert certificate(services=started).services_started
    assert not certificate(services={"changed": False, "skipped": True}).services_started


def test_what_a_ca_was_read_to_be() -> None:
    read = {"name": "Company CA", "ca_certificates": ["own", "root"], "serves": True, "templates": ["WebServer"]}
    assert read_authorities({"ca1": read, "ca2": None}) == {
        "ca1": AuthorityOutcome("Company CA", ("own", "root")),
        "ca2": AuthorityOutcome(),
    }


def test_what_is_above_the_certificates_of_a_server() -> None:
    held = {
        "certificates": [
            {"chain": ["issuer", "root"], "chain_problem": ""},
            {"chain": ["stranger"], "chain_problem": "not among the trusted ones"},
            {"chain": [], "chain_problem": ""},
            {"thumbprint": "AB"},
        ],
        "root_thumbprints": ["R1"],
        "authority_thumbprints": ["A1"],
        "disallowed_thumbprints": ["D1"],
    }
    assert read_servers({FQDN: {"held": held}})[FQDN] == ServerOutcome(
        issuers=("issuer", "root", "stranger"),
        root_thumbprints=("R1",),
        authority_thumbprints=("A1",),
        disallowed_thumbprints=("D1",),
    )
    assert read_servers({FQDN: {}})[FQDN].root_thumbprints is None


def test_a_failed_push_without_a_message() -> None:
    dns = read_dns({"failed": True})
    assert (dns.done, dns.failed, dns.msg) == (True, True, "failed")


def test_a_check_as_a_result_or_as_its_list() -> None:
    result = {"subject": "ocspool.company.com A", "state": "proved", "message": "as planned"}
    for given in ({"results": [result, None], "hints": ["h"]}, [result]):
        (one,) = read_check(given, "dns").results
        assert (one.check, one.subject, one.state, one.server) == ("dns", "ocspool.company.com A", "proved", "")
    assert read_check({"results": [result], "hints": ["h"]}, "dns").hints == ("h",)


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ([], "report: a list where a mapping was expected"),
        ({"plan": {"schema": 1, "records": [{}]}}, "plan: records[0].view: missing"),
        (
            {"servers": {FQDN: {"certificates": {ID: {"issue": {"request_id": "12"}}}}}},
            f"servers[{FQDN}].certificates[{ID}].issue: request_id: must be a number, not text",
        ),
        ({"dns": {"changes": [{"verb": 5}]}}, "dns.changes[0]: verb: must be text, not a number"),
    ],
)
def test_what_is_wrong_has_a_path(given: object, said: str) -> None:
    with pytest.raises(RolloutError) as refused:
        read_outcome(given)
    assert str(refused.value).startswith(said)
