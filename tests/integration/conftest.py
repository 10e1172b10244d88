"""Each test has an estate of its own."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from sitekit import Site

from lab.client import start_estate


@pytest.fixture
def site(tmp_path: Path, request: pytest.FixtureRequest) -> Any:
    """The origin's estate; ``@pytest.mark.estate(name=…, **overrides)`` changes it."""
    mark = request.node.get_closest_marker("estate")
    settings = dict(mark.kwargs) if mark else {}
    name = settings.pop("name", "origin")
    with start_estate(name, tmp_path / "lab", mode="ports", overrides=settings or None) as estate:
        yield Site(estate, tmp_path)
