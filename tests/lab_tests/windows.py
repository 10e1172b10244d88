# Copyright: (c) 2026, The ucops.rollout developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Running programs on the lab's machines in tests: inside this process, and over WinRM with others' clients."""

from __future__ import annotations

import base64
import functools
import re
import textwrap
import threading
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from lab_tests.foreign import PASSWORD, USER
from pypsrp.shell import Process as PsrpProcess
from pypsrp.shell import SignalCode, WinRS
from pypsrp.wsman import WSMan

from lab.accounts import Account, Session
from lab.client import RunningEstate
from lab.estate import Estate
from lab.languages import USUAL, language_of
from lab.machine import Machine
from lab.network import Network
from lab.programs.cmd import processor
from lab.programs.process import Collector, Input, Process, Terminated
from lab.winrm.environment import machine_environment

TEMP = "C:\\Windows\\Temp\\"
CONFIG = '"ca01.company.local\\Company CA"'
NAMES = "dns=pool.company.local&dns=sip.company.local"


def description(**ca: Any) -> dict[str, Any]:
    """A CA and a server; `ca` are the CA's settings, but for `generation` and `language`, which are of both."""
    both = {"generation": ca.pop("generation", "2008r2"), "language": ca.pop("language", "en-US")}
    return {
        "domain": {"fqdn": "company.local", "netbios": "COMPANY"},
        "accounts": [
            {"name": "rollout", "password": "Rollout-2007!", "administrator": True, "groups": ["Domain Admins"]},
            {"name": "clerk", "password": "Clerk-2007!"},
        ],
        "hosts": [
            {"name": "ca01", "address": "10.0.0.6", **both,
             "ca": {"common_name": "Company CA", "type": "enterprise_root", "key_length": 1024, **ca}},
            {"name": "srv01", "address": "10.0.0.11", **both, "front_end": {}, "http": {}},
        ],
    }  # fmt: skip


@dataclass
class Ended:
    """What a program did: its exit code (None while it hangs), output, and what it waits for."""

    code: int | None
    out: str
    err: str
    waits_for: str = ""


@functools.cache
def _phrases(language: str) -> list[tuple[re.Pattern[str], str]]:
    """Each text of a language, those that say most first, as a pattern with its fields, and the English one."""
    own, english = language_of(language), language_of(USUAL)
    pairs = [(own.texts.get(name, text), text) for name, text in english.texts.items()]
    pairs += [(text.replace("{", "{{"), english.errors.get(code, text)) for code, text in own.errors.items()]
    pairs.sort(key=lambda pair: -len(re.sub("{.*?}", "", pair[0])))
    return [(re.compile(_pattern(said)), text) for said, text in pairs if re.sub("{.*?}", "", said).strip()]


def _pattern(text: str) -> str:
    literal, fields = re.split(r"{\w+[^}]*}", text), re.findall(r"{(\w+)[^}]*}", text)
    groups = [f"(?P<{name}>.*?)" if name not in fields[:at] else f"(?P={name})" for at, name in enumerate(fields)]
    return "".join(re.escape(part) + group for part, group in zip(literal, [*groups, ""], strict=True))


def into_english(language: str, line: str) -> str:
    """A line that a program said, in English by the lab's tables; what they do not have stays as it is."""
    for said, text in _phrases(language):
        if found := said.fullmatch(line):
            return text.format(**{name: into_english(language, value) for name, value in found.groupdict().items()})
        if not said.groups and (found := said.search(line)):
            return text.join(into_english(language, part) for part in (line[: found.start()], line[found.end() :]))
    return line


@dataclass
class Lab:
    """Machines inside this process, without any listener of WinRM. `translated`: what they say is put into English."""

    estate: Estate
    translated: bool = False
    delegated: bool = False
    user: str = "rollout"
    running: list[threading.Event] = field(default_factory=list)

    def machine(self, name: str) -> Machine:
        return self.estate.machine(name)

    def session(self) -> Session:
        account = next(one for one in self.estate.description["accounts"] if one["name"] == self.user)
        return Session(Account.of("COMPANY", account), delegated=self.delegated)

    def run(self, host: str, line: str, stdin: bytes | None = None, seconds: float = 10.0) -> Ended:
        """Run a line as WinRS does, `cmd.exe /C line`; a program that waits for somebody is ended."""
        machine, stopped = self.machine(host), threading.Event()
        out, err, waits = Collector(), Collector(), threading.Event()
        noted: list[str] = []

        def note(why: str) -> None:
            noted.append(why)
            waits.set()

        session = self.session()
        feed = Input(stopped, stdin or b"", closed=stdin is not None)
        process = Process(
            machine, session, machine_environment(machine, session, self.user), f"C:\\Users\\{self.user}", feed, out,
            err, stopped, 65001, f'C:\\Windows\\system32\\cmd.exe /C {line}', note,
        )  # fmt: skip
        codes: list[int] = []
        thread = threading.Thread(target=lambda: _run(process, codes, waits), daemon=True)
        thread.start()
        waits.wait(seconds)
        thread.join(0.2 if noted else seconds)
        stopped.set()
        feed.wake()
        thread.join(2)
        text = [self._told(machine, part.data.decode("utf-8")) for part in (out, err)]
        return Ended(codes[0] if codes else None, text[0], text[1], noted[-1] if noted and not codes else "")

    def _told(self, machine: Machine, text: str) -> str:
        if not self.translated or machine.language == USUAL:
            return text
        return "\r\n".join(into_english(machine.language, line) for line in text.split("\r\n"))

    def write(self, host: str, name: str, content: str | bytes) -> None:
        data = content.encode("utf-8") if isinstance(content, str) else content
        self.machine(host).files.write(TEMP + name, data)

    def read(self, host: str, name: str) -> bytes:
        data: bytes = self.machine(host).files.read(TEMP + name)
        return data

    def has(self, host: str, name: str) -> bool:
        return bool(self.machine(host).files.exists(TEMP + name))


