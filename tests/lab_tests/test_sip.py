# Copyright: (c) 2026, The ucops.rollout developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""SIP on the servers of the family: with sipsak, which is not ours, and message by message."""

from __future__ import annotations

import contextlib
import re
import shutil
import socket
import ssl
import subprocess
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from lab_tests.scripts import certificate, cs_host, cs_lab
from lab_tests.windows import Lab

from lab.network import Network
from lab.roles.cs_server import CsServer
from lab.sip import LONGEST_MESSAGE, NotSip, SipServer

FE, POOL = "fe01.company.local", "pool.company.local"
OUTSIDE = "10.0.0.31"
HOSTS = (
    cs_host("fe01", "10.0.0.22", "2019", product="sfb2019", pool=POOL),
    {**cs_host("edge01", "10.0.0.25", "2016", product="sfb2019", role="edge", external={"access": OUTSIDE}),
     "domain_member": False},
)  # fmt: skip
SERVER = SipServer(FE, "RTC/7.0")
REGISTER = (
    "REGISTER sip:company.com SIP/2.0\r\n"
    "Via: SIP/2.0/TLS 10.0.0.9:50000;branch=z9hG4bK1\r\n"
    "Via: SIP/2.0/TLS 10.0.0.10:50001\r\n"
    "Max-Forwards: 70\r\n"
    "From: <sip:alice@company.com>;tag=1;epid=2\r\n"
    "To: <sip:alice@company.com>\r\n"
    "Call-ID: 3\r\n"
    "CSeq: 1 REGISTER\r\n"
    "Content-Length: 0"
)
CHALLENGES = [
    'WWW-Authenticate: NTLM realm="SIP Communications Service", targetname="fe01.company.local", version=4',
    'WWW-Authenticate: Kerberos realm="SIP Communications Service", targetname="sip/fe01.company.local", version=4',
    'WWW-Authenticate: TLS-DSK realm="SIP Communications Service", targetname="fe01.company.local", version=4,'
    ' sts-uri="https://fe01.company.local:443/CertProv/CertProvisioningService.svc"',
]


@pytest.fixture
def lab(tmp_path: Path) -> Iterator[Lab]:
    made = cs_lab(tmp_path, *HOSTS, network=Network("ports", "127.41"))
    # The certificates are there before the services start.
    for host, types in (("fe01", ["Default"]), ("edge01", ["Internal", "AccessEdgeExternal"])):
        role = made.machine(host).role(CsServer)
        assert role is not None
        held = certificate(made.machine(host), f"{host}.company.local")
        role.carry_out("assign", {"types": types, "thumbprint": held})
        role.start()
    yield made
    for machine in made.estate.machines.values():
        machine.roles["cs_server"].stop()


def open_context() -> ssl.SSLContext:
    context = ssl.create_default_context()
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    context.set_ciphers("ALL:@SECLEVEL=0")
    return context


@contextlib.contextmanager
def secure(lab: Lab, address: str, port: int = 5061) -> Iterator[ssl.SSLSocket]:
    network = lab.estate.network
    with (
        socket.create_connection((network.address(address), network.port(port)), 5) as link,
        open_context().wrap_socket(link) as connection,
    ):
        yield connection


@contextlib.contextmanager
def without_tls(lab: Lab, address: str, port: int = 5061) -> Iterator[int]:
    """A port of this machine that leads into a TLS connection: for clients that speak SIP over TCP alone."""
    with socket.create_server(("127.0.0.1", 0)) as server, secure(lab, address, port) as far:

        def copy(source: socket.socket, target: socket.socket) -> None:
            with contextlib.suppress(OSError):
                while piece := source.recv(4096):
                    target.sendall(piece)

        def lead() -> None:
            near, _from = server.accept()
            back = threading.Thread(target=copy, args=(far, near), daemon=True)
            back.start()
            copy(near, far)

        threading.Thread(target=lead, daemon=True).start()
        yield server.getsockname()[1]


def answer(connection: socket.socket) -> list[str]:
    held = b""
    while not held.endswith(b"\r\n\r\n"):
        piece = connection.recv(4096)
        assert piece, held
        held += piece
    return held.decode().split("\r\n")[:-2]


# --- a client of others ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("address", "port"), [("10.0.0.22", 5061), (OUTSIDE, 5061), (OUTSIDE, 443)])
@pytest.mark.parametrize("more", [(), ("-U", "-C", "sip:alice@127.0.0.1")])
def test_a_client_that_has_no_account_is_challenged(lab: Lab, address: str, port: int, more: tuple[str, ...]) -> None:
    """OPTIONS, and REGISTER (-U): sipsak reads the answer, and knows none of the ways to log on."""
    sipsak = shutil.which("sipsak")
    assert sipsak, "sipsak is not installed (bindep.txt)"
    with without_tls(lab, address, port) as near:
        asked = [sipsak, "-E", "tcp", *more, "-vvv", "-s", f"sip:alice@127.0.0.1:{near}", "-H", "127.0.0.1"]
        done = subprocess.run(asked, capture_output=True, text=True, timeout=30, check=False)
    told = done.stdout + done.stderr
    assert "SIP/2.0 401 Unauthorized" in told, told
    assert [line for line in told.splitlines() if line.startswith("WWW-Authenticate")] == CHALLENGES
    assert "Server: RTC/7.0" in told
    assert ("REGISTER" if more else "OPTIONS") in told


