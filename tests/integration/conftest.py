"""Each test has an estate that nobody has touched; which one may have served a test before that changed nothing."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from sitekit import BY_COMMAND, Lent, Site

from lab.client import start_estate
from lab.estate import merged


@pytest.fixture(scope="session")
def untouched() -> Iterator[list[Lent]]:
    """The origin's estates with the site's command that wait for a test; never more than one."""
    waiting: list[Lent] = []
    yield waiting
    for one in waiting:
        one.estate.stop()


@pytest.fixture
def site(
    tmp_path: Path, tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest, untouched: list[Lent]
) -> Iterator[Site]:
    """The origin's estate; ``@pytest.mark.estate(name=…, way=…, **overrides)`` changes it.

    Its Front Ends are bare, and the site's command assigns their certificates, unless ``way="wmi"`` leaves them as they
    stand in the estate file.
    """
    mark = request.node.get_closest_marker("estate")
    if mark is None:
        place = tmp_path_factory.mktemp("lab")
        lent = untouched.pop() if untouched else Lent(start_estate("origin", place, "ports", BY_COMMAND))
        yield Site(lent.estate, tmp_path)
        if lent.take_back():
            untouched.append(lent)
        return
    settings = dict(mark.kwargs)
    name = settings.pop("name", "origin")
    way = settings.pop("way", "command" if name == "origin" else "")
    overrides = merged(BY_COMMAND, settings) if way == "command" else settings
    with start_estate(name, tmp_path / "lab", mode="ports", overrides=overrides or None) as estate:
        yield Site(estate, tmp_path)
