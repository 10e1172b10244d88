"""Topologies and plans that findings come from: bases with changes, and plans that were tampered with."""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Any

import yaml
from cryptography import x509
from unit.audits import ENDED, GOOD, LATE, stored
from unit.fakes_windows import DER, NOW, authority, certificate, planned_certificate
from unit.places import DATA
from unit.places import ROOT as REPOSITORY
from unit.stores import (
    BY_ISSUING,
    BY_PSS,
    BY_SHA1,
    KSP,
    MACHINE_ROOT,
    OF_2008R2,
    POLICY_ROOT,
    PSS_ISSUER,
    ROOT,
    SECOND,
    SHORT_KEY,
    in_use,
    key_of,
    many_roots,
    of_roots,
    of_stores,
    on,
    stand_in,
)
from unit.topologies import ABSENT, origin, origin_with, put

from ansible_collections.ucops.rollout.plugins.module_utils.certificates.authority_port import (
    AuthorityDescription,
    AuthorityPolicy,
    TemplateFacts,
)
from ansible_collections.ucops.rollout.plugins.module_utils.certificates.template import CertificateTemplate
from ansible_collections.ucops.rollout.plugins.module_utils.certificates.x509 import X509Certificate, parse_certificate
from ansible_collections.ucops.rollout.plugins.module_utils.findings.kind import LEFT_OUT
from ansible_collections.ucops.rollout.plugins.module_utils.findings.registry import find_all
from ansible_collections.ucops.rollout.plugins.module_utils.findings.run import (
    authority_findings,
    clock_findings,
    cut_off_finding,
    dns_findings,
    issued_findings,
    mark_findings,
    mark_not_followed,
    marks_left,
    oauth_findings,
    ocs_findings,
    policy_findings,
    renewal_findings,
    root_findings,
)
from ansible_collections.ucops.rollout.plugins.module_utils.model import (
    Finding,
    Plan,
    PlannedCertificate,
    RecordSet,
    SrvData,
    Subject,
)
from ansible_collections.ucops.rollout.plugins.module_utils.plan.hosts import Groups, find_hosts
from ansible_collections.ucops.rollout.plugins.module_utils.plan.planner import make_plan
from ansible_collections.ucops.rollout.plugins.module_utils.plan.soundness import unsound, unsound_records
from ansible_collections.ucops.rollout.plugins.module_utils.products.grammar import Product
from ansible_collections.ucops.rollout.plugins.module_utils.products.registry import PRODUCTS
from ansible_collections.ucops.rollout.plugins.module_utils.products.rules import RoleRules
from ansible_collections.ucops.rollout.plugins.module_utils.topology.deployed import DeployedDifference
from ansible_collections.ucops.rollout.plugins.module_utils.topology.parse import parse
from ansible_collections.ucops.rollout.plugins.module_utils.topology.topology import SimpleUrl, Topology
from ansible_collections.ucops.rollout.plugins.module_utils.values import Thumbprint


def read_certificate(built: x509.Certificate) -> X509Certificate:
    return parse_certificate(built.public_bytes(DER), where="test")


BASES: Mapping[str, Any] = yaml.safe_load((DATA / "finding_bases.yml").read_text(encoding="utf-8"))
Change = Callable[[PlannedCertificate], PlannedCertificate]


# Topologies and their plans


def base_with(base: str, changes: Mapping[str, Any]) -> dict[str, Any]:
    """A base topology with values put at paths; LEFT_OUT takes one away."""
    topology: dict[str, Any] = origin() if base == "ocs" else copy.deepcopy(BASES[base])
    for path, value in copy.deepcopy(dict(changes)).items():
        put(topology, path, ABSENT if value == LEFT_OUT else value)
    return topology


def planned(base: str, changes: Mapping[str, Any] | None = None) -> tuple[Topology, Plan]:
    topology = parse(base_with(base, changes or {}))
    return topology, make_plan(topology)


def lync(changes: Mapping[str, Any] | None = None) -> tuple[Topology, Plan]:
    return planned("lync", changes)


def made(base: str = "lync") -> Plan:
    return planned(base)[1]


def of_code(code: str, findings: Iterable[Finding]) -> list[Finding]:
    return [one for one in findings if one.code == code]


def codes_and_places(findings: Iterable[Finding]) -> list[tuple[str, str]]:
    return [(one.code, one.where) for one in findings]


