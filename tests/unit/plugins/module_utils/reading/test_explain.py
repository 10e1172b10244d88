"""Why a name is in a plan, and why another is not."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import pytest
from ansible.errors import AnsibleFilterError
from unit.explained import SERVER
from unit.topologies import ABSENT, origin, origin_with

from ansible_collections.ucops.rollout.plugins.filter.plans import FilterModule
from ansible_collections.ucops.rollout.plugins.module_utils.errors import RolloutError
from ansible_collections.ucops.rollout.plugins.module_utils.model import Plan, PlannedCertificate, PlannedZone, Reason
from ansible_collections.ucops.rollout.plugins.module_utils.products.index import RuleIndex
from ansible_collections.ucops.rollout.plugins.module_utils.products.rules import CertificateName, Rule
from ansible_collections.ucops.rollout.plugins.module_utils.reading.explain import explain
from ansible_collections.ucops.rollout.plugins.module_utils.reading.queries import as_plan


def plan_of(topology: Any) -> Plan:
    return as_plan(topology)


def origin_explained(name: str, **changes: Any) -> str:
    return explain(plan_of(origin_with({path.replace("__", "."): value for path, value in changes.items()})), name)


TARGET = """\
ocspool.company.com
===================
In the plan as
  1. internal A record in the zone company.com: 10.0.0.10
  2. target of the internal SRV record, port 5061: _sipinternaltls._tcp.company.com
  3. subject alternative name 4 of 5 of the certificate: ocssrv01.company.local/default,
     ocssrv02.company.local/default
  4. internal sip_tls endpoint at 10.0.0.10 port 5061, load balancer: Communicator, automatic sign-in of
     company.com
Because of
  ocs2007.sign-in-alias-address (1)
    purpose:    the pool's host name again inside the SIP domain, so that the SRV record's target lies there
    without it: automatic sign-in: clients refuse a server outside the user's SIP domain
    source:     'OCS 2007 Enterprise Edition - Certificate & DNS Requirements' (MCS Ireland, 2008-06-18)
    mark:       S, stated in the source
  ocs2007.sign-in-tls (2)
    purpose:    automatic sign-in over TLS of the SIP domain's users
    without it: automatic sign-in: clients do not find the server by the user's address
    source:     TechNet bb870331 'DNS (Domain Name Service)', table 24; TechNet bb870344 'Required DNS Records
                for Automatic Client Sign-In'; 'OCS 2007 Enterprise Edition - Certificate & DNS Requirements'
                (MCS Ireland, 2008-06-18) (target inside the SIP domain: the write-up contradicts itself)
    mark:       C, the sources contradict each other, decided so
    conflict:   C1: 'OCS 2007 Enterprise Edition - Certificate & DNS Requirements' (MCS Ireland, 2008-06-18)
                leads the second domain's record to the pool's name in its list of records, to the pool's host
                name inside the SIP domain in its procedure; the procedure is followed, as strict clients
                demand
  ocs2007.sign-in-alias-name (3)
    purpose:    the name that automatic sign-in leads to in a SIP domain that is not the pool's own domain
    without it: automatic sign-in of this SIP domain's users: the certificate does not match
    source:     'OCS 2007 Enterprise Edition - Certificate & DNS Requirements' (MCS Ireland, 2008-06-18)
    mark:       S, stated in the source
