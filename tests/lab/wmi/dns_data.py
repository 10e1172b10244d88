# Copyright: (c) 2026, The ucops.rollout developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The data of DNS records as properties of WMI, and back into their presentation form."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from typing import Any

from lab.dns import store as dns_store
from lab.wmi.model import Value


def same(there: Value, given: Value) -> bool:
    """NULL and an empty array are one; names compare without regard to case and final dot."""
    if isinstance(there, str) and isinstance(given, str):
        return there.casefold().rstrip(".") == given.casefold().rstrip(".")
    if isinstance(there, list) or there is None:
        return bool((there or None) == (given or None))
    return bool(there == given)


def _text(values: Iterable[bytes]) -> str:
    return b"".join(values).decode("utf-8", "replace")


# How each type's properties are read from its data, in their order.
FIELDS: dict[str, Callable[[Any], list[Value]]] = {
    "A": lambda data: [data.address],
    "AAAA": lambda data: [data.address],
    "CNAME": lambda data: [data.target.to_text()],
    "MX": lambda data: [data.preference, data.exchange.to_text()],
    "NS": lambda data: [data.target.to_text()],
    "PTR": lambda data: [data.target.to_text()],
    "SOA": lambda data: [
        data.serial,
        data.mname.to_text(),
        data.rname.to_text(),
        data.refresh,
        data.retry,
        data.expire,
        data.minimum,
    ],
    "SRV": lambda data: [data.priority, data.weight, data.port, data.target.to_text()],
    "TXT": lambda data: [_text(data.strings)],
}


def presentation(kind: str, values: list[Value]) -> str:
    """The presentation form of data given as properties; SOA's fields come in WMI's order. Raises DnsError."""
    if kind == "TXT":
        return _quoted(values[0])
    if kind == "SOA":
        values = [values[1], values[2], values[0], *values[3:]]
    texts = [str(value) for value in values]
    if any(re.search(r"[\s\"();]", text) or not text for text in texts):
        raise dns_store.refused("INVALID_NAME_CHAR")
    return " ".join(texts)


def _quoted(text: str) -> str:
    """Strings of at most 255 bytes each."""
    data = text.encode("utf-8")
    pieces = [data[at : at + 255] for at in range(0, len(data), 255)] or [b""]
    return " ".join('"' + "".join(_escaped(byte) for byte in piece) + '"' for piece in pieces)


def _escaped(byte: int) -> str:
    return chr(byte) if 32 <= byte < 127 and byte not in b'"\\' else f"\\{byte:03d}"
