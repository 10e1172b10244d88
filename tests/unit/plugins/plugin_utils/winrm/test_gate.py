"""Tasks of one run side by side and one after the other, as processes of their own: a wrong password is one logon."""

from __future__ import annotations

import multiprocessing
import os
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from ansible_collections.ucops.rollout.plugins.module_utils.errors import RolloutError
from ansible_collections.ucops.rollout.plugins.plugin_utils.controller.side_by_side import in_processes
from ansible_collections.ucops.rollout.plugins.plugin_utils.winrm.faults import (
    HostUnreachable,
    LogonImpossible,
    LogonRefused,
)
from ansible_collections.ucops.rollout.plugins.plugin_utils.winrm.first_contact import Account
from ansible_collections.ucops.rollout.plugins.plugin_utils.winrm.gate import Gate

OURS, OTHER = Account("COMPANY\\rollout", "Secret-1"), Account("OTHER\\admin", "Secret-2")
OWN = Account("Administrator", "Secret-3", local=True)
HOSTS = ("dc01", "ca01", "fe1", "fe2", "fe3", "fe4")
FORK = multiprocessing.get_context("fork")
SECONDS = 20.0
SPARED = (
    "{}: not logged on to: {} refused the account 'COMPANY\\rollout' in this run, and domains lock an account after"
    " three to five failed logons"
)


class Run:
    """One run of Ansible; each of its tasks comes with a gate of its own, on the folder of the run."""

    def __init__(self, tmp: Path) -> None:
        self.folder, self.counted = tmp / "run", tmp / "logons"
        self.folder.mkdir()

    def task(
        self, host: str, account: Account, answer: Callable[[str], None], look: Callable[[], None] = lambda: None
    ) -> str:
        """What is told: empty where the host took the logon."""
        gate = Gate(str(self.folder))
        try:
            with gate.heeded(host, account), gate.turn(host, account, look):
                with self.counted.open("a") as logons:
                    logons.write(f"{host}\n")
                answer(host)
        except RolloutError as error:
            return f"{type(error).__name__} {error}"
        return ""

    @property
    def logons(self) -> list[str]:
        return self.counted.read_text().split() if self.counted.exists() else []


@pytest.fixture
def a_run(tmp_path: Path) -> Run:
    return Run(tmp_path)


def together(work: Callable[[str], Any]) -> dict[str, Any]:
    """Each host in a process, and none begins before all are there."""
    begin = FORK.Barrier(len(HOSTS))

    def begun(host: str) -> Any:
        begin.wait(SECONDS)
        return work(host)

    return dict(in_processes(begun, HOSTS, len(HOSTS), apart=True))


def take(host: str) -> None:
    """The logon is accepted."""


def refuse(host: str) -> None:
    time.sleep(0.05)
    raise LogonRefused("rejected", where=host)


def fail(host: str) -> None:
    raise HostUnreachable("broken off", where=host)


def test_a_wrong_password_is_one_logon_of_all_that_are_tried_at_once(a_run: Run) -> None:
    told = together(lambda host: a_run.task(host, OURS, refuse))
    (first,) = a_run.logons
    assert told == {
        host: f"LogonRefused {host}: rejected" if host == first else f"HostUnreachable {SPARED.format(host, first)}"
        for host in HOSTS
    }


def test_an_accepted_account_is_used_side_by_side_after_the_first(a_run: Run, tmp_path: Path) -> None:
    others, done = FORK.Barrier(len(HOSTS) - 1), tmp_path / "done"

    def answer(host: str) -> None:
        if len(a_run.logons) == 1:
            time.sleep(0.1)
            assert len(a_run.logons) == 1
            done.touch()
        else:
            assert done.exists()
            others.wait(SECONDS)  # is left by all at once, or breaks

    assert together(lambda host: a_run.task(host, OURS, answer)) == dict.fromkeys(HOSTS, "")
    assert sorted(a_run.logons) == sorted(HOSTS)


