"""What only a plan that was made by hand has, with its texts."""

from __future__ import annotations

import pytest
from unit.finding_cases import provoked


@pytest.mark.parametrize(
    ("code", "message"),
    [
        (
            "holder-is-no-server",
            "ocssrv01.company.local/default is for ocssrv01.company.local, and the plan's servers are none",
        ),
        (
            "assigned-without-holding",
            "ocssrv01.company.local/default is to be assigned on 'ocssrv01.company.local', which is none of its"
            " holders",
        ),
        ("request-impossible", "'CN=a;b.company.local' cannot be written into a request: it has ';'"),
    ],
)
def test_texts(code: str, message: str) -> None:
    found = provoked(code)[0]
    assert (found.severity, found.where, found.message) == ("error", "ocssrv01.company.local/default", message)
