# Copyright: (c) 2026, The ucops.rollout developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Security descriptors as text (SDDL, MS-DTYP 2.5.1) and as bytes (2.4.6), and who they let in (2.5.3.2)."""

from __future__ import annotations

import re
import struct
from collections.abc import Iterator, Mapping, Sequence, Set
from dataclasses import dataclass, replace

GENERIC_ALL, GENERIC_EXECUTE, GENERIC_WRITE, GENERIC_READ = 0x10000000, 0x20000000, 0x40000000, 0x80000000

_ALIASES = {
    "BA": "S-1-5-32-544", "BU": "S-1-5-32-545", "RM": "S-1-5-32-580", "AU": "S-1-5-11", "WD": "S-1-1-0",
    "IU": "S-1-5-4", "NU": "S-1-5-2", "NS": "S-1-5-20", "LS": "S-1-5-19", "SY": "S-1-5-18", "CO": "S-1-3-0",
}  # fmt: skip
_NAMES = {sid: name for name, sid in _ALIASES.items()}
_RIGHTS = {
    "CC": 0x1, "DC": 0x2, "LC": 0x4, "SW": 0x8, "RP": 0x10, "WP": 0x20, "DT": 0x40, "LO": 0x80, "CR": 0x100,
    "SD": 0x10000, "RC": 0x20000, "WD": 0x40000, "WO": 0x80000,
    "GA": GENERIC_ALL, "GX": GENERIC_EXECUTE, "GW": GENERIC_WRITE, "GR": GENERIC_READ,
}  # fmt: skip
_FLAGS = {"OI": 1, "CI": 2, "NP": 4, "IO": 8, "ID": 16, "SA": 64, "FA": 128}
# Of the list that lets in, and of the one for auditing.
_KINDS, _AUDITED = {"A": 0, "D": 1}, {"AU": 2}
_NUMBERS = {**_KINDS, **_AUDITED}
_SID = r"S-1-[\d-]+|[A-Z]{2}"
_LIST = r"(?:{letter}:(?P<{letter}_head>[A-Z]*)(?P<{letter}_list>(?:\([^()]*\))*))?"
_WHOLE = re.compile(rf"O:(?P<owner>{_SID})G:(?P<group>{_SID})" + _LIST.format(letter="D") + _LIST.format(letter="S"))
_SELF_RELATIVE, _DACL_PRESENT, _DACL_PROTECTED = 0x8000, 0x0004, 0x1000
_SACL_PRESENT, _SACL_PROTECTED = 0x0010, 0x2000


class BadDescriptor(ValueError):
    """No security descriptor, or one with parts that are not modelled."""


@dataclass(frozen=True)
class Entry:
    """An access control entry: `kind` A, D or AU; `flags` of inheritance and auditing, `mask` of rights, whose SID."""

    kind: str
    flags: int
    mask: int
    sid: str

    @property
    def text(self) -> str:
        flags = "".join(name for name, bit in _FLAGS.items() if self.flags & bit)
        return f"({self.kind};{flags};{_shown_mask(self.mask)};;;{_NAMES.get(self.sid, self.sid)})"


