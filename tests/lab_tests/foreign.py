# Copyright: (c) 2026, The ucops.rollout developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Clients that are not ours, driving the lab: pypsrp's WSMan and pywinrm's Protocol, each able to speak WMI."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import xmltodict
from pypsrp.exceptions import WinRMTransportError, WSManFaultError
from pypsrp.wsman import SelectorSet, WSMan
from winrm.protocol import Protocol

from lab.client import RunningEstate

USER, PASSWORD = "COMPANY\\rollout", "Rollout-2007!"
ENUMERATION = "http://schemas.xmlsoap.org/ws/2004/09/enumeration/"
TRANSFER = "http://schemas.xmlsoap.org/ws/2004/09/transfer/"
WMI = "http://schemas.microsoft.com/wbem/wsman/1/wmi/"
WQL = "http://schemas.microsoft.com/wbem/wsman/1/WQL"
DNS = "root/MicrosoftDNS"
NS = {
    "s": "http://www.w3.org/2003/05/soap-envelope",
    "a": "http://schemas.xmlsoap.org/ws/2004/08/addressing",
    "n": "http://schemas.xmlsoap.org/ws/2004/09/enumeration",
    "f": "http://schemas.microsoft.com/wbem/wsman/1/wsmanfault",
    "w": "http://schemas.dmtf.org/wbem/wsman/1/wsman.xsd",
    "cim": "http://schemas.dmtf.org/wbem/wscim/1/common",
    "xsi": "http://www.w3.org/2001/XMLSchema-instance",
    "x": "http://schemas.xmlsoap.org/ws/2004/09/transfer",
}

Keys = Mapping[str, str]


@dataclass(frozen=True)
class Page:
    """One answer to Enumerate or Pull, as it was sent."""

    items: list[ET.Element]
    items_namespace: str
    context: str | None
    ended: bool


def local(element: ET.Element) -> str:
    return element.tag.rpartition("}")[2]


def properties(item: ET.Element) -> dict[str, Any]:
    """{name: text, None for nil, list for a repeated element}."""
    found: dict[str, Any] = {}
    for child in item:
        nil = child.get(f"{{{NS['xsi']}}}nil") == "true"
        value = None if nil else "".join(child.itertext())
        name = local(child)
        if name in found:
            found[name] = [*(found[name] if isinstance(found[name], list) else [found[name]]), value]
        else:
            found[name] = value
    return found


def keys_of(reference: ET.Element) -> dict[str, str]:
    return {one.get("Name", ""): one.text or "" for one in reference.iter(f"{{{NS['w']}}}Selector")}


