# Copyright: (c) 2026, The ucops.rollout developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Enumerate, Pull, Get, Put, Invoke on WMI: the traps of each generation."""

from __future__ import annotations

import time
import xml.etree.ElementTree as ET
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from lab_tests import small
from lab_tests.foreign import ENUMERATION, NS, TRANSFER, WMI, Psrp, local, properties, psrp, pywinrm, pywinrm_query
from pypsrp.exceptions import WSManFaultError

from lab.client import RunningEstate, start_estate
from lab.wmi import wql

MANY = "SELECT * FROM MicrosoftDNS_AType WHERE ContainerName='example.test'"
CIM = "root/cimv2"
N, W = NS["n"], NS["w"]


@pytest.fixture(scope="module")
def estate(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningEstate]:
    place = tmp_path_factory.mktemp("wmi")
    hosts = [
        small.dns_host(f"g{name}", f"10.0.1.{number}", name, 110)
        for number, name in enumerate(("2003", "2008", "2008r2", "2012r2"), 1)
    ]
    hosts.append(small.dns_host("brief", "10.0.1.9", "2008r2", 110, winrm={"enumeration_ms": 200}))
    hosts.append(small.dns_host("newer", "10.0.1.10", "2012r2", 3, wmi_error_faults=True))
    with start_estate(small.estate(place / "estate.yml", *hosts), place / "run") as running:
        yield running


@pytest.fixture(scope="module")
def client(estate: RunningEstate) -> Psrp:
    return psrp(estate, "g2008r2")


def fault(work: Callable[[], object]) -> WSManFaultError:
    with pytest.raises(WSManFaultError) as caught:
        work()
    return caught.value


# --- Enumerate and Pull ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("generation", ["2008", "2008r2", "2012r2"])
def test_one_item_first_then_batches(estate: RunningEstate, generation: str) -> None:
    pages = psrp(estate, f"g{generation}").pages(MANY)
    assert [len(page.items) for page in pages] == [1, 50, 50, 9]


def test_2003_gives_all_at_once(estate: RunningEstate) -> None:
    pages = psrp(estate, "g2003").pages(MANY)
    assert [(len(page.items), page.context, page.ended) for page in pages] == [(110, None, True)]


def test_plain_pywinrm_sees_one_item_without_pull(estate: RunningEstate) -> None:
    answer = pywinrm_query(pywinrm(estate.address("g2008r2")), MANY)
    assert answer.count(b"<p:IPAddress>") == 1
    assert b"EndOfSequence" not in answer


def test_items_change_their_namespace(client: Psrp) -> None:
    assert [page.items_namespace for page in client.pages(MANY)] == [W, N, N, N]


def test_context_changes_with_every_pull_and_the_last_has_none(client: Psrp) -> None:
    contexts = [page.context for page in client.pages(MANY)]
    assert len(set(contexts)) == 4
    assert contexts[-1] is None


def test_used_context_is_dead(client: Psrp) -> None:
    first = client.enumerate_page(MANY)
    client.pull(first.context or "")
    assert fault(lambda: client.pull(first.context or "")).code == 2150858786


def test_context_expires(estate: RunningEstate) -> None:
    client = psrp(estate, "brief")
    first = client.enumerate_page(MANY)
    time.sleep(0.3)
    assert fault(lambda: client.pull(first.context or "")).code == 2150858786


def test_context_belongs_to_its_namespace_and_user(client: Psrp) -> None:
    assert fault(lambda: client.pull("uuid:00000000-0000-0000-0000-000000000000")).code == 2150858786


def test_one_shot_has_an_empty_context_element(estate: RunningEstate) -> None:
    answer = pywinrm_query(pywinrm(estate.address("g2008r2")), "SELECT * FROM Win32_OperatingSystem", CIM)
    assert b"<n:EnumerationContext></n:EnumerationContext><w:Items>" in answer
    assert b"</w:Items><w:EndOfSequence/></n:EnumerateResponse>" in answer


def test_nothing_found_is_an_empty_one_shot(client: Psrp) -> None:
    page = client.enumerate_page("SELECT * FROM MicrosoftDNS_Zone WHERE Name='nowhere.test'")
    assert (page.items, page.context, page.ended) == ([], None, True)


def test_max_elements_is_obeyed_by_pull(client: Psrp) -> None:
    first = client.enumerate_page(MANY)
    assert len(client.pull(first.context or "", most=7).items) == 7


