"""The port to the registry: it reads, and has no way to write."""

from __future__ import annotations

import pytest
from unit.abstract import demands
from unit.fakes_windows import FakeRegistry
from unit.registry_values import ALL, TOO_LARGE, registry_of_all

from ansible_collections.ucops.rollout.plugins.plugin_utils.winrm.registry_port import (
    Branch,
    KeyContent,
    Registry,
)


@pytest.fixture
def registry() -> FakeRegistry:
    return registry_of_all()


def test_an_adapter_brings_all_of_it() -> None:
    assert demands(Registry, "subkeys", "string", "strings", "dword", "binary")


def test_branches_are_read_value_by_value_where_an_adapter_has_no_better_way(registry: FakeRegistry) -> None:
    assert registry.branches([ALL, Branch("A"), Branch("B")]) == (
        KeyContent(
            {"text": "x", "texts": ("y", "z"), "number": 7}, {"1": {"Blob": b"1"}, "2": {"Blob": TOO_LARGE}, "3": {}}
        ),
        KeyContent({}, {"1": {}, "2": {}, "3": {}}),
        None,
    )
    assert registry.notice == ""
