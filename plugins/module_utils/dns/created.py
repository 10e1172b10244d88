# Copyright: (c) 2026, The ucops.rollout developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Which records of a zone this collection created: TXT records at one name of the zone itself say so. Pure.

So it survives the controller, goes with the zone to its other servers, and is seen in any DNS console. Each text is
``ucops.rollout/1/<rollout>,<type>/<owner>/<data>,...``: of ASCII, without blanks, in one character string. An entry
``TTL/<seconds>`` is a TTL that the server made of a lower one.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

from ansible_collections.ucops.rollout.plugins.module_utils import names
from ansible_collections.ucops.rollout.plugins.module_utils.codec import told
from ansible_collections.ucops.rollout.plugins.module_utils.dns.port import FoundRecord
from ansible_collections.ucops.rollout.plugins.module_utils.dns.record_types import (
    MOST_TEXT_BYTES,
    RECORD_TYPES,
    Value,
)
from ansible_collections.ucops.rollout.plugins.module_utils.errors import RolloutError

LABEL = "_ucops-rollout"
KIND = "TXT"
DEFAULT_ROLLOUT = "default"
TTL = 3600

_FORM = "ucops.rollout/1"
_ROLLOUT = re.compile(r"[a-z0-9](?:[a-z0-9.-]{0,61}[a-z0-9])?")
# What every program takes as it is: before Windows Server 2012 one removes the texts.
_PLAIN = re.compile(r"[A-Za-z0-9_./:=+@-]+")
_MOST_ENTRY = 160
_HASHED = "~"
_KEPT = "TTL/"


def owner_of(zone: str) -> str:
    """The name at which a zone keeps them."""
    return f"{LABEL}.{zone}"


def checked_rollout(name: str) -> str:
    """The name by which one rollout's records are told from another's; raises RolloutError."""
    if not _ROLLOUT.fullmatch(name):
        raise RolloutError(
            f"{told(name)} cannot name a rollout",
            mend="Give lower-case letters, digits, dots and hyphens, at most 63, such as the pool's name",
        )
    return name


def entry(zone: str, owner: str, kind: str, value: Value) -> str:
    """One record in short, such as ``SRV/_sip._tls/0/0/443/sip.company.com``; a long one as its hash."""
    row = RECORD_TYPES.get(kind)
    data = row.fields(value) if row else (str(value),)
    name = names.owner_in(owner, zone)
    text = "/".join((kind, name, *(part.rstrip(".") for part in data)))
    if len(text) <= _MOST_ENTRY and _PLAIN.fullmatch(text):
        return text
    digest = hashlib.sha256(text.encode()).hexdigest()[:32]
    return f"{kind}/{name}/{_HASHED}{digest}" if len(name) + 40 < _MOST_ENTRY else f"{kind}/{_HASHED}{digest}"


def entry_of(record: FoundRecord) -> str:
    return entry(record.zone, record.owner, record.type, record.value)


def kept_ttl(ttl: int) -> str:
    """The entry that says that the server made this TTL of a lower one."""
    return f"{_KEPT}{ttl}"


@dataclass(frozen=True)
class Created:
    """What one zone says that a rollout created. ``texts``: each TXT value of it, with its entries."""

    rollout: str = DEFAULT_ROLLOUT
    texts: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    @cached_property
    def entries(self) -> frozenset[str]:
        return frozenset(one for entries in self.texts.values() for one in entries)

    @cached_property
    def kept_ttls(self) -> frozenset[int]:
        """The TTLs that the server made of lower ones."""
        found = (one.removeprefix(_KEPT) for one in self.entries if one.startswith(_KEPT))
        return frozenset(int(one) for one in found if one.isascii() and one.isdigit())

    def has(self, record: FoundRecord) -> bool:
        return entry_of(record) in self.entries

    def owners(self, zone: str) -> frozenset[str]:
        """The full names of what it lists, as far as it gives names."""
        return frozenset(self.named(zone).values())

    def named(self, zone: str) -> dict[str, str]:
        """The entries that give a name, each with the full name."""
        return {one: name for one in self.entries if (name := _owner(zone, one))}

    def later(self, new: Iterable[str], gone: Iterable[str]) -> Created:
        """What it will be once these are added, and those removed."""
        texts = {**self.texts, **{text: _entries(self.rollout, text) for text in self.joined(new)}}
        more, less = Created(self.rollout, texts).left(gone)
        kept = {text: entries for text, entries in texts.items() if text not in less}
        return Created(self.rollout, {**kept, **{text: _entries(self.rollout, text) for text in more}})

    def joined(self, new: Iterable[str]) -> tuple[str, ...]:
        """The texts to be added so that it lists these entries, too."""
        return _texts(self.rollout, sorted(set(new) - self.entries))

    def left(self, gone: Iterable[str]) -> tuple[tuple[str, ...], tuple[str, ...]]:
        """The texts to be added, and then those to be removed, so that it lists these entries no longer."""
        out = frozenset(gone)
        if out and all(one.startswith(_KEPT) for one in self.entries - out):
            out |= self.entries
        touched = {text: entries for text, entries in self.texts.items() if out & set(entries)}
        elsewhere = {one for text, entries in self.texts.items() if text not in touched for one in entries}
        kept = {one for entries in touched.values() for one in entries} - out - elsewhere
        return _texts(self.rollout, sorted(kept)), tuple(touched)


def _owner(zone: str, text: str) -> str:
    """The full name that an entry gives, or none."""
    parts = text.split("/")
    if len(parts) < 3:
        return ""
    return names.in_zone(parts[1], zone)


def read(records: Iterable[FoundRecord], rollout: str) -> Created:
    """What a zone's records at ``owner_of`` say of one rollout.

    One with a time stamp came by dynamic update, which in many domains anybody may send: it is not believed.
    """
    head = _head(rollout)
    texts = {
        str(record.value): _entries(rollout, str(record.value))
        for record in records
        if record.type == KIND and not record.dynamic and str(record.value).startswith(head)
    }
    return Created(rollout, texts)


def rollouts(records: Iterable[FoundRecord]) -> dict[str, Created]:
    """What a zone's records at ``owner_of`` say of each rollout, by its name."""
    held = list(records)
    found = {str(one.value).split(",", 1)[0].removeprefix(f"{_FORM}/") for one in held if _is_memory(one)}
    return {name: read(held, name) for name in sorted(found)}


def _is_memory(record: FoundRecord) -> bool:
    return record.type == KIND and str(record.value).startswith(f"{_FORM}/") and "," in str(record.value)


def _head(rollout: str) -> str:
    return f"{_FORM}/{rollout},"


def _entries(rollout: str, text: str) -> tuple[str, ...]:
    return tuple(text[len(_head(rollout)) :].split(","))


def _texts(rollout: str, entries: Sequence[str]) -> tuple[str, ...]:
    """As few as hold them all, each in one character string."""
    head, done, held = _head(rollout), [], ""
    for one in entries:
        longer = f"{held},{one}" if held else f"{head}{one}"
        if len(longer) > MOST_TEXT_BYTES:
            done.append(held)
            longer = f"{head}{one}"
        held = longer
    return (*done, held) if held else ()
