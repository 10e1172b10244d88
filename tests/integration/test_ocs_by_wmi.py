"""The origin's estate as it stands: set up by the wizard, its certificates renewed through the WMI classes of OCS."""

from __future__ import annotations

from typing import Any

import pytest
from languagekit import each_host_in_every_language
from sitekit import Site

pytestmark = [pytest.mark.slow, each_host_in_every_language]

SERVERS = ("ocssrv01", "ocssrv02")


def ordered(order: str, **front_end: Any) -> list[dict[str, Any]]:
    return [{"name": name, "front_end": {"serial_order": order, **front_end}} for name in SERVERS]


def front_ends(site: Site) -> list[dict[str, Any]]:
    hosts = site.state()["hosts"]
    return [hosts[name]["front_end"] for name in SERVERS]


@pytest.mark.parametrize(
    "order",
    [
        pytest.param("little", marks=pytest.mark.estate(way="wmi", hosts=ordered("little"))),
        pytest.param("printed", marks=pytest.mark.estate(way="wmi", hosts=ordered("printed"))),
    ],
)
def test_certificates_are_renewed_whatever_the_order_of_bytes(site: Site, order: str) -> None:
    before = front_ends(site)
    predicted = site.play("deploy_pool", "--check", "--diff")
    assert predicted.code == 0 and front_ends(site) == before, predicted.output
    assert (
        "certificate assigned in MSFT_SIPListeningAddressData {0A}: (the certificate that will be" in predicted.output
    )
    first = site.play("deploy_pool")
    assert first.code == 0, first.output
    assert "untested on real Windows" in " ".join(first.output.split())
    now = front_ends(site)
    assert all(one["serving"] == one["assigned"] != "" for one in now)
    assert not {one["assigned"] for one in now} & {one["assigned"] for one in before}
    assert site.report()["summary"]["unproved"] == 0 and site.report()["status"] == "done"
    held = site.state()
    second = site.play("deploy_pool")
    assert (second.code, second.total("changed")) == (0, 0), second.output
    assert site.state() == held


@pytest.mark.estate(way="wmi")
def test_read_alone_names_what_differs_and_changes_nothing(site: Site) -> None:
    before = front_ends(site)
    run = site.play("deploy_pool", variables={"pool_certificates_ocs": "read"})
    # Until somebody has followed the steps, clients are shown the old certificate.
    assert run.code == 2 and site.report()["status"] == "failed", run.output
    steps = "\n".join(str(step) for step in site.report()["steps_by_hand"])
    assert "MSFT_SIPListeningAddressData {0A} names a certificate whose serial number is " in steps
    assert "MSFT_SIPRoutingSetting {0B} names a certificate whose serial number is " in steps
    assert front_ends(site) == before


@pytest.mark.estate(way="wmi", hosts=ordered("little", wizard={"in_store": False}))
def test_nothing_is_written_where_the_order_cannot_be_learned(site: Site) -> None:
    run = site.play("deploy_pool")
    told = " ".join(run.output.split())
    assert run.code != 0 and "no value there names a certificate of the server's store" in told, run.output
    assert [one["assigned"] for one in front_ends(site)] == ["", ""]


@pytest.mark.parametrize("after", [False, True])
@pytest.mark.estate(way="wmi")
def test_a_put_whose_answer_is_lost_is_finished_by_the_next_run(site: Site, after: bool) -> None:
    match = {"kind": "put", "text": "MSFT_SIPListeningAddressData"}
    site.estate.fault("ocssrv01", "drop", match=match, after=after, times=1000)
    cut = site.play("deploy_pool")
    assert cut.code != 0, cut.output
    site.estate.clear_faults()
    finished = site.play("deploy_pool")
    assert finished.code == 0, finished.output
    assert all(one["serving"] == one["assigned"] != "" for one in front_ends(site))
    again = site.play("deploy_pool")
    assert (again.code, again.total("changed")) == (0, 0), again.output


def deployed(name: str) -> dict[str, Any]:
    """What OCS says otherwise than the topology: a server that left, one that is not planned, another SIP domain."""
    pool = {"fqdn": "ocspool.company.local", "members": ["OCSSRV01", "ocssrv03.company.local"], "members_as_text": True}
    return {"name": name, "front_end": {"pool": pool, "sip_domains": ["company.local", "old.company.com"]}}


@pytest.mark.estate(way="wmi", hosts=[deployed(name) for name in SERVERS])
def test_a_pool_that_is_not_the_planned_one_is_told_once_and_left_as_it_is(site: Site) -> None:
    before = site.state()
    run = site.play("deploy_pool", "--tags", "verify,report")
    assert site.state() == before, run.output
    findings = [one["message"] for one in site.report()["findings"]]
    told = " ".join(run.output.split())
    for difference in (
        "ocssrv02.company.local is in the topology's pool ocspool.company.local, and not in OCS's",
        "ocssrv03.company.local is in OCS's pool ocspool.company.local, and not in the topology's",
        "the SIP domain company.com of the topology is none of OCS's",
        "OCS has the SIP domain old.company.com, which the topology does not have",
    ):
        assert f"[WARNING]: {difference}: " in told, (difference, run.output)
        assert findings.count(difference) == 1, findings
