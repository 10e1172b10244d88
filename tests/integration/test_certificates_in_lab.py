"""The actions for certificates against the estate, over real WinRM, without a playbook around them."""

from __future__ import annotations

import datetime
import hashlib
import time
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, suppress
from pathlib import Path
from typing import Any

import pytest
from actionkit import Rollout
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from languagekit import LANGUAGES, begin, in_every_language
from sitekit import BY_COMMAND
from unit.fakes_windows import PEM, csr, planned, planned_certificate, rsa_key

from ansible_collections.ucops.rollout.plugins.action import (
    authority_info,
    certificate_assign,
    certificate_info,
    certificate_install,
    certificate_issue,
    certificate_revoke,
    http_binding,
)
from ansible_collections.ucops.rollout.plugins.module_utils.certificates.pem import armour
from ansible_collections.ucops.rollout.plugins.module_utils.errors import RolloutError
from ansible_collections.ucops.rollout.plugins.plugin_utils.certificates.issuing import OfficerPatience
from ansible_collections.ucops.rollout.plugins.plugin_utils.winrm import claim
from lab.client import RunningEstate
from lab.estate import merged

pytestmark = pytest.mark.slow


def servers_without_certificates(
    directory: Path, language: str, *hosts: dict[str, Any]
) -> AbstractContextManager[RunningEstate]:
    """The origin's estate in one language, where no wizard has been yet."""
    return begin("origin", directory, language, merged(BY_COMMAND, {"hosts": list(hosts)} if hosts else {}))


@contextmanager
def rollout(directory: Path, language: str, **ca: Any) -> Iterator[Rollout]:
    hosts = [{"name": "ca01", "ca": ca}] if ca else []
    with servers_without_certificates(directory, language, *hosts) as estate:
        yield Rollout(estate)


@pytest.fixture(params=LANGUAGES)
def site(tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Rollout]:
    with rollout(tmp_path, request.param) as running:
        yield running


def test_from_the_key_to_the_listener(site: Rollout) -> None:
    asked = site.request()
    issued = site.issue(asked)
    name = issued["thumbprint"]
    assert site.install(issued)["thumbprint"] == name
    assert site.run(http_binding, "ocssrv01", thumbprint=name)["changed"] is True
    assert site.run(http_binding, "ocssrv01", thumbprint=name)["changed"] is False
    command = ["C:\\Site\\AssignFrontEnd.exe", "/thumbprint:{thumbprint}"]
    address = site.estate.address("ocssrv01")
    assign = {"certificate": planned(), "thumbprint": name, "address": address, "mode": "command", "command": command}
    # Nothing listens there yet.
    assert site.run(certificate_assign, "ocssrv01", **assign)["state"] == "assigned"
    (held,) = site.run(certificate_info, "ocssrv01", thumbprints=[name])["certificates"]
    assert (held["has_private_key"], held["provider_type"], held["key_length"]) == (True, 12, 2048)
    before = site.estate.state()
    again = site.request()
    assert (again["state"], again["changed"], again["thumbprint"]) == ("held", False, name)
    assert site.install(issued)["changed"] is False
    assert site.estate.state() == before


def large_certificate() -> bytes:
    """A certificate of somebody else, DER, too large as a value of WMI for the envelope of Windows 2008 R2: 7 kB of
    names."""
    key = rsa.generate_private_key(65537, 2048)
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "archive.company.local")])
    many = [x509.DNSName(f"archive-of-the-company-{number:03}.company.local") for number in range(170)]
    start = datetime.datetime.now(datetime.UTC) - datetime.timedelta(days=1)
    builder = x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
    builder = builder.serial_number(1).not_valid_before(start).not_valid_after(start + datetime.timedelta(days=99))
    made = builder.add_extension(x509.SubjectAlternativeName(many), False).sign(key, hashes.SHA256())
    return made.public_bytes(serialization.Encoding.DER)


