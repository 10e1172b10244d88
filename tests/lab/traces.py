# Copyright: (c) 2026, The ucops.rollout developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a machine's logs and files would tell later of what ran there: what a test of secrets searches.

Windows can write each command line into its log of processes (event 4688, with the policy for command lines) and each
script into PowerShell's log of script blocks (event 4104). The environment of a process is in no log.
"""

from __future__ import annotations

import base64
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from cryptography.hazmat.primitives import serialization

if TYPE_CHECKING:
    from lab.machine import Machine


@dataclass
class Traces:
    """`lines`, `scripts`: as the logs have them. `environments`: what clients gave to their shells, and `exported`:
    PFX files that were made: what may stand in no log."""

    lines: list[str] = field(default_factory=list)
    scripts: list[str] = field(default_factory=list)
    environments: list[dict[str, str]] = field(default_factory=list)
    exported: list[bytes] = field(default_factory=list)


def told(machine: Machine) -> dict[str, Any]:
    """What the logs and the files of a machine have, and the secrets that they must not have; bytes as base64."""
    traces = machine.traces
    files = {path: _text(content) for path, content in machine.files.contents()}
    return {
        "lines": traces.lines, "scripts": traces.scripts, "files": files, "environments": traces.environments,
        "exported": [_text(one) for one in traces.exported],
        "keys": [_text(_plain(container.key)) for container in machine.keys.values()],
    }  # fmt: skip


def _plain(key: Any) -> bytes:
    encoding, form = serialization.Encoding.DER, serialization.PrivateFormat.PKCS8
    return bytes(key.private_bytes(encoding, form, serialization.NoEncryption()))


def _text(data: bytes) -> str:
    return base64.b64encode(data).decode("ascii")
