"""Trouble with a certificate: each ends with a clear word and with the estate as it was, or says what was done."""

from __future__ import annotations

import json
import re

import pytest
from languagekit import each_host_in_every_language
from sitekit import Site

from .test_trouble import clean, requests

pytestmark = [pytest.mark.slow, each_host_in_every_language]

CA = r"ca01.company.local\Company CA"


def test_server_that_drops_out_is_told(site: Site) -> None:
    """It answers when every host is reached, and not any more when its certificate is due."""
    site.estate.fault("ocssrv02", "drop", at=20, times=500)
    run = site.play("deploy_pool")
    assert run.code != 0
    told = {one["where"]: one["what"] for one in site.report()["failures"]}
    assert "ocssrv02.company.local" in told and "ocssrv01.company.local" not in told


@pytest.mark.estate(hosts=[{"name": "ca01", "ca": {"templates": {"WebServer": {"enroll": ["Enterprise Admins"]}}}}])
def test_refused_request_is_in_the_report(site: Site) -> None:
    assert site.play("deploy_pool").code != 0
    changes = [change["what"] for change in site.report()["changes"] if change["where"] == "ocssrv01.company.local"]
    assert [re.sub("[12] handed", "N handed", what) for what in changes] == [
        "key and request made (ocssrv01.company.local/default)",
        "request N handed in, the CA refused it (ocssrv01.company.local/default)",
    ]


@pytest.mark.parametrize(
    ("issuer", "told"),
    [
        ({"ca": CA, "template": "Nowhere"}, f"the CA {CA} does not offer the template 'Nowhere'; it offers WebServer"),
        ({"ca": r"ca01.company.local\Old CA", "template": "WebServer"}, rf"and this host has {CA}"),
    ],
)
def test_wrong_ca_or_template_is_known_before_anything_is_touched(
    site: Site, issuer: dict[str, str], told: str
) -> None:
    topology = site.group_vars()["ucops_topology"]
    topology["certificates"]["issuers"]["enterprise"] = issuer
    before = site.state()
    for more in ((), ("--check",)):
        run = site.play("deploy_pool", *more, variables={"ucops_topology": topology})
        assert run.code != 0 and told in clean(run).replace("\\\\", "\\"), run.output
        assert site.state() == before


@pytest.mark.estate(hosts=[{"name": "ca01", "ca": {"request_disposition": 0x101}}])
@pytest.mark.first_rollout
def test_pending_ends_the_run_and_is_found_again(site: Site) -> None:
    first = site.first
    assert first and first.code != 0
    text = clean(first)
    ids = [row["request_id"] for row in requests(site)]
    assert len(ids) == 2
    for number in ids:
        assert f"request {number} " in text
    assert {row["disposition"] for row in requests(site)} == {9}
    waiting = site.play("deploy_pool")
    assert waiting.code != 0 and len(requests(site)) == 2
    for number in ids:
        site.estate.approve(number)
    last = site.play("deploy_pool")
    assert last.code == 0, last.output
    assert len(requests(site)) == 2
    assert site.report()["summary"]["failed"] == 0
    assert site.play("deploy_pool").total("changed") == 0


@pytest.mark.estate(hosts=[{"name": "ca01", "ca": {"request_disposition": 0x101}}])
@pytest.mark.first_rollout
def test_denied_by_an_officer(site: Site) -> None:
    assert site.first and site.first.code != 0
    for row in requests(site):
        site.estate.deny(row["request_id"])
    run = site.play("deploy_pool")
    assert run.code != 0
    text = clean(run)
    assert "80094014" in text and len(requests(site)) == 2
    # The very key that waits is named, and no place is left for people to fill in.
    stores = [site.state()["hosts"][name]["registry"] for name in ("ocssrv01", "ocssrv02")]
    waiting = [key.rpartition("\\")[2] for held in stores for key in held if "\\REQUEST\\Certificates\\" in key]
    assert len(waiting) == 2 and all(f"certutil -delstore REQUEST {one})" in text for one in waiting), text
    assert "<thumbprint>" not in text and "RequestId" not in text


