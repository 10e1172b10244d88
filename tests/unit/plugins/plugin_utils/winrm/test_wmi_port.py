"""Values that go through the port to WMI."""

from __future__ import annotations

from unit.abstract import demands

from ansible_collections.ucops.rollout.plugins.plugin_utils.winrm.wmi_port import Wmi, WmiObject


def test_a_property_is_found_without_regard_to_case() -> None:
    found = WmiObject("Win32_Service", {"Name": "RTCSRV", "State": None})
    assert (found.get("Name"), found.get("NAME"), found.get("state"), found.get("Other")) == ("RTCSRV",) * 2 + (
        None,
    ) * 2


def test_the_exact_spelling_comes_first() -> None:
    assert WmiObject("X", {"name": "a", "Name": "b"}).get("Name") == "b"


def test_an_adapter_brings_all_of_it() -> None:
    assert demands(Wmi, "query", "get", "put", "delete", "invoke")
