# Copyright: (c) 2026, The ucops.rollout developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What was done with the certificates of one server, step by step: kept also where a later step fails."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from ansible_collections.ucops.rollout.plugins.module_utils.errors import RolloutError, failed_result

Result = dict[str, Any]


class ServerSteps:
    """The results by certificate and step, as the report reads them: ``request``, ``issue``, ``install``, ``binding``,
    ``assignment``, ``services``, ``by_hand`` (by component and port), and what is known beside."""

    def __init__(self, before: Mapping[str, Mapping[str, Any]] | None = None) -> None:
        self.of: dict[str, Result] = {id: dict(one) for id, one in (before or {}).items()}
        self._told: RolloutError | None = None
        self._before = [step for id in self.of for step in self.each(id)]

    @property
    def taken(self) -> list[Mapping[str, Any]]:
        """The results of the steps that were taken here; earlier ones are told by who took them."""
        return [step for id in self.of for step in self.each(id) if not any(step is one for one in self._before)]

    def each(self, id: str) -> Iterator[Mapping[str, Any]]:
        """The results of one certificate."""
        for name, step in self.of[id].items():
            if name == "by_hand":
                yield from step.values()
            elif name == "services":
                yield from step.get("results") or ()
            elif isinstance(step, Mapping):
                yield step

    def note(self, id: str, **known: Any) -> None:
        """Keep what is known of a certificate."""
        self.of.setdefault(id, {}).update(known)

    def take(self, id: str, name: str, step: Callable[[], Result], place: str = "") -> Result:
        """Do a step and keep its result, or with what it failed, unless that is kept with a step within it.

        :param place: of one that is done at several.
        """
        try:
            result = step()
        except RolloutError as error:
            if error is not self._told:
                self._told = error
                self._keep(id, name, place, failed_result(error))
            raise
        self._keep(id, name, place, result)
        return result

    def _keep(self, id: str, name: str, place: str, result: Result) -> None:
        kept = self.of.setdefault(id, {})
        if place:
            kept.setdefault(name, {})[place] = result
        else:
            kept[name] = result

    def take_service(self, id: str, step: Callable[[], Result]) -> None:
        """The same for a service, of which one may stop and start: all are kept in their order."""
        results = self.of.setdefault(id, {}).setdefault("services", {"changed": False, "results": []})
        try:
            results["results"].append(step())
        except RolloutError as error:
            results["results"].append(failed_result(error))
            raise
        finally:
            results["changed"] = any(one.get("changed") for one in results["results"])

    def result(self) -> Result:
        """What a task returns of it."""
        diffs = [step["diff"] for step in self.taken if step.get("changed") and step.get("diff")]
        changed = any(step.get("changed") for step in self.taken)
        return {"changed": changed, "certificates": self.of, **({"diff": diffs} if diffs else {})}


@contextmanager
def told_with(steps: ServerSteps) -> Iterator[None]:
    """While this lasts, an error carries what was done until then."""
    try:
        yield
    except RolloutError as error:
        error.result = steps.result()
        raise
