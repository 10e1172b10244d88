# Copyright: (c) 2026, The ucops.rollout developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The control interface: state, counters, ordered trouble, hosts that go down; and the estate's ways to run."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest
import requests
import yaml
from lab_tests import small
from lab_tests.foreign import psrp, pywinrm, pywinrm_query
from winrm.exceptions import WinRMTransportError, WSManFaultError

from lab import network
from lab.client import TESTS, EstateFailed, RunningEstate, start_estate
from lab.estate import merged

ZONES = "SELECT * FROM MicrosoftDNS_Zone"


@pytest.fixture(scope="module")
def estate(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningEstate]:
    place = tmp_path_factory.mktemp("control")
    hosts = (small.dns_host("dc01", "10.0.0.5", "2008r2", 2), small.dns_host("dc02", "10.0.0.6", "2008r2"))
    with start_estate(small.estate(place / "estate.yml", *hosts), place / "run") as running:
        yield running


@pytest.fixture(autouse=True)
def fresh(estate: RunningEstate) -> None:
    estate.clear_faults()
    estate.reset_counters()


def add_record(estate: RunningEstate, owner: str) -> None:
    psrp(estate).invoke(
        "MicrosoftDNS_AType",
        "CreateInstanceFromPropertyData",
        {
            "DnsServerName": "dc01.company.local",
            "ContainerName": "example.test",
            "OwnerName": f"{owner}.example.test",
            "IPAddress": "192.0.2.77",
        },
    )


def owners(estate: RunningEstate) -> list[str]:
    records = estate.state()["hosts"]["dc01"]["dns"]["example.test"]["records"]
    return [line.split()[0] for line in records if " A " in line]


def test_what_the_estate_uses_of_the_processor(estate: RunningEstate) -> None:
    before = estate.processor_seconds()
    for _time in range(200):
        estate.state()
    assert 0.05 < estate.processor_seconds() - before < 20


def test_reading_leaves_the_state_byte_for_byte(estate: RunningEstate) -> None:
    before = json.dumps(estate.state())
    pywinrm_query(pywinrm(estate.address("dc01")), ZONES)
    assert json.dumps(estate.state()) == before
    assert '"requests"' not in before


def test_counters_by_host_and_kind(estate: RunningEstate) -> None:
    psrp(estate).pages("SELECT * FROM MicrosoftDNS_AType WHERE ContainerName='example.test'")
    counted = estate.counters()
    assert set(counted) == {"dc01.company.local"}
    kinds = {kind: numbers["requests"] for kind, numbers in counted["dc01.company.local"]["kinds"].items()}
    assert kinds == {"authentication": 3, "enumerate": 1, "pull": 1}


def test_connection_dropped_before_the_effect(estate: RunningEstate) -> None:
    estate.fault("dc01", "drop", match={"kind": "invoke"})
    with pytest.raises(requests.ConnectionError):
        add_record(estate, "before")
    assert "before.example.test" not in owners(estate)


def test_connection_dropped_after_the_effect(estate: RunningEstate) -> None:
    estate.fault("dc01", "drop", match={"kind": "invoke"}, after=True)
    with pytest.raises(requests.ConnectionError):
        add_record(estate, "after")
    assert "after.example.test" in owners(estate)


def test_a_program_has_run_when_its_answer_is_lost(estate: RunningEstate) -> None:
    """Its shell, deleted at once, would end it half way."""
    protocol = pywinrm(estate.address("dc01"))
    shell = protocol.open_shell()
    estate.fault("dc01", "drop", match={"kind": "command"}, after=True)
    with pytest.raises(requests.ConnectionError):
        protocol.run_command(shell, r"ping -n 2 127.0.0.1 >nul & echo done>C:\Windows\Temp\done.txt")
    protocol = pywinrm(estate.address("dc01"))  # of a lost connection, pywinrm keeps the keys
    protocol.close_shell(shell)
    reading = protocol.open_shell()
    line = r"type C:\Windows\Temp\done.txt"
    assert protocol.get_command_output(reading, protocol.run_command(reading, line)) == (b"done\r\n", b"", 0)
    protocol.close_shell(reading)


