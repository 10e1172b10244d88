"""The comparison of a real name server's answers with what is expected."""

from __future__ import annotations

from dataclasses import replace

import pytest
from unit.proof_records import expected_record, service

from ansible_collections.ucops.rollout.plugins.module_utils.proof import dns_ask, dns_judge
from ansible_collections.ucops.rollout.plugins.module_utils.proof import result as proof
from ansible_collections.ucops.rollout.plugins.module_utils.proof.dns_ask import DnsAnswer, NameServer, Question
from ansible_collections.ucops.rollout.plugins.module_utils.proof.dns_records import ExpectedRecord


def _judged(server: NameServer, *records: ExpectedRecord) -> list[tuple[str, str, str, str]]:
    answers = dns_ask.ask_all([server], dns_ask.questions(records, "nobody"), 5)
    results = dns_judge.judge(records, [server], answers, "nobody")
    return [(result.check, result.subject, result.state, result.message) for result in results]


@pytest.mark.parametrize(
    ("record", "state", "message"),
    [
        (expected_record("ocspool", "A", "10.0.0.10"), "proved", "as planned; TTL 3600"),
        (expected_record("ocspool", "A", "10.0.0.10", ttl=600), "failed", "TTL 3600 instead of 600"),
        (
            replace(expected_record("ocspool", "A", "10.0.0.10", ttl=600), managed="registered_elsewhere"),
            "proved",
            "as planned; TTL 3600, chosen where the record is registered, usually by the computer; nobody needs to act",
        ),
        (
            replace(expected_record("ocspool", "A", "10.0.0.10", ttl=600), managed="other_team"),
            "proved",
            "as planned; TTL 3600, chosen by the team that enters the record; nobody needs to act",
        ),
        (
            replace(expected_record("ocspool", "A", "10.0.0.20", ttl=600), managed="registered_elsewhere"),
            "failed",
            "missing: 10.0.0.20; not planned: 10.0.0.10; TTL 3600 instead of 600",
        ),
        (replace(expected_record("ocspool", "A", "10.0.0.10"), ttl=None), "proved", "as planned; TTL 3600"),
        (
            expected_record("ocspool", "A", "10.0.0.20"),
            "failed",
            "missing: 10.0.0.20; not planned: 10.0.0.10; TTL 3600",
        ),
        (
            expected_record("ocssrv02", "A", "10.0.0.12"),
            "failed",
            "not planned: 192.168.0.12; TTL 1200 instead of 3600",
        ),
        (
            expected_record("gone", "A", "10.0.0.10"),
            "failed",
            "the name does not exist. Add the record, or wait until the zone is replicated to this server",
        ),
        (
            expected_record("text", "A", "10.0.0.10"),
            "failed",
            "the name exists, but has no A record. Add the record, or wait until the zone is replicated to this server",
        ),
        (
            expected_record("alias", "A", "10.0.0.10"),
            "failed",
            "the name is an alias (CNAME) of ocspool.company.local. Remove the alias (CNAME) and add the planned"
            " record",
        ),
        (
            expected_record("x", "A", "10.0.0.10", zone="sub.company.local"),
            "failed",
            "the server answers, but does not hold the zone (the answer is not authoritative) (it refers to the servers"
            " of sub.company.local: ns.sub.company.local). Either the zone is missing on this server: create it there;"
            " or the NS records of the zone above, or the list, name the wrong server: correct them",
        ),
        (
            expected_record("x", "A", "10.0.0.10", zone="elsewhere.example"),
            "unproved",
            "the server refuses to answer. Either this server does not hold the zone: create it there, or take the"
            " server out of the NS records and the list; or it answers not everybody: allow queries from this host",
        ),
        (
            expected_record("x", "A", "10.0.0.10", zone="broken.example"),
            "unproved",
            "the server could not answer (SERVFAIL). See in the server's event log whether the zone is loaded, and not"
            " paused. A zone that it delegates must be on the servers that the delegation names",
        ),
        (expected_record("x", "MX", "10 x"), "unproved", "records of type MX cannot be checked"),
    ],
)
def test_judgement_of_one_record(bind: NameServer, record: ExpectedRecord, state: str, message: str) -> None:
    assert _judged(bind, record) == [("record", f"{record.fqdn} {record.type}", state, message)]


AWAIT = "Wait until the zone is replicated to this server, or replicate by hand"


