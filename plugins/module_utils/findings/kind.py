# Copyright: (c) 2026, The ucops.rollout developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a kind of finding is: stable code, severity, what it breaks, how to mend it, who says so, and an example.

Every finding is made by its kind. A file of this folder holds the kinds of one topic, and beside them what finds them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ansible_collections.ucops.rollout.plugins.module_utils.model import Finding

# Which half of a plan a finding speaks of, or the inventory, or a run.
RECORDS = "records"
CERTIFICATES = "certificates"
INVENTORY = "inventory"
RUN = "run"

LEFT_OUT = "(left out)"
"""In an example, in place of a value: the key or entry is not there."""
RULES_ALONE = "No topology provokes it: it guards against mistakes in a product's rules."
"""Why a kind has no example."""


@dataclass(frozen=True)
class Example:
    """How a finding comes about: ``change`` of the topology ``base`` provokes it, ``near`` comes close and does not.

    ``base``: ``ocs``, an Enterprise pool of OCS 2007, or ``lync``, Lync Server 2013 with Edge and reverse proxy.
    ``change``, ``near``: values by their path, such as ``pools[0].fqdn``; LEFT_OUT takes one away. ``where``: the place
    of each finding. ``message``: what the first one says, where that is more than its kind's text.
    """

    base: str
    change: Mapping[str, Any]
    where: tuple[str, ...]
    near: Mapping[str, Any]
    message: str = ""


@dataclass(frozen=True)
class FindingKind:
    """A kind of finding. The texts may hold ``{names}`` of values that the place of discovery fills in.

    ``decision``: why it has this severity. An error stops a rollout, so it is one only where something breaks for sure.
    ``elsewhere``: how it comes about where no small change of a topology provokes it, in place of an example.
    """

    code: str
    severity: str
    about: str
    title: str
    message: str
    breaks: str
    mend: str
    source: str
    decision: str
    example: Example | None = None
    elsewhere: str = ""

    def at(self, where: str, **values: object) -> Finding:
        """A finding of this kind. ``where``: a path in the topology or a name; ``values``: what the texts hold open."""
        return Finding(
            severity=self.severity,
            code=self.code,
            message=self.message.format(**values),
            breaks=self.breaks.format(**values),
            mend=self.mend.format(**values),
            source=self.source,
            where=where,
        )
