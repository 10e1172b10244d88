# Copyright: (c) 2026, The ucops.rollout developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Envelopes of WS-Management (DSP0226, MS-WSMV) in xmltodict's form, and their text."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from ansible_collections.ucops.rollout.plugins.plugin_utils.winrm.soap import serialise, without_unused_prefixes

# What Windows 2012 and later send at once, unless told otherwise; older ones send 150 kB whatever is asked for.
ENVELOPE_BYTES = 512000
# Windows looks at the path of the HTTP request alone, and so do all clients send what they like here.
_TO = "http://windows-host:5985/wsman"
_ANONYMOUS = "http://schemas.xmlsoap.org/ws/2004/08/addressing/role/anonymous"
_NAMESPACES = {
    "xsi": "http://www.w3.org/2001/XMLSchema-instance",
    "env": "http://www.w3.org/2003/05/soap-envelope",
    "a": "http://schemas.xmlsoap.org/ws/2004/08/addressing",
    "n": "http://schemas.xmlsoap.org/ws/2004/09/enumeration",
    "w": "http://schemas.dmtf.org/wbem/wsman/1/wsman.xsd",
    "p": "http://schemas.microsoft.com/wbem/wsman/1/wsman.xsd",
    "rsp": "http://schemas.microsoft.com/wbem/wsman/1/windows/shell",
}
_UNDERSTAND = {"@mustUnderstand": "true"}

Pairs = Sequence[tuple[str, str]]


def envelope(
    action: str,
    resource_uri: str,
    body: Mapping[str, Any],
    *,
    message_id: str,
    timeout: int,
    selectors: Pairs = (),
    options: Pairs = (),
) -> str:
    """The text of one message.

    :param body: the content of env:Body in xmltodict's form.
    :param timeout: seconds that the service may take.
    :raises IllegalText: where a value holds what XML cannot carry.
    """
    # In what form data comes is WMI's business, and a program's: no client of Windows has to say it (DataLocale).
    header: dict[str, Any] = {
        "a:To": _TO,
        "a:ReplyTo": {"a:Address": {**_UNDERSTAND, "#text": _ANONYMOUS}},
        "w:MaxEnvelopeSize": {**_UNDERSTAND, "#text": str(ENVELOPE_BYTES)},
        "a:MessageID": f"uuid:{message_id}",
        "w:Locale": {"@mustUnderstand": "false", "@xml:lang": "en-US"},
        "w:OperationTimeout": f"PT{timeout}S",
        "w:ResourceURI": {**_UNDERSTAND, "#text": resource_uri},
        "a:Action": {**_UNDERSTAND, "#text": action},
    }
    if selectors:
        header["w:SelectorSet"] = selector_set(selectors)
    if options:
        header["w:OptionSet"] = {"w:Option": [{"@Name": key, "#text": value} for key, value in options]}
    declared = {f"@xmlns:{prefix}": uri for prefix, uri in _NAMESPACES.items()}
    whole = {**declared, "env:Header": header, "env:Body": dict(body)}
    return without_unused_prefixes(serialise({"env:Envelope": whole}))


def selector_set(selectors: Pairs) -> dict[str, Any]:
    """A w:SelectorSet in xmltodict's form."""
    return {"w:Selector": [{"@Name": name, "#text": value} for name, value in selectors]}
