"""What the tasks of a run left of each server's certificates, as one."""

from __future__ import annotations

from typing import Any

from ansible_collections.ucops.rollout.plugins.module_utils.report.server_results import (
    certificates_of,
    held_of,
    issued_of,
    jobs_of,
    orders,
    superseded,
)

FQDN = "fe1.company.local"


def job(id: str, ca: str = "ca01\\Company CA", **more: Any) -> dict[str, Any]:
    return {"certificate": {"id": id, "issuer": {"ca": ca}}, "ca_host": "ca01", "offline": False, **more}


def survey(*jobs: dict[str, Any], fqdn: str = FQDN, state: str = "would_create", **more: Any) -> dict[str, Any]:
    found = {one["certificate"]["id"]: {"request": {"state": state}, "thumbprint": None} for one in jobs}
    asked = {"obtain": True, "assign": True, "next": {"a": "make_key"}}
    return {"work": {"fqdn": fqdn, "certificates": list(jobs)}, "certificates": found, **asked, **more}


def test_what_came_later_counts() -> None:
    order = {"server": FQDN, "certificate": {"id": "a"}}
    other = {"server": "fe2.company.local", "certificate": {"id": "a"}}
    asked = {"pool_certificates_ca": {"orders": [other, order]}, "results": [{"state": "pending"}, {"state": "issued"}]}
    made = {"state": "created", "request": "PEM"}
    kept = {
        "pool_certificates_survey": survey(job("a"), job("b"), held={"certificates": []}),
        "pool_certificates_requests": {"certificates": {"a": {"request": made}}},
        "pool_certificates_issued": {"results": [asked]},
    }
    hosts = {"fe1": kept}
    assert certificates_of(hosts, "fe1") == {
        "a": {"request": made, "thumbprint": None, "issue": {"state": "issued"}},
        "b": {"request": {"state": "would_create"}, "thumbprint": None},
    }
    assert held_of(hosts, "fe1") is None
    kept["pool_certificates_done"] = {"certificates": {"a": {"thumbprint": "AB"}}, "held": {"certificates": ["AB"]}}
    assert (certificates_of(hosts, "fe1")["a"]["thumbprint"], held_of(hosts, "fe1")) == (
        "AB", {"certificates": ["AB"]},
    )  # fmt: skip
    kept["pool_certificates_taken"] = {"skipped": True}
    assert held_of(hosts, "fe1") == {"certificates": ["AB"]}
    assert certificates_of({}, "fe1") == {} and held_of({}, "fe1") is None


def test_what_was_read_first_did_nothing() -> None:
    looked = {"state": "would_create", "changed": True, "changes": [{"what": "key and request made"}]}
    found = {"certificates": {"a": {"request": looked, "waiting": ""}}}
    assert certificates_of({"fe1": {"pool_certificates_survey": found}}, "fe1") == {
        "a": {"request": {"state": "would_create", "changed": False, "changes": []}, "waiting": ""}
    }


def test_what_was_only_foreseen_of_an_assignment_was_not_done() -> None:
    changes = [{"verb": "change", "what": "service RTCSRV restarted"}]
    service = {"changed": True, "state": "running", "changes": changes}
    place = {"place": "10.0.0.11:5061", "before": "OLD", "after": "NEW", "state": "would_change"}
    step = {"changed": True, "changes": changes, "assigned": [place]}
    found = {
        "assignment": {**step, "state": "would_assign"},
        "binding": {"changed": False, "state": "bound", "assigned": [{**place, "after": "OLD", "state": "unchanged"}]},
        "services": {"changed": True, "results": [service]},
        "by_hand": {"edge:443": {**step, "state": "would_assign"}},
        "thumbprint": "NEW",
    }
    undone = {"changed": False, "changes": [], "state": ""}
    undone["assigned"] = [{**place, "after": "OLD", "state": "not_changed"}]
    hosts = {"fe1": {"pool_certificates_survey": {"certificates": {"a": found}}}}
    assert certificates_of(hosts, "fe1")["a"] == {
        "assignment": undone,
        "binding": found["binding"],
        "services": {"changed": False, "changes": [], "results": [{**service, "changed": False, "changes": []}]},
        "by_hand": {"edge:443": undone},
        "thumbprint": "NEW",
    }
    done = {"a": {**found, "services": {"changed": True, "results": [service]}}}
    hosts["fe1"]["pool_certificates_done"] = {"certificates": done}
    assert certificates_of(hosts, "fe1")["a"] == done["a"]


