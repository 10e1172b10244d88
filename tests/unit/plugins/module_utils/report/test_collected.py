"""What the hosts of a run kept, from their variables."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from unit.topologies import origin

from ansible_collections.ucops.rollout.plugins.module_utils.model import Plan
from ansible_collections.ucops.rollout.plugins.module_utils.reading.queries import as_plan
from ansible_collections.ucops.rollout.plugins.module_utils.report.collected import (
    ca_certificates,
    cas_left_out,
    collected,
    kept_plan,
    left_out,
    push_failed,
)

ONE, TWO = "ocssrv01.company.local", "ocssrv02.company.local"
DROPPED = (
    "the server dropped out of this run before its part was done; what was done there until then is not known here"
)
LEFT_OUT = "took no part in this run, which was limited to other hosts"


def plan() -> Plan:
    found = as_plan(origin())
    return replace(found, servers=(replace(found.servers[0], inventory_host="fe1"), found.servers[1]))


def test_the_plan_of_the_host_itself_comes_first() -> None:
    hostvars = {"dc1": {"pool_plan_result": {"schema": 1}}, "localhost": {"pool_plan_result": {"schema": 2}}, "x": {}}
    assert kept_plan(hostvars, "dc1") == {"schema": 1}
    assert kept_plan(hostvars, "x") == kept_plan(hostvars) == {"schema": 2}
    assert kept_plan({}) == {}


def test_results_by_fqdn() -> None:
    hostvars: dict[str, dict[str, Any]] = {
        "dc1": {
            "pool_dns_result": {"changed": True},
            "pool_certificates_survey": {
                "product": "Microsoft Windows Server 2008 R2",
                "version": "6.1.7601",
                "findings": [{"code": "clock-differs"}],
            },
        },
        "fe1": {
            "pool_certificates_done": {"certificates": {"id": {"thumbprint": "AB"}}, "held": {"certificates": []}},
        },
        TWO: {"pool_report_failure": "the CA denied it"},
    }
    assert collected(hostvars, plan(), ["dc1", "dc2"], expect_servers=True) == {
        "dns": {"changed": True},
        "servers": {
            ONE: {"certificates": {"id": {"thumbprint": "AB"}}, "held": {"certificates": []}, "failure": ""},
            TWO: {"certificates": {}, "held": {}, "failure": "the CA denied it"},
        },
        "not_done": [],
        "authorities": {},
        "windows": {"dc1": "Microsoft Windows Server 2008 R2 (6.1.7601)"},
        "findings": [{"code": "clock-differs"}],
    }


def test_a_ca_that_was_read() -> None:
    hostvars: dict[str, dict[str, Any]] = {
        "ca1": {"pool_report_authority": {"name": "Company CA"}, "pool_certificates_survey": {"reached": True}},
        "ca2": {"pool_report_authority": {"skipped": True}, "pool_certificates_survey": {"msg": "cannot log on"}},
    }
    found = collected(hostvars, plan(), [], ["ca1", "ca2", "ca3"])["authorities"]
    assert found == {"ca1": {"name": "Company CA"}, "ca2": {"skipped": True, "msg": "cannot log on"}, "ca3": {}}
    # By the role, in a playbook that is none of ours.
    by_role = {"ca1": {"pool_verify_authority": {"name": "Company CA"}}}
    assert collected(by_role, plan(), [], ["ca1"])["authorities"] == {"ca1": {"name": "Company CA"}}


def test_a_server_that_dropped_out() -> None:
    hostvars: dict[str, dict[str, Any]] = {"dc1": {}, "fe1": {}}
    servers = collected(hostvars, plan(), ["dc1"], expect_servers=True)["servers"]
    assert {fqdn: one["failure"] for fqdn, one in servers.items()} == {ONE: DROPPED}
    assert collected(hostvars, plan(), ["dc1"])["servers"][ONE]["failure"] == ""


def test_servers_are_not_expected_after_a_failed_push() -> None:
    """Neither is the other view's DNS server, that nothing was pushed to."""
    hostvars: dict[str, dict[str, Any]] = {
        "dc1": {"pool_dns_pushed_view": "internal", "pool_dns_result": {"failed": True}},
        "ns1": {"pool_dns_pushed_view": "external", "pool_dns_result": {}},
        "fe1": {},
        TWO: {},
    }
    found = collected(hostvars, plan(), ["dc1", "ns1"], expect_servers=True)
    assert [one["failure"] for one in found["servers"].values()] == ["", ""]
    assert found["not_done"] == [
        {
            "hosts": ["ns1"],
            "why": "records not pushed, since those of the other view could not be; run again once that is mended",
        },
        {
            "hosts": [ONE, TWO],
            "why": "certificates and assignment not begun, since the records could not be pushed; run again once that"
            " is mended",
        },
    ]
    assert collected(hostvars, plan(), ["dc1"])["not_done"] == []


