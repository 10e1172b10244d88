# Copyright: (c) 2026, The ucops.rollout developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Every target's handshake, side by side, and of every listener, once, the TLS versions that it offers."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from ansible_collections.ucops.rollout.plugins.module_utils.proof.side_by_side import (
    NOT_AGAIN,
    SILENT_EARLIER,
    Silence,
    in_parallel,
)
from ansible_collections.ucops.rollout.plugins.module_utils.proof.tls_targets import Target
from ansible_collections.ucops.rollout.plugins.module_utils.proof.tls_wire import TIMEOUT, Handshake

# Address, port, name; a look at the versions takes what the handshake showed before these.
ShakeHands = Callable[[str, int, str], Handshake]
LookAtVersions = Callable[[Handshake, str, int, str], Handshake]


def patient_once(shake_hands: ShakeHands, silence: Silence) -> Callable[[Target], Handshake]:
    """A handshake with a target, but a listener that is known not to answer is not waited for again."""

    def instead(first: Handshake | None) -> Handshake:
        return Handshake(TIMEOUT, detail=SILENT_EARLIER if first is None else f"{first.detail}; {NOT_AGAIN}")

    return lambda target: silence.probe(
        target.place,
        lambda: shake_hands(target.address, target.real_port, target.name),
        is_silent=lambda seen: seen.state == TIMEOUT,
        instead=instead,
    )


def survey(
    wanted: Sequence[Target], shake_hands: ShakeHands, versions: LookAtVersions, silence: Silence
) -> list[tuple[Target, Handshake]]:
    """The targets with what each showed, in their order."""
    seen = in_parallel(patient_once(shake_hands, silence), wanted, place=lambda target: target.place)
    firsts = {target.place: (target, handshake) for target, handshake in reversed([*zip(wanted, seen, strict=True)])}
    looked_at = dict(zip(firsts, in_parallel(lambda pair: _look(*pair, versions), [*firsts.values()]), strict=True))
    return [
        (target, _known(handshake, looked_at[target.place])) for target, handshake in zip(wanted, seen, strict=True)
    ]


def _look(target: Target, seen: Handshake, versions: LookAtVersions) -> Handshake:
    return versions(seen, target.address, target.real_port, target.name)


def _known(seen: Handshake, listener: Handshake) -> Handshake:
    """The versions are the listener's, whichever name was asked for."""
    return replace(seen, offered=listener.offered, not_offered=listener.not_offered) if seen.agreed else seen
