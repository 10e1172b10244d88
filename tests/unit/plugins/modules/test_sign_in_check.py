"""The module ``sign_in_check`` against a real listener, and BIND."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from proofkit import dnsservers, listeners, pki
from proofkit.modules import run_module

ROOT = pki.root()
NAMES = ["ocspool.company.local", "ocspool.company.com", "ocssrv01.company.local"]
LEAF = pki.leaf(pki.intermediate(ROOT), "ocspool.company.local", NAMES)


@pytest.fixture(scope="module")
def port(tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    with listeners.tls_listener(tmp_path_factory.mktemp("tls"), LEAF) as port:
        yield port


@pytest.fixture(scope="module")
def dns_port(tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    zones = {
        "company.local": "dc01 A 10.0.0.5\nocspool A 127.0.0.1\n_sipinternaltls._tcp SRV 0 0 5061 ocspool\n",
        "company.com": "ocspool A 127.0.0.1\n_sipinternaltls._tcp SRV 0 0 5061 ocspool\n",
        "wrong.example": "sip A 127.0.0.1\n_sipinternaltls._tcp SRV 0 0 5061 sip\n",
        "lost.example": "_sipinternaltls._tcp SRV 0 0 5061 sip\n",
        "half.example": "_sipinternaltls._tcp SRV 0 0 5061 ocspool.company.local.\n"
        "_sipinternaltls._tcp SRV 0 0 5062 ocspool.company.local.\n",
    }
    with dnsservers.named(tmp_path_factory.mktemp("named"), zones) as port:
        yield port


def _walk(dns_port: int, *domains: str, **more: Any) -> dict[str, Any]:
    servers = [{"name": "dc01", "address": "127.0.0.1", "port": dns_port}]
    arguments = {"sip_domains": domains, "servers": servers, "roots": [ROOT.pem], "fail": False, **more}
    return run_module("sign_in_check", arguments)


def test_client_is_walked_to_the_pool(port: int, dns_port: int) -> None:
    result = _walk(dns_port, "company.local", "company.com", port_map={5061: port})
    good = f"certificate {LEAF.thumbprint}, valid until 2036-01-01T00:00:00Z"
    assert [(entry["subject"], entry["state"], entry["message"]) for entry in result["results"]] == [
        ("company.local", "proved", f"SRV to ocspool.company.local:5061, address 127.0.0.1:{port}: {good}"),
        ("company.com", "proved", f"SRV to ocspool.company.com:5061, address 127.0.0.1:{port}: {good}"),
    ]


def test_where_a_walk_ends(port: int, dns_port: int) -> None:
    domains = ("wrong.example", "lost.example", "half.example", "none.example")
    closed = listeners.refused_port()
    result = _walk(dns_port, *domains, port_map={5061: port, 5062: closed})
    found = [(entry["state"], entry["message"]) for entry in result["results"]]
    assert found[0] == (
        "failed",
        f"SRV to sip.wrong.example:5061, address 127.0.0.1:{port}: wrong certificate {LEAF.thumbprint}: it does not"
        " hold the name sip.wrong.example",
    )
    assert found[1] == (
        "failed",
        "SRV to sip.lost.example:5061: the name does not exist. Add the record, or wait until the zone is replicated to"
        " this server",
    )
    assert found[2][0] == "unproved"
    assert found[2][1].startswith(f"SRV to ocspool.company.local:5062, address 127.0.0.1:{closed}: connection refused")
    assert len(result["results"][2]["found"]) == 2
    assert found[3][0] == "unproved"
    assert found[3][1].startswith("_sipinternaltls._tcp.none.example: the server refuses to answer")


def test_walk_planned_only() -> None:
    result = _walk(listeners.refused_port(), "company.com", planned_only=True)
    assert [(entry["state"], entry["expected"]) for entry in result["results"]] == [
        ("would_be_checked", "_sipinternaltls._tcp.company.com")
    ]


@pytest.mark.parametrize("name", ["company", "_sip.company.com", "10.0.0.1", "*.company.com"])
def test_what_is_no_sip_domain(name: str) -> None:
    result = _walk(listeners.refused_port(), "company.com", name, planned_only=True)
    assert (result["failed"], result["msg"][:16]) == (True, "sip_domains[1]: ")


def test_sip_domains_are_made_uniform() -> None:
    result = _walk(listeners.refused_port(), "Company.COM.", planned_only=True)
    assert [entry["subject"] for entry in result["results"]] == ["company.com"]
