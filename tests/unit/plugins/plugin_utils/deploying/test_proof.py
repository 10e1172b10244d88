"""A server's assignments are proved in the run that made them; where that fails, the steps tell what stands then."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from unit.audits import ID, SERVER, WEB, work
from unit.fakes_windows import DER, NOW, FakeServer, authority, certificate, key_info, planned_certificate

from ansible_collections.ucops.rollout.plugins.module_utils.errors import RolloutError
from ansible_collections.ucops.rollout.plugins.module_utils.proof.tls_wire import Handshake
from ansible_collections.ucops.rollout.plugins.module_utils.values import Thumbprint
from ansible_collections.ucops.rollout.plugins.plugin_utils.assigning import command, http_sys
from ansible_collections.ucops.rollout.plugins.plugin_utils.assigning.former import Former
from ansible_collections.ucops.rollout.plugins.plugin_utils.assigning.marks import KEY, encoded
from ansible_collections.ucops.rollout.plugins.plugin_utils.assigning.proving import NotProved
from ansible_collections.ucops.rollout.plugins.plugin_utils.deploying.assignments import Assigner
from ansible_collections.ucops.rollout.plugins.plugin_utils.deploying.options import DeployOptions
from ansible_collections.ucops.rollout.plugins.plugin_utils.deploying.proof import Proof
from ansible_collections.ucops.rollout.plugins.plugin_utils.deploying.steps import ServerSteps
from ansible_collections.ucops.rollout.plugins.plugin_utils.winrm.faults import HostUnreachable

CA = authority()
OLD, NEW = certificate(CA, days=5), certificate(CA)
EVERYWHERE = "0.0.0.0:443"


class Site:
    """A server whose binding this run has changed; ``shown``: what its port shows."""

    def __init__(self) -> None:
        self.server = FakeServer()
        self.old = self.server.put("MY", OLD, key_info("c1"))
        self.new = self.server.put("MY", NEW, key_info("c2"))
        http_sys.bind(self.server.host, EVERYWHERE, Thumbprint(self.old))
        binding = http_sys.bind(self.server.host, EVERYWHERE, Thumbprint(self.new)).to_result()
        self.steps = ServerSteps()
        self.steps.note(ID, thumbprint=self.new, binding=binding)
        self.shown: Any = NEW

    def proof(self, **options: Any) -> Proof:
        wanted = DeployOptions(prove_wait=0, **options)
        return Proof(self.server.host, Assigner(self.server.host, work(WEB), wanted, self.steps, NOW))

    @property
    def marks(self) -> list[str]:
        """The names of the marks that are on the server."""
        return [key.removeprefix(f"{KEY}\\") for key in self.server.registry.values if key.startswith(KEY)]

    def cut_off(self, former: str, text: str = "") -> None:
        """As a run left it that was cut off: bound and marked, and this one has changed nothing."""
        self.steps.note(ID, binding={"changed": False, "state": "bound", "assigned": [], "former": []})
        value = text or encoded([Former("http_sys", EVERYWHERE, former, "ipport", "MY")])
        self.server.registry.set(f"{KEY}\\{self.new}", "former", value)

    @property
    def mark(self) -> tuple[bool, list[tuple[str, str, str]]]:
        """What became of it: whether something was changed, and the findings."""
        told = self.steps.of[ID]["mark"]
        return told["changed"], [(one["code"], one["where"], one["message"]) for one in told["findings"]]

    @property
    def bound(self) -> str:
        return http_sys.HttpBindings(self.server.host).get(http_sys.BindingPlace("ipport", EVERYWHERE)).thumbprint


@pytest.fixture
def site(monkeypatch: pytest.MonkeyPatch) -> Iterator[Site]:
    found = Site()

    def probe(address: str, port: int, name: str, timeout: float) -> Handshake:
        shown = OLD if found.bound == found.old else found.shown
        return Handshake("ok", (shown.public_bytes(DER),)) if shown else Handshake("broken_off", detail="cut")

    monkeypatch.setattr(command, "probe", probe)
    yield found


def test_proved_and_kept_with_the_steps(site: Site) -> None:
    site.proof().prove()
    assert (site.steps.of[ID]["proof"]["state"], site.bound) == ("proved", site.new)


def test_what_failed_is_back_and_the_steps_tell_what_the_place_names_now(site: Site) -> None:
    site.shown = None
    with pytest.raises(NotProved, match="does not serve"):
        site.proof().prove()
    assert site.bound == site.old
    assert site.steps.of[ID]["binding"]["assigned"] == [
        {"place": EVERYWHERE, "before": site.old, "after": site.old, "state": "not_changed"}
    ]
    assert site.steps.of[ID]["proof"]["state"] == "restored"


def test_an_error_of_another_kind_brings_nothing_back_that_serves(site: Site) -> None:
    with pytest.raises(RolloutError, match="^the CA is gone"), site.proof().brings_back():
        raise RolloutError("the CA is gone")
    assert (site.steps.of[ID]["proof"]["state"], site.bound) == ("proved", site.new)


def test_what_was_assigned_before_something_else_failed_is_back_where_it_does_not_serve(site: Site) -> None:
    site.shown = None
    with pytest.raises(NotProved, match="does not serve"), site.proof().brings_back():
        raise RolloutError("the command failed")
    assert (site.steps.of[ID]["proof"]["state"], site.bound) == ("restored", site.old)


def test_nothing_more_is_asked_of_a_host_that_is_gone(site: Site) -> None:
    site.shown = None
    with pytest.raises(HostUnreachable, match="^gone"), site.proof().brings_back():
        raise HostUnreachable("gone")
    assert "proof" not in site.steps.of[ID]


def test_a_service_that_does_not_come_back_brings_the_former_back(site: Site) -> None:
    site.steps.note(ID, services={"changed": True, "results": [{"failed": True}]})
    with pytest.raises(NotProved, match="does not serve: RTCSRV does not start"), site.proof().brings_back():
        raise RolloutError("RTCSRV does not start")
    assert site.bound == site.old


def test_where_nothing_was_replaced_nothing_is_asked(site: Site) -> None:
    site.shown = None
    binding = {**site.steps.of[ID]["binding"], "former": []}
    site.steps.note(ID, binding=binding)
    site.proof().prove()
    assert "proof" not in site.steps.of[ID]


def test_retired_only_where_the_site_wants_that(site: Site) -> None:
    site.proof().retire()
    assert "retired" not in site.steps.of[ID]
    checked = site.proof(retire="remove")
    replace(checked, assigner=replace(checked.assigner, check_mode=True)).retire()
    (told,) = site.steps.of[ID]["retired"]["retired"]
    assert (told["thumbprint"], told["state"]) == (site.old, "would_remove")


# --- marks ----------------------------------------------------------------------------------------------------------


def said(site: Site, done: str) -> list[tuple[str, str, str]]:
    begun = f"a run that was cut off had assigned the certificate {site.new}, and not proved it yet; "
    return [("assignment-cut-off", SERVER, begun + done)]


def test_what_a_run_assigned_that_was_cut_off_is_proved_and_stays(site: Site) -> None:
    site.cut_off(site.old)
    site.proof().prove()
    assert (site.steps.of[ID]["proof"]["state"], site.bound, site.marks) == ("proved", site.new, [])
    assert site.mark == (True, said(site, "its ports show it now, so it stays"))
    assert site.steps.result()["changed"]


def test_what_it_assigned_and_does_not_serve_gives_way_to_the_former(site: Site) -> None:
    site.cut_off(site.old)
    site.shown = None
    with pytest.raises(NotProved, match="does not serve: .* the former certificate is assigned again: 0.0.0.0:443"):
        site.proof().prove()
    assert (site.steps.of[ID]["proof"]["state"], site.bound, site.marks) == ("restored", site.old, [])
    assert site.mark == (True, said(site, "it does not serve, so the former one is assigned again"))


@pytest.mark.parametrize("serves", [True, False])
def test_its_mark_stays_where_something_else_fails(site: Site, serves: bool) -> None:
    site.cut_off(site.old)
    site.shown = NEW if serves else None
    with pytest.raises(RolloutError), site.proof().brings_back():
        raise RolloutError("the command failed")
    state, bound = ("proved", site.new) if serves else ("restored", site.old)
    assert (site.steps.of[ID]["proof"]["state"], site.bound, site.marks) == (state, bound, [site.new])


def test_a_mark_stays_where_the_former_one_did_not_come_back(site: Site) -> None:
    site.cut_off(site.old)
    site.shown = None
    site.server.refused_hash = site.old
    with pytest.raises(NotProved, match="AND THE FORMER CERTIFICATE IS NOT BACK"):
        site.proof().prove()
    assert site.marks == [site.new]
    changed, ((_code, _where, message),) = site.mark
    assert not changed and message.endswith("the former one is not back: the mark stays for the next run")


def test_a_service_that_breaks_now_brings_back_what_another_run_replaced(site: Site) -> None:
    site.cut_off(site.old)
    site.steps.note(ID, services={"changed": True, "results": [{"failed": True}]})
    with pytest.raises(NotProved, match="does not serve: RTCSRV does not start"), site.proof().brings_back():
        raise RolloutError("RTCSRV does not start")
    assert (site.bound, site.marks) == (site.old, [])


@pytest.mark.parametrize(("former", "text", "why"), [
    ("AB" * 20, "", "the former certificate of 0.0.0.0:443 is not in the store MY any more"),
    ("AB" * 20, "x", "no run of this collection wrote it so: its value is no base64 of JSON"),
])  # fmt: skip
def test_a_mark_that_does_not_fit_is_told_and_touches_nothing(site: Site, former: str, text: str, why: str) -> None:
    site.cut_off(former, text)
    site.shown = None
    site.proof().prove()
    assert ("proof" not in site.steps.of[ID], site.bound, site.marks) == (True, site.new, [])
    message = f"a run that was cut off left a mark of the assignment of {site.new}, which was not followed: {why}."
    told = [("mark-not-followed", SERVER, f"{message} What is assigned was left alone, and the mark is gone")]
    assert site.mark == (True, told)


def test_a_former_one_that_expired_is_not_assigned_again(site: Site) -> None:
    site.cut_off(site.old)
    site.shown = None
    proof = site.proof()
    replace(proof, assigner=replace(proof.assigner, now=NOW + timedelta(days=6))).prove()
    assert ("proof" not in site.steps.of[ID], site.bound, site.marks) == (True, site.new, [])
    ((code, _where, message),) = site.mark[1]
    assert code == "mark-not-followed" and "the former certificate of 0.0.0.0:443 expired on 2" in message


def test_what_is_taken_away_and_what_stays_is_told_of_each(site: Site) -> None:
    site.cut_off(site.old)
    site.server.registry.set(f"{KEY}\\%x%", "former", "x")
    site.server.registry.set(f"{KEY}\\{'AB' * 20}", "former", encoded([Former("cmdlets", "Default", "CD" * 20)]))
    proof = site.proof()
    (job,) = proof.assigner.work.certificates
    waits = replace(job, certificate=planned_certificate(id="other"))
    site.steps.note("other", waiting="it waits")
    replace(proof, assigner=replace(proof.assigner, work=replace(work(WEB), certificates=(job, waits)))).prove()
    assert sorted(site.marks) == ["%x%", "AB" * 20]
    told = {one["code"]: one["message"] for one in site.steps.of[ID]["mark"]["findings"]}
    assert told["mark-not-followed"].endswith("What is assigned was left alone, and the mark stays")
    assert "the key '%x%' is to be deleted by hand: " in told["mark-not-kept"]
    assert [one["before"] for one in site.steps.of[ID]["mark"]["changes"]] == [site.new]


@pytest.mark.parametrize(("former", "done"), [
    ("AB" * 20, "What is assigned was left alone, and whether the mark is gone is not known"),
    ("", "its ports show it now, so it stays"),
])  # fmt: skip
def test_a_mark_that_cannot_be_looked_for_is_told_neither_as_gone_nor_as_there(
    site: Site, former: str, done: str
) -> None:
    site.cut_off(former or site.old)
    proof = site.proof()
    reg = site.server.programs.handlers["reg"]

    def shut(words: Any) -> Any:
        """The registry cannot be read once it was deleted."""
        site.server.registry.branches = refusing
        return reg(words)

    def refusing(asked: Any) -> Any:
        raise RolloutError("denied")

    site.server.programs.handlers["reg"] = shut
    proof.prove()
    told = {one["code"]: one["message"] for one in site.steps.of[ID]["mark"]["findings"]}
    assert sorted(told) == ["mark-not-followed" if former else "assignment-cut-off", "mark-not-kept"]
    assert next(message for code, message in told.items() if code != "mark-not-kept").endswith(done)
    assert (
        "whether the marks are gone cannot be read: denied. See on the server what reg query" in told["mark-not-kept"]
    )
    assert site.mark[0] is False and site.steps.of[ID]["mark"]["changes"] == []


def test_check_mode_looks_at_no_port_and_takes_no_mark_away(site: Site) -> None:
    site.cut_off(site.old)
    site.shown = None
    checked = site.proof()
    replace(checked, assigner=replace(checked.assigner, check_mode=True)).prove()
    assert (site.bound, site.marks, "proof" in site.steps.of[ID]) == (site.new, [site.new], False)
    done = "a run that may change something proves it now, or assigns the former one again"
    assert site.mark == (True, said(site, done))
    (change,) = site.steps.of[ID]["mark"]["changes"]
    assert change["to_do"] == "mark of a run that was cut off to be taken away"


def test_a_run_without_assignments_leaves_marks_alone(site: Site) -> None:
    site.cut_off(site.old)
    site.proof(assign=False).prove()
    assert (site.marks, "mark" in site.steps.of[ID]) == ([site.new], False)


def test_a_mark_is_there_from_the_assignment_to_the_proof(site: Site) -> None:
    http_sys.bind(site.server.host, EVERYWHERE, Thumbprint(site.old))
    proof = site.proof()
    proof.assigner.assign(proof.assigner.work.certificates[0])
    assert (site.bound, site.marks) == (site.new, [site.new])
    proof.prove()
    assert (site.steps.of[ID]["proof"]["state"], site.marks) == ("proved", [])
    assert "mark" not in site.steps.of[ID]


def test_a_server_on_which_none_can_be_written_is_told_of_it(site: Site) -> None:
    http_sys.bind(site.server.host, EVERYWHERE, Thumbprint(site.old))
    site.server.programs.handlers["reg"] = lambda words: (1, "Xyzzy")
    proof = site.proof()
    proof.assigner.assign(proof.assigner.work.certificates[0])
    proof.prove()
    assert (site.bound, site.steps.of[ID]["proof"]["state"]) == (site.new, "proved")
    reason = "the mark of an assignment cannot be read, written or taken away: reg add said: Xyzzy"
    assert site.mark == (False, [("mark-not-kept", SERVER, reason)])
