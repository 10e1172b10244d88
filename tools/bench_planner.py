"""Prints the processor time that the planner takes at several sizes, to see that it grows with the size, no faster.

Usage: python tools/bench_planner.py [POOLS ...]   (default: 125 250 500 1000 pools of 2 servers and 50 SIP domains)
"""

from __future__ import annotations

import sys
import time
from typing import Any

from ansible_collections.ucops.rollout.plugins.module_utils.planner import make_plan
from ansible_collections.ucops.rollout.plugins.module_utils.topology import parse

SIP_DOMAINS = 50
SERVERS = 2


def pool(number: int) -> dict[str, Any]:
    network = f"10.{number // 250}.{number % 250}"
    return {
        "fqdn": f"pool{number}.company.local",
        "load_balancer": {"type": "hardware", "vips": {"sip": [f"{network}.10"]}},
        "servers": [
            {"fqdn": f"fe{number}-{index}.company.local", "addresses": {"internal": [f"{network}.{11 + index}"]}}
            for index in range(SERVERS)
        ],
    }


def site(pools: int) -> dict[str, Any]:
    """A site where every pool is the home of SIP domains of its own, all in one zone."""
    return {
        "schema": 1,
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


def measure(pools: int) -> str:
    topology = site(pools)
    start = time.process_time()
    parsed = parse(topology)
    checked = time.process_time()
    plan = make_plan(parsed)
    planned = time.process_time()
    plan.to_dict()
    written = time.process_time()
    records, each = len(plan.records), (written - start) / len(plan.records)
    return (
        f"{pools:6} pools {records:8} records: check {checked - start:6.2f} s, plan {planned - checked:6.2f} s,"
        f" as mapping {written - planned:6.2f} s, {each * 1e6:6.1f} us per record"
    )


def main() -> None:
    for pools in [int(argument) for argument in sys.argv[1:]] or [125, 250, 500, 1000]:
        print(measure(pools), flush=True)


if __name__ == "__main__":
    main()
