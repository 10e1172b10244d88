"""The script that reads a topology, on servers of the lab, unchanged: each from its own replica."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import yaml
from lab_tests.scripts import cs_host, cs_lab
from lab_tests.windows import Lab
from scriptkit import LabPowerShell
from unit.deployments import CONTOSO, exported, published
from unit.fakes_windows import FakeServer
from unit.places import ROOT

from ansible_collections.ucops.rollout.plugins.module_utils.errors import RolloutError
from ansible_collections.ucops.rollout.plugins.module_utils.topology.importing.documents import Document
from ansible_collections.ucops.rollout.plugins.module_utils.topology.importing.reading import import_topology
from ansible_collections.ucops.rollout.plugins.plugin_utils.cs.topology import ReadTopology, read_topology

URLS = [{"component": component, "domain": domain, "url": url} for component, domain, url in CONTOSO.urls]
ESTATES = ROOT / "tests" / "lab" / "estates"
# The Central Management Store is on another server, and cannot be reached.
FAR = {"cms": "fe09", "cms_reachable": False, "topology": published(CONTOSO), "simple_urls": URLS}
EDGE = {**cs_host("edge01", "10.0.0.53", "2016", product="sfb2019", role="edge", **FAR), "domain_member": False}
HOSTS = [
    cs_host("fe10", "10.0.0.50", "2008r2", product="lync2010", **FAR),
    cs_host("fe13", "10.0.0.51", "2012r2", product="lync2013", **FAR),
    cs_host("fe01", "10.0.0.52", "2019", product="sfb2019", **FAR),
    EDGE,
    cs_host("fe09", "10.0.0.54", "2019", product="sfb2019"),
]


def read(lab: Lab, host: str) -> ReadTopology:
    return read_topology(replace(FakeServer(host).host, powershell=LabPowerShell(lab, host)))


@pytest.mark.parametrize("host", ["fe10", "fe13", "fe01", "edge01"])
def test_each_server_gives_what_a_file_gives(tmp_path: Path, host: str) -> None:
    found = read(cs_lab(tmp_path, *HOSTS), host)
    assert found.warnings == ()
    as_file = Document(f"{host} (Get-CsTopology -LocalStore)", exported(CONTOSO))
    assert import_topology([found.document]) == import_topology([as_file])


def test_an_estate_without_a_text_publishes_what_its_servers_are(tmp_path: Path) -> None:
    estate = yaml.safe_load((ESTATES / "sfb2019.yml").read_text(encoding="utf-8"))
    hosts = [one for one in estate["hosts"] if "cs_server" in one]
    for host in hosts:
        host.pop("winrm", None)
    found = import_topology([read(cs_lab(tmp_path, *hosts), "fe02").document])["topology"]
    pool, edge = found["pools"]
    assert (found["product"], [one["name"] for one in found["sip_domains"]]) == (
        "sfb2019",
        ["company.com", "company.net"],
    )
    assert (pool["fqdn"], pool["role"], pool["edition"]) == ("pool.company.local", "front_end", "enterprise")
    assert pool["web"] == {"internal_fqdn": "webint.company.local", "external_fqdn": "webext.company.com"}
    assert [one["fqdn"] for one in pool["servers"]] == [f"fe0{at}.company.local" for at in (1, 2, 3)]
    planned = estate["inventory"]["variables"]["ucops_topology"]["pools"][1]
    assert (edge["fqdn"], edge["role"]) == (planned["fqdn"], "edge")
    assert edge["edge"] == {service: {"fqdn": name, "port": 443} for service, name in planned["edge"].items()}
    # Outside it has addresses of private networks: behind NAT, for whoever reads the document.
    for read_there, one in zip(edge["servers"], planned["servers"], strict=True):
        for interface, addresses in one["addresses"].items():
            found_there = read_there["addresses"][interface]
            assert [each if isinstance(each, str) else each["private"] for each in found_there] == addresses


@pytest.mark.parametrize(
    ("spoil", "told"),
    [
        (
            lambda host: {**host, "cs_server": {**host["cs_server"], "topology": "<a>" * 7_000_000}},
            "21000000 characters",
        ),
        (lambda host: {**host, "cs_server": {**host["cs_server"], "topology": ""}}, "gave no topology"),
        (lambda host: {**host, "cs_server": None}, "neither the module SkypeForBusiness nor Lync is on the server"),
        (lambda host: {**host, "generation": "2008r2"}, "needs a later PowerShell than 2.0"),
        (
            lambda host: {**host, "powershell": {"language_mode": "ConstrainedLanguage"}},
            "runs in ConstrainedLanguage mode",
        ),
    ],
)
def test_what_cannot_be_read_is_told(tmp_path: Path, spoil: Callable[[Any], Any], told: str) -> None:
    host = {key: value for key, value in spoil(HOSTS[1]).items() if value is not None}
    with pytest.raises(RolloutError, match=told):
        read(cs_lab(tmp_path, host), "fe13")
