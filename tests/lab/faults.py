# Copyright: (c) 2026, The ucops.rollout developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""SOAP faults as Windows sends them, one builder per case; texts in English, as captured (trailing blanks included)."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from dataclasses import dataclass, field

from lab.soap import ADDRESSING_FAULT, ENUMERATION_FAULT, WMI_URI, WSMAN_FAULT, E, q

TIMED_OUT = 2150858793
CANNOT_PROCESS_FILTER = 2150858778
NOT_FOUND = 2150858752
NO_KEYS = 2150859002
PROVIDER_FAILED = 2150859010
INVALID_SELECTORS = 2150858843
SHELL_QUOTA = 2150859173
OPERATIONS_QUOTA = 2150859174
INVALID_HEADER = 2150858767
ACCESS_DENIED = 5
# No capture gives the next four numbers together with their cases; clients see the subcode.
ACTION_NOT_SUPPORTED = 2150858756
SCHEMA_VIOLATION = 2150858817
ENVELOPE_TOO_LARGE = 2150858871
INVALID_CONTEXT = 2150858786

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


# --- building --------------------------------------------------------------------------------------------------------


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


# --- texts: as captured where there is a capture, blanks at the end included ------------------------------------------

_CANNOT = "The WS-Management service cannot process the request"
_TIMED_OUT = "The WS-Management service cannot complete the operation within the time specified in OperationTimeout.  "
_INVALID_SELECTORS = f"{_CANNOT} because the request contained invalid selectors for the resource. "
_INVALID_HEADERS = f"{_CANNOT}. The request contains one or more invalid SOAP headers. "
_SCHEMA = (
    "The SOAP XML in the message does not match the corresponding XML schema definition. Change the XML and retry. "
)
_BAD_URI = (
    f"{_CANNOT}. The resource URI is missing or it has an incorrect format. Check the documentation or use "
    'the following command for information on how to construct a resource URI: "winrm help uris". '
)
_NO_RESOURCE = "The service cannot find the resource identified by the resource URI and selectors. "
_NO_KEYS = (
    "The resource URI is not valid: it does not contain keys, but the class selected is not a singleton. "
    "To access an instance which is not a singleton, keys must be provided. "
)
_BAD_FILTER = (
    "The data source could not process the filter. The filter might be missing or it might be invalid. "
    "Change the filter and try the request again.  "
)
_PROVIDER_FAILED = "The WMI service reported that the WMI provider could not perform the requested operation. "
_BAD_CONTEXT = f"{_CANNOT} because the enumeration context is not valid. "
_NO_COMMAND = (
    "The Windows Remote Shell received a request to perform an operation on a command identifier that does "
    "not exist. Either the command has completed execution or the client specified an invalid command "
    "identifier. "
)


# --- WS-Management and WMI -------------------------------------------------------------------------------------------


def timed_out() -> Fault:
    return Fault("s:Receiver", "w:TimedOut", _TIMED_OUT, TIMED_OUT)


def access_denied() -> Fault:
    return Fault("s:Sender", "w:AccessDenied", "Access is denied. ", ACCESS_DENIED)


def invalid_header(message: str) -> Fault:
    return Fault(
        "s:Sender", "a:InvalidMessageInformationHeader", _INVALID_HEADERS, INVALID_HEADER, message, ADDRESSING_FAULT
    )


def action_not_supported(action: str) -> Fault:
    text = f"{_CANNOT}. The action {action} is not supported by the service. "
    return Fault("s:Sender", "a:ActionNotSupported", text, ACTION_NOT_SUPPORTED, None, ADDRESSING_FAULT)


def schema_violation() -> Fault:
    return Fault("s:Sender", "w:SchemaValidationError", _SCHEMA, SCHEMA_VIOLATION)


def unknown_resource(uri: str) -> Fault:
    text = f"{_CANNOT}. The resource URI ({uri}) was not found in the WS-Management catalog. "
    return Fault("s:Sender", "a:DestinationUnreachable", text, NOT_FOUND, None, ADDRESSING_FAULT, "InvalidResourceURI")


def envelope_too_large(limit: int, detail: str) -> Fault:
    """`limit` in bytes; `detail`: MaxEnvelopeSizeExceeded (reply), ServiceEnvelopeLimit, MinimumEnvelopeLimit."""
    text = f"{_CANNOT} because the message exceeds the maximum envelope size of {limit} bytes. "
    return Fault("s:Sender", "w:EncodingLimit", text, ENVELOPE_TOO_LARGE, detail=detail)


def not_found(operation: str, parameter: str) -> Fault:
    """No such instance, class or namespace; `parameter` is the object path asked for."""
    return Fault(
        "s:Sender",
        "a:DestinationUnreachable",
        _BAD_URI,
        NOT_FOUND,
        _NO_RESOURCE,
        ADDRESSING_FAULT,
        "InvalidResourceURI",
        WMI_PROVIDER,
        NOT_FOUND,
        ExtendedStatus(operation, parameter),
    )


