"""Listeners on loopback: TLS by Python and by OpenSSL's s_server, plain TCP, silence."""

from __future__ import annotations

import contextlib
import re
import socket
import ssl
import subprocess
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

from proofkit.needs import program
from proofkit.pki import Issued


def write_identity(directory: Path, identity: Issued) -> tuple[Path, Path]:
    """The chain and the key as PEM files."""
    chain, key = directory / f"{identity.thumbprint}.pem", directory / f"{identity.thumbprint}.key"
    chain.write_text("".join(part.pem for part in identity.chain))
    key.write_text(identity.key_pem)
    return chain, key


@contextlib.contextmanager
def tcp_listener(talk: Callable[[socket.socket], None], address: str = "127.0.0.1", port: int = 0) -> Iterator[int]:
    """Accept until the end and let ``talk`` have each connection, one thread each; yields the port."""
    listener = socket.create_server((address, port))
    threading.Thread(target=_accept, args=(listener, talk), daemon=True).start()
    try:
        yield listener.getsockname()[1]
    finally:
        listener.shutdown(socket.SHUT_RDWR)
        listener.close()


def _accept(listener: socket.socket, talk: Callable[[socket.socket], None]) -> None:
    with contextlib.suppress(OSError):
        while True:
            connection, _peer = listener.accept()
            threading.Thread(target=_talk, args=(connection, talk), daemon=True).start()


def _talk(connection: socket.socket, talk: Callable[[socket.socket], None]) -> None:
    with contextlib.suppress(OSError), connection:
        connection.settimeout(20)
        talk(connection)


@contextlib.contextmanager
def tls_listener(
    directory: Path,
    identity: Issued,
    *,
    version: ssl.TLSVersion | None = None,
    address: str = "127.0.0.1",
    port: int = 0,
) -> Iterator[int]:
    """A TLS server by Python that shakes hands and waits for the other side to go; yields the port."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(*write_identity(directory, identity))
    if version is not None:
        context.minimum_version = context.maximum_version = version

    def talk(connection: socket.socket) -> None:
        with context.wrap_socket(connection, server_side=True) as session:
            session.recv(1)

    with tcp_listener(talk, address, port) as real_port:
        yield real_port


@contextlib.contextmanager
def s_server(directory: Path, identity: Issued, *arguments: str) -> Iterator[int]:
    """OpenSSL's own test server with further arguments; yields the port."""
    chain, key = write_identity(directory, identity)
    issuers = directory / f"{identity.thumbprint}.issuers.pem"
    issuers.write_text("".join(part.pem for part in identity.chain[1:]))
    command = [program("openssl", "openssl"), "s_server", "-accept", "127.0.0.1:0", "-cert", str(chain)]
    command += ["-key", str(key), *(["-cert_chain", str(issuers)] if identity.chain[1:] else []), *arguments]
    server = subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    )
    try:
        yield _port_of(server)
    finally:
        server.kill()
        server.communicate()


def _port_of(server: subprocess.Popen[str]) -> int:
    seen = ""
    assert server.stdout is not None
    for line in server.stdout:
        seen += line
        found = re.match(r"ACCEPT (?:\S+:)?(\d+)$", line.strip())
        if found:
            return int(found[1])
    raise AssertionError(f"openssl s_server did not start: {seen}")


def refused_port(address: str = "127.0.0.1") -> int:
    """A port where nothing listens (it was free a moment ago)."""
    with socket.create_server((address, 0)) as listener:
        return int(listener.getsockname()[1])
