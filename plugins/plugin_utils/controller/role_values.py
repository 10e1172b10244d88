# Copyright: (c) 2026, The ucops.rollout developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The values that an inventory gives to variables of the roles, checked by the roles' own argument specs before any
host is touched: a role itself looks at them only when its turn comes, and other roles have worked by then."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from ansible_collections.ucops.rollout.plugins.module_utils.codec import told
from ansible_collections.ucops.rollout.plugins.module_utils.errors import RolloutError
from ansible_collections.ucops.rollout.plugins.module_utils.wording import some
from ansible_collections.ucops.rollout.plugins.plugin_utils.controller.connections import (
    SET_ANOTHER,
    WINRM,
    is_supported,
)

ROLES = Path(__file__).resolve().parents[3] / "roles"

# (argument spec, values) -> what is wrong with them.
Check = Callable[[dict[str, Any], dict[str, Any]], list[str]]

# Larger values are the roles' own, or have a check of their own.
_KINDS = ("str", "int", "float", "bool", "path")


def refuse_values(
    hostvars: Mapping[str, Mapping[str, Any]],
    hosts: Mapping[str, Iterable[str]],
    load: Callable[[str], Any],
    check: Check,
    adapters: Mapping[str, Callable[[Any], None]],
) -> None:
    """Raise RolloutError with every value that its role would refuse.

    :param hostvars: Ansible's, by the inventory's name of the host.
    :param hosts: the hosts of each role.
    :param load: reads a YAML file.
    :param check: what is wrong with values, by an argument spec.
    :param adapters: by a variable's name, what its adapter takes of a value of the right kind; raises RolloutError.
    """
    wrong: dict[str, list[str]] = {}
    # Hosts mostly have the same values, and a check costs more than all else here.
    known: dict[tuple[str, str], list[str]] = {}
    for role, names in hosts.items():
        options = _options(load(str(ROLES / role / "meta" / "argument_specs.yml")))
        for name in names:
            for variable, value in _values(options, hostvars[name]):
                given = (variable, f"{type(value).__name__} {value!r}")
                if given not in known:
                    known[given] = _messages(variable, value, options[variable], check, adapters)
                for message in known[given]:
                    wrong.setdefault(message, []).append(name)
    if wrong:
        raise RolloutError(
            "; ".join(f"{message} (for {', '.join(names)})" for message, names in wrong.items()),
            where="variables",
            mend="Nothing was touched. The roles' pages list what each variable takes",
        )


def connections_of(hostvars: Mapping[str, Mapping[str, Any]], hosts: Iterable[str]) -> frozenset[str]:
    """Over what the hosts are reached: ``winrm``, ``psrp``.

    :raises RolloutError: with every host whose ``ansible_connection`` carries no WS-Management, which Ansible itself
        would tell host by host, in the midst of the run.
    """
    used: set[str] = set()
    others: dict[str, list[str]] = {}
    for host in (one for one in dict.fromkeys(hosts) if one in hostvars):
        kind = str(dict(_values(["ansible_connection"], hostvars[host])).get("ansible_connection", WINRM))
        if is_supported(kind):
            used.add(kind.rpartition(".")[2])
        else:
            others.setdefault(kind, []).append(host)
    if others:
        raise RolloutError(
            "; ".join(f"ansible_connection of {some(names)} is {told(kind)}" for kind, names in others.items()),
            where="variables",
            mend=SET_ANOTHER,
        )
    return frozenset(used)


def documented(load: Callable[[str], Any]) -> frozenset[str]:
    """The options of all roles, by whichever of their entry points. ``load`` reads a YAML file."""
    specs = (load(str(path))["argument_specs"] for path in ROLES.glob("*/meta/argument_specs.yml"))
    return frozenset(name for spec in specs for entry in spec.values() for name in entry.get("options") or {})


def _options(specs: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    """What is checked of a role: scalars, and lists of them."""
    kept = {}
    for name, spec in specs["argument_specs"]["main"]["options"].items():
        kind = spec.get("elements", "raw") if spec.get("type") == "list" else spec.get("type", "str")
        if kind in _KINDS:
            kept[name] = {key: spec[key] for key in ("type", "elements", "choices") if key in spec}
    return kept


def _values(names: Iterable[str], variables: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    """What a host is given of them; a template that cannot be filled in yet is the role's to tell."""
    for name in names:
        with contextlib.suppress(Exception):
            value = variables.get(name)
            if value is not None:
                yield name, value


def _messages(
    name: str,
    value: Any,
    spec: Mapping[str, Any],
    check: Check,
    adapters: Mapping[str, Callable[[Any], None]],
) -> list[str]:
    messages = check({name: dict(spec)}, {name: value})
    if name in adapters and not messages:
        try:
            adapters[name](value)
        except RolloutError as error:
            return [f"{name}: {error.what}"]
    return messages
