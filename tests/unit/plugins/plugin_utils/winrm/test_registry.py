from __future__ import annotations

import pytest
from unit.wsman_fakes import client_of, output, wsman_fault

from ansible_collections.ucops.rollout.plugins.plugin_utils.winrm.faults import WsmanFault
from ansible_collections.ucops.rollout.plugins.plugin_utils.winrm.registry import RegistryError, WmiRegistry
from ansible_collections.ucops.rollout.plugins.plugin_utils.winrm.registry_port import ValueTooLarge
from ansible_collections.ucops.rollout.plugins.plugin_utils.winrm.soap import GarbledAnswer
from ansible_collections.ucops.rollout.plugins.plugin_utils.winrm.wmi import WsmanWmi

KEY = r"SOFTWARE\Microsoft\SystemCertificates\MY\Certificates"


def answering(method: str, inner: str):
    client, script = client_of(output(method, "root/default", "StdRegProv", inner))
    return WmiRegistry(WsmanWmi(client)), script


def test_subkeys_ask_in_the_order_of_the_class() -> None:
    registry, script = answering(
        "EnumKey", "<p:sNames>AA</p:sNames><p:sNames>BB</p:sNames><p:ReturnValue>0</p:ReturnValue>"
    )
    assert registry.subkeys(KEY) == ("AA", "BB")
    sent = [(element.tag.rpartition("}")[2], element.text) for element in script.requests[0].one("EnumKey_INPUT")]
    assert sent == [("hDefKey", "2147483650"), ("sSubKeyName", KEY)]
    assert script.requests[0].text_of("ResourceURI").endswith("/wmi/root/default/StdRegProv")


@pytest.mark.parametrize(
    ("inner", "names"),
    [
        ("<p:sNames>AA</p:sNames><p:ReturnValue>0</p:ReturnValue>", ("AA",)),
        ('<p:sNames xsi:nil="true"/><p:ReturnValue>0</p:ReturnValue>', ()),
        ("<p:ReturnValue>0</p:ReturnValue>", ()),
        ('<p:sNames xsi:nil="true"/><p:ReturnValue>2</p:ReturnValue>', None),
    ],
)
def test_subkeys_none_empty_and_one(inner: str, names: tuple[str, ...] | None) -> None:
    assert answering("EnumKey", inner)[0].subkeys(KEY) == names


def test_string() -> None:
    registry, script = answering("GetStringValue", "<p:ReturnValue>0</p:ReturnValue><p:sValue>Company CA</p:sValue>")
    assert registry.string(KEY, "Active") == "Company CA"
    assert script.requests[0].text_of("sValueName") == "Active"
    missing, _script = answering("GetStringValue", "<p:ReturnValue>2</p:ReturnValue>")
    assert missing.string(KEY, "Active") is None


def test_strings_are_an_element_each() -> None:
    inner = "<p:ReturnValue>0</p:ReturnValue><p:sValue>aa bb</p:sValue><p:sValue>cc</p:sValue>"
    registry, script = answering("GetMultiStringValue", inner)
    assert registry.strings(KEY, "CACertHash") == ("aa bb", "cc")
    assert script.requests[0].text_of("sValueName") == "CACertHash"
    missing, _script = answering("GetMultiStringValue", "<p:ReturnValue>2</p:ReturnValue>")
    assert missing.strings(KEY, "CACertHash") is None


@pytest.mark.parametrize(("text", "number"), [("1114446", 1114446), ("4294967295", 4294967295), ("-1", 4294967295)])
def test_dword_is_unsigned(text: str, number: int) -> None:
    registry, _script = answering("GetDWORDValue", f"<p:ReturnValue>0</p:ReturnValue><p:uValue>{text}</p:uValue>")
    assert registry.dword(KEY, "EditFlags") == number


def test_binary_is_an_element_per_byte() -> None:
    numbers = "".join(f"<p:uValue>{number}</p:uValue>" for number in (32, 0, 255))
    registry, _script = answering("GetBinaryValue", f"<p:ReturnValue>0</p:ReturnValue>{numbers}")
    assert registry.binary(KEY, "Blob") == b"\x20\x00\xff"


@pytest.mark.parametrize("bad", ["256", "-1", "x", ""])
def test_binary_of_no_bytes_is_garbled(bad: str) -> None:
    registry, _script = answering("GetBinaryValue", f"<p:ReturnValue>0</p:ReturnValue><p:uValue>{bad}</p:uValue>")
    with pytest.raises(GarbledAnswer):
        registry.binary(KEY, "Blob")


def test_denied_is_no_absence() -> None:
    registry, _script = answering("EnumKey", "<p:ReturnValue>5</p:ReturnValue>")
    with pytest.raises(RegistryError, match="denied") as caught:
        registry.subkeys(KEY)
    assert caught.value.code == 5


def test_other_errors_keep_their_number() -> None:
    registry, _script = answering("EnumKey", "<p:ReturnValue>87</p:ReturnValue>")
    with pytest.raises(RegistryError, match="Win32 error 87"):
        registry.subkeys(KEY)


def test_no_return_value_is_garbled() -> None:
    with pytest.raises(GarbledAnswer):
        answering("EnumKey", "<p:sNames>AA</p:sNames>")[0].subkeys(KEY)


def test_a_value_beyond_the_envelope_is_named_with_what_to_raise() -> None:
    client, _script = client_of(wsman_fault(2150858871))
    with pytest.raises(ValueTooLarge) as raised:
        WmiRegistry(WsmanWmi(client)).binary(KEY, "Blob")
    assert str(raised.value) == (
        rf"HKLM\{KEY}, Blob: the value is larger than what the host sends at once over WS-Management. Raise"
        " MaxEnvelopeSizekb on the host (up to Windows 2008 R2 it is 150, later 500):"
        ' winrm set winrm/config @{MaxEnvelopeSizekb="500"}'
    )


def test_another_fault_while_a_value_is_read_stays_that_fault() -> None:
    client, _script = client_of(wsman_fault(2150858752))
    with pytest.raises(WsmanFault):
        WmiRegistry(WsmanWmi(client)).binary(KEY, "Blob")
