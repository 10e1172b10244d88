"""The ports of a Windows host: what an adapter must bring, and the values they speak in."""

from __future__ import annotations

import dataclasses

import pytest

from ansible_collections.ucops.rollout.plugins.plugin_utils.winrm.ports import (
    Files,
    ProgramResult,
    Programs,
    Registry,
    Wmi,
    WmiObject,
)

PORTS = {
    Wmi: {"query", "get", "put", "delete", "invoke"},
    Registry: {"subkeys", "string", "dword", "binary"},
    Programs: {"run"},
    Files: {"temporary", "write", "read", "delete"},
}


@pytest.mark.parametrize(("port", "methods"), PORTS.items(), ids=lambda value: getattr(value, "__name__", ""))
def test_a_port_is_whole_or_not_at_all(port: type, methods: set[str]) -> None:
    assert port.__abstractmethods__ == methods  # type: ignore[attr-defined]
    for missing in methods:
        given = {name: lambda self: None for name in methods - {missing}}
        with pytest.raises(TypeError, match=missing):
            type("Half", (port,), given)()


def test_a_property_is_found_in_any_case_and_null_is_none() -> None:
    zone = WmiObject("MicrosoftDNS_Zone", {"Name": "company.com", "name": "exact", "DsIntegrated": None})
    assert zone.get("Name") == "company.com"
    assert zone.get("name") == "exact"
    assert zone.get("NAME") == "company.com"
    assert zone.get("dsintegrated") is None
    assert zone.get("ZoneType") is None


@pytest.mark.parametrize(
    ("stdout", "stderr", "text"),
    [
        (b"", b"", ""),
        (b" done \r\n", b"", "done"),
        (b"out\r\n", b"err\r\n", "out\r\nerr"),
        (b"\x81 broken", b"", "\ufffd broken"),
    ],
)
def test_output_can_always_be_shown(stdout: bytes, stderr: bytes, text: str) -> None:
    assert ProgramResult("certutil", 1, stdout, stderr).text == text


def test_values_cannot_be_changed() -> None:
    with pytest.raises(dataclasses.FrozenInstanceError):
        ProgramResult("certutil", 1).exit_code = 0  # type: ignore[misc]
