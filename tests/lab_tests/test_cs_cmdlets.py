# Copyright: (c) 2026, The ucops.rollout developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The cmdlets of Lync and Skype for Business on the lab's servers, and what their listeners then serve."""

from __future__ import annotations

import hashlib
import json
import socket
import ssl
import subprocess
import warnings
from collections.abc import Iterator
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from lab_tests.foreign import Psrp
from lab_tests.scripts import certificate, cs_host, cs_lab, errors, run, session
from lab_tests.windows import Ended, Lab

from lab.client import start_estate
from lab.network import Network
from lab.pki.stores import Stores
from lab.roles.cs_server import CsServer

FE, POOL = "fe01.company.local", "pool.company.local"
HOSTS = (
    cs_host("fe10", "10.0.0.20", "2008r2", product="lync2010"),
    cs_host(
        "fe13",
        "10.0.0.21",
        "2012r2",
        product="lync2013",
        pool="pool13.company.local",
        sip_domains=["company.local"],
        topology="<Topology/>",
        simple_urls=[
            {"component": "Meet", "url": "https://meet.company.local"},
            {"component": "Dialin", "url": "https://dialin.company.local", "site": "Dublin"},
        ],
    ),
    cs_host("fe01", "10.0.0.22", "2019", product="sfb2019", pool=POOL, cms="fe01"),
    cs_host("fe02", "10.0.0.23", "2019", product="sfb2019", pool=POOL, cms="fe01"),
    cs_host("fe15", "10.0.0.24", "2012r2", product="sfb2015", misbehave=["no_https_binding"], cms="fe01"),
    {
        **cs_host(
            "edge01",
            "10.0.0.25",
            "2016",
            product="sfb2019",
            role="edge",
            cms="fe01",
            external={"access": "10.0.0.31", "web_conferencing": "10.0.0.32", "av": "10.0.0.33"},
        ),
        "domain_member": False,
    },
)


@pytest.fixture()
def lab(tmp_path: Path) -> Iterator[Lab]:
    made = cs_lab(tmp_path, *HOSTS, network=Network("ports", "127.38"))
    yield made
    for machine in made.estate.machines.values():
        machine.roles["cs_server"].stop()


def server(lab: Lab, host: str) -> CsServer:
    found = lab.machine(host).role(CsServer)
    assert found is not None
    return found


def cs(lab: Lab, host: str, script: str) -> Ended:
    """A script with the module there, as every version needs it."""
    return run(lab, host, f"Import-Module Lync; {script}")


def lines(lab: Lab, host: str, script: str) -> list[str]:
    ended = cs(lab, host, script)
    assert errors(ended) == "", errors(ended)
    return ended.out.splitlines()


def served(lab: Lab, address: str, port: int, own: str = "") -> str:
    """Thumbprint of the certificate that a listener presents; "" where there is no handshake."""
    context = ssl.create_default_context()
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    context.set_ciphers("ALL:@SECLEVEL=0")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        context.minimum_version = ssl.TLSVersion.TLSv1
    if own:
        context.load_cert_chain(own)
    network = lab.estate.network
    try:
        with (
            socket.create_connection((network.address(address), network.port(port)), 3) as link,
            context.wrap_socket(link) as secure,
        ):
            return hashlib.sha1(secure.getpeercert(True) or b"").hexdigest().upper()
    except OSError:
        return ""


ASSIGN = "Set-CsCertificate -Type Default,WebServicesInternal,WebServicesExternal -Thumbprint {0} -Confirm:$false"


# --- reading ---------------------------------------------------------------------------------------------------------


