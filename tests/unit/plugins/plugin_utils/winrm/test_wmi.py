from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from unit.wsman_fakes import WMI, client_of, enumerated, envelope, instance, output, pulled, wsman_fault

from ansible_collections.ucops.rollout.plugins.module_utils.errors import RolloutError
from ansible_collections.ucops.rollout.plugins.plugin_utils.winrm.soap import GarbledAnswer
from ansible_collections.ucops.rollout.plugins.plugin_utils.winrm.wmi import (
    WsmanWmi,
    as_number,
    as_truth,
    as_tuple,
    resource_uri,
    wmi_name,
    wql_literal,
)
from ansible_collections.ucops.rollout.plugins.plugin_utils.winrm.wmi_port import WmiReference

DNS = "root/MicrosoftDNS"
XSI = 'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"'
EPR = (
    "<a:Address>http://schemas.xmlsoap.org/ws/2004/08/addressing/role/anonymous</a:Address>"
    f"<a:ReferenceParameters><w:ResourceURI>{WMI}/root/MicrosoftDNS/MicrosoftDNS_AType</w:ResourceURI>"
    '<w:SelectorSet><w:Selector Name="OwnerName">WWW.example</w:Selector>'
    '<w:Selector Name="RecordData">10.0.0.1</w:Selector></w:SelectorSet></a:ReferenceParameters>'
)
REFERENCE = WmiReference(
    f"{WMI}/root/MicrosoftDNS/MicrosoftDNS_AType", (("OwnerName", "WWW.example"), ("RecordData", "10.0.0.1"))
)


def wmi_of(*answers):
    client, script = client_of(*answers)
    return WsmanWmi(client), script


def test_a_long_query_that_failed_is_told_in_part() -> None:
    wmi, _script = wmi_of(wsman_fault(2150859010))
    names = " OR ".join(f"Name='zone{at}.test'" for at in range(400))
    with pytest.raises(RolloutError) as caught:
        wmi.query("root/MicrosoftDNS", f"SELECT * FROM MicrosoftDNS_Zone WHERE {names}")
    first = "Name='zone0.test' OR Name='zone1.test' OR Name='zone2.test' OR Name='zone3.test' O..."
    told = f"query of root/MicrosoftDNS (SELECT * FROM MicrosoftDNS_Zone WHERE {first})"
    assert str(caught.value).startswith(f"dc01: {told} failed: ")


def test_query_reads_every_kind_of_value() -> None:
    item = (
        f'<p:Win32_X {XSI} xmlns:p="urn:x" xmlns:cim="urn:cim"><p:Caption xsi:nil="true"/><p:Empty></p:Empty>'
        "<p:Name>  kept  </p:Name><p:List>1</p:List><p:List>2</p:List><p:List>3</p:List>"
        "<p:Installed><cim:Datetime>2013-03-11T21:28:04Z</cim:Datetime></p:Installed>"
        f"<p:RR>{EPR}</p:RR><p:Running>TRUE</p:Running></p:Win32_X>"
    )
    wmi, script = wmi_of(enumerated(item))
    (found,) = wmi.query("root/cimv2", "SELECT * FROM Win32_X")
    assert found.class_name == "Win32_X"
    assert dict(found.properties) == {
        "Caption": None,
        "Empty": "",
        "Name": "  kept  ",
        "List": ("1", "2", "3"),
        "Installed": "2013-03-11T21:28:04Z",
        "RR": REFERENCE,
        "Running": "TRUE",
    }
    assert as_truth(found.get("running")) and found.get("nothing") is None
    assert script.requests[0].text_of("ResourceURI") == f"{WMI}/root/cimv2/*"


def test_projection_has_no_namespaces() -> None:
    item = f"<w:XmlFragment {XSI}><Name>x</Name><When><Datetime>2013</Datetime></When></w:XmlFragment>"
    wmi, _script = wmi_of(enumerated(item))
    (found,) = wmi.query("root/cimv2", "SELECT Name, When FROM Win32_X")
    assert dict(found.properties) == {"Name": "x", "When": "2013"}


def test_derived_classes_say_what_they_are() -> None:
    items = [instance("MicrosoftDNS_AType", OwnerName="a"), instance("MicrosoftDNS_CNAMEType", OwnerName="b")]
    wmi, _script = wmi_of(enumerated(items[0], context="uuid:1", end=False), pulled(items[1]))
    found = wmi.query(DNS, "SELECT * FROM MicrosoftDNS_ResourceRecord")
    assert [record.class_name for record in found] == ["MicrosoftDNS_AType", "MicrosoftDNS_CNAMEType"]


def test_references_come_from_the_server() -> None:
    item = f"<w:Item>{instance('MicrosoftDNS_AType', OwnerName='WWW.example')}"
    item += f"<a:EndpointReference>{EPR}</a:EndpointReference></w:Item>"
    wmi, script = wmi_of(enumerated(item))
    (found,) = wmi.query(DNS, "SELECT * FROM MicrosoftDNS_AType", references=True)
    assert found.reference == REFERENCE and found.get("OwnerName") == "WWW.example"
    assert script.requests[0].text_of("EnumerationMode") == "EnumerateObjectAndEPR"


def test_server_without_references_still_gives_objects() -> None:
    wmi, _script = wmi_of(enumerated(instance("MicrosoftDNS_AType", OwnerName="x")))
    (found,) = wmi.query(DNS, "SELECT * FROM MicrosoftDNS_AType", references=True)
    assert found.reference is None


