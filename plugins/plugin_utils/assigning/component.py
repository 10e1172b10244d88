# Copyright: (c) 2026, The ucops.rollout developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Assign a certificate to one component of a server, by hand, by the site's command or in OCS's WMI classes."""

from __future__ import annotations

from ansible_collections.ucops.rollout.plugins.plugin_utils.assigning import ocs
from ansible_collections.ucops.rollout.plugins.plugin_utils.assigning.by_hand import MANUAL
from ansible_collections.ucops.rollout.plugins.plugin_utils.assigning.command import (
    AssignmentOutcome,
    CommandAssignment,
    Shake,
    assign,
)
from ansible_collections.ucops.rollout.plugins.plugin_utils.assigning.keeping_port import FormerKeeper
from ansible_collections.ucops.rollout.plugins.plugin_utils.winrm.host_port import WindowsHost

WMI = "wmi"


def assign_component(
    host: WindowsHost,
    wanted: CommandAssignment,
    mode: str,
    *,
    shake: Shake,
    check_mode: bool = False,
    keeper: FormerKeeper | None = None,
) -> AssignmentOutcome:
    """Bring a component to the certificate. What OCS itself has assigned is compared where a person assigns.

    :param mode: manual, command or wmi.
    :param keeper: is told what is there, before it is changed.
    """
    if mode == WMI:
        return ocs.assign(host, wanted, shake=shake, check_mode=check_mode, keeper=keeper)
    outcome = assign(host, wanted, shake=shake, check_mode=check_mode, keeper=keeper)
    if mode == MANUAL and wanted.component in ocs.COMPONENTS:
        return ocs.compared(host, wanted, outcome)
    return outcome
