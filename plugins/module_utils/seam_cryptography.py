# Copyright: (c) 2026, The ucops.rollout developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The one place that imports cryptography, and keeps the reason when that fails.

Importing this module always succeeds. Who needs the library calls ``require`` first and takes the names from here.
"""

from __future__ import annotations

import traceback

from ansible_collections.ucops.rollout.plugins.module_utils.errors import RolloutError

__all__ = [
    "IMPORT_ERROR",
    "InvalidSignature",
    "UnsupportedAlgorithm",
    "dsa",
    "ec",
    "pkcs7",
    "require",
    "rsa",
    "serialization",
    "x509",
]

IMPORT_ERROR: str | None = None
try:
    from cryptography import x509
    from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
    from cryptography.hazmat.primitives import serialization
    from cryptography.hazmat.primitives.asymmetric import dsa, ec, rsa
    from cryptography.hazmat.primitives.serialization import pkcs7
except ImportError:
    IMPORT_ERROR = traceback.format_exc()
    x509 = serialization = dsa = ec = rsa = pkcs7 = None  # type: ignore[assignment]
    InvalidSignature = UnsupportedAlgorithm = Exception  # type: ignore[assignment,misc]


def require() -> None:
    """Raise ``RolloutError`` that names the package when cryptography is not there."""
    if IMPORT_ERROR is not None:
        raise RolloutError(
            "the Python library cryptography is missing",
            mend="Install it for the Python that runs this task: pip install 'cryptography>=42.0.0'",
        )
