# Copyright: (c) 2026, The ucops.rollout developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The library `gssapi`, for which PyPI has no wheel: installed, or as Debian has it for its own Python."""

from __future__ import annotations

import importlib
import sys
from pathlib import Path
from typing import Any

PLACE = Path("/usr/lib/python3/dist-packages")
_OF_DEBIAN = (3, 11)
_PARTS = ("gssapi", "decorator.py")


def library(directory: Path) -> Any | None:
    """The module; None where there is none. `directory` takes links to what Debian's package has, and nothing else."""
    try:
        return importlib.import_module("gssapi")
    except ImportError:
        if not (PLACE / "gssapi").is_dir() or sys.version_info[:2] != _OF_DEBIAN:
            return None
    directory.mkdir(parents=True, exist_ok=True)
    for name in _PARTS:
        if not (directory / name).exists():
            (directory / name).symlink_to(PLACE / name)
    sys.path.append(str(directory))
    return importlib.import_module("gssapi")
