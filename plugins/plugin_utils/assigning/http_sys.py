# Copyright: (c) 2026, The ucops.rollout developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Which certificate http.sys serves on an address and port: read from the registry, set with netsh, read back."""

from __future__ import annotations

import ipaddress
import re
import uuid
from dataclasses import dataclass
from typing import Any

from ansible_collections.ucops.rollout.plugins.module_utils.change_set import CHANGE, CREATE, DELETE, Change, ChangeSet
from ansible_collections.ucops.rollout.plugins.module_utils.codec import to_plain
from ansible_collections.ucops.rollout.plugins.module_utils.errors import RolloutError
from ansible_collections.ucops.rollout.plugins.module_utils.values import Thumbprint
from ansible_collections.ucops.rollout.plugins.plugin_utils.assigning.by_hand import (
    MANUAL,
    PLANNED,
    WEB_COMPONENTS,
    HandAssignment,
    steps_by_hand,
)
from ansible_collections.ucops.rollout.plugins.plugin_utils.certificates.certreq import failed
from ansible_collections.ucops.rollout.plugins.plugin_utils.certificates.stores import MY, CertificateStores
from ansible_collections.ucops.rollout.plugins.plugin_utils.winrm.host_port import WindowsHost
from ansible_collections.ucops.rollout.plugins.plugin_utils.winrm.programs_port import ProgramResult
from ansible_collections.ucops.rollout.plugins.plugin_utils.winrm.system import generation_of

BINDINGS = "SYSTEM\\CurrentControlSet\\Services\\HTTP\\Parameters\\SslBindingInfo"
# The application that IIS Manager names when it makes a binding.
IIS = "{4dc3e181-e14b-4a21-b022-59fc669b0914}"

BOUND, WOULD_BIND = "bound", "would_bind"

_GUID = re.compile(r"\{[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\}", re.IGNORECASE)
_STORE = re.compile(r"[A-Za-z]{1,32}")


@dataclass(frozen=True, slots=True)
class Binding:
    """The certificate of one endpoint. Store names compare without regard to case; none means MY."""

    thumbprint: Thumbprint
    store: str

    def __str__(self) -> str:
        return f"{self.thumbprint} {self.store}"

    def same_as(self, other: Binding | None) -> bool:
        return other is not None and (self.thumbprint, self.store.upper()) == (other.thumbprint, other.store.upper())


@dataclass(frozen=True, slots=True)
class BindingOutcome:
    """What came of a binding. ``state``: bound, manual, or in check mode would_bind. ``after``: None while the
    certificate is only planned, or nobody knows."""

    state: str
    endpoint: str
    before: Binding | None
    after: Binding | None
    change_set: ChangeSet
    steps: tuple[str, ...] = ()

    def to_result(self) -> dict[str, Any]:
        """The documented result of ``http_binding``."""
        return {
            **self.change_set.to_result(),
            **_ends(self.endpoint, self.before, self.after),
            "state": self.state,
            "steps": list(self.steps),
        }


def _ends(endpoint: str, before: Binding | None, after: Binding | None) -> dict[str, Any]:
    """Where something was bound, and what was before and is after."""
    return {
        "endpoint": endpoint,
        "before": to_plain(before.thumbprint) if before else None,
        "thumbprint": to_plain(after.thumbprint) if after else None,
    }


class BindingRefused(RolloutError):
    """netsh did not bind it, and the state was read back: ``now``. ``result`` joins the task's result."""

    def __init__(self, error: RolloutError, endpoint: str, before: Binding | None, now: Binding | None) -> None:
        super().__init__(error.what, where=error.where, mend=error.mend)
        self.result = _result_of(endpoint, before, now)


class NotBound(RolloutError):
    """The former binding was deleted and the new one is not known to be there. ``result`` joins the task's result."""

    def __init__(self, endpoint: str, before: Binding, error: RolloutError, where: str) -> None:
        super().__init__(
            f"the former binding of {endpoint} ({before.thumbprint}) was deleted, and then: {error}",
            where=where,
            mend="Until the next run, which binds the planned certificate, nothing may be served there. Run again now",
        )
        self.result = _result_of(endpoint, before, None)


def _result_of(endpoint: str, before: Binding | None, now: Binding | None) -> dict[str, Any]:
    same = before == now or (before is not None and before.same_as(now))
    done = _unchanged(endpoint, now) if same else _change_set(endpoint, before, now)
    return {**done.to_result(), **_ends(endpoint, before, now)}


