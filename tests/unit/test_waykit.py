"""The table of the ways in (tests/waykit.py)."""

from __future__ import annotations

import waykit


def test_rollouts_are_rows_of_one_table() -> None:
    counters = {"dc01": {"requests": 12}, "ca01": {"requests": 30}}
    told = waykit.row(("winrm", "ntlm", "HTTPS"), "edge", "done", counters, 4.25)
    assert waykit.table([("other", "a"), told]) == [
        "| connection | transport | listener | estate | result | requests | seconds |",
        "| --- | --- | --- | --- | --- | --- | --- |",
        "| winrm | ntlm | HTTPS | edge, 2 hosts | done | 42 | 4.2 |",
    ]
    assert waykit.table([("other", "a")]) == []
