# Copyright: (c) 2026, The ucops.rollout developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Every finding that a plan can hold, by its stable code. docs/findings.md is made from this registry."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from ansible_collections.ucops.rollout.plugins.module_utils.findings.kind import (
    CERTIFICATES,
    INVENTORY,
    RECORDS,
    FindingKind,
)
from ansible_collections.ucops.rollout.plugins.module_utils.findings.kinds_certificates import CERTIFICATE_KINDS
from ansible_collections.ucops.rollout.plugins.module_utils.findings.kinds_core import CORE_KINDS
from ansible_collections.ucops.rollout.plugins.module_utils.findings.kinds_edge import EDGE_KINDS
from ansible_collections.ucops.rollout.plugins.module_utils.findings.kinds_sign_in import SIGN_IN_KINDS
from ansible_collections.ucops.rollout.plugins.module_utils.findings.kinds_web import WEB_KINDS
from ansible_collections.ucops.rollout.plugins.module_utils.model import SEVERITIES, Finding

__all__ = ["CERTIFICATES", "INVENTORY", "KINDS", "RECORDS", "FindingKind", "finding", "in_order"]

KINDS: Mapping[str, FindingKind] = {
    kind.code: kind for kind in (*CORE_KINDS, *SIGN_IN_KINDS, *WEB_KINDS, *EDGE_KINDS, *CERTIFICATE_KINDS)
}


def finding(code: str, *, where: str, **words: object) -> Finding:
    """A finding of a known kind with its words filled in."""
    kind = KINDS[code]
    return Finding(
        severity=kind.severity,
        code=code,
        message=kind.message.format(**words),
        breaks=kind.breaks.format(**words),
        mend=kind.mend.format(**words),
        source=kind.source,
        where=where,
    )


def in_order(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """Errors first, then warnings, then notes; otherwise as they were found."""
    return tuple(sorted(findings, key=lambda one: SEVERITIES.index(one.severity)))
