# Copyright: (c) 2026, The ucops.rollout developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""WMI behind WS-Management: Enumerate, Pull, Get, Put, Delete, Invoke on the namespaces of one machine."""

from __future__ import annotations

import threading
import time
import xml.etree.ElementTree as ET
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from lab.soap import envelope, faults
from lab.soap.envelope import E, Reply, Request, q
from lab.soap.fault import Fault
from lab.wmi import encoding, wql
from lab.wmi.model import ClassDefinition, Instance, Method, NotCapable, Provider, Together

if TYPE_CHECKING:
    from lab.accounts import Session
    from lab.machine import Machine

TRANSFER = "http://schemas.xmlsoap.org/ws/2004/09/transfer/"
ENUMERATION = "http://schemas.xmlsoap.org/ws/2004/09/enumeration/"
WQL_DIALECTS = ("http://schemas.microsoft.com/wbem/wsman/1/wql",)
_MODES = ("", "EnumerateEPR", "EnumerateObjectAndEPR")
# Captured batches of 2008 and 2012: about 50 items, about 75 kB.
_BATCH_ITEMS, _BATCH_BYTES = 50, 75_000
_MANY = 32000


@dataclass
class _Pending:
    """An enumeration under way: what is left, and until when the context lives."""

    items: list[ET.Element]
    owner: str
    expires: float


@dataclass(frozen=True)
class _Target:
    namespace: str
    provider: Provider
    definition: ClassDefinition


