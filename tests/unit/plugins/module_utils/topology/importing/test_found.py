"""What was found, by the questions that are asked of it."""

from __future__ import annotations

from unit.deployments import CONTOSO, published

from ansible_collections.ucops.rollout.plugins.module_utils.topology.importing.documents import Document, read_documents
from ansible_collections.ucops.rollout.plugins.module_utils.topology.importing.found import FoundInterface, FoundMachine


def test_interfaces_are_found_by_side_and_number() -> None:
    inner = FoundInterface("Internal", 1, "10.0.0.1", "")
    outer = (FoundInterface("External", 1, "10.1.0.1", ""), FoundInterface("External", 2, "10.1.0.2", "131.107.155.1"))
    machine = FoundMachine("edge01.contoso.net", (inner, *outer))
    assert machine.at("Internal") == (inner,)
    assert machine.at("External") == outer
    assert machine.at("External", 2) == outer[1:]
    assert machine.at("Primary") == ()


def test_services_are_found_by_their_pool_and_listener() -> None:
    found = read_documents([Document("a.xml", published(CONTOSO))])
    assert [one.role for one in found.on("edge.contoso.net")] == ["EdgeServer", "ManagementServices"]
    assert [(one.role, one.on_database) for one in found.on("sql01.contoso.net")] == [("UserStore", True)]
    edge = found.on("edge.contoso.net")[0]
    assert [one.port for one in edge.listeners("MediaRelayEdge", "TURNServer", "External")] == [443, 3478]
