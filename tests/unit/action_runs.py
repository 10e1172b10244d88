"""An action's work on a host in memory, with its defaults filled in as its base would."""

from __future__ import annotations

from types import ModuleType
from typing import Any

from unit.fakes_windows import NOW

from ansible_collections.ucops.rollout.plugins.plugin_utils.winrm.host_port import WindowsHost


class Noon:
    """Stands for ``datetime`` in an action: the time of the tests."""

    @staticmethod
    def now(zone: Any) -> Any:
        return NOW


def run(module: ModuleType, host: WindowsHost, check_mode: bool = False, **arguments: Any) -> dict[str, Any]:
    action = module.ActionModule.__new__(module.ActionModule)
    spec = action.argument_spec
    filled = {name: option.get("default") for name, option in spec.items()}
    assert set(arguments) <= set(spec)
    result: dict[str, Any] = action.work(host, {**filled, **arguments}, check_mode)
    return result
