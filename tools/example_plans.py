"""Writes what the topologies of docs/examples are planned to, as the tests of the planner expect it.

`<name>.json` is the plan with the rules in place of their texts, `<name>.txt` the plan as people read it. Run it after
a change of a rule, and review the difference against the documents before it is committed.
"""

from __future__ import annotations

import json
import pathlib
import sys
from collections.abc import Iterable, Mapping
from typing import Any

import yaml

from ansible_collections.ucops.rollout.plugins.module_utils.model import plan_from_plain
from ansible_collections.ucops.rollout.plugins.module_utils.plan.planner import make_plan
from ansible_collections.ucops.rollout.plugins.module_utils.reading.text import plan_text
from ansible_collections.ucops.rollout.plugins.module_utils.topology.parse import parse

ROOT = pathlib.Path(__file__).resolve().parent.parent
EXAMPLES = ROOT / "docs" / "examples"
EXPECTED = ROOT / "tests" / "unit" / "data" / "examples"


def planned(example: pathlib.Path, **changes: Any) -> dict[str, Any]:
    """The plan of an example in plain types, with keys of its topology changed."""
    topology = yaml.safe_load(example.read_text(encoding="utf-8"))["ucops_topology"]
    return make_plan(parse({**topology, **changes})).to_plain()


def condensed(plan: Mapping[str, Any]) -> dict[str, Any]:
    """All that is decided, without the texts that explain it."""
    return {
        "zones": [f"{one['view']} {one['name']} {one['if_missing']}" for one in plan["zones"]],
        "records": [_record(one) for one in plan["records"]],
        "certificates": [_certificate(one) for one in plan["certificates"]],
        "endpoints": [_endpoint(one) for one in plan["endpoints"]],
        "findings": [f"{one['severity']} {one['code']} {one['where']}" for one in plan["findings"]],
    }


def _record(one: Mapping[str, Any]) -> dict[str, Any]:
    what = f"{one['view']} {one['fqdn']} {one['ttl']} {one['type']}"
    return {what: [_data(value) for value in one["values"]], one["managed"]: _rules(one["reasons"])}


def _data(value: Any) -> str:
    if isinstance(value, str):
        return value
    return f"{value['priority']} {value['weight']} {value['port']} {value['target']}"


def _certificate(one: Mapping[str, Any]) -> dict[str, Any]:
    key = one["key"]
    properties = [word for word in ("exportable", "shared") if key[word]]
    return {
        "id": one["id"],
        "holders": one["holders"],
        "common_name": one["subject"]["common_name"],
        "subject_alternative_names": one["subject_alternative_names"],
        "rules": {name: _rules(reasons) for name, reasons in one["name_reasons"].items()},
        "key": " ".join([key["algorithm"], str(key["length"]), *properties]),
        "extended_key_usage": one["extended_key_usage"],
        "issuer": one["issuer"]["name"],
        "assignments": [f"{each['server']} {each['component']} {each['port']}" for each in one["assignments"]],
    }


def _endpoint(one: Mapping[str, Any]) -> dict[str, Any]:
    what = f"{one['view']} {one['name']}:{one['port']} {one['protocol']} {one['through']}"
    return {what: one["addresses"], "certificates": one["certificates"], "clients": one["clients"]}


def _rules(reasons: Iterable[Mapping[str, Any]]) -> list[str]:
    return [reason["rule"] for reason in reasons]


def main() -> int:
    for example in sorted(EXAMPLES.glob("*.yml")):
        if sys.argv[1:] and example.stem not in sys.argv[1:]:
            continue
        plan = planned(example)
        text = json.dumps(condensed(plan), indent=1) + "\n"
        (EXPECTED / f"{example.stem}.json").write_text(text, encoding="utf-8")
        (EXPECTED / f"{example.stem}.txt").write_text(plan_text(plan_from_plain(plan)) + "\n", encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
