# Copyright: (c) 2026, The ucops.rollout developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""StdRegProv: the registry through static methods; failures are Win32 codes in ReturnValue, not faults."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from lab.registry import (
    HKEY_LOCAL_MACHINE,
    REG_BINARY,
    REG_DWORD,
    REG_EXPAND_SZ,
    REG_MULTI_SZ,
    REG_SZ,
    AccessDenied,
    Registry,
)
from lab.wmi.model import ClassDefinition, Instance, Method, Parameter, Provider, Value

if TYPE_CHECKING:
    from lab.accounts import Account

NAMESPACE = "root/default"
_OK, _NOT_FOUND, _DENIED = 0, 2, 5
# WBEM_E_TYPE_MISMATCH: what is returned for a value of another type.
_OTHER_TYPE = 0x80041005

_KEY = (Parameter("hDefKey", "uint32", required=False), Parameter("sSubKeyName"))
_VALUE = (*_KEY, Parameter("sValueName", required=False))
_GET: dict[str, tuple[int, Parameter]] = {
    "GetStringValue": (REG_SZ, Parameter("sValue")),
    "GetExpandedStringValue": (REG_EXPAND_SZ, Parameter("sValue")),
    "GetBinaryValue": (REG_BINARY, Parameter("uValue", "uint8", array=True)),
    "GetDWORDValue": (REG_DWORD, Parameter("uValue", "uint32")),
    "GetMultiStringValue": (REG_MULTI_SZ, Parameter("sValue", array=True)),
}
_SET = {"Set" + name[3:]: pair for name, pair in _GET.items()}
_WRITING = (*_SET, "CreateKey", "DeleteKey", "DeleteValue")


def _methods() -> tuple[Method, ...]:
    names, types = Parameter("sNames", array=True), Parameter("Types", "sint32", array=True)
    return (
        Method("EnumKey", _KEY, (names,), True, "uint32"),
        Method("EnumValues", _KEY, (names, types), True, "uint32"),
        Method("CreateKey", _KEY, (), True, "uint32"),
        Method("DeleteKey", _KEY, (), True, "uint32"),
        Method("DeleteValue", _VALUE, (), True, "uint32"),
        *(Method(name, _VALUE, (out,), True, "uint32") for name, (_kind, out) in _GET.items()),
        *(Method(name, (*_VALUE, value), (), True, "uint32") for name, (_kind, value) in _SET.items()),
    )


_CLASSES = {"StdRegProv": ClassDefinition("StdRegProv", (), _methods())}


class RegistryProvider(Provider):
    """Only HKEY_LOCAL_MACHINE has anything in it."""

    def __init__(self, registry: Registry) -> None:
        self._registry = registry

    def classes(self) -> Mapping[str, ClassDefinition]:
        return _CLASSES

    def instances(self, definition: ClassDefinition, hints: Mapping[str, set[str]]) -> list[Instance]:
        return []

    def refuses(self, method: Method, account: Account) -> dict[str, Value] | None:
        """Users read below HKEY_LOCAL_MACHINE, administrators write."""
        return {"ReturnValue": _DENIED} if method.name in _WRITING and not account.administrator else None

    def invoke(
        self, definition: ClassDefinition, method: Method, instance: Instance | None, arguments: dict[str, Value]
    ) -> dict[str, Value]:
        key = arguments["sSubKeyName"]
        outputs: dict[str, Any] = {one.name: None for one in method.outputs}
        if arguments.get("hDefKey", HKEY_LOCAL_MACHINE) != HKEY_LOCAL_MACHINE:
            return outputs | {"ReturnValue": _NOT_FOUND}
        try:
            self._registry.read(key)
        except AccessDenied:
            return outputs | {"ReturnValue": _DENIED}
        if method.name in _GET:
            return outputs | self._get(method, key, arguments.get("sValueName") or "")
        if method.name in _SET:
            return {"ReturnValue": self._set(method.name, key, arguments)}
        return outputs | self._key(method.name, key, arguments)

    def _get(self, method: Method, key: str, name: str) -> dict[str, Value]:
        found = self._registry.get(key, name)
        if found is None:
            return {"ReturnValue": _NOT_FOUND}
        kind, out = _GET[method.name]
        if found[0] != kind:
            return {"ReturnValue": _OTHER_TYPE}
        value = list(found[1]) if out.array and not isinstance(found[1], int) else found[1]
        return {out.name: value, "ReturnValue": _OK}

    def _set(self, method: str, key: str, arguments: dict[str, Value]) -> int:
        kind, given = _SET[method]
        if not self._registry.exists(key):
            return _NOT_FOUND
        value = arguments[given.name]
        value = bytes(value) if kind == REG_BINARY else value
        self._registry.set(key, arguments.get("sValueName") or "", kind, value)
        return _OK

    def _key(self, method: str, key: str, arguments: dict[str, Value]) -> dict[str, Value]:
        if method == "CreateKey":
            self._registry.create_key(key)
            return {"ReturnValue": _OK}
        if not self._registry.exists(key):
            return {"ReturnValue": _NOT_FOUND}
        if method == "EnumKey":
            return {"sNames": self._registry.subkeys(key), "ReturnValue": _OK}
        if method == "EnumValues":
            return self._enumerate(key)
        if method == "DeleteValue":
            done = self._registry.delete_value(key, arguments.get("sValueName") or "")
            return {"ReturnValue": _OK if done else _NOT_FOUND}
        # A key with keys below it is not deleted.
        if self._registry.subkeys(key):
            return {"ReturnValue": _DENIED}
        self._registry.delete_key(key)
        return {"ReturnValue": _OK}

    def _enumerate(self, key: str) -> dict[str, Value]:
        """Null arrays when there is no value but the default one."""
        values = {name: kind for name, (kind, _value) in (self._registry.values(key) or {}).items() if name}
        return {"sNames": list(values), "Types": list(values.values()), "ReturnValue": _OK}
