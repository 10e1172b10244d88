# Copyright: (c) 2026, The ucops.rollout developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Assign a certificate by hand: the steps for a person, for every component and whatever gave the plan."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from ansible_collections.ucops.rollout.plugins.module_utils.exports.powershell import literal
from ansible_collections.ucops.rollout.plugins.module_utils.values import Thumbprint

MANUAL = "manual"
# In check mode, while the certificate that will be there does not exist yet.
PLANNED = "(the certificate that will be issued)"
FRONT_END, WEB_COMPONENTS = "front_end", "web_components"
_AGAIN = "Run this playbook again: it proves"


@dataclass(frozen=True, slots=True)
class HandAssignment:
    """What a person shall assign where.

    ``thumbprint``: None for a certificate that is only planned yet. ``subject``: its common name. ``endpoint``: where a
    handshake proves it, empty where nothing does. ``cmdlet_type``: what the cmdlets of Lync Server and later call the
    component, empty where they do not know it. For a server that nobody logs on to: ``bundle``, the controller's file
    that has the certificate, or ``key_from``, the server that has it with the key that both share.
    """

    server: str
    component: str
    use: str
    port: int
    thumbprint: Thumbprint | None
    subject: str = ""
    endpoint: str = ""
    cmdlet_type: str = ""
    bundle: str = ""
    key_from: str = ""

    @property
    def certificate(self) -> str:
        """How the steps call the certificate."""
        return self.thumbprint or "(its thumbprint is known after it was issued)"


def steps_by_hand(wanted: HandAssignment) -> tuple[str, ...]:
    """The steps of one assignment, one sentence or two each."""
    of_component = _by_cmdlet if wanted.cmdlet_type else _STEPS.get(wanted.component, _any_component)
    steps = _from_server if wanted.key_from else _from_file if wanted.bundle else of_component
    return (*steps(wanted), f"{_AGAIN} {wanted.endpoint or 'the certificate'} by a handshake.")


def _from_file(wanted: HandAssignment) -> tuple[str, ...]:
    return (
        f"Bring {wanted.bundle} from this controller to {wanted.server}: it has the certificate with the thumbprint"
        f" {wanted.certificate}, and those above it in the order in which a server sends them.",
        f"On {wanted.server}, have it served for {wanted.subject} and its other names on port {wanted.port}, with the"
        " key that was made there with the request (nginx: ssl_certificate and ssl_certificate_key; Apache:"
        " SSLCertificateFile and SSLCertificateKeyFile; HAProxy: both in one file, the certificate first), and have the"
        " configuration read again.",
    )


def _from_server(wanted: HandAssignment) -> tuple[str, ...]:
    return (
        f"On {wanted.key_from}, export the certificate with the thumbprint {wanted.certificate} with its private key"
        " under a password (certlm.msc, Personal, Certificates, All Tasks, Export, with all certificates above it).",
        f"Bring the file to {wanted.server}, and have the certificate served there for {wanted.subject} and its other"
        f" names on port {wanted.port}, with that key. Where PEM is wanted: openssl pkcs12 -nodes -in FILE. Delete the"
        " file in both places.",
    )


def _by_cmdlet(wanted: HandAssignment) -> tuple[str, ...]:
    return (
        f"On {wanted.server}, in the product's Management Shell: Set-CsCertificate -Type {wanted.cmdlet_type}"
        f" -Thumbprint {wanted.certificate} -Confirm:$false",
        "Restart the services that take it at their start (Get-CsWindowsService tells them).",
    )


def _wizard(place: str) -> Callable[[HandAssignment], tuple[str, ...]]:
    """Of OCS's deployment tool, for what ``place`` says."""

    def steps(wanted: HandAssignment) -> tuple[str, ...]:
        return (
            f"On {wanted.server}, start the Certificate Wizard of the deployment tool (Deploy Pool, Add Server or"
            " Deploy Edge Server, Configure Certificate).",
            "Choose `Assign an existing certificate`.",
            f"Choose the certificate with the thumbprint {wanted.certificate} (subject {wanted.subject}), for {place}.",
            "Start the services of the server, or restart them where they run: only then is the certificate served.",
        )

    return steps


def _web_components(wanted: HandAssignment) -> tuple[str, ...]:
    return (
        f"On {wanted.server}, open Internet Information Services (IIS) Manager, Web Sites, Default Web Site,"
        " Properties.",
        "Directory Security, Server Certificate: choose `Assign an existing certificate`"
        " (`Replace the current certificate` when there is one).",
        f"Choose the certificate with the thumbprint {wanted.certificate} and port {wanted.port}, and finish.",
    )


