"""Ways to hold records: pin-point zones, several addresses of one name, a view that another team owns."""

from __future__ import annotations

from typing import Any

import dns.message
import dns.query
import dns.rcode
import dns.rdatatype
import dns.zone
import pytest
import yaml
from sitekit import ROOT, Run, Site

pytestmark = pytest.mark.slow


def resolved(site: Site, name: str, type: str = "A") -> list[str]:
    """What a client is told by the DNS server inside: the records' text in order, of the asked type alone."""
    query = dns.message.make_query(name, type)
    answer = dns.query.udp(query, site.estate.address("dc01"), timeout=5, port=site.estate.port(53))
    wanted = dns.rdatatype.from_text(type)
    return sorted(one.to_text() for held in answer.answer if held.rdtype == wanted for one in held)


def records(site: Site, zone: str) -> list[str]:
    """The lines of a zone without its SOA, its name servers, and what it remembers."""
    held = site.state()["hosts"]["dc01"]["dns"][zone]["records"]
    return [one for one in held if " SOA " not in one and " NS " not in one and "_ucops-rollout" not in one]


def remembered(site: Site, zone: str) -> list[str]:
    """What a zone says was created in it."""
    held = site.state()["hosts"]["dc01"]["dns"][zone]["records"]
    return [one.partition(" TXT ")[2] for one in held if one.startswith(f"_ucops-rollout.{zone} ")]


def test_pin_point_zones_hide_nothing_of_the_domain(site: Site) -> None:
    """Each name becomes a zone of its own, whose apex has the records; the rest of the domain is found as before."""
    topology = site.group_vars()["ucops_topology"]
    vip = topology["pools"][0]["load_balancer"]["vips"]["sip"][0]
    (zone,) = [one for one in topology["dns"]["internal"]["zones"] if one["name"] == "company.com"]
    settings = {"partition": "domain", "dynamic_update": "secure"}
    zone |= {"kind": "pin_point", "if_missing": "create", "settings": settings}
    # And a reverse zone of one address, with the pool's name and not that of its alias.
    topology["dns"]["internal"]["reverse"] = [{"network": f"{vip}/32", "if_missing": "create"}]
    public = {name: resolved(site, name) for name in ("www.company.com", "mail.company.com")}
    assert public == {"www.company.com": ["203.0.113.80"], "mail.company.com": ["203.0.113.25"]}

    given = {"ucops_topology": topology}
    run = site.play("deploy_pool", "--tags", "dns", variables=given)
    assert run.code == 0 and "Could not match supplied host pattern" not in run.output, run.output
    assert "company.com" not in site.state()["hosts"]["dc01"]["dns"]
    pool, service = "ocspool.company.com", "_sipinternaltls._tcp.company.com"
    made = [site.state()["hosts"]["dc01"]["dns"][name] for name in (pool, service)]
    assert [(one["partition"], one["settings"]["AllowUpdate"]) for one in made] == [("domain", 2)] * 2
    assert records(site, pool) == [f"{pool} 3600 A {vip}"]
    assert records(site, service) == [f"{service} 3600 SRV 0 0 5061 {pool}."]
    assert resolved(site, pool) == [vip]
    pointer = ".".join((*reversed(vip.split(".")), "in-addr.arpa"))
    assert resolved(site, pointer, "PTR") == ["ocspool.company.local."]
    assert resolved(site, service, "SRV") == [f"0 0 5061 {pool}."]
    assert {name: resolved(site, name) for name in public} == public
    again = site.play("deploy_pool", "--tags", "dns", variables=given)
    assert again.code == 0 and again.total("changed") == 0, again.output


@pytest.mark.estate(name="sfb2019")
def test_a_name_of_several_addresses_gains_one_and_loses_none(site: Site) -> None:
    """DNS load balancing: a server joins the pool's names, and leaves them again: the rollout created them."""
    topology = site.group_vars()["ucops_topology"]
    servers = topology["pools"][0]["servers"]
    addresses = [site.estate.address(name) for name in ("fe01", "fe02", "fe03")]

    def push(count: int) -> Run:
        topology["pools"][0]["servers"] = servers[:count]
        return site.play("deploy_pool", "--tags", "dns", variables={"ucops_topology": topology})

    names = ("pool.company.local", "pool.company.com", "pool.company.net")
    # The first push brings the external view, too.
    for count, changed in ((2, 2), (3, 1), (3, 0)):
        run = push(count)
        assert run.code == 0 and run.total("changed") == changed, run.output
        assert {name: resolved(site, name) for name in names} == dict.fromkeys(names, addresses[:count])
    assert push(2).code == 0
    assert {name: resolved(site, name) for name in names} == dict.fromkeys(names, addresses[:2])


