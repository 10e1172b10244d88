# Copyright: (c) 2026, The ucops.rollout developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""netsh http, services, the Front End's and http.sys's TLS, and the balancer."""

from __future__ import annotations

import contextlib
import datetime
import re
import socket
import ssl
import subprocess
import threading
import warnings
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from lab_tests.windows import CONFIG, TEMP, Ended, Lab, description, download, inf, local, remote, upload

from lab.client import RunningEstate, start_estate
from lab.pki.stores import KeyContainer, Stores, new_container
from lab.tls import server_context, shake_hands

APP = "{4dc3e181-e14b-4a21-b022-59fc669b0914}"
FRONT_END, WEB = 5061, 443


@pytest.fixture
def lab(tmp_path: Path) -> Lab:
    return local(tmp_path)


def enrol(lab: Lab) -> str:
    """A certificate with its key in srv01's MY; returns the thumbprint."""
    lab.write("srv01", "a.inf", inf())
    lab.run("srv01", f"certreq -new -q -f {TEMP}a.inf {TEMP}a.req")
    lab.write("ca01", "a.req", lab.read("srv01", "a.req"))
    lab.run("ca01", f"certreq -submit -q -f -config - -attrib CertificateTemplate:WebServer {TEMP}a.req {TEMP}a.cer")
    lab.write("srv01", "a.cer", lab.read("ca01", "a.cer"))
    assert lab.run("srv01", f"certreq -accept -q {TEMP}a.cer").code == 0
    (stored,) = Stores(lab.machine("srv01")).held("MY")
    return stored.thumbprint


def add(thumbprint: str, more: str = " certstorename=MY") -> str:
    return f"netsh http add sslcert ipport=0.0.0.0:443 certhash={thumbprint} appid={APP}{more}"


def failed(verb: str, number: int, text: str) -> Ended:
    return Ended(1, f"\r\nSSL Certificate {verb} failed, Error: {number}\r\n{text}\r\n\r\n", "")


EXISTS = failed("add", 183, "Cannot create a file when that file already exists.")
NO_KEY = failed("add", 1312, "A specified logon session does not exist. It may already have been terminated.")


# --- netsh -----------------------------------------------------------------------------------------------------------


def test_add_writes_the_registry_and_show_reads_it(lab: Lab) -> None:
    thumbprint = enrol(lab)
    assert lab.run("srv01", add(thumbprint)) == Ended(0, "\r\nSSL Certificate successfully added\r\n\r\n", "")
    key = "SYSTEM\\CurrentControlSet\\Services\\HTTP\\Parameters\\SslBindingInfo\\0.0.0.0:443"
    registry = lab.machine("srv01").registry
    assert registry.get(key, "SslCertHash") == (3, bytes.fromhex(thumbprint))
    assert registry.get(key, "SslCertStoreName") == (1, "MY")
    shown = lab.run("srv01", "netsh http show sslcert ipport=0.0.0.0:443").out
    first = "    IP:port                      : 0.0.0.0:443\r\n    Certificate Hash             : "
    assert f"{first}{thumbprint.lower()}\r\n" in shown
    assert f"    Application ID               : {APP}\r\n    Certificate Store Name       : MY\r\n" in shown


def test_store_name_is_null_when_it_was_not_given(lab: Lab) -> None:
    lab.run("srv01", add(enrol(lab), ""))
    assert "    Certificate Store Name       : (null)\r\n" in lab.run("srv01", "netsh http show sslcert").out


def test_second_add_is_error_183(lab: Lab) -> None:
    thumbprint = enrol(lab)
    lab.run("srv01", add(thumbprint))
    assert lab.run("srv01", add(thumbprint)) == EXISTS


def test_certificate_without_key_or_in_another_store_is_error_1312(lab: Lab) -> None:
    thumbprint = enrol(lab)
    assert lab.run("srv01", add("00" * 20)) == NO_KEY
    assert lab.run("srv01", add(thumbprint, " certstorename=Root")) == NO_KEY
    lab.machine("srv01").keys.clear()
    assert lab.run("srv01", add(thumbprint)) == NO_KEY


