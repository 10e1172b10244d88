"""Documents of a deployment are read whole, or told as missing by the name that was given."""

from __future__ import annotations

from pathlib import Path

import pytest

from ansible_collections.ucops.rollout.plugins.module_utils.errors import RolloutError
from ansible_collections.ucops.rollout.plugins.plugin_utils.controller.documents import read_document


def test_a_document_has_the_name_of_its_file_and_its_content(tmp_path: Path) -> None:
    (tmp_path / "topology.xml").write_bytes(b"<a/>")
    found = read_document(str(tmp_path / "topology.xml"), named="~/topology.xml")
    assert (found.name, found.content) == ("topology.xml", b"<a/>")


@pytest.mark.parametrize("path", [None, "/nowhere/topology.xml"])
def test_one_that_is_not_there_is_told_by_the_name_given(path: str | None) -> None:
    with pytest.raises(RolloutError) as refused:
        read_document(path, named="topologie.xml")
    assert str(refused.value) == "topologie.xml: there is no such file. Give the path of a file on the controller"
