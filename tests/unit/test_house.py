"""The house keeps its own rules: floors, documentation, claims."""

from __future__ import annotations

import ast
import importlib
import json
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml
from unit.imports import circle, file_arrows, folder_arrows, imports_of, package_of
from unit.places import ROOT

from ansible_collections.ucops.rollout.plugins.plugin_utils.face import ControllerModule

PLUGINS = ROOT / "plugins"
FACES = ("action", "modules", "filter", "lookup", "inventory")
PACKAGE = "ansible_collections.ucops.rollout.plugins"
HEADER = (
    "# Copyright: (c) 2026, The ucops.rollout developers",
    "# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)",
    "# SPDX-License-Identifier: GPL-3.0-or-later",
)
ROLES = sorted(path.name for path in (ROOT / "roles").iterdir() if path.is_dir())
ACTIONS = sorted(path.stem for path in (PLUGINS / "action").glob("*.py") if path.stem != "__init__")
MODULES = sorted(path.stem for path in (PLUGINS / "modules").glob("*.py") if path.stem != "__init__")


def load(path: Path) -> Any:
    return yaml.safe_load(path.read_text(encoding="utf-8"))


def python_files(*directories: str) -> list[Path]:
    return sorted(path for name in directories for path in (ROOT / name).rglob("*.py"))