def test_delete_and_show_of_what_is_not_there(lab: Lab) -> None:
    missing = "The system cannot find the file specified."
    assert lab.run("srv01", "netsh http delete sslcert ipport=0.0.0.0:443") == failed("deletion", 2, missing)
    ended = lab.run("srv01", "netsh http show sslcert ipport=0.0.0.0:443")
    assert (ended.code, missing in ended.out) == (1, True)
    lab.run("srv01", add(enrol(lab)))
    assert lab.run("srv01", "netsh http delete sslcert ipport=0.0.0.0:443").code == 0
    assert lab.run("srv01", "netsh http show sslcert ipport=0.0.0.0:443").code == 1


@pytest.mark.parametrize("line", [
    f"netsh http add sslcert ipport=0.0.0.0:443 certhash=12 appid={APP}",
    f"netsh http add sslcert ipport=443 certhash={'00' * 20} appid={APP}",
    f"netsh http add sslcert ipport=0.0.0.0:443 certhash={'00' * 20} appid=none",
    # What comes from the certificate's window carries a mark that nobody sees.
    f"netsh http add sslcert ipport=0.0.0.0:443 certhash=\u200e{'00' * 20} appid={APP}",
])  # fmt: skip
def test_parameters_that_are_wrong(lab: Lab, line: str) -> None:
    assert lab.run("srv01", line) == Ended(1, "\r\nThe parameter is incorrect.\r\n\r\n", "")


@pytest.mark.parametrize("generation", ["2003", "2008r2"])
def test_what_this_windows_does_not_know(tmp_path: Path, generation: str) -> None:
    verb = "show" if generation == "2003" else "update"
    ended = local(tmp_path, generation=generation).run("srv01", f"netsh http {verb} sslcert ipport=0.0.0.0:443")
    assert (ended.code, "The following command was not found" in ended.out) == (1, True)


def add_name(thumbprint: str, name: str, more: str = "") -> str:
    return f"netsh http add sslcert hostnameport={name}:443 certhash={thumbprint} appid={APP} certstorename=MY{more}"


def test_names_come_from_2012_on_and_flags_are_written(tmp_path: Path) -> None:
    more = " clientcertnegotiation=enable verifyclientcertrevocation=disable"
    for generation, ends in (("2008r2", 1), ("2012", 0)):
        (tmp_path / generation).mkdir()
        lab = local(tmp_path / generation, generation=generation)
        assert lab.run("srv01", add_name(enrol(lab), "www.company.com", more)).code == ends
    key = "SYSTEM\\CurrentControlSet\\Services\\HTTP\\Parameters\\SslSniBindingInfo\\www.company.com:443"
    registry = lab.machine("srv01").registry
    assert (registry.get(key, "DefaultFlags"), registry.get(key, "DefaultSslCertCheckMode")) == ((4, 2), (4, 1))
    shown = lab.run("srv01", "netsh http show sslcert").out
    assert "    Hostname:port                : www.company.com:443\r\n" in shown
    assert "    Negotiate Client Certificate : Enabled\r\n" in shown
    assert lab.run("srv01", "netsh http delete sslcert hostnameport=www.company.com:443").code == 0
    assert not registry.exists(key)


# --- services --------------------------------------------------------------------------------------------------------


def test_net_starts_and_stops(lab: Lab) -> None:
    shown = "Office Communications Server Front-End"
    assert lab.run("srv01", "net start rtcsrv").out == (
        f"The {shown} service is starting.\r\nThe {shown} service was started successfully.\r\n"
    )
    again = lab.run("srv01", "net start RTCSRV")
    assert (again.code, "has already been started" in again.err) == (2, True)
    assert lab.run("srv01", f'net stop "{shown}"').code == 0
    assert lab.run("srv01", "net stop RTCSRV").code == 2
    assert "NET HELPMSG 2185" in lab.run("srv01", "net start nonsense").err


def test_sc_exit_codes_are_errors_of_windows(lab: Lab) -> None:
    assert "STATE              : 1  STOPPED" in lab.run("srv01", "sc query RTCSRV").out
    assert [lab.run("srv01", f"sc {words}").code for words in (
        "start RTCSRV", "start RTCSRV", "stop RTCSRV", "stop RTCSRV", "query nonsense",
    )] == [0, 1056, 0, 1062, 1060]  # fmt: skip


# --- the site's command ----------------------------------------------------------------------------------------------


