# Copyright: (c) 2026, The ucops.rollout developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""One Windows host with all of its ports over one WS-Management session."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from ansible_collections.ucops.rollout.plugins.plugin_utils.controller.notes import Note
from ansible_collections.ucops.rollout.plugins.plugin_utils.winrm.files import WinrsFiles
from ansible_collections.ucops.rollout.plugins.plugin_utils.winrm.host_port import WindowsHost
from ansible_collections.ucops.rollout.plugins.plugin_utils.winrm.powershell import WinrsPowerShell
from ansible_collections.ucops.rollout.plugins.plugin_utils.winrm.programs import WinrsPrograms
from ansible_collections.ucops.rollout.plugins.plugin_utils.winrm.reg_query import QueriedRegistry
from ansible_collections.ucops.rollout.plugins.plugin_utils.winrm.session_port import WsmanSession
from ansible_collections.ucops.rollout.plugins.plugin_utils.winrm.wmi import WsmanWmi
from ansible_collections.ucops.rollout.plugins.plugin_utils.winrm.wsman import WsmanClient


@contextmanager
def open_windows_host(session: WsmanSession, *, name: str, run_folder: str = "") -> Iterator[WindowsHost]:
    """The ports of a host; a shell of our own is deleted at the end, and the session closed.

    :param run_folder: where the tasks of this run leave notes for each other.
    """
    client = WsmanClient(session, name=name)
    wmi = WsmanWmi(client)
    programs = WinrsPrograms(client, shell_id=session.shell_id, ours=session.shell_is_ours, forget=session.forget_shell)

    def shell(environment: Mapping[str, str]) -> WinrsPrograms:
        return WinrsPrograms(client, environment=environment)

    try:
        forbidden = Note(run_folder, f"reg query on {name}")
        registry = QueriedRegistry(wmi, programs, name=name, stopped=forbidden)
        stopped = Note(run_folder, f"certutil -decode on {name}")
        files = WinrsFiles(programs, registry, name=name, stopped=stopped)
        registry.let_along(files)
        yield WindowsHost(name, wmi, registry, programs, files, WinrsPowerShell(shell, name=name))
    finally:
        programs.release()
        session.close()
