"""Each pitfall of the field: provoked once, and once nearly. What cannot come about is shown not to."""

from __future__ import annotations

import copy
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

import pytest
import yaml
from unit.topologies import ABSENT, DATA, origin, put

from ansible_collections.ucops.rollout.plugins.module_utils.findings.detect import look_for_pitfalls
from ansible_collections.ucops.rollout.plugins.module_utils.findings.registry import KINDS
from ansible_collections.ucops.rollout.plugins.module_utils.model import (
    Finding,
    Plan,
    PlannedCertificate,
    RecordSet,
    SrvData,
    Subject,
)
from ansible_collections.ucops.rollout.plugins.module_utils.plan.planner import make_plan
from ansible_collections.ucops.rollout.plugins.module_utils.topology.topology import (
    SimpleUrl,
    Topology,
    TopologyError,
    parse,
)

EXAMPLES: Mapping[str, Any] = yaml.safe_load((DATA / "finding_examples.yml").read_text(encoding="utf-8"))
PITFALLS: list[Mapping[str, Any]] = yaml.safe_load((DATA / "pitfalls.yml").read_text(encoding="utf-8"))
BASES: Mapping[str, Any] = yaml.safe_load((DATA / "finding_bases.yml").read_text(encoding="utf-8"))
PLAYED = [code for code, example in EXAMPLES.items() if "change" in example]


def base_with(base: str, changes: Mapping[str, Any]) -> dict[str, Any]:
    """A base topology with values put at paths; the text ABSENT takes one away."""
    topology: dict[str, Any] = origin() if base == "ocs" else copy.deepcopy(BASES[base])
    for path, value in copy.deepcopy(dict(changes)).items():
        put(topology, path, ABSENT if value == "ABSENT" else value)
    return topology


def lync(changes: Mapping[str, Any] | None = None) -> tuple[Topology, Plan]:
    topology = parse(base_with("lync", changes or {}))
    return topology, make_plan(topology)


def of_code(code: str, findings: Any) -> list[Finding]:
    return [one for one in findings if one.code == code]


# The examples, which docs/findings.md shows


@pytest.mark.parametrize("code", PLAYED)
def test_the_example_provokes_it(code: str) -> None:
    example = EXAMPLES[code]
    found = of_code(code, make_plan(parse(base_with(example["base"], example["change"]))).findings)
    assert [one.where for one in found] == example["where"]
    if "message" in example:
        assert found[0].message == example["message"]


@pytest.mark.parametrize("code", PLAYED)
def test_what_comes_close_does_not_provoke_it(code: str) -> None:
    example = EXAMPLES[code]
    assert of_code(code, make_plan(parse(base_with(example["base"], example["near"]))).findings) == []


def test_every_code_has_an_example_or_a_test() -> None:
    with open(__file__, encoding="utf-8") as here:
        text = here.read()
    without = [code for code in KINDS if code not in EXAMPLES and f'"{code}"' not in text]
    assert without == []
    assert [code for code in EXAMPLES if code not in KINDS] == []


# The pitfalls


@pytest.mark.parametrize("row", PITFALLS, ids=[row["pitfall"] for row in PITFALLS])
def test_every_pitfall_is_guarded(row: Mapping[str, Any]) -> None:
    assert [code for code in row.get("codes", ()) if code not in KINDS] == []
    assert set(row) & {"codes", "refused", "never"}
    assert "test" not in row or row["test"] in globals()


def refusals() -> list[Any]:
    return [
        pytest.param(case, id=f"{row['pitfall']}: {next(iter(case['change'].values()))}"[:90])
        for row in PITFALLS
        for case in row.get("refused", ())
    ]


@pytest.mark.parametrize("case", refusals())
def test_a_refused_topology(case: Mapping[str, Any]) -> None:
    with pytest.raises(TopologyError) as refused:
        parse(base_with(case["base"], case["change"]))
    assert [one.path for one in refused.value.problems] == case["where"]
    assert case["says"] in str(refused.value)


