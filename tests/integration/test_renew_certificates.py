"""The recurring job: certificates are renewed on one server after the other, and it stops at the first that fails."""

from __future__ import annotations

from typing import Any

import pytest
from sitekit import BY_COMMAND, Site

pytestmark = [pytest.mark.slow, pytest.mark.estate(**BY_COMMAND)]

SERVERS = ("ocssrv01", "ocssrv02")
OPTIONS = {"pool_certificates_start_services": True, "pool_certificates_prove_wait": 2}


def serving(site: Site) -> dict[str, str]:
    hosts = site.state()["hosts"]
    return {name: hosts[name]["front_end"]["serving"] for name in SERVERS}


def keys(site: Site, host: str) -> int:
    return sum("\\machinekeys\\" in path.casefold() for path in site.state()["hosts"][host]["files"])


def deployed(site: Site) -> dict[str, str]:
    first = site.play("deploy_pool", variables=OPTIONS)
    assert first.code == 0, first.output
    found = serving(site)
    assert all(found.values()), found
    return found


def renewing(old: dict[str, str], **more: Any) -> dict[str, Any]:
    return {**OPTIONS, "pool_certificates_renew": list(old.values()), **more}


def test_one_server_after_the_other_and_then_nothing(site: Site) -> None:
    old = deployed(site)
    nothing = site.play("renew_certificates", variables=OPTIONS)
    assert (nothing.code, nothing.total("changed")) == (0, 0), nothing.output
    before = site.state()
    told = site.play("renew_certificates", "--check", variables=renewing(old))
    assert told.code == 0 and site.state() == before, told.output
    wanted = renewing(old, pool_certificates_retire="remove", pool_certificates_revoke="superseded")
    run = site.play("renew_certificates", variables=wanted)
    assert run.code == 0, run.output
    new = serving(site)
    assert all(new.values()) and not set(new.values()) & set(old.values())
    assert [keys(site, name) for name in SERVERS] == [1, 1]
    requests = site.state()["hosts"]["ca01"]["ca"]["requests"]
    assert sorted(one["disposition"] for one in requests) == [20, 20, 21, 21]
    again = site.play("renew_certificates", variables=wanted)
    assert (again.code, again.total("changed"), serving(site)) == (0, 0, new), again.output


def test_the_first_that_does_not_come_back_stops_it(site: Site) -> None:
    old = deployed(site)
    site.estate.order("front_end", "ocssrv01", "deny_keys", but=[old["ocssrv01"]])
    run = site.play("renew_certificates", variables=renewing(old, pool_certificates_retire="remove"))
    assert run.code != 0, run.output
    assert serving(site) == old
    assert "the former certificate is assigned again" in run.output
    hosts = site.state()["hosts"]
    assert hosts["ocssrv01"]["front_end"]["assigned"] == old["ocssrv01"]
    assert len(hosts["ca01"]["ca"]["requests"]) == 3
    assert keys(site, "ocssrv02") == 1
