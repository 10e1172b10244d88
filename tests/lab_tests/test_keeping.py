"""An estate that is kept serves in copies, and none of its processes outlives who started it."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path

from lab_tests.foreign import Psrp

from lab.client import TESTS, start_estate

STARTING = """\
import sys
from lab.client import start_estate
kept = start_estate("origin", sys.argv[1]).keep()
print(kept.copy().variables["ansible_user"], flush=True)
"""


def processes(directory: Path) -> list[str]:
    """Which processes have the estate's directory on their command line."""
    found = [one for one in Path("/proc").glob("[0-9]*") if one.name != str(os.getpid())]
    return [one.name for one in found if str(directory) in _command(one)]


def _command(process: Path) -> str:
    try:
        return (process / "cmdline").read_text(encoding="utf-8", errors="replace")
    except OSError:
        return ""


def test_what_is_done_to_one_copy_the_next_has_not(tmp_path: Path) -> None:
    estate = start_estate("origin", tmp_path)
    address, before = estate.address("dc01"), estate.state()
    kept = estate.keep()
    for _copy in range(2):
        with kept.copy() as copy:
            assert (copy.address("dc01"), copy.state()) == (address, before)
            place = {"DnsServerName": "dc01.company.local", "ContainerName": "company.local"}
            record = {**place, "OwnerName": "new.company.local", "IPAddress": "10.0.0.99"}
            Psrp(address).invoke("MicrosoftDNS_AType", "CreateInstanceFromPropertyData", record)
            assert copy.state() != before
            copy.stop_host("dc01")
            assert len(processes(tmp_path)) == 2
    kept.stop()
    assert processes(tmp_path) == []


def test_it_ends_with_who_started_it(tmp_path: Path) -> None:
    command = [sys.executable, "-c", STARTING, str(tmp_path)]
    environment = os.environ | {"PYTHONPATH": str(TESTS)}
    assert subprocess.run(command, env=environment, stdout=subprocess.PIPE, check=True).stdout.strip()
    end = time.monotonic() + 10
    while processes(tmp_path) and time.monotonic() < end:
        time.sleep(0.1)
    assert processes(tmp_path) == []
