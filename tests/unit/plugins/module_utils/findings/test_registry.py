"""Every kind of finding: complete, played by its example, and made nowhere else."""

from __future__ import annotations

import ast
import string
from dataclasses import replace
from pathlib import Path

import pytest
from unit.finding_cases import BASES, PROVOKED, lync, of_code, planned, provoked
from unit.places import ROOT

from ansible_collections.ucops.rollout.plugins.module_utils.findings.inventory import INVENTORY_GROUP_EMPTY
from ansible_collections.ucops.rollout.plugins.module_utils.findings.kind import Example, FindingKind
from ansible_collections.ucops.rollout.plugins.module_utils.findings.registry import KINDS, TOPICS, find_all, in_order
from ansible_collections.ucops.rollout.plugins.module_utils.findings.sign_in import SRV_TARGET_ALIAS
from ansible_collections.ucops.rollout.plugins.module_utils.findings.zones import ZONE_HIDES_NAMES, ZONE_WITHOUT_RECORDS
from ansible_collections.ucops.rollout.plugins.module_utils.model import Plan

PLAYED = {code: kind.example for code, kind in KINDS.items() if kind.example is not None}
OTHERS = [code for code, kind in KINDS.items() if kind.example is None]
FOLDER = ROOT / "plugins" / "module_utils" / "findings"


@pytest.mark.parametrize("code", KINDS)
def test_every_kind_is_complete(code: str) -> None:
    kind = KINDS[code]
    assert kind.code == code
    assert kind.severity in ("error", "warning", "note")
    assert kind.about in ("records", "certificates", "inventory", "run")
    for text in (kind.title, kind.message, kind.decision):
        assert text
    for text in (kind.breaks, kind.mend, kind.source):
        assert text or kind.about == "run"
    for text in (kind.title, kind.message, kind.breaks, kind.mend, kind.source, kind.decision):
        assert not text.endswith(".")


@pytest.mark.parametrize("code", KINDS)
def test_every_value_of_a_kind_is_filled_in(code: str) -> None:
    kind = KINDS[code]
    texts = (kind.message, kind.breaks, kind.mend)
    values = {name for text in texts for _unused, name, _unused2, _unused3 in string.Formatter().parse(text) if name}
    one = kind.at("here", **{name: f"<{name}>" for name in values})
    assert all(f"<{name}>" in f"{one.message} {one.breaks} {one.mend}" for name in values)


# Each is provoked


@pytest.mark.parametrize("example", PLAYED.values(), ids=PLAYED)
def test_the_example_provokes_it(example: Example, request: pytest.FixtureRequest) -> None:
    code = request.node.callspec.id
    found = of_code(code, planned(example.base, example.change)[1].findings)
    assert [one.where for one in found] == list(example.where)
    assert found[0].message == (example.message or found[0].message)


@pytest.mark.parametrize("code", PLAYED)
def test_what_comes_close_does_not_provoke_it(code: str) -> None:
    example = PLAYED[code]
    assert of_code(code, planned(example.base, example.near)[1].findings) == []


@pytest.mark.parametrize("code", OTHERS)
def test_a_kind_without_an_example_says_why_and_is_provoked_otherwise(code: str) -> None:
    assert KINDS[code].elsewhere
    assert provoked(code)


def test_nothing_else_is_provoked_otherwise() -> None:
    assert sorted(PROVOKED) == sorted(OTHERS)
    assert [code for code in PLAYED if KINDS[code].elsewhere] == []


# One place


def own(file: Path) -> list[str]:
    """The constants of a file that are kinds, without those that it imports."""
    tree = ast.parse(file.read_text(encoding="utf-8"))
    return [
        node.targets[0].id
        for node in tree.body
        if isinstance(node, ast.Assign)
        and isinstance(node.targets[0], ast.Name)
        and isinstance(node.value, ast.Call)
        and getattr(node.value.func, "id", "") == "FindingKind"
    ]


def test_every_kind_of_the_folder_is_registered_under_its_own_name() -> None:
    defined = [name for file in sorted(FOLDER.glob("*.py")) for name in own(file)]
    assert sorted(defined) == sorted(code.upper().replace("-", "_") for code in KINDS)
    topics = {topic.__name__.rsplit(".", 1)[-1] for topic in TOPICS}
    assert {file.stem for file in FOLDER.glob("*.py")} == {*topics, "alike", "kind", "registry", "facts"}


def calls(source: str, name: str) -> bool:
    return any(
        isinstance(node, ast.Call) and name in (getattr(node.func, "id", ""), getattr(node.func, "attr", ""))
        for node in ast.walk(ast.parse(source))
    )


def test_findings_are_made_by_their_kinds_alone() -> None:
    making = [
        file.relative_to(ROOT).as_posix()
        for file in sorted((ROOT / "plugins").rglob("*.py"))
        if calls(file.read_text(encoding="utf-8"), "Finding")
    ]
    assert making == ["plugins/module_utils/findings/kind.py"]


@pytest.mark.parametrize("source", ["x = Finding(1)", "def f():\n    return model.Finding(severity='error')"])
def test_making_one_is_seen_in_every_form(source: str) -> None:
    assert calls(source, "Finding")
    assert not calls(source.replace("Finding(", "FindingKind("), "Finding")


# All of them


def test_errors_come_first_and_notes_last() -> None:
    some = [SRV_TARGET_ALIAS.at("a", name="x", domain="x"), ZONE_WITHOUT_RECORDS.at("b", name="x")]
    error = INVENTORY_GROUP_EMPTY.at("g", group="g", breaks="b")
    warning = ZONE_HIDES_NAMES.at("z", name="z", hidden="www")
    assert [one.where for one in in_order([*some, warning, error])] == ["g", "z", "a", "b"]


def test_a_sound_site_has_no_errors_and_only_what_is_known() -> None:
    _topology, plan = lync()
    assert plan.errors == ()
    assert {one.code for one in plan.findings} == {"edge-needs-dns-suffix"}


@pytest.mark.parametrize("base", ["ocs", *BASES])
@pytest.mark.parametrize("part", ["records", "certificates", "endpoints", "servers", "zones"])
def test_nothing_is_raised_whatever_a_plan_lacks(base: str, part: str) -> None:
    topology, plan = planned(base)
    for lacking in (replace(plan, **{part: ()}), Plan(), replace(Plan(), **{part: getattr(plan, part)})):
        for one in find_all(lacking, topology):
            assert one.code in KINDS
            assert "{" not in f"{one.message}{one.breaks}".replace("{private", "").replace("[{", "")


def test_a_kind_is_one_value() -> None:
    """Two files may use a kind, but only one makes it."""
    kinds = {id(kind) for topic in TOPICS for kind in vars(topic).values() if isinstance(kind, FindingKind)}
    assert len(kinds) == len(KINDS)
