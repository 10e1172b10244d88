"""One survey tells what a server has and what comes next; it changes nothing, wherever a rollout ended."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from unit.certificate_steps import snapshot
from unit.fakes_windows import NOW, PEM, certificate, key_info, rsa_key
from unit.plugins.plugin_utils.cs.test_ocs_pool import NAMED, POOL, POOLS, ClassesWmi
from unit.server_sites import ID, NAME, WEB, Site, work

from ansible_collections.ucops.rollout.plugins.module_utils.errors import RolloutError
from ansible_collections.ucops.rollout.plugins.module_utils.model import PlannedPool
from ansible_collections.ucops.rollout.plugins.module_utils.values import Thumbprint
from ansible_collections.ucops.rollout.plugins.plugin_utils.assigning.former import Former
from ansible_collections.ucops.rollout.plugins.plugin_utils.assigning.marks import encoded
from ansible_collections.ucops.rollout.plugins.plugin_utils.certificates.offline import OfflineAuthority
from ansible_collections.ucops.rollout.plugins.plugin_utils.deploying import survey as surveying
from ansible_collections.ucops.rollout.plugins.plugin_utils.winrm.faults import HostUnreachable


def test_each_state_of_a_rollout_has_its_next_step() -> None:
    site = Site()
    untouched = snapshot(site.server)
    assert site.survey().next == {ID: "make_key"}
    assert snapshot(site.server) == untouched
    found = site.issued()
    assert site.survey().next == {ID: "look"}
    site.options = site.options.__class__(trusted_roots=site.options.trusted_roots, assign=False)
    thumbprint = site.deploy(found)["certificates"][ID]["thumbprint"]
    site.options = site.options.__class__(trusted_roots=site.options.trusted_roots)
    installed = site.survey()
    assert installed.next == {ID: "assign"}
    assert installed.steps.of[ID]["binding"]["state"] == "would_bind"
    site.deploy(installed.steps.of)
    done = site.survey()
    assert done.next == {}
    assert done.steps.of[ID]["binding"]["state"] == "bound"
    assert (done.steps.of[ID]["thumbprint"], done.steps.result()["changed"]) == (thumbprint, False)
    (held,) = done.held["certificates"]
    assert (held["thumbprint"], held["chain_problem"], len(held["chain"])) == (thumbprint, "", 1)


def test_what_a_run_that_was_cut_off_left_behind_is_a_step(monkeypatch: pytest.MonkeyPatch) -> None:
    site = Site()
    site.deploy(site.issued())
    earlier = certificate(site.ca.issuer, key=rsa_key(7), begin=NOW - timedelta(days=600), days=9)
    site.server.put("MY", earlier, key_info("earlier"))
    assert site.survey().next == {}
    for wanted in ({"retire": "remove"}, {"retire": "archive"}, {"revoke": "superseded"}):
        site.options = replace(site.options, **{"retire": "keep", "revoke": "never", **wanted})
        assert site.survey().next == {ID: "retire"}, wanted
    site.options = replace(site.options, assign=False)
    assert site.survey().next == {}


def test_a_mark_that_a_run_left_is_a_step() -> None:
    site = Site()
    thumbprint = site.deploy(site.issued())["certificates"][ID]["thumbprint"]
    former = certificate(site.ca.issuer, key=rsa_key(7), begin=NOW - timedelta(days=600), days=9)
    old = site.server.put("MY", former, key_info("earlier"))
    place = f"SOFTWARE\\ucops.rollout\\{thumbprint}"
    mark = encoded([Former("http_sys", "0.0.0.0:443", old, "ipport", "MY")])
    site.server.registry.set(place, "former", mark)
    before = snapshot(site.server)
    assert site.survey().next == {ID: "settle"} and snapshot(site.server) == before
    site.options = replace(site.options, retire="remove")
    assert site.survey().next == {ID: "settle"}
    site.options = replace(site.options, retire="keep", assign=False)
    assert site.survey().next == {}
    site.options = replace(site.options, assign=True)
    site.server.registry.set(place, "former", "x")
    assert site.survey().next == {ID: "unmark"}
    del site.server.registry.values[place]
    site.server.registry.set(f"SOFTWARE\\ucops.rollout\\{old}", "former", mark)
    assert site.survey().next == {ID: "unmark"}
    site.deploy(site.survey().steps.of)
    assert site.survey().next == {} and site.survey().warnings == ()


def test_marks_that_cannot_be_read_are_a_warning_and_no_step(monkeypatch: pytest.MonkeyPatch) -> None:
    site = Site()
    site.deploy(site.issued())
    subkeys = site.server.registry.subkeys

    def denied(key: str) -> Any:
        if key == "SOFTWARE\\ucops.rollout":
            raise RolloutError("access to the registry is denied")
        return subkeys(key)

    monkeypatch.setattr(site.server.registry, "subkeys", denied)
    found = site.survey()
    assert found.next == {}
    told = "What a run that was cut off may have left on the server cannot be read: access to the registry is denied"
    assert found.warnings == (told,)


def test_what_is_to_be_renewed_and_is_not_in_the_store() -> None:
    site = Site()
    thumbprint = site.deploy(site.issued())["certificates"][ID]["thumbprint"]
    assert site.survey().to_result()["renew_not_held"] == []
    site.options = replace(site.options, renew=(Thumbprint("AB" * 20), Thumbprint(thumbprint)))
    assert site.survey().to_result()["renew_not_held"] == ["AB" * 20]


def test_what_people_carry_waits_without_a_connection(tmp_path: Path) -> None:
    site = Site(work(WEB, offline=True), directory=str(tmp_path))
    assert site.survey().next == {ID: "make_key"}
    site.requests()
    waiting = site.survey()
    assert waiting.next == {}
    place = OfflineAuthority(str(tmp_path)).place(site.work.certificates[0].certificate)
    assert waiting.steps.of[ID]["waiting"] == f"{place} is to be signed; put the certificate beside it and run again"
    assert waiting.steps.of[ID]["install"]["state"] == "waiting"
    assert waiting.brought == {}
    Path(place).unlink()
    assert site.survey().next == {ID: "submit"}
    Path(place).with_suffix(".cer").write_text("no certificate")
    assert site.survey().next == {ID: "install"}


def test_what_people_have_brought_comes_along(tmp_path: Path) -> None:
    site = Site(work(WEB, offline=True), directory=str(tmp_path))
    site.requests()
    issued = certificate(site.ca.issuer, key=site.server.keys["container-0"]).public_bytes(PEM).decode()
    planned = site.work.certificates[0].certificate
    folder = OfflineAuthority(str(tmp_path))
    Path(folder.path(planned, ".cer")).write_text(issued + site.ca.issuer.pem)
    found = site.survey()
    assert (found.next, found.brought) == ({ID: "install"}, {ID: [issued, site.ca.issuer.pem]})


def test_a_step_that_cannot_be_looked_at_is_left_to_its_task(monkeypatch: pytest.MonkeyPatch) -> None:
    """It then fails where it stands in the order of the work, and tells what was done before it."""
    site = Site()
    site.server.put("MY", site.ca.issuer.certificate)
    for key, values in site.server.registry.values.items():
        if "MY" in key:
            values["Blob"] = b"garbled"
    assert site.survey().next == {ID: "look"}

    def unreachable(*arguments: Any, **more: Any) -> Any:
        raise HostUnreachable("gone")

    monkeypatch.setattr(surveying, "enrol", unreachable)
    with pytest.raises(HostUnreachable):
        site.survey()


def test_a_key_that_servers_share_is_tried(monkeypatch: pytest.MonkeyPatch) -> None:
    def unusable(*arguments: Any) -> None:
        raise RolloutError("the private key cannot be used")

    monkeypatch.setattr(surveying, "use_key", unusable)
    site = Site(assign=False)
    site.deploy(site.issued())
    assert site.survey().next == {}
    site.work = work(sharers=("ocssrv01", "ocssrv02"))
    assert site.survey().next == {ID: "look"}


@pytest.mark.parametrize(("servers", "pools", "domains"), [
    (None, True, True),
    ((NAME,), True, True),
    ((NAME, "other.contoso.com"), True, False),
    (("first.contoso.com", NAME), False, True),
])  # fmt: skip
def test_what_all_front_ends_of_a_pool_have_is_asked_of_one(servers: Any, pools: bool, domains: bool) -> None:
    site, front_ends = Site(), ("first.contoso.com", NAME, "other.contoso.com")
    pool = PlannedPool("pool.contoso.com", "ocs2007", front_ends, (), ("contoso.com",))
    host = replace(site.server.host, wmi=ClassesWmi({POOLS: [POOL], **NAMED}))
    wanted = replace(site.work, pool=pool)
    told = surveying.survey(host, wanted, site.options, compare=True, now=NOW, servers=servers).ocs_pool
    assert (told["pools"] is not None, told["sip_domains"] is not None, told["unread"]) == (pools, domains, [])


def test_where_two_others_tell_it_nothing_is_asked() -> None:
    site, front_ends = Site(), ("first.contoso.com", "other.contoso.com", NAME)
    wanted = replace(site.work, pool=PlannedPool("pool.contoso.com", "ocs2007", front_ends, (), ()))
    found = surveying.survey(site.server.host, wanted, site.options, compare=True, now=NOW, servers=front_ends)
    assert found.ocs_pool == {}
