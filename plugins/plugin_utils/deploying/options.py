# Copyright: (c) 2026, The ucops.rollout developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""How a site wants the certificates of its servers brought to the plan: the role's variables as one value."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ansible_collections.ucops.rollout.plugins.module_utils.codec import from_plain
from ansible_collections.ucops.rollout.plugins.module_utils.errors import RolloutError
from ansible_collections.ucops.rollout.plugins.module_utils.plan.server_work import ServerWork
from ansible_collections.ucops.rollout.plugins.module_utils.values import Thumbprint
from ansible_collections.ucops.rollout.plugins.plugin_utils.assigning.retiring import KEEP, Retiring

_NEVER = "never"

# As the action plugins take them; roles/pool_certificates/meta/argument_specs.yml says what each is.
SPEC: Mapping[str, Mapping[str, Any]] = {
    "obtain": {"type": "bool", "default": True},
    "assign": {"type": "bool", "default": True},
    "minimum_days": {"type": "int", "default": 30},
    "directory": {"type": "path", "default": ""},
    "trusted_roots": {"type": "list", "elements": "str", "default": []},
    "bundle_root": {"type": "bool", "default": False},
    "front_end": {"type": "str", "choices": ["manual", "command"], "default": "manual"},
    "front_end_command": {"type": "list", "elements": "str", "default": []},
    "assign_again": {"type": "bool", "default": False},
    "ocs": {"type": "str", "choices": ["read", "wmi"], "default": "read"},
    "web": {"type": "str", "choices": ["http_sys", "manual"], "default": "http_sys"},
    "bindings_also": {"type": "list", "elements": "str", "default": []},
    "oauth": {"type": "bool", "default": False},
    "effective_date": {"type": "str", "default": ""},
    "start_services": {"type": "bool", "default": False},
    "services": {"type": "list", "elements": "str", "default": ["RTCSRV"]},
    "service_timeout": {"type": "int", "default": 120},
    "timeout": {"type": "float", "default": 10.0},
    "renew": {"type": "list", "elements": "str", "default": []},
    "prove_wait": {"type": "float", "default": 60.0},
    "retire": {"type": "str", "choices": ["keep", "archive", "remove"], "default": "keep"},
    "revoke": {"type": "str", "choices": ["never", "superseded"], "default": "never"},
}
TAKEN = {"type": "dict", "options": SPEC, "apply_defaults": True}


@dataclass(frozen=True, slots=True)
class DeployOptions:
    """Each as the role's variable of that name. ``obtain``: what does not serve is requested and installed."""

    obtain: bool = True
    assign: bool = True
    minimum_days: int = 30
    directory: str = ""
    trusted_roots: tuple[Thumbprint, ...] = ()
    bundle_root: bool = False
    front_end: str = "manual"
    front_end_command: tuple[str, ...] = ()
    assign_again: bool = False
    ocs: str = "read"
    web: str = "http_sys"
    bindings_also: tuple[str, ...] = ()
    oauth: bool = False
    effective_date: str = ""
    start_services: bool = False
    services: tuple[str, ...] = ("RTCSRV",)
    service_timeout: int = 120
    timeout: float = 10.0
    renew: tuple[Thumbprint, ...] = ()
    prove_wait: float = 60.0
    retire: str = "keep"
    revoke: str = "never"

    @property
    def way(self) -> str:
        """How the Front End's certificate is assigned: manual, command or wmi."""
        return "wmi" if self.ocs == "wmi" else self.front_end

    @property
    def ends_former(self) -> bool:
        """Whether anything is to become of a certificate whose place another one took."""
        return self.retire != KEEP or self.revoke != _NEVER

    def retiring(self, work: ServerWork, held: Mapping[str, Any], *, check_mode: bool) -> Retiring:
        """What is to become of it; where its CA is to revoke it, that comes first."""
        first = self.revoke != _NEVER
        return Retiring(work, held, self.retire, check_mode, frozenset(self.renew), only_tell=first)


def options_of(given: Mapping[str, Any]) -> DeployOptions:
    """The options as an action was given them; raises RolloutError for those that contradict each other."""
    lists = {name: tuple(value) for name, value in given.items() if isinstance(value, list)}
    roots = from_plain(tuple[Thumbprint, ...], given["trusted_roots"], where="trusted_roots")
    renew = from_plain(tuple[Thumbprint, ...], given["renew"], where="pool_certificates_renew")
    options = DeployOptions(**{**given, **lists, "trusted_roots": roots, "renew": renew})
    if options.ocs == "wmi" and options.front_end == "command":
        raise RolloutError(
            "pool_certificates_front_end is command and pool_certificates_ocs is wmi: two ways to assign one"
            " certificate",
            mend="Leave one of them at its default",
        )
    return options
