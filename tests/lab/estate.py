# Copyright: (c) 2026, The ucops.rollout developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The estate: machines with their roles from a YAML description, started and stopped together."""

from __future__ import annotations

import contextlib
import dataclasses
import datetime
import importlib
from pathlib import Path
from typing import Any

import yaml

from lab.auth import Accounts
from lab.control import Control, Injections
from lab.counters import Counters
from lab.dns.role import DnsServer
from lab.http import Listener
from lab.machine import GENERATIONS, Account, Machine
from lab.network import Network, add_address
from lab.wmi.cimv2 import NAMESPACE as SYSTEM_NAMESPACE
from lab.wmi.cimv2 import SystemProvider
from lab.wmi.dns import NAMESPACE as DNS_NAMESPACE
from lab.wmi.dns import DnsProvider
from lab.wmi.stdregprov import RegistryProvider
from lab.wsman import Service

ESTATES = Path(__file__).parent / "estates"

# Role in the estate file: module, class, whether it takes settings. In the order in which they are started.
_ROLES = (
    ("dns", "lab.dns.role", "DnsServer", True),
    ("ca", "lab.pki.authority", "CertificateAuthority", True),
    ("http", "lab.tls", "HttpSys", False),
    ("front_end", "lab.tls", "FrontEnd", True),
)


def estate_file(name_or_path: str | Path) -> Path:
    """`origin` is the estate of that name that comes with the lab; anything else a path."""
    path = Path(name_or_path)
    known = ESTATES / f"{name_or_path}.yml"
    return known if not path.suffix and known.is_file() else path


def load(path: Path, overrides: dict[str, Any] | None = None) -> dict[str, Any]:
    """The description; `overrides` are merged in, mapping by mapping. A list of hosts merges by the hosts' names."""
    description: dict[str, Any] = yaml.safe_load(path.read_text(encoding="utf-8"))
    return merged(description, overrides or {})


def merged(base: Any, over: Any) -> Any:
    if isinstance(base, dict) and isinstance(over, dict):
        return {
            key: merged(base[key], over[key]) if key in base and key in over else over.get(key, base.get(key))
            for key in [*base, *(key for key in over if key not in base)]
        }
    if _named(base) and _named(over):
        by_name = {one["name"]: one for one in over}
        kept = [merged(one, by_name.pop(one["name"], {})) for one in base]
        return kept + list(by_name.values())
    return over


def _named(value: Any) -> bool:
    """A list of mappings that each have a name."""
    return isinstance(value, list) and all(isinstance(one, dict) and "name" in one for one in value)


