"""A run that was cut off is finished by the next one: what is read back decides, whoever did it."""

from __future__ import annotations

from typing import Any

import pytest
from sitekit import Site

pytestmark = pytest.mark.slow

# Requests of the first server, after the key is made: each is the last that reaches it.
CUTS = [
    ("the certificate is installed, its answer is lost", {"kind": "command", "text": "-accept"}, True),
    ("the command that assigns is not run", {"kind": "command", "text": "AssignFrontEnd"}, False),
    ("the command that assigns is run, its answer is lost", {"kind": "command", "text": "AssignFrontEnd"}, True),
    ("the service is not started", {"kind": "invoke", "text": "StartService"}, False),
]


def serving(site: Site) -> list[str]:
    hosts = site.state()["hosts"]
    return [name for name in ("ocssrv01", "ocssrv02") if hosts[name]["front_end"]["serving"]]


@pytest.mark.parametrize(("match", "after"), [cut[1:] for cut in CUTS], ids=[cut[0] for cut in CUTS])
def test_the_next_run_finishes_what_was_cut_off(site: Site, match: dict[str, Any], after: bool) -> None:
    site.estate.fault("ocssrv01", "drop", match=match, after=after, times=1000)
    cut = site.play("deploy_pool")
    assert cut.code != 0, cut.output
    site.estate.clear_faults()
    finished = site.play("deploy_pool")
    assert finished.code == 0, finished.output
    assert serving(site) == ["ocssrv01", "ocssrv02"]
    assert site.report()["status"] == "done"
    assert len(site.state()["hosts"]["ca01"]["ca"]["requests"]) == 2
    again = site.play("deploy_pool")
    assert again.code == 0 and again.total("changed") == 0, again.output


TEMP = "C:\\Windows\\Temp\\"
OLD = f"{TEMP}ucops-20200101-{'0123456789abcdef' * 2}.req"
OTHERS = f"{TEMP}ucops-report.txt"
LITTER = {OLD: "x", OTHERS: "x"}


@pytest.mark.estate(hosts=[{"name": "ocssrv01", "files": LITTER}, {"name": "ca01", "files": LITTER}])
def test_files_of_days_ago_are_removed_and_nobody_elses(site: Site) -> None:
    run = site.play("deploy_pool")
    assert run.code == 0, run.output
    for host in ("ocssrv01", "ca01"):
        found = [path for path in site.state()["hosts"][host]["files"] if "ucops-" in path]
        assert found == [OTHERS]
