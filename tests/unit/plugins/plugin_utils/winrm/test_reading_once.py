"""A host that is only read is asked once, and cannot be changed."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from unit.fakes_windows import FakeServer, NoWmi

from ansible_collections.ucops.rollout.plugins.module_utils.errors import RolloutError
from ansible_collections.ucops.rollout.plugins.plugin_utils.winrm.reading_once import reading_once
from ansible_collections.ucops.rollout.plugins.plugin_utils.winrm.wmi_port import WmiObject, WmiReference


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
    for name, value in (("Text", "one"), ("Texts", ("one",)), ("Number", 1), ("Bytes", b"1")):
        server.registry.set("SOFTWARE\\X", name, value)
    server.registry.set("SYSTEM\\X", "Text", "two")
    once = reading_once(server.host).registry
    reads = [
        lambda: once.subkeys("SYSTEM"),
        lambda: once.string("SOFTWARE\\X", "Text"),
        lambda: once.strings("SOFTWARE\\X", "Texts"),
        lambda: once.dword("SOFTWARE\\X", "Number"),
        lambda: once.binary("SOFTWARE\\X", "Bytes"),
    ]
    first = [read() for read in reads]
    assert first == [("X",), "one", ("one",), 1, b"1"]
    server.registry.values.clear()
    assert [read() for read in reads] == first
    assert once.string("software\\x", "TEXT") == "one"
    assert reading_once(server.host).registry.string("SOFTWARE\\X", "Text") is None


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
