"""Documents of every form and encoding, alone and together; hostile ones are refused in words."""

from __future__ import annotations

from dataclasses import replace
from xml.sax.saxutils import escape

import pytest
from hypothesis import given
from unit.damage import torn
from unit.deployments import (
    CONTOSO,
    builder,
    doc_item_set,
    exported,
    published,
    simple_url_configuration,
    zipped,
)

from ansible_collections.ucops.rollout.plugins.module_utils.errors import RolloutError
from ansible_collections.ucops.rollout.plugins.module_utils.topology.importing import documents
from ansible_collections.ucops.rollout.plugins.module_utils.topology.importing.documents import Document, read_documents
from ansible_collections.ucops.rollout.plugins.module_utils.topology.importing.found import (
    FoundDeployment,
    FoundUrl,
    NotImported,
)

URLS = simple_url_configuration(CONTOSO.urls)


def found(*contents: bytes | str) -> FoundDeployment:
    return read_documents([Document(f"{at}.xml", content) for at, content in enumerate(contents)])


def test_all_forms_tell_the_same() -> None:
    whole = found(builder(CONTOSO))
    assert found(exported(CONTOSO)) == whole
    assert found(published(CONTOSO), URLS) == whole
    assert found(published(CONTOSO)) == replace(whole, urls=None)
    assert whole.urls is not None and len(whole.urls) == 4


@pytest.mark.parametrize(
    "content",
    [
        published(CONTOSO),
        "\ufeff" + published(CONTOSO),
        '\r\n<?xml version="1.0" encoding="utf-16"?>\r\n' + published(CONTOSO),
        published(CONTOSO).encode(),
        published(CONTOSO).encode("utf-8-sig"),
        published(CONTOSO).encode("utf-16"),
        published(CONTOSO).encode("utf-16-le"),
        published(CONTOSO).encode("utf-16-be"),
        ('<?xml version="1.0" encoding="utf-16"?>' + published(CONTOSO)).encode(),
        ('<?xml version="1.0" encoding="utf-16"?>' + published(CONTOSO)).encode("utf-16"),
        zipped(DocItemSet_xml=doc_item_set(published(CONTOSO)).encode("utf-16")),
        zipped(DocItemSet_xml=f"<DocItemSet><Data>{escape(published(CONTOSO))}</Data></DocItemSet>"),
    ],
)
def test_every_encoding_and_wrapping_is_read(content: bytes | str) -> None:
    assert found(content) == found(published(CONTOSO))


def test_the_urls_of_the_whole_deployment_are_taken_before_those_of_a_site() -> None:
    site = simple_url_configuration([("Meet", "contoso.com", "https://meet-paris.contoso.com")])
    content = zipped(
        A_xml=doc_item_set(site, scope="Site"),
        B_xml=doc_item_set(published(CONTOSO), URLS, scope="Global"),
    )
    whole = found(content)
    assert whole.urls == found(builder(CONTOSO)).urls
    assert whole.remarks == ("there are other simple URLs too, such as for single sites, which were not taken",)
    assert found(zipped(A_xml=doc_item_set(site, published(CONTOSO), scope="Site"))).urls == (
        FoundUrl("Meet", "contoso.com", "https://meet-paris.contoso.com"),
    )


def test_a_topology_given_twice_counts_once_and_two_are_refused() -> None:
    assert found(published(CONTOSO), published(CONTOSO)) == found(published(CONTOSO))
    with pytest.raises(NotImported, match=r"^0.xml, 1.xml: there are 2 topologies that differ in it"):
        found(published(CONTOSO), published(replace(CONTOSO, version=8)))


@pytest.mark.parametrize(
    ("content", "told"),
    [
        ('<!DOCTYPE a [<!ENTITY b "ha"><!ENTITY c "&b;&b;&b;">]><a>&c;</a>', "declares a document type"),
        ('<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]><a>&x;</a>', "declares a document type"),
        (published(CONTOSO)[:2000], "is no XML that can be read .*Export it again, and copy the file as a whole"),
        ("PowerShell says no", "is no XML that can be read .*Give what Get-CsTopology"),
        ("", "is no XML that can be read"),
        (b"\xff<a/>", r"is neither UTF-8 nor UTF-16 \(byte 0\). Write it with -Encoding UTF8"),
        (b"\xff\xfe<", "is neither UTF-8 nor UTF-16"),
        ("<a/>", "there is no topology in it. Give what Get-CsTopology -AsXml shows"),
        (URLS, "there is no topology in it"),
        ("<Topology/>", "its root is Topology, a form of another version that is not known"),
        (
            published(CONTOSO).replace("Topology.2008", "Topology.2030"),
            "its root is {urn:schema:Microsoft.Rtc.Management.Deploy.Topology.2030}Topology, a form of another version",
        ),
        (builder(CONTOSO).replace("TopologyBuilder.2008", "TopologyBuilder.2030"), "a form of another version"),
        (zipped(a_dat=b"x"), "there is no topology in it"),
        (zipped(a_xml=b"<a>")[:-4], "is no zip file that can be read"),
        (zipped(a_xml=b"<!DOCTYPE a><a/>"), r"0.xml \(a.xml\): declares a document type"),
        (zipped(a_xml=f"<a>{escape('<!DOCTYPE a>' + published(CONTOSO))}</a>"), "declares a document type"),
        ("<a>" * 65 + "</a>" * 65, "is nested deeper than 64 elements"),
        (published(CONTOSO).replace("contoso.com", "contoso .com"), "holds a space"),
    ],
)
def test_what_cannot_be_imported_is_told_with_its_name(content: bytes | str, told: str) -> None:
    with pytest.raises(NotImported, match=told) as caught:
        found(content)
    assert str(caught.value).startswith("0.xml")
    assert len(str(caught.value)) < 500


def test_a_document_of_50_mb_is_not_parsed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(documents, "read_tree", None)
    with pytest.raises(NotImported, match=r"^0.xml: has more than the 20971520 bytes that are read"):
        found(b"<a>" + b" " * 50_000_000)


@given(torn(published(CONTOSO), ["<", ">", '"', "&x;", "0", "-1", 'IPAddress="', "<!DOCTYPE a>"]))
def test_a_torn_document_is_read_or_refused(content: str) -> None:
    try:
        assert found(content).sip_domains
    except RolloutError as error:
        assert error.what


@given(torn(exported(CONTOSO)))
def test_a_torn_export_is_read_or_refused(content: bytes) -> None:
    try:
        assert found(content).sip_domains
    except RolloutError as error:
        assert error.what
