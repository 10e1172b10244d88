# Copyright: (c) 2026, The ucops.rollout developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The port through which every way of assigning goes between what it reads and what it changes."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence

from ansible_collections.ucops.rollout.plugins.module_utils.values import Thumbprint
from ansible_collections.ucops.rollout.plugins.plugin_utils.assigning.former import Former
from ansible_collections.ucops.rollout.plugins.plugin_utils.winrm.files_port import FileOutcome, FileProgram
from ansible_collections.ucops.rollout.plugins.plugin_utils.winrm.host_port import WindowsHost


class FormerKeeper(ABC):
    """Keeps what places name, before they are changed: so a later run can bring it back if this one is cut off."""

    @abstractmethod
    def keep(
        self, assigned: Mapping[Thumbprint, Sequence[Former]], changes: Sequence[FileProgram] = ()
    ) -> tuple[FileOutcome, ...]:
        """Keep it, then run the programs that change the places, all in one command line.

        :param assigned: by the certificate that is to be assigned, what its places name now.
        :returns: what the programs came to.
        """


class KeepsNothing(FormerKeeper):
    """For who has nobody that would take a mark away again."""

    def __init__(self, host: WindowsHost) -> None:
        self._host = host

    def keep(
        self, assigned: Mapping[Thumbprint, Sequence[Former]], changes: Sequence[FileProgram] = ()
    ) -> tuple[FileOutcome, ...]:
        return self._host.files.run(self._host.programs, changes) if changes else ()
