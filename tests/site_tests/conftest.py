"""The built pages, and a browser in front of them."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from unit.places import ROOT

from . import chromium

SITE = ROOT / "build" / "site"


@pytest.fixture(scope="session")
def site() -> Path:
    assert (SITE / "index.html").is_file(), "there are no pages; run: make site"
    return SITE


@pytest.fixture(scope="session")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[chromium.Browser]:
    if not chromium.PROGRAM:
        missing = "chromium is missing; install the packages of bindep.txt"
        assert not os.environ.get("CI"), missing
        pytest.skip(missing)
    with chromium.browser(tmp_path_factory.mktemp("profile")) as started:
        yield started
