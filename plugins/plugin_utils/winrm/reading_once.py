# Copyright: (c) 2026, The ucops.rollout developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A host of which nothing is asked twice: as it is at one moment, or until something is done there."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, NoReturn

from ansible_collections.ucops.rollout.plugins.module_utils.errors import RolloutError
from ansible_collections.ucops.rollout.plugins.plugin_utils.winrm.files_port import FileOutcome, FileProgram, Files
from ansible_collections.ucops.rollout.plugins.plugin_utils.winrm.host_port import WindowsHost
from ansible_collections.ucops.rollout.plugins.plugin_utils.winrm.powershell_port import PowerShell, Script
from ansible_collections.ucops.rollout.plugins.plugin_utils.winrm.programs_port import ProgramResult, Programs
from ansible_collections.ucops.rollout.plugins.plugin_utils.winrm.registry_port import Branch
from ansible_collections.ucops.rollout.plugins.plugin_utils.winrm.remembered import AskedOnce, Remembered
from ansible_collections.ucops.rollout.plugins.plugin_utils.winrm.wmi_port import Wmi, WmiObject, WmiReference, WmiValue


def reading_once(host: WindowsHost, ahead: Sequence[Branch] = ()) -> WindowsHost:
    """The same host, of which every value of the registry and every answer of WMI is read once. WMI changes nothing.

    :param ahead: of the registry, read along with whatever is asked for first.
    """
    return replace(host, registry=Remembered(host.registry, ahead), wmi=_WmiOnce(host.wmi))


def reading_until_run(host: WindowsHost, ahead: Sequence[Branch] = ()) -> WindowsHost:
    """The same host, of which every value of the registry is read once until something runs there, and then anew.

    WMI is asked each time, since what it tells changes by itself, and nothing changes the registry by WMI here.

    :param ahead: of the registry, read along with whatever is asked for first, and with what runs on files.
    """
    registry = Remembered(host.registry, ahead)
    return replace(
        host,
        registry=registry,
        programs=_Programs(host.programs, registry),
        files=_Files(host.files, registry),
        powershell=_PowerShell(host.powershell, registry),
    )


class _Programs(Programs):
    def __init__(self, programs: Programs, registry: Remembered) -> None:
        self.inner, self._registry = programs, registry

    def run(self, arguments: Sequence[str], *, timeout: float = 60.0) -> ProgramResult:
        self._registry.forget()
        return self.inner.run(arguments, timeout=timeout)

    def run_all(self, commands: Sequence[Sequence[str]], *, timeout: float = 60.0) -> list[ProgramResult]:
        self._registry.forget()
        return self.inner.run_all(commands, timeout=timeout)

    def rest(self) -> None:
        self.inner.rest()


class _PowerShell(PowerShell):
    def __init__(self, powershell: PowerShell, registry: Remembered) -> None:
        self._powershell, self._registry = powershell, registry

    def run(self, script: Script, values: Mapping[str, str], *, timeout: float) -> Mapping[str, Any]:
        self._registry.forget()
        return self._powershell.run(script, values, timeout=timeout)


class _Files(Files):
    """Where a program runs, and where another run may have worked until now, the registry is read along."""

    def __init__(self, files: Files, registry: Remembered) -> None:
        self._files, self._registry = files, registry

    @property
    def notice(self) -> str:
        return self._files.notice

    def temporary(self, suffix: str) -> str:
        return self._files.temporary(suffix)

    def leftovers(self) -> tuple[str, ...]:
        return self._files.leftovers()

    def claim(self, name: str, holder: str, then: Remembered | None = None) -> bool:
        self._registry.forget()
        return self._files.claim(name, holder, then or self._registry)

    def claimed_by(self, name: str) -> str | None:
        return self._files.claimed_by(name)

    def renew_claim(self, name: str, holder: str, later: str) -> bool:
        return self._files.renew_claim(name, holder, later)

    def give_back(self, name: str, *holders: str) -> None:
        self._files.give_back(name, *holders)

    def write(self, path: str, content: bytes) -> None:
        self._files.write(path, content)

    def read(self, path: str) -> bytes | None:
        return self._files.read(path)

    def delete(self, paths: Sequence[str]) -> None:
        self._files.delete(paths)

    def run(
        self,
        programs: Programs,
        jobs: Sequence[FileProgram],
        *,
        timeout: float = 60.0,
        then: Remembered | None = None,
    ) -> tuple[FileOutcome, ...]:
        told = all(job.changes for job in jobs)
        self._registry.forget([key for job in jobs for key in job.changes] if told else ())
        inner = programs.inner if isinstance(programs, _Programs) else programs
        return self._files.run(inner, jobs, timeout=timeout, then=then or self._registry)


class _WmiOnce(Wmi):
    """Queries alone; what changes something is refused."""

    def __init__(self, wmi: Wmi) -> None:
        self._wmi, self._once = wmi, AskedOnce()

    def query(self, namespace: str, wql: str, *, references: bool = False) -> tuple[WmiObject, ...]:
        more = {"references": True} if references else {}
        return self._once.ask((namespace, wql, references), lambda: self._wmi.query(namespace, wql, **more))

    def get(self, namespace: str, class_name: str, selectors: Mapping[str, str] | None = None) -> WmiObject:
        asked = (namespace, class_name, tuple(sorted((selectors or {}).items())))
        return self._once.ask(asked, lambda: self._wmi.get(namespace, class_name, selectors))

    def put(self, reference: WmiReference, properties: Mapping[str, WmiValue]) -> WmiObject:
        _refuse("put", reference.resource_uri)

    def delete(self, reference: WmiReference) -> None:
        _refuse("delete", reference.resource_uri)

    def invoke(
        self,
        namespace: str,
        class_name: str,
        method: str,
        parameters: Sequence[tuple[str, WmiValue]],
        selectors: Mapping[str, str] | None = None,
    ) -> WmiObject:
        _refuse(method, class_name)


def _refuse(what: str, of: str) -> NoReturn:
    raise RolloutError(f"{what} of {of} was asked for while a host is only read")
