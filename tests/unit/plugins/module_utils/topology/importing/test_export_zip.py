"""Exports are read in memory, and what no export is costs nothing."""

from __future__ import annotations

import io
import zipfile

import pytest
from hypothesis import given
from unit.damage import torn
from unit.deployments import zipped

from ansible_collections.ucops.rollout.plugins.module_utils.topology.importing import export_zip
from ansible_collections.ucops.rollout.plugins.module_utils.topology.importing.export_zip import is_zip, xml_files
from ansible_collections.ucops.rollout.plugins.module_utils.topology.importing.found import NotImported


def made(*files: tuple[str, bytes]) -> bytes:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in files:
            archive.writestr(name, text)
    return content.getvalue()


def test_the_xml_files_alone_are_read() -> None:
    content = zipped(DocItemSet_xml="<a/>", b_XML="<b/>", other_dat=b"\0", inner_zip=zipped(c_xml="<c/>"))
    assert is_zip(content) and is_zip(zipped()) and not is_zip(b"<a/>")
    assert list(xml_files(content)) == [("DocItemSet.xml", b"<a/>"), ("b.XML", b"<b/>")]


@pytest.mark.parametrize("name", ["../a.xml", "/a.xml", "a/b.xml", "a\\b.xml", "c:a.xml"])
def test_files_in_folders_are_refused(name: str) -> None:
    with pytest.raises(NotImported, match="a file in a folder, which no such export has"):
        list(xml_files(made((name, b"<a/>"))))


def test_a_file_that_is_there_twice() -> None:
    with pytest.raises(NotImported, match="holds the file 'A.xml' twice"):
        list(xml_files(made(("a.xml", b"<a/>"), ("A.xml", b"<b/>"))))


def test_more_files_than_any_export_has() -> None:
    files = [(f"{at}.xml", b"<a/>") for at in range(51)]
    assert len(list(xml_files(made(*files[:50])))) == 50
    with pytest.raises(NotImported, match="holds 51 files, more than the 50 that are read"):
        list(xml_files(made(*files)))


def test_a_bomb_is_refused_before_it_is_unpacked() -> None:
    with pytest.raises(NotImported, match=r"holds the file 'a.xml', packed denser than any XML of this kind"):
        list(xml_files(made(("a.xml", b" " * (2 * 1024 * 1024)))))


def test_sizes_have_bounds(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(export_zip, "LARGEST_FILE", 10)
    monkeypatch.setattr(export_zip, "LARGEST_WHOLE", 15)
    assert list(xml_files(made(("a.xml", b"0123456789")))) == [("a.xml", b"0123456789")]
    with pytest.raises(NotImported, match=r"holds the file 'a.xml' of 11 bytes, more than the 10 that are read"):
        list(xml_files(made(("a.xml", b"0123456789a"))))
    with pytest.raises(NotImported, match="holds more than the 15 bytes that are read"):
        list(xml_files(made(("a.xml", b"0123456789"), ("b.xml", b"0123456789"))))


def test_a_size_that_lies_is_not_believed() -> None:
    content = bytearray(made(("a.xml", b"<a/>" * 100)))
    at = content.index(b"PK\x01\x02") + 24  # the size unpacked, in the directory at the end
    content[at : at + 4] = (4).to_bytes(4, "little")
    with pytest.raises(NotImported):
        list(xml_files(bytes(content)))


def test_an_encrypted_file() -> None:
    content = bytearray(made(("a.xml", b"<a/>")))
    content[content.index(b"PK\x01\x02") + 8] |= 1
    with pytest.raises(NotImported, match=r"holds the file 'a.xml' encrypted"):
        list(xml_files(bytes(content)))


@pytest.mark.parametrize("content", [b"PK\x03\x04", b"PK\x05\x06" + b"\0" * 10, zipped(a_xml="<a/>" * 50)[:-30]])
def test_what_is_no_zip_file(content: bytes) -> None:
    with pytest.raises(NotImported, match="is no zip file that can be read"):
        list(xml_files(content))


@given(torn(zipped(DocItemSet_xml="<a>text</a>" * 20, b_xml="<b/>"), [b"PK\x01\x02", b"\xff\xff\xff\xff"]))
def test_a_torn_zip_file_is_read_or_refused(content: bytes) -> None:
    try:
        assert all(len(text) <= 220 for _name, text in xml_files(content))
    except NotImported as error:
        assert error.what
