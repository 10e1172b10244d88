# Copyright: (c) 2026, The ucops.rollout developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""WS-Management: one envelope in, one envelope out; picks the service by resource URI."""

from __future__ import annotations

import dataclasses
import re
import threading
import time
import traceback
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from lab.soap import envelope, faults
from lab.soap.envelope import E, Malformed, Reply, Request
from lab.soap.fault import WMI_PROVIDER, Fault, body_of
from lab.winrm.authenticators import authenticators
from lab.winrm.shell import ShellService
from lab.winrm.transports import transports
from lab.wmi.cimv2 import NAMESPACE as SYSTEM_NAMESPACE
from lab.wmi.cimv2 import SystemProvider
from lab.wmi.service import WmiService
from lab.wmi.stdregprov import NAMESPACE as REGISTRY_NAMESPACE
from lab.wmi.stdregprov import RegistryProvider

if TYPE_CHECKING:
    from lab.accounts import Session
    from lab.injections import Injection
    from lab.machine import Machine

TRANSFER = "http://schemas.xmlsoap.org/ws/2004/09/transfer/"
CONFIG_URI = "http://schemas.microsoft.com/wbem/wsman/1/config"
# A client may ask for less than this, never for less than the smallest envelope the specification allows.
_SMALLEST_ENVELOPE = 8192
_WAYS_TO_LOG_ON = ("Basic", "Kerberos", "Negotiate", "Certificate", "CredSSP")

_ACTION = re.compile(rb"<(?:\w+:)?Action\b[^>]*>\s*([^<\s]+)\s*<")
_KINDS = {
    "Enumerate": "enumerate",
    "Pull": "pull",
    "Release": "release",
    "Get": "get",
    "Put": "put",
    "Delete": "delete",
    "Create": "create",
    "Command": "command",
    "Receive": "receive",
    "Send": "send",
    "Signal": "signal",
}
_STANDARD = ("http://schemas.xmlsoap.org/ws/2004/09/", "http://schemas.microsoft.com/wbem/wsman/1/windows/shell/")


@dataclasses.dataclass(frozen=True)
class Answer:
    """HTTP status and envelope."""

    status: int
    data: bytes


def kind_of(message: bytes) -> str:
    """What the message asks for, as the counters call it; an action of its own is an `invoke`."""
    found = _ACTION.search(message)
    action = found.group(1).decode("utf-8", "replace") if found else ""
    if not action.startswith(_STANDARD):
        return "invoke" if action else "other"
    return _KINDS.get(action.rpartition("/")[2], "other")


class Operations:
    """How many operations each user has under way; WinRM 2 allows 15."""

    def __init__(self, limit: int) -> None:
        self.limit = limit
        self._lock = threading.Lock()
        self._running: Counter[str] = Counter()

    @contextmanager
    def one(self, owner: str, *, wmi_error: bool) -> Iterator[None]:
        with self._lock:
            if self._running[owner] >= self.limit:
                raise faults.operations_quota(self.limit, wmi_error=wmi_error)
            self._running[owner] += 1
        try:
            yield
        finally:
            with self._lock:
                self._running[owner] -= 1


