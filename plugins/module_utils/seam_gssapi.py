# Copyright: (c) 2026, The ucops.rollout developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The one place that imports gssapi, which only dynamic updates signed by Kerberos need."""

from __future__ import annotations

import traceback

from ansible_collections.ucops.rollout.plugins.module_utils.errors import RolloutError

__all__ = ["IMPORT_ERROR", "gssapi", "require"]

IMPORT_ERROR: str | None = None
try:
    import gssapi
    import gssapi.exceptions
    import gssapi.raw
except ImportError:
    gssapi = None
    IMPORT_ERROR = traceback.format_exc()


def require() -> None:
    """Raise ``RolloutError`` that names the package when gssapi is not there."""
    if IMPORT_ERROR is not None:
        raise RolloutError(
            "the Python library gssapi is missing, which signs updates by Kerberos",
            mend="Install it for the Python that runs this task: pip install gssapi (it is built with libkrb5-dev), or"
            " the package python3-gssapi of Debian and Ubuntu for their own Python",
        )