Findings
  NOTE srv-target-alias: the SRV record of 'company.com' leads to 'ocspool.company.com': it lies in the SIP
  domain, as the library demands, but the strictest client policy takes only 'company.com' and
  'sip.company.com'
    breaks:     later clients (Lync) with the default policy ask the user whether to trust the server
    what to do: Nothing for OCS 2007 clients"""


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("ocspool.company.com", TARGET),
        ("OCSPool.Company.COM.", TARGET),
        (" ocssrv02.company.local ", SERVER),
    ],
)
def test_every_place_of_a_name_with_its_rules(name: str, text: str) -> None:
    assert origin_explained(name) == text


def first_lines(text: str, count: int) -> list[str]:
    return [line.strip() for line in text.splitlines()[:count]]


@pytest.mark.parametrize(
    ("name", "places"),
    [
        (
            "ocspool.company.local",
            [
                "1. internal A record in the zone company.local: 10.0.0.10",
                "2. target of the internal SRV record, port 5061: _sipinternaltls._tcp.company.local",
                "3. common name of the certificate: ocssrv01.company.local/default, ocssrv02.company.local/default",
            ],
        ),
        (
            "_sipinternaltls._tcp.company.com",
            [
                "1. internal SRV record in the zone company.com: port 5061 of ocspool.company.com",
                "Because of",
                "ocs2007.sign-in-tls (1)",
            ],
        ),
        ("company.local", ["1. internal zone, must exist"]),
        ("company.com", ["1. internal zone, created where missing", "Findings"]),
    ],
)
def test_records_targets_subjects_and_zones(name: str, places: list[str]) -> None:
    assert first_lines(origin_explained(name), 3 + len(places))[3:] == places


def test_a_pattern_explains_every_name_that_matches() -> None:
    parts = origin_explained("ocssrv*.company.local").split("\n\n")
    assert [part.splitlines()[0] for part in parts] == ["ocssrv01.company.local", "ocssrv02.company.local"]
    assert parts[1] == SERVER


def test_a_pattern_that_matches_more_than_anybody_reads() -> None:
    zones = tuple(PlannedZone("internal", f"z{n}.company.com", "fail") for n in range(22))
    plan = replace(plan_of(origin()), zones=zones)
    parts = explain(plan, "z*.company.com").split("\n\n")
    assert len(parts) == 21
    assert parts[-1] == "2 more names match z*.company.com: z20.company.com, z21.company.com"


def with_alternative_name(name: str) -> Plan:
    """The origin's plan with one more name, and the reason of another, in each certificate."""
    plan = plan_of(origin())
    return replace(plan, certificates=tuple(_with_name(one, name) for one in plan.certificates))


def _with_name(one: PlannedCertificate, name: str) -> PlannedCertificate:
    reasons = {**one.name_reasons, name: one.name_reasons["sip.company.com"]}
    return replace(one, subject_alternative_names=(*one.subject_alternative_names, name), name_reasons=reasons)


def test_a_wildcard_of_the_plan_covers_names_one_label_below_and_is_found_itself() -> None:
    plan = with_alternative_name("*.company.com")
    assert explain(plan, "meet.company.com") == explain(plan, "*.company.com").split("\n\n", maxsplit=1)[0]
    assert first_lines(explain(plan, "meet.company.com"), 4)[0] == "*.company.com"
    titles = [part.splitlines()[0] for part in explain(plan, "sip.company.com").split("\n\n")]
    assert titles == ["sip.company.com", "*.company.com"]
    assert "Not in the plan" in explain(plan, "a.b.company.com")
    assert "Not in the plan" in explain(plan, "company.net")


def test_an_alias_leads_to_its_target() -> None:
    plan = plan_of(origin())
    alias = replace(plan.records[0], view="external", type="CNAME", values=("edge.example.net",))
    plan = replace(plan, records=(*plan.records, alias))
    assert first_lines(explain(plan, "EDGE.example.net"), 4)[3] == (
        "1. target of the external CNAME record: ocspool.company.local"
    )


MISSING = """\
sip.fabrikam.com
================
Not in the plan
  zone: fits no declared internal zone"""


def test_a_name_that_is_missing_and_the_rules_that_ask_for_such() -> None:
    text = origin_explained("sip.fabrikam.com")
    assert text.startswith(MISSING)
    rule = text[text.index("  ocs2007.sip-name (of Office Communications Server 2007") :].splitlines()
    assert rule[1] == "    asks for:   sip.<sip domain>, here with fabrikam.com as <sip domain>"
    assert rule[2] == "    only when:  sip name in certificate"
    assert rule[3] == (
        "    here:       at work in this plan, for sip.company.local, sip.company.com, but not for this name"
    )


