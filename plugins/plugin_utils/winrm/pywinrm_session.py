# Copyright: (c) 2026, The ucops.rollout developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A session over pywinrm, as Ansible's winrm connection opened it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ansible_collections.ucops.rollout.plugins.plugin_utils.winrm import seam_winrm
from ansible_collections.ucops.rollout.plugins.plugin_utils.winrm.guarded import answer_of
from ansible_collections.ucops.rollout.plugins.plugin_utils.winrm.session_port import HttpAnswer, WsmanSession


class PywinrmSession(WsmanSession):
    """Over a pywinrm ``Protocol``, which stays open: whoever made it closes it."""

    def __init__(self, protocol: Any, shell_id: str | None = None, forget: Callable[[], None] = lambda: None) -> None:
        """:param shell_id: a shell that the protocol's owner has opened and will close, or None.

        :param forget: called once that shell is deleted here, so that its owner does not close it again.
        """
        self._protocol, self.shell_id, self._forget = protocol, shell_id, forget

    @property
    def operation_timeout(self) -> int:
        return int(self._protocol.operation_timeout_sec)

    def exchange(self, message: bytes) -> HttpAnswer:
        return answer_of(self._protocol.transport.send_message, message, seam_winrm.is_logon_refused)

    def drop(self) -> None:
        self._protocol.transport.close_session()

    def forget_shell(self) -> None:
        super().forget_shell()
        self._forget()

    def close(self) -> None:
        pass
