"""The hand-over as data."""

from __future__ import annotations

import copy
import json

import pytest
from unit.handovers import GIVEN, ID, PLAN, SERVER, THUMBPRINT, WRONG

from ansible_collections.ucops.rollout.plugins.module_utils.errors import RolloutError
from ansible_collections.ucops.rollout.plugins.module_utils.report.data import report_data


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
    assert data["summary"] == {"proved": 1, "failed": 1, "unproved": 0, "would_be_checked": 0}


def test_second_run_shows_held_certificates() -> None:
    held = {"thumbprint": THUMBPRINT, "not_after": "2028-11-22T08:00:00Z"}
    entry = {
        "request": {"changed": False, "state": "held", "thumbprint": THUMBPRINT, "held": held},
        "issue": {"skipped": True, "changed": False},
        "install": {"skipped": True, "changed": False},
    }
    certificate = report_data({"plan": PLAN, "servers": {SERVER: {"certificates": {ID: entry}}}})["certificates"][0]
    assert (certificate["state"], certificate["not_after"]) == ("held", "2028-11-22T08:00:00Z")


def test_dates_come_from_the_handshake_where_no_step_tells_them() -> None:
    found = {"thumbprint": THUMBPRINT, "not_after": "2028-11-22T08:00:00Z"}
    given = {
        "plan": PLAN,
        "servers": {SERVER: {"certificates": {ID: {"thumbprint": THUMBPRINT}}}},
        "proof": {"tls": [{**WRONG, "found": found}]},
    }
    assert report_data(given)["certificates"][0]["not_after"] == "2028-11-22T08:00:00Z"


def test_another_shape_is_refused() -> None:
    with pytest.raises(RolloutError):
        report_data([])  # type: ignore[arg-type]