class Estate:
    """All machines, the domain's accounts, what was counted, what trouble was ordered."""

    def __init__(self, description: dict[str, Any], directory: Path, network: Network) -> None:
        self.description, self.directory, self.network = description, directory, network
        self.domain: str = description["domain"]["fqdn"]
        self.netbios: str = description["domain"]["netbios"]
        accounts = [_account(self.netbios, entry) for entry in description["accounts"]]
        self.accounts = Accounts(self.domain, self.netbios, accounts, description.get("lockout_after", 5))
        self.counters, self.injections = Counters(), Injections()
        self.machines: dict[str, Machine] = {}
        self.balancers: list[Any] = []
        self.control = Control(self)
        self._listeners: dict[str, Listener] = {}
        self._running: dict[str, list[Any]] = {}
        self.directory.mkdir(parents=True, exist_ok=True)
        self.accounts.write_user_file(self.directory / "accounts")
        self._build()

    def clock(self) -> datetime.datetime:
        return datetime.datetime.now(datetime.UTC)

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
            self._add_roles(machine)
        for machine in self.machines.values():
            self._add_listener(machine)
        for entry in self.description.get("balancers", []):
            self._add_balancer(entry)

    def _add_machine(self, entry: dict[str, Any]) -> None:
        quotas = {key: value for key, value in (entry.get("winrm") or {}).items() if key != "allow_unencrypted"}
        generation = dataclasses.replace(GENERATIONS[str(entry.get("generation", "2008r2"))], **quotas)
        machine = Machine(
            entry["name"],
            f"{entry['name']}.{self.domain}",
            self,
            self.network.address(entry["address"]),
            generation,
            entry.get("language", "en-US"),
            settings=entry,
        )
        machine.files = _made("lab.files", "FileSystem", machine)
        machine.services = _made("lab.services", "Services", machine)
        self.machines[machine.name] = machine

    def _add_roles(self, machine: Machine) -> None:
        for role, module, name, with_settings in _ROLES:
            if machine.settings.get(role) is None:
                continue
            made = _made(module, name, machine, *([machine.settings[role]] if with_settings else []))
            if made is not None:
                machine.roles[role] = made

    def _add_listener(self, machine: Machine) -> None:
        service = Service(machine, _made("lab.shell", "ShellService", machine))
        service.wmi.register(SYSTEM_NAMESPACE, SystemProvider(machine, machine.registry))
        service.wmi.register("root/default", RegistryProvider(machine.registry))
        dns = machine.roles.get("dns")
        if isinstance(dns, DnsServer):
            service.wmi.register(DNS_NAMESPACE, DnsProvider(dns))
        self._listeners[machine.name] = Listener(machine, service)

    def _add_balancer(self, entry: dict[str, Any]) -> None:
        members = [self.machine(name) for name in entry["members"]]
        balancer = _made(
            "lab.balancer", "Balancer", self, self.network.address(entry["address"]), entry["ports"], members
        )
        self.balancers += [] if balancer is None else [balancer]

    # --- running -----------------------------------------------------------------------------------------------------

    def start(self) -> None:
        """Start all; in a namespace the addresses are brought up first."""
        if self.network.mode == "namespace":
            addresses = [one.address for one in self.machines.values()]
            addresses += [entry["address"] for entry in self.description.get("balancers", [])]
            for number, address in enumerate(addresses, 1):
                add_address(address, number)
        for name in self.machines:
            self.start_host(name)
        for balancer in self.balancers:
            balancer.start()
        self.control.start()

    def start_host(self, name: str) -> None:
        machine = self.machine(name)
        if machine.name in self._running:
            return
        ordered = [machine.roles[role] for role, *_rest in _ROLES if role in machine.roles]
        self._running[machine.name] = []
        for part in (*ordered, self._listeners[machine.name]):
            part.start()
            self._running[machine.name].append(part)

    def stop_host(self, name: str) -> None:
        for part in reversed(self._running.pop(self.machine(name).name, [])):
            with contextlib.suppress(OSError):
                part.stop()

    def stop(self) -> None:
        for balancer in self.balancers:
            balancer.stop()
        for name in list(self._running):
            self.stop_host(name)
        self.control.stop()

    def snapshot(self) -> dict[str, Any]:
        """The whole lasting state, in a stable order: equal states give equal text."""
        return {
            "accounts": self.accounts.snapshot(),
            "hosts": {name: self._host_snapshot(self.machines[name]) for name in sorted(self.machines)},
        }

    def _host_snapshot(self, machine: Machine) -> dict[str, Any]:
        parts = {"files": machine.files, "services": machine.services, **machine.roles}
        state = {name: parts[name].snapshot() for name in sorted(parts) if hasattr(parts[name], "snapshot")}
        return {
            "address": machine.address,
            "generation": machine.generation.name,
            "registry": machine.registry.snapshot(),
            **state,
        }


def _account(domain: str, entry: dict[str, Any]) -> Account:
    return Account(
        domain,
        entry["name"],
        entry["password"],
        tuple(entry.get("groups", ())),
        bool(entry.get("administrator", False)),
    )


def _made(module: str, name: str, *arguments: Any) -> Any:
    """The part of that name, or None where the lab does not have the module."""
    try:
        found = importlib.import_module(module)
    except ModuleNotFoundError as error:
        if error.name is None or not error.name.startswith("lab."):
            raise
        return None
    return getattr(found, name)(*arguments)
