"""What a run says in a terminal: short lines, and each failure once at its end."""

from __future__ import annotations

import pytest
import yaml
from languagekit import each_host_in_every_language
from sitekit import STATISTICS, Run, Site

# In bytes.
LONGEST = 2000
ENROL = "Give the account that logs on to the CA the permission Enroll on the template"


def longest(run: Run) -> str:
    return max(run.output.splitlines(), key=lambda line: len(line.encode()))


def test_no_long_lines(site: Site) -> None:
    for playbook in ("deploy_pool", "verify_pool"):
        run = site.play(playbook, "-v", forked=False)
        assert run.code == 0 or playbook == "verify_pool", run.output
        assert len(longest(run).encode()) < LONGEST, longest(run)


@each_host_in_every_language
@pytest.mark.estate(hosts=[{"name": "ca01", "ca": {"templates": {"WebServer": {"enroll": ["Enterprise Admins"]}}}}])
def test_a_failure_is_told_once_at_the_end(site: Site) -> None:
    run = site.play("deploy_pool", "-v")
    assert run.code == 2
    assert len(longest(run).encode()) < LONGEST, longest(run)
    end = run.summary
    assert end.count("the CA refused request") == 2, end
    assert end.index("Failed ") < end.index("Unproved ") < end.index("Proved "), end
    # Seven endpoints and two ways to sign in: one cause at each of two ports, and in one line what follows from the
    # failed parts, such as their closed ports.
    assert end.count("listener ended the connection") == 2 and "nothing listens there" not in end, end
    follow = "ocssrv01.company.local, ocssrv02.company.local: 6 checks could not be done, since their parts failed"
    assert end.count(follow) == 1, end
    after = run.output.partition("Fail where something is left")[2]
    assert "FAILED: 2 steps failed" in after and "refused request" not in after, after


def test_alike_errors_are_one_line(site: Site) -> None:
    topology = site.group_vars()["ucops_topology"]
    topology["pools"][0]["servers"] += [
        {"fqdn": f"srv{at}.company.local", "addresses": {"internal": [f"10.0.1.{at}"]}} for at in range(10, 24)
    ]
    run = site.play("deploy_pool", variables={"ucops_topology": topology})
    assert run.code == 2
    assert "14 times alike, at srv10.company.local, srv11.company.local, " in run.output
    assert run.output.count("has no host in the inventory group") == 2, run.output
    assert len(longest(run).encode()) < LONGEST, longest(run)


def test_nothing_deployed_yet_is_told_once(site: Site) -> None:
    run = site.play("verify_pool", settings=STATISTICS)
    assert run.code == 2 and run.published["status"] == "failed", run.output
    end = run.summary
    assert end.count("nothing of this plan is deployed yet") == 1, end
    assert "does not exist" not in end and "Unproved " not in end and "Failed " in end, end
    assert site.report()["deployed"] is False
    assert {one["state"] for one in site.report()["proof"]["tls"]["results"]} == {"unproved"}


def test_report_that_cannot_be_written_loses_no_summary(site: Site) -> None:
    (site.work / "file").write_text("", encoding="utf-8")
    role = {"name": "Report", "ansible.builtin.include_role": {"name": "ucops.rollout.pool_report"}}
    play = {"name": "Report", "hosts": "localhost", "connection": "local", "gather_facts": False, "tasks": [role]}
    path = site.work / "report_alone.yml"
    path.write_text(yaml.safe_dump([play]), encoding="utf-8")
    run = site.play(str(path), variables={"pool_report_directory": str(site.work / "file")}, settings=STATISTICS)
    assert run.code == 2 and run.published["status"] == "failed", run.output
    assert run.published["reports"] == []
    end = run.summary
    assert "Planned " in end and "report: it could not be written: " in end and "is a file and no folder" in end, end
    assert "FAILED: 1 step failed" in run.output.partition("Fail where something is left")[2]


def test_failed_push_fills_no_screen(site: Site) -> None:
    site.estate.fault("dc01", "fault", match={"kind": "invoke", "text": "_sipinternaltls"}, fault="busy", times=1000)
    run = site.play("deploy_pool", "-v")
    assert run.code == 2 and len(longest(run).encode()) < LONGEST, run.output
    assert "Still to be done: " in run.summary and site.report()["dns_done"] is False
    assert {one["verb"] for one in site.report()["changes"]} == {"create"}
    assert sum(row["changed"] for host, row in run.recap.items() if host.startswith("ocs")) == 0