# OCS 2007 by rules that were changed, where a finding cannot be had otherwise


def plan_of(topology: Any, change: Callable[[RoleRules], RoleRules] = lambda rules: rules) -> Plan:
    product: Product = PRODUCTS["ocs2007"]
    return make_plan(parse(topology), {"ocs2007": replace(product, roles=(change(product.roles[0]),))})


def found(code: str, plan: Plan) -> list[Finding]:
    return of_code(code, plan.findings)


def places(code: str, topology: Any) -> list[str]:
    return [one.where for one in found(code, plan_of(topology))]


def second_service(rules: RoleRules) -> RoleRules:
    """Rules that lead a SIP domain's users to the web farm as well."""
    rule = next(one for one in rules.records if one.id == "ocs2007.sign-in-tls")
    return replace(rules, records=(*rules.records, replace(rule, target="{web_farm}")))


def lost_target(rules: RoleRules) -> RoleRules:
    """Rules that have forgotten the address of the name that automatic sign-in leads to."""
    return replace(rules, records=tuple(one for one in rules.records if one.id != "ocs2007.sign-in-alias-address"))


def without_name_rule(rule: str) -> Callable[[RoleRules], RoleRules]:
    """Rules that have forgotten one name in certificates."""

    def change(rules: RoleRules) -> RoleRules:
        certificates = tuple(
            replace(one, names=tuple(name for name in one.names if name.id != rule)) for one in rules.certificates
        )
        return replace(rules, certificates=certificates)

    return change


def many_sip_domains(count: int) -> dict[str, Any]:
    names = [f"sip-domain-{number:03}.example.com" for number in range(count)]
    return origin_with({"sip_domains": names, "dns.internal.zones": ["company.local", "example.com"]})


# The inventory

COMPLETE = {
    "all": ["dc01", "ca01", "ocssrv01.company.local", "ocssrv02.company.local"],
    "ucops_dns": ["dc01"],
    "ucops_ca": ["ca01"],
    "ucops_servers": ["ocssrv01.company.local", "ocssrv02.company.local"],
}


def in_inventory(inventory: dict[str, list[str]], topology: Any = None, *, check: bool = True) -> Plan:
    groups = Groups(servers="ucops_servers", dns="ucops_dns", ca="ucops_ca")
    return find_hosts(plan_of(topology or origin()), groups, inventory, check=check)


def sharing_a_host() -> Plan:
    return in_inventory(COMPLETE, origin_with({"pools[0].servers[1].inventory_host": "ocssrv01.company.local"}))


# Plans that the planner would not make


def guard(code: str, plan: Plan, base: str = "lync") -> list[Finding]:
    """What is found in a plan that was tampered with, beside the topology of its base."""
    return of_code(code, find_all(plan, parse(base_with(base, {}))))


def behind(code: str, **tampered: Any) -> list[str]:
    """The places of what is found where the topology was changed behind the planner's back."""
    return [one.where for one in of_code(code, _behind(**tampered))]


def _behind(**tampered: Any) -> Iterable[Finding]:
    topology, plan = lync()
    return find_all(plan, replace(topology, **tampered))


def with_certificates(change: Change, use: str, base: str = "lync") -> Plan:
    plan = made(base)
    changed = [change(one) if one.use == use else one for one in plan.certificates]
    assert use in {one.use for one in plan.certificates}
    return replace(plan, certificates=tuple(changed))


def with_record(one: RecordSet) -> Plan:
    plan = made()
    return replace(plan, records=(*plan.records, one))


def record(view: str, fqdn: str, kind: str, value: str | SrvData) -> RecordSet:
    label, _dot, zone = fqdn.partition(".")
    return RecordSet(view, zone, label, fqdn, kind, 3600, (value,), "ours", ())


def without_name(name: str) -> Change:
    def change(one: PlannedCertificate) -> PlannedCertificate:
        rest = tuple(each for each in one.subject_alternative_names if each != name)
        return replace(one, subject_alternative_names=rest)

    return change


def with_names(*names: str) -> Change:
    return lambda one: replace(one, subject_alternative_names=names)


def with_key(**changes: Any) -> Change:
    return lambda one: replace(one, key=replace(one.key, **changes))


def with_wild_subject(one: PlannedCertificate) -> PlannedCertificate:
    return replace(one, subject=Subject("*.contoso.net"))