def test_one_object_for_each_use_with_the_properties_of_the_product(lab: Lab) -> None:
    names = {}
    for host in ("fe10", "fe13", "fe01"):
        held = certificate(lab.machine(host), f"{host}.company.local", "sip.company.local")
        assert lines(lab, host, "Get-CsCertificate") == []
        server(lab, host).carry_out("assign", {"types": ["Default", "WebServicesInternal"], "thumbprint": held})
        assert lines(lab, host, "Get-CsCertificate | ForEach-Object { [string]$_.Use + ' ' + $_.Thumbprint }") == [
            f"Default {held}",
            f"WebServicesInternal {held}",
        ]
        names[host] = lines(
            lab,
            host,
            "Get-CsCertificate -Type Default | ForEach-Object { $_.PSObject.Properties } | ForEach-Object { $_.Name }",
        )
    first = ["Issuer", "NotAfter", "NotBefore", "SerialNumber", "Subject", "AlternativeNames", "Thumbprint"]
    assert names["fe10"] == [*first, "Use"]
    assert names["fe13"] == [*first, "EffectiveDate", "Use"]
    assert names["fe01"] == [*first, "EffectiveDate", "PreviousThumbprint", "UpdateTime", "Use", "SourceScope"]


def test_values_of_a_certificate(lab: Lab) -> None:
    held = certificate(lab.machine("fe01"), FE, "sip.company.local", serial=0xABC)
    server(lab, "fe01").carry_out("assign", {"types": ["Default"], "thumbprint": held})
    script = (
        "$c = Get-CsCertificate -Type Default; $c.SerialNumber; $c.Subject; $c.AlternativeNames -join ','; "
        "$c.NotAfter.ToUniversalTime().ToString('o'); $c.Use -eq 'Default'; $c.Use.GetType().Name; [int]$c.Use"
    )
    assert lines(lab, "fe01", script) == [
        "0ABC",
        f"CN={FE}",
        f"{FE},sip.company.local",
        "2031-06-07T08:09:10.0000000Z",
        "True",
        "CertType",
        "0",
    ]


def test_one_liners_of_others(lab: Lab) -> None:
    held = certificate(lab.machine("fe01"), FE, POOL)
    server(lab, "fe01").carry_out("assign", {"types": ["Default", "WebServicesExternal"], "thumbprint": held})
    shown = lines(lab, "fe01", "Get-CsCertificate | Where-Object {$_.Use -eq 'Default'} | Select Thumbprint, NotAfter")
    assert [line.split() for line in shown if line] == [
        ["Thumbprint", "NotAfter"],
        ["-" * 10, "-" * 8],
        [held, "6/7/2031", "8:09:10", "AM"],
    ]
    # A report of what runs out: by use, days left, names; as CSV.
    report = (
        "$limit = (Get-Date '2031-06-17')\n"
        "$rows = Get-CsCertificate | Sort-Object Use | Select-Object @{n='Use';e={$_.Use}}, "
        "@{n='Days'; e={(New-TimeSpan -Start $_.NotAfter -End $limit).Days}}, "
        "@{n='Names'; e={$_.AlternativeNames -join ';'}}\n"
        "$rows | ConvertTo-Csv -NoTypeInformation"
    )
    assert lines(lab, "fe01", report) == [
        '"Use","Days","Names"',
        f'"Default","9","{FE};{POOL}"',
        f'"WebServicesExternal","9","{FE};{POOL}"',
    ]
    script = "foreach ($c in Get-ChildItem Cert:\\LocalMachine\\My) { if ($c.HasPrivateKey) { $c.Thumbprint } }"
    assert lines(lab, "fe01", script) == [held]
    key = "$k = (Get-Item Cert:\\LocalMachine\\My\\*).PrivateKey.CspKeyContainerInfo; $k.Exportable; $k.ProviderName"
    assert lines(lab, "fe01", key) == ["True", "Microsoft RSA SChannel Cryptographic Provider"]


