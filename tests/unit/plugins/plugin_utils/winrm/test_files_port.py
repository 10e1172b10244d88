"""The port to files."""

from __future__ import annotations

from unit.abstract import demands

from ansible_collections.ucops.rollout.plugins.plugin_utils.winrm.files_port import Files


def test_an_adapter_brings_all_of_it() -> None:
    assert demands(
        Files,
        "temporary",
        "leftovers",
        "claim",
        "claimed_by",
        "renew_claim",
        "give_back",
        "write",
        "read",
        "delete",
    )