@pytest.mark.parametrize(
    ("record", "state", "message"),
    [
        (expected_record("ocspool", "A", "10.0.0.10"), "failed", f"still gives 10.0.0.10, which was removed. {AWAIT}"),
        (
            expected_record("other._tcp", "SRV", service("GONE.company.local", 5060)),
            "failed",
            f"still gives 0 0 5060 gone.company.local, which was removed. {AWAIT}",
        ),
        (expected_record("ocspool", "A", "10.0.0.99"), "proved", "not given any more"),
        (expected_record("gone", "A", "10.0.0.10"), "proved", "not given any more"),
        (expected_record("text", "A", "10.0.0.10"), "proved", "not given any more"),
        (expected_record("alias", "A", "10.0.0.10"), "proved", "not given any more"),
        (
            expected_record("alias", "CNAME", "ocspool.company.local"),
            "failed",
            f"still gives ocspool.company.local, which was removed. {AWAIT}",
        ),
        # A wildcard answers for what is gone, with another value or with the same.
        (expected_record("gone", "A", "10.0.0.10", zone="wild.example"), "proved", "not given any more"),
        (
            expected_record("gone", "A", "10.0.0.80", zone="wild.example"),
            "proved",
            "not given any more; a wildcard record gives 10.0.0.80 for any name",
        ),
        (
            expected_record("ocspool", "A", "10.0.0.10", zone="wild.example"),
            "failed",
            f"still gives 10.0.0.10, which was removed. {AWAIT}",
        ),
        (
            expected_record("x", "A", "10.0.0.10", zone="elsewhere.example"),
            "unproved",
            "the server refuses to answer. Either this server does not hold the zone: create it there, or take the"
            " server out of the NS records and the list; or it answers not everybody: allow queries from this host",
        ),
        (
            expected_record("x", "A", "10.0.0.10", zone="sub.company.local"),
            "unproved",
            "the server answers, but does not hold the zone (the answer is not authoritative) (it refers to the servers"
            " of sub.company.local: ns.sub.company.local). Either the zone is missing on this server: create it there;"
            " or the NS records of the zone above, or the list, name the wrong server: correct them",
        ),
    ],
)
def test_what_was_removed_is_given_no_more(bind: NameServer, record: ExpectedRecord, state: str, message: str) -> None:
    gone = replace(record, removed=True)
    assert _judged(bind, gone) == [("removed", f"{record.fqdn} {record.type}", state, message)]


def test_what_one_server_still_gives_has_one_cause(bind: NameServer) -> None:
    records = [replace(expected_record(name, "A", "10.0.0.10", "10.0.0.11"), removed=True) for name in ("ocspool", "x")]
    answers = dns_ask.ask_all([bind], dns_ask.questions(records, "nobody"), 5)
    still, gone = dns_judge.judge(records, [bind], answers, "nobody")
    assert (still.expected, still.found, gone.found, gone.cause) == (
        ["10.0.0.10", "10.0.0.11"],
        ["10.0.0.10"],
        None,
        None,
    )
    assert str(still.cause) == (
        f"DNS server dc01.company.local (127.0.0.1:{bind.port}): still gives what was removed. {AWAIT}"
    )


@pytest.mark.parametrize(
    ("record", "results"),
    [
        (
            expected_record("_sipinternaltls._tcp", "SRV", service("OcsPool.company.local")),
            [
                ("record", "_sipinternaltls._tcp.company.local SRV", "proved", "as planned; TTL 3600"),
                ("srv_target", "OcsPool.company.local", "proved", "resolves, and is no alias"),
            ],
        ),
        (
            expected_record("other._tcp", "SRV", service("ocspool.company.local")),
            [
                (
                    "record",
                    "other._tcp.company.local SRV",
                    "failed",
                    "missing: 0 0 5061 ocspool.company.local; not planned: 0 0 5060 gone.company.local,"
                    " 5 0 5061 OCSPOOL.company.local; TTL 3600",
                ),
                ("srv_target", "ocspool.company.local", "proved", "resolves, and is no alias"),
            ],
        ),
        (
            expected_record("dead._tcp", "SRV", service("gone.company.local")),
            [
                ("record", "dead._tcp.company.local SRV", "proved", "as planned; TTL 3600"),
                (
                    "srv_target",
                    "gone.company.local",
                    "failed",
                    "the name does not exist. Add the record, or wait until the zone is replicated to this server",
                ),
            ],
        ),
        (
            expected_record("toalias._tcp", "SRV", service("alias.company.local")),
            [
                ("record", "toalias._tcp.company.local SRV", "proved", "as planned; TTL 3600"),
                (
                    "srv_target",
                    "alias.company.local",
                    "failed",
                    "the target of a SRV record must not be an alias (RFC 2782), and this is one of"
                    " ocspool.company.local. Give the target an address record of its own",
                ),
            ],
        ),
        (
            expected_record("tocom._tcp", "SRV", service("ocspool.company.com")),
            [
                ("record", "tocom._tcp.company.local SRV", "proved", "as planned; TTL 3600"),
                ("srv_target", "ocspool.company.com", "proved", "resolves, and is no alias"),
            ],
        ),
    ],
)
def test_judgement_of_srv_records(bind: NameServer, record: ExpectedRecord, results: list) -> None:
    assert _judged(bind, record) == results


