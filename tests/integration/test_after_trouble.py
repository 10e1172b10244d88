"""A run that was cut off is finished by the next one: what is read back decides, whoever did it."""

from __future__ import annotations

import os
import re
import signal
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import winrm
import yaml
from languagekit import each_host_in_every_language
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


@each_host_in_every_language
@pytest.mark.parametrize(("match", "after"), [cut[1:] for cut in CUTS], ids=[cut[0] for cut in CUTS])
def test_the_next_run_finishes_what_was_cut_off(site: Site, match: dict[str, Any], after: bool) -> None:
    site.estate.fault("ocssrv01", "drop", match=match, after=after, times=1000)
    # A service whose start gets lost is waited for no longer than needed to see it.
    cut = site.play("deploy_pool", variables={"pool_certificates_service_timeout": 5})
    assert cut.code != 0, cut.output
    site.estate.clear_faults()
    finished = site.play("deploy_pool")
    assert finished.code == 0, finished.output
    assert serving(site) == ["ocssrv01", "ocssrv02"]
    assert site.report()["status"] == "done"
    assert len(site.state()["hosts"]["ca01"]["ca"]["requests"]) == 2
    again = site.play("deploy_pool")
    assert again.code == 0 and again.total("changed") == 0, again.output


@each_host_in_every_language
def test_a_certificate_whose_answer_was_lost_is_told_by_the_run_that_finds_it(site: Site) -> None:
    # What came of it cannot be looked up either: the database is asked twice before anything is handed in.
    site.estate.fault("ca01", "drop", match={"kind": "command", "text": "-submit"}, after=True, times=1000)
    site.estate.fault("ca01", "drop", match={"kind": "command", "text": "-view"}, at=3, times=1000)
    cut = site.play("deploy_pool")
    assert cut.code != 0 and site.state()["hosts"]["ca01"]["ca"]["requests"], cut.output
    lost = len(site.state()["hosts"]["ca01"]["ca"]["requests"])
    site.estate.clear_faults()
    finished = site.play("deploy_pool")
    assert finished.code == 0, finished.output
    noted = [one["what"] for one in site.report()["changes"] if one["verb"] == "report"]
    assert len(noted) == lost and "certificate was issued earlier, by request " in noted[0], noted
    issued = [one for one in site.report()["changes"] if one["what"].startswith("certificate issued")]
    assert len(issued) == 2 - lost


TEMP = "C:\\Windows\\Temp\\"
OLD = f"{TEMP}ucops-20200101-0123456789ab-4711-0123456789abcdef.req"
OTHERS = f"{TEMP}ucops-report.txt"
LITTER = {OLD: "x", OTHERS: "x"}


def temporary_files(site: Site, host: str) -> list[str]:
    return [path for path in site.state()["hosts"][host]["files"] if "ucops-" in path]


def kill_at(site: Site, playbook: str, reached: Callable[[], bool], variables: dict[str, Any] | None = None) -> None:
    """End a run and all that it started as kill -9 does, once the estate has come so far."""
    run = site.begin(playbook, variables)
    try:
        end = time.monotonic() + 120
        while not reached():
            assert run.poll() is None and time.monotonic() < end, "the run came to its end, or not so far"
            time.sleep(0.1)
    finally:
        if run.poll() is None:
            workers = Path(f"/proc/{run.pid}/task/{run.pid}/children").read_text(encoding="ascii").split()
            for process in (run.pid, *map(int, workers)):
                os.kill(process, signal.SIGKILL)
        run.wait()


DECODING = [{"program": "certutil.exe", "verbs": ["-decode"], "does": "killed"}]


