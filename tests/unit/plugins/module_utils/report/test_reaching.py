"""Whom a run logs on to first, and what it says of hosts that cannot do their part."""

from __future__ import annotations

from typing import Any

from ansible_collections.ucops.rollout.plugins.module_utils.report.reaching import (
    Unready,
    first_logons,
    spared_logons,
    unready,
)

HOSTS = ["dc01", "ca01", "fe1", "fe2"]
OK = {"reached": True}
DEAD = {"reached": False, "logon_refused": False, "where": "dc01 (10.0.0.5:5985)"}


def accounts(**users: str) -> dict[str, dict[str, Any]]:
    return {host: {"ansible_user": users.get(host, "COMPANY\\rollout")} for host in HOSTS}


def test_one_by_one_until_the_account_is_accepted() -> None:
    hostvars = accounts()
    assert first_logons(hostvars, HOSTS) == ("dc01", "ca01", "fe1", "fe2")
    hostvars["dc01"]["pool_report_first"] = DEAD
    assert first_logons(hostvars, HOSTS) == ("ca01", "fe1", "fe2")
    hostvars["ca01"]["pool_report_first"] = OK
    assert first_logons(hostvars, HOSTS) == ()


def test_each_account_is_tried_by_itself() -> None:
    hostvars = accounts(fe2="OTHER\\admin", fe1="company\\ROLLOUT")
    hostvars["dc01"]["pool_report_first"] = OK
    assert first_logons(hostvars, HOSTS) == ("fe2",)
    hostvars["fe2"]["ansible_winrm_user"] = "COMPANY\\rollout"
    assert first_logons(hostvars, HOSTS) == ()


def test_a_task_that_was_skipped_is_no_attempt() -> None:
    hostvars = accounts(fe1="OTHER\\admin")
    hostvars["dc01"]["pool_report_first"] = {"skipped": True, "changed": False}
    assert first_logons(hostvars, HOSTS) == ("dc01", "ca01", "fe1", "fe2")
    assert first_logons({}, ["dc01"]) == ("dc01",)


def test_all_that_cannot_do_their_part_are_told_together() -> None:
    same = "cannot log on: nothing listens there. Set it up"
    hostvars = {
        "dc01": {"pool_report_reached": {**DEAD, "msg": f"dc01 (10.0.0.5:5985): {same}"}},
        "ca01": {
            "pool_report_reached": OK,
            "pool_report_authority": {"serves": False, "msg": "ca01: it is another\nca01: no such template"},
        },
        "fe1": {
            "pool_report_reached": {**DEAD, "where": "fe1 (10.0.0.6:5985)", "msg": f"fe1 (10.0.0.6:5985): {same}"},
        },
        "fe2": {"pool_report_reached": OK, "pool_report_authority": {"skipped": True}},
    }
    assert unready(hostvars, HOSTS) == Unready(
        ("dc01", "ca01", "fe1"),
        "Nothing was touched, since not every host can do its part:\n"
        "- dc01 (10.0.0.5:5985), fe1 (10.0.0.6:5985): cannot log on: nothing listens there. Set it up\n"
        "- ca01: it is another\n"
        "- ca01: no such template",
    )


def test_servers_that_cannot_take_what_is_planned() -> None:
    root = "this server does not trust the root. Name it"
    hostvars = {
        "fe1": {
            "pool_report_reached": OK,
            "pool_certificates_ready": {"ready": False, "problems": [root, "no module"]},
        },
        "fe2": {"pool_report_reached": OK, "pool_certificates_ready": {"ready": False, "problems": [root]}},
        "ca01": {"pool_report_reached": OK, "pool_certificates_ready": {"ready": True, "problems": []}},
    }
    assert unready(hostvars, HOSTS) == Unready(
        ("fe1", "fe2"),
        "Nothing was touched, since not every host can do its part:\n"
        "- fe1, fe2: this server does not trust the root. Name it\n"
        "- fe1: no module",
    )


def test_hosts_that_all_do_their_part() -> None:
    hostvars = {host: {"pool_report_reached": OK} for host in HOSTS}
    assert unready(hostvars, HOSTS) == Unready()
    assert unready({}, HOSTS) == Unready()


REFUSED = {"reached": False, "logon_refused": True}


def test_no_host_is_tried_with_what_another_one_refused() -> None:
    hostvars = accounts(ca01="OTHER\\admin")
    for host in HOSTS:
        hostvars[host]["ansible_password"] = "secret"
    hostvars["dc01"]["pool_report_first"] = REFUSED
    assert spared_logons(hostvars, HOSTS) == dict.fromkeys(
        ("fe1", "fe2"),
        "not logged on to: dc01 refused the account 'COMPANY\\rollout' in this run, and domains lock an account after"
        " three to five failed logons",
    )
    # One with a password of its own may be let in, and one that was tried already has its own answer.
    hostvars["fe1"]["ansible_winrm_pass"] = "another"
    hostvars["fe2"]["pool_report_first"] = DEAD
    assert spared_logons(hostvars, HOSTS) == {}
    assert spared_logons(accounts(), HOSTS) == {}
