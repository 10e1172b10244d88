"""The modules ``tls_check`` and ``sign_in_check`` against real listeners, and BIND."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from proofkit import dnsservers, listeners, pki
from proofkit.modules import run_module
from unit import places

ROOT = pki.root()
NAMES = ["ocspool.company.local", "ocspool.company.com", "ocssrv01.company.local"]
LEAF = pki.leaf(pki.intermediate(ROOT), "ocspool.company.local", NAMES)
PLANNED = {
    "id": "ocssrv01.company.local/default",
    "subject": {"common_name": "ocspool.company.local"},
    "subject_alternative_names": NAMES,
    "key": {"length": 2048, "algorithm": "rsa"},
    "extended_key_usage": ["1.3.6.1.5.5.7.3.1"],
    "require_crl_distribution_point": False,
    "issuer": {"name": "enterprise"},
}


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


def _endpoint(name: str, port: int) -> dict[str, Any]:
    return {"name": name, "addresses": ["127.0.0.1"], "port": port, "certificates": [PLANNED["id"]]}


def _tls_check(*endpoints: dict, **more: Any) -> dict[str, Any]:
    return run_module("tls_check", {"endpoints": endpoints, "certificates": [PLANNED], "roots": [ROOT.pem], **more})


def test_all_states_in_order(port: int) -> None:
    endpoints = [
        _endpoint("ocspool.company.local", 443),
        _endpoint("sip.company.com", port),
        _endpoint("ocspool.company.local", listeners.refused_port()),
    ]
    thumbprints = {PLANNED["id"]: LEAF.thumbprint.lower()}
    result = _tls_check(*endpoints, port_map={443: port}, thumbprints=thumbprints)
    assert [entry["state"] for entry in result["results"]] == ["proved", "failed", "unproved"]
    assert result["summary"] == {"proved": 1, "failed": 1, "unproved": 1}
    assert result["results"][0]["subject"] == "ocspool.company.local:443"
    assert result["results"][0]["address"] == f"127.0.0.1:{port}"
    assert result["results"][0]["found"]["chain"] == [
        LEAF.thumbprint,
        *(issuer.thumbprint for issuer in LEAF.issuers),
    ]
    assert (result["failed"], result["msg"]) == (
        True,
        f"1 of 3 checks failed: sip.company.com:{port} at direct (127.0.0.1:{port}): wrong certificate"
        f" {LEAF.thumbprint}: it does not hold the name sip.company.com",
    )


def test_another_thumbprint_than_planned(port: int) -> None:
    result = _tls_check(_endpoint("ocspool.company.local", port), thumbprints={PLANNED["id"]: "A" * 40}, fail=False)
    assert result["results"][0]["message"].endswith(f"the plan put {'A' * 40} there")


def test_planned_only() -> None:
    result = _tls_check(_endpoint("ocspool.company.local", listeners.refused_port()), planned_only=True)
    assert [entry["state"] for entry in result["results"]] == ["would_be_checked"]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"roots": ["no PEM!"]}, "roots[0]: neither DER nor PEM"),
        ({"port_map": {"https": 1}}, "port_map: {'https': 1} does not map ports to ports. Write {443: 10443}"),
        ({"thumbprints": {"x": "y"}}, "thumbprints[x]: 'y' is no thumbprint. Give the SHA-1 thumbprint"),
    ],
)
def test_bad_arguments(arguments: dict, message: str) -> None:
    result = _tls_check(**arguments)
    assert (result["failed"], result["msg"][: len(message)]) == (True, message)


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


def test_ansible_packs_the_module_whole(port: int, tmp_path: Path) -> None:
    """Through Ansible itself, which ships only those module_utils that it can see imported."""
    ansible = Path(sys.executable).with_name("ansible")
    arguments = json.dumps({"endpoints": [{"name": "ocspool.company.local", "addresses": ["127.0.0.1"], "port": port}]})
    done = subprocess.run(
        [str(ansible), "localhost", "-c", "local", "-m", "ucops.rollout.tls_check", "-a", arguments, "-o"],
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
        cwd=places.ROOT,
        env={**os.environ, "ANSIBLE_LOCAL_TEMP": str(tmp_path), "ANSIBLE_PYTHON_INTERPRETER": sys.executable},
    )
    assert '"proved": 1' in done.stdout, done.stdout + done.stderr
