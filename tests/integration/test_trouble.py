"""Trouble that a user meets: each ends with a clear word and with the estate as it was, or says what was done."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
import yaml
from sitekit import ROOT, Run, Site

from ansible_collections.ucops.rollout.plugins.module_utils.reading.queries import as_plan

pytestmark = pytest.mark.slow


def clean(run: Run) -> str:
    """The output in one line, as a reader takes it in; a traceback is never among it."""
    assert "Traceback (most recent call last)" not in run.output, run.output
    return " ".join(run.output.split())


def logons(site: Site) -> dict[str, int]:
    total = {"ok": 0, "failed": 0}
    for counted in site.estate.counters().values():
        total["ok"] += counted["logons"]["ok"]
        total["failed"] += counted["logons"]["failed"]
    return total


def requests(site: Site) -> list[dict[str, Any]]:
    return site.state()["hosts"]["ca01"]["ca"]["requests"]


def test_wrong_password_is_one_failed_logon(site: Site) -> None:
    before = site.state()
    run = site.play("deploy_pool", variables={"ansible_password": "not-this-one"})
    assert run.code != 0
    text = clean(run)
    assert "credentials were rejected" in text
    assert "ansible_password" in text and r"COMPANY\\rollout" in text or r"COMPANY\rollout" in text
    assert "not-this-one" not in run.output
    assert logons(site) == {"ok": 0, "failed": 1}
    assert site.state() == before


PLAYBOOK_OF_ONES_OWN = """
- hosts: all:!localhost
  gather_facts: false
  tags: [twice]
  tasks:
    - ucops.rollout.target_info:
      ignore_unreachable: true
    - ucops.rollout.target_info: {fail: false}

- hosts: ucops_servers
  gather_facts: false
  vars: {ansible_user: COMPANY\\deputy}
  roles: [ucops.rollout.pool_certificates]
