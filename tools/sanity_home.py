"""A home directory for ansible-test: the caller's pip settings, and a stand-in for the script that installs pip.

ansible-test makes virtual environments without pip and wants `get-pip` from a host of its own. It takes the file
from its cache when there is one; ours does the same with Python's own `ensurepip` and the configured index.
"""

from __future__ import annotations

import pathlib
import subprocess
import sys

STAND_IN = """\
import subprocess, sys
unknown = ("--no-setuptools", "--no-wheel")
subprocess.check_call([sys.executable, "-m", "ensurepip", "--default-pip"])
arguments = [argument for argument in sys.argv[1:] if argument not in unknown]
sys.exit(subprocess.call([sys.executable, "-m", "pip", "install", *arguments]))
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
    lines = [f"{key} = {value.replace(chr(92) + 'n', ' ')}" for key, value in sorted(values.items())]
    return "\n".join(["[global]", *lines, ""])


def main() -> None:
    home = pathlib.Path(sys.argv[1])
    settings = home / ".config" / "pip" / "pip.conf"
    settings.parent.mkdir(parents=True, exist_ok=True)
    settings.touch(mode=0o600)  # an index's address may hold a password
    settings.write_text(pip_settings())
    cache = home / ".ansible" / "test" / "cache"
    cache.mkdir(parents=True, exist_ok=True)
    (cache / f"get_pip_{pip_version().replace('.', '_')}.py").write_text(STAND_IN)


if __name__ == "__main__":
    main()
