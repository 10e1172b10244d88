"""Updates signed by Kerberos, against a real domain controller: Samba, with its DNS server and its KDC."""

from __future__ import annotations

from typing import Any

import pytest
from proofkit import dnsservers, samba
from unit.record_sets import record_set

from ansible_collections.ucops.rollout.plugins.module_utils import seam_gssapi
from ansible_collections.ucops.rollout.plugins.module_utils.dns import gss_tsig
from ansible_collections.ucops.rollout.plugins.module_utils.dns.push import PushFailed, push
from ansible_collections.ucops.rollout.plugins.module_utils.dns.request import PushRequest
from ansible_collections.ucops.rollout.plugins.module_utils.dns.rfc2136 import Signer, UpdatedServer
from ansible_collections.ucops.rollout.plugins.module_utils.errors import RolloutError
from ansible_collections.ucops.rollout.plugins.module_utils.model import PlannedZone, SrvData

ZONE = samba.DOMAIN
SIP = record_set(ZONE, f"sip.{ZONE}", "A", 3600, ("10.0.0.10",))
SERVICE = record_set(ZONE, f"_sip._tls.{ZONE}", "SRV", 3600, (SrvData(0, 0, 443, f"sip.{ZONE}"),))


def signer(found: samba.Controller, password: str = samba.PASSWORD, name: str = samba.NAME) -> Signer:
    principal = samba.PRINCIPAL
    return gss_tsig.signed_by_kerberos(name, found.address, 53, 10, principal=principal, password=password)


def pushed(found: samba.Controller, *sets: Any, signed: bool = True, **more: Any) -> dict[str, Any]:
    server = UpdatedServer("dc01", found.address, 53, signer(found) if signed else Signer())
    request = PushRequest((PlannedZone("internal", ZONE, "fail"),), sets, **more)
    return push(server, request, check_mode=False)


def test_what_is_done_is_read_and_not_taken_from_the_reply(dc01: samba.Controller) -> None:
    """Samba 4.17 signs its reply in a way that does not verify: the update is done all the same."""
    result = pushed(dc01, record_set(ZONE, f"read.{ZONE}", "A", 3600, ("10.0.0.30",)))
    assert result["after"][0]["values"] == ["10.0.0.30"]
    assert all("done, although this was reported" in note or "a time stamp" in note for note in result["notes"])


def test_an_update_without_a_signature_is_refused(dc01: samba.Controller) -> None:
    with pytest.raises(PushFailed, match=r"was refused with REFUSED. Let the zone take updates"):
        pushed(dc01, record_set(ZONE, f"bare.{ZONE}", "A", 3600, ("10.0.0.30",)), signed=False)


@pytest.mark.parametrize(
    ("more", "told"),
    [
        ({"password": "wrong"}, r"Kerberos gives no ticket for DNS/dc01.company.local: .*Preauthentication failed"),
        ({"name": "nobody.company.local"}, r"Kerberos gives no ticket for DNS/nobody.company.local: .*not found"),
    ],
)
def test_no_ticket(dc01: samba.Controller, more: dict[str, str], told: str) -> None:
    with pytest.raises(RolloutError, match=told) as caught:
        signer(dc01, **more)
    assert samba.PASSWORD not in str(caught.value) and "wrong" not in str(caught.value).partition("See that")[0]


def test_a_server_that_agrees_on_no_key(dc01: samba.Controller) -> None:
    def refuse(query: Any, transport: str) -> bytes:
        return dnsservers.reply_to(query, rcode=5).to_wire()

    with dnsservers.scripted(refuse) as port, pytest.raises(RolloutError, match="refuses to agree on a key"):
        gss_tsig.signed_by_kerberos(
            samba.NAME, "127.0.0.1", port, 5, principal=samba.PRINCIPAL, password=samba.PASSWORD
        )


def test_nobody_is_there(dc01: samba.Controller) -> None:
    port = dnsservers.free_port()
    with pytest.raises(RolloutError, match="the DNS server agrees on no key: .*Connection refused"):
        gss_tsig.signed_by_kerberos(
            samba.NAME, "127.0.0.1", port, 5, principal=samba.PRINCIPAL, password=samba.PASSWORD
        )


def test_without_the_library_its_package_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(seam_gssapi, "IMPORT_ERROR", "ImportError")
    with pytest.raises(RolloutError, match="the Python library gssapi is missing, which signs updates by Kerberos"):
        gss_tsig.signed_by_kerberos(samba.NAME, "127.0.0.1", 53, 5)
