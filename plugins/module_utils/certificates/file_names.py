# Copyright: (c) 2026, The ucops.rollout developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the files of a certificate are called where it is handed over by hand."""

from __future__ import annotations

import re

from ansible_collections.ucops.rollout.plugins.module_utils.errors import RolloutError
from ansible_collections.ucops.rollout.plugins.module_utils.model import PlannedCertificate

_FILE_NAME = re.compile(r"[A-Za-z0-9_][A-Za-z0-9._-]{0,200}")


def file_stem(planned: PlannedCertificate) -> str:
    """The name of its files without an ending, such as ``ocssrv01.company.local_default``."""
    stem = planned.id.replace("/", "_")
    if not _FILE_NAME.fullmatch(stem):
        raise RolloutError(f"'{planned.id}' cannot be the name of a file", where="certificate")
    return stem
