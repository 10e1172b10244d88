"""What people and other teams do in the lab while somebody follows a guide, and what breaks there."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

ORDERS: dict[str, Callable[..., None]] = {}


def order(name: str) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """An order of the comment `lab` that takes the walk and the words after its name."""

    def keep(work: Callable[..., None]) -> Callable[..., None]:
        ORDERS[name] = work
        return work

    return keep


@order("stop")
def stop(walk: Any, host: str) -> None:
    """A machine goes off the network."""
    walk.site.estate.stop_host(host)


@order("start")
def start(walk: Any, host: str) -> None:
    walk.site.estate.start_host(host)


@order("command")
def command(walk: Any, host: str, line: str) -> None:
    """Somebody types a command line on a host."""
    walk.site.command(host, line)
