# Copyright: (c) 2026, The ucops.rollout developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The Front End of a pool: its service, and TLS with the certificate that was assigned before it started."""

from __future__ import annotations

import datetime
import socket
from typing import TYPE_CHECKING, Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from lab.listening import TcpListener
from lab.pki.stores import PROVIDERS, StoredCertificate, Stores, new_container
from lab.roles import NoSuchOrder, Role
from lab.sip import SipServer
from lab.tls import NoCertificate, secured, server_context
from lab.wmi import ocs

if TYPE_CHECKING:
    from lab.machine import Machine
    from lab.wmi.model import Provider

_SCHANNEL = "Microsoft RSA SChannel Cryptographic Provider"


class FrontEnd(Role):
    """The Front End service: it serves on 5061 what was assigned before its service last started.

    Settings: service (RTCSRV), display_name, port, running (whether the service runs at first), command (the site's own
    for the assignment), serial_order (`little` or `printed`: how WMI holds serial numbers, which no source says), and
    wizard, a certificate that the wizard assigned earlier: {common_name, days: it has left, in_store: false where it
    was removed since}. The service's account may read every key of the machine, until the order `deny_keys`
    (`{but: [thumbprints]}`): with another certificate than these the service runs and does not listen.

    What it says of its deployment: sip_domains, and pool ({fqdn, members, major_version, members_as_text: one text with
    semicolons, which no source rules out}); by itself a pool of this server alone.
    """

    name = "front_end"
    rank = 40
    inventory_group = "ucops_servers"

    def __init__(self, machine: Machine, settings: dict[str, Any]) -> None:
        super().__init__(machine, settings)
        self.command: str = settings.get("command", r"C:\Site\AssignFrontEnd.exe")
        self.service: str = settings.get("service", "RTCSRV")
        self.port: int = int(settings.get("port", 5061))
        self.serving = ""
        self.rows: dict[str, list[dict[str, Any]]] = {
            ocs.LISTENER: [{"InstanceID": "{0A}", "Enabled": True, "IPAddress": "0.0.0.0", "Port": self.port}],
            ocs.ROUTING: [{"InstanceID": "{0B}", "DefaultPort": self.port}],
            ocs.POOLS: [self._pool(settings.get("pool") or {})],
            ocs.DOMAINS: [
                {"InstanceID": f"{{0D{at}}}", "Address": name}
                for at, name in enumerate(settings.get("sip_domains", [machine.estate.domain]))
            ],
        }
        self._readable: set[str] | None = None
        self._set_up = False
        self._listener: TcpListener | None = None

    def _pool(self, given: dict[str, Any]) -> dict[str, Any]:
        members = list(given.get("members", [self.machine.fqdn]))
        return {
            "InstanceID": "{0C}",
            "PoolFQDN": given.get("fqdn", self.machine.fqdn),
            "PoolMemberList": [";".join(members)] if given.get("members_as_text") else members,
            "MajorVersion": int(given.get("major_version", 3)),
        }

    def programs(self) -> dict[str, str]:
        return {self.command: "lab.programs.site:run"}

    def start(self) -> None:
        """Install the service; it starts at once only where the settings say so."""
        if not self._set_up and self.settings.get("wizard"):
            self._run_wizard(self.settings["wizard"])
        self._set_up = True
        name = self.settings.get("display_name", "Office Communications Server Front-End")
        before = self.machine.services.find(self.service)
        running = self.settings.get("running", False) if before is None else before.state == "Running"
        self.machine.services.add(self.service, name, running=False, on_start=self._open, on_stop=self._close)
        if running:
            self.machine.services.start(self.service)

    def stop(self) -> None:
        self._close()

    def assign(self, thumbprint: str) -> None:
        """Make a certificate the Front End's own from its next start on. Raises `NoCertificate`."""
        server_context(self.machine, thumbprint)
        stored = Stores(self.machine).find("MY", thumbprint)
        assert stored is not None
        issuer, serial = self._names(stored)
        for name in (ocs.LISTENER, ocs.ROUTING):
            self.rows[name][0].update({ocs.ISSUER: list(issuer), ocs.SERIAL: list(serial)})

    def carry_out(self, order: str, body: Any) -> Any:
        if order != "deny_keys":
            raise NoSuchOrder(order)
        self._readable = {str(one).upper() for one in body["but"]}
        return {}

    def providers(self) -> dict[str, Provider]:
        return {ocs.NAMESPACE: ocs.OcsProvider(self.rows)}

    @property
    def assigned(self) -> str:
        """The thumbprint of the certificate that the listener's values name, empty where they name none held here."""
        listener = self.rows[ocs.LISTENER][0]
        wanted = (bytes(listener.get(ocs.ISSUER) or ()), bytes(listener.get(ocs.SERIAL) or ()))
        held = Stores(self.machine).held("MY")
        return next((stored.thumbprint for stored in held if self._names(stored) == wanted), "")

    def _names(self, stored: StoredCertificate) -> tuple[bytes, bytes]:
        number = stored.certificate.serial_number
        serial = number.to_bytes((number.bit_length() + 7) // 8, "big")
        little = self.settings.get("serial_order", "little") == "little"
        return stored.certificate.issuer.public_bytes(), serial[::-1] if little else serial

    def _run_wizard(self, given: dict[str, Any]) -> None:
        """A certificate of an authority that is gone by now, in the store with its key, and assigned."""
        container = new_container(self.machine, 2048, _SCHANNEL, PROVIDERS[_SCHANNEL], 1, False)
        now = self.machine.clock()
        name = str(given.get("common_name", self.machine.fqdn))
        builder = x509.CertificateBuilder().serial_number((0x11 << 72) + x509.random_serial_number() % 2**64)
        builder = builder.subject_name(_named(name)).issuer_name(_named("Company CA 2007"))
        builder = builder.public_key(container.key.public_key()).not_valid_before(now - datetime.timedelta(days=700))
        builder = builder.not_valid_after(now + datetime.timedelta(days=int(given.get("days", 20))))
        builder = builder.add_extension(x509.SubjectAlternativeName([x509.DNSName(name)]), False)
        signed = builder.sign(rsa.generate_private_key(65537, 2048), hashes.SHA256())
        stores, der = Stores(self.machine), signed.public_bytes(serialization.Encoding.DER)
        stores.add("MY", der, container)
        thumbprint = signed.fingerprint(hashes.SHA1()).hex().upper()
        self.assign(thumbprint)
        if not given.get("in_store", True):
            stores.remove("MY", thumbprint)

    def _open(self) -> None:
        self._close()
        assigned = self.assigned
        if not assigned or (self._readable is not None and assigned not in self._readable):
            return
        try:
            context = server_context(self.machine, assigned)
        except NoCertificate:
            return
        sip = SipServer(self.machine.fqdn, "RTC/3.0", association=3, tls_dsk=False)

        def serve(connection: socket.socket) -> None:
            with secured(connection, context) as secure:
                sip.talk(secure)

        self._listener = TcpListener(self.machine.bind(self.port), serve, "front end")
        self.serving = assigned

    def _close(self) -> None:
        listener, self._listener, self.serving = self._listener, None, ""
        if listener is not None:
            listener.close()

    def listening(self) -> list[int]:
        return [self.port] if self._listener is not None else []

    def snapshot(self) -> dict[str, Any]:
        told = {"service": self.service, "port": self.port, "assigned": self.assigned, "serving": self.serving}
        return told if self._readable is None else {**told, "readable": sorted(self._readable)}


def _named(common_name: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, common_name)])