"""


def test_in_a_playbook_of_ones_own_a_wrong_password_is_one_failed_logon_of_each_account(
    site: Site, tmp_path: Path
) -> None:
    """Over hosts side by side, in tasks one after the other, and by a role."""
    book = tmp_path / "own.yml"
    book.write_text(PLAYBOOK_OF_ONES_OWN, encoding="utf-8")
    run = site.play(str(book), "--tags", "twice")
    assert (run.code, logons(site)) == (0, {"ok": 8, "failed": 0}), run.output
    site.estate.reset_counters()
    run = site.play(str(book), variables={"ansible_password": "not-this-one"})
    assert run.code != 0 and logons(site) == {"ok": 0, "failed": 2}, run.output
    told = clean(run)
    assert told.count("the credentials were rejected by the host. Check ansible_user") == 2
    for account in (r"COMPANY\\rollout", r"COMPANY\\deputy"):
        assert f"refused the account '{account}' in this run, and domains lock an account" in told


def test_dead_server_stops_the_run_before_anything_is_touched(site: Site) -> None:
    site.estate.stop_host("ocssrv02")
    before = site.state()
    run = site.play("deploy_pool")
    assert run.code != 0
    text = clean(run)
    assert "ocssrv02.company.local" in text and "5985" in text
    assert run.recap["ocssrv02.company.local"]["failed"] == 1
    assert site.state() == before


def test_hosts_that_are_dead_are_told_together_also_in_check_mode(site: Site) -> None:
    """The DNS server among them, before anything is touched; those that answer are logged on to."""
    for name in ("dc01", "ocssrv02"):
        site.estate.stop_host(name)
    before = site.state()
    run = site.play("deploy_pool", "--check")
    assert run.code != 0
    text = clean(run)
    assert all(one["logons"]["ok"] > 0 for one in site.estate.counters().values())
    after = text.partition("not every host can do its part")[2]
    told = re.split(r"skipping: |PLAY |TASK ", after)[0]  # who skips comes in any order
    assert "dc01.company.local (" in told and "ocssrv02.company.local (" in told and "ca01" not in told
    assert "nothing listens there (connection refused)" in after and "HTTPConnectionPool" not in run.output
    assert [host for host, row in run.recap.items() if row["failed"]] == ["dc01.company.local"]
    assert site.state() == before


def test_one_refused_logon_for_a_rollout_whose_first_host_is_dead(site: Site) -> None:
    site.estate.stop_host("dc01")
    run = site.play("deploy_pool", variables={"ansible_password": "not-this-one"})
    assert run.code != 0 and "credentials were rejected" in clean(run)
    assert logons(site) == {"ok": 0, "failed": 1}


def test_plan_made_by_hand_is_refused_whole_before_any_logon(site: Site) -> None:
    plan = as_plan(site.group_vars()["ucops_topology"]).to_plain()
    plan["servers"] = []
    first, second = plan["certificates"]
    first["subject"]["common_name"], first["key"]["length"] = "*.company.local", -5
    second["issuer"]["ca"] = r"ca09.company.local\Company CA"
    run = site.play("deploy_pool", "--check", variables={"pool_plan_kept": plan})
    assert run.code != 0
    for code in ("holder-is-no-server", "wildcard-as-subject", "key-too-short", "ca-without-inventory-host"):
        assert code in run.output, code
    assert logons(site) == {"ok": 0, "failed": 0}


@pytest.mark.parametrize("playbook", ["deploy_pool", "verify_pool", "audit_pool"])
def test_folder_that_cannot_be_written_is_known_before_any_logon(site: Site, playbook: str) -> None:
    variable = "pool_audit_directory" if playbook == "audit_pool" else "pool_report_directory"
    (site.work / "file").write_text("", encoding="utf-8")
    run = site.play(playbook, "--check", variables={variable: str(site.work / "file" / "report")})
    given = f"{variable}: {site.work}/file/report: {site.work}/file is a file and no folder. "
    told = clean(run)
    assert run.code != 0 and f"{given}Give another folder in {variable}; nothing was touched yet" in told, told
    assert logons(site) == {"ok": 0, "failed": 0}


@pytest.mark.parametrize(
    ("variables", "told"),
    [
        ({"ansible_host": "nohost.invalid"}, "its name does not resolve on the controller"),
        ({"ansible_port": 1}, "nothing listens there (connection refused)"),
        ({"ansible_winrm_scheme": "https"}, "what answers there does not speak TLS"),
        (
            {"ansible_winrm_message_encryption": "never"},
            "with transport ntlm over HTTP anybody on the way could read and change what is sent; nothing was sent",
        ),
        (
            {"ansible_winrm_message_encryption": "never", "ucops_anybody_may_read_the_passwords": True},
            "the host refuses messages that anybody can read (HTTP 500",
        ),
        ({"ansible_winrm_path": "/nowhere"}, "what answers there is not WinRM (HTTP 404)"),
        ({"ansible_winrm_transport": "ntml"}, "ansible_winrm_transport is 'ntml', and takes basic,"),
    ],
)
def test_each_cause_has_its_own_advice_and_no_noise(site: Site, variables: dict[str, Any], told: str) -> None:
    before = site.state()
    run = site.play("deploy_pool", "--check", variables=variables)
    assert run.code != 0 and told in clean(run), run.output
    for noise in ("HTTPConnectionPool", "Max retries", "object at 0x", "Errno"):
        assert noise not in run.output
    assert logons(site)["failed"] == 0 and site.state() == before


def test_no_password_sends_nothing(site: Site) -> None:
    run = site.play("deploy_pool", variables={"ansible_password": ""})
    assert run.code != 0 and "no password is given" in clean(run)
    assert logons(site) == {"ok": 0, "failed": 0}


def test_password_refused_by_the_dns_server_alone(site: Site) -> None:
    """The others answer; the DNS server refuses once, and nothing was touched."""
    inventory = site.estate.inventory.parent / "host_vars" / "dc01.company.local.yml"
    inventory.parent.mkdir()
    inventory.write_text("ansible_password: not-this-one\n", encoding="utf-8")
    before = site.state()
    run = site.play("deploy_pool")
    assert run.code != 0 and "credentials were rejected" in clean(run)
    assert logons(site)["failed"] == 1
    assert site.state() == before


def test_proof_with_a_dead_server(site: Site) -> None:
    """What can be proved is, and what cannot is unproved, not wrong."""
    assert site.play("deploy_pool").code == 0
    site.estate.stop_host("ocssrv02")
    run = site.play("verify_pool")
    assert run.code != 0 and "ocssrv02.company.local" in clean(run)
    states = {(r["subject"], r["address"].split(":")[0]): r["state"] for r in site.report()["proof"]["tls"]["results"]}
    alive, dead = site.estate.address("ocssrv01"), site.estate.address("ocssrv02")
    assert states[("ocssrv01.company.local:5061", alive)] == "proved"
    assert states[("ocssrv02.company.local:5061", dead)] == "unproved"
    assert site.report()["summary"]["failed"] == 0


def test_wrong_password_costs_the_proof_one_logon_too(site: Site) -> None:
    run = site.play("verify_pool", variables={"ansible_password": "not-this-one"})
    assert run.code != 0 and "credentials were rejected" in clean(run)
    assert logons(site) == {"ok": 0, "failed": 1}


def test_host_that_refuses_to_be_read_stops_the_run_before_anything_is_touched(site: Site) -> None:
    site.estate.fault("ocssrv02", "fault", match={"text": "Win32_OperatingSystem"}, fault="access_denied", times=9)
    before = site.state()
    run = site.play("deploy_pool")
    assert run.code != 0
    assert "ocssrv02.company.local" in clean(run)
    assert run.recap["ocssrv02.company.local"]["failed"] == 1
    assert site.state() == before


def test_one_refused_logon_also_where_the_first_server_is_dead(site: Site) -> None:
    site.estate.stop_host("ocssrv01")
    run = site.play("verify_pool", variables={"ansible_password": "not-this-one"})
    assert run.code != 0
    assert logons(site) == {"ok": 0, "failed": 1}


def test_run_limited_to_a_server_is_refused(site: Site) -> None:
    before = site.state()
    run = site.play("deploy_pool", "--limit", "ocssrv02.company.local")
    assert run.code != 0
    assert "leaves out localhost" in clean(run)
    assert site.state() == before
    both = site.play("deploy_pool", "--limit", "ocssrv02.company.local,ca01.company.local,localhost")
    assert both.recap["ocssrv02.company.local"]["failed"] == 0, both.output
    assert len(requests(site)) == 1


@pytest.mark.parametrize(
    ("argument", "told"),
    [
        ("{thumb}", "command: unknown placeholders thumb. Known are issuer, pool, serial_number, server, thumbprint"),
        ("%TEMP%", "command: the argument '%TEMP%' holds %: cmd expands it even between quotation marks. Put it into"),
    ],
)
def test_wrong_command_is_known_before_anything_is_touched(site: Site, argument: str, told: str) -> None:
    before = site.state()
    run = site.play("deploy_pool", variables={"pool_certificates_front_end_command": ["C:\\x.exe", argument]})
    assert run.code != 0 and told in clean(run)
    assert logons(site) == {"ok": 0, "failed": 0} and site.state() == before


def test_ca_on_a_host_that_is_none_of_the_inventorys_cas(site: Site) -> None:
    topology = site.group_vars()["ucops_topology"]
    topology["certificates"]["issuers"]["enterprise"]["ca"] = r"ca02.company.local\Company CA"
    run = site.play("deploy_pool", "--check", variables={"ucops_topology": topology})
    assert run.code != 0 and "ca-without-inventory-host" in clean(run)
    assert logons(site) == {"ok": 0, "failed": 0}


def test_values_that_a_role_would_refuse_later_are_known_before_anything_is_touched(site: Site) -> None:
    wrong = {"pool_certificates_ocs": "wmii", "pool_verify_unproved": "wran", "pool_verify_wait": "long"}
    wrong["pool_certificates_bindings_also"] = ["www"]
    before = site.state()
    run = site.play("deploy_pool", variables=wrong)
    text = clean(run)
    hosts = "(for ocssrv01.company.local, ocssrv02.company.local)"
    assert f"value of pool_certificates_ocs must be one of: read, wmi, got: wmii {hosts}" in text
    assert "value of pool_verify_unproved must be one of: fail, warn, got: wran (for localhost)" in text
    assert "'www' is no address:port and no name:port" in text
    assert "pool_verify_wait" in text and "Nothing was touched" in text
    assert run.code == 2 and logons(site) == {"ok": 0, "failed": 0} and site.state() == before


def test_no_topology(site: Site) -> None:
    run = site.play("deploy_pool", variables={"ucops_topology": {}})
    assert run.code != 0 and "docs/topology.md" in clean(run)


def test_localhost_named_in_the_inventory(site: Site) -> None:
    """group_vars/all says winrm for all hosts; the controller's own plays stay on the controller."""
    extra = site.work / "more.yml"
    extra.write_text("all: {hosts: {localhost: {}}}\n", encoding="utf-8")
    run = site.play("plan_pool", "-i", str(extra))
    assert run.code == 0, run.output
    proof = site.play("deploy_pool", "-i", str(extra), "--check")
    assert proof.code == 0, proof.output


