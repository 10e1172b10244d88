"""The certificates of a server that nobody logs on to: files on the controller, and steps for people."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from unit.certificate_steps import issue_request
from unit.fakes_windows import NOW, FakeServer, planned_certificate
from unit.server_sites import ID, NAME, Site, work

from ansible_collections.ucops.rollout.plugins.module_utils.errors import RolloutError
from ansible_collections.ucops.rollout.plugins.module_utils.plan.server_work import AssignmentWork
from ansible_collections.ucops.rollout.plugins.module_utils.report.sharing import KeyTurn
from ansible_collections.ucops.rollout.plugins.plugin_utils.certificates.enrolling import Enrolling, enrol
from ansible_collections.ucops.rollout.plugins.plugin_utils.certificates.offline import OfflineAuthority
from ansible_collections.ucops.rollout.plugins.plugin_utils.deploying.carried import deploy_files, look_at_files

# Where nothing listens, nothing is asked.
BY_HAND = AssignmentWork("reverse_proxy", "public", 0, "", 0, "by_hand", "www.company.com")


def site(tmp_path: Path, **more: Any) -> Site:
    return Site(work(BY_HAND, **more), directory=str(tmp_path))


def put_request(place: Site) -> None:
    """A person makes key and request; any other server of that name stands in for openssl."""
    made = enrol(Enrolling(FakeServer().host, planned_certificate(), NOW, 30)).request
    assert made is not None
    Path(OfflineAuthority(place.options.directory).place(planned_certificate())).write_text(made.pem)


def test_from_the_first_look_to_the_bundle(tmp_path: Path) -> None:
    place = site(tmp_path)
    found = look_at_files(place.wanted({}, check_mode=True)).of
    assert found[ID]["request"]["state"] == "wanted" and list(tmp_path.iterdir()) == []
    found = look_at_files(place.wanted({})).of
    assert found[ID]["waiting"] == found[ID]["request"]["message"] != ""
    assert [one.suffix for one in tmp_path.iterdir()] == [".cnf"]
    put_request(place)
    found = look_at_files(place.wanted({})).of
    assert (found[ID]["request"]["state"], found[ID]["waiting"]) == ("requested", "")
    issue = issue_request(place.ca, found[ID]["request"]["request"], found[ID]["request"]["public_key"])
    done = deploy_files(place.wanted({ID: {**found[ID], "issue": issue}}))["certificates"][ID]
    assert (done["install"]["state"], done["thumbprint"], done["waiting"]) == ("bundled", issue["thumbprint"], "")
    steps = done["by_hand"]["reverse_proxy:0"]["steps"]
    assert steps[0].startswith(f"Bring {done['request']['bundle']} from this controller to {NAME}")
    # Of one that a root has issued itself, the CA tells once more.
    found = look_at_files(place.wanted({})).of
    again = deploy_files(place.wanted({ID: {**found[ID], "issue": issue}}))
    assert again["changed"] is False


def test_what_the_ca_makes_of_it_is_told(tmp_path: Path) -> None:
    place = site(tmp_path)
    put_request(place)
    found = look_at_files(place.wanted({})).of[ID]
    pending = {"state": "pending", "message": "request 7 waits for an officer"}
    done = deploy_files(place.wanted({ID: {**found, "issue": pending}}))["certificates"][ID]
    assert (done["waiting"], "by_hand" in done) == ("request 7 waits for an officer", False)
    with pytest.raises(RolloutError, match="refused"):
        deploy_files(place.wanted({ID: {**found, "issue": {"failed": True, "msg": "refused"}}}))


def test_without_a_certificate_there_is_none_to_assign(tmp_path: Path) -> None:
    place = site(tmp_path)
    place.options = place.options.__class__(obtain=False, directory=str(tmp_path))
    found = look_at_files(place.wanted({})).of
    assert list(tmp_path.iterdir()) == []
    with pytest.raises(
        RolloutError, match="There is no certificate that serves as 'default' of ocssrv01.company.local"
    ):
        deploy_files(place.wanted(found))


def test_what_servers_share_is_brought_from_one_that_has_it(tmp_path: Path) -> None:
    place = site(tmp_path, sharers=("edge1",))
    assert look_at_files(place.wanted({})).of == {}
    turn = KeyTurn(False, "edge1", "AB" * 20)
    done = deploy_files(place.wanted({}, turns={ID: turn}))["certificates"][ID]
    assert (done["thumbprint"], done["key_from"], done["waiting"]) == ("AB" * 20, "edge1", "")
    assert done["by_hand"]["reverse_proxy:0"]["steps"][0].startswith("On edge1, export the certificate")
    waits = deploy_files(place.wanted({}, turns={ID: KeyTurn(False, "edge1", waiting="it is to come")}))
    assert (waits["certificates"][ID]["waiting"], waits["changed"]) == ("it is to come", False)
    with pytest.raises(RolloutError, match="nobody has it"):
        deploy_files(place.wanted({}, turns={ID: KeyTurn(False, refusal="nobody has it")}))