@dataclass(frozen=True)
class Few:
    """As much of a product as finding its rules needs."""

    title: str
    rules: tuple[Rule, ...]


def rule(id: str, name: str = "x.{sip_domain}") -> CertificateName:
    return CertificateName(id=id, purpose="p", source="s", mark="S", breaks="b", name=name)


def test_the_products_of_a_plan_are_known_by_their_rules() -> None:
    old, new = Few("Old", (rule("o.1"), rule("o.2"))), Few("New", (rule("o.1"), rule("n.2"), rule("n.3")))
    index = RuleIndex((old, new, Few("Twin", new.rules)))
    assert index.products_of(["o.1", "o.2"]) == ("Old",)
    assert index.products_of(["n.2", "o.1", "n.3", "unknown"]) == ("New", "Twin")
    assert index.products_of(["n.2", "n.3", "o.2"]) == ("New", "Twin", "Old")
    assert index.products_of([]) == ()


def test_rules_of_products_that_are_not_in_the_plan_are_told_in_short() -> None:
    products = {one.title: one for one in (Few("Ours", (rule("ocs2007.sip-name"),)), Few("Theirs", (rule("t.1"),)))}
    lines = explain(plan_of(origin()), "x.fabrikam.com", products).splitlines()
    assert lines[-6:] == [
        "Rules that ask for such names",
        "  ocs2007.sip-name (of Ours)",
        "    asks for:   x.<sip domain>, here with fabrikam.com as <sip domain>",
        "    here:       not at work in this plan: no pool here has the product and role for it, or its condition does",
        "                not hold",
        "Other products that ask for such names: Theirs",
    ]


def test_a_misspelt_name_names_the_nearest_and_its_zone() -> None:
    assert first_lines(origin_explained("ocspol.company.com"), 5) == [
        "ocspol.company.com",
        "==================",
        "Not in the plan",
        "nearest names: ocspool.company.com, sip.company.com, ocspool.company.local",
        "zone: would lie in the internal zone company.com",
    ]


def test_a_name_that_was_dropped_for_want_of_a_zone_says_so() -> None:
    plan = plan_of(origin_with({"dns.internal.zones[1]": ABSENT}))
    text = explain(plan, "_sipinternaltls._tcp.company.com")
    assert "zone: fits no declared internal zone" in text
    assert (
        "  ERROR name-without-zone: '_sipinternaltls._tcp.company.com' fits none of the declared internal zones\n"
        "    breaks:     automatic sign-in: clients do not find the server by the user's address\n"
        "    what to do: Declare its zone under dns.internal.zones, such as {name: company.com}"
    ) in text


def test_a_pattern_that_nothing_matches() -> None:
    assert origin_explained("*.nowhere.example") == "*.nowhere.example\n=================\nNot in the plan"


@pytest.mark.parametrize("name", ["", " ", ".", None, 7, "a\nb"])
def test_no_name(name: Any) -> None:
    with pytest.raises(RolloutError, match="there is no name to explain"):
        explain(plan_of(origin()), name)


def test_a_rule_that_this_version_does_not_know() -> None:
    plan = plan_of(origin())
    unknown = (Reason("other.rule", "p", "s", "X"),)
    plan = replace(plan, records=tuple(replace(record, reasons=unknown) for record in plan.records))
    text = explain(plan, "_sipinternaltls._tcp.company.com")
    assert text.endswith("  other.rule (1)\n    purpose:    p\n    source:     s\n    mark:       X")


# The faces


def test_the_filter_tells_mistakes_in_words() -> None:
    explain_filter = FilterModule().filters()["explain"]
    assert explain_filter(origin(), "ocssrv02.company.local") == SERVER
    with pytest.raises(AnsibleFilterError, match="explain: there is no name to explain. Give a full name, such as"):
        explain_filter(origin(), "")
    with pytest.raises(AnsibleFilterError, match="explain: the topology has 1 problem"):
        explain_filter(origin_with({"ad_domain": "x_y"}), "a.b")
