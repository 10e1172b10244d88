# Copyright: (c) 2026, The ucops.rollout developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""SOAP 1.2 envelopes as WS-Management uses them: parsed from requests, built for replies with the usual prefixes."""

from __future__ import annotations

import functools
import re
import uuid
import xml.etree.ElementTree as ET
from dataclasses import dataclass, field
from typing import NoReturn
from xml.parsers import expat
from xml.sax.saxutils import escape, quoteattr

NS = {
    "s": "http://www.w3.org/2003/05/soap-envelope",
    "a": "http://schemas.xmlsoap.org/ws/2004/08/addressing",
    "x": "http://schemas.xmlsoap.org/ws/2004/09/transfer",
    "e": "http://schemas.xmlsoap.org/ws/2004/08/eventing",
    "n": "http://schemas.xmlsoap.org/ws/2004/09/enumeration",
    "w": "http://schemas.dmtf.org/wbem/wsman/1/wsman.xsd",
    "p": "http://schemas.microsoft.com/wbem/wsman/1/wsman.xsd",
    "f": "http://schemas.microsoft.com/wbem/wsman/1/wsmanfault",
    "rsp": "http://schemas.microsoft.com/wbem/wsman/1/windows/shell",
    "cfg": "http://schemas.microsoft.com/wbem/wsman/1/config",
    "cim": "http://schemas.dmtf.org/wbem/wscim/1/common",
    "b": "http://schemas.dmtf.org/wbem/wsman/1/cimbinding.xsd",
    "xsi": "http://www.w3.org/2001/XMLSchema-instance",
    "xml": "http://www.w3.org/XML/1998/namespace",
    "wsmid": "http://schemas.dmtf.org/wbem/wsman/identity/1/wsmanidentity.xsd",
}
ANONYMOUS = "http://schemas.xmlsoap.org/ws/2004/08/addressing/role/anonymous"
SHELL_URI = "http://schemas.microsoft.com/wbem/wsman/1/windows/shell/cmd"
WMI_URI = "http://schemas.microsoft.com/wbem/wsman/1/wmi/"
WSMAN_FAULT = "http://schemas.dmtf.org/wbem/wsman/1/wsman/fault"
ADDRESSING_FAULT = "http://schemas.xmlsoap.org/ws/2004/08/addressing/fault"
ENUMERATION_FAULT = "http://schemas.xmlsoap.org/ws/2004/09/enumeration/fault"

_PREFIXES = {uri: prefix for prefix, uri in NS.items()}
_DURATION = re.compile(r"^(-)?P(?:(\d+)D)?T?(?:(\d+)H)?(?:(\d+)M)?(?:(-?\d+(?:\.\d+)?)S)?$")


class Malformed(ValueError):
    """The bytes are no SOAP envelope that we would read."""


@functools.lru_cache(4096)
def q(name: str) -> str:
    """`rsp:Shell` as ElementTree's `{namespace}Shell`."""
    prefix, _colon, local = name.rpartition(":")
    return f"{{{NS[prefix]}}}{local}" if prefix else local


def local_name(element: ET.Element) -> str:
    return element.tag.rpartition("}")[2]


def namespace(element: ET.Element) -> str:
    return element.tag[1:].partition("}")[0] if element.tag.startswith("{") else ""


def E(name: str, *content: ET.Element | str | None, **attributes: str) -> ET.Element:  # noqa: N802
    """An element: `E("rsp:Stream", text, Name="stdout", CommandId=id)`; content is text or child elements."""
    element = ET.Element(q(name), attributes)
    for part in content:
        if isinstance(part, ET.Element):
            element.append(part)
        elif part is not None:
            element.text = (element.text or "") + part
    return element


# --- reading ---------------------------------------------------------------------------------------------------------


class _Reader:
    """An expat parser that refuses document types, and with them entities of any kind."""

    def __init__(self) -> None:
        self._builder = ET.TreeBuilder()
        self._parser = expat.ParserCreate(namespace_separator="}")
        self._parser.buffer_text = True
        self._parser.StartElementHandler = self._start
        self._parser.EndElementHandler = lambda name: self._builder.end(_clark(name))
        self._parser.CharacterDataHandler = self._builder.data
        self._parser.StartDoctypeDeclHandler = _refuse_doctype

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        self._builder.start(_clark(name), {_clark(key): value for key, value in attributes.items()})

    def read(self, data: bytes) -> ET.Element:
        try:
            self._parser.Parse(data, True)
        except expat.ExpatError as error:
            raise Malformed(str(error)) from error
        return self._builder.close()


def _clark(name: str) -> str:
    return f"{{{name}" if "}" in name else name


def _refuse_doctype(*_arguments: object) -> NoReturn:
    raise Malformed("a SOAP message has no document type")


def parse_xml(data: bytes) -> ET.Element:
    """The document's root element. UTF-8 or UTF-16; document types are refused."""
    return _Reader().read(data)


@dataclass(frozen=True)
class Request:
    """One WS-Management request. `operation_timeout` in seconds, `max_envelope_size` in bytes; None where absent."""

    action: str
    resource_uri: str
    message_id: str
    selectors: dict[str, str]
    options: dict[str, str]
    operation_timeout: float | None
    max_envelope_size: int | None
    body: ET.Element
    header: ET.Element
    endpoints: dict[str, ET.Element] = field(default_factory=dict)

    @property
    def payload(self) -> ET.Element | None:
        """The first element of the body."""
        return next(iter(self.body), None)

    def selector(self, name: str) -> str | None:
        """A selector's value; selector names carry no regard to case."""
        return next((value for key, value in self.selectors.items() if key.casefold() == name.casefold()), None)


