# Copyright: (c) 2026, The ucops.rollout developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Which certificate http.sys serves on an address and port: read from the registry, set with netsh, read back."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from ansible_collections.ucops.rollout.plugins.module_utils.errors import RolloutError
from ansible_collections.ucops.rollout.plugins.module_utils.windows.generation import generation
from ansible_collections.ucops.rollout.plugins.plugin_utils.certificates.certreq import failed
from ansible_collections.ucops.rollout.plugins.plugin_utils.certificates.stores import MY, CertificateStores
from ansible_collections.ucops.rollout.plugins.plugin_utils.winrm.host_port import WindowsHost
from ansible_collections.ucops.rollout.plugins.plugin_utils.winrm.programs_port import ProgramResult

BINDINGS = "SYSTEM\\CurrentControlSet\\Services\\HTTP\\Parameters\\SslBindingInfo"
WINDOWS = "SOFTWARE\\Microsoft\\Windows NT\\CurrentVersion"
# The application that IIS Manager names when it makes a binding.
IIS = "{4dc3e181-e14b-4a21-b022-59fc669b0914}"

_GUID = re.compile(r"\{[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\}", re.IGNORECASE)
_STORE = re.compile(r"[A-Za-z]{1,32}")


@dataclass(frozen=True)
class Binding:
    """The certificate of one endpoint. Store names compare without regard to case; none means MY."""

    thumbprint: str
    store: str

    def same_as(self, other: Binding | None) -> bool:
        return other is not None and (self.thumbprint, self.store.upper()) == (other.thumbprint, other.store.upper())


class Refused(RolloutError):
    """netsh did not bind it, and the state was read back."""


class NotBound(RolloutError):
    """The former binding was deleted and the new one is not known to be there. ``result`` joins the task's result."""

    def __init__(self, endpoint: str, before: Binding, error: RolloutError, where: str) -> None:
        super().__init__(
            f"the former binding of {endpoint} ({before.thumbprint}) was deleted, and then: {error}",
            where=where,
            mend="Until the next run, which binds the planned certificate, nothing may be served there. Run again now",
        )
        self.result = {"changed": True, "endpoint": endpoint, "before": before.thumbprint, "thumbprint": None}


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
        return Binding(digest.hex().upper(), self._host.registry.string(key, "SslCertStoreName") or MY)

    def replace(self, endpoint: str, binding: Binding, application: str) -> None:
        """Delete what is there, add ``binding``; when that fails, put the former one back and raise."""
        before = self.get(endpoint)
        if before is None:
            return self._bind(endpoint, binding, None, application)
        self._delete(endpoint, before)
        try:
            return self._bind(endpoint, binding, before, application)
        except Refused:
            raise
        except RolloutError as error:
            raise NotBound(endpoint, before, error, f"{self._host.name}: {endpoint}") from error

    def _bind(self, endpoint: str, binding: Binding, before: Binding | None, application: str) -> None:
        result = self._add(endpoint, binding, application)
        if binding.same_as(self.get(endpoint)):
            return
        rolled_back = ""
        if before:
            self._add(endpoint, before, application)
            restored = before.same_as(self.get(endpoint))
            rolled_back = "; the former binding is back" if restored else "; THE FORMER BINDING IS LOST"
        where = f"{self._host.name}: {endpoint}"
        text = failed(f"certificate {binding.thumbprint} could not be bound{rolled_back}", result, where=where)
        raise Refused(text.what, where=text.where, mend=text.mend)

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
    thumbprint: str | None,
    *,
    application: str = IIS,
    store: str = MY,
    check_mode: bool = False,
) -> dict[str, Any]:
    """What ``http_binding`` returns. ``thumbprint`` is None for a certificate that is only planned yet."""
    _check(application, store)
    if not can_bind(host):
        return _manual(host, endpoint, thumbprint)
    bindings = HttpBindings(host)
    before = bindings.get(endpoint)
    wanted = Binding(thumbprint, store) if thumbprint else None
    if wanted is None:
        if not check_mode:
            raise RolloutError("no thumbprint was given", where=f"{host.name}: {endpoint}")
        return _result("would_bind", endpoint, before, None, changed=True)
    if wanted.same_as(before):
        return _result("bound", endpoint, before, wanted)
    if check_mode:
        return _result("would_bind", endpoint, before, wanted, changed=True)
    _require_key(host, wanted)
    bindings.replace(endpoint, wanted, application)
    return _result("bound", endpoint, before, wanted, changed=True)


def can_bind(host: WindowsHost) -> bool:
    """Whether netsh can configure this host's http.sys (from Windows Server 2008 on)."""
    version = host.registry.string(WINDOWS, "CurrentVersion")
    if version is None:
        raise RolloutError("the version of Windows cannot be read", where=host.name)
    # The value ends with the minor version; builds do not matter here.
    return generation(f"{version}.0").netsh_http


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


def _manual(host: WindowsHost, endpoint: str, thumbprint: str | None) -> dict[str, Any]:
    shown = thumbprint or "(its thumbprint is known after it was issued)"
    steps = [
        f"On {host.name}, open Internet Information Services (IIS) Manager, Web Sites, Default Web Site, Properties.",
        "Directory Security, Server Certificate: choose `Assign an existing certificate`"
        " (`Replace the current certificate` when there is one).",
        f"Choose the certificate with the thumbprint {shown} and port {endpoint.rpartition(':')[2]}, and finish.",
        "Run this playbook again: it proves the certificate by a handshake.",
    ]
    return _result("manual", endpoint, None, None, steps=steps)


def _result(
    state: str,
    endpoint: str,
    before: Binding | None,
    after: Binding | None,
    *,
    changed: bool = False,
    steps: Sequence[str] = (),
) -> dict[str, Any]:
    texts = [f"{endpoint} {held.thumbprint} {held.store}\n" if held else "" for held in (before, after)]
    if changed and after is None:
        texts[1] = f"{endpoint} (the certificate that will be issued)\n"
    return {
        "changed": changed,
        "state": state,
        "endpoint": endpoint,
        "before": before.thumbprint if before else None,
        "thumbprint": after.thumbprint if after else None,
        "steps": list(steps),
        "diff": {"before": texts[0], "after": texts[1]},
    }
