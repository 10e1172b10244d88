"""What goes wrong at the first contact over HTTPS, by Basic, by CredSSP and by client certificates, in one run."""

from __future__ import annotations

import base64
import datetime
import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import yaml
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID
from languagekit import begin
from sitekit import FIRST_CONTACT, Run, play

from lab.client import RunningEstate

pytestmark = pytest.mark.slow

SECRETS = {"COMPANY\\rollout": "Rollout-2007!", "Administrator": "Own-Administrator-1"}
OWN = {"name": "Administrator", "password": SECRETS["Administrator"], "administrator": True, "built_in": True}
WRONG = "not-this-one-€"
BASIC = {"ansible_winrm_transport": "basic", "ansible_user": "Administrator", "ansible_password": OWN["password"]}
CREDSSP = {"ansible_winrm_transport": "credssp", "ansible_user": "COMPANY\\second"}
NTLM = {"ansible_winrm_transport": "ntlm"}
HTTP = {"ansible_port": 5985, "ansible_winrm_scheme": "http"}
ANYBODY = {"ucops_anybody_may_read_the_passwords": True}
ON = {"basic": True, "certificate": True, "credssp": True}


@dataclass(frozen=True)
class Case:
    """What is odd about a host's listener and about its variables; what is told; whether a logon was refused there."""

    winrm: dict[str, Any]
    variables: dict[str, Any]
    told: str
    refused: int = 0
    generation: str = "2016"


