"""What is offered to AWX, ansible-runner and ansible-builder fits the collection."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import jinja2.meta
import pytest
import yaml
from unit.places import ROOT

from ansible_collections.ucops.rollout.plugins.module_utils.plan.variables import KNOWN, refuse_misspelt

EXAMPLES = ROOT / "examples"
SURVEY = json.loads((EXAMPLES / "awx" / "survey.json").read_text(encoding="utf-8"))["spec"]
CREDENTIALS = json.loads((EXAMPLES / "awx" / "credential_types.json").read_text(encoding="utf-8"))
# As AWX names them.
QUESTIONS = {"text", "textarea", "password", "integer", "float", "multiplechoice", "multiselect"}


def load(path: Path) -> Any:
    return yaml.safe_load(path.read_text(encoding="utf-8"))


def options() -> dict[str, dict[str, Any]]:
    """Name to entry of the argument specs, of all roles."""
    specs = [
        load(path)["argument_specs"]["main"] for path in sorted((ROOT / "roles").glob("*/meta/argument_specs.yml"))
    ]
    return {name: entry for one in specs for name, entry in one.get("options", {}).items()}


def choices_of(option: dict[str, Any]) -> list[str]:
    """What can be chosen, as a survey writes it."""
    return ["false", "true"] if option["type"] == "bool" else sorted(option["choices"])


@pytest.mark.parametrize("question", SURVEY, ids=lambda one: one["variable"])
def test_a_question_of_the_survey_is_an_option(question: dict[str, Any]) -> None:
    assert question["type"] in QUESTIONS
    assert {"question_name", "question_description", "required", "default"} <= question.keys()
    if question["variable"] == "ucops_serial":
        assert "ucops_serial" in KNOWN and question["default"] == "100%"
        return
    option = options()[question["variable"]]
    if question["type"] == "multiplechoice":
        assert sorted(question["choices"]) == choices_of(option)
    else:
        assert question["type"] == "integer" and option["type"] in ("int", "float")
    assert str(question["default"]).lower() == str(option["default"]).lower()


def test_each_variable_is_asked_once() -> None:
    asked = [question["variable"] for question in SURVEY]
    assert len(asked) == len(set(asked)) == 5


@pytest.mark.parametrize("kind", CREDENTIALS, ids=lambda one: one["name"])
def test_a_credential_injects_what_was_put_in(kind: dict[str, Any]) -> None:
    fields = {one["id"]: one for one in kind["inputs"]["fields"]}
    injected = kind["injectors"]["extra_vars"]
    used = {
        name: jinja2.meta.find_undeclared_variables(jinja2.Environment().parse(text)) for name, text in injected.items()
    }
    assert set().union(*used.values()) == set(fields) == set(kind["inputs"]["required"])
    assert [name for name in fields if re.search("password|secret", name)] == [
        name for name, one in fields.items() if one.get("secret")
    ]
    # Every job gets them as variables; names of the collection's own would be options.
    refuse_misspelt(injected, options(), {})
    page = (ROOT / "docs" / "automation.md").read_text(encoding="utf-8")
    assert [name for name in injected if f"{{{{ {name} }}}}" not in page] == []


def tasks_of_awx() -> dict[str, dict[str, Any]]:
    """Module to arguments."""
    (play,) = load(EXAMPLES / "awx" / "configure.yml")
    return {module: task[module] for task in play["tasks"] for module in task if module.startswith("awx.")}


def test_jobs_are_playbooks_that_exist() -> None:
    (play,) = load(EXAMPLES / "awx" / "configure.yml")
    project = EXAMPLES / "runner" / "project"
    jobs = play["vars"]["awx_jobs"]
    assert {job["playbook"] for job in jobs} == {path.name for path in project.glob("*.yml")}
    for name in {job["playbook"] for job in jobs}:
        (imported,) = load(project / name)
        assert imported["ansible.builtin.import_playbook"] == f"ucops.rollout.{Path(name).stem}"
        assert (ROOT / "playbooks" / name).is_file()
    nodes = tasks_of_awx()["awx.awx.workflow_job_template"]["workflow_nodes"]
    started = [one["unified_job_template"] for one in nodes if one["unified_job_template"]["type"] == "job_template"]
    assert {one["name"] for one in started} <= {job["name"] for job in jobs}


def test_jobs_have_their_credentials_before_they_are_started() -> None:
    """Nobody is asked for those of a workflow's node."""
    (play,) = load(EXAMPLES / "awx" / "configure.yml")
    assert play["vars"]["awx_credentials"] == []
    assert tasks_of_awx()["awx.awx.job_template"]["credentials"] == "{{ awx_credentials }}"