@pytest.mark.parametrize("case", [case for row in PITFALLS for case in row.get("refused", ()) if "near" in case])
def test_what_comes_close_is_not_refused(case: Mapping[str, Any]) -> None:
    parse(base_with(case["base"], case["near"]))


# What no topology provokes: guards against mistakes in the rules, provoked by a plan that was tampered with


def guard(code: str, plan: Plan, base: str = "lync") -> list[Finding]:
    """What is found in a plan that the planner would not make."""
    return of_code(code, look_for_pitfalls(parse(base_with(base, {})), plan))


def made(base: str = "lync") -> Plan:
    return make_plan(parse(base_with(base, {})))


def with_certificates(change: Callable[[PlannedCertificate], PlannedCertificate], use: str, base: str = "lync") -> Plan:
    plan = made(base)
    changed = [change(one) if one.use == use else one for one in plan.certificates]
    assert use in {one.use for one in plan.certificates}
    return replace(plan, certificates=tuple(changed))


def with_record(record: RecordSet) -> Plan:
    plan = made()
    return replace(plan, records=(*plan.records, record))


def record(view: str, fqdn: str, kind: str, value: str | SrvData) -> RecordSet:
    label, _dot, zone = fqdn.partition(".")
    return RecordSet(view, zone, label, fqdn, kind, 3600, (value,), "ours", ())


def test_srv_target_is_alias() -> None:
    plan = with_record(record("internal", "sip.contoso.com", "CNAME", "pool01.contoso.net"))
    (found,) = guard("srv-target-is-alias", plan)
    assert found.message == (
        "the SRV record '_sipinternaltls._tcp.contoso.com' leads to 'sip.contoso.com', which is a CNAME record"
    )
    assert guard("srv-target-is-alias", made()) == []


def test_alias_beside_records() -> None:
    name = "lyncdiscoverinternal.contoso.com"
    (found,) = guard("alias-beside-records", with_record(record("internal", name, "CNAME", "webint.contoso.net")))
    assert found.message == f"'{name}' has a CNAME record and also addresses"
    assert guard("alias-beside-records", made()) == []
    alone = with_record(record("internal", "lyncdiscoverinternal.example.com", "CNAME", "webint.contoso.net"))
    assert guard("alias-beside-records", alone) == []


@pytest.mark.parametrize(
    ("view", "label", "code"),
    [
        ("external", "lyncdiscoverinternal", "autodiscover-answered-outside"),
        ("internal", "lyncdiscover", "autodiscover-answered-inside"),
    ],
)
def test_autodiscover_in_the_wrong_view(view: str, label: str, code: str) -> None:
    (found,) = guard(code, with_record(record(view, f"{label}.fabrikam.com", "A", "10.0.0.20")))
    assert (found.where, f"'{label}.fabrikam.com'" in found.message) == ("sip_domains[1]", True)
    assert guard(code, made()) == []
    assert guard(code, with_record(record(view, f"{label}.example.com", "A", "10.0.0.20"))) == []


def test_fallback_name_not_in_certificate() -> None:
    code = "fallback-name-not-in-certificate"
    (found,) = guard(code, with_record(record("external", "sipexternal.contoso.com", "A", "131.107.155.10")))
    assert "'sipexternal.contoso.com' is planned in DNS" in found.message
    planned = parse(base_with("lync", {"sip_domains[0].fallback": True}))
    plan = make_plan(planned)
    assert "sipexternal.contoso.com" in [one.fqdn for one in plan.records]
    assert of_code(code, plan.findings) == []


def without_name(name: str) -> Callable[[PlannedCertificate], PlannedCertificate]:
    def change(one: PlannedCertificate) -> PlannedCertificate:
        rest = tuple(each for each in one.subject_alternative_names if each != name)
        return replace(one, subject_alternative_names=rest)

    return change


