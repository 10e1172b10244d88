"""Who keeps nothing runs what changes a place, and nothing else."""

from __future__ import annotations

from unit.fakes_windows import FakeServer

from ansible_collections.ucops.rollout.plugins.module_utils.values import Thumbprint
from ansible_collections.ucops.rollout.plugins.plugin_utils.assigning.former import Former
from ansible_collections.ucops.rollout.plugins.plugin_utils.assigning.keeping_port import KeepsNothing
from ansible_collections.ucops.rollout.plugins.plugin_utils.winrm.files_port import FileProgram

FORMER = {Thumbprint("AB" * 20): [Former("cmdlets", "Default", "CD" * 20)]}


def test_nothing_is_kept_and_all_is_run() -> None:
    server = FakeServer()
    keeper = KeepsNothing(server.host)
    assert (keeper.keep(FORMER), server.programs.ran) == ((), [])
    bind = ["netsh", "http", "delete", "sslcert", "ipport=0.0.0.0:443"]
    (outcome,) = keeper.keep(FORMER, [FileProgram(bind)])
    assert (outcome.result.exit_code, server.programs.ran) == (1, [bind])