def test_enumerate_without_optimisation_gives_a_context_alone(client: Psrp) -> None:
    body = ET.Element(f"{{{N}}}Enumerate")
    answer = client.call(ENUMERATION + "Enumerate", f"{WMI}{CIM}/Win32_ComputerSystem", body)
    assert [local(child) for child in answer] == ["EnumerationContext"]
    page = client.pull(answer[0].text or "", CIM)
    assert (len(page.items), page.context, page.ended) == (1, None, True)


def test_released_context_is_dead(client: Psrp) -> None:
    context = client.enumerate_page(MANY).context or ""
    body = ET.Element(f"{{{N}}}Release")
    ET.SubElement(body, f"{{{N}}}EnumerationContext").text = context
    client.call(ENUMERATION + "Release", f"{WMI}root/MicrosoftDNS/*", body)
    assert fault(lambda: client.pull(context)).code == 2150858786


def test_class_uri_without_filter(client: Psrp) -> None:
    body = ET.Element(f"{{{N}}}Enumerate")
    ET.SubElement(body, f"{{{W}}}OptimizeEnumeration")
    answer = client.call(ENUMERATION + "Enumerate", f"{WMI}{CIM}/win32_SERVICE", body)
    assert local(answer[1][0]) == "Win32_Service"


# --- shapes ----------------------------------------------------------------------------------------------------------


def test_whole_objects_are_typed_and_sorted(client: Psrp) -> None:
    item = client.enumerate_page(MANY).items[0]
    assert item.tag == f"{{{WMI}root/MicrosoftDNS/MicrosoftDNS_AType}}MicrosoftDNS_AType"
    assert item.get(f"{{{NS['xsi']}}}type") == "p:MicrosoftDNS_AType_Type"
    names = [local(child) for child in item]
    assert names == sorted(names)
    assert {child.tag.partition("}")[0] for child in item} == {f"{{{WMI}root/MicrosoftDNS/MicrosoftDNS_AType"}


def test_projection_has_no_namespace(client: Psrp) -> None:
    query = "SELECT ownername, IPAddress FROM MicrosoftDNS_AType WHERE OwnerName='h000.example.test'"
    item = client.enumerate_page(query)
    assert item.items[0].tag == f"{{{W}}}XmlFragment"
    assert [(child.tag, child.text) for child in item.items[0]] == [
        ("OwnerName", "h000.example.test"),
        ("IPAddress", "192.0.2.1"),
    ]


def test_null_and_array_and_moment(client: Psrp) -> None:
    system = client.enumerate_page("SELECT * FROM Win32_OperatingSystem", CIM).items[0]
    assert properties(system)["InstallDate"] is None
    moment = next(child for child in system if local(child) == "LastBootUpTime")
    assert moment[0].tag == f"{{{NS['cim']}}}Datetime"
    assert (moment[0].text or "").endswith("Z")
    fragment = client.enumerate_page("SELECT LastBootUpTime FROM Win32_OperatingSystem", CIM).items[0]
    assert fragment[0][0].tag == "Datetime"


@pytest.mark.parametrize(
    ("generation", "version"),
    [("2003", "5.2.3790"), ("2008", "6.0.6002"), ("2008r2", "6.1.7601"), ("2012r2", "6.3.9600")],
)
def test_version_of_windows(estate: RunningEstate, generation: str, version: str) -> None:
    assert psrp(estate, f"g{generation}").query("SELECT * FROM Win32_OperatingSystem", CIM)[0]["Version"] == version


def test_derived_instances_keep_their_class(client: Psrp) -> None:
    pages = client.pages("SELECT * FROM MicrosoftDNS_ResourceRecord WHERE ContainerName='example.test'")
    names = {local(item) for page in pages for item in page.items}
    assert names == {"MicrosoftDNS_AType", "MicrosoftDNS_NSType", "MicrosoftDNS_SOAType"}


def test_references(client: Psrp) -> None:
    keys = client.references(f"{MANY} AND OwnerName='h001.example.test'")[0]
    assert keys == {
        "DnsServerName": "g2008r2.company.local",
        "ContainerName": "example.test",
        "DomainName": "example.test",
        "OwnerName": "h001.example.test",
        "RecordClass": "1",
        "RecordData": "192.0.2.2",
    }
    assert client.get("MicrosoftDNS_AType", keys)["IPAddress"] == "192.0.2.2"


def test_object_and_reference(client: Psrp) -> None:
    query = "SELECT * FROM MicrosoftDNS_Zone WHERE Name='example.test'"
    page = client.enumerate_page(query, mode="EnumerateObjectAndEPR")
    assert page.items[0].tag == f"{{{W}}}Item"
    assert [local(child) for child in page.items[0]] == ["MicrosoftDNS_Zone", "EndpointReference"]


