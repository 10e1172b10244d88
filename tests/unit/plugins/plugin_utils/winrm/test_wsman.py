from __future__ import annotations

import pytest
import requests
from hypothesis import given
from hypothesis import strategies as st
from unit.damage import torn
from unit.wsman_fakes import (
    TIMED_OUT,
    client_of,
    enumerated,
    envelope,
    instance,
    pulled,
    wsman_fault,
)
from winrm.exceptions import InvalidCredentialsError, WinRMTransportError

from ansible_collections.ucops.rollout.plugins.module_utils.errors import RolloutError
from ansible_collections.ucops.rollout.plugins.plugin_utils.winrm import soap
from ansible_collections.ucops.rollout.plugins.plugin_utils.winrm.faults import (
    ConnectionLost,
    HostUnreachable,
    OperationTimedOut,
)
from ansible_collections.ucops.rollout.plugins.plugin_utils.winrm.soap import GarbledAnswer, IllegalText

URI = "http://schemas.microsoft.com/wbem/wsman/1/wmi/root/MicrosoftDNS/*"
WQL = "SELECT * FROM MicrosoftDNS_Zone"
ZONES = [instance("MicrosoftDNS_Zone", Name=name) for name in ("a.example", "b.example", "c.example")]


def names(items) -> list[str]:
    return [item.find("*").text for item in items]


def enumerate_zones(*answers):
    client, script = client_of(*answers)
    return list(client.enumerate(URI, WQL, doing="reading the zones")), script


def test_2003_sends_everything_at_once() -> None:
    items, script = enumerate_zones(enumerated(*ZONES))
    assert names(items) == ["a.example", "b.example", "c.example"]
    assert script.actions == ["Enumerate"]


def test_2008_sends_one_item_first_and_a_new_context_with_each_pull() -> None:
    items, script = enumerate_zones(
        enumerated(ZONES[0], context="uuid:1", end=False),
        pulled(ZONES[1], context="uuid:2", end=False),
        pulled(ZONES[2]),
    )
    assert names(items) == ["a.example", "b.example", "c.example"]
    assert script.actions == ["Enumerate", "Pull", "Pull"]
    assert [request.text_of("EnumerationContext") for request in script.requests[1:]] == ["uuid:1", "uuid:2"]


def test_pull_without_a_new_context_keeps_the_old_one() -> None:
    _items, script = enumerate_zones(
        enumerated(ZONES[0], context="uuid:1", end=False), pulled(ZONES[1], end=False), pulled()
    )
    assert [request.text_of("EnumerationContext") for request in script.requests[1:]] == ["uuid:1", "uuid:1"]


def test_enumerate_asks_with_filter_and_optimisation() -> None:
    _items, script = enumerate_zones(enumerated())
    (request,) = script.requests
    assert request.text_of("Filter") == WQL
    assert request.one("Filter").get("Dialect") == "http://schemas.microsoft.com/wbem/wsman/1/WQL"
    assert request.text_of("MaxElements") == "32000"
    assert request.text_of("ResourceURI") == URI
    assert request.all("OptimizeEnumeration") and not request.all("EnumerationMode")


def test_what_no_host_has_to_be_told_is_not_sent() -> None:
    _items, script = enumerate_zones(enumerated())
    (request,) = script.requests
    assert request.all("Locale") and not request.all("DataLocale")


@pytest.mark.parametrize(
    "answers",
    [
        ["<html>no SOAP</html>"],
        ["nothing that could be XML"],
        [""],
        [enumerated(*ZONES)[:-40]],
        [envelope("<n:PullResponse/>")],
        [envelope("")],
        [enumerated(ZONES[0], end=False)],
        [enumerated(ZONES[0], context="uuid:1", end=False), envelope("<n:EnumerateResponse/>")],
        [enumerated(*ZONES).replace("MESSAGE-ID", "uuid:00000000-0000-0000-0000-000000000000")],
        ['<!DOCTYPE x [<!ENTITY e "e">]>' + enumerated(*ZONES)],
        ["<a>" * 100 + "</a>" * 100],
    ],
    ids=[
        "html", "text", "nothing", "cut off", "wrong element", "empty body", "neither end nor context",
        "wrong element on pull", "answer to another request", "document type", "nested too deep",
    ],
)  # fmt: skip
def test_garbled_answer_raises_and_is_never_empty(answers: list[str]) -> None:
    with pytest.raises(GarbledAnswer):
        enumerate_zones(*answers)