NOT_TRUSTED = "the controller does not trust the certificate of the host's HTTPS listener (certificate verify failed"
NOT_OFFERED = "does not offer this transport (the host takes logons by other schemes only: Negotiate)"
SPARED = "not logged on to: {} refused the account '{}' in this run"
CASES = {
    # --- HTTPS
    "untrusted01": Case({}, {"ansible_winrm_ca_trust_path": "{files}/stranger.pem"}, NOT_TRUSTED),
    "expired01": Case(
        {"https": {"days": -1}},
        {},
        "the certificate of the host's HTTPS listener does not hold (certificate verify failed: certificate has",
    ),
    "named01": Case(
        {"https": {"names": ["other.company.local"]}},
        {},
        "the certificate of the host's HTTPS listener is for another name (certificate verify failed: IP address",
    ),
    "old01": Case(
        {}, {}, "the host's HTTPS listener and the controller have no version of TLS in common", generation="2008r2"
    ),
    "http01": Case({}, {"ansible_port": 5985}, "does not speak TLS. Port 5986 is HTTPS, 5985 HTTP: correct ansible"),
    "https01": Case(
        {},
        {**HTTP, "ansible_port": 5986, "ansible_winrm_message_encryption": "always"},
        "the connection was broken off without an answer of WinRM. Check address, port and scheme (5985",
    ),
    "readable01": Case(
        {},
        {**HTTP, **ANYBODY, "ansible_winrm_message_encryption": "never"},
        "the host refuses messages that anybody can read (HTTP 500",
    ),
    # --- NTLM
    "wrong01": Case({}, {"ansible_user": "COMPANY\\first", "ansible_password": WRONG}, "were rejected by the host", 1),
    "wrong02": Case({}, {"ansible_user": "COMPANY\\first"}, SPARED.format("wrong01.company.local", "COMPANY\\first")),
    "bound01": Case(
        {"cbt_hardening": "strict"},
        {"ansible_user": "COMPANY\\clerk", "ansible_password": "Clerk-2007!", "ansible_winrm_send_cbt": False},
        "or came over another TLS connection than the host's own",
        1,
    ),
    # --- Basic
    "basic01": Case({}, BASIC, NOT_OFFERED),
    "domain01": Case(
        {"auth": ON},
        {**BASIC, "ansible_user": "COMPANY\\third", "ansible_password": SECRETS["COMPANY\\rollout"]},
        "rejected by the host, or it does not take Basic authentication. Set ansible_winrm_transport: ntlm (or kerb",
        1,
    ),
    "basic02": Case({"auth": ON}, {**BASIC, "ansible_password": "not-this-one"}, "does not take Basic", 1),
    "basic03": Case(
        {"auth": ON},
        {**BASIC, "ansible_password": "not-this-one"},
        SPARED.format("basic02.company.local", "Administrator"),
    ),
    "letters01": Case(
        {"auth": ON}, {**BASIC, "ansible_password": WRONG}, "Basic cannot carry a character that is in the"
    ),
    "ignored01": Case(
        {"auth": ON},
        {**BASIC, "ansible_winrm_server_cert_validation": "ignore"},
        "whoever answers in the host's place would be given the password; nothing was sent",
    ),
    "clear01": Case({"auth": ON}, {**BASIC, **HTTP}, "could read and change what is sent, the password too"),
    # --- CredSSP
    "credssp01": Case({}, CREDSSP, NOT_OFFERED),
    "credssp02": Case(
        {"auth": ON},
        {**CREDSSP, **HTTP, "ansible_password": WRONG},
        "user name or password are wrong: the credentials were rejected. Check ansible_user (DOMAIN",
        1,
    ),
    "credssp03": Case(
        {"auth": ON}, {**CREDSSP, **HTTP}, SPARED.format("credssp02.company.local", "COMPANY\\second")
    ),
    "rights01": Case(
        {"auth": ON},
        {**CREDSSP, "ansible_user": "COMPANY\\visitor", "ansible_password": "Clerk-2007!"},
        "the password is right, but the account may not use WinRM here. It has to be an administrator",
    ),
    # --- client certificates
    "nofile01": Case({"auth": ON}, {"ansible_winrm_cert_pem": "{files}/none.pem"}, "{files}/none.pem: No such file or"),
    "otherkey01": Case(
        {"auth": ON},
        {"ansible_winrm_cert_key_pem": "{files}/stranger-key.pem"},
        "the key in {files}/stranger-key.pem belongs to another certificate than",
    ),
    "stranger01": Case(
        {"auth": ON},
        {"ansible_winrm_cert_pem": "{files}/stranger.pem", "ansible_winrm_cert_key_pem": "{files}/stranger-key.pem"},
        "the host's listener refused the certificate of the client in the TLS handshake (tlsv1 alert unknown ca",
    ),
    "ended01": Case(
        {"auth": ON},
        {"ansible_winrm_cert_pem": "{files}/ended.pem", "ansible_winrm_cert_key_pem": "{files}/ended-key.pem"},
        "the host takes the certificate for nobody that it knows (CN=ended, thumbprint {ended}, which ended on",
        1,
    ),
    "unmapped01": Case(
        {"auth": ON, "certificate_mappings": []}, {}, "the host takes the certificate for nobody that it knows (", 1
    ),
    "unmapped02": Case({"auth": ON}, {}, SPARED.format("unmapped01.company.local", "{mine}")),
}  # fmt: skip
BY_CERTIFICATE = ("nofile01", "otherkey01", "stranger01", "ended01", "unmapped01", "unmapped02")


def described(place: Path) -> Path:
    accounts = [
        {"name": name, "password": SECRETS["COMPANY\\rollout"], "administrator": True}
        for name in ("rollout", "first", "second", "third")
    ]
    hosts = [
        {
            "name": name,
            "address": f"10.0.0.{last}",
            "generation": case.generation,
            "accounts": [OWN],
            "winrm": {"https": True, **case.winrm},
        }
        for last, (name, case) in enumerate(CASES.items(), 20)
    ]
    content = {
        "domain": {"fqdn": "company.local", "netbios": "COMPANY"},
        "accounts": [*accounts, *({"name": name, "password": "Clerk-2007!"} for name in ("clerk", "visitor"))],
        "hosts": hosts,
    }
    (place / "estate.yml").write_text(yaml.safe_dump(content), encoding="utf-8")
    return place / "estate.yml"