class HttpBindings:
    """The bindings of one host (Windows Server 2008 and later)."""

    def __init__(self, host: WindowsHost) -> None:
        self._host = host

    def get(self, endpoint: str) -> Binding | None:
        """The binding of ``address:port``, None when there is none."""
        key = f"{BINDINGS}\\{endpoint}"
        digest = self._host.registry.binary(key, "SslCertHash")
        if not digest:
            return None
        if len(digest) != 20:
            raise RolloutError(f"a binding with a hash of {len(digest)} bytes", where=f"{self._host.name}: {endpoint}")
        return Binding(Thumbprint(digest.hex()), self._host.registry.string(key, "SslCertStoreName") or MY)

    def replace(self, endpoint: str, binding: Binding, application: str) -> None:
        """Delete what is there, add ``binding``; when that fails, put the former one back and raise."""
        before = self.get(endpoint)
        if before is None:
            return self._bind(endpoint, binding, None, application, application)
        former = self._application(endpoint) or application
        self._delete(endpoint, before)
        try:
            return self._bind(endpoint, binding, before, application, former)
        except BindingRefused:
            raise
        except RolloutError as error:
            raise NotBound(endpoint, before, error, f"{self._host.name}: {endpoint}") from error

    def _application(self, endpoint: str) -> str:
        """The application that a binding names, as a GUID in braces; empty when it names none."""
        data = self._host.registry.binary(f"{BINDINGS}\\{endpoint}", "AppId") or b""
        return f"{{{uuid.UUID(bytes_le=data)}}}" if len(data) == 16 else ""

    def _bind(self, endpoint: str, binding: Binding, before: Binding | None, application: str, former: str) -> None:
        result = self._add(endpoint, binding, application)
        now = self.get(endpoint)
        if binding.same_as(now):
            return
        rolled_back = ""
        if before:
            self._add(endpoint, before, former)
            now = self.get(endpoint)
            restored = before.same_as(now)
            rolled_back = "; the former binding is back" if restored else "; THE FORMER BINDING IS LOST"
        where = f"{self._host.name}: {endpoint}"
        text = failed(f"certificate {binding.thumbprint} could not be bound{rolled_back}", result, where=where)
        raise BindingRefused(text, endpoint, before, now)

    def _delete(self, endpoint: str, before: Binding) -> None:
        result = self._netsh("delete", f"ipport={endpoint}")
        if before.same_as(self.get(endpoint)):
            raise failed("the former binding could not be deleted", result, where=f"{self._host.name}: {endpoint}")

    def _add(self, endpoint: str, binding: Binding, application: str) -> ProgramResult:
        return self._netsh(
            "add",
            f"ipport={endpoint}",
            f"certhash={binding.thumbprint.lower()}",
            f"appid={application}",
            f"certstorename={binding.store}",
        )

    def _netsh(self, verb: str, *arguments: str) -> ProgramResult:
        return self._host.programs.run(["netsh", "http", verb, "sslcert", *arguments])


def endpoint_of(address: str, port: int) -> str:
    """``address:port`` as http.sys writes it; an IPv6 address goes into brackets."""
    try:
        parsed = ipaddress.ip_address(address.strip("[]"))
    except ValueError as error:
        raise RolloutError(f"'{address}' is no IP address", where="address") from error
    if not 0 < port < 65536:
        raise RolloutError(f"{port} is no port", where="port")
    return f"[{parsed}]:{port}" if parsed.version == 6 else f"{parsed}:{port}"


def bind(
    host: WindowsHost,
    endpoint: str,
    thumbprint: Thumbprint | None,
    *,
    application: str = IIS,
    store: str = MY,
    check_mode: bool = False,
) -> BindingOutcome:
    """Bind a certificate to ``address:port``. ``thumbprint`` is None for a certificate that is only planned yet."""
    _check(application, store)
    if not can_bind(host):
        return _by_hand(host, endpoint, thumbprint)
    if thumbprint is None and not check_mode:
        raise RolloutError("no thumbprint was given", where=f"{host.name}: {endpoint}")
    bindings = HttpBindings(host)
    before = bindings.get(endpoint)
    wanted = Binding(thumbprint, store) if thumbprint else None
    if wanted and wanted.same_as(before):
        return BindingOutcome(BOUND, endpoint, before, wanted, _unchanged(endpoint, before))
    if check_mode or wanted is None:
        return BindingOutcome(WOULD_BIND, endpoint, before, wanted, _change_set(endpoint, before, wanted or PLANNED))
    _require_key(host, wanted)
    bindings.replace(endpoint, wanted, application)
    return BindingOutcome(BOUND, endpoint, before, wanted, _change_set(endpoint, before, wanted))


def can_bind(host: WindowsHost) -> bool:
    """Whether netsh can configure this host's http.sys (from Windows Server 2008 on)."""
    return generation_of(host).netsh_http


def _require_key(host: WindowsHost, binding: Binding) -> None:
    """netsh refuses a certificate without key with error 1312, which explains nothing."""
    entry = CertificateStores(host.registry, host.name).entry(binding.store, binding.thumbprint)
    if entry is None or entry.key is None:
        lack = "is not in the store" if entry is None else "has no private key in the store"
        raise RolloutError(
            f"certificate {binding.thumbprint} {lack} {binding.store} of the machine",
            where=host.name,
            mend="Install it with its key first (certificate_install)",
        )


def _check(application: str, store: str) -> None:
    if not _GUID.fullmatch(application):
        raise RolloutError(f"'{application}' is no GUID in braces", where="application_id")
    if not _STORE.fullmatch(store):
        raise RolloutError(f"'{store}' is no name of a certificate store", where="store")


def _by_hand(host: WindowsHost, endpoint: str, thumbprint: Thumbprint | None) -> BindingOutcome:
    port = int(endpoint.rpartition(":")[2])
    steps = steps_by_hand(HandAssignment(host.name, WEB_COMPONENTS, "", port, thumbprint))
    return BindingOutcome(MANUAL, endpoint, None, None, ChangeSet(), steps)


def _unchanged(endpoint: str, held: Binding | None) -> ChangeSet:
    return ChangeSet(f"{endpoint} {held}\n", f"{endpoint} {held}\n")


def _change_set(endpoint: str, before: Binding | None, after: Binding | str | None) -> ChangeSet:
    """``after``: text for a certificate without thumbprint, None where nothing is bound any more."""
    verb = DELETE if after is None else CHANGE if before else CREATE
    bound = after.thumbprint if isinstance(after, Binding) else None
    change = Change(
        verb,
        f"former binding of {endpoint} deleted" if after is None else f"bound to {endpoint}",
        {"endpoint": endpoint},
        before=before.thumbprint if before else None,
        after=bound,
    )
    return ChangeSet(
        before=f"{endpoint} {before}\n" if before else "",
        after=f"{endpoint} {after}\n" if after else "",
        changes=(change,),
    )
