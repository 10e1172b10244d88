"""A seam without its library, for tests of seams."""

from __future__ import annotations

import runpy
import sys
from types import ModuleType
from typing import Any
from unittest.mock import patch


def without(seam: ModuleType, library: str) -> dict[str, Any]:
    """The names of a seam, run anew where the import of the library fails."""
    hidden = [name for name in sys.modules if name == library or name.startswith(f"{library}.")]
    with patch.dict(sys.modules, {library: None, **dict.fromkeys(hidden)}):  # type: ignore[dict-item]
        return runpy.run_path(str(seam.__file__))
