"""XML out and in: what is refused, what arrives unchanged, what is found by its local name."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from unit import budgets

from ansible_collections.ucops.rollout.plugins.module_utils.xml_tree import local
from ansible_collections.ucops.rollout.plugins.plugin_utils.winrm import soap
from ansible_collections.ucops.rollout.plugins.plugin_utils.winrm.soap import (
    GarbledAnswer,
    IllegalText,
    parse,
    serialise,
    without_unused_prefixes,
)


@pytest.mark.parametrize("text", ["<!DOCTYPE a><a/>", '<!DOCTYPE a SYSTEM "http://other/x.dtd"><a/>'])
def test_document_type_alone_is_refused(text: str) -> None:
    with pytest.raises(GarbledAnswer, match="document type"):
        parse(text)


def test_entities_are_refused() -> None:
    with pytest.raises(GarbledAnswer, match="document type"):
        parse('<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]><a>&x;</a>')


@pytest.mark.parametrize(
    "content", [b"", b"<a>", "text", b"<a></b>", "<a>\ud800</a>", b"<?xml version='1.0' encoding='x'?><a/>"]
)
def test_what_is_no_xml_is_garbled(content: str | bytes) -> None:
    with pytest.raises(GarbledAnswer, match="no XML that can be read"):
        parse(content)


def test_size_and_depth_have_a_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    assert local(parse("<a>" * 64 + "</a>" * 64)) == "a"
    with pytest.raises(GarbledAnswer, match="deeper than 64"):
        parse("<a>" * 65 + "</a>" * 65)
    monkeypatch.setattr(soap, "MAX_ANSWER_BYTES", 10)
    assert parse("<a>12</a>x"[:-1]).text == "12"
    with pytest.raises(GarbledAnswer, match="11 bytes, more than the 10"):
        parse("<a>1234</a>")


ANSWER = parse(
    '<s:E xmlns:s="urn:s" xmlns:w="urn:w" xmlns:n="urn:n" xmlns:x="http://www.w3.org/2001/XMLSchema-instance">'
    "<w:Items><w:a> one </w:a></w:Items><n:Items><n:a>two</n:a></n:Items>"
    '<s:B x:nil="true"/><s:C x:nil=" 1 "/><s:D x:nil="false"/><s:F nil="true"/></s:E>'
)


def test_elements_are_found_in_any_namespace() -> None:
    assert local(ANSWER) == "E"
    assert [local(one) for one in soap.children(ANSWER, "Items")] == ["Items", "Items"]
    assert soap.text_of(soap.find(ANSWER, "a")) == "one"
    assert soap.child(ANSWER, "a") is None
    assert soap.find(ANSWER, "E") is None
    assert soap.text_of(None) == ""


@pytest.mark.parametrize(("name", "nil"), [("B", True), ("C", True), ("D", False), ("F", False)])
def test_null_is_known_by_schemas_attribute_alone(name: str, nil: bool) -> None:
    element = soap.child(ANSWER, name)
    assert element is not None and soap.is_nil(element) is nil


# Everything XML can carry unchanged, and everything it cannot.
CARRIED = st.text(
    st.characters(exclude_categories=["Cs", "Cc"], exclude_characters="\ufffe\uffff") | st.sampled_from("\t\n<>&'\"]")
)


@given(CARRIED)
def test_text_arrives_as_it_left(text: str) -> None:
    tree = parse(serialise({"a": {"@b": "x", "#text": text}}))
    assert (tree.text or "") == text
    assert parse(serialise({"a": {"@b": text}})).get("b") == text


BAD = "\x00\x01\x08\x0b\x0c\x0e\x1b\r\x7f\x85\x9f\ud800\udfff\ufffe\uffff"


@pytest.mark.parametrize("bad", BAD, ids=lambda bad: f"{ord(bad):04X}")
@budgets.part(1 / 6)
@given(before=CARRIED, after=CARRIED)
def test_what_xml_cannot_carry_is_refused(bad: str, before: str, after: str) -> None:
    for document in ({"a": before + bad + after}, {"a": {"@b": before + bad + after, "#text": "x"}}):
        with pytest.raises(IllegalText):
            serialise(document)


@given(st.text(max_size=20).filter(bool))
def test_no_text_becomes_an_element(text: str) -> None:
    try:
        tree = parse(serialise({"a": {"b": text}}))
    except IllegalText:
        return
    assert [element.tag for element in tree.iter()] == ["a", "b"]


def test_the_refused_character_is_named() -> None:
    with pytest.raises(IllegalText, match="holds the character U\\+0007, which cannot be sent to Windows. Remove the"):
        soap.xml_text("bell\x07")


def test_nothing_and_lists_keep_their_place() -> None:
    tree = parse(serialise({"a": {"b": ["1", "2"], "c": None, "d": 7}}))
    assert [(one.tag, one.text) for one in tree] == [("b", "1"), ("b", "2"), ("c", None), ("d", "7")]


@pytest.mark.parametrize(("message", "left_out"), [
    ('<e:E xmlns:e="urn:e" xmlns:cfg="urn:cfg" xmlns:rsp="urn:rsp" xmlns:xsi="urn:xsi"><rsp:A xsi:nil="true"/></e:E>',
     ' xmlns:cfg="urn:cfg"'),
    ('<?xml version="1.0"?>\n<e:E xmlns:e="urn:e" xmlns:p="urn:p" y:plain="1" xmlns:y="urn:y"><a>http://b</a></e:E>',
     ' xmlns:p="urn:p"'),
    ('<E xmlns="urn:e" xmlns:y="urn:y" xmlns:x="urn:x"><A x:type="y:text"/></E>', ""),
    ('<E xmlns:p="urn:p" xmlns:q="urn:q"><A xmlns:p="urn:other"><p:B/></A></E>', ' xmlns:q="urn:q"'),
    ('<E xmlns:q="urn:q"> xmlns:z="urn:z"<A> xmlns:z="urn:z"</A></E>', ' xmlns:q="urn:q"'),
    ("no XML", ""),
    ('<E xmlns:p="urn:p"><A>sp:1 -p:2 .p:3 _p:4 \u00fcp:5</A></E>', ' xmlns:p="urn:p"'),
    ('<E xmlns:p="urn:p"><A>sp:1 /p:2</A></E>', ""),
    ('<E xmlns:a.b="urn:p" xmlns:c="urn:c"><A>axb:1 c:2</A></E>', ' xmlns:a.b="urn:p"'),
])  # fmt: skip
def test_declarations_that_a_message_does_not_need_are_left_out(message: str, left_out: str) -> None:
    assert without_unused_prefixes(message) == (message.replace(left_out, "", 1) if left_out else message)
