# Copyright: (c) 2026, The ucops.rollout developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Get-, Set- and Remove-CsCertificate: effects per type, not atomic, no restart."""

from __future__ import annotations

import datetime
from typing import Any, ClassVar

from lab.cs.assignments import Assignment
from lab.pki.stores import StoredCertificate, Stores
from lab.powershell.certificates import dns_names, local, name_text, serial_text
from lab.powershell.commands import Cmdlet, P, binding_error
from lab.powershell.dotnet import cast
from lab.powershell.values import DateTime, EnumValue, PSError, PSObject, text
from lab.roles.cs_server import CsServer
from lab.roles.http_sys import NEGOTIATE_CLIENT_CERTIFICATE

CERT_TYPE = "Microsoft.Rtc.Management.Deployment.CertType"
_SPACE = "Microsoft.Rtc.Management.Deployment."
# Types that live by -Roll: the old one is kept beside the new.
_ROLLED = ("OAuthTokenIssuer", "AudioVideoAuthentication")
_READERS = (
    "RTC Server Local Group",
    "RTC Local User Administrators",
    "RTC Local Read-only Administrators",
    "NETWORK SERVICE",
)
_NOT_FOUND = "Assigned certificate not found or untrusted: {thumbprint}."


class CsCmdlet(Cmdlet):
    """A cmdlet of the product: it knows the server that it runs on."""

    module = "Lync"
    # Parameters that came with 2013.
    later: ClassVar[tuple[str, ...]] = ()

    @classmethod
    def full_name(cls) -> str:
        verb, _dash, noun = cls.name.partition("-")
        return f"{_SPACE}{verb}{noun}Cmdlet"

    @property
    def server(self) -> CsServer:
        found = self.ps.machine.role(CsServer)
        assert found is not None
        return found

    def begin(self) -> None:
        self.ps.enums[CERT_TYPE] = self.server.product.types
        for name in self.later:
            if self.has(name) and not self.server.product.later:
                raise binding_error(
                    f"A parameter cannot be found that matches parameter name '{name}'.",
                    "NamedParameterNotFound",
                    self.full_name(),
                    self.name,
                )
        if self.has("Type"):
            try:
                self.bound["Type"] = cast(self.ps, CERT_TYPE + "[]", self.get("Type"))
            except PSError as problem:
                raise binding_error(
                    f"Cannot bind parameter 'Type'. {problem.record.exception.message}",
                    "CannotConvertArgumentNoMessage",
                    self.full_name(),
                    self.name,
                    self.get("Type"),
                ) from problem

    @property
    def organisation(self) -> bool:
        """-Identity Global: the organisation's store is meant, not this computer's. Raises PSError for another one."""
        given = text(self.get("Identity"))
        if given and given.lower() != "global":
            raise self.stop(
                f"Cannot process argument transformation on parameter 'Identity'. \"{given}\" is not a valid identity.",
                "InvalidIdentity",
                "System.ArgumentException",
                "InvalidArgument",
            )
        return bool(given)

    def administrator(self) -> None:
        """The local store is for administrators. Raises PSError."""
        if "store_closed" in self.server.misbehave or not self.ps.process.session.account.administrator:
            raise self.stop(
                'Cannot open database "xds" requested by the login. The login failed. Login failed for user '
                f"'{self.ps.process.session.account.qualified}'.",
                "SqlConnectionFailed",
                "System.Data.SqlClient.SqlException",
                "ResourceUnavailable",
            )

    def central(self) -> CsServer:
        """The server with the organisation's store: a second hop unless it is this one. Raises PSError."""
        server = self.server.central()
        far = server is not self.server
        reachable = self.server.settings.get("cms_reachable", True) and not self.server.role.edge
        if not reachable or far and not self.ps.process.session.may_go_on:
            why = (
                "Login failed for user 'NT AUTHORITY\\ANONYMOUS LOGON'."
                if reachable
                else "A network-related or instance-specific error occurred while establishing a connection to SQL "
                "Server. The "
                "server was not found or was not accessible."
            )
            raise self.stop(
                f'Cannot open the Central Management Store at "{server.machine.fqdn}\\rtc": {why}',
                "SqlConnectionFailed",
                "System.Data.SqlClient.SqlException",
                "ResourceUnavailable",
                server.machine.fqdn,
            )
        return server

    def use(self, name: str) -> Any:
        if self.server.settings.get("use_as_urn"):
            return f"urn:certref:{name}"
        return EnumValue(name, self.server.product.types.index(name), CERT_TYPE)

    def reference(self, type_: str, held: Assignment, stored: StoredCertificate) -> PSObject:
        """A CertificateReference, with the properties of this product."""
        certificate = stored.certificate
        scope = held.scope or f"Host:{self.ps.machine.fqdn}"
        values = {
            "Issuer": name_text(certificate.issuer),
            "NotAfter": local(self.ps, certificate.not_valid_after_utc),
            "NotBefore": local(self.ps, certificate.not_valid_before_utc),
            "SerialNumber": serial_text(certificate),
            "Subject": name_text(certificate.subject),
            "AlternativeNames": list(dns_names(certificate)),
            "Thumbprint": stored.thumbprint,
            "EffectiveDate": local(self.ps, held.effective),
            "PreviousThumbprint": held.previous,
            "UpdateTime": local(self.ps, held.updated),
            "Use": self.use(type_),
            "SourceScope": scope,
        }
        wanted = {name: values[name] for name in self.server.product.properties}
        return PSObject(wanted, (_SPACE + "CertificateReference",))


