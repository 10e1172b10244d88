# Copyright: (c) 2026, The ucops.rollout developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The variables that say how a host is reached: those whose names nobody knows, and values that nobody takes.

Ansible ignores the former, and leaves the latter to pywinrm, whose words name no variable.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from functools import partial
from typing import Any

from ansible_collections.ucops.rollout.plugins.module_utils.codec import kind_of, told
from ansible_collections.ucops.rollout.plugins.module_utils.errors import RolloutError
from ansible_collections.ucops.rollout.plugins.module_utils.wording import did_you_mean, nearest, some

# Of the part of a name behind its prefix: what is further away may be somebody's own.
_SLIP = 0.75
_VALIDATION, _ENCRYPTION = ("validate", "ignore"), ("auto", "always", "never")
# As pywinrm and Ansible's psrp take them.
_CHOICES: Mapping[str, tuple[str, ...]] = {
    "ansible_winrm_scheme": ("http", "https"),
    "ansible_winrm_server_cert_validation": _VALIDATION,
    "ansible_winrm_message_encryption": _ENCRYPTION,
    "ansible_psrp_protocol": ("http", "https"),
    "ansible_psrp_auth": ("basic", "certificate", "credssp", "kerberos", "negotiate", "ntlm"),
    "ansible_psrp_cert_validation": _VALIDATION,
    "ansible_psrp_message_encryption": _ENCRYPTION,
}
_TRANSPORTS = ("basic", "certificate", "credssp", "kerberos", "ntlm", "plaintext", "ssl")
# Which the collection takes for one that is not given (``winrm/connections.py``).
_MAY_BE_EMPTY = ("ansible_winrm_server_cert_validation",)
_SECONDS = (
    "ansible_winrm_read_timeout_sec",
    "ansible_winrm_operation_timeout_sec",
    "ansible_psrp_connection_timeout",
    "ansible_psrp_read_timeout",
    "ansible_psrp_operation_timeout",
)
_PORTS = ("ansible_port", "ansible_winrm_port", "ansible_psrp_port")
_HIGHEST_PORT = 65535
_PASSWORDS = ("ansible_password", "ansible_winrm_pass", "ansible_winrm_password")


def wrong_value(name: str, value: Any) -> str:
    """What is wrong with the value of a variable, as a sentence that names it; empty where it can be taken, or where
    the variable is none of those that are checked. Of a password the value is not told."""
    if value is None or (name in _MAY_BE_EMPTY and not value):
        return ""
    check = _CHECKS.get(name)
    return f"{name} {wrong}" if check and (wrong := check(value)) else ""


def refuse_connection_values(
    hostvars: Mapping[str, Mapping[str, Any]], hosts: Iterable[str], known: Mapping[str, Collection[str]]
) -> None:
    """Raise RolloutError with every misspelt variable, and every value that cannot be taken, of these hosts.

    :param hostvars: Ansible's, by the inventory's name of the host.
    :param known: by the prefix of names, such as ``ansible_winrm_``, all that Ansible's connection or its library
        knows.
    """
    wrong: dict[str, list[str]] = {}
    for host in (one for one in dict.fromkeys(hosts) if one in hostvars):
        for message in _wrongs(hostvars[host], known):
            wrong.setdefault(message, []).append(host)
    if wrong:
        raise RolloutError(
            "; ".join(f"{message} (for {some(names)})" for message, names in wrong.items()),
            where="variables",
            mend="Nothing was touched. Correct it in the inventory, or on the command line",
        )


def _wrongs(variables: Mapping[str, Any], known: Mapping[str, Collection[str]]) -> Iterator[str]:
    for prefix, names in known.items():
        rests = [name.removeprefix(prefix) for name in names if name.startswith(prefix)]
        for name in sorted(str(one) for one in variables if str(one).startswith(prefix)):
            if name not in names and (near := nearest(name.removeprefix(prefix), rests, _SLIP)):
                yield f"{name} is no variable that Ansible knows, did you mean {prefix}{near}?"
    for name in _CHECKS:
        # A template that cannot be filled in yet is told when the host is reached.
        with contextlib.suppress(Exception):
            if wrong := wrong_value(name, variables.get(name)):
                yield wrong


def _one_of(choices: Sequence[str], value: Any) -> str:
    if isinstance(value, str) and value in choices:
        return ""
    takes = f"is {told(value)}, and takes {', '.join(choices[:-1])} or {choices[-1]}"
    return takes + (did_you_mean(value, choices) if isinstance(value, str) else "")


def _transports(value: Any) -> str:
    given = value.split(",") if isinstance(value, str) else value if isinstance(value, Sequence) else [value]
    wrong = (_one_of(_TRANSPORTS, one.strip() if isinstance(one, str) else one) for one in given if one)
    return next((one for one in wrong if one), "")


def _whole(least: int, most: int | None, unit: str, value: Any) -> str:
    found = _number(value)
    if found is not None and found >= least and (most is None or found <= most):
        return ""
    return f"is {told(value)}, and takes {unit}"


def _number(value: Any) -> int | None:
    if isinstance(value, bool) or not isinstance(value, (int, str)):
        return None
    try:
        return int(value)
    except ValueError:
        return None


def _text(value: Any) -> str:
    """A number is one, too, when it is written down without quotes."""
    return "" if isinstance(value, (str, int, float)) else f"is {kind_of(value)}, and takes text"


_CHECKS: Mapping[str, Callable[[Any], str]] = {
    **{name: partial(_one_of, choices) for name, choices in _CHOICES.items()},
    "ansible_winrm_transport": _transports,
    **dict.fromkeys(_SECONDS, partial(_whole, 1, None, "a number of seconds from 1")),
    **dict.fromkeys(_PORTS, partial(_whole, 1, _HIGHEST_PORT, f"a port, 1 to {_HIGHEST_PORT}")),
    **dict.fromkeys(_PASSWORDS, _text),
}
