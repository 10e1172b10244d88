"""The marks of a server: written before a change, judged by what is there, taken away; and never in the way."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from unit.audits import read
from unit.fakes_windows import NOW, FakeServer, authority, certificate, key_info

from ansible_collections.ucops.rollout.plugins.module_utils.certificates.x509 import timestamp
from ansible_collections.ucops.rollout.plugins.module_utils.errors import RolloutError
from ansible_collections.ucops.rollout.plugins.module_utils.values import Thumbprint
from ansible_collections.ucops.rollout.plugins.plugin_utils.assigning import http_sys, marking
from ansible_collections.ucops.rollout.plugins.plugin_utils.assigning.former import Former
from ansible_collections.ucops.rollout.plugins.plugin_utils.assigning.marking import (
    LeftMark,
    ServerMarks,
    TakenAway,
    named_by,
    read_marks,
)
from ansible_collections.ucops.rollout.plugins.plugin_utils.assigning.marks import MARKED, Mark, encoded
from ansible_collections.ucops.rollout.plugins.plugin_utils.winrm.faults import HostUnreachable
from ansible_collections.ucops.rollout.plugins.plugin_utils.winrm.files_port import FileProgram
from ansible_collections.ucops.rollout.plugins.plugin_utils.winrm.reading_once import reading_until_run
from ansible_collections.ucops.rollout.plugins.plugin_utils.winrm.registry_port import Branch

KEY = "SOFTWARE\\ucops.rollout"
CA = authority()
OLD, NEW, OTHER = certificate(CA, days=5), certificate(CA), certificate(CA, days=90)
EVERYWHERE = "0.0.0.0:443"
HTTP = frozenset({"http_sys"})


def bound(thumbprint: str) -> Former:
    return Former("http_sys", EVERYWHERE, thumbprint, "ipport", "MY")


class Site:
    """A server with three certificates, the second of which is bound."""

    def __init__(self) -> None:
        self.server = FakeServer()
        put = [self.server.put("MY", one, key_info(f"c{at}")) for at, one in enumerate((OLD, NEW, OTHER))]
        self.old, self.new, self.other = map(Thumbprint, put)
        http_sys.bind(self.server.host, EVERYWHERE, self.new)
        self.server.programs.ran.clear()

    def marks(self) -> ServerMarks:
        return ServerMarks(self.server.host, NOW)

    def leave(self, name: str, *former: Former, value: Any = None) -> None:
        """A mark as a run left it that was cut off."""
        self.server.registry.set(f"{KEY}\\{name}", "former", encoded(former) if value is None else value)

    @property
    def written(self) -> dict[str, Any]:
        values = self.server.registry.values.items()
        return {key.removeprefix(f"{KEY}\\"): held["former"] for key, held in values if key.startswith(KEY)}

    def judged(self, name: str, ways: frozenset[str] = HTTP, *, all_held: bool = True) -> list[tuple[str, str]]:
        left = self.marks().judged({Thumbprint(name): ways}, all_held=all_held)
        return [(one.name, one.why) for one in left]


@pytest.fixture
def site() -> Site:
    return Site()


def test_the_mark_is_written_before_the_programs_run(site: Site) -> None:
    marks, bind = site.marks(), ["netsh", "http", "delete", "sslcert", f"ipport={EVERYWHERE}"]
    (outcome,) = marks.keep({site.new: [bound(site.old)]}, [FileProgram(bind)])
    assert outcome.result.exit_code == 0
    text = encoded([bound(site.old)])
    add = ["reg", "add", f"HKLM\\{KEY}\\{site.new}", "/v", "former", "/t", "REG_SZ", "/d", text, "/f"]
    assert site.server.programs.ran == [add, bind]
    assert read_marks(site.server.host) == (LeftMark(site.new, Mark(site.new, (bound(site.old),))),)
    assert marks.refused == []


def test_what_nothing_was_replaced_in_needs_none_until_something_is(site: Site) -> None:
    marks = site.marks()
    empty, typed = Former("http_sys", "[::]:443", kind="ipport"), Former("cmdlets", "Default", site.old)
    marks.keep({site.new: [empty]})
    assert (site.server.programs.ran, marks.of(site.new), marks.take_away([])) == ([], (empty,), TakenAway())
    marks.keep({site.new: [typed]})
    marks.keep({site.new: [typed]})
    assert site.written == {site.new: encoded([empty, typed])}
    assert len(site.server.programs.ran) == 1


def test_what_a_place_names_now_counts_and_the_other_places_stay(site: Site) -> None:
    typed = Former("cmdlets", "Default", site.old)
    site.leave(site.new, bound(site.old), typed)
    marks = site.marks()
    marks.keep({site.new: [bound(site.other)]})
    assert marks.of(site.new) == (bound(site.other), typed)
    assert site.written == {site.new: encoded([bound(site.other), typed])}


def test_what_is_kept_next_goes_along(site: Site) -> None:
    typed, marks = Former("cmdlets", "Default", site.old), site.marks()
    bind = FileProgram(["netsh", "http", "delete", "sslcert", f"ipport={EVERYWHERE}"])
    marks.expect({site.new: [typed]})
    marks.keep({site.new: [bound(site.old)]}, [bind])
    marks.keep({site.new: [typed]})
    assert site.written == {site.new: encoded([bound(site.old), typed])}
    assert [words[0] for words in site.server.programs.ran] == ["reg", "netsh"]
    marks.expect({site.other: [typed]})
    marks.keep({site.other: [typed]})  # nothing was bound before
    assert site.written[site.other] == encoded([typed])


def test_a_mark_alone_has_marks_alone_read_along(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    host, read = reading_until_run(site.server.host, [Branch("SOFTWARE\\Other"), MARKED]), []
    run = site.server.files.run

    def noted(*told: Any, then: Any, **more: Any) -> Any:
        read.append(then.lines_ahead())
        return run(*told, then=then, **more)

    monkeypatch.setattr(site.server.files, "run", noted)
    monkeypatch.setattr(site.server.registry, "lines", lambda asked: tuple(one.key for one in asked))
    marks = ServerMarks(host, NOW)
    marks.look()
    host.registry.forget()  # as after a script of PowerShell
    marks.keep({site.new: [bound(site.old)]})
    marks.keep({site.other: [bound(site.old)]}, [FileProgram(["netsh", "http", "delete", "sslcert", "ipport=x"])])
    assert (read, marks.refused) == ([(KEY,), ("SOFTWARE\\Other", KEY)], [])


def test_a_mark_is_read_back(site: Site) -> None:
    site.server.programs.handlers["reg"] = lambda words: (0, "Xyzzy\r\n")
    marks = site.marks()
    marks.keep({site.new: [bound(site.old)]})
    assert marks.refused == ["reg add said: Xyzzy"]


def test_a_place_that_was_cut_off_within_its_change_keeps_what_it_named_before_that(site: Site) -> None:
    """It names nothing by now, and the mark is the only thing that knows."""
    site.leave(site.new, bound(site.old))
    marks = site.marks()
    marks.keep({site.new: [bound("")]})
    assert marks.of(site.new) == (bound(site.old),)
    assert site.written == {site.new: encoded([bound(site.old)])}


def test_a_program_that_does_not_come_back_stops_no_assignment(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    def hanging(*_jobs: Any, **_options: Any) -> Any:
        raise RolloutError("reg.exe did not end", where="ocssrv01")

    monkeypatch.setattr(site.server.host.files, "run", hanging)
    marks = site.marks()
    assert marks.keep({site.new: [bound(site.old)]}) == ()
    assert marks.refused == ["reg add: ocssrv01: reg.exe did not end"]
    with pytest.raises(RolloutError, match="did not end"):
        marks.keep({site.other: [bound(site.old)]}, [FileProgram(["netsh"])])


def test_behind_one_that_was_never_proved_is_what_served_before_it(site: Site) -> None:
    site.leave(site.new, bound(site.old))
    marks = site.marks()
    marks.keep({site.other: [bound(site.new)]})
    assert marks.of(site.other) == (bound(site.old),)
    left = marks.judged({site.other: HTTP}, all_held=True)
    assert [(one.name, one.why) for one in left] == [(site.new, "")]
    marks.take_away([one.name for one in left])
    assert site.written == {}


def test_what_the_server_has_not_any_more_is_not_gone_back_to(site: Site) -> None:
    """The one that was never proved is better than none."""
    site.leave(site.new, bound("AB" * 20))
    marks = site.marks()
    marks.keep({site.other: [bound(site.new)]})
    assert marks.of(site.other) == (bound(site.new),)


def test_one_that_cannot_be_written_is_told_and_stops_nothing(site: Site) -> None:
    site.server.programs.handlers["reg"] = lambda words: (1, "Xyzzy\r\n")
    marks, bind = site.marks(), ["netsh", "http", "delete", "sslcert", f"ipport={EVERYWHERE}"]
    marks.keep({site.new: [bound(site.old)]}, [FileProgram(bind)])
    assert marks.refused == ["reg add said: Xyzzy"] and site.server.programs.ran[-1] == bind
    assert marks.take_away([]) == TakenAway() and len(site.server.programs.ran) == 2
    marks.keep({site.new: [Former("cmdlets", "x;y", site.old)]})
    assert marks.refused[1:] == ["it names a place or a certificate in a form that none has"]


def test_one_that_cannot_be_read_back_is_not_told_as_refused(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    def unreadable(host: Any) -> Any:
        raise RolloutError("a key there cannot be read")

    marks = site.marks()
    marks.look()
    monkeypatch.setattr(marking, "read_marks", unreadable)
    marks.keep({site.new: [bound(site.old)]})
    assert marks.refused == ["it was written, and could not be read back: a key there cannot be read"]


def test_one_that_was_left_is_followed(site: Site) -> None:
    site.leave(site.new, bound(site.old))
    assert site.judged(site.new) == [(site.new, "")]
    assert site.marks().of(site.new) == (bound(site.old),)


def test_why_one_is_not_followed(site: Site) -> None:
    another_way = "this run does not assign the certificate in the way in which that was done then"
    site.leave(site.new, bound(site.old))
    assert site.judged(site.new, frozenset({"cmdlets"})) == [(site.new, another_way)]
    another = "the certificate that was assigned then is not the one that is now"
    assert site.judged(site.other) == [(site.new, another)]
    assert site.judged(site.other, all_held=False) == []
    site.leave(site.new, bound("AB" * 20))
    gone = f"the former certificate of {EVERYWHERE} is not in the store MY any more"
    assert site.judged(site.new) == [(site.new, gone)]
    site.leave(site.new, Former("http_sys", EVERYWHERE, site.old, "ipport", "WebHosting"))
    assert site.judged(site.new) == [(site.new, gone.replace("MY", "WebHosting"))]
    site.leave(site.new, bound(site.old))
    http_sys.bind(site.server.host, EVERYWHERE, site.other)
    assert site.judged(site.new) == [(site.new, f"the binding of {EVERYWHERE} names another certificate by now")]
    site.leave(site.new, value="x")
    ((name, why),) = site.judged(site.new)
    assert name == site.new and why.startswith("no run of this collection wrote it so: ")
    assert site.judged(site.other, all_held=False) == [(name, why)]


def test_of_ocs_one_is_found_by_issuer_and_number(site: Site) -> None:
    parsed = read(OLD)
    number = parsed.serial_number
    for order in ("little", "big"):
        serial = number.to_bytes((number.bit_length() + 7) // 8, order).hex()
        site.leave(site.new, Former("wmi", "MSFT_SIPRoutingSetting {1}", issuer=parsed.issuer_der.hex(), serial=serial))
        assert site.judged(site.new, frozenset({"wmi"})) == [(site.new, "")]
        assert named_by(read_marks(site.server.host), parsed) == "the mark of a run that was cut off"
        assert named_by(read_marks(site.server.host), read(NEW)) == ""
    site.leave(site.new, Former("wmi", "MSFT_SIPRoutingSetting {1}", issuer="3000", serial="4a"))
    ((_name, why),) = site.judged(site.new, frozenset({"wmi"}))
    assert why == "the former certificate of MSFT_SIPRoutingSetting {1} is not in the store MY any more"


def test_one_that_a_mark_names_is_known(site: Site) -> None:
    site.leave(site.new, bound(site.old))
    marks = read_marks(site.server.host)
    assert [bool(named_by(marks, read(one))) for one in (OLD, NEW, OTHER)] == [True, False, False]
    site.leave(site.other, value="x")
    assert "cannot be read" in named_by(read_marks(site.server.host), read(NEW))


def test_taken_away_all_at_once_or_one_alone(site: Site) -> None:
    site.leave(site.new, bound(site.old))
    site.leave(site.other, value="x")
    assert site.marks().take_away([site.other]) == TakenAway() and list(site.written) == [site.new]
    assert site.server.programs.ran == [["reg", "delete", f"HKLM\\{KEY}\\{site.other}", "/f"]]
    marks = site.marks()
    marks.keep({site.other: [bound(site.old)]})
    assert marks.take_away([site.new]) == TakenAway() and site.written == {}
    assert site.server.programs.ran[-1] == ["reg", "delete", f"HKLM\\{KEY}", "/f"]


def test_one_whose_name_no_command_line_carries_stays_and_the_others_go(site: Site) -> None:
    site.leave('x" & calc & "', value="x")
    site.leave(site.other, value="x")
    site.leave(site.new, bound(site.old))
    marks = site.marks()
    assert marks.take_away(['x" & calc & "', site.other]) == TakenAway(frozenset({'x" & calc & "'}))
    assert set(site.written) == {'x" & calc & "', site.new} and len(site.server.programs.ran) == 1
    (told,) = marks.refused
    assert told.startswith("the key 'x\" & calc & \"' is to be deleted by hand: ")
    # All of them at once.
    assert site.marks().take_away(['x" & calc & "', site.new]) == TakenAway() and site.written == {}


def test_one_that_expired_is_not_gone_back_to(site: Site) -> None:
    late = ServerMarks(site.server.host, NOW + timedelta(days=6))
    site.leave(site.new, bound(site.old))
    ((name, why),) = [(one.name, one.why) for one in late.judged({site.new: HTTP}, all_held=True)]
    assert (name, why) == (
        site.new,
        f"the former certificate of {EVERYWHERE} expired on {timestamp(read(OLD).not_after)}",
    )
    late.keep({site.other: [bound(site.new)]})
    assert late.of(site.other) == (bound(site.new),)


def test_one_that_stays_is_told(site: Site) -> None:
    site.leave(site.new, bound(site.old))
    site.server.programs.handlers["reg"] = lambda words: (1, "Xyzzy")
    marks = site.marks()
    assert marks.take_away([site.new]) == TakenAway(stays=frozenset({site.new}))
    assert marks.refused == ["reg delete said: Xyzzy"]


@pytest.mark.parametrize("deletes", [True, False])
def test_one_that_cannot_be_looked_for_is_not_known_to_be_gone_or_there(
    site: Site, monkeypatch: pytest.MonkeyPatch, deletes: bool
) -> None:
    site.leave(site.new, bound(site.old))
    site.leave('x" & calc & "', value="x")
    site.leave(site.other, value="x")
    marks = site.marks()
    assert len(marks.look()) == 3
    if not deletes:
        site.server.programs.handlers["reg"] = raising(RolloutError("Plugh"))
    monkeypatch.setattr(site.server.registry, "branches", raising(RolloutError("denied")))
    told = marks.take_away([site.new, 'x" & calc & "'])
    assert told == TakenAway(stays=frozenset({'x" & calc & "'}), unknown=frozenset({site.new}))
    assert marks.refused[1:] == [
        f"reg delete said: {'Xyzzy' if deletes else 'Plugh'}; whether the marks are gone cannot be read: denied. See"
        r" on the server what reg query HKLM\SOFTWARE\ucops.rollout /s shows"
    ]
    assert (site.new in site.written) is not deletes


def test_a_delete_whose_answer_is_lost_is_seen_to_have_done_its_work(site: Site) -> None:
    site.leave(site.new, bound(site.old))
    reg = site.server.programs.handlers["reg"]

    def lost(words: list[str]) -> tuple[int, str]:
        reg(words)
        raise RolloutError("its answer is lost")

    site.server.programs.handlers["reg"] = lost
    marks = site.marks()
    assert (marks.take_away([site.new]), marks.refused, site.written) == (TakenAway(), [], {})


def test_a_host_that_is_gone_ends_it(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    site.leave(site.new, bound(site.old))
    marks = site.marks()
    marks.look()
    monkeypatch.setattr(site.server.registry, "branches", raising(HostUnreachable("gone")))
    with pytest.raises(HostUnreachable):
        marks.take_away([site.new])


def raising(error: RolloutError) -> Any:
    def fail(*arguments: Any) -> Any:
        raise error

    return fail


def test_what_cannot_be_read_is_told_once_and_a_lost_host_ends_it(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[Any] = []

    def failing(error: RolloutError) -> Any:
        def branches(branch: Any) -> Any:
            asked.append(branch)
            raise error

        return branches

    monkeypatch.setattr(site.server.registry, "branches", failing(RolloutError("denied")))
    marks = site.marks()
    assert (marks.look(), marks.look(), marks.unread, len(asked)) == ((), (), "denied", 1)
    monkeypatch.setattr(site.server.registry, "branches", failing(HostUnreachable("gone")))
    with pytest.raises(HostUnreachable):
        site.marks().look()
