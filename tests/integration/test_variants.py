"""What sites do differently: a wizard instead of a command, a CA out of reach, two tiers, an own web farm name."""

from __future__ import annotations

import subprocess
from pathlib import Path
from typing import Any

import pytest
import winrm
import yaml
from languagekit import each_host_in_every_language
from proofkit.public_ca import PublicCa
from sitekit import ROOT, Site

from ansible_collections.ucops.rollout.plugins.module_utils.reading.queries import as_plan

pytestmark = pytest.mark.slow

LYNC = ROOT / "docs" / "examples" / "lync2013.yml"


def my_thumbprints(site: Site, server: str) -> list[str]:
    registry = site.state()["hosts"][server]["registry"]
    return [key.rpartition("\\")[2] for key in registry if "SystemCertificates\\MY\\Certificates\\" in key]


def by_hand(site: Site, server: str, thumbprint: str) -> None:
    """Somebody follows the steps: the lab's site command stands in for the wizard, then the services are started."""
    variables = site.group_vars()
    session = winrm.Session(
        f"http://{site.estate.address(server)}:5985/wsman",
        auth=(variables["ansible_user"], variables["ansible_password"]),
        transport="ntlm",
    )
    for command in (f"C:\\Site\\AssignFrontEnd.exe /thumbprint:{thumbprint}", "net start RTCSRV"):
        done = session.run_cmd(command)
        assert done.status_code == 0, done.std_out + done.std_err


@each_host_in_every_language
def test_wizard_by_hand_then_proved(site: Site) -> None:
    variables = {"pool_certificates_front_end": "manual", "pool_certificates_start_services": False}
    first = site.play("deploy_pool", variables=variables)
    assert first.code == 2 and "BY_HAND: " in first.output, first.output
    assert site.report()["status"] == "by_hand"
    steps = "\n".join(str(step) for step in site.report()["steps_by_hand"])
    for server in ("ocssrv01", "ocssrv02"):
        (thumbprint,) = my_thumbprints(site, server)
        assert thumbprint in steps
        assert site.state()["hosts"][server]["front_end"]["serving"] == ""
    for server in ("ocssrv01", "ocssrv02"):
        by_hand(site, server, my_thumbprints(site, server)[0])
    proved = site.play("deploy_pool", variables=variables)
    assert proved.code == 0 and proved.total("changed") == 0, proved.output
    assert site.report()["summary"]["unproved"] == 0


@each_host_in_every_language
@pytest.mark.parametrize(
    ("command", "told"),
    [
        (["C:\\Site\\Asign.exe", "{thumbprint}"], "the command that assigns the certificate failed"),
        (["hostname.exe"], "connection refused: nothing listens there"),
    ],
    ids=["fails", "succeeds and assigns nothing"],
)
def test_wrong_command_then_the_right_one(site: Site, command: list[str], told: str) -> None:
    """Nothing listens: the command that was corrected is run by itself, and no certificate is requested again."""
    broken = site.play("deploy_pool", variables={"pool_certificates_front_end_command": command})
    assert broken.code != 0 and told in " ".join(broken.output.split()), broken.output
    healed = site.play("deploy_pool")
    assert healed.code == 0, healed.output
    assert site.report()["summary"]["unproved"] == 0
    assert len(site.state()["hosts"]["ca01"]["ca"]["requests"]) == 2
    assert site.play("deploy_pool").total("changed") == 0


