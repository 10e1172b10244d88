# Copyright: (c) 2026, The ucops.rollout developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Signing dynamic updates by Kerberos (GSS-TSIG, RFC 3645), as zones of Active Directory demand with secure updates."""

from __future__ import annotations

import struct
import time
import uuid
from typing import Any

from ansible_collections.ucops.rollout.plugins.module_utils import seam_dns, seam_gssapi
from ansible_collections.ucops.rollout.plugins.module_utils.dns.rfc2136 import Signer
from ansible_collections.ucops.rollout.plugins.module_utils.errors import RolloutError
from ansible_collections.ucops.rollout.plugins.module_utils.names import fqdn
from ansible_collections.ucops.rollout.plugins.module_utils.seam_dns import dns
from ansible_collections.ucops.rollout.plugins.module_utils.seam_gssapi import gssapi

_MOST_STEPS = 5
_NEGOTIATED = 3  # the mode of TKEY that carries GSS-API tokens


def signed_by_kerberos(
    server: str, address: str, port: int, timeout: float, *, principal: str = "", password: str = ""
) -> Signer:
    """A key agreed with the server by Kerberos.

    :param server: the server's own full name, for which the domain has the service ``DNS/<name>``.
    :param principal: who signs; without one, whoever ``kinit`` was run for. ``password``: without one, the ticket or
        the keytab of the environment is used.
    :raises RolloutError: there is no ticket, or the server does not agree.
    """
    seam_dns.require()
    seam_gssapi.require()
    name = fqdn(server)
    try:
        context = gssapi.SecurityContext(
            name=gssapi.Name(f"DNS@{name}", gssapi.NameType.hostbased_service),
            creds=_credentials(principal, password),
            usage="initiate",
        )
        key = _agreed(context, address, port, timeout)
    except gssapi.exceptions.GSSError as error:
        raise RolloutError(
            f"Kerberos gives no ticket for DNS/{name}: {_said(error)}",
            where=server,
            mend="See that the realm's KDC is reached, that kinit was run or principal and password are right, and that"
            " server.name is the DNS server's own full name",
        ) from None
    return Signer(lambda message: message.use_tsig(key), principal or "the ticket of this account")


def _credentials(principal: str, password: str) -> Any:
    if not principal:
        return None
    name = gssapi.Name(principal, gssapi.NameType.kerberos_principal)
    if not password:
        return gssapi.Credentials(name=name, usage="initiate")
    acquired = gssapi.raw.acquire_cred_with_password(name, password.encode(), usage="initiate")
    return acquired.creds


def _agreed(context: Any, address: str, port: int, timeout: float) -> Any:
    """The key, once both sides have what they need of each other."""
    name = dns.name.from_text(str(uuid.uuid4()))
    key = dns.tsig.Key(name, context, dns.tsig.GSS_TSIG)
    ring = dns.tsig.GSSTSigAdapter({name: key})  # type: ignore[no-untyped-call]
    token = context.step()
    for _step in range(_MOST_STEPS):
        query = _tkey_query(name, token)
        query.keyring = ring  # the answer's token goes into the context before its signature is looked at
        try:
            reply = dns.query.tcp(query, address, timeout, port)
        except (dns.exception.DNSException, OSError, EOFError, ValueError, struct.error) as error:
            if context.complete:
                return key
            raise RolloutError(
                f"the DNS server agrees on no key: {ascii(str(error))[1:-1] or type(error).__name__}",
                where=address,
                mend=f"See that it takes secure dynamic updates, and answers on TCP port {port}",
            ) from None
        if context.complete:
            return key
        token = context.step(_token_of(reply, address))
        if context.complete:
            return key
    raise RolloutError("the DNS server goes on negotiating and agrees on no key", where=address)


def _tkey_query(name: Any, token: bytes) -> Any:
    query = dns.message.make_query(name, dns.rdatatype.TKEY, dns.rdataclass.ANY)
    now = int(time.time())
    data = dns.rdtypes.ANY.TKEY.TKEY(  # type: ignore[no-untyped-call]
        dns.rdataclass.ANY, dns.rdatatype.TKEY, dns.tsig.GSS_TSIG, now, now + 3600, _NEGOTIATED, 0, token, b""
    )
    rrset = query.find_rrset(query.additional, name, dns.rdataclass.ANY, dns.rdatatype.TKEY, create=True)
    rrset.add(data)
    return query


def _token_of(reply: Any, address: str) -> bytes:
    for rrset in reply.answer:
        if rrset.rdtype == dns.rdatatype.TKEY and rrset[0].error == 0:
            token: bytes = rrset[0].key
            return token
    raise RolloutError(
        "the DNS server refuses to agree on a key",
        where=address,
        mend="Let the zone take secure dynamic updates, and see that both clocks agree",
    )


def _said(error: Any) -> str:
    """What Kerberos itself says; the general sentence before it helps nobody."""
    return ascii(str(getattr(error, "min_message", "") or error))[1:-1][:200]
