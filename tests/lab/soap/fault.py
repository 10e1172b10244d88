# Copyright: (c) 2026, The ucops.rollout developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A SOAP fault of Windows: what it says, and its XML in the forms of older and newer hosts."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from dataclasses import dataclass, field

from lab.soap.envelope import WMI_URI, WSMAN_FAULT, E, q

WMI_PROVIDER = ("WMI Provider", r"%systemroot%\system32\WsmWmiPl.dll")
SHELL_PROVIDER = ("Shell provider", r"%systemroot%\system32\WsmSvc.dll")
SHELL_PLUGIN = ("Shell cmd plugin", r"%systemroot%\system32\winrscmd.dll")
_DETAIL = "http://schemas.dmtf.org/wbem/wsman/1/wsman/faultDetail/"


@dataclass(frozen=True)
class ExtendedStatus:
    """WMI's own account of a failure (class __ExtendedStatus)."""

    operation: str
    parameter: str
    description: str = ""
    status_code: int | None = None
    provider: str = "WinMgmt"


@dataclass(eq=False)
class Fault(Exception):
    """A fault to answer with. `message` is the inner text (default: the reason); `provider` is (name, path)."""

    code: str
    subcode: str
    reason: str
    number: int | None = None
    message: str | None = None
    action: str = WSMAN_FAULT
    detail: str = ""
    provider: tuple[str, str] | None = None
    provider_number: int | None = None
    extended: ExtendedStatus | None = None
    wmi_error: bool = False
    status: int = 500
    extra: list[ET.Element] = field(default_factory=list)

    def __str__(self) -> str:
        return f"{self.subcode} {self.number}: {self.reason}"


def body_of(fault: Fault, *, machine: str, language: str = "en-US") -> ET.Element:
    """The s:Fault element."""
    code = E("s:Code", E("s:Value", fault.code), E("s:Subcode", E("s:Value", fault.subcode)))
    text = E("s:Text", fault.reason)
    text.set(q("xml:lang"), language)
    element = E("s:Fault", code, E("s:Reason", text))
    detail = E("s:Detail")
    if fault.detail:
        detail.append(E("w:FaultDetail", _DETAIL + fault.detail))
    if fault.number is not None:
        detail.append(_wmi_error(fault) if fault.wmi_error else _wsman_fault(fault, machine))
    detail.extend(fault.extra)
    element.append(detail)
    return element


def _wsman_fault(fault: Fault, machine: str) -> ET.Element:
    text = fault.reason if fault.message is None else fault.message
    message = E("f:Message", text if fault.provider is None else _provider_fault(fault, text, machine))
    return E("f:WSManFault", message, Code=str(fault.number), Machine=machine)


def _provider_fault(fault: Fault, text: str, machine: str) -> ET.Element:
    assert fault.provider is not None
    element = E("f:ProviderFault", provider=fault.provider[0], path=fault.provider[1])
    if fault.extended is None and fault.provider_number is None:
        element.text = text
        return element
    inner = E("f:WSManFault", E("f:Message", text), Code=str(fault.provider_number or fault.number), Machine=machine)
    element.append(inner)
    if fault.extended is not None:
        element.append(E("f:ExtendedError", _extended_status(fault.extended)))
    return element


def _extended_status(status: ExtendedStatus) -> ET.Element:
    uri = f"{WMI_URI}root/cimv2/__ExtendedStatus"
    element = ET.Element(f"{{{uri}}}__ExtendedStatus", {q("xsi:type"): "p:__ExtendedStatus_Type"})
    for name, value in (
        ("Description", status.description or None),
        ("Operation", status.operation),
        ("ParameterInfo", status.parameter),
        ("ProviderName", status.provider),
        ("StatusCode", None if status.status_code is None else str(status.status_code)),
    ):
        child = ET.SubElement(element, f"{{{uri}}}{name}")
        child.text = value
        if value is None:
            child.set(q("xsi:nil"), "true")
    return element


def _wmi_error(fault: Fault) -> ET.Element:
    """The form of newer hosts: an instance of MSFT_WmiError in place of the WSManFault."""
    uri = "http://schemas.dmtf.org/wbem/wscim/1/cim-schema/2/MSFT_WmiError"
    element = ET.Element(f"{{{uri}}}MSFT_WmiError")
    text = fault.reason if fault.message is None else fault.message
    number = fault.number or 0
    for name, value in (
        ("CIMStatusCode", "1"),
        ("Message", text),
        ("MessageID", f"HRESULT 0x{number:08x}"),
        ("error_Category", "0"),
        ("error_Code", str(number)),
        ("error_Type", "HRESULT"),
        ("error_WindowsErrorMessage", text),
    ):
        ET.SubElement(element, f"{{{uri}}}{name}").text = value
    return element
