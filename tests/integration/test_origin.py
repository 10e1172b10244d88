"""The origin's rollout, whole: what the estate then holds, what a second run does, and what it cost."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest
from lab_tests.foreign import Psrp
from languagekit import each_host_in_every_language
from sitekit import ROOT, STATISTICS, Site, play

POOL = "ocspool.company.local"
SAN = [POOL, "sip.company.local", "sip.company.com", "ocspool.company.com"]


def records(site: Site, zone: str) -> list[str]:
    """The records of a zone that the origin's write-up names, in the lab's notation."""
    held = site.state()["hosts"]["dc01"]["dns"].get(zone, {"records": []})["records"]
    return [record for record in held if record.startswith(("ocspool.", "_sipinternaltls."))]


def issued(site: Site) -> list[dict[str, Any]]:
    return site.state()["hosts"]["ca01"]["ca"]["requests"]


def sent(counters: dict[str, Any], host: str) -> tuple[int, int]:
    """Requests and bytes of both directions that one host saw."""
    one = next(value for name, value in counters.items() if name.split(".")[0] == host)
    return one["requests"], one["bytes_in"] + one["bytes_out"]


def root_of_the_same_name(place: Path) -> str:
    made = subprocess.run(
        "openssl req -x509 -newkey rsa:2048 -nodes -days 3650 -subj '/DC=local/DC=company/CN=Company CA'"
        " -addext keyUsage=critical,keyCertSign,cRLSign -keyout ca.key 2>/dev/null",
        shell=True,
        cwd=place,
        capture_output=True,
        text=True,
        check=True,
    )
    return made.stdout


def create(site: Site, kind: str, zone: str, owner: str, **values: Any) -> None:
    """Somebody adds a record by hand."""
    place = {"DnsServerName": "dc01.company.local", "ContainerName": zone, "OwnerName": f"{owner}.{zone}"}
    client = Psrp(site.estate.address("dc01"))
    client.invoke(f"MicrosoftDNS_{kind}Type", "CreateInstanceFromPropertyData", {**place, **values})


@each_host_in_every_language
@pytest.mark.slow
def test_first_and_second_run(site: Site) -> None:
    vip = site.group_vars()["ucops_topology"]["pools"][0]["load_balancer"]["vips"]["sip"][0]
    foreign = set(site.state()["hosts"]["dc01"]["dns"]["company.local"]["records"])

    first = site.play("deploy_pool")
    assert first.code == 0, first.output
    assert records(site, "company.local") == [
        "_sipinternaltls._tcp.company.local 3600 SRV 0 0 5061 ocspool.company.local.",
        f"ocspool.company.local 3600 A {vip}",
    ]
    assert records(site, "company.com") == [
        "_sipinternaltls._tcp.company.com 3600 SRV 0 0 5061 ocspool.company.com.",
        f"ocspool.company.com 3600 A {vip}",
    ]
    # Nothing else of the zone changed but its serial number.
    now = set(site.state()["hosts"]["dc01"]["dns"]["company.local"]["records"])
    assert {record.split()[2] for record in foreign - now} <= {"SOA"}
    assert len(issued(site)) == 2

    report = site.report()
    assert report["summary"]["failed"] == 0 and report["summary"]["unproved"] == 0, report["summary"]
    for server in ("ocssrv01", "ocssrv02"):
        state = site.state()["hosts"][server]["front_end"]
        assert state["serving"] == state["assigned"] != ""

    before = site.state()
    second = site.play("deploy_pool")
    assert second.code == 0, second.output
    assert second.total("changed") == 0, second.output
    assert site.state() == before
    assert len(issued(site)) == 2

    assert sorted(one["request_id"] for one in site.report()["certificates"]) == [2, 3]

    proof = site.play("verify_pool")
    assert proof.code == 0, proof.output
    assert site.state() == before
    assert site.report()["status"] == "done" and site.report()["summary"]["unproved"] == 0

    # A wildcard and a second SRV target; and clients that know the CA as it was set up anew, whatever the servers hold.
    create(site, "A", "company.com", "*", IPAddress="203.0.113.80")
    other = {"Priority": 0, "Weight": 0, "Port": 5061, "SRVDomainName": "oldpool.company.local."}
    create(site, "SRV", "company.local", "_sipinternaltls._tcp", **other)
    today = "".join(site.state()["hosts"]["ca01"]["ca"]["chain"][-1:])
    roots = {"pool_verify_roots": [root_of_the_same_name(site.work)]}
    rebuilt = site.play("verify_pool", variables=roots, settings=STATISTICS)
    assert rebuilt.code == 2 and "FAILED: " in rebuilt.output, rebuilt.output
    assert (rebuilt.published["status"], site.report()["status"]) == ("failed", "failed")
    wrong = {
        one["subject"]: one["message"] for one in site.report()["proof"]["dns"]["results"] if one["state"] == "failed"
    }
    assert set(wrong) == {
        "_sipinternaltls._tcp.company.local SRV",
        "names that clients try before _sipinternaltls._tcp.company.com",
    }
    sign_in = site.report()["proof"]["sign_in"]["results"]
    assert [one["state"] for one in sign_in] == ["failed", "failed"]
    assert all(today in one["message"] and "of the same name and with another key" in one["message"] for one in sign_in)


@each_host_in_every_language
@pytest.mark.slow
def test_certificates_hold_the_origins_names(site: Site) -> None:
    """Read from the listeners with OpenSSL: the pool's FQDN first, then the origin's four in its order."""
    run = site.play("deploy_pool")
    assert run.code == 0, run.output
    for server in ("ocssrv01", "ocssrv02"):
        address = site.estate.address(server)
        shown = subprocess.run(
            f"openssl s_client -connect {address}:5061 -servername {server}.company.local </dev/null 2>/dev/null"
            " | openssl x509 -noout -subject -ext subjectAltName -nameopt RFC2253",
            shell=True,
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        assert f"subject=CN={POOL}" in shown.replace("CN = ", "CN=")
        names = [part.strip().removeprefix("DNS:") for part in shown.rpartition("Alternative Name:")[2].split(",")]
        assert names == [*SAN, f"{server}.company.local"]


@each_host_in_every_language
@pytest.mark.slow
def test_check_mode_shows_everything_and_changes_nothing(site: Site) -> None:
    before = json.dumps(site.state(), sort_keys=True)
    run = site.play("deploy_pool", "--check", "--diff")
    assert run.code == 0, run.output
    assert json.dumps(site.state(), sort_keys=True) == before
    for shown in (
        "ocspool",
        "_sipinternaltls._tcp",
        "company.com",
        "sip.company.local",
        "sip.company.com",
        "ocspool.company.com",
        "ocssrv01.company.local",
        "ocssrv02.company.local",
        "would be checked",
    ):
        assert shown in run.output, shown
    # What is only planned is not called unproved.
    assert "UNPROVED" not in run.output
    assert not list(site.work.glob("report/*"))


@each_host_in_every_language
@pytest.mark.slow
def test_check_mode_after_a_rollout_predicts_nothing(site: Site) -> None:
    assert site.play("deploy_pool").code == 0
    before = site.state()
    run = site.play("deploy_pool", "--check", "--diff")
    assert run.code == 0, run.output
    assert run.total("changed") == 0
    assert site.state() == before


@pytest.mark.slow
def test_dns_within_its_budget(site: Site, capsys: pytest.CaptureFixture[str]) -> None:
    """Two zones, four records, one zone missing: 35 requests and 150 kB, the second run 17, authentication included.

    Nine of them keep another run away while this one changes the server, and one asks for the directory partition that
    the new zone went into. Counted over whole runs of deploy_pool, at the
    DNS server, which is logged on to once before anything is changed.
    """
    site.estate.reset_counters()
    first = site.play("deploy_pool")
    assert first.code == 0, first.output
    requests, size = sent(site.estate.counters(), "dc01")
    for server in ("ocssrv01", "ocssrv02"):
        requests_of_server, size_of_server = sent(site.estate.counters(), server)
        assert requests_of_server <= 60 and size_of_server <= 250_000, (server, requests_of_server, size_of_server)
    site.estate.reset_counters()
    second = site.play("deploy_pool")
    assert second.total("changed") == 0, second.output
    again, size_again = sent(site.estate.counters(), "dc01")
    # A server's certificates, settings and services: one logon, one command, and what WMI alone tells.
    assert [sent(site.estate.counters(), server)[0] for server in ("ocssrv01", "ocssrv02")] == [10, 11]
    assert all(sent(site.estate.counters(), server)[1] <= 70_000 for server in ("ocssrv01", "ocssrv02"))
    assert sent(site.estate.counters(), "ca01")[0] <= 21
    with capsys.disabled():
        print(
            f"\nDNS of the origin: {requests} requests, {size} bytes; second run {again} requests, {size_again} bytes"
        )
    assert len(records(site, "company.com")) == 2
    # Each zone remembers in one record what was created.
    assert requests <= 35 and size <= 150_000
    assert again <= 17 and size_again <= 150_000


@pytest.mark.versions
def test_plan_needs_no_host(tmp_path: Path) -> None:
    """The addresses of the inventory belong to nobody, and the account is refused everywhere."""
    inventory = tmp_path / "hosts.yml"
    topology = (ROOT / "tests" / "unit" / "data" / "origin_topology.yml").read_text(encoding="utf-8")
    (tmp_path / "topology.yml").write_text(
        "ucops_topology:\n" + "".join(f"  {line}\n" for line in topology.splitlines() if line.strip() not in ("---",)),
        encoding="utf-8",
    )
    hosts = {name: {"ansible_host": "127.99.99.99"} for name in ("ocssrv01", "ocssrv02.company.local")}
    inventory.write_text(json.dumps({"ucops_servers": {"hosts": hosts}}), encoding="utf-8")
    run = play("plan_pool", "-i", str(inventory), "-e", f"@{tmp_path / 'topology.yml'}", cwd=tmp_path)
    assert run.code == 0, run.output
    assert "Zone company.com (internal, created where missing)" in run.output
    assert "SRV  0 0 5061 ocspool.company.com" in run.output
    assert run.recap.keys() == {"localhost"}
