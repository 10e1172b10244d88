"""A connection that is lost at one request of a rollout, before its effect or after: the next run finishes the work.

Nothing is issued or assigned twice, nothing is left behind, and nothing is lost. The steps are the role's, in one
process.
"""

from __future__ import annotations

import contextlib
import os
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import zip_longest
from pathlib import Path
from typing import Any

import pytest
from actionkit import Pool
from languagekit import begin

from ansible_collections.ucops.rollout.plugins.module_utils.errors import RolloutError

pytestmark = pytest.mark.slow

# All of them take an hour: `make nightly` asks for that.
EVERY = bool(os.environ.get("UCOPS_EVERY_REQUEST"))
FRONT_ENDS = ("fe01", "fe02", "fe03")
TYPES = ["Default", "WebServicesExternal", "WebServicesInternal"]
# Requests of a rollout to a Front End, and to the CA for it. The first has OAuth's certificate too, behind its own.
OF_ONE, OF_THE_FIRST = 87, 120
AT_THE_CA, AT_THE_CA_FOR_THE_FIRST = 21, 24


@dataclass(frozen=True)
class Cut:
    """The n-th request to a host, from the beginning of the work on one Front End."""

    host: str
    at: int
    after: bool


def rounds() -> list[tuple[Cut | None, ...]]:
    """A cut for each Front End; the second and the third share the requests of one, the first has those for OAuth."""

    def cuts(host: str, positions: range) -> list[Cut]:
        return [Cut(host, at, after) for at in positions for after in (False, True)]

    first = cuts("fe01", range(OF_ONE, OF_THE_FIRST + 1)) + cuts(
        "ca01", range(AT_THE_CA + 1, AT_THE_CA_FOR_THE_FIRST + 1)
    )
    second = cuts("fe02", range(1, OF_ONE + 1))
    third = cuts("fe03", range(OF_ONE, 0, -1))[: len(second) // 2] + cuts("ca01", range(1, AT_THE_CA + 1))
    every = list(zip_longest(first, second[: len(second) // 2], third))
    return every if EVERY else every[7::23]


def left(host: dict[str, Any]) -> dict[str, Any]:
    """What a machine holds of a rollout: keys, certificates by store, and files of ours."""
    names = [key for key in host["registry"] if key.casefold().count("systemcertificates\\")]
    held = {store: sum(f"\\{store}\\certificates\\" in key.casefold() for key in names) for store in ("my", "request")}
    files = [path.casefold() for path in host["files"]]
    return {
        "keys": sum("\\machinekeys\\" in path for path in files),
        **held,
        "files": [path for path in files if "ucops" in path],
    }


def named(cut: Sequence[Cut | None]) -> str:
    return " ".join(f"{one.host} {one.at} {'after' if one.after else 'before'}" for one in cut if one)


@pytest.mark.parametrize("cut", rounds(), ids=named)
def test_the_next_run_finishes_the_work(
    tmp_path: Path, turn: int, cut: Sequence[Cut | None], monkeypatch: pytest.MonkeyPatch
) -> None:
    # A run that was cut off has ended when the next one begins: its files are known by its process.
    with subprocess.Popen(["true"]) as process:
        ended = process.pid
    with begin("sfb2019", tmp_path, turn) as estate:
        site = Pool(estate)
        works = site.works()
        for name, one in zip(FRONT_ENDS, cut, strict=True):
            if one:
                estate.fault(one.host, "drop", at=one.at, after=one.after)
            with contextlib.suppress(RolloutError), monkeypatch.context() as another:
                another.setattr("os.getpid", lambda: ended)
                site.bring(name, works[name])
            estate.clear_faults()
            site.bring(name, works[name])
        state = estate.state()
        assert len(state["hosts"]["ca01"]["ca"]["requests"]) == 4
        for name in FRONT_ENDS:
            host = state["hosts"][name]
            assert sorted(host["cs_server"]["assigned"]) == TYPES, name
            jobs = len(works[name]["certificates"])
            assert left(host) == {"keys": jobs, "my": jobs, "request": 0, "files": []}, name
            assert site.bring(name, works[name]) is False
        assert list(state["hosts"]["fe01"]["cs_server"]["organisation"]) == ["OAuthTokenIssuer"]
        assert estate.state() == state
