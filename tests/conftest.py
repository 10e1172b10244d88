"""Tests that are not measured, since with coverage what runs a lot takes twice the time; and a table in the summary."""

from __future__ import annotations

from pathlib import Path

import pytest
import waykit

_LAB = Path(__file__).parent / "lab_tests"


@pytest.hookimpl(trylast=True)  # Hypothesis marks its tests in the same hook
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Property tests try the same code with many values; of the lab nothing is measured. What they check stays."""
    if not config.pluginmanager.hasplugin("pytest_cov"):
        return
    for item in items:
        if item.get_closest_marker("hypothesis") or _LAB in item.path.parents:
            item.add_marker(pytest.mark.no_cover)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    reports = (one for outcome in ("passed", "failed") for one in terminalreporter.getreports(outcome))
    lines = waykit.table(told for one in reports if one.when == "call" for told in one.user_properties)
    if lines:
        terminalreporter.section("whole rollouts, by the way in")
    for line in lines:
        terminalreporter.write_line(line)
