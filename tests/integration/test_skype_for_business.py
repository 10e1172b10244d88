"""Skype for Business Server 2019, a pool of Front Ends and Edges in a workgroup, rolled out and proved as a whole."""

from __future__ import annotations

from typing import Any

import pytest
from sitekit import Site

pytestmark = pytest.mark.slow

FRONT_ENDS = ("fe01", "fe02", "fe03")
TYPES = ("Default", "WebServicesExternal", "WebServicesInternal")
EDGES, OUTSIDE = ("edge01", "edge02"), ("AccessEdgeExternal", "AudioVideoAuthentication", "DataEdgeExternal")


def assigned(site: Site, *names: str) -> dict[str, dict[str, str]]:
    """host -> type -> thumbprint."""
    hosts = site.state()["hosts"]
    return {
        name: {type: held["thumbprint"] for type, held in hosts[name]["cs_server"]["assigned"].items()}
        for name in names or FRONT_ENDS
    }


def requests(site: Site) -> int:
    return len(site.state()["hosts"]["ca01"]["ca"]["requests"])


@pytest.mark.estate(name="sfb2019")
def test_three_front_ends_by_their_cmdlets(site: Site) -> None:
    seen = site.play("deploy_pool", "--check")
    assert assigned(site) == dict.fromkeys(FRONT_ENDS, {}) and requests(site) == 0, seen.output

    first = site.play("deploy_pool")
    assert "Type 'Thumbprint' is unsupported" not in first.output
    # OAuth's certificate is new, and its partners are no servers of this pool.
    assert first.code != 0 and "BY_HAND: 1 step left by hand" in first.output, first.output
    assert "Tell the partners of OAuth" in first.summary
    report = site.report()
    assert report["summary"]["failed"] == report["summary"]["unproved"] == 0, report["summary"]
    after = assigned(site)
    for name, held in after.items():
        assert sorted(held) == list(TYPES) and len(set(held.values())) == 1, (name, held)
    assert len({held["Default"] for held in after.values()}) == 3
    hosts = site.state()["hosts"]
    assert {tuple(hosts[name]["cs_server"]["organisation"]) for name in FRONT_ENDS} == {("OAuthTokenIssuer",)}
    assert requests(site) == 6
    edges_are_rolled_out(site, report)

    before = site.state()
    again = site.play("deploy_pool")
    assert again.code == 0 and again.total("changed") == 0, again.output
    assert site.state() == before and site.report()["status"] == "done"


def edges_are_rolled_out(site: Site, report: Any) -> None:
    """Each in a workgroup, with an account of its own; one certificate inside and one outside, with its key on both."""
    one, other = (assigned(site, *EDGES)[name] for name in EDGES)
    assert sorted(one) == sorted((*OUTSIDE, "Internal")) and one == other
    assert len({one[type] for type in OUTSIDE}) == 1 and one["Internal"] != one[OUTSIDE[0]]
    hosts = site.state()["hosts"]
    for name in EDGES:
        edge = hosts[name]
        served = edge["cs_server"]["serving"].values()
        assert sorted(served) == sorted([one["Internal"]] * 3 + [one[OUTSIDE[0]]] * 3), name
        # A/V authentication starts anew, and the service that needs it with it.
        anew = [edge["services"][service] for service in ("RTCSRV", "RTCDATAPROXY", "RTCMRAUTH", "RTCMEDIARELAY")]
        assert [(service["starts"], service["state"]) for service in anew] == [(2, "Running")] * 4, name
    # No domain brings the CA's root: it is there because the inventory names it for these hosts, and came first.
    assert changes(report, "edge01")[:4] == [
        "key and request made (edge.company.local/edge_internal)",
        "certificate issued (edge.company.local/edge_internal)",
        "certificate of an authority put into the store Root (edge.company.local/edge_internal)",
        "certificate installed (edge.company.local/edge_internal)",
    ]
    assert changes(report, "edge02")[:2] == [
        "certificate of an authority put into the store Root (edge.company.local/edge_internal)",
        "certificate installed with the key of another server (edge.company.local/edge_internal)",
    ]


def changes(report: Any, name: str) -> list[str]:
    return [one["what"] for one in report["changes"] if one["where"] == f"{name}.company.local"]


# Reading is cut off; assigning is not run; it is run, and its answer is lost.
CUTS: list[dict[str, Any]] = [{"at": 1, "after": False}, {"at": 2, "after": False}, {"at": 2, "after": True}]


@pytest.mark.estate(name="sfb2019")
def test_the_next_run_finishes_what_was_cut_off(site: Site) -> None:
    for host, order in zip(FRONT_ENDS, CUTS, strict=True):
        site.estate.fault(host, "drop", match={"kind": "command", "text": "EncodedCommand"}, times=1000, **order)
    cut = site.play("deploy_pool")
    assert cut.code != 0 and "Traceback" not in cut.output, cut.output
    site.estate.clear_faults()
    held = assigned(site)
    assert held["fe01"] == held["fe02"] == {} and sorted(held["fe03"]) == list(TYPES)
    finished = site.play("deploy_pool")
    assert {name: sorted(types) for name, types in assigned(site).items()} == dict.fromkeys(FRONT_ENDS, list(TYPES))
    assert requests(site) == 6 and site.report()["summary"]["unproved"] == 0, finished.output
    again = site.play("deploy_pool")
    assert again.code == 0 and again.total("changed") == 0, again.output