def test_what_a_ca_revoked_and_what_went_after_that_is_told_with_what_was_replaced() -> None:
    done = {"a": {}, "b": {"retired": {"retired": [{"state": "kept"}], "unproved": {}}}}
    revoked = {"results": [{"results": [{"serial_number": "4a", "state": "revoked"}]}, {"msg": "no"}]}
    hosts = {"fe1": {"pool_certificates_done": {"certificates": done}, "pool_certificates_revoked": revoked}}
    told = certificates_of(hosts, "fe1")
    assert told["a"] == {}
    assert told["b"]["revoked"] == [{"serial_number": "4a", "state": "revoked"}]
    assert told["b"]["retired"] == {"retired": [{"state": "kept"}], "unproved": {}}
    after = {"retired": [{"state": "removed"}], "unproved": {}, "changed": True}
    hosts["fe1"]["pool_certificates_retired"] = after
    assert certificates_of(hosts, "fe1")["b"]["retired"] == after
    hosts["fe1"]["pool_certificates_retired"] = {"skipped": True}
    assert certificates_of(hosts, "fe1")["b"]["retired"]["retired"] == [{"state": "kept"}]


def test_what_was_read_counts_where_nothing_was_to_be_done() -> None:
    held = {"certificates": ["AB"]}
    assert held_of({"fe1": {"pool_certificates_survey": survey(next={}, held=held)}}, "fe1") == held
    alone = survey(held=held, obtain=False, assign=False)
    assert held_of({"fe1": {"pool_certificates_survey": alone}}, "fe1") == held


def test_a_ca_that_could_not_be_asked_fails_every_order() -> None:
    order = {"server": FQDN, "certificate": {"id": "a"}}
    asked = {"pool_certificates_ca": {"orders": [order]}, "unreachable": True, "msg": "ca01: no answer"}
    hosts = {"fe1": {"pool_certificates_survey": survey(job("a")), "pool_certificates_issued": {"results": [asked]}}}
    assert issued_of(hosts, "fe1") == {"a": {"failed": True, "msg": "ca01: no answer"}}


def test_the_orders_of_all_servers_by_ca() -> None:
    made = {
        "certificates": {"a": {"request": {"state": "created", "request": "PEM", "public_key": "KEY", "waiting": "AB"}}}
    }
    other = "ca01\\Other CA"
    hosts = {
        "fe1": {"pool_certificates_survey": survey(job("a"), job("b", other)), "pool_certificates_requests": made},
        "fe2": {"pool_certificates_survey": survey(job("a"), job("c"), fqdn="fe2.company.local", state="outstanding")},
        "held": {"pool_certificates_survey": survey(job("a"), state="held")},
        "offline": {"pool_certificates_survey": survey(job("a", offline=True))},
        "assigns": {"pool_certificates_survey": survey(job("a"), obtain=False)},
        "unread": {},
    }
    assert [one["certificate"]["id"] for one in jobs_of(hosts, "fe1")] == ["a", "b"]
    found = orders(hosts, list(hosts), {"fe2": ["c"]})
    assert [(one["ca_host"], [order["server"] for order in one["orders"]]) for one in found] == [
        ("ca01", [FQDN, "fe2.company.local"]),
        ("ca01", [FQDN]),
    ]
    assert found[0]["orders"][0] == {
        "certificate": job("a")["certificate"],
        "server": FQDN,
        "request": "PEM",
        "public_key": "KEY",
        "waiting": "AB",
    }
    assert set(found[0]["orders"][1]) == {"certificate", "server"}


def test_what_is_to_be_revoked_at_which_ca() -> None:
    ca = "ca01.company.local\\Company CA"
    jobs = [
        {"certificate": {"id": "a", "issuer": {"ca": ca}}, "ca_host": "ca01"},
        {"certificate": {"id": "b", "issuer": {"ca": ""}}, "ca_host": ""},
    ]

    def old(id: str, serial: str, state: str = "removed", **more: str) -> dict[str, Any]:
        told = {"certificate": id, "serial_number": serial, "public_key": "k" + serial, "state": state}
        return {**told, "issuer_common_name": "Company CA", "store": "MY", **more}

    retired = [
        old("a", "1"),
        old("a", "2", "kept"),
        old("a", "3", "in_use"),
        old("a", "4", issuer_common_name="Other CA"),
        old("a", "5", store="REQUEST"),
        old("b", "6", issuer_common_name="Public CA"),
        old("c", "7"),
    ]
    survey = {"work": {"certificates": jobs}, "certificates": {"a": {"retired": {"retired": retired}}, "b": {}}}
    named = [{"serial_number": one, "public_key": f"k{one}"} for one in ("1", "2")]
    hosts = {"s": {"pool_certificates_survey": survey}}
    assert superseded(hosts, "s") == [{"ca_host": "ca01", "ca": ca, "certificates": named}]
    assert superseded(hosts, "elsewhere") == []
