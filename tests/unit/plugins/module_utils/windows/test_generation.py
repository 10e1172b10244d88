from __future__ import annotations

import pytest

from ansible_collections.ucops.rollout.plugins.module_utils.errors import RolloutError
from ansible_collections.ucops.rollout.plugins.module_utils.windows.generation import Generation, generation


@pytest.mark.parametrize(
    ("version", "name", "modern", "deletes"),
    [
        ("5.0.2195", "older", False, False),
        ("5.2.3790", "2003", False, False),
        ("6.0.6002", "2008", True, False),
        ("6.1.7601", "2008r2", True, False),
        ("6.2.9200", "2012", True, True),
        ("6.3.9600", "2012r2", True, True),
        ("10.0.14393", "2016", True, True),
        ("10.0.17763", "2019", True, True),
        ("10.0.20348", "2022", True, True),
        ("10.0.26100", "2025", True, True),
        ("10.0.10240", "newer", True, True),
        ("6.4.1", "newer", True, True),
        ("11.0.1", "newer", True, True),
    ],
)
def test_generation(version: str, name: str, modern: bool, deletes: bool) -> None:
    # What Schannel makes of the roots came with the same generation.
    assert generation(version) == Generation(
        name, cng=modern, netsh_http=modern, wmi_deletes=deletes, checks_roots=deletes
    )


@pytest.mark.parametrize("version", ["", "6", "6.1", "a.b.c"])
def test_no_version(version: str) -> None:
    with pytest.raises(RolloutError, match="no version"):
        generation(version)