def test_missing_or_untrusted_certificate_is_an_error_and_the_listing_goes_on(lab: Lab) -> None:
    good = certificate(lab.machine("fe01"), FE)
    foreign = certificate(lab.machine("fe01"), FE, trusted=False)
    server(lab, "fe01").carry_out("assign", {"types": ["Default"], "thumbprint": "AB" * 20})
    server(lab, "fe01").carry_out("assign", {"types": ["WebServicesInternal"], "thumbprint": foreign})
    server(lab, "fe01").carry_out("assign", {"types": ["WebServicesExternal"], "thumbprint": good})
    ended = cs(lab, "fe01", "Get-CsCertificate | ForEach-Object { $_.Thumbprint }; $Error.Count")
    assert ended.out.splitlines() == [good, "2"]
    assert errors(ended).count("Assigned certificate not found or untrusted") == 2
    stopped = cs(lab, "fe01", "try { Get-CsCertificate -ErrorAction Stop } catch { 'stopped' }")
    assert stopped.out == "stopped\r\n"


def test_module_is_there_by_itself_from_3_on(lab: Lab) -> None:
    held = certificate(lab.machine("fe01"), FE)
    for host in ("fe01", "fe13"):
        assert run(lab, host, "Get-CsCertificate; 'ran'").out == "ran\r\n"
    ended = run(lab, "fe10", "Get-CsCertificate; 'on'")
    assert "CommandNotFoundException" in errors(ended) and ended.out == "on\r\n"
    assert (
        lines(lab, "fe01", "(Get-Module).Name; (Get-Command Set-CsCertificate).ModuleName") == ["SkypeForBusiness"] * 2
    )
    path = r"C:\Program Files\Common Files\Microsoft Lync Server 2010\Modules\Lync\Lync.psd1"
    assert run(lab, "fe10", f"Import-Module '{path}'; Test-Path '{path}'; Get-CsCertificate").out == "True\r\n"
    assert run(lab, "fe10", "Import-Module SkypeForBusiness").code == 1
    assert held


def test_2013_needs_powershell_3(tmp_path: Path) -> None:
    host = cs_host("fe13", "10.0.0.21", "2008r2", product="lync2013")
    assert "InsufficientPowerShellVersion" in errors(run(cs_lab(tmp_path, host), "fe13", "Import-Module Lync")).replace(
        "\n", ""
    )
    host["powershell"] = {"version": "3.0"}
    assert errors(run(cs_lab(tmp_path, host), "fe13", "Import-Module Lync")) == ""


# --- assigning -------------------------------------------------------------------------------------------------------


def start(lab: Lab, host: str) -> None:
    lab.machine(host).roles["cs_server"].start()


def test_web_serves_at_once_and_sip_after_a_restart(lab: Lab) -> None:
    start(lab, "fe01")
    old, new = (certificate(lab.machine("fe01"), FE, POOL, serial=serial) for serial in (1, 2))
    assert lines(lab, "fe01", ASSIGN.format(old)) == []
    lines(lab, "fe01", "Stop-CsWindowsService RTCSRV; Start-CsWindowsService -Name RTCSRV")
    assert [served(lab, "10.0.0.22", port) for port in (5061, 443, 4443)] == [old, old, old]
    before = server(lab, "fe01").machine.services.find("RTCSRV").starts  # type: ignore[union-attr]
    lines(lab, "fe01", ASSIGN.format(new))
    # 444 is http.sys's, as the web's ports are.
    assert [served(lab, "10.0.0.22", port) for port in (5061, 443, 4443, 444)] == [old, new, new, new]
    assert server(lab, "fe01").machine.services.find("RTCSRV").starts == before  # type: ignore[union-attr]
    lines(lab, "fe01", "Restart-Service RTCSRV")
    assert served(lab, "10.0.0.22", 5061) == new
    found = json.loads(json.dumps(server(lab, "fe01").snapshot()))["bindings"]
    assert {name: values["SslCertHash"].upper() for name, values in found.items()} == {
        "[::]:444": new,
        "0.0.0.0:443": new,
        "0.0.0.0:4443": new,
    }
    assert server(lab, "fe01").key_readers[new][3] == "NETWORK SERVICE"


