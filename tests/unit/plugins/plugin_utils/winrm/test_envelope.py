"""Envelopes as they leave."""

from __future__ import annotations

import pytest

from ansible_collections.ucops.rollout.plugins.plugin_utils.winrm.envelope import envelope, selector_set
from ansible_collections.ucops.rollout.plugins.plugin_utils.winrm.soap import IllegalText

ANONYMOUS = "http://schemas.xmlsoap.org/ws/2004/08/addressing/role/anonymous"
WHOLE = (
    '<?xml version="1.0" encoding="utf-8"?>\n'
    '<env:Envelope xmlns:env="http://www.w3.org/2003/05/soap-envelope"'
    ' xmlns:a="http://schemas.xmlsoap.org/ws/2004/08/addressing"'
    ' xmlns:w="http://schemas.dmtf.org/wbem/wsman/1/wsman.xsd">'
    "<env:Header><a:To>http://windows-host:5985/wsman</a:To>"
    f'<a:ReplyTo><a:Address mustUnderstand="true">{ANONYMOUS}</a:Address></a:ReplyTo>'
    '<w:MaxEnvelopeSize mustUnderstand="true">512000</w:MaxEnvelopeSize>'
    "<a:MessageID>uuid:1-2</a:MessageID>"
    '<w:Locale mustUnderstand="false" xml:lang="en-US"></w:Locale>'
    "<w:OperationTimeout>PT20S</w:OperationTimeout>"
    '<w:ResourceURI mustUnderstand="true">urn:resource</w:ResourceURI>'
    '<a:Action mustUnderstand="true">urn:act</a:Action>{more}</env:Header>'
    "<env:Body>{body}</env:Body></env:Envelope>"
)


def test_an_envelope_says_what_it_asks_and_declares_what_it_uses() -> None:
    text = envelope("urn:act", "urn:resource", {}, message_id="1-2", timeout=20)
    assert text == WHOLE.format(more="", body="")


def test_selectors_and_options_come_in_order() -> None:
    text = envelope(
        "urn:act",
        "urn:resource",
        {"w:X": "a<b"},
        message_id="1-2",
        timeout=20,
        selectors=[("Name", "a"), ("Zone", "b&c")],
        options=[("WINRS_CODEPAGE", "65001")],
    )
    more = (
        '<w:SelectorSet><w:Selector Name="Name">a</w:Selector><w:Selector Name="Zone">b&amp;c</w:Selector>'
        '</w:SelectorSet><w:OptionSet><w:Option Name="WINRS_CODEPAGE">65001</w:Option></w:OptionSet>'
    )
    assert text == WHOLE.format(more=more, body="<w:X>a&lt;b</w:X>")


@pytest.mark.parametrize("prefix", ["n", "p", "rsp", "xsi"])
def test_what_a_body_uses_is_declared(prefix: str) -> None:
    text = envelope("urn:act", "urn:resource", {f"{prefix}:X": "1"}, message_id="1", timeout=1)
    assert f' xmlns:{prefix}="http://' in text and text.count("xmlns:") == 4


def test_what_xml_cannot_carry_is_refused() -> None:
    with pytest.raises(IllegalText):
        envelope("urn:act", "urn:resource", {"p:X": "a\x00b"}, message_id="1", timeout=1)


def test_a_set_of_selectors() -> None:
    assert selector_set([("Name", "a")]) == {"w:Selector": [{"@Name": "Name", "#text": "a"}]}
