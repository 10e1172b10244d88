"""Exports of certificates: openssl builds requests of them, and readers that are not ours read what came out."""

from __future__ import annotations

import subprocess
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID
from hypothesis import example, given, settings
from proofkit.needs import program
from unit.exports_hostile import HOSTILE
from unit.exports_plans import edge_certificate, lync_certificate, origin_plan, with_certificates
from unit.exports_readers import powershell
from unit.fakes_windows import PEM, parse_inf, rsa_key

from ansible_collections.ucops.rollout.plugins.module_utils.certificates.request_inf import request_inf
from ansible_collections.ucops.rollout.plugins.module_utils.errors import RolloutError
from ansible_collections.ucops.rollout.plugins.module_utils.exports import openssl
from ansible_collections.ucops.rollout.plugins.module_utils.exports.export import CERTIFICATE_FORMATS, export_plan
from ansible_collections.ucops.rollout.plugins.module_utils.model import certificate_from_plain

SERVER_AND_CLIENT = [ExtendedKeyUsageOID.SERVER_AUTH, ExtendedKeyUsageOID.CLIENT_AUTH]


# --- openssl ----------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def key_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A key that exists: making one takes longer than the rest."""
    path = tmp_path_factory.mktemp("key") / "key.pem"
    path.write_bytes(rsa_key().private_bytes(PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()))
    return path


def requested(directory: Path, key_file: Path, configuration: str) -> x509.CertificateSigningRequest:
    """The request that openssl makes of a configuration file."""
    path = directory / "request.cnf"
    path.write_text(configuration, encoding="utf-8")
    command = [program("openssl", "openssl"), "req", "-new", "-key", str(key_file), "-config", str(path)]
    done = subprocess.run(command, capture_output=True, check=False)
    assert done.returncode == 0, done.stderr.decode()
    return x509.load_pem_x509_csr(done.stdout)


def alternative_names(request: x509.CertificateSigningRequest) -> list[str]:
    extension = request.extensions.get_extension_for_class(x509.SubjectAlternativeName)
    return list(extension.value.get_values_for_type(x509.DNSName))


@pytest.mark.parametrize("server", ["ocssrv01", "ocssrv02"])
def test_openssl_asks_for_what_the_origin_plans(tmp_path: Path, key_file: Path, server: str) -> None:
    files = export_plan(origin_plan(), "openssl")
    request = requested(tmp_path, key_file, files[f"certificate_{server}.company.local_default.cnf"])
    assert request.subject.rfc4514_string() == "CN=ocspool.company.local"
    assert alternative_names(request) == [
        "ocspool.company.local",
        "sip.company.local",
        "sip.company.com",
        "ocspool.company.com",
        f"{server}.company.local",
    ]
    usage = request.extensions.get_extension_for_class(x509.KeyUsage)
    assert usage.critical and usage.value.digital_signature and usage.value.key_encipherment
    assert not (usage.value.content_commitment or usage.value.data_encipherment or usage.value.key_agreement)
    extended = request.extensions.get_extension_for_class(x509.ExtendedKeyUsage)
    assert list(extended.value) == [ExtendedKeyUsageOID.SERVER_AUTH]
    assert isinstance(request.signature_hash_algorithm, hashes.SHA256)


def test_openssl_makes_a_key_of_the_planned_length(tmp_path: Path) -> None:
    """The command that the file names, as it stands there."""
    one = lync_certificate(key={**lync_certificate()["key"], "length": 4096})
    ((name, text),) = list(export_plan(with_certificates(one), "openssl").items())
    (tmp_path / name).write_text(text, encoding="utf-8")
    command = next(line[2:] for line in text.splitlines() if line.startswith("# openssl req "))
    openssl_path = program("openssl", "openssl")
    subprocess.run([openssl_path, *command.split(" ")[1:]], cwd=tmp_path, capture_output=True, check=True)
    request = x509.load_pem_x509_csr((tmp_path / name.replace(".cnf", ".csr")).read_bytes())
    public = request.public_key()
    assert isinstance(public, rsa.RSAPublicKey) and public.key_size == 4096
    assert alternative_names(request)[-1] == "*.contoso.com"