def test_a_pool_moves_and_is_taken_out_of_dns(site: Site) -> None:
    """What the rollout created follows the plan; what somebody entered by hand needs the site's word."""
    before = {zone: records(site, zone) for zone in site.state()["hosts"]["dc01"]["dns"]}
    topology = site.group_vars()["ucops_topology"]
    vips = topology["pools"][0]["load_balancer"]["vips"]
    given = {"ucops_topology": topology}
    assert site.play("deploy_pool", "--tags", "dns", variables=given).code == 0
    assert remembered(site, "company.local") == [
        f'"ucops.rollout/1/default,A/ocspool/{vips["sip"][0]},SRV/_sipinternaltls._tcp/0/0/5061/ocspool.company.local"'
    ]

    vips["sip"] = ["10.9.9.9"]
    moved = site.play("deploy_pool", "--tags", "dns", "--diff", variables=given)
    assert moved.code == 0, moved.output
    assert "+ocspool.company.local. 3600 IN A 10.9.9.9" in moved.output
    assert "~ company.local: ocspool A 10.9.9.9 (gone: " in moved.output
    assert resolved(site, "ocspool.company.local") == ["10.9.9.9"]
    again = site.play("deploy_pool", "--tags", "dns", variables=given)
    assert again.total("changed") == 0, again.output

    look = site.play("remove_pool", "--check", variables=given)
    assert look.code == 0 and "to remove: A ocspool.company.local, SRV" in " ".join(look.output.split()), look.output
    assert "Check mode: nothing was removed, so no DNS server is asked, or waited for" in " ".join(look.output.split())
    refused = site.play("remove_pool", variables={**given, "ucops_remove": True})
    assert refused.code == 2 and "name what goes: -e ucops_remove=ocspool.company.local" in " ".join(
        refused.output.split()
    ), refused.output
    assert resolved(site, "ocspool.company.local") == ["10.9.9.9"]
    gone = site.play("remove_pool", variables={**given, "ucops_remove": "ocspool.company.local"})
    assert gone.code == 0 and "removed: A ocspool.company.local, SRV" in " ".join(gone.output.split()), gone.output
    asked = "No DNS server is to give what was removed: 4 proved, 0 failed, 0 unproved"
    assert asked in " ".join(gone.output.split()), gone.output
    # A zone that the rollout created stays, empty.
    assert {zone: records(site, zone) for zone in site.state()["hosts"]["dc01"]["dns"]} == {"company.com": [], **before}
    assert remembered(site, "company.local") == []
    again = site.play("remove_pool", variables={**given, "ucops_remove": "ocspool.company.local"})
    assert again.code == 0 and again.total("changed") == 0, again.output
    assert "No DNS server is to give" not in " ".join(again.output.split()), again.output


def test_the_view_of_another_team_is_exported_while_ours_is_pushed(site: Site) -> None:
    """Nobody of us reaches the name servers outside: their team gets zone files."""
    example = ROOT / "docs" / "examples" / "sfb2019.yml"
    topology: dict[str, Any] = yaml.safe_load(example.read_text(encoding="utf-8"))["ucops_topology"]
    for zone in topology["dns"]["internal"]["zones"]:
        zone["if_missing"] = "create"
    assert {one["managed"] for one in topology["dns"]["external"]["zones"]} == {"other_team"}
    given = {"ucops_topology": topology, "pool_plan_check_inventory": False}
    run = site.play("deploy_pool", "--tags", "dns,report", variables=given)
    assert run.code == 0, run.output
    inside = site.state()["hosts"]["dc01"]["dns"]
    assert any(one.startswith("_sipinternaltls._tcp.company.com ") for one in inside["company.com"]["records"])
    assert not any(one.startswith("_sip._tls.") for zone in inside.values() for one in zone["records"])

    folder = site.work / "for the other team"
    chosen = {"export_directory": str(folder), "export_formats": "bind", "export_view": "external"}
    export = site.play("export_plan", variables={**given, **chosen})
    assert export.code == 0, export.output
    assert sorted(path.name for path in folder.iterdir()) == [
        "external_company.com.zone",
        "external_company.no.zone",
        "external_company.se.zone",
    ]
    zone = dns.zone.from_text(
        (folder / "external_company.com.zone").read_text(encoding="ascii"), "company.com", check_origin=False
    )
    services = {str(name): held.to_text() for name, _ttl, held in zone.iterate_rdatas("SRV")}
    assert services == {"_sip._tls": "0 0 5061 sip", "_sipfederationtls._tcp": "0 0 5061 sip"}
    # What is pushed inside is in none of them.
    text = "".join(path.read_text(encoding="ascii") for path in folder.iterdir())
    assert "_sipinternaltls" not in text and "lyncdiscoverinternal" not in text
