"""The other servers of a pool serve, or the run says which port of which does not."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import pytest
from unit.fakes_windows import DER, NOW, FakeServer, authority, certificate, thumbprint

from ansible_collections.ucops.rollout.plugins.module_utils.errors import RolloutError
from ansible_collections.ucops.rollout.plugins.module_utils.proof.tls_wire import Handshake
from ansible_collections.ucops.rollout.plugins.module_utils.report.peers import Peer, PeerPort
from ansible_collections.ucops.rollout.plugins.module_utils.values import Thumbprint
from ansible_collections.ucops.rollout.plugins.plugin_utils.assigning.peers import PeersFail, peers_result, see_peers
from ansible_collections.ucops.rollout.plugins.plugin_utils.assigning.proving import Patience

CA = authority()
GOOD, ENDED = certificate(CA), certificate(CA, days=-3, begin=NOW - timedelta(days=400))
EARLY = certificate(CA, begin=NOW + timedelta(days=2))
LISTENING = "  TCP    0.0.0.0:5061    0.0.0.0:0    ABH\xd6REN\r\n  TCP    0.0.0.0:5985    0.0.0.0:0    ABH\xd6REN\r\n"
DEAF = "  TCP    0.0.0.0:5985    0.0.0.0:0    ABH\xd6REN\r\n"
DOWN = Handshake("no_listener", detail="connection refused: nothing listens there", refused=True)
SILENT = Handshake("timeout", detail="no answer to the connection attempt within 10 s")


def shows(one: Any) -> Handshake:
    return Handshake("ok", (one.public_bytes(DER),))


class Pool:
    """Another server of the pool, with one port."""

    def __init__(self) -> None:
        self.server = FakeServer()
        self.server.programs.handlers["netstat"] = lambda words: (0, self.netstat)
        self.netstat, self.opened, self.now = LISTENING, [], 0.0
        self.lost = False

    @contextmanager
    def open(self, name: str) -> Iterator[Any]:
        self.opened.append(name)
        if self.lost:
            raise RolloutError("it does not answer", where=name)
        yield self.server.host

    def see(
        self, *looks: Handshake, host: str = "fe2", logon: bool = True, wait: float = 0.0, **port: Any
    ) -> list[dict[str, Any]]:
        """What is seen; the last look holds from then on."""
        given = list(looks)
        ports = (PeerPort("fe2/default", "front_end", "10.0.0.12", 5061, 5061, **port),)
        peer = Peer("fe2.company.local", host, ports, logon)

        def sleep(seconds: float) -> None:
            self.now += seconds

        seen = see_peers(
            "fe3",
            [peer],
            self.open,
            shake=lambda *_asked: given.pop(0) if len(given) > 1 else given[0],
            patience=Patience(wait, clock=lambda: self.now, sleep=sleep),
            now=NOW,
        )
        told: list[dict[str, Any]] = peers_result(seen)["ports"]
        return told

    def refuse(self, *looks: Handshake, **more: Any) -> str:
        with pytest.raises(PeersFail) as refused:
            self.see(*looks, **more)
        assert refused.value.result["changed"] is False
        told = str(refused.value)
        assert told.startswith("fe3: nothing was changed here, since of its pool fe2.company.local: 10.0.0.12:5061 ")
        assert "-e pool_certificates_peers=ignore" in told
        return told


def test_one_that_shows_a_valid_certificate_is_not_logged_on_to() -> None:
    pool = Pool()
    (told,) = pool.see(shows(GOOD))
    assert told == {
        "server": "fe2.company.local",
        "certificate": "fe2/default",
        "component": "front_end",
        "place": "10.0.0.12:5061",
        "shown": thumbprint(GOOD),
        "state": "shown",
        "message": "",
    }
    assert pool.opened == []


@pytest.mark.parametrize(
    ("shown", "why"),
    [(ENDED, "which expired on 2026-11-19T12:00:00Z"), (EARLY, "which is valid from 2026-11-24T12:00:00Z on only")],
)
def test_one_outside_its_dates_will_not_do(shown: Any, why: str) -> None:
    assert f"shows {thumbprint(shown)}, {why} (front end)" in Pool().refuse(shows(shown))


def test_what_the_run_is_still_to_renew_may_have_expired() -> None:
    (told,) = Pool().see(shows(ENDED), due=True)
    assert told["state"] == "shown"


def test_what_the_run_has_proved_there_is_to_be_there_still() -> None:
    assert Pool().see(shows(GOOD), thumbprint=Thumbprint(thumbprint(GOOD)))[0]["state"] == "shown"
    told = Pool().refuse(shows(GOOD), thumbprint=Thumbprint("AB" * 20))
    assert f"shows {thumbprint(GOOD)}, and not {'AB' * 20}, which this run has proved there" in told


def test_one_where_nothing_listens_stops_the_run() -> None:
    pool = Pool()
    pool.netstat = DEAF
    assert "shows no certificate (connection refused: nothing listens there) (front end)" in pool.refuse(DOWN)
    assert pool.opened == ["fe2"]


def test_one_behind_a_firewall_says_itself_that_it_listens() -> None:
    assert Pool().see(DOWN)[0]["state"] == "unseen"


def test_one_that_does_not_answer_at_all_stops_the_run() -> None:
    pool = Pool()
    pool.lost = True
    assert "and the server does not answer: it does not answer" in pool.refuse(DOWN)


@pytest.mark.parametrize(("look", "seen"), [(DOWN, DOWN.detail), (SILENT, SILENT.detail)])
def test_one_outside_of_the_limit_that_shows_nothing_stops_the_run(look: Handshake, seen: str) -> None:
    pool = Pool()
    told = pool.refuse(look, host="")
    assert (
        f"shows no certificate ({seen}) (front end); this run does not log on to that server, which is outside" in told
    )
    assert "so that nobody could be asked whether something listens there" in told
    assert "Bring it back, or take it into --limit, and run again" in told
    assert pool.opened == []


def test_one_that_nobody_ever_logs_on_to_may_be_silent_and_not_refuse() -> None:
    pool = Pool()
    no_route = Handshake("no_listener", detail="cannot connect: No route to host")
    assert [pool.see(one, host="", logon=False)[0]["state"] for one in (SILENT, no_route)] == ["unseen", "unseen"]
    told = pool.refuse(DOWN, host="", logon=False)
    assert "shows no certificate (connection refused: nothing listens there) (front end). " in told
    assert "--limit" not in told and pool.opened == []


def test_what_breaks_off_stops_the_run_though_something_listens() -> None:
    assert "(the listener ended it)" in Pool().refuse(Handshake("broken_off", detail="the listener ended it"))


def test_a_service_is_given_time_to_start() -> None:
    pool = Pool()
    pool.netstat = DEAF
    assert pool.see(DOWN, DOWN, shows(GOOD), wait=5.0)[0]["state"] == "shown"
    assert (pool.now, pool.opened) == (2.0, [])


def test_no_peers_are_asked_nothing() -> None:
    seen = see_peers("fe1", [], Pool().open, shake=lambda *_asked: DOWN, patience=Patience(0.0), now=NOW)
    assert peers_result(seen) == {"changed": False, "ports": []}
