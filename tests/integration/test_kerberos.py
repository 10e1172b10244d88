"""Kerberos as the way in, with tickets of a real KDC: whole rollouts, over HTTP sealed and over HTTPS."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from domainkit import Domain, domain_of, with_domain
from languagekit import begin
from sitekit import BY_COMMAND, Site

HOSTS = ("dc01", "ca01", "ocssrv01", "ocssrv02")
# Windows Server 2008 R2 listens with TLS 1.0 alone, which no controller of today speaks.
BY_HTTPS = {
    "hosts": [{"name": name, "generation": "2012r2", "winrm": {"https": True, "http": False}} for name in HOSTS]
}


@pytest.fixture(scope="module")
def domain(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Domain]:
    with domain_of("origin", tmp_path_factory.mktemp("domain")) as found:
        yield found


# Requests that carry nothing but a logon: one for each ticket, and none where the message needs no sealing.
@pytest.mark.parametrize(("listener", "per_logon"), [({}, 1), (BY_HTTPS, 0)], ids=["http", "https"])
def test_a_rollout_by_tickets(
    domain: Domain, tmp_path: Path, turn: int, listener: dict[str, Any], per_logon: int
) -> None:
    with begin("origin", tmp_path / "lab", turn, with_domain(domain, BY_COMMAND, listener)) as estate:
        site = Site(estate, tmp_path)
        run = site.play("deploy_pool", "-vvv")
        report = site.report()
        assert (run.code, report["status"]) == (0, "done"), run.output
        assert report["counts"]["unproved"] == report["counts"]["wrong"] == 0
        assert "Rollout-2007!" not in run.output
        for host, counted in estate.counters().items():
            logons = counted["logons"]
            assert logons["failed"] == 0, host
            assert counted["kinds"].get("authentication", {}).get("requests", 0) == per_logon * logons["ok"], host
        assert domain.controller.bad_passwords("rollout") == {"rollout": 0}

        second = site.play("deploy_pool")
        assert (second.code, second.total("changed")) == (0, 0), second.output
