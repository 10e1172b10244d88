"""What a template demands, in a language that nobody knows, and who may enrol by it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from unit.damage import torn

from ansible_collections.ucops.rollout.plugins.module_utils.certificates.template import (
    ENROLL,
    CertificateTemplate,
    may_enrol,
    parse_sids,
    parse_template,
)

SECURITY = (
    f"O:S-1-5-21-1-2-3-519G:S-1-5-21-1-2-3-519D:PAI(OA;;RPWPCR;{ENROLL};;DA)"
    f"(OA;;RPWPCR;{ENROLL};;S-1-5-21-1-2-3-1104)(A;;LCRPLORC;;;AU)"
)
SHOWN = f"""\
  Xyzzy: plugh
  ldap:
1 Xyzzys:

  Template[0]:
  TemplatePropCommonName = WebServer
  TemplatePropFriendlyName = Serveur Web
  TemplatePropEKUs =
1 Xyzzys:
    1.3.6.1.5.5.7.3.1 Authentification du serveur

  TemplatePropCryptoProviders =
    0: Microsoft RSA SChannel Cryptographic Provider
    1: Microsoft DH SChannel Cryptographic Provider

  TemplatePropMajorRevision = 4
  TemplatePropSchemaVersion = 1
  TemplatePropRASignatureCount = 0
  TemplatePropMinimumKeySize = 800 (2048)
  TemplatePropEnrollmentFlags = 2
    (CT_FLAG_INCLUDE_SYMMETRIC_ALGORITHMS -- 1)
    CT_FLAG_PEND_ALL_REQUESTS -- 2
  TemplatePropSubjectNameFlags = 1
    CT_FLAG_ENROLLEE_SUPPLIES_SUBJECT -- 1
  TemplatePropSecurityDescriptor = {SECURITY}

    Xyzzy plugh\tCOMPANY\\Domain Admins
""".replace("\n", "\r\n")


def test_what_a_template_demands() -> None:
    found = parse_template(SHOWN, "webserver")
    assert found == CertificateTemplate(
        name="webserver",
        schema_version=1,
        minimum_key=2048,
        signatures=0,
        enrolment_flags=2,
        name_flags=1,
        usages=("1.3.6.1.5.5.7.3.1",),
        providers=("Microsoft RSA SChannel Cryptographic Provider", "Microsoft DH SChannel Cryptographic Provider"),
        security=SECURITY,
    )
    assert (found.takes_names, found.waits) == (True, True)


@pytest.mark.parametrize("text", ["", "Xyzzy", SHOWN.replace("= WebServer", "= Machine"), SHOWN + SHOWN])
def test_what_is_not_that_template(text: str) -> None:
    assert parse_template(text, "WebServer") is None


@pytest.mark.parametrize(
    ("line", "damaged", "field"),
    [
        ("MinimumKeySize = 800 (2048)", "MinimumKeySize = 800 (2049)", "minimum_key"),
        ("MinimumKeySize = 800 (2048)", "MinimumKeySize = viel", "minimum_key"),
        ("RASignatureCount = 0\r\n", "\r\n", "signatures"),
        ("SubjectNameFlags = 1", "SubjectNameFlags = x", "takes_names"),
        ("EnrollmentFlags = 2", "EnrollmentFlags =", "waits"),
        ("TemplatePropEKUs =\r\n", "", "usages"),
        ("SchemaVersion = 1", "SchemaVersion = 1\r\n  TemplatePropSchemaVersion = 2", "schema_version"),
    ],
)
def test_what_is_not_in_this_form_is_not_known(line: str, damaged: str, field: str) -> None:
    assert line in SHOWN
    found = parse_template(SHOWN.replace(line, damaged), "WebServer")
    assert found is not None and getattr(found, field) is None


@given(torn(SHOWN, ["\r\n", "TemplatePropEKUs =", "TemplatePropCommonName = WebServer", "(2048)", "ffffffffff"]))
def test_a_torn_answer_is_read_or_not_known(text: str) -> None:
    found = parse_template(text, "WebServer")
    assert found is None or found.name == "WebServer"


ADMIN = frozenset({"S-1-5-21-1-2-3-1200", "S-1-5-21-1-2-3-512", "S-1-5-11", "S-1-1-0"})
USER = frozenset({"S-1-5-21-1-2-3-1104", "S-1-5-11", "S-1-1-0"})
OTHER = frozenset({"S-1-5-21-1-2-3-1300", "S-1-5-11", "S-1-1-0"})


@pytest.mark.parametrize(
    ("security", "sids", "may"),
    [
        (SECURITY, ADMIN, True),
        (SECURITY, USER, True),
        (SECURITY, OTHER, False),
        (SECURITY, frozenset(), None),
        ("", ADMIN, None),
        ("D:(A;;CCDCLCSWRPWPDTLOCRSDRCWDWO;;;DA)", ADMIN, True),
        ("D:(A;;GA;;;AU)", OTHER, True),
        ("D:(A;;0x100;;;AU)", OTHER, True),
        ("D:(A;;0xf01ff;;;AU)", OTHER, True),
        ("D:(A;;0x20094;;;AU)", OTHER, False),
        ("D:(A;;CR;;;AU)", OTHER, True),
        # Another extended right, such as autoenrolment.
        ("D:(OA;;CR;a05b8cc2-17bc-4802-a710-e7c15ab866a2;;AU)", OTHER, False),
        # Who is refused is refused, and what stands below others' entries does not count for the template itself.
        (f"D:(OD;;CR;{ENROLL};;DA)(OA;;CR;{ENROLL};;AU)", ADMIN, False),
        (f"D:(OD;;CR;{ENROLL};;DA)(OA;;CR;{ENROLL};;AU)", USER, True),
        (f"D:(OA;CIIO;CR;{ENROLL};;AU)", OTHER, False),
        # What cannot be read decides nothing.
        (f"D:(OA;;CR;{ENROLL};;QQ)", OTHER, None),
        (f"D:(OA;;CR;{ENROLL};;QQ)(OA;;CR;{ENROLL};;AU)", OTHER, None),
        (f"D:(XA;;CR;{ENROLL};;AU;(x))", OTHER, None),
    ],
)
def test_who_may_enrol(security: str, sids: frozenset[str], may: bool | None) -> None:
    assert may_enrol(security, sids) is may


def test_sids_of_an_account() -> None:
    text = (
        '"company\\rollout","S-1-5-21-1-2-3-1200"\r\n'
        '"Jeder","Bekannte Gruppe","S-1-1-0","Verbindliche Gruppe, Standardmäßig aktiviert"\r\n'
        '"S-1-5-32-544 gruppe","Alias","S-1-5-32-545","x"\r\n'
    )
    assert parse_sids(text) == {"S-1-5-21-1-2-3-1200", "S-1-1-0", "S-1-5-32-545"}
    assert parse_sids("Access is denied.") == frozenset()


@given(st.text(alphabet='"S-15,\r\nx()D:;AOA', max_size=200))
def test_any_text_is_read_as_something(text: str) -> None:
    parse_sids(text)
    assert may_enrol(text, ADMIN) in (True, False, None)