def test_half_way_through_is_told_and_leaves_effects(lab: Lab) -> None:
    """Captured: the site has no https binding, 444 has moved, nothing is stored."""
    held = certificate(lab.machine("fe15"), "fe15.company.local")
    ended = cs(lab, "fe15", ASSIGN.format(held) + "; Get-CsCertificate")
    assert "Https binding not found on the website." in errors(ended)
    assert "InvalidOperationException" in errors(ended)
    assert ended.out == ""
    assert list(server(lab, "fe15").snapshot()["bindings"]) == ["[::]:444"]


@pytest.mark.parametrize(
    ("host", "arguments", "words"),
    [
        ("fe01", "-Type AccessEdgeExternal -Thumbprint {0}", "CertificateTypeNotApplicable"),
        ("fe01", "-Type XmppServer -Thumbprint {0}", "CertificateTypeNotApplicable"),
        ("edge01", "-Type Default -Thumbprint {0}", "CertificateTypeNotApplicable"),
        ("fe10", "-Type OAuthTokenIssuer -Thumbprint {0}", "CannotConvertArgumentNoMessage"),
        ("fe10", "-Identity Global -Type Default -Thumbprint {0}", "NamedParameterNotFound"),
        ("fe01", "-Type Nonsense -Thumbprint {0}", "CannotConvertArgumentNoMessage"),
        ("fe01", "-Type Default -Thumbprint 00", "CertificateNotFound"),
        ("fe01", "-Type Default -Thumbprint {1}", "CertificateHasNoPrivateKey"),
        ("fe01", "-Type Default -Roll -Thumbprint {0}", "RollWithoutEffectiveDate"),
        ("edge01", "-Identity Global -Type OAuthTokenIssuer -Thumbprint {0}", "SqlConnectionFailed"),
        ("fe02", "-Identity Global -Type OAuthTokenIssuer -Thumbprint {0}", "SqlConnectionFailed"),
    ],
)
def test_what_is_refused(lab: Lab, host: str, arguments: str, words: str) -> None:
    held = certificate(lab.machine(host), f"{host}.company.local")
    bare = certificate(lab.machine(host), f"{host}.company.local", key=False, serial=7)
    ended = cs(lab, host, f"Set-CsCertificate {arguments.format(held, bare)} -Confirm:$false")
    assert words in errors(ended).replace("\n", "")
    assert server(lab, host).assigned == {}
    assert server(lab, host).snapshot()["bindings"] == {}


def test_a_clerk_may_not(lab: Lab) -> None:
    lab.user = "clerk"
    assert "Login failed" in errors(run(lab, "fe01", "Get-CsCertificate")).replace("\n", " ")


def test_it_asks_unless_told_not_to(lab: Lab) -> None:
    held = certificate(lab.machine("fe01"), FE, POOL)
    ended = cs(lab, "fe01", f"Set-CsCertificate -Type Default -Thumbprint {held}")
    assert "NonInteractive" in errors(ended) and server(lab, "fe01").assigned == {}
    ended = cs(lab, "fe01", f"Set-CsCertificate -Type Default -Thumbprint {held} -WhatIf")
    assert ended.out.startswith('What if: Performing the operation "Set-CsCertificate" on target')
    assert server(lab, "fe01").assigned == {}


def test_names_that_do_not_fit_are_a_warning(lab: Lab) -> None:
    held = certificate(lab.machine("fe01"), "other.example")
    ended = cs(lab, "fe01", f"Set-CsCertificate -Type Default -Thumbprint {held} -Confirm:$false")
    assert errors(ended) == "" and 'S="warning"' in ended.err
    assert server(lab, "fe01").assigned["Default"].thumbprint == held
    wildcard = certificate(lab.machine("fe01"), "*.company.local")
    ended = cs(lab, "fe01", f"Set-CsCertificate -Type Default -Thumbprint {wildcard} -Confirm:$false")
    assert 'S="warning"' not in ended.err