def no_keys() -> Fault:
    return Fault("s:Sender", "w:InvalidSelectors", _NO_KEYS, NO_KEYS)


def invalid_selectors(path: str) -> Fault:
    """Some keys are missing, or there are others."""
    return Fault(
        "s:Sender",
        "w:InvalidSelectors",
        _INVALID_SELECTORS,
        INVALID_SELECTORS,
        None,
        WSMAN_FAULT,
        "UnexpectedSelectors",
        WMI_PROVIDER,
        INVALID_SELECTORS,
        ExtendedStatus("GetObject", path),
    )


def invalid_argument(method: str) -> Fault:
    """A parameter that must not be NULL is (WBEM_E_INVALID_PARAMETER)."""
    status = ExtendedStatus("ExecMethod", method, "Invalid parameter ", 0x80041008)
    return Fault(
        "s:Receiver",
        "w:InternalError",
        _PROVIDER_FAILED,
        PROVIDER_FAILED,
        None,
        WSMAN_FAULT,
        "",
        WMI_PROVIDER,
        PROVIDER_FAILED,
        status,
    )


def class_not_found(query: str) -> Fault:
    """WQL that names a class which the namespace does not have."""
    return _bad_filter(query, "The specified class does not exist in the given namespace. ")


def invalid_query(query: str) -> Fault:
    return _bad_filter(query, "The query syntax is not valid. ")


def _bad_filter(query: str, message: str) -> Fault:
    return Fault(
        "s:Sender",
        "n:CannotProcessFilter",
        _BAD_FILTER,
        CANNOT_PROCESS_FILTER,
        message,
        ENUMERATION_FAULT,
        "",
        WMI_PROVIDER,
        CANNOT_PROCESS_FILTER,
        ExtendedStatus("ExecQuery", query),
    )


def invalid_context() -> Fault:
    return Fault("s:Receiver", "n:InvalidEnumerationContext", _BAD_CONTEXT, INVALID_CONTEXT, None, ENUMERATION_FAULT)


def generic_failure(operation: str, parameter: str, *, provider: str = "WinMgmt") -> Fault:
    """WBEM_E_FAILED: the provider's answer to nearly everything."""
    status = ExtendedStatus(operation, parameter, "Generic failure ", provider=provider)
    return Fault(
        "s:Receiver",
        "w:InternalError",
        _PROVIDER_FAILED,
        PROVIDER_FAILED,
        None,
        WSMAN_FAULT,
        "",
        WMI_PROVIDER,
        PROVIDER_FAILED,
        status,
    )


def operations_quota(limit: int, *, wmi_error: bool) -> Fault:
    text = (
        f"{_CANNOT}. This user is allowed a maximum number of {limit} concurrent operations, which has been "
        "exceeded. Close existing operations for this user, or raise the quota for this user. "
    )
    return Fault("s:Receiver", "w:InternalError", text, OPERATIONS_QUOTA, wmi_error=wmi_error)


# --- Windows Remote Shell --------------------------------------------------------------------------------------------


def shell_quota(limit: int) -> Fault:
    text = (
        f"{_CANNOT}. This user is allowed a maximum number of {limit} concurrent shells, which has been "
        "exceeded. Close existing shells or raise the quota for this user. "
    )
    return Fault("s:Sender", "w:QuotaLimit", text, SHELL_QUOTA, wmi_error=True)


def shell_not_found() -> Fault:
    return Fault(
        "s:Sender",
        "w:InvalidSelectors",
        _INVALID_SELECTORS,
        INVALID_SELECTORS,
        None,
        WSMAN_FAULT,
        "UnexpectedSelectors",
        SHELL_PROVIDER,
        INVALID_SELECTORS,
    )


def command_not_found() -> Fault:
    """The command id is unknown, or its command has finished and was released."""
    return Fault(
        "s:Sender",
        "w:InvalidSelectors",
        _INVALID_SELECTORS,
        INVALID_SELECTORS,
        _NO_COMMAND,
        WSMAN_FAULT,
        "UnexpectedSelectors",
    )


def file_not_found() -> Fault:
    """A program that CreateProcess cannot find, with WINRS_SKIP_CMD_SHELL: a fault, not an exit code."""
    text = "The system cannot find the file specified. "
    return Fault("s:Receiver", "w:InternalError", text, 2147942402, provider=SHELL_PLUGIN)


def invalid_parameter() -> Fault:
    return Fault(
        "s:Sender",
        "w:InvalidParameter",
        "The parameter is incorrect. ",
        87,
        None,
        WSMAN_FAULT,
        "InvalidValue",
        SHELL_PLUGIN,
    )