def test_project_leaves_the_collection_to_the_execution_environment() -> None:
    """AWX would look on Galaxy for what such a file names."""
    assert list((EXAMPLES / "runner").rglob("requirements.yml")) == []


def test_a_job_is_given_options_alone() -> None:
    given = tasks_of_awx()["awx.awx.job_template"]["extra_vars"]
    assert given == {"pool_report_publish": True} and given.keys() <= options().keys()


# --- execution environment --------------------------------------------------------------------------------------------


def requirements(path: Path) -> dict[str, str]:
    """Package, without extras, to the version that it must have."""
    lines = [line for line in path.read_text(encoding="utf-8").splitlines() if line and not line.startswith("#")]
    return dict(re.findall(r"^([\w-]+)(?:\[.*\])?(.*)$", "\n".join(lines), re.M))


def test_an_execution_environment_gets_what_the_collection_needs() -> None:
    dependencies = load(ROOT / "meta" / "execution-environment.yml")["dependencies"]
    # Hosts that are reached over psrp need one package more: here the version that the checks have.
    psrp = {"pypsrp": requirements(ROOT / "requirements-dev.txt")["pypsrp"].replace("==", ">=")}
    assert requirements(ROOT / dependencies["python"]) == {**requirements(ROOT / "requirements.txt"), **psrp}
    assert (ROOT / dependencies["system"]).is_file()


def test_containerfiles_are_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(str(ROOT / "tools"))
    import containerfile

    text = '# of a builder\nARG A="x y"\n\nRUN one && \\\n  two\nCOPY --from=base /a /b\n'
    assert [(line.word, line.rest) for line in containerfile.lines_of(text)] == [
        ("ARG", 'A="x y"'),
        ("RUN", "one &&    two"),
        ("COPY", "--from=base /a /b"),
    ]
    assert containerfile.assigned('A="x y"') == ("A", "x y")
    assert containerfile.assigned("A") == ("A", "")
    assert containerfile.filled("$A/${B} $C", {"A": "a", "B": "b"}) == "a/b "


def test_a_stage_is_copied_while_another_needs_what_it_begins_with(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.syspath_prepend(str(ROOT / "tools"))
    import containerfile

    (tmp_path / "base").mkdir()
    (tmp_path / "base" / "of the image").touch()
    (tmp_path / "context").mkdir()
    (tmp_path / "context" / "a").write_text("a")
    (tmp_path / "stages").mkdir()
    building = containerfile.Building(tmp_path / "context", tmp_path / "base", tmp_path / "stages")
    last = building.build(
        "ARG IMAGE=debian\nFROM $IMAGE AS first\nENV A=1\nFROM first AS second\nCOPY a /b\nUSER 1000\n"
        'FROM first AS last\nCOPY --from=second /b /c/d\nWORKDIR /e\nENTRYPOINT ["x", "y"]\n'
    )
    files = {str(path.relative_to(tmp_path / "stages")) for path in (tmp_path / "stages").rglob("*") if path.is_file()}
    assert files == {"second/of the image", "second/b", "last/of the image", "last/c/d"}
    assert (last.environment, last.user, last.folder, last.entrypoint) == ({"A": "1"}, "root", "/e", ("x", "y"))


def test_an_instruction_that_is_not_known_ends_it(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.syspath_prepend(str(ROOT / "tools"))
    import containerfile

    (tmp_path / "base").mkdir()
    building = containerfile.Building(tmp_path, tmp_path / "base", tmp_path)
    with pytest.raises(containerfile.NotUnderstood, match="HEALTHCHECK"):
        building.build("FROM image AS first\nHEALTHCHECK NONE\n")
