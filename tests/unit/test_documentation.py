"""What the documentation of plugins and roles holds: groups, versions, attributes, examples that could be run."""

from __future__ import annotations

import importlib
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from ansible.module_utils.common.arg_spec import ArgumentSpecValidator
from documentedkit import DOCUMENTED, PLUGINS, ROLES, examples, load, named, parts, tasks_of
from unit.places import ROOT

from ansible_collections.ucops.rollout.plugins.doc_fragments.proof import ModuleDocFragment as Proof
from ansible_collections.ucops.rollout.plugins.module_utils.dns.request import ARGUMENTS as RECORD_SETS
from ansible_collections.ucops.rollout.plugins.module_utils.updating.server import ARGUMENTS as UPDATES
from ansible_collections.ucops.rollout.plugins.plugin_utils.face import WindowsAction

COLLECTION = "ucops.rollout."
PACKAGE = "ansible_collections.ucops.rollout.plugins"
ACTIONS = sorted(path.stem for path in (PLUGINS / "action").glob("*.py"))
MODULES = sorted(path.stem for path in (PLUGINS / "modules").glob("*.py"))
EXAMPLES = examples()


def fragments(name: str) -> list[str]:
    listed = parts(PLUGINS / "modules" / f"{name}.py")["DOCUMENTATION"].get("extends_documentation_fragment", [])
    return [fragment.removeprefix(COLLECTION) for fragment in listed]


def action(name: str) -> Any:
    return importlib.import_module(f"{PACKAGE}.action.{name}").ActionModule


# --- groups for module_defaults -------------------------------------------------------------------------------------

GROUPS: dict[str, list[str]] = load(ROOT / "meta" / "runtime.yml")["action_groups"]


def test_group_windows_is_every_action_that_talks_to_windows() -> None:
    assert GROUPS["windows"] == [name for name in ACTIONS if issubclass(action(name), WindowsAction)]


def test_group_proof_is_every_module_that_proves_from_outside() -> None:
    assert GROUPS["proof"] == ["dns_check", "sign_in_check", "tls_check"]


def test_modules_say_of_which_group_they_are() -> None:
    fragment = {"windows": "attributes.windows", "proof": "proof"}
    assert GROUPS.keys() == fragment.keys()
    for group, name in fragment.items():
        assert GROUPS[group] == [module for module in MODULES if name in fragments(module)], group


def test_members_of_a_group_share_options() -> None:
    """Defaults of a group are given to each of its modules, which refuses what it does not know."""
    shared = {group: set.intersection(*(set(action(name).whole_spec()) for name in GROUPS[group])) for group in GROUPS}
    assert shared["windows"] == {"recording_directory"}
    assert shared["proof"] >= set(yaml.safe_load(Proof.DOCUMENTATION)["options"]) >= {"timeout", "wait"}


# --- what is documented ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", DOCUMENTED, ids=named)
def test_documentation_is_whole(path: Path) -> None:
    held = parts(path)
    documentation = held["DOCUMENTATION"]
    assert {"short_description", "description", "version_added", "author", "seealso"} <= set(documentation)
    assert held["EXAMPLES"] and (held.get("RETURN") or path.parent.name == "inventory")


@pytest.mark.parametrize("name", MODULES)
def test_module_says_for_which_platform_it_is(name: str) -> None:
    ways = {"attributes.windows", "attributes.controller", "attributes.network"}
    assert len(ways & set(fragments(name))) == 1


@pytest.mark.parametrize("path", ROLES, ids=named)
def test_documentation_of_role_is_whole(path: Path) -> None:
    entries = load(path / "meta" / "argument_specs.yml")["argument_specs"]
    assert {"seealso", "examples", "version_added"} <= set(entries["main"])
    # In words: ansible-core 2.20 takes no attributes of a role any more.
    description = " ".join(entries["main"]["description"])
    assert [word for word in ("check mode", "C(--diff)", "A second run") if word not in description] == []
    assert [name for name, entry in entries.items() if "version_added" not in entry] == []


def test_ansible_warns_of_nothing_in_the_documentation_of_roles() -> None:
    # By their folder: Ansible finds roles of a collection at a path with one folder ansible_collections alone.
    command = [str(Path(sys.executable).with_name("ansible-doc")), "--type=role", f"--roles-path={ROOT / 'roles'}"]
    names = [path.name for path in ROLES]
    plain = {**os.environ, "ANSIBLE_NOCOLOR": "1"}
    told = subprocess.run([*command, *names], capture_output=True, text=True, check=True, env=plain)
    assert told.stderr == ""
    assert [name for name in names if f"> ROLE: {name}" not in told.stdout.replace("*", "")] == []


