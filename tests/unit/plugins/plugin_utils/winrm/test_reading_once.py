"""A host of which nothing is asked twice: as it is at one moment, or until something is done there."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest
from unit.fakes_windows import FakeFiles, FakeServer, NoWmi

from ansible_collections.ucops.rollout.plugins.module_utils.errors import RolloutError
from ansible_collections.ucops.rollout.plugins.plugin_utils.winrm.files_port import FileProgram
from ansible_collections.ucops.rollout.plugins.plugin_utils.winrm.powershell_port import PowerShell, Script
from ansible_collections.ucops.rollout.plugins.plugin_utils.winrm.reading_once import reading_once, reading_until_run
from ansible_collections.ucops.rollout.plugins.plugin_utils.winrm.registry_port import STRING, Branch
from ansible_collections.ucops.rollout.plugins.plugin_utils.winrm.remembered import Remembered
from ansible_collections.ucops.rollout.plugins.plugin_utils.winrm.wmi_port import WmiObject, WmiReference

SCRIPT = Script("nothing", "", look="x", otherwise="y")


class NoScript(PowerShell):
    def run(self, script: Script, values: Mapping[str, str], *, timeout: float) -> Mapping[str, Any]:
        return {}


class CountingWmi(NoWmi):
    def __init__(self) -> None:
        self.asked: list[Any] = []

    def query(self, namespace: str, wql: str, *, references: bool = False) -> tuple[WmiObject, ...]:
        self.asked.append((wql, references))
        return (WmiObject(f"answer {len(self.asked)}"),)

    def get(self, namespace: str, class_name: str, selectors: Any = None) -> WmiObject:
        self.asked.append((class_name, selectors))
        return WmiObject(f"answer {len(self.asked)}")


def test_values_of_the_registry_stay_as_they_were_read() -> None:
    server = FakeServer()
    server.registry.set("SOFTWARE\\X", "Text", "one")
    once = reading_once(server.host).registry
    assert once.string("SOFTWARE\\X", "Text") == "one"
    server.registry.values.clear()
    assert once.string("SOFTWARE\\X", "Text") == "one"
    assert reading_once(server.host).registry.string("SOFTWARE\\X", "Text") is None


DOINGS = {
    "a program": lambda host: host.programs.run(["certutil", "-delstore", "MY", "00"]),
    "programs": lambda host: host.programs.run_all([["certutil", "-delstore", "MY", "00"]]),
    "a program with files": lambda host: host.files.run(host.programs, [FileProgram(["certutil", "-delstore"])]),
    "a program that says what it changes": lambda host: host.files.run(
        host.programs, [FileProgram(["certutil", "-delstore"], changes=("SOFTWARE\\X\\Y",))]
    ),
    "a script": lambda host: host.powershell.run(SCRIPT, {}, timeout=1.0),
    "another run before": lambda host: host.files.claim("certificates", "me"),
}
LOOKS = {
    "a file": lambda host: (host.files.write("x", b"1"), host.files.read("x"), host.files.delete(["x"])),
    "leftovers": lambda host: (host.files.leftovers(), host.files.temporary(".req"), host.files.notice),
    "a claim": lambda host: (
        host.files.claimed_by("x"), host.files.renew_claim("x", "a", "b"), host.files.give_back("x", "a"),
    ),
    "what changes elsewhere": lambda host: host.files.run(
        host.programs, [FileProgram(["certutil", "-delstore"], changes=("SYSTEM",))]
    ),
    "a rest": lambda host: host.programs.rest(),
}  # fmt: skip


def _reads(doing: Any) -> list[str | None]:
    server = FakeServer()
    server.programs.handlers["certutil"] = lambda _arguments: (0, "")
    server.registry.set("SOFTWARE\\X", "Text", "one")
    host = reading_until_run(replace(server.host, powershell=NoScript()))
    found = [host.registry.string("SOFTWARE\\X", "Text")]
    server.registry.set("SOFTWARE\\X", "Text", "two")
    found.append(host.registry.string("SOFTWARE\\X", "Text"))
    doing(host)
    return [*found, host.registry.string("SOFTWARE\\X", "Text")]


@pytest.mark.parametrize("doing", DOINGS.values(), ids=DOINGS)
def test_after_something_was_done_there_the_registry_is_read_anew(doing: Any) -> None:
    assert _reads(doing) == ["one", "one", "two"]


@pytest.mark.parametrize("look", LOOKS.values(), ids=LOOKS)
def test_what_changes_no_value_lets_them_stay(look: Any) -> None:
    branch = Branch("SOFTWARE\\X", (("Text", STRING),))
    server = FakeServer()
    server.programs.handlers["certutil"] = lambda _arguments: (0, "")
    server.registry.set("SOFTWARE\\X", "Text", "one")
    host = reading_until_run(server.host, [branch])
    host.registry.branches([branch])
    server.registry.set("SOFTWARE\\X", "Text", "two")
    look(host)
    assert host.registry.string("SOFTWARE\\X", "Text") == "one"


def test_the_registry_goes_along_with_what_runs_on_files_and_with_a_claim() -> None:
    server, given = FakeServer(), []

    class Along(FakeFiles):
        def claim(self, name: str, holder: str, then: Any = None) -> bool:
            given.append(then)
            return super().claim(name, holder)

        def run(self, programs: Any, jobs: Any, *, timeout: float = 60.0, then: Any = None) -> Any:
            given.append(then)
            return super().run(programs, jobs, timeout=timeout)

    server.programs.handlers["certutil"] = lambda _arguments: (0, "")
    host = reading_until_run(replace(server.host, files=Along()))
    host.files.claim("certificates", "me")
    host.files.run(host.programs, [FileProgram(["certutil"])])
    other = Remembered(server.registry)
    host.files.claim("requests", "me", other)
    assert given == [host.registry, host.registry, other]


def test_a_query_is_asked_once_and_an_error_stays_one() -> None:
    wmi = CountingWmi()
    once = reading_once(replace(FakeServer().host, wmi=wmi)).wmi
    assert once.query("root", "A") is once.query("root", "A")
    assert once.query("root", "A", references=True)[0].class_name == "answer 2"
    assert once.get("root", "B", {"k": "v"}) is once.get("root", "B", {"k": "v"})
    assert wmi.asked == [("A", False), ("A", True), ("B", {"k": "v"})]
    broken = reading_once(FakeServer().host).wmi
    for _again in range(2):
        with pytest.raises(RolloutError):
            broken.query("root/cimv2", "SELECT * FROM MSFT_SIPRoutingSetting")


@pytest.mark.parametrize(
    "change",
    [
        lambda wmi: wmi.put(WmiReference("X"), {}),
        lambda wmi: wmi.delete(WmiReference("X")),
        lambda wmi: wmi.invoke("root", "X", "Create", []),
    ],
    ids=["put", "delete", "invoke"],
)
def test_nothing_is_changed(change: Any) -> None:
    with pytest.raises(RolloutError, match="of X was asked for while a host is only read"):
        change(reading_once(FakeServer().host).wmi)