@each_host_in_every_language
@pytest.mark.estate(
    hosts=[
        {"name": "ocssrv01", "files": LITTER, "security_software": DECODING},
        {"name": "ocssrv02", "files": LITTER},
        {"name": "ca01", "files": LITTER},
    ]
)
def test_files_of_runs_that_ended_are_removed_and_nobody_elses(site: Site) -> None:
    # Where certutil is stopped a file is there before its program is started: the run is killed between them.
    site.estate.fault("ocssrv01", "delay", match={"kind": "command", "text": "findstr"}, after=True, at=2, seconds=1000)
    kill_at(site, "deploy_pool", lambda: any(path.endswith(".cer") for path in temporary_files(site, "ocssrv01")))
    site.estate.clear_faults()
    left = temporary_files(site, "ocssrv01")
    assert len(left) == 2 and OTHERS in left, left  # days ago is over
    (mine,) = set(left) - {OTHERS}
    assert re.fullmatch(r"C:\\Windows\\Temp\\ucops-\d{8}-[0-9a-f]{12}-\d+-[0-9a-f]{16}\.cer", mine)
    assert temporary_files(site, "ca01") == [OTHERS]

    _ours, day, controller, process, unique = mine.split("-")
    stay = [
        OTHERS,
        "-".join((f"{TEMP}ucops", day, "0123456789ab", process, unique)),  # of another controller
        "-".join((f"{TEMP}ucops", day, controller, str(os.getpid()), unique)),  # of a run that lives: this test
        f"{mine}.bak",
        mine.replace("ucops-", "my-ucops-"),
    ]
    for path in stay[1:]:
        site.command("ocssrv01", f'echo x > "{path}"')
    run = site.play("deploy_pool")
    assert run.code == 0, run.output
    assert sorted(temporary_files(site, "ocssrv01")) == sorted(stay)
    assert temporary_files(site, "ca01") == [OTHERS]


def claims_left(site: Site) -> list[str]:
    return [path for host in site.state()["hosts"].values() for path in host["files"] if "ucops-claim" in path]


def a_push(site: Site, address: str, rollout: str = "default") -> str:
    """A playbook that brings 40 names into DNS, all with this address."""
    records = [{"zone": "company.local", "name": f"n{n}", "type": "A", "values": [address]} for n in range(40)]
    given = {"zones": [{"name": "company.local"}], "records": records, "rollout": rollout}
    push = {"name": "Push", "ucops.rollout.dns_record_sets": given}
    play = {"name": "Push", "hosts": "dc01.company.local", "gather_facts": False, "tasks": [push]}
    path = site.work / f"push-{address}.yml"
    path.write_text(yaml.safe_dump([play]), encoding="utf-8")
    return str(path)


def test_two_pushes_of_different_values_at_once_do_not_mix(site: Site) -> None:
    """The first is whole; the second, of another rollout, finds it, as a conflict, and writes nothing."""
    both = [site.begin(a_push(site, f"10.0.1.{number}", f"rollout{number}")) for number in (1, 2)]
    assert sorted(run.wait(240) for run in both) == [0, 2]
    held = [line for line in site.state()["hosts"]["dc01"]["dns"]["company.local"]["records"] if line[0] == "n"]
    assert len(held) == 40 and len({line.split()[-1] for line in held}) == 1, held
    assert claims_left(site) == []


def test_a_push_waits_for_another_run_and_leaves_it_what_the_account_may_use(site: Site) -> None:
    """On 2008 R2 an account has 15 commands, given back when a shell is deleted; both runs have the same one."""
    variables = site.group_vars()
    account = (variables["ansible_user"], variables["ansible_password"])
    other = winrm.Session(f"http://{site.estate.address('dc01')}:5985/wsman", auth=account, transport="ntlm")
    claim = f"{TEMP}ucops-claim-dns"
    held = other.run_cmd(f'md "{claim}" && echo x > "{claim}\\eva_admin02_2126-11-22T08-00-00Z_1"')
    assert held.status_code == 0, held.std_err
    waiting = site.begin(a_push(site, "10.0.1.1"))
    for _seconds in range(45):  # nine looks of the waiting run, two commands each, and as many of the other run
        time.sleep(1)
        assert other.run_cmd("ver").status_code == 0 and waiting.poll() is None
    assert other.run_cmd(f'rd /s /q "{claim}"').status_code == 0
    assert waiting.wait(120) == 0
    assert claims_left(site) == []


@each_host_in_every_language
def test_two_runs_at_once_make_one_key_and_one_certificate_for_each_server(site: Site) -> None:
    """From one controller or two: what one of them makes the other finds."""
    both = [site.begin("deploy_pool") for _run in range(2)]
    assert all(run.wait(240) is not None for run in both)
    finished = site.play("deploy_pool")
    assert finished.code == 0 and finished.total("changed") == 0, finished.output
    assert len(site.state()["hosts"]["ca01"]["ca"]["requests"]) == 2
    for server in ("ocssrv01", "ocssrv02"):
        keys = site.state()["hosts"][server]["registry"]
        held = [key for key in keys if key.startswith("SOFTWARE\\Microsoft\\SystemCertificates\\MY\\Certificates\\")]
        assert len(held) == 1, held
    assert claims_left(site) == []
