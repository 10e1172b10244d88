"""Whether anything listens, on loopback."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from dataclasses import replace

import pytest

from ansible_collections.ucops.rollout.plugins.plugin_utils.winrm import listener
from ansible_collections.ucops.rollout.plugins.plugin_utils.winrm.faults import HostUnreachable, LogonRefused
from ansible_collections.ucops.rollout.plugins.plugin_utils.winrm.listener import see_listener
from ansible_collections.ucops.rollout.plugins.plugin_utils.winrm.logon import LogonAttempt


@pytest.fixture
def port() -> Iterator[int]:
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        listening.listen(1)
        yield int(listening.getsockname()[1])


def attempt(port: int) -> LogonAttempt:
    return LogonAttempt("dc01", "127.0.0.1", port, "COMPANY\\u", "ntlm")


def test_something_listens(port: int) -> None:
    see_listener(attempt(port))


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({}, "nothing listens there"),
        ({"address": "nohost.invalid"}, r"\(nohost\.invalid:\d+\): .*: its name does not resolve"),
        ({"address": "dc01..local"}, r"\(dc01\.\.local:\d+\): .*: its name does not resolve"),
        ({"address": "n" * 64}, rf"\({'n' * 64}:\d+\): .*: its name does not resolve"),
    ],
)
def test_nothing_listens(changes: dict[str, str], told: str) -> None:
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        nowhere = attempt(closed.getsockname()[1])
        with pytest.raises(HostUnreachable, match=told) as refused:
            see_listener(replace(nowhere, **changes), seconds=5)
    assert not isinstance(refused.value, LogonRefused)


def test_no_answer_in_time(monkeypatch: pytest.MonkeyPatch) -> None:
    def silent(address: str, port: int, seconds: float) -> None:
        raise TimeoutError("timed out")

    monkeypatch.setattr(listener, "connect", silent)
    with pytest.raises(HostUnreachable, match=r"no answer in time \(timed out\)"):
        see_listener(attempt(5985))


def test_behind_a_proxy_nothing_is_tried() -> None:
    see_listener(replace(attempt(1), proxy="http://proxy:3128"))
