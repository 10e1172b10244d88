"""What one server is to do for its certificates."""

from __future__ import annotations

from dataclasses import replace

import pytest
import yaml
from unit.lync_sites import enterprise, plan_of, topology
from unit.places import ROOT
from unit.topologies import origin

from ansible_collections.ucops.rollout.plugins.module_utils.errors import RolloutError
from ansible_collections.ucops.rollout.plugins.module_utils.model import (
    Key,
    Plan,
    PlannedAssignment,
    PlannedIssuer,
    Subject,
)
from ansible_collections.ucops.rollout.plugins.module_utils.plan.server_work import (
    AssignmentWork,
    certificates_of,
    work_from_plain,
)
from ansible_collections.ucops.rollout.plugins.module_utils.reading.queries import as_plan


def planned() -> Plan:
    """The origin's plan, its first server found as the host ``fe1``."""
    plan = as_plan(origin())
    return replace(plan, servers=(replace(plan.servers[0], inventory_host="fe1"), *plan.servers[1:]))


def test_certificates_and_assignments_of_a_server() -> None:
    work = certificates_of(planned(), "fe1", ca_hosts=["ca00", "CA01"], port_map={5061: 15061})
    assert work.fqdn == "ocssrv01.company.local"
    (one,) = work.certificates
    assert (one.certificate.id, one.ca_host) == ("ocssrv01.company.local/default", "CA01")
    assert one.assignments == (
        AssignmentWork("front_end", "default", 5061, "10.0.0.11", 15061, "front_end", "ocspool.company.local"),
        AssignmentWork("web_components", "default", 443, "10.0.0.11", 443, "web_components", "ocspool.company.local"),
    )


OUTSIDE = {"internal": ("10.1.0.20",), "external": ("203.0.113.30",)}


@pytest.mark.parametrize(
    ("component", "addresses", "address"),
    [
        ("reverse_proxy", {"external": ("203.0.113.30",)}, "203.0.113.30"),
        ("access_edge", {**OUTSIDE, "access": ("203.0.113.21",)}, "203.0.113.21"),
        ("access_edge", OUTSIDE, "203.0.113.30"),
        ("web_conferencing_edge", {**OUTSIDE, "web_conferencing": ("203.0.113.22",)}, "203.0.113.22"),
        ("edge_internal", OUTSIDE, "10.1.0.20"),
        ("av_authentication", OUTSIDE, ""),
        ("office_web_apps", {}, ""),
    ],
)
def test_where_a_component_is_asked(component: str, addresses: dict[str, tuple[str, ...]], address: str) -> None:
    plan = planned()
    server = replace(plan.servers[0], addresses=addresses)
    names = Subject("*.company.com"), ("*.company.com", "meet.company.com")
    placed = replace(
        plan.certificates[0],
        subject=names[0],
        subject_alternative_names=names[1],
        assignments=(PlannedAssignment(server.fqdn, component, "default", 443),),
    )
    (work,) = certificates_of(replace(plan, servers=(server,), certificates=(placed,)), "fe1").certificates
    (one,) = work.assignments
    assert (one.address, one.name) == (address, "meet.company.com")


def test_two_certificates_of_one_use_and_two_ports_of_one_component() -> None:
    plan = planned()
    first = plan.certificates[0]
    edge = [PlannedAssignment("ocssrv01.company.local", "access_edge", "default", port) for port in (443, 5061)]
    second = replace(first, id="ocssrv01.company.local/second", assignments=(*edge,))
    work = certificates_of(replace(plan, certificates=(first, second, *plan.certificates[1:])), "fe1")
    assert [one.certificate.id for one in work.certificates] == [first.id, second.id]
    assert [(one.component, one.port, one.way) for one in work.certificates[1].assignments] == [
        ("access_edge", 443, "by_hand"),
        ("access_edge", 5061, "by_hand"),
    ]


