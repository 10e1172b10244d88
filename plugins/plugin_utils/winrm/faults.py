# Copyright: (c) 2026, The ucops.rollout developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What can go wrong between us and a host's WS-Management service, and its faults taken apart (DSP0226, MS-WSMV)."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from ansible_collections.ucops.rollout.plugins.module_utils.errors import RolloutError
from ansible_collections.ucops.rollout.plugins.module_utils.windows.codes import as_said
from ansible_collections.ucops.rollout.plugins.module_utils.xml_tree import local
from ansible_collections.ucops.rollout.plugins.plugin_utils.winrm.soap import child, find, text_of

CODE_ACCESS_DENIED = 5
CODE_NOT_FOUND = 2150858752  # 0x80338000: no such resource, or the selectors match nothing
CODE_BAD_FILTER = 2150858778  # 0x8033801A: a class that does not exist, in a query
CODE_TIMED_OUT = 2150858793  # 0x80338029
CODE_BAD_SELECTORS = 2150858843  # 0x8033805B: also a shell or command that is gone
CODE_TOO_LARGE = 2150858871  # 0x80338077: an envelope beyond MaxEnvelopeSizekb
CODE_PROVIDER_FAILED = 2150859010  # 0x80338102: "Generic failure" of a WMI provider
CODE_SHELL_QUOTA = 2150859173  # 0x803381A5
CODE_OPERATION_QUOTA = 2150859174  # 0x803381A6

RAISE_ENVELOPE = (
    "Raise MaxEnvelopeSizekb on the host (up to Windows 2008 R2 it is 150, later 500):"
    ' winrm set winrm/config @{MaxEnvelopeSizekb="500"}'
)
ADVICE = {
    CODE_TOO_LARGE: RAISE_ENVELOPE,
    CODE_ACCESS_DENIED: "The account may log on but lacks rights here, see docs/prerequisites.md",
    CODE_BAD_FILTER: "The role or feature that brings this WMI class is probably not installed on the host",
    CODE_SHELL_QUOTA: "The account has too many shells open on the host (2008 R2 allows five). Shells left over"
    " by aborted runs end by themselves after a few minutes; else raise winrm/config/winrs MaxShellsPerUser",
    CODE_OPERATION_QUOTA: "The account has too many operations open on the host (2008 R2 allows 15). Wait a few"
    " minutes, or raise winrm/config/service MaxConcurrentOperationsPerUser",
}


class WsmanError(RolloutError):
    """Anything that went wrong between us and the host's WS-Management service."""


class HostUnreachable(RolloutError):
    """The host could not be reached or refused the logon; the task's result says ``unreachable``."""


class LogonRefused(HostUnreachable):
    """The account was refused: the next host would refuse it too, and count it."""


class LogonImpossible(HostUnreachable):
    """No logon could begin: what is missing lies with the controller or the domain, and is missing for other hosts."""


class ConnectionLost(WsmanError):
    """The connection broke before the answer came; what was asked may or may not have happened."""

    uncertain = True


class OperationTimedOut(WsmanError):
    """The service gave up waiting; what was asked may or may not have happened, or still be going on."""

    code = CODE_TIMED_OUT
    uncertain = True


@dataclass(frozen=True)
class FaultParts:
    """A SOAP fault taken apart. Texts are in the host's language; only codes and subcodes may be branched on."""

    http_code: int = 0
    code: int | None = None
    #: such as ``s:Sender``
    fault_code: str = ""
    #: such as ``w:AccessDenied``
    subcode: str = ""
    reason: str = ""
    machine: str = ""
    #: the name that the provider gives itself, and its own text
    provider: str = ""
    provider_fault: str = ""
    #: the properties of WMI's __ExtendedStatus: Description, Operation, ParameterInfo, ProviderName, StatusCode
    extended_status: Mapping[str, str] = field(default_factory=dict)
    #: the properties of MSFT_WmiError, which newer hosts send instead of a WSManFault
    wmi_error: Mapping[str, str] = field(default_factory=dict)


class WsmanFault(WsmanError):
    """The host answered with a fault; nothing can be concluded from its words."""

    def __init__(self, parts: FaultParts, *, doing: str, where: str, grant: str = "") -> None:
        """:param grant: what to do where the account lacks the right."""
        self.parts = parts
        mend = RAISE_ENVELOPE if self.too_large else ADVICE.get(parts.code or 0, "")
        mend = grant if grant and self.access_denied else mend
        super().__init__(f"{doing} failed: {_told(parts)}", where=where, mend=mend)

    @property
    def code(self) -> int | None:
        """The WSManFault's code, or MSFT_WmiError's error_Code, unsigned."""
        return self.parts.code

    @property
    def too_large(self) -> bool:
        """Whether the answer is larger than an envelope may be (DSP0226 section 14.5)."""
        return self.code == CODE_TOO_LARGE or self.parts.subcode.endswith(":EncodingLimit")

    @property
    def access_denied(self) -> bool:
        """Whether the account lacks the right."""
        return self.code == CODE_ACCESS_DENIED or self.parts.subcode.endswith(":AccessDenied")


def _told(parts: FaultParts) -> str:
    number = f" (0x{parts.code:08X})" if parts.code is not None else ""
    details = [
        parts.reason or "no reason given",
        parts.provider_fault,
        parts.extended_status.get("Description", ""),
        parts.wmi_error.get("Message", ""),
    ]
    texts = [as_said(text, 1000).rstrip(".") for text in details]
    return "; ".join(dict.fromkeys(text for text in texts if text)) + number


def fault_parts(body: ET.Element | None, http_code: int) -> FaultParts | None:
    """The fault in the Body of an envelope, None when there is none."""
    fault = child(body, "Fault") if body is not None else None
    if fault is None:
        return None
    code, detail = child(fault, "Code"), child(fault, "Detail")
    subcode = child(code, "Subcode") if code is not None else None
    return FaultParts(
        http_code=http_code,
        fault_code=text_of(child(code, "Value")) if code is not None else "",
        subcode=text_of(child(subcode, "Value")) if subcode is not None else "",
        reason=text_of(find(fault, "Text")),
        **(_detail(detail) if detail is not None else {}),
    )


def _detail(detail: ET.Element) -> dict[str, Any]:
    outer, provider = find(detail, "WSManFault"), find(detail, "ProviderFault")
    wmi_error = _flat(find(detail, "MSFT_WmiError"))
    code = outer.get("Code") if outer is not None else wmi_error.get("error_Code")
    return {
        "code": _unsigned(code),
        "machine": outer.get("Machine", "") if outer is not None else "",
        "provider": provider.get("provider", "").strip() if provider is not None else "",
        "provider_fault": _provider_text(provider),
        "extended_status": _flat(find(detail, "__ExtendedStatus")),
        "wmi_error": wmi_error,
    }


def _provider_text(provider: ET.Element | None) -> str:
    """The provider's own text: directly inside, or in the Message of a WSManFault inside."""
    if provider is None:
        return ""
    return text_of(provider) or text_of(find(provider, "Message"))


def _flat(element: ET.Element | None) -> dict[str, str]:
    return {local(inner): text_of(inner) for inner in element} if element is not None else {}


def _unsigned(code: str | None) -> int | None:
    try:
        return int(code) & 0xFFFFFFFF if code else None
    except ValueError:
        return None
