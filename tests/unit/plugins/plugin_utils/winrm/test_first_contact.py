"""In which order hosts are logged on to: dead ones cost nothing, and a wrong password costs one failed logon."""

from __future__ import annotations

import os
import time
from pathlib import Path
from typing import Any

import pytest

from ansible_collections.ucops.rollout.plugins.module_utils.errors import RolloutError
from ansible_collections.ucops.rollout.plugins.plugin_utils.winrm.faults import HostUnreachable, LogonRefused
from ansible_collections.ucops.rollout.plugins.plugin_utils.winrm.first_contact import (
    Account,
    account_of,
    first_contact,
    not_reached,
)
from ansible_collections.ucops.rollout.plugins.plugin_utils.winrm.logon import LogonAttempt

HOSTS = ("dc01", "ca01", "fe1", "fe2")
OURS, OTHER = Account("COMPANY\\rollout", "secret"), Account("OTHER\\admin", "secret")
DEAD = {"changed": False, "reached": False, "logon_refused": False, "msg": "dead"}
REFUSED = {"reached": False, "logon_refused": True, "msg": "no"}


class Estate:
    """``of``: what comes of a host; else it is reached. ``tried``: which were read in this process, in order."""

    def __init__(self, tmp: Path, accounts: dict[str, Account] | None = None, **of: Any) -> None:
        self.tmp, self.accounts, self.of = tmp, accounts or {}, of
        self.tried: list[str] = []

    def account(self, host: str) -> Account:
        return self.accounts.get(host, OURS)

    def look(self, host: str) -> dict[str, Any]:
        return DEAD if self.of.get(host) == "dead" else {}

    def read(self, host: str) -> dict[str, Any]:
        self.tried.append(host)
        with (self.tmp / host).open("a") as tries:
            tries.write("tried\n")
        return dict(self.of.get(host) or {"reached": True, "process": os.getpid()})

    def contact(self, at_most: int = 2) -> dict[str, Any]:
        return first_contact(HOSTS, self.account, self.look, self.read, at_most)

    @property
    def tries(self) -> dict[str, int]:
        return {one.name: len(one.read_text().splitlines()) for one in self.tmp.iterdir()}


def test_one_by_one_until_the_account_is_accepted_then_side_by_side(tmp_path: Path) -> None:
    estate = Estate(tmp_path)
    told = estate.contact()
    assert (tuple(told), estate.tried) == (HOSTS, ["dc01"])
    assert estate.tries == dict.fromkeys(HOSTS, 1)
    assert told["dc01"]["process"] == os.getpid()
    assert os.getpid() not in {told[host]["process"] for host in HOSTS[1:]}


def test_a_dead_host_is_not_logged_on_to(tmp_path: Path) -> None:
    estate = Estate(tmp_path, dc01="dead", fe2="dead")
    told = estate.contact()
    assert (told["dc01"], told["fe2"], estate.tried) == (DEAD, DEAD, ["ca01"])
    assert estate.tries == {"ca01": 1, "fe1": 1}


def test_a_host_that_cannot_be_read_tells_nothing_of_the_account(tmp_path: Path) -> None:
    estate = Estate(tmp_path, dc01=DEAD)
    estate.contact()
    assert estate.tried == ["dc01", "ca01"]


def test_each_account_is_tried_by_itself_in_any_case_of_its_letters(tmp_path: Path) -> None:
    estate = Estate(tmp_path, {"fe2": OTHER, "fe1": OURS._replace(user="company\\ROLLOUT")})
    estate.contact()
    assert estate.tried == ["dc01", "fe2"]


def test_no_host_is_tried_with_what_another_one_refused(tmp_path: Path) -> None:
    """A domain counts for its account, with whatever password."""
    estate = Estate(tmp_path, {"ca01": OTHER, "fe2": OURS._replace(password="another")}, dc01=REFUSED)
    told = estate.contact()
    assert (told["dc01"], estate.tries) == (REFUSED, {"dc01": 1, "ca01": 1})
    assert told["fe2"]["msg"] == told["fe1"]["msg"]
    assert told["fe1"] == {
        "changed": False,
        "reached": False,
        "logon_refused": False,
        "where": "fe1",
        "msg": "not logged on to: dc01 refused the account 'COMPANY\\rollout' in this run, and domains lock an account"
        " after three to five failed logons",
    }


@pytest.mark.parametrize("user", ["rollout@company.local", "rollout@COMPANY", "Company\\Rollout"])
def test_an_account_is_the_same_in_either_form(tmp_path: Path, user: str) -> None:
    estate = Estate(tmp_path, {"fe2": OURS._replace(user=user, password="another")}, dc01=REFUSED)
    told = estate.contact()
    assert estate.tries == {"dc01": 1}
    assert told["fe2"]["msg"].startswith(f"not logged on to: dc01 refused the account '{user}' in this run")


