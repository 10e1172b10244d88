# Copyright: (c) 2026, The ucops.rollout developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""TLS of a machine: the certificate of a store with its key, the versions and suites of the generation.

Python's own TLS stands in for SChannel: it offers of the generation's suites those that OpenSSL still has.
"""

from __future__ import annotations

import contextlib
import functools
import os
import socket
import ssl
import tempfile
import warnings
from collections.abc import Iterator
from typing import TYPE_CHECKING

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from lab.pki.stores import Stores

if TYPE_CHECKING:
    from lab.machine import Machine

HANDSHAKE_SECONDS = 10.0
IDLE_SECONDS = 30.0
_VERSIONS = {"1.0": ssl.TLSVersion.TLSv1, "1.1": ssl.TLSVersion.TLSv1_1, "1.2": ssl.TLSVersion.TLSv1_2}
# Trouble to order: what a misconfigured TLS library or proxy prefers, and what a server asks of its clients.
_ANONYMOUS = ("AECDH-AES128-SHA", "ADH-AES128-SHA")
_CLIENT_CERTIFICATE = {None: ssl.CERT_NONE, "ask": ssl.CERT_OPTIONAL, "demand": ssl.CERT_REQUIRED}


class NoCertificate(Exception):
    """The certificate is not in the store, or its private key is not on the machine."""


def server_context(machine: Machine, thumbprint: str, store: str = "MY", *, ask_client: bool = False) -> ssl.SSLContext:
    """A TLS context that serves the certificate of that thumbprint with the intermediates that the machine holds.

    `ask_client`: a certificate of the client is asked for, and one that comes has to be of an authority that the
    machine trusts. Raises `NoCertificate`.
    """
    stores = Stores(machine)
    stored = stores.find(store or "MY", thumbprint)
    container = stores.container(stored) if stored is not None else None
    if stored is None or container is None:
        raise NoCertificate(thumbprint)
    chain, complete = stores.chain(stored.der)
    sent = chain[:-1] if complete and len(chain) > 1 else chain
    settings = machine.settings
    first = _ANONYMOUS if settings.get("tls_anonymous_first") else ()
    suites = ":".join([*first, *machine.generation.tls_suites, "@SECLEVEL=0"])
    asks = _CLIENT_CERTIFICATE[settings.get("tls_client_certificate")]
    # One that is changed below is nobody else's.
    made = _context.__wrapped__ if ask_client else _context
    context = made(suites, asks, versions(machine), tuple(sent), container.key)
    if ask_client and context.verify_mode is ssl.CERT_NONE:
        context.verify_mode = ssl.CERT_OPTIONAL
        for root in stores.held("Root"):
            context.load_verify_locations(cadata=root.der)
    return context


@functools.lru_cache(maxsize=256)
def _context(
    suites: str,
    asks: ssl.VerifyMode,
    offered: tuple[ssl.TLSVersion, ssl.TLSVersion],
    chain: tuple[bytes, ...],
    key: rsa.RSAPrivateKey,
) -> ssl.SSLContext:
    """Kept, as Windows keeps its credentials: to load a key takes longer than to shake hands."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    # Keys, hashes and versions of that time are below what today's security levels allow; the suites are SChannel's.
    context.set_ciphers(suites)
    context.options |= ssl.OP_CIPHER_SERVER_PREFERENCE
    context.verify_mode = asks
    with warnings.catch_warnings():
        # Old versions are what the imitated machines speak.
        warnings.simplefilter("ignore", DeprecationWarning)
        context.minimum_version, context.maximum_version = offered
    pem = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    pem += b"".join(ssl.DER_cert_to_PEM_cert(der).encode() for der in chain)
    handle, path = tempfile.mkstemp(suffix=".pem")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(pem)
        context.load_cert_chain(path)
    finally:
        os.unlink(path)
    return context


def versions(machine: Machine) -> tuple[ssl.TLSVersion, ssl.TLSVersion]:
    """Lowest and highest TLS version: what SChannel of this Windows offers as it comes, or the machine's setting `tls`.

    The setting is a list such as ["1.0", "1.2"].
    """
    offered = [str(one) for one in machine.settings.get("tls") or machine.generation.tls_versions]
    return _VERSIONS[offered[0]], _VERSIONS[offered[-1]]


def shake_hands(connection: socket.socket, context: ssl.SSLContext, answer: bytes) -> None:
    """Serve TLS on one connection: hand over `answer` to each piece of input until the client leaves."""
    with secured(connection, context) as secure:
        while secure.recv(4096):
            if answer:
                secure.sendall(answer)
                return


@contextlib.contextmanager
def secured(connection: socket.socket, context: ssl.SSLContext) -> Iterator[ssl.SSLSocket]:
    """A connection after its handshake, closed at the end."""
    connection.settimeout(HANDSHAKE_SECONDS)
    with context.wrap_socket(connection, server_side=True) as secure:
        secure.settimeout(IDLE_SECONDS)
        yield secure
