"""Names in A-label form."""

from __future__ import annotations

from typing import Any

import pytest
from unit.finding_cases import lync, of_code

CODE = "name-internationalised"


@pytest.mark.parametrize(
    ("changes", "where"),
    [
        ({"pools[2].fqdn": "xn--rp-eka.contoso.com"}, "pools[2]"),
        ({"pools[0].servers[1].fqdn": "xn--fe-eka.contoso.net"}, "pools[0].servers[1]"),
        ({"pools[0].web.internal_fqdn": "xn--web-eka.contoso.net"}, "pools[0].web.internal_fqdn"),
        ({"pools[1].edge.av": "xn--av-eka.contoso.com"}, "pools[1].edge.av"),
    ],
)
def test_where_such_a_name_is_given(changes: dict[str, Any], where: str) -> None:
    assert [one.where for one in of_code(CODE, lync(changes)[1].findings)] == [where]


def test_a_name_is_told_once() -> None:
    changes = {
        "sip_domains[1].name": "xn--fabrikam-eka.com",
        "dns.internal.zones[2].name": "xn--fabrikam-eka.com",
        "dns.external.zones[1].name": "xn--fabrikam-eka.com",
    }
    found = of_code(CODE, lync(changes)[1].findings)
    assert [one.where for one in found] == ["sip_domains[1]", "sip_domains[1]"]
    assert found[1].message.startswith("'meet.xn--fabrikam-eka.com'")
