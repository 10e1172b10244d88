"""One run at a time at what must not be done twice."""

from __future__ import annotations

import os
import re
import subprocess
from datetime import datetime, timedelta, timezone
from typing import Any

import pytest
from unit.fakes_windows import FakeServer

from ansible_collections.ucops.rollout.plugins.module_utils import waiting
from ansible_collections.ucops.rollout.plugins.module_utils.errors import RolloutError
from ansible_collections.ucops.rollout.plugins.plugin_utils.controller.processes import process_space
from ansible_collections.ucops.rollout.plugins.plugin_utils.winrm import claim
from ansible_collections.ucops.rollout.plugins.plugin_utils.winrm.claim import alone

OTHER = "eva_admin02_2126-11-22T08-00-00Z_0badcafe"


class Time:
    """Goes on by what is slept; ``then`` happens at the given second."""

    def __init__(self, **then: Any) -> None:
        self.now = 0.0
        self.slept = 0
        self.then = {int(name.removeprefix("at")): action for name, action in then.items()}

    def clock(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.now += seconds
        self.slept += 1
        for second in [second for second in self.then if second <= self.now]:
            self.then.pop(second)()


@pytest.fixture
def server() -> FakeServer:
    return FakeServer()


def hold(server: FakeServer, time: Time) -> Any:
    return alone(server.host, "certificates", clock=time.clock, sleep=time.sleep)


def test_a_claim_says_who_holds_it_and_is_given_back(server: FakeServer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(claim, "operator", lambda: "eva & co")
    monkeypatch.setattr(claim, "controller", lambda: "admin01")
    with hold(server, Time()):
        holder = server.files.claims["certificates"]
        made = rf"{process_space()}-{os.getpid()}-[0-9a-f]{{8}}"
        assert re.fullmatch(rf"eva---co_admin01_\d{{4}}-\d\d-\d\dT\d\d-\d\d-\d\dZ_{made}", holder)
    assert server.files.claims == {}
    with pytest.raises(ZeroDivisionError), hold(server, Time()):
        raise ZeroDivisionError
    assert server.files.claims == {}


def test_a_claim_that_ended_with_a_program_is_not_given_back_again(server: FakeServer) -> None:
    with hold(server, Time()) as held:
        ends = held.ends
        assert ends == ("certificates", server.files.claims["certificates"])
        server.files.give_back(*ends)
        held.given_back()
        server.files.claims["certificates"] = OTHER  # somebody follows
        held()
        assert held.ends == ()
    assert server.files.claims == {"certificates": OTHER}


def test_who_comes_second_waits(server: FakeServer) -> None:
    server.files.claims["certificates"] = OTHER
    time = Time(at20=server.files.claims.clear)
    with hold(server, time):
        assert (time.now, server.files.claims["certificates"] != OTHER) == (20, True)


def test_a_holder_that_is_gone_is_followed(server: FakeServer) -> None:
    """It stays the same for longer than any step takes."""
    server.files.claims["certificates"] = OTHER
    time = Time()
    with hold(server, time):
        assert time.now == 300
    server.files.claims["certificates"] = ""  # it was cut off before it said who it is
    with hold(server, Time()):
        assert server.files.claims["certificates"]


def test_whoever_watches_is_told_who_is_waited_for(server: FakeServer, monkeypatch: pytest.MonkeyPatch) -> None:
    lines: list[str] = []
    monkeypatch.setattr(waiting, "_telling", [lines.append])
    server.files.claims["certificates"] = OTHER
    with hold(server, Time(at20=server.files.claims.clear)):
        pass
    line = (
        "Waiting for another run that works on ocssrv01.company.local, eva on admin02, since 2126-11-22T08:00:00Z:"
        " 15 minutes more at most"
    )
    assert lines == [line, line]


@pytest.mark.parametrize(
    ("ago", "maker", "waits"),
    [
        # Of a killed run on this controller, whose programs may still run on the host.
        (0, "ended here", 300),
        (250, "ended here", 50),
        (300, "ended here", 0),
        (4000, "ended here", 0),
        (-4000, "ended here", 300),
        # One that lives is waited for, and nobody here knows of another controller's, which may have another clock.
        (4000, "lives here", 300),
        (80000, "elsewhere", 300),
        (80000, "says nothing", 300),
        (180000, "elsewhere", 0),
        (180000, "says nothing", 0),
    ],
)
def test_nobody_waits_again_for_a_holder_that_is_known_to_be_gone(
    server: FakeServer, monkeypatch: pytest.MonkeyPatch, ago: int, maker: str, waits: int
) -> None:
    with subprocess.Popen(["true"]) as process:
        ended = process.pid
    made = {
        "ended here": f"{process_space()}-{ended}-0badcafe",
        "lives here": f"{process_space()}-{os.getpid()}-0badcafe",
        "elsewhere": f"0123456789ab-{ended}-0badcafe",
        "says nothing": "0badcafe",
    }[maker]
    noon = datetime(2026, 11, 22, 12, tzinfo=timezone.utc)
    monkeypatch.setattr(claim, "_now", lambda: noon)
    server.files.claims["certificates"] = f"eva_b_admin_{noon - timedelta(seconds=ago):%Y-%m-%dT%H-%M-%SZ}_{made}"
    time = Time()
    with hold(server, time):
        assert time.now == waits


def test_a_holder_that_renews_its_claim_is_not_gone(server: FakeServer) -> None:
    mine = Time()
    with hold(server, mine) as renew:
        first = server.files.claims["certificates"]
        renew()
        assert server.files.claims["certificates"] == first  # a claim just made says enough
        mine.now = 250
        renew()
        second = server.files.claims["certificates"]
        assert second != first
        waiting = Time(at400=server.files.claims.clear)
        waiting.then[200] = lambda: server.files.renew_claim("certificates", second, second + "1")
        with hold(server, waiting):
            assert waiting.now == 400


@pytest.mark.parametrize("effect", [False, True])
def test_a_renewal_whose_answer_is_lost_stops_no_step_and_loses_no_claim(
    server: FakeServer, monkeypatch: pytest.MonkeyPatch, effect: bool
) -> None:
    done = server.files.renew_claim

    def lose(name: str, holder: str, later: str) -> bool:
        if effect:
            done(name, holder, later)
        raise RolloutError("no answer")

    monkeypatch.setattr(server.files, "renew_claim", lose)
    time = Time()
    with hold(server, time) as renew:
        time.now = 100
        renew()
        assert server.files.claims
    assert server.files.claims == {}


def test_a_run_that_was_taken_for_gone_ends_its_step_and_leaves_its_follower_alone(server: FakeServer) -> None:
    mine = Time()
    with pytest.raises(RolloutError, match="another run took this host over"), hold(server, mine) as renew:
        server.files.claims["certificates"] = OTHER
        mine.now = 400
        renew()
    assert server.files.claims == {"certificates": OTHER}


def test_of_two_that_follow_a_dead_holder_one_waits_on(server: FakeServer) -> None:
    """The other has followed him between its look and its step."""
    server.files.claims["certificates"] = OTHER
    follower = OTHER.replace("eva", "tom")
    give_back = server.files.give_back

    def overtaken(name: str, *holders: str) -> None:
        if holders == (OTHER,):
            server.files.claims[name] = follower
        give_back(name, *holders)

    server.files.give_back = overtaken  # type: ignore[method-assign]
    time = Time(at400=server.files.claims.clear)
    with hold(server, time):
        assert time.now == 400


def test_a_claim_whose_answer_was_lost_is_given_back(server: FakeServer) -> None:
    claim_it = server.files.claim

    def lose(name: str, holder: str) -> bool:
        claim_it(name, holder)
        raise RolloutError("no answer")

    server.files.claim = lose  # type: ignore[method-assign]
    with pytest.raises(RolloutError, match="no answer"), hold(server, Time()):
        raise AssertionError("never held")
    assert server.files.claims == {}


def test_a_claim_left_by_somebody_whose_folder_one_may_not_remove(
    server: FakeServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    server.files.claims["certificates"] = OTHER
    monkeypatch.setattr(server.files, "give_back", lambda *_names: None)
    time = Time()
    with pytest.raises(RolloutError, match="other runs work on this host, now eva on admin02"), hold(server, time):
        raise AssertionError("never held")
    assert time.now == 900


def test_others_that_follow_each_other_are_named_at_last(server: FakeServer) -> None:
    server.files.claims["certificates"] = OTHER

    def next_one(number: int) -> Any:
        return lambda: server.files.claims.update(certificates=f"rollout_admin03_2126-11-22T08-0{number}-00Z_{number}")

    time = Time(at200=next_one(1), at400=next_one(2), at600=next_one(3), at800=next_one(4))
    with pytest.raises(RolloutError) as failure, hold(server, time):
        raise AssertionError("never held")
    assert str(failure.value) == (
        "ocssrv01.company.local: other runs work on this host, now rollout on admin03, since 2126-11-22T08:04:00Z."
        " Nothing was begun here. Let them end, then run again: what they did is found and not done twice. Where none"
        " is left, remove ucops-claim-certificates from the host's folder Temp of Windows"
    )
    assert server.files.claims["certificates"].endswith("_4")


def test_a_claim_of_somebody_else_is_not_given_back(server: FakeServer) -> None:
    with hold(server, Time()):
        server.files.claims["certificates"] = OTHER
    assert server.files.claims == {"certificates": OTHER}


def test_a_holder_that_does_not_say_who_it_is(server: FakeServer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(claim, "PATIENCE", 100.0)
    server.files.claims["certificates"] = "x"
    with pytest.raises(RolloutError, match="now one that does not say who it is"), hold(server, Time()):
        raise AssertionError("never held")
