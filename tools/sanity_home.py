"""A home directory for ansible-test: the caller's pip settings, and a stand-in for the script that installs pip.

ansible-test makes ten virtual environments without pip and wants `get-pip` from a host of its own. It takes the file
from its cache when there is one; ours copies the pip that was installed here once from the configured index. That, and
not compiling what a check hardly imports, saves most of the time that the environments take.
"""

from __future__ import annotations

import pathlib
import shutil
import subprocess
import sys

STAND_IN = """\
import shutil, subprocess, sys, sysconfig
shutil.copytree({pip!r}, sysconfig.get_path("purelib"), dirs_exist_ok=True)
more = [one for one in sys.argv[1:] if one not in ("--no-setuptools", "--no-wheel", {requirement!r})]
if any(not one.startswith("-") for one in more):
    sys.exit(subprocess.call([sys.executable, "-m", "pip", "install", *more]))
"""


def pip_version() -> str:
    """The pip that the installed ansible-test asks for; its name is part of the cached file's name."""
    from ansible_test._internal.host_configs import VirtualPythonConfig
    from ansible_test._internal.python_requirements import get_venv_packages

    python = VirtualPythonConfig(version=f"{sys.version_info.major}.{sys.version_info.minor}", path=sys.executable)
    return str(get_venv_packages(python)["pip"])


def pip_settings() -> str:
    """What `pip` would use here, from its files and from PIP_* alike, as one configuration file."""
    listed = subprocess.run(
        [sys.executable, "-m", "pip", "config", "list"], capture_output=True, text=True, check=True
    ).stdout
    values = {}
    # PIP_* last: for pip, the environment is stronger than any file.
    for line in sorted(listed.splitlines(), key=lambda line: line.startswith(":env:")):
        name, value = line.split("=", maxsplit=1)
        section, key = name.rsplit(".", maxsplit=1)
        if section in ("global", "install", ":env:"):
            values[key] = value.strip("'\"")
    # pip reads this one the other way round: "no" to the option --no-compile is what turns compiling off.
    values["no-compile"] = "no"
    lines = [f"{key} = {value.replace(chr(92) + 'n', ' ')}" for key, value in sorted(values.items())]
    return "\n".join(["[global]", *lines, ""])


def install_pip(place: pathlib.Path, requirement: str) -> None:
    """This pip alone, compiled, in a folder from which it is copied; kept for the next run."""
    wanted = place / "requirement.txt"
    if wanted.exists() and wanted.read_text() == requirement:
        return
    shutil.rmtree(place, ignore_errors=True)
    command = [sys.executable, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-deps"]
    subprocess.run([*command, "--target", str(place / "pip"), requirement], check=True)
    shutil.rmtree(place / "pip" / "bin", ignore_errors=True)
    wanted.write_text(requirement)


def main() -> None:
    home = pathlib.Path(sys.argv[1])
    settings = home / ".config" / "pip" / "pip.conf"
    settings.parent.mkdir(parents=True, exist_ok=True)
    settings.touch(mode=0o600)  # an index's address may hold a password
    settings.write_text(pip_settings())
    cache = home / ".ansible" / "test" / "cache"
    cache.mkdir(parents=True, exist_ok=True)
    version = pip_version()
    requirement = f"pip=={version}"
    install_pip(home / "pip", requirement)
    stand_in = STAND_IN.format(pip=str(home / "pip" / "pip"), requirement=requirement)
    (cache / f"get_pip_{version.replace('.', '_')}.py").write_text(stand_in)


if __name__ == "__main__":
    main()
