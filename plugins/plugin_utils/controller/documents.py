# Copyright: (c) 2026, The ucops.rollout developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Documents of a deployment among the files of the controller."""

from __future__ import annotations

import os

from ansible_collections.ucops.rollout.plugins.module_utils.errors import RolloutError
from ansible_collections.ucops.rollout.plugins.module_utils.topology.importing.documents import LARGEST, Document
from ansible_collections.ucops.rollout.plugins.plugin_utils.controller.files import content_of


def read_document(path: str | None, *, named: str) -> Document:
    """The document at a path, of which no more is read than an import takes; None: it was not found.

    :param named: as whoever asks for it wrote it.
    :raises RolloutError: there is no such file, or it cannot be read.
    """
    content = content_of(path, LARGEST + 1) if path else None
    if path is None or content is None:
        raise RolloutError("there is no such file", where=named, mend="Give the path of a file on the controller")
    return Document(os.path.basename(path), content)
