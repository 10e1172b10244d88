# Copyright: (c) 2026, The ucops.rollout developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Action plugin of ``ucops.rollout.server_check``; see plugins/modules for its documentation."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime, timezone
from typing import Any

from ansible_collections.ucops.rollout.plugins.module_utils.codec import from_plain
from ansible_collections.ucops.rollout.plugins.module_utils.errors import RolloutError
from ansible_collections.ucops.rollout.plugins.module_utils.plan.rollout import LYNC
from ansible_collections.ucops.rollout.plugins.module_utils.plan.server_work import ServerWork, work_from_plain
from ansible_collections.ucops.rollout.plugins.module_utils.products.cs_types import OAUTH, cmdlet_type
from ansible_collections.ucops.rollout.plugins.module_utils.products.grammar import Product
from ansible_collections.ucops.rollout.plugins.module_utils.products.registry import PRODUCTS
from ansible_collections.ucops.rollout.plugins.module_utils.topology.deployed import place_of
from ansible_collections.ucops.rollout.plugins.module_utils.topology.parse import parse
from ansible_collections.ucops.rollout.plugins.module_utils.values import Thumbprint
from ansible_collections.ucops.rollout.plugins.plugin_utils.assigning.readiness import require_cmdlets
from ansible_collections.ucops.rollout.plugins.plugin_utils.certificates.trusting import Issuers, untrusted_roots
from ansible_collections.ucops.rollout.plugins.plugin_utils.face import WindowsAction
from ansible_collections.ucops.rollout.plugins.plugin_utils.winrm.faults import HostUnreachable
from ansible_collections.ucops.rollout.plugins.plugin_utils.winrm.host_port import WindowsHost


class ActionModule(WindowsAction):
    argument_spec = {
        "work": {"type": "dict", "required": True},
        "topology": {"type": "dict", "default": {}},
        "obtain": {"type": "bool", "default": True},
        "assign": {"type": "bool", "default": True},
        "ca_certificates": {"type": "dict", "default": {}},
        "directory": {"type": "path"},
        "trusted_roots": {"type": "list", "elements": "str", "default": []},
        "minimum_days": {"type": "int", "default": 30},
        "oauth": {"type": "bool", "default": False},
        "fail": {"type": "bool", "default": True},
    }

    def _answer(self, arguments: dict[str, Any], check_mode: bool) -> dict[str, Any]:
        try:
            return super()._answer(arguments, check_mode)
        except RolloutError as error:
            if arguments["fail"]:
                raise
            return _result(self._host_name(), (error,), fail=False)

    def work(self, host: WindowsHost, arguments: dict[str, Any], check_mode: bool) -> dict[str, Any]:
        return _result(host.name, tuple(_problems(host, arguments)), fail=arguments["fail"])


def _problems(host: WindowsHost, arguments: Mapping[str, Any]) -> Iterator[RolloutError]:
    """All of them; a host that cannot be reached any more ends the search."""
    work = work_from_plain(arguments["work"])
    roots = from_plain(tuple[Thumbprint, ...], arguments["trusted_roots"], where="trusted_roots")
    if arguments["obtain"]:
        issuers = Issuers(arguments["ca_certificates"], arguments["directory"] or "")
        days = arguments["minimum_days"]
        now = datetime.now(timezone.utc)
        yield from untrusted_roots(host, work, issuers, trusted=roots, now=now, minimum_days=days)
    types = set(_types(work))
    if arguments["assign"] and types:
        product = _product(work, arguments["topology"])
        try:
            require_cmdlets(host, product=product, oauth=arguments["oauth"] and OAUTH in types)
        except HostUnreachable:
            raise
        except RolloutError as error:
            yield error


def _types(work: ServerWork) -> Iterator[str]:
    """What the cmdlets are to assign on the server."""
    for job in work.certificates:
        yield from (cmdlet_type(job.certificate, one.component) for one in job.assignments if one.way == LYNC)


def _product(work: ServerWork, topology: Mapping[str, Any]) -> Product | None:
    """What the topology says of the server's pool; None for a plan that came without one."""
    return PRODUCTS.get(place_of(parse(topology), work.fqdn)[0].product) if topology else None


def _result(name: str, problems: tuple[RolloutError, ...], *, fail: bool) -> dict[str, Any]:
    told = [str(one).removeprefix(f"{name}: ") for one in problems]
    failed = {"failed": fail, "msg": "\n".join(f"{name}: {one}" for one in told)} if told else {}
    return {"changed": False, "ready": not told, "problems": told, **failed}
