# Copyright: (c) 2026, The ucops.rollout developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Machines in one process, in each language. A file that needs others has a ``lab`` of its own."""

from __future__ import annotations

from pathlib import Path

import pytest
from lab_tests.windows import Lab, speaking
from languagekit import LANGUAGES


@pytest.fixture(params=LANGUAGES)
def language(request: pytest.FixtureRequest) -> str:
    """Each test of one process runs in each language."""
    return str(request.param)


@pytest.fixture
def lab(tmp_path: Path, language: str) -> Lab:
    return speaking(tmp_path, language)