def test_typos_in_the_topology_all_at_once(site: Site) -> None:
    topology = site.group_vars()["ucops_topology"]
    topology["sip_domain"] = topology.pop("sip_domains")
    topology["pools"][0]["servers"][0]["fqdn"] = "ocs_srv01.company.local"
    topology["pools"][0]["load_balancer"]["vips"]["sip"] = ["10.0.0.300"]
    before = site.state()
    run = site.play("deploy_pool", variables={"ucops_topology": topology})
    assert run.code != 0
    text = clean(run)
    for told in ("sip_domain", "sip_domains", "pools[0].servers[0].fqdn", "underscore", "vips.sip[0]", "10.0.0.300"):
        assert told in text, told
    assert logons(site) == {"ok": 0, "failed": 0}
    assert site.state() == before


def test_server_without_inventory_host(site: Site) -> None:
    topology = site.group_vars()["ucops_topology"]
    topology["pools"][0]["servers"].append({"fqdn": "ocssrv03.company.local", "addresses": {"internal": ["10.0.0.13"]}})
    run = site.play("deploy_pool", variables={"ucops_topology": topology})
    assert run.code != 0
    assert "ocssrv03.company.local" in clean(run) and "inventory" in clean(run)
    assert logons(site) == {"ok": 0, "failed": 0}


