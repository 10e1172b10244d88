# Copyright: (c) 2026, The ucops.rollout developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""How a site wants the certificates of its servers brought to the plan: the role's variables as one value."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import Field, dataclass, fields
from typing import Any

from ansible_collections.ucops.rollout.plugins.module_utils.codec import from_plain
from ansible_collections.ucops.rollout.plugins.module_utils.errors import RolloutError
from ansible_collections.ucops.rollout.plugins.module_utils.plan.rollout import FRONT_END, LYNC, WEB_COMPONENTS
from ansible_collections.ucops.rollout.plugins.module_utils.plan.server_work import CertificateWork, ServerWork
from ansible_collections.ucops.rollout.plugins.module_utils.values import Thumbprint
from ansible_collections.ucops.rollout.plugins.plugin_utils.assigning.endpoints import SURVEYED_BINDINGS
from ansible_collections.ucops.rollout.plugins.plugin_utils.assigning.former import (
    BY_BINDING,
    BY_CMDLETS,
    BY_COMMAND,
    BY_WMI,
)
from ansible_collections.ucops.rollout.plugins.plugin_utils.assigning.marks import MARKED
from ansible_collections.ucops.rollout.plugins.plugin_utils.assigning.retiring import KEEP, Retiring
from ansible_collections.ucops.rollout.plugins.plugin_utils.certificates.stores import SURVEYED
from ansible_collections.ucops.rollout.plugins.plugin_utils.winrm.registry_port import Branch

_NEVER = "never"

_CHOICES = {
    "front_end": ["manual", "command"],
    "ocs": ["read", "wmi"],
    "web": ["http_sys", "manual"],
    "retire": ["keep", "archive", "remove"],
    "revoke": ["never", "superseded"],
}


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

    def ways(self, work: CertificateWork) -> frozenset[str]:
        """In which ways a run assigns a certificate, as ``Former`` names them."""
        services = {"command": BY_COMMAND, "wmi": BY_WMI}.get(self.way, "")
        by_way = {LYNC: BY_CMDLETS, FRONT_END: services, WEB_COMPONENTS: BY_BINDING if self.web == "http_sys" else ""}
        return frozenset(by_way.get(one.way, "") for one in work.assignments) - {""}

    def ahead(self, work: ServerWork) -> tuple[Branch, ...]:
        """What is read of a server's registry with the first command: its stores, and where it matters its bindings."""
        bound = self.assign and any(one.way == WEB_COMPONENTS for job in work.certificates for one in job.assignments)
        return (*SURVEYED, *(SURVEYED_BINDINGS if bound else ()), *((MARKED,) if self.assign else ()))

    @property
    def ends_former(self) -> bool:
        """Whether anything is to become of a certificate whose place another one took."""
        return self.retire != KEEP or self.revoke != _NEVER

    def retiring(self, work: ServerWork, held: Mapping[str, Any], *, check_mode: bool) -> Retiring:
        """What is to become of it; where its CA is to revoke it, that comes first."""
        first = self.revoke != _NEVER
        return Retiring(work, held, self.retire, check_mode, frozenset(self.renew), only_tell=first)


def _argument(option: Field[Any]) -> dict[str, Any]:
    """The option as an action plugin takes it."""
    default = option.default
    if isinstance(default, tuple):
        return {"type": "list", "elements": "str", "default": list(default)}
    kind = "path" if option.name == "directory" else type(default).__name__
    choices = {"choices": _CHOICES[option.name]} if option.name in _CHOICES else {}
    return {"type": kind, "default": default, **choices}


# roles/pool_certificates/meta/argument_specs.yml says what each is.
SPEC: Mapping[str, Mapping[str, Any]] = {one.name: _argument(one) for one in fields(DeployOptions)}
# How the work of a server is made of the plan, by the role's variables of these names.
WORK_SPEC: Mapping[str, Mapping[str, Any]] = {
    "mode": {"type": "str", "choices": ["online", "offline"], "default": "online"},
    "port_map": {"type": "dict", "default": {}},
    "lync": {"type": "str", "choices": ["cmdlets", "manual"], "default": "cmdlets"},
}
_VARIABLE = "pool_certificates_"
TAKEN = {"type": "dict", "options": SPEC, "apply_defaults": True}


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


def variable_of(option: str) -> str:
    """The role's variable that gives an option."""
    return _VARIABLE + ("offline_directory" if option == "directory" else option)
