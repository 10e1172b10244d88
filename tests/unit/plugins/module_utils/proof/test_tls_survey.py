"""Which handshakes a survey makes, with a dialler in memory."""

from __future__ import annotations

from dataclasses import replace

from ansible_collections.ucops.rollout.plugins.module_utils.proof.side_by_side import Silence
from ansible_collections.ucops.rollout.plugins.module_utils.proof.tls_survey import patient_once, survey
from ansible_collections.ucops.rollout.plugins.module_utils.proof.tls_targets import Target
from ansible_collections.ucops.rollout.plugins.module_utils.proof.tls_wire import Handshake

POOL = Target("ocspool.company.local", "10.0.0.10", 5061)
SIP = Target("sip.company.local", "10.0.0.10", 5061)
SERVER = Target("ocssrv01.company.local", "10.0.0.11", 5061)


def test_versions_are_looked_at_once_for_each_listener() -> None:
    looked: list[tuple[str, int, str]] = []

    def versions(seen: Handshake, *place: object) -> Handshake:
        looked.append(place)  # type: ignore[arg-type]
        return replace(seen, offered=("1.0",), not_offered=("1.1", "1.2", "1.3"))

    shown = survey([POOL, SIP, SERVER], lambda *place: Handshake("ok", (b"x",), "TLSv1"), versions, Silence())
    assert sorted(looked) == [
        ("10.0.0.10", 5061, "ocspool.company.local"),
        ("10.0.0.11", 5061, "ocssrv01.company.local"),
    ]
    assert [(target.name, seen.offered) for target, seen in shown] == [
        ("ocspool.company.local", ("1.0",)),
        ("sip.company.local", ("1.0",)),
        ("ocssrv01.company.local", ("1.0",)),
    ]


def test_a_silent_listener_is_waited_for_once_and_the_others_say_so() -> None:
    asked: list[str] = []

    def shake(address: str, port: int, name: str) -> Handshake:
        asked.append(name)
        return Handshake("timeout", detail="no answer to the connection attempt within 10 s")

    silence = Silence()
    shown = survey([POOL, SIP], shake, lambda seen, *place: seen, silence)
    assert asked == ["ocspool.company.local"]
    assert [seen.detail for _target, seen in shown] == [
        "no answer to the connection attempt within 10 s",
        "no answer to the connection attempt within 10 s; not tried again",
    ]
    assert silence.places == ["10.0.0.10:5061"]
    later = patient_once(shake, Silence(silence.places))(POOL)
    assert (later.state, later.detail) == (
        "timeout",
        "it did not answer in an earlier check of this run, and was not tried again",
    )
    assert asked == ["ocspool.company.local"]
