"""A controller that is killed at any of its requests, as kill -9 does: the next run ends with one of everything.

Nothing of the killed run reaches a host any more, no clean-up either. In one process the steps of the role are killed
at each request, before its effect and after; ansible-playbook itself is killed at some.
"""

from __future__ import annotations

import contextlib
import os
import re
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from actionkit import Killed, Pool, Wire
from languagekit import LANGUAGES, begin, each_host_in_every_language, in_every_language
from sitekit import BY_COMMAND, Site

from ansible_collections.ucops.rollout.plugins.plugin_utils.assigning.proving import NotProved
from ansible_collections.ucops.rollout.plugins.plugin_utils.deploying.proof import Proof
from ansible_collections.ucops.rollout.plugins.plugin_utils.winrm import claim
from lab.client import RunningEstate
from lab.roles.http_sys import BINDINGS

from .test_after_trouble import kill_at
from .test_faults_of_a_rollout import TYPES, left

pytestmark = pytest.mark.slow

EVERY = bool(os.environ.get("UCOPS_EVERY_REQUEST"))
# Every n-th request is tried from each of the starts; `make nightly` begins at all of them.
STEP = 29
STARTS = range(1, STEP + 1) if EVERY else (11,)
SERVER = "fe02"
OF_PLAYBOOK = [("ocssrv01", at) for at in (range(2, 50) if EVERY else (12, 36))]
OF_PLAYBOOK += [("ca01", at) for at in (range(2, 24) if EVERY else (14,))]


@pytest.fixture(autouse=True)
def _impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """A claim of a run that is gone is given up after five minutes; no program of the lab takes three seconds."""
    monkeypatch.setattr(claim, "LONGEST_STEP", 3.0)
    monkeypatch.setattr(claim, "_POLL", 0.2)


@pytest.fixture
def ended() -> int:
    """The number of a process that is gone: files of ours are known by their process."""
    with subprocess.Popen(["true"]) as process:
        return process.pid


def killed(site: Pool, wire: Wire, work: dict[str, Any], process: int) -> bool:
    """Whether the run was killed; False where it came to its end before."""
    site.wire = wire
    with pytest.MonkeyPatch.context() as another, contextlib.suppress(Killed):
        another.setattr("os.getpid", lambda: process)
        site.bring(SERVER, work)
    site.wire = Wire()
    return wire.dead


def assert_one_of_everything(estate: RunningEstate, told: str) -> None:
    state = estate.state()
    requests = state["hosts"]["ca01"]["ca"]["requests"]
    assert len(requests) == 1, told
    host = state["hosts"][SERVER]
    assert without_claims(left(host)) == {"keys": 1, "my": 1, "request": 0, "files": []}, told
    assert without_claims(left(state["hosts"]["ca01"]))["files"] == [], told
    assert sorted(host["cs_server"]["assigned"]) == TYPES, told
    assert {one["thumbprint"] for one in host["cs_server"]["assigned"].values()} == thumbprints(host), told


def without_claims(found: dict[str, Any]) -> dict[str, Any]:
    """The claim of a run that is gone stays until the next that needs it, which waits for it for five minutes."""
    return {**found, "files": [path for path in found["files"] if "ucops-claim" not in path]}


def thumbprints(host: dict[str, Any]) -> set[str]:
    """What the machine's own store holds."""
    own = "\\systemcertificates\\my\\certificates\\"
    return {key.rpartition("\\")[2].upper() for key in host["registry"] if own in key.casefold()}


