"""For all unit tests."""

from __future__ import annotations

import re
import sys
from pathlib import Path
from typing import Any

import pytest

# ansible-test reads no pyproject.toml, which says so too.
sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
from unit import budgets

budgets.load()
_THUMBPRINT = re.compile(r"\b[0-9A-F]{40}\b")


def pytest_make_parametrize_id(config: pytest.Config, val: Any, argname: str) -> str | None:
    """Names of tests without thumbprints of keys made for the run: every worker must find the same names."""
    if isinstance(val, str) and _THUMBPRINT.search(val):
        return _THUMBPRINT.sub("thumbprint", val)
    return None
