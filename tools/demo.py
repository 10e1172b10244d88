"""The origin's rollout on the lab: run twice, with a summary of what was planned, changed and proved.

Runs on the standard library; everything real happens in `python -m lab` and in ansible-playbook.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
BIN = ROOT / ".venv" / "bin"
DIRECTORY = ROOT / "build" / "demo"
REPORTS = DIRECTORY / "report"


def main() -> int:
    """The outer half starts the estate and calls this file again inside it."""
    if "LAB_INVENTORY" in os.environ:
        return rollout(os.environ["LAB_INVENTORY"])
    print("Starting the Windows estate of the lab: dc01 (DNS), ca01 (enterprise CA), two Front Ends ...", flush=True)
    command = [str(BIN / "python"), "-m", "lab", "run", "origin", "--directory", str(DIRECTORY / "lab"), "--"]
    command += [str(BIN / "python"), str(Path(__file__).resolve())]
    environment = os.environ | {"PYTHONPATH": str(ROOT / "tests"), "PYTHONUNBUFFERED": "1"}
    return subprocess.run(command, cwd=ROOT, env=environment, check=False).returncode


def rollout(inventory: str) -> int:
    began = time.monotonic()
    for old in REPORTS.glob("*"):
        old.unlink()
    first = play(inventory, "first run: rolls the pool out", "deploy-1.log")
    second = play(inventory, "second run: must change nothing", "deploy-2.log")
    changed = sum(int(number) for number in re.findall(r"changed=(\d+)", second.rpartition("PLAY RECAP")[2]))
    report = sorted(REPORTS.glob("*.md"), key=lambda path: path.stat().st_mtime_ns)[0]
    print()
    print(text_of(first))
    print()
    print(f"Second run: changed={changed}")
    print(f"Hand-over report of the first run: {report}")
    print(f"Logs of both runs: {DIRECTORY}/deploy-1.log, deploy-2.log ({time.monotonic() - began:.0f} s for both)")
    return 0 if changed == 0 else 1


def play(inventory: str, title: str, log: str) -> str:
    print(f"\nansible-playbook ucops.rollout.deploy_pool -i {inventory}   ({title})", flush=True)
    command = [str(BIN / "ansible-playbook"), "ucops.rollout.deploy_pool", "-i", inventory]
    command += ["-e", json.dumps({"pool_report_directory": str(REPORTS)})]
    environment = os.environ | {"ANSIBLE_NOCOLOR": "1", "PYTHONUNBUFFERED": "1"}
    lines: list[str] = []
    with subprocess.Popen(
        command,
        cwd=ROOT,
        env=environment,
        text=True,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
    ) as process:
        for line in process.stdout or ():
            lines.append(line)
            show(line)
    output = "".join(lines)
    (DIRECTORY / log).write_text(output, encoding="utf-8")
    if process.returncode:
        sys.stdout.write(output[-6000:])
        sys.exit(f"The rollout failed; the whole log: {DIRECTORY / log}")
    return output


def show(line: str) -> None:
    """A line for each part of the run; the rest is in the log."""
    if match := re.match(r"PLAY \[(.*)\] \*+$", line):
        print(f"  {match[1]}", flush=True)


def text_of(output: str) -> str:
    """The summary that the report's role shows, as plain lines."""
    found = re.search(r"TASK \[.*Show the summary\].*?\"msg\": (\[.*?\n    \])", output, flags=re.DOTALL)
    return "\n".join(json.loads(found.group(1))) if found else "(no summary found; see the log)"


if __name__ == "__main__":
    sys.exit(main())