@each_host_in_every_language
def test_web_farm_with_a_name_of_its_own(site: Site) -> None:
    topology = site.group_vars()["ucops_topology"]
    topology["pools"][0]["web_farm_fqdn"] = "ocsweb.company.local"
    run = site.play("deploy_pool", variables={"ucops_topology": topology})
    assert run.code == 0, run.output
    records = site.state()["hosts"]["dc01"]["dns"]["company.local"]["records"]
    vip = topology["pools"][0]["load_balancer"]["vips"]["sip"][0]
    assert f"ocsweb.company.local 3600 A {vip}" in records
    port = site.estate.port(443)
    shown = subprocess.run(
        f"openssl s_client -connect {vip}:{port} -servername ocsweb.company.local </dev/null 2>/dev/null"
        " | openssl x509 -noout -ext subjectAltName",
        shell=True,
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    assert "DNS:ocsweb.company.local" in shown


def test_srv_data_and_an_alias_of_the_sites_own(site: Site) -> None:
    """Pushed, left alone by the second run, and proved with the way that clients go."""
    topology = site.group_vars()["ucops_topology"]
    topology["sip_domains"][1] = {
        "name": "company.com",
        "srv": {"internal": {"priority": 5, "weight": 7, "target": "ocs.company.com"}},
        "fallback": True,
        "fallback_names": ["sip"],
        "sip_internal": "cname",
    }
    run = site.play("deploy_pool", variables={"ucops_topology": topology})
    assert run.code == 0, run.output
    held = site.state()["hosts"]["dc01"]["dns"]["company.com"]["records"]
    assert "_sipinternaltls._tcp.company.com 3600 SRV 5 7 5061 ocs.company.com." in held, held
    assert "sip.company.com 3600 CNAME ocspool.company.local." in held, held
    assert not any(record.startswith(("sipinternal.", "ocspool.company.com")) for record in held)
    assert site.report()["summary"]["unproved"] == 0
    again = site.play("deploy_pool", variables={"ucops_topology": topology})
    assert again.code == 0 and again.total("changed") == 0, again.output


def test_second_srv_target(site: Site) -> None:
    """A backup pool: both targets are one set, which the second run leaves alone and the proof compares."""
    topology = yaml.safe_load(LYNC.read_text(encoding="utf-8"))["ucops_topology"]
    topology["sip_domains"][0] |= {
        "home": "pool01.company.local",
        "backup": {"pool": "se02.company.local", "weight": 3},
    }
    for one in topology["sip_domains"][1:]:
        one["home"] = "pool01.company.local"
    for zone in topology["dns"]["internal"]["zones"]:
        zone["if_missing"] = "create"
    second = {"fqdn": "se02.company.local", "addresses": {"internal": ["10.0.9.1"]}}
    topology["pools"].append({"fqdn": "se02.company.local", "edition": "standard", "servers": [second]})
    topology["simple_urls"] = {"internal": "cname"}
    records = as_plan(topology).to_plain()["records"]
    srv = next(one for one in records if one["fqdn"] == f"_sipinternaltls._tcp.{topology['sip_domains'][0]['name']}")
    alias = next(one for one in records if one["type"] == "CNAME" and one["view"] == "internal")
    proof = {
        "name": "Prove",
        "ucops.rollout.dns_check": {
            "records": [srv, alias],
            "servers": [{"name": "dc01", "address": site.estate.address("dc01"), "port": site.estate.port(53)}],
        },
        "register": "proved",
    }
    tell = {"name": "Tell", "ansible.builtin.debug": {"msg": "{{ proved.results | map(attribute='state') | unique }}"}}
    push = {"name": "Push", "ansible.builtin.include_role": {"name": "ucops.rollout.pool_dns"}}
    plays = [
        {"name": "DNS", "hosts": "ucops_dns", "gather_facts": False, "tasks": [push]},
        {
            "name": "Proof",
            "hosts": "localhost",
            "gather_facts": False,
            "vars": {"ansible_connection": "local", "ansible_python_interpreter": "{{ ansible_playbook_python }}"},
            "tasks": [proof, tell],
        },
    ]
    path = site.work / "second_target.yml"
    path.write_text(yaml.safe_dump(plays), encoding="utf-8")
    run = site.play(str(path), variables={"ucops_topology": topology})
    assert run.code == 0, run.output
    zone = site.state()["hosts"]["dc01"]["dns"][srv["zone"]]["records"]
    assert [one.partition(" SRV ")[2] for one in zone if one.startswith("_sipinternaltls._tcp.")] == [
        f"{one['priority']} {one['weight']} 5061 {one['target']}." for one in srv["values"]
    ]
    assert [(one["priority"], one["weight"]) for one in srv["values"]] == [(0, 0), (10, 3)]
    assert '"proved"' in run.output and '"failed"' not in run.output, run.output
    again = site.play(str(path), variables={"ucops_topology": topology})
    assert again.code == 0 and again.total("changed") == 0, again.output


OUTSIDE = {"name": "ns01", "address": "10.0.0.7", "generation": "2012r2", "dns": {"view": "external"}}


def both_views() -> dict[str, Any]:
    topology: dict[str, Any] = yaml.safe_load(LYNC.read_text(encoding="utf-8"))["ucops_topology"]
    for view in ("internal", "external"):
        for zone in topology["dns"][view]["zones"]:
            zone |= {"if_missing": "create", "managed": "ours"}
    return topology


@pytest.mark.estate(hosts=[OUTSIDE])
def test_each_view_goes_to_its_own_server(site: Site) -> None:
    topology = both_views()
    given = {"ucops_topology": topology, "pool_plan_check_inventory": False}
    run = site.play("deploy_pool", "--tags", "dns,report", variables=given)
    assert run.code == 0, run.output
    plan = as_plan(topology)
    dns = {host: site.state()["hosts"][host]["dns"] for host in ("dc01", "ns01")}
    held = {host: [one for zone in zones.values() for one in zone["records"]] for host, zones in dns.items()}
    for host, view in (("dc01", "internal"), ("ns01", "external")):
        for record in plan.records:
            if record.view == view and record.managed == "ours":
                assert any(one.startswith(f"{record.fqdn} {record.ttl} {record.type} ") for one in held[host]), record
    assert any(one.startswith("_sip._tls.company.com ") for one in held["ns01"]), held["ns01"]
    assert not any(one.startswith("_sip._tls.") for one in held["dc01"])
    told = {one["where"] for one in site.report()["changes"] if one["what"] == "zone company.com"}
    assert told == {"company.com at dc01.company.local", "company.com at ns01.company.local"}
    again = site.play("deploy_pool", "--tags", "dns", variables=given)
    assert again.code == 0 and again.total("changed") == 0, again.output


IN_THE_WAY = {"owner": "sip", "type": "CNAME", "data": "old.company.com."}
BLOCKED = {**OUTSIDE, "dns": {"view": "external", "zones": [{"name": "company.com", "records": [IN_THE_WAY]}]}}


@pytest.mark.estate(hosts=[BLOCKED])
def test_what_stands_in_the_way_of_one_view_is_found_before_the_other_is_changed(site: Site) -> None:
    before = site.state()
    given = {"ucops_topology": both_views(), "pool_plan_check_inventory": False}
    run = site.play("deploy_pool", "--tags", "dns,report", variables=given)
    assert run.code != 0
    after = site.state()
    assert {host: after["hosts"][host]["dns"] for host in ("dc01", "ns01")} == {
        host: before["hosts"][host]["dns"] for host in ("dc01", "ns01")
    }, run.output
    report = site.report()
    assert report["changes"] == [] and report["status"] == "failed"
    (failure,) = report["failures"]
    assert failure["what"].startswith("ns01.company.local: nothing was changed on this server, since this stands in")
    told = "records not pushed, since those of the other view could not be; run again once that is mended"
    assert report["not_done"] == [{"where": "dc01.company.local", "what": told}]


def test_a_view_without_a_server_is_refused_or_left_out_and_told(site: Site) -> None:
    topology = both_views()
    given = {"ucops_topology": topology, "pool_plan_check_inventory": False}
    before = site.state()
    refused = site.play("deploy_pool", "--tags", "dns", variables=given)
    assert refused.code != 0 and "no DNS server is named for the external view" in refused.output, refused.output
    assert site.state() == before
    run = site.play("deploy_pool", "--tags", "dns,report", variables={**given, "ucops_only": {"views": ["internal"]}})
    assert run.code == 0, run.output
    assert "left out (ucops_only): " in run.output
    left = [one["what"] for one in site.report()["plan"]["left_out"]]
    assert left and all(one.endswith("(external)") for one in left)
    assert "## Left out of this rollout" in next(site.reports.glob("*.md")).read_text(encoding="utf-8")


@each_host_in_every_language
@pytest.mark.parametrize(
    ("product", "edition"), [("ocs2007", "standard"), ("ocs2007r2", "enterprise"), ("ocs2007r2", "standard")]
)
def test_other_editions_and_r2(site: Site, product: str, edition: str) -> None:
    topology = site.group_vars()["ucops_topology"]
    topology["product"] = product
    if edition == "standard":
        server = topology["pools"][0]["servers"][0]
        topology["pools"] = [
            {"fqdn": server["fqdn"], "role": "front_end", "edition": "standard", "servers": [server]},
        ]
    run = site.play("deploy_pool", variables={"ucops_topology": topology})
    assert run.code == 0, run.output
    summary = site.report()["summary"]
    assert (summary["failed"], summary["unproved"]) == (0, 0)
    assert site.report()["status"] == "done"
    served = [name for name in ("ocssrv01", "ocssrv02") if site.state()["hosts"][name]["front_end"]["serving"]]
    assert served == (["ocssrv01"] if edition == "standard" else ["ocssrv01", "ocssrv02"])
    again = site.play("deploy_pool", variables={"ucops_topology": topology})
    assert again.code == 0 and again.total("changed") == 0, again.output


@each_host_in_every_language
@pytest.mark.estate(hosts=[{"name": "ca01", "ca": {"type": "enterprise_subordinate", "root_name": "Company Root"}}])
def test_two_tiers(site: Site) -> None:
    run = site.play("deploy_pool")
    assert run.code == 0, run.output
    assert site.report()["summary"]["failed"] == 0 and site.report()["summary"]["unproved"] == 0
    assert site.play("deploy_pool").total("changed") == 0


UMLAUT = "Müller & Söhne CA; `A/B` 100%"


@each_host_in_every_language
@pytest.mark.estate(hosts=[{"name": "ca01", "ca": {"common_name": UMLAUT}}])
def test_a_ca_with_an_umlaut_by_either_name(site: Site) -> None:
    topology = site.group_vars()["ucops_topology"]
    issuer = topology["certificates"]["issuers"]["enterprise"]
    issuer["ca"] = f"ca01.company.local\\{UMLAUT}"
    run = site.play("deploy_pool", variables={"ucops_topology": topology})
    assert run.code == 0, run.output
    summary = site.report()["summary"]
    assert (summary["failed"], summary["unproved"]) == (0, 0)
    assert len(site.state()["hosts"]["ca01"]["ca"]["requests"]) == 2
    issuer["ca"] = "ca01.company.local\\M!00fcller !0026 S!00f6hne CA!003b !0060A!002fB!0060 100!0025"
    again = site.play("deploy_pool", variables={"ucops_topology": topology})
    assert again.code == 0 and again.total("changed") == 0, again.output


@each_host_in_every_language
@pytest.mark.estate(hosts=[{"name": "ca01", "ca": {"type": "standalone_root"}}])
def test_root_is_added_only_when_its_thumbprint_was_given(site: Site) -> None:
    """A standalone CA: nobody trusts it by Active Directory, and its requests wait for an officer."""
    topology = site.group_vars()["ucops_topology"]
    topology["certificates"]["issuers"]["enterprise"] = {
        "ca": topology["certificates"]["issuers"]["enterprise"]["ca"],
        "standalone": True,
    }
    root = site.state()["hosts"]["ca01"]["ca"]["chain"][-1]
    before = site.state()
    for more in ((), ("--check",)):
        refused = site.play("deploy_pool", *more, variables={"ucops_topology": topology})
        assert refused.code != 0 and "Nothing was touched" in refused.output
        told = " ".join(refused.output.split())
        assert "- ocssrv01.company.local, ocssrv02.company.local: this server does not trust the root" in told
        assert root in told and "pool_certificates_trusted_roots" in told and site.state() == before
    trusted = {"ucops_topology": topology, "pool_certificates_trusted_roots": [root]}
    assert site.play("deploy_pool", variables=trusted).code != 0
    for row in site.state()["hosts"]["ca01"]["ca"]["requests"]:
        site.estate.approve(row["request_id"])
    assert my_thumbprints(site, "ocssrv01") == []
    done = site.play("deploy_pool", variables=trusted)
    assert done.code == 0, done.output
    assert len(site.state()["hosts"]["ca01"]["ca"]["requests"]) == 2


@each_host_in_every_language
def test_offline(site: Site, tmp_path: Path) -> None:
    """Requests as files; the CA's people sign them with tools of their own (here OpenSSL); certificates picked up."""
    folder = tmp_path / "carried"
    variables = {"pool_certificates_mode": "offline", "pool_certificates_offline_directory": str(folder)}
    first = site.play("deploy_pool", variables=variables)
    assert first.code != 0
    requests = sorted(folder.glob("*.req"))
    assert len(requests) == 2
    assert all(request.name in first.output for request in requests)
    root = _own_authority(tmp_path)
    for request in requests:
        _sign(tmp_path, request)
    trusted = {**variables, "pool_certificates_trusted_roots": [root]}
    done = site.play("deploy_pool", variables=trusted)
    assert done.code == 0, done.output
    assert site.state()["hosts"]["ca01"]["ca"]["requests"] == []
    assert site.play("deploy_pool", variables=trusted).total("changed") == 0


@each_host_in_every_language
def test_a_public_authority_that_people_carry_requests_to_beside_the_companys(site: Site, tmp_path: Path) -> None:
    """In the same run the company's CA is asked for the rest. What comes back is compared before it is installed."""
    topology = site.group_vars()["ucops_topology"]
    topology["pools"][0]["web_farm_fqdn"] = "ocsweb.company.local"
    topology["certificates"]["placement"] = "per_use"
    plan = as_plan(topology).to_plain()
    for one in plan["certificates"]:
        if one["use"] == "web_internal":
            one |= {"issuer": {"name": "public", "ca": ""}, "template": None}
    for server in plan["servers"]:
        server["inventory_host"] = server["fqdn"]
    folder = tmp_path / "carried"
    given = {"pool_plan_kept": plan, "pool_certificates_offline_directory": str(folder)}
    run = site.play("deploy_pool", "--tags", "certificates,report", variables=given)
    assert run.code == 2 and "is to be signed; put the certificate beside it and run again" in run.output, run.output
    stems = [f"ocssrv0{number}.company.local_web_internal" for number in (1, 2)]
    assert sorted(path.name for path in folder.iterdir()) == sorted(
        f"{stem}{suffix}" for stem in stems for suffix in (".order.txt", ".req")
    )
    assert "Common name  ocsweb.company.local" in (folder / f"{stems[0]}.order.txt").read_text(encoding="utf-8")
    assert len(site.state()["hosts"]["ca01"]["ca"]["requests"]) == 2
    assert site.report()["status"] == "by_hand"
    before = {host: set(my_thumbprints(site, host)) for host in ("ocssrv01", "ocssrv02")}

    authority = PublicCa(tmp_path / "public")
    first, second = (folder / f"{stem}.req" for stem in stems)
    authority.carry_out(first)
    authority.carry_out(second, without="ocssrv02.company.local")
    given["pool_certificates_trusted_roots"] = [authority.root]
    run = site.play("deploy_pool", "--tags", "certificates,report", variables=given)
    assert run.code == 2, run.output
    assert "ocssrv02.company.local" in run.summary, run.summary
    added = {host: set(my_thumbprints(site, host)) - held for host, held in before.items()}
    assert {host: len(held) for host, held in added.items()} == {"ocssrv01": 1, "ocssrv02": 0}, run.output

    authority.carry_out(second)
    run = site.play("deploy_pool", "--tags", "certificates,report", variables=given)
    added = {host: set(my_thumbprints(site, host)) - held for host, held in before.items()}
    assert {host: len(held) for host, held in added.items()} == {"ocssrv01": 1, "ocssrv02": 1}, run.output
    again = site.play("deploy_pool", "--tags", "certificates,report", variables=given)
    assert again.total("changed") == 0, again.output
    assert len(site.state()["hosts"]["ca01"]["ca"]["requests"]) == 2


def _own_authority(place: Path) -> str:
    """A root of the name that the plan expects, made by OpenSSL; returns its SHA-1 thumbprint."""
    _openssl(
        place,
        "req -x509 -newkey rsa:2048 -nodes -days 3650 -subj '/DC=local/DC=company/CN=Company CA'"
        " -addext keyUsage=critical,keyCertSign,cRLSign -keyout ca.key -out ca.pem",
    )
    shown = _openssl(place, "x509 -in ca.pem -noout -fingerprint -sha1")
    return shown.rpartition("=")[2].strip().replace(":", "")


def _sign(place: Path, request: Path) -> None:
    (place / "x.cnf").write_text(
        "crlDistributionPoints=URI:http://ca01.company.local/crl\nextendedKeyUsage=serverAuth\n"
        "keyUsage=critical,digitalSignature,keyEncipherment\nbasicConstraints=CA:false\n",
        encoding="utf-8",
    )
    target = request.with_suffix(".cer")
    _openssl(
        place,
        f"x509 -req -in '{request}' -CA ca.pem -CAkey ca.key -CAcreateserial -days 730 -sha256"
        f" -copy_extensions copy -extfile x.cnf -out '{target}'",
    )
    bundle = target.read_text(encoding="utf-8") + (place / "ca.pem").read_text(encoding="utf-8")
    target.write_text(bundle, encoding="utf-8")


def _openssl(place: Path, arguments: str) -> str:
    done = subprocess.run(f"openssl {arguments}", shell=True, cwd=place, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


@each_host_in_every_language
@pytest.mark.estate(hosts=[{"name": name, "generation": "2003"} for name in ("ocssrv01", "ocssrv02")])
def test_iis_6_is_a_step_by_hand(site: Site) -> None:
    run = site.play("deploy_pool")
    assert run.code == 2 and "BY_HAND: 8 steps left by hand, 3 checks unproved" in run.output, run.output
    steps = "\n".join(str(step) for step in site.report()["steps_by_hand"])
    (thumbprint,) = my_thumbprints(site, "ocssrv01")
    assert "Internet Information Services" in steps and thumbprint in steps


@each_host_in_every_language
@pytest.mark.estate(hosts=[{"name": name, "generation": "2012r2"} for name in ("dc01", "ca01", "ocssrv01", "ocssrv02")])
def test_newer_windows(site: Site) -> None:
    run = site.play("deploy_pool")
    assert run.code == 0, run.output
    assert site.report()["summary"]["unproved"] == 0
    assert site.play("deploy_pool").total("changed") == 0


CODING = {"program": "certutil.exe", "verbs": ["-decode", "-encode"]}


@each_host_in_every_language
@pytest.mark.estate(
    hosts=[
        {"name": "ca01", "security_software": [{**CODING, "does": "refused"}]},
        {
            "name": "ocssrv01",
            "security_software": [{**CODING, "does": "killed"}, {"program": "reg.exe", "does": "killed"}],
        },
        {
            "name": "ocssrv02",
            "language": "fr-FR",
            "security_software": [{**CODING, "does": "removed"}],
            "registry_tools": "disabled",
        },
    ]
)
def test_security_software_that_stops_certutil_and_reg(site: Site) -> None:
    """Files go another way: each host is told of once, and asked for nothing that it refused again."""
    run = site.play("deploy_pool")
    assert run.code == 0, run.output
    assert site.report()["summary"]["unproved"] == 0
    told = " ".join(run.output.split())
    for name in ("ca01", "ocssrv01", "ocssrv02"):
        assert told.count(f"{name}.company.local: echo and certutil -decode ended with exit code") == 1, run.output
    assert told.count("Security software probably stops certutil -decode") == 3
    for name, said in (("ocssrv01", "nothing"), ("ocssrv02", "ERREUR : la modification du Registre a été")):
        assert told.count(f"{name}.company.local: reg query is stopped on this host (it said: {said}") == 1, run.output
    files = {host: [path for path in seen["files"] if "ucops" in path] for host, seen in site.state()["hosts"].items()}
    assert not any(files.values()), files
    again = site.play("deploy_pool")
    assert (again.code, again.total("changed")) == (0, 0), again.output
    assert "Security software" not in again.output


@each_host_in_every_language
def test_each_component_without_an_interface_is_a_step_by_hand(site: Site) -> None:
    """The role alone, with a plan of components that only their product's own tools assign."""
    plan = as_plan(site.group_vars()["ucops_topology"]).to_plain()
    for server in plan["servers"]:
        server["inventory_host"] = server["fqdn"]
    for certificate in plan["certificates"]:
        (server_name,) = certificate["holders"]
        certificate["assignments"] = [
            {"server": server_name, "component": component, "use": "default", "port": port}
            for component, port in (("oauth", 0), ("mediation", 5070))
        ]
    role = {"name": "Certificates", "ansible.builtin.include_role": {"name": "ucops.rollout.pool_certificates"}}
    steps = "pool_certificates_result.values() | map(attribute='by_hand') | map('dict2items') | flatten"
    steps = f"{steps} | map(attribute='value.steps') | flatten"
    told = {
        "name": "Keep the steps",
        "ansible.builtin.copy": {
            "dest": str(site.work / "{{ inventory_hostname }}.txt"),
            "content": f"{{{{ {steps} | join('\n') }}}}",
            "mode": "0600",
        },
        "delegate_to": "localhost",
        "vars": {"ansible_connection": "local", "ansible_python_interpreter": "{{ ansible_playbook_python }}"},
    }
    play = site.work / "alone.yml"
    tasks = [role, told]
    play.write_text(
        yaml.safe_dump([{"hosts": "ucops_servers", "gather_facts": False, "tasks": tasks}]), encoding="utf-8"
    )
    run = site.play(str(play), variables={"pool_certificates_plan": plan})
    assert run.code == 0, run.output
    for server in ("ocssrv01", "ocssrv02"):
        (thumbprint,) = my_thumbprints(site, server)
        steps = (site.work / f"{server}.company.local.txt").read_text(encoding="utf-8")
        assert f"assign the certificate with the thumbprint {thumbprint} to oauth (use default).\n" in steps
        assert f"Choose the certificate with the thumbprint {thumbprint} (subject ocspool.company.local).\n" in steps
