# Copyright: (c) 2026, The ucops.rollout developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Assign a certificate to a service that has no interface of its own for it, such as the Front End of OCS.

The truth is what the service serves. So there is a handshake first, and a site's own command (or a person with the
wizard) only where that shows another certificate. Where nobody answers, the server itself is asked whether anything
listens: nothing does after a run that was cut off between installing and assigning, and after a command that was wrong.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ansible_collections.ucops.rollout.plugins.module_utils.certificates.x509 import X509Certificate, thumbprint
from ansible_collections.ucops.rollout.plugins.module_utils.change_set import (
    CHANGE,
    CREATE,
    NOT_READ_BACK,
    WOULD_CHANGE,
    AssignedPlace,
    Change,
    ChangeSet,
    assigned_place,
)
from ansible_collections.ucops.rollout.plugins.module_utils.codec import to_plain
from ansible_collections.ucops.rollout.plugins.module_utils.errors import RolloutError
from ansible_collections.ucops.rollout.plugins.module_utils.names import LONGEST_NAME
from ansible_collections.ucops.rollout.plugins.module_utils.proof.result import endpoint_text
from ansible_collections.ucops.rollout.plugins.module_utils.proof.tls_wire import Handshake, probe
from ansible_collections.ucops.rollout.plugins.module_utils.values import Thumbprint
from ansible_collections.ucops.rollout.plugins.plugin_utils.assigning.by_hand import (
    MANUAL,
    PLANNED,
    HandAssignment,
    steps_by_hand,
)
from ansible_collections.ucops.rollout.plugins.plugin_utils.assigning.former import BY_COMMAND, Former
from ansible_collections.ucops.rollout.plugins.plugin_utils.assigning.keeping_port import FormerKeeper, KeepsNothing
from ansible_collections.ucops.rollout.plugins.plugin_utils.certificates.certreq import failed
from ansible_collections.ucops.rollout.plugins.plugin_utils.certificates.stores import MY, CertificateStores
from ansible_collections.ucops.rollout.plugins.plugin_utils.winrm.host_port import WindowsHost
from ansible_collections.ucops.rollout.plugins.plugin_utils.winrm.netstat import listening_ports
from ansible_collections.ucops.rollout.plugins.plugin_utils.winrm.quoting import CannotQuote, command_line

COMMAND_TIMEOUT = 300.0
PROVED, ASSIGNED, WOULD_ASSIGN, UNKNOWN = "proved", "assigned", "would_assign", "unknown"
_PLACEHOLDER = re.compile(r"\{([a-z_]+)\}")
_FROM_STORE = frozenset({"serial_number", "issuer"})
# What each placeholder may at most become; a serial number has 20 bytes at most (RFC 5280 section 4.1.2.2).
_LONGEST = {
    "thumbprint": "0" * 40,
    "server": "x" * LONGEST_NAME,
    "pool": "x" * LONGEST_NAME,
    "serial_number": "0" * 40,
    "issuer": "CN=" + "x" * LONGEST_NAME,
}
PLACEHOLDERS = frozenset(_LONGEST)
# In check mode, where there is no certificate yet.
_TO_BE_ISSUED = "(the {} of the certificate that will be issued)"

Shake = Callable[[str, int, str], Handshake]


def shaking(server: str, timeout: float) -> Shake:
    """Handshakes that ask for a given name, or for the server's own where none is given."""

    def shake(address: str, port: int, name: str) -> Handshake:
        return probe(address, port, name or server, timeout)

    return shake


@dataclass(frozen=True, slots=True)
class CommandAssignment:
    """What shall be served where.

    ``thumbprint``: None for a certificate that is only planned yet (check mode). ``address``: empty where nothing can
    be asked, which is then left to a person. ``own_port``: the server's; ``port``: under which the controller
    reaches it. ``command``: the site's own, None for by hand. ``cmdlet_type``, ``bundle``, ``key_from``:
    see ``HandAssignment``.
    """

    thumbprint: Thumbprint | None
    server: str
    pool: str
    component: str
    use: str
    address: str
    port: int
    own_port: int
    command: tuple[str, ...] | None = None
    installed: bool = False
    cmdlet_type: str = ""
    bundle: str = ""
    key_from: str = ""

    @property
    def endpoint(self) -> str:
        return endpoint_text(self.address, self.port) if self.address else ""

    @property
    def by_hand(self) -> HandAssignment:
        return HandAssignment(
            self.server,
            self.component,
            self.use,
            self.own_port,
            self.thumbprint,
            self.pool,
            self.endpoint,
            self.cmdlet_type,
            self.bundle,
            self.key_from,
        )


@dataclass(frozen=True, slots=True)
class Served:
    """What a service showed: ``thumbprint`` of its certificate, None where nobody answered, and a sentence."""

    thumbprint: Thumbprint | None
    detail: str


