# Copyright: (c) 2026, The ucops.rollout developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""certutil.exe: which verb does what, as far as evidence goes."""

from __future__ import annotations

from collections.abc import Callable

from lab.files import FileError
from lab.pki import codes
from lab.programs.arguments import CommandLine, UsageError, parse
from lab.programs.certutil import authority, files, stores, templates
from lab.programs.enrolment import shown_code
from lab.programs.process import Process

WITH_VALUE = ("config", "csp", "restrict", "out", "split_")
PLAIN = ("f", "v", "enterprise", "user", "grouppolicy", "silent", "seconds", "gmt", "unicode", "privatekey", "q",
         "split")  # fmt: skip
VERBS: dict[str, Callable[[Process, CommandLine], None]] = {
    "": files.dump, "dump": files.dump, "encode": files.encode, "decode": files.decode, "hashfile": files.hashfile,
    "store": stores.store, "addstore": stores.addstore, "delstore": stores.delstore, "repairstore": stores.repairstore,
    "key": stores.key, "delkey": stores.delkey,
    "ping": authority.ping, "ca.cert": authority.ca_cert, "ca.chain": authority.ca_chain,
    "catemplates": authority.ca_templates, "template": templates.template,
    "resubmit": authority.resubmit, "deny": authority.deny, "revoke": authority.revoke, "view": authority.view,
    "getreg": authority.getreg, "setreg": authority.setreg,
}  # fmt: skip
# How the program itself writes a verb, where that is not in lower case.
SPELLED = {"catemplates": "CATemplates", "template": "Template"}
# Verbs that Windows has and the lab does not imitate.
UNMODELLED = (
    "verify", "verifystore", "viewstore", "cainfo", "tcainfo", "dspublish", "dstemplate",
    "importpfx", "exportpfx", "mergepfx", "encodehex", "decodehex", "urlcache", "crl", "pulse", "shutdown", "backup",
    "restore", "sign", "scinfo", "csplist", "oid", "error", "adtemplate", "templatecas",
)  # fmt: skip


def run(process: Process) -> int:
    """The program. Exit code 0, or the HRESULT of what failed."""
    try:
        line = parse(process.arguments, verbs=(*VERBS, *UNMODELLED), with_value=WITH_VALUE, plain=PLAIN)
    except UsageError as error:
        process.say(f"certutil.{error.text}", option=error.option)
        process.say("certutil.help")
        return codes.E_INVALID_ARGUMENT
    if line.verb in UNMODELLED:
        process.complain(f"lab: certutil -{line.verb} is not modelled")
        return codes.E_INVALID_ARGUMENT
    try:
        VERBS[line.verb](process, line)
    except codes.EnrolmentError as error:
        return _failed(process, line.verb, error.code)
    except FileError as error:
        return _failed(process, line.verb, 0x80070000 | error.code)
    process.say("certutil.completed", verb=_spelled(line.verb))
    return 0


def _spelled(verb: str) -> str:
    return SPELLED.get(verb, verb or "dump")


def _failed(process: Process, verb: str, code: int) -> int:
    process.say("certutil.failed", verb=_spelled(verb), code=shown_code(process, code))
    process.say("certutil.reason", text=process.texts.error(code))
    return code
