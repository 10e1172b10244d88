# Copyright: (c) 2026, The ucops.rollout developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What failed or stayed unproved, each cause once with what it concerns. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from ansible_collections.ucops.rollout.plugins.module_utils.proof.result import Cause, ProofResult
from ansible_collections.ucops.rollout.plugins.module_utils.wording import number

# So many places are named, then counted; the report's tables and the JSON report hold each.
MOST = 8
# Of checks whose subject is a bare name.
_KINDS = {"sign_in": "sign-in to {}", "srv_target": "{} (target of SRV records)"}


@dataclass(frozen=True, slots=True)
class Told:
    """``what``: the cause with its advice. ``concerns``: what it was met at, each once, in the order of the results."""

    what: str
    concerns: tuple[str, ...]

    def __str__(self) -> str:
        """``a.example at 10.0.0.10:5061, b.example at 10.0.0.10:5061 and 3 more: nothing listens there``."""
        more = f" and {len(self.concerns) - MOST} more" if len(self.concerns) > MOST else ""
        return f"{', '.join(self.concerns[:MOST])}{more}: {self.what}"


def told_by_cause(results: Iterable[ProofResult], state: str) -> tuple[Told, ...]:
    """The results of that state. One that is alone with its cause is told in its own words."""
    groups: dict[Cause | str, list[ProofResult]] = {}
    for result in (one for one in results if one.state == state):
        groups.setdefault(result.cause or result.message, []).append(result)
    return tuple(_told(cause, alike) for cause, alike in groups.items())


def told_as_consequence(servers: Sequence[str]) -> tuple[Told, ...]:
    """The one line for results that follow from what failed on servers. ``servers``: of each result the one."""
    each = tuple(dict.fromkeys(servers))
    whose = "its part" if len(each) == 1 else "their parts"
    told = Told(f"{number(len(servers), 'check')} could not be done, since {whose} failed", each)
    return (told,) if each else ()


def _told(cause: Cause | str, alike: list[ProofResult]) -> Told:
    if len(alike) == 1 or not isinstance(cause, Cause):
        return Told(alike[0].message, tuple(dict.fromkeys(map(_at, alike))))
    # What a DNS server did not answer was met at that server, which the cause names.
    at_one = bool(cause.where) and len({one.address for one in alike}) == 1
    return Told(str(cause), tuple(dict.fromkeys(_named(one) if at_one else _at(one) for one in alike)))


def _at(result: ProofResult) -> str:
    return f"{_named(result)} at {result.address}" if result.address else _named(result)


def _named(result: ProofResult) -> str:
    """A name alone is told with what it was looked at for."""
    return _KINDS[result.check].format(result.subject) if result.check in _KINDS else result.subject