@dataclass(frozen=True, slots=True)
class AssignmentOutcome:
    """What came of an assignment. ``state``: proved, assigned, would_assign, manual or unknown.

    ``restart``: the service is to be restarted even where nothing changed. ``notes``: what is to be known beside.
    ``former``: what was changed, as it was.
    """

    state: str
    thumbprint: Thumbprint | None
    served: Served
    change_set: ChangeSet
    steps: tuple[str, ...] = ()
    command: tuple[str, ...] | None = None
    stdout: str = ""
    restart: bool = False
    notes: tuple[str, ...] = ()
    assigned: tuple[AssignedPlace, ...] = ()
    former: tuple[Former, ...] = ()

    def to_result(self) -> dict[str, Any]:
        """The documented result of ``certificate_assign``."""
        return {
            **self.change_set.to_result(),
            "state": self.state,
            "thumbprint": to_plain(self.thumbprint),
            "served": to_plain(self.served.thumbprint),
            "message": self.served.detail,
            "steps": list(self.steps),
            "command": to_plain(self.command),
            "stdout": self.stdout,
            "restart": self.restart or self.change_set.changed,
            "notes": list(self.notes),
            "assigned": to_plain(self.assigned),
            "former": to_plain(self.former),
        }


def assign(
    host: WindowsHost,
    wanted: CommandAssignment,
    *,
    shake: Shake,
    check_mode: bool = False,
    keeper: FormerKeeper | None = None,
) -> AssignmentOutcome:
    """Bring a service to serve the certificate, by the site's command or by steps for a person."""
    _refuse_without_thumbprint(wanted, check_mode)
    served = look(wanted, shake)
    state = _state(host, wanted, served)
    line = None if state == PROVED or wanted.command is None else filled(host, wanted, wanted.command)
    if state != ASSIGNED or line is None:
        return _outcome(state, wanted, served, line)
    if check_mode:
        return _outcome(WOULD_ASSIGN, wanted, served, line)
    if wanted.thumbprint is not None:
        (keeper or KeepsNothing(host)).keep({wanted.thumbprint: _former(ASSIGNED, wanted, served)})
    return _outcome(ASSIGNED, wanted, served, line, stdout=run_command(host, line))


def leave_by_hand(wanted: CommandAssignment, *, shake: Shake, check_mode: bool = False) -> AssignmentOutcome:
    """The same for a server that nobody logs on to: the handshake alone says whether there are steps left."""
    _refuse_without_thumbprint(wanted, check_mode)
    served = look(wanted, shake)
    proved = served.thumbprint is not None and served.thumbprint == wanted.thumbprint
    return _outcome(PROVED if proved else MANUAL, wanted, served, None)


def _refuse_without_thumbprint(wanted: CommandAssignment, check_mode: bool) -> None:
    if wanted.thumbprint is None and not check_mode:
        raise RolloutError("no thumbprint was given", where=f"{wanted.server}: {wanted.endpoint or wanted.component}")


# --- normalise ------------------------------------------------------------------------------------------------------


def check_command(command: Sequence[str], issuers: Sequence[str] = ()) -> None:
    """Refuse an empty command, one that no command line carries, and placeholders that nobody fills.

    Whatever else stands in braces is left alone. ``issuers``: common names that ``{issuer}`` may become.
    """
    if not command:
        raise RolloutError("an empty command", where="command", mend="Give a program and its arguments as a list")
    unknown = sorted(_placeholders(command) - PLACEHOLDERS)
    if unknown:
        raise RolloutError(
            f"unknown placeholders {', '.join(unknown)}",
            where="command",
            mend=f"Known are {', '.join(sorted(PLACEHOLDERS))}",
        )
    _carried(command, "Put it into a script on the servers, and give that with its placeholders as the command")
    _carried(_filled(command, _LONGEST), "Put it into a script on the servers, and give that as the command")
    for issuer in issuers:
        _carried(_filled(command, _LONGEST | {"issuer": f"CN={issuer}"}), "Use {thumbprint} in place of {issuer}")


def _carried(command: Sequence[str], mend: str) -> None:
    try:
        command_line(command)
    except CannotQuote as error:
        raise RolloutError(error.what, where="command", mend=error.mend or mend) from None


def _filled(command: Sequence[str], values: Mapping[str, str]) -> tuple[str, ...]:
    return tuple(_PLACEHOLDER.sub(lambda match: values.get(match[1], match[0]), argument) for argument in command)


def filled(host: WindowsHost, wanted: CommandAssignment, command: Sequence[str]) -> tuple[str, ...]:
    """The command with its placeholders filled, each within its own argument."""
    check_command(command)
    values: dict[str, str] = {
        "thumbprint": wanted.thumbprint or _TO_BE_ISSUED.format("thumbprint"),
        "server": wanted.server,
        "pool": wanted.pool,
    }
    if _placeholders(command) & _FROM_STORE:
        values |= _from_store(host, wanted.thumbprint)
    return _filled(command, values)


def _placeholders(command: Sequence[str]) -> set[str]:
    return {name for argument in command for name in _PLACEHOLDER.findall(argument)}


def _from_store(host: WindowsHost, name: Thumbprint | None) -> Mapping[str, str]:
    if name is None:
        return {key: _TO_BE_ISSUED.format(key.replace("_", " ")) for key in _FROM_STORE}
    certificate = _stored(host, name)
    return {"serial_number": certificate.serial, "issuer": certificate.issuer}


