"""Walks through a guide as a reader does: writes its files, runs its commands, and looks for what it says one sees.

A guide has the addresses and ports of its estate. In its files those are turned into the lab's, in what is shown back.
How the lab's hosts are reached lies beside the guide's own inventory, in ``inventory/lab.yml``.
"""

from __future__ import annotations

import contextlib
import os
import re
import shlex
import subprocess
from pathlib import Path
from typing import Any

import yaml
from guidekit import GUIDES, Step, commands_of, edited, flat, not_seen, steps_of
from guideorders import ORDERS
from proofkit.public_ca import PublicCa
from sitekit import BIN, Run, Site, environment, play

# Where the guides say that they work.
HOME = "/home/admin/rollout"
_PORTS = (53, 443)
# Addresses outside of an Edge pool: 10.0.2.0/24 in the lab's estates.
_PUBLIC = r"\b203\.0\.113\.([45]\d)\b"
_ASKS = "--ask-pass"


class NotAsTold(AssertionError):
    """A guide says otherwise than what came out; the message has the guide's line."""


def steps_of_guide(name: str) -> list[Step]:
    return steps_of((GUIDES / name).read_text(encoding="utf-8"))


def begins(name: str) -> tuple[str, str]:
    """The estate that a guide begins with, and the guide of the first rollout that was done there, if any.

    The files of that guide are there, too; where it names itself, those that it begins with are what was rolled out.
    """
    (given,) = (step.value for step in steps_of_guide(name) if step.kind == "begins")
    estate, _after, before = given.partition(" after ")
    return estate, before


