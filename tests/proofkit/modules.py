"""Run a module as Ansible does on its target: arguments as JSON in, result as JSON out."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

from sitekit import measured


def run_module(name: str, arguments: dict[str, Any], *, check_mode: bool = False) -> dict[str, Any]:
    """The result of a module of this collection in a process of its own."""
    given = {**arguments, "_ansible_check_mode": check_mode, "_ansible_remote_tmp": "/tmp"}
    import ansible_collections.ucops.rollout as collection

    path = Path(next(iter(collection.__path__)), "plugins", "modules", f"{name}.py")
    done = subprocess.run(
        [sys.executable, str(path)],
        input=json.dumps({"ANSIBLE_MODULE_ARGS": given}),
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
        env={
            "PYTHONPATH": ":".join(part for part in sys.path if part),
            **measured("modules/*", "module_utils/proof/*"),
        },
    )
    assert done.stdout.startswith("{") or "\n{" in done.stdout, done.stderr
    result: dict[str, Any] = json.loads(done.stdout[done.stdout.index("{") :])
    return result