def test_site_command_wants_a_certificate_with_its_key(lab: Lab) -> None:
    thumbprint = enrol(lab)
    command = "C:\\Site\\AssignFrontEnd.exe /thumbprint:"
    assert lab.run("srv01", command + "00" * 20).code == 3
    assert lab.run("srv01", command + "12").code == 2
    assert lab.run("srv01", command + thumbprint).code == 0
    assert lab.machine("srv01").roles["front_end"].snapshot() == {
        "service": "RTCSRV", "port": 5061, "assigned": thumbprint, "serving": "",
    }  # fmt: skip


def test_site_command_is_on_machines_with_a_front_end_only(lab: Lab) -> None:
    assert lab.run("ca01", "C:\\Site\\AssignFrontEnd.exe /thumbprint:x").code == 1


# --- TLS: what SChannel of the generation offers ---------------------------------------------------------------------

OLD = ["AES128-SHA", "AES256-SHA"]
SUITES = {
    "2003": OLD,
    "2008": [*OLD, "ECDHE-RSA-AES128-SHA", "ECDHE-RSA-AES256-SHA"],
    "2008r2": [*OLD, "ECDHE-RSA-AES128-SHA", "ECDHE-RSA-AES256-SHA"],
    "2012": ["ECDHE-RSA-AES128-SHA256", "ECDHE-RSA-AES128-SHA", "ECDHE-RSA-AES256-SHA", "AES256-SHA256",
             "AES128-SHA256", "AES256-SHA", "AES128-SHA"],
    "2012r2": ["ECDHE-RSA-AES128-SHA256", "ECDHE-RSA-AES128-SHA", "ECDHE-RSA-AES256-SHA", "AES256-GCM-SHA384",
               "AES128-GCM-SHA256", "AES256-SHA256", "AES128-SHA256", "AES256-SHA", "AES128-SHA"],
}  # fmt: skip


def shakes_hands(context: ssl.SSLContext, suites: str, version: ssl.TLSVersion) -> bool:
    """Whether a client with these suites and this one version comes to terms with the server."""
    client = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    client.check_hostname, client.verify_mode = False, ssl.CERT_NONE
    client.set_ciphers(f"{suites}:@SECLEVEL=0")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        client.minimum_version = client.maximum_version = version
    ours, theirs = socket.socketpair()
    serving = threading.Thread(target=served_once, args=(theirs, context), daemon=True)
    serving.start()
    try:
        with client.wrap_socket(ours, server_hostname="any"):
            return True
    except (ssl.SSLError, OSError):
        return False
    finally:
        ours.close()
        serving.join(5)


def served_once(connection: socket.socket, context: ssl.SSLContext) -> None:
    with contextlib.suppress(OSError), connection:
        shake_hands(connection, context, b"")


@pytest.mark.parametrize("generation", ["2003", "2008", "2008r2", "2012", "2012r2"])
def test_suites_of_the_generation(tmp_path: Path, generation: str) -> None:
    """OpenSSL has no RC4 and no 3DES any more: what is left of the generation's list, in its order."""
    lab = local(tmp_path, generation=generation)
    key = new_container(lab.machine("srv01"), 1024, "Microsoft RSA SChannel Cryptographic Provider", 12, 1, False)
    thumbprint = self_signed(lab, key)
    context = server_context(lab.machine("srv01"), thumbprint)
    offered = [one["name"] for one in context.get_ciphers() if one["protocol"] != "TLSv1.3"]
    assert offered == SUITES[generation]
    lowest, highest = ssl.TLSVersion.TLSv1, ssl.TLSVersion.TLSv1_2
    assert shakes_hands(context, "AES128-SHA", lowest)
    assert not shakes_hands(context, "CAMELLIA128-SHA", lowest)
    assert not shakes_hands(context, "aNULL", lowest)
    assert shakes_hands(context, "AES128-SHA", highest) is (generation in ("2012", "2012r2"))
    assert shakes_hands(context, "AES128-GCM-SHA256", highest) is (generation == "2012r2")


def test_anonymous_suites_come_first_where_they_are_ordered(lab: Lab) -> None:
    thumbprint = enrol(lab)
    machine = lab.machine("srv01")
    machine.settings.update({"tls": ["1.0", "1.2"], "tls_anonymous_first": True})
    ordered = server_context(machine, thumbprint)
    assert [one["name"] for one in ordered.get_ciphers() if one["protocol"] != "TLSv1.3"][:2] == [
        "AECDH-AES128-SHA",
        "ADH-AES128-SHA",
    ]
    assert shakes_hands(ordered, "aNULL", ssl.TLSVersion.TLSv1_2)
    assert shakes_hands(ordered, "AES128-SHA", ssl.TLSVersion.TLSv1_2)