@in_every_language
@pytest.mark.parametrize(
    ("generation", "tools", "is_read"),
    [
        ("2003", "allowed", True),
        ("2008r2", "allowed", True),
        ("2008r2", "disabled", False),
        ("2012r2", "disabled", True),
    ],
)
def test_a_large_certificate_of_somebody_else_stops_nobody(
    tmp_path: Path, language: str, generation: str, tools: str, is_read: bool
) -> None:
    """Read value by value, where reg query is forbidden, it is more than 2008 R2 sends at once."""
    large = large_certificate()
    assert len(large) > 7000
    name = hashlib.sha1(large).hexdigest().upper()
    host = {"name": "ocssrv01", "generation": generation, "registry_tools": tools}
    with servers_without_certificates(tmp_path, language, host) as estate:
        site = Rollout(estate)
        with site.host("ocssrv01") as host:
            host.files.write("C:\\Windows\\Temp\\large.cer", armour(large, "CERTIFICATE").encode("ascii"))
            for store in ("MY", "CA", "Root"):
                done = host.programs.run(["certutil", "-f", "-addstore", store, "C:\\Windows\\Temp\\large.cer"])
                assert done.exit_code == 0, done.text
        asked = site.request()
        assert asked["state"] == "created"
        (other,) = asked["reasons"]
        assert other["thumbprint"] == name
        too_large = (
            "the value is larger than what the host sends at once over WS-Management. Raise MaxEnvelopeSizekb on the"
            ' host (up to Windows 2008 R2 it is 150, later 500): winrm set winrm/config @{MaxEnvelopeSizekb="500"}'
        )
        assert (other["reasons"] == [too_large]) is not is_read
        issued = site.issue(asked)
        assert site.install(issued)["thumbprint"] == issued["thumbprint"]
        held = site.run(certificate_info, "ocssrv01", chains=True)["certificates"]
        assert {one["thumbprint"] for one in held} == {name, issued["thumbprint"]}
        assert site.request()["state"] == "held"


@in_every_language
@pytest.mark.parametrize("tools", ["allowed", "disabled"])
def test_a_store_that_is_denied_is_not_taken_for_an_empty_one(tmp_path: Path, language: str, tools: str) -> None:
    store = r"SOFTWARE\Microsoft\SystemCertificates\MY\Certificates"
    host = {"name": "ocssrv01", "registry_tools": tools, "registry_denied": [store]}
    with servers_without_certificates(tmp_path, language, host) as estate:
        site = Rollout(estate)
        with site.host("ocssrv01") as one:
            one.files.write("C:\\Windows\\Temp\\other.cer", armour(large_certificate(), "CERTIFICATE").encode("ascii"))
            one.programs.run(["certutil", "-f", "-addstore", "MY", "C:\\Windows\\Temp\\other.cer"])
        with pytest.raises(RolloutError, match="access to the registry is denied"):
            site.request()
        assert "REQUEST" not in str(estate.state()["hosts"]["ocssrv01"]["registry"])  # nothing was begun


def test_a_waiting_key_is_used_again_and_leaves_no_second_stand_in(site: Rollout) -> None:
    asked = site.request()
    before = site.estate.state()["hosts"]["ocssrv01"]
    again = site.request()
    assert (again["state"], again["public_key"]) == ("outstanding", asked["public_key"])
    assert again["request"] is not None
    assert site.estate.state()["hosts"]["ocssrv01"] == before


@in_every_language
def test_pending_approved_and_found_by_its_key(tmp_path: Path, language: str) -> None:
    with rollout(tmp_path, language, request_disposition=2) as site:
        asked = site.request()
        first = site.issue(asked)
        assert (first["state"], first["changed"]) == ("pending", True)
        second = site.issue({"request": None, "public_key": asked["public_key"]})
        assert (second["state"], second["request_id"], second["changed"]) == ("pending", first["request_id"], False)
        site.estate.approve(first["request_id"])
        third = site.issue(site.request())
        assert (third["state"], third["request_id"], third["changed"]) == ("issued", first["request_id"], False)
        assert site.install(third)["state"] == "installed"
        assert len(site.ca()["requests"]) == 1


def test_issued_at_once(site: Rollout) -> None:
    issued = site.issue(site.request())
    (row,) = site.ca()["requests"]
    assert (issued["state"], issued["request_id"]) == ("issued", row["request_id"])
    assert site.install(issued)["state"] == "installed"
    assert site.request()["state"] == "held"


@in_every_language
def test_pending_and_denied_by_an_officer(tmp_path: Path, language: str) -> None:
    with rollout(tmp_path, language, request_disposition=2) as site:
        asked = site.request()
        first = site.issue(asked)
        site.estate.deny(first["request_id"])
        with pytest.raises(RolloutError, match=f"request {first['request_id']} was denied: 0x80094014"):
            site.issue(asked)
        assert len(site.ca()["requests"]) == 1


