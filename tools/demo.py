"""A product's rollout on the lab, run again until nothing is left: with what was planned, changed and proved.

Runs on the standard library; everything real happens in `python -m lab` and in ansible-playbook.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
BIN = ROOT / ".venv" / "bin"
DIRECTORY = ROOT / "build" / "demo"
REPORTS = DIRECTORY / "report"
REQUESTS = DIRECTORY / "requests"


@dataclass(frozen=True)
class Demo:
    """An estate of the lab. ``people``: what they do between the runs, for a product that leaves them something."""

    estate: str
    shown: str
    people: tuple[Callable[[], None], ...] = ()


def main(given: list[str]) -> int:
    """The outer half starts the estate and calls this file again inside it."""
    product = given[0] if given else "ocs2007"
    if product not in DEMOS:
        sys.exit(f"There is no demo of '{product}'. PRODUCT is one of {', '.join(DEMOS)}")
    demo = DEMOS[product]
    if "LAB_INVENTORY" in os.environ:
        return rollout(demo, os.environ["LAB_INVENTORY"])
    print(f"Starting the Windows estate of the lab: {demo.shown} ...", flush=True)
    command = [str(BIN / "python"), "-m", "lab", "run", demo.estate, "--directory", str(DIRECTORY / "lab"), "--"]
    command += [str(BIN / "python"), str(Path(__file__).resolve()), product]
    environment = os.environ | {"PYTHONPATH": str(ROOT / "tests"), "PYTHONUNBUFFERED": "1"}
    return subprocess.run(command, cwd=ROOT, env=environment, check=False).returncode


def rollout(demo: Demo, inventory: str) -> int:
    began = time.monotonic()
    for old in (*REPORTS.glob("*"), *REQUESTS.glob("*")):
        old.unlink()
    last = max(2, len(demo.people) + 1)
    for number in range(1, last + 1):
        # People do their part after the first runs; the last run follows one that left nothing to them.
        expected = 2 if number < last and demo.people else 0
        output = play(inventory, f"run {number}{_TITLES.get(number == last, '')}", number, expected)
        print(f"\n{text_of(output)}", flush=True)
        if number <= len(demo.people):
            demo.people[number - 1]()
    changed = sum(int(count) for count in re.findall(r"changed=(\d+)", output.rpartition("PLAY RECAP")[2]))
    reports = sorted(REPORTS.glob("*.md"), key=lambda path: path.stat().st_mtime_ns)
    print(f"\nLast run: changed={changed}")
    print(f"Hand-over report of the first run: {reports[0]}")
    print(f"Logs of all runs: {DIRECTORY}/deploy-1.log … deploy-{last}.log ({time.monotonic() - began:.0f} s for all)")
    return 0 if changed == 0 else 1


_TITLES = {True: ": must change nothing"}


def play(inventory: str, title: str, number: int, expected: int) -> str:
    print(f"\nansible-playbook ucops.rollout.deploy_pool -i {inventory}   ({title})", flush=True)
    command = [str(BIN / "ansible-playbook"), "ucops.rollout.deploy_pool", "-i", inventory]
    folders = {"pool_report_directory": str(REPORTS), "pool_certificates_offline_directory": str(REQUESTS)}
    command += ["-e", json.dumps(folders)]
    environment = os.environ | {"ANSIBLE_NOCOLOR": "1", "PYTHONUNBUFFERED": "1"}
    lines: list[str] = []
    parts: list[str] = []
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
            # A play that goes host by host begins anew for each.
            if (part := part_of(line)) and part not in parts:
                parts.append(part)
                print(f"  {part}", flush=True)
    output, log = "".join(lines), DIRECTORY / f"deploy-{number}.log"
    log.write_text(output, encoding="utf-8")
    if process.returncode != expected or (expected and "BY_HAND: " not in output):
        sys.stdout.write(output[-6000:])
        sys.exit(f"The rollout ended with {process.returncode} and not with {expected}; the whole log: {log}")
    return output


def part_of(line: str) -> str:
    """The part of the run that begins with a line; empty where none does. The rest is in the log."""
    match = re.match(r"PLAY \[(.*)\] \*+$", line)
    return match[1] if match else ""


def text_of(output: str) -> str:
    """The summary that the report's role shows, as plain lines."""
    found = re.search(r"TASK \[.*Show the summary\].*?\"msg\": (\[.*?\n    \])", output, flags=re.DOTALL)
    return "\n".join(json.loads(found.group(1))) if found else "(no summary found; see the log)"


# --- what people do ---------------------------------------------------------------------------------------------------

PROXY, PROXY_STEM = "proxy01", "proxy01.company.local_reverse_proxy"


def order(path: str, **body: Any) -> dict[str, Any]:
    """An order to the lab, which stands for people at its machines; see tests/lab/README.md."""
    control = json.loads(Path(os.environ["LAB_CONTROL"]).read_text(encoding="utf-8"))
    headers = {"Authorization": f"Bearer {control['token']}"}
    request = urllib.request.Request(f"{control['url']}/{path}", json.dumps(body).encode(), headers)
    with urllib.request.build_opener(urllib.request.ProxyHandler({})).open(request, timeout=60) as answer:
        outcome: dict[str, Any] = json.loads(answer.read())["outcome"]
    return outcome


def make_request_and_assign() -> None:
    print("\nPeople: make key and request on proxy01 with openssl; give Office Web Apps their certificate", flush=True)
    config = (REQUESTS / f"{PROXY_STEM}.cnf").read_text(encoding="utf-8")
    made = order(f"proxies/{PROXY}/request", name=PROXY_STEM, config=config)
    (REQUESTS / f"{PROXY_STEM}.req").write_text(made["request"], encoding="ascii")
    newest = max(REPORTS.glob("*.json"), key=lambda path: path.stat().st_mtime_ns)
    certificates = json.loads(newest.read_text(encoding="utf-8"))["certificates"]
    (thumbprint,) = (one["thumbprint"] for one in certificates if one["id"].startswith("owa01."))
    order("listeners/owa01/assign", service="office_web_apps", thumbprint=thumbprint)


def serve_the_bundle() -> None:
    print("\nPeople: bring the file with the certificate to proxy01, and have it served there", flush=True)
    bundle = (REQUESTS / f"{PROXY_STEM}.bundle.pem").read_text(encoding="ascii")
    order(f"proxies/{PROXY}/serve", name=PROXY_STEM, bundle=bundle)


DEMOS = {
    "ocs2007": Demo("origin", "dc01 (DNS), ca01 (enterprise CA), two Front Ends"),
    "sfb2019": Demo(
        "sfb2019_whole",
        "DNS, an enterprise CA, three Front Ends, two Edge Servers in a workgroup, Office Web Apps and a reverse proxy",
        (make_request_and_assign, serve_the_bundle),
    ),
}


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
