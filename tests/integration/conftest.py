"""Each test has an estate that nobody has touched; which one may have served a test before that changed nothing."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from firstkit import FirstRollouts
from languagekit import LANGUAGES, begin, turn_of
from sitekit import BY_COMMAND, Lent, Site, stop_forking

from lab.estate import merged


@pytest.fixture(scope="session", autouse=True)
def _no_fork_outlives_the_tests() -> Iterator[None]:
    yield
    stop_forking()


@pytest.fixture(scope="session")
def untouched() -> Iterator[dict[int, Lent]]:
    """The origin's estates with the site's command that wait for a test: one for each turn of the languages."""
    waiting: dict[int, Lent] = {}
    yield waiting
    for one in waiting.values():
        one.estate.stop()


@pytest.fixture(scope="session")
def first_rollouts() -> Iterator[FirstRollouts]:
    """What first rollouts left, for the tests that begin after one."""
    kept = FirstRollouts()
    yield kept
    kept.stop()


@pytest.fixture
def turn(request: pytest.FixtureRequest) -> int:
    """Whose turn the first of the languages is among the hosts of the test's estate."""
    return turn_of(request.node) % len(LANGUAGES)


@pytest.fixture
def language(turn: int) -> str:
    """The language of all hosts, for a test that does not run in each of them: its cases take them in turn."""
    return LANGUAGES[turn]


@pytest.fixture
def site(
    tmp_path: Path,
    tmp_path_factory: pytest.TempPathFactory,
    request: pytest.FixtureRequest,
    turn: int,
    untouched: dict[int, Lent],
    first_rollouts: FirstRollouts,
) -> Iterator[Site]:
    """The origin's estate; ``@pytest.mark.estate(name=…, way=…, **overrides)`` changes it.

    Its Front Ends are bare, and the site's command assigns their certificates, unless ``way="wmi"`` leaves them as they
    stand in the estate file. ``@pytest.mark.first_rollout(…)`` has it begin after one (``firstkit.py``).
    """
    mark = request.node.get_closest_marker("estate")
    first = request.node.get_closest_marker("first_rollout")
    if mark is None and first is None:
        place = tmp_path_factory.mktemp("lab")
        lent = untouched.pop(turn, None) or Lent(begin("origin", place, turn, BY_COMMAND))
        yield Site(lent.estate, tmp_path)
        if lent.take_back():
            untouched[turn] = lent
        return
    settings = dict(mark.kwargs) if mark else {}
    name = settings.pop("name", "origin")
    way = settings.pop("way", "command" if name == "origin" else "")
    overrides = merged(BY_COMMAND, settings) if way == "command" else settings
    if first is None:
        with begin(name, tmp_path / "lab", turn, overrides) as estate:
            yield Site(estate, tmp_path)
        return
    kept = first_rollouts.of(
        first, [name, turn, overrides], tmp_path_factory.mktemp("first"), lambda lab: begin(name, lab, turn, overrides)
    )
    site = kept.lend(tmp_path)
    with site.estate:
        yield site
