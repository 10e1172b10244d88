# Copyright: (c) 2026, The ucops.rollout developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What follows an assignment on a server: its proof, the way back where that fails, the end of what was replaced."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass

from ansible_collections.ucops.rollout.plugins.module_utils.change_set import AssignedPlace
from ansible_collections.ucops.rollout.plugins.module_utils.codec import to_plain
from ansible_collections.ucops.rollout.plugins.module_utils.errors import RolloutError
from ansible_collections.ucops.rollout.plugins.plugin_utils.assigning.command import Shake, shaking
from ansible_collections.ucops.rollout.plugins.plugin_utils.assigning.newly import PARTS, assigned_by
from ansible_collections.ucops.rollout.plugins.plugin_utils.assigning.proving import NotProved, Patience, prove
from ansible_collections.ucops.rollout.plugins.plugin_utils.assigning.retiring import retire
from ansible_collections.ucops.rollout.plugins.plugin_utils.deploying.assignments import Assigner
from ansible_collections.ucops.rollout.plugins.plugin_utils.deploying.steps import Result
from ansible_collections.ucops.rollout.plugins.plugin_utils.winrm.host_port import WindowsHost

PROOF, RETIRED = "proof", "retired"


@dataclass(frozen=True)
class Proof:
    """The proof of one server's assignments in this run. Its steps are kept with the first certificate."""

    host: WindowsHost
    assigner: Assigner

    @contextmanager
    def brings_back(self) -> Iterator[None]:
        """While this lasts, a service that does not come back gives the former certificate back."""
        try:
            yield
        except RolloutError as error:
            if self.assigner.broken:
                self._prove(str(error))
            raise

    def prove(self) -> None:
        """See that each port shows what took another one's place there; else the former is back, and this raises."""
        self._prove("")

    def retire(self) -> None:
        """What the certificates took the place of, as the site wants it; what is to be revoked first is told only."""
        one = self.assigner
        if one.options.ends_former and one.steps.of:
            wanted = one.options.retiring(one.work, one.steps.of, check_mode=one.check_mode)
            one.steps.take(self._first, RETIRED, lambda: retire(self.host, wanted, shake=self._shake).to_result())

    @property
    def _first(self) -> str:
        return next(iter(self.assigner.steps.of))

    @property
    def _shake(self) -> Shake:
        return shaking(self.assigner.work.fqdn, self.assigner.options.timeout)

    def _prove(self, broken: str) -> None:
        one, options = self.assigner, self.assigner.options
        command = options.front_end_command
        assigned = assigned_by(one.work, one.steps.of, services=one.brought, command=command, broken=broken)
        patience = Patience(options.prove_wait, options.service_timeout)

        def proof() -> Result:
            return prove(lambda: nullcontext(self.host), assigned, shake=self._shake, patience=patience).to_result()

        if not any(former.replaced for former in assigned.former):
            return
        try:
            one.steps.take(self._first, PROOF, proof)
        except NotProved as error:
            self._note_back(error.outcome.restored)
            raise

    def _note_back(self, places: Iterable[AssignedPlace]) -> None:
        """What places name now belongs into the report, and not what was assigned before that."""
        now = {one.place: to_plain(one) for one in places}
        for results in self.assigner.steps.of.values():
            for part in PARTS:
                step = results.get(part)
                if isinstance(step, Mapping):
                    told = [now.get(one["place"], one) for one in step.get("assigned") or ()]
                    results[part] = {**step, "assigned": told}
