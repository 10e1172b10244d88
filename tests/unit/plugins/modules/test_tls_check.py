"""The module ``tls_check`` against real listeners."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from proofkit import listeners, pki
from proofkit.modules import run_module
from unit import places
from unit.fakes_windows import planned

ROOT = pki.root()
NAMES = ["ocspool.company.local", "ocspool.company.com", "ocssrv01.company.local"]
LEAF = pki.leaf(pki.intermediate(ROOT), "ocspool.company.local", NAMES)
PLANNED = planned(
    subject_alternative_names=NAMES, require_crl_distribution_point=False, issuer={"name": "enterprise", "ca": ""}
)


@pytest.fixture(scope="module")
def port(tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    with listeners.tls_listener(tmp_path_factory.mktemp("tls"), LEAF) as port:
        yield port


def _endpoint(name: str, port: int) -> dict[str, Any]:
    return {"name": name, "addresses": ["127.0.0.1"], "port": port, "certificates": [PLANNED["id"]]}


def _tls_check(*endpoints: dict, **more: Any) -> dict[str, Any]:
    given = {"endpoints": endpoints, "certificates": [PLANNED], "roots": [ROOT.pem]}
    return run_module("tls_check", {**given, **more})


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
        (
            {"endpoints": [_endpoint("a.b", 1), {"name": "x", "adresses": ["10.0.0.1"]}]},
            "endpoints[1]: adresses: unknown key; addresses: missing; port: missing. Give the endpoints of a plan",
        ),
        ({"endpoints": [{**_endpoint("a.b", 1), "port": "443"}]}, "endpoints[0]: port: must be a whole number"),
        ({"certificates": [{**PLANNED, "key": {}}]}, f"certificate {PLANNED['id']}: key.length: missing"),
        ({"thumbprints": {"x": "y"}}, "thumbprints[x]: 'y' is no thumbprint. Give the SHA-1 thumbprint"),
    ],
)
def test_bad_arguments(arguments: dict, message: str) -> None:
    result = _tls_check(**arguments)
    assert (result["failed"], result["msg"][: len(message)]) == (True, message)


def test_ansible_packs_the_module_whole(port: int, tmp_path: Path) -> None:
    """Through Ansible itself, which ships only those module_utils that it can see imported."""
    ansible = Path(sys.executable).with_name("ansible")
    if not ansible.exists() and "tests/output/.tmp" in str(ansible):
        pytest.skip("ansible-test tests modules where there is no Ansible")
    endpoint = {"name": "ocspool.company.local", "addresses": ["127.0.0.1"], "port": port}
    arguments = json.dumps({"endpoints": [endpoint], "roots": [ROOT.pem]})
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
