# Copyright: (c) 2026, The ucops.rollout developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Filters on what the steps of a rollout returned. Documentation: the .yml files of the filters' names."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from ansible.module_utils.parsing.convert_bool import boolean

from ansible_collections.ucops.rollout.plugins.module_utils.auditing import documents, text
from ansible_collections.ucops.rollout.plugins.module_utils.auditing.report import report_from_plain
from ansible_collections.ucops.rollout.plugins.module_utils.codec import kind_of, plain_in_text, text_in_plain
from ansible_collections.ucops.rollout.plugins.module_utils.errors import RolloutError
from ansible_collections.ucops.rollout.plugins.module_utils.proof import trust
from ansible_collections.ucops.rollout.plugins.module_utils.reading.queries import plan_if_made
from ansible_collections.ucops.rollout.plugins.module_utils.report import markdown, summary
from ansible_collections.ucops.rollout.plugins.module_utils.report.collected import collected
from ansible_collections.ucops.rollout.plugins.module_utils.report.data import HandOver, hand_over
from ansible_collections.ucops.rollout.plugins.module_utils.report.kept import ReadHostVars
from ansible_collections.ucops.rollout.plugins.module_utils.report.left import rollout_left, unproved_fails
from ansible_collections.ucops.rollout.plugins.module_utils.report.outcome import read_check, read_outcome
from ansible_collections.ucops.rollout.plugins.plugin_utils.controller import running
from ansible_collections.ucops.rollout.plugins.plugin_utils.face import filters_of


def report_data(outcome: Any) -> dict[str, Any]:
    return hand_over(read_outcome(outcome)).to_plain()


def report_markdown(outcome: Any) -> str:
    return markdown.report_markdown(hand_over(read_outcome(outcome)))


def report_made_by(ansible_version: Any) -> dict[str, Any]:
    versions = {"ucops.rollout": running.collection_version() or "not known", "ansible-core": str(ansible_version)}
    return {"operator": running.operator(), "controller": running.controller(), "versions": versions}


def report_told(
    outcome: Any,
    unproved: str = "fail",
    hostvars: Any = None,
    dns_hosts: Sequence[str] = (),
    expect_servers: bool = False,
    expect_push: bool = False,
    ca_hosts: Sequence[str] = (),
) -> dict[str, Any]:
    if hostvars is not None:
        expected = {"expect_servers": boolean(expect_servers), "expect_push": boolean(expect_push)}
        plan = plan_if_made(outcome.get("plan"))
        done = collected(ReadHostVars(hostvars), plan, list(dns_hosts), list(ca_hosts), **expected)
        outcome = {**outcome, **done}
    data = hand_over(read_outcome(outcome))
    return {
        "files": {os.path.basename(path): _text_of(data, path) for path in data.report_paths},
        "paths": list(data.report_paths),
        "summary": summary.report_summary(data).splitlines(),
        "left": rollout_left(data, unproved_fails=unproved_fails(unproved)).to_plain(),
    }


def _text_of(data: HandOver, path: str) -> str:
    return _nice_json(data.to_plain()) if path.endswith(".json") else markdown.report_markdown(data)


def _nice_json(plain: dict[str, Any]) -> str:
    return _lines(plain, 2) + "\n"


def _lines(plain: Any, depth: int, indent: str = "") -> str:
    """JSON with one entry a line down to this depth: Python takes ten times as long to indent all of it."""
    if not depth or not plain or not isinstance(plain, (dict, list)):
        return json.dumps(plain, sort_keys=True)
    further = indent + "    "
    if isinstance(plain, list):
        entries, around = [_lines(one, depth - 1, further) for one in plain], "[]"
    else:
        entries = [f"{json.dumps(key)}: {_lines(plain[key], depth - 1, further)}" for key in sorted(plain)]
        around = "{}"
    told = ",\n".join(f"{further}{one}" for one in entries)
    return f"{around[0]}\n{told}\n{indent}{around[1]}"


def report_summary(outcome: Any) -> str:
    return summary.report_summary(hand_over(read_outcome(outcome)))


def audit_text(given: Any, paths: Sequence[str] = ()) -> str:
    return text.audit_text(report_from_plain(given), list(paths))


def audit_files(given: Any, stem: str) -> dict[str, str]:
    found = report_from_plain(given)
    name = os.path.basename(stem)
    return {
        f"{name}.md": documents.audit_markdown(found),
        f"{name}.json": _nice_json(found.to_plain()),
        f"{name}-certificates.csv": documents.certificates_csv(found),
        f"{name}-findings.csv": documents.findings_csv(found),
        f"{name}-records.csv": documents.records_csv(found),
    }


def trust_matrix(held: Mapping[str, Any], tls: Any = None, anchors: Any = ()) -> dict[str, Any]:
    if not isinstance(held, Mapping):
        raise RolloutError("no mapping of servers", mend="Give {FQDN: result of certificate_info}")
    return trust.trust_between(held, tls, read_check(anchors, "trust").results)


def kept_proof(dns: Any, tls: Any = None, sign_in: Any = None, held: Any = None, anchors: Any = ()) -> str:
    checks = {"dns": _found(dns, "dns"), "tls": _found(tls, "tls"), "sign_in": _found(sign_in, "sign_in")}
    trusted = trust_matrix(_found(held, "held"), checks["tls"], anchors)
    return plain_in_text({**checks, "trust": trusted})


def _found(given: Any, where: str) -> Mapping[str, Any]:
    """What a check returned, as such or as text; empty where it was not made."""
    mend = "Give what the check or the filter proof_inputs returned"
    found = text_in_plain(given, where=where, mend=mend)
    if found is not None and not isinstance(found, Mapping):
        raise RolloutError(f"must be a mapping, not {kind_of(found)}", where=where, mend=mend)
    return found or {}


class FilterModule:
    """The filters of this file."""

    def filters(self) -> dict[str, Callable[..., Any]]:
        return filters_of(
            report_data,
            report_made_by,
            report_markdown,
            report_summary,
            report_told,
            trust_matrix,
            kept_proof,
            audit_text,
            audit_files,
        )
