"""Configuration files for openssl: it builds requests of them."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID
from hypothesis import example, given
from proofkit.needs import program
from unit.exports_hostile import EVERYTHING, HOSTILE
from unit.exports_plans import edge_certificate, exported, lync_certificate, origin_plan, with_certificates
from unit.fakes_windows import PEM, rsa_key

from ansible_collections.ucops.rollout.plugins.module_utils.errors import RolloutError
from ansible_collections.ucops.rollout.plugins.module_utils.exports import openssl

SERVER_AND_CLIENT = [ExtendedKeyUsageOID.SERVER_AUTH, ExtendedKeyUsageOID.CLIENT_AUTH]


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
    files = exported(origin_plan(), "openssl")
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
    ((name, text),) = list(exported(with_certificates(one), "openssl").items())
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
    ((_name, text),) = list(exported(with_certificates(one), "openssl").items())
    request = requested(tmp_path, key_file, text)
    extended = request.extensions.get_extension_for_class(x509.ExtendedKeyUsage)
    assert list(extended.value) == SERVER_AND_CLIENT
    with pytest.raises(x509.ExtensionNotFound):
        alternative_names(request)


def test_a_subject_has_a_common_name_only() -> None:
    """Where the plan is read: no rule plans other parts, and no format has to write them."""
    subject = {"common_name": "sip.contoso.com", "organization": "Contoso"}
    with pytest.raises(RolloutError, match=r"certificates\[0\].subject.organization: unknown key"):
        exported(with_certificates(edge_certificate(subject=subject)), "openssl")


@given(text=HOSTILE)
@example("\\")
@example('Contoso "R&D", $HOME; #1 \\ \u00d6l')
@example("it's `us`")
@example("a\\b$c")
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


@given(issuer=HOSTILE)
@example(EVERYTHING)
def test_no_comment_becomes_a_setting(issuer: str) -> None:
    hostile = lync_certificate(issuer={"name": issuer, "ca": ""}, template=None)
    ((_name, text),) = list(exported(with_certificates(hostile), "openssl").items())
    ((_name, wanted),) = list(exported(with_certificates(lync_certificate()), "openssl").items())
    assert [line for line in text.split("\n") if line[:1] != "#"] == [
        line for line in wanted.split("\n") if line[:1] != "#"
    ]


def test_an_unknown_usage_of_a_key_is_refused() -> None:
    one = lync_certificate(key={**lync_certificate()["key"], "key_usage": ["x\n[y]"]})
    with pytest.raises(RolloutError, match="is no usage of a key"):
        exported(with_certificates(one), "openssl")
