# Copyright: (c) 2026, The ucops.rollout developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""In which order the hosts of one task are logged on to for the first time, so that a wrong password locks no account;
``gate.py`` has what goes for all tasks of a run."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

from ansible_collections.ucops.rollout.plugins.module_utils.errors import RolloutError
from ansible_collections.ucops.rollout.plugins.module_utils.proof.side_by_side import in_parallel
from ansible_collections.ucops.rollout.plugins.module_utils.windows.codes import as_said
from ansible_collections.ucops.rollout.plugins.plugin_utils.controller.side_by_side import in_processes
from ansible_collections.ucops.rollout.plugins.plugin_utils.winrm.faults import LogonRefused
from ansible_collections.ucops.rollout.plugins.plugin_utils.winrm.logon import LogonAttempt

Result = dict[str, Any]

_SPARED = (
    "not logged on to: {first} refused the account '{account}' in this run, and domains lock an account after three to"
    " five failed logons"
)

IN_VAIN = "not logged on to: what {first} tells lies with the controller or the domain, and is the same here"
# Of a result: whether its cause lies with the controller or the domain.
EVERYWHERE = "everywhere"


class Account(NamedTuple):
    """With what a host is logged on to. ``local``: an account of the host itself, which another may have as well;
    ``kerberos``: with a ticket, which a variable of the process names."""

    user: str
    password: str
    local: bool = False
    kerberos: bool = False


def account_of(attempt: LogonAttempt, password: Any) -> Account:
    """The one of an attempt."""
    kerberos = attempt.transport == "kerberos"
    return Account(attempt.account, str(password or ""), local=attempt.local, kerberos=kerberos)


def names_of(user: str) -> tuple[str, str]:
    """Name and domain, the same for COMPANY\\name and name@company.local. Windows takes either in any case."""
    domain, backslash, name = user.casefold().partition("\\")
    if not backslash:
        name, _at, domain = user.casefold().partition("@")
    return name, domain.partition(".")[0]


def not_reached(error: RolloutError) -> Result:
    """What the first contact returns of a host that it could not reach or read, where a playbook decides on that."""
    refused = isinstance(error, LogonRefused)
    told = {"logon_refused": refused, "where": error.where, "msg": str(error)}
    return {"changed": False, "reached": False, **told}


def first_contact(
    hosts: Sequence[str],
    account: Callable[[str], Account],
    look: Callable[[str], Result],
    read: Callable[[str], Result],
    at_most: int,
) -> dict[str, Result]:
    """What came of each host, in the order of ``hosts``.

    All are looked at side by side, so that a dead one costs its deadline once and beside the others. Those that answer
    are logged on to one by one until each user was accepted somewhere, and then all others side by side. Where a user
    was refused, no further host is tried with that user; with one of the hosts' own, not with the same password. The
    same where no logon could begin: each would wait as long for a domain controller that does not answer.

    :param look: sees whether anything listens; its result is empty where that is so.
    :param read: logs on; its result has ``reached``, and ``logon_refused`` where it was refused, or ``EVERYWHERE``
        where none could begin. It is called in other processes.
    :param at_most: so many hosts at a time.
    """
    seen = dict(zip(hosts, in_parallel(look, hosts, at_most), strict=True))
    told = {host: one for host, one in seen.items() if one}
    accounts = {host: account(host) for host in hosts if host not in told}
    accepted: set[tuple[str, str]] = set()
    refused: dict[tuple[str, ...], str] = {}
    in_vain: dict[tuple[str, bool], str] = {}
    for host, its in accounts.items():
        user = its.user.casefold()
        # A domain counts for its account, with whatever passwords and wherever they were refused.
        tried = (*names_of(user), its.password if its.local else "")
        # That it took one password says nothing of another.
        known, way = (user, "" if its.local else its.password), (user, its.kerberos)
        if known in accepted:
            continue  # whatever became of another password elsewhere
        if tried in refused:
            told[host] = _spared(host, refused[tried], its.user)
        elif way in in_vain:
            told[host] = _spared(host, in_vain[way], its.user, IN_VAIN)
        else:
            told[host] = read(host)
            if told[host]["reached"]:
                accepted.add(known)
            elif told[host]["logon_refused"]:
                refused[tried] = host
            elif told[host].get(EVERYWHERE):
                in_vain[way] = host
    apart = any(its.kerberos for its in accounts.values())
    told.update(in_processes(read, [host for host in accounts if host not in told], at_most, apart=apart))
    return {host: {name: value for name, value in told[host].items() if name != EVERYWHERE} for host in hosts}


def spared(first: str, user: str, why: str = _SPARED) -> str:
    """What is told of a host that is not logged on to, since another one came first."""
    return why.format(first=first, account=as_said(user, 100))


def _spared(host: str, first: str, user: str, why: str = _SPARED) -> Result:
    msg = spared(first, user, why)
    return {"changed": False, "reached": False, "logon_refused": False, "where": host, "msg": msg}
