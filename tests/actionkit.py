"""The actions against an estate, over real WinRM, without a playbook around them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timezone
from typing import Any

import yaml
from unit.fakes_windows import planned
from winrm.protocol import Protocol

from ansible_collections.ucops.rollout.plugins.action import (
    certificate_install,
    certificate_issue,
    certificate_request,
)
from ansible_collections.ucops.rollout.plugins.module_utils.errors import RolloutError
from ansible_collections.ucops.rollout.plugins.module_utils.plan.hosts import Groups, find_hosts
from ansible_collections.ucops.rollout.plugins.module_utils.plan.planner import make_plan
from ansible_collections.ucops.rollout.plugins.module_utils.plan.server_work import certificates_of, work_from_plain
from ansible_collections.ucops.rollout.plugins.module_utils.topology.parse import parse
from ansible_collections.ucops.rollout.plugins.plugin_utils.deploying.deploy import (
    ServerDeployment,
    deploy,
    lacking_requests,
    make_requests,
)
from ansible_collections.ucops.rollout.plugins.plugin_utils.deploying.options import SPEC, options_of
from ansible_collections.ucops.rollout.plugins.plugin_utils.deploying.survey import survey
from ansible_collections.ucops.rollout.plugins.plugin_utils.winrm.host import open_windows_host
from ansible_collections.ucops.rollout.plugins.plugin_utils.winrm.host_port import WindowsHost
from ansible_collections.ucops.rollout.plugins.plugin_utils.winrm.pywinrm_session import PywinrmSession
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
        with open_windows_host(PywinrmSession(protocol), name=name) as host:
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

    def bring(self, name: str, work: dict[str, Any], **given: Any) -> bool:
        """Read, request, issue, install and assign, as the role does; says whether anything was changed.

        :param given: options of the role beside the defaults.
        """
        options = {key: option["default"] for key, option in SPEC.items()}
        options = options_of({**options, "oauth": True, **given})
        now, wanted = datetime.now(timezone.utc), work_from_plain(work)
        with self.host(name) as host:
            seen = survey(host, wanted, options, compare=False, now=now)
        found = {id: dict(one) for id, one in seen.steps.of.items()}
        if not seen.next:
            return False
        if lacking_requests(ServerDeployment(wanted, options, now, found)):
            with self.host(name) as host:
                made = make_requests(host, ServerDeployment(wanted, options, now, found))
            for id, one in made.of.items():
                found[id].update(one)
        orders = [self._order(job.certificate.id, work, found) for job in wanted.certificates]
        orders = [one for one in orders if one["request"] or one["public_key"]]
        issued = self.run(certificate_issue, "ca01", orders=orders)["results"] if orders else []
        for order, one in zip(orders, issued, strict=True):
            found[order["certificate"]["id"]]["issue"] = one
        with self.host(name) as host:
            changed: bool = deploy(host, ServerDeployment(wanted, options, now, found), self.host)["changed"]
        return changed or bool(orders)

    @staticmethod
    def _order(id: str, work: dict[str, Any], found: dict[str, dict[str, Any]]) -> dict[str, Any]:
        request = found[id].get("request") or {}
        asks = request.get("state") in ("created", "outstanding")
        planned = next(job["certificate"] for job in work["certificates"] if job["certificate"]["id"] == id)
        keys = {key: request.get(key) if asks else None for key in ("request", "public_key")}
        return {"certificate": planned, "server": work["fqdn"], **keys}
