# Copyright: (c) 2026, The ucops.rollout developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Action plugin of ``ucops.rollout.target_info``; see plugins/modules for its documentation."""

from __future__ import annotations

from ansible_collections.ucops.rollout.plugins.plugin_utils.face import ReachingAction


class ActionModule(ReachingAction):
    """All of it is the first contact."""
