"""Variables of hosts, each host worked out once."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from ansible_collections.ucops.rollout.plugins.module_utils.report.kept import ReadHostVars, kept


class Counting(Mapping[str, Mapping[str, Any]]):
    def __init__(self) -> None:
        self.looks: list[str] = []

    def __getitem__(self, host: str) -> Mapping[str, Any]:
        self.looks.append(host)
        return {"one": 1}

    def __iter__(self) -> Iterator[str]:
        return iter(["fe1", "fe2"])

    def __len__(self) -> int:
        return 2

    def __contains__(self, host: object) -> bool:
        return host in ("fe1", "fe2")


def test_a_variable_of_a_host() -> None:
    assert kept({"fe1": {"one": 1}}, "fe1", "one") == 1
    assert kept({"fe1": {}}, "fe1", "one") is kept({}, "fe1", "one") is None


def test_a_host_is_worked_out_once() -> None:
    counting = Counting()
    read = ReadHostVars(counting)
    assert [kept(read, host, name) for host in ("fe1", "fe3", "fe1") for name in ("one", "two")] == [
        1, None, None, None, 1, None,
    ]  # fmt: skip
    assert counting.looks == ["fe1"]
    assert (list(read), len(read), "fe2" in read) == (["fe1", "fe2"], 2, True)
