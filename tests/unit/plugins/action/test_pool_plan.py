"""What the action pool_plan takes; tests/integration/test_pool_plan.py runs it in a play."""

from __future__ import annotations

from typing import Any

import yaml
from sitekit import ROOT

from ansible_collections.ucops.rollout.plugins.action.pool_plan import FILTERS, ActionModule
from ansible_collections.ucops.rollout.plugins.modules import pool_plan as documented


def test_the_documentation_says_what_the_action_takes() -> None:
    options = yaml.safe_load(documented.DOCUMENTATION)["options"]
    assert {name: said(option) for name, option in options.items()} == ActionModule.argument_spec


def said(option: dict[str, Any]) -> dict[str, Any]:
    """A documented option in the form of an argument spec."""
    plain = {key: option[key] for key in ("type", "elements", "choices", "default", "required") if key in option}
    inner = {name: said(one) for name, one in option.get("suboptions", {}).items()}
    return {**plain, **({"options": inner} if inner else {})}


def test_every_filter_is_imported_before_ansible_forks() -> None:
    files = {str(path.relative_to(ROOT)) for path in (ROOT / "plugins" / "filter").glob("*.py")}
    assert files == {"plugins/filter/" + module.__name__.rpartition(".")[2] + ".py" for module in FILTERS}
