"""What a Windows host says of itself."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from unit.damage import TEXTS
from unit.fakes_windows import FakeServer, NoWmi

from ansible_collections.ucops.rollout.plugins.module_utils.codec import to_plain
from ansible_collections.ucops.rollout.plugins.module_utils.errors import RolloutError
from ansible_collections.ucops.rollout.plugins.plugin_utils.winrm.system import describe_system, generation_of
from ansible_collections.ucops.rollout.plugins.plugin_utils.winrm.wmi_port import WmiObject


class OneSystem(NoWmi):
    def __init__(self, *systems: WmiObject) -> None:
        self.systems = systems

    def query(self, namespace: str, wql: str, *, references: bool = False) -> Any:
        assert (namespace, wql) == (
            "root/cimv2",
            (
                "SELECT CSName,Version,BuildNumber,ServicePackMajorVersion,Caption,OSLanguage,LocalDateTime"
                " FROM Win32_OperatingSystem"
            ),
        )
        return self.systems


def system(**changes: str | None) -> WmiObject:
    known = {
        "CSName": "OCSSRV01",
        "Version": "6.1.7601",
        "BuildNumber": "7601",
        "ServicePackMajorVersion": "1",
        "Caption": "Microsoft Windows Server 2008 R2 Enterprise ",
        "OSLanguage": "1031",
        "LocalDateTime": "2026-11-22T09:00:00.5+01:00",
    }
    return WmiObject("Win32_OperatingSystem", {**known, **changes})


def test_a_system_in_plain_types() -> None:
    assert to_plain(describe_system(OneSystem(system()), where="x")) == {
        "host": "OCSSRV01",
        "version": "6.1.7601",
        "build": 7601,
        "service_pack": 1,
        "product": "Microsoft Windows Server 2008 R2 Enterprise",
        "language": 1031,
        "generation": "2008r2",
        "capabilities": {"cng": True, "netsh_http": True},
        "clock": "2026-11-22T08:00:00Z",
    }


def test_server_2003_can_less_and_may_say_less() -> None:
    found = describe_system(OneSystem(system(Version="5.2.3790", OSLanguage=None)), where="x")
    assert (found.generation, found.capabilities.netsh_http, found.language) == ("2003", False, None)


@pytest.mark.parametrize("systems", [(), (system(), system())])
def test_a_host_has_one_system(systems: tuple[WmiObject, ...]) -> None:
    with pytest.raises(RolloutError, match=f"^ocssrv01: the host describes {len(systems)} operating systems"):
        describe_system(OneSystem(*systems), where="ocssrv01")


@pytest.mark.parametrize(
    ("version", "name", "cng"), [("5.2", "2003", False), ("6.0", "2008", True), ("6.3", "2012r2", True)]
)
def test_a_generation_by_the_registry(version: str, name: str, cng: bool) -> None:
    found = generation_of(FakeServer(version=version).host)
    assert (found.name, found.cng) == (name, cng)


ODD = st.none() | TEXTS | st.sampled_from(["20261126170000.000000+999", "99999999999999.000000+000", "9" * 5000, "-1"])


@given(st.dictionaries(st.sampled_from(sorted(system().properties)), ODD))
def test_an_odd_description_is_read_or_refused_in_words(odd: Any) -> None:
    try:
        to_plain(describe_system(OneSystem(system(**odd)), where="ocssrv01"))
    except RolloutError as error:
        str(error).encode("utf-8")