def test_sip_name_of_the_second_domain_not_at_the_edge() -> None:
    plan = with_certificates(without_name("sip.fabrikam.com"), "edge_external")
    (found,) = guard("sip-name-not-in-certificate", plan)
    assert "'sip.fabrikam.com' is not in the certificates of lsedge.contoso.net" in found.message
    assert guard("sip-name-not-in-certificate", made()) == []


def appliance() -> dict[str, Any]:
    return {
        "pools[3]": {
            "fqdn": "sba01.contoso.net",
            "role": "survivable_branch_appliance",
            "servers": [{"fqdn": "sba01.contoso.net", "addresses": {"internal": ["10.1.0.1"]}}],
        }
    }


def test_appliance_without_sip_name_and_asked_for_autodiscover() -> None:
    topology = parse(base_with("lync", appliance()))
    plan = make_plan(topology)
    codes = ("sip-name-not-in-certificate", "appliance-answers-autodiscover")
    assert [one for one in plan.findings if one.code in codes] == []
    bare = [replace(one, subject_alternative_names=()) if "sba01" in one.id else one for one in plan.certificates]
    discover = record("internal", "lyncdiscoverinternal.contoso.com", "A", "10.1.0.1")
    tampered = replace(plan, certificates=tuple(bare), records=(*plan.records, discover))
    found = [one for one in look_for_pitfalls(topology, tampered) if one.code in codes]
    assert [(one.code, one.where) for one in found] == [
        ("sip-name-not-in-certificate", "pools[3]"),
        ("appliance-answers-autodiscover", "pools[3]"),
        ("sip-name-not-in-certificate", "pools[3]"),
    ]


def test_name_twice_in_certificate() -> None:
    def twice(one: PlannedCertificate) -> PlannedCertificate:
        return replace(one, subject_alternative_names=("sip.contoso.com", "webcon.contoso.com", "SIP.contoso.com"))

    found = guard("name-twice-in-certificate", with_certificates(twice, "edge_external"))
    assert [one.message for one in found] == ["'SIP.contoso.com' stands twice in lsedge.contoso.net/edge_external"]
    assert guard("name-twice-in-certificate", made()) == []


def test_wildcard_as_subject() -> None:
    plan = with_certificates(with_wild_subject, "edge_internal")
    assert [one.where for one in guard("wildcard-as-subject", plan)] == ["lsedge.contoso.net/edge_internal"]
    assert guard("wildcard-as-subject", made()) == []


def with_wild_subject(one: PlannedCertificate) -> PlannedCertificate:
    return replace(one, subject=Subject("*.contoso.net"))


def with_wildcard(*names: str) -> Callable[[PlannedCertificate], PlannedCertificate]:
    def change(one: PlannedCertificate) -> PlannedCertificate:
        return replace(one, subject_alternative_names=names)

    return change


@pytest.mark.parametrize(
    ("use", "base", "told"),
    [("edge_external", "lync", 1), ("edge_internal", "lync", 0), ("reverse_proxy", "lync", 0), ("default", "ocs", 2)],
)
def test_wildcard_not_supported(use: str, base: str, told: int) -> None:
    plan = with_certificates(with_wildcard("sip.contoso.com", "*.contoso.com"), use, base)
    assert len(guard("wildcard-not-supported", plan, base)) == told


@pytest.mark.parametrize(
    ("names", "told"),
    [
        (("*.contoso.com", "lsrp.contoso.com"), 1),
        (("lsrp.contoso.com", "*.contoso.com"), 0),
        (("lsrp.contoso.com", "*.contoso.com", "*.fabrikam.com"), 0),
    ],
)
def test_wildcard_before_names(names: tuple[str, ...], told: int) -> None:
    plan = with_certificates(with_wildcard(*names), "reverse_proxy")
    assert len(guard("wildcard-before-names", plan)) == told