def test_zone_of_another_team_that_the_server_does_not_have(site: Site) -> None:
    """What is ours is pushed; what is theirs is looked for, and is not there."""
    topology = site.group_vars()["ucops_topology"]
    topology["dns"]["internal"]["zones"][1] = {"name": "company.com", "managed": "other_team"}
    run = site.play("deploy_pool", variables={"ucops_topology": topology})
    zones = site.state()["hosts"]["dc01"]["dns"]
    assert "company.com" not in zones
    assert any(one.startswith("ocspool.company.local ") for one in zones["company.local"]["records"])
    note = (
        "the zone company.com does not exist on this server; nothing is pushed into it: its records are another team's"
    )
    assert note in [one["message"] for one in site.report()["findings"]]
    assert run.code == 2 and "ocspool.company.com A" in run.output, run.output


def test_zone_missing_and_not_to_be_created(site: Site) -> None:
    topology = site.group_vars()["ucops_topology"]
    topology["dns"]["internal"]["zones"][1].pop("if_missing")
    before = site.state()
    run = site.play("deploy_pool", variables={"ucops_topology": topology})
    assert run.code != 0
    text = clean(run)
    assert "company.com" in text and "if_missing: create" in text
    assert site.state() == before


@pytest.mark.estate(
    hosts=[
        {
            "name": "dc01",
            "dns": {
                "zones": [
                    {
                        "name": "company.local",
                        "records": [{"owner": "ocspool", "type": "CNAME", "data": "old.company.local."}],
                    },
                ]
            },
        }
    ]
)
def test_alias_where_an_address_must_go(site: Site) -> None:
    before = site.state()
    run = site.play("deploy_pool")
    assert run.code != 0
    text = clean(run)
    assert "CNAME" in text and "ocspool.company.local" in text and "old.company.local" in text
    assert site.state() == before
    assert [one["where"] for one in site.report()["failures"]] == ["DNS"]