def test_a_template_that_the_ca_does_not_offer(site: Rollout) -> None:
    plan = planned(template="NoSuchTemplate")
    asked = site.request(certificate=plan)
    with pytest.raises(RolloutError, match="0x80094800: the CA does not offer this template"):
        site.issue(asked, certificate=plan)


@in_every_language
def test_no_right_to_enrol(tmp_path: Path, language: str) -> None:
    templates = {"WebServer": {"supply_in_request": True, "enroll": ["Nobody"]}}
    with rollout(tmp_path, language, templates=templates) as site:
        asked = site.request()
        with pytest.raises(RolloutError, match="0x80094012: the template's permissions"):
            site.issue(asked)


@in_every_language
@pytest.mark.parametrize(
    ("misbehaviour", "reason"),
    [
        ("drop_san", "its subject alternative names lack ocspool.company.local"),
        ("other_key", "it is for another key"),
        ("no_cdp", "it names no CRL distribution point"),
        ("expired", "it expired on"),
    ],
)
def test_a_ca_that_issues_something_else(tmp_path: Path, misbehaviour: str, language: str, reason: str) -> None:
    with rollout(tmp_path, language, misbehave=[misbehaviour]) as site:
        asked = site.request()
        with pytest.raises(RolloutError, match=f"is not what was asked for: .*{reason}.*not installed"):
            site.issue(asked)
        assert site.run(certificate_info, "ocssrv01")["certificates"] == []


@in_every_language
def test_the_flag_that_lets_anybody_be_anybody(tmp_path: Path, language: str) -> None:
    with rollout(tmp_path, language, edit_flags=0x15014E) as site:
        findings = site.issue(site.request())["findings"]
        assert [finding["code"] for finding in findings] == ["ca-names-from-attributes"]


@in_every_language
def test_a_ca_that_signs_as_no_product_takes_it_is_known_before(tmp_path: Path, language: str) -> None:
    host = {"name": "ca01", "ca": {"alternate_signature": True}}
    with servers_without_certificates(tmp_path, language, host) as estate:
        site = Rollout(estate)
        found = site.run(authority_info, "ca01", certificates=(planned_certificate(),))
        assert ([one["code"] for one in found["findings"]], found["serves"]) == (["ca-signs-as-refused"], False)
        assert site.ca()["requests"] == []
        with pytest.raises(RolloutError, match="is signed with rsassa_pss, which the product refuses"):
            site.issue(site.request())


@in_every_language
@pytest.mark.parametrize("type", ["enterprise_root", "standalone_root"])
def test_a_ca_whose_service_is_down_is_known_before(tmp_path: Path, language: str, type: str) -> None:
    with rollout(tmp_path, language, type=type) as site:
        with site.host("ca01") as host:
            host.programs.run(["net", "stop", "CertSvc"])
        with pytest.raises(RolloutError, match="0x800706ba: the CA's service does not answer"):
            site.run(authority_info, "ca01", certificates=(planned_certificate(),))


@in_every_language
def test_a_subordinate_ca_brings_its_chain(tmp_path: Path, language: str) -> None:
    with rollout(tmp_path, language, type="enterprise_subordinate") as site:
        issued = site.issue(site.request())
        assert len(issued["chain"]) == 2
        installed = site.install(issued)
        assert [change["store"] for change in installed["changes"]][-1] == "MY"


@in_every_language
@pytest.mark.parametrize(
    ("trouble", "reached", "issued"),
    [
        ({"match": {"text": "-view"}}, 0, False),
        ({"match": {"text": "certreq -submit"}}, 0, False),
        # Lost for good, with everything that follows.
        ({"match": {"text": "certreq -submit"}, "after": True, "times": 100}, 1, False),
        # Lost once: what became of it is read anew, in the same run.
        ({"match": {"text": "certreq -submit"}, "after": True}, 1, True),
    ],
)
def test_a_lost_connection_never_brings_a_second_certificate(
    tmp_path: Path, language: str, trouble: dict[str, Any], reached: int, issued: bool
) -> None:
    """Lost before, within and after the submission."""
    with rollout(tmp_path, language) as site:
        _lose(site, trouble, reached, issued)


