"""The hand-over as data, and how its parts are told."""

from __future__ import annotations

import copy
import json

import pytest
from unit.finding_cases import made
from unit.hand_overs import GIVEN, ID, PLAN, SERVER, THUMBPRINT, WRONG, report_data, report_markdown, report_summary

from ansible_collections.ucops.rollout.plugins.module_utils.errors import RolloutError


def test_data_of_a_certificate() -> None:
    assert report_data(GIVEN)["certificates"] == [
        {
            "id": ID,
            "server": SERVER,
            "common_name": "ocspool.company.local",
            "subject_alternative_names": ["ocspool.company.local", SERVER],
            "issuer": "ca01.company.local\\Company CA",
            "state": "installed",
            "request_id": 12,
            "thumbprint": THUMBPRINT,
            "not_before": "2026-11-22T08:00:00Z",
            "not_after": "2028-11-22T08:00:00Z",
            "serial_number": "61a0",
        }
    ]


def test_data_is_json_and_does_not_change_its_input() -> None:
    before = copy.deepcopy(GIVEN)
    data = report_data(GIVEN)
    assert json.loads(json.dumps(data)) == data
    assert before == GIVEN
    assert data["summary"] == {"proved": 1, "failed": 1, "by_hand": 0, "unproved": 0, "would_be_checked": 0}


@pytest.mark.parametrize("given", [{}, {"plan": None, "dns": "", "servers": None, "proof": {"dns": None}}])
def test_nothing_done_yet(given: dict) -> None:
    assert report_summary(given) == (
        "Planned    not done\n"
        "Changed    nothing\n"
        "Proved     DNS: not done\n"
        "           TLS: not done\n"
        "           trust: not done\n"
        "           sign-in: not done\n"
        "Hand-over  not done"
    )
    assert "# Rollout\n" in report_markdown(given)


def test_second_run_shows_held_certificates() -> None:
    held = {"thumbprint": THUMBPRINT, "not_after": "2028-11-22T08:00:00Z"}
    entry = {
        "request": {"changed": False, "state": "held", "thumbprint": THUMBPRINT, "held": held},
        "issue": {"skipped": True, "changed": False},
        "install": {"skipped": True, "changed": False},
    }
    certificate = report_data({"plan": PLAN, "servers": {SERVER: {"certificates": {ID: entry}}}})["certificates"][0]
    assert (certificate["state"], certificate["not_after"]) == ("held", "2028-11-22T08:00:00Z")


def test_a_certificate_of_several_servers_is_told_once_and_with_all_of_them() -> None:
    taken = {"install": {"changed": True, "state": "installed", "thumbprint": THUMBPRINT}, "thumbprint": THUMBPRINT}
    made = GIVEN["servers"][SERVER]["certificates"][ID]
    for servers in ({"e1": made, "e2": taken}, {"e1": taken, "e2": made}):
        given = {"plan": PLAN, "servers": {name: {"certificates": {ID: entry}} for name, entry in servers.items()}}
        (one,) = report_data(given)["certificates"]
        assert (one["server"], one["request_id"], one["not_after"]) == ("e1, e2", 12, "2028-11-22T08:00:00Z")
    failed = {"install": {"failed": True}}
    given = {"plan": PLAN, "servers": {"e1": {"certificates": {ID: made}}, "e2": {"certificates": {ID: failed}}}}
    assert report_data(given)["certificates"][0]["state"] == "failed"


def test_what_was_left_alone_says_why() -> None:
    change = {"verb": "report", "zone": "company.com", "name": "www", "type": "A", "note": "other addresses too"}
    change["after"] = {"ttl": 3600, "values": ["10.0.0.80"]}
    assert "! company.com: www A 10.0.0.80 (other addresses too)" in report_summary({"dns": {"changes": [change]}})


@pytest.mark.parametrize(
    ("change", "line"),
    [
        (
            {"verb": "change", "before": ["10.0.0.1", "10.0.0.2"], "after": ["10.0.0.2"]},
            "~ a.test: www A 10.0.0.2 (gone: 10.0.0.1)",
        ),
        ({"verb": "delete", "before": ["10.0.0.1"], "after": None}, "- a.test: www A (gone: 10.0.0.1)"),
        ({"verb": "change", "before": ["10.0.0.1"], "after": ["10.0.0.1"]}, "~ a.test: www A 10.0.0.1"),
        ({"verb": "create", "before": None, "after": ["10.0.0.1"], "note": "new"}, "+ a.test: www A 10.0.0.1 (new)"),
    ],
)
def test_values_that_went_are_told(change: dict, line: str) -> None:
    states = {key: change[key] and {"ttl": 60, "values": change[key]} for key in ("before", "after")}
    changes = [{**change, **states, "zone": "a.test", "name": "www", "type": "A"}]
    assert f"Changed    {line}\n" in report_summary({"dns": {"changed": True, "changes": changes}})