def _run(process: Process, codes: list[int], waits: threading.Event) -> None:
    try:
        codes.append(processor.run(process) & 0xFFFFFFFF)
    except Terminated:
        pass
    finally:
        waits.set()


def local(directory: Path, start: bool = True, **ca: Any) -> Lab:
    """An estate inside this process with its CA and services started, and nothing that listens."""
    estate = Estate(description(**ca), directory, Network("ports", "127.39"))
    if start:
        for machine in estate.machines.values():
            for role in ("ca", "front_end"):
                if role in machine.roles:
                    machine.roles[role].start()
    return Lab(estate)


def speaking(tmp_path: Path, language: str, **ca: Any) -> Lab:
    """Machines of one language; what they say is compared in English."""
    lab = local(tmp_path, language=language, **ca)
    lab.translated = True
    return lab


def inf(names: str = NAMES, subject: str = "CN=pool.company.local", **keys: str) -> str:
    """A policy file for certreq -new; `keys` are added to (or change) [NewRequest]; template goes to its section."""
    template = keys.pop("CertificateTemplate", "")
    extensions = keys.pop("Extensions", f'2.5.29.17 = "{{text}}{names}"')
    settings = {
        "Subject": f'"{subject}"', "MachineKeySet": "TRUE", "KeyLength": "1024", "KeyUsage": "0xa0",
        "ProviderName": '"Microsoft RSA SChannel Cryptographic Provider"', "ProviderType": "12",
        "RequestType": "PKCS10", **keys,
    }  # fmt: skip
    lines = ["[Version]", 'Signature = "$Windows NT$"', "[NewRequest]", *(f"{k} = {v}" for k, v in settings.items())]
    lines += ["[Extensions]", extensions] if extensions else []
    lines += ["[RequestAttributes]", f"CertificateTemplate = {template}"] if template else []
    return "\r\n".join([*lines, ""])


# --- over WinRM, with pypsrp -----------------------------------------------------------------------------------------


def connection(estate: RunningEstate, host: str, **options: Any) -> WSMan:
    """pypsrp's connection to a host."""
    settings = {"operation_timeout": 20, "read_timeout": 30, "username": USER, "password": PASSWORD} | options
    return WSMan(estate.address(host), port=5985, ssl=False, auth="ntlm", encryption="always", **settings)


def remote(estate: RunningEstate, host: str, line: str, codepage: int = 65001, **options: Any) -> Ended:
    """Run one line in a shell of its own; a non-zero exit code is no error here."""
    with WinRS(connection(estate, host, **options), codepage=codepage) as shell:
        process = PsrpProcess(shell, line)
        process.invoke()
        process.signal(SignalCode.TERMINATE)
        assert process.rc is not None
        return Ended(process.rc & 0xFFFFFFFF, process.stdout.decode("utf-8"), process.stderr.decode("utf-8"))


def upload(estate: RunningEstate, host: str, name: str, content: str | bytes) -> None:
    """Write a file the way it is done without PowerShell: base64 in pieces, then certutil -decode."""
    data = content.encode("utf-8") if isinstance(content, str) else content
    target = TEMP + name
    pieces = textwrap.wrap(base64.b64encode(data).decode("ascii"), 1500)
    lines = [f'echo {piece} {">" if not at else ">>"} "{target}.b64"' for at, piece in enumerate(pieces)]
    for at in range(0, len(lines), 4):
        assert remote(estate, host, " & ".join(lines[at : at + 4])).code == 0
    done = remote(estate, host, f'certutil -f -decode "{target}.b64" "{target}" & del "{target}.b64"')
    assert done.code == 0, done


def download(estate: RunningEstate, host: str, name: str) -> str:
    return remote(estate, host, f'type "{TEMP}{name}"').out