def test_edge_certificates_differ() -> None:
    plan = made()
    shared = next(one for one in plan.certificates if one.use == "edge_external")
    own = replace(shared, id="edge02.contoso.net/edge_external", holders=("edge02.contoso.net",))
    rest = tuple(one for one in plan.certificates if one is not shared)
    tampered = replace(plan, certificates=(*rest, replace(shared, holders=("edge01.contoso.net",)), own))
    assert [one.message for one in guard("edge-certificates-differ", tampered)] == [
        "the servers of 'lsedge.contoso.net' have 2 different certificates for edge_external"
    ]
    assert guard("edge-certificates-differ", plan) == []


def test_shared_key_not_exportable() -> None:
    def kept(one: PlannedCertificate) -> PlannedCertificate:
        return replace(one, key=replace(one.key, exportable=False))

    assert len(guard("shared-key-not-exportable", with_certificates(kept, "edge_external"))) == 1
    assert guard("shared-key-not-exportable", made()) == []
    assert guard("shared-key-not-exportable", with_certificates(kept, "reverse_proxy")) == []


def test_oauth_not_global() -> None:
    def local(one: PlannedCertificate) -> PlannedCertificate:
        return replace(one, scope="server")

    assert len(guard("oauth-not-global", with_certificates(local, "oauth"))) == 1
    plan = made()
    assert [one.id for one in plan.certificates if one.use == "oauth"] == ["global/oauth"]
    assert guard("oauth-not-global", plan) == []


def test_key_too_short() -> None:
    def short(one: PlannedCertificate) -> PlannedCertificate:
        return replace(one, key=replace(one.key, length=1024))

    assert [one.message for one in guard("key-too-short", with_certificates(short, "oauth"))] == [
        "the key of global/oauth has 1024 bits"
    ]
    assert guard("key-too-short", made()) == []


def test_key_not_usable() -> None:
    def modern(one: PlannedCertificate) -> PlannedCertificate:
        return replace(one, key=replace(one.key, provider="Microsoft Software Key Storage Provider", provider_type=0))

    def signing(one: PlannedCertificate) -> PlannedCertificate:
        return replace(one, key=replace(one.key, key_spec=2))

    for change in (modern, signing):
        assert len(guard("key-not-usable", with_certificates(change, "oauth"))) == 1
    assert guard("key-not-usable", made()) == []


def test_distribution_point_not_required() -> None:
    def without(one: PlannedCertificate) -> PlannedCertificate:
        return replace(one, require_crl_distribution_point=False)

    assert len(guard("distribution-point-not-required", with_certificates(without, "oauth"))) == 1
    assert guard("distribution-point-not-required", made()) == []


def test_web_components_without_certificate() -> None:
    def front_end_only(one: PlannedCertificate) -> PlannedCertificate:
        return replace(one, assignments=one.assignments[:1])

    found = guard("web-components-without-certificate", with_certificates(front_end_only, "default", "ocs"), "ocs")
    assert [one.where for one in found] == ["pools[0].servers[0]", "pools[0].servers[1]"]
    assert guard("web-components-without-certificate", made("ocs"), "ocs") == []


def many_sip_domains(count: int) -> Plan:
    domains = [f"sip-domain-{number:03}.example.com" for number in range(count)]
    changes = {"sip_domains": domains, "dns.internal.zones": ["company.local", "example.com"]}
    return make_plan(parse(base_with("ocs", changes)))


def test_names_close_to_limit() -> None:
    """A SIP domain takes 32 + 36 bytes (sip.<name>, ocspool.<name>); the pool's and the server's own names 47 more."""
    code = "names-close-to-limit"
    assert of_code(code, many_sip_domains(44).findings) == []
    (first, _second) = of_code(code, many_sip_domains(45).findings)
    assert first.message == (
        "the 92 names of ocssrv01.company.local/default take 3111 of 4096 bytes; each further SIP domain adds about 68"
        " bytes, so that about 14 more fit"
    )


