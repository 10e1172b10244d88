# Copyright: (c) 2026, The ucops.rollout developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""netsh.exe, context http: show, add, delete and (on newer Windows) update of certificate bindings."""

from __future__ import annotations

import re
import uuid
from typing import Any

from lab.pki.stores import Stores
from lab.programs.process import Process
from lab.tls import BINDINGS

REG_SZ, REG_BINARY, REG_DWORD = 1, 3, 4
EXISTS, NO_SESSION, NO_FILE, BAD_PARAMETER, NO_ACCESS = 183, 1312, 2, 87, 5
MESSAGES = {
    EXISTS: "Cannot create a file when that file already exists.",
    NO_SESSION: "A specified logon session does not exist. It may already have been terminated.",
    NO_FILE: "The system cannot find the file specified.",
    BAD_PARAMETER: "The parameter is incorrect.",
    NO_ACCESS: "The requested operation requires elevation (Run as administrator).",
}
SINCE_UPDATE = 14393
TAGS = {"ipport", "certhash", "appid", "certstorename", "clientcertnegotiation", "verifyclientcertrevocation"}


def run(process: Process) -> int:
    """`netsh http VERB sslcert name=value …`; exit code 0 or 1."""
    words = [word.lower() for word in process.arguments[:3]]
    if len(words) < 3 or words[0] != "http" or process.machine.generation.name == "2003":
        return _unknown(process)
    verb, what = words[1], words[2]
    verbs: dict[str, Any] = {"show": _show, "add": _add, "delete": _delete}
    if process.machine.generation.build >= SINCE_UPDATE:
        verbs["update"] = _update
    if what != "sslcert" or verb not in verbs:
        return _unknown(process)
    tags = dict(_tag(word) for word in process.arguments[3:])
    code: int = verbs[verb](process, tags)
    return code


def _tag(word: str) -> tuple[str, str]:
    """`name=value`; a bare value is the ipport of `show sslcert 0.0.0.0:443`."""
    name, equals, value = word.partition("=")
    return (name.lower(), value) if equals else ("ipport", word)


def _unknown(process: Process) -> int:
    line = process.line.partition(" ")[2].strip()
    process.print()
    process.print(f"The following command was not found: {line}.")
    return 1


def _failed(process: Process, verb: str, number: int) -> int:
    process.print()
    process.print(f"SSL Certificate {verb} failed, Error: {number}")
    process.print(MESSAGES[number])
    process.print()
    return 1


def _key(name: str) -> str:
    return f"{BINDINGS}\\{name}"


def _valid_port(text: str) -> bool:
    match = re.fullmatch(r"(?:\d{1,3}(?:\.\d{1,3}){3}|\[[0-9a-fA-F:]+\]):(\d+)", text)
    return match is not None and 0 < int(match[1]) < 65536


def _show(process: Process, tags: dict[str, str]) -> int:
    registry = process.machine.registry
    wanted = tags.get("ipport")
    names = [name for name in registry.subkeys(BINDINGS) or [] if wanted in (None, name)]
    process.print()
    process.print("SSL Certificate bindings: ")
    process.print("------------------------- ")
    process.print()
    for name in names:
        _show_one(process, name)
    if wanted is not None and not names:
        process.print(MESSAGES[NO_FILE])
        process.print()
        return 1
    return 0


def _show_one(process: Process, name: str) -> None:
    values = {key: value for key, (_unused, value) in (process.machine.registry.values(_key(name)) or {}).items()}
    digest = values.get("SslCertHash", b"")
    lines = (
        ("IP:port", name),
        ("Certificate Hash", digest.hex()),
        ("Application ID", _guid(values.get("AppId", b""))),
        ("Certificate Store Name", values.get("SslCertStoreName") or "(null)"),
        ("Verify Client Certificate Revocation", "Enabled"),
        ("Verify Revocation Using Cached Client Certificate Only", "Disabled"),
        ("Usage Check", "Enabled"),
        ("Revocation Freshness Time", "0 "),
        ("URL Retrieval Timeout", "0 "),
        ("Ctl Identifier", "(null) "),
        ("Ctl Store Name", "(null) "),
        ("DS Mapper Usage", "Disabled"),
        ("Negotiate Client Certificate", "Disabled"),
    )
    for label, value in lines:
        # Captured: the first four columns are 28 wide, longer labels push their value.
        process.print(f"    {label:<28} : {value}")
    process.print()


def _guid(data: bytes) -> str:
    return f"{{{uuid.UUID(bytes_le=data)}}}" if len(data) == 16 else "{00000000-0000-0000-0000-000000000000}"


def _parsed(process: Process, tags: dict[str, str]) -> tuple[str, bytes, bytes, str] | None:
    """(ip:port, hash, application id, store) of an add; None when a tag is missing or wrong."""
    name, digest, application = tags.get("ipport", ""), tags.get("certhash", ""), tags.get("appid", "")
    if set(tags) - TAGS:
        return None
    if not _valid_port(name) or not re.fullmatch(r"[0-9a-fA-F]{40}", digest):
        return None
    if not re.fullmatch(r"\{[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}\}", application):
        return None
    return name, bytes.fromhex(digest), uuid.UUID(application).bytes_le, tags.get("certstorename", "")


def _add(process: Process, tags: dict[str, str], verb: str = "add") -> int:
    parsed = _parsed(process, tags)
    if parsed is None:
        process.print()
        process.print(MESSAGES[BAD_PARAMETER])
        process.print()
        return 1
    if not process.session.account.administrator:
        return _failed(process, verb, NO_ACCESS)
    name, digest, application, store = parsed
    if verb == "add" and process.machine.registry.exists(_key(name)):
        return _failed(process, verb, EXISTS)
    stores = Stores(process.machine)
    stored = stores.find(store or "MY", digest.hex())
    if stored is None or stores.container(stored) is None:
        return _failed(process, verb, NO_SESSION)
    _write(process.machine.registry, name, digest, application, store)
    process.print()
    process.print("SSL Certificate successfully added" if verb == "add" else "SSL Certificate successfully updated")
    process.print()
    return 0


def _write(registry: Any, name: str, digest: bytes, application: bytes, store: str) -> None:
    key = _key(name)
    registry.set(key, "AppId", REG_BINARY, application)
    registry.set(key, "SslCertHash", REG_BINARY, digest)
    if store:
        registry.set(key, "SslCertStoreName", REG_SZ, store)
    for value in ("DefaultFlags", "DefaultSslCertCheckMode", "DefaultSslRevocationFreshnessTime",
                  "DefaultSslRevocationUrlRetrievalTimeout"):  # fmt: skip
        registry.set(key, value, REG_DWORD, 0)


def _update(process: Process, tags: dict[str, str]) -> int:
    if not process.machine.registry.exists(_key(tags.get("ipport", ""))):
        return _failed(process, "update", NO_FILE)
    return _add(process, tags, "update")


def _delete(process: Process, tags: dict[str, str]) -> int:
    name = tags.get("ipport", "")
    if not process.session.account.administrator:
        return _failed(process, "deletion", NO_ACCESS)
    if not name or not process.machine.registry.delete_key(_key(name)):
        return _failed(process, "deletion", NO_FILE)
    process.print()
    process.print("SSL Certificate successfully deleted")
    process.print()
    return 0
