# Copyright: (c) 2026, The ucops.rollout developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""SOAP faults as Windows sends them, one builder per case; texts in English, as captured (trailing blanks included)."""

from __future__ import annotations

from lab.soap.envelope import ADDRESSING_FAULT, ENUMERATION_FAULT, WSMAN_FAULT
from lab.soap.fault import SHELL_PLUGIN, SHELL_PROVIDER, WMI_PROVIDER, ExtendedStatus, Fault

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


def wmi_access_denied() -> Fault:
    """What WMI denies (WBEM_E_ACCESS_DENIED): the same, told by its plug-in."""
    return Fault(
        "s:Sender",
        "w:AccessDenied",
        "Access is denied. ",
        ACCESS_DENIED,
        provider=WMI_PROVIDER,
        provider_number=ACCESS_DENIED,
    )


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
    """`limit` in bytes; `detail`: MaxEnvelopeSizeExceeded (reply), MinimumEnvelopeLimit."""
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
