# Copyright: (c) 2026, The ucops.rollout developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Kerberos with clients that are not ours: pywinrm and pypsrp, bare and within SPNEGO, with tickets of a KDC."""

from __future__ import annotations

import base64
import contextlib
import hashlib
import http.client
import importlib
import os
import ssl
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from domainkit import REALM, Domain, domain_of
from lab_tests.foreign import PASSWORD
from lab_tests.windows import description
from proofkit import samba
from winrm.exceptions import InvalidCredentialsError
from winrm.protocol import Protocol

from lab.client import RunningEstate, start_estate
from lab.estate import merged

SRV01 = "srv01.company.local"
PING = 'certutil -config "ca01.company.local\\Company CA" -ping'
HOSTS = {
    "hosts": [
        {"name": "srv01", "generation": "2012r2", "winrm": {"https": True}},
        {"name": "lone01", "address": "10.0.0.13", "domain_member": False},
    ]
}


@pytest.fixture(scope="module")
def domain(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Domain]:
    place = tmp_path_factory.mktemp("domain")
    (place / "estate.yml").write_text(yaml.safe_dump(merged(description(), HOSTS)), encoding="utf-8")
    with domain_of(place / "estate.yml", place) as found:
        yield found


@pytest.fixture(scope="module")
def estate(domain: Domain, tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningEstate]:
    keytabs = {"kerberos": domain.overrides["kerberos"]}
    with start_estate(
        domain.controller.directory / "estate.yml", tmp_path_factory.mktemp("run"), overrides=keytabs
    ) as running:
        yield running


@pytest.fixture
def ticket(domain: Domain, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KRB5CCNAME", f"FILE:{tmp_path}/ticket")
    asked = f"{PASSWORD}\n"
    subprocess.run(["kinit", "-f", f"rollout@{REALM}"], input=asked, text=True, check=True, capture_output=True)


def pywinrm(estate: RunningEstate, host: str = "srv01", scheme: str = "http", **options: Any) -> Protocol:
    settings: dict[str, Any] = {"kerberos_hostname_override": f"{host}.company.local"}
    if scheme == "https":
        settings["ca_trust_path"] = estate.variables_of(host)["ansible_winrm_ca_trust_path"]
    return Protocol(
        f"{scheme}://{estate.address(host)}:{5986 if scheme == 'https' else 5985}/wsman",
        transport="kerberos", username=f"rollout@{REALM}", proxy=None, **settings | options,
    )  # fmt: skip


def ended(protocol: Protocol, line: str) -> tuple[int, str]:
    shell = protocol.open_shell()
    out, _err, code = protocol.get_command_output(shell, protocol.run_command(shell, line))
    protocol.close_shell(shell)
    return code, out.decode()


@pytest.mark.parametrize(("scheme", "encryption"), [("http", "always"), ("https", "auto"), ("https", "always")])
def test_pywinrm_runs_a_command(estate: RunningEstate, ticket: None, scheme: str, encryption: str) -> None:
    assert ended(pywinrm(estate, scheme=scheme, message_encryption=encryption), "hostname") == (0, "srv01\r\n")


@pytest.mark.parametrize(("delegated", "goes_on"), [(False, False), (True, True)])
def test_the_second_hop_needs_a_forwarded_ticket(
    estate: RunningEstate, ticket: None, delegated: bool, goes_on: bool
) -> None:
    code, _out = ended(pywinrm(estate, kerberos_delegation=delegated), PING)
    assert (code == 0) is goes_on


def test_a_member_of_no_domain_takes_no_ticket(estate: RunningEstate, ticket: None) -> None:
    with pytest.raises(InvalidCredentialsError):
        pywinrm(estate, "lone01", kerberos_hostname_override=SRV01).open_shell()


@pytest.mark.parametrize("fits", [True, False])
def test_a_ticket_that_is_bound_to_another_channel_is_refused(estate: RunningEstate, ticket: None, fits: bool) -> None:
    kerberos = importlib.import_module("kerberos")
    protocol = pywinrm(estate, scheme="https")
    pem = Path(estate.variables_of("srv01")["ansible_winrm_ca_trust_path"]).read_text(encoding="ascii")
    digest = hashlib.sha256(ssl.PEM_cert_to_DER_cert(pem)).digest() if fits else bytes(32)
    authentication = protocol.transport.build_session().auth
    authentication.cbt_binding_tried = True
    authentication.cbt_struct = kerberos.channelBindings(application_data=b"tls-server-end-point:" + digest)
    with contextlib.nullcontext() if fits else pytest.raises(InvalidCredentialsError):
        assert ended(protocol, "hostname") == (0, "srv01\r\n")


@pytest.mark.parametrize("auth", ["kerberos", "negotiate"])
def test_pypsrp_comes_bare_and_within_spnego(estate: RunningEstate, ticket: None, tmp_path: Path, auth: str) -> None:
    """In a process of its own: its library looks for gssapi when it is imported. Its ``krb5`` serves passwords only."""
    samba.gssapi(tmp_path / "gssapi")
    script = (
        "import sys, types; sys.modules['krb5'] = types.ModuleType('krb5')\n"
        "from pypsrp.client import Client\n"
        f"client = Client({estate.address('srv01')!r}, port=5985, ssl=False, auth={auth!r},\n"
        f"                negotiate_hostname_override={SRV01!r}, encryption='always')\n"
        "print(client.execute_cmd('hostname')[0])\n"
    )
    place = os.pathsep.join([str(tmp_path / "gssapi"), str(domain_library())])
    told = subprocess.run(
        [sys.executable, "-c", script],
        env=os.environ | {"PYTHONPATH": place},
        capture_output=True,
        text=True,
        check=False,
    )
    assert told.stdout.strip() == "srv01", told.stderr


def domain_library() -> Path:
    """Where gssapi was found."""
    return Path(sys.modules["gssapi"].__file__ or "").parents[1]


def test_kerberos_is_offered_under_its_own_name_too(estate: RunningEstate, ticket: None, tmp_path: Path) -> None:
    gssapi = samba.gssapi(tmp_path / "gssapi")
    name = gssapi.Name(f"HTTP@{SRV01}", gssapi.NameType.hostbased_service)
    token = gssapi.SecurityContext(name=name, usage="initiate", mech=gssapi.MechType.kerberos).step()
    connection = http.client.HTTPConnection(estate.address("srv01"), 5985, timeout=10)
    connection.request("POST", "/wsman")
    offered = connection.getresponse()
    offered.read()
    assert offered.headers.get_all("WWW-Authenticate") == ["Kerberos", "Negotiate"]
    connection.request("POST", "/wsman", b"", {"Authorization": f"Kerberos {base64.b64encode(token).decode()}"})
    answer = connection.getresponse()
    assert (answer.status, answer.headers["WWW-Authenticate"].partition(" ")[0]) == (200, "Kerberos")
    connection.close()
