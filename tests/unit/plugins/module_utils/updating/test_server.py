"""A server that takes dynamic updates, from a task's arguments."""

from __future__ import annotations

from typing import Any

import pytest
from dnskit import SECRET
from unit.memory_dns import MemoryDns
from unit.record_sets import record_set

from ansible_collections.ucops.rollout.plugins.module_utils.dns.port import ZoneState
from ansible_collections.ucops.rollout.plugins.module_utils.dns.push import push
from ansible_collections.ucops.rollout.plugins.module_utils.dns.request import PushRequest
from ansible_collections.ucops.rollout.plugins.module_utils.errors import RolloutError
from ansible_collections.ucops.rollout.plugins.module_utils.model import PlannedZone
from ansible_collections.ucops.rollout.plugins.module_utils.updating import server as updating

SERVER = {"address": "192.0.2.53", "name": "ns1", "port": 5353, "windows": False}


def given(**more: Any) -> dict[str, Any]:
    return {"server": SERVER, "key": None, "kerberos": None, "timeout": 5.0, **more}


def test_a_server_with_a_key() -> None:
    key = {"name": "rollout", "secret": SECRET, "algorithm": "hmac-sha256"}
    found = updating.updated_server(given(key=key))
    assert (found.name, found.address, found.port, found.timeout) == ("ns1", "192.0.2.53", 5353, 5.0)
    assert (found.signer.shown, found.stamps) == ("rollout", False)


def test_a_server_that_is_windows_gives_time_stamps() -> None:
    assert updating.updated_server(given(server={**SERVER, "windows": True})).stamps is True


@pytest.mark.parametrize(
    ("more", "told"),
    [
        ({"server": {**SERVER, "address": ""}}, "servers[0].address: empty"),
        (
            {"server": {**SERVER, "name": None}, "kerberos": {"principal": "", "password": ""}},
            "server.name: missing. Kerberos needs the DNS server's own full name",
        ),
    ],
)
def test_what_leads_nowhere_is_told(more: dict[str, Any], told: str) -> None:
    with pytest.raises(RolloutError) as caught:
        updating.updated_server(given(**more))
    assert told in str(caught.value)


def test_new_records_on_windows_are_told_to_get_a_time_stamp() -> None:
    server = MemoryDns(held={"company.local": ZoneState("company.local", "primary")})
    server.stamps = True
    sip = record_set("company.local", "sip.company.local", "A", 3600, ("192.0.2.10",))
    request = PushRequest((PlannedZone("internal", "company.local", "fail"),), (sip,))
    (note,) = push(server, request, check_mode=False)["notes"]
    assert note.startswith(
        "a Windows DNS server gives records that came by dynamic update a time stamp: sip.company.local A. Where the"
        " zone ages, scavenging removes them"
    )
    assert push(server, request, check_mode=False)["notes"] == []