# --- WQL -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("condition", "count"),
    [
        ("OwnerName='h000.example.test'", 1),
        ('OwnerName="H000.EXAMPLE.TEST"', 1),
        ("ownername = 'h000.example.test'", 1),
        ("'h000.example.test' = OwnerName", 1),
        ("OwnerName='h000.example.test' OR OwnerName='h001.example.test'", 2),
        ("NOT OwnerName LIKE 'h%'", 0),
        ("OwnerName LIKE 'h00_.example.test'", 10),
        ("OwnerName LIKE 'h[01]0%'", 20),
        ("OwnerName != 'h000.example.test'", 109),
        ("OwnerName <> 'h000.example.test'", 109),
        ("(OwnerName='h000.example.test' OR OwnerName='h001.example.test') AND IPAddress='192.0.2.1'", 1),
        ("TTL = 3600", 110),
        ("TTL < 3600", 0),
        ("TTL = '3600'", 110),
        ("Caption IS NULL", 110),
        ("Caption = NULL", 110),
        ("OwnerName IS NOT NULL", 110),
        ("OwnerName='h000\\.example.test'", 1),
        ("OwnerName='it\\'s'", 0),
    ],
)
def test_conditions(client: Psrp, condition: str, count: int) -> None:
    assert len(client.query(f"{MANY} AND ({condition})")) == count


@pytest.mark.parametrize(
    "query",
    [
        "SELECT * FRM MicrosoftDNS_Zone",
        "SELECT FROM MicrosoftDNS_Zone",
        "SELECT * FROM MicrosoftDNS_Zone WHERE",
        "SELECT * FROM MicrosoftDNS_Zone WHERE Name='it's'",
        "SELECT * FROM MicrosoftDNS_Zone WHERE Nam='x'",
        "SELECT Nam FROM MicrosoftDNS_Zone",
        "SELECT * FROM MicrosoftDNS_Zone; DROP",
        "SELECT * FROM MicrosoftDNS_Nothing",
    ],
)
def test_query_that_cannot_be_processed(client: Psrp, query: str) -> None:
    assert fault(lambda: client.query(query)).code == 2150858778


# --- addressing ------------------------------------------------------------------------------------------------------


def test_instance_without_keys(client: Psrp) -> None:
    assert fault(lambda: client.get("MicrosoftDNS_Zone")).code == 2150859002


def test_instance_with_some_keys(client: Psrp) -> None:
    assert fault(lambda: client.get("MicrosoftDNS_Zone", {"Name": "example.test"})).code == 2150859002


@pytest.mark.parametrize("change", [{"Name": "EXAMPLE.TEST"}, {"Name": "example.test."}, {"DnsServerName": "g2008r2"}])
def test_keys_are_taken_to_the_letter(client: Psrp, change: dict[str, str]) -> None:
    keys = client.references("SELECT * FROM MicrosoftDNS_Zone WHERE Name='example.test'")[0]
    assert client.get("MicrosoftDNS_Zone", keys)["Name"] == "example.test"
    assert fault(lambda: client.get("MicrosoftDNS_Zone", {**keys, **change})).code == 2150858752


def test_unknown_key(client: Psrp) -> None:
    keys = client.references("SELECT * FROM MicrosoftDNS_Zone WHERE Name='example.test'")[0]
    assert fault(lambda: client.get("MicrosoftDNS_Zone", {**keys, "Other": "x"})).code == 2150858843


def test_instance_that_does_not_exist_tells_its_path(estate: RunningEstate) -> None:
    from winrm.exceptions import WSManFaultError as PywinrmFault

    protocol = pywinrm(estate.address("g2008r2"))
    envelope = protocol.build_wsman_header(TRANSFER + "Get", f"{WMI}{CIM}/Win32_Service")
    envelope["env:Header"]["w:SelectorSet"] = {"w:Selector": {"@Name": "Name", "#text": "Nothing"}}
    envelope["env:Body"] = None
    import xmltodict

    with pytest.raises(PywinrmFault) as caught:
        protocol.send_message(xmltodict.unparse({"env:Envelope": envelope}))
    assert (caught.value.wsman_fault_code, caught.value.fault_subcode) == (2150858752, "a:DestinationUnreachable")
    assert 'Win32_Service.Name="Nothing"' in caught.value.response


def test_class_that_does_not_exist(client: Psrp) -> None:
    assert fault(lambda: client.get("Win32_Nothing", {"Name": "x"}, CIM)).code == 2150858752


