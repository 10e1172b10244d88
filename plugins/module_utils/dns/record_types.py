# Copyright: (c) 2026, The ucops.rollout developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The one table of record types: how each is read, written, compared and asked for. A further type is a row here.

The data of a record is an address for A and AAAA, a name for CNAME and PTR, SrvData for SRV, the text itself for TXT,
presentation text for every other type. What belongs to one server or one file format (properties, parameters) stands
there, by the type's name.
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Union

from ansible_collections.ucops.rollout.plugins.module_utils import names
from ansible_collections.ucops.rollout.plugins.module_utils.codec import to_plain, told
from ansible_collections.ucops.rollout.plugins.module_utils.errors import RolloutError
from ansible_collections.ucops.rollout.plugins.module_utils.model import SrvData

Value = Union[str, SrvData]  # noqa: UP007

_SRV_NUMBERS = ("priority", "weight", "port")
_SRV_KEYS = frozenset({*_SRV_NUMBERS, "target"})
# As people and YAML write them: no signs, blanks, underscores or digits of other scripts, and none that is endless.
_WHOLE = re.compile(r"[0-9]{1,20}")
_MOST_UINT16 = 65535


def _no_target(value: Value) -> str:
    return ""


@dataclass(frozen=True)
class RecordType:
    """What there is to know of one type.

    :param parse: a value as a plan or a person writes it, and the owner for messages; raises RolloutError.
    :param fields: the value as the fields of a zone file, names absolute with their dot.
    :param from_fields: the value from such fields; raises ValueError.
    :param from_wire: the value from dnspython's rdata; it may come from a stranger and is not checked.
    :param is_address: whether its values can be connected to.
    :param target: the name that a value points to, "" where it points to none.
    :param alone: whether no record of another type may stand at its name.
    :param leads: whether it says where a name leads; one that does not changes nothing for who looks for a server.
    """

    name: str
    parse: Callable[[Any, str], Value]
    fields: Callable[[Value], tuple[str, ...]]
    from_fields: Callable[[Sequence[str]], Value]
    from_wire: Callable[[Any], Value]
    is_address: bool = False
    target: Callable[[Value], str] = _no_target
    alone: bool = False
    leads: bool = True

    def absolute_text(self, value: Value) -> str:
        """The data as a zone file has it whatever its origin: names with their dot."""
        return " ".join(self.fields(value))

    def text(self, value: Value) -> str:
        """The data for people: names without their dot."""
        return " ".join(field.rstrip(".") or field for field in self.fields(value))


def uniform(name: str) -> str:
    """A name as a server spells it, in lower case and without the dot; not checked, since it may be anybody's."""
    return name.strip().rstrip(".").lower()


# --- addresses --------------------------------------------------------------------------------------------------------


def _address_type(name: str, version: int, read: Callable[[Any], Any]) -> RecordType:
    def parse(value: Any, owner: str) -> str:
        try:
            address = read(value if isinstance(value, str) else "")
            if getattr(address, "scope_id", None):
                raise ValueError("a scope is known to one host only")
            return str(address)
        except ValueError:
            raise RolloutError(f"{owner}: {told(value)} is no IPv{version} address") from None

    return RecordType(
        name=name,
        parse=parse,
        fields=lambda value: (str(value),),
        from_fields=lambda fields: str(read(" ".join(fields))),
        from_wire=lambda rdata: str(read(rdata.address)),
        is_address=True,
    )


# --- names ------------------------------------------------------------------------------------------------------------


def _one_name(fields: Sequence[str]) -> str:
    (name,) = fields
    return uniform(name)


def _name_type(name: str, what: str, **more: Any) -> RecordType:
    def parse(value: Any, owner: str) -> str:
        if not isinstance(value, str):
            raise RolloutError(f"{owner}: {what} leads to a name, and {told(value)} is none")
        return names.fqdn(value)

    return RecordType(
        name=name,
        parse=parse,
        fields=lambda value: (f"{value}.",),
        from_fields=_one_name,
        from_wire=lambda rdata: str(rdata.target.to_text(omit_final_dot=True)),
        **more,
    )


# --- services ---------------------------------------------------------------------------------------------------------


def _parse_service(value: Any, owner: str) -> SrvData:
    if not isinstance(value, Mapping) or not value.get("target"):
        raise RolloutError(f"{owner}: a SRV value is a mapping with priority, weight, port and target")
    refuse_unknown(value, _SRV_KEYS)
    numbers = [whole(value.get(key, 0), f"{owner}: {key}") for key in _SRV_NUMBERS]
    if any(number > _MOST_UINT16 for number in numbers) or numbers[2] == 0:
        raise RolloutError(f"{owner}: priority, weight and port {numbers} do not fit into 16 bits, or port is 0")
    priority, weight, port = numbers
    return SrvData(priority, weight, port, names.fqdn(value["target"]))


def whole(value: Any, what: str) -> int:
    """A number from 0 on, also one in text, as templates give it; raises RolloutError."""
    if isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 10**20:
        return int(value)
    if isinstance(value, str) and _WHOLE.fullmatch(value):
        return int(value)
    raise RolloutError(f"{what} is {told(value)}, not a number from 0 on")