def test_openssl_asks_for_both_usages_and_for_no_names_where_none_are_planned(tmp_path: Path, key_file: Path) -> None:
    one = edge_certificate(subject_alternative_names=[])
    ((_name, text),) = list(export_plan(with_certificates(one), "openssl").items())
    request = requested(tmp_path, key_file, text)
    extended = request.extensions.get_extension_for_class(x509.ExtendedKeyUsage)
    assert list(extended.value) == SERVER_AND_CLIENT
    with pytest.raises(x509.ExtensionNotFound):
        alternative_names(request)


def test_openssl_reads_every_part_of_a_subject(tmp_path: Path, key_file: Path) -> None:
    subject = {
        "common_name": "sip.contoso.com",
        "organization": 'Contoso "R&D", $HOME; #1 \\ \u00d6l',
        "organizational_unit": "it's `us`",
        "locality": "Redmond",
        "state": "Washington",
        "country": "US",
    }
    ((_name, text),) = list(export_plan(with_certificates(edge_certificate(subject=subject)), "openssl").items())
    read = requested(tmp_path, key_file, text).subject
    order = (
        NameOID.COUNTRY_NAME,
        NameOID.STATE_OR_PROVINCE_NAME,
        NameOID.LOCALITY_NAME,
        NameOID.ORGANIZATION_NAME,
        NameOID.ORGANIZATIONAL_UNIT_NAME,
        NameOID.COMMON_NAME,
    )
    assert [one.oid for one in read] == list(order)
    assert read.get_attributes_for_oid(NameOID.ORGANIZATION_NAME)[0].value == subject["organization"]
    assert read.get_attributes_for_oid(NameOID.ORGANIZATIONAL_UNIT_NAME)[0].value == subject["organizational_unit"]


@given(text=HOSTILE)
@example("\\")
@example("a\\b$c")
@settings(max_examples=60, deadline=None)
def test_a_value_for_openssl_is_refused_or_arrives(
    tmp_path_factory: pytest.TempPathFactory, key_file: Path, text: str
) -> None:
    try:
        written = openssl.value(text)
    except RolloutError:
        return
    configuration = (
        "[req]\nprompt = no\nutf8 = yes\nstring_mask = utf8only\ndistinguished_name = s\n"
        f"[s]\nO = {written}\nCN = end\n"
    )
    read = requested(tmp_path_factory.mktemp("value"), key_file, configuration).subject
    assert [(one.oid, one.value) for one in read] == [
        (NameOID.ORGANIZATION_NAME, text),
        (NameOID.COMMON_NAME, "end"),
    ]


# --- certreq ----------------------------------------------------------------------------------------------------------


def test_certreq_gets_the_text_of_the_rollout_itself() -> None:
    one = lync_certificate()
    ((name, text),) = list(export_plan(with_certificates(one), "certreq").items())
    assert name == "certificate_fe01.contoso.net_default.inf"
    remarks, _version, policy = text.partition("[Version]")
    assert f"[Version]{policy}".encode() == request_inf(certificate_from_plain(one))
    assert [line[0] for line in remarks.split("\r\n")[:-1]] == [";", ";", ";"]


def test_certreq_learns_of_exportable_keys_and_both_usages() -> None:
    ((_name, text),) = list(export_plan(with_certificates(edge_certificate()), "certreq").items())
    sections = parse_inf(text)
    assert dict(sections["NewRequest"])["Exportable"] == "TRUE"
    usages = [value for _key, value in sections["EnhancedKeyUsageExtension"]]
    assert usages == ["1.3.6.1.5.5.7.3.1", "1.3.6.1.5.5.7.3.2"]
    assert "; CA: public; template: none\r\n" in text
    assert "make its key on edge01.contoso.net, exportable, and carry it over\r\n" in text


@given(authority=HOSTILE, template=HOSTILE)
@settings(max_examples=60, deadline=None)
def test_no_remark_reaches_a_policy(authority: str, template: str) -> None:
    plain = parse_inf(request_inf(certificate_from_plain(lync_certificate())).decode("ascii"))
    hostile = lync_certificate(issuer={"name": "x", "ca": authority}, template=template)
    ((_name, text),) = list(export_plan(with_certificates(hostile), "certreq").items())
    assert parse_inf(text) == plain
    ((_name, text),) = list(export_plan(with_certificates(hostile), "openssl").items())
    ((_name, wanted),) = list(export_plan(with_certificates(lync_certificate()), "openssl").items())
    assert [line for line in text.split("\n") if line[:1] != "#"] == [
        line for line in wanted.split("\n") if line[:1] != "#"
    ]