# --- methods ---------------------------------------------------------------------------------------------------------

NEW = {
    "DnsServerName": "g2008r2.company.local",
    "ContainerName": "example.test",
    "OwnerName": "new.example.test",
    "IPAddress": "192.0.2.200",
}


@pytest.mark.parametrize(
    "wrong",
    [
        {"ipaddress": "192.0.2.200"},
        {"Address": "192.0.2.200"},
        {"TTL": "many"},
        {"TTL": "-1"},
        {"TTL": "4294967296"},
        {"RecordClass": "IN"},
    ],
)
def test_parameters_to_the_letter_and_of_their_type(client: Psrp, wrong: dict[str, str]) -> None:
    values = {key: value for key, value in NEW.items() if key.casefold() not in {name.casefold() for name in wrong}}
    refused = fault(lambda: client.invoke("MicrosoftDNS_AType", "CreateInstanceFromPropertyData", {**values, **wrong}))
    assert refused.code == 2150858817
    assert "does not match the corresponding XML schema definition" in str(refused)


def test_method_names_to_the_letter(client: Psrp) -> None:
    with pytest.raises(WSManFaultError):
        client.invoke("MicrosoftDNS_AType", "createinstancefrompropertydata", NEW)


def test_required_parameter_left_out(client: Psrp) -> None:
    values = {key: value for key, value in NEW.items() if key != "IPAddress"}
    refused = fault(lambda: client.invoke("MicrosoftDNS_AType", "CreateInstanceFromPropertyData", values))
    assert refused.code == 2150859010


def test_nil_is_as_good_as_left_out_for_an_optional_parameter(client: Psrp) -> None:
    client.invoke("MicrosoftDNS_AType", "CreateInstanceFromPropertyData", {**NEW, "TTL": None})
    assert client.query("SELECT * FROM MicrosoftDNS_AType WHERE OwnerName='new.example.test'")[0]["TTL"] == "3600"


def test_instance_method_without_instance(client: Psrp) -> None:
    assert fault(lambda: client.invoke("MicrosoftDNS_Zone", "PauseZone", {})).code == 2150859002


def test_void_method_has_no_return_value(client: Psrp) -> None:
    keys = client.references("SELECT * FROM MicrosoftDNS_Zone WHERE Name='example.test'")[0]
    assert properties(client.invoke("MicrosoftDNS_Zone", "WriteBackZone", {}, keys)) == {}


def test_method_with_return_value(client: Psrp) -> None:
    answer = client.invoke("Win32_Service", "StartService", {}, {"Name": "WinRM"}, CIM)
    assert answer.tag == f"{{{WMI}{CIM}/Win32_Service}}StartService_OUTPUT"
    assert properties(answer) == {"ReturnValue": "10"}


# --- Put -------------------------------------------------------------------------------------------------------------


def test_put_changes_what_is_given_and_returns_all(client: Psrp) -> None:
    keys = client.references("SELECT * FROM MicrosoftDNS_Zone WHERE Name='example.test'")[0]
    assert client.put("MicrosoftDNS_Zone", keys, {"AllowUpdate": 1})["AllowUpdate"] == "1"
    zone = client.put("MicrosoftDNS_Zone", keys, {"Notify": 2})
    assert (zone["AllowUpdate"], zone["Notify"]) == ("1", "2")


def test_put_takes_a_whole_object_back(client: Psrp) -> None:
    keys = client.references("SELECT * FROM MicrosoftDNS_Zone WHERE Name='example.test'")[0]
    zone = client.get("MicrosoftDNS_Zone", keys)
    assert client.put("MicrosoftDNS_Zone", keys, {**zone, "Aging": "true"})["Aging"] == "true"


def test_put_of_what_cannot_be_written(client: Psrp) -> None:
    keys = client.references("SELECT * FROM MicrosoftDNS_Zone WHERE Name='example.test'")[0]
    assert fault(lambda: client.put("MicrosoftDNS_Zone", keys, {"ZoneType": 4})).code == 2150859010


def test_newer_hosts_may_fault_with_an_object(estate: RunningEstate) -> None:
    from winrm.exceptions import WSManFaultError as PywinrmFault

    with pytest.raises(PywinrmFault) as caught:
        query = "SELECT * FROM MicrosoftDNS_AType WHERE ContainerName='no.test'"
        pywinrm_query(pywinrm(estate.address("newer")), query)
    assert (caught.value.wsman_fault_code, caught.value.wmierror_code) == (None, 2150859010)


