"""Steps for a person, for every component."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.ucops.rollout.plugins.module_utils.values import Thumbprint
from ansible_collections.ucops.rollout.plugins.plugin_utils.assigning.by_hand import HandAssignment, steps_by_hand

PRINT = Thumbprint("A1" * 20)


def wanted(**changes: Any) -> HandAssignment:
    known = {
        "server": "ocssrv01.company.local",
        "component": "front_end",
        "use": "default",
        "port": 5061,
        "thumbprint": PRINT,
        "subject": "ocspool.company.local",
        "endpoint": "10.0.0.11:5061",
    }
    return HandAssignment(**{**known, **changes})  # type: ignore[arg-type]


def test_front_end() -> None:
    assert steps_by_hand(wanted()) == (
        "On ocssrv01.company.local, start the Certificate Wizard of the deployment tool (Deploy Pool, Add Server or"
        " Deploy Edge Server, Configure Certificate).",
        "Choose `Assign an existing certificate`.",
        f"Choose the certificate with the thumbprint {PRINT} (subject ocspool.company.local), for this server's"
        " Front End.",
        "Start the services of the server, or restart them where they run: only then is the certificate served.",
        "Run this playbook again: it proves 10.0.0.11:5061 by a handshake.",
    )


def test_web_components() -> None:
    assert steps_by_hand(wanted(component="web_components", port=443, endpoint="")) == (
        "On ocssrv01.company.local, open Internet Information Services (IIS) Manager, Web Sites, Default Web Site,"
        " Properties.",
        "Directory Security, Server Certificate: choose `Assign an existing certificate`"
        " (`Replace the current certificate` when there is one).",
        f"Choose the certificate with the thumbprint {PRINT} and port 443, and finish.",
        "Run this playbook again: it proves the certificate by a handshake.",
    )


@pytest.mark.parametrize(("port", "place"), [(443, ", port 443"), (0, "")])
def test_any_other_component(port: int, place: str) -> None:
    steps = steps_by_hand(wanted(component="web_internal", use="web_services_internal", port=port, endpoint=""))
    assert steps == (
        f"On ocssrv01.company.local, assign the certificate with the thumbprint {PRINT} to web_internal"
        f" (use web_services_internal){place}.",
        "Run this playbook again: it proves the certificate by a handshake.",
    )


def test_the_wizard_is_told_for_which_interface_of_an_edge_server() -> None:
    places = {
        component: steps_by_hand(wanted(component=component))[2].rpartition("), ")[2]
        for component in ("edge_internal", "access_edge", "web_conferencing_edge", "av_authentication", "director")
    }
    assert places == {
        "edge_internal": "for the Edge Server's private interface.",
        "access_edge": "for the public interface of the Access Edge.",
        "web_conferencing_edge": "for the public interface of the Web Conferencing Edge.",
        "av_authentication": "for A/V authentication.",
        "director": "for this server's Front End.",
    }


def test_office_web_apps_find_their_certificate_by_its_friendly_name() -> None:
    steps = steps_by_hand(wanted(component="office_web_apps", subject="office.company.com", port=443))
    assert steps[:2] == (
        "On ocssrv01.company.local, give the certificate the name by which the farm finds it, the same on each of its"
        f" servers: (Get-Item Cert:\\LocalMachine\\My\\{PRINT}).FriendlyName = 'office.company.com default'",
        "On one server of the farm: Set-OfficeWebAppsFarm -CertificateName 'office.company.com default', or where there"
        " is no farm yet New-OfficeWebAppsFarm -InternalUrl 'https://office.company.com' -CertificateName"
        " 'office.company.com default'",
    )


def test_exchange() -> None:
    steps = steps_by_hand(wanted(component="unified_messaging", server="um01.company.local"))
    assert steps[0] == (
        "On um01.company.local, in the Exchange Management Shell: Enable-ExchangeCertificate -Server um01.company.local"
        f" -Thumbprint {PRINT} -Services UM"
    )


def test_a_reverse_proxy_of_windows() -> None:
    steps = steps_by_hand(wanted(component="reverse_proxy", subject="ocsweb.company.com", port=443))
    assert steps[0].startswith(
        f"On ocssrv01.company.local, choose the certificate with the thumbprint {PRINT} for the names that it is issued"
        " to (ocsweb.company.com first), port 443. IIS with Application Request Routing: the https binding"
    )


def test_cmdlets_that_a_site_leaves_to_people() -> None:
    """Whatever the component: the front end of Lync has no wizard of OCS."""
    assert steps_by_hand(wanted(cmdlet_type="Default"))[:2] == (
        "On ocssrv01.company.local, in the product's Management Shell: Set-CsCertificate -Type Default"
        f" -Thumbprint {PRINT} -Confirm:$false",
        "Restart the services that take it at their start (Get-CsWindowsService tells them).",
    )


def test_a_server_that_nobody_logs_on_to_gets_a_file() -> None:
    steps = steps_by_hand(wanted(component="reverse_proxy", port=443, bundle="/srv/p.bundle.pem"))
    assert steps[0] == (
        "Bring /srv/p.bundle.pem from this controller to ocssrv01.company.local: it has the certificate with the"
        f" thumbprint {PRINT}, and those above it in the order in which a server sends them."
    )
    assert steps[1].startswith(
        "On ocssrv01.company.local, have it served for ocspool.company.local and its other names on port 443, with the"
        " key that was made there with the request (nginx:"
    )
    assert steps[2:] == ("Run this playbook again: it proves 10.0.0.11:5061 by a handshake.",)


def test_a_key_that_is_shared_with_a_server_that_nobody_logs_on_to() -> None:
    assert steps_by_hand(wanted(component="reverse_proxy", port=443, key_from="edge01")) == (
        f"On edge01, export the certificate with the thumbprint {PRINT} with its private key under a password"
        " (certlm.msc, Personal, Certificates, All Tasks, Export, with all certificates above it).",
        "Bring the file to ocssrv01.company.local, and have the certificate served there for ocspool.company.local and"
        " its other names on port 443, with that key. Where PEM is wanted: openssl pkcs12 -nodes -in FILE. Delete the"
        " file in both places.",
        "Run this playbook again: it proves 10.0.0.11:5061 by a handshake.",
    )


COMPONENTS = (
    "front_end",
    "web_components",
    "mediation",
    "cwa",
    "cwa_mtls",
    "group_chat",
    "reverse_proxy",
    "office_web_apps",
    "unified_messaging",
    "of a plan made by hand",
)


@pytest.mark.parametrize("component", COMPONENTS)
def test_a_certificate_that_is_only_planned(component: str) -> None:
    steps = steps_by_hand(wanted(component=component, thumbprint=None))
    assert sum("(its thumbprint is known after it was issued)" in step for step in steps) == 1
