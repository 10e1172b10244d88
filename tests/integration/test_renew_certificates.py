"""The recurring job: certificates are renewed on one server after the other, and it stops at the first that fails."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import yaml
from languagekit import each_host_in_every_language
from sitekit import BY_COMMAND, ROOT, Site

from .test_after_trouble import kill_at

pytestmark = [pytest.mark.slow, pytest.mark.estate(**BY_COMMAND)]

SERVERS = ("ocssrv01", "ocssrv02")
THIRD = "ocssrv03"
OPTIONS = {"pool_certificates_start_services": True, "pool_certificates_prove_wait": 2}
after_a_rollout = pytest.mark.first_rollout(variables=OPTIONS)


def three() -> dict[str, Any]:
    """The origin's pool with a third server."""
    names = [*SERVERS, THIRD]
    pool = {"fqdn": "ocspool.company.local", "members": [f"{name}.company.local" for name in names]}
    front_end = {"service": "RTCSRV", "port": 5061, "pool": pool, "sip_domains": ["company.local", "company.com"]}
    hosts = [{"name": name, "front_end": {"pool": pool}} for name in SERVERS]
    hosts.append({"name": THIRD, "address": "10.0.0.13", "generation": "2008r2", "http": {}, "front_end": front_end})
    servers = [
        {"fqdn": f"{name}.company.local", "addresses": {"internal": [f"10.0.0.1{at}"]}}
        for at, name in enumerate(names, start=1)
    ]
    topology = {"pools": [{"fqdn": "ocspool.company.local", "servers": servers}]}
    described = yaml.safe_load((ROOT / "tests" / "lab" / "estates" / "origin.yml").read_text(encoding="utf-8"))
    zone = described["hosts"][0]["dns"]["zones"][0]
    records = [*zone["records"], {"owner": THIRD, "type": "A", "data": "10.0.0.13"}]
    hosts.append({"name": "dc01", "dns": {"zones": [{"name": zone["name"], "records": records}]}})
    return {
        "hosts": hosts,
        "balancers": [{"address": "10.0.0.10", "ports": [5061, 443], "members": names}],
        "inventory": {"variables": {"ucops_topology": topology}},
    }


def serving(site: Site) -> dict[str, str]:
    hosts = site.state()["hosts"]
    return {name: host["front_end"]["serving"] for name, host in hosts.items() if "front_end" in host}


def keys(site: Site, host: str) -> int:
    return sum("\\machinekeys\\" in path.casefold() for path in site.state()["hosts"][host]["files"])


def deployed(site: Site) -> dict[str, str]:
    assert site.first and site.first.code == 0, site.first
    found = serving(site)
    assert all(found.values()), found
    return found


def renewing(old: dict[str, str], **more: Any) -> dict[str, Any]:
    return {**OPTIONS, "pool_certificates_renew": list(old.values()), **more}


@each_host_in_every_language
@after_a_rollout
def test_one_server_after_the_other_and_then_nothing(site: Site) -> None:
    old = deployed(site)
    mistyped = {"pool_certificates_renew": ["ab:cd:" + "0" * 36]}
    nothing = site.play("renew_certificates", variables={**OPTIONS, **mistyped})
    assert (nothing.code, nothing.total("changed")) == (0, 0), nothing.output
    noted = f"pool_certificates_renew names ABCD{'0' * 36}, which no server that was looked at holds"
    assert noted in nothing.summary and noted in str(site.report()["findings"]), nothing.summary
    before = site.state()
    wanted = renewing(old, pool_certificates_retire="remove", pool_certificates_revoke="superseded")
    told = site.play("renew_certificates", "--check", variables=wanted)
    assert told.code == 0 and site.state() == before, told.output
    for name, one in old.items():
        id = f"{name}.company.local/default"
        assert f"certificate {one} to be replaced ({id}), since it is to be renewed, as ordered" in told.summary
        assert f"~ {name}.company.local: replaced certificate {one} to be revoked ({id})" in told.summary
        assert f"- {name}.company.local: replaced certificate {one} to be removed ({id})" in told.summary
    run = site.play("renew_certificates", variables=wanted)
    assert run.code == 0, run.output
    new = serving(site)
    assert all(new.values()) and not set(new.values()) & set(old.values())
    assert [keys(site, name) for name in SERVERS] == [1, 1]
    requests = site.state()["hosts"]["ca01"]["ca"]["requests"]
    assert sorted(one["disposition"] for one in requests) == [20, 20, 21, 21]
    told = {one["server"].partition(".")[0]: one for one in site.report()["replaced"]}
    assert {name: one["before"]["thumbprint"] for name, one in told.items()} == old
    assert {name: one["after"]["thumbprint"] for name, one in told.items()} == new
    assert {one["became"] for one in told.values()} == {"revoked (superseded); removed with its key"}
    ids = [[one[side]["request_id"] for side in ("before", "after")] for one in told.values()]
    assert sorted(map(tuple, ids)) == [(2, 4), (3, 5)]
    assert all(one[side]["not_after"] for one in told.values() for side in ("before", "after"))
    assert f"replaced certificate {old['ocssrv01']} removed" in run.summary, run.summary
    assert "pool_certificates_renew names" not in run.summary, run.summary
    again = site.play("renew_certificates", variables=wanted)
    assert (again.code, again.total("changed"), serving(site)) == (0, 0, new), again.output
    assert all(f"pool_certificates_renew names {one}, which" in again.summary for one in old.values()), again.summary


