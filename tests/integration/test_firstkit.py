"""A test that begins after a first rollout finds what it left, whatever another test did to it meanwhile."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from firstkit import FirstRollouts
from languagekit import begin
from sitekit import BY_COMMAND, Site

from lab.client import RunningEstate

pytestmark = pytest.mark.slow

DNS = pytest.mark.first_rollout("--tags", "dns,report").mark
TTL = pytest.mark.first_rollout("--tags", "dns,report", variables={"pool_report_title": "another"}).mark


@pytest.fixture
def rollouts() -> Iterator[FirstRollouts]:
    kept = FirstRollouts()
    yield kept
    kept.stop()


def starting(started: list[Path]) -> Any:
    def start(place: Path) -> RunningEstate:
        started.append(place)
        return begin("origin", place, 0, BY_COMMAND)

    return start


def seen(site: Site) -> tuple[Any, ...]:
    """What a test may look at."""
    files = {path.name: path.read_bytes() for path in sorted(site.work.rglob("*")) if path.is_file()}
    return site.state(), site.estate.counters(), site.estate.inventory.read_bytes(), files


def test_each_finds_it_as_the_rollout_left_it(tmp_path: Path, rollouts: FirstRollouts) -> None:
    started: list[Path] = []
    found = []
    for number in (1, 2):
        place, work = tmp_path / f"place{number}", tmp_path / f"work{number}"
        place.mkdir()
        site = rollouts.of(DNS, ["origin", 0], place, starting(started)).lend(work)
        with site.estate:
            found.append(seen(site))
            assert site.first and site.first.code == 0 and "PLAY RECAP" in site.first.output
            assert site.report()["changes"] and site.reports == work / "report"
            # What is done to one: on hosts, to the inventory, to the reports, and by a run.
            site.command("dc01", "dnscmd /ZoneDelete company.com /f")
            (site.estate.inventory.parent / "host_vars").mkdir()
            (site.estate.inventory.parent / "host_vars" / "more.yml").write_text("{}", encoding="utf-8")
            assert seen(site) != found[-1]
            assert site.play("deploy_pool", "--tags", "dns,report").total("changed") == 1
    assert found[0] == found[1] and len(started) == 1
    counted = next(one for name, one in found[0][1].items() if name.startswith("dc01."))
    assert counted["requests"] > 0


def test_another_estate_and_other_options_have_their_own(
    tmp_path: Path, rollouts: FirstRollouts, monkeypatch: pytest.MonkeyPatch
) -> None:
    made: list[tuple[Any, ...]] = []

    class Fake:
        def __init__(self, _estate: Any, _work: Any, options: Any, variables: Any) -> None:
            made.append((options, variables))
            self.stopped = False

        def stop(self) -> None:
            self.stopped = True

    monkeypatch.setattr("firstkit.Kept", Fake)
    monkeypatch.setattr("firstkit.MOST", 2)
    none: Any = lambda place: None  # noqa: E731
    first = rollouts.of(DNS, ["origin", 0], tmp_path, none)
    assert rollouts.of(DNS, ["origin", 0], tmp_path, none) is first
    assert rollouts.of(DNS, ["origin", 1], tmp_path, none) is not first
    assert rollouts.of(DNS, ["origin", 0], tmp_path, none) is first
    other = rollouts.of(TTL, ["origin", 0], tmp_path, none)
    assert made == [(DNS.args, {}), (DNS.args, {}), (TTL.args, TTL.kwargs["variables"])]
    assert [one.stopped for one in (first, other)] == [False, False]
    again = rollouts.of(DNS, ["origin", 1], tmp_path, none)
    assert len(made) == 4 and [one.stopped for one in (first, other, again)] == [True, False, False]
