# Copyright: (c) 2026, The ucops.rollout developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""WMI over WS-Management (MS-WSMV, Windows Remote Management and WMI)."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from ansible_collections.ucops.rollout.plugins.module_utils.errors import RolloutError
from ansible_collections.ucops.rollout.plugins.module_utils.windows.codes import as_said
from ansible_collections.ucops.rollout.plugins.module_utils.xml_tree import local
from ansible_collections.ucops.rollout.plugins.plugin_utils.winrm.envelope import selector_set
from ansible_collections.ucops.rollout.plugins.plugin_utils.winrm.rights import WMI_URI
from ansible_collections.ucops.rollout.plugins.plugin_utils.winrm.soap import (
    GarbledAnswer,
    child,
    children,
    is_nil,
    text_of,
    xml_text,
)
from ansible_collections.ucops.rollout.plugins.plugin_utils.winrm.wmi_port import Wmi, WmiObject, WmiReference, WmiValue
from ansible_collections.ucops.rollout.plugins.plugin_utils.winrm.wsman import WsmanClient

_ANONYMOUS = "http://schemas.xmlsoap.org/ws/2004/08/addressing/role/anonymous"
_IDENTIFIER = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,254}", re.ASCII)
_NAMESPACE = re.compile(r"[A-Za-z_][A-Za-z0-9_]*([/\\][A-Za-z_][A-Za-z0-9_]*)*", re.ASCII)
# No number of WMI counts further (CIM: 64 bits), and Python reads no text of more than 4300 digits as one.
_NUMBER = re.compile(r"[+-]?[0-9]{1,20}", re.ASCII)
_MOST_UINT64 = 2**64 - 1
_CONTROL = re.compile("[\x00-\x1f\x7f-\x9f]")
# A date comes wrapped into one of these.
_TIMES = ("Datetime", "Interval", "Date", "Time")
# Characters of a query in a message, which names what was asked and not each of four hundred names.
_MOST_TOLD = 120


def wql_literal(value: str) -> str:
    """A string literal of WQL: backslash and quotation marks escaped, control characters refused."""
    if _CONTROL.search(value):
        raise RolloutError(f"the value {value!r} holds a control character and cannot be put into a query")
    escaped = xml_text(value).replace("\\", "\\\\").replace("'", "\\'").replace('"', '\\"')
    return f"'{escaped}'"


def wmi_name(name: str) -> str:
    """The name of a class, property or method, or an error: names are never escaped."""
    if not _IDENTIFIER.fullmatch(name):
        raise RolloutError(f"{name!r} is no name of a WMI class, property or method")
    return name


def resource_uri(namespace: str, class_name: str) -> str:
    """The resource URI of a class, or of all classes (``*``) for a query."""
    if not _NAMESPACE.fullmatch(namespace):
        raise RolloutError(f"{namespace!r} is no name of a WMI namespace")
    last = class_name if class_name == "*" else wmi_name(class_name)
    return f"{WMI_URI}{namespace.replace(chr(92), '/')}/{last}"


def as_tuple(value: WmiValue) -> tuple[str, ...]:
    """An array property: one element looks like a single value on the wire, NULL like no value."""
    if value is None:
        return ()
    if isinstance(value, tuple):
        return value
    if isinstance(value, str):
        return (value,)
    raise GarbledAnswer(f"a list of values was expected, a reference came: {value}")


def as_text(value: WmiValue) -> str:
    """A single text value; NULL is empty."""
    if value is None or isinstance(value, str):
        return value or ""
    raise GarbledAnswer(f"a single value was expected: {value}")


def as_number(value: WmiValue, *, what: str = "a value") -> int | None:
    """A whole number of at most 64 bits, None for NULL."""
    text = as_text(value).strip()
    if not text:
        return None
    if not _NUMBER.fullmatch(text) or abs(int(text)) > _MOST_UINT64:
        raise GarbledAnswer(f"{what} is no number: {as_said(text, 60)!r}")
    return int(text)


def as_truth(value: WmiValue) -> bool:
    """A boolean: ``true`` and ``TRUE`` are both seen; NULL is false."""
    return as_text(value).strip().lower() in ("true", "1")


def read_value(element: ET.Element) -> WmiValue:
    """The value of one element: NULL, text, a date, or a reference."""
    if is_nil(element):
        return None
    parameters = child(element, "ReferenceParameters")
    if parameters is not None:
        return read_reference(parameters)
    inner = next((part for part in element if local(part) in _TIMES), None)
    return text_of(inner) if inner is not None else (element.text or "")