class WmiService:
    """Dispatches to the providers by namespace; holds the enumeration contexts."""

    def __init__(self, machine: Machine) -> None:
        self._machine = machine
        self._providers: dict[str, tuple[str, Provider]] = {}
        self._contexts: dict[str, _Pending] = {}
        self._lock = threading.Lock()

    def register(self, namespace: str, provider: Provider) -> None:
        """Serve a namespace such as `root/MicrosoftDNS`, in this spelling; a second provider adds its classes."""
        spelling, before = self._providers.get(namespace.casefold(), (namespace, None))
        together = provider if before is None else Together(before, provider)
        self._providers[namespace.casefold()] = (spelling, together)

    def handle(self, request: Request, session: Session) -> Reply:
        """Serve one request on a WMI resource URI, of those whom WinRM, the namespace and its provider let in."""
        self._admit(request, session)
        handlers = {
            ENUMERATION + "Enumerate": self._enumerate,
            ENUMERATION + "Pull": self._pull,
            ENUMERATION + "Release": self._release,
            TRANSFER + "Get": self._get,
            TRANSFER + "Put": self._put,
            TRANSFER + "Delete": self._delete,
        }
        handler = handlers.get(request.action)
        try:
            return handler(request, session) if handler else self._invoke(request, session)
        except NotCapable as error:
            raise faults.generic_failure("ExecMethod", request.action) from error

    def _admit(self, request: Request, session: Session) -> None:
        access, account = self._machine.access, session.account
        if not access.uses_wmi(account, request.action):
            raise faults.access_denied()
        namespace, _name, provider = self._namespace(request.resource_uri)
        if not access.enters_namespace(account, namespace, request.action) or not provider.admits(account):
            raise faults.wmi_access_denied()

    # --- addressing --------------------------------------------------------------------------------------------------

    def _namespace(self, uri: str) -> tuple[str, str, Provider]:
        """(spelling of the namespace, name of the class, provider) of a URI, which has no regard to case."""
        path, _slash, name = uri[len(envelope.WMI_URI) :].rpartition("/")
        found = self._providers.get(path.casefold())
        if found is None:
            raise faults.not_found("GetObject", f"{path.replace('/', chr(92))}:{name}")
        return (*found[:1], name, found[1])

    def _target(self, request: Request) -> _Target:
        namespace, name, provider = self._namespace(request.resource_uri)
        definition = _class_named(provider.classes(), name)
        if definition is None:
            raise faults.not_found("GetObject", name)
        return _Target(namespace, provider, definition)

    def _instance(self, request: Request, target: _Target) -> Instance:
        """The instance that the selectors name: all keys, each exactly as the provider gave it."""
        definition = target.definition
        given = {name.casefold(): value for name, value in request.selectors.items() if name != "__cimnamespace"}
        wanted = {key.name.casefold() for key in definition.keys}
        if definition.singleton and not given:
            return target.provider.instances(definition, {})[0]
        if wanted - set(given):
            raise faults.no_keys()
        keys = {key.name: given[key.name.casefold()] for key in definition.keys}
        path = _object_path(definition.name, keys)
        if set(given) != wanted:
            raise faults.invalid_selectors(path)
        instance = target.provider.get(definition, keys)
        if instance is None:
            raise faults.not_found("GetObject", path)
        return instance

    # --- Enumerate, Pull ---------------------------------------------------------------------------------------------

    def _enumerate(self, request: Request, session: Session) -> Reply:
        asked = request.payload
        if asked is None or asked.tag != q("n:Enumerate"):
            raise faults.schema_violation()
        mode = (asked.findtext(q("w:EnumerationMode")) or "").strip()
        if mode not in _MODES:
            raise faults.schema_violation()
        items = self._items(request, asked.find(q("w:Filter")), mode)
        response = E("n:EnumerateResponse")
        if asked.find(q("w:OptimizeEnumeration")) is None:
            response.append(E("n:EnumerationContext", self._keep(items, session)))
            return Reply(ENUMERATION + "EnumerateResponse", (response,))
        limit = _count(asked.findtext(q("w:MaxElements")), 1)
        first, rest = self._first(items, limit)
        response.append(E("n:EnumerationContext", self._keep(rest, session) if rest else ""))
        response.append(E("w:Items", *first))
        if not rest:
            response.append(E("w:EndOfSequence"))
        return Reply(ENUMERATION + "EnumerateResponse", (response,))

    def _first(self, items: list[ET.Element], limit: int) -> tuple[list[ET.Element], list[ET.Element]]:
        """2003 puts all it can into the first answer; 2008 and later exactly one item, whatever was asked."""
        if self._machine.generation.one_item_first:
            return items[:1], items[1:]
        room = self._machine.generation.envelope_kb * 1024 - 4096
        return _batch(items, limit, _MANY, room)

    def _pull(self, request: Request, session: Session) -> Reply:
        asked = request.payload
        if asked is None or asked.tag != q("n:Pull"):
            raise faults.schema_violation()
        pending = self._take(asked.findtext(q("n:EnumerationContext")) or "", session)
        limit = _count(asked.findtext(q("n:MaxElements")), 1)
        room = min(_BATCH_BYTES, (request.max_envelope_size or _BATCH_BYTES) - 4096)
        batch, rest = _batch(pending.items, limit, _BATCH_ITEMS, room)
        response = E("n:PullResponse")
        if rest:
            response.append(E("n:EnumerationContext", self._keep(rest, session)))
        response.append(E("n:Items", *batch))
        if not rest:
            response.append(E("n:EndOfSequence"))
        return Reply(ENUMERATION + "PullResponse", (response,))

    def _release(self, request: Request, session: Session) -> Reply:
        asked = request.payload
        if asked is None or asked.tag != q("n:Release"):
            raise faults.schema_violation()
        self._take(asked.findtext(q("n:EnumerationContext")) or "", session)
        return Reply(ENUMERATION + "ReleaseResponse")

    def _keep(self, items: list[ET.Element], session: Session) -> str:
        """Remember the rest under a new context: each answer has another."""
        context = envelope.new_id()
        expires = time.monotonic() + self._machine.generation.enumeration_ms / 1000
        with self._lock:
            self._contexts = {key: one for key, one in self._contexts.items() if one.expires > time.monotonic()}
            self._contexts[context] = _Pending(items, session.owner, expires)
        return context

    def _take(self, context: str, session: Session) -> _Pending:
        with self._lock:
            pending = self._contexts.pop(context.strip(), None)
        if pending is None or pending.expires <= time.monotonic() or pending.owner != session.owner:
            raise faults.invalid_context()
        return pending

    def _items(self, request: Request, query: ET.Element | None, mode: str) -> list[ET.Element]:
        namespace, name, provider = self._namespace(request.resource_uri)
        text = f"SELECT * FROM {name}" if query is None else _query_text(query)
        if query is None and name == "*":
            raise faults.not_found("GetObject", name)
        try:
            parsed = wql.parse(text)
        except wql.InvalidQuery as error:
            raise faults.invalid_query(text) from error
        definition = _class_named(provider.classes(), parsed.class_name)
        if definition is None:
            raise faults.class_not_found(text) if query is not None else faults.not_found("GetObject", name)
        found = _selected(provider, definition, parsed, text)
        return [_item(namespace, one, parsed.columns, mode, text) for one in found]

    # --- Get, Put, Delete --------------------------------------------------------------------------------------------

    def _get(self, request: Request, _session: Session) -> Reply:
        target = self._target(request)
        instance = self._instance(request, target)
        return Reply(TRANSFER + "GetResponse", (encoding.object_element(target.namespace, instance),))

    def _put(self, request: Request, _session: Session) -> Reply:
        target = self._target(request)
        instance = self._instance(request, target)
        given = request.payload
        if given is None or envelope.local_name(given) != target.definition.name:
            raise faults.schema_violation()
        uri = encoding.resource_uri(target.namespace, target.definition.name)
        changed = target.provider.put(instance, encoding.read_values(given, target.definition.properties, uri))
        return Reply(TRANSFER + "PutResponse", (encoding.object_element(target.namespace, changed),))

    def _delete(self, request: Request, _session: Session) -> Reply:
        target = self._target(request)
        if not self._machine.generation.wmi_deletes:
            raise faults.action_not_supported(request.action)
        target.provider.delete(self._instance(request, target))
        return Reply(TRANSFER + "DeleteResponse")

    # --- Invoke ------------------------------------------------------------------------------------------------------

    def _invoke(self, request: Request, session: Session) -> Reply:
        uri, _slash, name = request.action.rpartition("/")
        if uri.casefold() != request.resource_uri.casefold():
            raise faults.action_not_supported(request.action)
        target = self._target(request)
        method = target.definition.method(name)
        if method is None:
            raise faults.action_not_supported(request.action)
        instance = self._subject(request, target, method)
        exact = encoding.resource_uri(target.namespace, target.definition.name)
        arguments = _arguments(request, method, exact)
        values = target.provider.refuses(method, session.account)
        if values is None:
            values = target.provider.invoke(target.definition, method, instance, arguments)
        kinds = {one.name: one.kind for one in method.outputs}
        output = encoding.output_element(exact, method.name, values, kinds)
        return Reply(f"{request.action}Response", (output,))

    def _subject(self, request: Request, target: _Target, method: Method) -> Instance | None:
        if not method.static:
            return self._instance(request, target)
        if request.selectors:
            raise faults.invalid_selectors(target.definition.name)
        return None


