"""Keys, names and room in certificates."""

from __future__ import annotations

import pytest
from cryptography import x509
from unit.finding_cases import (
    found,
    guard,
    made,
    many_sip_domains,
    places,
    plan_of,
    provoked,
    with_certificates,
    with_key,
)
from unit.topologies import origin_with

from ansible_collections.ucops.rollout.plugins.module_utils.findings.certificates import encoded_size


def test_name_twice_in_certificate() -> None:
    assert [one.message for one in provoked("name-twice-in-certificate")] == [
        "'SIP.contoso.com' stands twice in lsedge.contoso.net/edge_external"
    ]
    assert guard("name-twice-in-certificate", made()) == []


def test_shared_key_not_exportable() -> None:
    assert len(provoked("shared-key-not-exportable")) == 1
    assert guard("shared-key-not-exportable", made()) == []
    assert guard("shared-key-not-exportable", with_certificates(with_key(exportable=False), "reverse_proxy")) == []


def test_key_too_short() -> None:
    assert [one.message for one in provoked("key-too-short")] == ["the key of global/oauth has 1024 bits"]
    assert guard("key-too-short", made()) == []


def test_key_not_usable() -> None:
    modern = with_key(provider="Microsoft Software Key Storage Provider", provider_type=0)
    for change in (modern, with_key(key_spec=2)):
        assert len(guard("key-not-usable", with_certificates(change, "oauth"))) == 1
    assert guard("key-not-usable", made()) == []


def test_distribution_point_not_required() -> None:
    assert len(provoked("distribution-point-not-required")) == 1
    assert guard("distribution-point-not-required", made()) == []


def test_names_too_many_for_authority() -> None:
    # Each SIP domain adds sip.<name> (30 + 2 bytes) and ocspool.<name> (34 + 2 bytes); the pool's and server's own
    # names take 23 + 24 bytes, the sequence's header 4.
    assert places("names-too-many-for-authority", many_sip_domains(59)) == []
    (first, _second) = provoked("names-too-many-for-authority")
    assert first.where == "ocssrv01.company.local/default"
    assert first.message == (
        "the 122 names of ocssrv01.company.local/default take 4131 bytes, and the Windows CA"
        " ca01.company.local\\Company CA accepts 4096"
    )
    assert first.severity == "error"


def test_nothing_is_said_of_a_public_authority() -> None:
    topology = many_sip_domains(60)
    topology["certificates"]["issuers"] = {"public": {"public": True}}
    assert places("names-too-many-for-authority", topology) == []
    topology["sip_domains"] = topology["sip_domains"][:50]
    assert places("names-close-to-limit", topology) == []


def test_names_close_to_limit() -> None:
    """A SIP domain takes 32 + 36 bytes (sip.<name>, ocspool.<name>); the pool's and the server's own names 47 more."""
    code = "names-close-to-limit"
    assert places(code, many_sip_domains(44)) == []
    (first, _second) = provoked(code)
    assert first.message == (
        "the 92 names of ocssrv01.company.local/default take 3111 of 4096 bytes; each further SIP domain adds about 68"
        " bytes, so that about 14 more fit"
    )


@pytest.mark.parametrize(
    ("names", "size"),
    [
        ((), 2),
        (("a.de",), 8),
        (("a" * 60 + ".de", "b" * 57 + ".de"), 2 + 65 + 62),
        (("a" * 60 + ".de", "b" * 59 + ".de"), 3 + 65 + 64),
        (("a" * 128,), 3 + 3 + 128),
        (("a" * 253, "b" * 253), 4 + 2 * (3 + 253)),
    ],
)
def test_encoded_size(names: tuple[str, ...], size: int) -> None:
    """Counted by hand from the rules of DER: one byte of length up to 127, two up to 255, three beyond."""
    assert encoded_size(names) == size


def test_encoded_size_is_that_of_the_real_extension() -> None:
    names = tuple(f"sip-domain-{number}.example.com" for number in range(200))
    extension = x509.SubjectAlternativeName([x509.DNSName(name) for name in names])
    assert encoded_size(names) == len(extension.public_bytes())


def test_sip_domains_cost() -> None:
    assert places("sip-domains-cost", many_sip_domains(4)) == []
    (note,) = found("sip-domains-cost", plan_of(many_sip_domains(5)))
    assert note.where == "sip_domains[4]"
    assert note.message == (
        "there are 5 SIP domains; one more such as 'sip-domain-004.example.com' adds about 2 records and 4 names,"
        " and has 2 certificates requested anew"
    )


def test_domains_below_the_last_one_cost_nothing_of_its_own() -> None:
    domains = [f"{label}.example.com" for label in ("a", "b", "c", "d")]
    changes = {"sip_domains": [*domains, "example.com"], "dns.internal.zones": ["company.local", "example.com"]}
    (note,) = found("sip-domains-cost", plan_of(origin_with(changes)))
    assert "one more such as 'example.com' adds about 2 records and 4 names" in note.message
