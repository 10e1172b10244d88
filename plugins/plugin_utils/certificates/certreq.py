# Copyright: (c) 2026, The ucops.rollout developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""certreq and certutil, run so that they can neither ask nor overwrite by surprise.

Both file names and the CA are always given, ``-q`` and ``-f`` are set: whatever is left out opens a window that
nobody sees, and the program waits for ever.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from ansible_collections.ucops.rollout.plugins.module_utils.certificates.fit import PrivateKey
from ansible_collections.ucops.rollout.plugins.module_utils.certificates.x509 import X509Certificate
from ansible_collections.ucops.rollout.plugins.module_utils.errors import RolloutError
from ansible_collections.ucops.rollout.plugins.module_utils.windows.codes import (
    advice,
    as_said,
    failure_code,
    failure_codes,
    meaning,
)
from ansible_collections.ucops.rollout.plugins.plugin_utils.certificates.stores import MACHINE, MY, REQUEST
from ansible_collections.ucops.rollout.plugins.plugin_utils.winrm.claim import HeldClaim
from ansible_collections.ucops.rollout.plugins.plugin_utils.winrm.files_port import FileOutcome, FileProgram
from ansible_collections.ucops.rollout.plugins.plugin_utils.winrm.host_port import WindowsHost
from ansible_collections.ucops.rollout.plugins.plugin_utils.winrm.programs_port import ProgramResult
from ansible_collections.ucops.rollout.plugins.plugin_utils.winrm.scratch import paths

# A key of 4096 bits takes a loaded server several seconds; a CA with a network HSM takes its time too.
TIMEOUT = 120.0


# NTE_BAD_KEYSET: the provider has no such container.
NO_SUCH_KEY = 0x80090016
# Properties to add, by their numbers (Microsoft, certutil -repairstore).
_ARCHIVED = b'[Version]\r\nSignature="$Windows NT$"\r\n[Properties]\r\n19 = Empty\r\n'

_TELL_CODES = ("certreq", "certutil")
_STOPPED = (
    "{program} tells a code of its own with every failure, and told none: security software probably stops it. Allow"
    " {program}.exe for this account on this host"
)
_GONE = (
    "{program} tells of no failure, and its file is not there: security software probably removed it. Allow files of"
    " this account in the Temp folder of Windows"
)


def failed(what: str, result: ProgramResult, *, where: str, wrote: bool = False) -> RolloutError:
    """An error that shows the code with its meaning, and the program's own text for a person.

    :param wrote: a file is missing that the program writes whenever it succeeds.
    """
    code = failure_code(result.exit_code, result.text)
    said = as_said(result.text, 600)
    reason = meaning(code) if code else f"exit code {result.exit_code}"
    program = result.command_line.partition(" ")[0]
    silent = code is None and (result.exit_code != 0 or not said)
    mend = advice(code)
    if program in _TELL_CODES and silent:
        mend = _STOPPED.format(program=program)
    elif wrote and code is None:
        mend = _GONE.format(program=program)
    return RolloutError(f"{what}: {reason}. `{result.command_line}` said: {said or 'nothing'}", where=where, mend=mend)


def end_of_answer(verb: str, text: str) -> int | None:
    """Where certutil's answer ends: before its last line "CertUtil: -verb command completed successfully."

    Program and verb are in no language, the rest is. "CertUtil: -verb command FAILED: 0x80070005" holds a code, and a
    line of its meaning follows. None where the last line is not that, so that the answer is cut off or a failure.
    """
    lines = text.rstrip()
    begin = lines.rfind("\n") + 1
    closes = re.match(rf"CertUtil: {re.escape(verb)}\b", lines[begin:], re.IGNORECASE)
    return begin if closes and not failure_codes(lines[begin:]) else None


def new_requests(
    host: WindowsHost, infs: Sequence[bytes], claim: HeldClaim | None = None
) -> tuple[bytes | RolloutError, ...]:
    """Make a key (or take the one that the INF names) and a request for each; returns the requests' files, in their
    order, and for one that came to nothing why.

    :param claim: that is given back with the last of them.
    """
    jobs = []
    for inf in infs:
        policy, output = paths(host.files, ".inf", ".req")
        arguments = ["certreq", "-new", "-f", "-q", policy, output]
        jobs.append(FileProgram(arguments, policy, inf, (output,), changes=(f"{MACHINE}\\{REQUEST}",)))
    if claim and jobs:
        jobs[-1] = replace(jobs[-1], ends=claim.ends)
    outcomes = host.files.run(host.programs, jobs, timeout=TIMEOUT)
    if claim and any(one.given_back for one in outcomes):
        claim.given_back()
    return tuple(_request_of(outcome, host.name) for outcome in outcomes)


def new_request(host: WindowsHost, inf: bytes, claim: HeldClaim | None = None) -> bytes:
    """The same for one; raises why it came to nothing."""
    (made,) = new_requests(host, [inf], claim)
    if isinstance(made, RolloutError):
        raise made
    return made


def _request_of(outcome: FileOutcome, where: str) -> bytes | RolloutError:
    if outcome.error:
        return outcome.error
    return outcome.shown[0] or failed("certreq made no request", outcome.result, where=where, wrote=True)


def put_into_stores(host: WindowsHost, additions: Sequence[tuple[str, X509Certificate]]) -> tuple[ProgramResult, ...]:
    """Put certificates into stores of the machine, in this order: into MY by bringing one together with its outstanding
    key, into others as it is. Whether it worked is for the stores to say.

    :raises RolloutError: a file could not be written as it was sent.
    """
    jobs = []
    for store, certificate in additions:
        (path,) = paths(host.files, ".cer")
        arguments = ["certreq", "-accept", "-machine", "-q"] if store == MY else ["certutil", "-f", "-addstore", store]
        text = certificate.pem.encode("ascii")
        jobs.append(FileProgram([*arguments, path], path, text, changes=(MACHINE,), read_back=True))
    outcomes = host.files.run(host.programs, jobs, timeout=TIMEOUT)
    return tuple(outcome.checked().result for outcome in outcomes)


def accept(host: WindowsHost, certificate: X509Certificate) -> ProgramResult:
    """Bring an issued certificate together with its outstanding key. Whether it worked is for the store to say."""
    (result,) = put_into_stores(host, [(MY, certificate)])
    return result


def archive(host: WindowsHost, store: str, thumbprint: str) -> ProgramResult:
    """Give a certificate of a store of the machine the property of an archived one. Whether it has it is for the store
    to say."""
    (path,) = paths(host.files, ".inf")
    job = FileProgram(["certutil", "-f", "-repairstore", store, thumbprint, path], path, _ARCHIVED, changes=(MACHINE,))
    (outcome,) = host.files.run(host.programs, [job], timeout=TIMEOUT)
    return outcome.checked().result


def delete_key(host: WindowsHost, key: PrivateKey) -> bool:
    """Delete a key container of the machine; whether the provider says then that there is none."""
    of_provider = ["certutil", "-silent", "-csp", key.provider]
    host.programs.run([*of_provider, "-delkey", key.container], timeout=TIMEOUT)
    result = host.programs.run([*of_provider, "-key", key.container], timeout=TIMEOUT)
    return failure_code(result.exit_code, result.text) == NO_SUCH_KEY


def delete_from_store(host: WindowsHost, store: str, thumbprint: str) -> ProgramResult:
    """Remove one certificate from a store of the machine; its key stays."""
    return host.programs.run(["certutil", "-delstore", store, thumbprint], timeout=TIMEOUT)
