"""What a CA of Windows tells of itself on its own host."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given
from unit.damage import torn
from unit.fakes_windows import CONFIGURATION, DER, NOW, FakeCa, Issuer, authority, blob

from ansible_collections.ucops.rollout.plugins.module_utils.certificates.authority_port import AuthorityPolicy
from ansible_collections.ucops.rollout.plugins.module_utils.errors import RolloutError
from ansible_collections.ucops.rollout.plugins.module_utils.values import TemplateName
from ansible_collections.ucops.rollout.plugins.plugin_utils.certificates.describing import (
    describe_authority,
    parse_templates,
)

OWN = f"{CONFIGURATION}\\Company CA"
STORES = "SOFTWARE\\Microsoft\\SystemCertificates"
ENTERPRISE = "SOFTWARE\\Microsoft\\EnterpriseCertificates"
LISTED = "WebServer: Serveur Web -- Xyzzy\r\nMachine\u00a0: Computer\r\n\r\nCertUtil: -CATemplates Xyzzy.\r\n"


def put(ca: FakeCa, issuer: Issuer, store: str = "MY", location: str = STORES) -> str:
    der = issuer.certificate.public_bytes(DER)
    ca.registry.set(f"{location}\\{store}\\Certificates\\{issuer.thumbprint}", "Blob", blob(der))
    return issuer.thumbprint


def described(*issuers: Issuer, listed: str = LISTED, code: int = 0, kind: int = 0, hashes: tuple[str, ...] = ()):
    ca = FakeCa()
    ca.registry.set(OWN, "CAServerName", "CA01.company.local")
    ca.registry.set(OWN, "CAType", kind)
    ca.registry.set(OWN, "CACertHash", (*hashes, *(put(ca, one) for one in issuers)))
    ca.programs.handlers["certutil"] = lambda arguments: (code, listed)
    return ca


def test_names_kind_templates_and_certificate() -> None:
    root = authority()
    ca = described(root)
    found = describe_authority(ca.host, now=NOW)
    assert (found.host, found.name, found.kind) == ("ca01.company.local", "Company CA", "enterprise_root")
    assert (found.templates, found.templates_problem) == (("WebServer", "Machine"), "")
    assert [one.thumbprint for one in found.certificates] == [root.thumbprint]
    assert found.chain_problem == ""
    assert found.policy == AuthorityPolicy(0x11014E, 1)
    assert ca.programs.ran == [["certutil", "-config", "ca01.company.local\\Company CA", "-CATemplates"]]


def test_what_the_registry_tells_is_read_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """But for the name, by which the rest is asked for."""
    ca = described(authority())
    read, asked = ca.registry.branches, []
    monkeypatch.setattr(
        ca.registry, "branches", lambda branches: asked.append([one.key for one in branches]) or read(branches)
    )
    describe_authority(ca.host, now=NOW)
    policy = f"{OWN}\\PolicyModules\\CertificateAuthority_MicrosoftDefault.Policy"
    assert asked == [[OWN, policy, f"{OWN}\\CSP", f"{STORES}\\MY\\Certificates"]]


@pytest.mark.parametrize(
    ("settings", "refused"),
    [
        ({}, ""),
        ({"ProviderType": 0, "CNGHashAlgorithm": "SHA256", "HashAlgorithm": 0xFFFFFFFF}, ""),
        ({"ProviderType": 0, "CNGHashAlgorithm": "SHA1", "HashAlgorithm": 0x8003}, ""),
        ({"ProviderType": 0, "CNGHashAlgorithm": "md5"}, "MD5"),
        ({"ProviderType": 1, "HashAlgorithm": 0x8004}, ""),
        ({"ProviderType": 1, "HashAlgorithm": 0x8003, "CNGHashAlgorithm": "SHA256"}, "MD5"),
        ({"ProviderType": 1, "HashAlgorithm": 0x8001}, "MD2"),
        ({"ProviderType": 0, "CNGHashAlgorithm": "SHA256", "AlternateSignatureAlgorithm": 0}, ""),
        (
            {"ProviderType": 0, "CNGHashAlgorithm": "SHA256", "AlternateSignatureAlgorithm": 1},
            "RSASSA-PSS (AlternateSignatureAlgorithm = 1)",
        ),
    ],
)
def test_how_it_signs(settings: dict[str, object], refused: str) -> None:
    ca = described(authority())
    for name, value in settings.items():
        ca.registry.set(f"{OWN}\\CSP", name, value)
    assert describe_authority(ca.host, now=NOW).refused_signature == refused


def test_hashes_may_be_in_pairs_and_a_certificate_that_is_gone_leaves_a_dash() -> None:
    root = authority()
    spaced = " ".join(root.thumbprint[at : at + 2].lower() for at in range(0, 40, 2))
    ca = described(hashes=("-", spaced))
    put(ca, root)
    assert [one.thumbprint for one in describe_authority(ca.host, now=NOW).certificates] == [root.thumbprint]


def test_a_renewed_ca_below_a_root() -> None:
    root = authority("Company Root", number=101)
    first = authority("Company CA", root, number=102, end=NOW - timedelta(days=1))
    second = authority("Company CA", root, number=103, end=NOW + timedelta(days=100))
    third = authority("Company CA", root, number=104, end=NOW + timedelta(days=900))
    ca = described(first, second, third, kind=1)
    put(ca, root, "Root", ENTERPRISE)
    found = describe_authority(ca.host, now=NOW)
    assert [one.thumbprint for one in found.certificates] == [third.thumbprint, second.thumbprint, root.thumbprint]
    assert (found.kind, found.chain_problem) == ("enterprise_subordinate", "")


def test_a_ca_whose_root_is_not_at_hand() -> None:
    below = authority("Company CA", authority("Company Root", number=101), number=102)
    found = describe_authority(described(below).host, now=NOW)
    assert [one.thumbprint for one in found.certificates] == [below.thumbprint]
    assert "leads to no root: there is no certificate of 'CN=Company Root'" in found.chain_problem


def test_no_certificate_at_all() -> None:
    found = describe_authority(described().host, now=NOW)
    assert (found.certificates, found.chain_problem) == (
        (),
        "the CA has no valid certificate in the machine's stores",
    )


@pytest.mark.parametrize(("said", "code"), [("", 0), ("Xyzzy: 0x80070005", 0x80070005), ("Xyzzy", 5)])
def test_a_stand_alone_ca_is_not_asked_for_templates_but_whether_it_is_there(said: str, code: int) -> None:
    ca = described(kind=3, listed=said, code=code)
    found = describe_authority(ca.host, now=NOW)
    assert (found.kind, found.templates, found.templates_problem) == ("standalone_root", None, "")
    assert ca.programs.ran == [["certutil", "-config", "ca01.company.local\\Company CA", "-ping"]]


@pytest.mark.parametrize("kind", [3, 4])
def test_a_stand_alone_ca_whose_service_is_down(kind: int) -> None:
    ca = described(kind=kind, listed="CertUtil: -ping Xyzzy: 0x800706ba", code=0x800706BA)
    with pytest.raises(RolloutError, match="cannot be asked: 0x800706ba: the CA's service does not answer"):
        describe_authority(ca.host, now=NOW)


def test_templates_that_may_not_be_read_are_unknown() -> None:
    found = describe_authority(described(listed="Xyzzy 0x80070005", code=0x80070005).host, now=NOW)
    assert found.templates is None
    assert found.templates_problem.startswith("the CA's templates cannot be read: 0x80070005: access denied.")


def test_a_service_that_does_not_answer_is_an_error() -> None:
    ca = described(listed="CertUtil: -CATemplates Xyzzy: 0x800706ba", code=0x800706BA)
    with pytest.raises(RolloutError, match="0x800706ba: the CA's service does not answer.*Start the service CertSvc"):
        describe_authority(ca.host, now=NOW)


def test_a_host_without_a_ca() -> None:
    ca = FakeCa()
    ca.registry.set(CONFIGURATION, "Active", None)
    with pytest.raises(RolloutError, match=r"ca01\.company\.local: no certification authority is set up on this host"):
        describe_authority(ca.host, now=NOW)


@pytest.mark.parametrize(
    ("text", "names", "problem"),
    [
        (LISTED, ("WebServer", "Machine"), ""),
        ("CertUtil: -CATemplates Xyzzy.\r\n", (), ""),
        ("Web_Server.v2 (copy): X: Y\r\nCERTUTIL: -catemplates x", ("Web_Server.v2 (copy)",), ""),
        ("WebServer: Web", None, "certutil's answer about the CA's templates is cut off"),
        ("", None, "certutil's answer about the CA's templates is cut off"),
        ("«»\r\nCertUtil: -CATemplates x", None, "certutil's answer about the CA's templates is in a form that"),
    ],
)
def test_lines_of_certutil(text: str, names: tuple[str, ...] | None, problem: str) -> None:
    found, told = parse_templates(text)
    assert found == names
    assert told.startswith(problem) and bool(told) == bool(problem)


@given(torn(LISTED, ["\r\n", ":", "CertUtil: -CATemplates", "0x80070005", " " * 300, "\xa0" * 300]))
def test_torn_lines_of_certutil_name_templates_or_a_reason(text: str) -> None:
    found, told = parse_templates(text)
    assert (found is None) is bool(told)
    assert all(TemplateName(name.strip()) for name in found or ())


# ---- what planned templates demand -----------------------------------------------------------------------------------

SIDS = '"company\\\\rollout","S-1-5-21-1-2-3-1200"\r\n"x","x","S-1-5-21-1-2-3-512","x"\r\n'
SHOWN = (
    "  TemplatePropCommonName = WebServer\r\n  TemplatePropSchemaVersion = 1\r\n  TemplatePropSubjectNameFlags = 1\r\n"
    "  TemplatePropSecurityDescriptor = D:(OA;;CR;0e10c968-78fb-11d2-90d4-00c04f79dc55;;DA)\r\n"
    "CertUtil: -Template Xyzzy.\r\n"
)


def with_template(shown: str = SHOWN, code: int = 0, who: tuple[int, str] = (0, SIDS)):
    ca = described(authority())
    ca.programs.handlers["certutil"] = lambda words: (code, shown) if "-template" in words else (0, LISTED)
    ca.programs.handlers["whoami"] = lambda words: who
    (facts,) = describe_authority(ca.host, now=NOW, planned_templates=["WebServer"]).template_facts
    return facts, ca


def test_a_planned_template_is_read_along_with_the_list() -> None:
    facts, ca = with_template()
    assert (facts.template.takes_names, facts.template.schema_version, facts.may_enrol) == (True, 1, True)
    assert facts.problem == ""
    assert ca.programs.ran[1:] == [
        ["whoami", "/user", "/groups", "/fo", "csv", "/nh"],
        ["certutil", "-v", "-template", "WebServer"],
    ]


@pytest.mark.parametrize(
    ("shown", "code", "told"),
    [
        ("CertUtil: -Template Xyzzy 0x80070005", 0x80070005, "0x80070005: access denied"),
        (SHOWN.replace("CertUtil: -Template Xyzzy.", ""), 0, "in a form that is not known"),
        (SHOWN.replace("= WebServer", "= Machine"), 0, "in a form that is not known"),
    ],
)
def test_a_template_that_cannot_be_read_is_not_known(shown: str, code: int, told: str) -> None:
    facts, _ca = with_template(shown, code)
    assert told in facts.problem
    assert (facts.template.takes_names, facts.may_enrol) == (None, None)


def test_an_account_whose_groups_cannot_be_read() -> None:
    facts, _ca = with_template(who=(1, ""))
    assert (facts.template.takes_names, facts.may_enrol) == (True, None)
