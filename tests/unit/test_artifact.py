"""What `ansible-galaxy collection build` takes along in a folder where somebody has worked, too."""

from __future__ import annotations

import shutil
import subprocess
import sys
import tarfile
from pathlib import Path

import pytest
from unit.places import ROOT

# In a clone where the pages have been followed: what the playbooks write, answers to prompts, keys, the work itself.
OF_SITES = (
    "context/Containerfile",
    "customer/hosts.yml",
    "examples/connections/client/key.pem",
    "examples/connections/company-ca.pem",
    "examples/connections/listeners/edge01.company.local.pem",
    "examples/customer/ucops-report/run.json",
    "examples/execution-environment/context/Containerfile",
    "examples/execution-environment/ucops-rollout.tar.gz",
    "examples/runner/artifacts/job/stdout",
    "examples/runner/env/passwords",
    "examples/runner/inventory/hosts.yml",
    "export.csv",
    "group_vars/all.yml",
    "host_vars/dc01.company.local.yml",
    "hosts.ini",
    "inventory/group_vars/all/vault.yml",
    "job/env/passwords",
    "job/project/ucops-report/run.md",
    "key.pem",
    "master-key.txt",
    "passwords",
    "playbook.yml.retry",
    "private/edge.pfx",
    "project/deploy_pool.yml",
    "recorded/dc01.company.local.jsonl",
    "requests/edge.req",
    "ucops-export/plan.csv",
    "ucops-report/run.json",
    "ucops-requests/edge.req",
    "ucops-rollout-0.9.0.tar.gz",
    "vault-password.txt",
    ".vault-password",
)
# Of the repository, and of no use to users.
OF_DEVELOPERS = (
    ".gitignore",
    ".venv/pyvenv.cfg",
    "Makefile",
    "ansible.cfg",
    "antsibull-nox.toml",
    "bindep.txt",
    "build/site/index.html",
    "changelogs/before-first-release.md",
    "extensions/molecule/default/molecule.yml",
    "noxfile.py",
    "plugins/modules/__pycache__/plan.cpython-311.pyc",
    "pyproject.toml",
    "requirements-dev.txt",
    "requirements-kerberos.txt",
    "tests/unit/conftest.py",
    "tools/build.sh",
)
OF_USERS = {
    "CHANGELOG.md",
    "CHANGELOG.rst",
    "CONTRIBUTING.md",
    "COPYING",
    "README.md",
    "SECURITY.md",
    "changelogs/changelog.yaml",
    "docs/automation.md",
    "examples/connections/krb5.conf",
    "examples/customer/inventory/group_vars/windows/vault.yml",
    "examples/customer/vault-password.txt",
    "examples/larger_playbook.yml",
    "examples/runner/env/cmdline",
    "meta/runtime.yml",
    "playbooks/deploy_pool.yml",
    "plugins/inventory/topology.py",
    "plugins/modules/certificate_request.py",
    "requirements.txt",
    "roles/pool_plan/meta/main.yml",
}
MADE = {"FILES.json", "MANIFEST.json"}


@pytest.fixture(scope="module")
def artifact(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Of a folder with all of these files, and what galaxy.yml says."""
    place = tmp_path_factory.mktemp("clone")
    for name in (*OF_SITES, *OF_DEVELOPERS, *OF_USERS):
        (place / name).parent.mkdir(parents=True, exist_ok=True)
        (place / name).touch()
    shutil.copy(ROOT / "galaxy.yml", place)
    command = Path(sys.executable).with_name("ansible-galaxy")
    subprocess.run([command, "collection", "build", "--output-path", place / "build"], cwd=place, check=True)
    (built,) = (place / "build").glob("ucops-rollout-*.tar.gz")
    return built


def test_nothing_of_a_site_and_all_that_users_need_is_in_the_artifact(artifact: Path) -> None:
    with tarfile.open(artifact) as archive:
        held = {entry.name for entry in archive.getmembers() if entry.isfile()}
    assert held - MADE == OF_USERS


def test_the_artifact_of_such_a_folder_is_one_for_users(artifact: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(str(ROOT / "tools"))
    import artifact as tool

    assert tool.contents(str(artifact)) == []


@pytest.mark.skipif(not (ROOT / ".git").exists(), reason="needs a checkout")
def test_git_takes_nothing_of_a_site() -> None:
    """What the pages have their readers make is not committed by `git add .`, nor copied for a build."""
    documented = [name for name in OF_SITES if name.split("/")[0] in ("examples", "inventory", "job", "recorded")]
    documented += [name for name in OF_SITES if name.startswith("ucops-")]
    told = subprocess.run(
        ["git", "check-ignore", "--no-index", *documented], cwd=ROOT, check=True, capture_output=True, text=True
    )
    assert told.stdout.split() == documented
