"""Skype for Business Server 2019, a pool of Front Ends and Edges in a workgroup, rolled out and proved as a whole."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from proofkit.public_ca import PublicCa
from sitekit import Site

pytestmark = [pytest.mark.slow, pytest.mark.timeout(900)]

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
    what_is_to_come_is_told(seen.summary)

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
    # Not by what the first run remembers.
    assert [one["code"] for one in site.report()["findings"]].count("oauth-certificate-is-new") == 1
    assert "note: OAuth's certificate of the organisation" in again.summary
    # It is for the organisation, so one server has it set.
    oauth = [one for one in site.report()["assignments"] if one["component"] == "oauth"]
    assert [(one["server"], one["state"]) for one in oauth] == [("fe01.company.local", "assigned")]


def what_is_to_come_is_told(summary: str) -> None:
    """Also what only comes once the certificates are there, and nothing of it as if it were done."""
    told = " ".join(summary.split())
    for server, what in (
        ("fe01", "certificate to be issued"),
        ("fe01", "to be assigned to Default"),
        ("fe01", "service RTCSRV to be restarted"),
        ("edge01", "certificate of an authority to be put into the store Root"),
        ("edge02", "certificate of an authority to be put into the store Root"),
        ("edge02", "certificate to be installed with the key of another server"),
        ("edge01", "service RTCMRAUTH to be restarted"),
        ("edge01", "service RTCMEDIARELAY to be restarted"),
    ):
        assert f"{server}.company.local: {what} (" in told, (server, what, summary)
    assert not any(
        f"{done} (" in told.replace(f"to be {done}", "") for done in ("made", "installed", "restarted", "stopped")
    )


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

    restarts = [
        f"service {service} (edge.company.local/edge_internal)"
        for service in ("RTCSRV restarted", "RTCMEDIARELAY stopped", "RTCMRAUTH restarted", "RTCMEDIARELAY started",
                        "RTCDATAPROXY restarted")
    ]  # fmt: skip
    told = [one for name in EDGES for one in changes(report, name) if one.startswith("service ")]
    assert told == restarts * 2


def changes(report: Any, name: str) -> list[str]:
    return [one["what"] for one in report["changes"] if one["where"] == f"{name}.company.local"]


# Reading is cut off; assigning is not run; it is run, and its answer is lost. The first process sees what is ready.
CUTS: list[dict[str, Any]] = [{"at": 2, "after": False}, {"at": 3, "after": False}, {"at": 3, "after": True}]


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


PUBLIC = {"certificates": {"issuers": {"public": {"public": True}}}}


@pytest.mark.estate(
    name="sfb2019", inventory={"variables": {"ucops_topology": PUBLIC, "ucops_only": {"pools": ["edge.company.local"]}}}
)
def test_people_carry_the_request_for_the_outside_of_an_edge_pool(site: Site, tmp_path: Path) -> None:
    """Its inside comes from the company's CA in the same run; what comes back is brought to both servers."""
    folder = tmp_path / "carried"
    roots = site.estate.variables_of("edge01")["pool_certificates_trusted_roots"]
    given = {"pool_certificates_offline_directory": str(folder), "pool_certificates_trusted_roots": roots}
    tags = ("--tags", "certificates,assign,report")
    first = site.play("deploy_pool", *tags, variables=given)
    stem = "edge.company.local_edge_external"
    assert first.code == 2 and f"{stem}.req is to be signed; put the certificate beside it" in first.summary
    assert sorted(path.name for path in folder.iterdir()) == [f"{stem}.order.txt", f"{stem}.req"]
    one, other = (assigned(site, *EDGES)[name] for name in EDGES)
    assert list(one) == ["Internal"] and one == other and requests(site) == 1

    authority = PublicCa(tmp_path / "public")
    authority.carry_out(folder / f"{stem}.req")
    refused = site.play("deploy_pool", *tags, variables=given)
    told = " ".join(refused.output.split())
    assert (
        "Nothing was touched, since not every host can do its part: - edge01.company.local, edge02.company.local: this"
        f" server does not trust the root 'CN=Example Public Root,O=Example Trust', thumbprint {authority.root}"
    ) in told
    assert list(assigned(site, *EDGES)["edge01"]) == ["Internal"]

    given["pool_certificates_trusted_roots"] = [*roots, authority.root]
    last = site.play("deploy_pool", variables=given)
    assert last.code == 0 and site.report()["status"] == "done", last.output
    one, other = (assigned(site, *EDGES)[name] for name in EDGES)
    assert sorted(one) == sorted((*OUTSIDE, "Internal")) and one == other
    assert "certificate of an authority put into the store CA (edge.company.local/edge_external)" in last.summary
    again = site.play("deploy_pool", variables=given)
    assert again.code == 0 and again.total("changed") == 0, again.output
    assert requests(site) == 1
