"""Which tests run without their coverage being measured: measured, what runs a lot takes more than twice the time."""

from __future__ import annotations

from pathlib import Path

import pytest

_LAB = Path(__file__).parent / "lab_tests"


@pytest.hookimpl(trylast=True)  # Hypothesis marks its tests in the same hook
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Property tests try the same code with many values; of the lab nothing is measured. What they check stays."""
    if not config.pluginmanager.hasplugin("pytest_cov"):
        return
    for item in items:
        if item.get_closest_marker("hypothesis") or _LAB in item.path.parents:
            item.add_marker(pytest.mark.no_cover)