@pytest.mark.parametrize(("wanted", "ends_well"), [(None, True), ("ask", True), ("demand", False)])
def test_client_certificate_is_asked_for_or_demanded_where_it_is_ordered(
    lab: Lab, wanted: str | None, ends_well: bool
) -> None:
    thumbprint = enrol(lab)
    machine = lab.machine("srv01")
    machine.settings.update({"tls": ["1.0", "1.2"], "tls_client_certificate": wanted})
    assert shakes_hands(server_context(machine, thumbprint), "AES128-SHA", ssl.TLSVersion.TLSv1_2) is ends_well


def self_signed(lab: Lab, key: KeyContainer) -> str:
    """A certificate for the key in srv01's MY; returns the thumbprint."""
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "srv01")])
    now = lab.machine("srv01").clock()
    builder = x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.key.public_key())
    builder = builder.serial_number(1).not_valid_before(now).not_valid_after(now + datetime.timedelta(days=1))
    certificate = builder.sign(key.key, hashes.SHA256())
    Stores(lab.machine("srv01")).add("MY", certificate.public_bytes(serialization.Encoding.DER), key)
    return certificate.fingerprint(hashes.SHA1()).hex()


# --- TLS, with openssl s_client --------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def estate(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningEstate]:
    place = tmp_path_factory.mktemp("tls")
    content = description(type="enterprise_subordinate")
    content["hosts"].append(
        {"name": "srv02", "address": "10.0.0.12", "http": {}, "front_end": {}, "generation": "2012"}
    )
    content["balancers"] = [{"address": "10.0.0.10", "ports": [FRONT_END, WEB], "members": ["srv01", "srv02"]}]
    (place / "estate.yml").write_text(yaml.safe_dump(content), encoding="utf-8")
    with start_estate(place / "estate.yml", place / "run") as running:
        yield running


def served(estate: RunningEstate, host: str, port: int, *arguments: str) -> list[str]:
    """Thumbprints of the certificates served, leaf first; empty when there was no handshake."""
    address = host if host[0].isdigit() else estate.address(host)
    done = subprocess.run(
        ["openssl", "s_client", "-connect", f"{address}:{estate.port(port)}", "-showcerts", "-cipher",
         "ALL:@SECLEVEL=0", *arguments],
        input=b"", capture_output=True, timeout=30, check=False,
    )  # fmt: skip
    blocks = re.findall(rb"-----BEGIN CERTIFICATE-----.*?-----END CERTIFICATE-----", done.stdout, re.DOTALL)
    chain = [x509.load_pem_x509_certificate(block) for block in blocks]
    return [one.fingerprint(hashes.SHA1()).hex().upper() for one in chain]


def answered(estate: RunningEstate, host: str, port: int) -> str:
    """The first line of the answer to a web request."""
    done = subprocess.run(
        ["openssl", "s_client", "-connect", f"{estate.address(host)}:{estate.port(port)}", "-quiet", "-cipher",
         "ALL:@SECLEVEL=0", "-tls1"],
        input=b"GET / HTTP/1.1\r\n\r\n", capture_output=True, timeout=30, check=False,
    )  # fmt: skip
    return done.stdout.decode().partition("\r\n")[0]


def enrol_remotely(estate: RunningEstate, host: str, name: str) -> str:
    upload(estate, host, "a.inf", inf(names=f"dns={name}", subject=f"CN={name}"))
    assert remote(estate, host, f"certreq -new -q -f {TEMP}a.inf {TEMP}a.req").code == 0
    upload(estate, "ca01", "a.req", download(estate, host, "a.req"))
    line = f"certreq -submit -q -f -config {CONFIG} -attrib CertificateTemplate:WebServer {TEMP}a.req {TEMP}a.cer"
    assert remote(estate, "ca01", line).code == 0
    upload(estate, host, "a.cer", download(estate, "ca01", "a.cer"))
    assert remote(estate, host, f"certreq -accept -q {TEMP}a.cer").code == 0
    certificate = x509.load_pem_x509_certificate(download(estate, host, "a.cer").encode())
    return certificate.fingerprint(hashes.SHA1()).hex().upper()