def test_results_name_server_expected_and_found(bind: NameServer) -> None:
    record = expected_record("_sipinternaltls._tcp", "SRV", service("elsewhere.company.local"))
    answers = dns_ask.ask_all([bind], dns_ask.questions([record], "nobody"), 5)
    assert dns_judge.judge([record], [bind], answers)[0].to_plain() == {
        "check": "record",
        "subject": "_sipinternaltls._tcp.company.local SRV",
        "state": "failed",
        "message": "missing: 0 0 5061 elsewhere.company.local; not planned: 0 0 5061 ocspool.company.local; TTL 3600",
        "server": "dc01.company.local",
        "address": f"127.0.0.1:{bind.port}",
        "expected": [{"priority": 0, "weight": 0, "port": 5061, "target": "elsewhere.company.local"}],
        "found": [{"priority": 0, "weight": 0, "port": 5061, "target": "ocspool.company.local"}],
        "cause": None,
        "remarks": [],
    }


def test_wildcards_are_hinted_at(bind: NameServer) -> None:
    records = [
        expected_record("ocspool", "A", "10.0.0.10"),
        expected_record("ocspool", "A", "10.0.0.10", zone="wild.example"),
        expected_record("ocspool", "A", "10.0.0.10", zone="wildtext.example"),
    ]
    answers = dns_ask.ask_all([bind], dns_ask.questions(records, "nobody"), 5)
    assert dns_judge.hints(records, [bind], answers, "nobody") == [
        f"dc01.company.local (127.0.0.1:{bind.port}) answers for any name in wild.example: there is a wildcard record"
        " (*.wild.example). Clients that try other names first (sipinternal, lyncdiscoverinternal) will be sent to what"
        " it points to"
    ]


def test_planned_only_asks_nothing() -> None:
    records = [expected_record("_sipinternaltls._tcp", "SRV", service("ocspool.company.local"))]
    results = dns_judge.planned(records, [NameServer("dc01", "10.0.0.5")])
    assert [(result.check, result.subject, result.state) for result in results] == [
        ("record", "_sipinternaltls._tcp.company.local SRV", "would_be_checked"),
        ("srv_target", "ocspool.company.local", "would_be_checked"),
    ]
    assert proof.summary(results) == {"proved": 0, "failed": 0, "unproved": 0, "would_be_checked": 2}


@pytest.mark.parametrize(
    ("name", "target", "state", "message"),
    [
        ("alias", "OCSPool.company.local", "proved", "as planned; TTL 3600"),
        ("dangling", "gone.company.local", "proved", "as planned; TTL 3600"),
        (
            "alias",
            "other.company.com",
            "failed",
            "missing: other.company.com; not planned: ocspool.company.local; TTL 3600",
        ),
        (
            "ocspool",
            "other.company.com",
            "failed",
            "the name exists, but has no CNAME record. Add the record, or wait until the zone is replicated to this"
            " server",
        ),
    ],
)
def test_a_planned_alias_is_compared_itself(bind: NameServer, name: str, target: str, state: str, message: str) -> None:
    record = expected_record(name, "CNAME", target)
    answers = dns_ask.ask_all([bind], dns_ask.questions([record], "nobody"), 5)
    results = dns_judge.judge([record], [bind], answers)
    assert [(one.check, one.state, one.message) for one in results] == [("record", state, message)]


def test_names_are_equal_without_regard_to_case() -> None:
    server = NameServer("dc01", "10.0.0.5")
    record = expected_record("_sip._tls", "SRV", service("Pool.company.local"))
    question = Question("_sip._tls.company.local", "SRV")
    answer = DnsAnswer(server, question, "answered", (service("POOL.company.LOCAL"),), 600)
    result = dns_judge.judge([record], [server], {(server, question): answer})[0]
    assert (result.state, result.message) == ("failed", "TTL 600 instead of 3600")


def test_without_servers_every_record_is_unproved() -> None:
    (result,) = dns_judge.judge([expected_record("ocspool", "A", "10.0.0.10")], [], {})
    assert (result.subject, result.state, result.server, result.address) == (
        "ocspool.company.local A",
        "unproved",
        "",
        "",
    )
    assert result.message.startswith("there is no DNS server to ask. ")
    (planned,) = dns_judge.planned([expected_record("ocspool", "A", "10.0.0.10")], [])
    assert (planned.state, planned.message) == ("would_be_checked", "would be asked for")


@pytest.mark.parametrize("state", ["not_authoritative", "refused"])
def test_which_of_both_causes_a_lame_delegation_has(state: str) -> None:
    """Where another server holds the zone, it is not missing: somebody named the wrong server."""
    record, one, two = expected_record("ocspool", "A", "10.0.0.10"), NameServer("dc1", "::1"), NameServer("dc2", "::2")
    question = Question("ocspool.company.local", "A")
    lame = DnsAnswer(two, question, state)
    held = ". dc1 holds the zone, so that rather the list or the NS records are wrong"
    for other, told in ((DnsAnswer(one, question, "nxdomain"), True), (DnsAnswer(one, question, "timeout"), False)):
        answers = {(one, question): other, (two, question): lame}
        assert dns_judge.judge([record], [one, two], answers)[1].message.endswith(held) is told
