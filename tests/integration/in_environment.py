"""A rollout out of an execution environment's file system; tools/environment.sh makes it and runs this file.

The collection, ansible-core and ansible-runner are those in there, and so is Python; only the lab is outside.
"""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path

from containerfile import Stage, entering, environment_of
from runnerkit import JOB, check_job, private_data
from sitekit import Site


def environment() -> Stage:
    told = json.loads(Path(os.environ["UCOPS_ENVIRONMENT"]).read_text(encoding="utf-8"))
    return Stage(Path(told.pop("root")), **told)


def run(command: list[str], stage: Stage, mounted: tuple[str, str] = ("", "")) -> subprocess.CompletedProcess[str]:
    """As a container of that image would: by its entry point, in its folder, as its user."""
    return subprocess.run(
        entering(stage, [*stage.entrypoint, "--", *command], mounted),
        env=environment_of(stage),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=200,
        check=False,
    )


def test_deploy_pool_from_its_file_system(site: Site, tmp_path: Path) -> None:
    stage, folder = environment(), tmp_path / "runner"
    found = run(["ansible-galaxy", "collection", "list", "ucops.rollout"], stage)
    assert "/usr/share/ansible/collections/ansible_collections" in found.stdout, found.stdout + found.stderr
    password = private_data(folder, site)
    subprocess.run(["chown", "-R", f"{stage.user}:0", str(folder)], check=True)
    published = check_job(
        folder, password, run(["ansible-runner", "run", "/runner", *JOB], stage, (str(folder), "/runner"))
    )
    reports = published["ucops_rollout"]["reports"]
    assert [path.startswith("/runner/project/ucops-report/") for path in reports] == [True, True]


def test_kerberos_and_credssp_are_there() -> None:
    done = run(
        ["/usr/bin/python3", "-c", "import kerberos, requests_credssp, sys; print(sys.version_info[:2])"], environment()
    )
    assert done.stdout == "(3, 13)\n", done.stdout + done.stderr
    assert run(["klist", "-V"], environment()).returncode == 0
