# Copyright: (c) 2026, The ucops.rollout developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""See by handshakes that the other servers of a pool serve before the next one is changed; changes nothing.

What cannot be seen from here is no failure, as with the proof of an assignment: where the server itself says that
something listens, or where nobody ever logs on and nothing answers. Where this run alone does not log on, it is one.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from ansible_collections.ucops.rollout.plugins.module_utils.certificates.x509 import parse_certificate, timestamp
from ansible_collections.ucops.rollout.plugins.module_utils.codec import to_plain
from ansible_collections.ucops.rollout.plugins.module_utils.errors import RolloutError
from ansible_collections.ucops.rollout.plugins.module_utils.report.peers import Peer, PeerPort
from ansible_collections.ucops.rollout.plugins.plugin_utils.assigning.command import Shake
from ansible_collections.ucops.rollout.plugins.plugin_utils.assigning.proving import (
    AWAY,
    NONE,
    OTHER,
    SHOWN,
    UNSEEN,
    Patience,
    Port,
    SeenPort,
    judged,
    looked_until,
    with_listeners,
)
from ansible_collections.ucops.rollout.plugins.plugin_utils.winrm.host_port import WindowsHost

_NOT_ASKED = (
    "; this run does not log on to that server, which is outside of --limit, so that nobody could be asked whether"
    " something listens there"
)
_BRING_BACK = "See why, bring it back, and run again: what is renewed already stays so"
_TAKE_IN = "Bring it back, or take it into --limit, and run again: what is renewed already stays so"

OpenHost = Callable[[str], AbstractContextManager[WindowsHost]]


@dataclass(frozen=True, slots=True)
class SeenPeer:
    """What the ports of another server showed: ``shown`` is a certificate that will do, ``other`` one that will not.

    ``note``: why nobody could be asked there; empty where somebody was, or nobody had to be.
    """

    peer: Peer
    seen: tuple[SeenPort, ...]
    note: str = ""

    @property
    def failed(self) -> tuple[SeenPort, ...]:
        return tuple(one for one in self.seen if one.failed)


class PeersFail(RolloutError):
    """Another server of the pool does not serve. ``result`` joins the task's result."""

    def __init__(self, server: str, seen: Sequence[SeenPeer]) -> None:
        told = "; ".join(
            f"{one.peer.server}: {', '.join(_told(port) for port in one.failed)}{one.note}" for one in seen
        )
        super().__init__(
            f"nothing was changed here, since of its pool {told}",
            where=server,
            mend=f"{_TAKE_IN if all(one.note for one in seen) else _BRING_BACK}. Where that server is known"
            " to be away, give -e pool_certificates_peers=ignore",
        )


def see_peers(
    server: str, peers: Sequence[Peer], open_host: OpenHost, *, shake: Shake, patience: Patience, now: datetime
) -> tuple[SeenPeer, ...]:
    """What each shows, once all of them serve; raises ``PeersFail`` where one does not until time is over.

    :param server: that is changed next, for the message.
    :param open_host: a host of the inventory; only one whose port is not reached from here is opened.
    """
    looks = {_port(one): (peer, one) for peer in peers for one in peer.ports}
    ports = looked_until(tuple(looks), lambda port: _look(port, *looks[port], shake, now), patience)
    seen = {one.port: one for one in ports}
    found = tuple(_with_listeners(peer, [seen[_port(one)] for one in peer.ports], open_host) for peer in peers)
    failed = [one for one in found if one.failed]
    if failed:
        error = PeersFail(server, failed)
        error.result = peers_result(found)
        raise error
    return found


def peers_result(seen: Sequence[SeenPeer]) -> dict[str, Any]:
    """The documented result of ``peers_check``."""
    ports = [
        {
            "server": one.peer.server,
            "certificate": port.port.certificate,
            "component": port.port.component,
            "place": port.port.place,
            "shown": port.thumbprint,
            "state": port.state,
            "message": port.detail,
        }
        for one in seen
        for port in one.seen
    ]
    return {"changed": False, "ports": to_plain(ports)}


def _port(one: PeerPort) -> Port:
    return Port(one.certificate, one.component, one.address, one.port, one.own_port, one.thumbprint, one.name)


def _look(port: Port, peer: Peer, wanted: PeerPort, shake: Shake, now: datetime) -> SeenPort:
    handshake = shake(port.address, port.port, port.name)
    seen = judged(port, handshake)
    if seen.thumbprint is None:
        # Of one that nobody ever logs on to, a refusal is all that tells.
        return replace(seen, state=NONE) if handshake.refused and not peer.logon else seen
    if wanted.thumbprint is not None:
        why = "" if seen.state == SHOWN else f"and not {wanted.thumbprint}, which this run has proved there"
        return replace(seen, detail=why)
    why = _wrong(handshake.chain_der[0], port.place, now, due=wanted.due)
    return replace(seen, state=OTHER if why else SHOWN, detail=why)


def _wrong(der: bytes, place: str, now: datetime, *, due: bool) -> str:
    """Why a certificate will not do; empty where it will."""
    try:
        one = parse_certificate(der, where=place)
    except RolloutError as error:
        return error.what
    if now < one.not_before:
        return f"which is valid from {timestamp(one.not_before)} on only"
    return f"which expired on {timestamp(one.not_after)}" if now > one.not_after and not due else ""


def _with_listeners(peer: Peer, seen: Sequence[SeenPort], open_host: OpenHost) -> SeenPeer:
    """A port that is not reached from here is asked for at its server, where this run logs on to one."""
    if all(one.state != AWAY for one in seen):
        return SeenPeer(peer, tuple(seen))
    if not peer.host:
        return SeenPeer(peer, _as(seen, NONE), _NOT_ASKED) if peer.logon else SeenPeer(peer, _as(seen, UNSEEN))
    try:
        with open_host(peer.host) as host:
            return SeenPeer(peer, with_listeners(host, seen))
    except RolloutError as error:
        return SeenPeer(peer, _as(seen, NONE, f", and the server does not answer: {error.what}"))


def _as(seen: Sequence[SeenPort], state: str, more: str = "") -> tuple[SeenPort, ...]:
    return tuple(replace(one, state=state, detail=f"{one.detail}{more}") if one.state == AWAY else one for one in seen)


def _told(one: SeenPort) -> str:
    return f"{one.told} ({one.port.component.replace('_', ' ')})"
