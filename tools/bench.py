"""`make bench`: how long planning and a rollout take, and what the rollout costs on the wire. Figures, no judgement."""

from __future__ import annotations

import json
import os
import pathlib
import subprocess
import sys
import tempfile
import time

import bench_dns
import bench_planner

from lab.client import start_estate

ROOT = pathlib.Path(__file__).resolve().parent.parent


def play(inventory: pathlib.Path, report: pathlib.Path, playbook: str) -> float:
    """Seconds of one ansible-playbook; ends the bench when it fails."""
    command = [str(ROOT / ".venv" / "bin" / "ansible-playbook"), f"ucops.rollout.{playbook}", "-i", str(inventory)]
    began = time.monotonic()
    run = subprocess.run(
        [*command, "-e", json.dumps({"pool_report_directory": str(report)})],
        cwd=ROOT,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "ANSIBLE_NOCOLOR": "1"},
    )
    if run.returncode:
        sys.exit(f"{playbook} failed:\n{run.stdout}{run.stderr}")
    return time.monotonic() - began


def bench_rollout(directory: pathlib.Path) -> None:
    with start_estate("origin", directory / "lab", mode="ports") as estate:
        inventory = pathlib.Path(estate.inventory)
        for title, playbook in (("first run", "deploy_pool"), ("second run", "deploy_pool"), ("proof", "verify_pool")):
            estate.reset_counters()
            seconds = play(inventory, directory / "report", playbook)
            print(f"{playbook}, {title}: {seconds:.1f} s")
            for host, counted in sorted(estate.counters().items()):
                kilobytes = (counted["bytes_in"] + counted["bytes_out"]) / 1000
                print(f"  {host:24} {counted['requests']:4} requests {kilobytes:8.1f} kB")


def main() -> None:
    bench_planner.main([])
    with tempfile.TemporaryDirectory() as directory:
        bench_rollout(pathlib.Path(directory))
    bench_dns.main()


if __name__ == "__main__":
    main()