# --- Request-CsCertificate --------------------------------------------------------------------------------------------


SCRIPT = "request_cs_certificates.ps1"


def commands(plan: dict[str, Any]) -> list[tuple[str, ...]]:
    text = export_plan(plan, "request_cs_certificate")[SCRIPT]
    return [line.arguments for line in powershell(text) if line.arguments]


def test_a_combined_certificate_is_of_three_types() -> None:
    (command,) = commands(with_certificates(lync_certificate()))
    assert command == (
        "Request-CsCertificate",
        "-New",
        *("-Type", "Default,WebServicesInternal,WebServicesExternal"),
        *("-ComputerFqdn", "fe01.contoso.net"),
        *("-FriendlyName", "pool01.contoso.net default"),
        *("-CA", "ca01.contoso.net\\Contoso CA"),
        *("-Template", "WebServer"),
        *("-KeySize", "2048"),
        *("-PrivateKeyExportable", "$false"),
        *("-DomainName", "pool01.contoso.net,fe01.contoso.net,sip.contoso.com,*.contoso.com"),
    )


def test_an_edge_certificate_is_requested_once_into_a_file() -> None:
    plan = with_certificates(edge_certificate())
    (command,) = commands(plan)
    assert command == (
        "Request-CsCertificate",
        "-New",
        *("-Type", "AccessEdgeExternal,DataEdgeExternal,AudioVideoAuthentication"),
        *("-ComputerFqdn", "edge01.contoso.net"),
        *("-FriendlyName", "sip.contoso.com edge_external"),
        *("-Output", ".\\certificate_lsedge.contoso.net_edge_external.req"),
        *("-KeySize", "2048"),
        *("-PrivateKeyExportable", "$true"),
        *("-ClientEKU", "$true"),
        *("-DomainName", "webcon.contoso.com,sip.contoso.com,sip.fabrikam.com"),
    )
    text = export_plan(plan, "request_cs_certificate")[SCRIPT]
    assert "# On edge02.contoso.net: the same certificate with its key, by Import-CsCertificate.\r\n" in text


@pytest.mark.parametrize(
    ("component", "type_"),
    [
        ("front_end", "Default"),
        ("director", "Default"),
        ("mediation", "Default"),
        ("oauth", "OAuthTokenIssuer"),
        ("edge_internal", "Internal"),
        ("web_internal", "WebServicesInternal"),
        ("web_external", "WebServicesExternal"),
    ],
)
def test_a_component_has_its_type(component: str, type_: str) -> None:
    assignment = {"server": "fe01.contoso.net", "component": component, "use": "x", "port": 443}
    (command,) = commands(with_certificates(lync_certificate(assignments=[assignment])))
    assert command[2:4] == ("-Type", type_)
    assert ("-Output" in command) == (component == "edge_internal")


def test_the_certificate_of_the_whole_deployment_is_carried_to_nobody() -> None:
    servers = ["fe01.contoso.net", "fe02.contoso.net"]
    assignments = [{"server": one, "component": "oauth", "use": "oauth", "port": 0} for one in servers]
    names = {"holders": servers, "scope": "global", "id": "global/oauth", "assignments": assignments}
    lines = powershell(export_plan(with_certificates(lync_certificate(**names)), "request_cs_certificate")[SCRIPT])
    assert [line.arguments[2:6] for line in lines if line.arguments] == [
        ("-Type", "OAuthTokenIssuer", "-ComputerFqdn", "fe01.contoso.net")
    ]
    remarks = " ".join(line.remark for line in lines)
    assert "-Identity global" in remarks and "Import-CsCertificate" not in remarks


