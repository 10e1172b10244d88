"""Commands of Request-CsCertificate, read back by a strict reader of PowerShell's rules."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import example, given
from unit.exports_hostile import HOSTILE
from unit.exports_plans import edge_certificate, exported, lync_certificate, with_certificates
from unit.exports_readers import powershell

from ansible_collections.ucops.rollout.plugins.module_utils.errors import RolloutError
from ansible_collections.ucops.rollout.plugins.module_utils.values import CaConfig

SCRIPT = "request_cs_certificates.ps1"


def commands(plan: dict[str, Any]) -> list[tuple[str, ...]]:
    text = exported(plan, "request_cs_certificate")[SCRIPT]
    return [line.arguments for line in powershell(text) if line.arguments]


def test_a_combined_certificate_is_of_three_types() -> None:
    (command,) = commands(with_certificates(lync_certificate()))
    assert command == (
        "Request-CsCertificate",
        "-New",
        *("-Type", "Default,WebServicesInternal,WebServicesExternal"),
        *("-ComputerFqdn", "fe01.contoso.net"),
        *("-FriendlyName", "pool01.contoso.net default"),
        *("-CA", "ca01.contoso.net\\Contoso CA"),
        *("-Template", "WebServer"),
        *("-KeySize", "2048"),
        *("-PrivateKeyExportable", "$false"),
        *("-DomainName", "pool01.contoso.net,fe01.contoso.net,sip.contoso.com,*.contoso.com"),
    )


def test_an_edge_certificate_is_requested_once_into_a_file() -> None:
    plan = with_certificates(edge_certificate())
    (command,) = commands(plan)
    assert command == (
        "Request-CsCertificate",
        "-New",
        *("-Type", "AccessEdgeExternal,DataEdgeExternal,AudioVideoAuthentication"),
        *("-ComputerFqdn", "edge01.contoso.net"),
        *("-FriendlyName", "sip.contoso.com edge_external"),
        *("-Output", ".\\certificate_lsedge.contoso.net_edge_external.req"),
        *("-KeySize", "2048"),
        *("-PrivateKeyExportable", "$true"),
        *("-ClientEKU", "$true"),
        *("-DomainName", "webcon.contoso.com,sip.contoso.com,sip.fabrikam.com"),
    )
    text = exported(plan, "request_cs_certificate")[SCRIPT]
    assert "# On edge02.contoso.net: the same certificate with its key, by Import-CsCertificate.\r\n" in text


@pytest.mark.parametrize(
    ("component", "type_"),
    [
        ("front_end", "Default"),
        ("director", "Default"),
        ("mediation", "Default"),
        ("oauth", "OAuthTokenIssuer"),
        ("edge_internal", "Internal"),
        ("web_internal", "WebServicesInternal"),
        ("web_external", "WebServicesExternal"),
    ],
)
def test_a_component_has_its_type(component: str, type_: str) -> None:
    assignment = {"server": "fe01.contoso.net", "component": component, "use": "x", "port": 443}
    (command,) = commands(with_certificates(lync_certificate(assignments=[assignment])))
    assert command[2:4] == ("-Type", type_)
    assert ("-Output" in command) == (component == "edge_internal")


def test_the_certificate_of_the_whole_deployment_is_carried_to_nobody() -> None:
    servers = ["fe01.contoso.net", "fe02.contoso.net"]
    assignments = [{"server": one, "component": "oauth", "use": "oauth", "port": 0} for one in servers]
    names = {"holders": servers, "scope": "global", "id": "global/oauth", "assignments": assignments}
    lines = powershell(exported(with_certificates(lync_certificate(**names)), "request_cs_certificate")[SCRIPT])
    assert [line.arguments[2:6] for line in lines if line.arguments] == [
        ("-Type", "OAuthTokenIssuer", "-ComputerFqdn", "fe01.contoso.net")
    ]
    remarks = " ".join(line.remark for line in lines)
    assert "-Identity global" in remarks and "Import-CsCertificate" not in remarks


def test_a_standalone_ca_is_told_no_template_and_no_names_no_parameter() -> None:
    (command,) = commands(with_certificates(lync_certificate(template=None, subject_alternative_names=[])))
    assert "-Template" not in command and "-DomainName" not in command and "-CA" in command


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        (
            {"name_reasons": {"x": [{"rule": "ocs2007r2.subject", "purpose": "p", "source": "s", "mark": "S"}]}},
            "front_end, web_internal, web_external: Office Communications Server has no such cmdlet.",
        ),
        (
            {"assignments": [{"server": "rp", "component": "reverse_proxy", "use": "reverse_proxy", "port": 443}]},
            "reverse_proxy: no type of the cmdlet fits.",
        ),
    ],
)
def test_a_product_without_the_cmdlet_gets_a_comment(changes: dict[str, Any], said: str) -> None:
    text = exported(with_certificates(lync_certificate(**changes)), "request_cs_certificate")
    lines = powershell(text[SCRIPT])
    assert [line.arguments for line in lines if line.arguments] == []
    assert any(line.remark.startswith(said) for line in lines)


@given(use=HOSTILE)
@example("\u201b")
@example("T\u2019;calc")
def test_a_name_of_others_is_refused_or_arrives(use: str) -> None:
    try:
        (command,) = commands(with_certificates(lync_certificate(use=f"u{use}")))
    except RolloutError:
        return
    assert value_of("-FriendlyName", command) == f"pool01.contoso.net u{use}"


@given(authority=HOSTILE, template=HOSTILE)
@example("it's (a) CA's & more", "T (1)")
@example("Gr\u00f6\u00dfe 'CA'; calc", "T\u2019;calc")
def test_a_ca_and_a_template_are_refused_or_arrive(authority: str, template: str) -> None:
    """Most are refused where the plan is read."""
    issuer = {"name": "x", "ca": f"ca01\\{authority}"}
    try:
        (command,) = commands(with_certificates(lync_certificate(issuer=issuer, template=f"T{template}")))
    except RolloutError:
        return
    assert value_of("-CA", command) == CaConfig(f"ca01\\{authority}")
    assert value_of("-Template", command) == f"T{template}"


def test_a_ca_is_called_by_its_sanitised_name() -> None:
    issuer = {"name": "x", "ca": "ca01\\Gr\u00f6\u00dfe 'CA' $x"}
    (command,) = commands(with_certificates(lync_certificate(issuer=issuer)))
    assert value_of("-CA", command) == "ca01\\Gr!00f6!00dfe !0027CA!0027 $x"


def value_of(parameter: str, command: tuple[str, ...]) -> str:
    return command[command.index(parameter) + 1]
