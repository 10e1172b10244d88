"""SIP domains that have moved to Microsoft 365."""

from __future__ import annotations

import pytest
from unit.finding_cases import lync, of_code

MOVED = {"sip_domains[1]": {"name": "fabrikam.com", "cut_over": True}}
ALL = ["_sipfederationtls._tcp", "_sip._tls", "lyncdiscover", "sip"]


def test_each_missing_name_is_told_with_its_record() -> None:
    zone = {"name": "fabrikam.com", "copied_names": ["sip", "_sip._tls"]}
    (found,) = of_code("cut-over-names-inside", lync({**MOVED, "dns.internal.zones[2]": zone})[1].findings)
    assert "hides _sipfederationtls._tcp, lyncdiscover from everybody inside" in found.message
    assert found.mend.endswith(
        "_sipfederationtls._tcp.fabrikam.com SRV 100 1 5061 sipfed.online.lync.com;"
        " lyncdiscover.fabrikam.com CNAME webdir.online.lync.com"
    )


@pytest.mark.parametrize(
    "zone",
    [
        {"name": "fabrikam.com", "copied_names": ALL},
        {"name": "fabrikam.com", "kind": "pin_point"},
        {"name": "fabrikam.net"},
    ],
)
def test_nothing_is_hidden(zone: dict[str, object]) -> None:
    assert of_code("cut-over-names-inside", lync({**MOVED, "dns.internal.zones[2]": zone})[1].findings) == []


def test_names_are_compared_within_a_zone_above() -> None:
    zone = {"name": "com", "copied_names": [f"{name}.fabrikam" for name in ALL]}
    changes = {**MOVED, "dns.internal.zones[2]": zone}
    assert of_code("cut-over-names-inside", lync(changes)[1].findings) == []
