# Copyright: (c) 2026, The ucops.rollout developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Waiting for DNS servers that do not yet answer what another one of their view answers as planned.

Whoever is wrong about a record that no other server has right is not waited for: nothing would come from anywhere.
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import Any

from ansible_collections.ucops.rollout.plugins.module_utils.proof import result as proof
from ansible_collections.ucops.rollout.plugins.module_utils.proof.dns_ask import REFUSED, SERVFAIL, parse_servers
from ansible_collections.ucops.rollout.plugins.module_utils.proof.dns_judge import RECORD, REMOVED, SRV_TARGET
from ansible_collections.ucops.rollout.plugins.module_utils.proof.dns_records import read_records
from ansible_collections.ucops.rollout.plugins.module_utils.proof.module import Found
from ansible_collections.ucops.rollout.plugins.module_utils.proof.result import ProofResult
from ansible_collections.ucops.rollout.plugins.module_utils.waiting import EVERY, Tell, Wait
from ansible_collections.ucops.rollout.plugins.module_utils.wording import number

# Between two looks: each pause is longer by this than the one before, up to the longest.
STEP, LONGEST_PAUSE = 3.0, 30.0
# A zone that is created arrives as records do, and until then the server refuses, or fails.
_MAY_COME = (REFUSED, SERVFAIL)
# Checks that are made of each record by itself.
_OF_RECORDS = (RECORD, REMOVED, SRV_TARGET)

_Key = tuple[str, str, str, str]


def look_until_replicated(
    look: Callable[[dict[str, Any]], Found],
    params: dict[str, Any],
    tell: Tell,
    *,
    clock: Callable[[], float] = time.monotonic,
    sleep: Callable[[float], None] = time.sleep,
) -> Found:
    """Look again at what may still be replicated, for ``params["wait"]`` seconds at most.

    Only the records in question are asked for again, at the servers that lack them. ``tell`` gets a line when the
    number of them changes at a server, and every few seconds. The hints are those of the first look.
    """
    wait = Wait(params["wait"], tell=tell, clock=clock, sleep=sleep, first=EVERY)
    views = {server.place: server.view for server in parse_servers(params["servers"])}
    results, hints = look(params)
    late = _late(results, views) if params["wait"] > 0 else []
    progress, pause = _Progress(tell, params["wait"]), 0.0
    progress.note(results, late, 0)
    while late and (left := wait.left) > 0:
        pause = min(pause + STEP, LONGEST_PAUSE)
        wait.pause(min(pause, left), partial(_waited_for, late))
        seen, _hints = look(_narrowed(params, late))
        waited = round(wait.passed)
        results = _joined(results, {_key(one): replace(one, waited=waited) for one in seen}, late)
        late = _late(results, views)
        progress.note(results, late, waited)
    return _told(results, late, round(wait.passed)), hints


def _key(result: ProofResult) -> _Key:
    return (result.check, result.subject, result.server, result.address)


def _late(results: Sequence[ProofResult], views: Mapping[str, str]) -> list[ProofResult]:
    """What is wrong at a server that was reached, and proved at another one of its view. Whoever removed what is to be
    gone has seen it gone."""
    held = {(one.check, one.subject, views.get(one.address)) for one in results if one.state == proof.PROVED}
    return [
        one
        for one in results
        if (one.state == proof.FAILED or (one.cause and one.cause.kind in _MAY_COME))
        and (one.check == REMOVED or (one.check, one.subject, views.get(one.address)) in held)
    ]


def _narrowed(params: dict[str, Any], late: Sequence[ProofResult]) -> dict[str, Any]:
    """The arguments for these results alone; what must not exist is looked for among all records together."""
    whole = any(one.check not in _OF_RECORDS for one in late)
    subjects, places = {one.subject for one in late}, {one.address for one in late}
    records = zip(params["records"], read_records(params["records"]), strict=True)
    servers = zip(params["servers"], parse_servers(params["servers"]), strict=True)
    return {
        **params,
        "records": [given for given, one in records if whole or subjects & {f"{one.fqdn} {one.type}", *one.targets}],
        "servers": [given for given, one in servers if one.place in places],
        "complete": whole,
    }


def _joined(
    results: Sequence[ProofResult], seen: Mapping[_Key, ProofResult], late: Sequence[ProofResult]
) -> list[ProofResult]:
    again = {_key(one) for one in late}
    return [seen.get(_key(one), one) if _key(one) in again else one for one in results]


def _told(results: Sequence[ProofResult], late: Sequence[ProofResult], waited: int) -> list[ProofResult]:
    """The same results; what was waited for in vain says so."""
    if not waited:
        return list(results)
    left = {_key(one) for one in late}
    return [_in_vain(one, waited) if _key(one) in left else one for one in results]


def _in_vain(result: ProofResult, waited: int) -> ProofResult:
    since = "it was removed" if result.check == REMOVED else "another server answered as planned"
    suffix = f"{waited} s after {since}"
    cause = result.cause and replace(result.cause, what=f"{result.cause.what}, {suffix}")
    return replace(result, message=f"{result.message}. It was so {suffix}", cause=cause, waited=waited)


def _waited_for(late: Sequence[ProofResult]) -> str:
    lacking = Counter(proof.place(one) for one in late)
    told = ", ".join(f"{place} in {number(checks, 'check')}" for place, checks in lacking.items())
    return f"replication, until the plan is answered by {told}"


class _Progress:
    """Tells of each server when it lacks more or less than before."""

    def __init__(self, tell: Tell, wait: float) -> None:
        self._tell, self._wait = tell, wait
        self._lacking: Counter[str] = Counter()

    def note(self, results: Sequence[ProofResult], late: Sequence[ProofResult], waited: int) -> None:
        now = Counter(proof.place(one) for one in late)
        checks = Counter(proof.place(one) for one in results)
        for place in dict.fromkeys(proof.place(one) for one in results):
            if now[place] != self._lacking[place]:
                self._tell(f"{place} {_lack(place, checks[place], late)}{self._since(now[place], waited)}")
        self._lacking = now

    def _since(self, lacking: int, waited: int) -> str:
        if not waited:
            return f"; it is asked again, for {self._wait:g} s at most"
        return f" after {waited} s" if lacking else f", {waited} s later"


def _lack(place: str, checks: int, late: Sequence[ProofResult]) -> str:
    lacking = [one for one in late if proof.place(one) == place]
    if not lacking:
        return "answers with the plan"
    first = f"{lacking[0].subject}: {lacking[0].message.partition('. ')[0]}"
    return f"does not answer with the plan yet, in {len(lacking)} of {number(checks, 'check')} ({first})"
