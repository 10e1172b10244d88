"""A bad line at one message of a push by dynamic update: the next run ends where none would have."""

from __future__ import annotations

import os
from collections.abc import Iterator

import dnskit
import pytest
from dnskit import SECRET
from proofkit.meddling import THE_UPDATE, WAYS, Meddler, meddling
from unit.dns_cases import DISTURBED_BEFORE, DISTURBED_RECORDS, DISTURBED_SITE, ZONE, remembered

from ansible_collections.ucops.rollout.plugins.module_utils.dns.push import push
from ansible_collections.ucops.rollout.plugins.module_utils.dns.request import read_request
from ansible_collections.ucops.rollout.plugins.module_utils.dns.rfc2136 import UpdatedServer, signed_by_key
from ansible_collections.ucops.rollout.plugins.module_utils.errors import RolloutError

# `make nightly` asks for all of them.
EVERY = bool(os.environ.get("UCOPS_EVERY_REQUEST"))
ASKED = read_request([{"name": ZONE}], DISTURBED_RECORDS, DISTURBED_SITE)
AFTER = [
    "_sip._tls 3600 SRV 0 0 443 sip.company.local.",
    remembered("A/sip/192.0.2.20", "CNAME/web/sip.company.local", "SRV/_sip._tls/0/0/443/sip.company.local"),
    "foreign 3600 A 192.0.2.99",
    "sip 3600 A 192.0.2.20",
    "ttl 3600 A 192.0.2.50",
    "web 3600 CNAME sip.company.local.",
]
NAMES = ("foreign", "sip", "web", "ttl", "old", "_sip._tls", "_ucops-rollout")
# The whole push takes no more messages.
MESSAGES = 245


@pytest.fixture(scope="module")
def meddler(bind: dnskit.Bind) -> Iterator[Meddler]:
    with meddling(bind.address, bind.port) as found:
        yield found


def pushed(port: int) -> bool:
    server = UpdatedServer("ns1", "127.0.0.1", port, signed_by_key("rollout", SECRET, "hmac-sha256"), timeout=5)
    return bool(push(server, ASKED, check_mode=False)["changed"])


def test_without_trouble(bind: dnskit.Bind, meddler: Meddler) -> None:
    bind.begin({ZONE: DISTURBED_BEFORE}, NAMES)
    meddler.plan(0, "")
    assert pushed(meddler.port) is True
    assert bind.held(ZONE) == AFTER
    assert meddler.count <= MESSAGES
    assert len(meddler.updates) == 1
    assert pushed(meddler.port) is False


def rounds() -> list[tuple[str, int]]:
    every = [(way, at) for way in WAYS for at in (THE_UPDATE, *range(1, MESSAGES + 1))]
    return [one for number, one in enumerate(every) if EVERY or number % 61 == 0 or one[1] == THE_UPDATE]


@pytest.mark.parametrize(("way", "at"), rounds())
def test_the_next_run_ends_well(bind: dnskit.Bind, meddler: Meddler, way: str, at: int) -> None:
    bind.begin({ZONE: DISTURBED_BEFORE}, NAMES)
    meddler.plan(at, way)
    try:
        pushed(meddler.port)
    except RolloutError as error:
        assert str(error).startswith("ns1: ")
    # All of a zone or nothing of it.
    assert bind.held(ZONE) in (sorted(DISTURBED_BEFORE), AFTER)
    pushed(bind.port)
    assert bind.held(ZONE) == AFTER
    assert pushed(bind.port) is False
