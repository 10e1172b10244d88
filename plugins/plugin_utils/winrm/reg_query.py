# Copyright: (c) 2026, The ucops.rollout developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The registry through reg.exe: many keys with one command, a byte of a certificate as two digits.

StdRegProv costs a request and some 25 bytes of XML for each byte. Of what reg prints, key paths, names and types of
values are in no language. What is not plain there is asked of StdRegProv: text beyond ASCII, a line that can be read in
two ways, and whether a key that reg does not show is absent or denied. Where reg itself is stopped, all of it is.
"""

from __future__ import annotations

import re
import secrets
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any, NamedTuple, Protocol

from ansible_collections.ucops.rollout.plugins.module_utils.windows.codes import as_said
from ansible_collections.ucops.rollout.plugins.plugin_utils.controller.notes import Note
from ansible_collections.ucops.rollout.plugins.plugin_utils.winrm.programs import ProgramTimeout, WinrsPrograms
from ansible_collections.ucops.rollout.plugins.plugin_utils.winrm.programs_port import ProgramResult
from ansible_collections.ucops.rollout.plugins.plugin_utils.winrm.quoting import CannotQuote, command_line
from ansible_collections.ucops.rollout.plugins.plugin_utils.winrm.registry import WmiRegistry
from ansible_collections.ucops.rollout.plugins.plugin_utils.winrm.registry_port import (
    BINARY,
    NUMBER,
    STRING,
    STRINGS,
    Branch,
    KeyContent,
)
from ansible_collections.ucops.rollout.plugins.plugin_utils.winrm.steps import run_steps
from ansible_collections.ucops.rollout.plugins.plugin_utils.winrm.wmi_port import Wmi

# In every line, to see that reg works; both stay what they are, and are in no language.
_WINDOWS = "SOFTWARE\\Microsoft\\Windows NT\\CurrentVersion"
_LASTING = ("SystemRoot", "CurrentVersion")
_ROOT = "HKEY_LOCAL_MACHINE\\"
# Up to Windows 2003 the first line names the program's version, and tabs stand between the parts of a value.
_VERSION = "! REG.EXE"
_BETWEEN = "(?:    |\t)"
_VALUE = re.compile(rf"    (.*?){_BETWEEN}(REG_[A-Z_]+)(?:{_BETWEEN}(.*))?")
_SECOND = re.compile(rf"{_BETWEEN}REG_[A-Z]")
# What every code page has. One that lacks a character prints a question mark for it.
_PLAIN = re.compile("[ ->@-~]*")
_REQUESTS_OF_A_COMMAND = 3
# Keys that mean nothing to cmd, and words of ours that tell where the names below one begin, and that they are all.
_BARE = re.compile(r"[A-Za-z0-9.\\]+")
_NEXT, _COMPLETE = "-", "/"
_WORD = 16  # hexadecimal digits
STOPPED = (
    "reg query is stopped on this host ({told}), by security software or by the policy that forbids registry tools. For"
    " the rest of this run the registry is read value by value, which takes far longer"
)


class _Unclear(Exception):
    """What reg printed does not say for sure what is there."""


@dataclass
class Listing:
    """What one query showed. Keys by their path below the one asked for, "" for itself; names as they were printed.

    ``values``: by key and folded name, the type and the text of its data.
    """

    keys: dict[str, str] = field(default_factory=dict)
    values: dict[tuple[str, str], tuple[str, str]] = field(default_factory=dict)

    def below(self) -> list[str]:
        """Names of the keys directly below, which may be shown by what is below them alone; raises _Unclear where one
        cannot be read for sure."""
        names = {path.partition("\\")[0]: shown.partition("\\")[0] for path, shown in self.keys.items() if path}
        if not all(map(_PLAIN.fullmatch, names.values())):
            raise _Unclear
        return list(names.values())


def parse_listing(printed: bytes, key: str, *, deep: bool) -> Listing:
    """What ``reg query`` printed for a key, with ``deep`` for all below it; raises _Unclear where a line is neither of
    a key nor of a value."""
    top = (_ROOT + key).casefold()
    listing, current = Listing(), None
    lines = [line.rstrip("\r") for line in printed.decode("utf-8", errors="replace").rstrip().split("\n")]
    if deep and len(lines) > 1 and not lines[-2] and not lines[-1].startswith((" ", _ROOT)):
        lines.pop()  # a sentence that counts what was found
    for line in lines:
        folded = line.rstrip(" \t").casefold()
        if folded == top or folded.startswith(top + "\\"):
            current = folded[len(top) + 1 :]
            listing.keys[current] = line.rstrip(" \t")[len(top) + 1 :]
        elif line.startswith("    ") and current is not None:
            _take_value(listing, current, line)
        elif line.strip() and not line.startswith(_VERSION):
            raise _Unclear
    return listing


def _take_value(listing: Listing, key: str, line: str) -> None:
    found = _VALUE.fullmatch(line)
    if found is None or len(_SECOND.findall(line)) > 1:
        raise _Unclear
    name, kind, data = found.groups()
    if (key, name.casefold()) in listing.values:
        raise _Unclear
    listing.values[key, name.casefold()] = (kind, data or "")


def _binary(kind: str, data: str) -> bytes:
    if kind != "REG_BINARY" or not re.fullmatch("(?:[0-9A-Fa-f]{2})*", data):
        raise _Unclear
    return bytes.fromhex(data)


def _string(kind: str, data: str) -> str:
    if kind not in ("REG_SZ", "REG_EXPAND_SZ") or not _PLAIN.fullmatch(data):
        raise _Unclear
    return data


def _strings(kind: str, data: str) -> tuple[str, ...]:
    r"""Texts with \0 between them, and behind the last one on older hosts."""
    texts = data.split("\\0")
    while texts and not texts[-1]:
        texts.pop()
    if kind != "REG_MULTI_SZ" or not all(re.fullmatch(r"[A-Za-z0-9 ._-]+", text) for text in texts):
        raise _Unclear
    return tuple(texts)


def _number(kind: str, data: str) -> int:
    if kind != "REG_DWORD" or not re.fullmatch("0x[0-9A-Fa-f]{1,8}", data):
        raise _Unclear
    return int(data, 16)


_TYPED: dict[str, Callable[[str, str], Any]] = {
    BINARY: _binary, STRING: _string, STRINGS: _strings, NUMBER: _number,
}  # fmt: skip


class Along(Protocol):
    """Steps that go along with the first line, and what is to be told what they came to."""

    def lines(self) -> Sequence[str]: ...

    def take(self, results: Sequence[ProgramResult]) -> None: ...


class QueriedRegistry(WmiRegistry):
    """HKEY_LOCAL_MACHINE by reg query where many keys are asked for, by StdRegProv else."""

    def __init__(self, wmi: Wmi, programs: WinrsPrograms, *, name: str = "", stopped: Note | None = None) -> None:
        """:param stopped: left once reg query was seen not to work on this host; it is not tried again."""
        super().__init__(wmi)
        self._programs = programs
        self._name = name
        self._stopped = stopped or Note()
        self._notice = ""
        self._lasting: dict[str, str] = {}
        self._bases: dict[str, bool] = {}
        self._along: Along | None = None

    def let_along(self, along: Along) -> None:
        """Whose steps go along with the next line."""
        self._along = along

    @property
    def notice(self) -> str:
        return self._notice

    def string(self, key: str, name: str) -> str | None:
        return self._lasting.get(name) if key == _WINDOWS and name in self._lasting else super().string(key, name)

    def branches(self, asked: Sequence[Branch]) -> tuple[KeyContent | None, ...]:
        if self._stopped.left or _is_little(asked):
            return super().branches(asked)
        try:
            lines = _lines(asked)
            along = self._along.lines() if self._along else ()
            results = run_steps(self._programs, [*lines, *along], doing="reg query", where=self._name, timeout=120.0)
        except CannotQuote:
            return super().branches(asked)
        except ProgramTimeout as error:
            self._give_up(str(error))
            return super().branches(asked)
        contents = self.contents(asked, results[: len(lines)])
        if self._along:
            self._along.take(results[len(lines) :])
        return contents

    def lines(self, asked: Sequence[Branch]) -> tuple[str, ...]:
        try:
            return () if self._stopped.left or _is_little(asked) else _lines(asked)
        except CannotQuote:
            return ()

    def contents(self, asked: Sequence[Branch], results: Sequence[ProgramResult]) -> tuple[KeyContent | None, ...]:
        lasting, *shown = results
        if not self._lasts(lasting):
            self._give_up(f"it said: {as_said(lasting.text, 200) or 'nothing'}")
            return super().branches(asked)
        seen = _seen(_reading(asked), shown)
        return tuple(self._content(one, seen) for one in asked)

    def _lasts(self, result: ProgramResult) -> bool:
        """Whether reg showed the values that every Windows has."""
        try:
            found = parse_listing(result.stdout, _WINDOWS, deep=False).values
            self._lasting |= {name: _string(*found["", name.casefold()]) for name in _LASTING}
        except (_Unclear, KeyError):
            return False
        return result.exit_code == 0

    def _give_up(self, told: str) -> None:
        self._stopped.leave()
        self._notice = STOPPED.format(told=told)

    def _content(self, asked: Branch, seen: Mapping[tuple[str, bool], _RegAnswer]) -> KeyContent | None:
        shown = seen[asked.key.casefold(), bool(asked.below)]
        try:
            if shown.there:
                return _content_of(asked, shown.listing())
            if _is_absent(asked, seen) or self._lacks(asked, seen):
                return None
        except _Unclear:
            pass
        return self.branch(asked)

    def _lacks(self, asked: Branch, seen: Mapping[tuple[str, bool], _RegAnswer]) -> bool:
        """Whether the host has not even the base, which is asked for once."""
        base = asked.above[-1] if asked.above else ""
        if not base or seen[base.casefold(), False].there:
            return False
        if base not in self._bases:
            self._bases[base] = self.subkeys(base) is not None
        return not self._bases[base]


def _is_little(asked: Sequence[Branch]) -> bool:
    """Whether StdRegProv answers it with no more requests than a command takes, and none of them large."""
    calls = sum(1 + len(one.values) for one in asked)
    large = any(one.below or any(kind == BINARY for _name, kind in one.values) for one in asked)
    return calls <= _REQUESTS_OF_A_COMMAND and not large


@dataclass(frozen=True)
class _RegAnswer:
    """What one query came to. ``there``: whether reg showed the key; ``listing`` raises _Unclear."""

    there: bool
    listing: Callable[[], Listing]


class _RegStep(NamedTuple):
    """A step of the line: what it asks, with ``deep`` for all below, and how what it printed is read."""

    line: str
    keys: Sequence[str]
    deep: bool
    read: Callable[[ProgramResult, Sequence[str], bool], Sequence[_RegAnswer]]


def _reading(asked: Sequence[Branch]) -> tuple[_RegStep, ...]:
    """Those asked for, and those that tell whether they are there, each once in whatever case."""
    deep = _once(one.key for one in asked if one.below)
    shown = _once(one.key for one in asked if one.values and not one.below)
    above = _once(key for one in asked for key in one.above)
    listed = _once(one.key for one in asked if not (one.below or one.values))
    depths: dict[int, dict[str, str]] = {}
    for folded, key in {**above, **listed}.items():
        if folded not in shown:
            # Those that mean something to cmd, in quotes, each by itself.
            depth = key.count("\\") if _BARE.fullmatch(key) else -1
            depths.setdefault(depth, {})[folded] = key
    shown |= depths.pop(-1, {})
    # One with few keys below it is shown for less than to ask for their names alone would take.
    alone = [depth for depth, keys in depths.items() if len(keys) == 1 and not keys.keys() & listed.keys()]
    for depth in alone:
        shown |= depths.pop(depth)
    naming = [_RegStep(_naming(list(keys.values())), list(keys.values()), False, _named) for keys in depths.values()]
    return (*_showing(deep.values(), deep=True), *_showing(shown.values(), deep=False), *naming)


def _once(keys: Iterable[str]) -> dict[str, str]:
    found: dict[str, str] = {}
    for key in keys:
        found.setdefault(key.casefold(), key)
    return found


def _showing(keys: Iterable[str], *, deep: bool) -> list[_RegStep]:
    """One step for all that mean nothing to cmd: behind each that reg showed a word that nobody could know, and which
    it is. What of those that it did not show tells the same as for one alone that ends with 1."""
    told = list(keys)
    bare = tuple(key for key in told if _BARE.fullmatch(key))
    several = bare if len(bare) > 1 else ()
    steps = [_RegStep(_query(key, deep), (key,), deep, _alone) for key in told if key not in several]
    if several:
        word, all_below = secrets.token_hex(_WORD // 2), " /s" if deep else ""
        names = " ".join(f"HKLM\\{key}" for key in several)
        line = f"for %l in ({names}) do @(reg query %l{all_below} 2>nul&&echo {word}-0 %l)"
        steps.append(_RegStep(line, several, deep, _each))
    return steps


def _seen(steps: Sequence[_RegStep], results: Sequence[ProgramResult]) -> dict[tuple[str, bool], _RegAnswer]:
    """By folded key and whether all below it was shown."""
    found: dict[tuple[str, bool], _RegAnswer] = {}
    for step, result in zip(steps, results, strict=True):
        read = step.read(result, step.keys, step.deep)
        found |= {(key.casefold(), step.deep): one for key, one in zip(step.keys, read, strict=True)}
    return found


def _alone(result: ProgramResult, keys: Sequence[str], deep: bool) -> Sequence[_RegAnswer]:
    return [_answer(result.exit_code == 0, result.stdout, keys[0], deep)]


def _each(result: ProgramResult, keys: Sequence[str], deep: bool) -> Sequence[_RegAnswer]:
    """In the order of the keys; the word is that of the step itself.

    What reg had shown of a key before it failed stands before the next one, where it fits nothing.
    """
    word = re.search(r"echo (\w+)-0", result.command_line)
    parts = re.split(rb"%s-0 HKLM\\(\S+)[ \t]*\r?\n" % (word[1].encode() if word else b"-"), result.stdout)
    ended = [name.decode("ascii", errors="replace") for name in parts[1::2]]
    shown = dict(zip(ended, parts[::2], strict=False))
    if ended != [key for key in keys if key in shown]:
        return [_RegAnswer(True, _unclear)] * len(keys)
    return [_answer(key in shown, shown.get(key, b""), key, deep) for key in keys]


def _answer(there: bool, printed: bytes, key: str, deep: bool) -> _RegAnswer:
    return _RegAnswer(there, partial(parse_listing, printed, key, deep=deep))


def _lines(asked: Sequence[Branch]) -> tuple[str, ...]:
    return (_LASTING_LINE, *(step.line for step in _reading(asked)))


def _query(key: str, deep: bool) -> str:
    """Without what it says of a key that is not there, in whatever language."""
    return (_line(key, "/s") if deep else _line(key)) + " 2>nul"


def _line(key: str, *options: str) -> str:
    return command_line(["reg", "query", f"HKLM\\{key}", *options])


_LASTING_LINE = f"for %v in ({' '.join(_LASTING)}) do @{_line(_WINDOWS, '/v')} %v"


def _naming(keys: Sequence[str]) -> str:
    """The last part alone of each line that names a key below. reg prints the whole path with each."""
    token = keys[0].count("\\") + 3
    shown = "1\\" * (token - 1) + _COMPLETE
    query = f"reg query %l 2^>nul ^&^& echo {shown}"
    names = " ".join(f"HKLM\\{key}" for key in keys)
    return f"""for %l in ({names}) do @(echo {_NEXT}&for /f "tokens={token} delims=\\" %k in ('{query}') do @echo %k)"""


def _named(result: ProgramResult, keys: Sequence[str], _deep: bool) -> Sequence[_RegAnswer]:
    """What ``_naming`` came to, in the order of its keys."""
    lines = [line.rstrip() for line in result.stdout.decode("utf-8", errors="replace").splitlines()]
    starts = [number for number, line in enumerate(lines) if line == _NEXT]
    if len(starts) != len(keys) or starts[:1] != [0]:
        return [_RegAnswer(True, _unclear)] * len(keys)
    parts = [lines[start + 1 : end] for start, end in zip(starts, [*starts[1:], len(lines)], strict=True)]
    return [_RegAnswer(True, partial(_names, part)) if part else _RegAnswer(False, _unclear) for part in parts]


def _unclear() -> Listing:
    raise _Unclear


def _names(part: Sequence[str]) -> Listing:
    """Only where the word is behind them that cmd prints once reg has shown all."""
    *names, last = part
    if last != _COMPLETE:
        raise _Unclear
    return Listing({name.casefold(): name for name in names})


def _is_absent(asked: Branch, seen: Mapping[tuple[str, bool], _RegAnswer]) -> bool:
    """Whether a key above was read and has no such key below it. An exit code alone also means that it is denied."""
    name = asked.key
    for key in asked.above:
        shown = seen[key.casefold(), False]
        if shown.there:
            present = {one.casefold() for one in shown.listing().below()}
            return name[len(key) + 1 :].partition("\\")[0].casefold() not in present
        name = key
    return False


def _content_of(asked: Branch, listing: Listing) -> KeyContent:
    below = {name: _values_of(listing, name.casefold(), asked.below) for name in listing.below()}
    return KeyContent(_values_of(listing, "", asked.values), below)


def _values_of(listing: Listing, key: str, wanted: Sequence[tuple[str, str]]) -> dict[str, Any]:
    found = ((name, kind, listing.values.get((key, name.casefold()))) for name, kind in wanted)
    return {name: _TYPED[kind](*value) for name, kind, value in found if value is not None}