# Closer looks, on a topology that was tampered with


def behind(code: str, **tampered: Any) -> list[str]:
    topology, plan = lync()
    return [one.where for one in of_code(code, look_for_pitfalls(replace(topology, **tampered), plan))]


def test_web_name_is_pool_name() -> None:
    pool, *others = lync()[0].pools
    wrong = replace(pool, web_farm_fqdn=pool.fqdn)
    assert behind("web-name-is-pool-name", pools=(wrong, *others)) == ["pools[0].web.internal_fqdn"]
    assert behind("web-name-is-pool-name") == []
    hardware = replace(wrong, load_balancer=replace(pool.load_balancer, type="hardware"))
    assert behind("web-name-is-pool-name", pools=(hardware, *others)) == []


def test_external_web_name_shared() -> None:
    pool, *others = lync()[0].pools
    second = replace(pool, fqdn="pool02.contoso.net", path="pools[3]")
    code = "external-web-name-shared"
    assert behind(code, pools=(pool, *others, second)) == ["pools[3].web.external_fqdn"]
    assert behind(code, pools=(pool, *others, replace(second, external_web_fqdn="web2.contoso.com"))) == []


def urls(*given: tuple[str, str]) -> tuple[SimpleUrl, ...]:
    placed = enumerate(given)
    return tuple(SimpleUrl("dialin", host, path, "contoso.com", "", f"url {at}") for at, (host, path) in placed)


def test_simple_url_is_pool_name() -> None:
    assert behind("simple-url-is-pool-name", simple_urls=urls(("pool01.contoso.net", "/dialin"))) == ["url 0"]
    assert behind("simple-url-is-pool-name", simple_urls=urls(("pool01.contoso.com", "/dialin"))) == []


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ([("lync.contoso.com", "/Meet"), ("lync.contoso.com", "/meet/dialin")], ["url 1"]),
        ([("lync.contoso.com", "/dialin"), ("lync.contoso.com", "")], ["url 0"]),
        ([("lync.contoso.com", "/a"), ("lync.contoso.com", "/a/b"), ("lync.contoso.com", "/a-b")], ["url 1"]),
        ([("lync.contoso.com", "/a"), ("lync.contoso.com", "/a/b"), ("lync.contoso.com", "/a/c")], ["url 1", "url 2"]),
        ([("lync.contoso.com", "/meet"), ("lync.contoso.com", "/meeting")], []),
        ([("lync.contoso.com", ""), ("lync.contoso.com.au", "")], []),
    ],
)
def test_simple_url_inside_another(given: list[tuple[str, str]], told: list[str]) -> None:
    assert behind("simple-url-inside-another", simple_urls=urls(*given)) == told


# What cannot come about


def test_no_wildcard_dns_record_is_planned() -> None:
    _topology, plan = lync({"certificates.wildcard": True})
    assert any("*" in name for one in plan.certificates for name in one.subject_alternative_names)
    assert [one.fqdn for one in plan.records if "*" in one.fqdn] == []
    with pytest.raises(TopologyError, match="wildcard"):
        parse(base_with("lync", {"dns.internal.zones[1].known_names": ["*"]}))


def test_a_name_from_several_rules_is_planned_once() -> None:
    """The Access Edge is sip.<SIP domain>, and upper case makes no other name."""
    _topology, plan = lync({"pools[1].edge.access": "SIP.contoso.com", "sip_domains[0].name": "Contoso.com"})
    names = {one.id: one.subject_alternative_names for one in plan.certificates}
    assert names["lsedge.contoso.net/edge_external"].count("sip.contoso.com") == 1
    for listed in names.values():
        assert len({name.lower() for name in listed}) == len(listed)
    keys = [(one.view, one.fqdn, one.type) for one in plan.records]
    assert len(keys) == len(set(keys))