def read_reference(parameters: ET.Element) -> WmiReference | None:
    """The reference inside a ReferenceParameters element."""
    uri, selector_elements = text_of(child(parameters, "ResourceURI")), child(parameters, "SelectorSet")
    if not uri:
        raise GarbledAnswer("an endpoint reference has no resource URI")
    parts = () if selector_elements is None else tuple(children(selector_elements, "Selector"))
    return WmiReference(uri, tuple((part.get("Name", ""), part.text or "") for part in parts))


def read_object(element: ET.Element, reference: WmiReference | None = None) -> WmiObject:
    """An instance, a fragment or a method's output; a property that comes several times is an array."""
    found: dict[str, list[WmiValue]] = {}
    for part in element:
        found.setdefault(local(part), []).append(read_value(part))
    properties = {name: values[0] if len(values) == 1 else _joined(values) for name, values in found.items()}
    return WmiObject(local(element), properties, reference)


def _joined(values: list[WmiValue]) -> WmiValue:
    return tuple(one for value in values for one in as_tuple(value))


def read_item(item: ET.Element) -> WmiObject:
    """One item of an enumeration, bare or wrapped with its endpoint reference."""
    if local(item) != "Item":
        return read_object(item)
    wrapper = child(item, "EndpointReference")
    parameters = child(wrapper, "ReferenceParameters") if wrapper is not None else None
    instance = next((part for part in item if part is not wrapper), None)
    if instance is None:
        raise GarbledAnswer("an item of an enumeration holds no object")
    return read_object(instance, read_reference(parameters) if parameters is not None else None)


def _element(value: WmiValue) -> Any:
    """A property's content in xmltodict's form."""
    if value is None:
        return {"@xsi:nil": "true"}
    if isinstance(value, WmiReference):
        place = {"w:ResourceURI": value.resource_uri, "w:SelectorSet": selector_set(value.selectors)}
        return {"a:Address": _ANONYMOUS, "a:ReferenceParameters": place}
    return list(value) if isinstance(value, tuple) else value


def _elements(uri: str, properties: Iterable[tuple[str, WmiValue]]) -> dict[str, Any]:
    return {"@xmlns:p": uri, **{f"p:{wmi_name(name)}": _element(value) for name, value in properties}}


class WsmanWmi(Wmi):
    """The WMI port over one WS-Management client."""

    def __init__(self, client: WsmanClient) -> None:
        self._client = client

    def query(self, namespace: str, wql: str, *, references: bool = False) -> tuple[WmiObject, ...]:
        uri = resource_uri(namespace, "*")
        told = wql if len(wql) <= _MOST_TOLD else f"{wql[:_MOST_TOLD]}..."
        items = self._client.enumerate(uri, wql, references=references, doing=f"query of {namespace} ({told})")
        return tuple(read_item(item) for item in items)

    def get(self, namespace: str, class_name: str, selectors: Mapping[str, str] | None = None) -> WmiObject:
        uri = resource_uri(namespace, class_name)
        keys = tuple((selectors or {}).items())
        return read_object(self._client.get(uri, keys, doing=f"reading {class_name} of {namespace}"))

    def put(self, reference: WmiReference, properties: Mapping[str, WmiValue]) -> WmiObject:
        uri, class_name = reference.resource_uri, wmi_name(reference.resource_uri.rpartition("/")[2])
        body = {f"p:{class_name}": _elements(uri, properties.items())}
        doing = f"changing {', '.join(properties)} of {class_name}"
        return read_object(self._client.put(uri, reference.selectors, body, doing=doing))

    def delete(self, reference: WmiReference) -> None:
        self._client.delete(
            reference.resource_uri, reference.selectors, doing=f"deleting {reference.resource_uri.rpartition('/')[2]}"
        )

    def invoke(
        self,
        namespace: str,
        class_name: str,
        method: str,
        parameters: Sequence[tuple[str, WmiValue]],
        selectors: Mapping[str, str] | None = None,
    ) -> WmiObject:
        uri, doing = resource_uri(namespace, class_name), f"{class_name}.{wmi_name(method)}"
        # A parameter without a value is left out: a provider may tell NULL from absent.
        given = [(name, value) for name, value in parameters if value is not None]
        body = {f"p:{method}_INPUT": _elements(uri, given)}
        keys = tuple((selectors or {}).items())
        answer = self._client.send(f"{uri}/{method}", uri, body, selectors=keys, doing=doing)
        return self._output(answer, method, doing)

    def _output(self, answer: ET.Element, method: str, doing: str) -> WmiObject:
        """What a method gave. A void method may answer with an empty Body: no fault is success."""
        if len(answer) == 0:
            return WmiObject(f"{method}_OUTPUT")
        if local(answer[0]) != f"{method}_OUTPUT":
            raise GarbledAnswer(f"{doing}: the answer is a {local(answer[0])}", where=self._client.name)
        return read_object(answer[0])
