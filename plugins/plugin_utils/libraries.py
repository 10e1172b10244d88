# Copyright: (c) 2026, The ucops.rollout developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Which libraries of others must be installed on the controller, asked of their seams."""

from __future__ import annotations

from collections.abc import Callable, Collection

from ansible_collections.ucops.rollout.plugins.module_utils import seam_cryptography, seam_dns
from ansible_collections.ucops.rollout.plugins.module_utils.errors import RolloutError
from ansible_collections.ucops.rollout.plugins.module_utils.findings.kind import CERTIFICATES, RECORDS
from ansible_collections.ucops.rollout.plugins.plugin_utils.controller.connections import PSRP
from ansible_collections.ucops.rollout.plugins.plugin_utils.winrm import seam_pypsrp, seam_winrm

Require = Callable[[], None]
# Where nothing else says so.
_THERE = " on the controller"


def require_libraries(halves: Collection[str], *, proof: bool, connections: Collection[str] = ()) -> None:
    """Raise one RolloutError that names every library that is missing for these halves of a plan, for a proof, and for
    these connections of Ansible's."""
    needs: list[Require] = [seam_winrm.require] if halves or proof else []
    needs += [seam_pypsrp.require] if PSRP in connections else []
    needs += [seam_cryptography.require] if CERTIFICATES in halves or proof else []
    needs += [seam_dns.require] if RECORDS in halves or proof else []
    missing = [error for error in map(_missing, needs) if error is not None]
    if missing:
        what = "; ".join(dict.fromkeys(error.what.replace(_THERE, "") for error in missing))
        mend = ". ".join(dict.fromkeys(error.mend for error in missing))
        raise RolloutError(what, where="the controller", mend=f"Nothing was touched. {mend}")


def _missing(require: Require) -> RolloutError | None:
    try:
        require()
    except RolloutError as error:
        return error
    return None
