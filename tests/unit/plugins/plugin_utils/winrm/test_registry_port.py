"""The port to the registry: it reads, and has no way to write."""

from __future__ import annotations

from unit.abstract import demands

from ansible_collections.ucops.rollout.plugins.plugin_utils.winrm.registry_port import Registry


def test_an_adapter_brings_all_of_it() -> None:
    assert demands(Registry, "subkeys", "string", "strings", "dword", "binary")
