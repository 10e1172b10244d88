"""The form in which a place is remembered, over the results of tasks and back."""

from __future__ import annotations

import pytest

from ansible_collections.ucops.rollout.plugins.module_utils.codec import from_plain, to_plain
from ansible_collections.ucops.rollout.plugins.module_utils.errors import RolloutError
from ansible_collections.ucops.rollout.plugins.plugin_utils.assigning.former import Former


def test_there_and_back() -> None:
    told = Former("http_sys", "0.0.0.0:443", "AB" * 20, "ipport", "MY")
    plain = {"way": "http_sys", "place": "0.0.0.0:443", "thumbprint": "AB" * 20, "kind": "ipport", "store": "MY",
             "issuer": "", "serial": ""}  # fmt: skip
    assert (to_plain(told), from_plain(Former, plain, where="x")) == (plain, told)


def test_what_it_named() -> None:
    assert Former("cmdlets", "Default", "ab" * 20).named == "AB" * 20
    assert Former("cmdlets", "Default").named is None
    bad = Former("cmdlets", "Default", "x")
    with pytest.raises(RolloutError, match="'x' is no thumbprint"):
        str(bad.named)