def different_at_the_edge() -> Plan:
    """The second Edge Server has a certificate of its own for what it shares."""
    plan = made()
    shared = next(one for one in plan.certificates if one.use == "edge_external")
    own = replace(shared, id="edge02.contoso.net/edge_external", holders=("edge02.contoso.net",))
    rest = tuple(one for one in plan.certificates if one is not shared)
    return replace(plan, certificates=(*rest, replace(shared, holders=("edge01.contoso.net",)), own))


def appliance() -> dict[str, Any]:
    return {
        "pools[3]": {
            "fqdn": "sba01.contoso.net",
            "role": "survivable_branch_appliance",
            "servers": [{"fqdn": "sba01.contoso.net", "addresses": {"internal": ["10.1.0.1"]}}],
        }
    }


def at_the_appliance() -> list[Finding]:
    """Its certificate lacks the names of the SIP domains, and Autodiscover of one leads to it."""
    topology, plan = lync(appliance())
    bare = [replace(one, subject_alternative_names=()) if "sba01" in one.id else one for one in plan.certificates]
    discover = record("internal", "lyncdiscoverinternal.contoso.com", "A", "10.1.0.1")
    tampered = replace(plan, certificates=tuple(bare), records=(*plan.records, discover))
    return list(find_all(tampered, topology))


def urls(*given: tuple[str, str]) -> tuple[SimpleUrl, ...]:
    at = enumerate(given)
    return tuple(SimpleUrl("dialin", host, path, "contoso.com", "", f"url {n}") for n, (host, path) in at)


WILD_FIRST = read_certificate(certificate(authority(), names=["*.company.com", "a.company.com"]))


def a_root() -> X509Certificate:
    return parse_certificate(authority().certificate.public_bytes(DER), where="test")


def a_ca(**changes: Any) -> AuthorityDescription:
    """The origin's CA as it tells of itself."""
    found = AuthorityDescription("ca01.company.local", "Company CA", "enterprise_root", ("WebServer",), "", (), "")
    return replace(found, **changes)


CA = "ca01.company.local\\Company CA"


def templated(*, may: bool | None = True, problem: str = "", disposition: int = 1, **changes: Any) -> list[Finding]:
    """What is found of the origin's certificates, by a template that fits but for the changes."""
    fits = {
        "schema_version": 1,
        "minimum_key": 1024,
        "signatures": 0,
        "enrolment_flags": 0,
        "name_flags": 1,
        "usages": ("1.3.6.1.5.5.7.3.1",),
        "providers": ("Microsoft RSA SChannel Cryptographic Provider",),
    }
    facts = TemplateFacts(CertificateTemplate("WebServer", **{**fits, **changes}), may, problem)
    return list(
        authority_findings(
            a_ca(template_facts=(facts,), policy=AuthorityPolicy(None, disposition)), made("ocs").certificates
        )
    )


def _unanswered() -> Plan:
    plan = made("ocs")
    return replace(plan, endpoints=(replace(plan.endpoints[0], certificates=()),))


def _guarded(plan: Plan, base: str = "lync") -> Iterable[Finding]:
    return find_all(plan, parse(base_with(base, {})))


def with_an_edge(**inventory: list[str]) -> Plan:
    """Records outside, for whose view the inventory has these hosts."""
    groups = Groups(servers="ucops_servers", dns_external="ucops_dns_external")
    return find_hosts(made("lync"), groups, {"ucops_servers": [], **inventory}, check=True, parts=["plan", "dns"])


def edge_of_ocs(further: Mapping[str, Any]) -> Plan:
    """An Edge Server whose A/V authentication has another issuer than its internal interface, which has its names."""
    example = REPOSITORY / "docs" / "examples" / "ocs2007.yml"
    topology = yaml.safe_load(example.read_text(encoding="utf-8"))["ucops_topology"]
    issuers = topology["certificates"]["issuers"]
    issuers["further"] = {**issuers["enterprise"], **further}
    topology["certificates"]["issuer_for"] = {"av_authentication": "further"}
    return make_plan(parse(topology))