def _lose(site: Rollout, trouble: dict[str, Any], reached: int, issued: bool) -> None:
    asked = site.request()
    if "times" in trouble:
        site.estate.fault("ca01", "drop", **{**trouble, "match": {"text": "certreq -submit"}, "times": 1})
        trouble = {"match": {"text": "rsp:"}, "after": True, "at": 14, "times": 100}
    site.estate.fault("ca01", "drop", **trouble)
    if issued:
        assert site.issue(asked)["state"] == "issued"
    else:
        with pytest.raises(RolloutError):
            site.issue(asked)
    assert len(site.ca()["requests"]) == reached
    site.estate.clear_faults()
    assert site.issue(asked)["state"] == "issued"
    assert len(site.ca()["requests"]) == 1


# Requests of a batch of two to the CA.
OF_A_BATCH = 24


@in_every_language
@pytest.mark.parametrize("times", [1, 100])
@pytest.mark.parametrize("after", [False, True])
def test_a_batch_whose_connection_is_lost_at_any_request_asks_for_nothing_twice(
    tmp_path: Path, language: str, after: bool, times: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """At each request once, and from each on for good."""
    # Windows Server 2008 R2 would soon count too many shells that were left.
    with servers_without_certificates(tmp_path, language, {"name": "ca01", "generation": "2016"}) as estate:
        _lose_at_each_request(Rollout(estate), after, times, monkeypatch)


def _lose_at_each_request(site: Rollout, after: bool, times: int, monkeypatch: pytest.MonkeyPatch) -> None:
    # A claim that a lost run could not give back is taken over after so many seconds.
    monkeypatch.setattr(claim, "LONGEST_STEP", 0.2)
    monkeypatch.setattr(claim, "_POLL", 0.1)
    for at in range(1, OF_A_BATCH + 1, 1 if times == 1 else 3):
        orders = batch(2, keys=at * 10)
        before = len(site.ca()["requests"])
        site.estate.fault("ca01", "drop", at=at, after=after, times=times)
        with suppress(RolloutError):
            site.run(certificate_issue, "ca01", orders=orders)
        site.estate.clear_faults()
        done = site.run(certificate_issue, "ca01", orders=orders)
        assert [one["state"] for one in done["results"]] == ["issued", "issued"], at
        assert len(site.ca()["requests"]) == before + 2, at


def batch(size: int, keys: int) -> list[dict[str, Any]]:
    """Orders for several servers, each with a key of its own."""
    orders = []
    for number in range(size):
        fqdn = f"ocssrv{number + 1:02}.company.local"
        names = [*planned()["subject_alternative_names"][:-1], fqdn]
        plan = planned(id=f"{fqdn}/default", subject_alternative_names=names)
        request = csr(names=names, key=rsa_key(5000 + keys + number)).public_bytes(PEM).decode()
        orders.append({"certificate": plan, "request": request, "server": fqdn})
    return orders


@in_every_language
@pytest.mark.parametrize("decision", [1, 2])
def test_ten_certificates_cost_no_more_than_a_few_requests_each(tmp_path: Path, language: str, decision: int) -> None:
    host = {"name": "ca01", "ca": {"request_disposition": decision}}
    with servers_without_certificates(tmp_path, language, host) as estate:
        site, orders = Rollout(estate), batch(10, keys=900)
        estate.reset_counters()
        done = site.run(certificate_issue, "ca01", orders=orders)
        assert {one["state"] for one in done["results"]} == {"issued" if decision == 1 else "pending"}
        (counted,) = estate.counters().values()
        assert counted["requests"] <= 80 and counted["bytes_in"] + counted["bytes_out"] <= 400_000
        assert (counted["logons"]["ok"], counted["kinds"]["create"]["requests"]) == (1, 1)
        # One command each, one question to the database, and the claim's two. What waits is looked up in one more for
        # the first of a kind, which the CA may refuse to all, and in one for all others.
        assert counted["kinds"]["command"]["requests"] == 13 + 2 * (decision == 2)
        again = site.run(certificate_issue, "ca01", orders=orders)
        assert [one["request_id"] for one in again["results"]] == [one["request_id"] for one in done["results"]]
        assert (again["changed"], len(site.ca()["requests"])) == (False, 10)


CERTUTIL = {"program": "certutil.exe", "does": "blocked"}
CERTREQ = {"program": "certreq.exe", "does": "blocked"}
TAKEN = {"program": "certreq.exe", "does": "removed"}
FINDSTR = {"program": "findstr.exe", "does": "killed"}
DENIED = {
    "en-US": "Access is denied",
    "de-DE": "Zugriff verweigert",
    "fr-FR": "Accès refusé",
    "ja-JP": "アクセスが拒否されました。",
}


@in_every_language
@pytest.mark.parametrize(
    ("server", "ca", "told"),
    [
        ([CERTREQ], [], "certreq made no request: exit code 1.*said: DENIED.*Allow certreq.exe for this account"),
        ([CERTUTIL, FINDSTR], [], "cannot be written: .*DENIED; findstr .* said: nothing.*allow certutil.exe"),
        ([], [CERTUTIL], "database cannot be read: exit code 1.*DENIED.*Allow certutil.exe for this account"),
        ([CERTUTIL], [CERTREQ], "exit code 1. `certreq -submit .*DENIED.*Allow certreq.exe for this account"),
    ],
)
def test_a_program_that_is_stopped_altogether_is_named(
    tmp_path: Path, language: str, server: list[Any], ca: list[Any], told: str
) -> None:
    """Before anything is handed in, and with what is to be allowed; the next run goes on once it is."""
    hosts = [{"name": "ocssrv01", "security_software": server}, {"name": "ca01", "security_software": ca}]
    with servers_without_certificates(tmp_path, language, *hosts) as estate:
        site = Rollout(estate)
        with pytest.raises(RolloutError, match=told.replace("DENIED", DENIED[language])):
            site.issue(site.request())
        assert site.ca()["requests"] == []
        seen = estate.state()["hosts"]
        assert [path for name in ("ocssrv01", "ca01") for path in seen[name]["files"] if "ucops" in path] == []


@in_every_language
def test_certificates_that_are_taken_away_on_the_ca_are_asked_for_once(tmp_path: Path, language: str) -> None:
    with servers_without_certificates(tmp_path, language, {"name": "ca01", "security_software": [TAKEN]}) as estate:
        site = Rollout(estate)
        asked = site.request()
        for _run in range(2):
            with pytest.raises(
                RolloutError, match="does not hand out the certificate of request 2.*its file is not there"
            ):
                site.issue(asked)
        assert len(site.ca()["requests"]) == 1


def test_a_second_run_finds_the_request(site: Rollout) -> None:
    asked = site.request()
    assert site.issue(asked)["thumbprint"] == site.issue(asked)["thumbprint"]
    assert len(site.ca()["requests"]) == 1


def test_offline(site: Rollout, tmp_path: Path) -> None:
    place = tmp_path / "handover"
    asked = site.request(directory=str(place))
    assert Path(asked["file"]).read_text() == asked["request"]
    offline = {"certificate": planned(), "directory": str(place)}
    assert site.run(certificate_install, "ocssrv01", **offline)["state"] == "waiting"
    issued = site.issue(asked)
    stem = "ocssrv01.company.local_default"
    (place / f"{stem}.cer").write_text(issued["certificate"])
    (place / f"{stem}.pem").write_text("".join(issued["chain"]))
    assert site.run(certificate_install, "ocssrv01", **offline)["thumbprint"] == issued["thumbprint"]


def test_check_mode_leaves_the_estate_as_it_was(site: Rollout) -> None:
    before = site.estate.state()
    asked = site.request(check_mode=True)
    issued = site.issue(asked, check_mode=True)
    assert site.install(issued, check_mode=True)["state"] == "would_install"
    assert site.run(http_binding, "ocssrv01", check_mode=True)["state"] == "would_bind"
    assert site.estate.state() == before


@in_every_language
def test_a_certificate_is_revoked_where_it_was_issued_and_never_handed_out_again(tmp_path: Path, language: str) -> None:
    with rollout(tmp_path, language) as site:
        asked = site.request()
        issued = site.issue(asked)
        described = issued["description"]
        wanted = {"serial_number": described["serial_number"], "public_key": described["public_key"]}
        revoke = {"ca": "ca01.company.local\\Company CA", "certificates": [wanted]}
        seen = site.run(certificate_revoke, "ca01", check_mode=True, **revoke)
        assert (seen["changed"], seen["results"][0]["state"]) == (True, "would_revoke")
        done = site.run(certificate_revoke, "ca01", **revoke)
        assert (done["changed"], done["results"][0]["state"]) == (True, "revoked")
        (row,) = site.ca()["requests"]
        assert (row["disposition"], row["revoked_reason"]) == (21, 4)
        again = site.run(certificate_revoke, "ca01", **revoke)
        assert (again["changed"], again["results"][0]["state"]) == (False, "already_revoked")
        with pytest.raises(RolloutError, match=f"the certificate of request {issued['request_id']} for .* was revoked"):
            site.issue(asked)
        assert len(site.ca()["requests"]) == 1


@in_every_language
def test_who_is_no_officer_revokes_nothing(tmp_path: Path, language: str) -> None:
    with rollout(tmp_path, language, security={"manage": ["Nobody"], "read": ["Administrators"]}) as site:
        described = site.issue(site.request())["description"]
        wanted = {"serial_number": described["serial_number"], "public_key": described["public_key"]}
        revoke = {"ca": "ca01.company.local\\Company CA", "certificates": [wanted]}
        done = site.run(certificate_revoke, "ca01", **revoke)
        assert done["failed"] and "0x80070005: access denied" in done["msg"]
        assert [row["disposition"] for row in site.ca()["requests"]] == [20]


@in_every_language
@pytest.mark.parametrize("decision", ["approve", "deny"])
def test_an_officer_is_waited_for_with_no_shell_held(
    tmp_path: Path, language: str, decision: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """The officer decides while the run sleeps; then the run goes on with what was decided."""
    host = {"name": "ca01", "ca": {"request_disposition": 2}}
    with servers_without_certificates(tmp_path, language, host) as estate:
        site = Rollout(estate)
        shells: list[tuple[int, int]] = []  # opened and closed until then

        def asleep(_seconds: float) -> None:
            kinds = estate.counters()["ca01.company.local"]["kinds"]
            shells.append((kinds["create"]["requests"], kinds["delete"]["requests"]))
            (row,) = site.ca()["requests"]
            {"approve": estate.approve, "deny": estate.deny}[decision](row["request_id"])

        monkeypatch.setattr(OfficerPatience.__init__, "__defaults__", (time.monotonic, asleep))
        estate.reset_counters()
        result = site.run(certificate_issue, "ca01", orders=batch(1, keys=700), wait=60.0, fail=False)["results"][0]
        assert shells == [(1, 1)]
        first, last = capsys.readouterr().err.replace("\n", " ").split(" Ctrl-C ends it")
        assert first.startswith(
            "Waiting for up to 1 minute until an officer of ca01.company.local\\Company CA decides on"
        )
        assert "Company CA has decided on request" in last
        if decision == "approve":
            assert (result["state"], result["changed"]) == ("issued", True)
        else:
            assert result["failed"] and "was denied: 0x80094014" in result["msg"] and "The CA said: " in result["msg"]
        assert len(site.ca()["requests"]) == 1


# By a template's name: in what it differs from one that fits, what is found, and whether the CA serves all the same.
TEMPLATES: dict[str, tuple[dict[str, Any], list[str], bool]] = {
    "Fits": ({}, [], True),
    "NoNames": ({"supply_in_request": False}, ["template-takes-no-names"], False),
    "ClientOnly": ({"extended_key_usage": ["1.3.6.1.5.5.7.3.2"]}, ["template-lacks-usage"], False),
    "LongKeys": ({"minimum_key": 4096}, ["template-wants-longer-key"], False),
    "Signed": ({"signatures": 1}, ["template-wants-signatures"], False),
    "ForNobody": ({"enroll": ["Nobody"]}, ["template-denies-account"], True),
    "NotForUs": ({"enroll": ["Authenticated Users"], "deny": ["Domain Admins"]}, ["template-denies-account"], True),
    "Waits": ({"pending": True}, ["requests-wait"], True),
    "Modern": ({"providers": ["Microsoft Software Key Storage Provider"]}, ["template-offers-other-providers"], True),
}


@in_every_language
def test_what_a_template_would_make_of_a_request_is_known_before(tmp_path: Path, language: str) -> None:
    fits = {"supply_in_request": True, "enroll": ["Domain Admins"]}
    ca = {"templates": {name: {**fits, **changes} for name, (changes, _codes, _serves) in TEMPLATES.items()}}
    with servers_without_certificates(tmp_path, language, {"name": "ca01", "ca": ca}) as estate:
        site = Rollout(estate)
        for name, (_changes, codes, serves) in TEMPLATES.items():
            found = site.run(authority_info, "ca01", certificates=(planned_certificate(template=name),))
            assert ([one["code"] for one in found["findings"]], found["serves"]) == (codes, serves), name
        assert site.ca()["requests"] == []