def test_what_of_a_zone_was_set_is_told() -> None:
    aging = {"enabled": True, "no_refresh_interval": 24, "refresh_interval": 48}
    before = {"kind": "primary", "partition": "legacy", "aging": None}
    change = {"verb": "change", "zone": "a.test", "name": "@", "type": "ZONE", "before": before}
    after = {"kind": "primary", "partition": "forest", "aging": aging}
    summary = " ".join(report_summary({"dns": {"changed": True, "changes": [{**change, "after": after}]}}).split())
    assert (
        "~ a.test: zone a.test (partition: forest; aging: enabled true, no_refresh_interval 24, refresh_interval 48)"
        in summary
    )


def test_listed_changes_of_a_step() -> None:
    changes = [
        {"verb": "create", "what": "certificate of an authority put into the store CA", "after": "CC"},
        {"verb": "create", "what": "certificate installed", "after": "AB"},
        {"verb": "report", "what": "friendly name", "note": "set by somebody else"},
    ]
    install = {"changed": True, "state": "installed", "thumbprint": "AB", "changes": changes}
    binding = {"changed": True, "endpoint": "0.0.0.0:443", "changes": [{"verb": "create", "what": "bound"}]}
    restart = {"changed": True, "changes": [{"verb": "change", "what": "service RTCSRV restarted", "after": "Running"}]}
    entry = {"install": install, "binding": binding, "services": {"results": [{"changed": False}, restart]}}
    data = report_data({"servers": {SERVER: {"certificates": {ID: entry}}}})
    assert [(one["verb"], one["what"], one["after"]) for one in data["changes"]] == [
        ("create", f"certificate of an authority put into the store CA ({ID})", "CC"),
        ("create", f"certificate installed ({ID})", "AB"),
        ("report", f"friendly name ({ID}): set by somebody else", None),
        ("create", f"bound ({ID})", None),
        ("change", f"service RTCSRV restarted ({ID})", "Running"),
    ]


@pytest.mark.parametrize(
    ("check_mode", "told"), [(True, "certificate to be installed"), (False, "certificate installed")]
)
def test_what_is_to_come_is_not_told_as_done(check_mode: bool, told: str) -> None:
    change = {"verb": "create", "what": "certificate installed", "to_do": "certificate to be installed"}
    entry = {"install": {"changed": True, "changes": [change, {"verb": "create", "what": "zone company.com"}]}}
    data = report_data({"check_mode": check_mode, "servers": {SERVER: {"certificates": {ID: entry}}}})
    assert [one["what"] for one in data["changes"]] == [f"{told} ({ID})", f"zone company.com ({ID})"]


def test_findings_of_every_step_are_told_once() -> None:
    new = {"severity": "note", "code": "oauth-certificate-is-new", "message": "OAuth's certificate is new"}
    entries = {ID: {"assignment": {"findings": [new]}}, "other": {"assignment": {"findings": [new]}}}
    data = report_data({"servers": {SERVER: {"certificates": entries}}})
    assert [one["code"] for one in data["findings"]] == ["oauth-certificate-is-new"]
    assert data["status"] == "done"


@pytest.mark.parametrize("issue", [{"changed": True, "state": "issued"}, {"changed": True, "state": "pending"}])
def test_a_step_that_lists_no_change_is_told_none(issue: dict) -> None:
    assert report_data({"servers": {SERVER: {"certificates": {ID: {"issue": issue}}}}})["changes"] == []


def test_what_a_look_would_have_done_is_no_change() -> None:
    """A look for the certificate that serves is made as in check mode, also in a run that changes things."""
    change = {"verb": "create", "what": "key and request made"}
    look = {"changed": False, "state": "would_create", "changes": [change]}
    assert report_data({"servers": {SERVER: {"certificates": {ID: {"request": look}}}}})["changes"] == []


