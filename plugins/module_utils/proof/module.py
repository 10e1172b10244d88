# Copyright: (c) 2026, The ucops.rollout developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the modules that look from outside have in common: arguments, results, one place for errors."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any

from ansible_collections.ucops.rollout.plugins.module_utils.codec import kind_of, plain_in_text, text_in_plain
from ansible_collections.ucops.rollout.plugins.module_utils.errors import RolloutError
from ansible_collections.ucops.rollout.plugins.module_utils.model import VIEWS
from ansible_collections.ucops.rollout.plugins.module_utils.proof import result as proof
from ansible_collections.ucops.rollout.plugins.module_utils.proof.result import ProofResult
from ansible_collections.ucops.rollout.plugins.module_utils.proof.side_by_side import Silence
from ansible_collections.ucops.rollout.plugins.module_utils.waiting import Tell, Wait, in_silence
from ansible_collections.ucops.rollout.plugins.module_utils.wording import number

SERVERS: dict[str, Any] = {
    "type": "list",
    "elements": "dict",
    "required": True,
    "options": {
        "name": {"type": "str"},
        "address": {"type": "str", "required": True},
        "port": {"type": "int", "default": 53},
        "view": {"type": "str", "choices": list(VIEWS)},
    },
}
COMMON: dict[str, dict[str, Any]] = {
    "timeout": {"type": "float", "default": 10.0},
    "wait": {"type": "float", "default": 0.0},
    "not_waited_for": {"type": "list", "elements": "str", "default": []},
    "fail": {"type": "bool", "default": True},
    "planned_only": {"type": "bool", "default": False},
    "silent_places": {"type": "list", "elements": "str", "default": []},
    "as_text": {"type": "bool", "default": False},
}
TLS: dict[str, dict[str, Any]] = {
    "roots": {"type": "list", "elements": "str", "default": []},
    "roots_complete": {"type": "bool", "default": True},
    "issuers": {"type": "list", "elements": "str", "default": []},
    "port_map": {"type": "dict", "default": {}},
    "minimum_days": {"type": "int", "default": 0},
}

Found = tuple[Sequence[ProofResult], list[str]]
Work = Callable[[dict[str, Any], Silence], Found]
Waiting = Callable[[Callable[[dict[str, Any]], Found], dict[str, Any], Tell], Found]

# Between two looks: what is waited for, a service that starts or a zone that replicates, takes seconds to minutes.
PAUSE = 3.0
# Of a result what its text has, and what it then has there alone.
_IN_TEXT = ("results", "summary", "hints")
_LONG = ("results", "hints")
SETTLED = (proof.PROVED, proof.WOULD_BE_CHECKED)


def run(module: Any, work: Work, waiting: Waiting | None = None) -> None:
    """End an ``AnsibleModule`` with what ``answer`` returns."""
    try:
        returned = answer(module.params, work, waiting)
    except RolloutError as error:
        module.fail_json(msg=str(error))
    if returned.get("failed"):
        module.fail_json(**returned)
    module.exit_json(**returned)


def answer(
    params: dict[str, Any], work: Work, waiting: Waiting | None = None, tell: Tell = in_silence
) -> dict[str, Any]:
    """The result of a task: the results and hints of ``work(params, silence)``; a hint is a warning, too.

    ``waiting``: how it is looked again, ``look_until_settled`` by default. ``tell`` takes lines while it lasts.
    """
    silent: set[str] = set()

    def look(params: dict[str, Any]) -> Found:
        silence = Silence(params["silent_places"])
        found = work(params, silence)
        silent.difference_update(silence.asked)
        silent.update(silence.places)
        return found

    if params["timeout"] <= 0:
        raise RolloutError("must be greater than 0", where="timeout", mend="Give seconds, such as 10")
    results, hints = (waiting or look_until_settled)(look, params, tell)
    told = {"hints": hints, "warnings": hints, "silent_places": sorted(silent)}
    returned = {**proof.outcome(results, fail=params["fail"]), **told}
    return _as_text(returned) if params["as_text"] else returned


def _as_text(returned: Mapping[str, Any]) -> dict[str, Any]:
    """The same with its long lists in one text, as Ansible goes through each value whenever a variable is asked for."""
    text = plain_in_text({name: returned[name] for name in _IN_TEXT})
    return {"text": text, **{name: one for name, one in returned.items() if name not in _LONG}}


def listed(given: Any, where: str) -> Sequence[Mapping[str, Any]]:
    """A list of mappings that may come as JSON text; raises RolloutError for anything else."""
    found = text_in_plain(given, where=where)
    if isinstance(found, str) or not isinstance(found, Sequence):
        raise RolloutError(f"must be a list, not {kind_of(found)}", where=where)
    for index, one in enumerate(found):
        if not isinstance(one, Mapping):
            raise RolloutError(f"must be a mapping, not {kind_of(one)}", where=f"{where}[{index}]")
    return found


def look_until_settled(
    look: Callable[[dict[str, Any]], Found],
    params: dict[str, Any],
    tell: Tell = in_silence,
    *,
    clock: Callable[[], float] = time.monotonic,
    sleep: Callable[[float], None] = time.sleep,
) -> Found:
    """Look again until all is proved, for ``params["wait"]`` seconds at most; returns the last look."""
    wait = Wait(params["wait"], tell=tell, clock=clock, sleep=sleep)
    unchanged = frozenset(params.get("not_waited_for") or ())
    while True:
        results, hints = look(params)
        late = [result for result in results if not _settled(result, unchanged)]
        left = wait.left
        if left <= 0 or not late:
            return results, hints
        wait.pause(min(PAUSE, left), partial(_waited_for, late, len(results)))


def _waited_for(late: Sequence[ProofResult], checks: int) -> str:
    first = f"{late[0].subject} at {proof.place(late[0])}: {late[0].message.partition('. ')[0]}"
    return f"{len(late)} of {number(checks, 'check')} to show what is planned ({first})"


def _settled(result: ProofResult, unchanged: frozenset[str]) -> bool:
    """Whether another look cannot show more. Of a handshake that was whole, what is not known is not waited for; nor is
    anything where nothing was changed."""
    if result.address.rpartition(":")[0].strip("[]") in unchanged:
        return True
    found = result.found if isinstance(result.found, Mapping) else {}
    return result.state in SETTLED or (result.state == proof.UNPROVED and bool(found.get("version")))


def port_map(given: dict[Any, Any]) -> dict[int, int]:
    """Planned ports to real ones; YAML and JSON make text of the keys."""
    try:
        return {int(planned): int(real) for planned, real in given.items()}
    except (TypeError, ValueError):
        raise RolloutError(f"{given!a} does not map ports to ports", where="port_map", mend="Write {443: 10443}")
