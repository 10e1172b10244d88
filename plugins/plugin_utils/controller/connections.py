# Copyright: (c) 2026, The ucops.rollout developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Ansible's connections by which Windows is reached here, by their names."""

from __future__ import annotations

WINRM, PSRP = "winrm", "psrp"
SET_ANOTHER = (
    "Set ansible_connection to winrm or psrp. What is done here takes WS-Management, which ssh does not carry"
    " (docs/prerequisites.md)"
)


def is_supported(name: str) -> bool:
    """Whether a value of ``ansible_connection``, with or without its collection, is one of them."""
    return name.removeprefix("ansible.builtin.") in (WINRM, PSRP)