def test_steps_by_hand_of_other_components() -> None:
    """Each with its own: what one of them serves says nothing of the others."""
    places = (("oauth", 0), ("access_edge", 443), ("access_edge", 5061))
    assignments = [{"server": SERVER, "component": one, "use": "x", "port": port} for one, port in places]
    plan = {**PLAN, "certificates": [{**PLAN["certificates"][0], "assignments": assignments}]}
    entry = {
        "by_hand": {
            "oauth:0": {"state": "manual", "steps": ["Assign it to oauth."]},
            "access_edge:443": {"state": "manual", "steps": ["Assign it to access_edge."]},
            "access_edge:5061": {"state": "proved", "steps": []},
        }
    }
    data = report_data({"plan": plan, "servers": {SERVER: {"certificates": {ID: entry}}}})
    told = ["Assign it to oauth.", "Assign it to access_edge."]
    assert data["steps_by_hand"] == [{"where": SERVER, "what": one} for one in told]
    assert [(one["component"], one["port"], one["state"]) for one in data["assignments"]] == [
        ("oauth", 0, "manual"),
        ("access_edge", 443, "manual"),
        ("access_edge", 5061, "proved"),
    ]


def test_the_certificate_of_the_organisation_is_told_once_at_the_server_that_sets_it() -> None:
    plan = made("lync").to_plain()
    (oauth,) = (one for one in plan["certificates"] if one["use"] == "oauth")
    first, *others = oauth["holders"]
    assert len(others) > 0 and len(oauth["assignments"]) == len(oauth["holders"])
    done = {"certificates": {oauth["id"]: {"assignment": {"state": "assigned", "changed": True}}}}
    given = {"plan": plan, "servers": {first: done}}
    assigned = [one for one in report_data(given)["assignments"] if one["component"] == "oauth"]
    assert [(one["server"], one["state"]) for one in assigned] == [(first, "assigned")]
    row = f"| `{first}` | oauth, once for the organisation | – |"
    assert row in report_markdown(given) and report_markdown(given).count("| oauth") == 1


OLD, AT = "AB" * 20, "10.0.0.10:5061"


@pytest.mark.parametrize(
    ("changes", "status"),
    [
        ({}, "by_hand"),
        # The handshake of the proof goes to the load balancer.
        ({"address": "10.0.0.99:5061"}, "by_hand"),
        ({"address": "10.0.0.10:443"}, "failed"),
        ({"found": {"thumbprint": "CD" * 20}}, "failed"),
        ({"found": None}, "failed"),
        ({"steps": []}, "failed"),
    ],
)
def test_an_old_certificate_that_a_person_is_to_replace_is_a_step_and_no_failure(changes: dict, status: str) -> None:
    place = {"place": AT, "before": OLD, "after": OLD, "state": "not_changed"}
    steps = changes.get("steps", ["Choose it in the wizard."])
    entry = {"assignment": {"state": "manual", "steps": steps, "assigned": [place]}}
    seen = {"check": "tls", "subject": "a:5061", "state": "failed", "message": "another certificate", "address": AT}
    seen |= {"found": {"thumbprint": OLD}} | {key: one for key, one in changes.items() if key != "steps"}
    data = report_data({"servers": {SERVER: {"certificates": {ID: entry}}}, "proof": {"tls": [seen]}})
    assert (data["status"], data["counts"]["by_hand"]) == (status, len(steps))
    assert data["counts"]["wrong"] == (1 if status == "failed" else 0)
    assert data["proof"]["tls"]["results"][0]["state"] == status
    assert data["summary"][status] == 1


def test_a_port_that_shows_the_planned_certificate_explains_nothing() -> None:
    place = {"place": AT, "before": OLD, "after": OLD, "state": "unchanged"}
    entry = {"assignment": {"state": "manual", "steps": ["Look."], "assigned": [place]}}
    seen = {"subject": "a:5061", "state": "failed", "message": "expired", "address": AT, "found": {"thumbprint": OLD}}
    data = report_data({"servers": {SERVER: {"certificates": {ID: entry}}}, "proof": {"tls": [seen]}})
    assert data["status"] == "failed"


def test_dates_come_from_the_handshake_where_no_step_tells_them() -> None:
    found = {"thumbprint": THUMBPRINT, "not_after": "2028-11-22T08:00:00Z"}
    given = {
        "plan": PLAN,
        "servers": {SERVER: {"certificates": {ID: {"thumbprint": THUMBPRINT}}}},
        "proof": {"tls": [{**WRONG, "found": found}]},
    }
    assert report_data(given)["certificates"][0]["not_after"] == "2028-11-22T08:00:00Z"


