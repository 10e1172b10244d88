# Copyright: (c) 2026, The ucops.rollout developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The estate: machines with their roles from a YAML description, started and stopped together."""

from __future__ import annotations

import contextlib
import datetime
from pathlib import Path
from typing import Any

import yaml

from lab import programs
from lab.accounts import Account, Accounts
from lab.control import Control
from lab.counters import Counters
from lab.generations import generation_of
from lab.injections import Injections
from lab.machine import Machine
from lab.network import Network, add_address
from lab.registry import REG_DWORD
from lab.roles import Device, Part, devices, roles
from lab.winrm.listener import WinrmListener

ESTATES = Path(__file__).parent / "estates"


def estate_file(name_or_path: str | Path) -> Path:
    """`origin` is the estate of that name that comes with the lab; anything else a path."""
    path = Path(name_or_path)
    known = ESTATES / f"{name_or_path}.yml"
    return known if not path.suffix and known.is_file() else path


def load(path: Path, overrides: dict[str, Any] | None = None) -> dict[str, Any]:
    """The description; `overrides` are merged in, mapping by mapping. A list of hosts merges by the hosts' names.

    One with a `base` is merged in the same way into the estate file of that name.
    """
    given = yaml.safe_load(path.read_text(encoding="utf-8"))
    base = load(estate_file(given.pop("base"))) if "base" in given else {}
    description: dict[str, Any] = merged(merged(base, given), overrides or {})
    return description


def merged(base: Any, over: Any) -> Any:
    if isinstance(base, dict) and isinstance(over, dict):
        return {
            key: merged(base[key], over[key]) if key in base and key in over else over.get(key, base.get(key))
            for key in [*base, *(key for key in over if key not in base)]
        }
    key = next((key for key in ("name", "fqdn") if _named(base, key) and _named(over, key)), "")
    if key:
        by_name = {one[key]: one for one in over}
        kept = [merged(one, by_name.pop(one[key], {})) for one in base]
        return kept + list(by_name.values())
    return over


def _named(value: Any, key: str) -> bool:
    """A list of mappings that each have a name."""
    return isinstance(value, list) and all(isinstance(one, dict) and key in one for one in value)


class Estate:
    """All machines, the domain's accounts, what was counted, what trouble was ordered."""

    def __init__(self, description: dict[str, Any], directory: Path, network: Network) -> None:
        self.description, self.directory, self.network = description, directory, network
        self.domain: str = description["domain"]["fqdn"]
        self.netbios: str = description["domain"]["netbios"]
        accounts = [Account.of(self.netbios, entry) for entry in description["accounts"]]
        self.accounts = Accounts(accounts, description.get("lockout_after", 5))
        self.domain_groups: dict[str, list[str]] = {}
        self.counters, self.injections = Counters(), Injections()
        self.machines: dict[str, Machine] = {}
        self.devices: list[Device] = []
        self.control = Control(self)
        self._listeners: dict[str, WinrmListener] = {}
        self._running: dict[str, list[Part | WinrmListener]] = {}
        self.directory.mkdir(parents=True, exist_ok=True)
        self._build()

    def clock(self) -> datetime.datetime:
        return datetime.datetime.now(datetime.UTC)

    def turn(self, passed: datetime.timedelta) -> None:
        """Let time pass for the roles that know of it."""
        for machine in self.machines.values():
            for role in machine.roles.values():
                role.turn(passed)

    def machine(self, name: str) -> Machine:
        """By its name or FQDN, without regard to case. Raises KeyError."""
        for one in self.machines.values():
            if name.casefold() in (one.name.casefold(), one.fqdn.casefold()):
                return one
        raise KeyError(f"the estate has no machine {name}: it has {', '.join(self.machines)}")

    # --- building ----------------------------------------------------------------------------------------------------

    def _build(self) -> None:
        for entry in self.description["hosts"]:
            self._add_machine(entry)
        for machine in self.machines.values():
            machine.roles = {one.name: one.of(machine) for one in roles() if one.wanted(machine.settings)}
            programs.install(machine)
        for machine in self.machines.values():
            self._listeners[machine.name] = WinrmListener(machine)
        for kind in devices():
            self.devices += [kind(self, entry) for entry in self.description.get(kind.name, [])]

    def _add_machine(self, entry: dict[str, Any]) -> None:
        self.machines[entry["name"]] = Machine(
            entry["name"],
            f"{entry['name']}.{self.domain}",
            self,
            self.network.address(entry["address"]),
            generation_of(entry),
            entry.get("language", "en-US"),
            settings=entry,
        )
        made = self.machines[entry["name"]]
        for path, text in entry.get("files", {}).items():
            made.files.write(path, text.encode("utf-8"))
        for key, values in entry.get("registry", {}).items():
            for name, number in values.items():
                made.registry.set(key, name, REG_DWORD, number)

    # --- running -----------------------------------------------------------------------------------------------------

    def start(self) -> None:
        """Start all; in a namespace the addresses are brought up first."""
        if self.network.mode == "namespace":
            addresses = [*(one.address for one in self.machines.values()), *(one.address for one in self.devices)]
            addresses += [
                more for one in self.machines.values() for role in one.roles.values() for more in role.addresses()
            ]
            for number, address in enumerate(addresses, 1):
                add_address(address, number)
        for name in self.machines:
            self.start_host(name)
        for device in self.devices:
            device.start()
        self.control.start()

    def start_again(self) -> None:
        """Serve as before `stop`, as if it had never been: no service counts it as a start."""
        held = {
            name: {one.name: one.starts for one in machine.services.list()} for name, machine in self.machines.items()
        }
        self.start()
        for name, starts in held.items():
            for one in self.machines[name].services.list():
                one.starts = starts[one.name]

    def start_host(self, name: str) -> None:
        machine = self.machine(name)
        if machine.name in self._running:
            return
        self._running[machine.name] = []
        parts: list[Part | WinrmListener] = [*machine.roles.values(), self._listeners[machine.name]]
        for part in parts:
            part.start()
            self._running[machine.name].append(part)

    def stop_host(self, name: str) -> None:
        for part in reversed(self._running.pop(self.machine(name).name, [])):
            with contextlib.suppress(OSError):
                part.stop()

    def stop(self) -> None:
        for device in self.devices:
            device.stop()
        for name in list(self._running):
            self.stop_host(name)
        self.control.stop()

    def snapshot(self) -> dict[str, Any]:
        """The whole lasting state, in a stable order: equal states give equal text."""
        return {
            "accounts": self.accounts.snapshot() | self._of_machines(),
            "hosts": {name: _host_snapshot(self.machines[name]) for name in sorted(self.machines)},
        }

    def unlock(self) -> None:
        """Forget all bad passwords, of the domain's accounts and of the machines' own."""
        for held in (self.accounts, *(one.accounts for one in self.machines.values())):
            held.unlock()

    def _of_machines(self) -> dict[str, Any]:
        return {name: held for one in self.machines.values() for name, held in one.accounts.snapshot().items()}


def _host_snapshot(machine: Machine) -> dict[str, Any]:
    parts = {"files": machine.files.snapshot(), "services": machine.services.snapshot()}
    told = {name: role.snapshot() for name, role in machine.roles.items()}
    parts |= {name: state for name, state in told.items() if state is not None}
    parts |= {"access": machine.access.snapshot()} if machine.access.snapshot() else {}
    return {
        "address": machine.address,
        "generation": machine.generation.name,
        "registry": machine.registry.snapshot(),
        **dict(sorted(parts.items())),
    }