def _reverse_proxy(wanted: HandAssignment) -> tuple[str, ...]:
    return (
        f"On {wanted.server}, choose the certificate with the thumbprint {wanted.certificate} for the names that it is"
        f" issued to ({wanted.subject} first), port {wanted.port}. IIS with Application Request Routing: the https"
        " binding of each of these names. Web Application Proxy: Set-WebApplicationProxyApplication"
        f" -ExternalCertificateThumbprint {wanted.certificate} for each application with such a name. Threat Management"
        " Gateway and ISA Server: the certificate of the web listener.",
    )


def _office_web_apps(wanted: HandAssignment) -> tuple[str, ...]:
    name = literal(f"{wanted.subject} {wanted.use}")
    return (
        f"On {wanted.server}, give the certificate the name by which the farm finds it, the same on each of its"
        f" servers: (Get-Item Cert:\\LocalMachine\\My\\{wanted.certificate}).FriendlyName = {name}",
        f"On one server of the farm: Set-OfficeWebAppsFarm -CertificateName {name}, or where there is no farm yet"
        f" New-OfficeWebAppsFarm -InternalUrl {literal(f'https://{wanted.subject}')} -CertificateName {name}",
    )


def _unified_messaging(wanted: HandAssignment) -> tuple[str, ...]:
    return (
        f"On {wanted.server}, in the Exchange Management Shell: Enable-ExchangeCertificate -Server {wanted.server}"
        f" -Thumbprint {wanted.certificate} -Services UM",
        "Unified Messaging takes it in the start-up modes TLS and Dual only. Restart the service Microsoft Exchange"
        " Unified Messaging.",
    )


def _mediation(wanted: HandAssignment) -> tuple[str, ...]:
    return (
        f"On {wanted.server}, open the console of Office Communications Server, Mediation Servers, the server's"
        " Properties, Certificate.",
        f"Choose the certificate with the thumbprint {wanted.certificate} (subject {wanted.subject}).",
        "Restart the Mediation Server: only then is the certificate served.",
    )


def _web_access(wanted: HandAssignment) -> tuple[str, ...]:
    return (
        f"On {wanted.server}, open Communicator Web Access Manager, the virtual server's Properties, and choose the"
        f" certificate with the thumbprint {wanted.certificate} (subject {wanted.subject}) for HTTPS, port"
        f" {wanted.port}.",
    )


def _web_access_mtls(wanted: HandAssignment) -> tuple[str, ...]:
    return (
        f"On {wanted.server}, give Communicator Web Access the certificate with the thumbprint {wanted.certificate}"
        " for its connections to other servers (MTLS): it is chosen where the server is activated.",
        "Restart the service: only then is the certificate served.",
    )


def _group_chat(wanted: HandAssignment) -> tuple[str, ...]:
    return (
        f"On {wanted.server}, start the Server Configuration Tool of Group Chat, and choose the certificate with the"
        f" thumbprint {wanted.certificate} (subject {wanted.subject}).",
        "Restart the services of Group Chat: only then is the certificate served.",
    )


def _any_component(wanted: HandAssignment) -> tuple[str, ...]:
    """What a plan that was made by hand may name."""
    place = f", port {wanted.port}" if wanted.port else ""
    return (
        f"On {wanted.server}, assign the certificate with the thumbprint {wanted.certificate} to {wanted.component}"
        f" (use {wanted.use}){place}.",
    )


_STEPS: Mapping[str, Callable[[HandAssignment], tuple[str, ...]]] = {
    FRONT_END: _wizard("this server's Front End"),
    WEB_COMPONENTS: _web_components,
    "director": _wizard("this server's Front End"),
    "web_conferencing": _wizard("this server's Web Conferencing Server"),
    "av_conferencing": _wizard("this server's A/V Conferencing Server"),
    "edge_internal": _wizard("the Edge Server's private interface"),
    "access_edge": _wizard("the public interface of the Access Edge"),
    "web_conferencing_edge": _wizard("the public interface of the Web Conferencing Edge"),
    "av_authentication": _wizard("A/V authentication"),
    "mediation": _mediation,
    "cwa": _web_access,
    "cwa_mtls": _web_access_mtls,
    "group_chat": _group_chat,
    "reverse_proxy": _reverse_proxy,
    "office_web_apps": _office_web_apps,
    "unified_messaging": _unified_messaging,
}
