# Copyright: (c) 2026, The ucops.rollout developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Assign a certificate to a service that has no interface of its own for it, such as the Front End of OCS.

The truth is what the service serves. So there is a handshake first, and a site's own command (or a person with the
wizard) only where that shows another certificate, or where the certificate was installed in this very run.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ansible_collections.ucops.rollout.plugins.module_utils.certificates.x509 import X509Certificate, thumbprint
from ansible_collections.ucops.rollout.plugins.module_utils.errors import RolloutError
from ansible_collections.ucops.rollout.plugins.module_utils.proof import tls_wire
from ansible_collections.ucops.rollout.plugins.plugin_utils.certificates.certreq import failed
from ansible_collections.ucops.rollout.plugins.plugin_utils.certificates.stores import MY, CertificateStores
from ansible_collections.ucops.rollout.plugins.plugin_utils.winrm.host_port import WindowsHost

COMMAND_TIMEOUT = 300.0
_PLACEHOLDER = re.compile(r"\{([a-z_]+)\}")
_FROM_STORE = frozenset({"serial_number", "issuer"})
PLACEHOLDERS = frozenset({"thumbprint", "server", "pool"}) | _FROM_STORE

Shake = Callable[[str, int, str], tls_wire.Handshake]


@dataclass(frozen=True)
class CommandAssignment:
    """What shall be served where. ``thumbprint`` is None for a certificate that is only planned yet (check mode)."""

    thumbprint: str | None
    server: str
    pool: str
    address: str
    port: int
    installed: bool = False

    @property
    def endpoint(self) -> str:
        return f"{self.address}:{self.port}"


def assign(
    host: WindowsHost,
    assignment: CommandAssignment,
    *,
    command: Sequence[str] | None,
    shake: Shake,
    check_mode: bool = False,
) -> dict[str, Any]:
    """What ``certificate_assign`` returns; ``command`` None means by hand."""
    if assignment.thumbprint is None and not check_mode:
        raise RolloutError("no thumbprint was given", where=f"{host.name}: {assignment.endpoint}")
    handshake = shake(assignment.address, assignment.port, assignment.server)
    served = thumbprint(handshake.chain_der[0]) if handshake.state == tls_wire.OK and handshake.chain_der else None
    if served and served == assignment.thumbprint:
        return _result("proved", assignment, served, handshake.detail)
    line = filled(host, assignment, command) if command else None
    if served is None and not assignment.installed and assignment.thumbprint:
        return _result("unknown", assignment, served, handshake.detail, command=line)
    if line is None:
        return _result("manual", assignment, served, handshake.detail)
    if check_mode:
        return _result("would_assign", assignment, served, handshake.detail, command=line, changed=True)
    output = _run(host, line)
    return _result("assigned", assignment, served, handshake.detail, command=line, changed=True, stdout=output)


def check_command(command: Sequence[str]) -> None:
    """Refuse an empty command and placeholders that nobody fills; whatever else stands in braces is left alone."""
    if not command:
        raise RolloutError("an empty command", where="command", mend="Give a program and its arguments as a list")
    used = {name for argument in command for name in _PLACEHOLDER.findall(argument)}
    unknown = sorted(used - PLACEHOLDERS)
    if unknown:
        raise RolloutError(
            f"unknown placeholders {', '.join(unknown)}",
            where="command",
            mend=f"Known are {', '.join(sorted(PLACEHOLDERS))}",
        )


def filled(host: WindowsHost, assignment: CommandAssignment, command: Sequence[str]) -> list[str]:
    """The command with its placeholders filled, each within its own argument."""
    check_command(command)
    values: dict[str, str] = {
        "thumbprint": assignment.thumbprint or "(thumbprint)",
        "server": assignment.server,
        "pool": assignment.pool,
    }
    used = {name for argument in command for name in _PLACEHOLDER.findall(argument)}
    if used & _FROM_STORE:
        values |= _from_store(host, assignment.thumbprint)
    return [_PLACEHOLDER.sub(lambda match: values[match.group(1)], argument) for argument in command]


def _from_store(host: WindowsHost, name: str | None) -> Mapping[str, str]:
    if name is None:
        return {"serial_number": "(serial number)", "issuer": "(issuer)"}
    certificate = _stored(host, name)
    return {"serial_number": certificate.serial, "issuer": certificate.issuer}


def _stored(host: WindowsHost, name: str) -> X509Certificate:
    entry = CertificateStores(host.registry, host.name).entry(MY, name)
    if entry is None or entry.certificate is None:
        raise RolloutError(f"certificate {name} is not in the store MY of the machine", where=host.name)
    return entry.certificate


def _run(host: WindowsHost, line: Sequence[str]) -> str:
    result = host.programs.run(line, timeout=COMMAND_TIMEOUT)
    if result.exit_code != 0:
        raise failed("the command that assigns the certificate failed", result, where=host.name)
    return result.text


def _steps(assignment: CommandAssignment) -> list[str]:
    shown = assignment.thumbprint or "(its thumbprint is known after it was issued)"
    return [
        f"On {assignment.server}, start the Certificate Wizard of the deployment tool (Deploy Pool or Add Server,"
        " Configure Certificate).",
        "Choose `Assign an existing certificate`.",
        f"Choose the certificate with the thumbprint {shown} (subject {assignment.pool}), for this server's Front End.",
        "Start the services of the server, or restart them where they run: only then is the certificate served.",
        f"Run this playbook again: it proves {assignment.endpoint} by a handshake.",
    ]


def _result(
    state: str,
    assignment: CommandAssignment,
    served: str | None,
    detail: str,
    *,
    command: list[str] | None = None,
    changed: bool = False,
    stdout: str = "",
) -> dict[str, Any]:
    after = assignment.thumbprint or "(the certificate that will be issued)"
    texts = [f"{assignment.endpoint} {shown}\n" for shown in (served or "nothing", after if changed else served)]
    return {
        "changed": changed,
        "state": state,
        "thumbprint": assignment.thumbprint,
        "served": served,
        "message": detail,
        "steps": _steps(assignment) if state in ("manual", "unknown") else [],
        "command": command,
        "stdout": stdout,
        "diff": {"before": texts[0], "after": texts[1] if changed else texts[0]},
    }