@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
@pytest.mark.parametrize("start", STARTS)
def test_the_next_run_ends_with_one_of_everything(tmp_path: Path, start: int, after: bool, ended: int) -> None:
    at, alive = start, True
    while alive:
        told = f"killed {'after' if after else 'before'} request {at}"
        language = LANGUAGES[(at // STEP + 2 * after) % len(LANGUAGES)]
        with begin("sfb2019", tmp_path / str(at), language) as estate:
            site = Pool(estate)
            work = site.works()[SERVER]
            alive = killed(site, Wire(at, after=after), work, ended)
            assert alive or at > start, "the run has fewer requests than any is killed at"
            site.bring(SERVER, work)
            assert_one_of_everything(estate, told)
            state = estate.state()
            assert site.bring(SERVER, work) is False, told
            assert estate.state() == state, told
        at += STEP


@each_host_in_every_language
@pytest.mark.parametrize(("host", "at"), OF_PLAYBOOK)
def test_a_playbook_that_is_killed(site: Site, host: str, at: int) -> None:
    before = requests_to(site, host)
    site.estate.fault(host, "delay", at=at, after=True, seconds=1000)
    kill_at(site, "deploy_pool", lambda: requests_to(site, host) >= before + at)
    site.estate.clear_faults()
    time.sleep(1)  # what a program of the killed run still does
    give_claims_back(site)
    finished = site.play("deploy_pool", timeout=600)
    assert finished.code == 0, finished.output
    hosts = site.state()["hosts"]
    assert len(hosts["ca01"]["ca"]["requests"]) == 2
    for name in ("ocssrv01", "ocssrv02"):
        assert without_claims(left(hosts[name])) == {"keys": 1, "my": 1, "request": 0, "files": []}, name
        assert hosts[name]["front_end"]["serving"], name
    again = site.play("deploy_pool")
    assert (again.code, again.total("changed")) == (0, 0), again.output


def give_claims_back(site: Site) -> None:
    """As a person does who does not want to wait for five minutes."""
    for name, host in site.state()["hosts"].items():
        found = (re.match(r".*\\ucops-claim-[a-z]+", path) for path in host["files"])
        for folder in {one[0] for one in found if one}:
            site.command(name, f'rmdir /s /q "{folder}"')


# --- between an assignment and its proof -----------------------------------------------------------------------------

MARKS = "SOFTWARE\\ucops.rollout"
COMMAND = ("C:\\Site\\AssignFrontEnd.exe", "/thumbprint:{thumbprint}")
# By the way in which the service gets its certificate: the estate, its server and role, and the options.
WAYS: dict[str, tuple[str, str, str, dict[str, Any]]] = {
    "command": ("origin", "ocssrv01", "front_end", {"front_end": "command", "front_end_command": COMMAND}),
    "wmi": ("origin", "ocssrv01", "front_end", {"ocs": "wmi"}),
    "cmdlets": ("sfb2019", SERVER, "cs_server", {}),
}


class Cut:
    """A server whose certificate was replaced by a run that was killed before its proof."""

    def __init__(self, site: Pool, way: str) -> None:
        self.site = site
        _estate, self.server, self.role, more = WAYS[way]
        self.options = {"start_services": True, "prove_wait": 2.0, **more}
        self.work = site.works()[self.server]
        self.bring()
        self.old = self.serving
        assert self.old and self.marks == []

    def bring(self, **more: Any) -> bool:
        return self.site.bring(self.server, self.work, **{**self.options, **more})

    def cut(self, monkeypatch: pytest.MonkeyPatch) -> str:
        """Returns the new certificate."""

        def killed(proof: Any) -> None:
            self.site.wire.dead = True
            raise Killed

        time.sleep(1.1)  # of two certificates the newest serves, by the second
        with monkeypatch.context() as patched, pytest.raises(Killed):
            patched.setattr(Proof, "prove", killed)
            self.bring(renew=(self.old,))
        self.site.wire = Wire()
        (new,) = self.marks
        assert new != self.old and self.assigned == {new}
        return new

    @property
    def state(self) -> dict[str, Any]:
        found: dict[str, Any] = self.site.estate.state()["hosts"][self.server]
        return found

    @property
    def marks(self) -> list[str]:
        return [key[len(MARKS) + 1 :] for key in self.state["registry"] if key.startswith(f"{MARKS}\\")]

    @property
    def serving(self) -> str:
        """What the service shows on its port."""
        told = self.state[self.role]["serving"]
        return str(told if isinstance(told, str) else next((told[one] for one in told if one.endswith(":5061")), ""))

    @property
    def assigned(self) -> set[str]:
        """What all places of the certificate name."""
        held, registry = self.state[self.role]["assigned"], self.state["registry"]
        of_service = {held} if isinstance(held, str) else {one["thumbprint"] for one in held.values()}
        bound = registry.get(f"{BINDINGS}\\0.0.0.0:443", {}).get("SslCertHash", [0, ""])[1]
        return of_service | {bound.upper()}


@contextlib.contextmanager
def cut_off(folder: Path, way: str, language: str) -> Iterator[Cut]:
    overrides = BY_COMMAND if way == "command" else {}
    with begin(WAYS[way][0], folder, language, overrides) as running:
        yield Cut(Pool(running), way)


@in_every_language
@pytest.mark.parametrize("way", WAYS)
def test_what_serves_stays(tmp_path: Path, way: str, language: str, monkeypatch: pytest.MonkeyPatch) -> None:
    with cut_off(tmp_path, way, language) as one:
        new = one.cut(monkeypatch)
        assert one.bring() is True
        assert (one.serving, one.assigned, one.marks) == (new, {new}, [])
        assert MARKS not in one.state["registry"]
        state = one.site.estate.state()
        assert one.bring() is False and one.site.estate.state() == state


@in_every_language
@pytest.mark.parametrize("way", WAYS)
def test_what_does_not_serve_gives_way_to_the_former(
    tmp_path: Path, way: str, language: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    with cut_off(tmp_path, way, language) as one:
        one.site.estate.order(one.role, one.server, "deny_keys", but=[one.old])
        new = one.cut(monkeypatch)
        assert one.serving == ""
        with pytest.raises(NotProved, match=f"{new} does not serve: .* the former certificate is assigned again"):
            one.bring()
        assert (one.serving, one.assigned, one.marks) == (one.old, {one.old}, [])


class AtPut(Wire):
    """Killed at the first of OCS's WMI instances that is put."""

    def carrying(self, send: Callable[..., Any]) -> Callable[..., Any]:
        sending = super().carrying(send)

        def looking(*message: Any) -> Any:
            if not self.at and "transfer/Put" in str(message[0]):
                self.at = self.sent + 1
            return sending(*message)

        return looking


@in_every_language
@pytest.mark.parametrize("serves", [True, False])
@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
def test_what_is_bound_and_not_yet_in_ocs_is_finished_or_brought_back(
    tmp_path: Path, language: str, after: bool, serves: bool
) -> None:
    with cut_off(tmp_path, "wmi", language) as one:
        if not serves:
            one.site.estate.order(one.role, one.server, "deny_keys", but=[one.old])
        time.sleep(1.1)  # of two certificates the newest serves, by the second
        one.site.wire = AtPut(after=after)
        with pytest.raises(Killed):
            one.bring(renew=(one.old,))
        one.site.wire = Wire()
        (new,) = one.marks
        assert one.assigned == ({new} if after else {one.old, new}) and one.serving == one.old
        if serves:
            assert one.bring() is True
            assert (one.serving, one.assigned, one.marks) == (new, {new}, [])
        else:
            with pytest.raises(NotProved, match="the former certificate is assigned again"):
                one.bring()
            assert (one.serving, one.assigned, one.marks) == (one.old, {one.old}, [])


@in_every_language
def test_a_former_one_that_is_gone_is_told_and_nothing_is_touched(
    tmp_path: Path, language: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    with cut_off(tmp_path, "command", language) as one:
        new = one.cut(monkeypatch)
        with one.site.host(one.server) as host:
            assert host.programs.run(["certutil", "-delstore", "my", one.old]).exit_code == 0
        assert one.bring() is True
        assert (one.serving, one.assigned, one.marks) == (new, {new}, [])
        assert one.bring() is False


def requests_to(site: Site, host: str) -> int:
    return sum(one["requests"] for name, one in site.estate.counters().items() if name.partition(".")[0] == host)