def _class_named(classes: Mapping[str, ClassDefinition], name: str) -> ClassDefinition | None:
    """By name, without regard to case: a URI and WQL have none."""
    return next((one for key, one in classes.items() if key.casefold() == name.casefold()), None)


def _object_path(name: str, keys: Mapping[str, str]) -> str:
    return name + ("." if keys else "") + ",".join(f'{key}="{value}"' for key, value in keys.items())


def _count(text: str | None, default: int) -> int:
    """MaxElements; the default is one item, as the specification has it."""
    if text is None:
        return default
    if not text.strip().isdecimal() or int(text) < 1:
        raise faults.schema_violation()
    return int(text)


def _query_text(query: ET.Element) -> str:
    if (query.get("Dialect") or "").casefold() not in WQL_DIALECTS:
        raise Fault(
            "s:Sender",
            "n:FilterDialectRequestedUnavailable",
            "The requested filtering dialect is not supported. ",
            2150858797,
            None,
            envelope.ENUMERATION_FAULT,
        )
    return (query.text or "").strip()


def _selected(provider: Provider, definition: ClassDefinition, query: wql.Query, text: str) -> list[Instance]:
    hints = query.condition.required() if query.condition else {}
    try:
        test = query.condition.bind(definition) if query.condition else None
        if any(definition.property(column) is None for column in query.columns):
            raise wql.InvalidQuery("no such property")
    except wql.InvalidQuery as error:
        raise faults.invalid_query(text) from error
    try:
        found = provider.instances(definition, hints)
    except Fault as fault:
        raise _with_query(fault, text) from fault
    return [instance for instance in found if test is None or test(instance)]


def _with_query(fault: Fault, text: str) -> Fault:
    """A provider that fails while a query runs: the fault names the query."""
    return faults.generic_failure("ExecQuery", text) if fault.number == faults.PROVIDER_FAILED else fault


def _item(namespace: str, instance: Instance, columns: Iterable[str], mode: str, text: str) -> ET.Element:
    reference = encoding.endpoint_element(encoding.reference_of(namespace, instance))
    if mode == "EnumerateEPR":
        return reference
    wanted = [instance.definition.property(column) for column in columns]
    known = [column for column in wanted if column is not None]
    if mode and known:
        raise faults.invalid_query(text)
    element = encoding.fragment_element(instance, known) if known else encoding.object_element(namespace, instance)
    return E("w:Item", element, reference) if mode else element


def _batch(items: list[ET.Element], limit: int, most: int, room: int) -> tuple[list[ET.Element], list[ET.Element]]:
    """As many as were asked for, as the server gives at most, and as fit; at least one."""
    size, count = 0, 0
    for item in items[: min(limit, most)]:
        size += len(envelope.to_xml(item))
        if count and size > room:
            break
        count += 1
    return items[:count], items[count:]


def _arguments(request: Request, method: Method, uri: str) -> dict[str, object]:
    given = request.payload
    if given is None or envelope.local_name(given) != f"{method.name}_INPUT":
        raise faults.schema_violation()
    if envelope.namespace(given).casefold() != uri.casefold():
        raise faults.schema_violation()
    values = encoding.read_values(given, method.inputs, uri)
    if any(one.required and values.get(one.name) is None for one in method.inputs):
        raise faults.invalid_argument(method.name)
    return values
