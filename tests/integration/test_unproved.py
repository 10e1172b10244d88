"""What could not be proved, and steps left by hand, end a run badly unless it was told that they may."""

from __future__ import annotations

import pytest
from lab_tests.foreign import Psrp
from languagekit import each_host_in_every_language
from sitekit import STATISTICS, Run, Site

pytestmark = pytest.mark.slow


def told(run: Run) -> str:
    assert "Traceback (most recent call last)" not in run.output, run.output
    return " ".join(run.output.split())


def results(site: Site, check: str) -> dict[tuple[str, str], str]:
    """{(subject, address without port): state} of one check."""
    found = site.report()["proof"][check]["results"]
    return {(one["subject"], one["address"].rpartition(":")[0]): one["state"] for one in found}


def stop_services(site: Site, *servers: str) -> None:
    for server in servers:
        site.command(server, "net stop RTCSRV")


def zone(name: str) -> dict[str, str]:
    """The keys of a zone in WMI."""
    return {"ContainerName": name, "DnsServerName": "dc01.company.local", "Name": name}


@pytest.mark.estate(hosts=[{"name": "dc02", "address": "10.0.0.7", "generation": "2008r2", "dns": {}}])
def test_what_is_unproved_ends_a_run_badly_unless_it_may(site: Site) -> None:
    dc01, dc02 = site.estate.address("dc01"), site.estate.address("dc02")
    vip = site.group_vars()["ucops_topology"]["pools"][0]["load_balancer"]["vips"]["sip"][0]
    one, two = site.estate.address("ocssrv01"), site.estate.address("ocssrv02")

    # The second DNS server does not hold the zones.
    run = site.play("deploy_pool")
    assert run.code == 2 and "UNPROVED: " in told(run), run.output
    assert results(site, "dns")["ocspool.company.local A", dc01] == "proved"
    assert results(site, "dns")["ocspool.company.local A", dc02] == "unproved"
    assert site.report()["status"] == "unproved"

    # One port on one of two is closed, a zone is paused, and the second DNS server is dead.
    stop_services(site, "ocssrv02")
    site.estate.stop_host("dc02")
    Psrp(dc01).invoke("MicrosoftDNS_Zone", "PauseZone", {}, zone("company.com"))
    run = site.play("verify_pool")
    assert run.code == 2 and "UNPROVED: " in told(run), run.output
    assert results(site, "tls")["ocssrv01.company.local:5061", one] == "proved"
    assert results(site, "tls")["ocssrv02.company.local:5061", two] == "unproved"
    assert results(site, "tls")["ocspool.company.local:5061", vip] == "proved"
    assert results(site, "dns")["ocspool.company.local A", dc02] == "unproved"
    assert results(site, "dns")["ocspool.company.com A", dc01] == "unproved"
    assert results(site, "sign_in")["company.com", dc01] == "unproved"

    # Nothing listens any more, behind the pool's address neither, and a zone is gone. The run is told that it may
    stop_services(site, "ocssrv01")
    site.command("dc01", "dnscmd /ZoneDelete company.com /f")
    site.estate.stop_host("ca01")
    alone = {"pool_verify_dns_servers": [{"name": "dc01", "address": dc01, "port": site.estate.port(53)}]}
    allowed = {"pool_verify_unproved": "warn", **alone}
    run = site.play("verify_pool", variables=allowed, settings=STATISTICS)
    assert run.code == 0 and "WARNING UNPROVED: " in told(run), run.output
    assert results(site, "tls")["ocssrv01.company.local:5061", one] == "unproved"
    assert results(site, "tls")["ocspool.company.local:5061", vip] == "unproved"
    assert results(site, "sign_in")["company.local", dc01] == "unproved"
    assert results(site, "dns")["ocspool.company.com A", dc01] == "unproved"
    whom = next(one for one in site.report()["proof"]["trust"]["results"] if one["subject"].startswith("root of "))
    assert whom["state"] == "unproved" and "cannot log on over WinRM" in whom["message"], whom
    report = site.report()
    assert report["status"] == "unproved" and report["counts"]["wrong"] == 0
    published = run.published
    assert (published["status"], published["pool"]) == ("unproved", "ocspool.company.local")
    assert published["counts"] == report["counts"]
    assert [path.rpartition(".")[2] for path in published["reports"]] == ["md", "json"]


def unproved(site: Site) -> dict[str, set[str]]:
    """Check -> what it could not prove."""
    proof = site.report()["proof"]
    return {
        check: {one["subject"] for one in proof[check]["results"] if one["state"] == "unproved"}
        for check in ("dns", "tls", "sign_in", "trust")
    }


VIP = {"ocspool.company.local:5061", "ocspool.company.com:5061", "ocspool.company.local:443"}
SIGN_IN = {"company.local", "company.com"}


@pytest.mark.estate(balancers=[])
def test_the_pools_address_is_gone_then_the_only_dns_server(site: Site) -> None:
    run = site.play("deploy_pool", settings=STATISTICS)
    assert run.code == 2 and "UNPROVED: 5 checks unproved" in told(run), run.output
    assert unproved(site) == {"dns": set(), "tls": VIP, "sign_in": SIGN_IN, "trust": set()}
    counts = {"failed": 0, "not_done": 0, "wrong": 0, "waiting": 0, "by_hand": 0}
    assert (run.published["status"], site.report()["status"]) == ("unproved", "unproved")
    assert run.published["counts"] == {**counts, "unproved": 5, "proved": 17}

    site.estate.stop_host("dc01")
    run = site.play("verify_pool", settings=STATISTICS)
    assert run.code == 2 and "UNPROVED: 15 checks unproved" in told(run), run.output
    names = {"ocspool.company.local", "ocspool.company.com"}
    records = {f"{name} A" for name in (*names, "ocssrv01.company.local", "ocssrv02.company.local")}
    records |= {f"_sipinternaltls._tcp.{domain} SRV" for domain in SIGN_IN}
    before = {f"names that clients try before _sipinternaltls._tcp.{domain}" for domain in SIGN_IN}
    assert unproved(site) == {"dns": names | records | before, "tls": VIP, "sign_in": SIGN_IN, "trust": set()}
    assert (run.published["status"], site.report()["status"]) == ("unproved", "unproved")
    assert run.published["counts"] == {**counts, "unproved": 15, "proved": 7}


@each_host_in_every_language
@pytest.mark.first_rollout
def test_a_renewal_by_hand_is_left_as_a_step_while_the_old_certificate_is_served(site: Site) -> None:
    assert site.first and site.first.code == 0
    (old,) = (one["thumbprint"] for one in site.report()["certificates"] if one["server"].startswith("ocssrv01"))
    site.command("ocssrv01", f"certutil -delstore my {old}")
    by_hand = {"pool_certificates_front_end": "manual", "pool_certificates_start_services": False}
    run = site.play("deploy_pool", variables=by_hand)
    report = site.report()
    assert run.code == 2 and "BY_HAND: " in run.output and "FAILED: " not in run.output, run.output
    assert (report["status"], report["counts"]["wrong"], report["failures"]) == ("by_hand", 0, [])
    (new,) = (one["thumbprint"] for one in report["certificates"] if one["server"].startswith("ocssrv01"))
    assert new != old and all(one["where"] == "ocssrv01.company.local" for one in report["steps_by_hand"])
    assert any(new in one["what"] for one in report["steps_by_hand"])
    left = [one for one in report["proof"]["tls"]["results"] if one["state"] != "proved"]
    assert {one["state"] for one in left} == {"by_hand"} and {one["found"]["thumbprint"] for one in left} == {old}
