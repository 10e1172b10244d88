"""Who runs the collection, where, and in which version."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from ansible_collections.ucops.rollout.plugins.plugin_utils.controller import running


def test_this_working_copy() -> None:
    assert re.fullmatch(r"\d+\.\d+\.\d+\S*", running.collection_version())
    assert running.controller()


def test_operator(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LOGNAME", "consultant")
    assert running.operator() == "consultant"


def test_nobody_knows_the_operator(monkeypatch: pytest.MonkeyPatch) -> None:
    def unknown() -> str:
        raise KeyError("no such uid")

    monkeypatch.setattr(running.getpass, "getuser", unknown)
    assert running.operator() == ""


def test_versions(tmp_path: Path) -> None:
    assert running.collection_version(tmp_path) == ""
    (tmp_path / "galaxy.yml").write_text("namespace: ucops\nversion: 1.2.3\n", encoding="utf-8")
    assert running.collection_version(tmp_path) == "1.2.3"
    manifest = {"collection_info": {"version": "1.2.4"}}
    (tmp_path / "MANIFEST.json").write_text(json.dumps(manifest), encoding="utf-8")
    assert running.collection_version(tmp_path) == "1.2.4"