@dataclass(frozen=True)
class Descriptor:
    """Owner, group and the entries in their order; ``audited`` is the list for auditing, which lets nobody in."""

    owner: str
    group: str
    entries: tuple[Entry, ...] = ()
    protected: bool = False
    audited: tuple[Entry, ...] = ()
    audit_protected: bool = False

    @classmethod
    def of(cls, text: str) -> Descriptor:
        """From SDDL. Raises BadDescriptor."""
        found = _WHOLE.fullmatch(text.strip())
        if found is None:
            raise BadDescriptor(text)
        lists = (_entries(found["D_list"], _KINDS), _entries(found["S_list"], _AUDITED))
        protected, audit_protected = ("P" in (found[name] or "") for name in ("D_head", "S_head"))
        return cls(_sid(found["owner"]), _sid(found["group"]), lists[0], protected, lists[1], audit_protected)

    @property
    def text(self) -> str:
        """As SDDL."""
        owner, group = (_NAMES.get(one, one) for one in (self.owner, self.group))
        held = f"O:{owner}G:{group}D:{'P' if self.protected else ''}{''.join(one.text for one in self.entries)}"
        if not self.audited:
            return held
        return f"{held}S:{'P' if self.audit_protected else ''}{''.join(one.text for one in self.audited)}"

    def allows(self, sids: Set[str], wanted: int) -> bool:
        """Whether one with these SIDs has all the wanted rights: the first entry that speaks of a right decides."""
        left = wanted
        for one in self.entries:
            if one.sid not in sids or one.flags & _FLAGS["IO"]:
                continue
            mask = 0xFFFFFFFF if one.mask & GENERIC_ALL else one.mask
            if one.kind == "D" and mask & left:
                return False
            left &= ~mask if one.kind == "A" else left
            if not left:
                return True
        return not left

    def holders(self, wanted: int) -> Iterator[str]:
        """The SIDs that an entry gives all the wanted rights."""
        yield from (one.sid for one in self.entries if one.kind == "A" and one.mask & wanted == wanted)

    def with_entry(self, entry: Entry) -> Descriptor:
        return replace(self, entries=(*self.entries, entry))

    def to_bytes(self) -> bytes:
        """Self-relative."""
        owner, group = _sid_bytes(self.owner), _sid_bytes(self.group)
        acl, audit = _list_bytes(self.entries), _list_bytes(self.audited) if self.audited else b""
        control = _SELF_RELATIVE | _DACL_PRESENT | (_DACL_PROTECTED if self.protected else 0)
        control |= (_SACL_PRESENT if audit else 0) | (_SACL_PROTECTED if audit and self.audit_protected else 0)
        begin = 20 + len(owner) + len(group)
        places = (20, 20 + len(owner), begin + len(acl) if audit else 0, begin)
        return struct.pack("<BBHIIII", 1, 0, control, *places) + owner + group + acl + audit

    @classmethod
    def from_bytes(cls, data: bytes) -> Descriptor:
        """Raises BadDescriptor."""
        try:
            _revision, _zero, control, owner, group, sacl, dacl = struct.unpack_from("<BBHIIII", data)
            entries = tuple(_read_entries(data, dacl, _KINDS)) if dacl else ()
            audited = tuple(_read_entries(data, sacl, _AUDITED)) if sacl else ()
            protected = (bool(control & bit) for bit in (_DACL_PROTECTED, _SACL_PROTECTED))
            return cls(
                _read_sid(data, owner), _read_sid(data, group), entries, next(protected), audited, next(protected)
            )
        except (struct.error, IndexError) as error:
            raise BadDescriptor("bytes that are no security descriptor") from error


def _sid(text: str) -> str:
    if text not in _ALIASES and not text.startswith("S-1-"):
        raise BadDescriptor(text)
    return _ALIASES.get(text, text)


def _entries(listed: str | None, kinds: Mapping[str, int]) -> tuple[Entry, ...]:
    return tuple(_entry(one, kinds) for one in re.findall(r"\(([^()]*)\)", listed or ""))


def _entry(text: str, kinds: Mapping[str, int]) -> Entry:
    parts = text.split(";")
    if len(parts) != 6 or parts[0] not in kinds or parts[3] or parts[4]:
        raise BadDescriptor(f"({text})")
    flags = sum(_FLAGS[one] for one in re.findall("..", parts[1]) if one in _FLAGS)
    return Entry(parts[0], flags, _mask(parts[2]), _sid(parts[5]))


def _mask(text: str) -> int:
    if text.lower().startswith("0x"):
        return int(text, 16)
    pairs = re.findall("..", text)
    if "".join(pairs) != text or any(one not in _RIGHTS for one in pairs):
        raise BadDescriptor(text)
    return sum(_RIGHTS[one] for one in set(pairs))


def _shown_mask(mask: int) -> str:
    """Letters where they say all of it, else a number."""
    names = [name for name, bit in _RIGHTS.items() if mask & bit]
    return "".join(names) if sum(_RIGHTS[name] for name in names) == mask else f"0x{mask:x}"


def _sid_bytes(sid: str) -> bytes:
    _s, _revision, authority, *parts = sid.split("-")
    return struct.pack(
        f"<BB6s{len(parts)}I", 1, len(parts), int(authority).to_bytes(6, "big"), *(int(one) for one in parts)
    )


def _read_sid(data: bytes, at: int) -> str:
    count = data[at + 1]
    parts = struct.unpack_from(f"<{count}I", data, at + 8)
    return "-".join(["S-1", str(int.from_bytes(data[at + 2 : at + 8], "big")), *map(str, parts)])


def _list_bytes(entries: Sequence[Entry]) -> bytes:
    body = b"".join(_entry_bytes(one) for one in entries)
    return struct.pack("<BBHHH", 2, 0, 8 + len(body), len(entries), 0) + body


def _entry_bytes(entry: Entry) -> bytes:
    sid = _sid_bytes(entry.sid)
    return struct.pack("<BBHI", _NUMBERS[entry.kind], entry.flags, 8 + len(sid), entry.mask) + sid


def _read_entries(data: bytes, at: int, known: Mapping[str, int]) -> Iterator[Entry]:
    count = struct.unpack_from("<BBHHH", data, at)[3]
    kinds = {number: name for name, number in known.items()}
    at += 8
    for _number in range(count):
        kind, flags, size, mask = struct.unpack_from("<BBHI", data, at)
        if kind not in kinds:
            raise BadDescriptor(f"an entry of type {kind}")
        yield Entry(kinds[kind], flags, mask, _read_sid(data, at + 8))
        at += size
