"""How many values the property tests try. HYPOTHESIS_PROFILE chooses: ``house`` as a rule, ``nightly`` for many."""

from __future__ import annotations

import os

from hypothesis import HealthCheck, settings

# A busy machine, or coverage being measured, makes an example slow and nothing wrong.
_PATIENT = {"deadline": None, "suppress_health_check": [HealthCheck.too_slow]}
# The same values at each run, so that a change is blamed for what it broke alone.
settings.register_profile("house", max_examples=60, derandomize=True, database=None, **_PATIENT)
# Other values each night; a failure is kept in .hypothesis, and says how to repeat it.
settings.register_profile("nightly", max_examples=3000, print_blob=True, **_PATIENT)


def load() -> None:
    settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE") or "house")


def part(share: float) -> settings:
    """A part of the profile's budget, for a test whose values take long."""
    return settings(max_examples=max(1, round(settings().max_examples * share)))
