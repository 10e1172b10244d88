"""One certificate with one key on both servers of an Edge pool in a workgroup: made on one, brought to the other."""

from __future__ import annotations

import base64
import hashlib
import ssl
from pathlib import Path
from typing import Any

import pytest
from languagekit import each_host_in_every_language
from proofkit.public_ca import PublicCa
from sitekit import Run, Site

pytestmark = [pytest.mark.slow, each_host_in_every_language]

EDGES = ("edge01", "edge02")
TYPES = ["AccessEdgeExternal", "AudioVideoAuthentication", "DataEdgeExternal", "Internal"]
STORE = r"SOFTWARE\Microsoft\SystemCertificates\MY\Certificates" + "\\"
KEYS = r"C:\ProgramData\Microsoft\Crypto\RSA\MachineKeys" + "\\"


def held(site: Site, host: str) -> list[str]:
    """Thumbprints in the machine's store MY, without that of its listener."""
    pem = Path(site.estate.variables_of(host)["ansible_winrm_ca_trust_path"]).read_text(encoding="ascii")
    own = hashlib.sha1(ssl.PEM_cert_to_DER_cert(pem)).hexdigest().upper()
    registry = site.state()["hosts"][host]["registry"]
    found = {key[len(STORE) :] for key in registry if key.upper().startswith(STORE.upper())}
    return sorted(found - {own})


def keys(site: Site, host: str) -> list[str]:
    """What the files of the machine's keys say of them, one for each."""
    files = site.state()["hosts"][host]["files"]
    return sorted(str(content) for path, content in files.items() if path.upper().startswith(KEYS.upper()))


def assigned(site: Site, host: str) -> dict[str, str]:
    """type -> thumbprint."""
    return {type: one["thumbprint"] for type, one in site.state()["hosts"][host]["cs_server"]["assigned"].items()}


def requests(site: Site) -> int:
    return len(site.state()["hosts"]["ca01"]["ca"]["requests"])


def certificates(site: Site, *options: str) -> Run:
    return site.play("deploy_pool", "--tags", "certificates", *options)


def powershell(site: Site, host: str, script: str) -> None:
    encoded = base64.b64encode(script.encode("utf-16-le")).decode("ascii")
    site.command(host, f"powershell -NoProfile -NonInteractive -InputFormat None -EncodedCommand {encoded}")


def has_one_for_both(site: Site) -> None:
    assert len(held(site, "edge01")) == 2 and held(site, "edge01") == held(site, "edge02")
    assert len(keys(site, "edge01")) == 2 and keys(site, "edge01") == keys(site, "edge02")
    assert requests(site) == 2


@pytest.mark.estate(name="edge")
def test_made_on_one_and_brought_to_the_other(site: Site) -> None:
    before = site.state()
    seen = site.play("deploy_pool", "--check")
    brought = "edge02.company.local: certificate to be installed with the key of another server"
    assert f"{brought} (edge.company.local/edge_external)" in seen.summary
    assert "edge02.company.local: key and request" not in seen.summary, seen.output
    assert site.state()["hosts"]["edge02"] == before["hosts"]["edge02"] and requests(site) == 0

    first = site.play("deploy_pool", "-vvvv")
    has_one_for_both(site)
    for host in EDGES:
        assert sorted(assigned(site, host)) == TYPES and assigned(site, host) == assigned(site, "edge01")
    told = "edge02.company.local: certificate installed with the key of another server (edge.company.local/edge_{})"
    assert told.format("internal") in first.summary and told.format("external") in first.summary
    # No domain brings the CA's root to it.
    root = (
        "edge02.company.local: certificate of an authority put into the store Root (edge.company.local/edge_internal)"
    )
    assert root in first.summary
    report = site.report()
    assert report["summary"]["failed"] == report["summary"]["unproved"] == 0, report["summary"]
    # Neither argument nor result of any task has the key, or its password, by any name.
    assert "come with their key from another server" in first.output
    assert '"pfx"' not in first.output and '"password"' not in first.output

    after = site.state()
    again = site.play("deploy_pool")
    assert again.code == 0 and again.total("changed") == 0 and site.state() == after, again.output


# The export is cut off; the import is not run; it is run, and its answer is lost.
CUTS: list[tuple[str, dict[str, Any], int]] = [
    ("edge01", {"at": 3, "after": True}, 0),
    ("edge02", {"at": 1, "after": False}, 0),
    ("edge02", {"at": 1, "after": True}, 1),
]


