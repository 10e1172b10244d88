"""A whole rollout in each language of Windows: what is issued at once, waits, was approved and was denied."""

from __future__ import annotations

from typing import Any

import pytest
from languagekit import LANGUAGES, speaking
from sitekit import Run, Site

pytestmark = pytest.mark.slow

# The certificates of the pool's name are issued at once; those of the web farm wait for an officer.
OFFICERS = {"supply_in_request": True, "enroll": ["Domain Admins"], "pending": True}
CA = {"templates": {"WebServer": {}, "OfficersWebServer": OFFICERS}}


def estate(language: str) -> Any:
    """All its hosts speak one language."""
    hosts = [*speaking(language, "dc01", "ocssrv01", "ocssrv02"), {"name": "ca01", "language": language, "ca": CA}]
    return pytest.param(language, marks=pytest.mark.estate(hosts=hosts))


def topology(site: Site) -> dict[str, Any]:
    """The origin's, with a web farm of its own name and a certificate for it."""
    wanted = site.group_vars()["ucops_topology"]
    wanted["pools"][0]["web_farm_fqdn"] = "ocsweb.company.local"
    issuers = wanted["certificates"]["issuers"]
    issuers["officer"] = {**issuers["enterprise"], "template": "OfficersWebServer"}
    wanted["certificates"] |= {"placement": "per_use", "issuer_for": {"web_internal": "officer"}}
    return wanted


def rows(site: Site, template: str) -> dict[int, int]:
    """Number and disposition of each request for a certificate by this template at the CA."""
    held = site.state()["hosts"]["ca01"]["ca"]["requests"]
    return {row["request_id"]: row["disposition"] for row in held if row["template"] == template}


def served(site: Site) -> list[dict[str, str]]:
    return [site.state()["hosts"][name]["front_end"] for name in ("ocssrv01", "ocssrv02")]


def bound(site: Site) -> list[bool]:
    """Whether each server has a certificate bound for its web site."""
    return [bool(site.state()["hosts"][name]["http"]) for name in ("ocssrv01", "ocssrv02")]


def rolled_out(site: Site, *options: str) -> Run:
    run = site.play("deploy_pool", *options, variables={"ucops_topology": topology(site)})
    assert "Traceback (most recent call last)" not in run.output, run.output
    return run


@pytest.mark.parametrize("language", [estate(language) for language in LANGUAGES])
def test_issued_at_once_pending_then_approved_or_denied(site: Site, language: str) -> None:
    first = rolled_out(site)
    assert first.code == 2 and site.report()["status"] == "by_hand", first.output
    assert sorted(rows(site, "WebServer").values()) == [20, 20]
    at_once = served(site)
    assert all(one["serving"] == one["assigned"] != "" for one in at_once)
    one, other = sorted(rows(site, "OfficersWebServer"))
    assert rows(site, "OfficersWebServer") == {one: 9, other: 9}
    assert f"request {one} waits" in first.output and f"request {other} waits" in first.output
    assert bound(site) == [False, False]
    proof = {one["subject"]: one["state"] for one in site.report()["proof"]["tls"]["results"]}
    assert {proof[f"{name}.company.local:5061"] for name in ("ocspool", "ocssrv01", "ocssrv02")} == {"proved"}
    site.estate.approve(one)
    site.estate.deny(other)

    # Records and proof do not depend on what follows, and have told all above.
    second = rolled_out(site, "--tags", "plan,certificates,assign,report")
    assert second.code == 2 and f"request {other} was denied: 0x80094014" in " ".join(second.output.split())
    assert rows(site, "OfficersWebServer") == {one: 20, other: 31}
    assert sorted(bound(site)) == [False, True]
    # What was issued at once is found again, and nothing is done to it.
    assert served(site) == at_once and sorted(rows(site, "WebServer").values()) == [20, 20]
    (approved,) = {change["where"] for change in site.report()["changes"]}
    certificate = f"{approved}/web_internal"
    assert [change["what"] for change in site.report()["changes"]] == [
        f"certificate was issued earlier, by request {one}; this run found it at the CA by its key ({certificate})",
        f"certificate installed ({certificate})",
        f"bound to 0.0.0.0:443 ({certificate})",
    ]
    # One task installs and binds.
    assert second.total("changed") == 1, second.output
