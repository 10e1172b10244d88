"""Values that go through the port to a certification authority."""

from __future__ import annotations

from dataclasses import replace

import pytest
from unit.abstract import demands
from unit.fakes_windows import DER, authority

from ansible_collections.ucops.rollout.plugins.module_utils.certificates.authority_port import (
    ISSUED,
    PENDING,
    Authority,
    AuthorityAnswer,
    AuthorityDescription,
    AuthorityPolicy,
)
from ansible_collections.ucops.rollout.plugins.module_utils.certificates.x509 import parse_certificate


@pytest.mark.parametrize(
    ("flags", "takes"), [(None, False), (0, False), (0x11014E, False), (0x15014E, True), (0x00040000, True)]
)
def test_names_from_attributes(flags: int | None, takes: bool) -> None:
    assert AuthorityPolicy(flags, None).takes_names_from_attributes is takes


def test_how_messages_call_a_request() -> None:
    assert AuthorityAnswer(7, ISSUED).label == "request 7"
    assert AuthorityAnswer(None, PENDING).label == "the request"


def test_a_port_is_no_adapter() -> None:
    assert demands(
        Authority,
        *(
            "name",
            "capabilities",
            "policy",
            "check",
            "find",
            "alone",
            "submit",
            "settle",
            "rest",
            "told_of",
            "retrieve",
            "authorities",
            "clock",
            "place",
            "waiting",
            "issued_as",
            "revoke",
        ),
    )


def test_a_described_authority_in_plain_form() -> None:
    root = parse_certificate(authority().certificate.public_bytes(DER), where="test")
    found = AuthorityDescription("ca01", "Company CA", "enterprise_root", ("WebServer",), "", (root,), "")
    assert found.to_plain() == {
        "host": "ca01",
        "name": "Company CA",
        "kind": "enterprise_root",
        "templates": ["WebServer"],
        "templates_problem": "",
        "ca_certificates": [root.pem],
        "chain_problem": "",
        "template_facts": [],
    }
    assert root.pem.startswith("-----BEGIN CERTIFICATE-----\n")
    assert replace(found, templates=None).to_plain()["templates"] is None