def test_each_account_waits_for_its_own_alone(a_run: Run) -> None:
    accounts = dict(zip(HOSTS, (OURS, OTHER, OWN, *(OWN._replace(password=one) for one in "456")), strict=True))
    all_of_them = FORK.Barrier(len(HOSTS))
    told = together(lambda host: a_run.task(host, accounts[host], lambda _host: all_of_them.wait(SECONDS) and None))
    assert told == dict.fromkeys(HOSTS, "")


def test_a_host_that_fails_otherwise_gives_the_turn_to_the_next(a_run: Run, tmp_path: Path) -> None:
    def alone(host: str) -> None:
        os.close(os.open(tmp_path / "alone", os.O_CREAT | os.O_EXCL))
        time.sleep(0.02)
        (tmp_path / "alone").unlink()
        fail(host)

    told = together(lambda host: a_run.task(host, OURS, alone))
    assert told == {host: f"HostUnreachable {host}: broken off" for host in HOSTS}
    assert sorted(a_run.logons) == sorted(HOSTS)


def test_nobody_waits_for_a_dead_host(a_run: Run) -> None:
    """It is looked at until all others are through."""
    looked, through = FORK.Event(), FORK.Barrier(len(HOSTS))

    def dead() -> None:
        looked.set()
        through.wait(SECONDS)
        raise HostUnreachable("dead")

    def one(host: str) -> str:
        if host == "dc01":
            return a_run.task(host, OURS, take, dead)
        assert looked.wait(SECONDS)
        told = a_run.task(host, OURS, take)
        through.wait(SECONDS)
        return told

    assert together(one) == {host: "HostUnreachable dead" if host == "dc01" else "" for host in HOSTS}
    assert "dc01" not in a_run.logons


def test_the_end_of_a_process_gives_the_turn_to_the_next(a_run: Run) -> None:
    begun = FORK.Event()

    def ended(host: str) -> None:
        begun.set()
        time.sleep(0.1)
        os._exit(0)

    process = FORK.Process(target=a_run.task, args=("dc01", OURS, ended))
    process.start()
    assert begun.wait(SECONDS)
    assert a_run.task("ca01", OURS, take) == ""
    process.join(SECONDS)
    assert process.exitcode == 0


def test_a_later_task_heeds_a_refusal(a_run: Run) -> None:
    assert a_run.task("dc01", OURS, refuse) == "LogonRefused dc01: rejected"
    for account in (OURS, OURS._replace(user="Company\\ROLLOUT")):
        assert a_run.task("dc01", account, take).startswith("LogonRefused dc01: not logged on to: dc01 refused the")
    assert a_run.task("ca01", OURS, take, look=pytest.fail) == f"HostUnreachable {SPARED.format('ca01', 'dc01')}"
    # A domain counts for its account, with whatever password and in either form.
    for other in (OURS._replace(password="another"), OURS._replace(user="rollout@company.local")):
        assert a_run.task("ca01", other, take).startswith("HostUnreachable ca01: not logged on to: dc01 refused the")
    assert a_run.logons == ["dc01"]
    assert a_run.task("ca01", OTHER, take) == a_run.task("dc01", OTHER, take) == ""


def test_accounts_of_the_hosts_themselves_are_one_with_one_password(a_run: Run) -> None:
    assert a_run.task("fe1", OWN, refuse) == "LogonRefused fe1: rejected"
    assert a_run.task("fe2", OWN, take).startswith("HostUnreachable fe2: not logged on to: fe1 refused the account")
    assert a_run.task("fe2", OWN._replace(password="another"), take) == ""


def test_what_one_host_refuses_of_an_accepted_account_counts_there_alone(a_run: Run) -> None:
    assert a_run.task("dc01", OURS, take) == ""
    assert a_run.task("ca01", OURS, refuse) == "LogonRefused ca01: rejected"
    assert a_run.task("ca01", OURS, take) == f"LogonRefused {SPARED.format('ca01', 'ca01')}"
    assert a_run.task("fe1", OURS, take) == a_run.task("dc01", OURS, take) == ""
    assert a_run.logons == ["dc01", "ca01", "fe1", "dc01"]
    assert a_run.task("fe2", OURS._replace(user="rollout@company.local"), take) == ""


