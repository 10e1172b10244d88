# Copyright: (c) 2026, The ucops.rollout developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Policy files for ``certreq -new``: the same text that the rollout itself uses, with a few remarks before it."""

from __future__ import annotations

from collections.abc import Iterator

from ansible_collections.ucops.rollout.plugins.module_utils.certificates.request_inf import HASH_ALGORITHM, request_inf
from ansible_collections.ucops.rollout.plugins.module_utils.exports.selection import (
    CR_LF,
    Selection,
    certificate_facts,
    certificate_file_name,
    certificates_of,
    one_line,
)
from ansible_collections.ucops.rollout.plugins.module_utils.model import Plan, PlannedCertificate


def comment(text: str) -> str:
    """A line that the reader of an INF file leaves out. Values go through ``request_inf.inf_value``."""
    # A backslash at the end would join the next line to this one.
    return f"; {one_line(text)}".rstrip(" \\")


def policies(plan: Plan, selection: Selection) -> dict[str, str]:
    """A file per certificate. Zones and views do not matter to certificates."""
    return {certificate_file_name(one, ".inf"): CR_LF.join(_policy(one)) for one in certificates_of(plan)}


def _policy(planned: PlannedCertificate) -> Iterator[str]:
    for fact in certificate_facts(planned):
        yield comment(fact)
    yield comment("The template is named to the CA with the request, not here.")
    # The file may meet any Windows; 2003 does not know the key.
    yield comment(f"From Windows Server 2008 on, HashAlgorithm = {HASH_ALGORITHM} belongs into [NewRequest].")
    yield request_inf(planned).decode("ascii")