def test_huge_answer_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(soap, "MAX_ANSWER_BYTES", 1000)
    with pytest.raises(GarbledAnswer, match="more than the 1000"):
        enumerate_zones(enumerated(*ZONES))


def test_operation_timeout_is_not_sent_again_and_says_so() -> None:
    client, script = client_of(TIMED_OUT)
    with pytest.raises(OperationTimedOut, match="may have happened"):
        client.send("urn:act", URI, {}, doing="creating a zone")
    assert len(script.requests) == 1


@pytest.mark.parametrize(
    "failure",
    [
        requests.exceptions.ConnectionError("reset by peer"),
        requests.exceptions.ReadTimeout("read timed out"),
        requests.exceptions.ChunkedEncodingError("incomplete"),
        WinRMTransportError("http", 400, ""),
        KeyError("content-type"),
        ConnectionResetError(104, "reset"),
    ],
    ids=repr,
)
def test_lost_connection_is_not_retried_and_gets_a_new_session(failure: Exception) -> None:
    client, script = client_of(failure)
    with pytest.raises(ConnectionLost, match="It may have happened all the same"):
        client.send("urn:act", URI, {}, doing="creating a zone")
    assert (len(script.requests), script.sessions_closed) == (1, 1)


def test_refused_logon_makes_the_host_unreachable_and_is_the_last() -> None:
    client, script = client_of(InvalidCredentialsError("the specified credentials were rejected by the server"))
    for _message in range(2):
        with pytest.raises(HostUnreachable, match="refused the logon"):
            client.send("urn:act", URI, {}, doing="reading")
    assert len(script.requests) == 1


def test_put_delete_and_get_carry_all_selectors() -> None:
    client, script = client_of(envelope("<x>1</x>"), envelope("<x>2</x>"), envelope(""))
    keys = [("Name", "a&b"), ("ContainerName", "z")]
    assert client.get(URI, keys, doing="d").text == "1"
    assert client.put(URI, keys, {"p:X": {"p:Y": "1"}}, doing="d").text == "2"
    client.delete(URI, keys, doing="d")
    assert script.actions == ["Get", "Put", "Delete"]
    assert [request.selectors for request in script.requests] == [{"Name": "a&b", "ContainerName": "z"}] * 3


def test_get_of_two_objects_is_garbled() -> None:
    client, _script = client_of(envelope("<x/><x/>"))
    with pytest.raises(GarbledAnswer, match="2 objects"):
        client.get(URI, [], doing="d")


def test_illegal_text_is_never_sent() -> None:
    client, script = client_of()
    with pytest.raises(IllegalText, match="U\\+0000"):
        client.send("urn:act", URI, {"p:X": "a\x00b"}, doing="d")
    assert script.requests == []


ANSWERS = [
    enumerated(*ZONES),
    enumerated(ZONES[0], context="uuid:1", end=False),
    wsman_fault(2150858793),
]
NOISE = ["<", ">", "&", "&#0;", "<![CDATA[", "]]>", "<!DOCTYPE a>", "<?x?>", "</s:Body>", '<p:B xmlns:p="">', "}", "{"]


@given(st.sampled_from(ANSWERS).flatmap(lambda text: torn(text, NOISE)))
def test_a_torn_answer_is_read_or_refused_in_words(text: str) -> None:
    """What cannot be sent over HTTP as UTF-8 comes as other bytes, and is garbled."""
    told = text.encode("utf-8", "replace").decode("utf-8")
    client, _script = client_of(told, *[enumerated()] * 2)
    try:
        found = [item.tag for item in client.enumerate(URI, WQL, doing="reading the zones")]
    except RolloutError as error:
        str(error).encode("utf-8")
    else:
        assert len(found) <= told.count("<")


def test_a_request_that_is_too_large_says_what_to_raise() -> None:
    client, _script = client_of(WinRMTransportError("http", 413, ""))
    with pytest.raises(ConnectionLost) as raised:
        list(client.enumerate(URI, WQL, doing="reading the zones"))
    assert str(raised.value).partition(": reading")[2] == (
        " the zones: the host takes no request of this size (HTTP 413). Raise MaxEnvelopeSizekb on the host (up to"
        ' Windows 2008 R2 it is 150, later 500): winrm set winrm/config @{MaxEnvelopeSizekb="500"}'
    )


def test_answers_of_500_kb_are_taken() -> None:
    _items, script = enumerate_zones(enumerated(*ZONES))
    assert script.requests[0].text_of("MaxEnvelopeSize") == "512000"
