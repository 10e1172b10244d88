# Copyright: (c) 2026, The ucops.rollout developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Action plugin of ``ucops.rollout.peers_check``; see plugins/modules for its documentation."""

from __future__ import annotations

from datetime import datetime, timezone
from typing import Any

from ansible_collections.ucops.rollout.plugins.module_utils.codec import from_plain
from ansible_collections.ucops.rollout.plugins.module_utils.report.peers import Peer
from ansible_collections.ucops.rollout.plugins.plugin_utils.assigning.command import shaking
from ansible_collections.ucops.rollout.plugins.plugin_utils.assigning.peers import peers_result, see_peers
from ansible_collections.ucops.rollout.plugins.plugin_utils.assigning.proving import Patience
from ansible_collections.ucops.rollout.plugins.plugin_utils.face import WindowsAction


class ActionModule(WindowsAction):
    argument_spec = {
        "peers": {"type": "list", "elements": "dict", "required": True},
        "wait": {"type": "float", "default": 60.0},
        "timeout": {"type": "float", "default": 10.0},
    }

    def _answer(self, arguments: dict[str, Any], check_mode: bool) -> dict[str, Any]:
        """Without a logon where the ports say all, as they do as a rule."""
        peers = from_plain(tuple[Peer, ...], arguments["peers"], where="peers")
        name = self._host_name()
        seen = see_peers(
            name,
            peers,
            self.open_other_host,
            shake=shaking(name, arguments["timeout"]),
            patience=Patience(arguments["wait"]),
            now=datetime.now(timezone.utc),
        )
        return peers_result(seen)
