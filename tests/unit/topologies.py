"""The origin's topology for tests, and ways to change one thing in it."""

from __future__ import annotations

import copy
import re
from typing import Any

import yaml
from unit.places import DATA

_ORIGIN = yaml.safe_load((DATA / "origin_topology.yml").read_text(encoding="utf-8"))


class _Absent:
    """Its name is the same in every process, as the names of tests made from it must be."""

    def __repr__(self) -> str:
        return "ABSENT"


ABSENT = _Absent()


def origin() -> dict[str, Any]:
    """A fresh copy of the origin's topology."""
    return copy.deepcopy(_ORIGIN)


def origin_with(changes: dict[str, Any]) -> dict[str, Any]:
    """The origin's topology with values put at paths (``pools[0].fqdn``); ABSENT takes a key or entry away."""
    topology = origin()
    for path, value in changes.items():
        put(topology, path, value)
    return topology


def put(root: Any, path: str, value: Any) -> None:
    steps = [int(index) if index else key for key, index in re.findall(r"([^.\[\]]+)(?=\.|\[|$)|\[(\d+)\]", path)]
    node = root
    for step in steps[:-1]:
        node = node[step]
    if value is ABSENT:
        del node[steps[-1]]
    elif isinstance(node, list) and steps[-1] == len(node):
        node.append(value)
    else:
        node[steps[-1]] = value


def two_pools() -> dict[str, Any]:
    """Two pools; the first signs in company.com, the second fabrikam.com, in zones of their own."""
    topology = origin()
    topology["sip_domains"] = [
        {"name": "company.com", "home": "ocspool.company.local"},
        {"name": "fabrikam.com", "home": "pool2.company.local"},
    ]
    topology["dns"]["internal"]["zones"] = [
        {"name": "company.local"},
        {"name": "company.com"},
        {"name": "fabrikam.com"},
    ]
    topology["pools"].append(
        {
            "fqdn": "pool2.company.local",
            "load_balancer": {"type": "hardware", "vips": {"sip": ["10.0.1.10"]}},
            "servers": [{"fqdn": "fe21.company.local", "addresses": {"internal": ["10.0.1.11"]}}],
        }
    )
    return topology