def test_hosts_that_a_limit_leaves_out() -> None:
    hostvars: dict[str, dict[str, Any]] = {
        "localhost": {"pool_plan_hosts": {"dns": ["dc1"], "servers": ["fe1", TWO]}, "pool_plan_let_in": {}},
        "dc1": {},
        "fe1": {},
        TWO: {"pool_report_takes_part": True},
    }
    assert collected(hostvars, plan(), ["dc1"], expect_servers=True)["dns"] == {}
    found = collected(hostvars, plan(), ["dc1"], expect_servers=True, expect_push=True)
    assert found["dns"] == {"notes": [f"dc1 {LEFT_OUT}; the records are not pushed"]}
    assert [found["servers"][fqdn]["failure"] for fqdn in (ONE, TWO)] == ["", DROPPED]
    told = f"{LEFT_OUT}; run again without the limit, or with them"
    assert found["not_done"] == [{"hosts": [ONE], "why": told}]
    hostvars[TWO] = {"pool_report_takes_part": False}
    both = collected(hostvars, plan(), ["dc1"], expect_servers=True)
    assert both["not_done"] == [{"hosts": [ONE, TWO], "why": told}]


def test_servers_that_were_left_alone_after_one_that_failed() -> None:
    hostvars: dict[str, dict[str, Any]] = {
        "fe1": {"pool_certificates_survey": {"next": {"a": "make_key"}}, "pool_report_failure": "it does not serve"},
        TWO: {"pool_certificates_survey": {"next": {"a": "make_key"}}},
    }
    found = collected(hostvars, plan(), expect_servers=True)
    assert [one["failure"] for one in found["servers"].values()] == ["it does not serve", ""]
    told = f"nothing was begun there, since {ONE} could not be brought to the plan before it; run again once that is"
    assert found["not_done"] == [{"hosts": [TWO], "why": f"{told} mended"}]
    hostvars[TWO]["pool_certificates_requests"] = {"unreachable": True}
    lost = collected(hostvars, plan(), expect_servers=True)
    assert (lost["servers"][TWO]["failure"], lost["not_done"]) == (DROPPED, [])


def test_the_servers_of_both_views() -> None:
    done = {"pushed": True, "changed": True, "changes": [{"what": "A"}], "notes": ["one"], "msg": ""}
    hostvars: dict[str, dict[str, Any]] = {
        "dc1": {"pool_dns_pushed_view": "internal", "pool_dns_result": done},
        "dc2": {},
        "ns1": {
            "pool_dns_pushed_view": "external",
            "pool_dns_result": {
                "pushed": False,
                "changed": False,
                "msg": "a conflict",
                "changes": [],
                "notes": ["two"],
            },
        },
    }
    assert collected(hostvars, plan(), ["dc1", "dc2", "ns1"])["dns"] == {
        "pushed": True,
        "changed": True,
        "failed": True,
        "msg": "a conflict",
        "changes": [{"what": "A", "server": "dc1"}],
        "notes": ["one", "two"],
    }
    hostvars["ns1"] = {"pool_dns_pushed_view": "external"}
    assert collected(hostvars, plan(), ["dc1", "dc2", "ns1"])["dns"] == done
    hostvars["localhost"] = {"pool_plan_hosts": {"dns_external": ["ns1"]}, "pool_plan_let_in": {}}
    found = collected(hostvars, plan(), ["dc1", "dc2", "ns1"], expect_push=True)["dns"]
    assert found["notes"] == ["one", f"ns1 {LEFT_OUT}; the records are not pushed"]


