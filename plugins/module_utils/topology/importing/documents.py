# Copyright: (c) 2026, The ucops.rollout developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Documents of any form, as bytes or as text: which form it is, and what was found in all of them together."""

from __future__ import annotations

import codecs
import xml.etree.ElementTree as ET
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from ansible_collections.ucops.rollout.plugins.module_utils.errors import RolloutError
from ansible_collections.ucops.rollout.plugins.module_utils.topology.importing.builder import read_builder
from ansible_collections.ucops.rollout.plugins.module_utils.topology.importing.elements import (
    BUILDER,
    SIMPLE_URLS,
    TOPOLOGY,
    simple_urls,
)
from ansible_collections.ucops.rollout.plugins.module_utils.topology.importing.export_zip import is_zip, xml_files
from ansible_collections.ucops.rollout.plugins.module_utils.topology.importing.found import (
    FoundDeployment,
    FoundUrl,
    NotImported,
)
from ansible_collections.ucops.rollout.plugins.module_utils.topology.importing.published import read_published
from ansible_collections.ucops.rollout.plugins.module_utils.xml_tree import Bounds, UnreadableXml, local, read_tree

# A deployment of a hundred pools is below 3 MB and 50,000 elements; an export has the policies too.
LARGEST = 20 * 1024 * 1024  # bytes of a document
BOUNDS = Bounds(size=LARGEST, elements=500_000)
_MEND = (
    "Give what Get-CsTopology -AsXml shows (as text in a file), a file of Topology Builder (.tbxml), or the zip of"
    " Export-CsConfiguration"
)
_NAMESPACES = tuple(tag[1:].partition("}")[0] for tag in (TOPOLOGY, SIMPLE_URLS))
_EXPORT_AGAIN = "Export it again, and copy the file as a whole"


@dataclass(frozen=True)
class UrlSet:
    """A set of simple URLs; ``scope``: whose they are (``Global``, ``Site``), as far as the document says it."""

    scope: str
    urls: tuple[FoundUrl, ...]


@dataclass(frozen=True)
class Document:
    """A document by its name: the bytes of a file, or text that came from a server with ``urls`` beside it."""

    name: str
    content: bytes | str
    urls: tuple[UrlSet, ...] = ()


def read_documents(documents: Sequence[Document]) -> FoundDeployment:
    """The one deployment that the documents tell of, with the simple URLs of whichever has them.

    Raises NotImported where there is none, or more than one.
    """
    found: list[FoundDeployment] = []
    urls: list[UrlSet] = []
    for document in documents:
        urls += document.urls
        try:
            for root in _roots(document):
                found += [one for one in _deployments(root) if one not in found]
                urls += _url_sets(root)
        except RolloutError as error:
            raise NotImported(error.what, where=error.where or document.name, mend=error.mend) from error
    names = ", ".join(one.name for one in documents)
    if not found:
        raise NotImported("there is no topology in it", where=names, mend=_MEND)
    if len(found) > 1:
        raise NotImported(
            f"there are {len(found)} topologies that differ in it", where=names, mend="Give those of one deployment"
        )
    return _with_urls(found[0], urls)


def _with_urls(found: FoundDeployment, sets: Sequence[UrlSet]) -> FoundDeployment:
    """The topology's own URLs, else those for the whole deployment; a document may have others for single sites."""
    ordered = sorted((one for one in sets if one.urls), key=lambda one: one.scope != "Global")
    if found.urls is None and ordered:
        found = replace(found, urls=ordered[0].urls)
    others = {one.urls for one in ordered} - {found.urls}
    if others:
        remark = "there are other simple URLs too, such as for single sites, which were not taken"
        found = replace(found, remarks=(*found.remarks, remark))
    return found


def _roots(document: Document) -> Iterator[ET.Element]:
    """The roots of all XML in a document, and of the documents that are kept as text inside of it."""
    content = document.content
    if len(content) > LARGEST:
        raise NotImported(f"has more than the {LARGEST} bytes that are read", mend=_MEND)
    if isinstance(content, bytes) and is_zip(content):
        for name, inner in xml_files(content):
            yield from _with_inner(_tree(inner, f"{document.name} ({name})"))
    else:
        yield from _with_inner(_tree(content, document.name))


def _tree(content: bytes | str, name: str) -> ET.Element:
    text = content if isinstance(content, str) else _decoded(content, name)
    try:
        return read_tree(text.lstrip("\ufeff \t\r\n"), BOUNDS)
    except UnreadableXml as error:
        cut = "no element found" in error.what or "unclosed" in error.what
        mend = _EXPORT_AGAIN if cut and text.lstrip("\ufeff").lstrip().startswith("<") else _MEND
        raise NotImported(error.what, where=name, mend=mend) from error


def _decoded(content: bytes, name: str) -> str:
    """UTF-16 by its mark or its zeros, else UTF-8: what PowerShell declares is often not what it wrote."""
    if content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        encoding = "utf-16"
    elif b"\0" in content[:4]:
        encoding = "utf-16-be" if content.startswith(b"\0") else "utf-16-le"
    else:
        encoding = "utf-8-sig"
    try:
        return content.decode(encoding)
    except UnicodeDecodeError as error:
        raise NotImported(
            f"is neither UTF-8 nor UTF-16 (byte {error.start})", where=name, mend="Write it with -Encoding UTF8"
        ) from error


def _with_inner(root: ET.Element) -> Iterator[ET.Element]:
    """The root, and the roots of elements whose text is a document of its own; one level is known, no more are read."""
    yield root
    if root.tag in (TOPOLOGY, BUILDER, SIMPLE_URLS):
        return
    for element in root.iter():
        text = (element.text or "").strip()
        if text.startswith("<") and any(namespace in text for namespace in _NAMESPACES):
            yield read_tree(text, BOUNDS)


def _deployments(root: ET.Element) -> Iterator[FoundDeployment]:
    if root.tag == BUILDER:
        yield read_builder(root)
        return
    if root.tag != TOPOLOGY and local(root) in ("Topology", "TopologyBuilder"):
        raise NotImported(
            f"its root is {root.tag}, a form of another version that is not known",
            mend="Known are the forms of 2008 that Lync Server 2010 to Skype for Business Server SE write",
        )
    for element in root.iter(TOPOLOGY):
        yield read_published(element)


def _url_sets(root: ET.Element) -> Iterator[UrlSet]:
    """The sets outside of Topology Builder's files, which keep theirs in the topology."""
    if root.tag == BUILDER:
        return
    anchored = [one for one in root.iter() if local(one) == "AnchoredXml"]
    told = set()
    for one in anchored:
        scope = next((each.get("ScopeClass", "") for each in one if local(each) == "Key"), "")
        for element in one.iter(SIMPLE_URLS):
            told.add(element)
            yield UrlSet(scope, simple_urls(element))
    for element in root.iter(SIMPLE_URLS):
        if element not in told:
            yield UrlSet("", simple_urls(element))
