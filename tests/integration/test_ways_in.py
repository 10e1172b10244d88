"""The whole rollout by each other way in, with the inventories of ``examples/connections``."""

from __future__ import annotations

import shutil
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
import yaml
from languagekit import begin
from sitekit import BY_COMMAND, ROOT, Site
from waykit import row

from lab.client import RunningEstate
from lab.estate import merged

pytestmark = pytest.mark.slow

EXAMPLES = ROOT / "examples" / "connections"
ORIGIN, EDGES = ("dc01", "ca01", "ocssrv01", "ocssrv02"), ("edge01", "edge02")
HTTPS = {"http": False, "https": True}
# The same on both servers of the Edge pool.
OWN = {"name": "Administrator", "password": "Edge-local!", "administrator": True, "built_in": True}


def hosts(*names: str, **settings: Any) -> dict[str, Any]:
    return {"hosts": [{"name": name, **settings} for name in names]}


def only(way: str) -> dict[str, Any]:
    """What the listener takes, and nothing else."""
    return {"auth": {"negotiate": False, way: True}}


def of_domain(**winrm: Any) -> dict[str, Any]:
    return merged(BY_COMMAND, hosts(*ORIGIN, generation="2012r2", winrm=winrm))


def old_servers() -> dict[str, Any]:
    return merged(BY_COMMAND, merged(hosts("dc01", generation="2003"), hosts(*ORIGIN[1:], generation="2008")))


def of_workgroup(*ways: dict[str, Any]) -> dict[str, Any]:
    """Each of the Edge pool's servers takes one way alone; the DNS server and the CA are the domain's."""
    edges = [hosts(name, accounts=[OWN], winrm={**HTTPS, **way}) for name, way in zip(EDGES, ways, strict=True)]
    return merged(hosts("dc01", "ca01", winrm=HTTPS), merged(*edges))


@dataclass(frozen=True)
class Way:
    """An estate, and by what it is reached: the lab's own inventory, or an example with some hosts in another group.

    ``legs``: requests that carry a logon and no message, for each logon on a host.
    """

    estate: str
    overrides: dict[str, Any]
    legs: dict[str, int]
    example: str = ""
    groups: dict[str, tuple[str, ...]] = field(default_factory=dict)


# The last leg of NTLM over HTTPS, and of Basic and a certificate the only one, carries the message.
OF_DOMAIN = {"dc01": 2, "ca01": 2}
WAYS = {
    "NTLM over HTTP": Way("origin", old_servers(), dict.fromkeys(ORIGIN, 3), "old-servers"),
    "NTLM over HTTPS": Way("origin", of_domain(**HTTPS), dict.fromkeys(ORIGIN, 2)),
    "CredSSP over HTTP": Way("origin", of_domain(**only("credssp")), dict.fromkeys(ORIGIN, 6)),
    "certificate over HTTPS": Way(
        "edge",
        of_workgroup(only("certificate"), only("certificate")),
        {**OF_DOMAIN, **dict.fromkeys(EDGES, 0)},
        "workgroup",
    ),
    # One edge each: Basic alone, and NTLM by the account of the host.
    "Basic and NTLM over HTTPS": Way(
        "edge",
        of_workgroup(only("basic"), {}),
        {**OF_DOMAIN, "edge01": 0, "edge02": 2},
        "workgroup",
        {"by_basic": EDGES[:1], "by_account_of_the_host": EDGES[1:]},
    ),
}


def reached(way: Way, estate: RunningEstate, place: Path) -> dict[str, str]:
    """Write the example, and what it lacks, in the place of the lab's inventory; the passwords that it names."""
    lab = estate.inventory.parent
    told = {path.stem: yaml.safe_load(path.read_text(encoding="utf-8")) for path in (lab / "host_vars").glob("*.yml")}
    written = yaml.safe_load(estate.inventory.read_text(encoding="utf-8"))["all"]["hosts"]
    variables, passwords = estate.variables, {"vault_host_password": OWN["password"]}
    passwords["vault_rollout_password"] = variables["ansible_password"]
    shutil.rmtree(lab)
    shutil.copytree(EXAMPLES / way.example, lab)
    groups = {
        group: {"hosts": {f"{name}.company.local": None for name in names}} for group, names in way.groups.items()
    }
    example = yaml.safe_load((lab / "hosts.yml").read_text(encoding="utf-8"))
    windows = example["all"]["children"]["windows"]
    windows["children"] = moved(windows["children"], groups)
    example["all"]["vars"] = others(variables)
    example["all"]["hosts"] = {name: written[name] | others(told.get(name, {})) for name in written}
    (lab / "hosts.yml").write_text(yaml.safe_dump(example), encoding="utf-8")
    return passwords


def others(variables: dict[str, Any]) -> dict[str, Any]:
    """Those that say nothing of connections."""
    return {name: value for name, value in variables.items() if not name.startswith("ansible_")}


def moved(children: dict[str, Any], groups: dict[str, Any]) -> dict[str, Any]:
    """The groups of an inventory with hosts in other groups by which they are logged on to."""
    taken = {host for group in groups.values() for host in group["hosts"]}
    kept = {
        name: group
        for name, group in children.items()
        if not (name.startswith("by_") and taken & set((group or {}).get("hosts") or {}))
    }
    return kept | groups


@pytest.mark.parametrize("name", WAYS)
def test_rollout(name: str, tmp_path: Path, turn: int, record_property: Callable[[str, object], None]) -> None:
    """Each ends proved, nobody is refused, and no more is sent than its logons need."""
    way = WAYS[name]
    with begin(way.estate, tmp_path / "lab", turn, way.overrides) as estate:
        site, password = Site(estate, tmp_path), estate.variables["ansible_password"]
        passwords = reached(way, estate, tmp_path) if way.example else {}
        started = time.monotonic()
        run = site.play("deploy_pool", variables=passwords)
        seconds = time.monotonic() - started
        counted = {host.partition(".")[0]: one for host, one in estate.counters().items()}
        assert password not in run.output and OWN["password"] not in run.output
        report = site.report()
        transport, listener = name.split(" over ")
        record_property(*row(("winrm", transport, listener), way.estate, report["status"], counted, seconds))
        assert (run.code, report["status"]) == (0, "done"), run.output
        summary = report["summary"]
        assert summary["proved"] > 0 and summary["failed"] == summary["unproved"] == 0, summary
        for host, one in counted.items():
            legs = one["kinds"].get("authentication", {}).get("requests", 0)
            assert (one["logons"]["failed"], legs) == (0, way.legs[host] * one["logons"]["ok"]), host
