# Copyright: (c) 2026, The ucops.rollout developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a kind of finding is: stable code, severity, what it breaks, how to mend it, who says so."""

from __future__ import annotations

from dataclasses import dataclass

# Which half of a plan a finding speaks of.
RECORDS = "records"
CERTIFICATES = "certificates"
INVENTORY = "inventory"


@dataclass(frozen=True)
class FindingKind:
    """A kind of finding. The texts may hold ``{words}`` that the place of discovery fills in.

    ``decision``: why it has this severity. An error stops a rollout, so it is one only where something breaks for sure.
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
