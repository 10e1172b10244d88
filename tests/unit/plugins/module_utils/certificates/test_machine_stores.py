"""What a machine trusts, and what Schannel makes of it by its version and its settings."""

from __future__ import annotations

from typing import Any

import pytest
from unit.stores import OF_2008R2, OF_2012

from ansible_collections.ucops.rollout.plugins.module_utils.certificates.machine_stores import TrustedRoots


@pytest.mark.parametrize(
    ("windows", "setting", "sent", "refuses"),
    [
        (OF_2008R2, None, True, False),
        (OF_2008R2, 0, False, False),
        (OF_2012, None, False, True),
        (OF_2012, 1, True, True),
        (None, None, True, False),
    ],
)
def test_the_list_of_issuers_and_what_is_no_root(windows: Any, setting: int | None, sent: bool, refuses: bool) -> None:
    roots = TrustedRoots((), windows, setting)
    assert (roots.sends_list, roots.refuses_strangers) == (sent, refuses)
