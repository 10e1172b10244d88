# Copyright: (c) 2026, The ucops.rollout developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What people do in an estate: services whose tool is not imitated, and a reverse proxy that is not Windows."""

from __future__ import annotations

import subprocess
import urllib.error
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml
from lab_tests.windows import TEMP, description, download, inf, remote, upload

from lab.client import RunningEstate, start_estate
from lab.estate import estate_file, load
from lab.from_topology import estate_of
from lab.network import Network

CONFIG = """[req]
prompt = no
default_bits = 2048
distinguished_name = subject
req_extensions = extensions
[subject]
CN = {0}
[extensions]
subjectAltName = DNS:{0}
"""


@pytest.fixture
def estate(tmp_path: Path) -> Iterator[RunningEstate]:
    given = description()
    given["stand_ins"] = {"203.0.113.9": "10.0.2.9"}
    given["hosts"][1] |= {"listeners": {"edge": {"address": "203.0.113.9", "ports": [5061]}}, "groups": ["mine"]}
    given["proxies"] = [{"name": "proxy", "address": "10.0.2.80", "ports": [443]}]
    (tmp_path / "estate.yml").write_text(yaml.safe_dump(given), encoding="utf-8")
    with start_estate(tmp_path / "estate.yml", tmp_path / "lab") as running:
        yield running


def served(address: str, port: int, name: str) -> str:
    """The subject of the certificate that is shown for a name; empty where nothing listens."""
    command = ["openssl", "s_client", "-connect", f"{address}:{port}", "-servername", name]
    shown = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, check=False)
    command = ["openssl", "x509", "-noout", "-subject", "-nameopt", "sep_multiline"]
    read = subprocess.run(command, input=shown.stdout, capture_output=True, check=False).stdout.decode()
    return read.strip().rpartition("CN=")[2]


def test_a_person_assigns_what_has_a_tool_of_its_own(estate: RunningEstate) -> None:
    outside = estate.address("srv01").rpartition(".")[0].rpartition(".")[0] + ".2.9"
    assert served(outside, 5061, "x") == ""
    upload(estate, "srv01", "a.inf", inf())
    remote(estate, "srv01", f"certreq -new -q -f {TEMP}a.inf {TEMP}a.req")
    upload(estate, "ca01", "a.req", download(estate, "srv01", "a.req"))
    template = "-attrib CertificateTemplate:WebServer"
    remote(estate, "ca01", f"certreq -submit -q -f -config - {template} {TEMP}a.req {TEMP}a.cer")
    upload(estate, "srv01", "a.cer", download(estate, "ca01", "a.cer"))
    assert remote(estate, "srv01", f"certreq -accept -q {TEMP}a.cer").code == 0
    registry = estate.state()["hosts"]["srv01"]["registry"]
    (thumbprint,) = (key.rpartition("\\")[2] for key in registry if "\\MY\\Certificates\\" in key)
    estate.order("listeners", "srv01", "assign", service="edge", thumbprint=thumbprint)
    assert served(outside, 5061, "x") == "pool.company.local"
    estate.stop_host("srv01")
    assert served(outside, 5061, "x") == ""
    estate.start_host("srv01")
    assert served(outside, 5061, "x") == "pool.company.local"
    with pytest.raises(urllib.error.HTTPError):
        estate.order("listeners", "srv01", "assign", service="edge", thumbprint="0" * 40)


def _signed(request: str, place: Path) -> str:
    """A certificate for the request, with the names in it, and the authority's own after it."""
    made = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-subj", "/CN=An authority"]
    subprocess.run([*made, "-keyout", "ca.key", "-out", "ca.pem"], cwd=place, check=True, capture_output=True)
    (place / "a.csr").write_text(request, encoding="ascii")
    line = ["openssl", "x509", "-req", "-in", "a.csr", "-CA", "ca.pem", "-CAkey", "ca.key", "-CAcreateserial"]
    line += ["-copy_extensions", "copy", "-days", "5"]
    leaf = subprocess.run(line, cwd=place, check=True, capture_output=True, text=True).stdout
    return leaf + (place / "ca.pem").read_text(encoding="ascii")


