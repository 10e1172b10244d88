# Copyright: (c) 2026, The ucops.rollout developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Instances, arguments and references as XML, in the shapes that Windows sends and takes."""

from __future__ import annotations

import datetime
import xml.etree.ElementTree as ET
from collections.abc import Iterable

from lab.soap import envelope, faults
from lab.soap.envelope import ANONYMOUS, E, q
from lab.wmi.model import Instance, Parameter, Property, Reference, TypeMismatch, Value, text_of, value_of

_NIL = q("xsi:nil")


def resource_uri(namespace: str, name: str) -> str:
    """`root/cimv2` and `Win32_Service` as the URI of the class."""
    return f"{envelope.WMI_URI}{namespace}/{name}"


def _value(tag: str, kind: str, value: Value, *, fragment: bool = False) -> ET.Element:
    element = ET.Element(tag)
    if value is None:
        element.set(_NIL, "true")
    elif isinstance(value, Reference):
        element.extend(endpoint(value))
    elif isinstance(value, datetime.datetime):
        ET.SubElement(element, "Datetime" if fragment else q("cim:Datetime")).text = text_of(value)
    else:
        element.text = text_of(value)
    return element


def _values(tag: str, kind: str, value: Value, *, fragment: bool = False) -> list[ET.Element]:
    """One element per member of an array; a NULL or empty array is one element with xsi:nil."""
    members = value if isinstance(value, list) and value else [None if isinstance(value, list) else value]
    return [_value(tag, kind, member, fragment=fragment) for member in members]


def object_element(namespace: str, instance: Instance) -> ET.Element:
    """A whole instance: p:-prefixed properties in the order of their names."""
    name = instance.definition.name
    uri = resource_uri(namespace, name)
    element = ET.Element(f"{{{uri}}}{name}", {q("xsi:type"): f"p:{name}_Type"})
    for column in sorted(instance.definition.properties, key=lambda one: one.name):
        element.extend(_values(f"{{{uri}}}{column.name}", column.kind, instance.get(column.name)))
    return element


def fragment_element(instance: Instance, columns: Iterable[Property]) -> ET.Element:
    """A projection: the properties asked for, without a namespace."""
    element = E("w:XmlFragment")
    for column in columns:
        element.extend(_values(column.name, column.kind, instance.get(column.name), fragment=True))
    return element


def reference_of(namespace: str, instance: Instance) -> Reference:
    keys = {key.name: text_of(instance.get(key.name)) for key in instance.definition.keys}
    return Reference(resource_uri(namespace, instance.definition.name), keys)


def endpoint(reference: Reference) -> list[ET.Element]:
    """The content of an endpoint reference."""
    selectors = [E("w:Selector", value, Name=name) for name, value in reference.keys.items()]
    return [
        E("a:Address", ANONYMOUS),
        E("a:ReferenceParameters", E("w:ResourceURI", reference.resource), E("w:SelectorSet", *selectors)),
    ]


def endpoint_element(reference: Reference) -> ET.Element:
    return E("a:EndpointReference", *endpoint(reference))


def object_path(reference: Reference) -> str:
    """`\\\\.\\root\\MicrosoftDNS:Class.Key="value",…`: the path as text."""
    namespace, _slash, name = reference.resource[len(envelope.WMI_URI) :].rpartition("/")
    keys = ",".join(
        '{}="{}"'.format(key, value.replace("\\", "\\\\").replace('"', '\\"')) for key, value in reference.keys.items()
    )
    return f"\\\\.\\{namespace.replace('/', chr(92))}:{name}.{keys}"


def read_values(element: ET.Element, allowed: Iterable[Parameter | Property], namespace: str) -> dict[str, Value]:
    """The values of an input message or an instance, by name.

    Names must match the repository to the letter; anything else is a fault, as is a value of another type.
    """
    known = {one.name: one for one in allowed}
    values: dict[str, Value] = {}
    for child in element:
        declared = known.get(envelope.local_name(child))
        if declared is None or envelope.namespace(child).casefold() != namespace.casefold():
            raise faults.schema_violation()
        value = _read(child, declared.kind)
        if declared.array:
            values.setdefault(declared.name, []).extend([] if value is None else [value])
        elif declared.name in values:
            raise faults.schema_violation()
        else:
            values[declared.name] = value
    return values


def _read(element: ET.Element, kind: str) -> Value:
    if element.get(_NIL, "").casefold() in ("true", "1"):
        return None
    if len(element):
        raise faults.schema_violation()
    try:
        return value_of(kind, element.text or "")
    except TypeMismatch as error:
        raise faults.schema_violation() from error


def output_element(uri: str, method: str, values: dict[str, Value], kinds: dict[str, str]) -> ET.Element:
    """`<p:Method_OUTPUT>` with the out parameters in the order given, ReturnValue last."""
    element = ET.Element(f"{{{uri}}}{method}_OUTPUT")
    for name, value in values.items():
        element.extend(_values(f"{{{uri}}}{name}", kinds.get(name, "string"), value))
    return element
