# Copyright: (c) 2026, The ucops.rollout developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""`python -m lab up ESTATE --directory DIR` and `python -m lab run ESTATE --directory DIR -- COMMAND …`."""

from __future__ import annotations

import argparse
import errno
import json
import os
import shlex
import signal
import socket
import subprocess
import sys
from pathlib import Path
from typing import Any

import yaml

from lab import inventory, keeping, network
from lab.estate import Estate, estate_file, load
from lab.network import MODES, Network

# Held open for as long as the process lives.
_kept: list[socket.socket] = []


def _arguments(given: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m lab", description=__doc__)
    commands = parser.add_subparsers(dest="verb", required=True)
    for name, text in (
        ("up", "start an estate and run until interrupted"),
        ("run", "start an estate, run a command against it, stop it"),
    ):
        command = commands.add_parser(name, help=text)
        command.add_argument("estate", help="an estate that comes with the lab (origin), or the path of a YAML file")
        command.add_argument("--directory", type=Path, required=True, help="where inventory and control.json go")
        command.add_argument("--mode", choices=("auto", *MODES), default="auto")
        command.add_argument("--subnet", default="", help="first half of the loopback addresses, such as 127.31")
        command.add_argument("--with-parent", action="store_true", help="end when the process that started it ends")
        command.add_argument("--overrides", type=Path, help="YAML merged into the estate file")
    at = given.index("--") if "--" in given else len(given)
    arguments = parser.parse_args(given[:at])
    arguments.command = given[at + 1 :]
    return arguments


def choose_mode(asked: str, verb: str) -> str:
    """A namespace serves only what is started inside it, so `up` never chooses it by itself."""
    if asked != "auto":
        return asked
    if verb == "run" and network.namespace_possible():
        return "namespace"
    return "loopback" if os.geteuid() == 0 else "ports"


def build(arguments: argparse.Namespace, mode: str) -> Estate:
    """The estate, not yet started."""
    overrides: dict[str, Any] = {}
    if arguments.overrides:
        overrides = yaml.safe_load(arguments.overrides.read_text(encoding="utf-8")) or {}
    description = load(estate_file(arguments.estate), overrides)
    stand_ins = description.get("stand_ins", {})
    if mode == "namespace":
        return Estate(description, arguments.directory.resolve(), Network(mode, stand_ins=stand_ins))
    subnet, guard = network.claim_subnet(arguments.subnet)
    _kept.append(guard)
    return Estate(description, arguments.directory.resolve(), Network(mode, subnet, stand_ins))


def open_estate(estate: Estate) -> Path:
    """Start, write inventory and control.json; returns the inventory's path."""
    estate.start()
    return _tell_where(estate)


def _open_again(estate: Estate) -> None:
    estate.start_again()
    _tell_where(estate)


def _tell_where(estate: Estate) -> Path:
    hosts = inventory.write(estate, estate.directory / "inventory")
    target = estate.directory / "control.json"
    fresh = target.with_suffix(".new")
    fresh.touch(mode=0o600)
    fresh.write_text(
        json.dumps(
            {
                "url": estate.control.url,
                "token": estate.control.token,
                "mode": estate.network.mode,
                "pid": os.getpid(),
                "inventory": str(hosts),
            }
        )
        + "\n"
    )
    fresh.replace(target)
    return hosts


def invitation(hosts: Path) -> str:
    """For a person at a terminal: the inventory's path, what to do with it, and how it ends."""
    program = Path(sys.executable).parent / "ansible-playbook"
    here = Path.cwd()
    shown = [str(path.relative_to(here) if path.is_relative_to(here) else path) for path in (program, hosts)]
    command = shlex.join([shown[0], "-i", shown[1], "playbooks/deploy_pool.yml"])
    return f"{hosts}\n\nThe estate is up. In another terminal, from the same folder:\n  {command}\nCtrl-C ends it."


def up(arguments: argparse.Namespace) -> int:
    """Until a signal or, where it is wanted so, the end of the process that started it; see ``keeping``."""
    watched = os.getppid() if arguments.with_parent else 0
    # For the threads as well: they come to `until_told` alone.
    signal.pthread_sigmask(signal.SIG_BLOCK, keeping.ORDERS)
    estate = build(arguments, choose_mode(arguments.mode, "up"))
    print(invitation(open_estate(estate)), flush=True)
    if keeping.until_told(watched) == keeping.KEEP:
        keeping.keep(estate.directory, estate.stop, lambda: _open_again(estate), watched)
    estate.stop()
    return 0


def run(arguments: argparse.Namespace) -> int:
    if not arguments.command:
        print("run: no command; write it after --", file=sys.stderr)
        return 2
    mode = choose_mode(arguments.mode, "run")
    if mode == "namespace" and not network.enter_namespace():
        print("run: this system does not allow user and network namespaces; use --mode ports", file=sys.stderr)
        return 2
    estate = build(arguments, mode)
    hosts = open_estate(estate)
    environment = os.environ | {"LAB_INVENTORY": str(hosts), "LAB_CONTROL": str(estate.directory / "control.json")}
    try:
        return _child(arguments.command, environment)
    finally:
        estate.stop()


def _child(command: list[str], environment: dict[str, str]) -> int:
    """The command's exit code; an interrupt is the command's to handle."""
    child = subprocess.Popen(command, env=environment)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, lambda *_unused: child.terminate())
    code = child.wait()
    return 128 - code if code < 0 else code


def main(given: list[str] | None = None) -> int:
    arguments = _arguments(sys.argv[1:] if given is None else given)
    try:
        return up(arguments) if arguments.verb == "up" else run(arguments)
    except OSError as error:
        if error.errno not in (errno.EADDRINUSE, errno.EACCES, errno.EADDRNOTAVAIL):
            raise
        print(
            f"lab: cannot listen: {error}; another program has the port, or it needs rights: try --mode ports",
            file=sys.stderr,
        )
        return 2


if __name__ == "__main__":
    sys.exit(main())
