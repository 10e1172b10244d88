"""Tests that begin after a first rollout: it is done once in a session, and each of them gets what it left.

``@pytest.mark.first_rollout(*options, variables=…)`` has the test's ``site`` begin so: with the hosts, their counters,
the inventory and the reports as a run of ``deploy_pool`` with these options left them, in this session and with this
code. ``Site.first`` is that run. What the test then does to them no other test sees.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from sitekit import Site

from lab.client import KeptEstate, RunningEstate

# How many are kept; the one that was wanted the longest ago goes first.
MOST = 12


class Kept:
    """What one first rollout left."""

    def __init__(self, estate: RunningEstate, work: Path, options: tuple[str, ...], variables: dict[str, Any]) -> None:
        work.mkdir()
        site = Site(estate, work)
        self._work, self._first = work, site.play("deploy_pool", *options, variables=variables)
        self._state, self._inventory = site.state(), _files(estate)
        self._estate: KeptEstate = estate.keep()

    def lend(self, work: Path) -> Site:
        """A site for one test, which stops its estate."""
        shutil.copytree(self._work, work, dirs_exist_ok=True)
        site = Site(self._estate.copy(), work)
        if (site.state(), _files(site.estate)) != (self._state, self._inventory):
            site.estate.stop()
            raise AssertionError("a copy is not what was kept")
        site.first = self._first
        return site

    def stop(self) -> None:
        self._estate.stop()


def _files(estate: RunningEstate) -> dict[str, bytes]:
    place = estate.inventory.parent
    return {str(path): path.read_bytes() for path in sorted(place.rglob("*")) if path.is_file()}


class FirstRollouts:
    """All that are kept in a session."""

    def __init__(self) -> None:
        self._kept: dict[str, Kept] = {}

    def of(self, wanted: pytest.Mark, estate: Any, place: Path, begin: Callable[[Path], RunningEstate]) -> Kept:
        """
        :param estate: all that tells this estate from others; with the mark, what the rollout depends on.
        :param begin: starts it below a folder.
        """
        key = json.dumps([estate, wanted.args, wanted.kwargs])
        kept = self._kept.pop(key, None)
        if kept is None:
            kept = Kept(begin(place / "lab"), place / "work", wanted.args, **{"variables": {}, **wanted.kwargs})
        self._kept[key] = kept
        if len(self._kept) > MOST:
            self._kept.pop(next(iter(self._kept))).stop()
        return kept

    def stop(self) -> None:
        while self._kept:
            self._kept.popitem()[1].stop()