def test_a_proxy_makes_its_keys_itself_and_serves_by_name(estate: RunningEstate, tmp_path: Path) -> None:
    address = estate.address("srv01").rpartition(".")[0].rpartition(".")[0] + ".2.80"
    port = estate.port(443)
    assert served(address, port, "a.company.com") == ""
    bundles = {}
    for name in ("a.company.com", "b.company.com"):
        request = estate.order("proxies", "proxy", "request", name=name, config=CONFIG.format(name))["request"]
        assert "PRIVATE KEY" not in request
        bundles[name] = _signed(request, tmp_path)
        estate.order("proxies", "proxy", "serve", name=name, bundle=bundles[name])
    assert [served(address, port, name) for name in bundles] == ["a.company.com", "b.company.com"]
    with pytest.raises(urllib.error.HTTPError):
        estate.order("proxies", "proxy", "serve", name="a.company.com", bundle=bundles["b.company.com"])
    with pytest.raises(urllib.error.HTTPError):
        estate.order("proxies", "proxy", "request", name="c", config="[req]\n")


def test_a_host_stands_in_the_groups_that_it_names(estate: RunningEstate) -> None:
    groups = yaml.safe_load(estate.inventory.read_text(encoding="utf-8"))["all"]["children"]
    assert list(groups["mine"]["hosts"]) == ["srv01.company.local"]


def test_addresses_of_other_networks() -> None:
    network = Network("ports", "127.50", {"203.0.113.9": "10.0.2.9"})
    given = ("203.0.113.9", "203.0.113.10", "10.0.1.2", "fd00::1")
    assert [network.address(one) for one in given] == ["127.50.2.9", "203.0.113.10", "127.50.1.2", "fd00::1"]


def test_an_estate_on_the_base_of_another() -> None:
    """Hosts merge by their names, pools by their full names."""
    whole = load(estate_file("sfb2019_whole"))
    assert sorted(one["name"] for one in whole["hosts"])[-2:] == ["ns01", "owa01"]
    pools = whole["inventory"]["variables"]["ucops_topology"]["pools"]
    assert [one["role"] for one in pools] == ["front_end", "edge", "office_web_apps", "reverse_proxy"]
    assert "base" not in whole and whole["balancers"][0]["address"] == "10.0.0.20"


def test_an_estate_of_a_topology() -> None:
    topology = {
        "product": "lync2010",
        "ad_domain": "company.local",
        "dns": {"internal": {"zones": [{"name": "company.local"}, {"name": "company.com", "if_missing": "create"}]}},
        "pools": [
            {
                "fqdn": "pool.company.local",
                "role": "front_end",
                "load_balancer": {"type": "dns", "vips": {"web": ["10.0.0.15"]}},
                "servers": [{"fqdn": "fe01.company.local", "addresses": {"internal": ["10.3.0.11"]}}],
            },
            {
                "fqdn": "p.company.local",
                "role": "reverse_proxy",
                "servers": [
                    {"fqdn": "p.company.local", "logon": False, "addresses": {"external": [{"public": "203.0.113.1"}]}}
                ],
            },
        ],
        "certificates": {"issuers": {"enterprise": {"ca": "ca01.company.local\\Company CA"}}},
    }
    made = estate_of(topology)
    assert [(one["name"], one["address"]) for one in made["hosts"]] == [
        ("dc01", "10.0.0.5"),
        ("ca01", "10.0.0.6"),
        ("fe01", "10.3.0.11"),
    ]
    assert made["stand_ins"] == {"10.3.0.11": "10.0.200.1", "203.0.113.1": "10.0.200.2"}
    assert made["hosts"][2]["cs_server"] == {
        "product": "lync2010",
        "role": "front_end",
        "pool": "pool.company.local",
        "cms": "fe01",
    }
    assert [one["name"] for one in made["hosts"][0]["dns"]["zones"]] == ["company.local"]
    assert made["balancers"] == [{"address": "10.0.0.15", "ports": [443, 4443], "members": ["fe01"]}]
    assert made["proxies"] == [{"name": "p", "address": "203.0.113.1", "ports": [443]}]
