"""XML of others: what is read, and what is refused before it costs anything."""

from __future__ import annotations

import pytest
from hypothesis import given
from unit.damage import torn

from ansible_collections.ucops.rollout.plugins.module_utils.xml_tree import Bounds, UnreadableXml, local, read_tree

BOUNDS = Bounds(size=10_000, elements=100, depth=10)
LAUGHS = (
    '<!DOCTYPE a [<!ENTITY b "ha"><!ENTITY c "&b;&b;&b;&b;&b;&b;&b;&b;"><!ENTITY d "&c;&c;&c;&c;&c;&c;&c;&c;">]>'
    "<a>&d;</a>"
)


def test_elements_have_their_namespaces_and_attributes() -> None:
    root = read_tree('<a xmlns="urn:x" b="1"><c xmlns="">&lt;é</c></a>', BOUNDS)
    assert (root.tag, local(root), root.attrib) == ("{urn:x}a", "a", {"b": "1"})
    assert [(one.tag, one.text) for one in root] == [("c", "<é")]


@pytest.mark.parametrize(
    "text",
    [
        "<!DOCTYPE a><a/>",
        '<!DOCTYPE a SYSTEM "http://other/x.dtd"><a/>',
        '<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]><a>&x;</a>',
        '<!DOCTYPE a [<!ENTITY % x SYSTEM "http://other/x.dtd"> %x;]><a/>',
        LAUGHS,
    ],
)
def test_document_types_and_entities_are_refused(text: str) -> None:
    with pytest.raises(UnreadableXml, match=r"^declares a document type, which is not read$"):
        read_tree(text, BOUNDS)


def test_an_entity_that_nobody_declared_is_no_xml() -> None:
    with pytest.raises(UnreadableXml, match="no XML that can be read"):
        read_tree("<a>&x;</a>", BOUNDS)


def test_each_bound_is_the_last_that_is_read() -> None:
    assert local(read_tree("<a>" * 10 + "</a>" * 10, BOUNDS)) == "a"
    with pytest.raises(UnreadableXml, match=r"^is nested deeper than 10 elements$"):
        read_tree("<a>" * 11 + "</a>" * 11, BOUNDS)
    assert len(read_tree(f"<a>{'<b/>' * 99}</a>", BOUNDS)) == 99
    with pytest.raises(UnreadableXml, match=r"^has more than 100 elements$"):
        read_tree(f"<a>{'<b/>' * 100}</a>", BOUNDS)
    assert read_tree(f"<a>{'x' * 9_993}</a>", BOUNDS).text == "x" * 9_993
    with pytest.raises(UnreadableXml, match=r"^has 10001 bytes, more than the 10000 that are read$"):
        read_tree(f"<a>{'x' * 9_994}</a>", BOUNDS)


def test_of_text_the_declared_encoding_says_nothing() -> None:
    """PowerShell's text declares UTF-16 whatever it is written in."""
    assert read_tree('<?xml version="1.0" encoding="utf-16"?><a>é</a>', BOUNDS).text == "é"
    assert read_tree('<?xml version="1.0" encoding="utf-16"?><a>é</a>'.encode("utf-16"), BOUNDS).text == "é"
    with pytest.raises(UnreadableXml, match="no XML that can be read"):
        read_tree(b'<?xml version="1.0" encoding="utf-16"?><a/>', BOUNDS)


@pytest.mark.parametrize("content", [b"", "", b"<a>", "text", b"<a></b>", "<a>\ud800</a>", b"<a>\xff</a>", "<a/><b/>"])
def test_what_is_no_xml(content: str | bytes) -> None:
    with pytest.raises(UnreadableXml, match="no XML that can be read"):
        read_tree(content, BOUNDS)


@given(torn('<a xmlns="urn:x" b="1"><c>text</c><!DOCTYPE a></a>', ["<", "&x;", "\ud800", "]]>"]))
def test_torn_xml_is_read_or_refused(content: str) -> None:
    try:
        read_tree(content, BOUNDS)
    except UnreadableXml as error:
        assert error.what
