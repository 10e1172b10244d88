"""Names that clients try before the planned ones: asked of a real name server, and judged."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from proofkit import dnsservers
from unit.proof_records import expected_record, service

from ansible_collections.ucops.rollout.plugins.module_utils.proof import client_names, dns_ask, dns_judge
from ansible_collections.ucops.rollout.plugins.module_utils.proof.client_names import Tried, tried_before_ours
from ansible_collections.ucops.rollout.plugins.module_utils.proof.dns_ask import DnsAnswer, NameServer
from ansible_collections.ucops.rollout.plugins.module_utils.proof.dns_records import ExpectedRecord

OURS = "_sipinternaltls._tcp SRV 0 0 5061 ocspool\nocspool A 10.0.0.10\n"
ZONES = {
    "clean.example": OURS,
    "wild.example": OURS + "* A 10.0.0.80\n",
    "guarded.example": OURS + '* A 10.0.0.80\nlyncdiscoverinternal TXT "-"\nlyncdiscover TXT "-"\n',
    "stray.example": OURS + "lyncdiscover A 10.0.0.81\n",
    "alias.example": OURS + "* CNAME www.elsewhere.example.\n",
    "both.example": OURS + "* A 10.0.0.80\nlyncdiscover A 10.0.0.81\n",
    "extra.example": OURS + "_sipinternal._tcp SRV 0 0 5060 oldpool\n",
    "old.example": "sip A 10.0.0.10\nsipinternal A 10.0.0.82\n",
}


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[NameServer]:
    with dnsservers.named(tmp_path_factory.mktemp("named"), ZONES) as port:
        yield NameServer("dc01", "127.0.0.1", port)


def planned(zone: str, *more: str) -> list[ExpectedRecord]:
    owners = ("ocspool", *more)
    records = [expected_record(owner, "A", "10.0.0.10", zone=zone) for owner in owners]
    return [expected_record("_sipinternaltls._tcp", "SRV", service(f"ocspool.{zone}"), zone=zone), *records]


def judged(server: NameServer, records: list[ExpectedRecord]) -> list[tuple[str, str]]:
    looked = tried_before_ours(records)
    questions = [one for before in looked for one in before.questions("nobody")]
    answers = dns_ask.ask_all([server], questions, 5)
    found = client_names.judge(looked, [server], answers, "nobody")
    assert {(one.check, one.server) for one in found} == {("absent", "dc01")}
    return [(one.state, one.message) for one in found]


END = (
    ". Clients try that before _sipinternaltls._tcp.{zone} and end there, mostly at a certificate that is not ours."
    " {mend}"
)
TXT = "Remove the wildcard, or give each of these names a TXT record: it then answers for them no longer"
PLAN = "Remove the record, or plan it"


@pytest.mark.parametrize(
    ("zone", "state", "message"),
    [
        ("clean", "proved", "nobody answers for lyncdiscoverinternal.{zone}; nobody answers for lyncdiscover.{zone}"),
        ("guarded", "proved", "nobody answers for lyncdiscoverinternal.{zone}; nobody answers for lyncdiscover.{zone}"),
        (
            "wild",
            "failed",
            "a wildcard record answers for any name in {zone}, also for lyncdiscoverinternal.{zone},"
            " lyncdiscover.{zone}, and leads to 10.0.0.80" + END.replace("{mend}", TXT),
        ),
        (
            "alias",
            "failed",
            "a wildcard record answers for any name in {zone}, also for lyncdiscoverinternal.{zone},"
            " lyncdiscover.{zone}, and leads to www.elsewhere.example (CNAME)" + END.replace("{mend}", TXT),
        ),
        (
            "stray",
            "failed",
            "lyncdiscover.{zone} leads to 10.0.0.81 and is not planned" + END.replace("{mend}", PLAN),
        ),
        (
            "both",
            "failed",
            "lyncdiscover.{zone} leads to 10.0.0.81 and is not planned; a wildcard record answers for any name in"
            " {zone}, also for lyncdiscoverinternal.{zone}, and leads to 10.0.0.80"
            + END.replace("{mend}", f"{PLAN}. {TXT}"),
        ),
    ],
)
def test_what_a_server_answers(server: NameServer, zone: str, state: str, message: str) -> None:
    name = f"{zone}.example"
    assert judged(server, planned(name)) == [(state, message.replace("{zone}", name))]


def test_sipinternal_where_the_site_leaves_it_out(server: NameServer) -> None:
    records = [*planned("clean.example"), expected_record("sip", "A", "10.0.0.10", zone="clean.example")]
    assert [state for state, _message in judged(server, records)] == ["proved", "proved"]
    old = [expected_record("sip", "A", "10.0.0.10", zone="old.example")]
    assert tried_before_ours(old) == ()
    service_there = expected_record("_sipinternaltls._tcp", "SRV", service("sip.old.example"), zone="old.example")
    found = judged(server, [*old, service_there])
    assert [state for state, _message in found] == ["proved", "failed"]
    assert found[1][1].startswith(
        "sipinternal.old.example leads to 10.0.0.82 and is not planned. Clients try that before"
    )


AUTO, SRV = ["lyncdiscoverinternal", "lyncdiscover"], ["_sipinternaltls._tcp", "_sipinternal._tcp", "_sip._tls"]


@pytest.mark.parametrize(
    ("owners", "found"),
    [
        (SRV[:1], [(SRV[0], AUTO, SRV[1:])]),
        ([AUTO[0], SRV[0]], [(AUTO[0], [], SRV[1:])]),
        ([AUTO[1], SRV[0]], [(AUTO[1], AUTO[:1], SRV[1:])]),
        (SRV[1:2], [(SRV[1], [*AUTO, SRV[0]], SRV[2:])]),
        ([AUTO[0], *SRV, "sipinternal", "sip"], []),
        ([AUTO[0], *SRV, "sipexternal"], [("sipexternal", ["sipinternal", "sip"], [])]),
        (["ocspool", "sip"], []),
    ],
)
def test_names_in_the_order_of_clients(owners: list[str], found: list[tuple[str, list[str], list[str]]]) -> None:
    records = [expected_record(owner, "A", "10.0.0.10", zone="a.example") for owner in owners]

    def whole(names: list[str]) -> tuple[str, ...]:
        return tuple(f"{name}.a.example" for name in names)

    assert tried_before_ours(records) == tuple(
        Tried("a.example", f"{ours}.a.example", whole(before), whole(later), ("a.example",))
        for ours, before, later in found
    )


def test_other_srv_record_is_a_hint(server: NameServer) -> None:
    looked = tried_before_ours(planned("extra.example"))
    answers = dns_ask.ask_all([server], looked[0].questions("nobody"), 5)
    assert client_names.hints(looked, [server], answers) == [
        f"dc01 (127.0.0.1:{server.port}) has the SRV record _sipinternal._tcp.extra.example, which is not planned:"
        " clients that do not reach _sipinternaltls._tcp.extra.example go to 0 0 5060 oldpool.extra.example. Remove it,"
        " or plan it"
    ]


SILENT = NameServer("dc01", "10.0.0.5")


def answered(zone: str, **states: str) -> list[tuple[str, str]]:
    """What comes of answers with these states, by the first label of the name; other names do not exist."""
    srv = expected_record("_sipinternaltls._tcp", "SRV", service("pool.a.example"), zone="a.example")
    (before,) = tried_before_ours([ExpectedRecord(zone, srv.fqdn, "SRV", srv.values)])
    answers = {}
    for question in before.questions("nobody"):
        state = states.get(question.name.partition(".")[0], "nxdomain")
        values = ("203.0.113.9",) if state == "answered" and question.type == "A" else ()
        answers[SILENT, question] = DnsAnswer(
            SILENT, question, state if values or state != "answered" else "nodata", values
        )
    return [(one.state, one.message) for one in client_names.judge([before], [SILENT], answers, "nobody")]


def test_name_of_our_zone_that_could_not_be_asked_for_is_unproved() -> None:
    ((state, message),) = answered("a.example", lyncdiscover="servfail")
    assert (state, message.partition(". ")[0]) == (
        "unproved",
        "lyncdiscover.a.example: the server could not answer (SERVFAIL)",
    )


def test_what_could_not_be_asked_has_the_cause_of_all_questions_to_that_server() -> None:
    (before,) = tried_before_ours(planned("a.example"))
    questions = before.questions("nobody")
    answers = {(SILENT, question): DnsAnswer(SILENT, question, dns_ask.TIMEOUT) for question in questions}
    (result,) = client_names.judge([before], [SILENT], answers, "nobody")
    assert result.cause == dns_judge.cause_of(next(iter(answers.values())))


def test_name_that_others_publish_outside_of_our_zones_is_a_remark() -> None:
    zone = "_sipinternaltls._tcp.a.example"
    assert answered(zone, lyncdiscover="answered") == [
        (
            "proved",
            "nobody answers for lyncdiscoverinternal.a.example; lyncdiscover.a.example leads to 203.0.113.9 and is not"
            " planned",
        )
    ]
    assert answered(zone, lyncdiscover="refused")[0][0] == "proved"
    assert answered(zone, lyncdiscover="answered", lyncdiscoverinternal="answered", nobody="answered")[0][0] == "failed"


def test_planned_only() -> None:
    looked = tried_before_ours(planned("a.example"))
    (result,) = client_names.planned(looked, [SILENT])
    assert (result.state, result.subject) == (
        "would_be_checked",
        "names that clients try before _sipinternaltls._tcp.a.example",
    )