@each_host_in_every_language
@after_a_rollout
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


def stuck(site: Site, host: str, program: str) -> Callable[[], bool]:
    """Whether the host is at a command that it was told to be slow with."""
    site.estate.fault(host, "delay", match={"kind": "command", "text": program}, seconds=1000)
    seen: list[int] = []

    def reached() -> bool:
        counted = next((one for name, one in site.estate.counters().items() if name.startswith(f"{host}.")), None)
        seen.append(counted["requests"] if counted and counted["running"] else -1)
        # The same one request for three seconds.
        return len(seen) > 30 and seen[-1] > 0 and len(set(seen[-30:])) == 1

    return reached


def dispositions(site: Site) -> list[int]:
    return sorted(one["disposition"] for one in site.state()["hosts"]["ca01"]["ca"]["requests"])


@each_host_in_every_language
@after_a_rollout
def test_what_a_run_that_was_killed_left_behind_goes_with_the_next(site: Site) -> None:
    """After the proof and before the CA revokes; then after that and before anything is removed."""
    old = deployed(site)
    wanted = renewing(old, pool_certificates_retire="remove", pool_certificates_revoke="superseded")
    kill_at(site, "renew_certificates", stuck(site, "ca01", "-revoke"), wanted)
    site.estate.clear_faults()
    new = serving(site)["ocssrv01"]
    assert new not in ("", old["ocssrv01"])
    assert (keys(site, "ocssrv01"), dispositions(site)) == (2, [20, 20, 20])
    kill_at(site, "renew_certificates", stuck(site, "ocssrv01", "-delkey"), wanted)
    site.estate.clear_faults()
    assert (keys(site, "ocssrv01"), dispositions(site), serving(site)["ocssrv01"]) == (2, [20, 20, 21], new)
    finished = site.play("renew_certificates", variables=wanted)
    assert finished.code == 0, finished.output
    assert (dispositions(site), serving(site)["ocssrv01"]) == ([20, 20, 21, 21], new)
    assert [keys(site, name) for name in SERVERS] == [1, 1]
    again = site.play("renew_certificates", variables=wanted)
    assert (again.code, again.total("changed")) == (0, 0), again.output


# Nine minutes, of which the ten before count as well: at their issue less than half of them is left.
SHORT = {"templates": {"WebServer": {"validity_days": 9 / 1440}}}


@each_host_in_every_language
@pytest.mark.estate(hosts=[{"name": "ca01", "ca": SHORT}])
def test_what_falls_into_its_window_is_renewed_by_its_dates(site: Site) -> None:
    first = site.play("deploy_pool", variables={**OPTIONS, "pool_certificates_minimum_days": 0})
    old = serving(site)
    assert all(old.values()), first.output
    site.estate.order("ca", "ca01", "change_template", name="WebServer", validity_days=730)
    told = site.play("renew_certificates", "--check", variables=OPTIONS)
    assert told.code == 0 and serving(site) == old, told.output
    for name, one in old.items():
        assert f"{one} to be replaced ({name}.company.local/default), since it expires on" in told.summary
    assert told.summary.count("; then left as it was") == len(old), told.summary
    run = site.play("renew_certificates", variables=OPTIONS)
    assert run.code == 0, run.output
    new = serving(site)
    assert all(new.values()) and not set(new.values()) & set(old.values())
    for one in site.report()["replaced"]:
        assert one["before"]["not_after"] < one["after"]["not_after"] and one["became"] == "left as it was"
    again = site.play("renew_certificates", variables=OPTIONS)
    assert (again.code, again.total("changed"), serving(site)) == (0, 0, new), again.output


@each_host_in_every_language
@after_a_rollout
@pytest.mark.estate(**three())
def test_the_second_of_three_does_not_come_back_and_the_third_is_not_touched(site: Site) -> None:
    old = deployed(site)
    site.estate.order("front_end", "ocssrv02", "deny_keys", but=[old["ocssrv02"]])
    before = site.state()["hosts"][THIRD]
    run = site.play("renew_certificates", variables=renewing(old, pool_certificates_retire="remove"))
    assert run.code != 0, run.output
    new, hosts = serving(site), site.state()["hosts"]
    assert new["ocssrv01"] != old["ocssrv01"] and new["ocssrv01"], new
    assert (new["ocssrv02"], new[THIRD]) == (old["ocssrv02"], old[THIRD])
    assert hosts[THIRD] == before
    assert len(hosts["ca01"]["ca"]["requests"]) == 5
    assert "the former certificate is assigned again" in run.summary, run.summary
    told = "ocssrv03.company.local: nothing was begun there, since ocssrv02.company.local could not be brought"
    assert told in run.summary and "+ ocssrv03" not in run.summary, run.summary


