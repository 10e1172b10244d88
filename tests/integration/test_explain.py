"""The playbook that explains a name."""

from __future__ import annotations

import json

import pytest
from sitekit import play
from unit.explained import SERVER
from unit.topologies import origin

pytestmark = pytest.mark.versions


def test_the_playbook_explains_in_place_of_the_plan() -> None:
    variables = {"ucops_topology": origin(), "explain": "ocssrv02.company.local"}
    settings = {"ANSIBLE_CALLBACK_RESULT_FORMAT": "json"}
    done = play("plan_pool", "-i", "localhost,", variables=variables, settings=settings)
    assert done.code == 0, done.output
    task = done.output.index("TASK [")
    shown = json.loads(done.output[done.output.index("{", task) : done.output.index("\n}\n", task) + 2])
    assert shown["msg"] == SERVER.splitlines()
    assert "DNS records" not in done.output
