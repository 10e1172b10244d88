"""Each guide of docs/guides, walked through: its files written, its commands run, what it shows seen in what came.

What a guide does not say itself (how the lab is reached, what other people do meanwhile) is in ``guidewalk.py``
and ``guideorders.py``. That no command of a guide is left out is seen in tests/unit/test_guidekit.py.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest
from guidekit import GUIDES
from guidewalk import Walk, begins
from languagekit import LANGUAGES
from sitekit import Site

# As the guide of the first pool leaves it: there a person sets OAuth's certificate.
_FIRST = {"pool_certificates_oauth": True}


@pytest.fixture
def turn() -> int:
    """That of the first case for all, so that guides share the rollout that they begin after."""
    return int(os.environ.get("UCOPS_FIRST_LANGUAGE", "0")) % len(LANGUAGES)


def _case(path: Path) -> Any:
    estate, before = begins(path.name)
    marks = [pytest.mark.estate(name=estate)]
    if before:
        marks.append(pytest.mark.first_rollout(variables=_FIRST))
    return pytest.param(path.name, id=path.stem, marks=marks)


@pytest.mark.slow
@pytest.mark.parametrize("guide", [_case(path) for path in sorted(GUIDES.glob("*.md")) if path.name != "README.md"])
def test_guide_is_as_it_says(guide: str, site: Site, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with Walk(guide, site, tmp_path / "rollout") as walk:
        walk.go(begins(guide)[1])
    with capsys.disabled():
        print(f"\n{guide}: {walk.commands} commands run")


@pytest.mark.parametrize(
    "guide",
    [
        pytest.param(name, marks=pytest.mark.estate(name=begins(name)[0]))
        for name in ("first-pool.md", "move-from-2015-to-se.md")
    ],
)
def test_the_rollout_that_guides_begin_after_is_that_of_a_guide(guide: str, site: Site, tmp_path: Path) -> None:
    walk = Walk(guide, site, tmp_path / "rollout")
    walk.write_files(guide)
    assert walk.topology() == site.group_vars()["ucops_topology"]
