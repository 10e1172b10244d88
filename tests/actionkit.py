"""The actions against an estate, over real WinRM, without a playbook around them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import yaml
from unit.fakes_windows import planned
from winrm.protocol import Protocol

from ansible_collections.ucops.rollout.plugins.action import (
    certificate_install,
    certificate_issue,
    certificate_request,
    cs_certificates,
)
from ansible_collections.ucops.rollout.plugins.module_utils.errors import RolloutError
from ansible_collections.ucops.rollout.plugins.module_utils.plan.hosts import Groups, find_hosts
from ansible_collections.ucops.rollout.plugins.module_utils.plan.planner import make_plan
from ansible_collections.ucops.rollout.plugins.module_utils.plan.server_work import certificates_of
from ansible_collections.ucops.rollout.plugins.module_utils.topology.parse import parse
from ansible_collections.ucops.rollout.plugins.plugin_utils.winrm.host import open_windows_host
from ansible_collections.ucops.rollout.plugins.plugin_utils.winrm.host_port import WindowsHost
from lab.client import RunningEstate


class Killed(BaseException):
    """The controller is gone: nothing catches this, and nothing that is sent on the way out reaches a host."""


class Wire:
    """What a controller sends, message by message, until it is killed at one: before its effect, or ``after`` it."""

    def __init__(self, at: int = 0, *, after: bool = False) -> None:
        self.at, self.after = at, after
        self.sent, self.dead = 0, False

    def carrying(self, send: Callable[..., Any]) -> Callable[..., Any]:
        """The same as ``send``, as long as the controller lives."""

        def sending(*message: Any) -> Any:
            self.sent += not self.dead
            if self.dead or self.sent == self.at:
                last, self.dead = not self.dead, True
                if last and self.after:
                    send(*message)
                raise Killed
            return send(*message)

        return sending


class Rollout:
    """One estate, and the actions on it."""

    def __init__(self, estate: RunningEstate) -> None:
        self.estate, self.wire = estate, Wire()

    @contextmanager
    def host(self, name: str) -> Iterator[WindowsHost]:
        variables = self.estate.variables
        protocol = Protocol(
            f"http://{self.estate.address(name)}:5985/wsman",
            transport="ntlm",
            username=variables["ansible_user"],
            password=variables["ansible_password"],
            message_encryption="always",
        )
        protocol.transport.send_message = self.wire.carrying(protocol.transport.send_message)
        with open_windows_host(protocol, name=name, shell_id=None) as host:
            yield host

    def run(self, module: Any, name: str, check_mode: bool = False, **arguments: Any) -> dict[str, Any]:
        action = module.ActionModule.__new__(module.ActionModule)
        filled = {key: option.get("default") for key, option in action.argument_spec.items()}
        with self.host(name) as host:
            return action.work(host, {**filled, **arguments}, check_mode)

    def request(self, **arguments: Any) -> dict[str, Any]:
        return self.run(certificate_request, "ocssrv01", **{"certificate": planned(), **arguments})

    def issue(self, asked: dict[str, Any], **arguments: Any) -> dict[str, Any]:
        return self.issued(arguments.pop("certificate", planned()), asked, **arguments)

    def issued(self, certificate: dict[str, Any], asked: dict[str, Any], **arguments: Any) -> dict[str, Any]:
        """What came of the one order; raises where it failed."""
        order = {"certificate": certificate, "request": asked["request"], "public_key": asked["public_key"]}
        (result,) = self.run(certificate_issue, "ca01", orders=[order], **arguments)["results"]
        if result["failed"]:
            raise RolloutError(result["msg"])
        return result

    def install(self, issued: dict[str, Any], **arguments: Any) -> dict[str, Any]:
        picked = {"certificate": planned(), "issued": issued["certificate"], "chain": issued["chain"]}
        return self.run(certificate_install, "ocssrv01", **{**picked, **arguments})

    def ca(self) -> dict[str, Any]:
        found: dict[str, Any] = self.estate.state()["hosts"]["ca01"]["ca"]
        return found


class Pool(Rollout):
    """Three Front Ends, each brought to the plan by the steps of the role."""

    def works(self) -> dict[str, dict[str, Any]]:
        inventory = yaml.safe_load(self.estate.inventory.read_text(encoding="utf-8"))["all"]["children"]
        groups = {name: list(group["hosts"]) for name, group in inventory.items()}
        plan = make_plan(parse(self.estate.variables["ucops_topology"]))
        plan = find_hosts(plan, Groups(servers="ucops_servers"), groups, check=False)
        found = {}
        for server in plan.servers:
            assert server.inventory_host
            work = certificates_of(plan, server.inventory_host, ca_hosts=groups["ucops_ca"])
            found[server.fqdn.partition(".")[0]] = work.to_plain()
        return found

    def bring(self, name: str, work: dict[str, Any]) -> bool:
        """Request, issue, install and assign; says whether anything was changed."""
        held, changed = {}, False
        for job in work["certificates"]:
            planned = job["certificate"]
            asked = self.run(certificate_request, name, certificate=planned)
            thumbprint = asked.get("thumbprint")
            if asked["state"] != "held":
                changed = True
                issued = self.issued(planned, asked)
                brought = {"issued": issued["certificate"], "chain": issued["chain"]}
                thumbprint = self.run(certificate_install, name, certificate=planned, **brought)["thumbprint"]
            held[planned["id"]] = {"thumbprint": thumbprint}
        assigned = self.run(cs_certificates, name, work=work, held=held, oauth=True, restarts=True)
        return changed or assigned["changed"]
