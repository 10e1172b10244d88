"""The names of connections."""

from __future__ import annotations

import pytest

from ansible_collections.ucops.rollout.plugins.plugin_utils.controller.connections import is_supported


@pytest.mark.parametrize(
    ("name", "supported"),
    [
        ("winrm", True),
        ("psrp", True),
        ("ansible.builtin.psrp", True),
        ("ansible.builtin.ssh", False),
        ("ssh", False),
        ("winmr", False),
        ("other.collection.winrm", False),
        ("", False),
    ],
)
def test_windows_is_reached_by_two_of_ansibles_connections(name: str, supported: bool) -> None:
    assert is_supported(name) is supported
