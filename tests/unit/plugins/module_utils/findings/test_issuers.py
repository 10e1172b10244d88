"""Certificates of public authorities, and certificates that nothing but their issuers tells apart."""

from __future__ import annotations

from unit.finding_cases import codes_and_places, edge_of_ocs, found, lync

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


def test_two_certificates_with_one_key_are_issued_in_one_way() -> None:
    """The server shows one key waiting for both."""
    (told,) = found("one-key-two-templates", edge_of_ocs({"template": "EdgeServer"}))
    assert (told.severity, told.where) == ("error", "ocsedge.company.local/av_authentication")
    assert told.message == (
        "ocsedge.company.local/edge_internal and ocsedge.company.local/av_authentication have the same names and key,"
        " and are to be issued by 'enterprise' (the template 'WebServer') and by 'further' (the template 'EdgeServer')"
    )
    assert len(found("one-key-two-templates", edge_of_ocs({"ca": "ca02.company.local\\Other CA"}))) == 1
    assert found("one-key-two-templates", edge_of_ocs({})) == []