def test_who_had_no_turn() -> None:
    hostvars: dict[str, dict[str, Any]] = {
        "localhost": {"pool_report_parts": [], "pool_plan_hosts": {"ca": ["ca1", "ca2"]}, "pool_plan_let_in": {}},
        "ca1": {},
        "ca2": {"pool_report_takes_part": True},
        "other": {},
    }
    assert left_out(hostvars, ["ca1", "ca2", "other"]) == ("ca1",)
    assert left_out(hostvars) == ()
    assert left_out({"localhost": {}}) == left_out({}) == ("localhost",)


def test_cas_are_missed_where_servers_are_named() -> None:
    assert cas_left_out(["fe1", "ca1"], ["fe1", "fe2"], ["ca1", "ca2"]) == ("ca2",)
    assert cas_left_out(["dc1"], ["fe1"], ["ca1"]) == ()


def test_a_push_that_failed() -> None:
    hostvars: dict[str, dict[str, Any]] = {"dc1": {"pool_dns_result": {"failed": True}}, "dc2": {"pool_dns_result": {}}}
    assert push_failed(hostvars, ["dc1", "dc2"]) is True
    assert push_failed(hostvars, ["dc2", "none"]) is False
    assert push_failed(hostvars, []) is False


def test_what_several_servers_of_ocs_say_is_told_once() -> None:
    said = {"code": "ocs-differs", "message": "a server too many"}
    hostvars = {host: {"pool_certificates_survey": {"ocs_pool": {"findings": [said]}}} for host in ("fe1", TWO)}
    assert collected(hostvars, plan())["findings"] == [said]


@pytest.mark.parametrize(
    ("second", "told"),
    [
        ({"renew_not_held": ["AA", "BB"]}, ["AA"]),
        ({"renew_not_held": []}, []),
        ({"failed": True}, []),
        ({"work": {"logon": False}}, ["AA", "CC"]),
    ],
    ids=["both lack one", "held there", "unread", "nobody logs on"],
)
def test_what_is_to_be_renewed_and_no_server_holds(second: dict[str, Any], told: list[str]) -> None:
    surveys = {"fe1": {"renew_not_held": ["AA", "CC"]}, TWO: second}
    hostvars = {host: {"pool_certificates_survey": one} for host, one in surveys.items()}
    found = collected(hostvars, plan())["findings"]
    assert [one["message"].split()[2].rstrip(",") for one in found] == told
    assert {one["code"] for one in found} <= {"renewed-nowhere"}


def test_certificates_of_the_cas_that_were_read() -> None:
    hostvars = {
        "ca1": {"pool_report_authority": {"serves": True, "ca_certificates": ["ONE", "TWO"]}},
        "ca2": {"pool_certificates_survey": {"reached": False, "msg": "dead"}},
    }
    assert ca_certificates(hostvars, ["ca1", "ca2", "ca3"]) == {"ca1": ["ONE", "TWO"]}
    hostvars["ca1"]["pool_report_authority"]["chain_problem"] = "they lead to no root"
    assert ca_certificates(hostvars, ["ca1"]) == {}


def test_a_server_that_was_not_reached_or_on_which_nothing_was_to_be_done() -> None:
    read = {"reached": True, "next": {}, "held": {"certificates": []}, "certificates": {"id": {"thumbprint": "AB"}}}
    dead = {"reached": False, "msg": "nothing listens there"}
    hostvars = {"fe1": {"pool_certificates_survey": read}, TWO: {"pool_certificates_survey": dead}}
    assert collected(hostvars, plan(), expect_servers=True)["servers"] == {
        ONE: {"certificates": {"id": {"thumbprint": "AB"}}, "held": {"certificates": []}, "failure": ""},
        TWO: {"certificates": {}, "held": {}, "failure": "nothing listens there"},
    }
    # Where something was to be done, and nothing tells that it was, nobody knows how far it came.
    read = {**read, "next": {"id": "make_key"}, "obtain": True}
    hostvars["fe1"] = {"pool_certificates_survey": read}
    assert collected(hostvars, plan(), expect_servers=True)["servers"][ONE]["failure"] == DROPPED
    hostvars["fe1"] = {"pool_certificates_survey": {**read, "obtain": False}}
    assert collected(hostvars, plan(), expect_servers=True)["servers"][ONE]["failure"] == ""