@pytest.mark.parametrize(("key", "number"), [("AB12", 7), ("CD34", None), (None, None)])
def test_a_later_run_has_the_request_s_number_from_the_ca(key: str | None, number: int | None) -> None:
    held = {"request": {"state": "held", "public_key": key}, "thumbprint": THUMBPRINT}
    given = {
        "plan": PLAN,
        "servers": {SERVER: {"certificates": {ID: held}}},
        "authorities": {"ca01": {"name": "Company CA", "request_ids": {"AB12": 7}}},
    }
    assert report_data(given)["certificates"][0]["request_id"] == number


@pytest.mark.parametrize(
    ("state", "parts", "told"),
    [
        ("would_create", ["plan", "verify"], True),
        ("outstanding", ["plan", "verify", "report"], True),
        ("held", ["plan", "verify"], False),
        ("would_create", ["plan", "certificates", "verify"], False),
        ("would_create", [], False),
    ],
)
def test_a_proof_fails_where_the_store_holds_no_certificate(state: str, parts: list[str], told: bool) -> None:
    given = {"plan": PLAN, "parts": parts, "servers": {SERVER: {"certificates": {ID: {"request": {"state": state}}}}}}
    assert (
        report_data(given)["failures"]
        == [
            {
                "where": SERVER,
                "what": f"the store holds no certificate that serves as {ID}; what is still served there is gone with"
                " the next restart. Run deploy_pool",
            }
        ]
        * told
    )


def test_failures_and_waiting_come_first() -> None:
    entry = {"issue": {"state": "pending", "request_id": 7}, "waiting": "Request 7 waits at ca01 for an approval."}
    given = {
        "plan": PLAN,
        "dns": {"failed": True, "msg": "zone company.com is missing"},
        "servers": {
            SERVER: {"certificates": {ID: entry}},
            "ocssrv02.company.local": {"failure": "the CA denied request 8"},
        },
    }
    summary = report_summary(given)
    assert (
        "Failed     DNS: zone company.com is missing\n           ocssrv02.company.local: the CA denied request 8"
        in summary
    )
    assert "Waits      ocssrv01.company.local: Request 7 waits at ca01 for an approval." in summary
    text = report_markdown(given)
    assert text.index("## Failed") < text.index("## Waits for others") < text.index("## Changes")
    assert "| request ID | `7` |" in text
    assert "Planned; pushing them was not done." in text


def test_check_mode_says_so() -> None:
    given = {**GIVEN, "check_mode": True}
    assert "\nWould do   + company.com: zone company.com" in report_summary(given)
    assert "**Check mode: nothing was changed.**" in report_markdown(given)
    assert "## Changes that would be made" in report_markdown(given)


def test_no_mapping() -> None:
    with pytest.raises(RolloutError, match="report: a list where a mapping was expected"):
        report_data([])


def test_what_a_ca_gives_reason_to_say_is_told_once() -> None:
    """Known before anything is changed, and again when a certificate is issued."""
    finding = {"severity": "note", "code": "templates-unread", "message": "it is not known"}
    before = {"authorities": {"ca01": {"findings": [finding]}}}
    issued = {"servers": {"fe1": {"certificates": {"x": {"issue": {"findings": [finding]}}}}}}
    for given in (before, issued, {**before, **issued}):
        assert [one["code"] for one in report_data(given)["findings"]] == ["templates-unread"]


def test_a_report_that_could_not_be_written_is_one_of_the_failures() -> None:
    data = report_data({**GIVEN, "report_paths": [], "report_failure": "/srv/a.md: cannot be written (No space left)"})
    told = {"where": "report", "what": "it could not be written: /srv/a.md: cannot be written (No space left)"}
    assert (data["failures"], data["status"], data["report_paths"]) == ([told], "failed", [])


def test_what_was_only_noted_is_no_change() -> None:
    note = {"verb": "report", "what": "certificate was issued earlier, by request 12", "after": THUMBPRINT}
    given = {"servers": {SERVER: {"certificates": {ID: {"issue": {"changed": False, "changes": [note]}}}}}}
    summary = " ".join(report_summary(given).split())
    assert f"Changed nothing ! {SERVER}: certificate was issued earlier, by request 12 ({ID}) Proved" in summary
    text = report_markdown(given)
    assert "| changed | 0 |" in text and "| only noted |" in text


def test_a_server_is_named_once() -> None:
    failure = f"{SERVER} (10.0.0.11:5985): cannot log on"
    given = {"servers": {SERVER: {"failure": failure}}}
    assert f"Failed     {failure}\n" in report_summary(given)
    (line,) = [one for one in report_markdown(given).splitlines() if one.startswith("1. ")]
    assert line.count("ocssrv01") == 1 and line.endswith("cannot log on")