def test_nth_request_and_how_often(estate: RunningEstate) -> None:
    estate.fault("dc01", "fault", fault="busy", at=2, times=2, match={"kind": "enumerate"})
    protocol, seen = pywinrm(estate.address("dc01")), []
    for _unused in range(4):
        try:
            pywinrm_query(protocol, ZONES)
            seen.append(0)
        except WSManFaultError as fault:
            seen.append(fault.wsman_fault_code)
    assert seen == [0, 170, 170, 0]


def test_match_by_text(estate: RunningEstate) -> None:
    estate.fault("*", "status", status=503, match={"text": "MicrosoftDNS_SOAType"})
    protocol = pywinrm(estate.address("dc01"))
    pywinrm_query(protocol, ZONES)
    with pytest.raises(WinRMTransportError) as caught:
        pywinrm_query(protocol, "SELECT * FROM MicrosoftDNS_SOAType")
    assert caught.value.code == 503


def test_host_goes_down_and_comes_back(estate: RunningEstate) -> None:
    protocol = pywinrm(estate.address("dc02"))
    pywinrm_query(protocol, ZONES)
    estate.stop_host("dc02")
    with pytest.raises(requests.ConnectionError):
        pywinrm_query(protocol, ZONES)
    with pytest.raises(requests.ConnectionError):
        pywinrm_query(pywinrm(estate.address("dc02")), ZONES)
    estate.start_host("dc02")
    pywinrm_query(pywinrm(estate.address("dc02")), ZONES)


@pytest.mark.parametrize("path", ["/hosts/nothing/stop", "/ca/dc01/approve", "/nothing"])
def test_unknown_things(estate: RunningEstate, path: str) -> None:
    with pytest.raises(urllib.error.HTTPError) as caught:
        estate._call(path, {"request_id": 1})
    assert caught.value.code in (400, 404)


def test_token_is_wanted(estate: RunningEstate) -> None:
    control = json.loads((estate.directory / "control.json").read_text())
    with pytest.raises(urllib.error.HTTPError) as caught:
        urllib.request.urlopen(control["url"] + "/state", timeout=5)
    assert caught.value.code == 401


@pytest.mark.parametrize(
    "order",
    [{"action": "explode"}, {"action": "fault", "fault": "nothing"}, {"action": "drop", "match": {"colour": "red"}}],
)
def test_orders_that_mean_nothing(estate: RunningEstate, order: dict[str, object]) -> None:
    with pytest.raises(urllib.error.HTTPError) as caught:
        estate._call("/faults", [{"host": "dc01", **order}])
    assert caught.value.code == 400


# --- ways to run -----------------------------------------------------------------------------------------------------


def test_two_estates_side_by_side(estate: RunningEstate, tmp_path: Path) -> None:
    path = small.estate(tmp_path / "estate.yml", small.dns_host("dc01", "10.0.0.5", "2008r2"))
    with start_estate(path, tmp_path / "run") as other:
        assert other.address("dc01") != estate.address("dc01")
        pywinrm_query(pywinrm(other.address("dc01")), ZONES)


def test_overrides(tmp_path: Path) -> None:
    path = small.estate(tmp_path / "estate.yml", small.dns_host("dc01", "10.0.0.5", "2008r2"))
    overrides = {"lockout_after": 3, "hosts": [{"name": "dc01", "generation": "2012r2"}]}
    with start_estate(path, tmp_path / "run", overrides=overrides) as running:
        assert running.state()["hosts"]["dc01"]["generation"] == "2012r2"


def test_merging_keeps_what_is_not_named() -> None:
    base = {"a": 1, "hosts": [{"name": "x", "b": 1}, {"name": "y"}], "list": [1, 2]}
    assert merged(base, {"hosts": [{"name": "x", "c": 2}, {"name": "z"}], "list": [3]}) == {
        "a": 1,
        "hosts": [{"name": "x", "b": 1, "c": 2}, {"name": "y"}, {"name": "z"}],
        "list": [3],
    }