def refuse_unknown(item: Mapping[Any, Any], known: frozenset[str]) -> None:
    """Raise RolloutError for a key that nobody would look at."""
    unknown = [key for key in item if key not in known]
    if unknown:
        raise RolloutError(f"unknown key {told(unknown[0])}", mend=f"Known are {', '.join(sorted(known))}")


def _service(value: Value) -> SrvData:
    if not isinstance(value, SrvData):
        raise ValueError(f"{value!r} is no data of a SRV record")
    return value


def _service_fields(value: Value) -> tuple[str, ...]:
    data = _service(value)
    return (str(data.priority), str(data.weight), str(data.port), f"{data.target}.")


def _service_from_fields(fields: Sequence[str]) -> SrvData:
    *texts, target = fields
    if len(texts) != len(_SRV_NUMBERS) or not all(_WHOLE.fullmatch(one) for one in texts):
        raise ValueError(f"{fields!r} is no data of a SRV record")
    priority, weight, port = map(int, texts)
    if max(priority, weight, port) > _MOST_UINT16:
        raise ValueError(f"{fields!r} does not fit into 16 bits")
    return SrvData(priority, weight, port, uniform(target))


def _service_from_wire(rdata: Any) -> SrvData:
    return SrvData(rdata.priority, rdata.weight, rdata.port, rdata.target.to_text(omit_final_dot=True))


_SERVICE = RecordType(
    name="SRV",
    parse=_parse_service,
    fields=_service_fields,
    from_fields=_service_from_fields,
    from_wire=_service_from_wire,
    target=lambda value: _service(value).target,
)

# --- texts ------------------------------------------------------------------------------------------------------------

# A character string holds so many bytes; a longer text is several of them, read as one.
MOST_TEXT_BYTES = 255
_STRING = re.compile(r'"((?:[^"\\]|\\.)*)"|([^\s"]+)', re.DOTALL)
_ESCAPE = re.compile(r"\\(\d{3}|.)", re.DOTALL)


def _parse_text(value: Any, owner: str) -> str:
    if not isinstance(value, str) or not value:
        raise RolloutError(f"{owner}: a TXT value is a text, and {told(value)} is none")
    if len(value.encode("utf-8", "replace")) > 16 * MOST_TEXT_BYTES:
        raise RolloutError(f"{owner}: a TXT value of more than {16 * MOST_TEXT_BYTES} bytes")
    if any(ord(letter) < 32 or 0x7F <= ord(letter) < 0xA0 or 0xD800 <= ord(letter) < 0xE000 for letter in value):
        raise RolloutError(f"{owner}: {told(value)} holds a control character")
    return value


def _text_fields(value: Value) -> tuple[str, ...]:
    data = str(value).encode()
    pieces = [data[at : at + MOST_TEXT_BYTES] for at in range(0, len(data), MOST_TEXT_BYTES)]
    return tuple('"' + "".join(map(_escaped, piece)) + '"' for piece in pieces)


def _escaped(byte: int) -> str:
    letter = chr(byte)
    if letter in '"\\':
        return f"\\{letter}"
    return letter if 32 <= byte < 127 else f"\\{byte:03d}"


def _text_from_fields(fields: Sequence[str]) -> str:
    """Of the presentation form, whatever its blanks were split at."""
    strings = [quoted or bare for quoted, bare in _STRING.findall(" ".join(fields))]
    data = b"".join(_unescaped(one) for one in strings)
    return data.decode("utf-8", "backslashreplace")


def _unescaped(text: str) -> bytes:
    def byte(found: re.Match[str]) -> str:
        code = found[1]
        return chr(int(code) % 256) if len(code) == 3 else code

    if text.isascii():
        return _ESCAPE.sub(byte, text).encode("latin-1")
    return _ESCAPE.sub(r"\1", text).encode("utf-8", "replace")


_TEXT = RecordType(
    name="TXT",
    parse=_parse_text,
    fields=_text_fields,
    from_fields=_text_from_fields,
    from_wire=lambda rdata: b"".join(rdata.strings).decode("utf-8", "backslashreplace"),
    leads=False,
)

# --- the table --------------------------------------------------------------------------------------------------------

RECORD_TYPES: dict[str, RecordType] = {
    row.name: row
    for row in (
        _address_type("A", 4, ipaddress.IPv4Address),
        _address_type("AAAA", 6, ipaddress.IPv6Address),
        _name_type("CNAME", "an alias", target=str, alone=True),
        _SERVICE,
        _TEXT,
        _name_type("PTR", "a pointer", leads=False),
    )
}


def record_type(name: Any, *, owner: str) -> RecordType:
    """The row of a type; raises RolloutError for one that is none of ours."""
    found = RECORD_TYPES.get(name.upper()) if isinstance(name, str) else None
    if found is None:
        supported = ", ".join(RECORD_TYPES)
        raise RolloutError(f"{owner}: records of type {told(name)} are not supported", mend=f"Supported: {supported}")
    return found


def read_fields(name: str, fields: Sequence[str]) -> Value:
    """The value of a record that a server holds, of any type: presentation text where the type is none of ours."""
    row = RECORD_TYPES.get(name)
    return row.from_fields(fields) if row else " ".join(fields)


def value_text(name: str, value: Value) -> str:
    """The data of a record for people, of any type."""
    row = RECORD_TYPES.get(name)
    return row.text(value) if row else str(value)


def value_data(value: Value) -> Any:
    """The data of a record as the plan writes it."""
    return to_plain(value)
