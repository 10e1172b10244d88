"""`make test`: every check, each with its log under build/logs, a table at the end and one exit code.

The sanity check takes minutes of one core and needs nothing of the others, so it runs beside them.
"""

from __future__ import annotations

import dataclasses
import pathlib
import re
import subprocess
import sys
import threading
import time

ROOT = pathlib.Path(__file__).resolve().parent.parent
LOGS = ROOT / "build" / "logs"
TAIL_LINES = 60


@dataclasses.dataclass(frozen=True)
class Step:
    """A command of the repository and what it shows."""

    name: str
    command: tuple[str, ...]
    what: str

    @property
    def log(self) -> pathlib.Path:
        return LOGS / f"{self.name}.log"


@dataclasses.dataclass(frozen=True)
class Outcome:
    step: Step
    code: int
    seconds: float


# Two lanes for two cores; within a lane, one after another, the quick ones first.
LANES = (
    (
        Step("lint", ("tools/lint.sh",), "style, types, YAML, Ansible's rules, fragments"),
        Step("pytest", ("tools/pytest.sh",), "unit, lab and integration tests"),
    ),
    (
        # On one core, or pylint starts a process for each, and each reads again what all files import.
        Step("sanity", ("taskset", "--cpu-list", "0", "tools/sanity.sh"), "ansible-test sanity"),
        Step("site", ("tools/site.sh",), "the documentation's pages: made, links followed, opened in a browser"),
        Step("targets", ("tools/ansible_test.sh", "integration"), "ansible-test integration, every target"),
        Step("artifact", ("tools/artifact.sh",), "built, installed elsewhere and used from there"),
        Step("environment", ("tools/environment.sh",), "a rollout out of an execution environment's file system"),
        Step("versions", ("tools/versions.sh",), "the older ansible-core that we claim"),
        Step("molecule", ("tools/molecule.sh",), "converge, idempotence, verify on the lab"),
    ),
)

printing = threading.Lock()


def say(text: str) -> None:
    with printing:
        print(text, flush=True)


def tail(path: pathlib.Path, count: int = TAIL_LINES) -> str:
    return "\n".join(path.read_text(errors="replace").splitlines()[-count:])


def run(step: Step) -> Outcome:
    """Run one step with its output in its log; nothing of ours waits for input."""
    say(f"{step.name}: started ({step.what})")
    began = time.monotonic()
    with step.log.open("wb") as log:
        code = subprocess.run(
            step.command, cwd=ROOT, stdin=subprocess.DEVNULL, stdout=log, stderr=subprocess.STDOUT, check=False
        ).returncode
    outcome = Outcome(step, code, time.monotonic() - began)
    say(f"{step.name}: {verdict(outcome)} after {outcome.seconds:.0f} s")
    return outcome


def verdict(outcome: Outcome) -> str:
    return "passed" if outcome.code == 0 else f"FAILED (exit code {outcome.code})"


def run_lanes() -> list[Outcome]:
    """All steps, in the order of LANES; a failure stops nothing, since each step tells something of its own."""
    outcomes: dict[str, Outcome] = {}

    def lane(steps: tuple[Step, ...]) -> None:
        for step in steps:
            outcomes[step.name] = run(step)

    threads = [threading.Thread(target=lane, args=(steps,)) for steps in LANES]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return [outcomes[step.name] for steps in LANES for step in steps]


def pytest_summary() -> str:
    """The closing line of pytest: `N passed in M s`."""
    path = LOGS / "pytest.log"
    lines = re.findall(r"^=* *(\d+ (?:passed|failed|error|skipped).* in [0-9.]+s.*?) *=*$", path.read_text(), re.M)
    return lines[-1] if lines else "pytest: no closing line; see build/logs/pytest.log"


def coverage_summary() -> str:
    """What pytest-cov says of the floor: reached, or not, and the total."""
    found = re.findall(r"Required test coverage of .*", (LOGS / "pytest.log").read_text())
    return f"branch coverage of plugins/: {found[-1]}" if found else "branch coverage of plugins/: not measured"


def main() -> int:
    LOGS.mkdir(parents=True, exist_ok=True)
    began = time.monotonic()
    outcomes = run_lanes()
    failed = [outcome for outcome in outcomes if outcome.code]
    for outcome in failed:
        print(f"\n===== {outcome.step.name} failed; the end of {outcome.step.log.relative_to(ROOT)} =====")
        print(tail(outcome.step.log))
    print()
    for outcome in outcomes:
        print(f"{outcome.step.name:11} {outcome.seconds:6.0f} s  {verdict(outcome):22} {outcome.step.what}")
    print(f"{'in all':11} {time.monotonic() - began:6.0f} s")
    print(f"make test: {len(failed)} of {len(outcomes)} steps failed" if failed else "make test: every step passed")
    print(coverage_summary())
    print(pytest_summary(), flush=True)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
