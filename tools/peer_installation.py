"""What the bench compares with, from PyPI at pinned versions, into build/peers; nothing else is changed."""

from __future__ import annotations

import pathlib
import subprocess
import sys
import venv
import zipfile

ROOT = pathlib.Path(__file__).resolve().parent.parent
PLACE = ROOT / "build" / "peers"
PYTHON = PLACE / "venv" / "bin" / "python"
COLLECTIONS = PLACE / "collections"
# The package of this name holds the collections; the bench runs them with the ansible-core that is there already.
ANSIBLE = "ansible==12.3.0"
OCTODNS = ("octodns==1.22.0", "octodns-bind==1.1.0")
_TAKEN = tuple(f"ansible_collections/{name}/" for name in ("ansible/windows", "community/general"))


class NotInstalled(Exception):
    """A peer cannot be had here, with the last thing that pip said."""


def collections() -> pathlib.Path:
    """A folder for Ansible's collections_path, with ansible.windows and community.general."""
    done = PLACE / f"{ANSIBLE}.done"
    if not done.exists():
        PLACE.mkdir(parents=True, exist_ok=True)
        _pip(sys.executable, "download", "--no-deps", "--only-binary=:all:", "--dest", str(PLACE), ANSIBLE)
        wheel = next(PLACE.glob(f"{ANSIBLE.replace('==', '-')}-*.whl"))
        with zipfile.ZipFile(wheel) as packed:
            packed.extractall(COLLECTIONS, [name for name in packed.namelist() if name.startswith(_TAKEN)])
        wheel.unlink()
        done.touch()
    return COLLECTIONS


def octodns() -> pathlib.Path:
    """A Python that has octodns and octodns-bind."""
    done = PLACE / f"{'-'.join(OCTODNS)}.done"
    if not done.exists():
        venv.create(PYTHON.parent.parent, with_pip=True, clear=True)
        _pip(str(PYTHON), "install", *OCTODNS)
        done.touch()
    return PYTHON


def _pip(python: str, *arguments: str) -> None:
    run = subprocess.run(
        [python, "-m", "pip", "--disable-pip-version-check", *arguments], capture_output=True, text=True, check=False
    )
    if run.returncode:
        said = run.stderr.strip().splitlines() or ["nothing"]
        raise NotInstalled(f"pip cannot get {arguments[-1]}: {said[-1]}")