def test_remove_takes_assignment_and_bindings(lab: Lab) -> None:
    held = certificate(lab.machine("fe01"), FE, POOL)
    lines(lab, "fe01", ASSIGN.format(held))
    lines(lab, "fe01", "Remove-CsCertificate -Type Default -Force")
    assert sorted(server(lab, "fe01").assigned) == ["WebServicesExternal", "WebServicesInternal"]
    assert sorted(server(lab, "fe01").snapshot()["bindings"]) == ["0.0.0.0:443", "0.0.0.0:4443"]
    assert lines(lab, "fe01", "Test-Path Cert:\\LocalMachine\\My\\" + held) == ["True"]


# --- the organisation ------------------------------------------------------------------------------------------------


def test_global_needs_the_central_store_and_reaches_all(lab: Lab) -> None:
    held = certificate(lab.machine("fe01"), "company.local")
    set_it = f"Set-CsCertificate -Identity Global -Type OAuthTokenIssuer -Thumbprint {held} -Confirm:$false"
    lines(lab, "fe01", set_it)
    assert server(lab, "fe02").organisation["OAuthTokenIssuer"].thumbprint == held
    (row,) = lines(
        lab,
        "fe01",
        'Get-CsCertificate -Identity Global -Type OAuthTokenIssuer | ForEach-Object { "$($_.Use) $($_.SourceScope)" }',
    )
    assert row == "OAuthTokenIssuer Global"
    since = "$c = Get-CsCertificate -Identity Global; [Math]::Abs(($c.EffectiveDate - (Get-Date)).TotalMinutes) -lt 5"
    assert lines(lab, "fe01", since) == ["True"]
    certificate(lab.machine("fe02"), "x.company.local")
    lab.delegated = True
    assert errors(cs(lab, "fe02", "Get-CsManagementStoreReplicationStatus")) == ""
    assert lines(lab, "fe02", "Get-CsManagementStoreReplicationStatus | Where-Object { -not $_.UpToDate }") == []


def test_oauth_without_identity_stays_on_the_server(lab: Lab) -> None:
    held = certificate(lab.machine("fe01"), "company.local")
    lines(lab, "fe01", f"Set-CsCertificate -Type OAuthTokenIssuer -Thumbprint {held} -Confirm:$false")
    assert (
        server(lab, "fe02").organisation == {} and server(lab, "fe01").assigned["OAuthTokenIssuer"].thumbprint == held
    )


def test_roll_keeps_the_old_one_until_its_time(lab: Lab) -> None:
    start(lab, "edge01")
    old, new = (certificate(lab.machine("edge01"), "av.company.local", serial=serial) for serial in (1, 2))
    lines(lab, "edge01", f"Set-CsCertificate -Type AudioVideoAuthentication -Thumbprint {old} -Confirm:$false")
    lines(
        lab,
        "edge01",
        f"Set-CsCertificate -Type AudioVideoAuthentication -Thumbprint {new} -Roll -EffectiveDate "
        "(Get-Date).AddDays(2) -Confirm:$false",
    )
    script = (
        "$c = Get-CsCertificate -Type AudioVideoAuthentication; $c.Thumbprint; $c.PreviousThumbprint; "
        "$c.EffectiveDate -gt (Get-Date)"
    )
    assert lines(lab, "edge01", script) == [new, old, "True"]


def test_the_servers_of_a_pool_ask_each_other_for_a_certificate(lab: Lab) -> None:
    """Captured: Set-CsCertificate binds 444 with clientcertnegotiation=enable; IIS's own bindings have none."""
    start(lab, "fe01")
    held = certificate(lab.machine("fe01"), FE, POOL)
    assert lines(lab, "fe01", ASSIGN.format(held)) == []
    network, machine = lab.estate.network, lab.machine("fe01")

    def asked(port: int) -> bool:
        place = f"{network.address('10.0.0.22')}:{network.port(port)}"
        shown = subprocess.run(
            ["openssl", "s_client", "-connect", place, "-cipher", "ALL:@SECLEVEL=0"],
            input="", capture_output=True, text=True, timeout=30, check=False,
        ).stdout  # fmt: skip
        return "Client Certificate Types: " in shown

    assert [asked(port) for port in (444, 443, 4443)] == [True, False, False]
    (stored,) = [one for one in Stores(machine).held("MY") if one.thumbprint == held]
    container = Stores(machine).container(stored)
    assert container is not None
    pem = Path(machine.estate.directory) / "peer.pem"
    key = container.key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    pem.write_bytes(key + ssl.DER_cert_to_PEM_cert(stored.der).encode())
    assert served(lab, "10.0.0.22", 444, str(pem)) == held


