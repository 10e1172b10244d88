"""Prints what planning takes, by the size of the site: processor time, peak memory, and the slope of the time.

Usage: python tools/bench_planner.py [POOLS ...]   (default: 100 200 500 1000 pools of 2 servers and 50 SIP domains)

Each size is planned three times, each in a process of its own, and the least time counts: the others had company on
the core. A slope of 1 between the smallest and the largest, on log-log axes, is time that grows as the site does.
"""

from __future__ import annotations

import json
import math
import resource
import subprocess
import sys
import time
from collections.abc import Callable
from typing import Any

from ansible_collections.ucops.rollout.plugins.module_utils.plan.planner import make_plan
from ansible_collections.ucops.rollout.plugins.module_utils.topology.parse import parse

SIP_DOMAINS = 50
SERVERS = 2
SIZES = (100, 200, 500, 1000)
RUNS = 3


def network(number: int) -> str:
    return f"10.{number // 250}.{number % 250}"


def ocs_pool(number: int) -> dict[str, Any]:
    return {
        "fqdn": f"pool{number}.company.local",
        "load_balancer": {"type": "hardware", "vips": {"sip": [f"{network(number)}.10"]}},
        "servers": [
            {
                "fqdn": f"fe{number}-{index}.company.local",
                "addresses": {"internal": [f"{network(number)}.{11 + index}"]},
            }
            for index in range(SERVERS)
        ],
    }


def dns_balanced_pool(number: int) -> dict[str, Any]:
    """A pool of a later product: DNS load balancing, web services with a name and a balancer of their own."""
    pool = ocs_pool(number)
    pool["load_balancer"] = {"type": "dns", "vips": {"web": [f"{network(number)}.10"]}}
    pool["web"] = {"internal_fqdn": f"web{number}.company.local"}
    return pool


def site(pools: int, product: str, pool: Callable[[int], dict[str, Any]]) -> dict[str, Any]:
    """A site where every pool is the home of SIP domains of its own, all in one zone."""
    return {
        "schema": 1,
        "product": product,
        "ad_domain": "company.local",
        "sip_domains": [
            {"name": f"s{number}-{index}.company.com", "home": f"pool{number}.company.local"}
            for number in range(pools)
            for index in range(SIP_DOMAINS)
        ],
        "dns": {"internal": {"zones": ["company.local", "company.com"]}},
        "pools": [pool(number) for number in range(pools)],
        "certificates": {"issuers": {"enterprise": {"ca": "ca01\\CA"}}},
    }


SITES: dict[str, Callable[[int], dict[str, Any]]] = {
    "ocs2007": lambda pools: site(pools, "ocs2007", ocs_pool),
    "sfb2019": lambda pools: site(pools, "sfb2019", dns_balanced_pool),
}


def measure(name: str, pools: int) -> dict[str, Any]:
    """Seconds of processor time by step, records and megabytes, of this process: run it in a fresh one."""
    topology = SITES[name](pools)
    began = time.process_time()
    parsed = parse(topology)
    checked = time.process_time()
    plan = make_plan(parsed)
    planned = time.process_time()
    plan.to_plain()
    ended = time.process_time()
    return {
        "check": checked - began,
        "plan": planned - checked,
        "mapping": ended - planned,
        "seconds": ended - began,
        "records": len(plan.records),
        "names": sum(len(one.subject_alternative_names) for one in plan.certificates),
        "errors": len(plan.errors),
        "megabytes": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
    }


def in_processes_of_their_own(name: str, pools: int) -> dict[str, Any]:
    command = [sys.executable, __file__, "--one", name, str(pools)]
    runs = [json.loads(subprocess.run(command, capture_output=True, check=True).stdout) for _run in range(RUNS)]
    return min(runs, key=lambda run: float(run["seconds"]))


def line(pools: int, run: dict[str, Any]) -> str:
    return (
        f"  {pools:5} pools {run['records']:8} records {run['names']:8} certificate names: {run['seconds']:6.2f} s"
        f" (check {run['check']:.2f}, plan {run['plan']:.2f}, as mapping {run['mapping']:.2f}),"
        f" peak {run['megabytes']:4.0f} MB, {run['seconds'] / run['records'] * 1e6:5.1f} us per record"
    )


def bench(name: str, sizes: tuple[int, ...]) -> None:
    print(f"plan: {name}, pools of {SERVERS} servers and {SIP_DOMAINS} SIP domains", flush=True)
    runs = {}
    for pools in sizes:
        runs[pools] = in_processes_of_their_own(name, pools)
        print(line(pools, runs[pools]), flush=True)
    least, most = min(sizes), max(sizes)
    if least < most:
        slope = math.log(runs[most]["seconds"] / runs[least]["seconds"]) / math.log(most / least)
        print(f"  slope from {least} to {most} pools on log-log axes: {slope:.2f}", flush=True)


def main(arguments: list[str]) -> None:
    if arguments[:1] == ["--one"]:
        print(json.dumps(measure(arguments[1], int(arguments[2]))))
        return
    sizes = tuple(int(argument) for argument in arguments) or SIZES
    for name in SITES:
        bench(name, sizes)


if __name__ == "__main__":
    main(sys.argv[1:])