def test_another_password_of_an_accepted_account_is_tried_once(tmp_path: Path) -> None:
    wrong = OURS._replace(password="another")
    estate = Estate(tmp_path, {"ca01": wrong, "fe1": wrong, "fe2": wrong}, ca01=REFUSED)
    estate.contact()
    assert estate.tries == {"dc01": 1, "ca01": 1}


def test_a_password_that_was_accepted_goes_on_whatever_becomes_of_another(tmp_path: Path) -> None:
    estate = Estate(tmp_path, {"ca01": OURS._replace(password="another")}, ca01=REFUSED)
    told = estate.contact()
    assert estate.tries == dict.fromkeys(HOSTS, 1)
    assert [host for host in HOSTS if told[host]["reached"]] == ["dc01", "fe1", "fe2"]


def test_hosts_own_accounts_are_tried_side_by_side_whatever_their_passwords(tmp_path: Path) -> None:
    estate = Estate(tmp_path, {host: Account("Administrator", host, local=True) for host in HOSTS})
    estate.contact()
    assert (estate.tried, estate.tries) == (["dc01"], dict.fromkeys(HOSTS, 1))


def test_what_keeps_a_ticket_from_every_host_keeps_no_password(tmp_path: Path) -> None:
    vain = {"reached": False, "logon_refused": False, "everywhere": True, "msg": "no KDC"}
    estate = Estate(tmp_path, {"dc01": OURS._replace(kerberos=True)}, dc01=vain)
    estate.contact()
    assert estate.tries == dict.fromkeys(HOSTS, 1)


def test_where_no_logon_can_begin_nobody_waits_for_it_again(tmp_path: Path) -> None:
    """A domain controller that does not answer costs kinit's patience once, and not for each server."""
    vain = {"reached": False, "logon_refused": False, "everywhere": True, "msg": "no KDC"}
    told = (estate := Estate(tmp_path, {"ca01": OTHER}, dc01=vain)).contact()
    assert estate.tries == {"dc01": 1, "ca01": 1}
    assert told["dc01"] == {"reached": False, "logon_refused": False, "msg": "no KDC"}
    assert told["fe1"] == {
        "changed": False,
        "reached": False,
        "logon_refused": False,
        "where": "fe1",
        "msg": "not logged on to: what dc01 tells lies with the controller or the domain, and is the same here",
    }


def test_an_account_of_each_host_itself_may_have_another_password(tmp_path: Path) -> None:
    accounts = {host: Account("Administrator", "same", local=True) for host in HOSTS}
    accounts["fe2"] = accounts["fe2"]._replace(password="another")
    estate = Estate(tmp_path, accounts, dc01=REFUSED)
    estate.contact()
    assert estate.tries == {"dc01": 1, "fe2": 1}


def test_tickets_of_kerberos_share_no_process(tmp_path: Path) -> None:
    estate = Estate(tmp_path, {host: OURS._replace(kerberos=host == "ca01") for host in HOSTS})
    read = estate.read

    def with_the_others(host: str) -> dict[str, Any]:
        """A process that has read its host before the next one is up would be given that one's, too."""
        told, end = read(host), time.monotonic() + 20
        while host != HOSTS[0] and len(estate.tries) < len(HOSTS) and time.monotonic() < end:
            time.sleep(0.01)
        return told

    estate.read = with_the_others  # type: ignore[method-assign]
    told = estate.contact(at_most=3)
    assert len({told[host]["process"] for host in HOSTS}) == 4


@pytest.mark.parametrize("at_most", [1, 50])
def test_no_host_and_any_number_of_processes(tmp_path: Path, at_most: int) -> None:
    estate = Estate(tmp_path)
    assert first_contact((), estate.account, estate.look, estate.read, at_most) == {}
    assert {one["reached"] for one in estate.contact(at_most).values()} == {True}


def test_the_account_of_an_attempt() -> None:
    attempt = LogonAttempt("dc01", "10.0.0.5", 5985, "u@COMPANY.LOCAL", "kerberos")
    assert account_of(attempt, None) == Account(attempt.account, "", local=False, kerberos=True)
    local = LogonAttempt("dc01", "10.0.0.5", 5985, "DC01\\u", "ntlm")
    assert account_of(local, "p") == Account(local.account, "p", local=True, kerberos=False)


@pytest.mark.parametrize(("kind", "refused"), [(LogonRefused, True), (HostUnreachable, False), (RolloutError, False)])
def test_a_host_that_was_not_reached(kind: type[RolloutError], refused: bool) -> None:
    told = {"logon_refused": refused, "where": "dc01", "msg": "dc01: no"}
    assert not_reached(kind("no", where="dc01")) == {"changed": False, "reached": False, **told}
