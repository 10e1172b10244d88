"""Each test has an estate of its own."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from sitekit import BY_COMMAND, Site

from lab.client import start_estate
from lab.estate import merged


@pytest.fixture
def site(tmp_path: Path, request: pytest.FixtureRequest) -> Any:
    """The origin's estate; ``@pytest.mark.estate(name=…, way=…, **overrides)`` changes it.

    Its Front Ends are bare, and the site's command assigns their certificates, unless ``way="wmi"`` leaves them as they
    stand in the estate file.
    """
    mark = request.node.get_closest_marker("estate")
    settings = dict(mark.kwargs) if mark else {}
    name = settings.pop("name", "origin")
    way = settings.pop("way", "command" if name == "origin" else "")
    overrides = merged(BY_COMMAND, settings) if way == "command" else settings
    with start_estate(name, tmp_path / "lab", mode="ports", overrides=overrides or None) as estate:
        yield Site(estate, tmp_path)