def test_that_one_password_was_accepted_says_nothing_of_another(a_run: Run) -> None:
    wrong = OURS._replace(password="another")
    assert a_run.task("dc01", OURS, take) == ""
    told = together(lambda host: a_run.task(host, wrong, refuse))
    _right, first = a_run.logons
    assert list(told.values()).count(f"LogonRefused {first}: rejected") == 1
    # At that host, too, the right one is taken.
    assert [a_run.task(host, OURS, take) for host in HOSTS] == [""] * len(HOSTS)


def test_a_refusal_in_the_midst_is_remembered(a_run: Run) -> None:
    gate = Gate(str(a_run.folder))
    with pytest.raises(LogonRefused), gate.heeded("dc01", OURS):
        raise LogonRefused("locked meanwhile")
    assert a_run.task("ca01", OURS, take) == f"HostUnreachable {SPARED.format('ca01', 'dc01')}"


def test_whoever_waited_while_no_ticket_could_be_had_does_not_ask_for_one(a_run: Run) -> None:
    ticket = OURS._replace(kerberos=True)
    here = FORK.Barrier(len(HOSTS))

    def no_kdc(host: str) -> None:
        time.sleep(0.1)
        raise LogonImpossible("no KDC", where=host)

    told = together(lambda host: a_run.task(host, ticket, no_kdc, look=lambda: here.wait(SECONDS) and None))
    (first,) = a_run.logons
    vain = "{}: not logged on to: what {} tells lies with the controller or the domain, and is the same here"
    assert told == {
        host: f"LogonImpossible {host}: no KDC" if host == first else f"HostUnreachable {vain.format(host, first)}"
        for host in HOSTS
    }
    # The domain controller may be back for a later task.
    assert a_run.task("ca01", ticket, take) == ""


def test_a_library_that_is_missing_is_told_for_each_host(a_run: Run) -> None:
    def missing(host: str) -> None:
        raise LogonImpossible("no library", where=host)

    together(lambda host: a_run.task(host, OURS, missing))
    assert sorted(a_run.logons) == sorted(HOSTS)


def test_what_is_left_shows_neither_user_nor_password(a_run: Run) -> None:
    a_run.task("dc01", OURS, take)
    a_run.task("fe1", OWN, refuse)
    left = [file.name.encode() + file.read_bytes() for file in a_run.folder.iterdir()]
    assert len(left) == 6  # the key, two turns, accepted, refused, refused at
    for secret in ("rollout", "Administrator", "Secret", "company"):
        assert not [one for one in left if secret.lower().encode() in one.lower()]


def test_without_a_folder_a_process_heeds_what_it_met_itself() -> None:
    gate, error, tried = Gate(), LogonRefused("no", where="dc01"), list[Account]()
    for account in (OURS, OURS, OURS._replace(user="rollout@company.local")):
        with (
            pytest.raises(LogonRefused) as refused,
            gate.heeded("dc01", account),
            gate.turn("dc01", account, pytest.fail),
        ):
            tried.append(account)
            raise error
        assert refused.value is error
    assert tried == [OURS]
    with pytest.raises(HostUnreachable) as spared, gate.heeded("ca01", OURS):
        raise AssertionError
    assert str(spared.value) == SPARED.format("ca01", "dc01") and not isinstance(spared.value, LogonRefused)
    with gate.heeded("dc01", OTHER):
        pass


def test_a_host_that_is_not_reached_refuses_nothing() -> None:
    gate = Gate()
    for _again in range(2):
        with pytest.raises(HostUnreachable, match="dead"), gate.heeded("dc01", OURS):
            raise HostUnreachable("dead")
