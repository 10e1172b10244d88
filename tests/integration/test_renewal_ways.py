"""Certificates are renewed by each way that assigns them: OCS's WMI classes, the cmdlets, a key of several servers."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone
from typing import Any

import pytest
from languagekit import each_host_in_every_language
from sitekit import Site

from .test_shared_keys import EDGES, STORE, assigned, held

pytestmark = [pytest.mark.slow, each_host_in_every_language, pytest.mark.timeout(900)]

ENDED = {
    "pool_certificates_retire": "remove",
    "pool_certificates_revoke": "superseded",
    "pool_certificates_prove_wait": 5,
}
SERVICES = {"pool_certificates_start_services": True}


def front_ends(site: Site) -> dict[str, dict[str, Any]]:
    return {name: host["front_end"] for name, host in site.state()["hosts"].items() if "front_end" in host}


def dispositions(site: Site) -> list[int]:
    return sorted(one["disposition"] for one in site.state()["hosts"]["ca01"]["ca"]["requests"])


@pytest.mark.estate(way="wmi")
def test_by_wmi(site: Site) -> None:
    first = site.play("deploy_pool")
    assert first.code == 0, first.output
    old = {name: one["serving"] for name, one in front_ends(site).items()}
    wanted = {**ENDED, "pool_certificates_renew": list(old.values())}
    run = site.play("renew_certificates", variables=wanted)
    assert run.code == 0, run.output
    now = front_ends(site)
    assert all(one["serving"] == one["assigned"] != old[name] for name, one in now.items()), now
    assert all(one["serving"] for one in now.values())
    assert dispositions(site) == [20, 20, 21, 21]
    again = site.play("renew_certificates", variables=wanted)
    assert (again.code, again.total("changed"), front_ends(site)) == (0, 0, now), again.output


@pytest.mark.estate(name="edge")
@pytest.mark.first_rollout
def test_one_key_for_both_servers_of_an_edge_pool(site: Site) -> None:
    old, before = held(site, "edge01"), assigned(site, "edge01")
    assert len(old) == 2 and old == held(site, "edge02") and before == assigned(site, "edge02")
    wanted = {**ENDED, **SERVICES, "pool_certificates_renew": old}
    run = site.play("renew_certificates", variables=wanted)
    new = {name: held(site, name) for name in EDGES}
    fresh = set(new["edge01"]) - set(old)
    assert len(fresh) == 2 and fresh <= set(new["edge02"]), run.output
    assert {name: set(assigned(site, name).values()) for name in EDGES} == dict.fromkeys(EDGES, fresh)
    assert len(dispositions(site)) == 4
    assert run.code == 0, run.output


@pytest.mark.estate(name="edge")
@pytest.mark.first_rollout
def test_what_is_used_until_a_new_one_takes_effect_stays(site: Site) -> None:
    """A/V authentication goes on with the certificate before it, which is neither removed nor revoked meanwhile."""
    old = held(site, "edge01")
    former = assigned(site, "edge01")["AudioVideoAuthentication"]
    later = (datetime.now(timezone.utc) + timedelta(days=2)).strftime("%Y-%m-%dT%H:%M:%SZ")
    wanted = {**ENDED, **SERVICES, "pool_certificates_renew": old, "pool_certificates_effective_date": later}
    run = site.play("renew_certificates", variables=wanted)
    assert run.code == 0, run.output
    for name in EDGES:
        rolled = site.state()["hosts"][name]["cs_server"]["assigned"]["AudioVideoAuthentication"]
        assert rolled["previous"] == former != rolled["thumbprint"], (name, rolled)
        assert set(held(site, name)) & set(old) == {former}, name
    assert dispositions(site) == [20, 20, 20, 21]
    told = {one["became"] for one in site.report()["replaced"] if one["before"]["thumbprint"] == former}
    assert told == {"kept, since AudioVideoAuthentication uses it"}


@pytest.mark.estate(name="sfb2019")
def test_by_the_cmdlets_of_a_pool_of_three(site: Site) -> None:
    names, limit = ("fe01", "fe02", "fe03"), ("--tags", "certificates,assign")
    site.play("deploy_pool", *limit)
    old = {name: assigned(site, name)["Default"] for name in names}
    wanted = {**ENDED, **SERVICES, "pool_certificates_renew": list(old.values())}
    run = site.play("renew_certificates", variables=wanted)
    new = {name: assigned(site, name) for name in names}
    hosts = site.state()["hosts"]
    for name in names:
        (fresh,) = set(new[name].values())
        kept = [key for key in hosts[name]["registry"] if key.upper().endswith(old[name])]
        assert fresh != old[name] and kept == [], run.output
    replaced = {one["before"]["thumbprint"]: one["became"] for one in site.report()["replaced"]}
    assert replaced == dict.fromkeys(old.values(), "revoked (superseded); removed with its key"), run.output
    assert dispositions(site).count(21) == 3


FRONT_ENDS = ("fe01", "fe02", "fe03")
THE_POOL = {"variables": {"ucops_only": {"pools": ["pool.company.local"]}}}


def of_oauth(site: Site) -> tuple[str, str]:
    """The certificate of OAuth and the one before it, the same on each server."""
    servers = [site.state()["hosts"][name]["cs_server"]["organisation"]["OAuthTokenIssuer"] for name in FRONT_ENDS]
    ((thumbprint, previous),) = {(one["thumbprint"], one["previous"]) for one in servers}
    return thumbprint, previous


@pytest.mark.estate(name="sfb2019", inventory=THE_POOL)
def test_oauths_certificate_is_rolled_over_for_the_whole_organisation(site: Site) -> None:
    """By one server, at a time that leaves it to be told to the partners; what it was stays, since no port shows it."""
    site.play("deploy_pool", "--tags", "dns,certificates,assign")
    old, _none = of_oauth(site)
    before = {name: assigned(site, name) for name in FRONT_ENDS}
    later = (datetime.now(timezone.utc) + timedelta(days=2)).strftime("%Y-%m-%dT%H:%M:%SZ")
    wanted = {**ENDED, **SERVICES, "pool_certificates_renew": [old], "pool_certificates_effective_date": later}
    state = site.state()
    told = site.play("renew_certificates", "--check", variables=wanted)
    assert told.code == 0 and site.state() == state, told.output
    assert f"fe01.company.local: to be assigned to OAuthTokenIssuer in place of {old} (global/oauth)" in told.summary
    assert f"certificate {old} to be replaced (global/oauth), since it is to be renewed, as ordered" in told.summary

    run = site.play("renew_certificates", variables=wanted)
    new, previous = of_oauth(site)
    assert new != old == previous, run.output
    assert {name: assigned(site, name) for name in FRONT_ENDS} == before
    assert dispositions(site) == [20, 20, 20, 20, 20]
    report = site.report()
    assert (run.code, report["status"]) == (2, "by_hand") and "Tell the partners of OAuth" in run.summary, run.output
    assert {one["where"] for one in report["changes"]} == {"fe01.company.local"}
    assert not [one["what"] for one in report["changes"] if one["what"].startswith("service ")]
    (replaced,) = report["replaced"]
    assert (replaced["before"]["thumbprint"], replaced["after"]["thumbprint"]) == (old, new)
    assert replaced["became"] == "left as it was, since no port shows it"
    kept = [key[len(STORE) :] for key in site.state()["hosts"]["fe01"]["registry"] if key.startswith(STORE)]
    assert {old, new} <= set(kept)

    state = site.state()
    again = site.play("renew_certificates", variables=wanted)
    assert (again.code, again.total("changed"), site.state()) == (0, 0, state), again.output
    assert f"{new} is in use from {later} on, in place of {old}" in again.summary, again.summary