@each_host_in_every_language
@after_a_rollout
@pytest.mark.estate(**three())
def test_one_that_was_renewed_and_serves_no_more_stops_it(site: Site) -> None:
    old = deployed(site)
    before, done = site.state()["hosts"][THIRD], []

    def stop() -> None:
        done.append(serving(site)["ocssrv01"])
        site.command("ocssrv01", "net stop RTCSRV")

    run = site.watch("renew_certificates", "changed: [ocssrv02", stop, renewing(old))
    assert run.code != 0, run.output
    new, hosts = serving(site), site.state()["hosts"]
    assert done and done[0] not in ("", old["ocssrv01"])
    assert new["ocssrv02"] not in ("", old["ocssrv02"]) and hosts[THIRD] == before
    assert len(hosts["ca01"]["ca"]["requests"]) == 5
    told = "ocssrv03.company.local: nothing was changed here, since of its pool ocssrv01.company.local: "
    place = site.estate.variables_of("ocssrv01")["ansible_host"]
    assert f"{told}{place}:5061 shows no certificate (connection refused" in run.summary, run.summary
    assert "give -e pool_certificates_peers=ignore" in run.summary, run.summary


@each_host_in_every_language
@after_a_rollout
@pytest.mark.estate(**three())
def test_one_that_does_not_serve_is_told_before_the_first_is_changed(site: Site) -> None:
    old = deployed(site)
    site.command(THIRD, "net stop RTCSRV")
    before = site.state()
    run = site.play("renew_certificates", variables=renewing(old))
    assert run.code != 0 and site.state() == before, run.output
    assert "ocssrv01.company.local: nothing was changed here, since of its pool ocssrv03.company.local: " in run.summary
    known = site.play("renew_certificates", variables=renewing(old, pool_certificates_peers="ignore"))
    assert known.code == 0, known.output
    assert not set(serving(site).values()) & set(old.values())


@each_host_in_every_language
@after_a_rollout
def test_one_outside_of_the_limit_that_does_not_serve_stops_it_too(site: Site) -> None:
    old = deployed(site)
    site.command("ocssrv02", "net stop RTCSRV")
    before, place = site.state(), site.estate.variables_of("ocssrv02")["ansible_host"]
    limit = ("--limit", "localhost,ucops_ca,ocssrv01.company.local")
    run = site.play("renew_certificates", *limit, variables=renewing(old))
    assert run.code != 0 and site.state() == before, run.output
    told = "ocssrv01.company.local: nothing was changed here, since of its pool ocssrv02.company.local: "
    assert f"{told}{place}:5061 shows no certificate (connection refused" in run.summary, run.summary
    assert "this run does not log on to that server, which is outside of --limit" in run.summary, run.summary
    assert "take it into --limit" in run.summary and "-e pool_certificates_peers=ignore" in run.summary, run.summary
    known = site.play("renew_certificates", *limit, variables=renewing(old, pool_certificates_peers="ignore"))
    new = serving(site)
    assert new["ocssrv01"] not in ("", old["ocssrv01"]) and new["ocssrv02"] == "", known.output


@each_host_in_every_language
@after_a_rollout
def test_what_was_only_foreseen_is_told_neither_as_done_nor_as_wrong(site: Site) -> None:
    """Both servers hold a renewed certificate that nothing has assigned yet when the other one is found stopped."""
    old = deployed(site)
    made = site.play("deploy_pool", "--tags", "certificates", variables=renewing(old))
    assert made.code == 0 and serving(site) == old and keys(site, "ocssrv01") == 2, made.output
    site.command("ocssrv02", "net stop RTCSRV")
    before = site.state()
    run = site.play("renew_certificates", variables=renewing(old))
    assert run.code != 0 and site.state() == before, run.output
    assert "ocssrv01.company.local: nothing was changed here, since of its pool ocssrv02.company.local" in run.summary
    assert "service RTCSRV" not in run.summary, run.summary
    report = site.report()
    assert report["changes"] == [] and report["replaced"] == [], report["changes"]
    places = [(one["server"], one["before"], one["after"], one["state"]) for one in report["places"]]
    front_end = ("ocssrv01.company.local", old["ocssrv01"], old["ocssrv01"], "not_changed")
    assert front_end in places and "would_change" not in {state for *_place, state in places}, places
    assert {one["state"] for one in report["assignments"]} <= {"not done", "bound", "manual", "unknown"}
    wrong = [one["message"] for one in report["proof"]["tls"]["results"] if one["state"] == "failed"]
    assert wrong == [], wrong
