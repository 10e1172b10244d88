# Copyright: (c) 2026, The ucops.rollout developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A certificate with its key from one machine's store into another's, as PFX, by what .NET gives to PowerShell."""

from __future__ import annotations

import base64
import subprocess
from pathlib import Path

import pytest
from lab_tests.scripts import certificate, errors, run, shells
from lab_tests.windows import Lab

from lab.pki.stores import Stores

SCHANNEL = "Microsoft RSA SChannel Cryptographic Provider"
STORE = "$s = New-Object Security.Cryptography.X509Certificates.X509Store 'My', 'LocalMachine';"
EXPORT = STORE + (
    "$s.Open('ReadOnly'); $c = @($s.Certificates)[0];"
    "$k = [Security.Cryptography.X509Certificates.X509ContentType]::{kind};"
    "[Convert]::ToBase64String($c.Export($k, '{password}'))"
)
IMPORT = (
    "$c = New-Object Security.Cryptography.X509Certificates.X509Certificate2;"
    "$c.Import([Convert]::FromBase64String('{pfx}'), '{password}', '{flags}');"
)
ADD = STORE + "$s.Open('ReadWrite'); $s.Add($c); $s.Close(); $c.Thumbprint"
KEPT = "MachineKeySet, PersistKeySet"


@pytest.fixture
def lab(tmp_path: Path) -> Lab:
    return shells(tmp_path)


def exported(lab: Lab, host: str = "ps2008r2", kind: str = "Pfx", password: str = "a-b_c1") -> str:
    ended = run(lab, host, EXPORT.format(kind=kind, password=password))
    assert ended.code == 0, ended.err
    return ended.out.strip()


def imported(lab: Lab, host: str, pfx: str, flags: str = KEPT, password: str = "a-b_c1", more: str = ADD) -> str:
    """What the script printed, or the errors that it met."""
    ended = run(lab, host, IMPORT.format(pfx=pfx, password=password, flags=flags) + more)
    return ended.out.strip() or errors(ended)


@pytest.mark.parametrize("kind", ["Pfx", "Pkcs12"])
def test_others_read_what_was_exported(lab: Lab, tmp_path: Path, kind: str) -> None:
    certificate(lab.machine("ps2008r2"), "sip.company.com")
    (tmp_path / "one.pfx").write_bytes(base64.b64decode(exported(lab, kind=kind)))
    command = ["openssl", "pkcs12", "-in", str(tmp_path / "one.pfx"), "-nodes", "-info", "-passin"]
    read = subprocess.run([*command, "pass:a-b_c1"], capture_output=True, text=True, check=True)
    assert f"Microsoft CSP Name: {SCHANNEL}" in read.stdout and "PRIVATE KEY" in read.stdout
    assert read.stdout.count("BEGIN CERTIFICATE") == 1
    assert subprocess.run([*command, "pass:other"], capture_output=True, check=False).returncode != 0


def test_into_another_store_with_its_key_and_provider(lab: Lab) -> None:
    there = lab.machine("ps2019")
    thumbprint = certificate(lab.machine("ps2008r2"), "sip.company.com")
    assert imported(lab, "ps2019", exported(lab), f"{KEPT}, Exportable") == thumbprint
    stored = Stores(there).find("MY", thumbprint)
    assert stored is not None
    container = Stores(there).container(stored)
    assert container is not None
    assert (container.provider, container.provider_type, container.key_spec) == (SCHANNEL, 12, 1)
    assert container.exportable and container.of_machine and len(there.keys) == 1
    assert Stores(there).held("Root") == Stores(there).held("CA") == []
    assert exported(lab, "ps2019")


def test_without_exportable_it_stays_there(lab: Lab) -> None:
    certificate(lab.machine("ps2008r2"), "sip.company.com")
    imported(lab, "ps2016", exported(lab))
    ended = run(lab, "ps2016", EXPORT.format(kind="Pfx", password="x"))
    assert "Key not valid for use in specified state." in errors(ended).replace("\n", "")
    shown = run(lab, "ps2016", STORE + "$s.Open(0); @($s.Certificates)[0].PrivateKey.CspKeyContainerInfo.Exportable")
    assert shown.out == "False\r\n"
    assert exported(lab, "ps2016", kind="Cert")


def test_a_key_that_is_not_persisted_ends_with_the_process(lab: Lab) -> None:
    there = lab.machine("ps2012")
    thumbprint = certificate(lab.machine("ps2008r2"), "sip.company.com")
    signs = ADD + "; $c.PrivateKey.SignData([byte[]](1, 2), 'SHA1').Length"
    assert imported(lab, "ps2012", exported(lab), "MachineKeySet", more=signs).split() == [thumbprint, "128"]
    stored = Stores(there).find("MY", thumbprint)
    assert stored is not None and Stores(there).container(stored) is None and there.keys == {}


@pytest.mark.parametrize(("change", "told"), [
    ({"password": "other"}, "The specified network password is not correct."),
    ({"pfx": base64.b64encode(b"no certificate").decode()}, "Cannot find the requested object."),
    ({"flags": "Machine"}, "invalid enumeration values"),
])  # fmt: skip
def test_what_is_refused(lab: Lab, change: dict[str, str], told: str) -> None:
    certificate(lab.machine("ps2008r2"), "sip.company.com")
    given = {"pfx": exported(lab), "more": "", **change}
    assert told in imported(lab, "ps2012r2", **given).replace("\n", "")
    assert lab.machine("ps2012r2").keys == {}


def test_a_store_that_was_opened_for_reading_takes_nothing(lab: Lab) -> None:
    certificate(lab.machine("ps2008r2"), "sip.company.com")
    told = imported(lab, "ps2012r2", exported(lab), more=STORE + "$s.Open('ReadOnly'); $s.Add($c)")
    assert "Access is denied." in told and Stores(lab.machine("ps2012r2")).held("MY") == []
    # The key was brought all the same; who brought it can take it away again.
    gone = "$k = $c.PrivateKey; $k.PersistKeyInCsp = $false; $k.Clear(); 'gone'"
    assert len(lab.machine("ps2012r2").keys) == 1
    assert imported(lab, "ps2012", exported(lab), more=gone) == "gone"
    assert lab.machine("ps2012").keys == {}


@pytest.mark.parametrize(("digest", "told"), [("SHA1", "True"), ("SHA256", "Invalid algorithm specified.")])
def test_the_key_signs(lab: Lab, digest: str, told: str) -> None:
    certificate(lab.machine("ps2016"), "sip.company.com")
    ended = run(lab, "ps2016", STORE + (
        "$s.Open('ReadOnly'); $c = @($s.Certificates)[0]; $d = [byte[]](1, 2, 3);"
        f"$c.PublicKey.Key.VerifyData($d, '{digest}', $c.PrivateKey.SignData($d, '{digest}'))"
    ))  # fmt: skip
    assert told in ended.out + errors(ended).replace("\n", "")