class Walk:
    """One guide, in a folder of its own."""

    def __init__(self, name: str, site: Site, work: Path) -> None:
        self.name, self.site, self.work = name, site, work
        self._steps = steps_of_guide(name)
        self._last, self._copied = Run(0, ""), dict[str, str]()
        self._subnet = site.estate.address("dc01").rsplit(".", 2)[0]
        self.commands = 0
        secret = work.parent / "vault-password"
        secret.write_text("nothing is encrypted\n", encoding="utf-8")
        # What a guide has -> what the lab has in its place.
        self.stand_ins = {"/home/admin/ucops/bin": str(BIN), "/home/admin/.vault-password": str(secret)}
        self.authority: PublicCa | None = None
        self.others = contextlib.ExitStack()  # servers of other teams, until the end
        work.mkdir()
        asks = any(_ASKS in step.text for step in self._steps if step.kind == "run")
        self._write_inventory(without_password=asks)

    def __enter__(self) -> Walk:
        return self

    def __exit__(self, *_given: object) -> None:
        self.others.close()

    def _write_inventory(self, *, without_password: bool) -> None:
        """How the hosts are reached here, and nothing that a guide has to say."""
        given = self.site.estate.variables
        kept = ("pool_verify_dns_port", "pool_verify_port_map", "pool_certificates_port_map")
        reached = {key: given[key] for key in kept if key in given}
        reached |= {"pool_verify_wait": 0, "pool_verify_replication_wait": 0}
        if not without_password:
            reached["ansible_password"] = given["ansible_password"]
        hosts = yaml.safe_load(self.site.estate.inventory.read_text(encoding="utf-8"))["all"]["hosts"]
        for host in hosts:
            short = host.partition(".")[0]
            reached[f"vault_{short}_password"] = self.site.estate.variables_of(host)["ansible_password"]
        place = self.work / "inventory" / "lab.yml"
        place.parent.mkdir()
        place.write_text(yaml.safe_dump({"all": {"hosts": hosts, "vars": reached}}), encoding="utf-8")

    def know(self, **variables: Any) -> None:
        """What the vault and the inventory of the lab have from now on."""
        path = self.work / "inventory" / "lab.yml"
        inventory = yaml.safe_load(path.read_text(encoding="utf-8"))
        inventory["all"]["vars"] |= variables
        path.write_text(yaml.safe_dump(inventory), encoding="utf-8")

    def go(self, before: str) -> None:
        """:param before: the guide whose files are there."""
        if before and before != self.name:
            self.write_files(before)
        for step in self._steps:
            try:
                getattr(self, f"_{step.kind}", lambda _step: None)(step)
            except Exception as error:
                raise NotAsTold(f"docs/guides/{self.name}:{step.line}: {error}") from error

    def write_files(self, name: str) -> None:
        """The files of a guide, its own or another one, as they are before its first change."""
        kinds = [step.kind for step in steps_of_guide(name)]
        for step in steps_of_guide(name)[: kinds.index("edits") if "edits" in kinds else None]:
            if step.kind == "file":
                self._file(step)

    def _file(self, step: Step) -> None:
        path = self.work / step.value
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(self._here(step.text) + "\n", encoding="utf-8")

    def _edits(self, step: Step) -> None:
        path = self.work / step.value
        path.write_text(edited(path.read_text(encoding="utf-8"), self._here(step.text)), encoding="utf-8")

    def _run(self, step: Step) -> None:
        commands = commands_of(step.text)
        for at, command in enumerate(commands):
            self.play(command, int(step.value or 0) if at == len(commands) - 1 else 0)

    def play(self, command: str, wanted: int = 0) -> None:
        """A command of the reader's, or of somebody at the controller meanwhile; NotAsTold if it ends otherwise."""
        self._last = self._play_or_call(self._here(command))
        if self._last.code != wanted:
            raise NotAsTold(f"{command} ended with {self._last.code}, not {wanted}:\n{self._shown()}")
        self.commands += 1

    def _sees(self, step: Step) -> None:
        expected = re.sub("|".join(map(re.escape, self._copied)) or "$^", lambda one: self._copied[one[0]], step.text)
        missing = not_seen(expected, self._shown())
        if missing:
            raise NotAsTold(f"not seen:\n{missing}\nin\n{self._shown()}")

    def _types(self, step: Step) -> None:
        self.site.script(step.value, self._here(step.text))

    def _copies(self, step: Step) -> None:
        name, _is, expression = step.value.partition(" = ")
        found = re.search(expression, flat(self._shown()))
        if found is None:
            raise NotAsTold(f"nothing to copy: {expression} in\n{self._shown()}")
        self._copied[name] = found[1]

    def _lab(self, step: Step) -> None:
        order, *arguments = shlex.split(self._here(step.value))
        ORDERS[order](self, *arguments)

    def _play_or_call(self, command: str) -> Run:
        arguments = shlex.split(command)
        if arguments[0] == "ansible-playbook" and not set("|&;<>") & set(command):
            password = f"{self.site.estate.variables['ansible_password']}\n" if _ASKS in arguments else ""
            return play(arguments[1], *arguments[2:], cwd=self.work, given=password)
        # A scheduler starts a script, and gives it no more than this.
        path = "/usr/bin:/bin" if arguments[0] == "sh" else f"{BIN}:{os.environ['PATH']}"
        done = subprocess.run(
            ["bash", "-c", command],
            cwd=self.work,
            env={**environment(self.work), "PATH": path},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=240,
            check=False,
        )
        return Run(done.returncode, done.stdout + done.stderr)

    def _here(self, text: str) -> str:
        """A guide's text with what the reader copied, and the lab's addresses."""
        for name, value in self._copied.items():
            text = text.replace(name, value)
        for written, here in {HOME: str(self.work), **self.stand_ins}.items():
            text = text.replace(written, here)
        text = re.sub(_PUBLIC, r"10.0.2.\1", text)
        return re.sub(r"\b10\.0\.(\d+\.\d+)\b", rf"{self._subnet}.\1", text)

    def _shown(self) -> str:
        """What the last command showed, as it would be in the guide's estate."""
        text = self._last.output
        for written, here in {HOME: str(self.work), **self.stand_ins}.items():
            text = text.replace(here, written)
        text = re.sub(rf"\b{re.escape(self._subnet)}\.(\d+\.\d+)\b", r"10.0.\1", text)
        text = re.sub(r"\b10\.0\.2\.(\d+)\b", r"203.0.113.\1", text)
        for port in _PORTS:
            text = re.sub(rf"\b{self.site.estate.port(port)}\b", str(port), text)
        return text

    def topology(self) -> Any:
        """That of the guide's inventory, with the lab's addresses."""
        path = self.work / "inventory" / "group_vars" / "all.yml"
        return yaml.safe_load(path.read_text(encoding="utf-8"))["ucops_topology"]
