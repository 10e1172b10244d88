# Copyright: (c) 2026, The ucops.rollout developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Action plugin of ``ucops.rollout.certificate_issue``; see plugins/modules for its documentation."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timezone
from typing import Any

from ansible_collections.ucops.rollout.plugins.module_utils.codec import from_plain
from ansible_collections.ucops.rollout.plugins.module_utils.errors import RolloutError
from ansible_collections.ucops.rollout.plugins.module_utils.model import PlannedCertificate, certificate_from_plain
from ansible_collections.ucops.rollout.plugins.module_utils.values import CaConfig, Thumbprint
from ansible_collections.ucops.rollout.plugins.module_utils.waiting import tell
from ansible_collections.ucops.rollout.plugins.plugin_utils.certificates.adcs import AdcsAuthority
from ansible_collections.ucops.rollout.plugins.plugin_utils.certificates.issuing import (
    OfficerPatience,
    OrderOutcome,
    PlacedOrder,
    batch_result,
    issue_all,
)
from ansible_collections.ucops.rollout.plugins.plugin_utils.face import WindowsAction
from ansible_collections.ucops.rollout.plugins.plugin_utils.winrm.host_port import WindowsHost

_ORDER = {
    "certificate": {"type": "dict", "required": True},
    "request": {"type": "str"},
    "public_key": {"type": "str", "no_log": False},
    "server": {"type": "str", "default": ""},
    "waiting": {"type": "str"},
}


class ActionModule(WindowsAction):
    argument_spec = {
        "orders": {"type": "list", "elements": "dict", "options": _ORDER, "required": True},
        "trusted_roots": {"type": "list", "elements": "str", "default": []},
        "minimum_days": {"type": "int", "default": 30},
        "fail": {"type": "bool", "default": True},
        "wait": {"type": "float", "default": 0.0},
    }

    def _answer(self, arguments: dict[str, Any], check_mode: bool) -> dict[str, Any]:
        placed = _placed(arguments)
        try:
            return super()._answer(arguments, check_mode)
        except RolloutError as error:
            if arguments["fail"]:
                raise
            return batch_result([OrderOutcome(one, error=error) for one in placed])

    def work(self, host: WindowsHost, arguments: dict[str, Any], check_mode: bool) -> dict[str, Any]:
        placed = _placed(arguments)
        terms = {
            "now": datetime.now(timezone.utc),
            "minimum_days": arguments["minimum_days"],
            "check_mode": check_mode,
            "patience": OfficerPatience(arguments["wait"], tell) if arguments["wait"] > 0 else None,
            "trusted_roots": from_plain(tuple[Thumbprint, ...], arguments["trusted_roots"], where="trusted_roots"),
        }
        found: dict[int, OrderOutcome] = {}
        for ca in dict.fromkeys(_ca(one.planned) for one in placed):
            ours = [number for number, one in enumerate(placed) if _ca(one.planned) == ca]
            outcomes = issue_all(AdcsAuthority(host, ca), [placed[number] for number in ours], **terms)
            found.update(zip(ours, outcomes, strict=True))
        outcomes = tuple(found[number] for number in range(len(placed)))
        return {**batch_result(outcomes), **(_failure(outcomes) if arguments["fail"] else {})}


def _placed(arguments: dict[str, Any]) -> tuple[PlacedOrder, ...]:
    """The orders as values; raises RolloutError for what is none of a plan, before anything is asked."""
    placed = []
    for order in arguments["orders"]:
        planned = certificate_from_plain(order["certificate"])
        _ca(planned)
        waiting = from_plain(Thumbprint, order["waiting"], where="orders: waiting") if order.get("waiting") else None
        placed.append(
            PlacedOrder(planned, order.get("request"), order.get("public_key"), order.get("server") or "", waiting)
        )
    return tuple(placed)


def _failure(outcomes: Sequence[OrderOutcome]) -> dict[str, Any]:
    told = dict.fromkeys(one.told for one in outcomes if one.error is not None)
    return {"failed": True, "msg": "\n".join(told)} if told else {}


def _ca(planned: PlannedCertificate) -> CaConfig:
    ca = planned.issuer.ca
    if isinstance(ca, CaConfig):
        return ca
    raise RolloutError(
        f"the issuer '{planned.issuer.name}' names no CA that can be reached",
        where=f"certificate {planned.id}: issuer",
        mend=r"Give `ca` at the issuer in the topology, such as ca01.company.local\Company CA",
    )