def relative(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


# --- floors ---------------------------------------------------------------------------------------------------------


def offences(paths: list[Path], *forbidden: str, typing_too: bool = True) -> list[str]:
    return [
        f"{relative(path)} imports {name}"
        for path in paths
        for name in sorted(imports_of(path.read_text(encoding="utf-8"), package_of(path, ROOT), typing_too=typing_too))
        if any(name == prefix or name.startswith(prefix + ".") for prefix in forbidden)
    ]


def test_core_knows_no_ansible_and_no_upper_floor() -> None:
    upper = [f"{PACKAGE}.{name}" for name in ("plugin_utils", *FACES, "doc_fragments")]
    assert offences(python_files("plugins/module_utils"), "ansible", *upper) == []


def test_adapters_know_no_ansible_and_no_face() -> None:
    files = [path for path in python_files("plugins/plugin_utils") if path.name != "face.py"]
    upper = [f"{PACKAGE}.{name}" for name in ("plugin_utils.face", *FACES, "doc_fragments")]
    assert offences(files, "ansible", *upper) == []


def test_modules_import_no_plugin_utils() -> None:
    """Ansible ships a module with module_utils only."""
    assert offences(python_files("plugins/modules"), f"{PACKAGE}.plugin_utils", f"{PACKAGE}.action") == []


def test_plugins_know_nothing_of_the_lab() -> None:
    assert offences(python_files("plugins"), "lab", "tests", "ansible_collections.ucops.rollout.tests") == []


def test_lab_shares_nothing_with_what_it_tests() -> None:
    assert offences(python_files("tests/lab"), "ansible_collections") == []


# A library of others is imported in its seam alone, which names the missing package.
SEAMS = {
    "dns": "seam_dns.py",
    "cryptography": "seam_cryptography.py",
    "winrm": "seam_winrm.py",
    "pypsrp": "seam_pypsrp.py",
}


@pytest.mark.parametrize(("library", "seam"), SEAMS.items())
def test_library_is_imported_in_its_seam_alone(library: str, seam: str) -> None:
    files = [path for path in python_files("plugins") if path.name != seam]
    assert offences(files, library, typing_too=False) == []


def test_imports_are_seen_in_every_form() -> None:
    source = (
        "from __future__ import annotations\n"
        "from typing import TYPE_CHECKING\n"
        "if TYPE_CHECKING:\n    import cryptography.x509\n"
        "def late():\n    from ...plugin_utils import face\n    import dns.resolver\n"
        "from . import names\n"
    )
    package = f"{PACKAGE}.module_utils.products"
    found = imports_of(source, package)
    assert {f"{PACKAGE}.plugin_utils.face", "dns.resolver", f"{package}.names", "cryptography.x509"} <= found
    assert "cryptography.x509" not in imports_of(source, package, typing_too=False)


@pytest.mark.parametrize("path", python_files("plugins"), ids=relative)
def test_header_names_the_licence(path: Path) -> None:
    lines = path.read_text(encoding="utf-8").splitlines()
    start = 1 if lines and lines[0].startswith("#!") else 0
    assert tuple(lines[start : start + 3]) == HEADER


# --- folders --------------------------------------------------------------------------------------------------------

# From the ground up: a folder imports those before it alone.
FOLDERS = [
    "plugins/module_utils",
    "plugins/module_utils/recording",
    "plugins/module_utils/windows",
    "plugins/module_utils/certificates",
    "plugins/module_utils/dns",
    "plugins/module_utils/products",
    "plugins/module_utils/topology",
    "plugins/module_utils/topology/importing",
    "plugins/module_utils/findings",
    "plugins/module_utils/plan",
    "plugins/module_utils/reading",
    "plugins/module_utils/exports",
    "plugins/module_utils/proof",
    "plugins/module_utils/updating",
    "plugins/module_utils/report",
    "plugins/module_utils/auditing",
    "plugins/plugin_utils/controller",
    "plugins/plugin_utils/winrm",
    "plugins/plugin_utils/cs",
    "plugins/plugin_utils/dns",
    "plugins/plugin_utils/certificates",
    "plugins/plugin_utils/assigning",
    "plugins/plugin_utils/deploying",
    "plugins/plugin_utils",
]
ARROWS = file_arrows(ROOT, "plugins")


def test_every_folder_has_its_place_in_the_order() -> None:
    holding = {relative(path.parent) for path in python_files("plugins/module_utils", "plugins/plugin_utils")}
    assert sorted(holding) == sorted(FOLDERS)


def test_files_form_no_circle() -> None:
    assert circle(ARROWS) == []


def test_folders_form_no_circle() -> None:
    assert circle(folder_arrows(ARROWS)) == []


def test_no_folder_knows_one_above_it() -> None:
    places = {folder: place for place, folder in enumerate(FOLDERS)}
    inner = [(start, end) for start, end in folder_arrows(ARROWS) if start in places]
    assert sorted((start, end) for start, end in inner if places.get(end, len(places)) > places[start]) == []


def test_a_circle_is_seen_and_shown() -> None:
    assert circle({("a", "b"), ("b", "c"), ("c", "b"), ("a", "c")}) == ["b", "c", "b"]
    assert circle({("a", "b"), ("b", "c"), ("a", "c"), ("d", "a")}) == []
    assert folder_arrows({("a/x.py", "b/y.py"), ("a/x.py", "a/y.py"), ("a/z.py", "b/y.py")}) == {("a", "b")}


def test_arrows_come_from_imports_of_every_form(tmp_path: Path) -> None:
    core = tmp_path / "plugins" / "module_utils"
    (core / "plan").mkdir(parents=True)
    (core / "names.py").touch()
    (core / "plan" / "hosts.py").touch()
    (core / "plan" / "planner.py").write_text("if TYPE_CHECKING:\n    from . import hosts\nfrom ..names import fqdn\n")
    planner = "plugins/module_utils/plan/planner.py"
    assert file_arrows(tmp_path, "plugins") == {
        (planner, "plugins/module_utils/plan/hosts.py"),
        (planner, "plugins/module_utils/names.py"),
    }


# --- names ----------------------------------------------------------------------------------------------------------

# What Ansible looks for by this name in every plugin.
ANSIBLES_CLASSES = {"ActionModule", "FilterModule", "ModuleDocFragment", "InventoryModule", "LookupModule"}
SLANG = {"sheet", "sheets", "precaution", "precautions", "book", "books", "wish", "wishes", "chosen", "words"}


def classes() -> dict[str, list[str]]:
    """Class name -> the files under plugins/ that define one of that name."""
    found: dict[str, list[str]] = {}
    for path in python_files("plugins"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.ClassDef) and node.name not in ANSIBLES_CLASSES:
                found.setdefault(node.name, []).append(relative(path))
    return found


def test_no_two_classes_of_one_name() -> None:
    assert {name: paths for name, paths in classes().items() if len(paths) > 1} == {}


def names_made(source: str) -> set[str]:
    """Every name that a source gives: to functions, classes, arguments, variables, attributes, imports."""
    names: set[str] = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
            names.add(node.name)
        elif isinstance(node, ast.arg):
            names.add(node.arg)
        elif isinstance(node, (ast.Name, ast.Attribute)) and isinstance(node.ctx, ast.Store):
            names.add(node.id if isinstance(node, ast.Name) else node.attr)
        elif isinstance(node, ast.alias) and node.asname:
            names.add(node.asname)
    return names


def slang_in(source: str) -> set[str]:
    def parts(name: str) -> set[str]:
        return {part.lower() for part in re.findall(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])", name)}

    return {name for name in names_made(source) if parts(name) & SLANG}


@pytest.mark.parametrize("path", python_files("plugins", "tools"), ids=relative)
def test_names_are_the_fields_own(path: Path) -> None:
    assert slang_in(path.read_text(encoding="utf-8")) == set()


def test_slang_is_seen_in_every_kind_of_name() -> None:
    source = (
        "class RoleSheet:\n    def chosen_names(self, words): self.book = [wish for wish in words]\nimport x as sheets"
    )
    assert slang_in(source) == {"RoleSheet", "chosen_names", "words", "book", "wish", "sheets"}
    assert slang_in("bookings = dict(words=1)\n'chosen'\n") == set()


# --- tests ----------------------------------------------------------------------------------------------------------


def test_unit_tests_run_no_playbook() -> None:
    """Playbooks are run in tests/integration."""
    program = "ansible-" + "playbook"
    assert [relative(path) for path in python_files("tests/unit") if program in path.read_text(encoding="utf-8")] == []


def test_estates_of_integration_tests_are_started_where_their_languages_are_chosen() -> None:
    assert offences(python_files("tests/integration"), "lab.client.start_estate") == []
    listed = [relative(path) for path in python_files("tests") if lists_languages(path.read_text(encoding="utf-8"))]
    assert listed == ["tests/languagekit.py"]


def lists_languages(source: str) -> bool:
    """Whether a list in it names three languages of Windows or more, each by itself."""
    lists = (node.elts for node in ast.walk(ast.parse(source)) if isinstance(node, (ast.List, ast.Tuple, ast.Set)))
    tag = re.compile(r"[a-z]{2}-[A-Z]{2}")
    named = ([one.value for one in elements if isinstance(one, ast.Constant)] for elements in lists)
    return any(sum(bool(tag.fullmatch(str(value))) for value in values) > 2 for values in named)


def test_no_test_reads_its_own_source() -> None:
    own = re.compile(r"open\([_]{2}file__|getsource\(|Path\([_]{2}file__\)\.read")
    files = python_files("tests/unit", "tests/lab_tests", "tests/integration")
    assert [relative(path) for path in files if own.search(path.read_text(encoding="utf-8"))] == []


def test_every_file_has_a_test_of_its_name() -> None:
    files = python_files("plugins/module_utils", "plugins/plugin_utils")
    mirrored = {path: ROOT / "tests" / "unit" / path.parent.relative_to(ROOT) / f"test_{path.name}" for path in files}
    missing = {path.relative_to(PLUGINS).as_posix() for path, test in mirrored.items() if not test.is_file()}
    assert sorted(missing) == []


# --- actions and modules --------------------------------------------------------------------------------------------


def docstrings_of(module: str) -> dict[str, Any]:
    """DOCUMENTATION of a file under plugins/modules, without importing it."""
    tree = ast.parse((PLUGINS / "modules" / f"{module}.py").read_text(encoding="utf-8"))
    for node in tree.body:
        if isinstance(node, ast.Assign) and getattr(node.targets[0], "id", "") == "DOCUMENTATION":
            return dict(yaml.safe_load(ast.literal_eval(node.value)))
    raise AssertionError(f"plugins/modules/{module}.py has no DOCUMENTATION")


def shape(options: dict[str, Any], children: str) -> dict[str, Any]:
    """Name, type, required, default, choices of every option, in one form for specification and documentation."""
    return {
        name: {
            "type": option.get("type", "str"),
            "required": bool(option.get("required", False)),
            "default": option.get("default"),
            "choices": list(option["choices"]) if option.get("choices") else None,
            "elements": option.get("elements"),
            "no_children": not option.get(children),
            "children": shape(option.get(children) or {}, children),
        }
        for name, option in (options or {}).items()
    }


def documented_options(name: str) -> dict[str, Any]:
    """Its own options and those of the collection's fragments that it takes in."""
    documentation = docstrings_of(name)
    options = dict(documentation.get("options", {}))
    for fragment in documentation.get("extends_documentation_fragment", []):
        _namespace, _collection, file, *part = fragment.split(".")
        held = importlib.import_module(f"{PACKAGE}.doc_fragments.{file}").ModuleDocFragment
        text = yaml.safe_load(getattr(held, part[0].upper() if part else "DOCUMENTATION"))
        options.update(text.get("options", {}))
    return options


@pytest.mark.parametrize("name", ACTIONS)
def test_action_does_what_its_documentation_says(name: str) -> None:
    """The sanity check compares these for modules only, not for action plugins."""
    action = importlib.import_module(f"{PACKAGE}.action.{name}").ActionModule
    if issubclass(action, ControllerModule):
        pytest.skip("the module itself checks its arguments")
    assert shape(action.whole_spec(), "options") == shape(documented_options(name), "suboptions")


@pytest.mark.parametrize("name", ACTIONS)
def test_action_is_documented_beside_it(name: str) -> None:
    assert name in MODULES


@pytest.fixture(scope="session")
def documented() -> dict[str, Any]:
    """What ansible-doc shows of every module, fragments included."""
    if not MODULES:
        return {}
    command = [str(Path(sys.executable).parent / "ansible-doc"), "--json", "--type", "module"]
    names = [f"ucops.rollout.{name}" for name in MODULES]
    run = subprocess.run(
        [*command, *names], capture_output=True, text=True, check=True, stdin=subprocess.DEVNULL, env=environment()
    )
    return {name.rsplit(".", 1)[-1]: shown["doc"] for name, shown in json.loads(run.stdout).items()}


def environment() -> dict[str, str]:
    return {**os.environ, "ANSIBLE_COLLECTIONS_PATH": str(ROOT / ".venv" / "collections"), "NO_COLOR": "1"}


@pytest.mark.parametrize("name", MODULES)
def test_attributes_are_declared(documented: dict[str, Any], name: str) -> None:
    attributes = documented[name].get("attributes", {})
    assert {"check_mode", "diff_mode", "idempotent"} <= set(attributes)
    answers = ("full", "partial", "none", "N/A")
    assert [key for key, value in attributes.items() if value.get("support") not in answers] == []


# --- roles ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("role", ROLES)
def test_argument_spec_agrees_with_defaults(role: str) -> None:
    """Every variable with a default is an option, and an option without default is required or stays undefined."""
    entry = load(ROOT / "roles" / role / "meta" / "argument_specs.yml")["argument_specs"]["main"]
    defaults = load(ROOT / "roles" / role / "defaults" / "main.yml") or {}
    options = entry.get("options", {})
    assert set(defaults) <= set(options)
    assert [name for name in options if not name.startswith(f"{role}_")] == []
    # A default that is a template is described in words; a plain one is repeated to the letter.
    for name, value in defaults.items():
        if not (isinstance(value, str) and "{{" in value):
            assert options[name].get("default") == value, name
        assert not options[name].get("required"), f"{name} has a default and is required"
    assert [name for name, option in options.items() if "default" in option and name not in defaults] == []


@pytest.mark.parametrize("role", ROLES)
def test_role_page_names_every_variable(role: str) -> None:
    page = (ROOT / "docs" / "roles" / f"{role}.md").read_text(encoding="utf-8")
    named = set(re.findall(rf"^\| `({role}_\w+)` \|", page, re.M))
    options = load(ROOT / "roles" / role / "meta" / "argument_specs.yml")["argument_specs"]["main"].get("options", {})
    assert named == set(options)


# --- evidence -------------------------------------------------------------------------------------------------------


def evidence() -> list[tuple[str, ...]]:
    """Rows of the table of evidence: behaviour, mark, source, used in, lab test."""
    text = (ROOT / "docs" / "evidence.md").read_text(encoding="utf-8")
    body = text.split("\n## ", 2)[2]  # the first section is the legend
    # A bar inside a cell is written \|.
    rows = [re.split(r"(?<!\\)\|", line)[1:-1] for line in body.splitlines() if line.startswith("|")]
    cells = [tuple(cell.strip() for cell in row) for row in rows]
    return [row for row in cells if row[0] != "behaviour" and not set(row[0]) <= set("-: ")]


def test_evidence_rows_are_whole() -> None:
    assert [row for row in evidence() if len(row) != 5 or not all(row)] == []
    # A row may hold parts of different sureness, such as "S, U"; it then says which is which.
    assert [row for row in evidence() if not re.fullmatch(r"[CSIU](, [CSIU])*", row[1])] == []


def exists(node: str) -> bool:
    """Whether a pytest node (`tests/x/test_y.py::test_z`) is there."""
    path, *names = node.split("::")
    text = (ROOT / path).read_text(encoding="utf-8") if (ROOT / path).is_file() else ""
    return bool(text) and all(re.search(rf"(def|class) {name}\b", text) for name in names)


def test_evidence_names_tests_that_exist() -> None:
    named = {node for row in evidence() for node in re.findall(r"tests/[\w/]+\.py(?:::\w+)*", row[4])}
    assert sorted(node for node in named if not exists(node)) == []
    assert [row[4] for row in evidence() if row[4] != "-" and "tests/" not in row[4]] == []


def test_evidence_names_files_that_exist() -> None:
    form = r"[\w/]+/\w+\.(?:py|yml)"
    bases = (ROOT, PLUGINS, ROOT / "tests")
    named = {path for row in evidence() for path in re.findall(form, row[3])}
    assert sorted(path for path in named if not any((base / path).is_file() for base in bases)) == []


# --- documents ------------------------------------------------------------------------------------------------------

DOCUMENTS = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md"), *(ROOT / "examples").rglob("*.md")])


@pytest.mark.parametrize("path", DOCUMENTS, ids=relative)
def test_links_lead_somewhere(path: Path) -> None:
    targets = re.findall(r"\]\((?!https?:|mailto:|#)([^)#\s]+)", path.read_text(encoding="utf-8"))
    assert [target for target in targets if not (path.parent / target).exists()] == []


@pytest.mark.parametrize("path", DOCUMENTS, ids=relative)
def test_commands_in_documents_exist(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    targets = set(re.findall(r"`make ([a-z]+)|^make ([a-z]+)", text, re.M))
    named = {first or second for first, second in targets}
    assert sorted(name for name in named if not re.search(rf"^{name}:", makefile, re.M)) == []
    playbooks = set(re.findall(r"ucops\.rollout\.(\w+_pool)\b", text)) | set(re.findall(r"playbooks/(\w+)\.yml", text))
    assert sorted(name for name in playbooks if not (ROOT / "playbooks" / f"{name}.yml").is_file()) == []


@pytest.mark.parametrize("path", DOCUMENTS, ids=relative)
def test_plugins_named_in_documents_exist(path: Path) -> None:
    existing = {path.stem for path in PLUGINS.glob("*/*") if path.suffix in (".py", ".yml")} | set(ROLES)
    existing |= {playbook.stem for playbook in (ROOT / "playbooks").glob("*.yml")}
    existing |= set(load(ROOT / "meta" / "runtime.yml")["action_groups"])
    named = set(re.findall(r"\bucops\.rollout\.([a-z]\w+)", path.read_text(encoding="utf-8")))
    assert sorted(named - existing) == []


# --- claims ---------------------------------------------------------------------------------------------------------


def test_claimed_versions_are_those_that_are_run() -> None:
    claimed = load(ROOT / "meta" / "runtime.yml")["requires_ansible"]
    assert claimed == ">=2.17.0"
    older = re.search(r"^older=\((.*)\)", (ROOT / "tools" / "versions.sh").read_text(), re.M)
    newest = re.search(r"^ansible-core==(\S+)", (ROOT / "requirements-dev.txt").read_text(), re.M)
    assert older and newest
    run = [*older[1].split(), newest[1]]
    assert [".".join(version.split(".")[:2]) for version in run] == ["2.17", "2.18", "2.19"]
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    assert "2.17, 2.18 and 2.19" in readme


@pytest.mark.parametrize("role", ROLES)
def test_role_claims_the_same_version(role: str) -> None:
    assert load(ROOT / "roles" / role / "meta" / "main.yml")["galaxy_info"]["min_ansible_version"] == "2.17"


def test_ci_and_documents_name_the_same_test_command() -> None:
    assert (ROOT / ".ci" / "run").read_text().rstrip().endswith("make test")
    assert os.access(ROOT / ".ci" / "run", os.X_OK)
    assert "make test" in (ROOT / "README.md").read_text(encoding="utf-8")


def test_pins_are_exact_and_cover_what_users_need() -> None:
    pins = [line for line in (ROOT / "requirements-dev.txt").read_text().splitlines() if line and line[0] not in "#-"]
    assert [line for line in pins if not re.fullmatch(r"[A-Za-z0-9_.\-]+==\S+", line)] == []
    needed = re.findall(r"^([a-z]\w+)>=", (ROOT / "requirements.txt").read_text(), re.M)
    assert sorted(needed) == ["cryptography", "dnspython", "pywinrm"]
    assert set(needed) <= {line.split("==")[0] for line in pins}


def test_no_target_of_ansible_test_has_the_name_of_a_role() -> None:
    """Ansible would take the role in its place."""
    named = {path.name for path in (ROOT / "tests" / "integration" / "targets").iterdir()}
    assert named & {path.name for path in (ROOT / "roles").iterdir()} == set()