class Psrp:
    """WMI through pypsrp."""

    def __init__(self, address: str, user: str = USER, password: str = PASSWORD, **options: Any) -> None:
        settings = {
            "port": 5985,
            "ssl": False,
            "auth": "ntlm",
            "encryption": "always",
            "max_envelope_size": 512000,
        } | options
        self.wsman = WSMan(address, username=user, password=password, **settings)

    def call(self, action: str, uri: str, body: ET.Element | None, keys: Keys | None = None) -> ET.Element:
        """The body's first element (the body itself when it is empty)."""
        selectors = SelectorSet() if keys else None
        for name, value in (keys or {}).items():
            selectors.add_option(name, value)
        answer = self.wsman.invoke(action, uri, body, selector_set=selectors)
        found = answer.find("s:Body", NS)
        assert found is not None
        return next(iter(found), found)

    def enumerate_page(self, query: str, namespace: str = DNS, *, mode: str = "", most: int = 32000) -> Page:
        body = ET.Element(f"{{{NS['n']}}}Enumerate")
        ET.SubElement(body, f"{{{NS['w']}}}OptimizeEnumeration")
        ET.SubElement(body, f"{{{NS['w']}}}MaxElements").text = str(most)
        if mode:
            ET.SubElement(body, f"{{{NS['w']}}}EnumerationMode").text = mode
        ET.SubElement(body, f"{{{NS['w']}}}Filter", Dialect=WQL).text = query
        return _page(self.call(ENUMERATION + "Enumerate", f"{WMI}{namespace}/*", body))

    def pull(self, context: str, namespace: str = DNS, most: int = 32000) -> Page:
        body = ET.Element(f"{{{NS['n']}}}Pull")
        ET.SubElement(body, f"{{{NS['n']}}}EnumerationContext").text = context
        ET.SubElement(body, f"{{{NS['n']}}}MaxElements").text = str(most)
        return _page(self.call(ENUMERATION + "Pull", f"{WMI}{namespace}/*", body))

    def pages(self, query: str, namespace: str = DNS, *, mode: str = "") -> list[Page]:
        found = [self.enumerate_page(query, namespace, mode=mode)]
        while found[-1].context:
            found.append(self.pull(found[-1].context, namespace))
        return found

    def query(self, query: str, namespace: str = DNS) -> list[dict[str, Any]]:
        return [properties(item) for page in self.pages(query, namespace) for item in page.items]

    def references(self, query: str, namespace: str = DNS) -> list[dict[str, str]]:
        pages = self.pages(query, namespace, mode="EnumerateEPR")
        return [keys_of(item) for page in pages for item in page.items]

    def get(self, name: str, keys: Keys | None = None, namespace: str = DNS) -> dict[str, Any]:
        return properties(self.call(TRANSFER + "Get", f"{WMI}{namespace}/{name}", None, keys))

    def put(self, name: str, keys: Keys, values: Mapping[str, Any], namespace: str = DNS) -> dict[str, Any]:
        uri = f"{WMI}{namespace}/{name}"
        return properties(self.call(TRANSFER + "Put", uri, _message(uri, name, values), keys))

    def delete(self, name: str, keys: Keys, namespace: str = DNS) -> ET.Element:
        return self.call(TRANSFER + "Delete", f"{WMI}{namespace}/{name}", None, keys)

    def invoke(
        self, name: str, method: str, values: Mapping[str, Any], keys: Keys | None = None, namespace: str = DNS
    ) -> ET.Element:
        uri = f"{WMI}{namespace}/{name}"
        return self.call(f"{uri}/{method}", uri, _message(uri, f"{method}_INPUT", values), keys)


def _message(uri: str, name: str, values: Mapping[str, Any]) -> ET.Element:
    element = ET.Element(f"{{{uri}}}{name}")
    for key, value in values.items():
        for member in value if isinstance(value, list) else [value]:
            child = ET.SubElement(element, f"{{{uri}}}{key}")
            if member is None:
                child.set(f"{{{NS['xsi']}}}nil", "true")
            else:
                child.text = str(member)
    return element


def _page(answer: ET.Element) -> Page:
    items = next((child for child in answer if local(child) == "Items"), None)
    context = answer.find("n:EnumerationContext", NS)
    return Page(
        [] if items is None else list(items),
        "" if items is None else items.tag[1:].partition("}")[0],
        None if context is None else context.text,
        any(local(child) == "EndOfSequence" for child in answer),
    )


def pywinrm(address: str, user: str = USER, password: str = PASSWORD, **options: Any) -> Protocol:
    settings = {"transport": "ntlm", "message_encryption": "always"} | options
    return Protocol(f"http://{address}:5985/wsman", username=user, password=password, proxy=None, **settings)


def pywinrm_query(protocol: Protocol, query: str, namespace: str = DNS) -> bytes:
    """The bare answer to an Enumerate."""
    envelope = protocol.build_wsman_header(ENUMERATION + "Enumerate", f"{WMI}{namespace}/*")
    envelope["env:Body"] = {
        "n:Enumerate": {
            "w:OptimizeEnumeration": None,
            "w:MaxElements": "32000",
            "w:Filter": {"@Dialect": WQL, "#text": query},
        }
    }
    return protocol.send_message(xmltodict.unparse({"env:Envelope": envelope}))


def psrp(estate: RunningEstate, host: str = "dc01", **options: Any) -> Psrp:
    return Psrp(estate.address(host), **options)


__all__ = [
    "DNS",
    "ENUMERATION",
    "NS",
    "PASSWORD",
    "TRANSFER",
    "USER",
    "WMI",
    "Page",
    "Psrp",
    "WSManFaultError",
    "WinRMTransportError",
    "keys_of",
    "local",
    "properties",
    "psrp",
    "pywinrm",
    "pywinrm_query",
]