_TYPE = P("Type", "object", position=1)


class GetCsCertificate(CsCmdlet):
    name = "Get-CsCertificate"
    later = ("Identity",)
    parameters = (P("Identity", "string", 0), _TYPE, P("Report", "string"), P("NetportId", "string"))

    def process(self, item: Any) -> None:
        if "hangs" in self.server.misbehave:
            self.ps.process.wait()
        self.administrator()
        held = self.central().organisation if self.organisation else self.server.seen()
        wanted = [text(one).lower() for one in self.get("Type") or []]
        stores = Stores(self.ps.machine)
        for type_ in self.server.product.types:
            one = held.get(type_)
            if one is None or wanted and type_.lower() not in wanted:
                continue
            stored = stores.find("MY", one.thumbprint)
            if stored is None or not stores.chain(stored.der)[1]:
                self.fail(
                    _NOT_FOUND.format(thumbprint=one.thumbprint),
                    "ProcessRecord",
                    _SPACE + "CertificateNotFoundException",
                    "ObjectNotFound",
                    type_,
                )
                continue
            self.emit(self.reference(type_, one, stored))


class SetCsCertificate(CsCmdlet):
    name = "Set-CsCertificate"
    asks = True
    impact = "High"
    later = ("Identity", "EffectiveDate", "Roll")
    parameters = (
        P("Identity", "string", 0),
        P("Type", "object", 1, True),
        P("Thumbprint", "string", 2),
        P("Reference"),
        P("Path", "string"),
        P("Password"),
        P("EffectiveDate", "System.DateTime", aliases=("effectivetime",)),
        P("Roll", "switch"),
        P("Force", "switch"),
        P("Report", "string"),
    )

    def process(self, item: Any) -> None:
        if "dies" in self.server.misbehave:
            self.ps.host.dies_within = 40
        types = [text(one) for one in self.get("Type")]
        if self.on("Roll") and not self.has("EffectiveDate"):
            raise self.stop(
                "The Roll parameter needs the EffectiveDate parameter.",
                "RollWithoutEffectiveDate",
                "System.ArgumentException",
                "InvalidArgument",
            )
        self.administrator()
        organisation = self.organisation
        target = self.central() if organisation else self.server
        for type_ in types:
            self._refuse(type_, organisation)
        stored = self._certificate()
        shown = f"{stored.thumbprint} ({', '.join(types)})"
        if not self.may(shown, self.name):
            return
        self._names(stored, types)
        saved = {}
        for type_ in types:
            before = target.organisation.get(type_) if organisation else self.server.assigned.get(type_)
            self._rights(stored)
            if not organisation:
                self._effects(type_, stored.thumbprint)
            saved[type_] = self._assignment(stored, before, organisation)
        # One document is saved at the end: what fails before leaves effects without an assignment.
        (target.organisation if organisation else self.server.assigned).update(saved)
        if organisation:
            target.replicate()
        if self.has("Report"):
            self.ps.process.write_file(text(self.get("Report")), b"<html><body>Set-CsCertificate</body></html>")

    def _certificate(self) -> StoredCertificate:
        given = self.get("Thumbprint")
        if isinstance(self.get("Reference"), PSObject):
            given = self.get("Reference").get("Thumbprint")
        if given is None:
            raise self.stop("lab: Set-CsCertificate takes -Thumbprint or -Reference", "NotModelled")
        wanted = text(given).strip()
        stored = Stores(self.ps.machine).find("MY", wanted) if " " not in wanted else None
        if stored is None:
            raise self.stop(
                f'Certificate with thumbprint "{wanted}" is not found in the local computer store.',
                "CertificateNotFound",
                _SPACE + "CertificateNotFoundException",
                "ObjectNotFound",
                wanted,
            )
        if Stores(self.ps.machine).container(stored) is None:
            raise self.stop(
                f'The certificate with thumbprint "{wanted}" has no private key.',
                "CertificateHasNoPrivateKey",
                "System.InvalidOperationException",
                "InvalidOperation",
                wanted,
            )
        return stored

    def _names(self, stored: StoredCertificate, types: list[str]) -> None:
        """A difference between the certificate's names and those of the topology is a warning only."""
        if types == ["OAuthTokenIssuer"] or self.server.role.edge:
            return
        held = [one.lower() for one in dns_names(stored.certificate)]
        wanted = [self.server.pool, self.ps.machine.fqdn]
        lacking = [
            one for one in wanted if one.lower() not in held and f"*.{one.lower().partition('.')[2]}" not in held
        ]
        if lacking:
            self.ps.host.message(
                "warning",
                "The subject alternative names of the certificate do not match the computed ones: "
                + ", ".join(lacking)
                + ".",
            )

    def _refuse(self, type_: str, organisation: bool) -> None:
        fits = type_ == "OAuthTokenIssuer" if organisation else type_ in self.server.types
        if not fits:
            raise self.stop(
                f'The certificate type "{type_}" cannot be assigned to this computer: no service in the topology '
                "uses it.",
                "CertificateTypeNotApplicable",
                "System.InvalidOperationException",
                "InvalidOperation",
                type_,
            )

    def _rights(self, stored: StoredCertificate) -> None:
        """Read on the file of the private key for four principals."""
        container = Stores(self.ps.machine).container(stored)
        if container is not None:
            self.server.key_readers[stored.thumbprint] = _READERS

    def _effects(self, type_: str, thumbprint: str) -> None:
        if type_.startswith("WebServices") and "no_https_binding" in self.server.misbehave:
            raise self.stop(
                "Https binding not found on the website.",
                "ProcessRecord",
                "System.InvalidOperationException",
                "InvalidOperation",
                type_,
            )
        web = type_.startswith("WebServices")
        for place in self.server.places(type_):
            # IIS binds its sites itself, and asks no client for a certificate.
            flags = {} if web else {"DefaultFlags": NEGOTIATE_CLIENT_CERTIFICATE, "DefaultSslCertCheckMode": 4}
            self.server.bind(place, thumbprint, **flags)

    def _assignment(self, stored: StoredCertificate, before: Assignment | None, organisation: bool) -> Assignment:
        now = self.ps.machine.clock()
        effective = now
        if self.has("EffectiveDate"):
            given: DateTime = self.get("EffectiveDate")
            moved = given.value - (datetime.timedelta() if given.kind == "Utc" else self.ps.offset)
            effective = moved.replace(tzinfo=datetime.UTC)
        previous = ""
        if before is not None and before.thumbprint != stored.thumbprint:
            previous = before.thumbprint
        elif before is not None:
            previous = before.previous
        rolled = any(text(one) in _ROLLED for one in self.get("Type"))
        return Assignment(
            stored.thumbprint, effective, now, previous if rolled else "", "Global" if organisation else ""
        )


class RemoveCsCertificate(CsCmdlet):
    name = "Remove-CsCertificate"
    asks = True
    impact = "High"
    later = ("Identity", "Previous")
    parameters = (
        P("Identity", "string", 0),
        _TYPE,
        P("Previous", "switch"),
        P("Force", "switch"),
        P("Report", "string"),
    )

    def process(self, item: Any) -> None:
        self.administrator()
        organisation = self.organisation
        held = self.central().organisation if organisation else self.server.assigned
        types = [text(one) for one in self.get("Type") or held]
        if not self.on("Force") and not self.may(", ".join(types), self.name):
            return
        for type_ in types:
            one = held.get(type_)
            if one is None:
                continue
            if self.on("Previous"):
                one.previous = ""
                continue
            del held[type_]
            for place in self.server.places(type_):
                self.server.unbind(place)
        if organisation:
            self.central().replicate()