# --- Edge ------------------------------------------------------------------------------------------------------------


def test_edge_serves_inside_and_outside(lab: Lab) -> None:
    start(lab, "edge01")
    inside, outside = (
        certificate(lab.machine("edge01"), "edge01.company.local"),
        certificate(lab.machine("edge01"), "access.company.com", serial=2),
    )
    lines(lab, "edge01", f"Set-CsCertificate -Type Internal -Thumbprint {inside} -Confirm:$false")
    lines(
        lab,
        "edge01",
        f"Set-CsCertificate -Type AccessEdgeExternal,DataEdgeExternal,AudioVideoAuthentication "
        f"-Thumbprint {outside} -Confirm:$false",
    )
    # http.sys has the replica's port and 444 at once, the services after their start.
    assert [served(lab, "10.0.0.25", port) for port in (4443, 444)] == [inside] * 2
    assert served(lab, "10.0.0.31", 443) == ""
    lines(lab, "edge01", "Stop-CsWindowsService; Start-CsWindowsService")
    assert [served(lab, "10.0.0.25", port) for port in (5061, 5062, 8057)] == [inside] * 3
    assert [served(lab, "10.0.0.31", 443), served(lab, "10.0.0.31", 5061), served(lab, "10.0.0.32", 443)] == [
        outside
    ] * 3


def test_services_of_the_edge(lab: Lab) -> None:
    start(lab, "edge01")
    assert lines(lab, "edge01", "Get-CsWindowsService -ExcludeActivityLevel | ForEach-Object { $_.Name }") == [
        "W3SVC",
        "REPLICA",
        "RTCCLSAGT",
        "RTCSRV",
        "RTCDATAPROXY",
        "RTCMRAUTH",
        "RTCMEDIARELAY",
    ]
    lines(lab, "edge01", "Stop-CsWindowsService -Name RTCMRAUTH")
    stopped = "Get-CsWindowsService | Where-Object {$_.Status -ne 'Running'} | ForEach-Object { $_.Name }"
    assert lines(lab, "edge01", stopped) == ["RTCMRAUTH", "RTCMEDIARELAY"]
    lines(lab, "edge01", "Start-CsWindowsService RTCMEDIARELAY")
    assert lines(lab, "edge01", stopped) == []
    names = "(Get-CsWindowsService RTCSRV).PSObject.Properties | ForEach-Object { $_.Name }"
    assert "ActivityLevel" in lines(lab, "edge01", names)


def test_a_service_cannot_be_stopped_while_one_that_needs_it_runs(lab: Lab) -> None:
    start(lab, "edge01")
    assert lab.run("edge01", "sc stop RTCMRAUTH").code == 1051
    assert [lab.run("edge01", f"sc stop {name}").code for name in ("RTCMEDIARELAY", "RTCMRAUTH")] == [0, 0]
    # The service controller starts what is needed first.
    assert lab.run("edge01", "sc start RTCMEDIARELAY").code == 0
    services = lab.machine("edge01").services
    assert [services.state(name) for name in ("RTCMRAUTH", "RTCMEDIARELAY")] == ["Running", "Running"]


