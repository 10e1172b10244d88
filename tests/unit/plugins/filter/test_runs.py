"""The filters on runs, called directly; tests/integration/test_run_filters.py has them in a play."""

from __future__ import annotations

import pytest
from ansible.errors import AnsibleFilterError
from unit.topologies import origin

from ansible_collections.ucops.rollout.plugins.filter.runs import FilterModule

FILTERS = FilterModule().filters()


def test_what_is_wrong_is_told_in_words() -> None:
    with pytest.raises(AnsibleFilterError, match=r"ucops\.rollout\.server_work: fe9 is none of the plan's servers"):
        FILTERS["server_work"](origin(), "fe9")
    with pytest.raises(AnsibleFilterError, match=r"ucops\.rollout\.server_work: port_map: .* does not map ports"):
        FILTERS["server_work"](origin(), "fe9", port_map={"x": 1})
    with pytest.raises(AnsibleFilterError, match=r"ucops\.rollout\.outcomes: no mapping of hosts .* Give hostvars"):
        FILTERS["outcomes"]([], {})
    with pytest.raises(AnsibleFilterError, match=r"ucops\.rollout\.rollout_left: report: a list where a mapping"):
        FILTERS["rollout_left"]([])
    with pytest.raises(
        AnsibleFilterError, match=r"ucops\.rollout\.rollout_left: unproved: 'no' is neither of fail and w"
    ):
        FILTERS["rollout_left"]({}, unproved="no")
    with pytest.raises(
        AnsibleFilterError, match=r"ucops\.rollout\.proof_inputs: trusted_roots: .* 'x' is no thumbprint"
    ):
        FILTERS["proof_inputs"]({}, {}, trusted_roots=["x"])
    with pytest.raises(AnsibleFilterError, match=r"ucops\.rollout\.kept_plan: got an unexpected keyword argument"):
        FILTERS["kept_plan"]({}, hosts="x")


def test_nothing_is_planned_yet() -> None:
    nothing = {"dns": {}, "servers": {}, "not_done": [], "authorities": {}, "windows": {}, "findings": []}
    assert FILTERS["outcomes"]({}, {}) == nothing
    assert FILTERS["proof_inputs"]({}, {})["sip_domains"] == []


def test_servers_that_share_a_key_and_what_they_ask() -> None:
    issuer = {"ca": "ca01\\Company CA"}
    jobs = [
        {"sharers": sharers, "offline": False, "ca_host": "ca01", "certificate": {"id": id, "issuer": issuer}}
        for id, sharers in (("a", []), ("b", ["e1", "e2"]))
    ]
    found = {id: {"request": {"state": "would_create"}, "thumbprint": None} for id in ("a", "b")}
    survey = {"work": {"fqdn": "e", "certificates": jobs}, "obtain": True, "next": {}, "certificates": found}
    hosts = {name: {"pool_certificates_survey": survey} for name in ("e1", "e2")}
    own = {"own": True, "source": "", "thumbprint": "", "waiting": "", "refusal": "", "also": []}
    assert FILTERS["key_turns"](hosts, "e1") == {"b": own}
    assert [FILTERS["takes_keys"](hosts, one) for one in ("e1", "e2")] == [False, True]
    assert FILTERS["with_work"](hosts, ["e1", "e2"]) == ["e2"]
    assert FILTERS["superseded"](hosts, "e1") == []
    assert FILTERS["failed_before"]({"e1": {}, "e2": {"pool_report_failure": "no"}}, ["e1", "e2"]) == "e2"
    known = {"ca1": {"pool_audit_authority": {"serves": True, "pending_ids": {"AB": 7}}}}
    assert FILTERS["audit_requests"](known, ["ca1", "ca2"]) == {"pending": {"AB": 7}, "revoked": {}}
    assert FILTERS["peers"](hosts, "e1", ["e1", "e2"], {}) == []
    (asked,) = FILTERS["ca_orders"](hosts, ["e1", "e2"])
    assert (asked["ca_host"], [one["certificate"]["id"] for one in asked["orders"]]) == ("ca01", ["a", "b", "a"])
    assert FILTERS["issued_certificates"](hosts, "e1") == {}
    assert FILTERS["server_certificates"](hosts, "e1") == {"certificates": found, "held": {}, "failure": ""}


