"""ansible-runner from a project folder, as AWX calls it: credentials at its prompts, files kept as artifacts."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest
from runnerkit import JOB, check_job, private_data
from sitekit import BIN, ROOT, Site


@pytest.mark.slow
def test_deploy_pool_from_a_project_folder(site: Site, tmp_path: Path) -> None:
    """Started in another folder than the project's, whose name stays in the environment."""
    folder, elsewhere = tmp_path / "runner", tmp_path / "elsewhere"
    elsewhere.mkdir()
    password = private_data(folder, site)
    kept = {key: value for key, value in os.environ.items() if not key.startswith("ANSIBLE_")}
    ours = {"PATH": f"{BIN}:{kept['PATH']}", "ANSIBLE_COLLECTIONS_PATH": str(ROOT / ".venv" / "collections")}
    done = subprocess.run(
        [str(BIN / "ansible-runner"), "run", str(folder), *JOB],
        cwd=elsewhere,
        env=kept | ours | {"PWD": str(elsewhere)},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=100,
        check=False,
    )
    published = check_job(folder, password, done)
    reports = [str(path) for path in (folder / "project" / "ucops-report").iterdir()]
    assert sorted(published["ucops_rollout"]["reports"]) == sorted(reports)
    assert list(elsewhere.iterdir()) == []
