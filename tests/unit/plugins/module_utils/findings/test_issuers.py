"""Certificates of public authorities."""

from __future__ import annotations

from unit.finding_cases import codes_and_places, found, lync

PUBLIC = {"certificates.issuers.public": {"public": True}}


def test_public_certificates_come_with_intermediates() -> None:
    """The Edge's and the reverse proxy's face outside; they are told together."""
    _topology, plan = lync(PUBLIC)
    assert codes_and_places(found("intermediates-in-their-store", plan)) == [
        ("intermediates-in-their-store", "certificates.issuers.public")
    ]
    assert found("public-certificate-internal-name", plan) == []


def test_a_subject_that_exists_inside_only_is_told_too() -> None:
    _topology, plan = lync({**PUBLIC, "pools[2].certificate_subject": "proxy.contoso.local"})
    assert codes_and_places(found("public-certificate-internal-name", plan)) == [
        ("public-certificate-internal-name", "lsrp.contoso.com/reverse_proxy")
    ]