class WsmanService:
    """The WS-Management service of one machine."""

    def __init__(self, machine: Machine) -> None:
        self._machine, self._shell = machine, ShellService(machine)
        self._operations = Operations(machine.generation.operations_per_user)
        self.wmi = WmiService(machine)
        self.wmi.register(SYSTEM_NAMESPACE, SystemProvider(machine))
        self.wmi.register(REGISTRY_NAMESPACE, RegistryProvider(machine.registry))
        for role in machine.roles.values():
            for namespace, provider in role.providers().items():
                self.wmi.register(namespace, provider)

    def answer(self, message: bytes, session: Session, delay: Injection | None = None) -> Answer:
        """Serve one message; whatever goes wrong becomes a fault. `delay` makes the operation take its time."""
        limit = self._machine.generation.envelope_kb * 1024
        try:
            request = envelope.parse_request(message)
        except Malformed:
            return self._fault(faults.schema_violation(), "")
        try:
            return self._reply(self._checked(request), session, limit, delay)
        except Fault as fault:
            return self._fault(fault, request.message_id)
        except Exception:
            # A defect of the lab, not behaviour of Windows: shown where the lab runs.
            traceback.print_exc()
            defect = Fault("s:Receiver", "w:InternalError", "The lab has a defect. ", 1359)
            return self._fault(defect, request.message_id)

    def let_run(self, session: Session) -> None:
        """Wait until the programs of a user have ended: a shell that is deleted ends them half way."""
        self._shell.let_run(session.owner)

    def refuse(self, message: bytes, fault: Fault) -> Answer:
        """Answer a message with the given fault, unserved."""
        try:
            return self._fault(fault, envelope.parse_request(message).message_id)
        except Malformed:
            return self._fault(fault, "")

    def _reply(self, request: Request, session: Session, limit: int, delay: Injection | None) -> Answer:
        with self._operations.one(session.owner, wmi_error=self._machine.generation.wmi_errors):
            reply = self._delayed(request, session, delay) if delay else self._dispatch(request, session)
        data = envelope.build_envelope(
            reply.action, list(reply.body), relates_to=request.message_id, language=self._machine.language
        )
        allowed = min(limit, request.max_envelope_size or limit)
        if len(data) > allowed:
            raise faults.envelope_too_large(allowed, "MaxEnvelopeSizeExceeded")
        return Answer(200, data)

    def _delayed(self, request: Request, session: Session, delay: Injection) -> Reply:
        """Longer than OperationTimeout: the fault comes in time, and the operation may have had its effect."""
        allowed = request.operation_timeout or 0.0
        if delay.seconds <= allowed:
            time.sleep(delay.seconds)
            return self._dispatch(request, session)
        if delay.after:
            self._dispatch(request, session)
        time.sleep(allowed)
        raise faults.timed_out()

    def _fault(self, fault: Fault, relates_to: str) -> Answer:
        machine = self._machine
        if fault.provider == WMI_PROVIDER and machine.settings.get("wmi_error_faults"):
            fault.wmi_error = True
        body = body_of(fault, machine=machine.fqdn, language=machine.language)
        return Answer(
            fault.status,
            envelope.build_envelope(fault.action, [body], relates_to=relates_to, language=machine.language),
        )

    def _checked(self, request: Request) -> Request:
        """The headers that every operation needs; the timeout is held to MaxTimeoutms (except for Pull)."""
        timeout = request.operation_timeout
        if timeout is not None and timeout <= 0:
            given = request.header.findtext(envelope.q("w:OperationTimeout"))
            raise faults.invalid_header(
                "The WS-Management service cannot process the request. The XML contains an "
                f"invalid timeout field in the SOAP header: {given}. "
            )
        if request.max_envelope_size is not None and request.max_envelope_size < _SMALLEST_ENVELOPE:
            raise faults.envelope_too_large(request.max_envelope_size, "MinimumEnvelopeLimit")
        if not request.action or not request.message_id:
            raise faults.invalid_header(
                "The WS-Management service cannot process the request. A required SOAP header is missing. "
            )
        longest = self._machine.generation.timeout_ms / 1000
        return dataclasses.replace(request, operation_timeout=min(timeout or longest, longest))

    def _dispatch(self, request: Request, session: Session) -> Reply:
        payload = request.payload
        if payload is not None and payload.tag == envelope.q("wsmid:Identify"):
            return Reply("", (_identity(self._machine, authenticated=True),))
        uri = request.resource_uri.casefold()
        if uri == envelope.SHELL_URI:
            return self._shell_reply(request, session)
        if uri.startswith(envelope.WMI_URI):
            return self.wmi.handle(request, session)
        if uri == CONFIG_URI:
            return self._config(request, session)
        raise faults.unknown_resource(request.resource_uri)

    def _shell_reply(self, request: Request, session: Session) -> Reply:
        if not self._machine.access.opens_shells(session.account):
            raise faults.access_denied()
        return self._shell.handle(request, session)

    def _config(self, request: Request, session: Session) -> Reply:
        if not session.account.administrator:
            raise faults.access_denied()
        if request.action != TRANSFER + "Get":
            raise faults.action_not_supported(request.action)
        return Reply(TRANSFER + "GetResponse", (_configuration(self._machine),))


def _configuration(machine: Machine) -> Any:
    """The service's settings (read only here): what clients read to learn the envelope size."""
    generation = machine.generation
    unencrypted = str(bool((machine.settings.get("winrm") or {}).get("allow_unencrypted"))).lower()
    offered = {one.setting for transport in transports(machine) for one in authenticators(transport).values()}
    ways = [E(f"cfg:{name}", str(name in offered).lower()) for name in _WAYS_TO_LOG_ON]
    authentication = E("cfg:Auth", *ways)
    service = E(
        "cfg:Service",
        E("cfg:RootSDDL", machine.access.root),
        E("cfg:MaxConcurrentOperationsPerUser", str(generation.operations_per_user)),
        E("cfg:EnumerationTimeoutms", str(generation.enumeration_ms)),
        E("cfg:AllowUnencrypted", unencrypted),
        authentication,
    )
    shells = E(
        "cfg:Winrs",
        E("cfg:AllowRemoteShellAccess", "true"),
        E("cfg:IdleTimeout", str(generation.shell_idle_ms)),
        E("cfg:MaxProcessesPerShell", str(generation.processes_per_shell)),
        E("cfg:MaxShellsPerUser", str(generation.shells_per_user)),
    )
    return E(
        "cfg:Config",
        E("cfg:MaxEnvelopeSizekb", str(generation.envelope_kb)),
        E("cfg:MaxTimeoutms", str(generation.timeout_ms)),
        E("cfg:MaxBatchItems", str(generation.batch_items)),
        service,
        shells,
    )


def _identity(machine: Machine, *, authenticated: bool) -> Any:
    system = f"{machine.generation.version} SP: 0.0" if authenticated else "0.0.0 SP: 0.0"
    return E(
        "wsmid:IdentifyResponse",
        E("wsmid:ProtocolVersion", "http://schemas.dmtf.org/wbem/wsman/1/wsman.xsd"),
        E("wsmid:ProductVendor", "Microsoft Corporation"),
        E("wsmid:ProductVersion", f"OS: {system} Stack: 2.0"),
    )


def identify(machine: Machine) -> bytes:
    """The answer to an anonymous Identify: that it is WS-Management, not which Windows."""
    answer = E("s:Envelope", E("s:Header"), E("s:Body", _identity(machine, authenticated=False)))
    return envelope.to_xml(answer, declare=("s",)).encode("utf-8")
