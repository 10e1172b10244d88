"""Part of `make bench`: what a rollout costs each kind of host on the wire, and how that grows with the servers.

The origin's estate with another number of Front Ends in its pool. Of each run: the seconds of the whole process, the
processor's of them, and the requests and bytes that the lab counted at each host; of several Front Ends the one with
the most. The lab runs in a process of its own beside it, on the same machine: the processor's seconds of its own are
told apart, and those of ansible-playbook are of its workers too. These alone can be compared between machines, and on
one that is at work for others.
"""

from __future__ import annotations

import copy
import json
import os
import pathlib
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import yaml

from lab.client import RunningEstate, start_estate

ROOT = pathlib.Path(__file__).resolve().parent.parent
ORIGIN = ROOT / "tests" / "lab" / "estates" / "origin.yml"
COUNTS = (2, 10, 100)
FORKS = 50
RUNS = (("first", "deploy_pool"), ("unchanged", "deploy_pool"), ("proof", "verify_pool"))
WORK = ("servers", "run", "seconds", "processor", "of the lab")
COLUMNS = (*WORK, "Front End", "kB", "CA", "kB of the CA", "DNS server")


@dataclass(frozen=True)
class Cost:
    """What a run cost: requests and kilobytes at the dearest of the hosts of one kind."""

    requests: int = 0
    kilobytes: float = 0.0


def estate_with(count: int) -> dict[str, Any]:
    """The origin's estate whose pool has so many Front Ends."""
    estate = yaml.safe_load(ORIGIN.read_text(encoding="utf-8"))
    hosts = [host for host in estate["hosts"] if not host["name"].startswith("ocssrv")]
    pattern = next(host for host in estate["hosts"] if host["name"] == "ocssrv01")
    names = [f"ocssrv{number:02}" for number in range(1, count + 1)]
    addresses = [f"10.0.{1 + number // 200}.{11 + number % 200}" for number in range(count)]
    domain = estate["domain"]["fqdn"]
    for name, address in zip(names, addresses, strict=True):
        host = {**copy.deepcopy(pattern), "name": name, "address": address}
        host["front_end"]["pool"]["members"] = [f"{one}.{domain}" for one in names]
        hosts.append(host)
    estate["hosts"] = hosts
    estate["balancers"][0]["members"] = names
    _own_addresses(estate, domain, names, addresses)
    estate["inventory"]["variables"]["ucops_topology"]["pools"][0]["servers"] = [
        {"fqdn": f"{name}.{domain}", "addresses": {"internal": [address]}}
        for name, address in zip(names, addresses, strict=True)
    ]
    return dict(estate)


def _own_addresses(estate: dict[str, Any], domain: str, names: Sequence[str], addresses: Sequence[str]) -> None:
    """The servers' own records, which members of a domain register themselves."""
    controller = next(host for host in estate["hosts"] if host.get("domain_controller"))
    zone = next(one for one in controller["dns"]["zones"] if one["name"] == domain)
    others = [record for record in zone["records"] if not record["owner"].startswith("ocssrv")]
    own = [
        {"owner": name, "type": "A", "ttl": 1200, "data": address, "timestamp": 3572141}
        for name, address in zip(names, addresses, strict=True)
    ]
    zone["records"] = [*others, *own]


def play(estate: RunningEstate, report: pathlib.Path, playbook: str) -> tuple[float, float]:
    """Seconds of one ansible-playbook, and the processor's of them; ends the bench when it fails."""
    program = str(ROOT / ".venv" / "bin" / "ansible-playbook")
    given = [
        "-i",
        str(estate.inventory),
        "--forks",
        str(FORKS),
        "-e",
        json.dumps({"pool_report_directory": str(report)}),
    ]
    before, began = resource.getrusage(resource.RUSAGE_CHILDREN), time.monotonic()
    run = subprocess.run(
        [program, f"ucops.rollout.{playbook}", *given],
        cwd=ROOT,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "ANSIBLE_NOCOLOR": "1"},
    )
    if run.returncode:
        sys.exit(f"{playbook} failed:\n{run.stdout}{run.stderr}")
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    used = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return time.monotonic() - began, used


def cost(counters: dict[str, Any], beginning: str) -> Cost:
    """Of the hosts whose names begin so, that with the most requests."""
    found = [one for host, one in counters.items() if host.startswith(beginning)]
    dearest = max(found, key=lambda one: int(one["requests"]), default=None)
    if dearest is None:
        return Cost()
    return Cost(dearest["requests"], (dearest["bytes_in"] + dearest["bytes_out"]) / 1000)


def measured(count: int, directory: pathlib.Path) -> list[tuple[Any, ...]]:
    description = directory / "estate.yml"
    description.write_text(yaml.safe_dump(estate_with(count)), encoding="utf-8")
    rows = []
    with start_estate(description, directory / "lab", mode="ports") as estate:
        for run, playbook in RUNS:
            estate.reset_counters()
            before = estate.processor_seconds()
            seconds, processor = play(estate, directory / "report", playbook)
            lab = estate.processor_seconds() - before
            counters = estate.counters()
            server, authority, dns = (cost(counters, beginning) for beginning in ("ocssrv", "ca", "dc"))
            kilobytes = (f"{server.kilobytes:.0f}", f"{authority.kilobytes:.0f}")
            spent = (f"{seconds:.1f}", f"{processor:.1f}", f"{lab:.1f}")
            rows.append(
                (count, run, *spent, server.requests, kilobytes[0], authority.requests, kilobytes[1], dns.requests)
            )
    return rows


def main(counts: Sequence[int] = COUNTS) -> None:
    print(f"| {' | '.join(COLUMNS)} |")
    print("|---" * len(COLUMNS) + "|")
    for count in counts:
        with tempfile.TemporaryDirectory() as directory:
            for row in measured(count, pathlib.Path(directory)):
                print(f"| {' | '.join(map(str, row))} |", flush=True)


if __name__ == "__main__":
    main([int(one) for one in sys.argv[1:]] or COUNTS)