@pytest.mark.estate(hosts=[{"name": "ca01", "ca": {"templates": {"WebServer": {"enroll": ["Nobody At All"]}}}}])
def test_denied_by_the_template(site: Site) -> None:
    run = site.play("deploy_pool")
    assert run.code != 0
    text = clean(run)
    assert "80094012" in text and "Enroll" in text
    # What the CA refuses one server it would refuse the other.
    assert len(requests(site)) == 1
    assert "The CA was not asked: it refused the same for ocssrv01.company.local in this run" in text
    for server in ("ocssrv01", "ocssrv02"):
        assert site.state()["hosts"][server]["front_end"]["assigned"] == ""


@pytest.mark.estate(hosts=[{"name": "ca01", "clock_ahead": 1500}])
def test_clock_that_is_wrong_is_told_and_nothing_is_to_be_revoked(site: Site) -> None:
    """25 minutes, of which Windows' CA takes ten back."""
    run = site.play("deploy_pool")
    assert run.code != 0
    text = clean(run)
    assert "the clock of ca01.company.local is 25 minutes ahead of the controller's" in text
    assert "The controller's clock says" in text and "no other is asked for" in text and "revoke" not in text
    assert "clock-differs" in [one["code"] for one in site.report()["findings"]]
    assert len(requests(site)) == 1


def test_unknown_template(site: Site) -> None:
    topology = site.group_vars()["ucops_topology"]
    topology["certificates"]["issuers"]["enterprise"]["template"] = "WebServr"
    run = site.play("deploy_pool", variables={"ucops_topology": topology})
    assert run.code != 0
    text = clean(run)
    assert "80094800" in text and "WebServr" in text


@pytest.mark.parametrize(
    ("misbehaviour", "told"),
    [
        pytest.param(
            "drop_san",
            "sip.company.com",
            marks=pytest.mark.estate(hosts=[{"name": "ca01", "ca": {"misbehave": ["drop_san"]}}]),
        ),
        pytest.param(
            "other_key", "key", marks=pytest.mark.estate(hosts=[{"name": "ca01", "ca": {"misbehave": ["other_key"]}}])
        ),
        pytest.param(
            "no_cdp", "CRL", marks=pytest.mark.estate(hosts=[{"name": "ca01", "ca": {"misbehave": ["no_cdp"]}}])
        ),
    ],
)
def test_wrong_certificate_is_not_installed(site: Site, misbehaviour: str, told: str) -> None:
    run = site.play("deploy_pool")
    assert run.code != 0
    assert told in clean(run)
    for server in ("ocssrv01", "ocssrv02"):
        machine = site.state()["hosts"][server]
        assert machine["front_end"]["assigned"] == ""
        my = [key for key in machine["registry"] if "\\MY\\Certificates\\" in key]
        assert my == []


@pytest.mark.parametrize(
    "value", ['ca01.company.local\\Company" -f "CA', "ca01.company.local\\A & calc", "ca01\\x\r\ny"]
)
def test_ca_name_meant_to_break_out(site: Site, value: str) -> None:
    topology = site.group_vars()["ucops_topology"]
    topology["certificates"]["issuers"]["enterprise"]["ca"] = value
    run = site.play("deploy_pool", variables={"ucops_topology": topology})
    assert run.code != 0
    assert "ca" in clean(run)
    assert requests(site) == []


@pytest.mark.parametrize("at", [14, 18, 24])
def test_dropped_connection_while_the_ca_issues(site: Site, at: int) -> None:
    """At whatever point it breaks, no second certificate is issued for a key."""
    site.estate.fault("ca01", "drop", at=at)
    clean(site.play("deploy_pool"))
    site.estate.clear_faults()
    again = site.play("deploy_pool")
    assert again.code == 0, again.output
    assert len(requests(site)) == 2, json.dumps(requests(site), indent=1)