# How each kind that has no example comes about.
PROVOKED: Mapping[str, Callable[[], Iterable[Finding]]] = {
    "second-service": lambda: (
        plan_of(origin_with({"pools[0].web_farm_fqdn": "ocsweb.company.local"}), second_service).findings
    ),
    "target-without-address": lambda: plan_of(origin(), lost_target).findings,
    "name-not-in-certificate": lambda: plan_of(origin(), without_name_rule("ocs2007.sign-in-alias-name")).findings,
    "endpoint-without-certificate": lambda: _guarded(_unanswered(), "ocs"),
    "server-without-inventory-host": lambda: in_inventory({**COMPLETE, "ucops_servers": ["ocssrv02"]}).findings,
    "inventory-host-shared": lambda: sharing_a_host().findings,
    "ca-without-inventory-host": lambda: in_inventory({**COMPLETE, "ucops_ca": ["ca02"]}).findings,
    "external-view-without-dns-server": lambda: with_an_edge().findings,
    "inventory-group-empty": lambda: in_inventory({**COMPLETE, "ucops_dns": []}).findings,
    "names-too-many-for-authority": lambda: plan_of(many_sip_domains(60)).findings,
    "names-close-to-limit": lambda: plan_of(many_sip_domains(45)).findings,
    "simple-url-inside-another": lambda: _behind(
        simple_urls=urls(("lync.contoso.com", "/Meet"), ("lync.contoso.com", "/meet/dialin"))
    ),
    "autodiscover-answered-outside": lambda: _guarded(
        with_record(record("external", "lyncdiscoverinternal.fabrikam.com", "A", "10.0.0.20"))
    ),
    "autodiscover-answered-inside": lambda: _guarded(
        with_record(record("internal", "lyncdiscover.fabrikam.com", "A", "10.0.0.20"))
    ),
    "fallback-name-not-in-certificate": lambda: _guarded(
        with_record(record("external", "sipexternal.contoso.com", "A", "131.107.155.10"))
    ),
    "sip-name-not-in-certificate": lambda: _guarded(
        with_certificates(without_name("sip.fabrikam.com"), "edge_external")
    ),
    "appliance-answers-autodiscover": at_the_appliance,
    "name-twice-in-certificate": lambda: _guarded(
        with_certificates(with_names("sip.contoso.com", "webcon.contoso.com", "SIP.contoso.com"), "edge_external")
    ),
    "wildcard-as-subject": lambda: _guarded(with_certificates(with_wild_subject, "edge_internal")),
    "wildcard-before-names": lambda: _guarded(
        with_certificates(with_names("*.contoso.com", "lsrp.contoso.com"), "reverse_proxy")
    ),
    "wildcard-not-supported": lambda: _guarded(with_certificates(with_names("*.contoso.com"), "edge_external")),
    "key-too-short": lambda: _guarded(with_certificates(with_key(length=1024), "oauth")),
    "key-not-usable": lambda: _guarded(with_certificates(with_key(key_spec=2), "oauth")),
    "shared-key-not-exportable": lambda: _guarded(with_certificates(with_key(exportable=False), "edge_external")),
    "one-key-two-templates": lambda: edge_of_ocs({"template": "EdgeServer"}).findings,
    "distribution-point-not-required": lambda: _guarded(
        with_certificates(lambda one: replace(one, require_crl_distribution_point=False), "oauth")
    ),
    "edge-certificates-differ": lambda: _guarded(different_at_the_edge()),
    "oauth-not-global": lambda: _guarded(with_certificates(lambda one: replace(one, scope="server"), "oauth")),
    "web-components-without-certificate": lambda: _guarded(
        with_certificates(lambda one: replace(one, assignments=one.assignments[:1]), "default", "ocs"), "ocs"
    ),
    "ca-names-from-attributes": lambda: policy_findings(AuthorityPolicy(0x15014E, 1), "ca01\\Company CA"),
    "holder-is-no-server": lambda: unsound(replace(made("ocs"), servers=())),
    "assigned-without-holding": lambda: unsound(
        with_certificates(lambda one: replace(one, holders=("ocssrv02.company.local",)), "default", "ocs")
    ),
    "request-impossible": lambda: unsound(
        with_certificates(lambda one: replace(one, subject=Subject("a;b.company.local")), "default", "ocs")
    ),
    "record-impossible": lambda: unsound_records(
        replace(made("ocs"), records=(replace(made("ocs").records[0], name="a.company.local"),))
    ),
    "ca-is-another": lambda: authority_findings(a_ca(name="Old CA"), made("ocs").certificates[:1]),
    "template-not-offered": lambda: authority_findings(a_ca(templates=("Machine", "User")), made("ocs").certificates),
    "ca-signs-as-refused": lambda: authority_findings(a_ca(refused_signature="MD5"), made("ocs").certificates),
    "templates-unread": lambda: authority_findings(
        a_ca(templates=None, templates_problem="access denied"), made("ocs").certificates[:1]
    ),
    "template-takes-no-names": lambda: templated(name_flags=0),
    "template-lacks-usage": lambda: templated(usages=("1.3.6.1.5.5.7.3.2",)),
    "template-wants-longer-key": lambda: templated(minimum_key=4096),
    "template-wants-signatures": lambda: templated(signatures=1),
    "template-denies-account": lambda: templated(may=False),
    "requests-wait": lambda: templated(enrolment_flags=2),
    "template-offers-other-providers": lambda: templated(providers=("Microsoft Software Key Storage Provider",)),
    "template-not-known": lambda: templated(minimum_key=None),
    "root-not-among-trusted": lambda: root_findings(a_root(), [Thumbprint("0" * 40)]),
    "issued-for-long": lambda: issued_findings(
        planned_certificate(), read_certificate(certificate(authority(), days=9000))
    ),
    "issued-with-other-names": lambda: issued_findings(
        planned_certificate(), read_certificate(certificate(authority(), more=[x509.RFC822Name("rollout@company.com")]))
    ),
    "clock-differs": lambda: clock_findings("dc01.company.local", NOW + timedelta(minutes=6), NOW),
    "oauth-certificate-is-new": lambda: oauth_findings("AB", NOW - timedelta(days=30), "CD", NOW),
    "assignment-cut-off": lambda: (cut_off_finding("srv", "AB", "it stays"),),
    "mark-left": lambda: marks_left("srv", ["AB"]),
    "mark-not-followed": lambda: (mark_not_followed("srv", "AB", "it is another", "It is gone"),),
    "mark-not-kept": lambda: mark_findings("srv", ["denied", "denied"]),
    "renewed-nowhere": lambda: renewal_findings([["AB", "CD"], ["AB"]]),
    "ocs-differs": lambda: ocs_findings([DeployedDifference("x", "what", "breaks", "mend")]),
    "certificate-expired": lambda: in_use(ENDED),
    "certificate-expires": lambda: in_use(LATE),
    "certificate-left-over": lambda: of_stores(stored(GOOD), stored(SECOND), used=(GOOD,)),
    "key-missing": lambda: in_use(GOOD, key=None),
    "waiting-key-left": lambda: of_stores(stored(GOOD), waiting=(stand_in(1),)),
    "waiting-key-pending": lambda: of_stores(waiting=(stand_in(1),), pending={key_of(stand_in(1)): 7}),
    "key-exportable": lambda: in_use(GOOD, exportable=True),
    "name-behind-wildcard": lambda: of_stores(
        stored(WILD_FIRST), used=(WILD_FIRST,), subject_alternative_names=["a.company.com", "*.company.com"]
    ),
    "weak-key": lambda: in_use(SHORT_KEY),
    "signature-refused": lambda: in_use(BY_PSS),
    "issuer-signature-refused": lambda: of_stores(stored(BY_ISSUING, issuers=(PSS_ISSUER, ROOT)), used=(BY_ISSUING,)),
    "sha1-of-public-authority": lambda: of_stores(
        stored(BY_SHA1), used=(BY_SHA1,), issuer={"name": "public", "ca": ""}, template=None
    ),
    "key-storage-provider": lambda: in_use(GOOD, key=KSP),
    "intermediate-among-roots": lambda: of_roots(*on(MACHINE_ROOT, PSS_ISSUER)),
    "intermediate-among-roots-before-2012": lambda: of_roots(*on(MACHINE_ROOT, PSS_ISSUER), windows=OF_2008R2),
    "root-twice": lambda: of_roots(*on(MACHINE_ROOT, ROOT), *on(POLICY_ROOT, ROOT)),
    "many-roots": lambda: of_roots(*many_roots(101)),
    "dns-server": lambda: dns_findings(["the zone takes updates from anybody"]),
}


def provoked(code: str) -> list[Finding]:
    """The findings of a kind without an example."""
    return of_code(code, PROVOKED[code]())
