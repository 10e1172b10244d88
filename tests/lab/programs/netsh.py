# Copyright: (c) 2026, The ucops.rollout developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""netsh.exe, context http: show, add, delete and (on newer Windows) update of certificate bindings."""

from __future__ import annotations

import re
import uuid

from lab.pki.stores import Stores
from lab.programs.process import Process
from lab.registry import REG_BINARY, REG_DWORD, REG_SZ, Registry
from lab.roles.http_sys import BINDINGS, CENTRAL, NAMES

EXISTS, NO_SESSION, NO_FILE, BAD_PARAMETER, NO_ACCESS = 183, 1312, 2, 87, 5
# Tags that are switched, and the bit each sets when it is not as it comes.
FLAGS = {"dsmapperusage": ("enable", 1), "clientcertnegotiation": ("enable", 2)}
CHECKS = {
    "verifyclientcertrevocation": ("disable", 1),
    "verifyrevocationwithcachedclientcertonly": ("enable", 2),
    "usagecheck": ("disable", 0x10000),
}
PLACES = {"ipport": BINDINGS, "hostnameport": NAMES, "ccs": CENTRAL}
TAGS = {*PLACES, "certhash", "appid", "certstorename", *FLAGS, *CHECKS}


def run(process: Process) -> int:
    """`netsh http VERB sslcert name=value …`; exit code 0 or 1."""
    context, verb, what = ([*(one.lower() for one in process.arguments[:3]), "", "", ""])[:3]
    verbs = {"show": _show, "add": _add, "delete": _delete, "update": _update}
    if (context, what) != ("http", "sslcert") or verb not in process.machine.generation.binding_verbs:
        return _unknown(process)
    return verbs[verb](process, dict(_tag(one) for one in process.arguments[3:]))


def _tag(text: str) -> tuple[str, str]:
    """`name=value`; a bare value is the ipport of `show sslcert 0.0.0.0:443`."""
    name, equals, value = text.partition("=")
    return (name.lower(), value) if equals else ("ipport", text)


def _unknown(process: Process) -> int:
    line = process.line.partition(" ")[2].strip()
    process.print()
    process.say("netsh.unknown_command", line=line)
    return 1


def _failed(process: Process, verb: str, number: int) -> int:
    process.print()
    process.say(f"netsh.failed_{verb}", code=number)
    # Not the system's own message for 5: what netsh says tells to elevate.
    process.print(process.texts.text("netsh.elevation") if number == NO_ACCESS else process.texts.error(number))
    process.print()
    return 1


# How each place is written; all but addresses came with Windows Server 2012.
_FORMS = {
    "ipport": re.compile(r"(?:\d{1,3}(?:\.\d{1,3}){3}|\[[0-9a-fA-F:]+\]):(\d+)"),
    "hostnameport": re.compile(r"(?=.*[A-Za-z])[A-Za-z0-9.-]+:(\d+)"),
    "ccs": re.compile(r"(\d+)"),
}
_LABELS = {"ipport": "ip_port", "hostnameport": "name_port", "ccs": "central_port"}


def _place(name: str) -> str:
    return next(tag for tag, form in _FORMS.items() if form.fullmatch(name))


def _key(name: str) -> str:
    """Where a binding is kept."""
    return f"{PLACES[_place(name)]}\\{name}" if name else ""


def _named(process: Process, tags: dict[str, str]) -> str:
    """The binding that the tags name; empty when they name none rightly."""
    known = PLACES if process.machine.generation.host_name_bindings else ("ipport",)
    for tag in known:
        match = _FORMS[tag].fullmatch(tags.get(tag, ""))
        if match is not None and 0 < int(match[1]) < 65536 and len(set(PLACES) & set(tags)) == 1:
            return tags[tag]
    return ""


def _show(process: Process, tags: dict[str, str]) -> int:
    registry = process.machine.registry
    wanted = next((tags[tag] for tag in PLACES if tag in tags), None)
    held = [name for key in PLACES.values() for name in registry.subkeys(key) or []]
    names = [name for name in held if wanted in (None, name)]
    process.print()
    process.say("netsh.bindings")
    process.print("------------------------- ")
    process.print()
    for name in names:
        _show_one(process, name)
    if wanted is not None and not names:
        process.print(process.texts.error(NO_FILE))
        process.print()
        return 1
    return 0


