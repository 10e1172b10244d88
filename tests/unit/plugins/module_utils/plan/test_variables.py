from __future__ import annotations

import re

import pytest
from unit.places import ROOT

from ansible_collections.ucops.rollout.plugins.module_utils.errors import RolloutError
from ansible_collections.ucops.rollout.plugins.module_utils.plan.variables import KNOWN, refuse_misspelt


@pytest.mark.parametrize(("name", "meant"), [
    ("ucops_olny", "ucops_only"),
    ("ucops_topolgy", "ucops_topology"),
    ("ucop_only", "ucops_only"),
    ("ucops_server_group", "ucops_servers_group"),
    ("ucops_dns_externalgroup", "ucops_dns_external_group"),
])  # fmt: skip
def test_a_slip_is_refused_with_what_was_meant(name: str, meant: str) -> None:
    with pytest.raises(RolloutError) as refused:
        refuse_misspelt(["ucops_topology", name, "ansible_user"])
    assert f"'{name}' is no variable of this collection, did you mean '{meant}'?" in str(refused.value)


def test_what_is_right_and_what_is_somebodys_own_passes() -> None:
    refuse_misspelt([*KNOWN, "ucops_run", "ucops_customer", "ucops_servers", "ucops_dns", "uc_pool", "only"])


def test_every_name_of_the_roles_is_known() -> None:
    texts = [path.read_text(encoding="utf-8") for path in (ROOT / "roles").glob("*/defaults/main.yml")]
    named = {name for text in texts for name in re.findall(r"\{\{ [^}]*?\b(ucops_\w+) \|", text)}
    assert named and named <= set(KNOWN), named - set(KNOWN)
