"""The module ``dns_update`` against BIND."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from proofkit import dnsservers
from proofkit.modules import run_module

SECRET = "c2VjcmV0IG9mIGEgdGVzdCBhbmQgbm90aGluZyBlbHNl"
KEY = f'key "rollout" {{ algorithm hmac-sha256; secret "{SECRET}"; }};\n'
SIP = {"zone": "company.com", "name": "sip", "type": "A", "values": ["192.0.2.10"]}


@pytest.fixture(scope="module")
def port(tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    zones = {"company.com": "dc01 A 10.0.0.5\n"}
    directory = tmp_path_factory.mktemp("named")
    with dnsservers.named(directory, zones, more=KEY, each="allow-update { key rollout; };") as port:
        yield port


def _run(port: int, *records: dict[str, Any], check_mode: bool = False, **more: Any) -> dict[str, Any]:
    given = {
        "server": {"name": "ns1", "address": "127.0.0.1", "port": port},
        "key": {"name": "rollout", "secret": SECRET},
        "zones": [{"name": "company.com"}],
        "records": records,
        **more,
    }
    return run_module("dns_update", given, check_mode=check_mode)


def test_a_record_comes_moves_and_goes(port: int) -> None:
    assert _run(port, SIP, check_mode=True)["changed"]
    first = _run(port, SIP)
    assert first["after"] == [
        {"zone": "company.com", "name": "sip", "type": "A", "ttl": 3600, "values": ["192.0.2.10"]}
    ]
    assert SECRET not in str(first)
    assert not _run(port, SIP)["changed"]
    moved = _run(port, {**SIP, "values": ["192.0.2.20"]})
    assert moved["after"][0]["values"] == ["192.0.2.20"]
    assert _run(port, {**SIP, "values": ["192.0.2.20"]}, state="absent")["after"] == []


def test_a_conflict_fails_and_says_what(port: int) -> None:
    result = _run(port, {**SIP, "name": "dc01"})
    assert result["failed"]
    assert "dc01.company.com A: there is already 10.0.0.5, which is not planned" in result["msg"]
    told = _run(port, {**SIP, "name": "dc01"}, fail=False)
    assert (told["pushed"], told.get("failed", False)) == (False, False)


def test_bad_input_is_told(port: int) -> None:
    result = _run(port, SIP, key={"name": "rollout", "secret": "%%%"})
    assert result["msg"].startswith("the TSIG key 'rollout' cannot be used.")
    result = _run(port, SIP, server={"address": ""})
    assert result["msg"] == "servers[0].address: empty. Give the server's address"
