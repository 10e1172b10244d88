"""DNS servers on loopback: BIND's named with given zones, and one that answers what a test says."""

from __future__ import annotations

import contextlib
import socket
import socketserver
import struct
import subprocess
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import dns.message
import dns.rcode

from proofkit.needs import program

_SOA = "$TTL 3600\n@ SOA dc01.company.local. hostmaster.company.local. 1 900 600 86400 3600\n@ NS dc01.company.local.\n"
Talk = Callable[[dns.message.Message, str], "bytes | None"]


def free_port() -> int:
    """A port that is free for both UDP and TCP (now)."""
    while True:
        with socket.create_server(("127.0.0.1", 0)) as tcp, socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as udp:
            port = int(tcp.getsockname()[1])
            with contextlib.suppress(OSError):
                udp.bind(("127.0.0.1", port))
                return port


@contextlib.contextmanager
def named(directory: Path, zones: Mapping[str, str | None], *, more: str = "", each: str = "") -> Iterator[int]:
    """BIND on 127.0.0.1 with zones {name: records in master file form, None for one that fails to load}.

    ``more``: statements beside the zones, such as keys; ``each``: statements in every zone, such as allow-update.
    """
    port = free_port()
    configuration = directory / "named.conf"
    configuration.write_text(more + _configuration(directory, port, zones, each))
    log = (directory / "named.log").open("w")
    server = subprocess.Popen([program("named", "bind9"), "-g", "-c", str(configuration)], stderr=log)
    try:
        _wait(server, directory / "named.log")
        yield port
    finally:
        server.terminate()
        server.wait(10)
        log.close()


def _configuration(directory: Path, port: int, zones: Mapping[str, str | None], each: str) -> str:
    text = (
        f'options {{ directory "{directory}"; listen-on port {port} {{ 127.0.0.1; }}; listen-on-v6 {{ none; }};'
        " recursion no; allow-query { any; }; pid-file none; session-keyfile none; dnssec-validation no;"
        " notify no; minimal-responses no; };\ncontrols { };\n"
    )
    for name, records in zones.items():
        file = directory / f"{name}.zone"
        if records is not None:
            file.write_text(_SOA + records)
        text += f'zone "{name}" {{ type primary; file "{file}"; check-names ignore; {each} }};\n'
    return text


def _wait(server: subprocess.Popen[bytes], log: Path) -> None:
    """named listens before it has loaded its zones; it says "running" when all of it is done."""
    ends = time.monotonic() + 20
    while time.monotonic() < ends and server.poll() is None:
        if " running\n" in log.read_text(errors="replace"):
            return
        time.sleep(0.02)
    raise AssertionError(f"named did not start: {log.read_text(errors='replace')}")


@contextlib.contextmanager
def scripted(talk: Talk) -> Iterator[int]:
    """A DNS server on 127.0.0.1 that sends what ``talk(query, "udp" or "tcp")`` returns; None is silence."""
    port = free_port()

    class Udp(socketserver.BaseRequestHandler):
        def handle(self) -> None:
            data, connection = self.request
            reply = talk(dns.message.from_wire(data, keyring=False), "udp")
            if reply is not None:
                connection.sendto(reply, self.client_address)

    class Tcp(socketserver.BaseRequestHandler):
        def handle(self) -> None:
            while length := self.request.recv(2, socket.MSG_WAITALL):
                data = self.request.recv(*struct.unpack("!H", length), socket.MSG_WAITALL)
                reply = talk(dns.message.from_wire(data, keyring=False), "tcp")
                if reply is None:
                    return
                self.request.sendall(struct.pack("!H", len(reply)) + reply)

    servers: list[socketserver.ThreadingUDPServer | socketserver.ThreadingTCPServer] = [
        socketserver.ThreadingUDPServer(("127.0.0.1", port), Udp),
        socketserver.ThreadingTCPServer(("127.0.0.1", port), Tcp),
    ]
    for server in servers:
        server.daemon_threads = True
        threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
    try:
        yield port
    finally:
        for server in servers:
            server.shutdown()
            server.server_close()


def reply_to(query: dns.message.Message, *lines: str, flags: str = "QR AA", rcode: int = 0) -> dns.message.Message:
    """An authoritative answer with the given answer lines in text form."""
    text = f"id {query.id}\nopcode QUERY\nrcode {dns.rcode.to_text(dns.rcode.Rcode(rcode))}\nflags {flags}\n;QUESTION\n"
    text += f"{query.question[0].to_text()}\n;ANSWER\n" + "\n".join(lines)
    return dns.message.from_text(text)
