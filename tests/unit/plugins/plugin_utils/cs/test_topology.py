"""The topology of a server: what its cmdlets gave, and what is told where they gave none."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from unit.damage import ANYTHING
from unit.deployments import CONTOSO, exported, published
from unit.fakes_windows import FakeServer
from unit.plugins.plugin_utils.assigning.test_cs_scripts import LATER

from ansible_collections.ucops.rollout.plugins.module_utils.errors import RolloutError
from ansible_collections.ucops.rollout.plugins.module_utils.topology.importing.documents import (
    LARGEST,
    Document,
    UrlSet,
)
from ansible_collections.ucops.rollout.plugins.module_utils.topology.importing.found import FoundUrl
from ansible_collections.ucops.rollout.plugins.module_utils.topology.importing.reading import import_topology
from ansible_collections.ucops.rollout.plugins.plugin_utils.cs.topology import (
    READ_TOPOLOGY,
    ReadTopology,
    read_topology,
)
from ansible_collections.ucops.rollout.plugins.plugin_utils.winrm.powershell import launched
from ansible_collections.ucops.rollout.plugins.plugin_utils.winrm.powershell_port import PowerShell, Script

NAME = "fe01 (Get-CsTopology -LocalStore)"
SQL = {"id": "SqlConnectionFailed,X", "type": "System.Data.SqlClient.SqlException", "text": "Anmeldung verweigert"}


class Answering(PowerShell):
    def __init__(self, answer: Mapping[str, Any]) -> None:
        self.answer = answer

    def run(self, script: Script, values: Mapping[str, str], *, timeout: float) -> Mapping[str, Any]:
        assert script is READ_TOPOLOGY and not values
        return {"module": "SkypeForBusiness", "ps": "5.1", "urls": [], **self.answer}


def read(**answer: Any) -> ReadTopology:
    return read_topology(replace(FakeServer("fe01").host, powershell=Answering(answer)))


def url(component: str, domain: str, active: str, entry: str = "") -> dict[str, str]:
    return {"component": component, "domain": domain, "active": active, "entry": entry}


def live_urls() -> list[dict[str, Any]]:
    return [{"identity": "Global", "urls": [url(component, domain, it) for component, domain, it in CONTOSO.urls]}]


def test_it_fits_reads_alone_and_is_in_the_language_of_powershell_2() -> None:
    text = READ_TOPOLOGY.text
    assert len(launched(READ_TOPOLOGY)) < 8000 and text.isascii()
    assert re.search(LATER, text, re.IGNORECASE) is None
    verbs = set(re.findall(r"\b([A-Z][a-z]+)-[A-Z][A-Za-z]+", text))
    assert verbs == {"Import", "Get"}
    assert text.count("-LocalStore") == text.count("Get-Cs") == 2


def test_what_is_too_long_for_an_import_does_not_leave_the_server() -> None:
    assert f"-gt {LARGEST})" in READ_TOPOLOGY.text
    with pytest.raises(RolloutError) as refused:
        read(length="52428800")
    assert str(refused.value) == (
        "fe01: its topology has 52428800 characters, more than the 20971520 that are read. No deployment is so large:"
        " see what is in the topology"
    )


def test_the_topology_and_the_urls_of_each_scope() -> None:
    sets = [
        {"identity": "Site:Dublin", "urls": [url("Meet", "*", "https://meet.contoso.ie")]},
        {
            "identity": "Global",
            "urls": [url("Meet", "contoso.com", "", "https://meet.contoso.com"), url("Cscp", "", "")],
        },
    ]
    assert read(topology="<a/>", urls=sets) == ReadTopology(
        Document(
            NAME,
            "<a/>",
            (
                UrlSet("Site", (FoundUrl("Meet", "", "https://meet.contoso.ie"),)),
                UrlSet("Global", (FoundUrl("Meet", "contoso.com", "https://meet.contoso.com"),)),
            ),
        ),
        (),
    )


def test_a_server_and_a_file_give_the_same_bytes() -> None:
    live = [read(topology=published(CONTOSO), urls=live_urls()).document for _unused in range(2)]
    made = [import_topology([one])["file"] for one in live]
    assert made[0] == made[1] == import_topology([Document(NAME, exported(CONTOSO))])["file"]


def test_urls_that_could_not_be_read_are_told_and_proposed() -> None:
    found = read(topology=published(CONTOSO), unread=SQL)
    assert found.warnings == ("fe01: the simple URLs could not be read: Anmeldung verweigert (SqlConnectionFailed,X)",)
    notes = import_topology([found.document])["notes"]
    assert [one["what"] for one in notes if one["path"] == "simple_urls"] == [
        "the simple URLs are those that the product proposes: meet.<SIP domain>, dialin. and admin.<default>"
    ]


@pytest.mark.parametrize(
    ("answer", "told"),
    [
        (
            {"error": SQL},
            "fe01: Get-CsTopology could not read the topology: Anmeldung verweigert (SqlConnectionFailed,X). The"
            " account has to be an administrator of the server and a member of RTCUniversalServerAdmins",
        ),
        (
            {"error": {"id": "X", "type": "T", "text": "kaputt"}},
            "fe01: Get-CsTopology could not read the topology: kaputt (X). The server may have got no replica yet"
            " (Get-CsManagementStoreReplicationStatus). Wait for it, or import a file instead: docs/import.md",
        ),
        (
            {"topology": ""},
            "fe01: Get-CsTopology gave no topology. The server may have got no replica yet"
            " (Get-CsManagementStoreReplicationStatus). Wait for it, or import a file instead: docs/import.md",
        ),
        (
            {"module": "", "loading": [{"id": "Modules_ModuleNotFound,X"}]},
            "fe01: neither the module SkypeForBusiness nor Lync is on the server. Name a Front End Server of the"
            " deployment, or import a file instead: docs/import.md",
        ),
    ],
)
def test_without_a_topology_it_says_why(answer: dict[str, Any], told: str) -> None:
    with pytest.raises(RolloutError) as refused:
        read(**answer)
    assert str(refused.value) == told


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (published(CONTOSO)[:-200], "unclosed|no element found|mismatched"),
        ('<!DOCTYPE a [<!ENTITY x "y">]><a>&x;</a>', "declares a document type"),
        (published(CONTOSO).replace("Topology.2008", "Topology.2030"), "a form of another version"),
        ("System.Xml.XmlDocument", "fe01"),
    ],
)
def test_a_text_that_is_no_whole_topology_is_refused_with_its_source(text: str, told: str) -> None:
    with pytest.raises(RolloutError, match=told) as refused:
        import_topology([read(topology=text).document])
    assert str(refused.value).startswith(NAME)


@given(st.sampled_from(["module", "loading", "topology", "error", "length", "urls", "unread"]), ANYTHING)
@example("urls", ["x"])
@example("urls", [{"identity": "Global", "urls": [{"component": 5}]}])
@example("error", "x")
def test_whatever_a_server_answers_is_read_or_refused(key: str, value: Any) -> None:
    for answer in ({"topology": "<a/>", key: value}, {"module": "", "topology": "", key: value}):
        try:
            assert isinstance(read(**answer).document.content, str)
        except RolloutError as error:
            assert error.what
