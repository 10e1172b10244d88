"""A server's certificates are brought to the plan in few tasks; what fails tells what was done before it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from unit.certificate_steps import issued_for, snapshot
from unit.fakes_windows import PEM, authority, certificate, planned
from unit.server_sites import ID, WEB, Site, work

from ansible_collections.ucops.rollout.plugins.module_utils.errors import RolloutError
from ansible_collections.ucops.rollout.plugins.module_utils.model import certificate_from_plain
from ansible_collections.ucops.rollout.plugins.module_utils.plan.server_work import CertificateWork, ServerWork
from ansible_collections.ucops.rollout.plugins.module_utils.report.sharing import KeyTurn
from ansible_collections.ucops.rollout.plugins.plugin_utils.certificates.offline import OfflineAuthority
from ansible_collections.ucops.rollout.plugins.plugin_utils.deploying import deploy as deploying
from ansible_collections.ucops.rollout.plugins.plugin_utils.deploying.deploy import lacking_requests, make_requests

OTHER = "ocssrv01.company.local/web"


def two() -> ServerWork:
    """The planned certificate and another one with a further name."""
    names = [*planned()["subject_alternative_names"], "more.company.local"]
    further = certificate_from_plain(planned(id=OTHER, use="web", subject_alternative_names=names))
    first = work(WEB).certificates[0]
    return ServerWork(work().fqdn, (first, CertificateWork(further, (), "ca01", offline=False)), ())


def test_from_nothing_to_the_plan_and_no_further() -> None:
    site = Site()
    done = site.deploy(site.issued())
    thumbprint = done["certificates"][ID]["thumbprint"]
    assert site.server.listed("MY") == [thumbprint] and site.server.listed("REQUEST") == []
    assert (done["changed"], done["certificates"][ID]["binding"]["state"]) == (True, "bound")
    assert [one["thumbprint"] for one in done["held"]["certificates"]] == [thumbprint]
    assert site.ca.issuer.thumbprint in done["held"]["root_thumbprints"]
    again = site.deploy(site.survey().steps.of)
    assert (again["changed"], again["certificates"][ID]["binding"]["changed"]) == (False, False)


def test_an_authority_of_a_peer_is_brought_along() -> None:
    site, root = Site(), authority("Other Root", number=124)
    issuing = authority("Other CA", root, number=125)
    above = {"ca01": [site.ca.issuer.pem], "ca02": [issuing.pem, root.pem]}
    site.server.put("Root", root.certificate)
    done = site.deploy(site.issued(), above=above)["certificates"][ID]
    assert [one["subject"] for one in done["authorities"]["changes"]] == ["CN=Other CA"]
    assert site.server.listed("CA") == [issuing.thumbprint]
    again = site.deploy(site.survey().steps.of, above=above)
    assert (again["changed"], again["certificates"][ID]["authorities"]["changes"]) == (False, [])
    further = authority("Another CA", root, number=126)
    above["ca02"] = [further.pem, root.pem]
    told = site.deploy(site.survey().steps.of, above=above, check_mode=True)["certificates"][ID]["authorities"]
    assert [one["subject"] for one in told["changes"]] == ["CN=Another CA"]
    assert site.server.listed("CA") == [issuing.thumbprint]


def test_all_keys_are_made_under_one_claim(monkeypatch: pytest.MonkeyPatch) -> None:
    site, given = Site(two()), []
    files = site.server.files
    give_back = files.give_back

    def seen(*ends: str) -> None:
        given.append(len(site.server.programs.ran))
        give_back(*ends)

    monkeypatch.setattr(files, "give_back", seen)
    made = make_requests(site.server.host, site.wanted({})).of
    assert {id: one["request"]["state"] for id, one in made.items()} == {ID: "created", OTHER: "created"}
    assert (files.claimed, files.claims, len(site.server.listed("REQUEST"))) == (["certificates"], {}, 2)
    assert given == [2]  # with the last of the two
    again = make_requests(site.server.host, site.wanted(site.survey().steps.of)).of
    assert {id: one["request"]["state"] for id, one in again.items()} == {ID: "outstanding", OTHER: "outstanding"}
    assert (files.claimed, len(site.server.listed("REQUEST"))) == (["certificates"], 2)


def test_which_certificates_a_server_asks_for_itself() -> None:
    site = Site(two())

    def asked(**more: Any) -> list[str]:
        found = {ID: {"request": {"state": "held"}}}
        return [job.certificate.id for job in lacking_requests(site.wanted(found, **more))]

    assert asked() == [OTHER]
    assert asked(turns={OTHER: KeyTurn(False, "ocssrv02")}) == []
    assert asked(turns={OTHER: KeyTurn(True)}) == [OTHER]
    site.options = site.options.__class__(obtain=False)
    assert asked() == []


def test_what_fails_carries_what_was_done_before_it() -> None:
    site = Site(two())
    site.server.request_names = ["wrong.company.local"]
    with pytest.raises(RolloutError) as caught:
        make_requests(site.server.host, site.wanted({ID: {"request": {"state": "held"}}}))
    told = caught.value.result["certificates"]
    assert list(told) == [OTHER] and told[OTHER]["request"]["failed"]
    site = Site(two())
    found = site.requests()
    found[ID]["issue"] = issued_for(site.ca, found[ID]["request"])
    found[OTHER]["issue"] = {"failed": True, "msg": "the CA refused request 7"}
    with pytest.raises(RolloutError, match="the CA refused request 7") as caught:
        site.deploy(found)
    done = caught.value.result["certificates"]
    assert (done[ID]["install"]["state"], done[ID]["binding"]["state"]) == ("installed", "bound")
    assert (caught.value.result["changed"], done[OTHER]["thumbprint"]) == (True, None)


def test_a_request_that_waits_for_an_officer_is_told() -> None:
    site = Site()
    site.ca.decision = 9
    done = site.deploy(site.issued())["certificates"][ID]
    assert "binding" not in done and done["thumbprint"] is None
    assert done["waiting"] == done["issue"]["message"] and "request 1" in done["waiting"]


def test_the_key_of_a_revoked_certificate_is_given_up_and_the_next_run_makes_another() -> None:
    site = Site()
    site.requests()
    revoked = {"failed": True, "state": "revoked", "request_id": 7, "msg": "it was revoked"}
    found = site.survey().steps.of
    key = found[ID]["request"]["public_key"]
    found[ID]["issue"] = revoked
    with pytest.raises(
        RolloutError, match=r"\(request 7\) was revoked at the CA\. The key is to be given up"
    ) as caught:
        site.deploy(found, check_mode=True)
    assert len(site.server.listed("REQUEST")) == 1
    with pytest.raises(
        RolloutError, match="was given up, and is not in the store REQUEST any more. Run again"
    ) as caught:
        site.deploy(found)
    told = caught.value.result["certificates"][ID]["request"]
    assert [(one["verb"], one["what"]) for one in told["changes"]] == [("delete", "waiting request and key removed")]
    assert (told["state"], site.server.listed("REQUEST")) == ("given_up", [])
    anew = site.requests()[ID]["request"]
    assert anew["state"] == "created" and anew["public_key"] != key


def test_nothing_is_assigned_that_was_not_asked_for() -> None:
    site = Site()
    with pytest.raises(RolloutError, match=f"certificate {ID}: the CA was not asked"):
        site.deploy(site.requests())
    site.options = site.options.__class__(obtain=False)
    with pytest.raises(RolloutError, match="ocssrv01.company.local holds no certificate that serves as 'default'"):
        site.deploy(site.survey().steps.of)


def test_check_mode_tells_what_would_be_done() -> None:
    site = Site()
    before = snapshot(site.server)
    found = site.survey().steps.of
    done = site.deploy(found, check_mode=True, above={"ca01": [site.ca.issuer.pem]})
    assert snapshot(site.server) == before
    told = done["certificates"][ID]
    assert (told["install"]["state"], told["thumbprint"], told["binding"]["state"]) == (
        "would_install",
        None,
        "would_bind",
    )
    assert [one["what"] for one in told["install"]["changes"]] == [
        "certificate of an authority put into the store Root",
        "certificate installed",
    ]
    assert done["changed"] and len(done["diff"]) == 2


def test_what_people_carry_is_installed_once_it_is_there(tmp_path: Path) -> None:
    site = Site(work(WEB, offline=True), directory=str(tmp_path))
    found = site.requests()
    waiting = site.deploy(found)["certificates"][ID]
    assert (waiting["install"]["state"], waiting["thumbprint"]) == ("waiting", None)
    assert waiting["waiting"].endswith("is to be signed; put the certificate beside it and run again")
    issued = certificate(site.ca.issuer, key=site.server.keys["container-0"]).public_bytes(PEM).decode()
    place = OfflineAuthority(str(tmp_path)).path(site.work.certificates[0].certificate, ".cer")
    Path(place).write_text(issued + site.ca.issuer.pem)
    done = site.deploy(found)["certificates"][ID]
    assert (done["install"]["state"], done["waiting"], done["binding"]["state"]) == ("installed", "", "bound")


def test_a_certificate_that_comes_from_another_server(monkeypatch: pytest.MonkeyPatch) -> None:
    site = Site(work(sharers=("ocssrv02", "ocssrv01")))
    site.options = site.options.__class__(assign=False)
    with pytest.raises(RolloutError, match="nobody has it"):
        site.deploy({}, turns={ID: KeyTurn(False, refusal="nobody has it")})
    waiting = site.deploy({}, turns={ID: KeyTurn(False, "ocssrv02", waiting="it is to come")})
    assert (waiting["certificates"][ID]["waiting"], waiting["changed"]) == ("it is to come", False)
    planned_only = site.deploy({}, turns={ID: KeyTurn(False, "ocssrv02")}, check_mode=True)["certificates"][ID]
    assert planned_only["install"]["changes"][-1]["what"] == "certificate installed with the key of another server"
    brought: list[str] = []

    def export(open_host: Any, sources: Any, *arguments: Any, **more: Any) -> Any:
        brought.extend(sources)
        raise RolloutError("its key may not be exported")

    monkeypatch.setattr(deploying, "export_from_first", export)
    turn = KeyTurn(False, "ocssrv02", "AB" * 20, also=("ocssrv03",))
    with pytest.raises(RolloutError, match="may not be exported") as caught:
        site.deploy({}, turns={ID: turn})
    assert caught.value.result["certificates"][ID]["install"]["failed"]
    assert brought == ["ocssrv02", "ocssrv03"]
