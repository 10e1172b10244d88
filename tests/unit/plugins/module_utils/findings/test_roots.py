"""What lies among a server's roots and is told, and what lies there and is not."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from unit.audits import CA, SERVER, read
from unit.fakes_windows import DER, NOW, authority, rsa_key
from unit.stores import (
    ENTERPRISE_ROOT,
    ISSUING,
    MACHINE_ROOT,
    OF_2008R2,
    OF_2012,
    POLICY_ROOT,
    ROOT,
    many_roots,
    of_roots,
    on,
)

from ansible_collections.ucops.rollout.plugins.module_utils.certificates.x509 import X509Certificate, parse_certificate

INTERMEDIATE = read(ISSUING.certificate)


def test_the_roots_that_count_are_no_news() -> None:
    other = read(authority("Other Root", number=110).certificate)
    assert of_roots(*on(ENTERPRISE_ROOT, ROOT), *on(MACHINE_ROOT, other)) == []


@pytest.mark.parametrize(
    ("place", "mend"),
    [
        (MACHINE_ROOT, f"certutil -delstore root {INTERMEDIATE.thumbprint}. Its place is"),
        (
            MACHINE_ROOT.replace("Root", "AuthRoot"),
            f"certutil -delstore authroot {INTERMEDIATE.thumbprint}. Its place is",
        ),
        (POLICY_ROOT, "take it out of the Group Policy that brings it. Its place is"),
        (ENTERPRISE_ROOT, f"certutil -enterprise -delstore root {INTERMEDIATE.thumbprint}, and out of the directory"),
    ],
)
def test_an_issuing_authority_among_them(place: str, mend: str) -> None:
    (found,) = of_roots(*on(place, INTERMEDIATE))
    assert (found.severity, found.code, found.where) == ("error", "intermediate-among-roots", SERVER)
    assert found.message == (
        f"'CN=Issuing CA' ({INTERMEDIATE.thumbprint}) is issued by 'CN=Company CA', so it is no root, and it is in"
        f" HKLM\\{place}"
    )
    assert found.mend.startswith(mend)


def test_an_authority_of_the_root_s_name_that_the_root_signed() -> None:
    """A renewed root with the old one's signature is an intermediate, whatever its name."""
    crossed = read(authority("Company CA", CA, number=112).certificate)
    (found,) = of_roots(*on(MACHINE_ROOT, ROOT, crossed))
    assert (found.code, found.message) == (
        "intermediate-among-roots",
        f"'CN=Company CA' ({crossed.thumbprint}) is issued by another key of this name, so it is no root, and it is in"
        f" HKLM\\{MACHINE_ROOT}",
    )


def test_a_root_whose_signature_nobody_here_can_check_is_taken_by_its_name() -> None:
    """Old ones are signed with MD2, which no library knows any more."""
    builder = (
        x509.CertificateBuilder()
        .subject_name(ROOT.parsed.subject)
        .issuer_name(ROOT.parsed.subject)
        .public_key(rsa_key(113).public_key())
        .serial_number(1)
        .not_valid_before(NOW)
        .not_valid_after(NOW + timedelta(days=9))
    )
    der = builder.sign(rsa_key(113), hashes.SHA256()).public_bytes(DER)
    sha256, md2 = bytes.fromhex("2a864886f70d01010b"), bytes.fromhex("2a864886f70d010102")
    assert der.count(sha256) == 2
    assert of_roots(*on(MACHINE_ROOT, parse_certificate(der.replace(sha256, md2), where="test"))) == []


@pytest.mark.parametrize("windows", [OF_2008R2, None])
def test_before_2012_it_is_a_warning(windows: Any) -> None:
    (found,) = of_roots(*on(MACHINE_ROOT, INTERMEDIATE), windows=windows)
    assert (found.severity, found.code) == ("warning", "intermediate-among-roots-before-2012")


def test_a_root_in_two_places() -> None:
    (found,) = of_roots(*on(POLICY_ROOT, ROOT), *on(MACHINE_ROOT, ROOT))
    assert (found.severity, found.code) == ("warning", "root-twice")
    assert found.message == (
        f"the root 'CN=Company CA' ({ROOT.thumbprint}) is in HKLM\\{POLICY_ROOT} and HKLM\\{MACHINE_ROOT}"
    )
    assert found.mend.endswith(
        f": take it out of the Group Policy that brings it; certutil -delstore root {ROOT.thumbprint}"
    )
    # A renewed root is another certificate of the same name.
    renewed = read(authority(number=111).certificate)
    assert of_roots(*on(MACHINE_ROOT, ROOT, renewed)) == []


def test_a_hundred_roots_and_one_more() -> None:
    assert of_roots(*many_roots(100)) == []
    (found,) = of_roots(*many_roots(101))
    assert (found.severity, found.code) == ("warning", "many-roots")
    assert found.message == ("it trusts 101 roots, whose names take 0 bytes; Schannel is not set to send their list")
    (found,) = of_roots(*on(MACHINE_ROOT, ROOT), *many_roots(100), windows=OF_2008R2)
    # A name of 23 bytes, and two for its length.
    assert found.message == "it trusts 101 roots, whose names take 25 bytes; Schannel sends their list"


def long_named(number: int) -> X509Certificate:
    """A root whose name takes 247 bytes."""
    units = [x509.NameAttribute(x509.NameOID.ORGANIZATIONAL_UNIT_NAME, "o" * 64)] * 3
    name = x509.Name([*units, x509.NameAttribute(x509.NameOID.COMMON_NAME, f"{number:08}")])
    builder = x509.CertificateBuilder().subject_name(name).issuer_name(name).serial_number(number + 1)
    builder = builder.public_key(rsa_key().public_key()).not_valid_before(NOW).not_valid_after(NOW + timedelta(days=1))
    return read(builder.sign(rsa_key(), hashes.SHA256()))


def test_long_names_fill_the_list_of_issuers_where_it_is_sent() -> None:
    long = on(MACHINE_ROOT, *map(long_named, range(66)))
    assert len(long[0].certificate.subject_der) == 247
    # 65 of them, and two bytes for each length, take 16185 bytes.
    assert of_roots(*long[:65], windows=OF_2008R2) == []
    (found,) = of_roots(*long, windows=OF_2008R2)
    assert found.message == "it trusts 66 roots, whose names take 16434 bytes; Schannel sends their list"
    assert of_roots(*long, windows=OF_2012) == [] == of_roots(*long, windows=OF_2008R2, list_setting=0)
