"""The plan as people read it."""

from __future__ import annotations

from unit.topologies import origin, origin_with

from ansible_collections.ucops.rollout.plugins.module_utils.plan_queries import as_plan
from ansible_collections.ucops.rollout.plugins.module_utils.plan_text import plan_text

RECORDS = """\
DNS records
===========
Zone company.local (internal, must exist)
  ocspool               3600  A    10.0.0.10
  _sipinternaltls._tcp  3600  SRV  0 0 5061 ocspool.company.local
  ocssrv01              3600  A    10.0.0.11                       registered by the domain member itself
  ocssrv02              3600  A    10.0.0.12                       registered by the domain member itself
Zone company.com (internal, created where missing)
  ocspool               3600  A    10.0.0.10
  _sipinternaltls._tcp  3600  SRV  0 0 5061 ocspool.company.com
"""

CERTIFICATE = """\
ocssrv02.company.local/default, for front_end (port 5061), web_components (port 443)
  common name  ocspool.company.local
  key          RSA 2048, not exportable
  issuer       ca01.company.local\\Company CA, template WebServer
  subject alternative names:
    ocspool.company.local   the subject once more: clients that follow RFC 9525 ignore the common name
    sip.company.local       the strictest client policy and the fallback without SRV records expect sip.<SIP domain>
"""

ENDPOINT = (
    "ocspool.company.com:5061     sip_tls  10.0.0.10  load balancer  Communicator, automatic sign-in of company.com"
)

FINDINGS = """\
Findings
========
0 errors, 1 warning, 1 note
WARNING zone-hides-names at dns.internal.zones[1]
  creating the zone 'company.com' inside hides every name"""


def test_the_origin_as_text() -> None:
    text = plan_text(as_plan(origin()))
    assert text.startswith(RECORDS)
    assert CERTIFICATE in text
    assert ENDPOINT in text.splitlines()
    assert FINDINGS in text
    assert not any(line != line.rstrip() for line in text.splitlines())


def test_a_zone_without_records_and_a_plan_without_findings() -> None:
    plan = as_plan(origin_with({"dns.internal.zones[2]": "fabrikam.com"}))
    assert "Zone fabrikam.com (internal, must exist)\n  nothing\n" in plan_text(plan)
    assert plan_text({**plan, "findings": []}).endswith("Findings\n========\nnone")