def test_a_standalone_ca_is_told_no_template_and_no_names_no_parameter() -> None:
    (command,) = commands(with_certificates(lync_certificate(template=None, subject_alternative_names=[])))
    assert "-Template" not in command and "-DomainName" not in command and "-CA" in command


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        (
            {"name_reasons": {"x": [{"rule": "ocs2007r2.subject"}]}},
            "front_end, web_internal, web_external: Office Communications Server has no such cmdlet.",
        ),
        (
            {"assignments": [{"server": "rp", "component": "reverse_proxy", "use": "reverse_proxy", "port": 443}]},
            "reverse_proxy: no type of the cmdlet fits.",
        ),
    ],
)
def test_a_product_without_the_cmdlet_gets_a_comment(changes: dict[str, Any], said: str) -> None:
    text = export_plan(with_certificates(lync_certificate(**changes)), "request_cs_certificate")
    lines = powershell(text[SCRIPT])
    assert [line.arguments for line in lines if line.arguments] == []
    assert any(line.remark.startswith(said) for line in lines)


@given(authority=HOSTILE, template=HOSTILE, use=HOSTILE)
@example("ca01\\Gr\u00f6\u00dfe 'CA'; calc", "T\u2019;calc", "\u201b")
@settings(max_examples=100, deadline=None)
def test_a_name_of_others_is_refused_or_arrives(authority: str, template: str, use: str) -> None:
    issuer = {"name": "x", "ca": f"ca01\\{authority}"}
    plan = with_certificates(lync_certificate(issuer=issuer, template=f"T{template}", use=f"u{use}"))
    try:
        (command,) = commands(plan)
    except RolloutError:
        return
    given_parts = dict(zip(command[2::2], command[3::2], strict=True))
    assert given_parts["-CA"] == f"ca01\\{authority}"
    assert given_parts["-Template"] == f"T{template}"
    assert given_parts["-FriendlyName"] == f"pool01.contoso.net u{use}"


# --- what is refused --------------------------------------------------------------------------------------------------

WRONG: list[tuple[str, dict[str, Any], str]] = [
    ("a name with a comma", {"subject_alternative_names": ["a.com,b.com"]}, "a name of it is none"),
    ("a name with a new line", {"subject_alternative_names": ["a.com\nDNS.9 = evil.com"]}, "a name of it is none"),
    ("a name with a dot at its end", {"subject_alternative_names": ["a.com."]}, "ends in a dot"),
    ("a wildcard inside", {"subject_alternative_names": ["a.*.com"]}, "a name of it is none"),
    ("a subject that is no name", {"subject": {"common_name": "x\ny"}}, "a name of it is none"),
    ("a holder with a command", {"holders": ["fe01; calc"]}, "a name of it is none"),
    ("no holders", {"holders": []}, "it has no holders"),
    ("holders that are a text", {"holders": "fe01.contoso.net"}, "it has no holders"),
    ("an ID that is a path", {"id": "../../etc/passwd"}, "cannot be the name of a file"),
    ("a usage that is no OID", {"extended_key_usage": ["1.2.3, critical"]}, "no object identifier"),
    ("an issuer that is none", {"issuer": "x"}, "no issuer"),
    ("assignments that are none", {"assignments": ["x"]}, "no list of assignments"),
    ("a missing key", {"key": {}}, "key.length is missing"),
]


@pytest.mark.parametrize("format", CERTIFICATE_FORMATS)
@pytest.mark.parametrize(("changes", "said"), [one[1:] for one in WRONG], ids=[one[0] for one in WRONG])
def test_what_is_no_certificate_is_refused_in_every_format(format: str, changes: dict[str, Any], said: str) -> None:
    with pytest.raises(RolloutError, match=said):
        export_plan(with_certificates(lync_certificate(**changes)), format)


def test_two_certificates_never_share_a_file() -> None:
    twins = with_certificates(lync_certificate(id="a_b/c"), lync_certificate(id="a/b_c"))
    with pytest.raises(RolloutError, match="two certificates would have files called 'certificate_a_b_c'"):
        export_plan(twins, "certreq")


def test_a_plan_without_certificates_has_no_files_of_them() -> None:
    assert export_plan(with_certificates(), list(CERTIFICATE_FORMATS)) == {}


def test_an_unknown_usage_of_a_key_is_refused() -> None:
    one = lync_certificate(key={**lync_certificate()["key"], "key_usage": ["x\n[y]"]})
    with pytest.raises(RolloutError, match="is no usage of a key"):
        export_plan(with_certificates(one), "openssl")
