# Copyright: (c) 2026, The ucops.rollout developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Certificates revoked at the authority that issued them.

A serial number alone revokes nothing: the authority must have issued it for the key that is named with it. Whether it
is revoked is what the authority's record says afterwards.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from ansible_collections.ucops.rollout.plugins.module_utils.certificates.authority_port import (
    ISSUED,
    REVOCATION_REASONS,
    REVOKED,
    Authority,
    KnownRequest,
)
from ansible_collections.ucops.rollout.plugins.module_utils.change_set import CHANGE, Change, ChangeSet
from ansible_collections.ucops.rollout.plugins.module_utils.errors import RolloutError


@dataclass(frozen=True)
class Revocable:
    """A certificate by its serial number, hexadecimal, and its public key (SHA-256 of its information, likewise)."""

    serial_number: str
    public_key: str


@dataclass(frozen=True)
class RevocationState:
    """``state``: revoked, would_revoke, already_revoked, or failed; ``message`` says why it failed."""

    wanted: Revocable
    state: str
    request_id: int | None = None
    message: str = ""

    def to_result(self) -> dict[str, Any]:
        """One of the documented ``results`` of ``certificate_revoke``."""
        return {
            "serial_number": self.wanted.serial_number,
            "state": self.state,
            "request_id": self.request_id,
            "failed": self.state == "failed",
            "msg": self.message,
        }


def revoke_all(
    authority: Authority, wanted: Sequence[Revocable], reason: str, *, check_mode: bool
) -> tuple[RevocationState, ...]:
    """Revoke what is not revoked yet, and read it back; what fails fails alone.

    :param reason: one of ``REVOCATION_REASONS``.
    :raises RolloutError: the authority revokes nothing, is another one, or its record cannot be read.
    """
    if not authority.capabilities.revokes:
        raise RolloutError(
            "this authority revokes nothing for a run", where=authority.name, mend="Ask those who run it"
        )
    authority.policy()
    states = [_before(authority, one, row) for one, row in zip(wanted, _rows(authority, wanted), strict=True)]
    todo = [one for one in states if one.state == "would_revoke"]
    if check_mode or not todo:
        return tuple(states)
    said = _revoke(authority, [one.wanted.serial_number for one in todo], REVOCATION_REASONS[reason])
    rows = _rows(authority, [one.wanted for one in todo])
    after = {one.wanted: _after(authority, one.wanted, row, said) for one, row in zip(todo, rows, strict=True)}
    return tuple(after.get(one.wanted, one) for one in states)


def revocation_result(authority: Authority, states: Sequence[RevocationState]) -> dict[str, Any]:
    """The documented result of ``certificate_revoke``."""
    changes = [_change(authority, one) for one in states if one.state in ("revoked", "would_revoke")]
    text = "".join(f"{authority.name}: certificate {one.subject['serial_number']} revoked\n" for one in changes)
    return {
        **ChangeSet(after=text, changes=tuple(changes)).to_result(),
        "results": [one.to_result() for one in states],
    }


def _change(authority: Authority, state: RevocationState) -> Change:
    subject = {"serial_number": state.wanted.serial_number, "authority": authority.name}
    return Change(CHANGE, "certificate revoked", subject, before="issued", after="revoked", done="revoked")


def _rows(authority: Authority, wanted: Sequence[Revocable]) -> tuple[KnownRequest | None, ...]:
    return authority.issued_as([one.serial_number for one in wanted])


def _revoke(authority: Authority, serials: Sequence[str], reason: int) -> str:
    """What was said of it. A lost answer is no matter: the record is read afterwards."""
    try:
        return authority.revoke(serials, reason)
    except RolloutError as error:
        return str(error)


def _before(authority: Authority, wanted: Revocable, row: KnownRequest | None) -> RevocationState:
    if row is None:
        return _failed(wanted, None, f"{authority.name} has no certificate of serial number {wanted.serial_number}")
    if row.request.public_key != wanted.public_key:
        other = f"{authority.name} issued the certificate {wanted.serial_number} for another key; it was left alone"
        return _failed(wanted, row, other)
    if row.disposition == REVOKED:
        return RevocationState(wanted, "already_revoked", row.request_id)
    if row.disposition != ISSUED:
        return _failed(wanted, row, f"request {row.request_id} at {authority.name} is not issued ({row.disposition})")
    return RevocationState(wanted, "would_revoke", row.request_id)


def _after(authority: Authority, wanted: Revocable, row: KnownRequest | None, said: str) -> RevocationState:
    if row is not None and row.disposition == REVOKED:
        return RevocationState(wanted, "revoked", row.request_id)
    told = f": {said}" if said else ""
    return _failed(wanted, row, f"{authority.name} did not revoke the certificate {wanted.serial_number}{told}")


def _failed(wanted: Revocable, row: KnownRequest | None, message: str) -> RevocationState:
    return RevocationState(wanted, "failed", row.request_id if row else None, message)
