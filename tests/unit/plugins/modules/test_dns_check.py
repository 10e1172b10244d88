"""The module ``dns_check`` against BIND."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
from proofkit import dnsservers, listeners
from proofkit.modules import run_module

from ansible_collections.ucops.rollout.plugins.modules import dns_check

ZONES = {
    "company.local": "dc01 A 10.0.0.5\nocspool A 10.0.0.10\n_sipinternaltls._tcp SRV 0 0 5061 ocspool\n",
    "wild.example": "* A 10.0.0.80\n",
    "named.example": "@ NS far\nfar A 127.0.0.99\nocspool A 10.0.0.10\n",
}


@pytest.fixture(scope="module")
def port(tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    with dnsservers.named(tmp_path_factory.mktemp("named"), ZONES) as port:
        yield port


def _a(name: str, *addresses: str, zone: str = "company.local") -> dict[str, Any]:
    return {"zone": zone, "name": name, "fqdn": f"{name}.{zone}", "type": "A", "ttl": 3600, "values": list(addresses)}


SRV = {
    "zone": "company.local",
    "fqdn": "_sipinternaltls._tcp.company.local",
    "type": "SRV",
    "ttl": 3600,
    "values": [{"priority": 0, "weight": 0, "port": 5061, "target": "ocspool.company.local"}],
}


def _run(port: int, *records: dict, check_mode: bool = False, **more: Any) -> dict[str, Any]:
    servers = [{"name": "dc01.company.local", "address": "127.0.0.1", "port": port}]
    return run_module("dns_check", {"records": records, "servers": servers, **more}, check_mode=check_mode)


@pytest.mark.parametrize("check_mode", [False, True])
def test_proved(port: int, check_mode: bool) -> None:
    result = _run(port, _a("ocspool", "10.0.0.10"), SRV, check_mode=check_mode)
    assert (result["changed"], result.get("failed"), result["hints"]) == (False, None, [])
    assert result["summary"] == {"proved": 3, "failed": 0, "unproved": 0}
    assert [(entry["check"], entry["subject"], entry["state"]) for entry in result["results"]] == [
        ("record", "ocspool.company.local A", "proved"),
        ("record", "_sipinternaltls._tcp.company.local SRV", "proved"),
        ("srv_target", "ocspool.company.local", "proved"),
    ]


def test_a_server_is_asked_for_the_records_of_its_view(port: int) -> None:
    inside = {**_a("ocspool", "10.0.0.10"), "view": "internal"}
    outside = {**_a("ocspool", "192.0.2.10"), "view": "external"}
    servers = [{"name": name, "address": "127.0.0.1", "port": port, "view": view} for name, view in VIEWS]
    result = run_module("dns_check", {"records": [inside, outside], "servers": servers, "fail": False})
    assert [(one["server"], one["expected"], one["state"]) for one in result["results"]] == [
        ("dc01", ["10.0.0.10"], "proved"),
        ("ns01", ["192.0.2.10"], "failed"),
    ]
    alone = run_module("dns_check", {"records": [outside], "servers": servers[:1], "fail": False})
    assert [(one["server"], one["state"]) for one in alone["results"]] == [("", "unproved")]
    assert "there is no DNS server to ask" in alone["results"][0]["message"]


VIEWS = (("dc01", "internal"), ("ns01", "external"))


def test_failed(port: int) -> None:
    result = _run(port, _a("ocspool", "10.0.0.20"))
    assert result["failed"] is True
    assert result["msg"] == (
        f"1 of 1 check failed: ocspool.company.local A at dc01.company.local (127.0.0.1:{port}):"
        " missing: 10.0.0.20; not planned: 10.0.0.10; TTL 3600"
    )
    assert result["summary"] == {"proved": 0, "failed": 1, "unproved": 0}


def test_removed_records_are_to_be_given_by_nobody(port: int) -> None:
    """They are no part of the plan: what clients try before them is not looked for."""
    gone = [{**one, "removed": True} for one in (SRV, _a("ocspool", "10.0.0.99"))]
    result = _run(port, *gone, complete=True, fail=False)
    assert [(one["check"], one["subject"], one["state"]) for one in result["results"]] == [
        ("removed", "_sipinternaltls._tcp.company.local SRV", "failed"),
        ("removed", "ocspool.company.local A", "proved"),
    ]
    assert result["hints"] == _run(port, {**_a("x", "10.0.0.8", zone="wild.example"), "removed": True})["hints"] == []
    planned = _run(listeners.refused_port(), *gone, planned_only=True)
    assert planned["summary"] == {"proved": 0, "failed": 0, "unproved": 0, "would_be_checked": 2}


def test_not_failing_when_not_wanted(port: int) -> None:
    result = _run(port, _a("ocspool", "10.0.0.20"), fail=False)
    assert (result.get("failed"), result["summary"]["failed"]) == (None, 1)


def test_unproved_does_not_fail() -> None:
    result = _run(listeners.refused_port(), _a("ocspool", "10.0.0.10"), timeout=0.5)
    assert (result.get("failed"), result["summary"]) == (None, {"proved": 0, "failed": 0, "unproved": 1})


def test_wildcard_is_a_hint_and_a_warning(port: int) -> None:
    result = _run(port, _a("x", "10.0.0.80", zone="wild.example"))
    assert len(result["hints"]) == 1
    assert result["hints"][0].startswith(f"dc01.company.local (127.0.0.1:{port}) answers for any name in wild.example")


def test_what_must_not_exist_is_looked_for_where_the_records_are_complete(port: int) -> None:
    srv = {**SRV, "zone": "wild.example", "fqdn": "_sipinternaltls._tcp.wild.example"}
    result = _run(port, srv, complete=True, fail=False)
    (absent,) = [entry for entry in result["results"] if entry["check"] == "absent"]
    assert (absent["state"], absent["subject"], result["hints"]) == (
        "failed",
        "names that clients try before _sipinternaltls._tcp.wild.example",
        [],
    )
    clean = _run(port, _a("ocspool", "10.0.0.10"), SRV, complete=True)
    assert clean["summary"] == {"proved": 4, "failed": 0, "unproved": 0}
    planned = _run(listeners.refused_port(), SRV, complete=True, planned_only=True)
    assert planned["summary"]["would_be_checked"] == 3


def test_servers_that_the_zone_names_are_asked_for_its_records_alone(port: int) -> None:
    """One that nobody reaches from here is told, and does not count as proved."""
    result = _run(port, _a("ocspool", "10.0.0.10", zone="named.example"), _a("ocspool", "10.0.0.10"), name_servers=True)
    told = [(one["server"], one["address"], one["subject"], one["state"]) for one in result["results"]]
    assert [one for one in told if one[0] != "ns.named.example" and one[0] != "ns.company.local"] == [
        ("dc01.company.local", f"127.0.0.1:{port}", "ocspool.named.example A", "proved"),
        ("dc01.company.local", f"127.0.0.1:{port}", "ocspool.company.local A", "proved"),
        ("far.named.example", f"127.0.0.99:{port}", "ocspool.named.example A", "unproved"),
    ]
    alone = _run(port, _a("ocspool", "10.0.0.10", zone="named.example"))
    assert [one["server"] for one in alone["results"]] == ["dc01.company.local"]


def test_a_silent_server_is_waited_for_once_on_the_way_to_those_that_zones_name() -> None:
    """For what the NS records say, and once more by the check itself, whatever the number of zones."""
    asked = []
    with dnsservers.scripted(lambda query, way: asked.append((query.question[0].name.to_text(), way))) as silent:
        records = [_a("ocspool", "10.0.0.10", zone=f"zone{number}.example") for number in range(5)]
        result = _run(silent, *records, name_servers=True, timeout=0.4)
    assert result["summary"] == {"proved": 0, "failed": 0, "unproved": 5}
    assert {name for name, _way in asked} == {"zone0.example.", "ocspool.zone0.example."}


def test_planned_only() -> None:
    result = _run(listeners.refused_port(), _a("ocspool", "10.0.0.10"), planned_only=True)
    assert result["summary"] == {"proved": 0, "failed": 0, "unproved": 0, "would_be_checked": 1}


def test_hundreds_of_records_are_in_order(port: int) -> None:
    result = _run(port, *[_a(f"host{number}", "10.0.0.10") for number in range(400)], fail=False)
    assert [entry["subject"] for entry in result["results"]] == [f"host{n}.company.local A" for n in range(400)]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"records": [{"fqdn": "x"}], "servers": []}, "records[0]: zone, type, values missing. Give the records of a"),
        ({"records": [], "servers": [{"address": ""}]}, "servers[0].address: empty. Give the server's address"),
        ({"records": [], "servers": [], "timeout": 0}, "timeout: must be greater than 0. Give seconds, such as 10"),
        ({"records": [], "servers": [{"name": "dc01"}]}, "missing required arguments: address found in servers"),
        (
            {"records": [_a("a..b", "10.0.0.10")], "servers": [{"address": "127.0.0.1"}]},
            "'a..b.company.local' is no name that DNS can be asked for",
        ),
    ],
)
def test_bad_arguments(arguments: dict, message: str) -> None:
    result = run_module("dns_check", arguments)
    assert (result["failed"], result["msg"][: len(message)]) == (True, message)


def test_records_as_text_are_read_before_they_are_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[Any] = []
    monkeypatch.setattr(dns_check, "look_until_replicated", lambda _look, params, _tell: seen.append(params["records"]))
    records = [{"fqdn": "pool.company.local"}]
    for given in (records, json.dumps(records)):
        dns_check.wait(
            lambda _params: ([], []), {"records": given, "name_servers": False, "planned_only": False}, print
        )
    assert seen == [records, records]
