# Copyright: (c) 2026, The ucops.rollout developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The one place that imports pypsrp, which ``ansible_connection: psrp`` alone needs."""

from __future__ import annotations

from typing import Any

from ansible_collections.ucops.rollout.plugins.module_utils.errors import RolloutError

MISSING: ImportError | None = None
# Without the library what is derived from this can still be defined.
Transport: Any = object
#: The settings that Ansible up to 2.17 hands on from variables of their own, by their names; empty without the library.
SETTINGS: frozenset[str] = frozenset()
try:
    from pypsrp import exceptions, wsman

    Transport = wsman._TransportHTTP
    SETTINGS = frozenset(name for names in wsman.AUTH_KWARGS.values() for name in names)
except ImportError as error:
    MISSING = error
except AttributeError:  # what 0.5 to 1.0 have, and a later one may have no more
    MISSING = ImportError(name="pypsrp in a version from 0.5 to 1.0")


def require() -> None:
    """Raise a RolloutError that names the missing package."""
    if MISSING is not None:
        raise RolloutError(
            f"the Python package '{MISSING.name}' is missing on the controller, which ansible_connection: psrp needs",
            mend="Install pypsrp into the Python that runs Ansible (pip install pypsrp), or set ansible_connection:"
            " winrm",
        )


def http_error(status: int, text: str) -> Exception:
    """As pypsrp raises it: an HTTP status other than 200 and 401, with the body of its answer."""
    error: Exception = exceptions.WinRMTransportError("http", status, text)
    return error
