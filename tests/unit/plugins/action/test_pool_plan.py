"""What the action pool_plan takes; tests/integration/test_pool_plan.py runs it in a play."""

from __future__ import annotations

from typing import Any

import pytest
import yaml
from ansible.errors import AnsibleError
from sitekit import ROOT

from ansible_collections.ucops.rollout.plugins.action.pool_plan import FILTERS, ActionModule, names_by_host
from ansible_collections.ucops.rollout.plugins.module_utils.report.kept import ReadHostVars
from ansible_collections.ucops.rollout.plugins.modules import pool_plan as documented


def test_the_documentation_says_what_the_action_takes() -> None:
    options = yaml.safe_load(documented.DOCUMENTATION)["options"]
    assert {name: said(option) for name, option in options.items()} == ActionModule.argument_spec


def said(option: dict[str, Any]) -> dict[str, Any]:
    """A documented option in the form of an argument spec."""
    plain = {key: option[key] for key in ("type", "elements", "choices", "default", "required") if key in option}
    inner = {name: said(one) for name, one in option.get("suboptions", {}).items()}
    return {**plain, **({"options": inner} if inner else {})}


class Encrypted(dict[str, Any]):
    """hostvars of an inventory in which a file of ca01 is encrypted."""

    def __init__(self, says: str) -> None:
        super().__init__(dc01={"ansible_user": "rollout"}, ca01={})
        self.says = says

    def __getitem__(self, host: str) -> Any:
        if host == "ca01":
            raise AnsibleError(self.says)
        return super().__getitem__(host)


NO_PASSWORD = "Attempting to decrypt but no vault secrets found."
WRONG_PASSWORD = "Decryption failed (no vault secrets were found that could decrypt)."


def test_hosts_that_take_no_part_need_no_vault() -> None:
    assert names_by_host(ReadHostVars(Encrypted(NO_PASSWORD)), unread=True) == {"dc01": frozenset(["ansible_user"])}


@pytest.mark.parametrize(("says", "unread"), [(NO_PASSWORD, False), (WRONG_PASSWORD, True)])
def test_other_hosts_do(says: str, unread: bool) -> None:
    with pytest.raises(AnsibleError, match="no vault secrets"):
        names_by_host(ReadHostVars(Encrypted(says)), unread)


def test_every_filter_is_imported_before_ansible_forks() -> None:
    files = {str(path.relative_to(ROOT)) for path in (ROOT / "plugins" / "filter").glob("*.py")}
    assert files == {"plugins/filter/" + module.__name__.rpartition(".")[2] + ".py" for module in FILTERS}