def test_parts_and_hosts_of_a_run() -> None:
    assert FILTERS["run_parts"](["verify", "dns"], []) == ["plan", "dns", "verify"]
    assert FILTERS["run_parts"](["all"], [], of=["plan", "verify", "report"]) == ["plan", "verify", "report"]
    assert FILTERS["run_halves"](["plan", "dns"]) == ["records"]
    run = {"localhost": {"pool_plan_hosts": {"ca": ["ca1"], "by_hand": ["proxy"]}, "pool_plan_let_in": {}}}
    assert FILTERS["left_out"]({**run, "ca1": {}}, ["ca1", "ca2"]) == ["ca1"]
    assert FILTERS["run_hosts"](run) == ["ca1", "proxy"]
    assert FILTERS["run_hosts"](run, "by_hand") == ["proxy"]
    # Of a plan that was refused, or is of an earlier task, nobody takes part.
    assert FILTERS["run_hosts"]({"localhost": {"pool_plan_hosts": {"ca": ["ca1"]}}}) == FILTERS["run_hosts"]({}) == []
    assert FILTERS["left_out"]({}) == ["localhost"]
    limited = {"servers": ["fe1", "fe2"], "cas": ["ca1", "ca2"], "parts": ["plan", "certificates"]}
    assert FILTERS["left_out"]({}, limited_to=["fe1", "ca2"], **limited) == ["localhost", "ca1"]
    assert FILTERS["left_out"]({}, limited_to=["dc1"], **limited) == ["localhost"]
    assert FILTERS["left_out"]({}, limited_to=["fe1"], **{**limited, "parts": ["plan", "dns"]}) == ["localhost"]
    there = {"localhost": {"pool_report_parts": []}}
    assert FILTERS["left_out"](there, limited_to=["fe1"], **limited) == []
    assert FILTERS["taking_part"]({"dns_external": ["ns1"], "by_hand": ["proxy"]}) == [
        {"name": "ns1", "groups": ["ucops_run_dns"], "view": "external"},
        {"name": "proxy", "groups": [], "view": ""},
    ]
    assert FILTERS["push_failed"]({"dc1": {"pool_dns_result": {"failed": True}}}, ["dc1"]) is True
    further = FILTERS["push_turn"]({"dc1": {}, "dc2": {}}, "dc2", ["dc1", "dc2"], origin())
    assert (further["writer"], further["zones"], further["refusal"][:25]) == ("dc1", [], "nothing was changed here:")


def test_nothing_is_pushed_without_a_plan() -> None:
    with pytest.raises(
        AnsibleFilterError, match=r"dc1: there is no plan, and nothing was done\. The role's first task"
    ):
        FILTERS["push_turn"]({"dc1": {}}, "dc1", ["dc1"], {})


def test_what_was_read_of_a_host_at_first_and_who_cannot_do_their_part() -> None:
    read = {"localhost": {"pool_certificates_read": {"hosts": {"fe1": '{"reached": true}'}}}, "fe1": {}, "fe2": {}}
    assert FILTERS["host_info"](read, "fe1") == {"reached": True}
    assert FILTERS["host_info"](read, "fe2") == FILTERS["host_info"]({}, "fe1") == {}
    # What a later task of its own has told counts.
    read["fe1"]["pool_certificates_survey"] = {"reached": False}
    assert FILTERS["host_info"](read, "fe1") == {"reached": False}
    assert FILTERS["unready"]({"fe1": {"pool_certificates_survey": {"reached": False, "msg": "no"}}}, ["fe1"]) == {
        "hosts": ["fe1"],
        "msg": "Nothing was touched, since not every host can do its part:\n- no",
    }
    assert FILTERS["unready"]({}, []) == {"hosts": [], "msg": ""}
    authorities = {"ca1": {"pool_report_authority": {"ca_certificates": ["PEM"]}}}
    assert FILTERS["ca_certificates"](authorities, ["ca1"]) == {"ca1": ["PEM"]}


def test_the_other_dns_servers_of_a_view() -> None:
    groups = {"ucops_dns": ["dc01", "dc02"], "outer": ["ns1", "ns2"]}
    hostvars = {"dc02": {"ansible_host": "10.0.0.6"}}
    assert FILTERS["name_servers"](hostvars, groups, besides="dc01") == [
        {"name": "dc02", "address": "10.0.0.6", "port": 53, "view": "internal"}
    ]
    assert FILTERS["name_servers"](hostvars, groups, view="external", external="outer", besides="ns1", port="5353") == [
        {"name": "ns2", "address": "ns2", "port": 5353, "view": "external"}
    ]
    assert FILTERS["name_servers"](hostvars, groups, view="external") == []


def test_an_audit() -> None:
    wanted = FILTERS["audit_records"](origin())
    assert [one["name"] for one in wanted["zones"]] == ["company.local", "company.com"]
    assert {one["managed"] for one in wanted["records"]} == {"ours"} and len(wanted["records"]) == 6
    found = FILTERS["audit_data"]({}, origin(), run={"operator": "me"}, records=False)
    assert (found["status"], found["run"]["operator"], found["records"]) == ("unproved", "me", [])
    # Two servers, and their CA.
    assert [one["verdict"] for one in found["certificates"]] == ["not_read"] * 3
    dns = {"dc01": {"pool_audit_zones": {"compared": []}}}
    assert FILTERS["audit_data"](dns, origin(), dns_hosts=["dc01"], certificates=False)["records"] == []
    assert len(FILTERS["audit_left"](found)["blocking"]) == 3
    cas = {"ca_hosts": ["ca01"], "authorities": False}
    assert len(FILTERS["audit_data"]({}, origin(), records=False, **cas)["certificates"]) == 2
    assert FILTERS["audit_left"](found, unproved="warn")["blocking"] == []
    with pytest.raises(AnsibleFilterError, match=r"ucops\.rollout\.audit_left: unproved: 'no' is neither"):
        FILTERS["audit_left"](found, unproved="no")
    with pytest.raises(AnsibleFilterError, match=r"ucops\.rollout\.audit_data: run: you: unknown key"):
        FILTERS["audit_data"]({}, {}, run={"you": 1})