def test_autodiscover_names_are_made_from_sip_domains() -> None:
    _topology, plan = lync()
    planned = {(one.view, one.fqdn) for one in plan.records if one.fqdn.startswith("lyncdiscover")}
    assert planned == {
        ("internal", "lyncdiscoverinternal.contoso.com"),
        ("internal", "lyncdiscoverinternal.fabrikam.com"),
        ("external", "lyncdiscover.contoso.com"),
        ("external", "lyncdiscover.fabrikam.com"),
    }


def test_addresses_of_a_pool_balanced_by_dns_are_those_of_its_servers() -> None:
    _topology, plan = lync()
    values = {one.fqdn: one.values for one in plan.records if one.type == "A" and one.view == "internal"}
    assert values["pool01.contoso.net"] == ("10.0.0.11", "10.0.0.12")
    assert values["lsedge.contoso.net"] == ("172.25.33.10", "172.25.33.11")


# Of all of them


def test_a_sound_site_has_no_errors_and_only_what_is_known() -> None:
    _topology, plan = lync()
    assert plan.errors == ()
    assert {one.code for one in plan.findings} == {"edge-needs-dns-suffix"}


def test_an_alias_in_the_same_domain_is_supported() -> None:
    changes = {"autodiscover": {"internal": "cname"}, "pools[0].web.internal_fqdn": "webint.contoso.com"}
    _topology, plan = lync(changes)
    assert [one.where for one in of_code("autodiscover-alias-elsewhere", plan.findings)] == ["sip_domains[1]"]


def test_sip_domains_cost() -> None:
    assert of_code("sip-domains-cost", many_sip_domains(4).findings) == []
    (found,) = of_code("sip-domains-cost", many_sip_domains(5).findings)
    assert found.where == "sip_domains[4]"
    assert found.message == (
        "there are 5 SIP domains; one more such as 'sip-domain-004.example.com' adds about 2 records and 4 names,"
        " and 2 certificates are to be requested anew"
    )


@pytest.mark.parametrize("base", ["ocs", *BASES])
@pytest.mark.parametrize("part", ["records", "certificates", "endpoints", "servers", "zones"])
def test_nothing_is_raised_whatever_a_plan_lacks(base: str, part: str) -> None:
    topology = parse(base_with(base, {}))
    plan = make_plan(topology)
    for lacking in (replace(plan, **{part: ()}), Plan(), replace(Plan(), **{part: getattr(plan, part)})):
        for one in look_for_pitfalls(topology, lacking):
            assert one.code in KINDS
            assert "{" not in f"{one.message}{one.breaks}".replace("{private", "").replace("[{", "")


def test_what_the_site_leaves_out_is_no_error_but_at_the_edge_it_is() -> None:
    """The records of contoso.com lead to sip.contoso.com, so that the pool's certificates keep the name."""
    wishes = {"certificates.sip_names": False, "sip_domains[1].srv_target": "alias"}
    topology = parse(base_with("lync", wishes))
    plan = make_plan(topology)
    bare = [without_name("sip.fabrikam.com")(one) if "edge" in one.use else one for one in plan.certificates]
    findings = look_for_pitfalls(topology, replace(plan, certificates=tuple(bare)))
    found = [one for one in findings if "sip-name" in one.code]
    assert [(one.code, one.severity, one.message) for one in found] == [
        (
            "sip-name-left-out",
            "warning",
            "'sip.fabrikam.com' is not in the certificates of pool01.contoso.net, as the topology wants it",
        ),
        (
            "sip-name-not-in-certificate",
            "error",
            "'sip.fabrikam.com' is not in the certificates of lsedge.contoso.net, although users of 'fabrikam.com'"
            " sign in there",
        ),
    ]