def test_listeners_follow_assignment_and_restart(estate: RunningEstate) -> None:
    vip = estate.address("srv01").rpartition(".")[0] + ".10"
    issuer = estate.state()["hosts"]["ca01"]["ca"]["chain"][0]
    assert served(estate, "srv01", FRONT_END, "-tls1") == served(estate, "srv01", WEB, "-tls1") == []
    first = enrol_remotely(estate, "srv01", "first.company.local")

    # The Front End: running, but without a certificate; then assigned; and only a restart makes it serve.
    assert remote(estate, "srv01", "net start RTCSRV").code == 0
    assert remote(estate, "srv01", f"C:\\Site\\AssignFrontEnd.exe /thumbprint:{first}").code == 0
    assert served(estate, "srv01", FRONT_END, "-tls1") == []
    assert remote(estate, "srv01", "net stop RTCSRV && net start RTCSRV").code == 0
    assert served(estate, "srv01", FRONT_END, "-tls1") == [first, issuer]
    second = enrol_remotely(estate, "srv01", "second.company.local")
    assert remote(estate, "srv01", f"C:\\Site\\AssignFrontEnd.exe /thumbprint:{second}").code == 0
    assert served(estate, "srv01", FRONT_END, "-tls1") == [first, issuer]

    # http.sys serves what the registry says, at once.
    for thumbprint in (first, second):
        remote(estate, "srv01", "netsh http delete sslcert ipport=0.0.0.0:443")
        assert remote(estate, "srv01", add(thumbprint)).code == 0
        assert served(estate, "srv01", WEB, "-tls1") == [thumbprint, issuer]

    assert answered(estate, "srv01", WEB) == "HTTP/1.1 404 Not Found"

    # The balancer takes the member that accepts, and both once both do.
    assert [served(estate, vip, FRONT_END, "-tls1") for _unused in range(2)] == [[first, issuer]] * 2
    other = enrol_remotely(estate, "srv02", "other.company.local")
    remote(estate, "srv02", f"C:\\Site\\AssignFrontEnd.exe /thumbprint:{other} && net start RTCSRV")
    assert sorted(served(estate, vip, FRONT_END, "-tls1")[0] for _unused in range(2)) == sorted([first, other])

    # Windows before 2012 offers TLS 1.0 as it comes.
    assert served(estate, "srv01", FRONT_END, "-tls1_2") == []
    assert served(estate, "srv02", FRONT_END, "-tls1_2") == [other, issuer]

    # A client that asks for a name that has a binding meets that one, and an exact address comes before both.
    asked = ("-tls1_2", "-servername", "www.company.com")
    every = enrol_remotely(estate, "srv02", "every.company.local")
    named = enrol_remotely(estate, "srv02", "named.company.local")
    assert served(estate, "srv02", WEB, *asked) == []
    assert remote(estate, "srv02", add_name(named, "www.company.com")).code == 0
    assert served(estate, "srv02", WEB, "-tls1_2", "-servername", "other.company.com") == []
    assert remote(estate, "srv02", add(every)).code == 0
    assert served(estate, "srv02", WEB, "-tls1_2", "-noservername") == [every, issuer]
    assert served(estate, "srv02", WEB, *asked) == [named, issuer]
    exact = add(other).replace("0.0.0.0", estate.address("srv02"))
    assert remote(estate, "srv02", exact).code == 0
    assert served(estate, "srv02", WEB, *asked) == [other, issuer]

    # After a restart of the machine its services run again as before, and serve what is assigned by now.
    estate.stop_host("srv01")
    assert served(estate, "srv01", WEB, "-tls1") == []
    estate.start_host("srv01")
    assert served(estate, "srv01", FRONT_END, "-tls1") == [second, issuer]


def test_the_central_store_has_no_hash(tmp_path: Path) -> None:
    lab = local(tmp_path, generation="2012r2")
    line = f"netsh http add sslcert ccs=443 appid={APP}"
    assert lab.run("srv01", f"{line} certhash={'00' * 20}").code == 1
    assert lab.run("srv01", line).code == 0
    shown = lab.run("srv01", "netsh http show sslcert").out
    assert "    Central Certificate Store    : 443\r\n" in shown and "Certificate Hash" not in shown
    registry = lab.machine("srv01").registry
    assert registry.subkeys("SYSTEM\\CurrentControlSet\\Services\\HTTP\\Parameters\\SslCcsBindingInfo") == ["443"]
    assert lab.run("srv01", "netsh http delete sslcert ccs=443").code == 0