# --- topology --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("script", "wanted"),
    [
        ("(Get-CsTopology -LocalStore -AsXml).ToString()", ["<Topology/>"]),
        (
            "Get-CsSimpleUrlConfiguration -LocalStore | ForEach-Object { $i = $_.Identity; $_.SimpleUrl } |"
            " ForEach-Object { $i + ' ' + $_.Component + ' ' + $_.ActiveUrl }",
            ["Global Meet https://meet.company.local", "Site:Dublin Dialin https://dialin.company.local"],
        ),
        ("(Get-CsComputer -Local).Pool", ["pool13.company.local"]),
        ("Get-CsSipDomain -LocalStore | ForEach-Object { $_.Name }", ["company.local"]),
        ("Get-CsServerVersion", ["Lync Server 2013 (5.0.8308.0): Volume license key installed."]),
        ("(Get-CsPool pool.company.local -LocalStore).Computers", [FE, "fe02.company.local"]),
        ("Get-CsService -EdgeServer -LocalStore | ForEach-Object { $_.Version }", ["8"]),
    ],
)
def test_what_is_told_of_the_topology(lab: Lab, script: str, wanted: list[str]) -> None:
    assert lines(lab, "fe13", script) == wanted


def test_use_may_be_a_urn(tmp_path: Path) -> None:
    lab = cs_lab(tmp_path, cs_host("fe01", "10.0.0.22", "2016", product="sfb2015", use_as_urn=True))
    held = certificate(lab.machine("fe01"), FE)
    server(lab, "fe01").carry_out("assign", {"types": ["Default"], "thumbprint": held})
    assert lines(lab, "fe01", "(Get-CsCertificate).Use") == ["urn:certref:Default"]


def test_the_small_estate_of_the_family(tmp_path: Path) -> None:
    """Over WinRM, with pywinrm: each server tells its uses."""
    with start_estate("family", tmp_path) as estate:
        for host, product in (("fe13", "Lync Server 2013"), ("fe01", "Skype for Business Server 2019")):
            done = session(estate, host).run_ps("Get-CsServerVersion; (Get-CsWindowsService RTCSRV).Status")
            assert done.std_out.decode().splitlines() == [
                f"{product} ({VERSIONS[host]}): Volume license key installed.",
                "Running",
            ]
        edge = estate.variables_of("edge01")
        client = Psrp(
            edge["ansible_host"],
            edge["ansible_user"],
            edge["ansible_password"],
            port=5986,
            ssl=True,
            encryption="auto",
            cert_validation=edge["ansible_winrm_ca_trust_path"],
        )
        service = {"Name": "RTCMRAUTH"}
        assert client.invoke("Win32_Service", "StopService", {}, service, "root/cimv2")[0].text == "3"
        made = session(estate, "edge01").run_ps("(Get-CsPool edge.company.local -LocalStore).Services")
        assert made.std_out == b"EdgeServer:edge.company.local\r\n"
        assert [*estate.state()["hosts"]["edge01"]["cs_server"]["assigned"]] == []


VERSIONS = {"fe13": "5.0.8308.0", "fe01": "7.0.2046.0"}


def test_servers_that_misbehave_as_they_are_told(lab: Lab) -> None:
    """No module, a store that takes nobody, and a process that ends within its answer."""
    role = server(lab, "fe02")
    role.carry_out("set", {"misbehave": ["no_module"]})
    assert "Modules_ModuleNotFound" in errors(run(lab, "fe02", "Import-Module SkypeForBusiness"))
    role.carry_out("set", {"misbehave": ["store_closed"]})
    assert 'Cannot open database "xds"' in errors(cs(lab, "fe02", "Get-CsCertificate"))
    name = certificate(lab.machine("fe02"), "fe02.company.local")
    role.carry_out("set", {"misbehave": ["dies"]})
    ended = cs(lab, "fe02", f"{ASSIGN.format(name)}; [Console]::Out.WriteLine('x' * 100)")
    assert (ended.code, ended.out) == (1, "x" * 40)
    # What was done is done, and another server is as it was.
    assert set(role.assigned) == {"Default", "WebServicesInternal", "WebServicesExternal"}
    assert server(lab, "fe01").misbehave == set()
