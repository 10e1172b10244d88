"""Programs that tests start."""

from __future__ import annotations

import os
import shutil
from typing import NoReturn

import pytest


def program(name: str, package: str) -> str:
    """The path of a program; without it a test is skipped, but in CI it fails."""
    path = shutil.which(name, path=os.environ.get("PATH", "") + ":/usr/sbin:/sbin")
    return path or missing(name, package)


def missing(name: str, package: str) -> NoReturn:
    """Skip the test that needs it; in CI fail it."""
    message = f"{name} is not installed (package {package})"
    if os.environ.get("CI"):
        pytest.fail(message)
    pytest.skip(message)