def certificate(place: Path, name: str, days: int) -> bytes:
    """A client certificate that issued itself, as files; DER."""
    key, now = ec.generate_private_key(ec.SECP256R1()), datetime.datetime.now(datetime.timezone.utc)
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    made = (
        x509.CertificateBuilder(subject, subject, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(days=30))
        .not_valid_after(now + datetime.timedelta(days=days))
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.CLIENT_AUTH]), critical=False)
        .sign(key, hashes.SHA256())
    )
    pem = (serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    (place / f"{name}-key.pem").write_bytes(key.private_bytes(*pem))
    (place / f"{name}.pem").write_bytes(made.public_bytes(serialization.Encoding.PEM))
    return made.public_bytes(serialization.Encoding.DER)


@dataclass(frozen=True)
class Told:
    """What one run told of every host, and what the hosts counted."""

    run: Run
    hosts: dict[str, dict[str, Any]]
    counters: dict[str, Any]
    names: dict[str, str]


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Told]:
    place = tmp_path_factory.mktemp("faults")
    certificate(place, "stranger", 30)
    ended = certificate(place, "ended", -1)
    with begin(described(place), place / "lab", 0) as estate:
        trusted = [base64.b64encode(ended).decode()]
        estate.order("domain_member", "ended01", "put", store="Root", certificates=trusted)
        mine = str(estate.inventory.parents[1] / "client" / "certificate.pem")
        names = {"files": str(place), "mine": mine, "ended": hashlib.sha1(ended).hexdigest().upper()}
        yield one_run(estate, place, names)


def one_run(estate: RunningEstate, place: Path, names: dict[str, str]) -> Told:
    over = {f"{name}.company.local": variables_of(name, names) for name in CASES}
    (place / "over" / "host_vars").mkdir(parents=True)
    (place / "over" / "hosts.yml").write_text(yaml.safe_dump({"all": {"hosts": dict.fromkeys(over)}}), "utf-8")
    for host, variables in over.items():
        (place / "over" / "host_vars" / f"{host}.yml").write_text(yaml.safe_dump(variables), encoding="utf-8")
    (place / "play.yml").write_text(FIRST_CONTACT, encoding="utf-8")
    asked = {"reached": list(over), "told": str(place / "told.json")}
    inventories = ("-i", str(estate.inventory), "-i", str(place / "over" / "hosts.yml"))
    run = play(str(place / "play.yml"), *inventories, "-vvv", variables=asked, cwd=place)
    assert run.code == 0, run.output
    found = json.loads((place / "told.json").read_text(encoding="utf-8"))["hosts"]
    hosts = {host.partition(".")[0]: json.loads(one) for host, one in found.items()}
    counters = {host.partition(".")[0]: one for host, one in estate.counters().items()}
    return Told(run, hosts, counters, names)


def variables_of(name: str, names: dict[str, str]) -> dict[str, Any]:
    usual = {} if name in BY_CERTIFICATE else NTLM
    given = {**usual, **CASES[name].variables}
    return {key: value.format(**names) if isinstance(value, str) else value for key, value in given.items()}


@pytest.mark.parametrize("name", CASES)
def test_each_host_tells_its_own_cause(told: Told, name: str) -> None:
    case, found = CASES[name], told.hosts[name]
    assert found["reached"] is False, found
    assert case.told.format(**told.names) in found["msg"], found
    assert found["logon_refused"] is bool(case.refused)
    counted = told.counters.get(name, {"logons": {"failed": 0}})
    assert counted["logons"]["failed"] == case.refused
    for noise in ("HTTPSConnectionPool", "Max retries", "object at 0x", "Errno", "_ssl.c"):
        assert noise not in found["msg"]


def test_nothing_was_sent_where_it_is_told_so(told: Told) -> None:
    for name in (
        "ignored01",
        "clear01",
        "nofile01",
        "otherkey01",
        "letters01",
        "wrong02",
        "basic03",
        "credssp03",
        "unmapped02",
    ):
        assert told.counters.get(name, {"requests": 0})["requests"] == 0, name


def test_no_password_is_shown(told: Told) -> None:
    for secret in (*SECRETS.values(), WRONG, "not-this-one", "Clerk-2007!"):
        assert secret not in told.run.output, secret
    assert "Traceback" not in told.run.output
