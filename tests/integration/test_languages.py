"""A whole rollout in each language of Windows: what waits, what was approved and what was denied is told apart."""

from __future__ import annotations

from typing import Any

import pytest
from sitekit import Run, Site

pytestmark = pytest.mark.slow


def speaking(tag: str) -> Any:
    """All hosts of the estate in one language; their CA has each request wait."""
    hosts = [{"name": name, "language": tag} for name in ("dc01", "ocssrv01", "ocssrv02")]
    ca = {"name": "ca01", "language": tag, "ca": {"request_disposition": 0x101}}
    return pytest.param(tag, marks=pytest.mark.estate(hosts=[*hosts, ca]))


def rows(site: Site) -> dict[int, int]:
    """Number and disposition of each request at the CA."""
    return {row["request_id"]: row["disposition"] for row in site.state()["hosts"]["ca01"]["ca"]["requests"]}


def rolled_out(site: Site) -> Run:
    run = site.play("deploy_pool")
    assert "Traceback (most recent call last)" not in run.output, run.output
    return run


@pytest.mark.parametrize("language", [speaking("en-US"), speaking("de-DE"), speaking("fr-FR"), speaking("ja-JP")])
def test_pending_then_approved_or_denied(site: Site, language: str) -> None:
    first = rolled_out(site)
    assert first.code == 2 and site.report()["status"] == "by_hand", first.output
    one, other = sorted(rows(site))
    assert rows(site) == {one: 9, other: 9}
    assert f"request {one} waits" in first.output and f"request {other} waits" in first.output
    site.estate.approve(one)
    site.estate.deny(other)

    second = rolled_out(site)
    assert second.code == 2 and f"request {other} was denied: 0x80094014" in " ".join(second.output.split())
    assert rows(site) == {one: 20, other: 31}
    assigned = [site.state()["hosts"][name]["front_end"]["assigned"] for name in ("ocssrv01", "ocssrv02")]
    assert sorted(map(bool, assigned)) == [False, True]
