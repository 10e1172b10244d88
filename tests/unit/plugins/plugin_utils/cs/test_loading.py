"""The module of the cmdlets: why it could not be loaded, and what is about rights."""

from __future__ import annotations

import pytest

from ansible_collections.ucops.rollout.plugins.module_utils.errors import RolloutError
from ansible_collections.ucops.rollout.plugins.plugin_utils.cs.loading import LOAD, of_rights, require_loaded
from ansible_collections.ucops.rollout.plugins.plugin_utils.winrm.powershell_port import Script

SCRIPT = Script("reading of it", LOAD, look="look there", otherwise="read it by hand")


def test_with_a_module_there_is_nothing_to_say() -> None:
    require_loaded(SCRIPT, {"module": "Lync", "loading": [{"id": "Modules_ModuleNotFound,X"}]}, where="fe01")


@pytest.mark.parametrize(
    ("errors", "told"),
    [
        (
            ["Modules_ModuleNotFound,X", "Modules_ModuleNotFound,X"],
            "fe01: neither the module SkypeForBusiness nor Lync is on the server. Set up the server with the deployment"
            " wizard first, or read it by hand",
        ),
        (
            ["Modules_ModuleNotFound,X", "Modules_InsufficientPowerShellVersion,X"],
            "fe01: the product's module needs a later PowerShell than 2.0. Install the Windows Management Framework"
            " for it",
        ),
        (
            ["UnauthorizedAccess,X", "Modules_ModuleNotFound,X"],
            "fe01: the product's module could not be loaded: gesperrt (UnauthorizedAccess,X). Load it by hand on the"
            " server (Import-Module); a policy for scripts set by Group Policy may forbid it",
        ),
    ],
)
def test_one_that_does_not_load_is_told_by_its_cause(errors: list[str], told: str) -> None:
    loading = [{"id": one, "type": "T", "text": "gesperrt"} for one in errors]
    with pytest.raises(RolloutError) as refused:
        require_loaded(SCRIPT, {"module": "", "ps": "2.0", "loading": loading}, where="fe01")
    assert str(refused.value) == told


@pytest.mark.parametrize(
    ("type", "wanted"),
    [("System.Data.SqlClient.SqlException", True), ("System.UnauthorizedAccessException", True), ("X.Y", False)],
)
def test_what_is_about_rights(type: str, wanted: bool) -> None:
    assert of_rights({"type": type}) is wanted
