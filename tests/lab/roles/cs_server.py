# Copyright: (c) 2026, The ucops.rollout developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A server of Lync or Skype for Business: its services, what is assigned to it, and the listeners that serve it."""

from __future__ import annotations

import functools
import socket
import ssl
from typing import TYPE_CHECKING, Any

from lab.cs.assignments import Assignment
from lab.cs.products import CS_ROLES, DEPENDANTS, PRODUCTS, CsRole, Product
from lab.listening import TcpListener
from lab.registry import REG_BINARY, REG_DWORD
from lab.roles import NoSuchOrder, Role
from lab.roles.http_sys import BINDINGS, HttpListener, bindings_of
from lab.services import RUNNING
from lab.sip import SipServer
from lab.tls import NoCertificate, secured, server_context

if TYPE_CHECKING:
    from lab.machine import Machine
    from lab.powershell.commands import Module

INTERNAL_WEB, EXTERNAL_WEB, PEER = 443, 4443, 444


def _serve(context: ssl.SSLContext, sip: SipServer | None, connection: socket.socket) -> None:
    with secured(connection, context) as secure:
        if sip is not None:
            sip.talk(secure)
            return
        while secure.recv(4096):
            pass


class CsServer(Role):
    """Settings: product (lync2010, lync2013, sfb2015, sfb2019, sfbse), role (front_end, standard_edition, director,
    survivable_branch_appliance, mediation, av_conferencing, persistent_chat, edge), pool, sip_domains, topology (the
    text of a published one), simple_urls, running,
    cms (the host that has the Central Management Store; by itself the first server that is no Edge),
    cms_reachable, xmpp, external ({access, web_conferencing, av}: addresses of an Edge), use_as_urn, and misbehave: a
    list of `no_https_binding` (the IIS sites have none), `replication_held`, `sign_in_open` (users of its SIP domains
    sign in without logging on), `no_module`, `store_closed` (the local store takes no account), `hangs`
    (Get-CsCertificate never ends), `dies` (PowerShell ends within what it writes after Set-CsCertificate).

    A certificate that is assigned is served by a service from its next start on, and by IIS and http.sys at once. The
    services' account may read every key of the machine, until the order `deny_keys` (`{but: [thumbprints]}`): with
    another certificate than these a service runs and does not listen. SIP
    is answered where clients log on: on 5061 of a Front End or Director, and outside on an Edge, for the server behind.
    """

    name = "cs_server"
    rank = 45
    inventory_group = "ucops_servers"

    def __init__(self, machine: Machine, settings: dict[str, Any]) -> None:
        # Hosts of an estate file may share one mapping.
        super().__init__(machine, dict(settings))
        self.product: Product = PRODUCTS[str(settings.get("product", "sfb2019"))]
        self.role: CsRole = CS_ROLES[str(settings.get("role", "front_end"))]
        self.pool: str = settings.get("pool", machine.fqdn)
        self.sip_domains: list[str] = list(settings.get("sip_domains", [machine.estate.domain]))
        self.assigned: dict[str, Assignment] = {}
        self.organisation: dict[str, Assignment] = {}
        self.serving: dict[str, str] = {}
        self.key_readers: dict[str, tuple[str, ...]] = {}
        self._readable: set[str] | None = None
        self._listeners: dict[str, list[TcpListener]] = {}
        self._web = [HttpListener(machine, port) for port in self._web_ports()]
        self._peer = HttpListener(machine, PEER)
        machine.files.make_directory(self.product.module_path.rpartition("\\")[0], system=True)
        machine.files.write(self.product.module_path, b"@{ ModuleVersion = '" + self.product.version.encode() + b"' }")

    # --- what it is ----------------------------------------------------------------------------------------------

    @property
    def misbehave(self) -> set[str]:
        return set(self.settings.get("misbehave", ()))

    @property
    def xmpp(self) -> bool:
        """An Edge of 2013 or 2015 with the XMPP gateway."""
        return self.role.edge and self.product.xmpp and bool(self.settings.get("xmpp"))

    @property
    def types(self) -> tuple[str, ...]:
        """The types that may be assigned to this server."""
        more = ("XmppServer",) if self.xmpp else ()
        return (*self.role.types, *more, *(("OAuthTokenIssuer",) if self.role.web and self.product.later else ()))

    def modules(self) -> list[Module]:
        return [] if "no_module" in self.misbehave else [self.product.as_module()]

    def services(self) -> list[tuple[str, str, tuple[str, ...]]]:
        """(name, display name, names of roles) of its services, in the order in which they are told."""
        more = [("RTCXMPPTGWPX", "XMPP Translating Gateway Proxy", ("EdgeServer",))] if self.xmpp else []
        return [
            (name, shown if name == "W3SVC" else f"{self.product.short} {shown}", roles)
            for name, shown, roles in (*self.role.services, *more)
        ]

    def siblings(self) -> list[CsServer]:
        """All servers of the organisation."""
        found = [one.role(CsServer) for one in self.machine.estate.machines.values()]
        return [one for one in found if one is not None]

    def central(self) -> CsServer:
        """The server that has the Central Management Store."""
        wanted = str(self.settings.get("cms", ""))
        named = [
            one
            for one in self.siblings()
            if wanted.casefold() in (one.machine.name.casefold(), one.machine.fqdn.casefold())
        ]
        inside = [one for one in self.siblings() if not one.role.edge]
        return (named or inside or [self])[0]

    # --- start and stop ------------------------------------------------------------------------------------------

    def start(self) -> None:
        services = self.machine.services
        for name, shown, _roles in self.services():
            before = services.find(name)
            running = self.settings.get("running", True) if before is None else before.state == RUNNING
            needs = tuple(holder for holder, needing in DEPENDANTS.items() if name in needing)
            services.add(
                name, shown, running=False, on_start=self._opener(name), on_stop=self._closer(name), needs=needs
            )
            if running:
                services.start(name)

    def stop(self) -> None:
        for name, _shown, _roles in self.services():
            self._close(name)

    def _opener(self, name: str) -> Any:
        return lambda: self._open(name)

    def _closer(self, name: str) -> Any:
        return lambda: self._close(name)

    def _web_ports(self) -> tuple[int, ...]:
        return (EXTERNAL_WEB,) if self.role.edge else (INTERNAL_WEB, EXTERNAL_WEB) if self.role.web else ()

    def ports(self, service: str) -> list[tuple[str, int, str]]:
        """(address, port, type) that a service opens for TLS."""
        if not self.role.edge:
            return [(self.machine.address, port, "Default") for port in self.role.ports.get(service, ())]
        inside = {"RTCSRV": 5061, "RTCMRAUTH": 5062, "RTCDATAPROXY": 8057}
        found = [(self.machine.address, inside[service], "Internal")] if service in inside else []
        access, conference = self._outside("access"), self._outside("web_conferencing")
        shared = access == conference
        if service == "RTCSRV" and access:
            found += [(access, port, "AccessEdgeExternal") for port in ((5061,) if shared else (443, 5061))]
        if service == "RTCDATAPROXY" and conference:
            found.append((conference, 444 if shared else 443, "DataEdgeExternal"))
        return found

    def _has_peer(self, service: str) -> bool:
        """Whether a service listens on 444, in http.sys, for the other servers of the pool or the organisation."""
        return service == "RTCSRV" and (self.role.web or self.role.edge)

    def _sip(self, type_: str) -> SipServer | None:
        """Who answers SIP where a type is served: an Edge hands on what comes from outside."""
        if type_ != "AccessEdgeExternal" and not (type_ == "Default" and self.role.web):
            return None
        target = self.central() if self.role.edge else self
        release = f"RTC/{self.product.version.partition('.')[0]}.0"
        open_to = tuple(self.sip_domains) if "sign_in_open" in self.misbehave else ()
        return SipServer(target.machine.fqdn, release, open_to=open_to)

    def _outside(self, name: str) -> str:
        given = (self.settings.get("external") or {}).get(name)
        return self.machine.estate.network.address(given) if given else ""

    def addresses(self) -> list[str]:
        return sorted({self._outside(name) for name in ("access", "web_conferencing", "av")} - {""})

    def _open(self, service: str) -> None:
        self._close(service)
        if service == "W3SVC" and not self.role.edge or service == "REPLICA" and self.role.edge:
            for one in self._web:
                one.start()
        if self._has_peer(service):
            self._peer.start()
        opened = self._listeners.setdefault(service, [])
        for address, port, type_ in self.ports(service):
            context = self._context(type_)
            if context is None:
                continue
            place = address, self.machine.estate.network.port(port)
            serve = functools.partial(_serve, context, self._sip(type_))
            opened.append(TcpListener(place, serve, service))
            self.serving[f"{address}:{port}"] = self.assigned[type_].current(self.machine.clock())

    def _context(self, type_: str) -> ssl.SSLContext | None:
        held = self.assigned.get(type_)
        current = held.current(self.machine.clock()) if held else ""
        if not current or (self._readable is not None and current.upper() not in self._readable):
            return None
        try:
            return server_context(self.machine, current)
        except NoCertificate:
            return None

    def _close(self, service: str) -> None:
        if service == "W3SVC" and not self.role.edge or service == "REPLICA" and self.role.edge:
            for one in self._web:
                one.stop()
        if self._has_peer(service):
            self._peer.stop()
        for listener in self._listeners.pop(service, []):
            listener.close()
        for address, port, _type in self.ports(service):
            self.serving.pop(f"{address}:{port}", None)

    def stop_service(self, name: str) -> None:
        """Stop a service, and before it those that need it."""
        for one in DEPENDANTS.get(name.upper(), ()):
            self.stop_service(one)
        found = self.machine.services.find(name)
        if found is not None and found.state == RUNNING:
            self.machine.services.stop(name)

    def start_service(self, name: str) -> None:
        """Start a service, and before it those that it needs. Raises ServiceError."""
        found = self.machine.services.find(name)
        if found is not None and found.state != RUNNING:
            self.machine.services.start(name)

    def listening(self) -> list[int]:
        opened = [port for name, held in self._listeners.items() if held for _address, port, _type in self.ports(name)]
        return sorted({*opened, *(one.port for one in (*self._web, self._peer) if one.open)})

    # --- http.sys ------------------------------------------------------------------------------------------------

    def bind(self, name: str, thumbprint: str, **flags: int) -> None:
        """Bind a certificate in http.sys at `address:port`, as netsh does."""
        key, registry = f"{BINDINGS}\\{name}", self.machine.registry
        registry.set(key, "AppId", REG_BINARY, bytes(16))
        registry.set(key, "SslCertHash", REG_BINARY, bytes.fromhex(thumbprint))
        for value in (
            "DefaultFlags",
            "DefaultSslCertCheckMode",
            "DefaultSslRevocationFreshnessTime",
            "DefaultSslRevocationUrlRetrievalTimeout",
        ):
            registry.set(key, value, REG_DWORD, flags.get(value, 0))

    def unbind(self, name: str) -> None:
        self.machine.registry.delete_key(f"{BINDINGS}\\{name}")

    def places(self, type_: str) -> list[str]:
        """The bindings that a type has in http.sys."""
        if type_ == "Default":
            return [f"[::]:{PEER}"] if self.role.web else []
        if type_ == "Internal":
            return [f"[::]:{PEER}", f"[::]:{EXTERNAL_WEB}"]
        return {
            "WebServicesInternal": [f"0.0.0.0:{INTERNAL_WEB}"],
            "WebServicesExternal": [f"0.0.0.0:{EXTERNAL_WEB}"],
        }.get(type_, [])

    # --- organisation --------------------------------------------------------------------------------------------

    def seen(self) -> dict[str, Assignment]:
        """What is assigned here, and what the organisation's store has brought."""
        return {**self.organisation, **self.assigned}

    def replicate(self, by_hand: bool = False) -> None:
        """Bring the organisation's certificates to every server."""
        for one in self.siblings():
            if "replication_held" not in one.misbehave or by_hand:
                one.organisation = dict(self.central().organisation)

    def carry_out(self, order: str, body: Any) -> Any:
        """`assign` `{types: [...], thumbprint}`: assigned as at set-up; `replicate`; `deny_keys`; `set`: settings from
        now on."""
        if order == "set":
            self.settings.update(body)
            return {}
        if order == "deny_keys":
            self._readable = {str(one).upper() for one in body["but"]}
            return {}
        if order == "replicate":
            self.central().replicate(by_hand=True)
            return {}
        if order != "assign":
            raise NoSuchOrder(order)
        now = self.machine.clock()
        for type_ in body["types"]:
            self.assigned[type_] = Assignment(str(body["thumbprint"]).upper(), now, now)
            for place in self.places(type_):
                self.bind(place, body["thumbprint"])
        return {}

    def snapshot(self) -> dict[str, Any]:
        return {
            "product": self.product.name,
            "role": self.role.name,
            "assigned": {name: self.assigned[name].described() for name in sorted(self.assigned)},
            "organisation": {name: self.organisation[name].described() for name in sorted(self.organisation)},
            "serving": dict(sorted(self.serving.items())),
            "key_readers": {name: list(held) for name, held in sorted(self.key_readers.items())},
            "bindings": bindings_of(self.machine),
        }
