# Copyright: (c) 2026, The ucops.rollout developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Who runs the collection, where, and in which version."""

from __future__ import annotations

import getpass
import json
import re
import socket
from pathlib import Path

ROOT = Path(__file__).parents[3]
_VERSION = re.compile(r"^version:\s*[\"']?([^\s\"']+)", re.MULTILINE)


def operator() -> str:
    """The account that runs Ansible; empty where the system does not name it."""
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return ""


def controller() -> str:
    return socket.gethostname()


def collection_version(root: Path = ROOT) -> str:
    """As the installed collection's manifest has it, or a working copy's galaxy.yml; empty where neither is there."""
    manifest, galaxy = root / "MANIFEST.json", root / "galaxy.yml"
    if manifest.is_file():
        return str(json.loads(manifest.read_text(encoding="utf-8"))["collection_info"]["version"])
    found = _VERSION.search(galaxy.read_text(encoding="utf-8")) if galaxy.is_file() else None
    return found.group(1) if found else ""
