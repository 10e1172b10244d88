# Copyright: (c) 2026, The ucops.rollout developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Runs the module sign_in_check, on the controller whatever the connection of the command line is."""

from __future__ import annotations

from ansible_collections.ucops.rollout.plugins.plugin_utils.face import ControllerModule


class ActionModule(ControllerModule):
    """The module of this name. Its documentation is plugins/modules/sign_in_check.py."""
