"""A key whose certificate was revoked before the server had it: one run gives it up, and the next makes another."""

from __future__ import annotations

import re
from typing import Any

import pytest
from languagekit import each_host_in_every_language
from sitekit import Site

from .test_faults_of_a_rollout import left

pytestmark = [pytest.mark.slow, each_host_in_every_language]


def requests_at(site: Site) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = site.state()["hosts"]["ca01"]["ca"]["requests"]
    return found


@pytest.mark.estate(hosts=[{"name": "ca01", "ca": {"request_disposition": 0x101}}])
@pytest.mark.first_rollout
def test_a_certificate_that_was_revoked_before_it_was_fetched(site: Site) -> None:
    """Its key is given up by one run, and the next makes another; the other server goes on with its own."""
    assert site.first and site.first.code != 0
    for row in requests_at(site):
        site.estate.approve(row["request_id"])
    first = requests_at(site)[0]
    site.command("ca01", f"certutil -revoke {first['serial']} 1")
    run = site.play("deploy_pool")
    text = " ".join(run.output.split())
    assert run.code != 0 and len(requests_at(site)) == 2
    told = re.search(
        r"(ocssrv0[12])\.company\.local/default: what was issued for its key \(request (\d)\) was revoked", text
    )
    assert told and int(told[2]) == first["request_id"]
    assert "The key was given up, and is not in the store REQUEST any more" in text
    assert left(site.state()["hosts"][told[1]]) == {"keys": 0, "my": 0, "request": 0, "files": []}
    anew = site.play("deploy_pool")
    (number,) = (row["request_id"] for row in requests_at(site) if row["disposition"] == 9)
    assert anew.code != 0 and f"request {number} waits for an officer" in " ".join(anew.output.split())
    site.estate.approve(number)
    last = site.play("deploy_pool")
    assert last.code == 0, last.output
    for server in ("ocssrv01", "ocssrv02"):
        assert left(site.state()["hosts"][server]) == {"keys": 1, "my": 1, "request": 0, "files": []}
    assert len(requests_at(site)) == 3
    assert site.play("deploy_pool").total("changed") == 0
