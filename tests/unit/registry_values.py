"""A registry with a key that holds a value of each kind, and keys with blobs below it."""

from __future__ import annotations

from unit.fakes_windows import FakeRegistry

from ansible_collections.ucops.rollout.plugins.plugin_utils.winrm.registry_port import (
    BINARY,
    NUMBER,
    STRING,
    STRINGS,
    Branch,
    ValueTooLarge,
)

ALL = Branch("A", (("text", STRING), ("texts", STRINGS), ("number", NUMBER), ("none", STRING)), (("Blob", BINARY),))
TOO_LARGE = ValueTooLarge("too large")


def registry_of_all() -> FakeRegistry:
    """What ``ALL`` asks for, without "none"; the blob of the second key is too large."""
    found = FakeRegistry()
    found.values = {
        "A": {"text": "x", "texts": ("y", "z"), "number": 7},
        "A\\1": {"Blob": b"1"},
        "A\\2": {"Blob": TOO_LARGE},
        "A\\3": {},
    }
    return found
