"""Addresses of a name are tried one after the other, all within one deadline."""

from __future__ import annotations

import socket
from collections.abc import Callable

import pytest
from proofkit import listeners

from ansible_collections.ucops.rollout.plugins.module_utils.proof import connecting

Way = Callable[[float], float]


class Network:
    """Addresses 10.0.0.1, 10.0.0.2, …: each takes the time that its way says, of the time that it is given."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, *ways: OSError | Way) -> None:
        self.now, self.ways, self.opened, self.closed = 0.0, list(ways), 0, 0
        self.tried: list[tuple[str, float]] = []
        places = [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (f"10.0.0.{n}", 443)) for n in range(1, len(ways) + 1)]
        monkeypatch.setattr(socket, "getaddrinfo", lambda *_args, **_named: places)
        monkeypatch.setattr(socket, "socket", self.open)

    def clock(self) -> float:
        return self.now

    def open(self, *_kind: int) -> Network:
        self.opened += 1
        return self

    def settimeout(self, seconds: float) -> None:
        self.seconds = seconds

    def connect(self, place: tuple[str, int]) -> None:
        self.tried.append((place[0], self.seconds))
        way = self.ways[len(self.tried) - 1]
        if isinstance(way, OSError):
            raise way
        took = way(self.seconds)
        self.now += took
        if took >= self.seconds:
            raise TimeoutError("timed out")

    def close(self) -> None:
        self.closed += 1


def silent(seconds: float) -> float:
    return seconds


def test_silent_addresses_share_one_deadline(monkeypatch: pytest.MonkeyPatch) -> None:
    network = Network(monkeypatch, silent, silent, silent, silent)
    with pytest.raises(TimeoutError):
        connecting.connect("pool.company.com", 443, 8.0, network.clock)
    assert network.tried == [("10.0.0.1", 2.0), ("10.0.0.2", 2.0), ("10.0.0.3", 2.0), ("10.0.0.4", 2.0)]
    assert (network.now, network.closed) == (8.0, 4)


def test_what_refuses_at_once_leaves_its_share_to_the_others(monkeypatch: pytest.MonkeyPatch) -> None:
    network = Network(monkeypatch, ConnectionRefusedError(), lambda seconds: 1.0)
    assert connecting.connect("pool.company.com", 443, 8.0, network.clock) is network
    assert network.tried == [("10.0.0.1", 4.0), ("10.0.0.2", 8.0)]
    assert network.closed == 1


def test_after_the_deadline_nothing_is_tried(monkeypatch: pytest.MonkeyPatch) -> None:
    network = Network(monkeypatch, lambda seconds: seconds + 9, silent, silent)
    with pytest.raises(TimeoutError):
        connecting.connect("pool.company.com", 443, 6.0, network.clock)
    assert network.opened == 1


def test_the_last_failure_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    network = Network(monkeypatch, silent, ConnectionRefusedError("refused"))
    with pytest.raises(ConnectionRefusedError):
        connecting.connect("pool.company.com", 443, 6.0, network.clock)


def test_a_name_without_an_address() -> None:
    with pytest.raises(OSError):
        connecting.connect("no-such-host.invalid", 443, 5.0)


def test_a_real_listener() -> None:
    with (
        listeners.tcp_listener(lambda connection: connection.sendall(b"hello")) as port,
        connecting.connect("127.0.0.1", port, 5.0) as made,
    ):
        assert made.recv(5) == b"hello"
