"""Run by Debian's Python, which has Samba's modules: makes accounts in a controller's database, or tells their state.

On standard input: ``{"configuration": smb.conf, "users": […], "computers": […], "keytabs": folder, "told": [names]}``.
A user has ``name``, ``password`` and perhaps a ``state`` (disabled, locked, must_change, expired); a computer has
``name``, ``services`` and perhaps ``key: another``, so that its keytab does not fit. On standard output: by each
name that is asked for, how many bad passwords the controller counts.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import ldb
from samba import enable_net_export_keytab
from samba.auth import system_session
from samba.net import Net
from samba.param import LoadParm
from samba.samdb import SamDB

enable_net_export_keytab()

# AES alone, as today's domains have it.
_AES = "24"
_LOCKED_AFTER = "5"
# 100 nanoseconds from 1601 on: 2026-01-01.
_LONG_AGO = "134117856000000000"
_STATES = {
    "disabled": {"userAccountControl": "514"},
    "locked": {"lockoutTime": "NOW"},
    "must_change": {"pwdLastSet": "0"},
    "expired": {"accountExpires": _LONG_AGO},
}


def main() -> None:
    given = json.load(sys.stdin)
    parameters = LoadParm()
    parameters.load(given["configuration"])
    directory = SamDB(session_info=system_session(parameters), lp=parameters)
    if given.get("users"):
        change(directory, directory.domain_dn(), {"lockoutThreshold": _LOCKED_AFTER})
    for user in given.get("users", ()):
        add_user(directory, user)
    for computer in given.get("computers", ()):
        add_computer(directory, Net(None, parameters), computer, Path(given["keytabs"]))
    json.dump({name: bad_passwords(directory, name) for name in given.get("told", ())}, sys.stdout)


def add_user(directory: Any, user: dict[str, str]) -> None:
    directory.newuser(user["name"], user["password"])
    for name, value in _STATES.get(user.get("state", ""), {}).items():
        now = str(ldb_now())
        change(directory, dn_of(directory, user["name"]), {name: now if value == "NOW" else value})


def add_computer(directory: Any, net: Any, computer: dict[str, Any], folder: Path) -> None:
    account = f"{computer['name']}$"
    directory.newcomputer(computer["name"], service_principal_name_list=computer["services"])
    change(directory, dn_of(directory, account), {"msDS-SupportedEncryptionTypes": _AES})
    directory.setpassword(f"(sAMAccountName={account})", "Machine-2007!", False)
    net.export_keytab(keytab=str(folder / f"{computer['name']}.keytab"), principal=account)
    if computer.get("key") == "another":
        directory.setpassword(f"(sAMAccountName={account})", "Joined-again-2007!", False)


def dn_of(directory: Any, account: str) -> Any:
    return found(directory, account, [])["dn"]


def found(directory: Any, account: str, attributes: list[str]) -> Any:
    (only,) = directory.search(directory.domain_dn(), expression=f"(sAMAccountName={account})", attrs=attributes)
    return only if attributes else {"dn": only.dn}


def change(directory: Any, dn: Any, values: dict[str, str]) -> None:
    message = ldb.Message(dn if isinstance(dn, ldb.Dn) else ldb.Dn(directory, dn))
    for name, value in values.items():
        message[name] = ldb.MessageElement(value, ldb.FLAG_MOD_REPLACE, name)
    directory.modify(message)


def bad_passwords(directory: Any, account: str) -> int:
    return int(str(found(directory, account, ["badPwdCount"]).get("badPwdCount", 0)))


def ldb_now() -> int:
    import time

    return int((time.time() + 11644473600) * 10_000_000)


main()