def test_who_shares_a_certificate_with_its_key() -> None:
    plan = planned()
    one, two = (server.fqdn for server in plan.servers)
    alone, second = plan.certificates
    shared = replace(alone, id="pool/edge", holders=(two, one), key=Key(2048, exportable=True, shared=True))
    at_hosts = replace(plan, servers=(plan.servers[0], replace(plan.servers[1], inventory_host="fe2")))
    work = certificates_of(replace(at_hosts, certificates=(alone, shared, second)), "fe1")
    assert [job.sharers for job in work.certificates] == [(), ("fe2", "fe1")]
    # A key of its own for each, whoever else has a certificate of that name; one server alone has nobody to share with.
    for other in (replace(shared, key=Key(2048)), replace(shared, holders=(one,))):
        assert certificates_of(replace(at_hosts, certificates=(other,)), "fe1").certificates[0].sharers == ()
    # One that is no host of the inventory may hold it; one that nobody logs on to cannot be looked at.
    assert certificates_of(replace(plan, certificates=(shared,)), "fe1").certificates[0].sharers == (two, "fe1")
    people = replace(plan.servers[1], logon=False)
    carried = replace(plan, servers=(plan.servers[0], people), certificates=(shared,))
    works = [certificates_of(carried, host) for host in ("fe1", two)]
    # Brought by a person, after the server that has it made; which one that is, is seen in the run.
    assert [(work.certificates[0].sharers, work.logon) for work in works] == [(("fe1",), True), (("fe1",), False)]


def test_the_product_brings_oauth_to_all_servers() -> None:
    text = (ROOT / "docs" / "examples" / "sfb2019.yml").read_text(encoding="utf-8")
    plan = as_plan(yaml.safe_load(text)["ucops_topology"])
    oauth = plan.certificates[-1]
    assert (oauth.id, oauth.key.shared, len(oauth.holders)) == ("global/oauth", True, 4)
    server = next(one for one in plan.servers if one.fqdn == oauth.holders[0])
    at_host = replace(plan, servers=(replace(server, inventory_host="fe1"),))
    assert all(not job.sharers for job in certificates_of(at_host, "fe1").certificates)


def test_certificates_that_nobody_can_be_asked_for() -> None:
    plan = planned()
    public = replace(plan.certificates[0], issuer=PlannedIssuer("public", ""))
    work = certificates_of(replace(plan, certificates=(public, plan.certificates[0])), "fe1", ca_hosts=["issuer"])
    assert [one.offline for one in work.certificates] == [True, False]
    assert work.without_ca == (
        "No host of the inventory's CAs stands for ca01.company.local\\Company CA: put 'ca01.company.local' into their"
        " group, or set pool_certificates_mode: offline.",
    )
    assert certificates_of(plan, "fe1", ca_hosts=["CA01"]).without_ca == ()
    carried = certificates_of(plan, "fe1", offline=True)
    assert ([one.offline for one in carried.certificates], carried.without_ca) == ([True], ())


def test_a_host_that_is_none_of_the_plans_servers() -> None:
    with pytest.raises(RolloutError) as refused:
        certificates_of(planned(), "fe2")
    assert str(refused.value).startswith(
        "fe2 is none of the plan's servers (ocssrv01.company.local, ocssrv02.company.local). Correct the topology"
    )


def test_a_server_that_nobody_logs_on_to_is_worked_on_by_hand() -> None:
    plan = planned()
    away = replace(plan, servers=(replace(plan.servers[0], inventory_host=None, logon=False),))
    work = certificates_of(away, "ocssrv01.company.local")
    assert (work.logon, [one.way for one in work.certificates[0].assignments]) == (False, ["by_hand", "by_hand"])
    assert certificates_of(plan, "fe1").logon


def test_plain_form() -> None:
    plain = certificates_of(planned(), "fe1").to_plain()
    assert list(plain) == ["fqdn", "certificates", "without_ca", "logon", "pool"]
    assert list(plain["certificates"][0]) == ["certificate", "assignments", "ca_host", "offline", "sharers"]
    assert plain["certificates"][0]["ca_host"] == ""


def test_what_one_server_sets_for_all_is_work_of_that_one_unless_somebody_only_looks() -> None:
    plan = plan_of(topology("sfb2019", [enterprise()]))
    hosts = tuple(replace(server, inventory_host=server.fqdn) for server in plan.servers)
    plan = replace(plan, servers=hosts)

    def ids(**more: bool) -> list[str]:
        return [one.certificate.id for one in certificates_of(plan, "ee02.contoso.com", **more).certificates]

    assert ids() == ["ee02.contoso.com/default"]
    assert ids(every_holder=True) == ["ee02.contoso.com/default", "global/oauth"]


def test_plain_and_back() -> None:
    work = certificates_of(planned(), "fe1", ca_hosts=["ca01"])
    assert work_from_plain(work.to_plain()) == work
    with pytest.raises(RolloutError, match="server_work"):
        work_from_plain([])