@pytest.mark.estate(name="edge")
def test_the_next_run_brings_what_was_cut_off(site: Site) -> None:
    for host, order, brought in CUTS:
        site.estate.fault(host, "drop", match={"kind": "command", "text": "EncodedCommand"}, times=1000, **order)
        cut = certificates(site)
        site.estate.clear_faults()
        assert cut.code != 0 and "Traceback" not in cut.output, cut.output
        assert (len(held(site, "edge02")), len(keys(site, "edge02"))) == (brought, brought), (host, order)
        assert len(held(site, "edge01")) == 2
    finished = certificates(site)
    has_one_for_both(site)
    again = certificates(site)
    assert again.total("changed") == 0, finished.output + again.output


@pytest.mark.estate(name="edge")
def test_people_carry_one_request_for_the_whole_pool(site: Site, tmp_path: Path) -> None:
    topology, folder = site.group_vars()["ucops_topology"], tmp_path / "requests"
    topology["certificates"]["issuers"]["public"] = {"public": True}
    authority = PublicCa(tmp_path / "public")
    roots = [*site.estate.variables_of("edge01")["pool_certificates_trusted_roots"], authority.root]
    given = {
        "ucops_topology": topology,
        "pool_certificates_offline_directory": str(folder),
        "pool_certificates_trusted_roots": roots,
    }
    tags = ("--tags", "certificates,report")
    asked = site.play("deploy_pool", *tags, variables=given)
    (request,) = folder.glob("*.req")
    told = f"edge_external is brought here from edge01.company.local once it is there: {request} is to be signed"
    assert told in asked.summary, asked.output
    assert len(held(site, "edge01")) == len(held(site, "edge02")) == 1 and requests(site) == 1

    authority.carry_out(request)
    brought = site.play("deploy_pool", *tags, variables=given)
    assert held(site, "edge01") == held(site, "edge02") and len(held(site, "edge02")) == 2, brought.output
    # With it came the authorities between it and the root, which the first server has from the files.
    assert "edge02.company.local: certificate of an authority put into the store CA" in brought.summary
    again = site.play("deploy_pool", *tags, variables=given)
    assert again.total("changed") == 0 and requests(site) == 1, again.output


@pytest.mark.estate(name="edge")
def test_a_reverse_proxy_that_nobody_logs_on_to_gets_it_from_people(site: Site) -> None:
    given = site.group_vars()
    topology, only = given["ucops_topology"], given["ucops_only"]
    only["pools"].append("proxy.company.local")
    topology["pools"].append({
        "fqdn": "proxy.company.local",
        "role": "reverse_proxy",
        "shares_certificate_of": "edge.company.local",
        "servers": [{"fqdn": "proxy.company.local", "logon": False, "addresses": {"external": ["127.0.0.1"]}}],
    })  # fmt: skip
    tags = ("--tags", "certificates,assign,report")
    run = site.play("deploy_pool", *tags, variables={"ucops_topology": topology, "ucops_only": only})
    has_one_for_both(site)
    outside = assigned(site, "edge02")["AccessEdgeExternal"]
    told = f"On edge01.company.local, export the certificate with the thumbprint {outside} with its private key"
    assert told in run.summary and "BY_HAND" in run.output, run.output
    assert "proxy.company.local: key and request made" not in run.summary


@pytest.mark.estate(name="edge")
def test_who_comes_later_gets_it_from_whoever_has_it(site: Site) -> None:
    certificates(site)
    has_one_for_both(site)
    inside, outside = held(site, "edge01")
    site.command("edge01", f"certutil -delstore my {inside}")
    alone = certificates(site, "--limit", "edge01.company.local,ca01.company.local,localhost")
    assert "edge02.company.local was not looked at and may hold it: a second one is not made" in alone.summary
    assert held(site, "edge01") == [outside] and requests(site) == 2
    certificates(site)
    assert held(site, "edge01") == [inside, outside] and requests(site) == 2

    # One that may not be exported: it stays where it is, and the run says what to do.
    site.command("edge01", f"certutil -delstore my {inside}")
    powershell(site, "edge02", NOT_EXPORTABLE.replace("THUMBPRINT", inside))
    refused = certificates(site)
    assert f"the key of certificate {inside} may not be exported" in refused.summary, refused.output
    assert held(site, "edge01") == [outside] and requests(site) == 2
    site.command("edge02", f"certutil -delstore my {inside}")
    certificates(site)
    assert held(site, "edge01") == held(site, "edge02") != [inside, outside] and requests(site) == 3


NOT_EXPORTABLE = r"""
$s = New-Object Security.Cryptography.X509Certificates.X509Store 'My', 'LocalMachine'
$s.Open('ReadWrite')
$c = $s.Certificates | Where-Object { $_.Thumbprint -eq 'THUMBPRINT' }
$n = New-Object Security.Cryptography.X509Certificates.X509Certificate2
$n.Import($c.Export('Pfx', 'x'), 'x', 'MachineKeySet, PersistKeySet')
$s.Remove($c)
$s.Add($n)
exit 0
"""