def test_estate_that_does_not_start_says_why(tmp_path: Path) -> None:
    with pytest.raises(EstateFailed, match="nowhere"):
        start_estate(tmp_path / "nowhere.yml", tmp_path / "run")


def test_inventory_of_the_origin(tmp_path: Path) -> None:
    with start_estate("origin", tmp_path / "run") as running:
        hosts = yaml.safe_load(running.inventory.read_text())["all"]
        assert {group: sorted(content["hosts"]) for group, content in hosts["children"].items()} == {
            "ucops_dns": ["dc01.company.local"],
            "ucops_ca": ["ca01.company.local"],
            "ucops_servers": ["ocssrv01.company.local", "ocssrv02.company.local"],
        }
        subnet = running.address("dc01").removesuffix(".0.5")
        pool = running.variables["ucops_topology"]["pools"][0]
        assert pool["load_balancer"]["vips"] == {"sip": [f"{subnet}.0.10"]}
        assert pool["servers"][0]["addresses"] == {"internal": [f"{subnet}.0.11"]}
        assert running.variables["pool_verify_port_map"] == {443: 10443}
        zones = running.state()["hosts"]["dc01"]["dns"]
        assert "company.com" not in zones
        assert f"ocssrv01.company.local 1200 A {subnet}.0.11 [aging 3572141]" in zones["company.local"]["records"]


def modes() -> list[str]:
    found = ["ports"]
    if os.geteuid() == 0:
        found.append("loopback")
    if network.namespace_possible():
        found.append("namespace")
    return found


@pytest.mark.parametrize("mode", modes())
def test_run_gives_the_command_an_estate(tmp_path: Path, mode: str) -> None:
    path = small.estate(tmp_path / "estate.yml", small.dns_host("dc01", "10.0.0.5", "2008r2"))
    script = tmp_path / "inside.py"
    script.write_text(INSIDE, encoding="utf-8")
    done = subprocess.run(
        [
            sys.executable,
            "-m",
            "lab",
            "run",
            str(path),
            "--directory",
            str(tmp_path / "run"),
            "--mode",
            mode,
            "--",
            sys.executable,
            str(script),
        ],
        env=os.environ | {"PYTHONPATH": str(TESTS)},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert (done.returncode, done.stderr) == (7, "")
    port, answer = {"ports": ("10053", "")}.get(mode, ("53", ""))
    assert done.stdout.split() == [port, "dc01.company.local."] + answer.split()


INSIDE = """
import json, os, sys
import dns.message, dns.query, yaml
control = json.load(open(os.environ["LAB_CONTROL"]))
hosts = yaml.safe_load(open(os.environ["LAB_INVENTORY"]))["all"]["hosts"]
port = 10053 if control["mode"] == "ports" else 53
query = dns.message.make_query("example.test", "NS")
answer = dns.query.udp(query, hosts["dc01.company.local"]["ansible_host"], 5, port)
print(port, answer.answer[0][0])
sys.exit(7)
"""


def test_up_says_what_to_do_and_how_it_ends(tmp_path: Path) -> None:
    path = small.estate(tmp_path / "estate.yml", small.dns_host("dc01", "10.0.0.5", "2008r2"))
    command = [sys.executable, "-m", "lab", "up", str(path), "--directory", str(tmp_path / "run"), "--mode", "ports"]
    environment = os.environ | {"PYTHONPATH": str(TESTS), "PYTHONUNBUFFERED": "1"}
    with subprocess.Popen(command, stdout=subprocess.PIPE, env=environment, cwd=tmp_path, text=True) as lab:
        assert lab.stdout is not None
        said = [lab.stdout.readline().rstrip("\n") for _line in range(5)]
        lab.send_signal(signal.SIGINT)
        assert lab.wait(30) == 0
    assert said == [
        str(tmp_path / "run" / "inventory" / "hosts.yml"),
        "",
        "The estate is up. In another terminal, from the same folder:",
        f"  {Path(sys.executable).parent / 'ansible-playbook'} -i run/inventory/hosts.yml playbooks/deploy_pool.yml",
        "Ctrl-C ends it.",
    ]