def _show_one(process: Process, name: str) -> None:
    values = {key: value for key, (_unused, value) in (process.machine.registry.values(_key(name)) or {}).items()}
    enabled, disabled = process.texts.text("netsh.enabled"), process.texts.text("netsh.disabled")
    flags, checks = (_number(values.get(key)) for key in ("DefaultFlags", "DefaultSslCertCheckMode"))
    lines = {
        _LABELS[_place(name)]: name,
        **({"hash": _bytes(values["SslCertHash"]).hex()} if "SslCertHash" in values else {}),
        "application": _guid(_bytes(values.get("AppId"))),
        "store": str(values.get("SslCertStoreName") or "(null)"),
        "revocation": disabled if checks & 1 else enabled,
        "cached_only": enabled if checks & 2 else disabled,
        "usage_check": disabled if checks & 0x10000 else enabled,
        "freshness": "0 ",
        "retrieval": "0 ",
        "ctl_identifier": "(null) ",
        "ctl_store": "(null) ",
        "ds_mapper": enabled if flags & 1 else disabled,
        "negotiate": enabled if flags & 2 else disabled,
    }
    for label, value in lines.items():
        # Captured: the first four columns are 28 wide, longer labels push their value.
        process.print(f"    {process.texts.text(f'netsh.{label}'):<28} : {value}")
    process.print()


def _bytes(value: object) -> bytes:
    return value if isinstance(value, bytes) else b""


def _number(value: object) -> int:
    return value if isinstance(value, int) else 0


def _bits(tags: dict[str, str], switches: dict[str, tuple[str, int]]) -> int:
    return sum(bit for tag, (word, bit) in switches.items() if tags.get(tag, "").lower() == word)


def _guid(data: bytes) -> str:
    return f"{{{uuid.UUID(bytes_le=data)}}}" if len(data) == 16 else "{00000000-0000-0000-0000-000000000000}"


def _parsed(process: Process, tags: dict[str, str]) -> tuple[str, bytes, bytes, str] | None:
    """(ip:port, hash, application id, store) of an add; None when a tag is missing or wrong."""
    name, digest, application = _named(process, tags), tags.get("certhash", ""), tags.get("appid", "")
    switched = {tags[tag].lower() for tag in {**FLAGS, **CHECKS} if tag in tags}
    if set(tags) - TAGS or switched - {"enable", "disable"}:
        return None
    # The central store chooses its certificates itself: a hash is for all others, and for them alone.
    if not name or not re.fullmatch("" if "ccs" in tags else r"[0-9a-fA-F]{40}", digest):
        return None
    if not re.fullmatch(r"\{[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}\}", application):
        return None
    return name, bytes.fromhex(digest), uuid.UUID(application).bytes_le, tags.get("certstorename", "")


def _add(process: Process, tags: dict[str, str], verb: str = "add") -> int:
    parsed = _parsed(process, tags)
    if parsed is None:
        process.print()
        process.print(process.texts.error(BAD_PARAMETER))
        process.print()
        return 1
    if not process.session.account.administrator:
        return _failed(process, verb, NO_ACCESS)
    name, digest, application, store = parsed
    if verb == "add" and process.machine.registry.exists(_key(name)):
        return _failed(process, verb, EXISTS)
    stores = Stores(process.machine)
    stored = stores.find(store or "MY", digest.hex()) if digest else None
    if digest and (stored is None or stores.container(stored) is None):
        return _failed(process, verb, NO_SESSION)
    _write(process.machine.registry, name, digest, application, store)
    process.machine.registry.set(_key(name), "DefaultFlags", REG_DWORD, _bits(tags, FLAGS))
    process.machine.registry.set(_key(name), "DefaultSslCertCheckMode", REG_DWORD, _bits(tags, CHECKS))
    process.print()
    process.say("netsh.added" if verb == "add" else "netsh.updated")
    process.print()
    return 0


def _write(registry: Registry, name: str, digest: bytes, application: bytes, store: str) -> None:
    key = _key(name)
    registry.set(key, "AppId", REG_BINARY, application)
    if digest:
        registry.set(key, "SslCertHash", REG_BINARY, digest)
    if store:
        registry.set(key, "SslCertStoreName", REG_SZ, store)
    for value in ("DefaultSslRevocationFreshnessTime", "DefaultSslRevocationUrlRetrievalTimeout"):
        registry.set(key, value, REG_DWORD, 0)


def _update(process: Process, tags: dict[str, str]) -> int:
    if not process.machine.registry.exists(_key(_named(process, tags))):
        return _failed(process, "update", NO_FILE)
    return _add(process, tags, "update")


def _delete(process: Process, tags: dict[str, str]) -> int:
    name = _named(process, tags)
    if not process.session.account.administrator:
        return _failed(process, "deletion", NO_ACCESS)
    if not name or not process.machine.registry.delete_key(_key(name)):
        return _failed(process, "deletion", NO_FILE)
    process.print()
    process.say("netsh.deleted")
    process.print()
    return 0