@pytest.mark.estate(
    hosts=[
        {
            "name": "dc01",
            "dns": {
                "zones": [
                    {
                        "name": "company.local",
                        "records": [{"owner": "_tcp", "type": "NS", "data": "ns1.company.test."}],
                    },
                    {"name": "ocspool.company.local", "records": []},
                ]
            },
        }
    ]
)
def test_record_below_the_end_of_a_zone(site: Site) -> None:
    before = site.state()
    run = site.play("deploy_pool")
    assert run.code != 0
    (told,) = site.report()["failures"]
    assert told["where"] == "DNS"
    for cut in (
        "the zone company.local ends at _tcp.company.local, which is delegated to ns1.company.test,",
        "the zone company.local ends at ocspool.company.local, which is a zone of its own on this server,",
    ):
        assert cut in told["what"], told
    assert "declare _tcp.company.local under dns.internal.zones" in told["what"]
    assert "or remove the delegation" in told["what"] and "or delete that zone" in told["what"]
    assert site.state() == before


@pytest.mark.parametrize(
    "value",
    [
        'ocspool.company.local" & calc.exe & "',
        "ocspool.company.local\n[Strings]",
        "x' OR OwnerName LIKE '%",
        "<a/>&amp;",
    ],
)
def test_value_meant_to_break_out(site: Site, value: str) -> None:
    topology = site.group_vars()["ucops_topology"]
    topology["pools"][0]["fqdn"] = value
    before = site.state()
    run = site.play("deploy_pool", variables={"ucops_topology": topology})
    assert run.code != 0
    assert "pools[0].fqdn" in clean(run)
    assert site.state() == before and logons(site) == {"ok": 0, "failed": 0}


@pytest.mark.parametrize("at", [9, 12, 14])
def test_dropped_connection_while_records_are_written(site: Site, at: int) -> None:
    """The run says so; the next one finds what was done and ends with the plan, nothing twice."""
    site.estate.reset_counters()
    site.estate.fault("dc01", "drop", at=at)
    broken = site.play("deploy_pool")
    clean(broken)
    site.estate.clear_faults()
    again = site.play("deploy_pool")
    assert again.code == 0, again.output
    for zone in ("company.local", "company.com"):
        held = [
            r for r in site.state()["hosts"]["dc01"]["dns"][zone]["records"] if r.startswith(("ocspool.", "_sipint"))
        ]
        assert len(held) == 2, held


def test_plan_beyond_the_rollout_is_refused_whole(site: Site) -> None:
    """Records outside are ours, and no DNS server is there for them; the rest would look like the whole."""
    before = site.state()
    text = (ROOT / "docs" / "examples" / "lync2013.yml").read_text(encoding="utf-8")
    topology = yaml.safe_load(text)["ucops_topology"]
    for zone in topology["dns"]["external"]["zones"]:
        zone["managed"] = "ours"
    run = site.play("deploy_pool", variables={"ucops_topology": topology, "pool_plan_check_inventory": False})
    assert run.code != 0
    text = clean(run)
    assert "cannot roll out the whole of this plan yet" in text and "export_plan" in text
    assert logons(site) == {"ok": 0, "failed": 0} and site.state() == before
