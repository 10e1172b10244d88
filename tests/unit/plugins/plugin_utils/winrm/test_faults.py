"""Faults of WS-Management taken apart: what may be branched on, what is shown."""

from __future__ import annotations

import pytest
from unit.wsman_fakes import GENERIC_FAILURE, client_of, fault, wsman_fault

from ansible_collections.ucops.rollout.plugins.plugin_utils.winrm.faults import WsmanFault, fault_parts
from ansible_collections.ucops.rollout.plugins.plugin_utils.winrm.soap import parse

URI = "http://schemas.microsoft.com/wbem/wsman/1/wmi/root/MicrosoftDNS/*"
WQL = "SELECT * FROM MicrosoftDNS_Zone"
EXTENDED = """
<f:WSManFault xmlns:f="http://schemas.microsoft.com/wbem/wsman/1/wsmanfault" Code="2150859010" Machine="dc01">
 <f:Message><f:ProviderFault provider="WMI Provider" path="%systemroot%\\system32\\WsmWmiPl.dll">
  <f:WSManFault Code="2150859010" Machine="dc01"><f:Message>The provider could not. </f:Message></f:WSManFault>
  <f:ExtendedError><p:__ExtendedStatus
      xmlns:p="http://schemas.microsoft.com/wbem/wsman/1/wmi/root/cimv2/__ExtendedStatus"
      xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">
    <p:Description>Generic failure </p:Description><p:Operation>ExecQuery</p:Operation>
    <p:ParameterInfo>SELECT * FROM X</p:ParameterInfo><p:ProviderName>WinMgmt</p:ProviderName>
    <p:StatusCode xsi:nil="true"/></p:__ExtendedStatus></f:ExtendedError>
 </f:ProviderFault></f:Message></f:WSManFault>"""


def fault_of(answer: str) -> WsmanFault:
    client, _script = client_of(answer)
    with pytest.raises(WsmanFault) as caught:
        list(client.enumerate(URI, WQL, doing="reading the zones"))
    return caught.value


def test_fault_is_taken_apart() -> None:
    error = fault_of(fault(EXTENDED))
    parts = error.parts
    assert (error.code, parts.http_code, parts.fault_code, parts.subcode, parts.machine) == (
        2150859010, 500, "s:Receiver", "w:InternalError", "dc01",
    )  # fmt: skip
    assert (parts.provider, parts.provider_fault) == ("WMI Provider", "The provider could not.")
    assert parts.extended_status["ParameterInfo"] == "SELECT * FROM X"
    assert parts.extended_status["StatusCode"] == ""
    assert str(error) == (
        "dc01: reading the zones failed: It failed; The provider could not; Generic failure (0x80338102)"
    )


def test_fault_of_newer_hosts_has_its_number_elsewhere() -> None:
    error = fault_of(
        fault(
            '<p:MSFT_WmiError xmlns:p="http://schemas.dmtf.org/wbem/wscim/1/cim-schema/2/MSFT_WmiError">'
            "<p:CIMStatusCode>27</p:CIMStatusCode><p:MessageID>HRESULT 0x803381a5</p:MessageID>"
            "<p:error_Code>2150859173</p:error_Code></p:MSFT_WmiError>",
            subcode="w:QuotaLimit",
        )
    )
    assert error.code == 0x803381A5
    assert error.parts.wmi_error["MessageID"] == "HRESULT 0x803381a5"
    assert "too many shells" in str(error)


@pytest.mark.parametrize(
    ("answer", "denied"),
    [
        (wsman_fault(5, "Zugriff verweigert ", code="s:Sender", subcode="w:AccessDenied"), True),
        (fault("", code="s:Sender", subcode="w:AccessDenied"), True),
        (GENERIC_FAILURE, False),
    ],
)
def test_access_denied_is_known_by_number_or_subcode(answer: str, denied: bool) -> None:
    assert fault_of(answer).access_denied is denied


def test_fault_without_detail_is_a_fault() -> None:
    assert fault_of(fault("")).code is None


def test_a_body_without_a_fault_is_none() -> None:
    assert fault_parts(None, 200) is None
    assert fault_parts(parse("<Body><Other/></Body>"), 200) is None


@pytest.mark.parametrize(("number", "code"), [("5", 5), ("-2144108123", 2150859173), ("", None), ("five", None)])
def test_the_number_is_unsigned_and_may_be_missing(number: str, code: int | None) -> None:
    body = f'<Body><Fault><Detail><WSManFault Code="{number}"/></Detail></Fault></Body>'
    parts = fault_parts(parse(body), 500)
    assert parts is not None
    assert parts.code == code