def test_invoke_keeps_the_order_and_leaves_out_what_has_no_value() -> None:
    wmi, script = wmi_of(output("CreateX", DNS, "MicrosoftDNS_Zone", f"<p:RR>{EPR}</p:RR>"))
    answer = wmi.invoke(DNS, "MicrosoftDNS_Zone", "CreateX", [("B", "2"), ("A", None), ("C", ("x", "y")), ("D", "")])
    (request,) = script.requests
    sent = [(element.tag.rpartition("}")[2], element.text) for element in request.one("CreateX_INPUT")]
    assert sent == [("B", "2"), ("C", "x"), ("C", "y"), ("D", None)]
    assert request.one("CreateX_INPUT").tag == f"{{{WMI}/{DNS}/MicrosoftDNS_Zone}}CreateX_INPUT"
    assert request.text_of("Action") == f"{WMI}/{DNS}/MicrosoftDNS_Zone/CreateX"
    assert not request.all("SelectorSet")
    assert answer.get("RR") == REFERENCE


def test_instance_method_carries_the_keys() -> None:
    wmi, script = wmi_of(output("Modify", DNS, "MicrosoftDNS_AType"))
    wmi.invoke(DNS, "MicrosoftDNS_AType", "Modify", [("TTL", "60")], {"OwnerName": "WWW.example", "RecordData": "1"})
    assert script.requests[0].selectors == {"OwnerName": "WWW.example", "RecordData": "1"}


def test_void_method_may_answer_nothing() -> None:
    wmi, _script = wmi_of(envelope(""))
    assert dict(wmi.invoke(DNS, "MicrosoftDNS_Zone", "WriteBackZone", []).properties) == {}


def test_answer_of_another_method_is_garbled() -> None:
    wmi, _script = wmi_of(output("Other", DNS, "MicrosoftDNS_Zone"))
    with pytest.raises(GarbledAnswer):
        wmi.invoke(DNS, "MicrosoftDNS_Zone", "WriteBackZone", [])


def test_reference_as_a_parameter() -> None:
    wmi, script = wmi_of(envelope(""))
    wmi.invoke(DNS, "MicrosoftDNS_Zone", "Take", [("Which", REFERENCE)])
    assert script.requests[0].selectors == {"OwnerName": "WWW.example", "RecordData": "10.0.0.1"}


def test_put_sets_null_and_values() -> None:
    wmi, script = wmi_of(envelope(instance("MicrosoftDNS_AType", TTL="60")))
    assert wmi.put(REFERENCE, {"TTL": "60", "Caption": None}).get("TTL") == "60"
    body = script.requests[0].one("MicrosoftDNS_AType")
    assert [(element.tag.rpartition("}")[2], element.text, len(element.attrib)) for element in body] == [
        ("TTL", "60", 0), ("Caption", None, 1),
    ]  # fmt: skip


def test_delete_uses_the_reference() -> None:
    wmi, script = wmi_of(envelope(""))
    wmi.delete(REFERENCE)
    assert script.actions == ["Delete"]
    assert script.requests[0].text_of("ResourceURI") == REFERENCE.resource_uri


@pytest.mark.parametrize("name", ["", "a b", "Name'", "../x", "a/b", "Na\u00efve", "1x", "x" * 256, "p:Name", "a>"])
def test_names_are_checked_not_escaped(name: str) -> None:
    with pytest.raises(RolloutError):
        wmi_name(name)
    with pytest.raises(RolloutError):
        resource_uri("root/cimv2", name)


@pytest.mark.parametrize("namespace", ["", "root/", "/root", "root//x", "root/a b", "root/%41", "root?x"])
def test_namespaces_are_checked(namespace: str) -> None:
    with pytest.raises(RolloutError):
        resource_uri(namespace, "Win32_X")


def test_namespace_with_backslashes() -> None:
    assert resource_uri("root\\MicrosoftDNS", "*") == f"{WMI}/root/MicrosoftDNS/*"


@pytest.mark.parametrize(
    ("value", "literal"),
    [
        ("zone", "'zone'"),
        ("o'neil", "'o\\'neil'"),
        ('a"b', "'a\\\"b'"),
        ("C:\\x", "'C:\\\\x'"),
        ("\\' OR Name<>'", "'\\\\\\' OR Name<>\\''"),
    ],
)
def test_wql_literal(value: str, literal: str) -> None:
    assert wql_literal(value) == literal


def read_literal(text: str) -> tuple[str, str]:
    """An independent reader of one WQL string literal: its value, and what follows it."""
    assert text[0] == "'"
    value, index = "", 1
    while text[index] != "'":
        index += text[index] == "\\"
        value, index = value + text[index], index + 1
    return value, text[index + 1 :]


@given(st.text(st.characters(exclude_categories=["Cs", "Cc"], exclude_characters="\ufffe\uffff")))
def test_wql_literal_holds_the_value_and_nothing_escapes(value: str) -> None:
    assert read_literal(wql_literal(value) + " AND x=1") == (value, " AND x=1")


@pytest.mark.parametrize("bad", "\x00\n\r\t\x1b\x7f\x85\ud800", ids=lambda bad: f"{ord(bad):04X}")
def test_wql_literal_refuses_control_characters(bad: str) -> None:
    with pytest.raises(RolloutError):
        wql_literal(f"a{bad}b")


def test_conversions() -> None:
    assert as_tuple(None) == () and as_tuple("a") == ("a",) and as_tuple(("a", "b")) == ("a", "b")
    assert as_number(" 7 ") == 7 and as_number("-1") == -1 and as_number(None) is None
    assert not as_truth(None) and not as_truth("False") and as_truth("true")
    assert as_number("18446744073709551615") == 2**64 - 1
    for odd in ("seven", "4_0", "\u0661", "18446744073709551616", "9" * 5000):
        with pytest.raises(GarbledAnswer):
            as_number(odd)
    with pytest.raises(GarbledAnswer):
        as_number(("1", "2"))