def test_names_hidden_inside_in_a_hybrid_site() -> None:
    """Users inside need the Web Conferencing Edge's name too; the planner leads it outside for them."""
    topology = parse(base_with("lync", {"hybrid": {"tenant_domains": ["contoso.com"]}}))
    plan = make_plan(topology)
    assert of_code("outside-name-hidden-inside", plan.findings) == []
    kept = [one for one in plan.records if (one.view, one.fqdn) != ("internal", "webcon.contoso.com")]
    assert len(kept) == len(plan.records) - 1
    (found,) = of_code("outside-name-hidden-inside", look_for_pitfalls(topology, replace(plan, records=tuple(kept))))
    assert (found.where, found.breaks) == ("dns.internal.zones[1]", "content of meetings held in Microsoft 365")


def test_no_web_name_of_ocs_is_needed_inside() -> None:
    changes = {"pools[0].web": {"external_fqdn": "ocsrp.company.com"}, "dns.internal.zones[1].if_missing": "fail"}
    plan = make_plan(parse(base_with("ocs", changes)))
    assert [one.code for one in plan.findings] == ["srv-target-alias"]


def test_pin_point_zones_come_for_owners_and_targets() -> None:
    zone = {"name": "fabrikam.com", "kind": "pin_point", "if_missing": "create"}
    _topology, plan = lync({"dns.internal.zones[2]": zone})
    inside = [one.name for one in plan.zones if one.view == "internal" and one.name.endswith("fabrikam.com")]
    assert inside[:2] == ["sip.fabrikam.com", "_sipinternaltls._tcp.fabrikam.com"]
    assert {one.name for one in plan.records if one.zone in inside} == {"@"}
    assert [one.code for one in plan.findings] == ["edge-needs-dns-suffix"] * 2


def test_a_sip_domain_that_moved_away_is_not_missed() -> None:
    _topology, plan = lync({"sip_domains[1]": {"name": "fabrikam.com", "cut_over": True}})
    assert [one.code for one in plan.findings if one.where.startswith("sip_domains")] == []


def test_a_domain_inside_only_needs_no_name_outside() -> None:
    _topology, plan = lync({"sip_domains[1]": {"name": "fabrikam.com", "srv_target": "sip", "outside": False}})
    assert "sip.fabrikam.com" not in [one.fqdn for one in plan.records if one.view == "external"]
    assert [one.code for one in plan.findings if one.where.startswith("sip_domains")] == []


def test_domains_below_the_last_one_cost_nothing_of_its_own() -> None:
    domains = [f"{label}.example.com" for label in ("a", "b", "c", "d")]
    changes = {"sip_domains": [*domains, "example.com"], "dns.internal.zones": ["company.local", "example.com"]}
    (found,) = of_code("sip-domains-cost", make_plan(parse(base_with("ocs", changes))).findings)
    assert "one more such as 'example.com' adds about 2 records and 4 names" in found.message


@pytest.mark.parametrize(
    "changes",
    [
        {"dns.external.zones": ["contoso.com"]},  # name-without-zone tells it
        {"pools[2]": "ABSENT"},  # external-web-name-not-published tells it
        {"dns.internal.zones": ["contoso.net", "contoso.com"]},
    ],
)
def test_autodiscover_is_not_missed_where_another_finding_tells_the_cause(changes: dict[str, Any]) -> None:
    _topology, plan = lync(changes)
    assert of_code("autodiscover-missing", plan.findings) == []
    assert {one.code for one in plan.findings} & {"name-without-zone", "external-web-name-not-published"}


def test_autodiscover_missing_outside() -> None:
    _topology, plan = lync({"autodiscover": {"external": "none"}})
    assert [one.message for one in of_code("autodiscover-missing", plan.findings)] == [
        "there is no 'lyncdiscover.contoso.com' in the external view",
        "there is no 'lyncdiscover.fabrikam.com' in the external view",
    ]


