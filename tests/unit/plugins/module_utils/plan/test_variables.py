from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest
import yaml
from unit.places import ROOT

from ansible_collections.ucops.rollout.plugins.module_utils.errors import RolloutError
from ansible_collections.ucops.rollout.plugins.module_utils.plan.variables import (
    KNOWN,
    OF_PLAYBOOKS,
    SET_BY_ROLES,
    refuse_misspelt,
)

DOCUMENTED = (
    "pool_certificates_oauth",
    "pool_certificates_services",
    "pool_certificates_trusted_roots",
    "pool_certificates_web",
    "pool_verify_unproved",
)


@pytest.mark.parametrize(("name", "meant"), [
    ("ucops_olny", "ucops_only"),
    ("ucops_topolgy", "ucops_topology"),
    ("ucop_only", "ucops_only"),
    ("ucops_server_group", "ucops_servers_group"),
    ("ucops_dns_externalgroup", "ucops_dns_external_group"),
    ("pool_certificates_oauht", "pool_certificates_oauth"),
    ("pool_certificates_trusted_root", "pool_certificates_trusted_roots"),
    # Roles have a variable of this name while they loop, and nobody gives it.
    ("pool_certificates_service", "pool_certificates_services"),
    ("pool_certificate_web", "pool_certificates_web"),
    ("pool_verify_unprovd", "pool_verify_unproved"),
    ("export_formts", "export_formats"),
    ("explan", "explain"),
])  # fmt: skip
def test_a_slip_is_refused_with_what_was_meant(name: str, meant: str) -> None:
    with pytest.raises(RolloutError) as refused:
        refuse_misspelt(["ucops_topology", name, "ansible_user"], DOCUMENTED)
    assert f"'{name}' is no variable of this collection, did you mean '{meant}'? Correct the name" in str(refused.value)


def test_names_that_begin_like_ours_are_refused_with_the_hosts_that_have_them() -> None:
    of_hosts = {"srv01": ["pool_dns_colour", "mine"], "srv02": ["pool_dns_colour", "ucops_house_of_the_customer"]}
    with pytest.raises(RolloutError) as refused:
        refuse_misspelt(["ucops_house_of_the_customer"], DOCUMENTED, of_hosts)
    assert str(refused.value) == (
        "variables: 'pool_dns_colour' (of srv01, srv02) is no variable of this collection, and names that begin with"
        " pool_dns_ are its own; 'ucops_house_of_the_customer' is no variable of this collection, and names that begin"
        " with ucops_ are its own. Correct the name in the inventory, or on the command line"
    )


def test_what_is_right_and_what_is_somebodys_own_passes() -> None:
    set_before = ["pool_dns_result", "pool_plan_hosts", "pool_certificates_survey", "pool_certificates_done"]
    own = ["ucops", "uc_pool", "only", "pool_certificates", "pool_name", "exported", "export_options", "imports"]
    given = [*KNOWN, *OF_PLAYBOOKS, *DOCUMENTED, *set_before, *own]
    refuse_misspelt(given, DOCUMENTED, {"srv01": given})


def test_what_an_earlier_job_of_a_workflow_published_passes() -> None:
    """AWX gives it to the next job as a variable."""
    refuse_misspelt(["ucops_rollout", "ucops_rollout_documents"], DOCUMENTED, {})


def test_every_name_of_the_roles_is_known() -> None:
    texts = [path.read_text(encoding="utf-8") for path in (ROOT / "roles").glob("*/defaults/main.yml")]
    named = {name for text in texts for name in re.findall(r"\{\{ [^}]*?\b(ucops_\w+) \|", text)}
    assert named and named <= set(KNOWN), named - set(KNOWN)


def variables_set_in(tasks: Any) -> Iterator[str]:
    """Names that tasks give values to and that a later task may see."""
    for one in tasks if isinstance(tasks, list) else [tasks]:
        if isinstance(one, dict):
            yield from filter(None, [one.get("register")])
            for key, value in one.items():
                if key in ("ansible.builtin.set_fact", "ansible.builtin.add_host", "vars"):
                    yield from value
                yield from variables_set_in(value)


def test_the_names_that_roles_set_are_those_of_their_files() -> None:
    files = [*ROOT.glob("roles/*/tasks/*.yml"), *ROOT.glob("playbooks/**/*.yml")]
    named = {name for path in files for name in variables_set_in(yaml.safe_load(path.read_text(encoding="utf-8")))}
    for path in ROOT.glob("roles/*/vars/main.yml"):
        named |= set(yaml.safe_load(path.read_text(encoding="utf-8")))
    specs = [yaml.safe_load(path.read_text(encoding="utf-8")) for path in ROOT.glob("roles/*/meta/argument_specs.yml")]
    entries = [entry for spec in specs for entry in spec["argument_specs"].values()]
    options = {name for entry in entries for name in entry.get("options", {})}
    refuse_misspelt(named, options)
    assert {*SET_BY_ROLES} == {path.name for path in (ROOT / "roles").iterdir()}
    listed = {f"{role}_{name}" for role, names in SET_BY_ROLES.items() for name in names}
    assert listed == {name for name in named - options if name.startswith(tuple(f"{role}_" for role in SET_BY_ROLES))}


def test_the_variables_of_the_playbooks_are_those_that_they_read() -> None:
    texts = [path.read_text(encoding="utf-8") for path in ROOT.glob("playbooks/*.yml")]
    read = {name for text in texts for name in re.findall(r"\b((?:im|ex)port_\w+) \| default\(", text)}
    assert {*OF_PLAYBOOKS} == read | {"explain"}
