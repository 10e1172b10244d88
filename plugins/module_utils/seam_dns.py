# Copyright: (c) 2026, The ucops.rollout developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The one place that imports dnspython, and keeps the reason when that fails."""

from __future__ import annotations

import traceback

from ansible_collections.ucops.rollout.plugins.module_utils.errors import RolloutError

__all__ = ["IMPORT_ERROR", "dns", "require"]

IMPORT_ERROR: str | None = None
try:
    import dns
    import dns.exception
    import dns.flags
    import dns.message
    import dns.name
    import dns.query
    import dns.rcode
    import dns.rdata
    import dns.rdataclass
    import dns.rdatatype
    import dns.rdtypes.ANY.TKEY
    import dns.rrset
    import dns.tsig
    import dns.update
    import dns.xfr
except ImportError:
    dns = None  # type: ignore[assignment]
    IMPORT_ERROR = traceback.format_exc()


def require() -> None:
    """Raise ``RolloutError`` that names the package when dnspython is not there."""
    if IMPORT_ERROR is not None:
        raise RolloutError(
            "the Python library dnspython is missing",
            mend="Install it for the Python that runs this task: pip install 'dnspython>=2.6'",
        )
