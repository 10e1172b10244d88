# Copyright: (c) 2026, The ucops.rollout developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The registry through WMI's StdRegProv: typed values, no process, no text in any language."""

from __future__ import annotations

from ansible_collections.ucops.rollout.plugins.module_utils.errors import RolloutError
from ansible_collections.ucops.rollout.plugins.plugin_utils.winrm.faults import WsmanFault
from ansible_collections.ucops.rollout.plugins.plugin_utils.winrm.registry_port import Registry, ValueTooLarge
from ansible_collections.ucops.rollout.plugins.plugin_utils.winrm.soap import GarbledAnswer
from ansible_collections.ucops.rollout.plugins.plugin_utils.winrm.wmi import as_number, as_text, as_tuple
from ansible_collections.ucops.rollout.plugins.plugin_utils.winrm.wmi_port import Wmi, WmiObject

_NAMESPACE = "root/default"
_HKEY_LOCAL_MACHINE = "2147483650"
_NOT_FOUND = 2
_ACCESS_DENIED = 5


class RegistryError(RolloutError):
    """StdRegProv answered with a Win32 error, kept as ``code``."""

    def __init__(self, code: int, place: str) -> None:
        self.code = code
        denied = code == _ACCESS_DENIED
        super().__init__(
            "access to the registry is denied" if denied else f"the registry cannot be read (Win32 error {code})",
            where=place,
            mend="The account needs to be an administrator of the host" if denied else "",
        )


class WmiRegistry(Registry):
    """HKEY_LOCAL_MACHINE over the WMI port."""

    def __init__(self, wmi: Wmi) -> None:
        self._wmi = wmi

    def subkeys(self, key: str) -> tuple[str, ...] | None:
        answer = self._call("EnumKey", key)
        return None if answer is None else as_tuple(answer.get("sNames"))

    def string(self, key: str, name: str) -> str | None:
        answer = self._call("GetStringValue", key, name)
        return None if answer is None or answer.get("sValue") is None else as_text(answer.get("sValue"))

    def strings(self, key: str, name: str) -> tuple[str, ...] | None:
        answer = self._call("GetMultiStringValue", key, name)
        return None if answer is None else as_tuple(answer.get("sValue"))

    def dword(self, key: str, name: str) -> int | None:
        answer = self._call("GetDWORDValue", key, name)
        value = None if answer is None else as_number(answer.get("uValue"), what=rf"HKLM\{key}, {name}")
        return None if value is None else value & 0xFFFFFFFF

    def binary(self, key: str, name: str) -> bytes | None:
        try:
            answer = self._call("GetBinaryValue", key, name)
        except WsmanFault as fault:
            if not fault.too_large:
                raise
            what = "the value is larger than what the host sends at once over WS-Management"
            raise ValueTooLarge(what, where=rf"HKLM\{key}, {name}", mend=fault.mend) from fault
        if answer is None or answer.get("uValue") is None:
            return None
        try:
            return bytes(int(number) for number in as_tuple(answer.get("uValue")))
        except ValueError:
            raise GarbledAnswer("the answer holds something else than bytes", where=rf"HKLM\{key}, {name}") from None

    def _call(self, method: str, key: str, name: str | None = None) -> WmiObject | None:
        """The output of a StdRegProv method, None when the key or value does not exist."""
        parameters = [("hDefKey", _HKEY_LOCAL_MACHINE), ("sSubKeyName", key)]
        if name is not None:
            parameters.append(("sValueName", name))
        answer = self._wmi.invoke(_NAMESPACE, "StdRegProv", method, parameters)
        place = rf"HKLM\{key}" + (f", {name}" if name else "")
        code = as_number(answer.get("ReturnValue"), what=f"the ReturnValue of {method}")
        if code is None:
            raise GarbledAnswer(f"{method} gave no ReturnValue", where=place)
        if code & 0xFFFFFFFF == _NOT_FOUND:
            return None
        if code:
            raise RegistryError(code & 0xFFFFFFFF, place)
        return answer