def _stored(host: WindowsHost, name: Thumbprint) -> X509Certificate:
    entry = CertificateStores(host.registry, host.name).entry(MY, name)
    if entry is None or entry.certificate is None:
        raise RolloutError(f"certificate {name} is not in the store MY of the machine", where=host.name)
    return entry.certificate


# --- plan -----------------------------------------------------------------------------------------------------------


def look(wanted: CommandAssignment, shake: Shake) -> Served:
    """What is served at the address."""
    if not wanted.address:
        return Served(None, "no address was given to ask")
    return served_by(shake(wanted.address, wanted.port, wanted.server))


def served_by(handshake: Handshake) -> Served:
    """What a handshake showed: a certificate whose key the other side has, or none."""
    seen = handshake.shows_key and handshake.chain_der
    return Served(thumbprint(handshake.chain_der[0]) if seen else None, handshake.detail)


def _state(host: WindowsHost, wanted: CommandAssignment, served: Served) -> str:
    """What is to be done. Something that listens and shows no certificate may be right: nothing is known of it, and
    nothing is assigned anew, unless the certificate was installed in this very run."""
    if served.thumbprint and served.thumbprint == wanted.thumbprint:
        return PROVED
    asked_in_vain = served.thumbprint is None and wanted.address
    if asked_in_vain and not wanted.installed and wanted.thumbprint and listens(host, wanted):
        return UNKNOWN
    return MANUAL if wanted.command is None else ASSIGNED


def listens(host: WindowsHost, wanted: CommandAssignment) -> bool:
    """Whether anything listens on the service's port, as the server itself sees it."""
    return wanted.own_port in listening_ports(host)


# --- apply ----------------------------------------------------------------------------------------------------------


def run_command(host: WindowsHost, line: Sequence[str]) -> str:
    """Run the site's command, with its placeholders filled; returns what it said."""
    result = host.programs.run(line, timeout=COMMAND_TIMEOUT)
    if result.exit_code != 0:
        raise failed("the command that assigns the certificate failed", result, where=host.name)
    return result.text


# --- report ---------------------------------------------------------------------------------------------------------


def _outcome(
    state: str, wanted: CommandAssignment, served: Served, line: tuple[str, ...] | None, *, stdout: str = ""
) -> AssignmentOutcome:
    return AssignmentOutcome(
        state,
        wanted.thumbprint,
        served,
        _change_set(wanted, served, changed=state in (ASSIGNED, WOULD_ASSIGN)),
        steps=_steps(state, wanted),
        command=line,
        stdout=stdout,
        assigned=_assigned(state, wanted, served),
        former=_former(state, wanted, served),
    )


def _former(state: str, wanted: CommandAssignment, served: Served) -> tuple[Former, ...]:
    """What the command took away, as far as the port showed it."""
    known = state == ASSIGNED and served.thumbprint not in (None, wanted.thumbprint)
    return (Former(BY_COMMAND, wanted.endpoint, str(served.thumbprint)),) if known else ()


def _assigned(state: str, wanted: CommandAssignment, served: Served) -> tuple[AssignedPlace, ...]:
    """The port, where it was asked and showed something or is to. A site's command is not read back here."""
    place, was = wanted.endpoint, served.thumbprint or ""
    if not place:
        return ()
    if state in (ASSIGNED, WOULD_ASSIGN):
        to_be = WOULD_CHANGE if state == WOULD_ASSIGN else NOT_READ_BACK
        return (AssignedPlace(place, was, wanted.thumbprint or PLANNED, to_be),)
    return (assigned_place(place, was, was, wanted.thumbprint, check_mode=False),) if was else ()


def _steps(state: str, wanted: CommandAssignment) -> tuple[str, ...]:
    """For a person. Where the site has a command, nobody assigns by hand: the way to the port is to be looked at."""
    if state == UNKNOWN and wanted.command is not None:
        return (
            f"On {wanted.server}, something listens on port {wanted.own_port}, and the controller gets"
            f" no certificate at {wanted.endpoint}. See whether the address is right and a firewall lies between; where"
            " the certificate is still to be assigned, run again with pool_certificates_assign_again: true",
        )
    return steps_by_hand(wanted.by_hand) if state in (MANUAL, UNKNOWN) else ()


def _change_set(wanted: CommandAssignment, served: Served, *, changed: bool) -> ChangeSet:
    place = wanted.endpoint or wanted.component
    before = f"{place} {served.thumbprint or 'nothing'}\n"
    if not changed:
        return ChangeSet(before, before)
    subject = {"server": wanted.server, "component": wanted.component, "endpoint": wanted.endpoint}
    verb = CHANGE if served.thumbprint else CREATE
    # What is served then is for the proof to say: many services take the certificate at their next start.
    change = Change(
        verb, f"run of the site's command that assigns it to {place}", subject, served.thumbprint, wanted.thumbprint
    )
    after = f"{place} {wanted.thumbprint or PLANNED}\n"
    return ChangeSet(before, after, (change,))