@pytest.mark.parametrize("path", ROLES, ids=named)
def test_computed_defaults_of_roles_are_told_in_words(path: Path) -> None:
    """antsibull-docs shows a template as the default of a text alone: of another type it is not a value."""
    entries = load(path / "meta" / "argument_specs.yml")["argument_specs"].values()
    options = [each for entry in entries for each in entry.get("options", {}).items()]
    computed = {name: option.get("type") for name, option in options if "{{" in str(option.get("default", ""))}
    assert {name for name, kind in computed.items() if kind != "str"} == set()


def versions_added(value: Any) -> Iterator[str]:
    """Every ``version_added`` in a documentation, at any depth."""
    if isinstance(value, dict):
        yield from (str(held) for name, held in value.items() if name == "version_added")
    for held in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
        yield from versions_added(held)


def numbers(version: str) -> list[int]:
    return [int(number) for number in version.split(".")]


def test_nothing_was_added_after_the_version_of_the_collection_or_before_its_first() -> None:
    current = load(ROOT / "galaxy.yml")["version"]
    held = [parts(path)["DOCUMENTATION"] for path in DOCUMENTED]
    held += [load(path / "meta" / "argument_specs.yml") for path in ROLES]
    added = set(versions_added(held))
    assert [version for version in added if not [1, 0, 0] <= numbers(version) <= numbers(current)] == []


# --- examples -------------------------------------------------------------------------------------------------------


# Of another type when the template is filled in; what is checked here are names, choices and what is required.
ANY = object()


def without_templates(value: Any) -> Any:
    if isinstance(value, str) and "{{" in value:
        return ANY
    if isinstance(value, dict):
        return {key: without_templates(held) for key, held in value.items()}
    return [without_templates(held) for held in value] if isinstance(value, list) else value


def wrong(spec: dict[str, Any], arguments: dict[str, Any]) -> list[str]:
    """What an argument spec says of arguments, those left out that are templates."""
    given = without_templates(arguments)
    plain = {name: value for name, value in given.items() if value is not ANY and ANY not in flat(value)}
    unknown = [name for name in given if name not in spec]
    lacking = [name for name, option in spec.items() if option.get("required") and name not in given]
    checked = {name: {**spec[name], "required": False} for name in plain if name in spec}
    outcome = ArgumentSpecValidator(checked).validate({name: plain[name] for name in checked})
    return [*unknown, *lacking, *outcome.error_messages]


def flat(value: Any) -> list[Any]:
    """All that is in a value, at any depth."""
    inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return [value, *(each for held in inner for each in flat(held))]


def spec_of(module: str) -> dict[str, Any]:
    if module in ACTIONS:
        return dict(action(module).whole_spec())
    assert module == "dns_update", "the only module without an action"
    return {**RECORD_SETS, **UPDATES}


@pytest.mark.parametrize("name", EXAMPLES)
def test_examples_give_arguments_that_are_taken(name: str) -> None:
    for task in tasks_of(EXAMPLES[name]):
        for key, arguments in task.items():
            if key.removeprefix(COLLECTION) in MODULES:
                assert wrong(spec_of(key.removeprefix(COLLECTION)), arguments or {}) == [], task["name"]


@pytest.mark.parametrize("name", MODULES)
def test_example_of_module_uses_it(name: str) -> None:
    assert any(f"{COLLECTION}{name}" in task for task in tasks_of(EXAMPLES[f"modules/{name}"]))


@pytest.mark.parametrize("path", sorted((PLUGINS / "filter").glob("*.yml")), ids=named)
def test_example_of_filter_uses_it(path: Path) -> None:
    assert f"| ucops.rollout.{path.stem}" in load(path)["EXAMPLES"]


def test_every_filter_is_promised_or_says_that_it_is_not() -> None:
    text = (ROOT / "docs" / "policies.md").read_text(encoding="utf-8")
    listed = text.partition("Of the filters these are promised")[2].partition("The others")[0]
    promised, filters = set(re.findall(r"`(\w+)`", listed)), sorted((PLUGINS / "filter").glob("*.yml"))
    notes = {path.stem: " ".join(parts(path)["DOCUMENTATION"].get("notes", [])) for path in filters}
    without = {
        name for name, note in notes.items() if "of this collection. Its options and what it returns may" not in note
    }
    assert len(promised) == 15 and without == promised


def test_wrong_examples_are_seen() -> None:
    spec = {"zone": {"required": True}, "state": {"choices": ["present"]}, "port": {"type": "int"}}
    assert wrong(spec, {"zone": "{{ x }}", "state": "present", "port": "{{ y }}"}) == []
    assert wrong(spec, {"zones": "x"}) == ["zones", "zone"]
    assert len(wrong(spec, {"zone": "x", "state": "away", "port": "many"})) == 2
