"""A mark comes back as it was written, and whatever else is in its place is refused."""

from __future__ import annotations

import base64
import json
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from unit.damage import ANYTHING, damaged, torn

from ansible_collections.ucops.rollout.plugins.plugin_utils.assigning.former import Former
from ansible_collections.ucops.rollout.plugins.plugin_utils.assigning.marks import BadMark, Mark, decoded, encoded

NEW, OLD = "AB" * 20, "CD" * 20
BINDING = Former("http_sys", "0.0.0.0:443", OLD, "ipport", "MY")
NAMED = Former("http_sys", "www.company.com:443", OLD, "hostnameport", "WebHosting")
UNBOUND = Former("http_sys", "[::]:443", kind="ipport")
BY_COMMAND = Former("command", "10.0.0.11:5061", OLD)
OF_OCS = Former("wmi", "MSFT_SIPListeningAddressData {0A}", issuer="3000", serial="4a")
EMPTY_OF_OCS = Former("wmi", "MSFT_SIPRoutingSetting {0B}")
BY_CMDLETS = Former("cmdlets", "AccessEdgeExternal", OLD)
ALL = (BINDING, NAMED, UNBOUND, BY_COMMAND, OF_OCS, EMPTY_OF_OCS, BY_CMDLETS)


def told(value: Any) -> str:
    return base64.b64encode(json.dumps(value, separators=(",", ":")).encode()).decode()


def plain(**changes: Any) -> dict[str, Any]:
    return {"way": "http_sys", "place": "0.0.0.0:443", "thumbprint": OLD, "kind": "ipport", "store": "MY", **changes}


def test_there_and_back() -> None:
    text = encoded(ALL)
    assert decoded(NEW, text) == Mark(NEW, ALL)
    assert encoded([BINDING]) == told([plain()])
    assert set(text) <= set("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/=")
    assert decoded(NEW, encoded([Former("command", "[fd00::1]:5061", OLD)])).former[0].place == "[fd00::1]:5061"


@pytest.mark.parametrize(("name", "text"), [
    (NEW, None), (NEW, 7), (NEW, b"W10="), (NEW, ""), (NEW, "W10="), (NEW, "W 10="), (NEW, "\u0663"), (NEW, "e30="),
    (NEW, "A" * 7004), (NEW, base64.b64encode(b"[" * 5000).decode()),
    (NEW.lower(), told([plain()])), (NEW[:-1], told([plain()])), (NEW + "\\x", told([plain()])), ("", told([plain()])),
    (NEW, told(plain())), (NEW, told([[plain()]])), (NEW, told([plain(), plain()])),
    # Not in the form in which it is written: another order, an empty part, blanks, a line's end.
    (NEW, told([{"place": "0.0.0.0:443", **plain()}])), (NEW, told([plain(issuer="")])), (NEW, told([plain()]) + "\n"),
    (NEW, base64.b64encode(json.dumps([plain()]).encode()).decode()),
    (NEW, told([{"way": "http_sys", "place": "0.0.0.0:443", "kind": "ipport"}])),
    (NEW, told([plain(place=f"10.0.0.{number}:443") for number in range(65)])),
    *((NEW, told([one])) for one in (
        plain(way="else"), plain(way=""), plain(more="x"), plain(thumbprint=7), plain(thumbprint="x" * 40),
        plain(thumbprint=OLD.lower()), plain(thumbprint=OLD + " "), plain(kind="ccs"), plain(kind="hostnameport"),
        plain(place="0.0.0.0:443 appid={x}"), plain(place="0.0.0.0:0443"), plain(place="0.0.0.0:99999"),
        plain(place="WWW.company.com:443", kind="hostnameport"), plain(store="MY x"), plain(store=""),
        plain(issuer="30"), plain(serial="4a"),
        {"way": "command", "place": "10.0.0.1:5061 & x", "thumbprint": OLD},
        {"way": "command", "place": "10.0.0.1", "thumbprint": OLD},
        {"way": "command", "place": "10.0.0.1:5061", "thumbprint": OLD, "store": "MY"},
        {"way": "cmdlets", "place": "Default;x", "thumbprint": OLD},
        {"way": "cmdlets", "place": "Default\n", "thumbprint": OLD},
        {"way": "cmdlets", "place": "OAuthTokenIssuer", "thumbprint": OLD},
        {"way": "wmi", "place": "Win32_Process 1", "issuer": "30", "serial": "4a"},
        {"way": "wmi", "place": "MSFT_SIPRoutingSetting {\u00e9}", "issuer": "30", "serial": "4a"},
        {"way": "wmi", "place": "MSFT_SIPRoutingSetting {1}", "issuer": "3", "serial": "4a"},
        {"way": "wmi", "place": "MSFT_SIPRoutingSetting {1}", "issuer": "30", "serial": "4A"},
        {"way": "wmi", "place": "MSFT_SIPRoutingSetting {1}", "serial": "4a"},
        {"way": "wmi", "place": "MSFT_SIPRoutingSetting {1}", "issuer": "30", "serial": "4a" * 22},
        {"way": "wmi", "place": "MSFT_SIPRoutingSetting {1}", "issuer": "30", "serial": "4a", "thumbprint": OLD},
    )),
])  # fmt: skip
def test_what_is_no_mark(name: str, text: Any) -> None:
    with pytest.raises(BadMark):
        decoded(name, text)


SOUND = [{key: value for key, value in plain().items() if value}]


@given(ANYTHING.filter(lambda value: not isinstance(value, float)) | damaged(SOUND))
@example([plain(thumbprint="\ud800")])
def test_anything_is_a_mark_as_it_was_written_or_none(value: Any) -> None:
    try:
        text = told(value)
    except (TypeError, ValueError, RecursionError):
        return
    try:
        found = decoded(NEW, text)
    except BadMark:
        return
    assert encoded(found.former) == text


@given(torn(encoded(ALL)) | st.text(max_size=40))
def test_a_torn_value_is_a_mark_as_it_was_written_or_none(text: str) -> None:
    try:
        found = decoded(NEW, text)
    except BadMark:
        return
    assert encoded(found.former) == text