def test_an_appliance_needs_only_the_names_of_those_whom_it_serves() -> None:
    changes = appliance()
    changes["pools[3]"]["serves"] = ["fabrikam.com"]
    topology = parse(base_with("lync", changes))
    plan = make_plan(topology)
    bare = [replace(one, subject_alternative_names=()) if "sba01" in one.id else one for one in plan.certificates]
    found = of_code("sip-name-not-in-certificate", look_for_pitfalls(topology, replace(plan, certificates=tuple(bare))))
    assert ["sip.fabrikam.com" in one.message for one in found] == [True]


def test_a_simple_url_hidden_inside() -> None:
    topology, plan = lync()
    kept = tuple(one for one in plan.records if (one.view, one.fqdn) != ("internal", "meet.fabrikam.com"))
    (found,) = of_code("outside-name-hidden-inside", look_for_pitfalls(topology, replace(plan, records=kept)))
    assert (found.where, found.breaks) == (
        "dns.internal.zones[2]",
        "meetings and the dial-in page for users inside",
    )


def test_a_single_server_may_have_the_web_services_name() -> None:
    standard = {
        "fqdn": "se01.contoso.net",
        "edition": "standard",
        "web": {"external_fqdn": "webext.contoso.com"},
        "servers": [{"fqdn": "se01.contoso.net", "addresses": {"internal": ["10.0.0.11"]}}],
    }
    _topology, plan = lync({"pools[0]": standard})
    assert of_code("web-name-is-server-name", plan.findings) == []


def test_the_virtual_address_of_reverse_proxies_counts_too() -> None:
    proxies = {
        "fqdn": "rp.contoso.com",
        "role": "reverse_proxy",
        "load_balancer": {"type": "hardware", "vips": {"external": ["131.107.155.20"]}},
        "servers": [{"fqdn": "rp1.contoso.com", "addresses": {"external": ["131.107.155.41"]}}],
    }
    _topology, plan = lync({"pools[2]": proxies})
    assert [one.where for one in of_code("edge-and-proxy-share-address", plan.findings)] == ["pools[2]"]
    assert of_code("web-name-at-edge", plan.findings) == []


def test_without_an_edge_pool_no_federation_record_is_missed() -> None:
    _topology, plan = lync({"pools[1]": "ABSENT"})
    assert of_code("federation-record-missing", plan.findings) == []


def edge_pool(**changes: Any) -> dict[str, Any]:
    outside = {"internal": ["172.25.33.10"], "access": ["131.107.155.10"], "av": ["131.107.155.30"]}
    server = {"fqdn": "edge01.contoso.net", "addresses": {**outside, "web_conferencing": ["131.107.155.20"]}}
    names = {"access": "sip.contoso.com", "web_conferencing": "webcon.contoso.com", "av": "av.contoso.com"}
    return {"fqdn": "edge01.contoso.net", "role": "edge", "edge": names, "servers": [server], **changes}


def test_a_single_edge_server_needs_no_load_balancer() -> None:
    _topology, plan = lync({"pools[1]": edge_pool()})
    assert [one.code for one in plan.findings] == ["edge-needs-dns-suffix"]


@pytest.mark.parametrize(
    ("av", "codes"),
    [
        ("131.107.155.92", []),
        ("10.45.16.92", ["private-address-outside"]),
        ("131.107.155.91", ["edge-services-share-port"]),
    ],
)
def test_the_virtual_addresses_of_an_edge_pool(av: str, codes: list[str]) -> None:
    services = {"access": ["131.107.155.90"], "web_conferencing": ["131.107.155.91"], "av": [av]}
    vips = {"internal": ["172.25.33.9"], **services}
    pool = edge_pool(fqdn="lsedge.contoso.net", load_balancer={"type": "hardware", "vips": vips})
    _topology, plan = lync({"pools[1]": pool})
    found = [one for one in plan.findings if one.code in ("private-address-outside", "edge-services-share-port")]
    assert [one.code for one in found] == codes
    assert all(one.where.startswith("pools[1].load_balancer.vips") for one in found)