def test_a_client_signs_in_where_the_server_lets_it(tmp_path: Path) -> None:
    """sipsak registers, and is told until when; a stranger's domain is not served."""
    sipsak = shutil.which("sipsak")
    assert sipsak, "sipsak is not installed (bindep.txt)"
    options = {"product": "sfb2019", "pool": POOL, "sip_domains": ["127.0.0.1"], "misbehave": ["sign_in_open"]}
    lab = cs_lab(tmp_path, cs_host("fe01", "10.0.0.22", "2019", **options), network=Network("ports", "127.41"))
    role = lab.machine("fe01").role(CsServer)
    assert role is not None
    role.carry_out("assign", {"types": ["Default"], "thumbprint": certificate(lab.machine("fe01"), FE)})
    role.start()
    try:
        with without_tls(lab, "10.0.0.22") as near:
            me = f"sip:alice@127.0.0.1:{near}"
            asked = [
                sipsak,
                "-E",
                "tcp",
                "-U",
                "-C",
                "sip:alice@127.0.0.1",
                "-x",
                "600",
                "-vvv",
                "-s",
                me,
                "-H",
                "127.0.0.1",
            ]
            done = subprocess.run(asked, capture_output=True, text=True, timeout=30, check=False)
    finally:
        role.stop()
    told = done.stdout + done.stderr
    assert done.returncode == 0 and "SIP/2.0 200 OK" in told and "Expires: 600" in told, told
    stranger = REGISTER.replace("To: <sip:alice@company.com>", "To: <sip:alice@else.com>")
    open_to = SipServer(FE, "RTC/7.0", open_to=("company.com",))
    assert open_to.answer(stranger, ("127.0.0.1", 5)).startswith(b"SIP/2.0 404 Not Found")
    assert open_to.answer(REGISTER, ("127.0.0.1", 5)).startswith(b"SIP/2.0 200 OK\r\nExpires: 3600\r\n")


# --- message by message ----------------------------------------------------------------------------------------------


def test_an_answer_belongs_to_its_request(lab: Lab) -> None:
    with secure(lab, "10.0.0.22") as connection:
        # A keep-alive, and two requests in one piece, of which the second has a body.
        second = REGISTER.replace("CSeq: 1", "CSeq: 2").replace("Content-Length: 0", "l: 4")
        connection.sendall(f"\r\n\r\n{REGISTER}\r\n\r\n{second}\r\n\r\nbody".encode())
        lines = answer(connection)
        if "CSeq: 2 REGISTER" not in lines:
            lines += answer(connection)
    assert [line for line in lines if line.startswith("CSeq")] == ["CSeq: 1 REGISTER", "CSeq: 2 REGISTER"]
    first = lines[: lines.index("Content-Length: 0") + 1]
    assert first[:4] == ["SIP/2.0 401 Unauthorized", *CHALLENGES]
    via = re.fullmatch(
        r"Via: SIP/2.0/TLS 10.0.0.9:50000;branch=z9hG4bK1;received=127\.\d+\.\d+\.\d+;ms-received-port=\d+;"
        r"ms-received-cid=1E00",
        first[4],
    )
    assert via, first[4]
    assert first[5] == "Via: SIP/2.0/TLS 10.0.0.10:50001"
    assert first[6] == "From: <sip:alice@company.com>;tag=1;epid=2"
    assert re.fullmatch(r"To: <sip:alice@company.com>;tag=[0-9A-F]{32}", first[7])
    assert first[8:] == ["Call-ID: 3", "CSeq: 1 REGISTER", "Server: RTC/7.0", "Content-Length: 0"]


def test_what_is_no_sip_ends_the_connection(lab: Lab) -> None:
    with secure(lab, "10.0.0.22") as connection:
        connection.sendall(b"GET / HTTP/1.1\r\nHost: fe01\r\n\r\n")
        assert connection.recv(4096) == b""


def test_inside_an_edge_nobody_logs_on(lab: Lab) -> None:
    with secure(lab, "10.0.0.25") as connection:
        connection.settimeout(0.5)
        connection.sendall(REGISTER.encode() + b"\r\n\r\n")
        with pytest.raises(TimeoutError):
            connection.recv(4096)


def test_logging_on_is_said_not_to_be_modelled() -> None:
    asked = REGISTER + '\r\nAuthorization: NTLM qop="auth", gssapi-data=""'
    assert SERVER.answer(asked, ("127.0.0.1", 5)).startswith(b"SIP/2.0 501 Not Implemented\r\nWarning: 399 lab ")


@pytest.mark.parametrize("head", ["SIP/2.0 200 OK\r\nVia: x", REGISTER.replace("REGISTER", "ACK")])
def test_answers_and_acknowledgements_are_not_answered(head: str) -> None:
    assert SERVER.answer(head, ("127.0.0.1", 5)) == b""


@pytest.mark.parametrize(
    "head",
    [
        "REGISTER sip:company.com SIP/3.0",
        REGISTER.replace("Call-ID: 3\r\n", ""),
        REGISTER.replace("Call-ID: 3", "Call-ID 3"),
        REGISTER.replace("Via", "Vie"),
    ],
)
def test_a_damaged_request_is_no_sip(head: str) -> None:
    with pytest.raises(NotSip):
        SERVER.answer(head, ("127.0.0.1", 5))


@pytest.mark.parametrize("length", ["-1", "x", str(LONGEST_MESSAGE + 1)])
def test_a_body_of_no_length_or_too_long_ends_the_connection(lab: Lab, length: str) -> None:
    with secure(lab, "10.0.0.22") as connection:
        connection.sendall(REGISTER.replace("Content-Length: 0", f"Content-Length: {length}").encode() + b"\r\n\r\n")
        assert connection.recv(4096) == b""


def test_ocs_2007_knows_no_certificates_of_users() -> None:
    old = SipServer("ocssrv01.company.local", "RTC/3.0", association=3, tls_dsk=False)
    assert old.challenges() == [
        'NTLM realm="SIP Communications Service", targetname="ocssrv01.company.local", version=3',
        'Kerberos realm="SIP Communications Service", targetname="sip/ocssrv01.company.local", version=3',
    ]