@dataclass(frozen=True)
class Reply:
    """What a service answers: the reply's action and the elements of its body."""

    action: str
    body: tuple[ET.Element, ...] = ()


def _text(header: ET.Element, name: str) -> str:
    return (header.findtext(q(name)) or "").strip()


def _named(header: ET.Element, holder: str, member: str) -> dict[str, str]:
    return {item.get("Name", ""): item.text or "" for item in header.findall(f"{q(holder)}/{q(member)}")}


def duration(text: str) -> float | None:
    """Seconds of an xs:duration such as `PT60.000S`; negative for `PT-1S`; None when it is none."""
    found = _DURATION.match(text)
    if not found or not any(found.groups()[1:]):
        return None
    days, hours, minutes, seconds = (float(part or 0) for part in found.groups()[1:])
    total = days * 86400 + hours * 3600 + minutes * 60 + seconds
    return -total if found.group(1) else total


def parse_request(data: bytes) -> Request:
    """Read a request; raises Malformed when it is no envelope with a header and a body."""
    envelope = parse_xml(data)
    header, body = envelope.find(q("s:Header")), envelope.find(q("s:Body"))
    if envelope.tag != q("s:Envelope") or body is None:
        raise Malformed(f"the root is {envelope.tag}, or there is no body")
    header = ET.Element(q("s:Header")) if header is None else header
    size = _text(header, "w:MaxEnvelopeSize")
    selectors = header.findall(f"{q('w:SelectorSet')}/{q('w:Selector')}")
    timeout = _text(header, "w:OperationTimeout")
    return Request(
        action=_text(header, "a:Action"),
        resource_uri=_text(header, "w:ResourceURI"),
        message_id=_text(header, "a:MessageID"),
        selectors=_named(header, "w:SelectorSet", "w:Selector"),
        options=_named(header, "w:OptionSet", "w:Option"),
        operation_timeout=duration(timeout) if timeout else None,
        max_envelope_size=int(size) if size.isdecimal() else None,
        body=body,
        header=header,
        endpoints={item.get("Name", ""): item for item in selectors if len(item)},
    )


# --- writing ---------------------------------------------------------------------------------------------------------


def new_id() -> str:
    return f"uuid:{str(uuid.uuid4()).upper()}"


def build_envelope(action: str, body: list[ET.Element], *, relates_to: str, language: str = "en-US") -> bytes:
    """A reply's envelope, with the header fields that Windows sends, in its order."""
    header = E("s:Header", E("a:Action", action), E("a:MessageID", new_id()), E("a:To", ANONYMOUS))
    if relates_to:
        header.append(E("a:RelatesTo", relates_to))
    envelope = E("s:Envelope", header, E("s:Body", *body))
    envelope.set(q("xml:lang"), language)
    return to_xml(envelope, declare=("s", "a", "x", "n", "w", "p")).encode("utf-8")


def to_xml(element: ET.Element, *, declare: tuple[str, ...] = ()) -> str:
    """Serialise. The prefixes in `declare` are bound at the root; any other namespace where it is first needed.

    An element without text is written `<x/>`, one with empty text `<x></x>`, as in the captures: nil and empty differ.
    """
    out: list[str] = []
    scope = {NS["xml"]: "xml"}
    _write(element, scope, {NS[prefix]: prefix for prefix in declare}, out)
    return "".join(out)


def _prefix_for(uri: str) -> str:
    """The prefix Windows uses; `p` for the namespaces of WMI classes, whose xsi:type values name it."""
    return _PREFIXES.get(uri, "p")


def _name(tag: str, scope: dict[str, str], new: dict[str, str]) -> str:
    if not tag.startswith("{"):
        return tag
    uri, local = _split(tag)
    if uri not in scope and uri not in new:
        new[uri] = _prefix_for(uri)
    return f"{new.get(uri) or scope[uri]}:{local}"


@functools.lru_cache(4096)
def _split(tag: str) -> tuple[str, str]:
    """(namespace, local name)."""
    uri, _brace, local = tag[1:].partition("}")
    return uri, local


def _write(element: ET.Element, scope: dict[str, str], new: dict[str, str], out: list[str]) -> None:
    new = {uri: prefix for uri, prefix in new.items() if uri not in scope}
    tag = _name(element.tag, scope, new)
    out.append(f"<{tag}")
    out.extend([f" {_name(key, scope, new)}={quoteattr(value)}" for key, value in element.attrib.items()])
    inner = scope
    if new:
        hidden = set(new.values())
        inner = {uri: prefix for uri, prefix in scope.items() if prefix not in hidden} | new
        out.extend([f" xmlns:{prefix}={quoteattr(uri)}" for uri, prefix in new.items()])
    if element.text is None and not len(element) and element.tag != q("s:Body"):
        out.append("/>")
        return
    out.append(f">{escape(element.text)}" if element.text else ">")
    for child in element:
        _write(child, inner, {}, out)
        if child.tail:
            out.append(escape(child.tail))
    out.append(f"</{tag}>")
