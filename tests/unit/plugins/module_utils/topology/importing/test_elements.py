"""Values of single elements: taken uniformly, or refused in words."""

from __future__ import annotations

import pytest

from ansible_collections.ucops.rollout.plugins.module_utils.errors import RolloutError
from ansible_collections.ucops.rollout.plugins.module_utils.topology.importing import elements
from ansible_collections.ucops.rollout.plugins.module_utils.topology.importing.found import (
    FoundInterface,
    FoundPort,
    FoundUrl,
    NotImported,
)
from ansible_collections.ucops.rollout.plugins.module_utils.xml_tree import Bounds, read_tree


def tree(text: str):  # type: ignore[no-untyped-def]
    return read_tree(text, Bounds(10_000, 100))


def test_sip_domains_begin_with_the_default_one() -> None:
    domains = tree(
        '<T><InternalDomains DefaultDomain="B.com"><InternalDomain Name="c.com"/><InternalDomain Name="a.com"/>'
        '<InternalDomain Name="b.com"/></InternalDomains></T>'
    )
    assert elements.sip_domains(domains) == ("b.com", "a.com", "c.com")


@pytest.mark.parametrize(
    ("inner", "told"),
    [
        ("", "there is no SIP domain in it"),
        ("<InternalDomains/>", "there is no SIP domain in it"),
        ("<InternalDomains><InternalDomain/></InternalDomains>", "an element InternalDomain has no Name"),
        (
            '<InternalDomains DefaultDomain="x.com"><InternalDomain Name="a.com"/></InternalDomains>',
            "its default SIP domain 'x.com' is not among its SIP domains",
        ),
        ('<InternalDomains><InternalDomain Name="a b.com"/></InternalDomains>', "holds a space"),
        ('<InternalDomains><InternalDomain Name="{{x}}.com"/></InternalDomains>', "is no label of a host name"),
    ],
)
def test_sip_domains_that_are_none(inner: str, told: str) -> None:
    with pytest.raises(RolloutError, match=told):
        elements.sip_domains(tree(f"<T>{inner}</T>"))


def test_a_machine_without_a_name_has_its_pools_and_unknown_addresses_are_none() -> None:
    found = elements.machines(
        tree(
            '<C><Machine><NetInterface InterfaceSide="Primary" IPAddress="0.0.0.0"/>'
            '<NetInterface InterfaceSide="External" InterfaceNumber="2" IPAddress=" 10.0.0.1 "'
            ' ConfiguredIPAddress="FD00::01"/></Machine></C>'
        ),
        "Se01.contoso.net",
    )
    assert found[0].fqdn == "se01.contoso.net"
    assert found[0].interfaces == (
        FoundInterface("Primary", 1, "", ""),
        FoundInterface("External", 2, "10.0.0.1", "fd00::1"),
    )


def test_a_port_has_what_a_device_before_it_shows() -> None:
    service = elements.service(
        tree(
            '<S ServiceVersion="7"><Ports><Port Owner="urn:component:OCSWebSite" Usage="WebSite" Port="4443"'
            ' InterfaceSide="External" Protocol="Https" ConfiguredPort="443" ConfiguredFqdn="WEB.contoso.com"/></Ports>'
            '<WebService><InternalSettings Host="in.contoso.net"/><ExternalSettings Host="out.a.com"/></WebService>'
            '<RegistrarService IsDirector="True"/><CentralMgmtService IsActive="1"/></S>'
        ),
        "WebServices",
        "pool01.contoso.net",
        on_database=False,
        needs=[("b", "x"), ("a", "x"), ("b", "x")],
    )
    assert service.ports == (FoundPort("OCSWebSite", "WebSite", "External", 1, 4443, "Https", 443, "web.contoso.com"),)
    assert (service.web_inside, service.web_outside) == ("in.contoso.net", "out.a.com")
    assert (service.is_director, service.is_active, service.version) == (True, True, 7)
    assert service.needs == (("a", "x"), ("b", "x"))


@pytest.mark.parametrize(
    "attributes",
    ['Port="70000"', 'Port="-1"', 'Port="x"', 'Port=""', 'Port="٣"', 'Port="99999999999999999999"', ""],
)
def test_a_port_that_is_none(attributes: str) -> None:
    port = f'<Port Owner="a" Usage="b" InterfaceSide="External" {attributes}/>'
    with pytest.raises(NotImported, match="Port"):
        elements.service(
            tree(f'<S ServiceVersion="7"><Ports>{port}</Ports></S>'), "r", "c", on_database=False, needs=[]
        )


def test_an_address_that_is_none() -> None:
    with pytest.raises(NotImported, match="IPAddress of a network interface is '10.0.0.300', which is no address"):
        elements.machines(
            tree('<C><Machine><NetInterface InterfaceSide="Primary" IPAddress="10.0.0.300"/></Machine></C>'), "a.b"
        )


def test_the_simple_url_in_use_is_taken() -> None:
    urls = tree(
        '<S><SimpleUrl Component="Meet" Domain="A.com" ActiveUrl="https://two"><SimpleUrlEntry Url="https://one"/>'
        '<SimpleUrlEntry Url="https://two"/></SimpleUrl>'
        '<SimpleUrl Component="Dialin" Domain="*"><SimpleUrlEntry Url="https://one"/></SimpleUrl>'
        '<SimpleUrl Component="Cscp" Domain="*" ActiveUrl=""/></S>'
    )
    assert elements.simple_urls(urls) == (
        FoundUrl("Dialin", "", "https://one"),
        FoundUrl("Meet", "a.com", "https://two"),
    )


def test_what_is_there_twice_is_refused() -> None:
    elements.refuse_twice("pool", ["a", "b"])
    with pytest.raises(NotImported, match="the pool 'a' is in it twice"):
        elements.refuse_twice("pool", ["a", "b", "a"])
