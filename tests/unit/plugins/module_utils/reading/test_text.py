"""The plan as people read it."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from unit.topologies import origin, origin_with

from ansible_collections.ucops.rollout.plugins.module_utils.model import Plan, plan_from_plain
from ansible_collections.ucops.rollout.plugins.module_utils.reading.queries import as_plan
from ansible_collections.ucops.rollout.plugins.module_utils.reading.text import plan_text

RECORDS = """\
DNS records
===========
Zone company.local (internal, must exist)
  ocspool               3600  A    10.0.0.10
  _sipinternaltls._tcp  3600  SRV  0 0 5061 ocspool.company.local  [disputed]
  ocssrv01              3600  A    10.0.0.11                       registered by the domain member itself  [inferred]
  ocssrv02              3600  A    10.0.0.12                       registered by the domain member itself  [inferred]
Zone company.com (internal, created where missing)
  ocspool               3600  A    10.0.0.10
  _sipinternaltls._tcp  3600  SRV  0 0 5061 ocspool.company.com  [disputed]
"""

CERTIFICATE = """\
ocssrv02.company.local/default, for front_end (port 5061), web_components (port 443)
  common name  ocspool.company.local
  key          RSA 2048, not exportable
  issuer       ca01.company.local\\Company CA, template WebServer
  subject alternative names:
    ocspool.company.local   the subject once more: clients that follow RFC 9525 ignore the common name  [inferred]
    sip.company.local       the strictest client policy and the fallback without SRV records expect sip.<SIP domain>
"""

ENDPOINT = (
    "ocspool.company.com:5061     sip_tls  10.0.0.10  load balancer  Communicator, automatic sign-in of company.com"
)

MARKS = """\
Marks
=====
[inferred] inferred, no source says it in so many words
[disputed] the sources contradict each other, decided so

"""

FINDINGS = (
    MARKS
    + """\
Findings
========
0 errors, 1 warning, 1 note
WARNING zone-hides-names at dns.internal.zones[1]
  the zone 'company.com' inside, created where it is missing, hides every name"""
)


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
    assert plan_text(replace(plan, findings=())).endswith("Findings\n========\nnone")


def a_plan(**parts: list[dict[str, Any]]) -> Plan:
    return plan_from_plain({"schema": 1, **parts})


def reason(mark: str, purpose: str = "a purpose") -> dict[str, str]:
    return {"rule": "a.rule", "purpose": purpose, "source": "a source", "mark": mark}


def record(view: str, name: str, type: str, values: list[Any], managed: str, *marks: str) -> dict[str, Any]:
    return {
        "view": view,
        "zone": "company.com",
        "name": name,
        "fqdn": f"{name}.company.com",
        "type": type,
        "ttl": 600,
        "values": values,
        "managed": managed,
        "reasons": [reason(mark) for mark in marks],
    }


EXTERNAL = """\
DNS records
===========
Zone company.com (external, must exist)
  sip           600  A      131.107.155.10, 131.107.155.11  other team
  sip           600  AAAA   2001:db8::10                    [excerpt]
  lyncdiscover  600  CNAME  webext.company.com              other team  [inferred] [disputed]
Zone company.com (internal, created where missing; partition: forest, aging: on)
  nothing
"""


def test_views_types_owners_and_marks_of_records() -> None:
    plan = a_plan(
        zones=[
            {"view": "external", "name": "company.com", "if_missing": "fail"},
            {
                "view": "internal",
                "name": "company.com",
                "if_missing": "create",
                "settings": {"partition": "forest", "aging": {"enabled": True}},
            },
        ],
        records=[
            record("external", "sip", "A", ["131.107.155.10", "131.107.155.11"], "other_team", "S"),
            record("external", "sip", "AAAA", ["2001:db8::10"], "ours", "S", "P"),
            record("external", "lyncdiscover", "CNAME", ["webext.company.com"], "other_team", "I", "C", "I"),
        ],
    )
    text = plan_text(plan)
    assert text.startswith(EXTERNAL)
    assert (
        "Marks\n=====\n[excerpt] stated in an excerpt of the source\n"
        "[inferred] inferred, no source says it in so many words\n"
        "[disputed] the sources contradict each other, decided so\n"
    ) in text


SHARED = """\
edge.company.local/edge_external, for access_edge (port 443), av_authentication (port 5062)
  common name  sip.company.com
  key          RSA 2048, exportable, shared by all holders
  issuer       public: a public CA, by hand
  holders      edge01.company.local, edge02.company.local
  subject alternative names:
    sip.company.com  one; two  [disputed]
    *.company.com
global/oauth, for oauth
  common name  company.com
  key          RSA 2048, not exportable
  issuer       ca01\\CA, stand-alone: no template
  subject alternative names: none
"""


def certificate(id: str, subject: str, **parts: Any) -> dict[str, Any]:
    return {
        "id": id,
        "holders": ["edge01.company.local"],
        "scope": "server",
        "use": "default",
        "extended_key_usage": [],
        "require_crl_distribution_point": False,
        "subject": {"common_name": subject},
        "subject_alternative_names": [],
        "name_reasons": {},
        "key": {"algorithm": "rsa", "length": 2048, "exportable": False, "shared": False},
        "issuer": {"name": "enterprise", "ca": "ca01\\CA"},
        "template": None,
        "assignments": [],
        **parts,
    }


def assigned(server: str, component: str, port: int) -> dict[str, Any]:
    return {"server": server, "component": component, "use": "edge_external", "port": port}


def test_certificates_that_servers_share_and_public_issuers() -> None:
    holders = ["edge01.company.local", "edge02.company.local"]
    shared = certificate(
        "edge.company.local/edge_external",
        "sip.company.com",
        holders=holders,
        subject_alternative_names=["sip.company.com", "*.company.com"],
        name_reasons={"sip.company.com": [reason("S", "one"), reason("C", "two")]},
        key={"algorithm": "rsa", "length": 2048, "exportable": True, "shared": True},
        issuer={"name": "public", "ca": ""},
        assignments=[
            assigned(holder, *component)
            for holder in holders
            for component in (("access_edge", 443), ("av_authentication", 5062))
        ],
    )
    oauth = certificate("global/oauth", "company.com", assignments=[assigned("fe01.company.local", "oauth", 0)])
    assert SHARED in plan_text(a_plan(certificates=[shared, oauth]))


def endpoint(view: str, name: str, clients: list[str]) -> dict[str, Any]:
    return {
        "view": view,
        "name": name,
        "addresses": ["10.0.0.1", "10.0.0.2"],
        "port": 443,
        "protocol": "https",
        "through": "load_balancer",
        "certificates": [],
        "clients": clients,
    }


ENDPOINTS = """\
Endpoints
=========
View internal
  web.company.local:443  https  10.0.0.1, 10.0.0.2  load balancer  one; two
View external
  webext.company.com:443  https  10.0.0.1, 10.0.0.2  load balancer  three
"""


def test_endpoints_of_two_views() -> None:
    plan = a_plan(
        endpoints=[
            endpoint("internal", "web.company.local", ["one", "two"]),
            endpoint("external", "webext.company.com", ["three"]),
        ]
    )
    assert ENDPOINTS in plan_text(plan)
