"""The origin to the letter, every example topology through the programs that the files are for, and wrong choices."""

from __future__ import annotations

import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml
from cryptography import x509
from cryptography.hazmat.primitives import serialization
from proofkit.needs import program
from unit.exports_plans import EXPECTED, exported, origin_plan, wide_plan, with_certificates
from unit.exports_readers import batch, powershell
from unit.fakes_windows import PEM, parse_inf, rsa_key
from unit.places import ROOT

from ansible_collections.ucops.rollout.plugins.module_utils.errors import RolloutError
from ansible_collections.ucops.rollout.plugins.module_utils.exports.export import CERTIFICATE_FORMATS
from ansible_collections.ucops.rollout.plugins.module_utils.reading.queries import as_plan

EXPECTED_FILES = sorted(path.name for path in EXPECTED.iterdir())
WINDOWS = (".cmd", ".ps1", ".inf", ".csv")
EXAMPLES = sorted((ROOT / "docs" / "examples").glob("*.yml"))
BIND = ("-i", "local", "-k", "fail", "-n", "fail", "-m", "fail")


def plan_of(topology: Any) -> dict[str, Any]:
    return as_plan(topology).to_plain()


@pytest.fixture(scope="module", params=EXAMPLES, ids=[path.stem for path in EXAMPLES])
def plan(request: pytest.FixtureRequest) -> dict[str, Any]:
    return plan_of(yaml.safe_load(request.param.read_text(encoding="utf-8"))["ucops_topology"])


def test_bind_loads_every_zone(plan: dict[str, Any], tmp_path: Path) -> None:
    files = exported(plan, "bind", managed="all")
    zones = {f"{one['view']}_{one['zone']}.zone": one["zone"] for one in plan["records"]}
    assert set(zones) <= set(files)
    for name, zone in zones.items():
        (tmp_path / name).write_text(files[name], encoding="ascii")
        command = [program("named-checkzone", "bind9-utils"), *BIND, zone, str(tmp_path / name)]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        assert done.returncode == 0, f"{name}: {done.stdout}"


def test_scripts_and_policies_are_read(plan: dict[str, Any]) -> None:
    files = exported(plan, ["dnscmd", "powershell", "certreq", "request_cs_certificate"], managed="all")
    values = sum(len(record["values"]) for record in plan["records"])
    lines = [line for name in files if name.endswith(".cmd") for line in batch(files[name])]
    added = [line for line in lines if "/recordadd" in line.arguments]
    given = [line for name in files if name.endswith("_dns.ps1") for line in powershell(files[name])]
    assert len(added) == len([line for line in given if "-TimeToLive" in line.arguments]) == values
    assert all("NewRequest" in parse_inf(text) for name, text in files.items() if name.endswith(".inf"))
    assert powershell(files["request_cs_certificates.ps1"])


def test_openssl_asks_for_the_planned_names(plan: dict[str, Any], tmp_path: Path) -> None:
    """One certificate of each use: the others differ in names alone."""
    key = tmp_path / "key.pem"
    key.write_bytes(rsa_key().private_bytes(PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()))
    files = exported(plan, "openssl")
    for one in {one["use"]: one for one in plan["certificates"]}.values():
        path = tmp_path / f"certificate_{one['id'].replace('/', '_')}.cnf"
        path.write_text(files[path.name], encoding="utf-8")
        command = [program("openssl", "openssl"), "req", "-new", "-key", str(key), "-config", str(path)]
        request = x509.load_pem_x509_csr(subprocess.run(command, capture_output=True, check=True).stdout)
        assert [attribute.value for attribute in request.subject] == [one["subject"]["common_name"]]
        assert names_of(request) == one["subject_alternative_names"], one["id"]


def names_of(request: x509.CertificateSigningRequest) -> list[str]:
    try:
        extension = request.extensions.get_extension_for_class(x509.SubjectAlternativeName)
    except x509.ExtensionNotFound:
        return []
    return list(extension.value.get_values_for_type(x509.DNSName))


def expected(name: str) -> str:
    return (EXPECTED / name).read_text(encoding="utf-8")


def test_the_origin_has_these_files() -> None:
    assert sorted(exported(origin_plan(), "all")) == EXPECTED_FILES


@pytest.mark.parametrize("name", EXPECTED_FILES)
def test_the_origin_to_the_letter(name: str) -> None:
    made = exported(origin_plan(), "all")[name]
    if name.endswith(WINDOWS):
        assert made.count("\n") == made.count("\r\n") == made.count("\r")
    else:
        assert "\r" not in made
    assert made.replace("\r\n", "\n") == expected(name)


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ({"format": "xml"}, "there is no format 'xml'. Choose from bind, bind_include, dnscmd"),
        ({"format": []}, "no format is named"),
        ({"format": 5}, "format is 5. Give a text or a list"),
        ({"format": "csv", "view": "dmz"}, "the plan has no dmz zones. Choose from internal, external"),
        ({"format": "csv", "zone": "fabrikam.com"}, "there is no zone 'fabrikam.com' in the plan"),
        ({"format": "csv", "zone": "contoso.com", "view": "internal"}, "there is no zone 'contoso.com'"),
        ({"format": "csv", "managed": "theirs"}, "there is no managed 'theirs'. Choose from ours, reg"),
        ({"format": "certreq", "view": "internal"}, "certificates lie in no view and no zone"),
        ({"format": "bind", "name_servers": ["ns 1"]}, "holds a space"),
        ({"format": "bind", "name_servers": 5}, "name_servers is 5"),
    ],
)
def test_a_wrong_wish_is_told_in_words(arguments: dict[str, Any], said: str) -> None:
    with pytest.raises(RolloutError, match=said):
        exported(wide_plan(), **arguments)


def test_a_plan_without_certificates_has_no_files_of_them() -> None:
    assert exported(with_certificates(), list(CERTIFICATE_FORMATS)) == {}
