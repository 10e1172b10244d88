"""A scripted WS-Management service behind a real pywinrm Protocol, and answers shaped like those of Windows."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from dataclasses import dataclass, field
from typing import Any

from winrm.exceptions import WinRMTransportError
from winrm.protocol import Protocol

from ansible_collections.ucops.rollout.plugins.plugin_utils.winrm.pywinrm_session import PywinrmSession
from ansible_collections.ucops.rollout.plugins.plugin_utils.winrm.wsman import WsmanClient

NAMESPACES = (
    'xmlns:s="http://www.w3.org/2003/05/soap-envelope" '
    'xmlns:a="http://schemas.xmlsoap.org/ws/2004/08/addressing" '
    'xmlns:n="http://schemas.xmlsoap.org/ws/2004/09/enumeration" '
    'xmlns:x="http://schemas.xmlsoap.org/ws/2004/09/transfer" '
    'xmlns:w="http://schemas.dmtf.org/wbem/wsman/1/wsman.xsd" '
    'xmlns:rsp="http://schemas.microsoft.com/wbem/wsman/1/windows/shell" '
    'xmlns:p="http://schemas.microsoft.com/wbem/wsman/1/wsman.xsd"'
)
WMI = "http://schemas.microsoft.com/wbem/wsman/1/wmi"


def envelope(body: str, *, relates_to: str = "MESSAGE-ID") -> str:
    related = f"<a:RelatesTo>{relates_to}</a:RelatesTo>" if relates_to else ""
    return (
        f'<s:Envelope xml:lang="en-US" {NAMESPACES}><s:Header><a:Action>any</a:Action>{related}</s:Header>'
        f"<s:Body>{body}</s:Body></s:Envelope>"
    )


def fault(
    detail: str, *, code: str = "s:Receiver", subcode: str = "w:InternalError", reason: str = "It failed. "
) -> str:
    return envelope(
        f"<s:Fault><s:Code><s:Value>{code}</s:Value><s:Subcode><s:Value>{subcode}</s:Value></s:Subcode></s:Code>"
        f'<s:Reason><s:Text xml:lang="">{reason}</s:Text></s:Reason><s:Detail>{detail}</s:Detail></s:Fault>'
    )


def wsman_fault(number: int, message: str = "It failed. ", **more: str) -> str:
    inner = (
        '<f:WSManFault xmlns:f="http://schemas.microsoft.com/wbem/wsman/1/wsmanfault" '
        f'Code="{number}" Machine="dc01.company.local"><f:Message>{message}</f:Message></f:WSManFault>'
    )
    return fault(inner, **more)


TIMED_OUT = wsman_fault(2150858793, subcode="w:TimedOut")
GENERIC_FAILURE = wsman_fault(2150859010)


@dataclass
class Request:
    """One message as it left."""

    text: str

    def __post_init__(self) -> None:
        self.root = ET.fromstring(self.text)

    def all(self, name: str) -> list[ET.Element]:
        return [element for element in self.root.iter() if element.tag.rpartition("}")[2] == name]

    def one(self, name: str) -> ET.Element:
        (element,) = self.all(name)
        return element

    def text_of(self, name: str) -> str:
        return self.one(name).text or ""

    @property
    def action(self) -> str:
        return self.text_of("Action").rpartition("/")[2]

    @property
    def selectors(self) -> dict[str, str]:
        return {element.get("Name", ""): element.text or "" for element in self.all("Selector")}

    @property
    def options(self) -> dict[str, str]:
        return {element.get("Name", ""): element.text or "" for element in self.all("Option")}


@dataclass
class Script:
    """A transport that gives the answers in order and keeps the requests; an answer may be an exception."""

    answers: list[Any]
    requests: list[Request] = field(default_factory=list)
    sessions_closed: int = 0

    def send_message(self, message: str | bytes) -> bytes:
        request = Request(message if isinstance(message, str) else message.decode())
        self.requests.append(request)
        assert self.answers, f"one message more than expected: {request.action}"
        answer = self.answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        text = answer(request) if callable(answer) else answer
        text = text.replace("MESSAGE-ID", request.text_of("MessageID"))
        if "<s:Fault>" in text:
            raise WinRMTransportError("http", 500, text)
        return text.encode()

    def close_session(self) -> None:
        self.sessions_closed += 1

    @property
    def actions(self) -> list[str]:
        return [request.action for request in self.requests]


def protocol_of(script: Script) -> Protocol:
    protocol = Protocol("http://127.0.0.1:5985/wsman", transport="plaintext", username="u", password="p")
    protocol.transport = script
    return protocol


def client_of(*answers: Any) -> tuple[WsmanClient, Script]:
    script = Script(list(answers))
    return WsmanClient(PywinrmSession(protocol_of(script)), name="dc01"), script


def instance(class_name: str, namespace: str = "root/MicrosoftDNS", **properties: str | None) -> str:
    uri = f"{WMI}/{namespace}/{class_name}"
    inner = "".join(
        f'<p:{name} xsi:nil="true"/>' if value is None else f"<p:{name}>{value}</p:{name}>"
        for name, value in properties.items()
    )
    xsi, cim = "http://www.w3.org/2001/XMLSchema-instance", "http://schemas.dmtf.org/wbem/wscim/1/common"
    return (
        f'<p:{class_name} xmlns:xsi="{xsi}" xmlns:p="{uri}" xmlns:cim="{cim}" xsi:type="p:{class_name}_Type">'
        f"{inner}</p:{class_name}>"
    )


def enumerated(*items: str, context: str = "", end: bool = True) -> str:
    """An EnumerateResponse: Items and EndOfSequence in w:."""
    return envelope(
        f"<n:EnumerateResponse><n:EnumerationContext>{context}</n:EnumerationContext>"
        f"<w:Items>{''.join(items)}</w:Items>{'<w:EndOfSequence/>' if end else ''}</n:EnumerateResponse>"
    )


def pulled(*items: str, context: str = "", end: bool = True) -> str:
    """A PullResponse: Items and EndOfSequence in n:, no context in the last."""
    again = f"<n:EnumerationContext>{context}</n:EnumerationContext>" if context else ""
    return envelope(
        f"<n:PullResponse>{again}<n:Items>{''.join(items)}</n:Items>"
        f"{'<n:EndOfSequence/>' if end else ''}</n:PullResponse>"
    )


def output(method: str, namespace: str, class_name: str, inner: str = "") -> str:
    uri = f"{WMI}/{namespace}/{class_name}"
    xsi = "http://www.w3.org/2001/XMLSchema-instance"
    return envelope(f'<p:{method}_OUTPUT xmlns:p="{uri}" xmlns:xsi="{xsi}">{inner}</p:{method}_OUTPUT>')