def test_generic_failure_names_the_query(estate: RunningEstate) -> None:
    from winrm.exceptions import WSManFaultError as PywinrmFault

    query = "SELECT * FROM MicrosoftDNS_SOAType WHERE ContainerName='no.test'"
    with pytest.raises(PywinrmFault) as caught:
        pywinrm_query(pywinrm(estate.address("g2008r2")), query)
    assert caught.value.wsman_fault_code == 2150859010
    assert query in caught.value.response
    assert "Generic failure" in caught.value.response


# --- StdRegProv ------------------------------------------------------------------------------------------------------


def registry(client: Psrp, method: str, key: str, namespace: str = "root/default", **values: object) -> dict[str, Any]:
    given = {"hDefKey": 2147483650, "sSubKeyName": key, **values}
    return properties(client.invoke("StdRegProv", method, given, namespace=namespace))


def test_registry_reads(client: Psrp) -> None:
    key = r"SOFTWARE\Microsoft\Windows NT\CurrentVersion"
    assert registry(client, "GetStringValue", key.lower(), sValueName="currentversion") == {
        "sValue": "6.1",
        "ReturnValue": "0",
    }
    assert registry(client, "EnumValues", key)["Types"] == ["1", "1", "1", "1", "1"]
    assert registry(client, "EnumKey", r"SOFTWARE\Microsoft") == {"sNames": "Windows NT", "ReturnValue": "0"}


def test_registry_says_not_found_by_number(client: Psrp) -> None:
    assert registry(client, "EnumKey", r"SOFTWARE\Nothing") == {"sNames": None, "ReturnValue": "2"}
    assert registry(client, "GetDWORDValue", "SOFTWARE", sValueName="x") == {"uValue": None, "ReturnValue": "2"}


def test_registry_empty_key_is_null(client: Psrp) -> None:
    registry(client, "CreateKey", r"SOFTWARE\Empty")
    assert registry(client, "EnumKey", r"SOFTWARE\Empty") == {"sNames": None, "ReturnValue": "0"}
    assert registry(client, "EnumValues", r"SOFTWARE\Empty") == {"sNames": None, "Types": None, "ReturnValue": "0"}


def test_registry_writes_and_binary_is_one_element_per_byte(client: Psrp) -> None:
    registry(client, "CreateKey", r"SOFTWARE\Lab\Deep")
    written = registry(client, "SetBinaryValue", r"SOFTWARE\Lab", sValueName="Blob", uValue=[0, 1, 255])
    assert written["ReturnValue"] == "0"
    assert registry(client, "GetBinaryValue", r"SOFTWARE\Lab", sValueName="Blob")["uValue"] == ["0", "1", "255"]
    assert registry(client, "GetStringValue", r"SOFTWARE\Lab", sValueName="Blob")["ReturnValue"] == str(0x80041005)
    registry(client, "SetMultiStringValue", r"SOFTWARE\Lab", sValueName="Many", sValue=["a", "b"])
    assert registry(client, "GetMultiStringValue", r"SOFTWARE\Lab", sValueName="Many")["sValue"] == ["a", "b"]
    assert registry(client, "DeleteKey", r"SOFTWARE\Lab")["ReturnValue"] == "5"
    assert registry(client, "DeleteKey", r"SOFTWARE\Lab\Deep")["ReturnValue"] == "0"
    assert registry(client, "DeleteKey", r"SOFTWARE\Lab")["ReturnValue"] == "0"


def test_registry_in_cimv2_only_on_newer(estate: RunningEstate, client: Psrp) -> None:
    assert registry(psrp(estate, "g2012r2"), "EnumKey", "SOFTWARE", CIM)["ReturnValue"] == "0"
    assert fault(lambda: registry(client, "EnumKey", "SOFTWARE", CIM)).code == 2150858752


@pytest.mark.parametrize(
    ("condition", "required"),
    [
        ("A='x'", {"a": {"x"}}),
        ("A='x' AND (B='1' OR B='2')", {"a": {"x"}, "b": {"1", "2"}}),
        ("A='x' OR A='y'", {"a": {"x", "y"}}),
        ("A='x' OR B='y'", {}),
        ("NOT A='x'", {}),
        ("A<>'x' AND B LIKE 'y%' AND C IS NULL", {}),
    ],
)
def test_what_a_condition_requires(condition: str, required: dict[str, set[str]]) -> None:
    parsed = wql.parse(f"SELECT * FROM Any WHERE {condition}").condition
    assert parsed is not None and parsed.required() == required
